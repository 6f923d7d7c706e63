"""The SEARCH/REPLACE blocks in an answer of aider's, and what became of them.

A block is a call of a tool named `edit`; that it was applied, or that its lines weren't found, is
the result. Not in here: whole files and unified diffs, which look like any code in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from acx.model import Part, Text, ToolCall

_HEAD = re.compile(r"<{5,9} (?:SEARCH|ORIGINAL)\s*$")
_DIVIDER = re.compile(r"={5,9}\s*$")
_TAIL = re.compile(r">{5,9} (?:REPLACE|UPDATED)\s*$")
_FENCE = re.compile(r"`{3,}[\w+-]*\s*$")
_NAME = re.compile(r"[#*`\s]*([^\s`*:](?:\S*[^\s`*:])?)[*`:\s]*$")

Block = tuple[str, str, int]
"""What is searched, what replaces it, and the line behind."""


def parts_of(text: str, first: int) -> tuple[Part, ...]:
    """The words of an answer and its edits in order, with ids `edit-<first>` and on."""
    lines = text.split("\n")
    parts: list[Part] = []
    said: list[str] = []
    path, fenced, at, count = "", False, 0, 0
    while at < len(lines):
        if not (block := _block(lines, at)):
            said.append(lines[at])
            at += 1
            continue
        named, opened = _heading(said)
        path, fenced = named or path, opened or fenced
        parts += _text(said)
        said = []
        search, replace, at = block
        args = {"path": path, "search": search, "replace": replace}
        parts.append(ToolCall(f"edit-{first + count}", "edit", args))
        count += 1
        if fenced and at < len(lines) and _FENCE.match(lines[at]):
            fenced = False
            at += 1
    return (*parts, *_text(said))


def applied(calls: Sequence[ToolCall], path: str) -> list[ToolCall]:
    """The edits of a file, by its path or else, since models shorten those, by its name."""
    last = path.rpartition("/")[2]
    exact = [call for call in calls if _path(call) == path]
    return exact or [call for call in calls if _path(call).rpartition("/")[2] == last]


def failed(calls: Sequence[ToolCall], report: Sequence[str]) -> ToolCall | None:
    """The edit whose block a report of failure quotes. Of equal ones the last: the first of them
    took away what the others search for."""
    for at in range(len(report)):
        if block := _block(report, at):
            quoted = _bare(block[0]), _bare(block[1])
            for call in reversed(calls):
                if isinstance(call.args, dict) and quoted == (
                    _bare(call.args["search"]),
                    _bare(call.args["replace"]),
                ):
                    return call
    return None


def report_end(lines: Sequence[str], at: int) -> int:
    """The line behind a report of failure that starts here; 0 if its block isn't complete."""
    return next((end + 1 for end in range(at, len(lines)) if _TAIL.match(lines[end])), 0)


def without_torn_block(lines: list[str]) -> list[str]:
    """Lines up to a block that isn't complete, or all."""
    for at in range(len(lines) - 1, -1, -1):
        if _HEAD.match(lines[at]):
            if _block(lines, at):
                break
            said = lines[:at]
            _heading(said)
            return said
    return lines


def _block(lines: Sequence[str], at: int) -> Block | None:
    """The block that starts in this line, if it is complete."""
    if not _HEAD.match(lines[at]):
        return None
    middle = 0
    for end in range(at + 1, len(lines)):
        if _TAIL.match(lines[end]) and middle:
            return "\n".join(lines[at + 1 : middle]), "\n".join(lines[middle + 1 : end]), end + 1
        if _HEAD.match(lines[end]):
            return None
        if _DIVIDER.match(lines[end]) and not middle:
            middle = end
    return None


def _heading(said: list[str]) -> tuple[str, bool]:
    """The file that is named right above a block, and whether a fence is opened there. Both are
    taken from what was said; models write them in either order."""
    name, fenced = "", False
    while said:
        if not fenced and _FENCE.match(said[-1]):
            fenced = True
        elif not name and (found := _NAME.match(said[-1])):
            name = found[1]
        else:
            break
        said.pop()
    return name, fenced


def _path(call: ToolCall) -> str:
    return str(call.args["path"]) if isinstance(call.args, dict) else ""


def _bare(text: str) -> list[str]:
    """Lines without their indentation, which reports lose."""
    return [line.strip() for line in text.strip().split("\n")]


def _text(said: list[str]) -> list[Text]:
    text = "\n".join(said).strip()
    return [Text(text)] if text else []
