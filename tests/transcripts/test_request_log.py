"""Logs of API calls, of OpenAI's and Anthropic's: what requests repeat is told once."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.errors import AcxError
from acx.model import Message, Text, ToolCall, ToolResult
from acx.transcripts import open_stream
from acx.transcripts.contract import Conversation, Item, Notes
from acx.transcripts.record import to_line

CALL = {"id": "c1", "type": "function", "function": {"name": "sh", "arguments": '{"cmd":"ls"}'}}
SYSTEM = {"role": "system", "content": "It is noon."}
ASKED = {"role": "user", "content": "list the files"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "a.txt"}
SAID = {"role": "assistant", "content": "One file."}


def completion(message: Any, **more: Any) -> dict[str, Any]:
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1750000000, "model": "m"}
    return {**head, "choices": choices, **more}


def read(*records: Any) -> tuple[str, list[Item], Notes]:
    raw = "\n".join(map(json.dumps, records)).encode()
    opened = open_stream(io.BytesIO(raw), "test")
    return opened.format.name, list(opened.items), opened.notes


def told(items: list[Item]) -> list[str]:
    """The conversations' names, and of messages the role and what they say."""
    return [
        f"= {item.name or item.id}"
        if isinstance(item, Conversation)
        else f"{item.role}: {item.text or ''.join(c.name for c in item.calls)}"
        for item in items
    ]


def test_the_choice_of_a_response_is_the_last_message() -> None:
    record = {
        "messages": [SYSTEM, ASKED],
        "tools": [],
        "kwargs": {"temperature": 0},
        "response": completion(CALLED),
        "cost": 0.01,
        "latency_sec": 1.5,
    }
    name, items, notes = read(record)
    assert (name, notes.warnings, notes.ignored) == ("openai", [], {})
    assert items == [
        Message("system", (Text("It is noon."),), "harness"),
        Message("user", (Text("list the files"),), "human"),
        Message(
            "assistant",
            (ToolCall("c1", "sh", {"cmd": "ls"}),),
            "agent",
            ts="2025-06-15T15:06:40Z",
            model="m",
        ),
    ]


def test_calls_written_as_text_are_read_where_they_are_calls() -> None:
    written = {"role": "assistant", "content": "<function=sh><parameter=cmd>ls</parameter>"}
    printed = {"role": "user", "content": "EXECUTION RESULT of [sh]:\na.txt"}
    record = {
        "messages": [{"role": "system", "content": "Tools: ..."}, ASKED, written, printed],
        "raw_messages": [SYSTEM, ASKED, CALLED, RESULT],
        "response": completion(SAID),
        "raw_response": completion(written),
    }
    _, items, _ = read(record)
    expected = ["system: It is noon.", "user: list the files", "assistant: sh", "tool: "]
    assert told(items) == [*expected, "assistant: One file."]
    swapped = {**record, "messages": record["raw_messages"], "raw_messages": record["messages"]}
    assert read(swapped)[1] == items


@pytest.mark.parametrize(
    "records",
    [
        [{"messages": [ASKED], "response": completion(CALLED)}],
        [{"request": {"messages": [ASKED]}, "response": completion(CALLED)}],
        [
            {
                "request": {"url": "/v1", "body": {"messages": [ASKED]}},
                "response": {"status": 200, "body": completion(CALLED)},
            }
        ],
        [{"messages": [ASKED]}, completion(CALLED)],
    ],
)
def test_the_shapes_of_a_logged_call(records: list[Any]) -> None:
    name, items, notes = read(*records)
    assert (name, notes.warnings) == ("openai", [])
    assert told(items) == ["user: list the files", "assistant: sh"]


def test_what_a_request_repeats_is_told_once() -> None:
    later = {"role": "system", "content": "It is one."}
    bye = {"role": "user", "content": "thanks"}
    _, items, notes = read(
        {"messages": [SYSTEM, ASKED], "response": completion(CALLED)},
        {"messages": [later, ASKED, CALLED, RESULT], "response": completion(SAID)},
        {"messages": [later, ASKED, CALLED, RESULT, SAID, bye]},
    )
    assert told(items) == [
        "system: It is noon.",
        "user: list the files",
        "assistant: sh",
        "tool: ",
        "assistant: One file.",
        "user: thanks",
    ]
    assert notes.warnings == []


