"""UI messages of the AI SDK: lists, JSON Lines and requests of `useChat`."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest

from acx.errors import BadInput
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Conversation, Item, Notes
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

CORPUS = ROOT / "vercel-ui-message"

CHAT = "q1w2e3r4t5y6u7i8"
TOOL = {"type": "tool-list", "toolCallId": "c1", "input": {"dir": "."}}


def text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "state": "done"}


def user(*parts: Any, id: str = "u1") -> dict[str, Any]:
    return {"id": id, "role": "user", "parts": list(parts)}


def assistant(*parts: Any, id: str = "a1") -> dict[str, Any]:
    return {"id": id, "role": "assistant", "parts": list(parts)}


TALK = [
    {"id": "s1", "role": "system", "parts": [text("Be brief.")]},
    user(text("list the files")),
    assistant(
        {"type": "step-start"},
        {"type": "reasoning", "text": "hm"},
        text("Looking."),
        {**TOOL, "state": "output-available", "output": "a.txt"},
        {"type": "step-start"},
        text("One file."),
    ),
]
READ = [
    Message("system", (Text("Be brief."),), "harness", id="s1"),
    Message("user", (Text("list the files"),), "human", id="u1"),
    Message(
        "assistant",
        (Thinking("hm"), Text("Looking."), ToolCall("c1", "list", {"dir": "."})),
        "agent",
        id="a1",
    ),
    Message("tool", (ToolResult("c1", "a.txt", error=False),), "harness", id="a1#c1"),
    Message("assistant", (Text("One file."),), "agent", id="a1#5"),
]


def read(data: Any) -> tuple[str, list[Item], Notes]:
    raw = data if isinstance(data, str) else json.dumps(data)
    opened = open_stream(io.BytesIO(raw.encode()), "test")
    return opened.format.name, list(opened.items), opened.notes


def lines(*records: Any) -> str:
    return "\n".join(map(json.dumps, records))


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(TALK),
        json.dumps(TALK, indent=2),
        lines(*TALK),
        json.dumps({"messages": TALK}),
        json.dumps({"request": {"body": {"messages": TALK}}}),
    ],
)
def test_a_talk_in_all_its_forms(data: str) -> None:
    name, items, notes = read(data)
    assert (name, notes.warnings, items) == ("ai-sdk", [], READ)
    assert notes.ignored == {"step-start": 2}


def test_a_request_has_the_id_of_its_chat() -> None:
    _, items, notes = read({"id": CHAT, "trigger": "submit-message", "messages": TALK})
    assert (notes.session_id, items) == (CHAT, [Conversation(CHAT), *READ])


def test_an_id_that_an_app_made_is_but_a_name() -> None:
    _, items, notes = read({"id": "chat-1", "messages": TALK})
    assert (notes.session_id, items[0]) == ("", Conversation(name="chat-1"))


def test_what_a_request_repeats_is_told_once() -> None:
    asked = user(text("thanks"), id="u2")
    requests = [{"id": CHAT, "messages": given} for given in (TALK[:2], TALK, [*TALK, asked])]
    other = {"id": CHAT[::-1], "messages": [asked]}
    thanks = Message("user", (Text("thanks"),), "human", id="u2")
    _, items, _ = read(lines(*requests, other))
    assert items == [Conversation(CHAT), *READ, thanks, Conversation(CHAT[::-1]), thanks]


def test_calls_of_a_step_are_one_message_and_their_results_follow() -> None:
    done = {"state": "output-available", "output": {"n": 1}}
    tools = [{**TOOL, "toolCallId": id, **done} for id in ("c1", "c2")]
    _, items, _ = read([user(text("go")), assistant(*tools, text("ok"))])
    found = [item for item in items if isinstance(item, Message)]
    assert [(m.id, len(m.parts)) for m in found] == [
        ("u1", 1),
        ("a1", 2),
        ("a1#c1", 1),
        ("a1#c2", 1),
        ("a1#2", 1),
    ]
    assert found[2].results == (ToolResult("c1", '{"n":1}', error=False),)


def called(**part: Any) -> list[Message]:
    """What is read of a message with one part, a tool's."""
    _, items, notes = read([user(text("go")), assistant({**TOOL, **part})])
    assert notes.warnings == []
    return [item for item in items if isinstance(item, Message)][1:]


