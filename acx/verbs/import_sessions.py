"""Import: transcripts in any format become sessions; of known ones only what is new comes in.

A file may hold many conversations, a folder many files. What can't be read is a value among the
results, with its reason; only what was named alone and can't be read is raised. Not in here: what a
transcript means, and attaching sessions to spaces.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import BinaryIO

from acx.errors import AcxError, BadInput, Conflict, NotFound
from acx.excerpt import shortened
from acx.model import Message, Session
from acx.store.layout import Home, checked_name
from acx.store.sessions import Diverged, Sessions
from acx.transcripts import check_format, found, open_source
from acx.transcripts import explain as fitting
from acx.transcripts.contract import Conversation, Warning
from acx.transcripts.own_rules import Rules
from acx.transcripts.places import places
from acx.transcripts.redact import redact_text
from acx.transcripts.walk import Source, piped
from acx.verbs.context import Context

LONGEST_TITLE = 100
"""Characters."""

Count = Callable[[int], None]
"""Told how many messages were read so far."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a conversation. `known` counts messages that were stored before its file was
    read, `repeated` those that stood in the file before. `asked` is the first thing a person said
    in it, `redacted` counts replaced secrets by kind, `ignored` what carries no message."""

    session: str
    source: str
    format: str
    new: int
    known: int
    asked: str = ""
    redacted: Counter[str] = field(default_factory=Counter)
    warnings: tuple[Warning, ...] = ()
    ignored: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    @property
    def tally(self) -> str:
        """`2 new messages, 3 known before`."""
        told = f"{self.new:,} new message{'' if self.new == 1 else 's'}"
        told += f", {self.known:,} known before" if self.known else ""
        return told + (f", {self.repeated:,} repeated" if self.repeated else "")


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that isn't imported. `named` tells whether a person named it, or a walk met it."""

    source: str
    reason: str
    hints: tuple[str, ...]
    exit_code: int
    named: bool


@dataclass(frozen=True, slots=True)
class How:
    """How transcripts are read.

    format    taken for granted; else it is told from the content
    user      whose sessions they are
    strict    refuse a transcript of which anything can't be read, before anything of it is stored
    sessions  where they are stored, and by which rules besides the built-in ones they are redacted
    count     is told how many messages were read so far
    """

    sessions: Sessions
    format: str = ""
    user: str = ""
    strict: bool = False
    count: Count = lambda _: None


@dataclass(frozen=True, slots=True)
class Explained:
    """How a file's format is known: `why` it is `format`, and which others would fit `also` but are
    tried later. Without a format, `why` nothing fits. `exit_code` of what can't be looked at."""

    source: str
    format: str
    why: str
    also: tuple[str, ...] = ()
    exit_code: int = 0


def agents_places(ctx: Context, agent: str) -> list[Path]:
    """Where an agent keeps its transcripts on this machine. Raises NotFound if there are none, and
    UsageError for an agent that isn't known."""
    return places(agent, ctx.env, Path(ctx.env.get("HOME") or Path.home()), Path.cwd())


def explain(ctx: Context, paths: Sequence[Path | BinaryIO]) -> Iterator[Explained]:
    """How the format of each file is known. Imports nothing."""
    for path in paths:
        try:
            given = _found(path) if isinstance(path, Path) else [_piped(path)]
            for source in given:
                yield _explained(source, ctx.rules)
        except AcxError as error:
            name = str(path) if isinstance(path, Path) else "-"
            reason = _reason(name, error, ctx.rules)
            yield Explained(name, "", reason, exit_code=error.exit_code)


def _explained(source: Source, rules: Rules) -> Explained:
    try:
        (name, why), *others = fitting(source)
    except AcxError as error:
        return Explained(source.name, "", _reason(source.name, error, rules))
    return Explained(
        source.name, name, redact_text(why, rules)[0], tuple(other for other, _ in others)
    )


