"""Learn one session: its tasks, their lessons, their commits, and a status that is true.

Called under the space's lock with an open repository. A task's trouble stays the task's: it is
recorded, the others go on, and the next run takes it up again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from acx.errors import AcxError, ModelError, PutOff
from acx.learn import message, pipeline
from acx.learn.draft import Draft
from acx.learn.pipeline import Ready
from acx.learn.port import Answer, Assignment, Known, Learner, Skipped
from acx.model import Session, Task, Usage
from acx.store import ledger, publish
from acx.store.publish import Piece
from acx.store.repo import Commit, Repo, Tree
from acx.store.sessions import Outcome, Sessions, Stored
from acx.verbs.context import Context
from acx.verbs.gate import gate
from acx.verbs.learn_report import Diff, LessonReport, SessionReport
from acx.verbs.policies import Policy
from acx.verbs.progress import Progress, Step
from acx.verbs.purse import RunPurse


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run goes about it. `purse` holds what it may spend.

    `stopped` tells, between tasks and sessions, that the person wants no more. `drafts` holds, by
    space, what a dry run would have landed so far: each lesson is made on top of those before it.
    """

    review: bool
    dry_run: bool
    purse: RunPurse
    progress: Progress
    policy: Policy = Policy()
    stopped: Callable[[], bool] = lambda: False
    drafts: dict[str, Draft] = field(default_factory=dict)

    def go_on(self) -> None:
        """Raises KeyboardInterrupt, also outside the main thread, once the run is stopped."""
        if self.stopped():
            raise KeyboardInterrupt


def learn_session(
    ctx: Context,
    learner: Learner,
    repo: Repo,
    session: Session,
    sessions: Sessions,
    settings: Settings,
) -> SessionReport:
    """Learn what is new in a session. Raises Conflict if another acx is at it.

    A dry run takes no lock, since a lock is a file.
    """
    with nullcontext() if settings.dry_run else sessions.learning(session.id):
        if not settings.dry_run:
            sessions.update(session.id, status="running", reason="")
        run = _Run(ctx, learner, repo, session, sessions, settings)
        try:
            run.go()
        except BaseException as error:
            if not settings.dry_run:
                # Ctrl-C also ends the git processes of this run, which then seem to have failed
                failed = isinstance(error, AcxError) and not settings.stopped()
                reason = str(error) if failed else "interrupted"
                status = "failed" if failed else "pending"
                sessions.update(session.id, status=status, reason=reason)
            if not isinstance(error, ModelError):
                raise
            run.stop(error)
        return run.finish()


