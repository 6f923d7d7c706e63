"""Whose words a text in a user's slot is, where the log of an API doesn't say which client sent it:
the marks of Claude Code, Codex and OpenHands count in all.

Not in here: these marks (`claude_texts`, `codex_texts`), and messages that a program pipes to acx,
which are its own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from acx.model import Event, Message, Origin, Part, Text
from acx.transcripts.formats import claude_texts, codex_texts
from acx.transcripts.formats.said import Said

_RESULT = re.compile(r"EXECUTION RESULT of \[[^]\n]*\]:|(?:Observation|OBSERVATION):")
"""What a tool gave back to a model that can't call tools, as OpenHands and ReAct write it."""


def told_apart(message: Message) -> Iterator[Message]:
    """The message; one in a user's slot as a message for every speaker in turn."""
    pieces: list[tuple[Origin, Event, Part]] = []
    for part in message.parts:
        said = list(_said(part.text)) if isinstance(part, Text) else []
        if isinstance(part, Text) and said and said != [Said(part.text.strip(), "human")]:
            pieces += ((piece.origin, piece.event, Text(piece.text)) for piece in said)
        else:
            pieces.append(("human", "", part))
    if message.role != "user" or not pieces:
        yield message
        return
    runs = groupby(pieces, key=lambda piece: piece[:2])
    for nth, ((origin, event), run) in enumerate(runs, 1):
        own = f"{message.id}#{nth}" if message.id and nth > 1 else message.id
        parts = tuple(part for *_, part in run)
        yield replace(message, id=own, parts=parts, origin=origin, event=event)


def _said(text: str) -> Iterator[Said]:
    if _RESULT.match(text.lstrip()):
        yield Said(text.strip(), "harness")
        return
    for piece in codex_texts.said(text):
        if piece.origin == "human" and not piece.event:
            yield from claude_texts.said(piece.text)
        else:
            yield piece
