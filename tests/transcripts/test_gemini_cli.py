"""Gemini CLI: what grew, was rewound, summed up, refused or run by the person; real sessions."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.errors import AcxError
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Notes
from acx.transcripts.record import to_line
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

CORPUS = ROOT / "gemini-cli"
SESSIONS = [path for path in sorted(CORPUS.rglob("*.json*")) if path.name != "schema_drift.json"]
ROOT = "/home/ada/kiln"
HEADER = {
    "sessionId": "s-1",
    "projectHash": hashlib.sha256(ROOT.encode()).hexdigest(),
    "startTime": "2026-05-01T08:00:00.000Z",
    "kind": "main",
}


def user(id: str, content: Any, **more: Any) -> dict[str, Any]:
    stamped = {"id": id, "timestamp": "2026-05-01T08:01:00.000Z", "type": "user"}
    return {**stamped, "content": content, **more}


def agent(id: str, content: Any = "", **more: Any) -> dict[str, Any]:
    return {**user(id, content, **more), "type": "gemini"}


def call(id: str, name: str, response: Any, status: str = "success", **more: Any) -> dict[str, Any]:
    answer = {"functionResponse": {"id": id, "name": name, "response": response}}
    return {"id": id, "name": name, "args": {}, "status": status, "result": [answer], **more}


def shell(output: str, id: str = "c1") -> dict[str, Any]:
    return call(id, "run_shell_command", {"output": output})


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in (HEADER, *records))


def read(data: bytes) -> tuple[list[Message], Notes]:
    opened = open_stream(io.BytesIO(data), "test")
    assert opened.format.name == "gemini-cli"
    return list(opened.messages), opened.notes


def test_one_object_and_lines_read_the_same() -> None:
    records = [
        user("u1", "fire the kiln"),
        agent(
            "a1",
            "Firing.",
            model="gemini-x",
            thoughts=[{"subject": "Heat", "description": "Slowly."}, {"description": "Wait."}],
            toolCalls=[
                {**shell("Output: hot\nProcess Group PGID: 7"), "args": {"command": "fire"}}
            ],
        ),
    ]
    found, notes = read(lines(*records))
    at = "2026-05-01T08:01:00.000Z"
    thoughts = (Thinking("Heat\nSlowly."), Thinking("Wait."))
    made = ToolCall("c1", "run_shell_command", {"command": "fire"})
    assert found == [
        Message("user", (Text("fire the kiln"),), "human", id="u1", ts=at),
        Message(
            "assistant",
            (*thoughts, Text("Firing."), made),
            "agent",
            id="a1",
            ts=at,
            model="gemini-x",
        ),
        Message("tool", (ToolResult("c1", "hot", error=False),), "harness", id="a1#results", ts=at),
    ]
    assert (notes.session_id, notes.warnings) == ("s-1", [])
    for indent in (None, 2):
        whole = json.dumps({**HEADER, "messages": records}, indent=indent).encode()
        assert read(whole)[0] == found


def test_a_message_that_grew_is_read_once_as_it_was_in_the_end() -> None:
    first = agent("a1", "Looking.")
    again = agent("a1", "Looking.", toolCalls=[shell("Output: a\nProcess Group PGID: 7")])
    change = {"$set": {"lastUpdated": "2026-05-01T08:02:00.000Z"}}
    found, notes = read(lines(user("u1", "look"), first, change, again, user("u2", "thanks")))
    assert [message.id for message in found] == ["u1", "a1", "a1#results", "u2"]
    assert notes.ignored == {"header": 1, "$set": 1, "written again": 1}


def test_a_later_snapshot_only_adds_parts_and_messages() -> None:
    calls = [shell("Output: a\nProcess Group PGID: 7", f"c{n}") for n in range(3)]
    grown = [agent("a1", "Looking.", toolCalls=calls[:n]) for n in range(4)]
    before: list[Message] = []
    for upto in range(1, 5):
        after, _ = read(lines(user("u1", "look"), *grown[:upto]))
        for old, new in zip(before, after, strict=False):
            assert old.id == new.id and new.parts[: len(old.parts)] == old.parts
        before = after
    assert [len(message.parts) for message in before] == [1, 4, 3]


def test_a_message_that_grows_keeps_how_it_began() -> None:
    thoughts = [{"subject": "Heat", "description": "Slowly."}]
    grown = [
        agent("a1", "I will"),
        agent("a1", "I will fire", thoughts=thoughts),
        agent("a1", "I will fire it", thoughts=thoughts, toolCalls=[shell("Output: a")]),
    ]
    call = ToolCall("c1", "run_shell_command", grown[2]["toolCalls"][0]["args"])
    told = (Text("I will"), Thinking("Heat\nSlowly."), Text(" fire"), Text(" it"), call)
    for upto, count in ((1, 1), (2, 3), (3, 5)):
        found, _ = read(lines(*grown[:upto]))
        assert found[0].parts == told[:count]
    mixed = [{"text": "one"}, {"functionCall": {"name": "look", "args": {}}}, {"text": "two"}]
    found, _ = read(lines(agent("a1", mixed[:1]), agent("a1", mixed)))
    assert [type(part) for part in found[0].parts] == [Text, ToolCall, Text]
    # one that says something else is read as it was in the end
    found, _ = read(lines(agent("a1", "I will"), agent("a1", "Done.", thoughts=thoughts)))
    assert found[0].parts == (Thinking("Heat\nSlowly."), Text("Done."))


def test_what_was_rewound_is_left_out() -> None:
    rewound = [user("u2", "use glaze B"), agent("a2", "Using B.")]
    found, notes = read(
        lines(
            user("u1", "mix a glaze"),
            agent("a1", "Mixed."),
            *rewound,
            {"$rewindTo": "u2"},
            user("u3", "use glaze C"),
        )
    )
    assert [message.text for message in found] == ["mix a glaze", "Mixed.", "use glaze C"]
    assert notes.ignored["rewound"] == 2
    unknown, _ = read(lines(user("u1", "mix a glaze"), {"$rewindTo": "gone"}))
    assert len(unknown) == 1


def test_a_summed_up_history_adds_its_summary_and_nothing_twice() -> None:
    made = shell("Output: all of it\nProcess Group PGID: 7")
    cleared = shell("Output: cleared")
    answer = {"functionCall": {"id": "c1", "name": "run_shell_command", "args": {}}}
    history = [
        user("sum", [{"text": "<state_snapshot>\nmixing\n</state_snapshot>"}]),
        agent("a1", "Mixed.", toolCalls=[cleared]),
        agent("turn", [answer]),
        user("answers", [cleared["result"][0]]),
    ]
    found, _ = read(
        lines(
            user("u1", "mix"),
            agent("a1", "Mixed.", toolCalls=[made]),
            {"$set": {"messages": history}},
            user("u2", "go on"),
        )
    )
    assert [(message.id, message.origin, message.event) for message in found] == [
        ("u1", "human", ""),
        ("a1", "agent", ""),
        ("a1#results", "harness", ""),
        ("sum", "harness", "compaction"),
        ("u2", "human", ""),
    ]
    assert found[2].results[0].text == "all of it"


@pytest.mark.parametrize(
    ("output", "text", "code"),
    [
        (
            "Command: cd x\nls\nDirectory: (root)\nOutput: a\nb\nError: (none)\nExit Code: 2\n"
            "Signal: 0\nBackground PIDs: (none)\nProcess Group PGID: 9",
            "a\nb",
            2,
        ),
        (
            "Command: true\nDirectory: d\nOutput: (empty)\nError: (none)\nExit Code: 0\n"
            "Signal: (none)\nBackground PIDs: 4, 5\nProcess Group PGID: 9",
            "",
            0,
        ),
        ("Output: no such file\nExit Code: 127\nProcess Group PGID: 9", "no such file", 127),
        ("Output: died\nSignal: 9\nProcess Group PGID: 9", "died", None),
        ("Output: x\nError: spawn failed\nExit Code: 1", "x\nError: spawn failed", 1),
        ("Output: Exit Code: 3\nProcess Group PGID: 9", "Exit Code: 3", None),
        (r"Command: f\nDirectory: d\nOutput: a\nb\nExit Code: 4\nSignal: 0", "a\nb", 4),
        ("Command moved to background (PID: 3).", "Command moved to background (PID: 3).", None),
        ("Command: x", "Command: x", None),
    ],
)
def test_results_are_what_the_command_printed_and_its_exit_code(
    output: str, text: str, code: int | None
) -> None:
    found, _ = read(lines(agent("a1", toolCalls=[shell(output)])))
    assert found[1].results == (ToolResult("c1", text, error=False, exit_code=code),)


def test_other_tools_results_are_left_as_they_are() -> None:
    text = "Output: a\nExit Code: 1"
    found, _ = read(lines(agent("a1", toolCalls=[call("c1", "read_file", {"output": text})])))
    assert found[1].results == (ToolResult("c1", text, error=False),)


@pytest.mark.parametrize(
    ("status", "response", "expected"),
    [
        ("error", {"error": "no such file"}, ToolResult("c1", "no such file", error=True)),
        (
            "cancelled",
            {"error": "[Operation Cancelled] Reason: User denied execution."},
            ToolResult(
                "c1",
                "[Operation Cancelled] Reason: User denied execution.",
                error=True,
                rejected=True,
            ),
        ),
        (
            "cancelled",
            {"error": "[Operation Cancelled] Reason: User did not allow tool call"},
            ToolResult(
                "c1",
                "[Operation Cancelled] Reason: User did not allow tool call",
                error=True,
                rejected=True,
            ),
        ),
        (
            "cancelled",
            {"error": "[Operation Cancelled] Reason: User cancelled tool execution."},
            ToolResult(
                "c1", "[Operation Cancelled] Reason: User cancelled tool execution.", error=True
            ),
        ),
        # a file that holds the words isn't a refusal
        (
            "success",
            {"output": "User denied execution."},
            ToolResult("c1", "User denied execution.", error=False),
        ),
        ("success", {"rows": [1]}, ToolResult("c1", '{"rows":[1]}', error=False)),
        ("success", {}, ToolResult("c1", "", error=False)),
    ],
)
def test_states_of_results(status: str, response: Any, expected: ToolResult) -> None:
    found, _ = read(lines(agent("a1", toolCalls=[call("c1", "replace", response, status)])))
    assert found[1].results == (expected,)


def test_a_call_that_still_runs_has_no_result() -> None:
    running: dict[str, Any] = {
        "id": "c1",
        "name": "web_fetch",
        "args": {},
        "status": "executing",
        "result": None,
    }
    found, _ = read(lines(agent("a1", toolCalls=[running])))
    assert [message.role for message in found] == ["assistant"]
    shown = {**running, "status": "success", "resultDisplay": "fetched"}
    found, _ = read(lines(agent("a1", toolCalls=[shown])))
    assert found[1].results == (ToolResult("c1", "fetched", error=False),)


def test_results_of_a_whole_turn_at_each_of_its_calls_are_told_apart() -> None:
    both = [call(id, "read_file", {"output": id})["result"][0] for id in ("c1", "c2")]
    image = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    calls = [
        call("c1", "read_file", None, result=both),
        call("c2", "read_file", None, result=[*both, image]),
    ]
    found, _ = read(lines(agent("a1", toolCalls=calls)))
    assert [(part.call_id, part.text) for part in found[1].results] == [("c1", "c1"), ("c2", "c2")]
    assert isinstance(found[1].parts[2], Attachment) and found[1].parts[2].size == 3


def test_words_that_refuse_a_plan_are_the_persons() -> None:
    text = "Plan rejected. User feedback: fire it twice\n\nThe plan is stored at: p.md"
    found, _ = read(lines(agent("a1", toolCalls=[call("c1", "exit_plan_mode", {"output": text})])))
    assert found[1].results[0].rejected
    assert (found[2].origin, found[2].event, found[2].text) == (
        "human",
        "rejection",
        "fire it twice",
    )
    assert found[2].id == "a1#reason-c1"


def test_answers_to_the_agents_questions_are_the_persons() -> None:
    answers = json.dumps({"answers": {"0": "cobalt", "1": " ", "2": 7}})
    for output, expected in ((answers, ["cobalt"]), ("declined", []), ("[1]", [])):
        asked = call("c1", "ask_user", {"output": output})
        found, _ = read(lines(agent("a1", toolCalls=[asked])))
        assert [(m.text, m.event) for m in found if m.origin == "human"] == [
            (text, "queued") for text in expected
        ]


def test_an_edit_that_the_person_changed_is_told_as_a_diff() -> None:
    args = {
        "file_path": "glaze.md",
        "ai_proposed_content": "clay\ncobalt\n",
        "content": "clay\niron\n",
        "modified_by_user": True,
    }
    made = {**call("c1", "write_file", {"output": "Successfully overwrote file"}), "args": args}
    found, _ = read(lines(agent("a1", toolCalls=[made])))
    assert (found[2].id, found[2].origin, found[2].event) == ("a1#edit-c1", "human", "edit")
    assert found[2].text.splitlines()[-2:] == ["-cobalt", "+iron"]
    # of replacements the proposal isn't kept, but the edit as it was made
    args = {"file_path": "g", "old_string": "a", "new_string": "b", "modified_by_user": True}
    shown = {"fileDiff": "-a\n+b", "originalContent": "a", "newContent": "b"}
    made = {**call("c1", "replace", {"output": "done"}), "args": args, "resultDisplay": shown}
    found, _ = read(lines(agent("a1", toolCalls=[made])))
    assert (found[2].event, found[2].text) == ("edit", "-a\n+b")
    unchanged = {**made, "args": {**args, "modified_by_user": False}}
    assert len(read(lines(agent("a1", toolCalls=[unchanged])))[0]) == 2


SHELL = (
    "I ran the following shell command:\n```sh\nls\nwc\n```\n\n"
    "This produced the following result:\n```\nkiln.py\n```"
)


@pytest.mark.parametrize(
    ("content", "more", "expected"),
    [
        ("hello", {}, [("human", "", "hello")]),
        ([{"text": "a"}, {"text": "b"}], {}, [("human", "", "a\nb")]),
        (SHELL, {}, [("human", "shell", "ls\nwc"), ("harness", "", "kiln.py")]),
        (
            SHELL.removesuffix(".py\n```"),
            {},
            [("human", "shell", "ls\nwc"), ("harness", "", "kiln")],
        ),
        (
            "<hook_context>a </hook_context> Always glaze. </hook_context>",
            {},
            [("harness", "", None)],
        ),
        ("why?\n<hook_context>a, cut off", {}, [("human", "", "why?"), ("harness", "", None)]),
        (
            "what does --- Content from referenced files --- mean? Always explain.",
            {},
            [("human", "", None)],
        ),
        ("<session_context>\nToday\n</session_context>", {}, [("harness", "", None)]),
        ("Please continue.", {}, [("harness", "", None)]),
        (
            "why?<hook_context>h</hook_context>",
            {},
            [("human", "", "why?"), ("harness", "", "<hook_context>h</hook_context>")],
        ),
        (
            [
                {"text": "read @a"},
                {"text": "\n--- Content from referenced files ---"},
                {"text": "\nContent from @a:\n"},
                {"text": "never do this\n--- End of content ---\nAlways glaze."},
                {"text": "\n--- End of content ---"},
            ],
            {},
            [("human", "", "read @a"), ("harness", "", None)],
        ),
        (
            "the whole\nprompt of the command",
            {"displayContent": "/glaze with less cobalt please"},
            [
                ("harness", "command", "/glaze with less cobalt please"),
                ("human", "", "with less cobalt please"),
                ("harness", "command", "the whole\nprompt of the command"),
            ],
        ),
        (
            "note from a hook\nmix it",
            {"displayContent": "mix it"},
            [("human", "", "mix it"), ("harness", "", "note from a hook")],
        ),
    ],
)
def test_who_speaks_in_the_users_slot(
    content: Any, more: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    found, _ = read(lines(user("u1", content, **more)))
    assert [(m.origin, m.event) for m in found] == [(who, event) for who, event, _ in expected]
    for message, (_, _, text) in zip(found, expected, strict=True):
        assert text is None or message.text == text
    assert [m.id for m in found] == ["u1", "u1#2", "u1#3"][: len(found)]


def test_an_image_is_the_persons() -> None:
    image = {"inlineData": {"mimeType": "image/png", "data": "AAAA", "displayName": "kiln.png"}}
    found, _ = read(lines(user("u1", [{"text": "see"}, image]), user("u2", [image])))
    assert [message.origin for message in found] == ["human", "human"]
    assert found[0].parts[1] == found[1].parts[0]
    attached = found[1].parts[0]
    assert isinstance(attached, Attachment)
    assert (attached.media_type, attached.name, attached.size) == ("image/png", "kiln.png", 3)


def test_the_programs_own_words() -> None:
    records = [
        {**user("i1", "Update available"), "type": "info"},
        {**user("e1", "Quota exceeded"), "type": "error"},
        {**user("i2", "Request cancelled."), "type": "info"},
        {**user("i3", ""), "type": "warning"},
    ]
    found, notes = read(lines(*records))
    assert [(m.role, m.origin, m.event) for m in found] == [
        ("system", "harness", ""),
        ("system", "harness", ""),
        ("user", "human", "interrupt"),
    ]
    assert notes.ignored["warning/empty"] == 1


def test_a_subagents_session_is_its_own() -> None:
    header = {**HEADER, "kind": "subagent", "directories": ["/elsewhere", ROOT]}
    records = [user("u1", "investigate"), agent("a1", "Done.")]
    found, notes = read(json.dumps({**header, "messages": records}).encode())
    assert [message.origin for message in found] == ["subagent", "subagent"]
    assert notes.session_id == "subagent-s-1"
    assert notes.cwd == ROOT


@pytest.mark.parametrize(
    "context",
    [
        f"<session_context>\n- **Workspace Directories:**\n  - /tmp\n  - {ROOT}\n",
        f"This is the Gemini CLI. We are setting up\nI'm working in the directory: {ROOT}",
    ],
)
def test_the_folder_is_the_one_with_the_projects_hash(context: str) -> None:
    _, notes = read(lines({"$set": {"messages": [user("ctx", [{"text": context}])]}}))
    assert notes.cwd == ROOT


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    records = [
        user("u1", 7),
        agent("a1", toolCalls=["x"]),
        {"id": "o1", "type": "oracle"},
        user("u2", "on"),
    ]
    found, notes = read(lines(*records))
    assert [message.id for message in found] == ["u2"]
    assert {warning.what for warning in notes.warnings} == {
        "the message's parts must be text or a list, not a number",
        "a tool call must be an object, not text",
    }
    assert notes.ignored["oracle"] == 1


def test_side_files_are_not_taken_for_sessions() -> None:
    log = [{"sessionId": "s", "messageId": 0, "type": "user", "message": "hi", "timestamp": "x"}]
    with pytest.raises(AcxError, match="no known transcript format"):
        open_stream(io.BytesIO(json.dumps(log).encode()), "logs.json")


@pytest.mark.parametrize("whole", [False, True])
def test_any_truncation_is_a_prefix_and_one_warning(whole: bool) -> None:
    records = [
        user("u1", "fire"),
        agent("a1", "Firing.", toolCalls=[shell("Output: a\nProcess Group PGID: 7")]),
        user("u2", "stop"),
        agent("a2", "Stopped."),
    ]
    data = lines(*records)
    if whole:
        data = json.dumps({**HEADER, "messages": records}, indent=1).encode()
    everything, _ = read(data)
    lengths = set()
    start = data.index(b"kind")  # from where on it is known what the file is
    for end in range(start + 10, len(data)):
        opened = open_stream(io.BytesIO(data[:end]), "test", "gemini-cli")
        found = list(opened.messages)
        assert found == everything[: len(found)]
        assert len(opened.notes.warnings) <= 1
        lengths.add(len(found))
    assert lengths == {0, 1, 3, 4, 5} if not whole else {0, 1, 3, 4, 5} >= lengths > {0}


VOCABULARY = """
    sessionId projectHash messages type user gemini id content parts text toolCalls result
    functionCall functionResponse response args name status thoughts subject $set $rewindTo
    displayContent kind subagent directories role model inlineData data mimeType contents history
    systemInstruction executableCode codeExecutionResult uuid parentUuid message systemPayload
    displayText subtype slash_command rawCommand chat_compression compressedHistory toolCallResult
    isSidechain agentId tool_result assistant session cwd parentId toolResult bashExecution command
    output exitCode details isError compaction summary stopReason aborted errorMessage toolCall
    arguments thinking image run_shell_command error success
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\ud800"])
ODD = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=15,
)
RECORDS = st.lists(st.dictionaries(WORDS, ODD, max_size=8), max_size=5)
KINDS = st.sampled_from(["user", "gemini", "assistant", "tool_result", "system", "message"])


