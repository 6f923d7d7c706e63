"""Sessions on disk: their messages, what session.yaml says of them, what became of their tasks.

A session's learning status is told truly also after a crash: `running` is only believed while
somebody holds the session's lock, and `completed` only while no message came later. Nothing here
knows how a session is learned or what a transcript looks like.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, get_args

from acx import files, yamlfile
from acx.errors import AcxError, BadInput, Conflict, NotFound
from acx.model import LearningStatus, Message, Session, Task
from acx.store import messages
from acx.store.additions import Added, Diverged, body, fresh
from acx.store.layout import Home, SessionFolder
from acx.transcripts.own_rules import NO_RULES, Rules
from acx.transcripts.record import from_value

__all__ = ["INTERRUPTED", "Added", "Diverged", "Outcome", "Sessions", "Stored", "body"]

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
    except (ValueError, RecursionError, BadInput) as error:
        raise BadInput(
            f"{folder.messages}, line {number}: not a message", "the file was changed by hand"
        ) from error


class Sessions:
    """All sessions of a home."""

    def __init__(self, home: Home, rules: Callable[[], Rules] = lambda: NO_RULES) -> None:
        self._home = home
        self._rules = rules  # asked for when something is added: reading needs no config.yaml

    @property
    def rules(self) -> Rules:
        """What is redacted in what is added, besides the built-in secrets."""
        return self._rules()

    def create(self, session: Session) -> Session:
        """A new, empty session. Raises Conflict if the id is taken."""
        folder = self._home.session(session.id)
        files.make_folder(folder.path)
        with self._locked(folder):
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
        except OSError as error:
            raise files.explain(error, self._home.sessions) from error

    def get(self, session_id: str) -> Session:
        """The session with its status as it truly is."""
        folder = self._home.session(session_id)
        session = self._read(folder)
        if session.status == "running" and not files.is_locked(folder.learning):
            return replace(session, status="pending", reason=INTERRUPTED)
        if session.status in ("completed", "failed"):
            more = messages.count(folder.messages) - session.learned
            if more > 0 and (session.status == "completed" or session.learned):
                reason = f"{more} new message{'' if more == 1 else 's'}"
                return replace(session, status="pending", reason=reason)
        return session

    def all(self) -> list[Session]:
        """Every session, newest first; warns of those that can't be read, and leaves them out."""
        found, broken = [], 0
        for session_id in self.ids():
            try:
                found.append(self.get(session_id))
            except NotFound:
                continue  # deleted since the folder was listed
            except AcxError:
                broken += 1
        if broken:
            some = "1 session is" if broken == 1 else f"{broken} sessions are"
            warnings.warn(f"{some} left out: not readable\nhint: acx doctor", stacklevel=2)
        return sorted(found, key=lambda session: (session.created_at, session.id), reverse=True)

    def transcript(self, session_id: str) -> Stored:
        folder = self._home.session(session_id)
        return Stored(self.get(session_id), folder, messages.count(folder.messages))

    def count(self, session_id: str) -> int:
        return messages.count(self._home.session(session_id).messages)

    def update(self, session_id: str, **changes: Any) -> Session:
        """Change fields of session.yaml."""
        folder = self._home.session(session_id)
        with self._locked(folder):
            session = replace(self._read(folder), **changes)
            self._write(folder, session)
        return session

    def attach(self, session_id: str, space: str) -> Session:
        """Let the session belong to a space. Raises Conflict, naming both, if it has another."""
        folder = self._home.session(session_id)
        with self._locked(folder):
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
            missing=f"no session {session_id!r}",
        )

    def delete(self, session_id: str) -> None:
        """Remove a session for good. Raises Conflict while it is being learned."""
        folder = self._home.session(session_id)
        self._read(folder)
        gone = folder.path.with_name(f".gone-{folder.id}")
        with self.learning(session_id), self._locked(folder):
            try:
                shutil.rmtree(gone, ignore_errors=True)  # what a killed process left
                for path in (folder.tasks, folder.messages, folder.about):
                    path.unlink(missing_ok=True)
                # Away at once, with the locks in it: who waits for one finds no folder any more
                folder.path.rename(gone)
            except OSError as error:
                raise files.explain(error, folder.path) from error
        shutil.rmtree(gone, ignore_errors=True)

    def append(self, session_id: str, bodies: list[bytes]) -> int:
        """Add messages, each a line without its number (see `body`). Returns the first's number."""
        folder = self._home.session(session_id)
        with self._locked(folder):
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
        for message in self._stored(self._home.session(session_id)):
            if own := message.id.partition("+")[0]:  # without the mark of a continuation
                known[own] = known.get(own, 0) + len(message.parts)
        return known

    def add(
        self, session_id: str, transcript: Iterable[Message], step: Callable[[int], None]
    ) -> Added:
        """Add what is new of a transcript; `step` is called with the messages read so far.

        By the messages' own ids where they have them, else by content and position. Raises
        Diverged, before anything is written, if a transcript without ids isn't a continuation.
        """
        added = Added()
        folder = self._home.session(session_id)
        # From looking what is known to the last message: two imports of one file add it once
        with files.locked(folder.importing, missing=f"no session {session_id!r}"):
            known = self.known_ids(session_id)
            new = fresh(transcript, self._stored(folder), known, self.rules, added)
            while batch := list(islice(new, BATCH)):
                self.append(session_id, batch)
                added.new += len(batch)
                step(added.new + added.known)
        return added

    def record(self, session_id: str, outcome: Outcome) -> None:
        """Note what became of a task."""
        folder = self._home.session(session_id)
        line = json.dumps(asdict(outcome), ensure_ascii=False, separators=(",", ":"))
        with self._locked(folder):
            files.append(folder.tasks, line.encode() + b"\n")

    def outcomes(self, session_id: str) -> dict[int, Outcome]:
        """What is known of each task, by number; the newest line of a task counts."""
        found: dict[int, Outcome] = {}
        try:
            text = self._home.session(session_id).tasks.read_bytes()
        except FileNotFoundError:
            return found
        for line in text.splitlines():
            if outcome := _outcome(line):
                found[outcome.task.number] = outcome
        return dict(sorted(found.items()))

    def _locked(self, folder: SessionFolder) -> AbstractContextManager[None]:
        return files.locked(folder.lock, missing=f"no session {folder.id!r}")

    def _stored(self, folder: SessionFolder) -> Iterator[Message]:
        return (_message(line, folder) for line in messages.lines(folder.messages))

    def _read(self, folder: SessionFolder) -> Session:
        try:
            text = folder.about.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no session {folder.id!r}", "acx session list") from None
        except OSError as error:
            raise files.explain(error, folder.about) from error
        hint = f"the file was changed by hand; its messages are still in {folder.messages}"
        value = yamlfile.load(text, str(folder.about), hint)
        try:
            return Session(**{**_session_fields(value), "id": folder.id})
        except ValueError as error:
            raise BadInput(f"{folder.about}: not a session: {error}", hint) from error

    def _write(self, folder: SessionFolder, session: Session) -> None:
        value = {key: item for key, item in asdict(session).items() if item or key == "id"}
        files.replace(folder.about, yamlfile.dump(value))


