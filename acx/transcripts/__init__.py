"""Transcripts: bytes in any known format -> messages. One reader a format behind one contract.

Opens what a person names (a file, a folder, standard input) and what a program pipes (one message
at a time). Not in here: storing, numbering and redacting, which is `acx.store`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, groupby
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, BinaryIO

from acx.errors import AcxError, BadInput, NotFound, UsageError
from acx.model import Message
from acx.transcripts.contract import Conversation, Format, Item, Notes
from acx.transcripts.source import sample, seekable

if TYPE_CHECKING:
    from acx.transcripts.walk import Source

_ONE: Mapping[str, str] = {
    "openai": "acx.transcripts.formats.openai_chat",
    "anthropic": "acx.transcripts.formats.anthropic_messages",
    "acx": "acx.transcripts.formats.acx_form",
}
"""Readers that take single messages; loaded when asked for, since a pipe needs one of them."""

LONG = 32 * 2**20
"""Bytes of a file from which on a second process reads it: below, starting one takes as long."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A transcript being read. `notes` fill while `items` run, once, and at their end it is
    closed."""

    format: Format
    notes: Notes
    items: Iterator[Item]

    @property
    def messages(self) -> Iterator[Message]:
        """All messages, of however many conversations."""
        return (item for item in self.items if isinstance(item, Message))

    def conversations(self) -> Iterator[tuple[Conversation, Iterator[Message]]]:
        """Each conversation with its messages, which are to be read before the next one is asked
        for. Those without a message are left out."""
        begun: list[Conversation] = []

        def number(item: Item) -> int:
            if isinstance(item, Conversation):
                begun.append(item)
            return len(begun)

        for _, items in groupby(self.items, number):
            messages = (item for item in items if isinstance(item, Message))
            if first := next(messages, None):
                # A reader of one session knows its id and folder once it has read a line of it
                one = Conversation(self.notes.session_id, cwd=self.notes.cwd)
                yield begun[-1] if begun else one, chain([first], messages)


def check_format(name: str) -> None:
    """Raises UsageError for a name that no format has."""
    from acx.transcripts.detect import named

    named(name)


def found(path: Path) -> Iterator[Source]:
    """The transcripts that a path stands for: itself, or those in the folder. What isn't one is
    told when it is opened. Raises NotFound."""
    from acx.transcripts.detect import FORMATS
    from acx.transcripts.walk import sources

    with _reading(str(path)):
        try:
            path.lstat()
        except FileNotFoundError as error:
            hint = "acx session list shows what is stored"
            raise NotFound(f"{path}: no such file", hint) from error
    return sources(path, FORMATS)


def open_transcript(path: Path, format: str | None = None) -> Opened:
    """Open what is one transcript, in the format told from its content or named. Raises NotFound,
    BadInput, and UsageError for an unknown name."""
    held = list(found(path))
    if len(held) != 1:
        what = f"holds {len(held)} files" if held else "is an empty folder"
        raise BadInput(
            f"{path} {what}: name one", f"or take all: acx session import {quote(str(path))}"
        )
    return open_source(held[0], format)


def open_source(source: Source, format: str | None = None) -> Opened:
    """Open a transcript that was found. Raises what `open_transcript` raises."""
    with _reading(source.name):
        stream = source.open()
    name = "standard input" if source.name == "-" else source.name
    try:
        return open_stream(stream, name, format or source.format or None)
    except AcxError:
        stream.close()
        raise


def explain(source: Source) -> list[tuple[str, str]]:
    """The formats that a transcript fits, and why, in the order in which they are tried: the first
    is the one it is read in. Raises BadInput if there is none."""
    from acx.transcripts.detect import detect, fitting

    with _reading(source.name), seekable(source.open()) as stream:
        start = sample(stream)
    found = [(format.name, why) for format, why in fitting(start)]
    if not (found and start.text.strip()):
        detect(start, source.name)  # raises, and says what was seen instead
    return found


def open_stream(stream: BinaryIO, name: str, format: str | None = None) -> Opened:
    """The same for a stream; `name` is for messages to the person."""
    # all the readers: not for those who pipe messages through `message_of`
    from acx.transcripts.detect import detect, named

    chosen = named(format) if format else None
    with _reading(name):
        stream = seekable(stream)
        start = sample(stream)
    if chosen is None or not start.text.strip():
        chosen, _ = detect(start, name)
    notes = Notes()
    return Opened(chosen, notes, _items(chosen, stream, notes, name))


def message_of(value: Any, format: str | None = None) -> list[Message]:
    """The messages of one JSON value, as a program pipes it: in OpenAI's, Anthropic's or acx's
    form, told apart on its own or by `format`. An Anthropic user message with results and words is
    two. Raises BadInput, and UsageError for an unknown name."""
    if format is None:
        format = _form(value)
    if format not in _ONE:
        raise UsageError(
            f"single messages can't be in the format {format!r}", f"known: {', '.join(_ONE)}"
        )
    found: list[Message] = import_module(_ONE[format]).messages(value)
    return found


def _form(value: Any) -> str:
    if not isinstance(value, dict) or isinstance(value.get("content"), str | None):
        return "acx" if isinstance(value, dict) and "parts" in value else "openai"
    from acx.transcripts.formats.anthropic_messages import looks_anthropic

    return "acx" if "parts" in value else "anthropic" if looks_anthropic(value) else "openai"


def _items(format: Format, stream: BinaryIO, notes: Notes, name: str) -> Iterator[Item]:
    with closing(stream), _reading(name):
        if _is_long_file(stream) and _processors() > 1:
            from acx.transcripts.ahead import read_ahead  # 10 ms

            yield from read_ahead(format.read, stream, notes)
        else:
            yield from format.read(stream, notes)


def _is_long_file(stream: BinaryIO) -> bool:
    """Whether this is a long file that was opened by its name: its place in it is its own."""
    named = isinstance(getattr(stream, "name", None), str)
    return named and os.fstat(stream.fileno()).st_size >= LONG


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turns what the operating system says into what a person is told."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise BadInput(f"can't read {name}: {reason}", f"ls -l {quote(name)}") from error
