"""Walking: the transcripts that a path stands for. A file is one; a folder is walked, and folders
that are one transcript in many files are found in it.

Not in here: whether a file is a transcript at all, which only its content tells.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from acx.transcripts.contract import Format
from acx.transcripts.source import joined

_CACHES = (".hypothesis", ".mypy_cache", ".pytest_cache", ".tox", "__pycache__")
PASSED_OVER = frozenset((*_CACHES, ".git", ".venv", "node_modules", "site-packages", "venv"))
"""Folders that hold a project's own files, never an agent's transcripts."""

READ_AHEAD = 2**20
"""Bytes read at once. Lines are often some 10 kB long: with Python's 8 kB at a time, going through
200 MB of them takes 0.12 s, so 0.04 s."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a transcript is.

    name    the path as people call it, `-` for standard input
    open    gives its bytes from the start, as often as asked; raises OSError
    format  set where the layout of a folder tells it
    """

    name: str
    open: Callable[[], BinaryIO]
    format: str = ""


def sources(path: Path, formats: tuple[Format, ...]) -> Iterator[Source]:
    """The transcripts that a path stands for, sorted by path. Links to folders aren't followed: a
    walk ends. What can't be looked into is a source that can't be opened."""
    if not path.is_dir():
        yield Source(str(path), partial(_opened, (path,)))
        return
    try:
        found, entries = _bundles(path, formats), _entries(path)
    except OSError as error:
        yield Source(str(path), partial(_refused, error))
        return
    yield from found
    for entry in () if found else entries:
        if entry.is_file() or (
            entry.is_dir(follow_symlinks=False) and entry.name not in PASSED_OVER
        ):
            yield from sources(Path(entry.path), formats)


def piped(stream: BinaryIO) -> Source:
    """Standard input, kept so that it can be read twice. Raises OSError."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    shutil.copyfileobj(stream, copy, 2**20)

    def again() -> BinaryIO:
        copy.seek(0)
        return io.BufferedReader(io.FileIO(os.dup(copy.fileno())), READ_AHEAD)

    return Source("-", again)


def _bundles(path: Path, formats: tuple[Format, ...]) -> list[Source]:
    found = [
        (files, format.name)
        for format in formats
        for files in format.folder(path)
        if all(file.is_file() for file in files)  # a pipe among them would never end
    ]
    # A folder with one session is that session; of more, each is called by its first file
    return [
        Source(str(files[0] if len(found) > 1 else path), partial(_opened, files), name)
        for files, name in found
    ]


def _opened(files: tuple[Path, ...]) -> BinaryIO:
    if len(files) == 1:
        return files[0].open("rb", READ_AHEAD)
    return joined(file.open("rb") for file in files)


def _refused(error: OSError) -> BinaryIO:
    raise error


def _entries(path: Path) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        return sorted(entries, key=lambda entry: entry.name)
