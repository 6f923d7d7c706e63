"""pi and OpenClaw: trees and branches, the person's own shell, aborted turns; fixtures."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Notes
from acx.transcripts.formats.branches import LEFT, kept
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

CORPUS = ROOT / "other-agents"
AT = "2026-05-01T08:00:00.000Z"
HEADER = {"type": "session", "version": 3, "id": "s-1", "timestamp": AT, "cwd": "/home/ada/bees"}


def entry(id: str, parent: str | None, message: Any, kind: str = "message") -> dict[str, Any]:
    head = {"type": kind, "id": id, "parentId": parent, "timestamp": AT}
    return {**head, "message": message} if kind == "message" else {**head, **message}


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def agent(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": [*blocks], "stopReason": "stop", **more}


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def read(*entries: dict[str, Any]) -> tuple[list[Message], Notes]:
    data = "\n".join(json.dumps(one) for one in (HEADER, *entries))
    opened = open_stream(io.BytesIO(data.encode()), "test")
    assert opened.format.name == "pi"
    return list(opened.messages), opened.notes


CALL = {"type": "toolCall", "id": "c1", "name": "bash", "arguments": {"command": "count"}}
SESSION = [
    entry("1", None, user("count the bees")),
    entry(
        "2", "1", agent({"type": "thinking", "thinking": "hm"}, text("Counting."), CALL, model="m")
    ),
    entry(
        "3",
        "2",
        {"role": "toolResult", "toolCallId": "c1", "content": [text("40000")], "isError": False},
    ),
    entry("4", "3", user([text("once more")])),
]


def test_a_session() -> None:
    found, notes = read(*SESSION)
    said = (Thinking("hm"), Text("Counting."), ToolCall("c1", "bash", {"command": "count"}))
    assert found == [
        Message("user", (Text("count the bees"),), "human", id="1", ts=AT),
        Message("assistant", said, "agent", id="2", ts=AT, model="m"),
        Message("tool", (ToolResult("c1", "40000", error=False),), "harness", id="3", ts=AT),
        Message("user", (Text("once more"),), "human", id="4", ts=AT),
    ]
    assert (notes.session_id, notes.cwd, notes.warnings) == ("s-1", "/home/ada/bees", [])


def test_the_branch_that_was_kept_is_read() -> None:
    found, notes = read(
        *SESSION,
        entry("5", "1", {"summary": "they counted", "fromId": "4"}, "branch_summary"),
        entry("6", "5", user("weigh them instead")),
    )
    assert [(m.text, m.event) for m in found] == [
        ("count the bees", ""),
        ("they counted", "compaction"),
        ("weigh them instead", ""),
    ]
    assert notes.ignored == {"session": 1, LEFT: 3}


def test_a_session_begun_anew_has_a_second_root() -> None:
    found, notes = read(*SESSION, entry("5", None, user("feed the bees")))
    assert [message.text for message in found] == ["feed the bees"]
    assert notes.ignored[LEFT] == 4


@pytest.mark.parametrize(
    ("entries", "way"),
    [
        ([], set()),
        ([("a", None), ("b", "a"), ("c", "a")], {"a", "c"}),
        ([("a", None), ("b", "torn"), ("c", "b")], {"a", "b", "c"}),
        ([("a", ""), ("b", ""), ("c", ["odd"])], {"a", "b", "c"}),
        ([("a", "a"), ("b", "b")], {"a", "b"}),
        ([("a", None), ("b", "a"), ("a", "b")], {"a"}),
        ([("", None), ("a", None), ("", "a"), ("b", "a")], {"a", "b"}),
    ],
)
def test_ways_to_the_last_entry(entries: list[tuple[str, Any]], way: set[str]) -> None:
    assert kept(entries) == way


def test_a_session_of_the_first_version_has_no_tree() -> None:
    plain = [{key: one[key] for key in ("type", "timestamp", "message")} for one in SESSION]
    found, _ = read(*plain)
    assert [message.text for message in found] == ["count the bees", "Counting.", "", "once more"]
    assert {message.id for message in found} == {""}


def test_the_persons_own_shell() -> None:
    def shell(**more: Any) -> dict[str, Any]:
        return {"role": "bashExecution", "command": "ls hive", "output": "", **more}

    found, notes = read(
        entry("1", None, shell(output="queen\n", exitCode=0)),
        entry("2", "1", shell(output="no hive\n", exitCode=2)),
        entry("3", "2", shell(cancelled=True)),
        entry("4", "3", shell(exitCode=0)),
        entry("5", "4", {"role": "bashExecution"}),
    )
    assert [(m.id, m.origin, m.event, m.text) for m in found] == [
        ("1", "human", "shell", "ls hive"),
        ("1#output", "harness", "", "queen"),
        ("2", "human", "shell", "ls hive"),
        ("2#output", "harness", "", "no hive\nexit code: 2"),
        ("3", "human", "shell", "ls hive"),
        ("3#output", "harness", "", "cancelled"),
        ("4", "human", "shell", "ls hive"),
    ]
    assert notes.ignored["message/bashExecution"] == 1


def test_turns_that_ended_early() -> None:
    found, notes = read(
        entry("1", None, agent(text("Count"), stopReason="aborted", errorMessage="was stopped")),
        entry("2", "1", agent(stopReason="aborted")),
        entry("3", "2", agent(stopReason="error", errorMessage="overloaded")),
        entry("4", "3", agent()),
    )
    assert [(m.id, m.role, m.origin, m.event, m.text) for m in found] == [
        ("1", "assistant", "agent", "", "Count"),
        ("1#aborted", "user", "human", "interrupt", "was stopped"),
        ("2#aborted", "user", "human", "interrupt", "aborted"),
        ("3#error", "system", "harness", "", "overloaded"),
    ]
    assert notes.ignored["message/assistant"] == 1


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"content": [text("no bees\n\nCommand exited with code 4")], "isError": True},
            ToolResult("c1", "no bees", error=True, exit_code=4),
        ),
        (
            {"content": "a log: Command exited with code 4", "isError": False},
            ToolResult("c1", "a log: Command exited with code 4", error=False),
        ),
        (
            {"content": "stung", "isError": False, "details": {"exitCode": 1}},
            ToolResult("c1", "stung", error=False, exit_code=1),
        ),
        ({"content": [], "details": {"exitCode": True}}, ToolResult("c1", "")),
    ],
)
def test_results(more: dict[str, Any], expected: ToolResult) -> None:
    found, _ = read(entry("1", None, {"role": "toolResult", "toolCallId": "c1", **more}))
    assert found[0].results == (expected,)


def test_images_of_people_and_of_tools() -> None:
    image = {"type": "image", "mimeType": "image/png", "data": "AAAA"}
    found, _ = read(
        entry("1", None, user([text("see"), image])),
        entry("2", "1", {"role": "toolResult", "toolCallId": "c1", "content": [image]}),
    )
    assert [(message.role, message.origin) for message in found] == [
        ("user", "human"),
        ("tool", "harness"),
    ]
    attached = found[0].parts[1]
    assert isinstance(attached, Attachment) and attached.size == 3
    assert found[1].parts[1] == attached


def test_skills_and_files_before_the_words_are_not_the_persons() -> None:
    words = '<skill name="hive" location="x">\nAlways smoke.\n</skill>\n\nopen it gently'
    found, _ = read(
        entry("1", None, user(words)),
        entry("2", "1", user('<file name="a">x</file>\n<file name="b">y</file>')),
        entry("3", "2", user('<skill name="never closed"> hm')),
    )
    assert [(m.id, m.origin) for m in found] == [
        ("1", "harness"),
        ("1#2", "human"),
        ("2", "harness"),
        ("3", "human"),
    ]
    assert found[1].text == "open it gently"


def test_what_extensions_put_in_and_summaries() -> None:
    found, notes = read(
        entry("1", None, {"content": "a reminder", "customType": "x"}, "custom_message"),
        entry("2", "1", {"role": "hookMessage", "content": [text("from a hook")]}),
        entry("3", "2", {"summary": "so far"}, "compaction"),
        entry("4", "3", {"role": "compactionSummary", "summary": "before"}),
        entry("5", "4", {"data": 1, "customType": "x"}, "custom"),
        entry("6", "5", {"label": "x"}, "label"),
    )
    assert [(m.origin, m.event, m.text) for m in found] == [
        ("harness", "", "a reminder"),
        ("harness", "", "from a hook"),
        ("harness", "compaction", "so far"),
        ("harness", "compaction", "before"),
    ]
    assert notes.ignored == {"session": 1, "custom": 1, "label": 1}


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    found, notes = read(entry("1", None, 7), entry("2", "1", user(7)), entry("3", "2", user("on")))
    assert [message.id for message in found] == ["3"]
    assert {warning.what for warning in notes.warnings} == {
        "an entry's message must be an object, not a number",
        "the message's content must be text or a list, not a number",
    }


def test_any_truncation_is_a_prefix_and_at_most_one_warning() -> None:
    data = "\n".join(map(json.dumps, (HEADER, *SESSION))).encode()
    whole, _ = read(*SESSION)
    lengths = set()
    for end in range(1, len(data) + 1):
        opened = open_stream(io.BytesIO(data[:end]), "test", "pi")
        found = list(opened.messages)
        assert found == whole[: len(found)]
        assert len(opened.notes.warnings) <= 1
        lengths.add(len(found))
    assert lengths == {0, 1, 2, 3, 4}


@needs_corpus
@pytest.mark.parametrize("name", ["pi", "openclaw"])
def test_nothing_is_lost_of_the_fixtures(name: str) -> None:
    path = CORPUS / name / "small.jsonl"
    header, *records = map(json.loads, path.read_text().splitlines())
    opened = open_transcript(path)
    found = list(opened.messages)
    assert (opened.format.name, opened.notes.warnings) == ("pi", [])
    assert (opened.notes.session_id, opened.notes.cwd) == (header["id"], header["cwd"])
    spoken = [one for one in records if one["type"] in ("message", "compaction")]
    assert [message.id for message in found] == [one["id"] for one in spoken]
    assert sum(opened.notes.ignored.values()) == 1 + len(records) - len(spoken)
    assert [m.event for m in found] == [
        "compaction" if one["type"] == "compaction" else "" for one in spoken
    ]
    roles = {"user": "user", "assistant": "assistant", "toolResult": "tool"}
    said = [one["message"]["role"] for one in spoken if one["type"] == "message"]
    assert [m.role for m in found if not m.event] == [roles[role] for role in said]
    blocks = [b for one in records for b in one.get("message", {}).get("content", ())]
    calls = [b["id"] for b in blocks if isinstance(b, dict) and b["type"] == "toolCall"]
    assert [call.id for m in found for call in m.calls] == calls
    assert [result.call_id for m in found for result in m.results] == calls
