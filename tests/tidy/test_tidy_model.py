"""Tidying with a model: its steps are checked by code, and nothing goes away unnamed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from acx.engine.anthropic_engine import AnthropicEngine
from acx.engine.port import Reply
from acx.engine.scripted import ScriptedEngine
from acx.errors import ModelError
from acx.learn.tidy.model import Bounds, ModelTidier
from acx.learn.tidy.step import Left, TidyStep, Untidy
from acx.model import Usage
from acx.verbs import learners, review
from acx.verbs.context import Context
from acx.verbs.tidy import TidyReport, tidy
from tests.conftest import Run
from tests.loopback import Answer, LoopbackMessages, Status, call, calls, text
from tests.model_learner.stage import Tree, told
from tests.tidy.stage import CODING, FACTS_LAW, GIT, filled, law, nothing_is_lost, on_disk, tidied

Git = Callable[..., str]
Call = tuple[str, Mapping[str, Any]]

UV, OLD = "- Use uv instead of pip.", "- Use pip with a requirements file."
SHORT = "- Squash branches before they are merged."
LONG = "- Squash branches before they are merged, since 2026 with the ticket in the subject."
LOG = "skills/daily-logs/2026-06-01.md"
FILES = {
    **FACTS_LAW,
    CODING: f"# Coding\n\n{OLD}\n{UV}\n{SHORT}\n",
    GIT: f"# Git\n\n{LONG}\n",
    LOG: "# 2026-06-01\n\n## Task: Deploy\n- **Outcome**: success\n",
    "skills/daily-logs/SKILL.md": law("daily-logs", layout="daily-log"),
    "skills/ops/SKILL.md": law("ops", "# Ops\n\n- Restart it with `make up`."),
}


def cut(path: str, line: str) -> Call:
    return "replace", {"path": path, "old": f"{line}\n", "new": ""}


def step(title: str, kind: str = "merge", reason: str = "It is said twice.", **drops: str) -> Call:
    given: dict[str, Any] = {"title": title, "reason": reason, "kind": kind}
    if drops:
        given["drops"] = [{"line": drops["line"], "why": drops["why"]}]
    return "step", given


DONE: Call = ("done", {})
MERGE = (cut(CODING, SHORT), step("Keep the rule about squashing with git"))
FOLD = (
    cut(CODING, OLD),
    step("Drop pip, which uv replaced", "fold", "uv is newer.", line=OLD, why="uv replaced it"),
)
SPLIT = (
    (
        "replace",
        {
            "path": "skills/ops/SKILL.md",
            "old": "- Restart it with `make up`.\n",
            "new": "See up.md.\n",
        },
    ),
    ("create", {"path": "skills/ops/up.md", "text": "# Up\n\n- Restart it with `make up`.\n"}),
    step("Move how to restart to a file of its own", "split", "It will grow."),
)


def ran(
    *replies: Any, files: Mapping[str, str] = FILES, **bounds: int
) -> tuple[list[TidyStep], list[str], dict[str, str], LoopbackMessages]:
    with LoopbackMessages(replies[0] if callable(replies[0]) else replies) as api:
        engine = AnthropicEngine("test-model", base_url=api.url, retries=0, timeout=5)
        tidier = ModelTidier(engine, "anthropic test-model", Bounds(**bounds))
        steps, left, after = tidied(files, tidier)
        spent = sum((one.usage for one in [*steps, *left]), Usage())
        assert spent.calls == len(api.requests)
        nothing_is_lost(files, steps, after)
        return steps, [one.reason for one in left if one.reason], after, api


def test_a_good_run_of_three_steps() -> None:
    steps, left, after, api = ran(calls(*MERGE), calls(*FOLD, *SPLIT), call(*DONE))
    assert [one.kind for one in steps] == ["merge", "fold", "split"] and left == []
    assert after[CODING] == f"# Coding\n\n{UV}\n" and after[GIT] == FILES[GIT]
    assert after["skills/ops/up.md"].endswith("- Restart it with `make up`.\n")
    (merged,), (dropped,) = steps[0].dropped, steps[1].dropped
    assert (merged.line, merged.why) == (SHORT, f"said in {GIT}: {LONG}")
    assert (dropped.path, dropped.line, dropped.why) == (CODING, OLD, "uv replaced it")
    assert steps[0].usage.calls == steps[1].usage.calls == 1 and steps[2].usage.calls == 0
    first = told(api.requests[0])
    assert f"{CODING}\n     1\t# Coding" in first and LOG in first
    assert f"alike: {CODING}:5 and {GIT}:3" in first
    assert "Outcome" not in first  # a log is named, and not shown


def test_a_tidy_space_needs_no_step() -> None:
    for last in (call(*DONE), text("All is tidy.")):
        steps, left, after, api = ran(last)
        assert (steps, left, after, len(api.requests)) == ([], [], FILES, 1)


LOST = (cut(CODING, OLD), step("Drop pip"))


def test_a_line_lost_unnamed_is_sent_back_and_may_be_named() -> None:
    named = step("Drop pip", "remove", line=OLD, why="uv replaced it")
    steps, left, _, api = ran(calls(*LOST), calls(named, DONE))
    assert [one.dropped[0].line for one in steps] == [OLD] and left == []
    back = api.requests[1]["messages"][-1]["content"][-1]
    assert back["is_error"] and f"name it in drops with the reason: {OLD}" in back["content"]
    bare = step("Drop pip", "remove", line=OLD[2:], why="uv replaced it")
    assert len(ran(calls(LOST[0], bare, DONE))[0]) == 1
    reason = step("Drop pip", "remove", f"uv replaced it: {OLD[2:]}")
    assert len(ran(calls(LOST[0], reason, DONE))[0]) == 1


def test_a_step_that_is_sent_back_takes_none_of_its_turn_down() -> None:
    steps, left, after, api = ran(calls(*LOST, *MERGE, *SPLIT), calls(*FOLD, DONE))
    assert [one.kind for one in steps] == ["merge", "split", "fold"] and left == []
    assert after[CODING] == f"# Coding\n\n{UV}\n"
    told_of = [block["content"] for block in api.requests[1]["messages"][-1]["content"]]
    assert told_of[1].startswith("Not yet, and its edits are undone; make them again, with:")
    assert told_of[3] == told_of[-1] == "Taken."
    steps, left, after, _ = ran(calls(*LOST, *MERGE), calls(*LOST, DONE))
    assert [one.kind for one in steps] == ["merge"] and OLD in after[CODING]
    assert len(left) == 1 and left[0].startswith("Drop pip: ")


def test_a_line_lost_unnamed_twice_is_refused_and_the_run_goes_on() -> None:
    steps, left, after, _ = ran(calls(*LOST), calls(LOST[1], *MERGE, DONE))
    assert [one.title for one in steps] == [MERGE[1][1]["title"]]
    assert OLD in after[CODING] and SHORT not in after[CODING]
    assert len(left) == 1 and left[0].startswith("Drop pip: ") and OLD in left[0]


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("- Use port 8080 for it.", "- Use port 8081 for it, and the other one for tests."),
        ("- Never push to main.", "- Push to main, and to the other branches."),
        ("- Push to main.", "- Never push to main."),
        ("- Push to main.", "- Push to main only on Monday."),
        ("- Lint before testing.", "- Do the testing before you lint."),
    ],
)
def test_words_alone_don_t_make_a_line_said(line: str, instead: str) -> None:
    files = {**FACTS_LAW, CODING: f"# Coding\n\n{line}\n"}
    edit = ("replace", {"path": CODING, "old": line, "new": instead})
    steps, left, after, _ = ran(
        calls(edit, step("Say it well")), calls(step("So"), DONE), files=files
    )
    assert steps == [] and after == files and line in left[0]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (("replace", {"path": LOG, "old": "success", "new": "failed"}), "a log is a record"),
        (("delete", {"path": LOG}), "a log is a record"),
        (("insert", {"path": CODING, "line": 3, "text": "- Run !`date` first"}), "a command that"),
        (("create", {"path": "skills/ops/scripts/x.py", "text": "x"}), "tools run by themselves"),
        (
            ("replace", {"path": "skills/ops/SKILL.md", "old": "name: ops", "new": "name: Ops"}),
            "must be in lower case",
        ),
    ],
)
def test_what_may_not_be_is_refused(edit: Call, why: str) -> None:
    line = "- **Outcome**: success"
    close = step("Do it", line=line, why="wrong")
    steps, left, after, _ = ran(calls(edit, close), calls(close, DONE))
    assert steps == [] and after == FILES and any(why in one for one in left)


def test_edits_that_no_step_closes_are_dropped() -> None:
    steps, left, after, api = ran(calls(MERGE[0], DONE), call(*DONE))
    assert (steps, after, len(api.requests)) == ([], FILES, 2)
    assert left == ["edits that no step closed are dropped"]
    assert len(ran(calls(MERGE[0], DONE), calls(MERGE[1], DONE))[0]) == 1


def test_nonsense_is_answered_and_costs_no_step() -> None:
    wrong = [step("x" * 80), ("step", {"title": "t"}), step("t", "tidy"), ("shell", {"cmd": "ls"})]
    steps, left, after, api = ran(calls(*wrong, step("Nothing")), call(*DONE))
    assert (steps, left, after) == ([], [], FILES)
    results = api.requests[1]["messages"][-1]["content"]
    assert len(results) == 5 and all(block["is_error"] for block in results)


def test_an_endless_loop_ends() -> None:
    def forever(_: Any) -> Answer:
        return call("view", {"path": CODING})

    steps, left, after, api = ran(forever, turns=7)
    assert (steps, after, len(api.requests)) == ([], FILES, 7)
    assert left == ["the model was still at it after 7 turns"]
    _, left, _, api = ran(forever, tokens=3000)
    assert len(api.requests) == 3 and left == ["the model was still at it after 3,300 tokens"]


def test_steps_that_were_refused_before_are_told_and_not_taken() -> None:
    keys: list[str] = []
    for _ in range(2):
        with LoopbackMessages([calls(*MERGE), calls(MERGE[1], DONE)]) as api:
            engine = AnthropicEngine("test-model", base_url=api.url, retries=0, timeout=5)
            untidy = Untidy(Tree(FILES), keys.__contains__, ["Squash it"])
            found = list(ModelTidier(engine, "m").steps(untidy))
            assert "- Squash it" in told(api.requests[0])
            if keys:
                assert isinstance(found[0], Left) and "said no" in found[0].reason
            keys += [one.key for one in found if isinstance(one, TidyStep)]
    assert len(keys) == 1


def test_a_step_that_was_refused_is_not_taken_as_part_of_another() -> None:
    refused = frozenset([(CODING, SHORT)])
    for spared, taken in (([refused | {(GIT, LONG)}], True), ([refused], False)):
        more = (cut(CODING, SHORT), cut(CODING, UV), step("Less", line=UV, why="it is known"))
        with LoopbackMessages([calls(*more), calls(more[2], DONE)]) as api:
            engine = AnthropicEngine("test-model", base_url=api.url, retries=0, timeout=5)
            untidy = Untidy(Tree(FILES), spared=spared)
            first = next(iter(ModelTidier(engine, "m").steps(untidy)))
        assert isinstance(first, TidyStep) == taken
        assert taken or (isinstance(first, Left) and "said no" in first.reason)


# the verb


def reply(*named: Call, usd: str = "0.30", stop: str = "tool_use") -> Reply:
    blocks = tuple(
        {"type": "tool_use", "id": f"c{next(NUMBERS)}", "name": name, "input": input}
        for name, input in named
    )
    return Reply(blocks, stop, Usage(1000, 100, 0, 1, Decimal(usd)), "claude-sonnet-5-5")


NUMBERS: Iterator[int] = count(1)


def scripted(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, *replies: Reply | ModelError, **given: Any
) -> TidyReport:
    engine = ScriptedEngine(replies, "claude-sonnet-5-5")
    tidier = ModelTidier(engine, "anthropic claude-sonnet-5-5")
    monkeypatch.setattr(learners, "tidier", lambda *_: tidier)
    return tidy(ctx, **given)


def test_each_step_lands_with_its_cost(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, git: Git
) -> None:
    shop = filled(ctx, FILES)
    report = scripted(ctx, monkeypatch, reply(*MERGE), reply(*FOLD, *SPLIT), reply(DONE))
    assert len(report.landed) == 3 and not report.stopped and not report.exit_code
    assert report.usage.cost == Decimal("0.90") and report.usage.calls == 3
    assert [(spent.space, spent.session) for spent in ctx.spending.calls()] == [("shop", "")] * 3
    message = git(shop, "log", "-1", "--format=%B", report.steps[1].commit)
    assert f"Dropped:\n  {CODING}: {OLD}\n    (uv replaced it)" in message
    parsed = git(shop, "interpret-trailers", "--parse", data=message + "\n").splitlines()
    assert parsed[:2] == ["Acx-Tidy: fold", "Acx-Learner: anthropic claude-sonnet-5-5"]
    assert parsed[3:] == ["Acx-Tokens: 1000 in, 100 out, 0 cached", "Acx-Cost: 0.3000 USD"]
    assert parsed[2].startswith("Acx-Prompts: ")
    assert git(shop, "status", "--porcelain") == "" and git(shop, "fsck", "--strict") == ""


def test_a_limit_stops_cleanly_with_the_finished_steps_landed(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, git: Git
) -> None:
    shop = filled(ctx, FILES)
    replies = (reply(*MERGE), reply(*FOLD), reply(DONE))
    report = scripted(ctx, monkeypatch, *replies, max_cost=Decimal("0.31"))
    assert [one.kind for one in report.landed] == ["merge"]
    assert "the cost limit is reached" in report.stopped and report.exit_code == 0
    assert report.usage.cost == Decimal("0.30")
    assert git(shop, "rev-parse", "main") == report.steps[0].commit
    assert OLD in on_disk(shop)[CODING] and SHORT not in on_disk(shop)[CODING]


def test_a_model_that_fails_in_the_middle(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, git: Git
) -> None:
    shop = filled(ctx, FILES)
    report = scripted(ctx, monkeypatch, reply(*MERGE), ModelError("overloaded", transient=True))
    assert len(report.landed) == 1 and report.stopped == "overloaded" and report.exit_code == 6
    assert git(shop, "rev-parse", "main") == report.steps[0].commit


def test_a_commit_of_a_persons_in_between_is_kept(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, git: Git
) -> None:
    shop = filled(ctx, FILES)

    def replies() -> Iterator[Reply]:
        yield reply(*MERGE)
        (shop / CODING).write_text((shop / CODING).read_text().replace("# Coding", "# Code"))
        git(shop, "commit", "--quiet", "-am", "Theirs")
        yield reply(*FOLD)
        yield reply(*SPLIT, DONE)

    tidier = ModelTidier(ScriptedEngine(replies(), "m"), "anthropic m")
    monkeypatch.setattr(learners, "tidier", lambda *_: tidier)
    report = tidy(ctx)
    assert len(report.landed) == 3
    assert on_disk(shop)[CODING] == f"# Code\n\n{UV}\n"
    subjects = git(shop, "log", "--format=%s", "-4").splitlines()
    assert subjects[2] == "Theirs" and git(shop, "status", "--porcelain") == ""


def test_review_with_a_model(ctx: Context, monkeypatch: pytest.MonkeyPatch, git: Git) -> None:
    shop = filled(ctx, FILES)
    replies = (reply(*MERGE), reply(*FOLD), reply(DONE))
    report = scripted(ctx, monkeypatch, *replies, review=True)
    merge, fold = (one.name for one in review.listed(ctx))
    assert [step.proposal for step in report.held] == [merge, fold]
    review.reject(ctx, (merge,))
    review.accept(ctx, (fold,))
    assert on_disk(shop)[CODING] == f"# Coding\n\n{UV}\n{SHORT}\n"
    again = scripted(ctx, monkeypatch, reply(*MERGE), reply(MERGE[1], DONE))
    assert again.steps == () and "a person said no" in again.left[0]


def test_the_command_with_a_server(run: Run, world: Path, ctx: Context) -> None:
    shop = filled(ctx, FILES)
    with LoopbackMessages([calls(*MERGE, *FOLD), call(*DONE)]) as api:
        env = {"ANTHROPIC_BASE_URL": api.url, "ACX_MODEL": "local"}
        done = run("tidy", "--learner", "anthropic", "--json", env=env)
    assert done.code == 0 and len(json.loads(done.out)["steps"]) == 2
    assert on_disk(shop)[CODING] == f"# Coding\n\n{UV}\n"
    with LoopbackMessages([Status(401, "no")]) as api:
        failed = run("tidy", "--learner", "anthropic", env={"ANTHROPIC_BASE_URL": api.url})
    assert failed.code == 6 and "stopped: " in failed.err
