"""Messages written out: valid for both APIs in shape and order, and the same when read back."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.errors import UsageError
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream
from acx.transcripts.export import export

SESSION = [
    Message("system", (Text("Be brief."),), "harness"),
    Message("user", (Text("list the files"),), "human", number=2, ts="2025-06-15T14:30:00Z"),
    Message(
        "assistant",
        (
            Thinking("hm"),
            Text("Looking."),
            ToolCall("c1", "sh", {"cmd": "ls"}),
            ToolCall("c2", "sh", {"cmd": "pwd"}),
        ),
        "agent",
    ),
    Message("tool", (ToolResult("c1", "a.txt"),), "harness"),
    Message("user", (Text("be quick"),), "human", event="queued"),
    Message("tool", (ToolResult("c2", "no", error=True, exit_code=1),), "harness"),
    Message("assistant", (Text("One file."),), "agent"),
]


def out(messages: list[Message], form: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(messages, form)]


def back(messages: list[Message], form: str) -> list[Message]:
    data = "".join(line + "\n" for line in export(messages, form)).encode()
    opened = open_stream(io.BytesIO(data), "exported", form)
    found = list(opened.messages)
    assert opened.notes.warnings == []
    return found


def said(messages: list[Message], *roles: str) -> list[str]:
    return [text for m in messages if m.role in roles for text in m.text.split("\n") if text]


def test_openai() -> None:
    sh = {"type": "function", "function": {"name": "sh", "arguments": '{"cmd":"ls"}'}}
    pwd = {"type": "function", "function": {"name": "sh", "arguments": '{"cmd":"pwd"}'}}
    assert out(SESSION, "openai") == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "list the files"},
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [{"id": "c1", **sh}, {"id": "c2", **pwd}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "a.txt"},
        {"role": "tool", "tool_call_id": "c2", "content": "no"},
        {"role": "user", "content": "be quick"},
        {"role": "assistant", "content": "One file."},
    ]


def test_anthropic() -> None:
    assert out(SESSION, "anthropic") == [
        {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "content": [{"type": "text", "text": "list the files"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Looking."},
                {"type": "tool_use", "id": "c1", "name": "sh", "input": {"cmd": "ls"}},
                {"type": "tool_use", "id": "c2", "name": "sh", "input": {"cmd": "pwd"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "a.txt"},
                {"type": "tool_result", "tool_use_id": "c2", "content": "no", "is_error": True},
                {"type": "text", "text": "be quick"},
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "One file."}]},
    ]


def test_acx_is_the_record_itself() -> None:
    assert out(SESSION, "acx")[1] == {
        "n": 2,
        "ts": "2025-06-15T14:30:00Z",
        "role": "user",
        "origin": "human",
        "parts": [{"type": "text", "text": "list the files"}],
    }
    assert [m.parts for m in back(SESSION, "acx")] == [m.parts for m in SESSION]


def test_no_message_is_empty_where_the_apis_take_none() -> None:
    messages = [
        Message("user", (Attachment("image/png", "", 3, "ff"),), "human"),
        Message("assistant", (Thinking("hm"),), "agent"),
        Message("assistant", (ToolCall("c", "sh", "not json"),), "agent"),
    ]
    picture, call = out(messages, "openai")
    assert picture["content"] == "[image/png, not kept]"
    assert call["content"] is None
    assert call["tool_calls"][0]["function"]["arguments"] == "not json"
    assert all(message["content"] for message in out(messages, "anthropic"))


def test_lone_surrogates_are_made_safe() -> None:
    for form in ("openai", "anthropic", "acx"):
        (line,) = export([Message("user", (Text("a\ud800"),), "human")], form)
        assert "a\ufffd" in line.encode().decode()


def test_unknown_forms_are_refused_before_anything_is_read() -> None:
    def never() -> Any:
        raise AssertionError
        yield

    with pytest.raises(UsageError, match="xml"):
        export(never(), "xml")


words = st.text('abcäöü {}"\\', min_size=1, max_size=12)


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    """Turns as agents have them: calls are answered, with things said in between."""
    messages: list[Message] = []
    for turn in range(draw(st.integers(1, 4))):
        messages.append(Message("user", (Text(draw(words)),), "human"))
        ids = [f"c{turn}-{n}" for n in range(draw(st.integers(0, 3)))]
        args = st.dictionaries(words, st.integers() | words, max_size=2)
        calls = [ToolCall(id, draw(st.sampled_from(["sh", "edit"])), draw(args)) for id in ids]
        messages.append(Message("assistant", (Text(draw(words)), *calls), "agent"))
        for id in draw(st.permutations(ids)):
            if draw(st.booleans()):
                messages.append(Message("user", (Text(draw(words)),), "human", event="queued"))
            result = ToolResult(id, draw(words), error=draw(st.sampled_from([None, True])))
            messages.append(Message("tool", (result,), "harness"))
    return messages


@pytest.mark.parametrize("form", ["openai", "anthropic", "acx"])
@given(conversations())
def test_what_is_read_back_is_the_same(form: str, messages: list[Message]) -> None:
    found = back(messages, form)
    assert [c for m in found for c in m.calls] == [c for m in messages for c in m.calls]
    assert [(r.call_id, r.text) for m in found for r in m.results] == [
        (r.call_id, r.text) for m in messages for r in m.results
    ]
    for role in ("user", "assistant"):
        assert said(found, role) == said(messages, role)


@given(conversations())
def test_results_stand_directly_behind_their_calls(messages: list[Message]) -> None:
    waiting: set[str] = set()
    for message in out(messages, "openai"):
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
        else:
            assert not waiting
            waiting = {call["id"] for call in message.get("tool_calls", ())}
    sides = [message["role"] for message in out(messages, "anthropic")]
    assert all(one != other for one, other in pairwise(sides))


@pytest.mark.parametrize("form", ["openai", "anthropic"])
def test_commands_of_a_persons_own_are_their_words(form: str) -> None:
    ran = Message("user", (ToolCall("c1", "shell", {"command": "make test"}),), "human")
    came = Message("tool", (ToolResult("c1", "2 failed"),), "harness")
    said = [value for line in export([ran, came], form) for value in [json.loads(line)]]
    assert {value["role"] for value in said} == {"user"}
    assert "$ make test" in str(said) and "2 failed" in str(said)
