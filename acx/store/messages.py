"""messages.jsonl: an append-only file of numbered lines that can be opened anywhere.

Each line starts with its number (`{"n":12,`), so the next number is found in the last line and a
line in the middle by bisection: a session of any length is opened without reading what is before.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path

from acx import files
from acx.errors import BadInput

HEAD = b'{"n":'


def number_of(line: bytes) -> int:
    """The number a line starts with. Raises BadInput if it has none."""
    end = line.find(b",", len(HEAD), len(HEAD) + 20)
    if line.startswith(HEAD) and end > 0 and line[len(HEAD) : end].isdigit():
        return int(line[len(HEAD) : end])
    raise BadInput(f"not a numbered message: {line[:40]!r}", "messages.jsonl was changed by hand")


def count(path: Path) -> int:
    """How many messages the file holds; reads its last line only."""
    last = files.last_line(path)
    try:
        return number_of(last) if last else 0
    except BadInput as error:
        raise BadInput(f"{path}: {error.message}", *error.hints) from error


def append(path: Path, bodies: Sequence[bytes]) -> int:
    """Add messages, each the rest of a line behind its number. Call it under the session's lock.

    Returns the number of the first; when this returns, all are on disk.
    """
    first = count(path) + 1
    files.append(
        path, b"".join(b'{"n":%d,%b' % (number, body) for number, body in enumerate(bodies, first))
    )
    return first


def lines(path: Path, first: int = 1, last: int | None = None) -> Iterator[bytes]:
    """The lines numbered `first` to `last`, both included, as they stood when this was called."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        if first > 1:
            file.seek(_offset(path, first))
        for line in file:
            if not line.endswith(b"\n") or (last is not None and number_of(line) > last):
                return
            yield line


def _offset(path: Path, number: int) -> int:
    """Where the line with this number starts, or the file's end."""
    size = path.stat().st_size
    if size == 0:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
        low, high = 0, data.rfind(b"\n") + 1
        while low < high:
            middle = (low + high) // 2
            start = data.rfind(b"\n", 0, middle) + 1
            if number_of(data[start : start + 32]) < number:
                low = data.find(b"\n", middle) + 1
            else:
                high = start
        return low
