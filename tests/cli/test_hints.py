"""What somebody is told who doesn't know acx yet: hints that lead on, and no riddles."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

Git = Callable[..., str]
SESSION = Path(__file__).parents[1] / "demo/session.jsonl"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("lern", "acx learn"),
        ("version", "acx --version"),
        ("config", "acx --help"),
        ("review acept", "acx review accept"),
        ("session learn", "acx learn"),
        ("session nothing", "acx session --help"),
    ],
)
def test_a_misspelt_command(run: Run, line: str, hint: str) -> None:
    done = run(*line.split())
    assert done.code == 2 and done.err.splitlines()[1] == f"hint: {hint}"


def test_learning_where_there_is_nothing_to_learn_from(run: Run, tmp_path: Path) -> None:
    first = run("learn")
    assert first.code == 0 and first.err.startswith("hint: give it transcripts: acx learn FILE")
    run("space", "create", "shop")
    given = run("learn", "one", "two")
    assert given.code == 3 and given.out.startswith(
        "Learned nothing: what was given can't be taken"
    )
    for name in ("a", "b"):
        said = f'{{"role": "assistant", "content": "{name}"}}\n'
        (tmp_path / f"{name}.jsonl").write_text(said)
    assert "  no task was found in 2 sessions, so" in run("learn", "a.jsonl", "b.jsonl").err


def test_a_session_is_named_by_its_prefix_in_the_log_too(run: Run) -> None:
    run("space", "create", "shop")
    run("learn", str(SESSION))
    done = run("log", "--session", "255c", "--limit", "2")
    assert len(done.out.splitlines()) == 3
    assert done.err.endswith("more: acx log --space shop --session 255c --limit 4\n")


def test_a_skill_name_that_cannot_be_one(run: Run) -> None:
    run("space", "create", "shop")
    assert "hint: use lower-case letters" in run("skill", "new", "Foo").err


def test_the_only_space_needs_no_name(run: Run) -> None:
    assert run("space", "path").err == "acx: there is no space yet\nhint: acx space create NAME\n"
    run("space", "create", "shop")
    assert run("space", "path").out == run("space", "path", "shop").out
    assert run("space", "show").out.startswith("space:    shop\n")
    assert run("space", "update", "--review").out.startswith("Updated space shop: lessons wait")
    run("space", "create", "docs")
    for verb in ("path", "show", "update"):
        done = run("space", verb)
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith(f"There are docs, shop\nhint: say it: acx space {verb} NAME\n")


def test_appending_to_a_session_that_was_not_made(run: Run) -> None:
    done = run("session", "append", "chat", "--role", "user", "hello")
    assert done.code == 3 and "hint: acx session create --id chat\n" in done.err


def test_cloning_what_nobody_has_pushed_to(run: Run, tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "hub.git")
    done = run("space", "clone", "hub.git")
    assert done.code == 5 and "acx: hub.git is empty: a space has to be pushed there" in done.err
    run("space", "create", "shop")
    git(tmp_path / "home/.acx/spaces/shop", "push", "--quiet", str(tmp_path / "hub.git"), "HEAD")
    assert run("space", "clone", "hub.git").code == 0


def test_a_commit_that_is_no_lesson_is_shown_as_one(run: Run) -> None:
    run("space", "create", "shop")
    assert run("show", "HEAD").out.startswith("commit ")


def test_a_long_path_is_not_broken_on_a_terminal(run: Run, world: Path) -> None:
    run("space", "create", "shop")
    path = world / ("long-" * 20) / "session.jsonl"
    path.parent.mkdir()
    path.write_bytes(SESSION.read_bytes())
    ours, theirs = pty.openpty()
    acx = [str(Path(sys.executable).with_name("acx")), "learn", str(path)]
    shell = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    subprocess.run(acx, stdout=subprocess.DEVNULL, stderr=theirs, env=shell, check=True)
    os.close(theirs)
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert f"read {path}  73 new messages" in said


def test_sessions_of_another_space_are_named(run: Run, tmp_path: Path) -> None:
    run("space", "create", "shop")
    run("space", "create", "docs")
    for name in ("a", "b"):
        said = f'{{"role": "user", "content": "{name}"}}\n'
        (tmp_path / f"{name}.jsonl").write_text(said)
    assert run("learn", "a.jsonl", "b.jsonl", "--space", "shop").code == 0
    done = run("learn", "a.jsonl", "b.jsonl", "--space", "docs")
    told = [line for line in done.err.splitlines() if line.startswith("! ")]
    assert done.code == 4 and len(told) == 2
    assert all(line.endswith("  belongs to space shop, not docs") for line in told)
