"""The anthropic learner end to end: the program, the real SDK, a loopback Messages API."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acx.verbs.context import Context
from tests.conftest import Run
from tests.loopback import LoopbackMessages, Status, call, calls, refusal
from tests.verbs.conversations import DISCOUNT, EXPORT, jsonl

Git = Callable[..., str]

TASK_1 = {
    "title": "add a percentage discount to the price calculation",
    "first": 1,
    "last": 5,
    "status": "success",
    "because": "the user said it works",
}
TASK_2 = {
    "title": "write a script that exports the orders as csv",
    "first": 6,
    "last": 10,
    "status": "success",
    "because": "the user said great",
}
LESSON: dict[str, Any] = {
    "kind": "fact",
    "title": "Money amounts are integer cents, never floats",
    "summary": "Sam keeps money in integer cents.",
    "scope": "webshop",
    "details": "Put money amounts in integer cents.",
    "evidence": [
        {"message": 5, "quote": "always put money amounts in integer cents, never floats"}
    ],
}
FILE = "skills/user-general-facts/coding-preferences.md"
TEXT = "# Coding Preferences\n\n- Put money amounts in integer cents, never floats. (webshop)\n"


@pytest.fixture
def talk(tmp_path: Path, run: Run) -> str:
    run("space", "create", "shop")
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT, *EXPORT))
    return str(path)


def answers(tasks: Any, *rest: Any) -> list[Any]:
    return [call("report_tasks", {"tasks": tasks}), *rest]


SKIPPED = {"task": 2, "skip": "a script, nothing new"}


def report(*more: Any, **lesson: Any) -> Any:
    """What the first task taught, and what is said of others."""
    told = {"task": 1, "lessons": [{**LESSON, **lesson}]}
    return call("report_lessons", {"tasks": [told, *more]})


def written(*more: Any) -> list[Any]:
    """Distilled, written down, done."""
    return [report(*more), calls(("create", {"path": FILE, "text": TEXT})), call("done", {})]


def learn(run: Run, api: LoopbackMessages, *args: str) -> Any:
    env = {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "none"}
    return run("learn", *args, "--learner", "anthropic", "--model", "some-model", env=env)


def repo(run: Run) -> Path:
    return Path(run("space", "path", "shop").out.strip())


def test_a_good_day(run: Run, talk: str, git: Git) -> None:
    with LoopbackMessages(answers([TASK_1, TASK_2], *written(SKIPPED))) as api:
        done = learn(run, api, talk)
    assert done.code == 0, done.err
    assert "1 lesson" in done.out and "cost unknown" in done.out and "some-model" in done.out
    assert (repo(run) / FILE).read_text() == TEXT
    message = git(repo(run), "log", "-1", "--format=%B")
    assert message.startswith("Money amounts are integer cents, never floats\n")
    assert '#5 user: "always put money amounts in integer cents, never floats"' in message
    assert "Acx-Learner: anthropic some-model" in message
    assert "Acx-Cost: unknown" in message and "Acx-Tokens: " in message
    for request in api.requests:
        assert not {"temperature", "top_p", "top_k"} & set(request)
        assert request.get("tool_choice", {"type": "auto"})["type"] == "auto"
    session = json.loads(run("session", "list", "--json").out)["items"][0]
    states = [o["state"] for o in json.loads(run("session", "tasks", session["id"], "--json").out)]
    assert states == ["learned", "skipped"]


def test_learning_again_asks_nothing(run: Run, talk: str) -> None:
    with LoopbackMessages(answers([TASK_1], *written())) as api:
        learn(run, api, talk)
        asked = len(api.requests)
        again = learn(run, api, talk)
    assert again.code == 0 and "0 lessons" in again.out
    assert len(api.requests) == asked


def test_one_task_fails_the_others_go_on_and_running_again_resumes(
    run: Run, talk: str, git: Git
) -> None:
    with LoopbackMessages(answers([TASK_1, TASK_2], report(SKIPPED), refusal())) as api:
        done = learn(run, api, talk)
    assert done.code == 6
    session = json.loads(run("session", "list", "--json").out)["items"][0]
    assert session["status"] == "failed" and "1 of 2 tasks failed" in session["reason"]
    with LoopbackMessages(answers([TASK_1, TASK_2], *written())) as api:
        assert learn(run, api).code == 0
        assert len(api.requests) == 4  # the task that was skipped is not asked again
    session = json.loads(run("session", "list", "--json").out)["items"][0]
    assert session["status"] == "completed"
    assert git(repo(run), "rev-list", "--count", "main") == "2"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, "authentication_error", "key"),
        (429, "rate_limit_error", "rate"),
        (500, "api_error", "500"),
        (529, "overloaded_error", "overloaded"),
    ],
)
def test_a_bad_day_changes_nothing(
    run: Run, talk: str, git: Git, status: int, kind: str, words: str
) -> None:
    with LoopbackMessages(lambda _: Status(status, kind, {"retry-after": "0"})) as api:
        done = learn(run, api, talk)
    assert done.code == 6 and words.lower() in (done.err + done.out).lower()
    assert git(repo(run), "rev-list", "--count", "main") == "1"
    session = json.loads(run("session", "list", "--json").out)["items"][0]
    assert session["status"] == "failed"
    with LoopbackMessages(answers([TASK_1], *written())) as api:
        assert learn(run, api).code == 0
    assert git(repo(run), "rev-list", "--count", "main") == "2"


def test_a_file_outside_the_skills_is_never_written(run: Run, talk: str, git: Git) -> None:
    escape = calls(("create", {"path": "../outside.md", "text": "x"}))
    with LoopbackMessages(
        answers(
            [TASK_1],
            written()[0],
            escape,
            calls(("create", {"path": FILE, "text": TEXT})),
            call("done", {}),
        )
    ) as api:
        learn(run, api, talk)
    assert git(repo(run), "log", "-1", "--name-only", "--format=").strip() == FILE
    assert not (repo(run).parent / "outside.md").exists()


def test_a_made_up_quote_is_no_lesson(run: Run, talk: str, git: Git) -> None:
    false = {**LESSON, "evidence": [{"message": 5, "quote": "always use floats for money"}]}
    lie = report(**false)
    with LoopbackMessages(answers([TASK_1], lie, lie)) as api:
        learn(run, api, talk)
    assert git(repo(run), "rev-list", "--count", "main") == "1"


def test_secrets_reach_neither_the_model_nor_a_commit(run: Run, tmp_path: Path) -> None:
    secret = "sk-ant-" + "api03-" + "x9Kd82mVq7LpT4wZr1Bn6Yc3Hs5Jf0Gt" * 2
    run("space", "create", "shop")
    path = tmp_path / "talk.jsonl"
    told = [{"role": "user", "content": f"use the key {secret} please"}, *DISCOUNT]
    path.write_bytes(jsonl(*told))
    with LoopbackMessages(answers([])) as api:
        learn(run, api, str(path))
        assert secret not in json.dumps(api.requests)
        assert "[REDACTED:" in json.dumps(api.requests)


def test_a_model_without_a_key_is_a_clear_error(run: Run, talk: str) -> None:
    done = run("learn", talk, "--learner", "anthropic")
    assert done.code == 6
    assert "ANTHROPIC_API_KEY" in done.err and "hint: " in done.err


def test_a_dry_run_prints_and_commits_nothing(run: Run, talk: str, git: Git) -> None:
    with LoopbackMessages(answers([TASK_1], *written())) as api:
        done = learn(run, api, talk, "--dry-run")
    assert f"+++ b/{FILE}" in done.out and "Would learn 1 lesson" in done.out
    assert git(repo(run), "rev-list", "--count", "main") == "1"
    assert json.loads(run("session", "list", "--json").out)["items"] == []


def test_a_limit_that_can_not_be_kept_is_refused_before_it_costs(run: Run, talk: str) -> None:
    with LoopbackMessages(answers([TASK_1])) as api:
        done = learn(run, api, talk, "--max-cost", "1")
    assert done.code == 2 and "the price of anthropic some-model at http" in done.err
    assert not api.requests
    assert "hint: prices are known of claude-haiku-5-5, claude-sonnet-5-5, " in done.err


def test_where_a_gateway_has_list_prices_is_hinted_at(run: Run, talk: str, ctx: Context) -> None:
    env = {"ANTHROPIC_BASE_URL": "http://localhost:9", "ACX_LEARNER": "anthropic"}
    run("space", "create", "other")
    args = ("learn", talk, "--space", "other", "--max-cost", "1")
    done = run(*args, env=env)
    assert done.code == 2
    assert "the price of anthropic claude-sonnet-5-5 at http://localhost:9 is unknown" in done.err
    assert "whose list prices hold, say `full_api: true` in config.yaml" in done.err
    ctx.home.config.write_text("full_api: true\nbase_url: http://localhost:9\ntimeout: 1\n")
    assert run(*args, env={"ACX_LEARNER": "anthropic"}).code == 6  # nobody is there, but asked
