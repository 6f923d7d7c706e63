"""What a reader of transcripts is, and what it is handed.

A reader is a `Format`: a name, a test and a generator. `matches` looks at a `Sample` of the start;
`read` turns the bytes into messages one at a time, so that memory doesn't grow with the file, and
tells `Notes` what it could not read. A reader never redacts, numbers or stores: the store does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from acx.errors import BadInput
from acx.model import Message

SAMPLE_BYTES = 200_000
"""How much of the start detection looks at. Enough for any header seen (Codex: 20 kB of prompt)."""

LONGEST_LINE = 64 * 2**20
"""Bytes. Longer lines are skipped with a warning: the longest reported in the wild is 67 MB, an
embedded file; nothing a person or agent said."""

MOST_WARNINGS = 50
"""Kinds of trouble in one file; more are counted only."""

Shape = Literal["lines", "list", "object", "text"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The start of a transcript.

    text     up to SAMPLE_BYTES of it, decoded (UTF-8, BOM dropped, bad bytes replaced)
    shape    "lines" of JSON objects (also several pretty-printed ones in a row), one "list" or one
             "object" as the whole file, or "text" where no JSON object is to be seen
    records  the JSON objects found in it, in order; of a list its elements. A first object that is
             longer than the sample is there with what could be read of it
    head     its first 16 bytes
    """

    text: str
    shape: Shape
    records: tuple[dict[str, Any], ...]
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something that couldn't be read: in which line (from 1), what, and where the line or the
    list's element starts (bytes from the file's start)."""

    line: int
    what: str
    byte: int = 0

    def __str__(self) -> str:
        return f"line {self.line}, byte {self.byte}: {self.what}"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a reader yields before the messages of each conversation in a file that may hold
    several.

    id    its own id where that is unique in the world (a UUID), else ""
    name  what tells it from the others of the file (`task-3-trial-1`), where it has no id
    cwd   the folder the agent worked in, "" if unknown
    """

    id: str = ""
    name: str = ""
    cwd: str = ""


@dataclass(slots=True)
class Notes:
    """What a reader learns beside the messages. Filled while `read` runs.

    session_id  the transcript's own id of its one session, "" if it has none
    cwd         the folder the agent worked in, "" if unknown
    warnings    what couldn't be read, each kind reported once, where it was met first
    ignored     kinds of records that carry no message, and what couldn't be read, counted
    line, byte  what is being read just now: kept by `acx.transcripts.source`
    """

    session_id: str = ""
    cwd: str = ""
    warnings: list[Warning] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    line: int = 0
    byte: int = 0

    def warn(self, what: str) -> None:
        """Report something at the place being read, once a kind."""
        if len(self.warnings) < MOST_WARNINGS and all(one.what != what for one in self.warnings):
            self.warnings.append(Warning(self.line, what, self.byte))

    def skip(self, what: str) -> None:
        """Count something that can't be read and is left out, and warn where it happens first."""
        self.ignored[what] += 1
        self.warn(what)

    def skipping(self) -> Skipping:
        """A `with` block of which the rest is skipped where a record can't be read (BadInput)."""
        return Skipping(self)


@dataclass(frozen=True, slots=True)
class Skipping:
    """Turns BadInput into something that was skipped. A class, since every record passes here."""

    notes: Notes

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, BadInput):
            return False
        self.notes.skip(error.message)
        return True


Item = Message | Conversation


def _no_folder(folder: Path) -> Sequence[tuple[Path, ...]]:
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """One transcript format.

    name     as given to --format
    about    for help, in a few words
    matches  why a sample is in this format ("a session_meta record"), "" if it isn't
    read     the messages; before each conversation of a file with several, a `Conversation`. The
             stream can seek, so that a reader may look at it twice
    folder   the transcripts that a folder as a whole is, for formats with many files a session:
             each the files that make it up, in the order in which they are read as one stream
    """

    name: str
    about: str
    matches: Callable[[Sample], str]
    read: Callable[[BinaryIO, Notes], Iterator[Item]]
    folder: Callable[[Path], Sequence[tuple[Path, ...]]] = _no_folder
