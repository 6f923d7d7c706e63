"""Deciding on what waits: its order, and what becomes of each when one doesn't fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from acx.verbs import review, space
from acx.verbs.context import Context
from acx.verbs.learn import learn
from acx.verbs.tidy import tidy
from tests.tidy.stage import FACTS, filled
from tests.verbs.conversations import DISCOUNT, EXPORT, jsonl, user

Git = Callable[..., str]

NOON = datetime(2026, 6, 15, 12, 0, 0, tzinfo=UTC)
RULES = (
    "always squash commits before merging a branch",
    "never deploy to production on a friday",
    "always write docstrings for public functions",
)


@pytest.fixture
def quick(ctx: Context) -> Context:
    """A context in which everything happens in the same second."""
    ticks = count(1)
    return replace(ctx, now=lambda: NOON + timedelta(milliseconds=next(ticks)))


def test_proposals_of_one_second_are_listed_in_the_order_they_were_made(
    quick: Context, tmp_path: Path
) -> None:
    space.create(quick, "shop")
    files = [tmp_path / f"{name}.jsonl" for name in ("z", "a", "m")]
    for file, rule in zip(files, RULES, strict=True):
        file.write_bytes(jsonl(user(0, f"hello {rule}"), *DISCOUNT, user(5, rule), *EXPORT))
    report = learn(quick, [str(file) for file in files], review=True)
    made = [lesson.proposal for session in report.sessions for lesson in session.held]
    assert len(made) > 5
    assert [one.name for one in review.listed(quick)] == made


def test_steps_of_tidying_of_one_second_are_listed_in_the_order_they_were_made(
    quick: Context,
) -> None:
    pages = {
        f"{FACTS}/{where}{n}-preferences.md": f"# {where}\n\n- Use the {word} tool for all.\n"
        for n, word in enumerate(("sharp", "blunt", "round", "heavy", "small", "light"))
        for where in "ab"
    }
    filled(quick, pages)
    report = tidy(quick, review=True)
    assert len(report.held) > 5
    assert [one.name for one in review.listed(quick)] == [step.proposal for step in report.held]
