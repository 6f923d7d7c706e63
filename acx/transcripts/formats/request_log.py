"""Logs of API calls: every request repeats the conversation so far, and here each message is told
once.

A batch, a proxy and a program's own log wrap request and response differently, whichever API they
are of. Not in here: what the messages look like, which is the API's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile, takewhile
from typing import Any

from acx.model import Message, Part, Text, Thinking
from acx.transcripts.contract import Conversation, Item

_Path = tuple[str, ...]
_REQUESTS: tuple[_Path, ...] = ((), ("request",), ("request", "body"), ("params",), ("body",))
_RESPONSES: tuple[_Path, ...] = ((), ("response",), ("response", "body"), ("result", "message"))

_Said = tuple[str, str, tuple[Part, ...]]


def request(record: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """The request in a record, told by a field of it: the record itself or what it holds."""
    return _held(record, _REQUESTS, field)


def response(record: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """The same for the response."""
    return _held(record, _RESPONSES, field)


def _held(record: Mapping[str, Any], paths: tuple[_Path, ...], field: str) -> Mapping[str, Any]:
    for path in paths:
        held: Any = record
        for key in path:
            held = held.get(key) if isinstance(held, dict) else None
        if isinstance(held, dict) and field in held:
            return held
    return {}


class RequestLog:
    """What the requests of a log have said so far.

    A request goes on with the conversation if it starts with all that the one before was asked; one
    that doesn't starts another. The system prompt doesn't count: it tells the time and changes.
    """

    def __init__(self) -> None:
        self._about: Conversation | None = None
        self._said: list[_Said] = []
        self._asked = 0
        self._count = 0

    def take(
        self,
        asked: Sequence[Message],
        answered: Sequence[Message] = (),
        about: Conversation = Conversation(),
        goes_on: bool = False,
    ) -> Iterator[Item]:
        """What is new in a request and its response, before it the conversation if that is new.

        With `goes_on`, the request says only what is new, and repeats nothing.
        """
        found = [*asked, *answered]
        if not all(message.id for message in found):
            # Messages without ids are known again by their place, which others would shift
            found = [replace(message, id="") for message in found]
        words = list(dropwhile(lambda message: message.role == "system", found))
        before = self._said if goes_on and about == self._about else []
        said = [*before, *map(_said, words)]
        asking = max(0, len(said) - len(answered))
        same = takewhile(lambda pair: pair[0] == pair[1], zip(said, self._said, strict=False))
        known = sum(1 for _ in same)
        is_new = about != self._about or known < min(asking, self._asked)
        if is_new:
            self._count += 1
            if about.id or about.name:
                yield about
            elif self._count > 1:
                yield replace(about, name=f"conversation-{self._count}")
        if is_new or not self._said:
            yield from found
        else:
            yield from words[known - len(before) :]
        if is_new or known < len(said):  # what is asked for again may be asked from further back
            self._said = said
        self._about, self._asked = about, asking


def _said(message: Message) -> _Said:
    """What makes a message the same when it is sent again: thinking may be left out then."""
    others = (part for part in message.parts if not isinstance(part, Text | Thinking))
    return message.role, message.text.strip(), tuple(others)