@pytest.mark.parametrize(
    "part",
    [
        {"state": "input-available"},
        {"state": "approval-requested", "approval": {"id": "p1"}},
        {"state": "approval-responded", "approval": {"id": "p1", "approved": True}},
        {"state": "output-available", "output": "half", "preliminary": True},
    ],
)
def test_a_call_that_has_no_result_yet(part: dict[str, Any]) -> None:
    [message] = called(**part)
    assert message.parts == (ToolCall("c1", "list", {"dir": "."}),)


def test_a_call_that_failed() -> None:
    _, result = called(state="output-error", errorText="no such folder")
    assert result.results == (ToolResult("c1", "no such folder", error=True),)


def test_arguments_that_were_no_input_are_kept_raw() -> None:
    message, _ = called(state="output-error", input=None, rawInput='{"dir', errorText="bad")
    assert message.calls == (ToolCall("c1", "list", '{"dir'),)


@pytest.mark.parametrize("state", ["approval-responded", "output-denied"])
def test_a_call_that_was_denied_is_rejected_in_the_persons_words(state: str) -> None:
    approval = {"id": "p1", "approved": False, "reason": "not that folder"}
    _, result, reason = called(state=state, approval=approval)
    assert result.results == (ToolResult("c1", "not that folder", rejected=True),)
    assert reason == Message(
        "user", (Text("not that folder"),), "human", id="a1#c1-reason", event="rejection"
    )
    _, result = called(state=state, approval={"id": "p1", "approved": False})
    assert result.results == (ToolResult("c1", "", rejected=True),)


def test_what_a_person_says_to_an_approval_is_theirs() -> None:
    approval = {"id": "p1", "approved": True, "reason": "only this once"}
    found = called(state="output-available", output="a.txt", approval=approval)
    assert [(m.role, m.origin, m.event, m.text) for m in found[1:]] == [
        ("user", "human", "", "only this once"),
        ("tool", "harness", "", ""),
    ]


@pytest.mark.parametrize(
    ("output", "result"),
    [
        ({"stdout": "a", "stderr": "b", "exitCode": 2}, ToolResult("c1", "a\nb", False, 2)),
        (
            {"content": [{"type": "text", "text": "a"}], "isError": True},
            ToolResult("c1", "a", True),
        ),
        (None, ToolResult("c1", "", False)),
        ([1, 2], ToolResult("c1", "1\n2", False)),
    ],
)
def test_outputs_of_tools(output: Any, result: ToolResult) -> None:
    assert called(state="output-available", output=output)[1].results == (result,)


def test_a_tool_that_is_known_by_its_name_only() -> None:
    message, _ = called(type="dynamic-tool", toolName="peek", state="output-available", output="a")
    assert message.calls == (ToolCall("c1", "peek", {"dir": "."}),)


def test_files_are_attachments() -> None:
    url = "data:image/png;base64,aGVsbG8="
    _, items, _ = read(
        [
            user(
                text("see"),
                {"type": "file", "mediaType": "image/png", "filename": "a.png", "url": url},
                {"type": "file", "mediaType": "video/mp4", "url": "http://v"},
                {"type": "data-weather", "id": "w", "data": {"rain": True}},
            )
        ]
    )
    [message] = items
    assert isinstance(message, Message)
    _, image, video, data = message.parts
    assert isinstance(image, Attachment)
    assert (image.media_type, image.name, image.size) == ("image/png", "a.png", 5)
    assert video == Attachment("video/mp4", "http://v")
    assert isinstance(data, Attachment)
    assert (data.media_type, data.name) == ("application/json", "data-weather")


def test_sources_and_empty_messages_are_counted() -> None:
    source = {"type": "source-url", "sourceId": "1", "url": "http://m"}
    _, items, notes = read([user(text("hi")), assistant({"type": "step-start"}, source)])
    assert len(items) == 1
    assert notes.ignored == {"step-start": 1, "source-url": 1, "empty message": 1}


