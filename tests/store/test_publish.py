"""Landing: what becomes of a lesson and of the person's files, whatever the person is doing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acx.errors import Conflict
from acx.store import publish
from acx.store.publish import Piece
from acx.store.repo import Repo

WHEN = datetime(2026, 6, 15, 14, 30, tzinfo=UTC)
Git = Callable[..., str]

LOG = "skills/log/2026-06-15.md"
START = {"skills/log/SKILL.md": "law\n", LOG: "# 2026-06-15\n\none\ntwo\nthree\n"}


@pytest.fixture
def space(tmp_path: Path, git: Git) -> Path:
    """A repository with one commit, made with git alone."""
    path = tmp_path / "space"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(path))
    for name, text in START.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "start")
    return path


def land(space: Path, *pieces: Piece, base: str | None = None) -> list[publish.Placed]:
    with Repo(space, os.environ) as repo:
        base = base or repo.resolve("HEAD")
        return publish.publish(repo, base, pieces, WHEN)


def lesson(text: str, path: str = LOG, name: str = "p") -> Piece:
    return Piece("A lesson\n\nAcx-Task: s/1\n", {path: text.encode()}, name)


ONE = START[LOG] + "four\n"


def test_a_lesson_lands_and_leaves_nothing_to_commit(space: Path, git: Git) -> None:
    placed = land(space, lesson(ONE))
    assert git(space, "rev-parse", "main") == placed[0].commit
    assert (space / LOG).read_text() == ONE
    assert git(space, "status", "--porcelain") == ""
    assert git(space, "log", "-1", "--format=%an|%cn|%s") == "acx|Test Person|A lesson"
    assert git(space, "fsck", "--strict") == ""


def test_an_edited_file_is_merged_and_the_edit_stays_uncommitted(space: Path, git: Git) -> None:
    (space / LOG).write_text("# 2026-06-15\n\nONE\ntwo\nthree\n")
    land(space, lesson(ONE))
    assert (space / LOG).read_text() == "# 2026-06-15\n\nONE\ntwo\nthree\nfour\n"
    assert git(space, "show", f"main:{LOG}") == ONE.rstrip("\n")
    assert git(space, "diff", "--numstat") == f"1\t1\t{LOG}"
    assert git(space, "diff", "--cached", "--name-only") == ""


def test_a_staged_edit_stays_staged(space: Path, git: Git) -> None:
    (space / LOG).write_text("# 2026-06-15\n\nONE\ntwo\nthree\n")
    git(space, "add", LOG)
    land(space, lesson(ONE))
    assert git(space, "diff", "--cached", "--numstat") == f"1\t1\t{LOG}"
    assert git(space, "diff", "--name-only") == ""


def test_other_staged_and_untracked_files_are_left_alone(space: Path, git: Git) -> None:
    (space / "notes.txt").write_text("mine\n")
    (space / "staged.txt").write_text("staged\n")
    git(space, "add", "staged.txt")
    land(space, lesson(ONE))
    assert git(space, "status", "--porcelain").splitlines() == ["A  staged.txt", "?? notes.txt"]


def test_a_conflicting_edit_makes_the_lesson_a_proposal(space: Path, git: Git) -> None:
    mine = "# 2026-06-15\n\none\ntwo\nTHREE\n"
    (space / LOG).write_text(mine)
    before = git(space, "rev-parse", "main")
    placed = land(space, lesson("# 2026-06-15\n\none\ntwo\n3\n"))
    assert placed[0].proposal == "p" and placed[0].conflict == LOG
    assert git(space, "rev-parse", "main") == before
    assert git(space, "rev-parse", "acx/proposals/p") == placed[0].commit
    assert (space / LOG).read_text() == mine


def test_both_additions_at_the_end_are_kept(space: Path) -> None:
    (space / LOG).write_text(START[LOG] + "mine\n")
    land(space, lesson(ONE))
    assert (space / LOG).read_text() == START[LOG] + "mine\nfour\n"


def test_an_untracked_file_in_the_way_is_not_overwritten(space: Path, git: Git) -> None:
    (space / "skills/log/new.md").write_text("mine\n")
    placed = land(space, lesson("theirs\n", "skills/log/new.md"))
    assert "mine\n" in (space / "skills/log/new.md").read_text()
    assert placed[0].proposal or "theirs\n" in (space / "skills/log/new.md").read_text()


def test_a_file_deleted_by_the_person_is_not_brought_back(space: Path) -> None:
    (space / LOG).unlink()
    assert land(space, lesson(ONE))[0].proposal == "p"
    assert not (space / LOG).exists()


def test_a_symlink_in_the_way_is_never_followed(space: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(START[LOG])
    (space / LOG).unlink()
    (space / LOG).symlink_to(outside)
    assert land(space, lesson(ONE))[0].proposal == "p"
    assert outside.read_text() == START[LOG]


def test_a_lesson_made_from_an_older_commit_goes_onto_the_newer(space: Path, git: Git) -> None:
    base = git(space, "rev-parse", "HEAD")
    (space / LOG).write_text("# 2026-06-15\n\nONE\ntwo\nthree\n")
    git(space, "commit", "--quiet", "-am", "mine")
    land(space, lesson(ONE), base=base)
    assert (space / LOG).read_text() == "# 2026-06-15\n\nONE\ntwo\nthree\nfour\n"
    assert git(space, "status", "--porcelain") == ""


def test_all_lessons_of_a_task_land_in_one_move(space: Path, git: Git) -> None:
    land(space, lesson(ONE), lesson("a\n", "skills/log/a.md"), lesson("b\n", "skills/log/b.md"))
    assert git(space, "rev-list", "--count", "main") == "4"
    assert len(git(space, "reflog", "main").splitlines()) == 2


def test_a_held_lesson_holds_those_made_on_top_of_it(space: Path, git: Git) -> None:
    held = Piece("Held\n", {LOG: ONE.encode()}, "first", hold=True)
    placed = land(
        space, held, lesson(ONE + "five\n", name="second"), lesson("x\n", "skills/log/x.md")
    )
    assert [one.proposal for one in placed] == ["first", "second", ""]
    assert git(space, "diff", "acx/proposals/first", "acx/proposals/second", "--numstat") == (
        f"1\t0\t{LOG}"
    )


@pytest.mark.parametrize("state", ["merge", "rebase", "detached"])
def test_unfinished_business_is_refused_with_what_to_do(space: Path, git: Git, state: str) -> None:
    git(space, "switch", "--quiet", "-c", "other")
    (space / LOG).write_text("# other\n")
    git(space, "commit", "--quiet", "-am", "other")
    git(space, "switch", "--quiet", "main")
    (space / LOG).write_text("# main\n")
    git(space, "commit", "--quiet", "-am", "main")
    if state == "detached":
        git(space, "switch", "--quiet", "--detach")
    else:
        subprocess.run(["git", "-C", space, state, "other"], capture_output=True, check=False)
    before = git(space, "status", "--porcelain")
    with pytest.raises(Conflict) as caught:
        land(space, lesson(ONE))
    assert caught.value.hints
    assert git(space, "status", "--porcelain") == before


def test_another_branch_is_the_one_that_learns(space: Path, git: Git) -> None:
    git(space, "switch", "--quiet", "-c", "experiment")
    placed = land(space, lesson(ONE))
    assert git(space, "rev-parse", "experiment") == placed[0].commit
    assert git(space, "rev-list", "--count", "main") == "1"


CRASH = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from acx.store import publish, desk, repo
from acx.store.publish import Piece
target, kill = sys.argv[2].split(".")
owner = {"Repo": repo.Repo, "Desk": desk.Desk}[target]
original = getattr(owner, kill)
def dying(self, *args, **kwargs):
    if sys.argv[3] == "after":
        original(self, *args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, kill, dying)
with repo.Repo(Path(sys.argv[1]), os.environ) as space:
    piece = Piece("A lesson\\n\\nAcx-Task: s/1\\n", {sys.argv[4]: sys.argv[5].encode()}, "p")
    publish.publish(space, space.resolve("HEAD"), [piece], datetime(2026, 6, 15, tzinfo=UTC))
"""


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "step", ["Repo.commit", "Repo.update_refs", "Desk.update", "Desk._write_index"]
)
def test_killed_at_any_moment(space: Path, git: Git, step: str, moment: str, edited: bool) -> None:
    if edited:
        (space / LOG).write_text("# 2026-06-15\n\nONE\ntwo\nthree\n")
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(space), step, moment, LOG, ONE], check=False
    )
    assert done.returncode == -9
    assert "error" not in git(space, "fsck", "--strict")
    landed = git(space, "rev-list", "--count", "main") == "2"
    with Repo(space, os.environ) as repo:
        publish.recover(repo)
        assert not publish.recover(repo)
    expected = ONE if landed else START[LOG]
    assert git(space, "show", f"main:{LOG}") + "\n" == expected
    assert (space / LOG).read_text() == (expected.replace("one", "ONE") if edited else expected)
    assert git(space, "status", "--porcelain") == (f" M {LOG}" if edited else "").strip("\n")


