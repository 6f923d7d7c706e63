"""What can be read of a session: messages by number, and its digest."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from acx.errors import UsageError
from acx.verbs import import_sessions, session
from acx.verbs.context import Context
from tests.verbs.conversations import DISCOUNT, bash, jsonl

Run = Callable[..., Any]


@pytest.fixture
def stored(ctx: Context) -> str:
    [done] = import_sessions.import_stream(ctx, io.BytesIO(jsonl(*DISCOUNT)))
    return done.session


def test_a_digest_names_the_messages_by_their_numbers(ctx: Context, stored: str) -> None:
    assert session.digest(ctx, stored, "2-").splitlines() == [
        "#2 call bash: python3 -m unittest → unittest: 3 passed, 3 lines (#3)",
        "#3 > Ran 3 tests in 0.1s",
        "#3 > OK",
        "#4 assistant: I added the discount to prices.py; all three tests pass.",
        "#5 user: perfect, works. always put money amounts in integer cents, never floats",
    ]


def test_a_digest_keeps_to_its_budget(ctx: Context, stored: str) -> None:
    read = session.digest(ctx, stored, budget=30)
    assert len(read) <= 30 * 4
    assert read.startswith("#1 user: add a percentage discount")
    with pytest.raises(UsageError, match="at least 1 token"):
        session.digest(ctx, stored, budget=0)


def test_the_command_shows_it(run: Run, stored: str) -> None:
    done = run("session", "show", stored, "4-5", "--digest", "--budget", "500")
    assert done.code == 0
    assert [line[:2] for line in done.out.splitlines()] == ["#4", "#5"]


def test_the_last_messages_are_shown_by_a_range_from_the_end(run: Run, stored: str) -> None:
    done = run("session", "show", stored, "-2")
    assert [line[:2] for line in done.out.splitlines() if line.startswith("#")] == ["#4", "#5"]
    assert run("session", "show", stored, "99").code == 3
    assert run("session", "show", stored, "5-3").code == 2
    assert run("session", "show", stored, "--digest", "--json").code == 2


def test_what_is_cut_says_how_to_see_it(ctx: Context, run: Run) -> None:
    long = bash(1, "echo " + "x" * 500, "\n".join(map(str, range(40))))
    [done] = import_sessions.import_stream(ctx, io.BytesIO(jsonl(long)))
    shown = run("session", "show", done.session).out
    assert "x… (--full)" in shown and "… 20 more lines (--full)" in shown
    full = run("session", "show", done.session, "--full").out
    assert "x" * 500 in full and "\n  39\n" in full


def test_a_short_id_is_of_one_session_only(ctx: Context) -> None:
    ids = ["deploy", "deploy-2025-06-15", "deploy-2025-06-16", "deploy-20", "other-session-of-mine"]
    for one in ids:
        session.create(ctx, session_id=one)
    short = session.prefixes(ctx)
    assert short["other-session-of-mine"] == "other-se"
    assert all(ctx.sessions.find(text) == own for own, text in short.items())
