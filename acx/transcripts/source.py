"""The source: bytes of a transcript -> JSON objects or lines of text, tolerant of what really
happens to files.

Torn ends, two objects glued on one line by concurrent writers, a byte order mark, CRLF, bad UTF-8,
UTF-16 of a Windows shell, lines of many megabytes, pretty-printed files that are called .jsonl.
What can't be read is told to `Notes`, once a kind, with its line and byte, and never stops the
rest. Not in here: what the values mean, and how torn JSON is closed (`mending`).
"""

from __future__ import annotations

import codecs
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from acx.transcripts.contract import LONGEST_LINE, SAMPLE_BYTES, Notes, Sample, Shape
from acx.transcripts.elements import BAD_UTF8, elements
from acx.transcripts.json_text import decoder
from acx.transcripts.mending import NOT_JSON, NOT_OBJECT, TORN, decode, is_unfinished, mended

TOO_LONG = f"longer than {LONGEST_LINE // 2**20} MB: skipped"
FIRST_RECORD = 4 * 2**20
"""Bytes that a sample may have where the first record is longer than SAMPLE_BYTES."""

HELD = 16 * 2**20
"""Bytes of a pipe that are kept in memory; more go to a temporary file."""

CHECKED = 8192
"""Bytes of a line that are checked at a time."""

_BOM = b"\xef\xbb\xbf"

