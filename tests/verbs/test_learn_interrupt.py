"""Ctrl-C while several spaces are learned, and what a dry run leaves behind: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from acx.verbs import import_sessions, session, space
from acx.verbs.context import Context
from acx.verbs.learn import learn
from tests.conftest import PROGRAM
from tests.loopback import Hang, LoopbackMessages, call
from tests.verbs.conversations import DISCOUNT, EXPORT, jsonl

Git = Callable[..., str]

needs_signals = pytest.mark.skipif(os.name == "nt", reason="SIGINT is sent otherwise on Windows")


def filled(ctx: Context, folder: Path, sessions: int = 1) -> None:
    """Two spaces, each with sessions that wait."""
    for name, talk in (("one", DISCOUNT), ("two", EXPORT)):
        space.create(ctx, name)
        for number in range(sessions):
            path = folder / f"{name}-{number}.jsonl"
            path.write_bytes(jsonl(*talk))
            session.attach(ctx, import_sessions.import_file(ctx, path)[0].session, name)


def interrupted(when: Callable[[], bool], *args: str, **env: str) -> tuple[int, str]:
    """`acx learn` with a SIGINT once `when` holds: exit code and stderr.

    Ends long before the model would answer, or fails.
    """
    process = subprocess.Popen(
        [str(PROGRAM), "learn", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **env},
        # heeded also where the tests run with the signal ignored, as in the background of a shell
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        until = time.monotonic() + 60
        while not when():
            assert process.poll() is None and time.monotonic() < until, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        return process.returncode, err.decode()
    finally:
        process.kill()


@needs_signals
@pytest.mark.parametrize("last", ["report_tasks", "report_lessons"])
def test_a_hanging_model_does_not_hold_up_the_exit(
    ctx: Context, tmp_path: Path, git: Git, last: str
) -> None:
    filled(ctx, tmp_path, 2)
    hung: list[str] = []

    def answer(request: Mapping[str, Any]) -> object:
        again = len(request["messages"]) > 1
        tool = "report_lessons" if again else "report_tasks"
        if tool == last:
            hung.append(tool)
            return Hang(60)
        task = {"title": "t", "first": 1, "last": 5, "status": "success", "because": "said so"}
        return call("report_tasks", {"tasks": [task]})

    with LoopbackMessages(answer) as api:
        env = {"ANTHROPIC_BASE_URL": api.url, "NO_PROXY": "127.0.0.1"}
        code, err = interrupted(
            lambda: len(hung) == 2, "--learner", "anthropic", "--model", "m", **env
        )
    assert code == 130, err
    assert "interrupted" in err and "Traceback" not in err and "Fatal" not in err
    assert {s.status for s in session.listed(ctx).items} == {"pending"}
    for name in ("one", "two"):
        assert git(ctx.spaces.path(name), "status", "--porcelain") == ""
    report = learn(ctx, learner="offline")
    assert [s.status for s in report.sessions] == ["completed"] * 4 and report.lessons


@needs_signals
def test_sessions_that_have_not_begun_stay_pending(ctx: Context, tmp_path: Path, git: Git) -> None:
    filled(ctx, tmp_path, 40)
    paths = [ctx.spaces.path(name) for name in ("one", "two")]

    def landed() -> bool:
        return any((path / "skills/daily-logs/2026-06-09.md").exists() for path in paths)

    code, err = interrupted(landed, "--learner", "offline")
    assert code == 130, err
    statuses = [s.status for s in session.listed(ctx).items]
    assert "pending" in statuses and set(statuses) <= {"pending", "completed"}
    for path in paths:
        assert "error" not in git(path, "fsck", "--strict")
    assert not learn(ctx).failed
    assert {s.status for s in session.listed(ctx).items} == {"completed"}


@pytest.fixture
def shop(ctx: Context, tmp_path: Path) -> Iterator[Path]:
    space.create(ctx, "shop")
    yield ctx.spaces.path("shop")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    } | {str(path.relative_to(folder)): (0, b"") for path in folder.rglob("*") if path.is_dir()}


@pytest.mark.parametrize("given", ["attached", "loose", "known file", "new file"])
def test_a_dry_run_leaves_no_trace(ctx: Context, shop: Path, tmp_path: Path, given: str) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT))
    target = str(path)
    if given != "new file":
        stored = import_sessions.import_file(ctx, path)[0].session
        if given == "attached":
            session.attach(ctx, stored, "shop")
        if given == "known file":
            path.write_bytes(jsonl(*DISCOUNT, *EXPORT))
        else:
            target = stored
    before = snapshot(ctx.home.path)
    report = learn(ctx, [target], dry_run=True)
    assert report.lessons and report.sessions[0].lessons[0].diff
    assert snapshot(ctx.home.path) == before
    if given == "attached":
        assert learn(ctx, dry_run=True).lessons
        assert snapshot(ctx.home.path) == before
    assert learn(ctx, [target]).lessons  # and is no reason not to learn it


def test_a_dry_run_does_not_wait_and_finishes_nothing_for_others(
    ctx: Context, shop: Path, tmp_path: Path
) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT))
    journal = shop / ".git/acx/publish.json"
    with ctx.spaces.writing("shop"):
        journal.write_text("{torn")
        assert learn(ctx, [str(path)], dry_run=True).lessons
    assert journal.exists()
