"""A terminal's screen, folded: bytes of a terminal -> the lines that stay in its scroll-back.

What is overwritten (progress bars, spinners, a prompt being edited) leaves only its last state, and
of programs that take the whole screen (editors, pagers) nothing: they are counted. A screen that is
cleared was read before, so its lines are kept. Not in here: colours, character sets, tab stops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from unicodedata import combining, east_asian_width

ROWS = 50
"""Lines of a screen whose size isn't known: what a cursor may still go up to."""

LARGEST = 500
"""Rows and columns that a screen may have, and how far right a cursor goes where its width isn't
known. Some programs go far too far on purpose, to see where they end up."""

MARKS = 30
"""Combining marks on a character: scripts use a handful, jokes hundreds."""

_TOKEN = re.compile(
    r"\x1b\[(?P<args>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b(?P<escape>[ -/]*[0-~])"
    r"|(?P<control>[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
)
_TORN = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_][^\x07\x1b]{0,4096}\x1b?)?\Z")
_WHOLE_SCREEN = ("?1049", "?1047", "?47")


@dataclass(frozen=True, slots=True)
class Folded:
    """A line as it was when it scrolled out of the screen.

    typed  what the person sent while the cursor was in it, shown or not; None if nothing
    asked  from which character on it was written while a program asked for a line, as shells say
           when they do (bracketed paste); None if nothing was, 0 where nobody ever said so
    time   when its first character was written
    """

    text: str
    typed: str | None = None
    asked: int | None = 0
    time: float = 0.0


@dataclass(slots=True)
class _Row:
    """A row of cells; a wide character is followed by an empty one. `wrapped` rows go on below, and
    `asked` counts cells."""

    cells: list[str] = field(default_factory=list)
    wrapped: bool = False
    typed: str | None = None
    asked: int | None = 0
    time: float = 0.0

    @property
    def is_blank(self) -> bool:
        return not "".join(self.cells).strip()


