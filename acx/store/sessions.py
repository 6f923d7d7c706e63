"""Sessions on disk: their messages, what session.yaml says of them, what became of their tasks.

A session's learning status is told truly also after a crash: `running` is only believed while
somebody holds the session's lock, and `completed` only while no message came later. Nothing here
knows how a session is learned or what a transcript looks like.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from acx import files
from acx.errors import BadInput, Conflict, NotFound
from acx.model import Message, Session, Task
from acx.store import messages
from acx.store.layout import Home, SessionFolder
from acx.transcripts.record import from_value, to_line
from acx.transcripts.redact import redact

BATCH = 500
"""Messages written under one lock and one flush while importing."""

INTERRUPTED = "interrupted while running; learn again to go on"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: the newest of its lines in tasks.jsonl.

    state    learned, held, skipped or failed; "" while the task isn't finished
    reason   why it was held, skipped or failed
    lessons  the commits of what was learned or held
    learner  who decided
    """

    task: Task
    state: str = ""
    reason: str = ""
    lessons: tuple[str, ...] = ()
    learner: str = ""
    at: str = ""


@dataclass(slots=True)
class Added:
    """What an import brought: new messages, those known before, secrets replaced (by kind)."""

    new: int = 0
    known: int = 0
    redacted: Counter[str] = field(default_factory=Counter)


class Diverged(Exception):
    """A transcript without ids that isn't the session's continuation, from message `number` on."""

    def __init__(self, number: int) -> None:
        super().__init__(f"differs from message {number} on")
        self.number = number


@dataclass(frozen=True, slots=True)
class Stored:
    """The messages of a stored session; a `Transcript`."""

    session: Session
    folder: SessionFolder
    count: int

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Message]:
        last = self.count if last is None else min(last, self.count)
        for line in messages.lines(self.folder.messages, max(first, 1), last):
            yield _message(line, self.folder)


def _message(line: bytes, folder: SessionFolder) -> Message:
    number = messages.number_of(line)
    try:
        return replace(from_value(json.loads(line)), number=number)
    except (ValueError, KeyError, TypeError, BadInput) as error:
        raise BadInput(
            f"{folder.messages}, line {number}: not a message", "the file was changed by hand"
        ) from error