def test_what_the_person_did_after_a_crash_is_not_undone(space: Path, git: Git) -> None:
    subprocess.run(
        [sys.executable, "-c", CRASH, str(space), "Desk.update", "before", LOG, ONE], check=False
    )
    assert json.loads((space / ".git/acx/publish.json").read_text())["paths"] == [LOG]
    git(space, "commit", "--quiet", "-am", "mine, without knowing of the lesson")
    mine = (space / LOG).read_text()
    with Repo(space, os.environ) as repo:
        publish.recover(repo)
    assert (space / LOG).read_text() == mine
    assert git(space, "status", "--porcelain") == ""


def test_git_processes_of_a_lesson(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git add && git commit` takes two; with all its care a lesson takes three."""
    from acx.store import repo as door

    started: list[str] = []
    original = door.run_git
    monkeypatch.setattr(
        door, "run_git", lambda args, *r: started.append(args[0]) or original(args, *r)
    )
    land_twice = [lesson(ONE), lesson("a\n", "skills/log/a.md")]
    with Repo(space, os.environ) as repo:
        base = repo.resolve("HEAD")
        started.clear()
        publish.publish(repo, base, land_twice, WHEN)
    assert len(started) <= 3, started


def test_called_from_a_hook_of_another_repository(
    space: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    head = git(space, "rev-parse", "HEAD")
    for name, value in {
        "GIT_DIR": f"{other}/.git",
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": f"{other}/.git/index",
        "GIT_OBJECT_DIRECTORY": f"{other}/.git/objects",
    }.items():
        monkeypatch.setenv(name, value)
    land(space, lesson(ONE))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.delenv(name)
    assert git(space, "rev-parse", "HEAD^") == head
    assert git(space, "status", "--porcelain") == ""
    assert not list((other / ".git/objects").glob("??/*"))
