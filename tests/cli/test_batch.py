"""`acx learn --batch`: questions in a batch at half the price, answers by a later run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_anthropic import FILE, LESSON, TASK_1, TEXT
from tests.conftest import Run
from tests.loopback import LoopbackMessages, calls
from tests.loopback import call as says
from tests.verbs.conversations import DISCOUNT, EXPORT, jsonl

Git = Callable[..., str]
MODEL = "claude-sonnet-5-5"
TASK = {**TASK_1, "last": 5}


def plays(request: Mapping[str, Any]) -> Any:
    """A model that finds one task, one lesson in the first session, and writes it down."""
    names = [tool["name"] for tool in request["tools"]]
    asked = json.dumps(request["messages"])
    if "report_tasks" not in names:
        return calls(("create", {"path": FILE, "text": TEXT}), ("done", {}))
    if len(request["messages"]) == 1:
        return says("report_tasks", {"tasks": [TASK]})
    lesson = {"lessons": [LESSON]} if "never floats" in asked else {"skip": "nothing new"}
    return says("report_lessons", {"tasks": [{"task": 1, **lesson}]})


@pytest.fixture
def home(world: Path) -> Path:
    return world / ".acx"


@pytest.fixture
def backlog(tmp_path: Path, run: Run, home: Path) -> Callable[..., Any]:
    run("space", "create", "shop")
    (home / "config.yaml").write_text("full_api: true\n")
    for name, talk in (("one", DISCOUNT), ("two", EXPORT)):
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(jsonl(*talk))
        run("session", "import", str(path), "--space", "shop")

    def learn(api: LoopbackMessages, *args: str) -> Any:
        env = {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "k"}
        return run("learn", "--learner", "anthropic", "--model", MODEL, *args, env=env)

    return learn


def states(run: Run) -> list[tuple[str, str]]:
    found = json.loads(run("session", "list", "--json").out)["items"]
    return sorted((one["status"], one["reason"]) for one in found)


def test_a_backlog_goes_in_two_batches_and_lessons_land(
    run: Run, backlog: Callable[..., Any], git: Git, home: Path
) -> None:
    with LoopbackMessages(plays) as api:
        first = backlog(api, "--batch")
        assert first.code == 0, first.err
        assert "batch msgbatch_1" in first.err and "2 questions at half the price" in first.err
        assert states(run) == [("pending", "waits for the answer of a batch")] * 2
        assert api.requests == []
        waiting = backlog(api, "--batch")
        assert waiting.code == 0 and "being worked on" in waiting.err
        assert len(api.batches.sent) == 1
        api.batches.done = True
        second = backlog(api, "--batch")
        assert second.code == 0 and "batch msgbatch_2" in second.err, second.err
        third = backlog(api)
    assert third.code == 0 and "1 lesson" in third.out
    assert states(run) == [("completed", "")] * 2
    space = Path(run("space", "path", "shop").out.strip())
    assert (space / FILE).read_text() == TEXT
    # two questions a session in batches, one at once to write the lesson down
    assert [len(sent) for sent in api.batches.sent.values()] == [2, 2]
    assert len(api.requests) == 5
    # 1000 tokens in and 100 out: 0.003 USD, half of it in a batch
    spent = [json.loads(line) for line in (home / "spending.jsonl").read_text().splitlines()]
    assert [float(one["usd"]) for one in spent] == [0.003] * 3
    assert [one["session"] == "batch" for one in spent] == [True, True, False]
    message = git(space, "log", "-1", "--format=%B")
    assert "Acx-Tokens: 2000 in, 200 out, 0 cached" in message
    assert "Acx-Cost: 0.0045 USD" in message


def test_what_a_batch_lost_is_told_and_asked_again_at_once(
    run: Run, backlog: Callable[..., Any]
) -> None:
    with LoopbackMessages(plays) as api:
        backlog(api, "--batch")
        api.batches.done = True
        api.batches.lost = {0, 1}
        lost = backlog(api)
    assert lost.code == 0 and "1 lesson" in lost.out
    assert "2 questions got no answer (the batch msgbatch_1 expired)" in lost.err


def test_a_limit_holds_for_a_batch_as_a_whole(run: Run, backlog: Callable[..., Any]) -> None:
    with LoopbackMessages(plays) as api:
        done = backlog(api, "--batch", "--max-cost", "0.05")
        assert done.code == 6 and "the batch may cost" in done.err
        assert api.batches.sent == {}
    assert [status for status, _ in states(run)] == ["pending"] * 2


def test_where_there_can_be_no_batch_it_is_said(
    run: Run, backlog: Callable[..., Any], home: Path
) -> None:
    offline = run("learn", "--batch", "--learner", "offline")
    assert offline.code == 2 and "asks nobody" in offline.err
    (home / "config.yaml").write_text("full_api: false\n")
    with LoopbackMessages(plays) as api:
        other = backlog(api, "--batch")
    assert other.code == 2 and "other servers know no batches" in other.err
