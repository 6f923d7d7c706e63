"""ChatGPT's export: the branch that was kept, calls with their results, whose words they are."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest

from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Notes
from acx.transcripts.formats.chatgpt import FORMAT
from acx.transcripts.source import sample
from tests.transcripts.corpus_files import CORPUS, needs_corpus


def message(id: str, role: str, content: Any, **fields: Any) -> dict[str, Any]:
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    told = {"author": {"role": role, "name": fields.pop("name", None)}, "content": content}
    return {"id": id, "recipient": "all", "metadata": {}, "create_time": 1.5e9, **told, **fields}


def conversation(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A conversation of messages in a row, with a root."""
    mapping: dict[str, Any] = {"root": {"message": None, "parent": None, "children": []}}
    above = "root"
    for one in messages:
        mapping[one["id"]] = {"message": one, "parent": above, "children": []}
        above = one["id"]
    about = {"title": "Trip", "conversation_id": "c-1", "current_node": above}
    return {**about, "mapping": mapping, **fields}


def read(value: Any) -> tuple[list[Message], list[Conversation], Notes]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    notes = Notes()
    items = list(FORMAT.read(io.BytesIO(data), notes))
    conversations = [item for item in items if isinstance(item, Conversation)]
    return [item for item in items if isinstance(item, Message)], conversations, notes


def parts(role: str, content: Any, **fields: Any) -> list[Any]:
    messages, _, _ = read(conversation(message("m", role, content, **fields)))
    return [part for one in messages for part in one.parts]


def test_an_export_is_told_by_its_mapping() -> None:
    for value in ([conversation(message("a", "user", "hi"))], conversation()):
        data = json.dumps(value).encode()
        assert (
            FORMAT.matches(sample(io.BytesIO(data))) == "a conversation with a mapping of messages"
        )
    for other in ({"mapping": {}}, {"mapping": {"a": {"x": 1}}}, {"mapping": []}, {"id": 1}):
        assert not FORMAT.matches(sample(io.BytesIO(json.dumps([other]).encode())))


def test_each_conversation_has_its_id_and_messages_theirs() -> None:
    first = conversation(message("a", "user", "hi"), message("b", "assistant", "ho"))
    first["mapping"]["b"]["message"]["metadata"] = {"model_slug": "m-1"}
    second = conversation(message("c", "user", "bye"), conversation_id=None, id="c-2", title=None)
    messages, conversations, notes = read([first, second])
    assert conversations == [Conversation("c-1", "Trip"), Conversation("c-2", "")]
    assert messages == [
        Message("user", (Text("hi"),), "human", id="a", ts="2017-07-14T02:40:00Z"),
        Message(
            "assistant", (Text("ho"),), "agent", id="b", ts="2017-07-14T02:40:00Z", model="m-1"
        ),
        Message("user", (Text("bye"),), "human", id="c", ts="2017-07-14T02:40:00Z"),
    ]
    assert notes.session_id == "" and not notes.ignored


def test_a_single_conversation_reads_like_an_export_of_one() -> None:
    value = conversation(message("a", "user", "hi"))
    assert read(value)[:2] == read([value])[:2]


def test_only_the_branch_that_was_kept_is_told() -> None:
    value = conversation(message("a", "user", "one"), message("b", "assistant", "1"))
    value["mapping"]["c"] = {"message": message("c", "user", "two"), "parent": "root"}
    messages, _, notes = read([value])
    assert [m.id for m in messages] == ["a", "b"]
    value["current_node"] = "c"
    messages, _, notes = read([value])
    assert [m.id for m in messages] == ["c"]
    assert notes.ignored == {"on another branch": 2}


@pytest.mark.parametrize("node", [None, "gone", 7, ["a"]])
def test_without_a_current_node_the_last_one_ends_the_branch(node: Any) -> None:
    value = conversation(message("a", "user", "one"), message("b", "user", "two"))
    messages, _, _ = read([{**value, "current_node": node}])
    assert [m.id for m in messages] == ["a", "b"]


