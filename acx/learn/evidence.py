"""Evidence: quotes looked up in the session by code, and whose words they are.

A quote is found where it stands in one message, white space aside. Whose voice it is decides what
it can carry: tool output and what the agent's program put in support nothing on their own. Not
here: whether a quote supports its lesson; only a reader can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from acx.model import Evidence, Message, Role, Text, ToolCall, ToolResult, Transcript
from acx.transcripts.digest import arguments, plain
from acx.transcripts.digest_entries import NEW_LINE

SHORTEST = 8
"""Characters. What is shorter is found anywhere: no proof, unless it is all that was said."""

Voice = Literal["human", "agent", "tool"]

_ROLES: dict[Voice, Role] = {"human": "user", "agent": "assistant", "tool": "tool"}
_GAP = r"\s+"
_SECRET = "\ufdd0"
_REDACTED = re.compile(r"\[REDACTED:[^\]]*\]")
_ALIKE = {c: group for group in ("['’‘]", '["“”]', "[-–—]") for c in group[1:-1]}
_MARGIN = re.compile(r"(?m)^(?:#\d+ (?:[|>]|[^:\n]{1,40}:)|call [^:\n]{1,40}:) ?")


@dataclass(frozen=True, slots=True)
class Quote:
    """What a model says stands in a message."""

    message: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A quote as it really stands there, and whose words it is."""

    evidence: Evidence
    voice: Voice


def look_up(quotes: Sequence[Quote], messages: Iterable[Message]) -> list[Found | None]:
    """Each quote's place: the message it names, else the first one that has it, else None."""
    patterns = [_patterns(quote.text) for quote in quotes]
    found: list[Found | None] = [None] * len(quotes)
    for message in messages:
        for n, quote in enumerate(quotes):
            named = quote.message == message.number
            if named or found[n] is None:
                found[n] = _in_message(patterns[n], message) or found[n]
    return found


def find(quotes: Sequence[Quote], transcript: Transcript) -> list[Found | None]:
    """Each quote's place in a session: the message it names, else the first that has it, else None.

    Only where a quote isn't in the message it names is the whole session gone through.
    """
    named = sorted({quote.message for quote in quotes if 0 < quote.message <= transcript.count})
    there = chain.from_iterable(transcript.read(number, number) for number in named)
    found = [
        place if place and place.evidence.message == quote.message else None
        for quote, place in zip(quotes, look_up(quotes, there), strict=True)
    ]
    if None in found:
        others = look_up(quotes, transcript.read())
        found = [place or other for place, other in zip(found, others, strict=True)]
    return found


def _patterns(quote: str) -> list[re.Pattern[str]]:
    """The quote as written; and without the digest's margin, should that have been copied too."""
    texts = dict.fromkeys((plain(quote), _MARGIN.sub("", plain(quote))))
    return [
        re.compile(_GAP.join(_loose(word) for word in words))
        for text in texts
        if re.search(r"\w", text) and (words := text.replace(NEW_LINE, " ").split())
    ]


def _loose(word: str) -> str:
    """A word as it may stand there: models set quotation marks and dashes their own way, and a
    redacted secret is the same secret whatever its kind is called."""
    word = _REDACTED.sub(_SECRET, word)
    pieces = (_ALIKE.get(c) or re.escape(c) for c in word)
    return "".join(pieces).replace(_SECRET, r"\[REDACTED:[^\]]*\]")


def _in_message(patterns: Sequence[re.Pattern[str]], message: Message) -> Found | None:
    for text, voice in _voices(message):
        for pattern in patterns:
            match = pattern.search(text)
            if match and (len(match[0]) >= SHORTEST or match[0] == text.strip()):
                return Found(Evidence(message.number, _ROLES[voice], match[0]), voice)
    return None


def voice_of(message: Message) -> Voice:
    """Whose words and calls a message holds; what its tools gave back is a tool's."""
    if message.origin == "human":
        return "human"
    return "agent" if message.origin == "agent" or message.event == "plan" else "tool"


def _voices(message: Message) -> Iterator[tuple[str, Voice]]:
    """The texts of a message with whose they are."""
    own = voice_of(message)
    for part in message.parts:
        match part:
            case Text(text=text):
                yield plain(text), own
            case ToolCall(name=name, args=args):
                for text in strings(args):
                    yield plain(text), own
                yield f"{name}: {arguments(part)}", own  # as a digest shows it
            case ToolResult(text=text):
                yield plain(text), "tool"
            case _:
                pass


def strings(value: Any) -> Iterator[str]:
    """The texts in the arguments of a call; a command given as a list of words is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        if all(isinstance(item, str) for item in value):
            yield " ".join(value)  # a command as a list of words
        else:
            for item in value:
                yield from strings(item)
    elif hasattr(value, "values"):
        for item in value.values():
            yield from strings(item)
