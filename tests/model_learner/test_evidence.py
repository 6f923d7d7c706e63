"""Quotes looked up in the session."""

from __future__ import annotations

import pytest

from acx.learn.evidence import Quote, look_up, missing
from acx.model import Evidence, Message, Task, Text, ToolCall, ToolResult
from tests.model_learner.stage import Talk

MESSAGES = [
    Message("user", (Text("Please deploy\n  the API to staging."),), "human", 1),
    Message(
        "assistant",
        (Text("Running the migration first."), ToolCall("c", "Bash", {"command": "make migrate"})),
        "agent",
        2,
    ),
    Message("tool", (ToolResult("c", "\x1b[32m0 failed\x1b[0m health checks"),), "harness", 3),
    Message("user", (Text("use uv"),), "human", 4),
    Message("user", (Text("no, please use uv for the API to staging, always"),), "human", 5),
]


@pytest.mark.parametrize(
    ("quote", "where", "role", "verbatim"),
    [
        (Quote(1, "deploy the API"), 1, "user", "deploy\n  the API"),
        (Quote(2, "make migrate"), 2, "assistant", "make migrate"),
        (Quote(3, "0 failed health checks"), 3, "tool", "0 failed health checks"),
        (Quote(3, "Running the migration"), 2, "assistant", "Running the migration"),
        (Quote(5, "the API to staging"), 5, "user", "the API to staging"),
        (Quote(9, "the API to staging"), 1, "user", "the API to staging"),
        (Quote(5, "use uv"), 4, "user", "use uv"),
        (Quote(2, "#2 assistant: Running the migration"), 2, "assistant", "Running the migration"),
    ],
)
def test_a_quote_is_found_where_it_stands(
    quote: Quote, where: int, role: str, verbatim: str
) -> None:
    (found,) = look_up([quote], MESSAGES)
    assert found is not None
    assert (found.evidence.message, found.evidence.role) == (where, role)
    assert found.evidence.quote == verbatim


@pytest.mark.parametrize("quote", ["", "...", "API", "deploy the database", "Deploy the API"])
def test_what_nobody_said_is_not_found(quote: str) -> None:
    assert look_up([Quote(1, quote)], MESSAGES) == [None]


def test_the_voice_tells_tool_output_from_people() -> None:
    quotes = [Quote(1, "Please deploy"), Quote(2, "make migrate"), Quote(3, "health checks")]
    found = look_up(quotes, MESSAGES)
    assert [place and place.voice for place in found] == ["human", "agent", "tool"]


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ([Evidence(1, "user", "deploy the API"), Evidence(2, "assistant", "make migrate")], ""),
        ([Evidence(4, "user", "use uv")], ""),
        ([], "no evidence"),
        ([Evidence(2, "assistant", "deploy the API")], "message 2 of the task doesn't say 'deploy"),
        ([Evidence(5, "user", "please use uv")], "message 5 of the task doesn't say"),
    ],
)
def test_evidence_is_checked_against_the_task(evidence: list[Evidence], why: str) -> None:
    task = Task(1, "Deploy", 1, 2, "success", spans=((4, 4),))
    found = missing(Talk(tuple(MESSAGES)), task, evidence)
    assert found.startswith(why) and bool(found) == bool(why)
