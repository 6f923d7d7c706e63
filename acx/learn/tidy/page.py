"""A page of Markdown as blocks of lines: headings, entries, and what must not be looked into.

No renderer: as much of Markdown as tells an entry from its neighbours. What is within code fences,
comments and front matter is one block, and never an entry. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["front", "heading", "bullet", "number", "paragraph", "table", "row", "code", "other"]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_BULLET = re.compile(r" {0,1}[-*+]\s+\S")
_NUMBER = re.compile(r" {0,1}\d{1,9}[.)]\s+\S")
_RULE = re.compile(r" {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_DELIMITERS = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_CELL = re.compile(r"(?<!\\)\|")
_INDENTED = re.compile(r"(?: {2,}|\t)\s*\S")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (from 0, `last` not included) that belong together.

    text      they, without line ends
    headings  the titles above it, outermost first
    lead      the paragraph right before the list it stands in: "Before a release:"
    level     of a heading
    """

    kind: Kind
    first: int
    last: int
    text: str
    headings: tuple[str, ...] = ()
    lead: str = ""
    level: int = 0

    @property
    def title(self) -> str:
        """Of a heading, without its marks."""
        found = _HEADING.match(self.text.split("\n")[0])
        return (found[2] or "").strip() if found else self.text.split("\n")[0].strip()


def rows(data: bytes | None) -> list[str]:
    """The lines of a page, as git counts them, without line ends; a last empty one is none."""
    found = (data or b"").decode(errors="replace").split("\n")
    return [row.rstrip("\r") for row in (found if found[-1] else found[:-1])]


def parsed(data: bytes | None) -> list[Block]:
    """The blocks of a page, blank lines left out."""
    lines = rows(data)
    above: list[tuple[int, str]] = []
    found: list[Block] = []
    lead = ""
    for kind, first, last in _blocks(lines):
        text = "\n".join(lines[first:last])
        level = _level(text) if kind == "heading" else 0
        above = [one for one in above if one[0] < level] if level else above
        titles = tuple(title for _, title in above)
        listed = kind in ("bullet", "number")
        block = Block(kind, first, last, text, titles, lead if listed else "", level)
        found.append(block)
        if level:
            above.append((level, block.title))
        lead = text if kind == "paragraph" else lead if listed else ""
    return found


def table_rows(table: Block) -> list[Block]:
    """The rows of a table that has a head, which is what leads to them; without its own two lines.

    Tables with the same head have different leads: the line where they begin stands in it.
    """
    head, *more = table.text.split("\n")
    if not more or not _DELIMITERS.match(more[0]):
        return []
    lead = f"{table.first}: {head.strip()}"
    return [
        Block("row", at, at + 1, text, table.headings, lead)
        for at, text in enumerate(more[1:], table.first + 2)
        if text.lstrip().startswith("|")
    ]


def cells(row: str) -> tuple[str, ...]:
    """The texts of a row's cells."""
    first, *found = (" ".join(cell.split()) for cell in _CELL.split(row.strip()))
    return tuple([first, *found] if first else found)


def _level(text: str) -> int:
    found = _HEADING.match(text)
    if found:
        return len(found[1])
    return 1 if text.rsplit("\n", 1)[-1].strip().startswith("=") else 2


def _blocks(lines: Sequence[str]) -> Iterator[tuple[Kind, int, int]]:
    at = _front(lines)
    if at:
        yield "front", 0, at
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        kind, end = _block(lines, at)
        yield kind, at, end
        at = end


def _front(lines: Sequence[str]) -> int:
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((n + 1 for n, row in enumerate(lines) if n and row.rstrip() == "---"), 0)


def _block(lines: Sequence[str], at: int) -> tuple[Kind, int]:
    """The kind of the block that begins here, and the line after it."""
    row = lines[at]
    if fence := _FENCE.match(row):
        return "code", _closed(lines, at, fence[1])
    if _HEADING.match(row):
        return "heading", at + 1
    if _RULE.match(row):
        return "other", at + 1
    if _BULLET.match(row) or _NUMBER.match(row):
        return "bullet" if _BULLET.match(row) else "number", _item(lines, at)
    if row.lstrip().startswith("|"):
        return "table", _until_blank(lines, at)
    if row.lstrip().startswith(("<", ">", "[^")) or re.match(r"    |\t", row):
        return "other", _until_blank(lines, at)
    end = at + 1
    while end < len(lines) and lines[end].strip():
        if _UNDERLINE.match(lines[end]):
            return "heading", end + 1
        if _begins(lines[end]):
            break
        end += 1
    return "paragraph", end


def _begins(row: str) -> bool:
    """Whether a line begins a block of its own, also without a blank line before it."""
    starts = (_FENCE, _HEADING, _RULE, _BULLET, _NUMBER)
    return any(start.match(row) for start in starts) or row.lstrip().startswith(("|", "<!--", ">"))


def _closed(lines: Sequence[str], at: int, fence: str) -> int:
    closing = re.compile(rf"\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    found = (n + 1 for n in range(at + 1, len(lines)) if closing.match(lines[n]))
    return next(found, len(lines))


def _item(lines: Sequence[str], at: int) -> int:
    """The line after an item, with what is indented below it and the lines its text goes on in."""
    end = at + 1
    while end < len(lines):
        row = lines[end]
        if not row.strip():
            after = next((n for n in range(end, len(lines)) if lines[n].strip()), len(lines))
            if after == len(lines) or not _INDENTED.match(lines[after]):
                break
            end = after
        elif _INDENTED.match(row):
            fence = _FENCE.match(row)
            end = _closed(lines, end, fence[1]) if fence else end + 1
        elif _begins(row):
            break
        else:
            end += 1
    return end


def _until_blank(lines: Sequence[str], at: int) -> int:
    if lines[at].lstrip().startswith("<!--"):
        return next((n + 1 for n in range(at, len(lines)) if "-->" in lines[n]), len(lines))
    return next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))


def without(data: bytes, blocks: Sequence[Block]) -> bytes:
    """The page without these blocks, and without the blank lines that only they needed."""
    pieces = data.split(b"\n")
    out = {at for block in blocks for at in range(block.first, block.last)}
    kept: list[bytes] = []
    removed = False
    for at, piece in enumerate(pieces):
        if at in out:
            removed = True
            continue
        blank = not piece.strip()
        if removed and blank and (not kept or not kept[-1].strip()):
            continue  # there is a blank line before what went
        removed = removed and blank
        kept.append(piece)
    return _ended(kept, data)


def replaced(data: bytes, block: Block, text: str) -> bytes:
    """The page with other lines in place of a block's, with the line ends it has."""
    pieces = data.split(b"\n")
    end = b"\r" if pieces[block.first].endswith(b"\r") else b""
    new = [row.encode() + end for row in text.split("\n")]
    return b"\n".join([*pieces[: block.first], *new, *pieces[block.last :]])


def _ended(pieces: list[bytes], data: bytes) -> bytes:
    while pieces and not pieces[-1].strip():
        pieces.pop()
    return b"\n".join(pieces) + (b"\n" if pieces and data.endswith(b"\n") else b"")
