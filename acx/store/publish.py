"""How a lesson becomes visible: commits written aside, one move of the branch, then the files.

What is about to happen to the person's files is written down before the branch moves, so that a
process killed in between is finished by the next one (`recover`). What can't land (it conflicts
with newer commits or with the person's edits) becomes a proposal, and nothing of theirs changes.

Deciding what a lesson is, and who waits for whom, is not here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from acx import files
from acx.errors import Conflict
from acx.store.desk import SCRATCH, Contents, Desk
from acx.store.layout import PROPOSALS, PROPOSED
from acx.store.merge import Conflicting, merge
from acx.store.repo import Moved, Repo

UNFINISHED = {
    "MERGE_HEAD": ("a merge", "merge"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "cherry-pick"),
    "REVERT_HEAD": ("a revert", "revert"),
    "rebase-merge": ("a rebase", "rebase"),
    "rebase-apply": ("a rebase", "rebase"),
}
TRIES = 5
PATIENCE = 20
"""Tenths of a second to wait for the person's own git."""

Changes = Mapping[str, Contents]
Move = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Piece:
    """One commit to be. `name` is what its proposal is called; `hold` makes it one.

    `leaf`: no later piece was made on top of it.
    """

    message: str
    changes: Changes
    name: str = ""
    hold: bool = False
    leaf: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a piece. `conflict` names the file that made a landing piece a proposal."""

    commit: str
    proposal: str = ""
    conflict: str = ""


def ready(repo: Repo) -> str:
    """The branch that lessons land on. Raises Conflict if there is none now, saying what to do."""
    for name, (what, command) in UNFINISHED.items():
        if (repo.git_dir / name).exists():
            raise Conflict(
                f"{repo.path}: {what} is in progress",
                f"finish it, or undo it: git -C {repo.path} {command} --abort",
            )
    lock = repo.git_dir / "index.lock"
    for _ in range(PATIENCE):
        if not lock.exists():
            break
        time.sleep(0.1)
    else:
        raise Conflict(
            f"{repo.path}: another git is at work, or died at it: there is a {lock.name}",
            f"if no git is running: rm {lock}",
        )
    return repo.branch()


def publish(
    repo: Repo,
    base: str | None,
    pieces: Sequence[Piece],
    when: datetime,
    also: Sequence[Move] = (),
) -> list[Placed]:
    """Land pieces made from the tree of commit `base`, all in one move, then update the files.

    A piece without a name raises Conflict where it can't land; `also` are refs that move along.
    Raises Conflict too if a merge is in progress or HEAD is detached. Call it under the space's
    lock.
    """
    branch = ready(repo)
    for _ in range(TRIES):
        plan = _Plan(repo, base, repo.resolve(branch), pieces)
        for piece in pieces:
            plan.place(piece, when)
        try:
            _move(repo, branch, plan, also)
        except Moved:
            continue  # somebody committed in between: put the pieces onto their commit
        return plan.placed
    raise Conflict(f"{repo.path}: the branch keeps moving", "try again when nobody else commits")


def landing(repo: Repo, base: str | None, tip: str | None, piece: Piece) -> Changes:
    """What the files of a piece made from the tree of commit `base` would be on top of `tip`.

    Raises Conflict where it can't land there.
    """
    plan = _Plan(repo, base, tip, [piece])
    try:
        return plan.merged(piece)
    except Conflicting as error:
        raise plan.misfit(error) from error


class _Plan:
    """The commits for a list of pieces, and what they do to the files. Nothing has moved yet."""

    def __init__(
        self, repo: Repo, base: str | None, tip: str | None, pieces: Sequence[Piece]
    ) -> None:
        self.repo, self.base, self.tip = repo, base, tip
        paths = sorted({path for piece in pieces for path in piece.changes})
        self.desk = Desk(repo, paths)
        self.before = {path: blob(repo, tip, path) for path in paths}
        self.head = tip
        self.files: dict[str, Contents] = {}
        self.placed: list[Placed] = []
        self.proposals: list[Move] = []
        self._made_from: dict[str, Contents] = {}
        self._held: dict[str, str] = {}

    def place(self, piece: Piece, when: datetime) -> None:
        conflict = ""
        if not piece.hold:
            try:
                return self._land(piece, when)
            except Conflicting as error:
                conflict = str(error)
                if not piece.name:
                    raise self.misfit(error) from error
        self._propose(piece, when, conflict)
        return None

    def misfit(self, error: Conflicting) -> Conflict:
        return Conflict(
            f"{self.repo.path}/{error} was changed in the same lines",
            f"see: git -C {self.repo.path} status; git -C {self.repo.path} log -p",
        )

    def merged(self, piece: Piece) -> Changes:
        """The files of a piece with the branch's own changes since `base`. Raises Conflicting."""
        return {path: self._onto_tip(path, new) for path, new in piece.changes.items()}

    def _land(self, piece: Piece, when: datetime) -> None:
        changes = self.merged(piece)
        for path, new in changes.items():
            self.desk.merged(path, self.before[path], new)
        self.head = self.repo.commit(self.head, changes, piece.message, when)
        self.files.update(changes)
        self._made_from.update(piece.changes)
        self.placed.append(Placed(self.head))

    def _onto_tip(self, path: str, theirs: Contents) -> Contents:
        """A file as it reads with the branch's own changes since `base`. Raises Conflicting."""
        if path in self._held:
            raise Conflicting(path)  # made on top of a lesson that waits
        if self.base == self.tip:
            return theirs
        made_from = self._made_from.get(path, blob(self.repo, self.base, path))
        try:
            return merge(made_from, self.files.get(path, self.before[path]), theirs, self.repo.env)
        except Conflicting:
            raise Conflicting(path) from None

    def _propose(self, piece: Piece, when: datetime, conflict: str) -> None:
        """On top of what it was made from, so that its diff is exactly the lesson."""
        below = [self._held[path] for path in piece.changes if path in self._held]
        changes = dict(piece.changes)
        if below:
            parent: str | None = below[-1]
        elif self.base == self.tip:
            parent = self.head
        else:
            parent, changes = self.base, {**self._made_from, **changes}
        message = piece.message.rstrip()
        if conflict:
            message += f"\nAcx-Held: {conflict_in_words(conflict)}"
        # The dates of commits know only seconds; those of one run have their order by their place
        made = when + timedelta(microseconds=len(self.placed))
        message += f"\n{PROPOSED}: {made.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}\n"
        commit = self.repo.commit(parent, changes, message, when)
        ref = PROPOSALS + piece.name
        self.proposals.append((ref, commit, self.repo.resolve(ref)))
        if not piece.leaf:
            self._held.update(dict.fromkeys(piece.changes, commit))
        self.placed.append(Placed(commit, piece.name, conflict))


