"""Transcripts: bytes in any known format -> messages. One reader a format behind one contract.

Opens what a person names (a file, standard input) and what a program pipes (one message at a
time). Not in here: storing, numbering and redacting, which is `acx.store`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from acx.errors import AcxError, BadInput, NotFound, UsageError
from acx.model import Message
from acx.transcripts import acx_form, anthropic_messages, openai_chat
from acx.transcripts.contract import Format, Notes
from acx.transcripts.source import sample

_ONE: Mapping[str, Callable[[Any], list[Message]]] = {
    "openai": openai_chat.messages,
    "anthropic": anthropic_messages.messages,
    "acx": acx_form.messages,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A transcript being read. `notes` fill and `messages` run once; at their end it is closed."""

    format: Format
    notes: Notes
    messages: Iterator[Message]


def open_transcript(path: Path, format: str | None = None) -> Opened:
    """Open a file, in the format told from its content or named. Raises NotFound, BadInput, and
    UsageError for an unknown name."""
    try:
        if path.is_dir():
            hint = "name one of the files in it"
            raise BadInput(f"{path} is a directory, not a transcript", hint)
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(f"{path}: no such file", "acx session list shows what is stored") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"can't read {path}: {_reason(error)}", f"ls -l {path}") from error
    try:
        return open_stream(stream, str(path), format)
    except AcxError:
        stream.close()
        raise


def open_stream(stream: BinaryIO, name: str, format: str | None = None) -> Opened:
    """The same for a stream that need not seek; `name` is for messages to the person."""
    # all the readers, 6 ms: not for those who pipe messages through `message_of`
    from acx.transcripts.detect import detect, named

    chosen = named(format) if format else None
    try:
        start, whole = sample(stream)
    except OSError as error:
        raise BadInput(f"can't read {name}: {_reason(error)}") from error
    if chosen is None or not start.text.strip():
        chosen = detect(start, name)
    notes = Notes()
    return Opened(chosen, notes, _messages(chosen, stream, whole, notes, name))


def message_of(value: Any, format: str | None = None) -> list[Message]:
    """The messages of one JSON value, as a program pipes it: in OpenAI's, Anthropic's or acx's
    form, told apart on its own or by `format`. An Anthropic user message with results and words is
    two. Raises BadInput, and UsageError for an unknown name."""
    if format is None:
        if isinstance(value, dict) and "parts" in value:
            return acx_form.messages(value)
        if anthropic_messages.looks_anthropic(value):
            return anthropic_messages.messages(value)
        return openai_chat.messages(value)
    if format not in _ONE:
        raise UsageError(
            f"single messages can't be in the format {format!r}", f"known: {', '.join(_ONE)}"
        )
    return _ONE[format](value)


def _messages(
    format: Format, stream: BinaryIO, whole: BinaryIO, notes: Notes, name: str
) -> Iterator[Message]:
    with closing(stream):
        try:
            yield from format.read(whole, notes)
        except OSError as error:
            raise BadInput(f"can't read {name}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