def test_time_and_model_are_taken_from_where_apps_put_them() -> None:
    told = {"createdAt": 1750000000000, "model": "m"}
    _, items, _ = read([user(text("hi")), {**assistant(text("ho")), "metadata": told}])
    assert items[1] == Message(
        "assistant", (Text("ho"),), "agent", id="a1", ts="2025-06-15T15:06:40Z", model="m"
    )


def test_messages_of_version_4() -> None:
    invocation = {"toolCallId": "c1", "toolName": "list", "args": {"dir": "."}}
    done = {**invocation, "state": "result", "result": "a.txt"}
    attached = {"name": "a.png", "contentType": "image/png", "url": "http://i"}
    asked = {**user(text("list")), "content": "list", "experimental_attachments": [attached]}
    said = assistant(
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "tool-invocation", "toolInvocation": done},
        {"type": "file", "mimeType": "image/png", "data": "aGVsbG8="},
        {"type": "source", "source": {"url": "http://m"}},
    )
    name, items, notes = read([{**asked, "createdAt": "2025-06-15T14:30:00Z"}, said])
    assert (name, notes.warnings, notes.ignored) == ("ai-sdk", [], {"source": 1})
    found = [item for item in items if isinstance(item, Message)]
    assert found[0].parts == (Text("list"), Attachment("image/png", "a.png"))
    assert found[0].ts == "2025-06-15T14:30:00Z"
    assert found[1].parts == (Thinking("hm"), ToolCall("c1", "list", {"dir": "."}))
    assert found[2].results == (ToolResult("c1", "a.txt", error=False),)
    assert [(p.media_type, p.size) for p in found[3].parts if isinstance(p, Attachment)] == [
        ("image/png", 5)
    ]


def test_odd_parts_and_messages_cost_themselves_only() -> None:
    odd = [{"id": "x", "role": "ghost", "parts": []}, {"id": "y", "role": "user", "parts": "hi"}]
    _, items, notes = read([*TALK[:2], *odd, assistant("plain", text("ok"), id="a2"), *TALK[2:]])
    found = [item for item in items if isinstance(item, Message)]
    assert [m.id for m in found] == ["s1", "u1", "a2", "a1", "a1#c1", "a1#5"]
    assert [warning.what for warning in notes.warnings] == [
        "unknown role: 'ghost'",
        "the message's parts must be a list, not text",
        "a part must be an object, not text",
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"role": "user", "parts": []},
        {"role": "model", "parts": [{"text": "hi"}]},
        {"role": "user", "parts": [{"type": "tool_use"}]},
        {"id": "m1", "sessionID": "s1", "role": "user", "parts": [7]},
    ],
)
def test_what_is_no_ui_message(value: dict[str, Any]) -> None:
    try:
        name = read(value)[0]
    except BadInput:
        name = ""
    assert name != "ai-sdk"


def test_a_message_that_goes_on_reads_as_an_extension() -> None:
    parts = TALK[2]["parts"]
    waiting = {**TOOL, "state": "input-available"}
    before = [*TALK[:2], assistant(*parts[:3], waiting)]
    earlier = [item for item in read(before)[1] if isinstance(item, Message)]
    assert earlier == READ[: len(earlier)]
    assert len(earlier) == 3


@pytest.mark.parametrize(
    "shape",
    [
        json.dumps,
        lambda talk: lines(*talk),
        lambda talk: json.dumps({"id": CHAT, "messages": talk}),
    ],
)
def test_what_is_still_being_streamed_waits_for_the_next_time(shape: Any) -> None:
    said = {"type": "text", "text": "Loo", "state": "streaming"}
    calls = [
        {**TOOL, "state": "input-streaming", "input": {}},
        {"type": "tool-invocation", "toolInvocation": {"state": "partial-call"}},
    ]
    for streamed in (said, *calls):
        answer = assistant({"type": "reasoning", "text": "hm"}, streamed)
        _, items, notes = read(shape([*TALK[:2], answer]))
        found = [item for item in items if isinstance(item, Message)]
        assert [m.parts for m in found[2:]] == [(Thinking("hm"),)]
        assert notes.ignored == {"still being streamed": 1}
        # once somebody spoke after it, it stays as it is
        _, items, notes = read(shape([*TALK[:2], answer, user(text("go on"), id="u2")]))
        found = [item for item in items if isinstance(item, Message)]
        assert [len(m.parts) for m in found[2:]] == [2, 1] and not notes.ignored


