"""Cursor's transcripts as text: `user:` and `assistant:` on lines of their own, with `[Thinking]`,
`[Tool call]` and `[Tool result]` below.

Where thinking ends isn't marked: only the line of its mark is taken for it. Results mostly stand
there without their text. Not in here: whose words a text is (`cursor_texts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from acx.model import Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Notes
from acx.transcripts.formats import cursor_texts
from acx.transcripts.formats.cursor_turn import Calls, user
from acx.transcripts.source import texts

_MARK = re.compile(r"\[(Thinking|Tool call|Tool result)\](?: (.*))?")
_ARGUMENT = re.compile(r"  (\w+): (.*)")
_AGENT = ("assistant:", "A:")


def matches(text: str) -> str:
    lines = text.lstrip("\ufeff \t\r\n").replace("\r\n", "\n").split("\n", 2)
    starts = lines[0] == "user:" and len(lines) > 1 and lines[1].startswith(("<", "[Image]"))
    return "a user: line above a <user_query>" if starts and "<user_query>" in text else ""


def read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    """The messages, in order. `user:` counts where a query or what stands around one is below, and
    no query is open: files that a tool wrote may have such a line."""
    calls, role, block = Calls(), "", list[str]()
    in_query = False
    for line, below in _pairs(texts(stream, notes)):
        speaker = ""
        if line == "user:" and below.startswith(("<", "[Image]")):
            speaker = "user"
        elif line in _AGENT:
            speaker = "assistant"
        if not speaker or in_query:
            block.append(line)
        else:
            yield from _turn(role, block, calls, notes)
            role, block = speaker, []
        in_query = role == "user" and _is_open(in_query, line)
    yield from _turn(role, block, calls, notes)


def _is_open(before: bool, line: str) -> bool:
    opened, closed = line.rfind("<user_query>"), line.rfind("</user_query>")
    return before if opened == closed else opened > closed


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every line with the one below."""
    before: str | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, ""


def _turn(role: str, block: list[str], calls: Calls, notes: Notes) -> Iterator[Message]:
    if role == "user":
        calls.forget()
        text = "\n".join(block)
        yield from user([Text(text)], cursor_texts.typed_at(text))
    elif role == "assistant":
        yield from _assistant(block, calls)
    elif any(line.strip() for line in block):
        notes.skip("text before the first speaker")


def _assistant(block: list[str], calls: Calls) -> Iterator[Message]:
    parts: list[Part] = []
    for mark, name, lines in _pieces(block):
        text = "\n".join(lines).strip("\n")
        if mark == "Tool result":
            if parts:
                yield Message("assistant", tuple(parts), "agent")
                parts = []
            yield Message("tool", (ToolResult(calls.answered(name), text),), "harness")
        elif mark == "Tool call":
            parts.append(ToolCall(calls.made(name), name, _arguments(text)))
        else:
            if name.strip():
                parts.append(Thinking(name.strip()))
            if text.strip():
                parts.append(Text(text.strip()))
    if parts:
        yield Message("assistant", tuple(parts), "agent")


def _pieces(block: Iterable[str]) -> Iterator[tuple[str, str, list[str]]]:
    """What is marked: (the mark, what stands beside it, the lines below)."""
    mark, name, lines = "", "", list[str]()
    for line in block:
        if found := _MARK.fullmatch(line):
            yield mark, name, lines
            mark, name, lines = found[1], found[2] or "", []
        else:
            lines.append(line)
    yield mark, name, lines


def _arguments(text: str) -> dict[str, str] | str:
    """The arguments of a call, or their text where a value goes on over several lines: nothing
    tells these from the next argument."""
    found = [_ARGUMENT.fullmatch(line) for line in text.split("\n")]
    given = {match[1]: match[2] for match in found if match}
    return given if len(given) == len(found) or not text else text
