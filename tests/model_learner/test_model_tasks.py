"""Finding tasks with a model behind the real SDK."""

from __future__ import annotations

from typing import Any

import pytest

from acx.errors import ModelError
from acx.model import Message, Task, Text
from tests.loopback import LoopbackMessages, Status, call, refusal, text
from tests.model_learner.stage import Talk, learner, talk, told


def report(**changed: Any) -> dict[str, Any]:
    given = {"title": "Add requests", "first": 1, "last": 5, "status": "success", "because": "#6"}
    return {**given, **changed}


def tasks(*replies: object, known: tuple[Task, ...] = ()) -> tuple[list[Task], LoopbackMessages]:
    with LoopbackMessages(replies) as api:
        found, usage = learner(api).open(talk()).tasks(known)
        assert usage.calls == len(api.requests)
        return found, api


def failed(*replies: object) -> tuple[ModelError, LoopbackMessages]:
    with LoopbackMessages(replies) as api, pytest.raises(ModelError) as caught:
        learner(api).open(talk()).tasks(())
    return caught.value, api


def test_tasks_come_in_order_with_their_numbers() -> None:
    answer = {"tasks": [report(title="Capital  of Peru", first=6, last=7), report()]}
    found, api = tasks(call("report_tasks", answer))
    assert found == [
        Task(1, "Add requests", 1, 5, "success", "#6"),
        Task(2, "Capital of Peru", 6, 7, "success", "#6"),
    ]
    assert "#4 user: no, always use uv here" in told(api.requests[0])
    assert "tool_choice" not in api.requests[0]


def test_what_is_too_long_is_cut_without_another_call() -> None:
    long = report(title="新しい画面を" * 20, because="the tests passed " * 30)
    (found,), api = tasks(call("report_tasks", {"tasks": [long]}))
    assert (len(found.title), found.title[-1]) == (100, "…")
    assert len(found.because) <= 300 and found.because.endswith("…")
    assert len(api.requests) == 1


def test_known_tasks_keep_what_never_changes() -> None:
    known = (
        Task(1, "Add requests to it", 1, 3, "running", "?"),
        Task(2, "Not mentioned again", 4, 5, "success", "done"),
    )
    answer = {
        "tasks": [
            report(known=1, title="Other words", first=4, reopened=[[6, 6]], status="failed"),
            report(title="Capital", first=6, last=7),
        ]
    }
    found, api = tasks(call("report_tasks", answer), known=known)
    assert found == [
        Task(1, "Add requests to it", 1, 5, "failed", "#6", spans=((6, 6),)),
        known[1],
        Task(3, "Capital", 6, 7, "success", "#6"),
    ]
    assert "- 1: messages 1-3, running (?): Add requests to it" in told(api.requests[0])


@pytest.mark.parametrize(
    "words",
    [
        '{"tasks": [TASK]}',
        'Here you are:\n```json\n{"tasks": [TASK]}\n```',
        'Set {a}: {"name": "report_tasks", "arguments": {"tasks": [TASK]}}',
    ],
)
def test_json_in_text_will_do(words: str) -> None:
    task = '{"title": "t", "first": 1, "last": 2, "status": "failed", "because": "b"}'
    found, _ = tasks(text(words.replace("TASK", task)))
    assert found == [Task(1, "t", 1, 2, "failed", "b")]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"tasks": [report(status="done")]}, "input.tasks[0].status: one of success, failed"),
        ({"tasks": [report(first=2)]}, "#2 isn't a message in which the user asks; near it are #1"),
        ({"tasks": [report(last=99)]}, "last: 1 to 99 isn't a range after 0 and within 1 to 7"),
        ({"tasks": [report(reopened=[[3, 6]])]}, "reopened[0]: 3 to 6 isn't a range after 5"),
        ({"tasks": [report(known=4)]}, "no such task; there are: none"),
        ({"tasks": [report(first="1")]}, 'input.tasks[0].first: a whole number is needed, not "1"'),
        ({"tasks": [report(colour=1)]}, "input.tasks[0].colour: not known here"),
        ({}, "input.tasks: missing"),
        ([], "input: an object is needed"),
    ],
)
def test_what_is_wrong_is_sent_back_once_with_the_reason(wrong: Any, complaint: str) -> None:
    good = call("report_tasks", {"tasks": [report()]})
    found, api = tasks(call("report_tasks", wrong), good)
    assert [task.title for task in found] == ["Add requests"]
    assert complaint in told(api.requests[1])
    (result,) = api.requests[1]["messages"][-1]["content"]
    assert (result["type"], result["is_error"]) == ("tool_result", True)
    error, api = failed(*[call("report_tasks", wrong)] * 3)
    assert "the model's answer can't be used" in error.message
    assert len(api.requests) == error.usage.calls == 2


