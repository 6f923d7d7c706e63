"""Tidying a space: tree in, verb, tree and git log out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from acx.errors import Conflict
from acx.verbs import log, review, space, status
from acx.verbs.context import Context
from acx.verbs.learn import learn
from acx.verbs.progress import Step
from acx.verbs.tidy import tidy
from tests.conftest import Run
from tests.tidy.stage import CODING, FACTS, GIT, filled, on_disk, said, write
from tests.verbs.conversations import DISCOUNT, EXPORT, jsonl

Git = Callable[..., str]

UV = "- Use uv instead of pip in Python projects."
BARE = "- Always squash commits before merging."
WHY = "- Squash commits before merging: the log stays readable."
PAGES = {
    CODING: f"# Coding Preferences\n\n- Use tabs in Makefiles.\n{UV}\n{BARE}\n",
    GIT: f"# Git Preferences\n\n- Keep subjects below 50 characters.\n{UV}\n{WHY}\n",
}


@pytest.fixture
def shop(ctx: Context) -> Path:
    return filled(ctx, PAGES)


def test_each_step_is_a_commit_that_names_what_is_gone(ctx: Context, shop: Path, git: Git) -> None:
    before, told = said(on_disk(shop)), list[Step]()
    report = tidy(ctx, progress=told.append)
    assert [step.kind for step in report.landed] == ["merge", "merge"] and not report.held
    assert [step.kind for step in told] == ["tidied", "tidied"]
    assert git(shop, "log", "--format=%s|%an|%cn", "-2").splitlines() == [
        f"{step.title}|acx|Test Person" for step in reversed(report.steps)
    ]
    assert git(shop, "rev-parse", "main") == report.steps[-1].commit
    assert git(shop, "status", "--porcelain") == "" and git(shop, "fsck", "--strict") == ""
    assert (shop / GIT).read_text() == PAGES[GIT].replace(f"{UV}\n", "")
    assert (shop / CODING).read_text() == PAGES[CODING].replace(f"{BARE}\n", "")
    assert before - said(on_disk(shop)) == {BARE}
    message = git(shop, "log", "-1", "--format=%B", f"--grep={WHY[2:20]}")
    assert f"Dropped:\n  {CODING}: {BARE}\n    (said in {GIT}: {WHY})" in message
    parsed = git(shop, "interpret-trailers", "--parse", data=message + "\n").splitlines()
    assert parsed == ["Acx-Tidy: merge", "Acx-Learner: offline"]


def test_tidy_twice_is_tidy_once(ctx: Context, shop: Path, git: Git) -> None:
    tidy(ctx)
    head = git(shop, "rev-parse", "HEAD")
    assert tidy(ctx).steps == ()
    assert git(shop, "rev-parse", "HEAD") == head


def test_a_dry_run_tells_what_a_run_does_and_changes_nothing(
    ctx: Context, shop: Path, git: Git
) -> None:
    objects = git(shop, "count-objects", "-v")
    dry = tidy(ctx, dry_run=True)
    assert git(shop, "count-objects", "-v") == objects and on_disk(shop)[CODING] == PAGES[CODING]
    assert git(shop, "log", "--format=%s", "-1") == "Mine"
    real = tidy(ctx)
    assert [(step.title, step.diff, step.dropped) for step in dry.steps] == [
        (step.title, step.diff, step.dropped) for step in real.steps
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT, *EXPORT))
    return path


def twice(shop: Path, git: Git) -> Path:
    """A person copies a fact that was learned into a second file."""
    (page,) = (p for p in (shop / FACTS).glob("*-preferences.md") if "cents" in p.read_text())
    (fact,) = (row for row in page.read_text().splitlines() if "cents" in row)
    (shop / FACTS / "zzz-preferences.md").write_text(f"# More Preferences\n\n- A b.\n{fact}\n")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "-m", "Mine")
    return page


def test_the_ledger_and_the_log_are_as_before(ctx: Context, file: Path, git: Git) -> None:
    shop = filled(ctx, PAGES)
    learn(ctx, [str(file)])
    twice(shop, git)
    before = log.log(ctx, limit=100)
    report = tidy(ctx)
    assert any("cents" in step.title for step in report.steps)
    after = log.log(ctx, limit=100)
    assert after == before and status.status(ctx).spaces[0].lessons == len(before.items)
    assert learn(ctx, [str(file)]).lessons == 0
    assert not (shop / FACTS / "zzz-preferences.md").read_text().count("cents")


def test_learning_after_tidying_does_not_bring_back_what_was_merged(
    ctx: Context, file: Path, git: Git, tmp_path: Path
) -> None:
    shop = filled(ctx, PAGES)
    learn(ctx, [str(file)])
    twice(shop, git)
    tidy(ctx)
    again = tmp_path / "again.jsonl"
    again.write_bytes(jsonl(*EXPORT, *DISCOUNT).replace(b"2026-06-09", b"2026-06-19"))
    report = learn(ctx, [str(again)])
    assert not report.failed
    assert (
        sum("integer cents" in text for name, text in on_disk(shop).items() if FACTS in name) == 1
    )
    assert tidy(ctx).steps == ()


def test_the_lessons_that_wrote_what_was_moved_are_named(
    ctx: Context, file: Path, git: Git
) -> None:
    shop = filled(ctx, PAGES)
    learn(ctx, [str(file)])
    (page,) = (p for p in (shop / FACTS).glob("*-preferences.md") if "cents" in p.read_text())
    lesson = git(shop, "log", "-1", "--format=%H", "-S", "integer cents", "--", str(page))
    (row,) = (row for row in page.read_text().splitlines() if "cents" in row)
    first = f"{page.stem} integer floats numbers money cents amounts"
    better = shop / FACTS / "money-preferences.md"
    better.write_text(f"# Money\n\n{row}\n- {first}\n")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "-m", "Mine")
    (step,) = (step for step in tidy(ctx).steps if "cents" in step.title)
    assert step.merges == (lesson,)
    assert f"Acx-Merges: {lesson}" in git(shop, "log", "-1", "--format=%B", step.commit)
    assert git(shop, "status", "--porcelain") == ""


def test_review_shows_accepts_and_rejects_steps(ctx: Context, shop: Path, git: Git) -> None:
    head = git(shop, "rev-parse", "HEAD")
    report = tidy(ctx, review=True)
    assert len(report.held) == 2 and not report.landed
    assert git(shop, "rev-parse", "HEAD") == head and on_disk(shop)[CODING] == PAGES[CODING]
    waiting = review.listed(ctx)
    assert [one.commit.subject for one in waiting] == [step.title for step in report.steps]
    assert [one.reason for one in waiting] == ["for review", "for review"]
    for one, step in zip(waiting, report.steps, strict=True):
        assert review.shown(ctx, one.name)[1] == step.diff  # its own change, and no other's
    again = tidy(ctx, review=True)
    assert again.steps == () and len(again.left) == 2 and len(review.listed(ctx)) == 2
    first, second = (one.name for one in waiting)
    review.reject(ctx, (first,))
    (decided,) = review.accept(ctx, (second,))
    assert git(shop, "rev-parse", "main") == decided.commit
    assert "Acx-Tidy: merge" in git(shop, "log", "-1", "--format=%B")
    assert (shop / CODING).read_text() == PAGES[CODING].replace(f"{BARE}\n", "")
    assert (shop / GIT).read_text() == PAGES[GIT]
    for hold in (True, False):  # said no to is remembered
        later = tidy(ctx, review=hold)
        assert later.steps == () and "rejected" in later.left[0]
    assert review.listed(ctx) == [] and log.log(ctx).items == ()


def test_the_policy_of_a_space_lets_steps_wait(ctx: Context, shop: Path, git: Git) -> None:
    with (shop / "space.yaml").open("a") as file:
        file.write("policy:\n  review: true\n")
    text = (shop / "space.yaml").read_text().replace("policy: {}\n", "")
    (shop / "space.yaml").write_text(text)
    assert len(tidy(ctx).held) == 2


def test_the_gate_of_a_space_is_asked_of_steps_too(ctx: Context, shop: Path, git: Git) -> None:
    space.update(ctx, "shop", policy={"gate": "echo no tidying; exit 7"})
    before = git(shop, "rev-parse", "main")
    report = tidy(ctx, "shop")
    assert report.held and report.landed == ()
    assert report.held[0].held == "its gate failed with exit 7: no tidying"
    assert git(shop, "rev-parse", "main") == before


def test_a_persons_edits_are_merged_and_stay_uncommitted(
    ctx: Context, shop: Path, git: Git
) -> None:
    mine = PAGES[GIT].replace("# Git Preferences\n", "# Git Preferences\n\nMine.\n")
    (shop / GIT).write_text(mine)
    report = tidy(ctx)
    assert len(report.landed) == 2
    assert (shop / GIT).read_text() == mine.replace(f"{UV}\n", "")
    assert git(shop, "show", f"main:{GIT}") == PAGES[GIT].replace(f"{UV}\n", "").rstrip("\n")
    assert git(shop, "diff", "--name-only") == GIT


def test_where_a_person_edits_the_same_line_the_step_waits(
    ctx: Context, shop: Path, git: Git
) -> None:
    mine = PAGES[GIT].replace(UV, "- Use uv instead of pip everywhere.")
    (shop / GIT).write_text(mine)
    report = tidy(ctx)
    (held,) = report.held
    assert "changes that it doesn't go together with" in held.held
    assert (shop / GIT).read_text() == mine
    (landed,) = report.landed
    assert landed.diff.keys() == {CODING} and landed.commit == git(shop, "rev-parse", "main")


def test_a_merge_in_progress_is_a_conflict(ctx: Context, shop: Path) -> None:
    (shop / ".git/MERGE_HEAD").write_text("0" * 40 + "\n")
    with pytest.raises(Conflict, match="a merge is in progress"):
        tidy(ctx)


def test_the_command(run: Run, world: Path) -> None:
    run("space", "create", "shop")
    path = Path(run("space", "path", "shop").out.strip().replace("~", str(world)))
    for name, text in PAGES.items():
        (path / name).write_text(text)
    for args in (["add", "."], ["commit", "--quiet", "-m", "Mine"]):
        subprocess.run(["git", "-C", str(path), *args], check=True)
    dry = run("tidy", "--dry-run")
    assert dry.code == 0 and f"-{UV}" in dry.out.splitlines()
    assert f"dropped: {BARE} (said in {GIT}: {WHY})" in dry.out
    assert dry.out.splitlines()[-1] == "Would tidy shop in 2 steps (learner: offline)"
    done = run("tidy", "--json")
    told = json.loads(done.out)
    assert [step["kind"] for step in told["steps"]] == ["merge", "merge"]
    assert len(done.err.splitlines()) == 2 and done.err.startswith("+ Say once: ")
    assert run("tidy").out == "Nothing to tidy in shop (learner: offline)\n"
    assert run("log").err == "no lessons in shop: acx learn FILE\n"
    assert "Acx-Tidy: merge" in run("show", told["steps"][0]["commit"][:10]).out
    assert run("tidy", "--learner", "anthropic").code == 6
    assert run("tidy", "--max-cost", "x").code == 2


def test_a_rejected_merge_does_not_come_back_with_others(
    ctx: Context, shop: Path, git: Git
) -> None:
    for held in tidy(ctx, review=True).held:
        review.reject(ctx, (held.proposal,))
    more = {f"{FACTS}/{name}-preferences.md": f"# {name}\n\n- A b.\n{UV}\n" for name in ("x", "y")}
    write(shop, more)
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "-m", "Two more")
    report = tidy(ctx)
    assert [set(step.diff) for step in report.steps] == [set(more)]
    assert len(report.left) == 2 and all("rejected" in why for why in report.left)
    after = on_disk(shop)
    assert after[CODING] == PAGES[CODING] and after[GIT] == PAGES[GIT]
    assert tidy(ctx).steps == ()


def test_a_rejected_clearing_does_not_come_back_with_others(ctx: Context, git: Git) -> None:
    page = "# Coding\n\n## Tabs\n\n## Names\n\n- Use short names.\n"
    shop = filled(ctx, {CODING: page})
    (held,) = tidy(ctx, review=True).held
    review.reject(ctx, (held.proposal,))
    write(shop, {CODING: page + "\n## Later\n"})
    git(shop, "commit", "--quiet", "-am", "More")
    assert len(tidy(ctx).steps) == 1
    assert on_disk(shop)[CODING].rstrip("\n") == page.rstrip("\n")
    assert "rejected" in tidy(ctx).left[0]


def test_a_rejected_repair_does_not_come_back_with_others(ctx: Context, git: Git) -> None:
    main = "skills/ops/SKILL.md"
    shop = filled(ctx, {main: "---\nname: ops\n---\n\n# Ops\n\nRestart it with make.\n"})
    (held,) = tidy(ctx, review=True).held
    review.reject(ctx, (held.proposal,))
    write(shop, {main: "---\nname: other\n---\n\n# Ops\n\nRestart it with make.\n"})
    git(shop, "commit", "--quiet", "-am", "Worse")
    report = tidy(ctx)
    assert report.steps == () and "rejected" in report.left[0]


def test_what_is_not_committed_is_not_looked_at_and_told(
    ctx: Context, shop: Path, run: Run
) -> None:
    assert tidy(ctx, dry_run=True).uncommitted == ()
    write(shop, {CODING: PAGES[CODING] + "- Mine.\n", f"{FACTS}/new ö.md": f"{UV}\n"})
    write(shop, {"notes.md": "not a skill's"})
    found = tidy(ctx, dry_run=True)
    assert found.uncommitted == (CODING, f"{FACTS}/new ö.md") and len(found.steps) == 2
    done = run("tidy", "--dry-run")
    why = f"not looked at, since it isn't committed: what changed in {CODING} and 1 other file\n"
    assert done.err.endswith(why)
    assert run("tidy").err.endswith(why)