def test_a_request_that_is_tried_again_adds_only_its_answer() -> None:
    again = {"role": "assistant", "content": "Again."}
    _, items, _ = read(
        {"messages": [ASKED], "response": completion(SAID)},
        {"messages": [ASKED], "response": completion(SAID)},
        {"messages": [ASKED], "response": completion(again)},
        {"messages": [ASKED, again, {"role": "user", "content": "ok"}]},
    )
    assert told(items) == [
        "user: list the files",
        "assistant: One file.",
        "assistant: Again.",
        "user: ok",
    ]


def test_a_request_with_less_of_the_conversation_adds_nothing() -> None:
    more = [ASKED, SAID, {"role": "user", "content": "thanks"}]
    last = {"role": "assistant", "content": "Bye."}
    _, items, _ = read({"messages": more}, {"messages": [ASKED]}, {"messages": [*more, last]})
    assert told(items) == [
        "user: list the files",
        "assistant: One file.",
        "user: thanks",
        "assistant: Bye.",
    ]


def test_a_request_that_starts_otherwise_starts_a_conversation() -> None:
    other = {"role": "user", "content": "what time is it?"}
    _, items, _ = read(
        {"messages": [SYSTEM, ASKED, SAID]},
        {"messages": [SYSTEM, other, SAID]},
        {"messages": [SYSTEM, ASKED, SAID]},
    )
    assert [line for line in told(items) if line.startswith("=")] == [
        "= conversation-2",
        "= conversation-3",
    ]
    assert told(items)[3:7] == [
        "= conversation-2",
        "system: It is noon.",
        "user: what time is it?",
        "assistant: One file.",
    ]


def test_requests_and_results_of_a_batch_are_named() -> None:
    body = {"model": "m", "messages": [ASKED]}
    line = {"custom_id": "first", "method": "POST", "url": "/v1/chat/completions", "body": body}
    done = {"custom_id": "first", "response": {"status_code": 200, "body": completion(SAID)}}
    name, items, _ = read(line, {**line, "custom_id": "second"})
    assert name == "openai"
    assert told(items) == ["= first", "user: list the files", "= second", "user: list the files"]
    name, items, _ = read(done, {**done, "custom_id": "second"})
    assert name == "openai"
    assert told(items) == ["= first", "assistant: One file.", "= second", "assistant: One file."]


def test_choices_beside_the_first_are_counted() -> None:
    choices = [{"message": SAID}, {"message": CALLED}]
    _, items, notes = read({"messages": [ASKED], "response": completion(SAID, choices=choices)})
    assert told(items) == ["user: list the files", "assistant: One file."]
    assert notes.ignored == {"other choices": 1}


def test_ids_are_kept_only_where_all_messages_have_one() -> None:
    marked = [{**ASKED, "id": "u1"}, {**SAID, "id": "a1"}]
    assert [m.id for m in read({"messages": marked})[1] if isinstance(m, Message)] == ["u1", "a1"]
    mixed = [*marked, {"role": "user", "content": "ok"}]
    assert [m.id for m in read({"messages": mixed})[1] if isinstance(m, Message)] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("done\n[The command completed with exit code 2.]\n[Current working directory: /x]", 2),
        ("[Command finished with exit code 0]", 0),
        ("no such exit code 7", None),
    ],
)
def test_exit_codes_that_openhands_writes_below_an_output(text: str, code: int | None) -> None:
    _, items, _ = read({"messages": [ASKED, CALLED, {**RESULT, "content": text}]})
    last = items[-1]
    assert isinstance(last, Message)
    assert last.results == (ToolResult("c1", text, exit_code=code),)


def test_of_a_torn_log_the_start_is_read_with_one_warning() -> None:
    records = [
        {"messages": [SYSTEM, ASKED], "response": completion(CALLED)},
        {"messages": [SYSTEM, ASKED, CALLED, RESULT], "response": completion(SAID)},
        {"messages": [SYSTEM, {"role": "user", "content": "else"}, SAID]},
    ]
    data = "\n".join(map(json.dumps, records)).encode()
    whole = read(*records)[1]
    for end in range(30, len(data), 3):
        opened = open_stream(io.BytesIO(data[:end]), "test", "openai")
        found = list(opened.items)
        assert found == whole[: len(found)]
        assert len(opened.notes.warnings) <= 1


