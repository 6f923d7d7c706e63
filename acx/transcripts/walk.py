"""Walking: the transcripts that a path stands for. A file is one; a folder is walked, and folders
that are one transcript in many files are found in it.

Not in here: whether a file is a transcript at all, which only its content tells.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from acx.transcripts.contract import Format
from acx.transcripts.source import joined

PASSED_OVER = frozenset({".git", ".venv", "__pycache__", "node_modules"})
"""Folders that hold a project's own files, never an agent's transcripts."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a transcript is: `path` is what people call it, `files` what it is read from, in order.
    `format` is set where the folder's layout tells it."""

    path: Path
    files: tuple[Path, ...]
    format: str = ""

    def open(self) -> BinaryIO:
        """Its bytes, as one stream. Raises OSError."""
        if len(self.files) == 1:
            return self.files[0].open("rb")
        return joined(file.open("rb") for file in self.files)


def sources(path: Path, formats: tuple[Format, ...]) -> Iterator[Source]:
    """The transcripts that a path stands for, sorted by path. Links to folders aren't followed: a
    walk ends."""
    if not path.is_dir():
        yield Source(path, (path,))
        return
    if found := _bundles(path, formats):
        yield from found
        return
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in PASSED_OVER:
                yield from sources(Path(entry.path), formats)
        elif entry.is_file():
            yield Source(Path(entry.path), (Path(entry.path),))


def _bundles(path: Path, formats: tuple[Format, ...]) -> list[Source]:
    found = [(files, format.name) for format in formats for files in format.folder(path)]
    # A folder with one session is that session; of more, each is called by its first file
    return [Source(files[0] if len(found) > 1 else path, files, name) for files, name in found]
