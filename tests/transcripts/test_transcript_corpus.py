"""Every reader against real transcripts, counted once more by other means than the readers'."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acx.model import Message
from acx.transcripts import open_transcript
from acx.transcripts.contract import Notes
from acx.transcripts.export import export
from acx.transcripts.formats.openai_chat import FORMAT as OPENAI
from acx.transcripts.record import from_value, to_line
from tests.transcripts.corpus_files import CORPUS, needs_corpus

CLAUDE_CODE = [
    path
    for folder in ("entire", "codemie", "claude-code-log", "agent-sessions")
    for path in sorted((CORPUS / "claude-code" / folder).rglob("*.jsonl"))
]
ANTHROPIC = sorted((CORPUS / "anthropic-messages").glob("*.json"))

pytestmark = needs_corpus


def name(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


def read(path: Path) -> tuple[list[Message], Notes]:
    opened = open_transcript(path)
    return list(opened.messages), opened.notes


def raw(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file of glued or damaged JSON, in the plainest way."""
    decoder = json.JSONDecoder()
    for line in path.read_text("utf-8", "replace").split("\n"):
        rest = line.strip()
        while rest.startswith("{"):
            value, end = decoder.raw_decode(rest)
            yield value
            rest = rest[end:].strip()


def blocks(path: Path, kind: str) -> list[dict[str, Any]]:
    """The blocks of the lines' messages, leaving out those made by the client, and lines that were
    written twice when a session was resumed."""
    found = []
    lines: set[str] = set()
    for record in raw(path):
        message = record.get("message")
        id = str(record.get("uuid"))
        if len(id) == 36 and id in lines:
            continue
        lines.add(id)
        if record.get("type") == kind and isinstance(message, dict):
            content = message.get("content")
            if isinstance(content, str):
                content = [{"type": "text", "text": content}]
            if message.get("model") != "<synthetic>" and isinstance(content, list):
                found += [block for block in content if isinstance(block, dict)]
    return found


@pytest.mark.parametrize("path", CLAUDE_CODE, ids=name)
def test_nothing_is_lost_of_claude_code(path: Path) -> None:
    messages, notes = read(path)
    given, answered = blocks(path, "assistant"), blocks(path, "user")
    calls = [block.get("id", "") for block in given if block["type"] == "tool_use"]
    assert [call.id for m in messages for call in m.calls] == calls
    results = [block for block in answered if block["type"] == "tool_result"]
    assert sum(len(m.results) for m in messages) == len(results)
    texts = [b["text"] for b in given if b["type"] == "text" and b["text"].strip()]
    spoken = [m.text for m in messages if m.role == "assistant" and m.text]
    assert "\n".join(spoken) == "\n".join(texts)
    records = list(raw(path))
    ids = [m.id for m in messages]
    assert len(ids) == len(set(filter(None, ids))) or "agent-sessions" in name(path)
    everything = Counter(str(record.get("type")) for record in records)
    for kind in ("file-history-snapshot", "progress", "summary"):
        assert notes.ignored.get(kind, 0) == everything[kind]


@pytest.mark.parametrize("path", CLAUDE_CODE, ids=name)
def test_lines_of_one_message_are_one_message(path: Path) -> None:
    messages, notes = read(path)
    ids: list[str] = []
    for record in raw(path):
        message = record.get("message")
        if record.get("type") != "assistant" or not isinstance(message, dict):
            continue
        if message.get("model") != "<synthetic>":
            ids.append(message.get("id") or record.get("uuid", ""))
    if path.name == "small.jsonl":  # a fixture where different messages were given one id
        assert len(set(ids)) < len(ids)
        return
    spoken = sum(m.role == "assistant" for m in messages)
    assert spoken + notes.ignored["assistant/empty"] == len(set(ids))