class _Run:
    """One session being learned: what is known before, and what has come out so far."""

    def __init__(
        self,
        ctx: Context,
        learner: Learner,
        repo: Repo,
        session: Session,
        sessions: Sessions,
        settings: Settings,
    ) -> None:
        self.ctx, self.learner, self.repo = ctx, learner, repo
        self.session, self.sessions, self.settings = session, sessions, settings
        self.transcript: Stored = replace(sessions.transcript(session.id), session=session)
        self.before = sessions.outcomes(session.id)
        self.history: dict[str, list[ledger.Entry]] = {}
        for entry in reversed(ledger.entries(repo, session.id)):
            self.history.setdefault(entry.task, []).append(entry)
        self.rejected = [
            _known(repo, ledger.Entry(commit, "rejected"))
            for commit in _commits(repo, ledger.rejected(repo))
            if "Acx-Task" in commit.trailers  # a step of tidying is no lesson
        ]
        self.removed = ledger.removed_skills(repo)
        self.lessons: list[LessonReport] = []
        self.outcomes: list[Outcome] = []
        self.usage = Usage()
        self.error: ModelError | None = None
        self.limit, self.unasked = "", 0

    def go(self) -> None:
        branch = self.repo.branch().removeprefix("refs/heads/")
        where = "" if branch == "main" else f", on branch {branch}"
        many = f"{self.transcript.count} message{'' if self.transcript.count == 1 else 's'}"
        self._say("session", detail=f"{many}{where}")
        if self._nothing_new():
            self.outcomes += self.before.values()
            return
        known = [outcome.task for outcome in self.before.values()]
        purse = self.settings.purse.of(self.session)
        reading = self.learner.open(self.transcript, self.settings.policy.criteria, purse)
        tasks, usage = reading.tasks(known)
        self.usage += usage
        todo: list[Task] = []
        for task in tasks:
            if outcome := self._settled(task):
                self._record(outcome)
            else:
                todo.append(task)
        left = len(todo)
        try:
            for task, answer in reading.lessons(todo, self._assign):
                self._say("task", task.title, task.status, task.number)
                self._learned(task, answer)
                left -= 1
                self.settings.go_on()
        except PutOff as error:
            self.usage += error.usage or Usage()
            self.limit, self.unasked = error.message, left

    def _nothing_new(self) -> bool:
        """Whether every message was learned from before, and git still has what that taught."""
        stored = self.sessions.get(self.session.id)
        return (
            0 < stored.learned == self.transcript.count
            and bool(self.before)
            and all(
                outcome.state in ("", "skipped")
                or message.task_key(self.session.id, number) in self.history
                for number, outcome in self.before.items()
            )
        )

    def stop(self, error: ModelError) -> None:
        """The model failed before or between tasks in a way that ends the session."""
        self.error = error
        self.usage += error.usage or Usage()

    def finish(self) -> SessionReport:
        failed = [outcome for outcome in self.outcomes if outcome.state == "failed"]
        status, reason = "completed", ""
        if self.error:
            status, reason = "failed", self.error.message
        elif failed:
            some = f"{len(failed)} of {len(self.outcomes)} tasks failed"
            status, reason = "failed", f"{some}: {failed[0].reason}"
        elif self.unasked:
            count = "1 task is" if self.unasked == 1 else f"{self.unasked} tasks are"
            status, reason = "pending", f"{self.limit}; {count} left"
        if isinstance(self.error, PutOff):
            status = "pending"
        if not self.settings.dry_run:
            read = not (self.error or self.unasked)
            learned = self.transcript.count if read else self.session.learned
            self.sessions.update(self.session.id, status=status, reason=reason, learned=learned)
        self._say("done", detail=reason or status)
        return SessionReport(
            self.session.id,
            self.session.space,
            status,
            reason,
            tuple(self.lessons),
            tuple(self.outcomes),
            self.usage,
            bool(self.error and self.error.fatal),
            self.error.hints if self.error else (),
            ModelError.exit_code if status == "failed" else 0,
        )

    def _learned(self, task: Task, answer: Answer) -> None:
        """Publish what the learner says a task taught, or record why there is nothing."""
        try:
            if isinstance(answer, ModelError):
                raise answer
            name, prompts = self.learner.name, self.learner.prompts
            ready = pipeline.checked(
                answer, self.assigned, name, prompts, self._gate,
                lambda why: self._say("skipped", why, task=task.number),
            )  # fmt: skip
        except ModelError as error:
            self.usage += error.usage or Usage()
            self._record(self._outcome(task, "failed", error.message))
            if error.fatal:
                error.usage = None  # it is counted
                raise
            return
        if isinstance(ready, Skipped):
            self.usage += ready.usage
            known = self.history.get(self._key(task))
            self._record(self._outcome(task, "learned" if known else "skipped", ready.reason))
            return
        for lesson in ready:
            self.usage += lesson.usage
        self._publish(task, ready)

    def _settled(self, task: Task) -> Outcome | None:
        """What is to be said of a task that needs no learning now; None if it does."""
        if not task.finished:
            return self._outcome(task, "")
        key = self._key(task)
        entries = self.history.get(key, [])
        same = [entry for entry in entries if _same(entry, task)]
        if same:
            states = {entry.state for entry in same}
            state = (
                "learned" if "landed" in states else "held" if "proposed" in states else "skipped"
            )
            reason = f"{min(states)} by a person" if state == "skipped" else ""
            commits = tuple(entry.commit.id for entry in same)
            return replace(self._outcome(task, state, reason), lessons=commits)
        before = self.before.get(task.number)
        if before is None or (before.task.ranges, before.task.status) != (task.ranges, task.status):
            return None
        # "learned" of tasks.jsonl is believed only while git has a lesson of the task
        decided = before.state == "skipped" or (before.state == "learned" and bool(entries))
        return replace(before, task=task) if decided else None

    def _assign(self, task: Task) -> Assignment:
        """What is to be known of the task now: the skills as they are at this moment, and from
        now on the base of what is to be published."""
        self.assigned = Assignment(
            self.transcript,
            task,
            self._tree(),
            [_known(self.repo, entry) for entry in self.history.get(self._key(task), [])],
            self.rejected,
            self.removed,
            lambda text: self._say("task", task.title, text, task.number),
        )
        return self.assigned

    def _gate(self, draft: Draft) -> str:
        command = self.settings.policy.gate
        if command:
            self._say("task", "", f"the gate is asked: {command}")
        return gate(self.ctx, self.repo, self.session.space, command)(draft)

    def _tree(self) -> Draft:
        space = self.session.space
        if self.settings.dry_run and space in self.settings.drafts:
            return self.settings.drafts[space]
        self.base = self.repo.resolve("HEAD")
        draft = Draft(Tree(self.repo, self.base))
        if self.settings.dry_run:
            self.settings.drafts[space] = draft
        return draft

    def _publish(self, task: Task, ready: Sequence[Ready]) -> None:
        review = self.settings.review
        pieces = [
            Piece(
                item.text,
                item.changes,
                ledger.name_of(self._key(task), item.title),
                review or bool(item.hold),
                item.leaf,
            )
            for item in ready
        ]
        diffs: list[Diff] = [{}] * len(ready)
        if self.settings.dry_run:
            placed, diffs = self._pretend(pieces)
        else:
            placed = publish.publish(self.repo, self.base, pieces, self.ctx.now())
        commits: list[str] = []
        for item, piece, place, diff in zip(ready, pieces, placed, diffs, strict=True):
            held = item.hold or ("for review" if piece.hold else "")
            if place.conflict:
                held = publish.conflict_in_words(place.conflict)
            self.lessons.append(
                LessonReport(
                    item.title,
                    item.lesson.kind,
                    task.number,
                    place.commit,
                    place.proposal,
                    held if place.proposal else "",
                    diff,
                    item.text,
                )
            )
            commits.append(place.commit)
            detail = f"{place.proposal}: {held}" if place.proposal else place.commit[:10]
            self._say("held" if place.proposal else "learned", item.title, detail, task.number)
        landed = any(not place.proposal for place in placed)
        outcome = self._outcome(task, "learned" if landed else "held")
        self._record(replace(outcome, lessons=tuple(commits)), quiet=True)

    def _pretend(self, pieces: Sequence[Piece]) -> tuple[list[publish.Placed], list[Diff]]:
        """What publishing would do, with the diffs; what lands is there for what comes after."""
        landed, held = self._tree(), set[str]()
        made = Draft(landed)
        placed: list[publish.Placed] = []
        diffs: list[Diff] = []
        for piece in pieces:
            conflict = "" if piece.hold else next((p for p in piece.changes if p in held), "")
            waits = piece.hold or bool(conflict)
            diffs.append({path: (made.read(path), new) for path, new in piece.changes.items()})
            placed.append(publish.Placed("", piece.name if waits else "", conflict))
            if not piece.leaf:
                held.update(piece.changes if waits else ())
                made.put_all(piece.changes)
            if not waits:
                landed.put_all(piece.changes)
        return placed, diffs

    def _key(self, task: Task) -> str:
        return message.task_key(self.session.id, task.number)

    def _outcome(self, task: Task, state: str, reason: str = "") -> Outcome:
        return Outcome(task, state, reason, (), self.learner.name, self.ctx.stamp())

    def _record(self, outcome: Outcome, quiet: bool = False) -> None:
        self.outcomes.append(outcome)
        before = self.before.get(outcome.task.number)
        if not self.settings.dry_run and (before is None or _differs(before, outcome)):
            self.sessions.record(self.session.id, outcome)
        if not quiet and outcome.state in ("skipped", "failed"):
            self._say(outcome.state, outcome.task.title, outcome.reason, outcome.task.number)

    def _say(self, kind: str, title: str = "", detail: str = "", task: int = 0) -> None:
        self.settings.progress(Step(kind, self.session.id, title, detail, self.session.space, task))


def _differs(before: Outcome, after: Outcome) -> bool:
    return replace(before, at="") != replace(after, at="")


def _same(entry: ledger.Entry, task: Task) -> bool:
    """Whether a lesson was made from the task as it is now."""
    _, outcome, messages = message.outcome_of(entry.commit.trailers)
    return outcome == task.status and messages == message.ranges(task)


def _known(repo: Repo, entry: ledger.Entry) -> Known:
    key, outcome, messages = message.outcome_of(entry.commit.trailers)
    changed = repo.changed(entry.commit.id)
    texts = {
        path: None if new is None else new.decode(errors="replace")
        for path, (_, new) in changed.items()
    }
    return Known(
        entry.commit.id,
        entry.commit.subject,
        key,
        outcome,
        messages,
        entry.state == "rejected",
        texts,
    )


def _commits(repo: Repo, named: Mapping[str, str]) -> list[Commit]:
    return repo.log("--no-walk", *named.values()) if named else []
