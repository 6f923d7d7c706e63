"""Learn: sessions in, lessons out, one commit each.

Here store meets learn. Sessions of one space are learned one after the other under the space's
lock, spaces side by side in threads. Whatever becomes of a task is a value in the report; only what
stops the whole run is raised.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from acx.errors import AcxError, AnswerPending, BadInput, Conflict, ModelError, NotFound
from acx.learn.port import Learner
from acx.model import Session, Usage
from acx.store import publish
from acx.store.layout import Home
from acx.store.repo import Repo
from acx.store.sessions import Sessions
from acx.verbs import batches, import_sessions, learners, policies
from acx.verbs.context import Context
from acx.verbs.import_sessions import How, Imported, Unread
from acx.verbs.learn_report import SessionReport
from acx.verbs.learn_session import Settings, learn_session
from acx.verbs.progress import Progress, Step
from acx.verbs.purse import for_run

SIDE_BY_SIDE = 4
"""Spaces learned at the same time."""

GRACE = 1.0
"""Seconds that an interrupted run waits for lessons that are just landing. A model isn't waited
for: what is cut off is taken up by the next run, as after a crash."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One of several targets that could not be taken; the others were."""

    target: str
    reason: str
    hints: tuple[str, ...]
    exit_code: int

    @classmethod
    def by(cls, target: str, error: AcxError) -> Refused:
        return cls(target, error.message, error.hints, error.exit_code)


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What a run did. `learner` is who did it, `imported` what came of transcript files, `refused`
    which of several targets could not be taken; `loose` how many sessions are in no space, and so
    never pending."""

    learner: str
    sessions: tuple[SessionReport, ...]
    imported: tuple[Imported, ...] = ()
    refused: tuple[Refused, ...] = ()
    dry_run: bool = False
    loose: int = 0

    @property
    def usage(self) -> Usage:
        return sum((report.usage for report in self.sessions), Usage())

    @property
    def lessons(self) -> int:
        return sum(len(report.landed) for report in self.sessions)

    @property
    def failed(self) -> tuple[SessionReport, ...]:
        return tuple(report for report in self.sessions if report.status == "failed")


def learn(
    ctx: Context,
    targets: Sequence[str] = (),
    *,
    space: str = "",
    review: bool = False,
    dry_run: bool = False,
    learner: str = "",
    model: str = "",
    max_cost: Decimal | None = None,
    stdin: BinaryIO | None = None,
    format: str = "",
    batch: bool = False,
    progress: Progress = lambda _: None,
) -> LearnReport:
    """Learn from sessions, transcript files or standard input (`-`); else every pending session.

    With `batch`, what can wait is asked in a batch, and the next run goes on from its answers.
    """
    shelf = batches.shelf(ctx, batch)
    chosen = learners.chosen(ctx.config, learner, model, shelf)
    if batch:
        batches.check(ctx.config, chosen, dry_run)
    purse = for_run(ctx, chosen.name, max_cost)
    settings = Settings(review or ctx.config.review, dry_run, purse, progress)
    _check_space(ctx, targets, space)
    # A dry run leaves no trace: new transcripts are read into a scratch home
    dry = tempfile.TemporaryDirectory(prefix="acx-dry-") if dry_run else nullcontext("")
    with dry as scratch:
        aside = Sessions(Home(Path(scratch)), lambda: ctx.rules) if dry_run else ctx.sessions
        refused: list[Refused] = []
        found, imported = _resolve(ctx, targets, aside, stdin, format, progress, refused)
        if not targets:
            found = _pending(ctx, space)
        groups = _by_space(ctx, found, space, dry_run, refused, progress)
        if shelf and chosen.prompts:
            batches.fetch(ctx, learners.engine(ctx.config, model), shelf, progress)
        reports = _side_by_side(ctx, chosen, groups, settings)
        if shelf and shelf.wanted:
            try:
                batches.send(ctx, learners.engine(ctx.config, model), shelf, purse, progress)
            except AcxError:
                for one in reports:
                    if one.reason == AnswerPending.WORDS:
                        ctx.sessions.update(one.session, reason="its batch could not be sent")
                raise
    loose = 0 if targets else sum(not session.space for session in ctx.sessions.all())
    return LearnReport(chosen.name, tuple(reports), tuple(imported), tuple(refused), dry_run, loose)


@dataclass(frozen=True, slots=True)
class _Found:
    """A session to learn, and the store it is in."""

    id: str
    sessions: Sessions


def _check_space(ctx: Context, targets: Sequence[str], space: str) -> None:
    """Raise before anything is stored where new transcripts would have no space to go to."""
    if space:
        ctx.spaces.find(space)
        return
    homes = {s.source for s in ctx.sessions.all() if s.space} if targets else set()
    for target in targets:
        path = Path(target)
        if target == "-" or (path.exists() and str(path.absolute()) not in homes):
            ctx.space_name()


def _resolve(
    ctx: Context,
    targets: Sequence[str],
    aside: Sessions,
    stdin: BinaryIO | None,
    format: str,
    progress: Progress,
    refused: list[Refused],
) -> tuple[list[_Found], list[Imported]]:
    """The sessions that targets stand for, transcripts imported; of several, what can be taken."""
    found: dict[str, _Found] = {}
    imported: list[Imported] = []
    for target in targets:
        try:
            done = _imported(ctx, target, aside, stdin, format, progress)
        except AcxError as error:
            if len(targets) == 1:
                raise
            refused.append(Refused.by(target, error))
            why = error.message.removeprefix(target).removeprefix(": ")
            progress(Step("refused", "", title=target, detail=why))
            continue
        if isinstance(done, str):
            found.setdefault(done, _Found(done, ctx.sessions))
            continue
        came = [one for one in done if isinstance(one, Imported)]
        for one in came:
            found.setdefault(one.session, _Found(one.session, aside))
            if one.new or len(came) == 1:
                title = f"read {one.source}"
                progress(Step("imported", one.session, title=title, detail=one.tally))
        imported += came
        if left := len(done) - len(came):
            why = f"acx session import {target} --explain says why"
            count = "1 file" if left == 1 else f"{left} files"
            progress(Step("unread", "", title=f"{target}: {count} left out", detail=why))
    return list(found.values()), imported


def _imported(
    ctx: Context,
    target: str,
    aside: Sessions,
    stdin: BinaryIO | None,
    format: str,
    progress: Progress,
) -> Sequence[Imported | Unread] | str:
    """What came of a transcript or a folder of them, or the id of a stored session."""
    how = How(aside, format, count=_stepper(progress, target))
    if target == "-":
        return import_sessions.import_stream(ctx, stdin or sys.stdin.buffer, how)
    if not _is_file(ctx, target):
        return ctx.sessions.find(target)
    if Path(target).is_dir():
        found = list(import_sessions.import_path(ctx, Path(target), how))
        for one in found:
            if isinstance(one, Unread) and one.named:
                raise BadInput(f"{one.source}: {one.reason}", *one.hints)
        return found
    return import_sessions.import_file(ctx, Path(target), how)


def _stepper(progress: Progress, target: str) -> Callable[[int], None]:
    return lambda count: progress(Step("importing", target, detail=f"{count:,} messages"))


def _is_file(ctx: Context, target: str) -> bool:
    """Whether a target is a path; a session of that id goes first."""
    try:
        ctx.sessions.find(target)
    except NotFound:
        looks = (
            Path(target).exists() or "/" in target or target.endswith((".json", ".jsonl", ".md"))
        )
        if not looks:
            raise NotFound(f"{target}: neither a session nor a file", "acx session list") from None
        return True
    except Conflict:
        return Path(target).exists()
    return False


def _pending(ctx: Context, space: str) -> list[_Found]:
    name = ctx.spaces.find(space) if space else ""
    waiting = [
        session
        for session in reversed(ctx.sessions.all())
        if session.space
        and (not name or session.space == name)
        and session.status in ("pending", "failed")
    ]
    return [_Found(session.id, ctx.sessions) for session in waiting]


def _by_space(
    ctx: Context,
    found: Sequence[_Found],
    space: str,
    dry_run: bool,
    refused: list[Refused],
    progress: Progress,
) -> dict[str, list[tuple[Session, Sessions]]]:
    """Attach each session to its space, and group them by it."""
    wanted = ctx.space_name(space) if found and space else ""
    groups: dict[str, list[tuple[Session, Sessions]]] = {}
    for item in found:
        session = item.sessions.get(item.id)
        name = wanted or session.space or ctx.space_name()
        try:
            if dry_run and not session.space:
                session = replace(session, space=name)
            else:
                session = item.sessions.attach(item.id, name)
        except Conflict as error:
            if len(found) == 1:
                raise
            refused.append(Refused.by(item.id, error))
            why = error.message.removeprefix(f"session {item.id} ")
            progress(Step("refused", "", title=item.id, detail=why))
            continue
        groups.setdefault(name, []).append((session, item.sessions))
    return groups


def _side_by_side(
    ctx: Context,
    learner: Learner,
    groups: dict[str, list[tuple[Session, Sessions]]],
    settings: Settings,
) -> list[SessionReport]:
    if len(groups) < 2:
        return [
            r
            for name, group in groups.items()
            for r in _space(ctx, learner, name, group, settings, True)
        ]
    stop = threading.Event()
    settings = replace(settings, stopped=stop.is_set)
    todo = iter(groups.items())
    done: dict[str, list[SessionReport] | BaseException] = {}

    def work() -> None:
        while not stop.is_set() and (item := next(todo, None)):
            try:
                done[item[0]] = _space(ctx, learner, *item, settings)
            except BaseException as error:  # raised where the reports are gathered
                done[item[0]] = error

    # Daemons, since the interpreter would wait for any other thread, and so for a hanging model
    count = min(SIDE_BY_SIDE, len(groups))
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # on Windows, Ctrl-C is only seen between waits
                thread.join(0.5)
    except BaseException:
        stop.set()
        until = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        raise
    return [report for name in groups for report in _result(done[name])]


def _result(done: list[SessionReport] | BaseException) -> list[SessionReport]:
    if isinstance(done, BaseException):
        raise done
    return done


def _space(
    ctx: Context,
    learner: Learner,
    name: str,
    group: Sequence[tuple[Session, Sessions]],
    settings: Settings,
    alone: bool = False,
) -> list[SessionReport]:
    """Learn the sessions of one space. A trouble of the space is every session's reason; where
    there is nothing else to report (`alone`, with one session) it is raised."""

    def waiting() -> None:
        settings.progress(Step("waiting", "", space=name, detail="another acx is learning into it"))

    reports: list[SessionReport] = []
    try:
        policy = policies.of(ctx.spaces.get(name))
        settings = replace(settings, policy=policy, review=settings.review or policy.review)
        repository: AbstractContextManager[Repo] = (
            ctx.spaces.open(name) if settings.dry_run else ctx.spaces.writing(name, waiting)
        )
        with repository as repo:
            publish.ready(repo)
            for session, sessions in group:
                settings.go_on()
                report = learn_session(ctx, learner, repo, session, sessions, settings)
                reports.append(report)
                if report.fatal:
                    break
    except ModelError:
        raise
    except AcxError as error:
        if alone and len(group) == 1 and not reports:
            raise
        reports += [
            SessionReport(
                session.id,
                name,
                "failed",
                error.message,
                hints=error.hints,
                exit_code=error.exit_code,
            )
            for session, _ in group[len(reports) :]
        ]
    return reports
