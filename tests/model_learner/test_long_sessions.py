"""Sessions that are longer than a digest, than the model can read, or than they were last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from acx.errors import ModelError
from acx.learn.port import Assign, Skipped
from acx.model import Message, Session, Task, Text, ToolCall, ToolResult
from tests.loopback import Answer, LoopbackMessages, Status, call
from tests.model_learner.stage import SKILLS, Talk, assignment, learner, told
from tests.model_learner.stage import answered as made

OVERFLOW = Answer([], "model_context_window_exceeded")


def long_talk(tasks: int, lines: int) -> Talk:
    """Tasks of four messages each, whose commands print a lot."""
    messages: list[Message] = []
    for n in range(tasks):
        at = len(messages)
        bash = ToolCall(f"c{n}", "Bash", {"command": f"make part-{n}"})
        output = "".join(f"part {n}, line {line}: {'x' * 40}\n" for line in range(lines))
        messages += [
            Message("user", (Text(f"build part {n} please"),), "human", at + 1),
            Message("assistant", (Text(f"Building part {n}."), bash), "agent", at + 2),
            Message(
                "tool", (ToolResult(f"c{n}", output, exit_code=1, error=True),), "harness", at + 3
            ),
            Message(
                "assistant",
                (Text(f"Part {n} is built. " + "It took long. " * 60),),
                "agent",
                at + 4,
            ),
        ]
    return Talk(tuple(messages), Session("long", "2025-06-15T00:00:00Z"))


def of(talk: Talk) -> Assign:
    return lambda task: replace(assignment(), transcript=talk, task=task)


def plays(request: Mapping[str, Any]) -> Any:
    """A model that finds each task and learns nothing from any."""
    if "Report every task" in told(request):
        found = [
            {"title": f"build part {n}", "first": n * 4 + 1, "last": n * 4 + 4, "status": "success",
             "because": "said so"}
            for n in range(told(request).count("user: build part"))
        ]  # fmt: skip
        return call("report_tasks", {"tasks": found})
    text = told(request)
    numbers = [n for n in range(1, 50) if f"\nTask {n}: build" in text]
    return call("report_lessons", {"tasks": [{"task": n, "skip": "routine"} for n in numbers]})


def test_what_fits_is_sent_once_and_read_from_the_cache_the_second_time() -> None:
    talk = long_talk(3, 4)
    with LoopbackMessages(plays) as api:
        reading = learner(api).open(talk)
        found, _ = reading.tasks(())
        answers = dict(reading.lessons(found, of(talk)))
    assert [type(answer) for answer in answers.values()] == [Skipped] * 3
    first, second = api.requests
    assert second["messages"][0] == first["messages"][0]
    assert second["system"] == first["system"] and second["tools"] == first["tools"]


def test_of_a_long_session_no_message_is_sent_more_than_twice() -> None:
    talk = long_talk(12, 200)
    with LoopbackMessages(plays) as api:
        reading = learner(api, digest_tokens=4000).open(talk)
        found, _ = reading.tasks(())
        list(reading.lessons(found, of(talk)))
    assert len(found) == 12
    texts = [told(request) for request in api.requests]
    assert all(len(text) < 4000 * 4 * 1.6 for text in texts)
    for n in range(12):
        assert sum(f"user: build part {n} please" in text for text in texts) == 2
    assert 3 <= len(texts) < 12  # several tasks in a call


@pytest.mark.parametrize(
    "trouble", [OVERFLOW, Status(400, "prompt is too long: 213000 tokens > 200000 maximum")]
)
def test_a_digest_that_is_too_long_for_the_model_is_halved(trouble: Any) -> None:
    talk = long_talk(12, 200)
    sizes: list[int] = []

    def narrow(request: Mapping[str, Any]) -> Any:
        sizes.append(len(told(request)))
        return trouble if sizes[-1] > 16_000 else plays(request)

    with LoopbackMessages(narrow) as api:
        reading = learner(api, digest_tokens=16_000).open(talk)
        found, usage = reading.tasks(())
        assert len(found) == 12
        answers = list(reading.lessons(found, of(talk)))
    assert all(isinstance(answer, Skipped) for _, answer in answers)
    in_vain = sum(size > 16_000 for size in sizes[:3])
    assert in_vain and sizes[:in_vain] == sorted(sizes[:in_vain], reverse=True)
    # what was answered "too long" with a status wasn't charged
    assert usage.calls == (in_vain + 1 if trouble is OVERFLOW else 1)


def test_what_the_model_can_not_read_at_all_is_an_error() -> None:
    long = pytest.raises(ModelError, match="longer than the model can read")
    with LoopbackMessages(lambda _: OVERFLOW) as api, long:
        learner(api).open(long_talk(2, 4)).tasks(())
    assert len(api.requests) == 4


def test_a_lesson_of_a_session_too_long_to_go_on_is_distilled_alone() -> None:
    given = assignment(SKILLS)

    def answers(request: Mapping[str, Any]) -> Any:
        return call("report_lessons", {"tasks": [{"task": 1, "skip": "routine"}]})

    with LoopbackMessages(answers) as api:
        assert isinstance(made(learner(api), given), Skipped)
    assert "Task 1:\n<transcript-" in told(api.requests[0])


def test_what_was_learned_from_before_is_shown_short() -> None:
    talk = long_talk(6, 300)
    known = (Task(1, "build part 0", 1, 4, "success", "said so"),)
    grown = Talk(talk.messages, replace(talk.session, learned=20))

    def answers(request: Mapping[str, Any]) -> Any:
        new = {
            "title": "build part 5",
            "first": 21,
            "last": 24,
            "status": "success",
            "because": "ok",
        }
        old = {**new, "known": 1, "first": 1, "last": 4}
        return call("report_tasks", {"tasks": [old, new]})

    with LoopbackMessages(answers) as api:
        again, _ = learner(api, digest_tokens=3000).open(grown).tasks(known)
        fresh, _ = learner(api, digest_tokens=3000).open(talk).tasks(known)
    assert [task.number for task in again] == [1, 2] == [task.number for task in fresh]
    short, whole = (told(request) for request in api.requests)
    assert "new since the tasks above were found: from #21" in short
    assert "part 5, line 299" in short and len(short) < len(whole) / 1.5