@dataclass(slots=True)
class Screen:
    """A screen of so many rows and columns (0: lines of any length). Rows in which nothing was
    written yet are None.

    now           what time it is, set by whoever feeds it
    whole_screen  how often a program took the whole screen
    """

    rows: int = ROWS
    columns: int = 0
    now: float = 0.0
    whole_screen: int = 0
    _lines: list[_Row | None] = field(default_factory=list)
    _row: int = 0
    _column: int = 0
    _saved: tuple[int, int] = (0, 0)
    _region: tuple[int, int] = (0, 0)
    _hidden: bool = False
    _asking: bool | None = None
    _torn: str = ""
    _out: list[_Row] = field(default_factory=list)
    _seen: int = 0

    def __post_init__(self) -> None:
        self.resize(self.rows, self.columns)

    def resize(self, rows: int, columns: int) -> None:
        """Take another size; rows too many scroll out."""
        self.rows, self.columns = min(max(rows, 2), LARGEST), min(columns, LARGEST)
        while len(self._lines) > max(self.rows, self._row + 1) and self._lines[-1] is None:
            self._lines.pop()
        gone = max(len(self._lines) - self.rows, 0)
        self._leave(self._lines[:gone])
        self._row = max(self._row - gone, 0)
        self._lines = [*self._lines[gone:], *[None] * (self.rows - len(self._lines))]
        self._region = (0, self.rows - 1)

    def feed(self, text: str) -> Iterator[Folded]:
        """The lines that scroll out when this is written."""
        text = self._torn + text
        torn = _TORN.search(text)
        self._torn = torn[0] if torn else ""
        for token in _TOKEN.finditer(text, 0, torn.start() if torn else len(text)):
            if token["final"]:
                self._sequence(token["args"], token["final"])
            elif self._hidden:
                continue
            elif token["text"]:
                self._write(token["text"])
            elif token["control"]:
                self._control(token["control"])
            elif token["escape"]:
                self._escape(token["escape"])
            if len(self._out) > self._seen:
                yield from self._scrolled()

    def typed(self, text: str) -> None:
        """Note that the person sent this while the cursor was in the line where it is."""
        if not self._hidden:
            self._here.typed = text

    def rest(self) -> Iterator[Folded]:
        """The lines on the screen at the end."""
        self._clear()
        self._seen = 0
        return self._scrolled(end=True)

    @property
    def _here(self) -> _Row:
        """The row of the cursor."""
        row = self._lines[self._row]
        if row is None:
            row = self._lines[self._row] = _Row()
        return row

    def _leave(self, rows: Iterable[_Row | None]) -> None:
        """Let rows scroll out. Between others, one stands for all in which nothing was written."""
        before: _Row | None = None
        for row in rows:
            if row or before:
                self._out.append(row or _Row())
            before = row

    def _scrolled(self, end: bool = False) -> Iterator[Folded]:
        start = 0
        for at in range(self._seen, len(self._out)):
            if self._out[at].wrapped and (not end or at + 1 < len(self._out)):
                continue
            yield _folded(self._out[start : at + 1])
            start = at + 1
        del self._out[:start]
        self._seen = len(self._out)

    def _write(self, text: str) -> None:
        for piece in [text] if text.isascii() else text:
            wide = not piece.isascii() and east_asian_width(piece) in "WF"
            if not piece.isascii() and combining(piece):
                cells, at = self._here.cells, self._column - 1
                if 0 <= at < len(cells) and len(cells[at]) < MARKS:
                    cells[at] += piece
                continue
            cells = [piece, ""] if wide else list(piece)
            while cells:
                if self.columns and self._column >= self.columns:
                    self._here.wrapped = True
                    self._column = 0
                    self._down()
                room = self.columns - self._column if self.columns else len(cells)
                self._put(cells[:room])
                cells = cells[room:]

    def _put(self, cells: list[str]) -> None:
        row = self._here
        if not any(row.cells):
            row.time = self.now
        if self._asking:
            row.asked = self._column if row.asked is None else min(row.asked, self._column)
        elif self._asking is not None:
            row.asked = None
        self._column = min(self._column, len(row.cells) + LARGEST)
        row.cells += [" "] * (self._column - len(row.cells))
        row.cells[self._column : self._column + len(cells)] = cells
        self._column += len(cells)

    def _control(self, char: str) -> None:
        if char == "\r":
            self._column = 0
        elif char == "\n":  # alone as well: logs were often stripped of their carriage returns
            self._here.wrapped = False
            self._column = 0
            self._down()
        elif char == "\b":
            self._column = max(self._column - 1, 0)
        elif char == "\t":
            self._column = (self._column // 8 + 1) * 8

    def _escape(self, kind: str) -> None:
        if kind == "7":
            self._saved = self._row, self._column
        elif kind == "8":
            self._row, self._column = self._saved
        elif kind == "M":
            top, bottom = self._region
            if self._row == top:
                self._lines.insert(top, None)
                del self._lines[bottom + 1]
            else:
                self._row = max(self._row - 1, 0)

    def _sequence(self, args: str, final: str) -> None:
        if final in "hl" and args in _WHOLE_SCREEN:
            self.whole_screen += final == "h" and not self._hidden
            self._hidden = final == "h"
        elif final in "hl" and args == "?2004":
            self._asking = final == "h"
        elif not self._hidden and (act := _ACTS.get(final)) and not args.startswith(("?", ">")):
            numbers = [int(number[:5]) if number.isdigit() else 0 for number in args.split(";")]
            act(self, [*numbers, 0])

    def _down(self) -> None:
        top, bottom = self._region
        if self._row != bottom:
            self._row = min(self._row + 1, self.rows - 1)
            return
        gone = self._lines.pop(top)
        if top == 0:
            self._leave([gone])
        self._lines.insert(bottom, None)

    def _move(self, row: int, column: int) -> None:
        self._row = min(max(row, 0), self.rows - 1)
        self._column = min(max(column, 0), (self.columns or LARGEST) - 1)
        self._saved = min(self._saved[0], self.rows - 1), self._saved[1]

    def _erase_line(self, how: int) -> None:
        row = self._here
        if how == 0:
            del row.cells[self._column :]
            row.wrapped = False
        elif how == 1:
            row.cells[: self._column + 1] = [" "] * min(self._column + 1, len(row.cells))
        else:
            row.cells.clear()
            row.wrapped = False

    def _erase_screen(self, how: int) -> None:
        if how == 0:
            self._erase_line(0)
            below = self._row + 1
            self._lines[below:] = [None] * (self.rows - below)
        elif how == 2:
            self._clear()

    def _clear(self) -> None:
        """An empty screen; what was on it has scrolled out."""
        used = self.rows
        while used and ((last := self._lines[used - 1]) is None or last.is_blank):
            used -= 1
        self._leave(self._lines[:used])
        self._lines = [None] * self.rows

    def _insert_rows(self, count: int) -> None:
        end = self._region[1] + 1
        if self._row < end:
            added = [None] * min(count, end - self._row)
            self._lines[self._row : end] = [*added, *self._lines[self._row : end - len(added)]]

    def _delete_rows(self, count: int) -> None:
        end = self._region[1] + 1
        if self._row < end:
            gone = min(count, end - self._row)
            self._lines[self._row : end] = [*self._lines[self._row + gone : end], *[None] * gone]

    def _set_region(self, top: int, bottom: int) -> None:
        last = min(bottom or self.rows, self.rows) - 1
        first = max(top - 1, 0)
        self._region = (first, last) if first < last else (0, self.rows - 1)
        self._move(0, 0)

    def _shift(self, erased: int = 0, deleted: int = 0, inserted: int = 0) -> None:
        """Change cells of the row from the cursor on."""
        cells, at = self._here.cells, self._column
        width = max(len(cells), self.columns or LARGEST)
        blanks = [" "] * min(erased, max(len(cells) - at, 0))
        cells[at : at + erased + deleted] = blanks
        if at < len(cells):
            cells[at:at] = [" "] * min(inserted, LARGEST)
            del cells[width:]


def _folded(rows: Sequence[_Row]) -> Folded:
    """The line that these rows are."""
    texts = ["".join(row.cells) for row in rows]
    asked, before = None, 0
    for row, text in zip(rows, texts, strict=True):
        if row.asked is not None:
            asked = before + len("".join(row.cells[: row.asked]))
            break
        before += len(text)
    typed = next((row.typed for row in rows if row.typed is not None), None)
    return Folded("".join(texts).rstrip(), typed, asked, rows[0].time)


_ACTS: dict[str, Callable[[Screen, list[int]], None]] = {
    "A": lambda s, n: s._move(s._row - (n[0] or 1), s._column),
    "B": lambda s, n: s._move(s._row + (n[0] or 1), s._column),
    "C": lambda s, n: s._move(s._row, s._column + (n[0] or 1)),
    "D": lambda s, n: s._move(s._row, s._column - (n[0] or 1)),
    "E": lambda s, n: s._move(s._row + (n[0] or 1), 0),
    "F": lambda s, n: s._move(s._row - (n[0] or 1), 0),
    "G": lambda s, n: s._move(s._row, n[0] - 1),
    "H": lambda s, n: s._move(n[0] - 1, n[1] - 1),
    "J": lambda s, n: s._erase_screen(n[0]),
    "K": lambda s, n: s._erase_line(n[0]),
    "L": lambda s, n: s._insert_rows(n[0] or 1),
    "M": lambda s, n: s._delete_rows(n[0] or 1),
    "P": lambda s, n: s._shift(deleted=n[0] or 1),
    "X": lambda s, n: s._shift(erased=n[0] or 1),
    "@": lambda s, n: s._shift(inserted=n[0] or 1),
    "d": lambda s, n: s._move(n[0] - 1, s._column),
    "f": lambda s, n: s._move(n[0] - 1, n[1] - 1),
    "r": lambda s, n: s._set_region(n[0], n[1]),
}
