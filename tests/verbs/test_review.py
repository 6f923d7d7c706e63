"""Deciding on what waits: its order, and what becomes of each when one doesn't fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from acx.errors import Conflict
from acx.verbs import review, space
from acx.verbs.context import Context
from acx.verbs.learn import learn
from acx.verbs.tidy import tidy
from tests.conftest import Run
from tests.tidy.stage import FACTS, GIT, filled
from tests.tidy.test_tidy_verb import PAGES, UV
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


def one_that_no_longer_fits(ctx: Context, git: Git) -> tuple[Path, list[str]]:
    """A space with two proposals, and a person's commit that goes against the first."""
    shop = filled(ctx, PAGES)
    names = [step.proposal for step in tidy(ctx, review=True).held]
    (shop / GIT).write_text(PAGES[GIT].replace(UV, "- Use uv, and never pip."))
    git(shop, "commit", "--quiet", "-am", "Mine")
    return shop, names


def test_what_no_longer_fits_waits_and_the_others_land(ctx: Context, git: Git) -> None:
    shop, (bad, good) = one_that_no_longer_fits(ctx, git)
    told: list[review.Decided] = []
    done = review.accept(ctx, (bad, good), told=told.append)
    assert done == told and [one.name for one in done] == [bad, good]
    assert f"proposal {bad} doesn't fit any more" in done[0].refused and done[0].exit_code == 4
    assert done[1].refused == "" and done[1].commit == git(shop, "rev-parse", "main")
    assert [one.name for one in review.listed(ctx)] == [bad]
    with pytest.raises(Conflict, match="doesn't fit any more"):
        review.accept(ctx, (bad,))


def test_the_command_tells_of_each(ctx: Context, git: Git, run: Run) -> None:
    _, (bad, good) = one_that_no_longer_fits(ctx, git)
    done = run("review", "accept", "--all")
    assert done.code == 4
    assert done.out.startswith(f"Accepted {good} (") and len(done.out.splitlines()) == 1
    assert done.err.startswith(f"acx: proposal {bad} doesn't fit any more: ")
    assert f"hint: or say no to it: acx review reject {bad}\n" in done.err
    assert done.err.endswith("1 proposal accepted, 1 still waiting\n")
    again = run("review", "accept", bad, "--json")
    assert again.code == 4 and again.out == ""
    assert run("review", "reject", bad, bad).code == 0
    assert run("review", "accept", "--all").err == "nothing waits\n"


def test_what_was_decided_before_is_told(run: Run) -> None:
    run("space", "create", "shop")
    session = Path(__file__).parents[1] / "demo/session.jsonl"
    run("learn", str(session), "--review")
    one, two = (line.split()[0] for line in run("review").out.splitlines()[1:3])
    run("review", "accept", one)
    run("review", "reject", two)
    again = run("review", "accept", one)
    assert (again.code, again.out) == (3, "")
    assert again.err.startswith(f"acx: no proposal '{one}': that lesson has landed\nhint: acx show")
    assert f"no proposal '{two}': that lesson was rejected\n" in run("review", "show", two).err