def test_what_is_sent_has_ended_however_it_is_marked() -> None:
    marked = assistant(
        {**text("Looking."), "state": "streaming"}, {**text("Done."), "state": "streaming"}
    )
    _, items, _ = read({"id": CHAT, "trigger": "regenerate-message", "messages": [marked]})
    assert items[1:] == [Message("assistant", (Text("Looking."), Text("Done.")), "agent", id="a1")]
    _, items, _ = read([marked])
    assert items == [Message("assistant", (Text("Looking."),), "agent", id="a1")]


@pytest.mark.parametrize(
    "data", [json.dumps(TALK), lines(*TALK), json.dumps({"id": CHAT, "messages": TALK})]
)
def test_of_a_torn_transcript_the_start_is_read_with_one_warning(data: str) -> None:
    _, whole, _ = read(data)
    for end in range(data.index("role"), len(data), 3):
        opened = open_stream(io.BytesIO(data[:end].encode()), "test", "ai-sdk")
        found = list(opened.items)
        assert found == whole[: len(found)]
        assert len(opened.notes.warnings) <= 1


@needs_corpus
def test_a_captured_request_is_read_whole() -> None:
    path = CORPUS / "submit_message_real.json"
    body = json.loads(path.read_text())
    opened = open_transcript(path)
    messages = list(opened.messages)
    assert (opened.format.name, opened.notes.warnings) == ("ai-sdk", [])
    assert opened.notes.session_id == body["id"]
    parts = [part for message in body["messages"] for part in message["parts"]]
    kinds = Counter(part["type"] for part in parts)
    states = Counter(part["state"] for part in parts if "toolCallId" in part)
    assert sum(len(m.calls) for m in messages) == states.total() > 0
    assert (
        sum(len(m.results) for m in messages) == states["output-available"] + states["output-error"]
    )
    assert sum(isinstance(p, Attachment) for m in messages for p in m.parts) == kinds["file"]
    assert sum(isinstance(p, Thinking) for m in messages for p in m.parts) == kinds["reasoning"]
    texts = [part["text"] for part in parts if part["type"] == "text"]
    assert "\n".join(m.text for m in messages if m.text) == "\n".join(texts)
    ids = [m.id for m in messages]
    assert len(set(ids)) == len(ids)


@needs_corpus
def test_test_cases_of_the_corpus_lose_nothing_but_what_is_sent_again() -> None:
    path = CORPUS / "submit_messages_test_cases.json"
    bodies = json.loads(path.read_text())
    opened = open_transcript(path)
    messages = list(opened.messages)
    assert (opened.format.name, opened.notes.warnings) == ("ai-sdk", [])
    before: tuple[str, list[Any]] = ("", [])
    parts: list[dict[str, Any]] = []
    for body in bodies:  # in these, what is sent again is always all that was sent before
        asked = (body["id"], body["messages"])
        if asked != before:
            parts += [part for message in body["messages"] for part in message["parts"]]
        before = asked
    texts = Counter(part["text"] for part in parts if part["type"] == "text")
    spoken = [
        p.text for m in messages if m.event != "rejection" for p in m.parts if isinstance(p, Text)
    ]
    assert Counter(spoken) == texts
    tools = [part for part in parts if part["type"] == "dynamic-tool" or "tool-" in part["type"]]
    assert sum(len(m.calls) for m in messages) == len(tools)
    answers = [part.get("approval", {}) for part in tools]
    denied = [answer for answer in answers if answer.get("approved") is False]
    assert sum(r.rejected for m in messages for r in m.results) == len(denied) > 0
    reasons = [answer["reason"] for answer in denied if "reason" in answer]
    assert [m.text for m in messages if m.event == "rejection"] == reasons