def test_a_circle_of_parents_ends() -> None:
    value = conversation(message("a", "user", "one"), message("b", "user", "two"))
    value["mapping"]["a"]["parent"] = "b"
    assert [m.id for m in read([value])[0]] == ["a", "b"]


CODE = {"content_type": "code", "language": "unknown", "text": "print(6 * 7)"}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("success", False),
        ("cancelled", True),
        ("failed_with_in_kernel_exception", True),
        (None, None),
    ],
)
def test_code_for_a_tool_is_a_call_and_its_output_the_result(status: Any, error: Any) -> None:
    ran = {"aggregate_result": {"status": status}} if status else {}
    output = {"content_type": "execution_output", "text": "42"}
    messages, _, _ = read(
        conversation(
            message("a", "assistant", CODE, recipient="python"),
            message("b", "tool", output, name="python", metadata=ran),
        )
    )
    assert messages[0].parts == (ToolCall("a", "python", "print(6 * 7)"),)
    assert messages[1].parts == (ToolResult("a", "42", error=error),)
    assert (messages[1].role, messages[1].origin) == ("tool", "harness")


def test_arguments_that_are_json_are_decoded() -> None:
    assert parts("assistant", '{"q": 1}', recipient="web.run") == [
        ToolCall("m", "web.run", {"q": 1})
    ]


def test_all_that_a_tool_answers_belongs_to_the_call_before() -> None:
    page = {"content_type": "tether_browsing_display", "result": "page", "summary": "short"}
    quote = {"content_type": "tether_quote", "text": "quoted", "url": "https://example.com"}
    failed = {"content_type": "system_error", "name": "x", "text": "no net"}
    messages, _, _ = read(
        conversation(
            message("a", "assistant", CODE, recipient="browser"),
            message("b", "tool", page),
            message("c", "tool", quote),
            message("d", "tool", failed),
            message("e", "user", "thanks"),
            message("f", "tool", "loaded"),
        )
    )
    results = [m.results[0] for m in messages if m.results]
    assert [(r.call_id, r.text, r.error) for r in results] == [
        ("a", "page\nshort", None),
        ("a", "quoted", None),
        ("a", "no net", True),
        ("", "loaded", None),
    ]


def test_code_for_the_person_is_an_answer() -> None:
    assert parts("assistant", CODE) == [Text("print(6 * 7)")]


def test_images_that_code_made_are_references() -> None:
    urls = ["file-service://f-1", "data:image/png;base64,AAAA"]
    made = [{"message_type": "image", "image_url": url} for url in urls]
    found = parts(
        "tool", "x", metadata={"aggregate_result": {"status": "success", "messages": made}}
    )
    [_, first, second] = found
    assert first == Attachment("image", "file-service://f-1")
    assert (second.size, second.name) == (3, "")


def test_thoughts_are_thinking_and_recaps_are_counted() -> None:
    thoughts = [{"summary": "Weighing", "content": "Both ways."}, {"summary": "", "content": ""}]
    messages, _, notes = read(
        conversation(
            message("a", "assistant", {"content_type": "thoughts", "thoughts": thoughts}),
            message("b", "assistant", {"content_type": "thoughts", "thoughts": []}),
            message("c", "assistant", {"content_type": "reasoning_recap", "content": "5s"}),
        )
    )
    assert [m.parts for m in messages] == [(Thinking("Weighing\nBoth ways."),)]
    assert notes.ignored == {"assistant/thoughts": 1, "assistant/reasoning_recap": 1}


def test_what_the_person_did_not_type_here_is_the_harnesses() -> None:
    context = {
        "content_type": "user_editable_context",
        "user_profile": "A baker.",
        "user_instructions": "Be brief.",
    }
    hidden = {"is_visually_hidden_from_conversation": True}
    messages, _, notes = read(
        conversation(
            message("a", "system", ""),
            message("b", "user", context),
            message("c", "user", "injected", metadata=hidden),
            message("d", "system", "Rules.", metadata=hidden),
            message("e", "user", "typed"),
        )
    )
    assert [(m.role, m.origin, m.text) for m in messages] == [
        ("user", "harness", "A baker.\nBe brief."),
        ("user", "harness", "injected"),
        ("system", "harness", "Rules."),
        ("user", "human", "typed"),
    ]
    assert notes.ignored == {"system/text": 1}


