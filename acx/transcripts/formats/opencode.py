"""OpenCode: its storage folder, `opencode export`, dumps of its objects in any order, its database.

The objects are sessions, messages and parts of messages, which name each other. In a dump the parts
may precede their message: everything waits in a temporary file (memory: up to 16 MB of it, and some
500 bytes for each object) until the end is read. Not in here: what a message and its parts mean
(`opencode_turns`), SQLite (`opencode_db`), the layout before version 0.5, which OpenCode itself
moves over.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.elements import elements
from acx.transcripts.formats import opencode_db
from acx.transcripts.formats.opencode_turns import Turns
from acx.transcripts.mending import NOT_OBJECT
from acx.transcripts.record import as_json, text_at
from acx.transcripts.source import HELD

_ROLES = ("user", "assistant")
_OWN_ID = re.compile(r"(msg|prt)_[0-9a-f]{12}")


def _matches(sample: Sample) -> str:
    if why := opencode_db.matches(sample):
        return why
    if any(_is_export(record) for record in sample.records):
        return "an export: info and messages"
    if any(_is_pair(record) for record in sample.records):
        return "messages as info and parts"
    # a single object is a file of the storage, which alone says nothing
    named = sum(_is_part(record) or _is_message(record) for record in sample.records)
    return f"{named} messages and parts that name their session" if named > 1 else ""


def _is_export(record: Mapping[str, Any]) -> bool:
    info = record.get("info")
    known = isinstance(info, dict) and isinstance(info.get("id"), str) and "role" not in info
    return known and isinstance(record.get("messages"), list)


def _is_pair(record: Mapping[str, Any]) -> bool:
    info = record.get("info")
    return isinstance(info, dict) and _is_message(info) and isinstance(record.get("parts"), list)


def _is_message(record: Mapping[str, Any]) -> bool:
    return (
        record.get("role") in _ROLES
        and isinstance(record.get("sessionID"), str)
        and isinstance(record.get("id"), str)
    )


def _is_part(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("messageID"), str) and isinstance(record.get("type"), str)


def _is_session(record: Mapping[str, Any]) -> bool:
    known = "directory" in record or "projectID" in record
    return known and isinstance(record.get("id"), str) and "sessionID" not in record


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    start = stream.read(len(opencode_db.MAGIC))
    stream.seek(0)
    if start == opencode_db.MAGIC.encode():
        yield from opencode_db.read(stream, notes)
        return
    with tempfile.SpooledTemporaryFile(HELD) as kept:
        held = _Held(kept, notes)  # type: ignore[arg-type]
        for value in elements(stream, notes):
            with notes.skipping():
                if not isinstance(value, dict):
                    raise BadInput(NOT_OBJECT)
                for record in _records(value, notes):
                    held.put(record)
        yield from held.conversations()


def _records(value: dict[str, Any], notes: Notes) -> Iterator[dict[str, Any]]:
    """The session, messages and parts of an export or of a message with its parts; anything else is
    one already."""
    if _is_export(value):
        yield value["info"]
        for pair in value["messages"]:
            if isinstance(pair, dict) and _is_pair(pair):
                yield from _records(pair, notes)
            else:
                notes.skip("no message with info and parts")
    elif _is_pair(value):
        yield value["info"]
        for part in value["parts"]:
            if isinstance(part, dict):
                yield {**part, "messageID": value["info"]["id"]}
            else:
                notes.skip(NOT_OBJECT)
    else:
        yield value


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an object is: kept at `offset`, and in which line and byte of the transcript."""

    offset: int
    size: int
    line: int
    byte: int