def _session_fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a session.yaml gives. Raises ValueError naming one that is of no use."""
    if "id" not in value:
        raise ValueError("it has no id")
    kept = {item.name: value[item.name] for item in fields(Session) if item.name in value}
    for key, item in kept.items():
        if key == "learned":
            if type(item) is not int or item < 0:
                raise ValueError("learned must be the number of a message")
        elif isinstance(item, list | dict):
            raise ValueError(f"{key} must be a text")
        else:
            kept[key] = "" if item is None else str(item)
    if kept.get("status", "") not in get_args(LearningStatus):
        raise ValueError(f"unknown status {kept['status']!r}")
    return {"created_at": "", **kept}


def _outcome(line: bytes) -> Outcome | None:
    """What a line of tasks.jsonl says; None for one that is torn: git knows what was learned."""
    try:
        value = json.loads(line)
        task = value["task"]
        spans = tuple((int(first), int(last)) for first, last in task["spans"])
        found = Outcome(
            **{
                **value,
                "task": Task(**{**task, "spans": spans}),
                "lessons": tuple(value["lessons"]),
            }
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    numbers = (found.task.number, found.task.first, found.task.last)
    texts = (found.task.title, found.task.because, found.state, found.reason, *found.lessons)
    whole = all(type(number) is int for number in numbers)
    return found if whole and all(isinstance(text, str) for text in texts) else None
