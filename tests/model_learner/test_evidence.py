"""Quotes looked up in the session."""

from __future__ import annotations

import pytest

from acx.learn.evidence import Quote, find, look_up
from acx.model import Evidence, Message, Text, ToolCall, ToolResult
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
        (Quote(2, "call Bash: make migrate"), 2, "assistant", "make migrate"),
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
    ("quote", "message", "words"),
    [
        ("“use uv” they said - it’s quicker", 1, '"use uv" they said — it\'s quicker'),
        ("cd api ⏎ make migrate", 2, "cd api\n  make migrate"),
        ("the key is [REDACTED:secret] now", 3, "the key is [REDACTED:aws-key] now"),
        ("the old way", 9, "the old way"),
    ],
)
def test_a_quote_is_found_in_the_session_as_it_stands_there(
    quote: str, message: int, words: str
) -> None:
    command = "cd api\n  make migrate"
    said = ['"use uv" they said — it\'s quicker', "", "the key is [REDACTED:aws-key] now"]
    talk = Talk(
        (
            Message("user", (Text(said[0]),), "human", 1),
            Message("assistant", (ToolCall("c", "Bash", {"command": command}),), "agent", 2),
            Message("user", (Text(said[2]),), "human", 3),
            Message("user", (Text("leave the old way"),), "human", 4),
        )
    )
    (found,) = find([Quote(message, quote)], talk)
    assert found is not None
    assert found.evidence == Evidence(found.evidence.message, found.evidence.role, words)
    assert found.evidence.message == min(message, 4)
    assert find([Quote(1, "nobody said this")], talk) == [None]


def test_a_call_can_be_quoted_as_the_digest_shows_it() -> None:
    refund = ToolCall("c", "create_refund", {"order": "A-17", "amount": 499.0, "to": "gift card"})
    talk = Talk((Message("assistant", (refund,), "agent", 1),))
    (found,) = find([Quote(1, "create_refund: order=A-17, amount=499.0")], talk)
    assert found is not None and found.voice == "agent"
