"""A dry run tells what the real one does: its lessons, in its order, with its diffs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from acx.verbs import space
from acx.verbs.context import Context
from acx.verbs.learn import LearnReport, learn
from tests.verbs.conversations import BROKE, DISCOUNT, EXPORT, agent, bash, jsonl, user

Git = Callable[..., str]

RULE = user(34, "always put money amounts in integer cents, never floats")
AGAIN = [
    user(31, "add a percentage discount to the price calculation"),
    *bash(32, "python3 -m unittest", "Ran 3 tests in 0.1s\n\nOK"),
    agent(33, "I added the discount to prices.py."),
    RULE,
    agent(34, "I'll keep to integer cents."),
]


@pytest.fixture
def files(ctx: Context, tmp_path: Path) -> list[str]:
    space.create(ctx, "shop")
    talks = {"a": [*DISCOUNT, *EXPORT], "b": AGAIN, "c": [*DISCOUNT, *BROKE], "d": AGAIN}
    for name, talk in talks.items():
        (tmp_path / f"{name}.jsonl").write_bytes(jsonl(*talk))
    return [str(tmp_path / f"{name}.jsonl") for name in talks]


def told(report: LearnReport) -> list[tuple[str, str, bool]]:
    return [(s.session, x.title, bool(x.proposal)) for s in report.sessions for x in s.lessons]


def test_a_dry_run_tells_what_the_real_one_does(ctx: Context, files: list[str], git: Git) -> None:
    repo = ctx.spaces.path("shop")
    dry = learn(ctx, files, dry_run=True)
    created = [
        p for s in dry.sessions for x in s.lessons for p, (old, _) in x.diff.items() if not old
    ]
    assert len(created) == len(set(created)), "a file is new once"

    real = learn(ctx, files)
    assert told(dry) == told(real)
    assert [s.outcomes for s in dry.sessions] and dry.lessons == real.lessons
    lessons = [x for s in real.sessions for x in s.lessons]
    diffs = [x.diff for s in dry.sessions for x in s.lessons]
    for lesson, diff in zip(lessons, diffs, strict=True):
        assert set(diff) == set(
            git(repo, "diff-tree", "-r", "--no-commit-id", "--name-only", lesson.commit).split()
        )
        for path, (before, after) in diff.items():
            assert after == blob(repo, lesson.commit, path)
            assert before == blob(repo, f"{lesson.commit}~", path)


def blob(repo: Path, commit: str, path: str) -> bytes | None:
    done = subprocess.run(["git", "-C", str(repo), "show", f"{commit}:{path}"], capture_output=True)
    return done.stdout if done.returncode == 0 else None


def test_what_would_wait_is_no_ground_for_others(ctx: Context, files: list[str]) -> None:
    dry = learn(ctx, files, dry_run=True, review=True)
    real = learn(ctx, files, review=True)
    assert dry.lessons == real.lessons == 0
    assert told(dry) == told(real)
    first = [s.lessons[0].diff for s in dry.sessions if s.lessons]
    assert len(first) >= 3
    assert all(old is None for diff in first for old, _ in diff.values())


def test_a_second_dry_run_begins_anew(ctx: Context, files: list[str]) -> None:
    assert told(learn(ctx, files, dry_run=True)) == told(learn(ctx, files, dry_run=True)) != []


def test_the_trailer_says_what_was_not_checked(ctx: Context, tmp_path: Path, git: Git) -> None:
    space.create(ctx, "shop")
    repo = ctx.spaces.path("shop")
    talk = [
        user(1, "write a script that exports the orders as csv"),
        *bash(2, "python3 export.py", "wrote orders.csv"),
        agent(3, "I've written export.py: it writes orders.csv with one line an order."),
    ]
    file = tmp_path / "a.jsonl"
    file.write_bytes(jsonl(*talk))
    assert learn(ctx, [str(file)]).lessons == 1
    outcome = git(repo, "log", "-1", "--format=%(trailers:key=Acx-Outcome,valueonly)")
    assert outcome.strip() == "success, not checked"
    assert "- **Outcome**: success, not checked\n" in git(repo, "show", "HEAD")
    head = git(repo, "rev-parse", "HEAD")
    ctx.sessions.update(ctx.sessions.all()[0].id, status="pending", learned=0)
    assert learn(ctx).lessons == 0 and git(repo, "rev-parse", "HEAD") == head