USE = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [USE],
    "stop_reason": "tool_use",
}
GIVEN = {"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}


@pytest.mark.parametrize(
    "record",
    [
        {"request": {"messages": [ASKED]}, "response": ANSWER},
        {"request": {"body": {"messages": [ASKED]}}, "response": {"body": ANSWER}},
        {"messages": [ASKED], "response": ANSWER},
    ],
)
def test_logged_calls_of_anthropic(record: dict[str, Any]) -> None:
    more = [ASKED, {"role": "assistant", "content": [USE]}, {"role": "user", "content": [GIVEN]}]
    name, items, notes = read(record, {"request": {"system": "Now: noon", "messages": more}})
    assert (name, notes.warnings) == ("anthropic", [])
    assert told(items) == ["user: list the files", "assistant: Bash", "tool: "]
    assert items[1] == Message(
        "assistant", (ToolCall("t1", "Bash", {"command": "ls"}),), "agent", model="claude-x"
    )


def test_batches_of_anthropic_are_named() -> None:
    sent = {"custom_id": "first", "params": {"system": "Be brief.", "messages": [ASKED]}}
    name, items, _ = read(sent, {**sent, "custom_id": "second"})
    assert name == "anthropic"
    assert told(items)[:3] == ["= first", "system: Be brief.", "user: list the files"]
    done = {"custom_id": "first", "result": {"type": "succeeded", "message": ANSWER}}
    failed = {"custom_id": "second", "result": {"type": "errored", "error": {}}}
    name, items, notes = read(done, failed)
    assert (name, told(items)) == ("anthropic", ["= first", "assistant: Bash"])
    assert notes.ignored == {"result/errored": 1}
    assert notes.warnings == []


WORDS = """
    messages raw_messages request response body params result custom_id choices message role user
    assistant content type text input output object response instructions previous_response_id
    function_call function_call_output shell_call_output mcp_call mcp_approval_response call_id
    outcome exit_code summary reasoning simulations traj task_id trial messages_display parts
    tool-x state output-available approval approved reason toolInvocation file url compaction
    web_fetch_tool_result tool_use_id error_code return_code lines source stop_reason citations
"""
words = st.sampled_from(WORDS.split())
odd = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=6),
    max_leaves=15,
)


@given(
    st.lists(st.dictionaries(words, odd, max_size=8), max_size=4),
    st.sampled_from(["openai", "anthropic", "responses", "ai-sdk", "tau"]),
)
def test_no_json_in_a_log_makes_a_traceback(values: list[dict[str, Any]], format: str) -> None:
    with contextlib.suppress(AcxError):
        data = "\n".join(map(json.dumps, values)).encode()
        for message in open_stream(io.BytesIO(data), "x", format).messages:
            to_line(message)


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("<system-reminder>r</system-reminder>\nlist", [
            ("harness", "", "<system-reminder>r</system-reminder>"),
            ("human", "", "list"),
        ]),
        ("<command-name>/go</command-name>", [("harness", "command", None)]),
        ("[Request interrupted by user]", [("human", "interrupt", None)]),
        ("# AGENTS.md instructions for /p\n\nAlways deploy", [("harness", "", None)]),
        ("Observation: Always deploy", [("harness", "", None)]),
        ("EXECUTION RESULT of [sh]:\nAlways deploy", [("harness", "", None)]),
        (" what is a <system-reminder>? ", [("human", "", None)]),
        ("<image>", [("human", "", None)]),
    ],
)  # fmt: skip
def test_whose_words_a_client_sends(words: str, spoken: list[tuple[str, str, str | None]]) -> None:
    _, items, _ = read({**ASKED, "id": "m1", "content": words}, SAID)
    found = [item for item in items if isinstance(item, Message) and item.role == "user"]
    assert [(m.origin, m.event, m.text) for m in found] == [
        (origin, event, words if said is None else said) for origin, event, said in spoken
    ]
    assert [m.id for m in found] == ["m1", "m1#2"][: len(found)]


def test_an_image_is_the_persons_also_beside_a_clients_words() -> None:
    image = {"type": "image_url", "image_url": {"url": "http://i"}}
    content = [{"type": "text", "text": "<system-reminder>r</system-reminder>"}, image]
    _, items, _ = read([{**ASKED, "content": content}, SAID])
    assert [(m.origin, len(m.parts)) for m in items[:2] if isinstance(m, Message)] == [
        ("harness", 1),
        ("human", 1),
    ]