def test_images_sounds_and_uploads_of_a_message() -> None:
    content = {
        "content_type": "multimodal_text",
        "parts": [
            {
                "content_type": "image_asset_pointer",
                "asset_pointer": "sediment://f-1",
                "size_bytes": 9,
            },
            {"content_type": "audio_transcription", "text": "spoken"},
            {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://f-2"},
            "typed",
            {"content_type": "hologram"},
        ],
    }
    uploads = [
        {"id": "f-1", "name": "seen.png", "mime_type": "image/png", "size": 9},
        {"id": "f-3", "name": "plan.pdf", "mimeType": "application/pdf", "size": 70},
    ]
    found = parts("user", content, metadata={"attachments": uploads})
    assert found[:3] == [
        Text("spoken\ntyped"),
        Attachment("image", "sediment://f-1", 9),
        Attachment("audio", "sediment://f-2"),
    ]
    assert found[3].media_type == "application/json"
    assert found[4:] == [Attachment("application/pdf", "plan.pdf", 70)]


def test_unknown_contents_are_counted() -> None:
    messages, _, notes = read(conversation(message("a", "assistant", {"content_type": "dance"})))
    assert messages == []
    assert notes.ignored == {"assistant/dance": 1}


@pytest.mark.parametrize(
    "odd",
    [
        {"author": None},
        {"author": {"role": "critic"}},
        {"content": []},
        {"content": {"content_type": ["x"], "parts": [None, [[]]]}, "metadata": 3},
    ],
)
def test_odd_messages_are_reported_and_the_rest_is_read(odd: dict[str, Any]) -> None:
    value = conversation({**message("a", "user", "x"), **odd}, message("b", "user", "fine"))
    messages, _, notes = read([value, {"mapping": 3}, 5])
    assert messages[-1].text == "fine"
    assert {"JSON, but not an object"} < {warning.what for warning in notes.warnings}


def test_a_torn_export_is_whole_conversations_and_one_warning() -> None:
    value = [
        conversation(message(f"{n}a", "user", "hi"), message(f"{n}b", "assistant", "ho"))
        for n in range(3)
    ]
    data = json.dumps(value).encode()
    whole, _, _ = read(data)
    for at in range(1, len(data)):
        part, _, notes = read(data[:at])
        assert part == whole[: len(part)] and len(part) % 2 == 0
        assert [warning.what for warning in notes.warnings] == ["the end is cut off"]


@needs_corpus
def test_a_real_export_is_whole() -> None:
    path = CORPUS / "chatgpt-export" / "conversations.json"
    value = json.loads(path.read_text())
    messages, conversations, notes = read(path.read_bytes())
    given = [
        node["message"] for one in value for node in one["mapping"].values() if node["message"]
    ]
    assert [about.id for about in conversations] == [one["id"] for one in value]
    roles = Counter(one["author"]["role"] for one in given)
    assert Counter(m.role for m in messages) + Counter(system=notes.ignored["system/text"]) == roles
    code = [one for one in given if one["content"]["content_type"] == "code"]
    calls = [call for m in messages for call in m.calls]
    assert Counter(str(call.args) for call in calls) == Counter(c["content"]["text"] for c in code)
    results = [result for m in messages for result in m.results]
    assert [result.call_id for result in results] == [call.id for call in calls]
    states = [
        one["metadata"]["aggregate_result"]["status"]
        for one in given
        if "aggregate_result" in one["metadata"]
    ]
    assert Counter(result.error for result in results) == Counter(s != "success" for s in states)
    typed = ["".join(one["content"]["parts"]) for one in given if one["author"]["role"] == "user"]
    assert Counter(m.text for m in messages if m.origin == "human") == Counter(typed)
    assert notes.warnings == []