def import_all(
    ctx: Context,
    paths: Sequence[Path | BinaryIO],
    *,
    space: str = "",
    format: str = "",
    user: str = "",
    strict: bool = False,
    dry_run: bool = False,
) -> Iterator[Imported | Unread]:
    """Import files, folders and streams, one result for each conversation and each file left out.

    New sessions belong to `space`, if one is named; that one has another already is a result too.
    With `dry_run`, only tell what would come in. Raises for an unknown space or format.
    """
    name = ctx.spaces.find(space) if space else ""
    if format:
        check_format(format)
    # A dry run leaves no trace: transcripts are read into a scratch home
    dry = tempfile.TemporaryDirectory(prefix="acx-dry-") if dry_run else nullcontext("")
    with dry as scratch:
        aside = Sessions(Home(Path(scratch)), lambda: ctx.rules)
        how = How(aside if dry_run else ctx.sessions, format, user, strict)
        for path in paths:
            for one in import_path(ctx, path, how):
                yield one
                if name and isinstance(one, Imported) and not dry_run:
                    try:
                        ctx.sessions.attach(one.session, name)
                    except Conflict as error:
                        yield _unread(one.session, error, True, ctx.rules)


def import_path(ctx: Context, path: Path | BinaryIO, how: How) -> Iterator[Imported | Unread]:
    """The same for one file, folder or stream."""
    name = str(path) if isinstance(path, Path) else "-"
    try:
        if not isinstance(path, Path):
            yield from import_source(ctx, _piped(path), how)
        elif path.is_dir():
            yield from _walked(ctx, path, how)
        else:
            for source in _found(path):
                yield from import_source(ctx, source, how)
    except AcxError as error:
        yield _unread(name, error, True, how.sessions.rules)


def _walked(ctx: Context, folder: Path, how: How) -> Iterator[Imported | Unread]:
    home = ctx.home.path.resolve()
    some = False
    for source in found(folder):
        if Path(source.name).resolve().is_relative_to(home):
            continue  # stored sessions aren't imported once more
        try:
            for done in import_source(ctx, source, how):
                some = True
                yield done
        except BadInput as error:
            yield _unread(source.name, error, False, how.sessions.rules)
    if not some:
        raise BadInput(
            f"{folder}: no transcript in this folder",
            f"acx session import {quote(str(folder))} --explain",
        )


def import_file(ctx: Context, path: Path, how: How | None = None) -> list[Imported]:
    """The conversations of a file as sessions. Raises BadInput or NotFound if it can't be read."""
    how = how or How(ctx.sessions)
    return [done for source in _found(path) for done in import_source(ctx, source, how)]


def import_source(ctx: Context, source: Source, how: How) -> Iterator[Imported]:
    """Each conversation of a transcript as a session. Raises BadInput for what isn't one."""
    if how.strict:
        _check(source, how.format)
    opened = open_source(source, how.format or None)
    warned, ignored, index = 0, Counter[str](), 0
    before: dict[str, int] = {}
    for index, (about, messages) in enumerate(opened.conversations(), 1):
        done = _Import(ctx, source, how, opened.format.name, about, index, before).store(messages)
        notes = opened.notes
        new = tuple(
            replace(warning, what=redact_text(warning.what, how.sessions.rules)[0])
            for warning in notes.warnings[warned:]
        )
        counts = Counter[str]()
        for kind, count in (notes.ignored - ignored).items():
            counts[redact_text(kind, how.sessions.rules)[0]] += count
        yield replace(done, warnings=new, ignored=counts)
        warned, ignored = len(notes.warnings), Counter(notes.ignored)
    if not index:
        raise BadInput(
            f"{source.name}: {opened.format.name} without a single message",
            *(str(warning) for warning in opened.notes.warnings[:1]),
        )


def _check(source: Source, format: str) -> None:
    opened = open_source(source, format or None)
    for _ in opened.items:
        pass
    if warnings := opened.notes.warnings:
        more = f" (and {len(warnings) - 1} other kinds)" if len(warnings) > 1 else ""
        raise BadInput(
            f"{source.name}: {warnings[0]}{more}", "without --strict, what can be read is read"
        )