@pytest.mark.parametrize("path", CLAUDE_CODE, ids=name)
def test_results_follow_their_calls(path: Path) -> None:
    called: set[str] = set()
    for message in read(path)[0]:
        called.update(call.id for call in message.calls)
        if "agent-sessions" not in name(path):  # fixtures without ids
            assert all(result.call_id in called for result in message.results)


# Read and counted by hand: (human, interrupt, rejection, queued, command) of what is a person's
BY_HAND = {
    "entire/37_995ebed6e4_2": {"": 5, "interrupt": 1},
    "entire/48_b4b05476e5_0": {"": 7, "interrupt": 2},
    "entire/67_ea786b178e_0": {"": 7, "interrupt": 1},
    "entire/6d_e70163f7e3_0": {"": 2, "rejection": 1, "queued": 1},
    "entire/86_9d11344fce_1": {"": 4, "rejection": 1, "interrupt": 1},
    "entire/fc_99c919b212_0": {"": 19, "rejection": 1, "queued": 4},
    "codemie/session-624a4a58": {"": 14, "interrupt": 3, "queued": 1},
    "codemie/session-9eda1058": {"": 3, "interrupt": 1},
}


@pytest.mark.parametrize("session", BY_HAND)
def test_what_the_person_said_is_as_counted_by_hand(session: str) -> None:
    messages, _ = read(CORPUS / "claude-code" / f"{session}.jsonl")
    assert Counter(m.event for m in messages if m.origin == "human") == BY_HAND[session]


def test_the_persons_reasons_are_theirs_alone() -> None:
    reasons = {m.text for path in CLAUDE_CODE for m in read(path)[0] if m.event == "rejection"}
    assert reasons == {
        "let's cut a branch first",
        "we don't need the auto strategy test",
        "I think we should separate the hook types for clarity.",
    }


@pytest.mark.parametrize("path", CLAUDE_CODE, ids=name)
def test_no_reminder_is_left_in_a_result(path: Path) -> None:
    for message in read(path)[0]:
        assert not any("<system-reminder>" in result.text for result in message.results)
        if message.origin == "human":
            assert not message.text.startswith(("<command-", "<local-command", "Caveat:"))


def test_exit_codes_are_those_of_the_texts() -> None:
    stated = Counter(
        str(block["content"]).split()[2]
        for path in CLAUDE_CODE
        for block in blocks(path, "user")
        if block.get("is_error") is True and str(block["content"]).startswith("Exit code ")
    )
    read_ = Counter(
        str(result.exit_code)
        for path in CLAUDE_CODE
        for message in read(path)[0]
        for result in message.results
        if result.exit_code is not None
    )
    assert read_ == stated and sum(stated.values()) >= 6


def test_subagents_are_sessions_of_their_own() -> None:
    paths = [path for path in CLAUDE_CODE if path.name.startswith("agent-")]
    assert len(paths) >= 4
    for path in paths:
        messages, notes = read(path)
        assert notes.session_id == path.stem
        assert {m.origin for m in messages} <= {"subagent", "harness"}


def test_a_later_checkpoint_continues_the_earlier_one() -> None:
    folder = CORPUS / "claude-code" / "codemie" / "incremental-subagents"
    before, after = (read(folder / f"turn-{turn}.jsonl")[0] for turn in (1, 2))
    ids = [message.id for message in after]
    assert [message.id for message in before] == ids[: len(before)]


@pytest.mark.parametrize("path", ANTHROPIC, ids=name)
def test_anthropic(path: Path) -> None:
    value = json.loads(path.read_text())
    given = value if isinstance(value, list) else value["messages"]
    content = [block for message in given for block in message["content"]]
    kinds = Counter(block["type"] for block in content if isinstance(block, dict))
    opened = open_transcript(path)
    messages = list(opened.messages)
    assert opened.format.name == "anthropic"
    assert opened.notes.warnings == []
    uses = kinds["tool_use"] + kinds["server_tool_use"]
    assert sum(len(m.calls) for m in messages) == uses
    assert sum(len(m.results) for m in messages) == uses
    called = {call.id for m in messages for call in m.calls}
    assert called == {result.call_id for m in messages for result in m.results}
    assert sum(m.role == "assistant" for m in messages) == sum(
        m["role"] == "assistant" for m in given
    )


