"""Tidy: a space in, steps out, one commit each, under the space's lock as learning is.

Each step is published before the next one is looked for. What waits for a person, or doesn't go
together with their edits, becomes a proposal as a lesson does; what they rejected isn't made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher

from acx.errors import LimitReached, ModelError
from acx.learn.draft import Draft
from acx.learn.tidy import message
from acx.learn.tidy.step import (
    MOVING,
    Dropped,
    Left,
    Line,
    Tidier,
    TidyStep,
    Untidy,
    taken,
)
from acx.model import Usage
from acx.store import ledger, publish
from acx.store.layout import SKILLS
from acx.store.publish import Piece, Placed
from acx.store.repo import Commit, Repo, Tree
from acx.verbs import learners, policies
from acx.verbs.context import Context
from acx.verbs.gate import gate
from acx.verbs.learn_report import Diff
from acx.verbs.progress import Progress, Step
from acx.verbs.purse import SpacePurse, for_run


@dataclass(frozen=True, slots=True)
class StepReport:
    """A step that landed, waits (`proposal`, with the reason in `held`), or would be made.

    merges  the commits of the lessons whose lines it moved
    """

    kind: str
    title: str
    reason: str
    dropped: tuple[Dropped, ...] = ()
    merges: tuple[str, ...] = ()
    commit: str = ""
    proposal: str = ""
    held: str = ""
    diff: Diff = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class TidyReport:
    """What a run did. `left` is what was seen and left as it is; `stopped` why the run ended
    before it was done, with the `exit_code` of what stopped it (0 for a limit); `uncommitted` which
    files of skills a person has changed since the commit that was looked at."""

    space: str
    learner: str
    steps: tuple[StepReport, ...] = ()
    left: tuple[str, ...] = ()
    usage: Usage = Usage()
    dry_run: bool = False
    stopped: str = ""
    hints: tuple[str, ...] = ()
    exit_code: int = 0
    uncommitted: tuple[str, ...] = ()

    @property
    def landed(self) -> tuple[StepReport, ...]:
        return tuple(step for step in self.steps if not step.proposal)

    @property
    def held(self) -> tuple[StepReport, ...]:
        return tuple(step for step in self.steps if step.proposal)


def tidy(
    ctx: Context,
    space: str = "",
    *,
    review: bool = False,
    dry_run: bool = False,
    learner: str = "",
    model: str = "",
    max_cost: Decimal | None = None,
    progress: Progress = lambda _: None,
) -> TidyReport:
    """Consolidate the skills of a space. A dry run takes no lock and writes nothing."""
    name = ctx.space_name(space)
    tidier = learners.tidier(ctx.config, learner, model)
    purse = SpacePurse(for_run(ctx, tidier.name, max_cost), name)
    policy = policies.of(ctx.spaces.get(name))

    def waiting() -> None:
        progress(Step("waiting", "", space=name, detail="another acx is learning into it"))

    repository: AbstractContextManager[Repo] = (
        ctx.spaces.open(name) if dry_run else ctx.spaces.writing(name, waiting)
    )
    with repository as repo:
        publish.ready(repo)
        hold = review or ctx.config.review or policy.review
        passes = gate(ctx, repo, name, policy.gate)
        edited = repo.edited(SKILLS)
        run = _Run(ctx, repo, name, tidier, hold, passes, dry_run, progress)
        return replace(run.go(purse), uncommitted=tuple(edited))


class _Run:
    """One space being tidied: the steps so far, and the tree on which the next one is made.

    `base` is a commit with the very files of `standing`: what the next step is compared with.
    """

    def __init__(
        self,
        ctx: Context,
        repo: Repo,
        space: str,
        tidier: Tidier,
        hold: bool,
        passes: Callable[[Draft], str],
        dry_run: bool,
        progress: Progress,
    ) -> None:
        self.ctx, self.repo, self.space, self.tidier = ctx, repo, space, tidier
        self.hold, self.dry_run, self.progress = hold, dry_run, progress
        self.passes = passes
        self.base = repo.resolve("HEAD")
        self.standing = Draft(Tree(repo, self.base))
        self.waiting: set[str] = set()
        self.steps: list[StepReport] = []
        self.left: list[str] = []
        self.usage = Usage()

    def go(self, purse: SpacePurse) -> TidyReport:
        stopped, hints, exit_code = "", tuple[str, ...](), 0
        try:
            for outcome in self.tidier.steps(self._untidy(), purse):
                self.usage += outcome.usage
                if isinstance(outcome, TidyStep):
                    self._take(outcome)
                elif outcome.reason:
                    self._leave(outcome)
        except ModelError as error:
            self.usage += error.usage or Usage()
            stopped, hints = error.message, error.hints
            exit_code = 0 if isinstance(error, LimitReached) else error.exit_code
        return TidyReport(
            self.space,
            self.tidier.name,
            tuple(self.steps),
            tuple(self.left),
            self.usage,
            self.dry_run,
            stopped,
            hints,
            exit_code,
        )

    def _untidy(self) -> Untidy:
        decided = {**ledger.proposals(self.repo), **ledger.rejected(self.repo)}
        steps = [
            commit
            for commit in _commits(self.repo, decided.values())
            if message.TIDY in commit.trailers
        ]
        return Untidy(
            self.standing,
            lambda key: _name(key) in decided,
            [commit.subject for commit in steps],
            [self._taken_by(commit) for commit in steps],
            lambda text: self.progress(Step("task", self.space, "tidying", text, self.space)),
        )

    def _taken_by(self, step: Commit) -> frozenset[Line]:
        """The lines that a step which waits, or was rejected, takes away."""
        if step.trailers[message.TIDY] in MOVING:
            return frozenset()
        changed = self.repo.changed(step.id).items()
        return frozenset(line for path, (old, new) in changed for line in taken(path, old, new))

    def _leave(self, left: Left) -> None:
        self.left.append(left.reason)
        self.progress(Step("skipped", "", left.reason, "", self.space))

    def _take(self, step: TidyStep) -> None:
        merges = () if self.dry_run else self._behind(step)
        diff = {path: (self.standing.read(path), new) for path, new in step.changes.items()}
        above = not self.waiting.isdisjoint(step.changes)  # it was made on top of what waits
        stopped = "" if self.hold or above else self._stopped(step)
        text = message.message(step, self.tidier.name, self.tidier.prompts, merges, stopped)
        piece = Piece(text, step.changes, _name(step.key), self.hold or above or bool(stopped))
        placed = self._placed(piece)
        self.standing.put_all(step.changes)
        if placed.proposal:
            self.waiting.update(step.changes)
        why = stopped.partition("\n")[0]
        held = "for review" if self.hold else why or "it was made on top of one that waits"
        held = publish.conflict_in_words(placed.conflict) if placed.conflict else held
        report = StepReport(
            step.kind,
            message.titled(step),
            step.reason,
            step.dropped,
            merges,
            placed.commit,
            placed.proposal,
            held if placed.proposal else "",
            diff,
            text,
        )
        self.steps.append(report)
        detail = f"{placed.proposal}: {report.held}" if placed.proposal else placed.commit[:10]
        kind = "held" if placed.proposal else "tidied"
        self.progress(Step(kind, "", report.title, detail, self.space))

    def _stopped(self, step: TidyStep) -> str:
        """Why the space's gate doesn't let a step land; "" if it does."""
        made = Draft(self.standing)
        made.put_all(step.changes)
        return self.passes(made)

    def _placed(self, piece: Piece) -> Placed:
        """Publish a step. The next one is compared with exactly what this one was made into, also
        where a person's commit came in between or the step waits."""
        if self.dry_run:
            return Placed("", piece.name if piece.hold else "")
        placed = publish.publish(self.repo, self.base, [piece], self.ctx.now())[0]
        if self.repo.parents(placed.commit) == [self.base]:
            self.base = placed.commit
        else:
            self.base = self.repo.commit(self.base, piece.changes, piece.message, self.ctx.now())
        return placed

    def _behind(self, step: TidyStep) -> tuple[str, ...]:
        """The lessons that wrote the lines which a step takes from where they stood; those that an
        earlier step moved there, too."""
        writers: dict[str, None] = {}
        for path, new in step.changes.items():
            blamed = self.repo.blame(self.base, path) if self.base else []
            for at in _taken(self.standing.read(path) or b"", new or b""):
                if at < len(blamed):
                    writers[blamed[at]] = None
        found: dict[str, None] = {}
        for commit in _commits(self.repo, writers):
            if "Acx-Task" in commit.trailers:
                found[commit.id] = None
            elif message.TIDY in commit.trailers:
                earlier = commit.trailers.get(message.MERGES, "")
                found.update(dict.fromkeys(filter(None, earlier.split(", "))))
        return tuple(found)


def _name(key: str) -> str:
    """What the proposal of a step is called: the same in every run."""
    return ledger.name_of("tidy", key)


def _taken(old: bytes, new: bytes) -> Iterable[int]:
    """The lines (from 0) of the old file that the new one doesn't have there, if they say
    something."""
    before, after = old.split(b"\n"), new.split(b"\n")
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, _, _ in matcher.get_opcodes():
        if tag in ("delete", "replace"):
            yield from (at for at in range(first, last) if before[at].strip())


def _commits(repo: Repo, ids: Iterable[str]) -> list[Commit]:
    named = list(dict.fromkeys(ids))
    return repo.log("--no-walk=unsorted", *named) if named else []
