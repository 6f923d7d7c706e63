"""Elements: JSON that isn't one object a line, read piece by piece. A list's elements one by one,
and objects that follow each other over many lines.

Only the piece that is being read is in memory. Not in here: JSON Lines, which `source` reads.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from acx.transcripts.contract import Notes
from acx.transcripts.mending import NOT_JSON, TORN, is_cut, mended

BAD_UTF8 = "not valid UTF-8: the bad bytes are replaced"
BLOCK = 2**20
"""Bytes read at first for a piece; twice as many each time it turns out to be longer."""

_BETWEEN = re.compile(r"[\s,]*")
_raw_decode = json.JSONDecoder().raw_decode


def elements(stream: BinaryIO, notes: Notes, everything: bool = False) -> Iterator[Any]:
    """The values of a stream, of lists their elements. The last one, if it is cut off, with what
    can be told of it (see `mended`)."""
    text = _Text(stream, notes)
    listed, indent = False, -1
    while char := text.next():
        if char in "[]" and listed == (char == "]"):
            listed = not listed
            text.at += 1
            continue
        indent = text.indent() if indent < 0 else indent
        value, complete = _value(text, notes, everything)
        if value is not None:
            yield value
        if not complete and not text.go_on(indent):
            return
    if listed:
        text.place()
        notes.skip(TORN)


def _value(text: _Text, notes: Notes, everything: bool) -> tuple[Any, bool]:
    """The value that starts here, and whether it is complete."""
    text.place()
    while True:
        try:
            value, end = _raw_decode(text.held, text.at)
        except json.JSONDecodeError as error:
            cut = is_cut(error)
            if cut and text.more():
                continue
            notes.skip(TORN if cut else NOT_JSON)
            return mended(text.held[text.at :], everything) if cut else None, False
        except (ValueError, RecursionError):
            notes.skip(NOT_JSON)
            return None, False
        if end == len(text.held) and not isinstance(value, dict | list) and text.more():
            continue  # a number may go on
        text.at = end
        return value, True


class _Text:
    """The text of a stream from `at` on, of which `held` is in memory."""

    def __init__(self, stream: BinaryIO, notes: Notes) -> None:
        self._stream = stream
        self._notes = notes
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._placed = 0
        self.held = ""
        self.at = 0
        notes.line = max(notes.line, 1)

    def next(self) -> str:
        """The character that the next value starts with; "" at the end."""
        while True:
            self.at = _BETWEEN.match(self.held, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.held):
                return self.held[self.at]
            if not self.more():
                return ""

    def more(self) -> bool:
        """Read on, and let go of what is behind. False at the end of the stream."""
        block = self._stream.read(max(BLOCK, len(self.held) - self.at))
        if not block:
            return False
        self._count()
        self.held = self.held[self.at :] + self._decoded(block)
        self.at = self._placed = 0
        return True

    def place(self) -> None:
        """Tell the notes that this is what is being read."""
        self._count()

    def indent(self) -> int:
        """How far the value that starts here is indented; -1 if it isn't the first of its line."""
        before = self.held[max(0, self.at - 100) : self.at]
        line = before.rpartition("\n")[2]
        return len(line) if not line.strip() and (len(before) < 100 or "\n" in before) else -1

    def go_on(self, indent: int) -> bool:
        """Go to the next line that starts a value as far indented as the others."""
        if indent < 0:
            return False
        start = re.compile(rf"\n[ \t]{{{indent}}}(?=[{{\[])")
        while not (found := start.search(self.held, self.at)):
            self.at = max(self.at, len(self.held) - indent - 2)
            if not self.more():
                return False
        self.at = found.end()
        return True

    def _decoded(self, block: bytes) -> str:
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(block)
        except UnicodeDecodeError:
            self._notes.warn(BAD_UTF8)
            self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
            self._decoder.setstate(before)
            return self._decoder.decode(block)

    def _count(self) -> None:
        passed = self.held[self._placed : self.at]
        self._notes.line += passed.count("\n")
        self._notes.byte += len(passed.encode())
        self._placed = self.at
