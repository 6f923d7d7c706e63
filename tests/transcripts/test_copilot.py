"""GitHub Copilot CLI's sessions: events, of which some tell the same twice."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Notes
from tests.transcripts.corpus_files import CORPUS, needs_corpus

SESSIONS = sorted((CORPUS / "other-agents" / "copilot").rglob("*.jsonl"))


def events(*given: tuple[str, dict[str, Any]], **envelope: Any) -> bytes:
    start = ("session.start", {"sessionId": "s-1", "context": {"cwd": "/project"}})
    lines = [
        {
            "type": kind,
            "data": data,
            "id": f"e{nth}",
            "timestamp": "2026-03-04T05:06:07Z",
            **envelope,
        }
        for nth, (kind, data) in enumerate([start, *given])
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def read(*given: tuple[str, dict[str, Any]], **envelope: Any) -> tuple[list[Message], Notes]:
    opened = open_stream(io.BytesIO(events(*given, **envelope)), "test")
    assert opened.format.name == "copilot"
    return list(opened.messages), opened.notes


def request(id: str, command: str = "ls") -> dict[str, Any]:
    return {"toolCallId": id, "name": "bash", "arguments": {"command": command}}


def done(id: str, text: Any = "ok", **fields: Any) -> tuple[str, dict[str, Any]]:
    data = {"toolCallId": id, "success": True, "result": {"content": text}, **fields}
    return "tool.execution_complete", data


def test_a_call_and_its_result() -> None:
    messages, notes = read(
        ("session.model_change", {"newModel": "m-1"}),
        ("user.message", {"content": "list", "transformedContent": "<now/>list"}),
        (
            "assistant.message",
            {"content": "I look.", "reasoningText": "Hm", "toolRequests": [request("c1")]},
        ),
        ("tool.execution_start", {**request("c1"), "toolName": "bash"}),
        done("c1", "a\nb\n<exited with exit code 2>"),
    )
    ts = "2026-03-04T05:06:07Z"
    assert messages == [
        Message("user", (Text("list"),), "human", id="e2", ts=ts),
        Message(
            "assistant",
            (Thinking("Hm"), Text("I look."), ToolCall("c1", "bash", {"command": "ls"})),
            "agent",
            id="e3",
            ts=ts,
            model="m-1",
        ),
        Message(
            "tool",
            (ToolResult("c1", "a\nb", error=False, exit_code=2),),
            "harness",
            id="e5",
            ts=ts,
        ),
    ]
    assert (notes.session_id, notes.cwd) == ("s-1", "/project")
    assert notes.ignored == {
        "session.start": 1,
        "session.model_change": 1,
        "tool.execution_start": 1,
    }


def test_a_call_that_starts_before_it_is_asked_for_is_told_once() -> None:
    start = ("tool.execution_start", {"toolCallId": "c1", "toolName": "bash", "arguments": {}})
    asked = ("assistant.message", {"content": "", "toolRequests": [request("c1")]})
    messages, notes = read(start, asked, done("c1"))
    assert [[c.id for c in m.calls] for m in messages] == [["c1"], []]
    assert notes.ignored["assistant.message"] == 1


def test_thinking_that_is_told_beside_the_message_is_told_once() -> None:
    thought = ("assistant.reasoning", {"content": "Hm"})
    message = ("assistant.message", {"content": "Done.", "reasoningText": "Hm"})
    assert [m.parts for m in read(thought, message)[0]] == [(Thinking("Hm"),), (Text("Done."),)]
    assert [m.parts for m in read(message, thought)[0]] == [(Thinking("Hm"), Text("Done."))]


@pytest.mark.parametrize(
    ("fields", "origin", "event"),
    [
        ({}, "human", ""),
        ({"source": "user"}, "human", ""),
        ({"delivery": "idle"}, "human", ""),
        ({"delivery": "steering"}, "human", "queued"),
        ({"delivery": "queued"}, "human", "queued"),
        ({"source": "skill-pdf"}, "harness", ""),
        ({"source": "skill-pdf", "delivery": "queued"}, "harness", ""),
        ({"isAutopilotContinuation": True}, "harness", ""),
        ({"source": "agent-a1"}, "subagent", ""),
    ],
)
def test_who_stands_in_a_users_slot(fields: dict[str, Any], origin: str, event: str) -> None:
    (message,) = read(("user.message", {"content": "go on", **fields}))[0]
    assert (message.origin, message.event) == (origin, event)


def test_events_of_a_subagent() -> None:
    messages, _ = read(
        ("user.message", {"content": "count"}),
        ("assistant.message", {"content": "3"}),
        agentId="a1",
    )
    assert [m.origin for m in messages] == ["subagent", "subagent"]
    inner = ("assistant.message", {"content": "3", "parentToolCallId": "c1"})
    assert [m.origin for m in read(inner)[0]] == ["subagent"]


def test_the_reason_for_refusing_a_call_is_the_persons() -> None:
    refused = "The user rejected this tool call."
    message = f"{refused} User feedback: use uv instead"
    failed = {"success": False, "result": None}
    messages, _ = read(
        done("c1", error={"code": "denied", "message": message}, **failed),
        done("c2", error={"code": "rejected", "message": refused}, **failed),
        done("c3", error={"code": "denied", "message": "Denied by a rule"}, **failed),
        done("c4", f"{refused} That's what the file says."),
        # a server's own failure, in the words of a refusal
        done("c5", error={"code": "failure", "message": message}, **failed),
        done("c6", message, success=False),
    )
    assert [(m.id, m.role, m.origin, m.event, m.text) for m in messages if m.role == "user"] == [
        ("e1#2", "user", "human", "rejection", "use uv instead")
    ]
    results = [r for m in messages for r in m.results]
    assert [(r.rejected, r.error) for r in results] == [
        (True, True), (True, True), (False, True), (False, False), (False, True), (False, True),
    ]  # fmt: skip


def test_a_command_of_the_persons_own() -> None:
    messages, _ = read(
        ("tool.user_requested", request("c1", "make docs")),
        ("tool.execution_start", request("c1")),
        done("c1", "no rule"),
    )
    assert [(m.role, m.origin, m.event, m.text) for m in messages] == [
        ("user", "human", "shell", "make docs"),
        ("user", "harness", "", "no rule"),
    ]


def test_moments_of_a_session() -> None:
    messages, notes = read(
        ("abort", {"reason": "user_initiated"}),
        ("abort", {"reason": "tool_failure"}),
        ("session.compaction_complete", {"success": True, "summaryContent": "They built it."}),
        ("session.compaction_complete", {"success": False}),
        ("system.message", {"content": "Be brief."}),
        ("skill.invoked", {"name": "tidy", "content": "Sweep."}),
        ("subagent.started", {"agentName": "x"}),
    )
    assert [(m.role, m.origin, m.event) for m in messages] == [
        ("user", "human", "interrupt"),
        ("user", "harness", "compaction"),
        ("system", "harness", ""),
        ("system", "harness", "command"),
    ]
    assert notes.ignored["abort"] == 1 and notes.ignored["session.compaction_complete"] == 1


def test_attachments_are_named_not_kept() -> None:
    file = {"type": "file", "path": "/p/a.py", "displayName": "a.py"}
    blob = {"type": "blob", "mimeType": "image/png", "data": "aGVsbG8=", "displayName": "b.png"}
    (message,) = read(("user.message", {"content": "see", "attachments": [file, blob]}))[0]
    _, first, second = message.parts
    assert first == Attachment("file", "a.py")
    assert isinstance(second, Attachment) and (second.name, second.size) == ("b.png", 5)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("user.message", {"content": ["x"], "attachments": [None, 3], "source": 7}),
        ("assistant.message", {"toolRequests": [None, {"arguments": [1], "toolCallId": {}}]}),
        ("tool.execution_complete", {"result": [1, None], "success": "yes", "error": "no"}),
        ("tool.user_requested", {"arguments": 3}),
        ("session.start", {"context": 7, "sessionId": []}),
    ],
)
def test_odd_values_end_nothing(kind: str, data: dict[str, Any]) -> None:
    assert read((kind, data), ("user.message", {"content": "go"}))[0][-1].text == "go"


def test_a_session_that_is_cut_anywhere_is_a_prefix() -> None:
    asked = ("assistant.message", {"content": "I look.", "toolRequests": [request("c1")]})
    data = events(("user.message", {"content": "list"}), asked, done("c1"))
    whole = list(open_stream(io.BytesIO(data), "test", "copilot").messages)
    for end in range(1, len(data)):
        opened = open_stream(io.BytesIO(data[:end]), "test", "copilot")
        found = list(opened.messages)
        assert found == whole[: len(found)]
        assert len(opened.notes.warnings) <= 1


@needs_corpus
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.name)
def test_nothing_is_lost_of_real_sessions(path: Path) -> None:
    opened = open_transcript(path)
    messages = list(opened.messages)
    assert opened.format.name == "copilot" and opened.notes.warnings == []
    records = [json.loads(line) for line in path.read_text().splitlines()]
    data: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        data.setdefault(record["type"], []).append(record["data"])
    asked = [r for d in data["assistant.message"] for r in d["toolRequests"]]
    started = data.get("tool.execution_start", [])
    calls = [c.id for m in messages for c in m.calls]
    assert sorted(calls) == sorted({call["toolCallId"] for call in (*asked, *started)})
    assert [(r.call_id, r.text, r.error) for m in messages for r in m.results] == [
        (d["toolCallId"], d["result"]["content"], not d["success"])
        for d in data["tool.execution_complete"]
    ]
    assert [m.text for m in messages if m.origin == "human"] == [
        d["content"] for d in data.get("user.message", [])
    ]
    assert [m.text for m in messages if m.origin == "agent" and m.text] == [
        d["content"] for d in data["assistant.message"] if d["content"]
    ]
    assert len(messages) + opened.notes.ignored.total() == len(records)
    assert len({m.id for m in messages}) == len(messages)
    assert opened.notes.session_id == data["session.start"][0]["sessionId"]