@given(RECORDS, KINDS, st.sampled_from(["gemini-cli", "gemini", "qwen", "pi"]), st.booleans())
def test_no_json_makes_a_traceback(
    records: list[dict[str, Any]], kind: str, format: str, listed: bool
) -> None:
    values = [{"type": kind, **record} for record in records]
    data = json.dumps(values) if listed else "\n".join(map(json.dumps, values))
    with contextlib.suppress(AcxError):
        for message in open_stream(io.BytesIO(data.encode()), "x", format).messages:
            to_line(message)


def test_deep_nesting_is_skipped() -> None:
    deep: Any = {}
    for _ in range(500):
        deep = {"a": deep}
    calls = [{"id": "c1", "name": "f", "args": deep, "status": "success"}]
    found, notes = read(lines(agent("a1", toolCalls=calls), user("u1", "on")))
    assert [message.id for message in found] == ["u1"]
    assert [warning.what for warning in notes.warnings] == ["the message is nested too deeply"]


def raw(path: Path) -> Iterator[dict[str, Any]]:
    text = path.read_text()
    if path.suffix == ".json":
        yield from json.loads(text)["messages"]
    else:
        yield from (one for line in text.splitlines() if "type" in (one := json.loads(line)))


@needs_corpus
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.name)
def test_nothing_is_lost_of_real_sessions(path: Path) -> None:
    opened = open_transcript(path)
    found, records = list(opened.messages), list(raw(path))
    assert (opened.format.name, opened.notes.warnings) == ("gemini-cli", [])
    assert opened.notes.session_id in path.read_text()
    given = [made for record in records for made in record.get("toolCalls", ())]
    assert [one.id for m in found for one in m.calls] == [made["id"] for made in given]
    assert [one.call_id for m in found for one in m.results] == [made["id"] for made in given]
    for result, made in zip((r for m in found for r in m.results), given, strict=True):
        output = made["result"][0]["functionResponse"]["response"]["output"]
        if made["name"] == "run_shell_command":
            assert result.text in output.replace("\\n", "\n")
            assert result.text or "Output: (empty)" in output
        else:
            assert result.text == output
    thoughts = [one for record in records for one in record.get("thoughts", ())]
    assert sum(isinstance(part, Thinking) for m in found for part in m.parts) == len(thoughts)
    typed = [record["content"] for record in records if record["type"] == "user"]
    plain = [one if isinstance(one, str) else one[0]["text"] for one in typed]
    assert [m.text for m in found if m.origin == "human" and m.event != "interrupt"] == plain
    ids = [m.id for m in found]
    assert len(set(ids)) == len(ids)
    assert {record["id"] for record in records} == {id.partition("#")[0] for id in ids}


@needs_corpus
def test_exit_codes_are_those_in_the_texts_of_real_sessions() -> None:
    stated, read_ = [], []
    for path in SESSIONS:
        for record in raw(path):
            for made in record.get("toolCalls", ()):
                text = json.dumps(made["result"])
                if made["name"] == "run_shell_command" and "Exit Code: " in text:
                    stated.append(int(text.rpartition("Exit Code: ")[2].partition("\\")[0]))
        codes = [r.exit_code for m in open_transcript(path).messages for r in m.results]
        read_ += [code for code in codes if code is not None]
    assert read_ == stated and len(stated) == 5 and stated.count(1) == 1


@needs_corpus
def test_the_interrupt_of_a_real_session() -> None:
    found = list(open_transcript(CORPUS / "agent-sessions" / "large.json").messages)
    assert [m.id for m in found if m.event == "interrupt"] == ["m3"]
