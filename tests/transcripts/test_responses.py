"""Items, requests and responses of the Responses API."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream
from acx.transcripts.contract import Conversation, Item, Notes


def said(role: str, *texts: str, kind: str = "input_text") -> dict[str, Any]:
    content = [{"type": kind, "text": text} for text in texts]
    return {"type": "message", "id": "msg_1", "role": role, "content": content}


ASKED = said("user", "list the files")
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "A look first."}],
    "content": [{"type": "reasoning_text", "text": "ls will do"}],
    "encrypted_content": "gAAA",
}
CALLED = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c1",
    "name": "sh",
    "arguments": '{"cmd":"ls"}',
    "status": "completed",
}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "a.txt"}
SAID = said("assistant", "One file.", kind="output_text")
ITEMS = [said("developer", "Be brief."), ASKED, THOUGHT, CALLED, RESULT, SAID]
READ = [
    Message("system", (Text("Be brief."),), "harness"),
    Message("user", (Text("list the files"),), "human"),
    Message("assistant", (Thinking("A look first.\n\nls will do"),), "agent"),
    Message("assistant", (ToolCall("c1", "sh", {"cmd": "ls"}),), "agent"),
    Message("tool", (ToolResult("c1", "a.txt"),), "harness"),
    Message("assistant", (Text("One file."),), "agent"),
]


def read(data: str, format: str | None = None) -> tuple[str, list[Item], Notes]:
    opened = open_stream(io.BytesIO(data.encode()), "test", format)
    return opened.format.name, list(opened.items), opened.notes


def lines(*records: Any) -> str:
    return "\n".join(map(json.dumps, records))


def response(*output: Any, **more: Any) -> dict[str, Any]:
    head = {"id": "resp_1", "object": "response", "created_at": 1750000000, "model": "m"}
    return {**head, "output": list(output), **more}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ITEMS),
        json.dumps(ITEMS, indent=2),
        lines(*ITEMS),
        json.dumps({"model": "m", "input": ITEMS}),
        json.dumps({"model": "m", "instructions": "Be brief.", "input": ITEMS[1:]}),
    ],
)
def test_items_are_messages_each(data: str) -> None:
    name, items, notes = read(data)
    assert (name, notes.warnings, items) == ("responses", [], READ)


def told(items: list[Item]) -> list[str]:
    return [
        f"= {item.name or item.id}"
        if isinstance(item, Conversation)
        else f"{item.role}: {item.text or ''.join(c.name for c in item.calls)}"
        for item in items
    ]


@pytest.mark.parametrize(
    "record",
    [
        {"input": "list the files", "tools": [], "response": response(CALLED)},
        {"input": [ASKED], "response": response(CALLED)},
        {"llm_path": "responses", "input": [ASKED], "response": response(CALLED), "cost": 0},
        {"request": {"model": "m", "input": [ASKED]}, "response": response(CALLED)},
        {
            "request": {"url": "/v1/responses", "body": {"model": "m", "input": [ASKED]}},
            "response": {"status": 200, "body": response(CALLED)},
        },
    ],
)
def test_the_shapes_of_a_logged_call(record: dict[str, Any]) -> None:
    name, items, notes = read(json.dumps(record))
    assert (name, notes.warnings) == ("responses", [])
    assert told(items) == ["user: list the files", "assistant: sh"]
    assert items[1] == Message(
        "assistant",
        (ToolCall("c1", "sh", {"cmd": "ls"}),),
        "agent",
        ts="2025-06-15T15:06:40Z",
        model="m",
    )


def test_what_a_request_repeats_is_told_once() -> None:
    first = {"input": [ASKED], "instructions": "Noon.", "response": response(THOUGHT, CALLED)}
    again = [ASKED, THOUGHT, CALLED, RESULT]
    second = {"input": again, "instructions": "One.", "response": response(SAID)}
    _, items, _ = read(lines(first, second))
    assert told(items) == [
        "system: Noon.",
        "user: list the files",
        "assistant: ",
        "assistant: sh",
        "tool: ",
        "assistant: One file.",
    ]


def test_a_request_that_follows_a_response_says_only_what_is_new() -> None:
    sent = {"model": "m", "input": [ASKED], "instructions": "Be brief."}
    more = {**sent, "input": [RESULT], "previous_response_id": "resp_1"}
    _, items, _ = read(
        lines(
            {"request": sent, "response": response(CALLED)},
            {"request": more, "response": response(SAID, id="resp_2")},
            {"request": {**more, "previous_response_id": "resp_2", "input": [ASKED]}},
        )
    )
    assert told(items) == [
        "system: Be brief.",
        "user: list the files",
        "assistant: sh",
        "tool: ",
        "assistant: One file.",
        "user: list the files",
    ]


def test_a_conversation_that_the_api_keeps_has_its_id() -> None:
    kept = {"id": "conv_1234"}
    _, items, notes = read(json.dumps({"input": [ASKED], "conversation": kept}))
    assert (notes.session_id, items[0]) == ("conv_1234", Conversation("conv_1234"))
    _, items, notes = read(json.dumps(response(SAID, conversation="conv_1234")))
    assert (notes.session_id, items[0]) == ("conv_1234", Conversation("conv_1234"))


def test_events_of_a_stream_are_read_for_the_response_they_end_with() -> None:
    events = [
        {"type": "response.created", "response": response()},
        {"type": "response.output_text.delta", "delta": "One"},
        {"type": "response.completed", "response": response(SAID)},
    ]
    name, items, notes = read(lines(*events))
    assert (name, told(items)) == ("responses", ["assistant: One file."])
    assert notes.ignored == {"response.output_text.delta": 1}


def parts(*items: dict[str, Any]) -> list[tuple[Part, ...]]:
    _, found, notes = read(lines(*items), "responses")
    assert notes.warnings == []
    return [item.parts for item in found if isinstance(item, Message)]


@pytest.mark.parametrize(
    ("item", "call"),
    [
        (
            {"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin"},
            ToolCall("c1", "apply_patch", "*** Begin"),
        ),
        (
            {"type": "local_shell_call", "action": {"type": "exec", "command": ["ls"]}},
            ToolCall("c1", "local_shell", {"type": "exec", "command": ["ls"]}),
        ),
        (
            {"type": "apply_patch_call", "operation": {"type": "delete_file", "path": "a"}},
            ToolCall("c1", "apply_patch", {"type": "delete_file", "path": "a"}),
        ),
        (
            {"type": "web_search_call", "action": {"type": "search", "query": "moon"}},
            ToolCall("c1", "web_search", {"type": "search", "query": "moon"}),
        ),
    ],
)
def test_calls_of_the_apis_own_tools(item: dict[str, Any], call: ToolCall) -> None:
    assert parts({**item, "call_id": "c1"}) == [(call,)]
    assert parts({**item, "id": "c1"}) == [(call,)]


def test_tools_that_the_api_runs_have_their_result_in_the_call() -> None:
    assert parts(
        {
            "type": "code_interpreter_call",
            "id": "c1",
            "code": "7*7",
            "outputs": [{"type": "logs", "logs": "49"}, {"type": "image", "url": "http://i"}],
        },
        {
            "type": "file_search_call",
            "id": "c2",
            "queries": ["moon"],
            "results": [{"file_id": "f", "text": "It is round."}],
        },
        {"type": "mcp_call", "id": "c3", "name": "get", "arguments": "{}", "output": "ok"},
        {"type": "mcp_call", "id": "c4", "name": "get", "arguments": "{}", "error": "gone"},
        {"type": "web_search_call", "id": "c5", "status": "failed"},
    ) == [
        (ToolCall("c1", "code_interpreter", {"code": "7*7"}),),
        (ToolResult("c1", "49"), Attachment("image", "http://i")),
        (ToolCall("c2", "file_search", {"queries": ["moon"]}),),
        (ToolResult("c2", "It is round."),),
        (ToolCall("c3", "get", {}),),
        (ToolResult("c3", "ok"),),
        (ToolCall("c4", "get", {}),),
        (ToolResult("c4", "gone", error=True),),
        (ToolCall("c5", "web_search", {}),),
    ]


def test_an_image_that_is_made_is_an_attachment() -> None:
    [call], [result, file] = parts(
        {"type": "image_generation_call", "id": "c1", "status": "completed", "result": "aGVsbG8="}
    )
    assert call == ToolCall("c1", "image_generation", {})
    assert result == ToolResult("c1", "")
    assert isinstance(file, Attachment) and (file.media_type, file.size) == ("image/png", 5)


def test_outputs_of_a_shell_say_their_exit_codes() -> None:
    def ran(*codes: int) -> dict[str, Any]:
        output = [
            {"stdout": f"{code}", "stderr": "", "outcome": {"type": "exit", "exit_code": code}}
            for code in codes
        ]
        return {"type": "shell_call_output", "call_id": "c1", "output": output}

    assert parts(ran(0), ran(0, 2, 3)) == [
        (ToolResult("c1", "0", exit_code=0),),
        (ToolResult("c1", "0\n2\n3", exit_code=2),),
    ]
    quiet = {"type": "shell_call_output", "call_id": "c1", "output": [{"stdout": "", "stderr": ""}]}
    assert parts(quiet) == [(ToolResult("c1", ""),)]


def test_outputs_with_images_and_files() -> None:
    url = "data:image/png;base64,aGVsbG8="
    [[result, image, file]] = parts(
        {
            "type": "function_call_output",
            "call_id": "c1",
            "output": [
                {"type": "input_text", "text": "two files"},
                {"type": "input_image", "image_url": url},
                {"type": "input_file", "filename": "a.pdf", "file_id": "f1"},
            ],
        }
    )
    assert result == ToolResult("c1", "two files")
    assert isinstance(image, Attachment) and (image.media_type, image.size) == ("image/png", 5)
    assert file == Attachment("file", "a.pdf")
    screen = {"type": "computer_screenshot", "image_url": "http://s"}
    assert parts({"type": "computer_call_output", "call_id": "c2", "output": screen}) == [
        (ToolResult("c2", ""), Attachment("image", "http://s"))
    ]


def test_a_patch_that_failed_is_an_error() -> None:
    item = {"type": "apply_patch_call_output", "call_id": "c1", "output": "no such line"}
    assert parts({**item, "status": "failed"}, {**item, "status": "completed"}) == [
        (ToolResult("c1", "no such line", error=True),),
        (ToolResult("c1", "no such line"),),
    ]


def test_a_call_that_is_approved_is_the_call_that_was_asked_for() -> None:
    asked = {"type": "mcp_approval_request", "id": "r1", "name": "drop", "arguments": "{}"}
    answer = {"type": "mcp_approval_response", "approval_request_id": "r1", "approve": True}
    made = {"type": "mcp_call", "id": "c1", "name": "drop", "arguments": "{}", "output": "gone"}
    _, items, notes = read(lines(asked, answer, {**made, "approval_request_id": "r1"}))
    assert items == [
        Message("assistant", (ToolCall("r1", "drop", {}),), "agent"),
        Message("tool", (ToolResult("r1", "gone"),), "harness"),
    ]
    assert notes.ignored == {"mcp_approval_response": 1}


def test_a_call_that_is_refused_is_rejected_in_the_persons_words() -> None:
    answer = {"type": "mcp_approval_response", "approval_request_id": "r1", "approve": False}
    _, items, _ = read(lines(answer, {**answer, "reason": "not in production"}), "responses")
    assert items == [
        Message("tool", (ToolResult("r1", "", rejected=True),), "harness"),
        Message("tool", (ToolResult("r1", "not in production", rejected=True),), "harness"),
        Message("user", (Text("not in production"),), "human", event="rejection"),
    ]


def test_items_without_words_are_counted() -> None:
    hidden = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    _, items, notes = read(lines(hidden, {"type": "compaction", "encrypted_content": "gBBB"}))
    assert items == []
    assert notes.ignored == {"reasoning without text": 1, "compaction": 1}


def test_odd_items_cost_themselves_only() -> None:
    data = json.dumps([*ITEMS[:2], {"type": "message", "role": "ghost"}, {"type": 7}, *ITEMS[2:]])
    _, items, notes = read(data)
    assert items == READ
    assert [warning.what for warning in notes.warnings] == [
        "unknown role: 'ghost'",
        "the message has no role",
    ]


def test_what_codex_puts_into_a_request_is_not_the_persons() -> None:
    put_in = [
        "# AGENTS.md instructions for /p\n\nAlways deploy",
        "<environment_context>\n<shell>zsh</shell>\n</environment_context>",
    ]
    content = [{"type": "input_text", "text": words} for words in (*put_in, "fix it")]
    _, items, _ = read(json.dumps({"input": [{"role": "user", "content": content}]}))
    found = [item for item in items if isinstance(item, Message)]
    assert [(m.origin, m.text) for m in found] == [
        ("harness", "\n".join(put_in)),
        ("human", "fix it"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"model": "e", "input": "embed me"},
        {"model": "e", "input": ["embed me"]},
        {"type": "message", "id": "m1", "message": {"role": "user", "content": []}},
        {"type": "message", "role": "user", "content": "hi"},
        {"object": "list", "output": []},
        {"input": [{"type": "x", "role": "r"}], "x": 1},
    ],
)
def test_what_is_no_item(value: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="no known transcript format"):
        read(json.dumps(value))


@pytest.mark.parametrize(
    "header",
    [
        {"id": "u", "timestamp": "2025-06-15T14:30:00Z", "instructions": None},
        {"record_type": "state"},
    ],
)
def test_early_sessions_of_codex_are_codexs(header: dict[str, Any]) -> None:
    assert read(lines(header, *ITEMS))[0] == "codex"


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ITEMS),
        lines(*ITEMS),
        json.dumps({"input": ITEMS, "response": response(SAID)}),
        lines(
            {"input": [ASKED], "response": response(CALLED)},
            {"input": [ASKED, CALLED, RESULT], "response": response(SAID)},
        ),
    ],
)
def test_of_a_torn_transcript_the_start_is_read_with_one_warning(data: str) -> None:
    _, whole, _ = read(data)
    for end in range(data.index("role"), len(data), 5):
        _, found, notes = read(data[:end], "responses")
        assert found == whole[: len(found)]
        assert len(notes.warnings) <= 1
