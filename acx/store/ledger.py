"""The ledger: what the history of a space says was learned, waits or was rejected.

Git is asked each time, and nothing else. A task has been learned when a commit that names it is
reachable from the branch, the proposals or the rejections.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from acx.errors import Conflict, NotFound
from acx.store.layout import PROPOSALS, PROPOSED, REJECTED, SKILLS
from acx.store.repo import Commit, Repo

State = Literal["landed", "proposed", "rejected", "reverted"]
LESSONS = "--grep=^Acx-Task: "
REVERTS = "--grep=^This reverts commit "
REVERTED = re.compile(r"^This reverts commit ([0-9a-f]{40})", re.MULTILINE)
REVERT_OF = re.compile(r'Revert "(.+)"|Reapply "(.+)"')
"""Subjects that git gives; since 2.43 a revert of `Revert "X"` is called `Reapply "X"`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson in the history. `name` is the proposal's, "" for one that is none."""

    commit: Commit
    state: State
    name: str = ""

    @property
    def task(self) -> str:
        return self.commit.trailers.get("Acx-Task", "")


def proposals(repo: Repo) -> dict[str, str]:
    """Lessons that wait: name -> commit, in the order they were made."""
    waiting = {ref.removeprefix(PROPOSALS): c for ref, c in repo.refs(PROPOSALS).items()}
    commits = {c.id: c for c in repo.log("--no-walk", *waiting.values())} if waiting else {}

    def age(item: tuple[str, str]) -> tuple[object, ...]:
        commit = commits[item[1]]
        when = commit.when
        made = commit.trailers.get(PROPOSED, "")
        below = 0  # a lesson that was made on top of another one comes after it
        while commit.parents and commit.parents[0] in commits:
            commit, below = commits[commit.parents[0]], below + 1
        return (when, made, below)

    return dict(sorted(waiting.items(), key=age))


def rejected(repo: Repo) -> dict[str, str]:
    """Lessons a person said no to: name -> commit."""
    return {ref.removeprefix(REJECTED): c for ref, c in repo.refs(REJECTED).items()}


def entries(repo: Repo, session: str = "") -> list[Entry]:
    """Lessons of a session, or all of them, newest first."""
    waiting = {commit: name for name, commit in proposals(repo).items()}
    refused = {commit: name for name, commit in rejected(repo).items()}
    starts = [f"--glob={PROPOSALS}*", f"--glob={REJECTED}*"]
    if repo.resolve("HEAD"):
        starts.insert(0, "HEAD")
    elif not (waiting or refused):
        return []
    key = f"--grep=^Acx-Session: {_literal(session)}$" if session else LESSONS
    found = []
    undone: set[str] = set()
    reverts: dict[str, Commit] = {}  # subject of what was reverted -> the revert
    for commit in repo.log(key, REVERTS, *starts):
        branch = commit.id not in waiting and commit.id not in refused
        revert = reverts.pop(commit.subject, None) if branch else None
        if revert and commit.id not in undone and _rebased(repo, revert):
            undone.add(commit.id)
        if commit.id not in undone:  # newest first: a revert that was reverted undoes nothing
            undone.update(REVERTED.findall(commit.body))
            if subject := REVERT_OF.fullmatch(commit.subject):
                reverts[subject[1] or f'Revert "{subject[2]}"'] = commit
        if "Acx-Task" not in commit.trailers:
            continue
        if commit.id in undone:
            found.append(Entry(commit, "reverted"))
        elif commit.id in waiting:
            found.append(Entry(commit, "proposed", waiting[commit.id]))
        elif commit.id in refused:
            found.append(Entry(commit, "rejected", refused[commit.id]))
        else:
            found.append(Entry(commit, "landed"))
    return found


def _rebased(repo: Repo, revert: Commit) -> bool:
    """Whether nothing that a revert names is below it any more: `git pull --rebase` gives a lesson
    and its revert new hashes, and the revert goes on naming the old one."""
    named = REVERTED.findall(revert.body)
    below = (repo.run("merge-base", "--is-ancestor", one, revert.id) for one in named)
    return bool(named) and all(done.returncode for done in below)


def removed_skills(repo: Repo) -> frozenset[str]:
    """Names of skills whose SKILL.md a commit of the branch deleted."""
    if not repo.resolve("HEAD"):
        return frozenset()
    args = ("log", "--diff-filter=D", "--no-renames", "--name-only", "--format=", "-z", "HEAD")
    paths = repo.run(*args, "--", SKILLS).stdout.decode(errors="replace").split("\0")
    return frozenset(path.split("/")[1] for path in paths if path.strip().endswith("/SKILL.md"))


def find(repo: Repo, text: str) -> Entry:
    """The lesson that a commit, its prefix or a proposal's name stands for.

    Raises NotFound, or Conflict if several could be meant.
    """
    named: Iterable[tuple[State, dict[str, str]]] = (
        ("proposed", proposals(repo)),
        ("rejected", rejected(repo)),
    )
    for state, names in named:
        found = [name for name in names if text and name.startswith(text)]
        if text in names:
            found = [text]
        if len(found) > 1:
            raise Conflict(f"{text!r} is the start of {', '.join(found)}", "acx review")
        if found:
            return Entry(repo.log("--no-walk", names[found[0]])[0], state, found[0])
    commit = repo.resolve(text) if text and not text.startswith("-") else None
    for entry in entries(repo):
        if entry.commit.id == commit or (
            text and name_of(entry.task, entry.commit.subject) == text
        ):
            return entry
    if commit is None:
        raise NotFound(f"no lesson {text!r} in {repo.path}", "acx log")
    return Entry(repo.log("--no-walk", commit)[0], "landed")


def name_of(task: str, title: str) -> str:
    """What a lesson's proposal is called: the same lesson of the same task has the same name."""
    return hashlib.sha256(f"{task}\0{title}".encode()).hexdigest()[:10]


def _literal(text: str) -> str:
    """The text for git's basic regular expressions; ids hold no other special character."""
    return text.replace(".", "\\.")