__all__ = ["BAD_UTF8", "NOT_JSON", "NOT_OBJECT", "TORN", "objects", "sample", "texts"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants of each line.

    fields  a TypedDict: its fields alone are decoded, the others checked and passed over
    whole   whether a line is to be decoded whole after all, going by these fields
    """

    fields: type
    whole: Callable[[Any], bool] = lambda _: False


def objects(
    stream: BinaryIO, notes: Notes, wanted: Wanted | None = None
) -> Iterator[dict[str, Any]]:
    """Every object of the transcript; a list's elements one by one.

    Memory stays small: JSON Lines are read line by line, a list element by element. Only a file
    that is a single object has to be decoded whole. More than what is `wanted` may be there.
    """
    for value in _values(stream, notes, wanted=wanted):
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield item
                else:
                    notes.skip(NOT_OBJECT)
        else:
            notes.skip(NOT_OBJECT)


def texts(stream: BinaryIO, notes: Notes) -> Iterator[str]:
    """Every line of a text, decoded, without its ending."""
    for line in lines(stream, notes):
        try:
            yield line.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            notes.warn(BAD_UTF8)
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def lines(stream: BinaryIO, notes: Notes, limit: int = LONGEST_LINE) -> Iterator[bytes]:
    """Every line with its ending, without a byte order mark. Lines of more than `limit` bytes are
    skipped with a warning and never held in memory whole."""
    while line := stream.readline(limit + 1):
        notes.line += 1
        size = len(line)
        if notes.line == 1:
            line = line.removeprefix(_BOM)
        if size <= limit:
            yield line
        else:
            notes.skip(TOO_LONG)
            while line and not line.endswith(b"\n"):
                line = stream.readline(2**16)
                size += len(line)
        notes.byte += size


def seekable(stream: BinaryIO) -> BinaryIO:
    """The stream, or a copy of it in UTF-8 that can seek: of a pipe, or of a file in UTF-16 (what
    `>` writes in a Windows PowerShell). Of a copied stream, the original is closed."""
    if not stream.seekable():
        stream = _copied(iter(lambda: stream.read(2**20), b""), stream)
    coding = _utf16(stream.read(4))
    stream.seek(0)
    if coding:
        decoder = codecs.getincrementaldecoder(coding)("replace")
        blocks = iter(lambda: stream.read(2**20), b"")
        return _copied((decoder.decode(block).encode() for block in blocks), stream)
    return stream


def joined(streams: Iterable[BinaryIO]) -> BinaryIO:
    """Several files as one stream, each from a new line on."""
    copy = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115
    for stream in streams:
        with stream:
            shutil.copyfileobj(stream, copy)
        copy.write(b"\n")
    copy.seek(0)
    return cast(BinaryIO, copy)


def sample(stream: BinaryIO) -> Sample:
    """The start of a transcript; the stream stands at its start again afterwards.

    Reads beyond SAMPLE_BYTES only where that cuts the first record.
    """
    data = stream.read(SAMPLE_BYTES)
    if is_unfinished(_text(data)):
        data += stream.read(FIRST_RECORD - len(data)) if len(data) == SAMPLE_BYTES else b""
    complete = not stream.read(1)
    stream.seek(0)
    head = data.removeprefix(_BOM).lstrip()[:1]
    spread = head == b"{" and _is_spread(_first_line(io.BytesIO(data)))
    if not complete and not spread and head == b"{" and (end := data.rfind(b"\n") + 1):
        data = data[:end]  # without the line that is cut off
    found: list[dict[str, Any]] = []
    count, notes = 0, Notes()
    for value in _values(io.BytesIO(data), notes, everything=True):
        count += 1
        found += [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, dict)]
    if notes.ignored[NOT_JSON] > len(found):  # a text, or a program, with some JSON in it
        found = []
    single = count == 1 and (complete or spread)
    shape: Shape = "list" if head == b"[" else "object" if single else "lines"
    text = _text(data[:SAMPLE_BYTES])
    return Sample(text, shape if found else "text", tuple(found), data[:16])


def _values(
    stream: BinaryIO, notes: Notes, everything: bool = False, wanted: Wanted | None = None
) -> Iterator[Any]:
    """The values of a transcript. With `everything`, of a torn first value all that can be read."""
    start = stream.tell()
    head = stream.read(64).removeprefix(_BOM).lstrip()[:1]
    stream.seek(start)
    if head == b"[" or (head == b"{" and _is_spread(_first_line(stream))):
        stream.seek(start)
        yield from elements(stream, notes, everything)
        return
    stream.seek(start)
    loads = _partly(wanted) if wanted else decoder()
    for line in lines(stream, notes):
        if line.isspace():
            continue
        # Twice as fast as json, and stricter: what it refuses is left to json and to what mends
        try:
            value = loads(line)
        except (ValueError, RecursionError):
            yield from _damaged(line, notes, everything)
        else:
            yield value


def _first_line(stream: BinaryIO) -> bytes:
    while (line := stream.readline(LONGEST_LINE)) and not line.removeprefix(_BOM).strip():
        pass
    return line


def _is_spread(first: bytes) -> bool:
    """Whether an object goes on over several lines, or one that is far too long, going by the
    first, which may just be damaged."""
    too_long = len(first) == LONGEST_LINE and not first.endswith(b"\n")
    return too_long or is_unfinished(_text(first).rstrip(), broken=True)


def _damaged(line: bytes, notes: Notes, everything: bool) -> Iterator[Any]:
    try:
        text, clean = line.decode(), True
    except UnicodeDecodeError:
        text, clean = line.decode("utf-8", "replace"), False
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        found, complete = decode(text, line.endswith(b"\n"))
        if not complete:
            notes.skip(NOT_JSON if line.endswith(b"\n") else TORN)
            clean = True
            if not found and (rest := mended(text, everything)) is not None:
                found = [rest]
        yield from found
    if not clean:
        notes.warn(BAD_UTF8)


def _partly(wanted: Wanted) -> Callable[[bytes], Any]:
    """Decodes what is wanted of a line. As strict as decoding it whole: where only that succeeds,
    as for other values than objects, it is left to json, too."""
    some, all, whole = decoder(wanted.fields), decoder(), wanted.whole

    def loads(line: bytes) -> Any:
        if not line.isascii():
            _check_utf8(line)  # what is passed over is checked for all but this
        value = some(line)
        return all(line) if whole(value) else value

    return loads


def _check_utf8(line: bytes) -> None:
    """Raises UnicodeDecodeError for what isn't UTF-8. Block by block, since what it is decoded to
    isn't kept: as a whole, with four bytes a character for one emoji, it takes a quarter longer."""
    view, at = memoryview(line), 0
    while at < len(line):
        end = at + CHECKED
        at += codecs.utf_8_decode(view[at:end], "strict", end >= len(line))[1]


def _copied(blocks: Iterable[bytes], original: BinaryIO) -> BinaryIO:
    copy = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115
    with original:
        for block in blocks:
            copy.write(block)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _utf16(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if len(head) == 4 and head[0] and head[2] and not head[1] and not head[3]:
        return "utf-16-le"
    return ""


def _text(data: bytes) -> str:
    return data.removeprefix(_BOM).decode("utf-8", "replace")
