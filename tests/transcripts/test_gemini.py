"""Gemini contents in the forms that a file can have, calls without ids, and code run by the API."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Conversation, Notes
from tests.transcripts.corpus_files import CORPUS, needs_corpus

CONTENTS: list[dict[str, Any]] = [
    {"role": "user", "parts": [{"text": "weigh both bowls"}]},
    {
        "role": "model",
        "parts": [
            {"text": "Two weighings.", "thought": True},
            {"text": "Weighing."},
            {"functionCall": {"name": "weigh", "args": {"bowl": "a"}}},
            {"functionCall": {"name": "weigh", "args": {"bowl": "b"}}},
        ],
    },
    {
        "role": "user",
        "parts": [
            {"functionResponse": {"name": "weigh", "response": {"output": "310 g"}}},
            {"functionResponse": {"name": "weigh", "response": {"error": "scale is off"}}},
        ],
    },
    {"role": "model", "parts": [{"text": "One weighs 310 g."}]},
]
MESSAGES = [
    Message("user", (Text("weigh both bowls"),), "human"),
    Message(
        "assistant",
        (
            Thinking("Two weighings."),
            Text("Weighing."),
            ToolCall("weigh-1", "weigh", {"bowl": "a"}),
            ToolCall("weigh-2", "weigh", {"bowl": "b"}),
        ),
        "agent",
    ),
    Message(
        "tool",
        (ToolResult("weigh-1", "310 g"), ToolResult("weigh-2", "scale is off", error=True)),
        "harness",
    ),
    Message("assistant", (Text("One weighs 310 g."),), "agent"),
]


def read(value: Any) -> tuple[list[Message], Notes]:
    data = value if isinstance(value, str) else json.dumps(value)
    opened = open_stream(io.BytesIO(data.encode()), "test")
    assert opened.format.name == "gemini"
    return list(opened.messages), opened.notes


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(CONTENTS),
        json.dumps(CONTENTS, indent=2),
        json.dumps({"contents": CONTENTS, "tools": []}),
        json.dumps({"history": CONTENTS, "authType": "key"}, indent=2),
        json.dumps({"history": [{"type": "user", "text": "x"}], "clientHistory": CONTENTS}),
        "\n".join(json.dumps(content) for content in CONTENTS),
    ],
)
def test_the_forms_of_a_file(data: str) -> None:
    found, notes = read(data)
    assert found == MESSAGES
    assert (notes.warnings, notes.ignored) == ([], {})


def test_the_spelling_of_pythons_library() -> None:
    spelled = json.dumps(CONTENTS).replace("functionCall", "function_call")
    assert read(spelled.replace("functionResponse", "function_response"))[0] == MESSAGES


@pytest.mark.parametrize(
    "instruction", [{"parts": [{"text": "Be brief."}]}, {"text": "Be brief."}, "Be brief."]
)
@pytest.mark.parametrize("key", ["systemInstruction", "system_instruction"])
def test_a_system_instruction_comes_first(instruction: Any, key: str) -> None:
    expected = [Message("system", (Text("Be brief."),), "harness"), *MESSAGES]
    assert read({key: instruction, "contents": CONTENTS})[0] == expected
    assert read({"config": {key: instruction}, "contents": CONTENTS})[0] == expected


def test_requests_in_a_row_are_conversations_of_their_own() -> None:
    data = "\n".join(json.dumps({"contents": CONTENTS, "model": "gemini-x"}) for _ in range(2))
    opened = open_stream(io.BytesIO(data.encode()), "test")
    found = [(about, list(messages)) for about, messages in opened.conversations()]
    assert [about for about, _ in found] == [Conversation(), Conversation(name="conversation-2")]
    assert found[0][1] == found[1][1]  # the ids of calls start again
    assert [m.model for m in found[0][1]] == ["", "gemini-x", "", "gemini-x"]


def test_ids_are_kept_and_results_find_the_call_that_waits() -> None:
    def called(name: str, **more: str) -> dict[str, Any]:
        return {"functionCall": {"name": name, "args": {}, **more}}

    def answered(name: str, **more: str) -> dict[str, Any]:
        return {"functionResponse": {"name": name, "response": {"output": "x"}, **more}}

    found, _ = read(
        [
            {
                "role": "model",
                "parts": [called("f", id="1"), called("g"), called("f"), called("f")],
            },
            {"role": "user", "parts": [answered("f", id="1"), answered("f"), answered("g")]},
            {"role": "function", "parts": [answered("f"), answered("h")]},
        ]
    )
    assert [call.id for call in found[0].calls] == ["1", "g-1", "f-2", "f-3"]
    assert [result.call_id for m in found for result in m.results] == [
        "1", "f-2", "g-1", "f-3", "h",
    ]  # fmt: skip


def test_code_that_the_api_runs_is_a_call_with_its_result() -> None:
    parts = [
        {"text": "Counting."},
        {"executableCode": {"language": "PYTHON", "code": "print(7 * 6)"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "42"}},
        {"text": "42."},
        {"executable_code": {"language": "PYTHON", "code": "1 / 0"}},
        {"code_execution_result": {"outcome": "OUTCOME_FAILED", "output": "ZeroDivisionError"}},
    ]
    found, _ = read([{"role": "model", "parts": parts}])
    assert [message.role for message in found] == ["assistant", "tool", "assistant", "tool"]
    assert found[0].calls[0].args == {"language": "PYTHON", "code": "print(7 * 6)"}
    assert found[1].results == (ToolResult("code_execution-1", "42", error=False),)
    assert found[3].results == (ToolResult("code_execution-2", "ZeroDivisionError", error=True),)


def test_files_are_attachments() -> None:
    parts = [
        {"text": "see"},
        {"inlineData": {"mimeType": "image/png", "data": "-_8A"}},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "files/1"}},
        {"hologram": {}},
        {"text": "", "thoughtSignature": "x"},
    ]
    (found,), _ = read([{"role": "user", "parts": parts}])
    assert found.text == "see"
    attached = [part for part in found.parts if isinstance(part, Attachment)]
    assert [(one.media_type, one.name, one.size) for one in attached] == [
        ("image/png", "", 3),
        ("video/mp4", "files/1", 0),
        ("application/json", "", 15),
    ]


def test_an_image_that_a_tool_gave_back_is_not_the_persons() -> None:
    image = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    response = {"name": "look", "response": {"output": "seen"}, "parts": [image]}
    found, _ = read([{"role": "user", "parts": [{"functionResponse": response}, image]}])
    assert [(message.role, message.origin, len(message.parts)) for message in found] == [
        ("tool", "harness", 3)
    ]


def test_what_the_client_put_in_is_not_the_persons() -> None:
    found, _ = read(
        [
            {"role": "user", "parts": [{"text": "<session_context>\nx\n</session_context>"}]},
            {"role": "user", "parts": [{"text": "glaze it"}]},
        ]
    )
    assert [message.origin for message in found] == ["harness", "human"]


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    odd = [{"role": "oracle", "parts": []}, {"role": "user", "parts": 7}, {"role": "user"}]
    found, notes = read([*CONTENTS, *odd])
    assert found == MESSAGES
    assert {warning.what for warning in notes.warnings} == {
        "unknown role: 'oracle'",
        "the message's parts must be text or a list, not a number",
    }
    assert notes.ignored["empty"] == 1


def test_any_truncation_is_a_prefix_and_at_most_one_warning() -> None:
    for data in (
        json.dumps({"contents": CONTENTS}),
        "\n".join(json.dumps(content) for content in CONTENTS),
    ):
        whole = data.encode()
        lengths = set()
        for end in range(20, len(whole) + 1):
            opened = open_stream(io.BytesIO(whole[:end]), "test", "gemini")
            found = list(opened.messages)
            assert found == MESSAGES[: len(found)]
            assert len(opened.notes.warnings) <= 1
            lengths.add(len(found))
        assert lengths == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "value",
    [
        [{"role": "user", "parts": [{"type": "text", "text": "AI SDK"}]}],
        [{"role": "user", "origin": "human", "parts": [{"text": "acx"}]}],
        [{"role": "user", "content": "OpenAI"}],
    ],
)
def test_messages_of_others_are_not_contents(value: Any) -> None:
    with pytest.raises(AssertionError):
        read(value)


@needs_corpus
def test_a_session_of_an_older_gemini_cli() -> None:
    path = CORPUS / "gemini-cli" / "agent-sessions" / "schema_drift.json"
    value = json.loads(path.read_text())["history"]
    found = list(open_transcript(path, "gemini").messages)
    assert [(m.role, m.text) for m in found] == [
        ("user", value[0]["parts"][0]["text"]),
        ("assistant", value[1]["parts"][0]["text"]),
    ]
    assert all(message.ts.startswith("2023-09-18T01:20") for message in found)