def conflict_in_words(path: str) -> str:
    """Why a lesson that should have landed waits."""
    return f"{path} has changes that it doesn't go together with"


def blob(repo: Repo, commit: str | None, path: str) -> Contents:
    """The bytes of a file in a commit; None if it isn't there."""
    found = repo.modes(commit, [path]).get(path)
    return repo.read(found[1]) if found else None


def _journal(repo: Repo) -> Path:
    return repo.git_dir / "acx" / "publish.json"


def _move(repo: Repo, branch: str, plan: _Plan, also: Sequence[Move]) -> None:
    """The one moment in which lessons become visible."""
    moves = [*plan.proposals, *also]
    if plan.head != plan.tip:
        moves.append((branch, plan.head, plan.tip))
        note = {"branch": branch, "old": plan.tip, "new": plan.head, "paths": sorted(plan.files)}
        files.replace(_journal(repo), json.dumps(note).encode())
    try:
        if moves:
            repo.update_refs(moves, "acx: lesson")
    except Moved:
        _journal(repo).unlink(missing_ok=True)
        raise
    plan.desk.update({path: (plan.before[path], new) for path, new in plan.files.items()})
    _journal(repo).unlink(missing_ok=True)


def _sweep(repo: Repo) -> None:
    """Remove what killed processes were writing; nobody else writes, as the lock is ours."""
    for path in (repo.git_dir / "acx").glob("*"):
        if path.name.startswith(".acx-") or path.name == SCRATCH:
            path.unlink(missing_ok=True)
    if not repo.shares_objects:
        for path in repo.objects.glob("obj*"):  # gitdb's, before they get their names
            path.unlink(missing_ok=True)


def recover(repo: Repo) -> bool:
    """Finish what a killed process began. Call it under the space's lock. True if there was any."""
    _sweep(repo)
    try:
        note = json.loads(_journal(repo).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    tip = repo.resolve("HEAD")
    landed = tip is not None and (
        tip == note["new"]
        or repo.run("merge-base", "--is-ancestor", note["new"], tip).returncode == 0
    )
    if landed:
        changes = {
            path: (blob(repo, note["old"], path), new)
            for path in note["paths"]
            # what was changed again since is no longer ours to finish
            if (new := blob(repo, note["new"], path)) == blob(repo, tip, path)
        }
        Desk(repo, sorted(changes)).update(changes)
    _journal(repo).unlink(missing_ok=True)
    return landed
