"""Append: messages that a program pipes in, acknowledged when they are on disk.

Lines are taken as they come, many at once when the writer is faster than the disk, and written
with one flush. A bad line stops the stream; what was acknowledged before it stays.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from acx.errors import BadInput, NotFound
from acx.model import Message
from acx.store.sessions import Sessions, body
from acx.transcripts import message_of, open_stream, open_transcript
from acx.transcripts.contract import LONGEST_LINE
from acx.transcripts.record import said_line
from acx.transcripts.redact import redact, redact_text
from acx.verbs.context import Context

Acknowledge = Callable[[range], None]

HINT = 'a message is one line: {"role": "user", "content": "..."}'


def append(ctx: Context, session: str, messages: Iterable[Message]) -> range:
    """Add these messages, all or none. Returns their numbers."""
    writer = _Writer(ctx, session)
    for message in messages:
        writer.add(message)
    return writer.flush()


def said(role: str, text: str) -> list[Message]:
    """One plain text said in a role. Raises BadInput for an unknown role."""
    return message_of({"role": role, "content": text})


def append_file(ctx: Context, session: str, path: Path, format: str = "") -> range:
    """Add all messages of a file in any known format, all or none."""
    if not path.exists():
        raise NotFound(f"{path}: no such file", "plain text needs a role: --role user")
    opened = open_transcript(path, format or None)
    return append(ctx, session, list(opened.messages))


def append_text(ctx: Context, session: str, text: str, format: str = "") -> range:
    """Add one message, or a list of them, given as JSON."""
    values = _values(text, 0)
    return append(ctx, session, [m for value in values for m in _messages(value, 0, format)])


def append_stream(
    ctx: Context,
    session: str,
    read: Callable[[], bytes],
    acknowledge: Acknowledge,
    format: str = "",
) -> None:
    """Add a stream line by line; `read` gives what has come in so far, b"" at the end.

    `acknowledge` is called with the numbers of the messages that are on disk. Raises BadInput at
    the first line that is no message, after acknowledging those before it.
    """
    writer = _Writer(ctx, session)
    number = 0
    for lines in _batches(read):
        for line in lines:
            number += 1
            if number == 1 and line.strip() in ("[", "{", b"[", b"{"):
                _whole(writer, lines, read, format)
                acknowledge(writer.flush())
                return
            if not line.strip():
                continue
            try:
                for value in _values(line, number):
                    if format == "acx" or not writer.add_said(value):
                        for message in _messages(value, number, format):
                            writer.add(message)
            except BadInput:
                acknowledge(writer.flush())
                raise
        acknowledge(writer.flush())


def _whole(
    writer: _Writer, lines: list[bytes] | list[str], read: Callable[[], bytes], format: str
) -> None:
    """A pretty-printed list or object: nothing can be told before its end."""
    rest = [b"".join((x.encode() if isinstance(x, str) else x) + b"\n" for x in lines)]
    while block := read():
        rest.append(block)
    for message in open_stream(BytesIO(b"".join(rest)), "standard input", format or None).messages:
        writer.add(message)


def _batches(read: Callable[[], bytes]) -> Iterator[list[bytes] | list[str]]:
    """Whole lines, as many as have come in; a last line without its newline counts as one."""
    rest: list[bytes] = []
    size = 0
    while block := read():
        end = block.rfind(b"\n") + 1
        if end:
            yield _lines(b"".join([*rest, block[: end - 1]]))
            rest, size = [], 0
        rest.append(block[end:])
        size += len(block) - end
        if size > LONGEST_LINE:
            raise BadInput(f"standard input: a line of more than {LONGEST_LINE // 2**20} MB", HINT)
    if last := b"".join(rest):
        yield [last]


def _lines(block: bytes) -> list[bytes] | list[str]:
    """The lines of a block; as text, decoded at once, if all of it is UTF-8."""
    try:
        return block.decode().split("\n")
    except UnicodeDecodeError:
        return block.split(b"\n")


def _values(line: bytes | str, number: int) -> list[Any]:
    """The JSON values of a line: one, the elements of a list, or several glued together."""
    try:
        text = line if isinstance(line, str) else line.decode()
        value: Any = json.loads(text.removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{_where(number)}: not UTF-8 at byte {error.start + 1}", HINT) from error
    except RecursionError as error:
        raise BadInput(f"{_where(number)}: nested too deeply", HINT) from error
    except ValueError as error:
        return _glued(line, number, error)
    return value if isinstance(value, list) else [value]


def _glued(line: bytes | str, number: int, error: ValueError) -> list[Any]:
    """Two objects on one line, as two writers of one file leave them. Raises BadInput."""
    text = (line if isinstance(line, str) else line.decode()).strip()
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            column = getattr(error, "colno", at + 1)
            raise BadInput(f"{_where(number)}: not JSON (at character {column})", HINT) from error
        found.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def _messages(value: Any, number: int, format: str) -> list[Message]:
    try:
        return message_of(value, format or None)
    except BadInput as error:
        raise BadInput(f"{_where(number)}: {error.message}", HINT) from error


def _where(number: int) -> str:
    return f"standard input, line {number}" if number else "the given JSON"


class _Writer:
    """Collects messages and writes them with one flush; one whose id is known is passed over."""

    def __init__(self, ctx: Context, session: str) -> None:
        self._sessions: Sessions = ctx.sessions
        try:
            self._session = ctx.sessions.find(session)
        except NotFound as missing:
            made = f"acx session create --id {shlex.quote(session)}"
            raise NotFound(missing.message, made, *missing.hints) from None
        self._stamp = ctx.stamp
        self._rules = ctx.rules
        self._bodies: list[bytes] = []
        self._known: dict[str, int] | None = None
        self._ts = b""

    def add_said(self, value: Any) -> bool:
        """Add the common case of a pipe, a role and its words and nothing else; else return False.

        Without the detour over a `Message`, which takes twice as long.
        """
        if type(value) is not dict or len(value) != 2:
            return False
        role, text = value.get("role"), value.get("content")
        if type(role) is not str or type(text) is not str or not text:
            return False
        line = said_line(role, redact_text(text, self._rules)[0])
        if line is None:
            return False
        if not self._bodies:
            self._ts = self._stamp().encode()
        self._bodies.append(b'"ts":"%b",%b' % (self._ts, line[1:]))
        return True

    def add(self, message: Message) -> None:
        clean, _ = redact(message, self._rules)
        if clean.id and self._seen(clean.id):
            return
        if not self._bodies:
            self._ts = self._stamp().encode()
        self._bodies.append(body(clean, self._ts))

    def _seen(self, message_id: str) -> bool:
        if self._known is None:
            self._known = self._sessions.known_ids(self._session)
        seen = message_id in self._known
        self._known[message_id] = 1
        return seen

    def flush(self) -> range:
        if not self._bodies:
            return range(0)
        first = self._sessions.append(self._session, self._bodies)
        done = range(first, first + len(self._bodies))
        self._bodies = []
        return done
