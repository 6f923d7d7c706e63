"""The SEARCH/REPLACE blocks in an answer of aider's, and what became of them.

A block is a call of a tool named `edit`; that it was applied, or that its lines weren't found, is
the result. Not in here: whole files and unified diffs, which look like any code in an answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from acx.model import Part, Text, ToolCall

_HEAD = re.compile(r"<{5,9} (?:SEARCH|ORIGINAL)\s*$")
_DIVIDER = re.compile(r"={5,9}\s*$")
_TAIL = re.compile(r">{5,9} (?:REPLACE|UPDATED)\s*$")
_FENCE = re.compile(r"`{3,}[\w+-]*\s*$")
_UNMATCHED = re.compile(r"## SearchReplace\w+: ")
_SPACE = " \t\r\f\v"

Block = tuple[str, str, int]
"""What is searched, what replaces it, and the line behind."""

_Key = tuple[str, str]


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


@dataclass(slots=True)
class Waiting:
    """Edits whose results are still to come, found by their file or by what they replace."""

    calls: dict[str, ToolCall] = field(default_factory=dict)
    files: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    blocks: defaultdict[_Key, list[str]] = field(default_factory=lambda: defaultdict(list))

    @staticmethod
    def of(calls: Iterable[ToolCall]) -> Waiting:
        waiting = Waiting()
        for call in calls:
            args = call.args
            assert isinstance(args, dict)
            path = args["path"]
            waiting.calls[call.id] = call
            waiting.files[path].append(call.id)
            waiting.names[path.rpartition("/")[2]].append(call.id)
            waiting.blocks[_key(args["search"], args["replace"])].append(call.id)
        return waiting

    def applied(self, path: str) -> list[ToolCall]:
        """The edits of a file, by its path or else, since models shorten those, by its name."""
        exact = self._taken(self.files.pop(path, ()))
        return exact or self._taken(self.names.pop(path.rpartition("/")[2], ()))

    def failed(self, report: Sequence[str]) -> list[ToolCall]:
        """The edit whose block a report of failure quotes. Of equal ones the last: the first of
        them took away what the others search for."""
        for at in range(len(report)):
            if block := _block(report, at):
                same = self.blocks.get(_key(block[0], block[1]), [])
                while same:
                    if found := self._taken([same.pop()]):
                        return found
        return []

    def rest(self) -> list[ToolCall]:
        """All that still wait."""
        return self._taken(list(self.calls))

    def _taken(self, ids: Iterable[str]) -> list[ToolCall]:
        return [self.calls.pop(id) for id in ids if id in self.calls]


def starts_report(line: str) -> bool:
    """Whether a report of an edit that failed starts in this line."""
    return _UNMATCHED.match(line) is not None


def report_end(lines: Sequence[str], at: int) -> int:
    """The line behind a report of failure that starts here; 0 if its block isn't complete."""
    for end in range(at + 1, len(lines)):
        if _TAIL.match(lines[end]):
            return end + 1
        if starts_report(lines[end]):
            break
    return 0


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
        elif not name and (named := _named(said[-1])):
            name = named
        else:
            break
        said.pop()
    return name, fenced


def _named(line: str) -> str:
    """The file that a line names, without what marks it as a heading, as bold or as code."""
    name = line.lstrip(f"#*`{_SPACE}").rstrip(f"*`:{_SPACE}")
    return name if name.split() == [name] and not name.startswith(":") else ""


def _key(search: str, replace: str) -> _Key:
    """A block without the indentation of its lines, which reports lose."""
    return _bare(search), _bare(replace)


def _bare(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def _text(said: list[str]) -> list[Text]:
    text = "\n".join(said).strip()
    return [Text(text)] if text else []