@dataclass(slots=True)
class _Held:
    """What was read so far: objects in a file, and here only where they are.

    sessions  folder of the session, and whether it is a subagent's, by the session's id
    messages  time, session and place by the message's id, in the order of the transcript
    parts     places by the message's and the part's id
    message   the last message's id: a storage's part needs not say whose it is, its folder does
    time      the last message's, which is taken for the time of one without
    """

    kept: BinaryIO
    notes: Notes
    sessions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    messages: dict[str, tuple[float, str, _Place]] = field(default_factory=dict)
    parts: dict[str, dict[str, _Place]] = field(default_factory=dict)
    message: str = ""
    time: float = 0

    def put(self, record: dict[str, Any]) -> None:
        """Keep an object that is part of a message. Raises BadInput for one nested too deeply."""
        id = text_at(record, "id")
        if _is_message(record):
            self.message = id
            time = record.get("time")
            created = time.get("created") if isinstance(time, dict) else None
            if isinstance(created, int | float):
                self.time = created
            self.messages[id] = (self.time, record["sessionID"], self._keep(record))
        elif _is_session(record):
            self.sessions[id] = (text_at(record, "directory"), bool(record.get("parentID")))
        elif _is_part(record) or ("type" in record and self.message):
            place = self._keep(record)
            of = text_at(record, "messageID") or self.message
            self.parts.setdefault(of, {})[id or f"at {place.offset}"] = place
        else:
            self.notes.ignored["secret" if "secret" in record else "no message"] += 1

    def conversations(self) -> Iterator[Item]:
        """Everything in order: messages by time and id, as OpenCode itself sorts them."""
        talks: dict[str, list[str]] = {}
        for id, (_, session, _) in sorted(
            self.messages.items(), key=lambda item: (item[1][0], _ascending(item[0]))
        ):
            talks.setdefault(session, []).append(id)
        for session, ids in talks.items():
            cwd, child = self.sessions.get(session, ("", False))
            if len(talks) > 1:
                yield Conversation(session, cwd=cwd)
            else:
                self.notes.session_id, self.notes.cwd = session, cwd
            yield from self._conversation(Turns(self.notes, child), ids)
        for parts in self.parts.values():
            self.notes.ignored["part/of no message"] += len(parts)

    def _conversation(self, turns: Turns, ids: Sequence[str]) -> Iterator[Item]:
        for id in ids:
            places = self.parts.pop(id, {})
            with self.notes.skipping():
                parts = [self._kept(places[part]) for part in sorted(places, key=_ascending)]
                yield from turns.messages(self._kept(self.messages[id][2]), parts)

    def _keep(self, record: dict[str, Any]) -> _Place:
        data = as_json(record).encode("utf-8", "surrogatepass")
        offset = self.kept.tell()
        self.kept.write(data)
        return _Place(offset, len(data), self.notes.line, self.notes.byte)

    def _kept(self, place: _Place) -> dict[str, Any]:
        self.notes.line, self.notes.byte = place.line, place.byte
        self.kept.seek(place.offset)
        data = self.kept.read(place.size).decode("utf-8", "surrogatepass")
        try:
            found: dict[str, Any] = json.loads(data)
        except RecursionError as error:  # it just fitted when it was read the first time
            raise BadInput("the message is nested too deeply") from error
        return found


def _ascending(id: str) -> str:
    """What to sort by: OpenCode's own ids count up with time, those of others keep their order."""
    return id if _OWN_ID.match(id) else ""


def _folder(path: Path) -> Sequence[tuple[Path, ...]]:
    """The database, or a bundle for each session of the storage; `path` is either's folder, or the
    one that holds them."""
    if found := opencode_db.files(path):
        return [found]
    for storage in (path, path / "storage"):
        if all((storage / name).is_dir() for name in ("session", "message", "part")):
            return list(_bundles(storage))
    return []


def _bundles(storage: Path) -> Iterator[tuple[Path, ...]]:
    """For each session its own file, and each message with its parts. Parts may also lie loose, as
    in old storages."""
    sessions = {
        _belonging(file, storage / "message"): file for file in storage.glob("session/*/*.json")
    }
    loose: dict[str, list[Path]] = {}
    for file in sorted(storage.glob("part/*.json")):
        loose.setdefault(_field(file, "messageID"), []).append(file)
    for talk in sorted((storage / "message").iterdir()):
        files = [sessions[talk]] if talk in sessions else []
        for message in sorted(talk.glob("*.json")):
            files.append(message)
            files += sorted(_belonging(message, storage / "part").glob("*.json"))
            files += loose.get(_field(message, "id"), ()) if loose else ()
        if files:
            yield tuple(files)


def _belonging(file: Path, folder: Path) -> Path:
    """The subfolder of what belongs to a session or message: named by its id, as its own file is;
    only where that isn't so is the file looked into."""
    near = folder / file.stem
    return near if near.is_dir() else folder / (Path(_field(file, "id")).name or file.stem)


def _field(file: Path, name: str) -> str:
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    return text_at(value, name) if isinstance(value, dict) else ""


FORMAT = Format(
    "opencode", "OpenCode's storage, database, exports and dumps", _matches, _read, _folder
)