@dataclass(slots=True)
class _Import:
    """One conversation on its way into a session. `before` counts, by session, the messages that
    were stored before anything of the file was."""

    ctx: Context
    source: Source
    how: How
    format: str
    about: Conversation
    index: int
    before: dict[str, int]
    asked: str = ""

    def store(self, messages: Iterator[Message]) -> Imported:
        first = next(messages)
        base = self._session_id(first)
        messages = self._watched(first, messages)
        for number in range(1, 100):
            # A transcript without ids of its own that starts like another, and goes on differently
            session_id = base if number == 1 else f"{base}-{number}"
            self._create(session_id, first.ts)
            before = self.before.setdefault(session_id, self.how.sessions.count(session_id))
            try:
                added = self.how.sessions.add(session_id, messages, self.how.count)
            except Diverged:
                first, messages = self._again()
                messages = self._watched(first, messages)
                continue
            # a secret on the border of what is shown must not lose its end before it is found
            asked = self._clean(self.asked[: 50 * LONGEST_TITLE])
            asked = shortened(" ".join(asked.split()), LONGEST_TITLE, trimmed=True)
            self._titled(session_id, asked)
            known = min(added.known, before)
            return Imported(
                session_id,
                self.source.name,
                self.format,
                added.new,
                known,
                asked,
                added.redacted,
                repeated=added.known - known,
            )
        raise BadInput(f"{self.source.name}: too many transcripts start like this one")

    def _titled(self, session_id: str, title: str) -> None:
        if title and not self.how.sessions.get(session_id).title:
            self.how.sessions.update(session_id, title=title)

    def _create(self, session_id: str, began: str) -> None:
        sessions = self.how.sessions
        if sessions.exists(session_id):
            return
        if self.ctx.sessions.exists(session_id):
            sessions.borrow(self.ctx.sessions, session_id)
            return
        path = self.source.name
        path = path if path == "-" else str(Path(path).absolute())
        session = Session(
            session_id,
            self.ctx.stamp(),
            user=self.how.user,
            source=self._clean(path),
            format=self.format,
            cwd=self._clean(self.about.cwd),
            began=began,
        )
        with suppress(Conflict):  # another import of it was quicker
            sessions.create(session)

    def _again(self) -> tuple[Message, Iterator[Message]]:
        opened = open_source(self.source, self.format)
        for index, (_, messages) in enumerate(opened.conversations(), 1):
            if index == self.index:
                return next(messages), messages
        raise BadInput(f"{self.source.name} changes while it is read", "import it again")

    def _watched(self, first: Message, rest: Iterator[Message]) -> Iterator[Message]:
        """The messages, of which the first thing a person said is kept."""
        message: Message | None = first
        while message:
            if not self.asked and message.origin == "human" and message.event in ("", "queued"):
                self.asked = message.text
            yield message
            message = next(rest, None)

    def _session_id(self, first: Message) -> str:
        """The conversation's own id if it can be one of ours, else a name and a digest.

        The digest is of what made the id useless, so that two such ids don't become one: of the own
        id, or of what the conversation starts with.
        """
        own = self.about.id
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", own).strip("-._")[:80]
        secret = self._clean(own) != own
        if name == own and not secret:
            with suppress(BadInput):
                return checked_name(name, "id of a session")
        begins = "\0".join(filter(None, (self.about.name, first.role, first.text)))
        stem = "stdin" if self.source.name == "-" else Path(self.source.name).stem
        stem = "session" if secret else name or self._clean(f"{stem}-{self.about.name}")
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[:60].rstrip("-_")
        digest = hashlib.sha256((own or begins).encode(errors="replace")).hexdigest()[:8]
        return f"{stem or 'session'}-{digest}"

    def _clean(self, text: str) -> str:
        return redact_text(text, self.how.sessions.rules)[0]


def import_stream(ctx: Context, stream: BinaryIO, how: How | None = None) -> list[Imported]:
    """The conversations of standard input as sessions. Raises BadInput if it can't be read."""
    return list(import_source(ctx, _piped(stream), how or How(ctx.sessions)))


def _found(path: Path) -> Iterator[Source]:
    """The transcripts that a path stands for. Raises NotFound, with what may be meant."""
    try:
        return found(path)
    except NotFound as error:
        with suppress(OSError):
            names = sorted(other.name for other in path.parent.iterdir())
            alike = [name for name in names if path.name and name.startswith(path.name)][:1]
            if alike := alike or get_close_matches(path.name, names, 1):
                raise NotFound(error.message, f"did you mean {path.parent / alike[0]}?") from None
        raise NotFound(error.message, *error.hints, "acx session import --help") from None


def _piped(stream: BinaryIO) -> Source:
    try:
        return piped(stream)
    except OSError as error:
        raise BadInput(f"can't read standard input: {error.strerror}") from error


def _unread(name: str, error: AcxError, named: bool, rules: Rules) -> Unread:
    return Unread(name, _reason(name, error, rules), error.hints, error.exit_code, named)


def _reason(name: str, error: AcxError, rules: Rules) -> str:
    """What is wrong, without the file's name, which stands before it already."""
    return redact_text(error.message.removeprefix(name).removeprefix(":").lstrip(), rules)[0]
