"""Qwen Code: who speaks in its lines, branches that were left, results, subagents; fixtures."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from acx.model import Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Notes
from acx.transcripts.formats.branches import LEFT
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

CORPUS = ROOT / "other-agents" / "qwen"
FIXTURES = sorted(CORPUS.glob("*.jsonl"))
AT = "2026-08-01T10:00:00.000Z"


def line(uuid: str, parent: str | None, kind: str, *parts: Any, **more: Any) -> dict[str, Any]:
    message = {"message": {"role": "model" if kind == "assistant" else "user", "parts": [*parts]}}
    head = {"uuid": uuid, "parentUuid": parent, "sessionId": "s-1", "timestamp": AT, "type": kind}
    return {**head, "cwd": "/home/ada/loom", **(message if parts else {}), **more}


def text(words: str) -> dict[str, str]:
    return {"text": words}


def read(*records: dict[str, Any], glue: str = "\n") -> tuple[list[Message], Notes]:
    opened = open_stream(io.BytesIO(glue.join(map(json.dumps, records)).encode()), "test")
    assert opened.format.name == "qwen"
    return list(opened.messages), opened.notes


CALL = {"functionCall": {"id": "c1", "name": "run_shell_command", "args": {"command": "weave"}}}
ANSWER = {
    "functionResponse": {
        "id": "c1",
        "name": "run_shell_command",
        "response": {
            "output": "Command: weave\nDirectory: d\nOutput: torn\nError: (none)\nExit Code: 3"
        },
    }
}
SESSION = [
    line("1", None, "user", text("weave it")),
    line("2", "1", "assistant", {"text": "hm", "thought": True}, text("Weaving."), CALL, model="q"),
    line("3", "2", "tool_result", ANSWER, toolCallResult={"callId": "c1", "status": "success"}),
    line("4", "3", "user", text("mend it")),
]


def test_a_session() -> None:
    found, notes = read(*SESSION)
    said = (Thinking("hm"), Text("Weaving."))
    made = ToolCall("c1", "run_shell_command", {"command": "weave"})
    answer = ToolResult("c1", "torn", error=False, exit_code=3)
    assert found == [
        Message("user", (Text("weave it"),), "human", id="1", ts=AT),
        Message("assistant", (*said, made), "agent", id="2", ts=AT, model="q"),
        Message("tool", (answer,), "harness", id="3", ts=AT),
        Message("user", (Text("mend it"),), "human", id="4", ts=AT),
    ]
    assert (notes.session_id, notes.cwd, notes.warnings) == ("s-1", "/home/ada/loom", [])


def test_lines_glued_together_read_the_same() -> None:
    assert read(*SESSION, glue="") == read(*SESSION, glue="")
    assert read(*SESSION, glue="")[0] == read(*SESSION)[0]


def test_a_branch_that_was_left_is_left_out() -> None:
    found, notes = read(
        SESSION[0],
        line("x", "1", "assistant", text("Tearing.")),
        line("y", "x", "system", subtype="rewind", parentUuid="1", systemPayload={}),
        line("z", "y", "user", text("weave it slowly")),
    )
    assert [message.text for message in found] == ["weave it", "weave it slowly"]
    assert notes.ignored == {LEFT: 1, "system/rewind": 1}


def test_a_line_whose_parent_is_torn_belongs_to_the_line_before() -> None:
    data = "\n".join([json.dumps(SESSION[0]), '{"uuid":"gone",', json.dumps(SESSION[3])])
    opened = open_stream(io.BytesIO(data.encode()), "test")
    assert [message.text for message in opened.messages] == ["weave it", "mend it"]


@pytest.mark.parametrize(
    ("more", "words", "expected"),
    [
        ({}, "hello", [("human", "", "hello")]),
        ({"subtype": "mid_turn_user_message"}, "stop", [("human", "queued", "stop")]),
        ({"subtype": "notification"}, "task done", [("harness", "", "task done")]),
        ({"subtype": "cron"}, "water it", [("harness", "", "water it")]),
        ({"provenance": "goal_runtime"}, "go on", [("harness", "", "go on")]),
        ({"provenance": "real_user"}, "go on", [("human", "", "go on")]),
        ({"isSidechain": True, "agentId": "a-7"}, "explore", [("subagent", "", "explore")]),
        (
            {"systemPayload": {"displayText": "dye it"}},
            "dye it\nfrom a hook",
            [("human", "", "dye it"), ("harness", "", "from a hook")],
        ),
        (
            {},
            "<system-reminder>r</system-reminder>dye it",
            [("human", "", "dye it"), ("harness", "", "<system-reminder>r</system-reminder>")],
        ),
        (
            {},
            "<system-reminder>a </system-reminder> Always dye <system-reminder></system-reminder>",
            [
                (
                    "harness",
                    "",
                    "<system-reminder>a </system-reminder> Always dye"
                    " <system-reminder></system-reminder>",
                )
            ],
        ),
    ],
)
def test_who_speaks_in_the_users_slot(
    more: dict[str, Any], words: str, expected: list[tuple[str, str, str]]
) -> None:
    found, _ = read(line("1", None, "user", text(words), **more))
    assert [(m.origin, m.event, m.text) for m in found] == expected
    assert [m.id for m in found] == ["1", "1#2"][: len(found)]


def test_text_beside_a_result_is_the_tools() -> None:
    found, _ = read(SESSION[1], line("3", "2", "tool_result", ANSWER, text("contents of a file")))
    assert [(m.role, m.origin, m.id) for m in found[1:]] == [
        ("tool", "harness", "3"),
        ("user", "harness", "3#2"),
    ]


def test_a_refused_call() -> None:
    refused = {"error": "[Operation Cancelled] Reason: User did not allow tool call"}
    answer = {"functionResponse": {"id": "c1", "name": "edit", "response": refused}}
    about = {"callId": "c1", "status": "cancelled"}
    found, _ = read(SESSION[1], line("3", "2", "tool_result", answer, toolCallResult=about))
    assert (found[1].results[0].rejected, found[1].results[0].error) == (True, True)


def test_words_that_refuse_a_plan_are_the_persons() -> None:
    response = {"output": 'Plan rejected. User feedback: "use silk"\n\nThe plan is stored at: p'}
    answer = {"functionResponse": {"id": "c1", "name": "exit_plan_mode", "response": response}}
    found, _ = read(SESSION[1], line("3", "2", "tool_result", answer))
    assert (found[2].text, found[2].origin, found[2].event) == ("use silk", "human", "rejection")


def test_answers_to_the_agents_questions_are_the_persons() -> None:
    call = {"functionCall": {"id": "c1", "name": "ask_user_question", "args": {}}}
    output = "User has provided the following answers:\n\n**Dye**: madder\nor weld\n**Size**: small"
    answer = {"functionResponse": {**call["functionCall"], "response": {"output": output}}}
    found, _ = read(line("1", None, "assistant", call), line("2", "1", "tool_result", answer))
    assert (found[2].text, found[2].event) == ("madder\nor weld\nsmall", "queued")


@pytest.mark.parametrize(
    ("name", "args", "shown", "lines"),
    [
        (
            "edit",
            {"old_string": "red", "new_string": "blue"},
            {"originalContent": "wool\nred\n", "newContent": "wool\ngreen\n"},
            ["-blue", "+green"],
        ),
        ("write_file", {"content": "blue"}, {"newContent": "green"}, ["-blue", "+green"]),
        (
            "edit",
            {"old_string": "red", "new_string": "blue"},
            {"newContent": "gre...", "truncatedForSession": True, "fileDiff": "-red\n+green"},
            ["-red", "+green"],
        ),
        ("edit", {"old_string": "red", "new_string": "blue"}, {}, []),
    ],
)
def test_an_edit_that_the_person_changed_is_told_as_a_diff(
    name: str, args: dict[str, str], shown: dict[str, Any], lines: list[str]
) -> None:
    call = {"functionCall": {"id": "c1", "name": name, "args": {"file_path": "loom", **args}}}
    words = {"output": "Done. User modified the `new_string` content to be: wool\ngreen"}
    answer = {"functionResponse": {"id": "c1", "name": name, "response": words}}
    about = {"status": "success", "resultDisplay": shown}
    found, _ = read(
        line("1", None, "assistant", call),
        line("2", "1", "tool_result", answer, toolCallResult=about),
    )
    edits = [message for message in found if message.event == "edit"]
    assert [(m.id, m.origin, m.text.splitlines()[-2:]) for m in edits] == [
        ("2#edit-c1", "human", lines)
    ][: bool(lines)]


def test_slash_commands_and_their_output() -> None:
    invoked = {"phase": "invocation", "rawCommand": "/dye with less red please"}
    shown = {"phase": "result", "outputHistoryItems": [{"type": "info", "text": "dyed"}, 7]}
    found, notes = read(
        line("1", None, "system", subtype="slash_command", systemPayload=invoked),
        line("2", "1", "system", subtype="slash_command", systemPayload=shown),
        line("3", "2", "system", subtype="slash_command", systemPayload={"phase": "result"}),
        line("4", "3", "system", subtype="ui_telemetry", systemPayload={}),
    )
    assert [(m.id, m.origin, m.event, m.text) for m in found] == [
        ("1", "harness", "command", "/dye with less red please"),
        ("1#2", "human", "", "with less red please"),
        ("2", "harness", "", "dyed"),
    ]
    assert notes.ignored == {"system/slash_command": 1, "system/ui_telemetry": 1}


def test_a_compression_is_its_summary() -> None:
    history = [{"role": "user", "parts": [text("they wove")]}, {"role": "model", "parts": []}]
    payload = {"compressedHistory": history}
    found, _ = read(line("1", None, "system", subtype="chat_compression", systemPayload=payload))
    assert [(m.origin, m.event, m.text) for m in found] == [("harness", "compaction", "they wove")]


def test_a_subagents_file_is_a_session_of_its_own() -> None:
    mark = {"isSidechain": True, "agentId": "explore-7"}
    found, notes = read(
        line("1", None, "user", text("explore"), **mark),
        line("2", "1", "assistant", text("Explored."), **mark),
    )
    assert [message.origin for message in found] == ["subagent", "subagent"]
    assert notes.session_id == "s-1-explore-7"


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    found, notes = read(
        SESSION[0], line("2", "1", "user", message=7), line("3", "2", "oracle"), SESSION[3]
    )
    assert [message.id for message in found] == ["1", "4"]
    assert [str(warning.what) for warning in notes.warnings] == [
        "a line's message must be an object, not a number"
    ]
    assert notes.ignored["oracle"] == 1


def test_any_truncation_is_a_prefix_and_at_most_one_warning() -> None:
    data = "\n".join(map(json.dumps, SESSION)).encode()
    whole, _ = read(*SESSION)
    lengths = set()
    for end in range(1, len(data) + 1):
        opened = open_stream(io.BytesIO(data[:end]), "test", "qwen")
        found = list(opened.messages)
        assert found == whole[: len(found)]
        assert len(opened.notes.warnings) <= 1
        lengths.add(len(found))
    assert lengths == {0, 1, 2, 3, 4}


@needs_corpus
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_nothing_is_lost_of_the_fixtures(path: Path) -> None:
    records, rest = [], path.read_text().strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        records.append(value)
        rest = rest[end:].strip()
    opened = open_transcript(path)
    found = list(opened.messages)
    assert (opened.format.name, opened.notes.warnings) == ("qwen", [])
    assert opened.notes.session_id == records[0]["sessionId"]
    assert opened.notes.cwd == records[0]["cwd"]
    parts = [part for one in records for part in one.get("message", {}).get("parts", ())]
    said = [part["text"] for part in parts if "text" in part]
    typed = [
        one["systemPayload"]["rawCommand"]
        for one in records
        if one.get("subtype") == "slash_command"
    ]
    assert [part.text for m in found for part in m.parts if isinstance(part, Text)] == said + typed
    assert sum(len(m.calls) for m in found) == sum("functionCall" in part for part in parts)
    assert sum(len(m.results) for m in found) == sum("functionResponse" in part for part in parts)
    telemetry = sum(one.get("subtype") == "ui_telemetry" for one in records)
    assert sum(opened.notes.ignored.values()) == telemetry


@needs_corpus
def test_one_fixture_has_a_glued_line() -> None:
    glued = [path for path in FIXTURES if "}{" in path.read_text()]
    assert [len(list(open_transcript(path).messages)) for path in glued] == [2]
