"""claude.ai's export: blocks in turn, attachments, what old and odd exports hold."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Notes
from acx.transcripts.formats.claude_ai import FORMAT
from acx.transcripts.source import sample

TIME = "2025-05-06T07:08:09.123456Z"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "citations": []}


def message(id: str, sender: str, *blocks: Any, **fields: Any) -> dict[str, Any]:
    told = {"uuid": id, "sender": sender, "content": list(blocks), "created_at": TIME}
    return {**told, "text": "joined", "attachments": [], "files": [], **fields}


def conversation(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"uuid": "c-1", "name": "Trip", "chat_messages": list(messages), **fields}


def read(value: Any) -> tuple[list[Message], list[Conversation], Notes]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    notes = Notes()
    items = list(FORMAT.read(io.BytesIO(data), notes))
    conversations = [item for item in items if isinstance(item, Conversation)]
    return [item for item in items if isinstance(item, Message)], conversations, notes


def test_an_export_is_told_by_its_messages() -> None:
    for value in ([conversation(message("a", "human"))], conversation(message("a", "human"))):
        assert FORMAT.matches(sample(io.BytesIO(json.dumps(value).encode())))
    for other in ({"chat_messages": []}, {"chat_messages": [{"role": "user"}]}, {"uuid": "u"}):
        assert not FORMAT.matches(sample(io.BytesIO(json.dumps([other]).encode())))


def test_each_conversation_has_its_id_and_messages_theirs() -> None:
    first = conversation(message("a", "human", text("hi")), message("b", "assistant", text("ho")))
    second = conversation(message("c", "human", text("bye")), uuid="c-2", name="", model="m-1")
    messages, conversations, notes = read([first, second])
    assert conversations == [Conversation("c-1", "Trip"), Conversation("c-2", "")]
    assert messages == [
        Message("user", (Text("hi"),), "human", id="a", ts=TIME),
        Message("assistant", (Text("ho"),), "agent", id="b", ts=TIME),
        Message("user", (Text("bye"),), "human", id="c", ts=TIME),
    ]
    assert notes.warnings == [] and not notes.ignored


def test_calls_and_results_within_an_answer_are_messages_in_turn() -> None:
    call = {"type": "tool_use", "id": "t-1", "name": "web_search", "input": {"query": "tea"}}
    told = {"type": "tool_result", "tool_use_id": "t-1", "content": [text("leaves")]}
    answer = message(
        "a",
        "assistant",
        {"type": "thinking", "thinking": "hm", "summaries": []},
        text("Looking."),
        call,
        {**told, "is_error": True},
        text("Tea."),
    )
    messages, _, _ = read([conversation(answer, model="m-1")])
    assert [(m.id, m.role, m.origin, m.model) for m in messages] == [
        ("a", "assistant", "agent", "m-1"),
        ("a#2", "tool", "harness", ""),
        ("a#3", "assistant", "agent", "m-1"),
    ]
    assert messages[0].parts == (
        Thinking("hm"),
        Text("Looking."),
        ToolCall("t-1", "web_search", {"query": "tea"}),
    )
    assert messages[1].parts == (ToolResult("t-1", "leaves", error=True),)


def test_calls_without_ids_are_paired_in_order() -> None:
    calls = [{"type": "tool_use", "name": name, "input": {}} for name in ("one", "two")]
    results = [{"type": "tool_result", "name": name, "content": name} for name in ("one", "two")]
    messages, _, _ = read([conversation(message("a", "assistant", *calls, *results))])
    names = {call.id: call.name for call in messages[0].calls}
    assert len(names) == 2
    assert [names[result.call_id] for result in messages[1].results] == ["one", "two"]


def test_a_longer_answer_of_a_later_export_keeps_its_ids() -> None:
    call = {"type": "tool_use", "name": "one", "input": {}}
    short = message("a", "assistant", text("x"), call)
    long = message("a", "assistant", text("x"), call, {"type": "tool_result", "content": "y"})
    before, _, _ = read([conversation(short)])
    after, _, _ = read([conversation(long)])
    assert after[:1] == before


def test_a_paste_is_handed_over_and_not_said() -> None:
    paste = {
        "file_name": "paste.txt",
        "file_type": "txt",
        "file_size": 9,
        "extracted_content": "a log",
    }
    files = [{"file_name": "a.png", "file_kind": "image"}, {"file_uuid": "u-1"}]
    asked = message("a", "human", text("why?"), attachments=[paste], files=files)
    messages, _, _ = read([conversation(asked)])
    assert messages == [
        Message(
            "user",
            (
                Text("why?"),
                Attachment("txt", "paste.txt", 9),
                Attachment("image", "a.png"),
                Attachment("unknown", "u-1"),
            ),
            "human",
            id="a",
            ts=TIME,
        ),
        Message("user", (Text("a log"),), "harness", id="a#attachments", ts=TIME),
    ]


def test_old_exports_have_only_a_text() -> None:
    messages, _, _ = read([conversation(message("a", "human", text="hello"))])
    assert [m.text for m in messages] == ["hello"]


def test_what_says_nothing_is_counted() -> None:
    budget = {"type": "token_budget", "remaining": 5}
    messages, _, notes = read(
        [
            conversation(
                message("a", "human", text=""),
                message("b", "assistant", budget, text=""),
                message("c", "assistant", {"type": "voice_note", "text": "spoken"}),
            )
        ]
    )
    assert [m.text for m in messages] == ["spoken"]
    assert notes.ignored == {"human/empty": 1, "assistant/empty": 1, "token_budget": 1}
    assert notes.warnings == []


@pytest.mark.parametrize(
    "odd",
    [3, None, {"sender": "bot"}, {"sender": ["human"]}, message("a", "human", content=7)],
)
def test_odd_messages_are_reported_and_the_rest_is_read(odd: Any) -> None:
    fine = message("b", "human", text("fine"), attachments=[None, 3], files={"x": 1})
    messages, _, notes = read([conversation(odd, fine), {"chat_messages": "x"}])
    assert [m.text for m in messages] == ["fine"]
    assert len(notes.warnings) == 2


def test_a_torn_export_is_its_start_and_one_warning() -> None:
    value = [
        conversation(
            message(f"{n}a", "human", text("hi")), message(f"{n}b", "assistant", text("ho"))
        )
        for n in range(2)
    ]
    data = json.dumps(value, indent=1).encode()
    whole, _, _ = read(data)
    sizes = set()
    for at in range(1, len(data)):
        part, _, notes = read(data[:at])
        assert part == whole[: len(part)]
        assert len(notes.warnings) <= 1
        sizes.add(len(part))
    assert sizes == {0, 1, 2, 3, 4}