def test_prose_is_sent_back_as_prose() -> None:
    found, api = tasks(text("There was one task."), call("report_tasks", {"tasks": []}))
    assert found == []
    assert "Answer with a call of the tool report_tasks" in told(api.requests[1])


def test_a_cut_off_answer_gets_twice_the_room_once() -> None:
    cut = text('{"tasks": [', "max_tokens")
    _, api = tasks(cut, call("report_tasks", {"tasks": []}))
    assert [request["max_tokens"] for request in api.requests] == [12_000, 24_000]
    error, api = failed(*[cut] * 3)
    assert "cut off twice, last at 24000 tokens" in error.message
    assert len(api.requests) == 2


def test_an_empty_answer_is_asked_for_once_more() -> None:
    tasks(text(""), call("report_tasks", {"tasks": []}))
    error, api = failed(*[text(" ")] * 3)
    assert "an empty answer twice" in error.message
    assert len(api.requests) == 2


def test_a_refusal_is_an_error_with_the_models_reason() -> None:
    error, _ = failed(refusal("this looks like malware"))
    assert "refused to answer: this looks like malware" in error.message
    assert error.usage.output == 100


def test_trouble_with_the_server_keeps_its_kind() -> None:
    error, _ = failed(Status(529, "overloaded"))
    assert "overloaded" in error.message
    assert error.transient
    assert "run the same command again" in error.hints[0]


def test_where_nobody_asked_nothing_is_asked_of_the_model() -> None:
    silent = Talk((Message("assistant", (Text("Warmup"),), "agent", 1),))
    with LoopbackMessages([]) as api:
        found, usage = learner(api).open(silent).tasks(())
    assert (found, usage.calls, api.requests) == ([], 0, [])


def test_a_plan_that_was_handed_over_can_begin_a_task() -> None:
    begun = begins(Message("user", (Text("Implement this: ..."),), "harness", 1, event="plan"))
    assert [(task.first, task.last) for task in begun] == [(1, 2)]


COMMAND = "<command-message>fix-issue</command-message>\n<command-name>/fix-issue</command-name>"


@pytest.mark.parametrize("typed", [COMMAND, "/fix-issue 12"])
def test_a_command_that_a_person_typed_can_begin_a_task(typed: str) -> None:
    begun = begins(Message("user", (Text(typed),), "harness", 1, event="command"))
    assert [(task.first, task.last) for task in begun] == [(1, 2)]


def test_the_text_that_a_command_stands_for_begins_no_task() -> None:
    expanded = "Base directory for this skill: /home/sam/.claude/skills/fix-issue"
    with pytest.raises(ModelError):
        begins(Message("user", (Text(expanded),), "harness", 1, event="command"))


def begins(first: Message) -> list[Task]:
    """The tasks of a session of two messages, if a model says that the first asks for one."""
    asked = Message("user", (Text("thanks"),), "human", 3)
    session = Talk((first, Message("assistant", (Text("Done."),), "agent", 2), asked))
    answer = call("report_tasks", {"tasks": [report(first=1, last=2)]})
    with LoopbackMessages([answer, answer]) as api:
        return learner(api).open(session).tasks(())[0]