class Sessions:
    """All sessions of a home."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def create(self, session: Session) -> Session:
        """A new, empty session. Raises Conflict if the id is taken."""
        folder = self._home.session(session.id)
        with files.locked(folder.lock):
            if folder.about.exists():
                raise Conflict(f"session {session.id} exists already", "choose another --id")
            self._write(folder, session)
        return session

    def find(self, text: str) -> str:
        """The id that `text` is, or is the only prefix of. Raises NotFound or Conflict."""
        hint = "acx session list"
        try:
            if self._home.session(text).about.exists():
                return text
        except BadInput:
            raise NotFound(f"no session {text!r}", hint) from None
        found = [name for name in self.ids() if name.startswith(text)]
        if not found:
            raise NotFound(f"no session {text!r}", hint)
        if len(found) > 1:
            some = ", ".join(found[:4])
            raise Conflict(f"{text!r} is the start of {len(found)} sessions: {some}", hint)
        return found[0]

    def exists(self, session_id: str) -> bool:
        return self._home.session(session_id).about.exists()

    def ids(self) -> list[str]:
        try:
            return sorted(
                p.name for p in self._home.sessions.iterdir() if (p / "session.yaml").exists()
            )
        except FileNotFoundError:
            return []

    def get(self, session_id: str) -> Session:
        """The session with its status as it truly is."""
        folder = self._home.session(session_id)
        session = self._read(folder)
        if session.status == "running" and not files.is_locked(folder.learning):
            return replace(session, status="pending", reason=INTERRUPTED)
        if session.status in ("completed", "failed"):
            more = messages.count(folder.messages) - session.learned
            if more > 0 and (session.status == "completed" or session.learned):
                return replace(session, status="pending", reason=f"{more} new messages")
        return session

    def all(self) -> list[Session]:
        """Every session, newest first."""
        found = [self.get(session_id) for session_id in self.ids()]
        return sorted(found, key=lambda session: (session.created_at, session.id), reverse=True)

    def transcript(self, session_id: str) -> Stored:
        folder = self._home.session(session_id)
        return Stored(self.get(session_id), folder, messages.count(folder.messages))

    def count(self, session_id: str) -> int:
        return messages.count(self._home.session(session_id).messages)

    def update(self, session_id: str, **changes: Any) -> Session:
        """Change fields of session.yaml."""
        folder = self._home.session(session_id)
        with files.locked(folder.lock):
            session = replace(self._read(folder), **changes)
            self._write(folder, session)
        return session

    def attach(self, session_id: str, space: str) -> Session:
        """Let the session belong to a space. Raises Conflict, naming both, if it has another."""
        folder = self._home.session(session_id)
        with files.locked(folder.lock):
            session = self._read(folder)
            if session.space == space:
                return session
            if session.space:
                raise Conflict(
                    f"session {session_id} belongs to space {session.space}, not {space}",
                    f"a session has one space; learn it there: acx learn {session_id}",
                )
            session = replace(session, space=space, status="pending", reason="")
            self._write(folder, session)
        return session

    def detach_all(self, space: str) -> list[str]:
        """Let go of every session of a space that is forgotten; their messages stay."""
        gone = [session.id for session in self.all() if session.space == space]
        for session_id in gone:
            self.update(session_id, space="", status="", reason="", learned=0)
        return gone

    def learning(self, session_id: str) -> AbstractContextManager[None]:
        """Held while the session is being learned. Raises Conflict if it is already."""
        return files.locked(
            self._home.session(session_id).learning,
            wait=False,
            held=f"session {session_id} is being learned by another acx",
        )

    def delete(self, session_id: str) -> None:
        """Remove a session for good. Raises Conflict while it is being learned."""
        folder = self._home.session(session_id)
        self._read(folder)
        with self.learning(session_id), files.locked(folder.lock):
            # session.yaml goes last but one and the locks last, so that a crash in between leaves
            # either the session or a folder that is none
            for path in (folder.tasks, folder.messages, folder.about, folder.learning, folder.lock):
                path.unlink(missing_ok=True)
        if not any(folder.path.iterdir()):
            folder.path.rmdir()

    def append(self, session_id: str, bodies: list[bytes]) -> int:
        """Add messages, each a line without its number (see `body`). Returns the first's number."""
        folder = self._home.session(session_id)
        with files.locked(folder.lock):
            if not folder.about.exists():
                raise NotFound(f"no session {session_id!r}", "acx session list")
            return messages.append(folder.messages, bodies)

    def borrow(self, other: Sessions, session_id: str) -> None:
        """Copy a session of another home, to try something on it."""
        theirs, ours = other._home.session(session_id), self._home.session(session_id)
        for name in ("about", "messages", "tasks"):
            source: Path = getattr(theirs, name)
            if source.exists():
                files.replace(getattr(ours, name), source.read_bytes())

    def known_ids(self, session_id: str) -> dict[str, int]:
        """The messages' own ids, with how many parts of each are stored."""
        known: dict[str, int] = {}
        for line in messages.lines(self._home.session(session_id).messages):
            message_id, parts = _identity(json.loads(line))
            if message_id:
                known[message_id] = known.get(message_id, 0) + parts
        return known

    def add(
        self, session_id: str, transcript: Iterable[Message], step: Callable[[int], None]
    ) -> Added:
        """Add what is new of a transcript; `step` is called with the messages read so far.

        By the messages' own ids where they have them, else by content and position. Raises
        Diverged, before anything is written, if a transcript without ids isn't a continuation.
        """
        added = Added()
        stored = messages.lines(self._home.session(session_id).messages)
        known = self.known_ids(session_id)
        fresh = _fresh(_redacted(transcript, added), stored, known, added)
        while batch := list(islice(fresh, BATCH)):
            self.append(session_id, batch)
            added.new += len(batch)
            step(added.new + added.known)
        return added

    def record(self, session_id: str, outcome: Outcome) -> None:
        """Note what became of a task."""
        folder = self._home.session(session_id)
        line = json.dumps(asdict(outcome), ensure_ascii=False, separators=(",", ":"))
        with files.locked(folder.lock):
            files.append(folder.tasks, line.encode() + b"\n")

    def outcomes(self, session_id: str) -> dict[int, Outcome]:
        """What is known of each task, by number; the newest line of a task counts."""
        found: dict[int, Outcome] = {}
        try:
            text = self._home.session(session_id).tasks.read_bytes()
        except FileNotFoundError:
            return found
        for line in text.splitlines():
            try:
                value = json.loads(line)
                task = value.pop("task")
                task["spans"] = tuple((first, last) for first, last in task["spans"])
                outcome = Outcome(
                    **{**value, "task": Task(**task), "lessons": tuple(value["lessons"])}
                )
            except (ValueError, KeyError, TypeError):
                continue  # a torn last line: git knows what was learned, this file only says more
            found[outcome.task.number] = outcome
        return dict(sorted(found.items()))

    def _read(self, folder: SessionFolder) -> Session:
        import yaml

        try:
            text = folder.about.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no session {folder.id!r}", "acx session list") from None
        except OSError as error:
            raise files.explain(error, folder.about) from error
        try:
            value = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            return Session(**_session_fields(value, folder))
        except (yaml.YAMLError, TypeError, ValueError) as error:
            raise BadInput(
                f"{folder.about}: not a session", "the file was changed by hand"
            ) from error

    def _write(self, folder: SessionFolder, session: Session) -> None:
        import yaml

        value = {key: item for key, item in asdict(session).items() if item or key == "id"}
        files.replace(
            folder.about, yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()
        )


