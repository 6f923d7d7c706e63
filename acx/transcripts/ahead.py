"""Ahead: a second process reads a long transcript, while this one stores what came of it so far.

Decoding and understanding a transcript takes as long as looking through its messages for secrets
and writing them: with a second processor, both are done in little more than the time of one. The
second process gets the open file and the name of the function that reads it, and sends frames. Not
in here: what is read, which is the format's.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from operator import attrgetter
from pkgutil import resolve_name
from traceback import format_exc
from typing import IO, Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Item, Notes

FRAME = 64
"""Items sent at once, at most. One by one they take twice the time."""

WAITING = 2**20
"""Bytes that may wait on the way, where the system lets a pipe hold so many."""

SPARE = 16 * 2**20
"""Bytes of freed memory that the second process may keep."""

# Without `site`: where modules are is told, and nothing else may print
_START = "import sys; sys.path[:] = {!r}; from acx.transcripts.ahead import send; send({!r})"

_NO_FRAME = (ValueError, TypeError, LookupError, AttributeError, ImportError)
"""What else comes of bytes that make no frame: a program that embeds Python says what it likes."""

Read = Callable[[BinaryIO, Notes], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Some items, and what is noted once they are read. The last one says that all is `done`, or
    which error ended it."""

    items: list[Item]
    notes: Notes
    done: bool = False
    error: Exception | None = None


def read_ahead(read: Read, stream: BinaryIO, notes: Notes) -> Generator[Item, None, None]:
    """What `read` gives for a file, and what it notes. Nobody else may use the stream meanwhile,
    nor another one that shares its place in the file."""
    frame: _Frame | None = None
    with closing(_received(read, stream)) as frames:
        for frame in frames:
            for field in fields(notes):
                setattr(notes, field.name, getattr(frame.notes, field.name))
            yield from frame.items
            if frame.error:
                raise frame.error
    if not frame:  # Python can't start itself once more: it is built in, or nothing is to spare
        stream.seek(0)
        yield from read(stream, notes)
    elif not frame.done:
        raise BadInput("the process that reads the transcript was ended", "import it again")


def _received(read: Read, stream: BinaryIO) -> Generator[_Frame, None, None]:
    """The frames that a second process sends, until it ends for whatever reason."""
    code = _START.format(sys.path, f"{read.__module__}:{read.__qualname__}")
    try:
        child = subprocess.Popen(
            [sys.executable or "", "-S", "-P", "-c", code],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=WAITING,
            pipesize=WAITING,
        )
    except OSError:
        return
    with child:
        assert child.stdout
        try:
            while True:
                yield pickle.load(child.stdout)
        except (EOFError, pickle.UnpicklingError, *_NO_FRAME):
            return
        finally:
            child.terminate()


def send(name: str) -> None:
    """What the second process does: send what the function of this name reads in standard input."""
    for own in ("SIGINT", "SIGHUP"):  # are for who listens, too, and ends us with SIGTERM
        if hasattr(signal, own):
            signal.signal(getattr(signal, own), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # removes scratch on its way out
    # Once so much was freed, glibc keeps what is freed for the next line: 0.3 s a GB
    bytes(SPARE)
    with open(0, "rb", WAITING) as stream, open(1, "wb", WAITING) as out:
        stream.seek(0)
        notes = Notes()
        for frame in _frames(resolve_name(name)(stream, notes), notes):
            _dump(frame, out)
            out.flush()


def _frames(found: Iterator[Item], notes: Notes) -> Iterator[_Frame]:
    """What is read, in frames. What a conversation begins with ends one, and so does its first
    message: it is called by what is noted then."""
    items: list[Item] = []
    error: Exception | None = None
    begins = True
    try:
        for item in found:
            items.append(item)
            before, begins = begins, isinstance(item, Conversation)
            if before or begins or len(items) == FRAME:
                yield _Frame(items, notes)
                items = []
    except Exception as raised:
        raised.add_note(format_exc())  # where it happened doesn't travel
        error = raised
    yield _Frame(items, notes, not error, error)


def _dump(frame: _Frame, out: IO[bytes]) -> None:
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(frame)


def _reducer(kind: type) -> Callable[[Any], Any]:
    """How such a value is pickled: a third of the time of what a dataclass itself says of that."""
    names = [field.name for field in fields(kind)]
    values = attrgetter(*names)
    one = len(names) == 1
    return lambda value: (kind, (values(value),) if one else values(value))


_REDUCERS: dict[type, Callable[[Any], Any]] = {
    kind: _reducer(kind) for kind in (Attachment, Message, Text, Thinking, ToolCall, ToolResult)
}
