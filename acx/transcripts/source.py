"""The source: bytes of a transcript -> JSON values, tolerant of what really happens to files.

Torn last lines, two objects glued on one line by concurrent writers, a byte order mark, CRLF, bad
UTF-8, lines of many megabytes, pretty-printed files that are called .jsonl. What can't be read is
told to `Notes`, once a kind, and never stops the rest. Not in here: what the values mean.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from acx.transcripts.contract import LONGEST_LINE, SAMPLE_BYTES, Notes, Sample

BAD_UTF8 = "not valid UTF-8: the bad bytes are replaced"
NOT_JSON = "not JSON"
NOT_OBJECT = "JSON, but not an object"
TOO_LONG = f"longer than {LONGEST_LINE // 2**20} MB: skipped"
TORN = "the last line is cut off"

_BOM = b"\xef\xbb\xbf"
_raw_decode = json.JSONDecoder().raw_decode


def skip(notes: Notes, line: int, what: str) -> None:
    """Count something that is left out, and warn at the first line where it happens."""
    notes.ignored[what] += 1
    warn_once(notes, line, what)


def warn_once(notes: Notes, line: int, what: str) -> None:
    if all(warning.what != what for warning in notes.warnings):
        notes.warn(line, what)


def objects(stream: BinaryIO, notes: Notes) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line from 1, object) for every object of the transcript; a list's elements one by one.

    Memory stays small for JSON Lines, whose lines are read one at a time. A file that is a single
    JSON value has to be decoded whole.
    """
    for line, value in _values(stream, notes):
        if isinstance(value, dict):
            yield line, value
            continue
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict):
                yield line, item
            else:
                skip(notes, line, NOT_OBJECT)


def lines(stream: BinaryIO, notes: Notes, limit: int = LONGEST_LINE) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line with its ending), without a byte order mark. Lines of more than `limit`
    bytes are skipped with a warning and never held in memory whole."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) <= limit:
            yield number, line
            continue
        skip(notes, number, TOO_LONG)
        while line and not line.endswith(b"\n"):
            line = stream.readline(2**16)


def sample(stream: BinaryIO) -> tuple[Sample, BinaryIO]:
    """The start of the transcript, and a stream that gives all of it (also where it can't seek).

    Reads beyond SAMPLE_BYTES only where that cuts the first value: to the end of its line, and to
    the end of a file that is one pretty-printed value.
    """
    data = stream.read(SAMPLE_BYTES)
    if _starts_cut(data):
        data += stream.readline(LONGEST_LINE)
        if _starts_cut(data):
            data += stream.read()
    ahead = stream.read(1)
    head = data[:SAMPLE_BYTES]
    whole = None if ahead else _whole(data)
    values = [whole] if whole is not None else []
    if whole is None:
        end = data.rfind(b"\n") + 1 if ahead else len(data)
        for line in data[:end].removeprefix(_BOM).split(b"\n"):
            found = _split(line.decode("utf-8", "replace"))[0]
            values += [value for value in found if isinstance(value, dict | list)]
    text = head.removeprefix(_BOM).decode("utf-8", "replace")
    again = io.BufferedReader(_Replay(data + ahead, stream), 2**16)
    return Sample(head, text, tuple(values), whole), again


def records(sample: Sample) -> list[dict[str, Any]]:
    """The objects of a sample; a list's elements one by one."""
    opened = [
        item for value in sample.values for item in (value if isinstance(value, list) else [value])
    ]
    return [item for item in opened if isinstance(item, dict)]


def _values(stream: BinaryIO, notes: Notes) -> Iterator[tuple[int, Any]]:
    first = True
    for number, line in lines(stream, notes):
        if not line.strip():
            continue
        if first and _starts_cut(line):
            # pretty-printed, or a JSON Lines file whose first line is damaged
            rest = stream.read()
            whole = _whole(line + rest)
            if whole is not None:
                yield number, whole
                return
            yield from _decoded(number, line, notes)
            for later, other in lines(io.BytesIO(rest), notes):
                yield from _decoded(number + later, other, notes)
            return
        first = False
        yield from _decoded(number, line, notes)


def _decoded(number: int, line: bytes, notes: Notes) -> Iterator[tuple[int, Any]]:
    try:
        text, clean = line.decode(), True
    except UnicodeDecodeError:
        text, clean = line.decode("utf-8", "replace"), False
    found, complete = _split(text)
    if not complete:
        skip(notes, number, NOT_JSON if line.endswith(b"\n") else TORN)
    elif not clean:
        warn_once(notes, number, BAD_UTF8)
    for value in found:
        yield number, value


def _split(text: str) -> tuple[list[Any], bool]:
    """The values of a line, and whether they are all there is."""
    try:
        return [json.loads(text)], True
    except (ValueError, RecursionError):
        pass
    found: list[Any] = []
    text = text.strip()
    at = 0
    while at < len(text):
        try:
            value, at = _raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, False
        if not isinstance(value, dict):  # "12 apples" is not the number 12
            return found, False
        found.append(value)
        while text[at : at + 1].isspace():
            at += 1
    return found, True


def _starts_cut(data: bytes) -> bool:
    """Whether this starts a JSON list or object that doesn't end in it."""
    text = data.removeprefix(_BOM).decode("utf-8", "replace").lstrip()
    if text[:1] not in ("[", "{"):
        return False
    try:
        _raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return False


def _whole(data: bytes) -> Any:
    try:
        value = json.loads(data.removeprefix(_BOM).decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list | dict) else None


class _Replay(io.RawIOBase):
    """The bytes read for the sample, then the rest of the stream."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = io.BytesIO(start)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._start.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