def test_an_anthropic_copy_of_a_claude_code_session_reads_the_same() -> None:
    stem = "c6_39a44ea03d_1"
    session, _ = read(CORPUS / "claude-code" / "entire" / f"{stem}.jsonl")
    copy, _ = read(CORPUS / "anthropic-messages" / f"derived_from_claude_code_{stem}.json")
    assert {c.id for m in copy for c in m.calls} <= {c.id for m in session for c in m.calls}
    human = [m.text for m in session if m.origin == "human" and not m.event]
    assert [m.text.strip() for m in copy if m.origin == "human"][: len(human)] == human


def test_openai() -> None:
    path = CORPUS / "openai-chat" / "openhands-llm-logs" / "llm_data__fncall-llm-message.json"
    messages, notes = read(path)
    assert Counter((m.role, m.origin) for m in messages) == {
        ("system", "harness"): 1,
        ("user", "human"): 1,
        ("assistant", "agent"): 6,
        ("tool", "harness"): 6,
    }
    assert {c.id for m in messages for c in m.calls} == {
        r.call_id for m in messages for r in m.results
    }
    assert notes.warnings == []


def conversations() -> Iterator[list[dict[str, Any]]]:
    """The conversations within logs of evaluations, which as a whole are no transcripts."""
    folder = CORPUS / "openai-chat"
    for run in json.loads((folder / "tau-bench" / "gpt-4o-airline.trials0-1.json").read_text()):
        yield run["traj"]
    for path in sorted((folder / "tau2-bench").glob("*.json")):
        for run in json.loads(path.read_text())["simulations"]:
            yield run["messages"]


def test_openai_conversations_in_their_many_dialects() -> None:
    counted: Counter[str] = Counter()
    for conversation in conversations():
        notes = Notes()
        data = io.BytesIO(json.dumps(conversation).encode())
        messages = list(OPENAI.read(data, notes))
        assert notes.warnings == []
        assert [m.role for m in messages] == [m["role"] for m in conversation]
        assert [m.text for m in messages if m.role != "tool"] == [
            m["content"] or "" for m in conversation if m["role"] != "tool"
        ]
        calls = [c for m in conversation for c in m.get("tool_calls") or ()]
        assert [c.id for m in messages for c in m.calls] == [c["id"] for c in calls]
        assert all(isinstance(c.args, dict) for m in messages for c in m.calls)
        assert {r.call_id for m in messages for r in m.results} <= {c["id"] for c in calls}
        counted.update(m.role for m in messages)
    print(f"\nread from evaluation logs: {dict(counted)}")
    assert counted["tool"] > 1000


@pytest.mark.parametrize("path", [*CLAUDE_CODE, *ANTHROPIC], ids=name)
def test_records_hold_everything(path: Path) -> None:
    for message in read(path)[0]:
        assert from_value(json.loads(to_line(message))) == message


@pytest.mark.parametrize("path", [*CLAUDE_CODE, *ANTHROPIC], ids=name)
@pytest.mark.parametrize("form", ["openai", "anthropic"])
def test_exports_read_back(path: Path, form: str, tmp_path: Path) -> None:
    messages, _ = read(path)
    exported = tmp_path / "exported.jsonl"
    exported.write_text("".join(line + "\n" for line in export(messages, form)), "utf-8")
    found = list(open_transcript(exported, form).messages)
    assert [c for m in found for c in m.calls] == [c for m in messages for c in m.calls]
    assert Counter((r.call_id, r.text) for m in found for r in m.results) == Counter(
        (r.call_id, r.text) for m in messages for r in m.results
    )
