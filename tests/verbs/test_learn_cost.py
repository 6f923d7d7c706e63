"""What learning costs: counted, told, and stopped before a limit is passed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from acx.engine.port import Reply
from acx.engine.scripted import ScriptedEngine
from acx.learn import checks
from acx.learn.model_learner import ModelLearner
from acx.model import Usage
from acx.verbs import learners, session, space
from acx.verbs.context import Context
from acx.verbs.learn import learn
from tests.verbs.conversations import DISCOUNT, EXPORT, jsonl


def reply(name: str, given: object, usd: str) -> Reply:
    usage = Usage(1000, 100, 0, 1, Decimal(usd))
    block = {"type": "tool_use", "id": f"c{name}", "name": name, "input": given}
    return Reply((block,), "tool_use", usage, "claude-sonnet-5-5")


TASKS = {
    "tasks": [
        {"title": f"task {n}", "first": n, "last": n + 4, "status": "success", "because": "thanked"}
        for n in (1, 6)
    ]
}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    skipped = {"tasks": [{"task": n, "skip": "nothing new"} for n in (1, 2)]}
    scripted = ScriptedEngine(
        [reply("report_tasks", TASKS, "0.40"), reply("report_lessons", skipped, "0.30")],
        "claude-sonnet-5-5",
    )
    learner = ModelLearner(scripted, "anthropic claude-sonnet-5-5", checks.problems)
    monkeypatch.setattr(learners, "chosen", lambda *_: learner)
    return scripted


@pytest.mark.parametrize(
    ("limit", "calls", "spent"), [("10", 2, "0.70"), ("0.41", 1, "0.40"), ("0.01", 0, "0")]
)
def test_a_limit(
    ctx: Context, tmp_path: Path, engine: ScriptedEngine, limit: str, calls: int, spent: str
) -> None:
    space.create(ctx, "shop")
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT, *EXPORT))
    report = learn(ctx, [str(path)], max_cost=Decimal(limit))
    assert len(engine.requests) == calls
    assert report.usage.cost == Decimal(spent) and report.usage.input == 1000 * calls
    found = session.listed(ctx).items[0]
    assert [call.usage.cost for call in ctx.spending.calls()] == [
        Decimal("0.40"),
        Decimal("0.30"),
    ][:calls]
    if calls == 2:
        assert found.status == "completed"
    else:
        assert found.status == "pending" and "cost limit" in found.reason
