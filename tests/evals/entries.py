"""Markdown as entries: a bullet with what is indented below it, a list item, a row, a paragraph.

Bullets that are the fields of one record (`- **Fix**: ...` below a heading of its own) are one
entry together with that heading. Not in here: whether what an entry says is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+")
_FIELD = re.compile(r"[-*+]\s+\*\*[^*]+\*\*")
_HEADING = re.compile(r"#{1,6}\s+")
_ROW = re.compile(r"\|.*\|\s*$")


def entries(text: str) -> Iterator[str]:
    """The entries of a Markdown file, each on one line; without headings and front matter."""
    return _Reading().read(_split(text)[1])


def units(text: str) -> Iterator[str]:
    """All that a file says: its entries, each item in them, headings, lines of front matter."""
    front, body = _split(text)
    headings = (line for line in body if _HEADING.match(line))
    items = _Reading(flat=True).read(body)
    yield from dict.fromkeys([*front, *headings, *_Reading().read(body), *items])


def tokens(entry: str) -> frozenset[str]:
    """The words of an entry, as far as they tell whether two say the same."""
    return frozenset(re.findall(r"\w+", entry.lower()))


def alike(one: str, other: str) -> float:
    """How much of the words two entries share, from 0 to 1."""
    ours, theirs = tokens(one), tokens(other)
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


_SMALL_WORDS = """
    a an and any are as at be by can do does for from has have if in is it its no not of on or so
    than that the their them then there these this those to was were when which with you your never
    always only must should use used using before after
"""
_SMALL = frozenset(_SMALL_WORDS.split())


def shared(one: str, other: str) -> float:
    """How much of the shorter entry's words the other one has too, small words and endings aside,
    from 0 to 1: near a quarter where one mentions what the other says, over half where it says it.
    """
    ours, theirs = (
        {re.sub(r"(?<=\w{3})(?:ing|ed|es|s)$", "", word) for word in tokens(entry) - _SMALL}
        for entry in (one, other)
    )
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


@dataclass(slots=True)
class _Reading:
    """The entry at hand, whether it is a record, and the heading it stands below. `flat`: every
    item is an entry, however deep it stands."""

    flat: bool = False
    now: list[str] = field(default_factory=list)
    record: bool = False
    heading: str = ""
    fenced: bool = False

    def read(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            goes_on = self.fenced or (self.record and _FIELD.match(line))
            if not goes_on and self._starts(line):
                yield from self._entry()
            self.fenced ^= line.lstrip().startswith("```")
            if not self.fenced and _HEADING.match(line):
                self.heading = line
            elif line.strip():
                in_record = self.heading.startswith("##") and not self.flat
                if not self.now and in_record and _FIELD.match(line):
                    self.now, self.record = [self.heading], True
                self.now.append(line)
        yield from self._entry()

    def _starts(self, line: str) -> bool:
        line = line.lstrip() if self.flat else line
        marked = _ITEM.match(line) or _HEADING.match(line) or _ROW.match(line)
        return bool(marked) or not line.strip()

    def _entry(self) -> Iterator[str]:
        if self.now:
            yield " ".join(" ".join(self.now).split())
        self.now, self.record = [], False


def _split(text: str) -> tuple[list[str], list[str]]:
    """Front matter and body, in lines."""
    lines = text.splitlines()
    if lines[:1] == ["---"] and "---" in lines[1:]:
        end = lines.index("---", 1)
        return lines[1:end], lines[end + 1 :]
    return [], lines
