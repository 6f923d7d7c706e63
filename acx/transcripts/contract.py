"""What a reader of transcripts is, and what it is handed.

A reader is a `Format`: a name, a test and a generator. `matches` looks at a `Sample` of the start;
`read` turns the bytes into messages one at a time, so that memory doesn't grow with the file, and
tells `Notes` what it could not read. A reader never redacts, numbers or stores: the store does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from acx.model import Message

SAMPLE_BYTES = 200_000
"""How much of the start detection looks at. Enough for any header seen (Codex: 20 kB of prompt)."""

LONGEST_LINE = 64 * 2**20
"""Bytes. Longer lines are skipped with a warning: the longest reported in the wild is 67 MB, an
embedded file; nothing a person or agent said."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The start of a transcript.

    head     up to SAMPLE_BYTES, as bytes
    text     the same decoded (UTF-8, BOM dropped, bad bytes replaced)
    values   the complete JSON values found in it, in order; a whole-file array or object that is
             larger than the sample is there too if the file as a whole parses
    whole    the value of the whole file where that is a single JSON value, else None
    """

    head: bytes
    text: str
    values: tuple[Any, ...]
    whole: Any = None


@dataclass(frozen=True, slots=True)
class Warning:
    """Something that couldn't be read: where (line from 1) and what."""

    line: int
    what: str


@dataclass(slots=True)
class Notes:
    """What a reader learns beside the messages. Filled while `read` runs.

    session_id  the transcript's own id of the session, "" if it has none
    cwd         the folder the agent worked in, "" if unknown
    warnings    what couldn't be read, each reported once
    ignored     kinds of records that carry no message, counted
    """

    session_id: str = ""
    cwd: str = ""
    warnings: list[Warning] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    def warn(self, line: int, what: str) -> None:
        self.warnings.append(Warning(line, what))


@dataclass(frozen=True, slots=True)
class Format:
    """One transcript format: `name` as given to --format, `about` for help, its test and reader."""

    name: str
    about: str
    matches: Callable[[Sample], bool]
    read: Callable[[BinaryIO, Notes], Iterator[Message]]
