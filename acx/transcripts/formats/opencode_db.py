"""OpenCode's database: the same messages and parts in SQLite, where OpenCode 1.2 and later keep
them.

Read from bytes like every transcript: the database, and after it the write-ahead log, which holds
what was written last. Both are copied to a temporary folder, so that the agent's own files stay
untouched. Not in here: what a message and its parts mean (`opencode_turns`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from acx.transcripts.contract import Conversation, Item, Notes, Sample
from acx.transcripts.formats.opencode_turns import Turns
from acx.transcripts.mending import NOT_JSON

if TYPE_CHECKING:
    from sqlite3 import Connection

MAGIC = "SQLite format 3\0"
NAME = "opencode.db"
_HEADER = 100
# How a write-ahead log starts, after the newline that stands between joined files. No page of a
# database starts like that: it would be one of an index with an impossible count of free bytes
_LOGS = (b"\n\x37\x7f\x06\x82\x00\x2d\xe2\x18", b"\n\x37\x7f\x06\x83\x00\x2d\xe2\x18")

_SESSIONS = "SELECT id, parent_id, directory FROM session ORDER BY time_created, id"
_MESSAGES = "SELECT id, data FROM message WHERE session_id = ? ORDER BY time_created, id"
_PARTS = "SELECT id, data FROM part WHERE message_id = ? ORDER BY id"


def matches(sample: Sample) -> str:
    columns = all(name in sample.text for name in ("message_id", "session_id", "parent_id"))
    return "a database of messages and parts" if sample.text[:16] == MAGIC and columns else ""


def files(folder: Path) -> tuple[Path, ...]:
    """The database in a folder and its log, if there is one."""
    log = folder / f"{NAME}-wal"
    found = (folder / NAME, *([log] if log.is_file() else ()))
    return found if found[0].is_file() else ()


def read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    """All conversations, oldest first; in memory one message at a time. Tables alone are read: what
    a view gives may never end."""
    import sqlite3  # 3 ms that only those need who have such a database

    with tempfile.TemporaryDirectory() as folder:
        _copied(stream, Path(folder) / NAME)
        try:
            with closing(sqlite3.connect(Path(folder) / NAME)) as database:
                database.set_authorizer(
                    lambda *about: sqlite3.SQLITE_DENY if about[4] else sqlite3.SQLITE_OK
                )
                database.text_factory = lambda raw: raw.decode("utf-8", "replace")
                for session, parent, directory in database.execute(_SESSIONS):
                    yield Conversation(_text(session), cwd=_text(directory))
                    turns = Turns(notes, child=bool(parent))
                    yield from _session(database, session, turns, notes)
        except sqlite3.Error as error:
            notes.skip(f"the database can't be read: {error}")


def _session(database: Connection, session: Any, turns: Turns, notes: Notes) -> Iterator[Item]:
    for id, data in database.execute(_MESSAGES, (session,)):
        if (info := _decoded(id, data, notes)) is None:
            continue
        rows = database.execute(_PARTS, (id,)).fetchall()
        found = [_decoded(part, kept, notes) for part, kept in rows]
        parts = [part for part in found if part is not None]
        with notes.skipping():
            yield from turns.messages(info, parts)


def _decoded(id: Any, data: Any, notes: Notes) -> Mapping[str, Any] | None:
    """The object in a row, with the row's id. None if it can't be read."""
    try:
        value = json.loads(data)
    except (TypeError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        notes.skip(NOT_JSON)
        return None
    return {**value, "id": _text(id)}


def _copied(stream: BinaryIO, path: Path) -> None:
    """Take apart what stands one after the other: whole pages, and the log."""
    header = stream.read(_HEADER)
    stream.seek(0)
    size = max(int.from_bytes(header[16:18], "big"), 512)
    size = 2**16 if header[16:18] == b"\0\1" else size
    with path.open("wb") as database:
        while (page := stream.read(size)) and not page.startswith(_LOGS):
            database.write(page)
    if page:
        with path.with_name(f"{NAME}-wal").open("wb") as log:
            log.write(page[1:])
            shutil.copyfileobj(stream, log)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
