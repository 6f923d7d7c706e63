"""Plain text: `User:` and `Assistant:` at the start of lines, also `Human:`, `AI:`, `System:` and
`Tool:`, also in bold Markdown.

The first speaker sets how speakers are written in this text: after `User:` a line `user: root` is
part of a message, and so is whatever stands within a fence of Markdown (```): what a tool or a page
printed is nobody's turn to speak. Not in here: pasted consoles and exports, which mark their
speakers otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from acx.model import Message, Part, Role, Text, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.record import ORIGINS
from acx.transcripts.source import texts

OPEN_FENCE = "a code fence that is never closed: all that follows is read as part of it"

_ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
}


@cache
def _speaker() -> re.Pattern[str]:
    names = "|".join(_ROLES)
    return re.compile(rf"(\**)({names})(?::\*\*|(?:\*\*)?:)[ \t]*(.*)", re.I | re.S)


# Also at the end of a sentence (`Try this: ```sh`), or else its closing one would open another.
_OPENS = re.compile(r"\s*(?P<fence>`{3,}|~{3,})[^`]*$|[^`]*[\s:](?P<late>`{3,})[^\s`]*\s*$")
_CLOSES = re.compile(r"\s*(`{3,}|~{3,})\s*$")


def _fence(line: str, fence: str) -> str:
    """The fence that is open after this line, given the one before it; "" if none is."""
    if not fence:
        opens = _OPENS.match(line)
        return opens["fence"] or opens["late"] if opens else ""
    closes = _CLOSES.match(line)
    return "" if closes and closes[1].startswith(fence) else fence


def _spoken(line: str) -> tuple[tuple[str, bool], Role, str] | None:
    """How the speaker is written (markup, lower case), the role, and what follows on the line."""
    found = _speaker().match(line)
    if not found:
        return None
    markup, name, rest = found.groups()
    return (markup, name.islower()), _ROLES[name.lower()], rest


def _matches(sample: Sample) -> str:
    text = sample.text.lstrip()
    spoken = sum(_spoken(line) is not None for line in text.split("\n"))
    if spoken >= 2 or _spoken(text.split("\n", 1)[0]) is not None:
        return f"{spoken} lines that start with a speaker"
    return ""


def _message(role: Role, said: list[str]) -> Message:
    text = "\n".join(said).strip()
    part: Part = ToolResult("", text) if role == "tool" else Text(text)
    return Message(role, (part,) if text else (), ORIGINS[role])


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    style: tuple[str, bool] | None = None
    role: Role | None = None
    said: list[str] = []
    fence, opened = "", (0, 0)
    for line in texts(stream, notes):
        spoken = None if fence else _spoken(line)
        if spoken and style in (None, spoken[0]):
            if role:
                yield _message(role, said)
            style, role, line = spoken
            said = []
        if role:
            said.append(line)
            opened = opened if fence else (notes.line, notes.byte)
            fence = _fence(line, fence)
        elif line.strip():
            notes.skip("text before the first speaker")
    if fence:
        notes.line, notes.byte = opened
        notes.warn(OPEN_FENCE)
    if role:
        yield _message(role, said)


FORMAT = Format("plain", "text with User: and Assistant: lines", _matches, _read)