def _session_fields(value: Mapping[str, Any], folder: SessionFolder) -> dict[str, Any]:
    known = {item.name for item in fields(Session)}
    kept = {key: item for key, item in value.items() if key in known}
    return {**kept, "id": folder.id, "created_at": str(kept.get("created_at", ""))}


def body(message: Message, ts: bytes = b"") -> bytes:
    """A message as a line of messages.jsonl without its number, newline included.

    `ts` is the time of a message that has none of its own.
    """
    line = to_line(message if not message.number else replace(message, number=0))
    return b'"ts":"%b",%b' % (ts, line[1:]) if ts and not message.ts else line[1:]


def _identity(value: Mapping[str, Any]) -> tuple[str, int]:
    """The message's own id without the mark of a continuation, and its number of parts."""
    return str(value.get("id", "")).partition("+")[0], len(value.get("parts", ()))


def _redacted(transcript: Iterable[Message], added: Added) -> Iterator[Message]:
    for message in transcript:
        clean, kinds = redact(message)
        added.redacted.update(kinds)
        yield clean


def _fresh(
    transcript: Iterable[Message], stored: Iterator[bytes], known: dict[str, int], added: Added
) -> Iterator[bytes]:
    """What of a transcript isn't stored yet, as bodies of lines."""
    for position, message in enumerate(transcript, 1):
        if not message.id:
            line = next(stored, None)
            if line is None:
                yield body(message)
            elif _content(from_value(json.loads(line))) == _content(message):
                added.known += 1
            else:
                raise Diverged(position)
            continue
        seen = known.get(message.id)
        known[message.id] = max(seen or 0, len(message.parts))
        if seen is None:
            yield body(message)
        elif seen < len(message.parts):
            # An assistant's message that went on after the last import: only its new parts
            rest = replace(message, id=f"{message.id}+{seen}", parts=message.parts[seen:])
            yield body(rest)
        else:
            added.known += 1


def _content(message: Message) -> tuple[object, ...]:
    return (message.role, message.parts, message.origin)
