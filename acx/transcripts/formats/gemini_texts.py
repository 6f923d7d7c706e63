"""Whose words a text in a user's slot of Gemini CLI or Qwen Code is: the program puts in context,
summaries, the contents of files, and the person's own shell commands with their output.

Wrappers as in the sources of Gemini CLI 0.40 and Qwen Code 0.21. Not in here: records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from acx.model import Event, Message, Origin, Part, Text
from acx.transcripts.formats import claude_texts
from acx.transcripts.formats.gemini_parts import said as joined
from acx.transcripts.formats.said import Said

CONTEXTS = (
    "<session_context>",
    "This is the Gemini CLI. We are setting up",
    "This is the Qwen Code. We are setting up",
    "Here is the user's editor context",
    "Here is a summary of changes in the user's editor context",
)
_NUDGES = ("Please continue.", "System: Please continue.")
_SUMMARY = "<state_snapshot>"
_SHELL = re.compile(
    r"I ran the following shell command:\n```sh\n(.*?)\n```\n\n"
    r"This produced the following result:\n?(?:```\n)?",
    re.S,
)
_WRAPPERS = ("hook_context", "system-reminder")
_FILES = re.compile(r"^--- Content from referenced files ---$", re.M)
_FILES_END = "--- End of content ---"


def said(text: str) -> Iterator[Said]:
    """The pieces of a text, by speaker."""
    text = text.strip()
    if not text:
        return
    if text.startswith(CONTEXTS) or text in _NUDGES:
        yield Said(text, "harness")
    elif text.startswith(_SUMMARY):
        yield Said(text, "harness", "compaction")
    elif shell := _SHELL.match(text):
        yield Said(shell[1], "human", "shell")
        yield Said(text[shell.end() :].removesuffix("```").removesuffix("\n"), "harness")
    else:
        rest, put_in = _without_files(text)
        for tag in _WRAPPERS:
            rest, found = claude_texts.without(rest, tag)
            put_in += found
        if rest := rest.strip():
            yield Said(rest, "human")
        if put_in:
            yield Said("\n".join(put_in), "harness")


def shown(text: str, typed: str) -> Iterator[Said]:
    """The same where it is known what the person typed: `typed` stands in the text, or is a
    command that the text is the expansion of."""
    before, found, after = text.partition(typed)
    if typed.startswith("/"):
        yield from command(typed)
        if not found:
            yield Said(text, "harness", "command")
            return
    else:
        yield Said(typed, "human")
    if rest := "\n".join(piece.strip() for piece in (before, after) if piece.strip()):
        yield Said(rest, "harness")


def command(typed: str) -> Iterator[Said]:
    """A slash command, and the words of the person's in it."""
    if typed.startswith("/"):
        yield from claude_texts.queued(typed)
    elif typed.strip():
        yield Said(typed.strip(), "harness", "command")


def spoken(
    parts: tuple[Part, ...],
    typed: str,
    id: str,
    ts: str,
    speaker: Origin = "human",
    event: Event = "",
) -> Iterator[Message]:
    """A message for every speaker in turn of what stands in a user's slot. Images go with the
    first. Of another `speaker` than a person, nothing is taken apart."""
    text = joined(parts)
    if speaker != "human":
        pieces = [Said(text, speaker)] if text.strip() else []
    else:
        pieces = list(shown(text, typed) if typed.strip() else said(text))
    others: list[Any] = [part for part in parts if not isinstance(part, Text)]
    if others and not pieces:
        yield Message("user", tuple(others), speaker, id=id, ts=ts, event=event)
    for nth, ((origin, kind), run) in enumerate(
        groupby(pieces, key=lambda piece: (piece.origin, piece.event)), 1
    ):
        own = f"{id}#{nth}" if id and nth > 1 else id
        moment: Event = kind or (event if origin == speaker else "")
        texts = (*(Text(piece.text) for piece in run), *others)
        others = []
        yield Message("user", texts, origin, id=own, ts=ts, event=moment)


def _without_files(text: str) -> tuple[str, list[str]]:
    """The text without the contents of files it refers to, which may hold the line that ends them.
    They end the text if nothing else says so."""
    found = _FILES.search(text)
    if not found:
        return text, []
    start, end = found.start(), text.rfind(_FILES_END)
    stop = end + len(_FILES_END) if end > start else len(text)
    return text[:start] + text[stop:], [text[start:stop]]
