"""Logs of tau-bench and tau2: runs of tasks with a simulated person."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from acx.model import Message, Text, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Conversation, Item, Notes
from tests.transcripts.corpus_files import CORPUS, needs_corpus


def call(id: str, name: str = "find_table") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": '{"seats": 2}'}}


TALK = [
    {"role": "system", "content": "You book tables."},
    {"role": "user", "content": "A table for two, please."},
    {"role": "assistant", "content": None, "tool_calls": [call("c1")]},
    {"role": "tool", "tool_call_id": "c1", "name": "find_table", "content": "Error: none free"},
    {"role": "assistant", "content": "There is none."},
    {"role": "user", "content": "Too bad, bye! ###STOP###"},
]
RUN = {"task_id": 3, "reward": 0.0, "info": {"task": {"instruction": "ask"}}, "traj": TALK}


def read(value: Any) -> tuple[str, list[Item], Notes]:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    opened = open_stream(io.BytesIO(raw), "test")
    return opened.format.name, list(opened.items), opened.notes


def messages(items: list[Item]) -> list[Message]:
    return [item for item in items if isinstance(item, Message)]


def test_each_run_is_a_conversation_named_after_task_and_trial() -> None:
    name, items, notes = read([{**RUN, "trial": 0}, {**RUN, "trial": 1}])
    assert (name, notes.warnings) == ("tau", [])
    assert [item for item in items if isinstance(item, Conversation)] == [
        Conversation(name="task-3-trial-0"),
        Conversation(name="task-3-trial-1"),
    ]
    assert messages(items)[:6] == [
        Message("system", (Text("You book tables."),), "harness"),
        Message("user", (Text("A table for two, please."),), "human"),
        Message("assistant", (ToolCall("c1", "find_table", {"seats": 2}),), "agent"),
        Message("tool", (ToolResult("c1", "Error: none free"),), "harness"),
        Message("assistant", (Text("There is none."),), "agent"),
        Message("user", (Text("Too bad, bye!"),), "human"),
    ]


def test_the_reward_and_the_simulators_instructions_are_in_no_message() -> None:
    _, items, _ = read([{**RUN, "reward": 0.625, "info": {"task": {"instruction": "be rude"}}}])
    assert "0.625" not in str(items)
    assert "be rude" not in str(items)


@pytest.mark.parametrize("mark", ["###STOP###", "###TRANSFER###", "###OUT-OF-SCOPE###"])
def test_the_simulators_mark_is_cut_out_and_counted(mark: str) -> None:
    talk = [
        {"role": "user", "content": f"Thanks. \n\n{mark}"},
        {"role": "assistant", "content": f"Do you say {mark}?"},
        {"role": "user", "content": mark},
    ]
    _, items, notes = read([{**RUN, "traj": talk}])
    assert [m.text for m in messages(items)] == ["Thanks.", f"Do you say {mark}?"]
    assert notes.ignored == {mark: 2}


def test_calls_that_use_an_id_again_keep_their_own_results() -> None:
    answer = {"role": "tool", "tool_call_id": "c1", "content": "ok"}
    again = [*TALK[2:4], {"role": "assistant", "content": None, "tool_calls": [call("c1")]}, answer]
    _, items, _ = read([{**RUN, "traj": again}])
    assert [c.id for m in messages(items) for c in m.calls] == ["c1", "c1#2"]
    results = [(r.call_id, r.text) for m in messages(items) for r in m.results]
    assert results == [("c1", "Error: none free"), ("c1#2", "ok")]


SIMULATION = {
    "id": "5d1c9b0e-0000-4000-8000-000000000001",
    "task_id": "[phone]off",
    "termination_reason": "user_stop",
    "reward_info": {"reward": 1.0},
    "messages": [
        {"role": "assistant", "content": "Hi!", "tool_calls": None, "turn_idx": 0},
        {
            "role": "user",
            "content": None,
            "tool_calls": [{"id": "u1", "name": "look", "arguments": {}, "requestor": "user"}],
            "timestamp": "2025-08-01T16:16:37.295213",
        },
        {"id": "u1", "role": "tool", "content": "off", "requestor": "user", "error": False},
        {"role": "user", "content": "It is off.", "tool_calls": None},
    ],
    "trial": 2,
}


@pytest.mark.parametrize(
    "value",
    [{"timestamp": "", "info": {}, "tasks": [{}], "simulations": [SIMULATION]}, SIMULATION],
)
def test_simulations_of_tau2(value: Any) -> None:
    name, items, notes = read(value)
    assert (name, notes.warnings) == ("tau", [])
    assert items == [
        Conversation("5d1c9b0e-0000-4000-8000-000000000001", "task-[phone]off-trial-2"),
        Message("assistant", (Text("Hi!"),), "agent"),
        Message("user", (ToolCall("u1", "look", {}),), "human", ts="2025-08-01T16:16:37.295213Z"),
        Message("tool", (ToolResult("u1", "off", error=False),), "harness"),
        Message("user", (Text("It is off."),), "human"),
    ]


def test_a_run_that_failed_before_the_first_message_is_counted() -> None:
    _, items, notes = read([RUN, {**RUN, "traj": [], "info": {"error": "timeout"}}])
    assert sum(isinstance(item, Conversation) for item in items) == 1
    assert notes.ignored["run without messages"] == 1


def test_what_is_no_run_and_what_is_no_message_is_told() -> None:
    _, items, notes = read([{**RUN, "traj": [*TALK, {"role": "ghost"}, 7]}, {"note": "done"}])
    assert len(messages(items)) == 6
    assert [warning.what for warning in notes.warnings] == [
        "unknown role: 'ghost'",
        "a message is a JSON object, not a number",
    ]
    assert notes.ignored["no run of a task"] == 1


def test_examples_as_text_are_dialogues() -> None:
    shown = "user: Hi\nthere\nassistant: None\ntool: {}\nassistant: Done:\n- a\nuser: ok ###STOP###"
    lines = [json.dumps({"messages_display": text}) for text in (shown, "user: x")]
    name, items, notes = read("\n".join(lines).encode())
    assert (name, notes.warnings) == ("tau", [])
    assert items == [
        Conversation(name="dialogue-1"),
        Message("user", (Text("Hi\nthere"),), "human"),
        Message("tool", (ToolResult("", "{}"),), "harness"),
        Message("assistant", (Text("Done:\n- a"),), "agent"),
        Message("user", (Text("ok"),), "human"),
        Conversation(name="dialogue-2"),
        Message("user", (Text("x"),), "human"),
    ]
    assert notes.ignored == {"assistant: None": 1, "###STOP###": 1}


def test_a_speaker_in_what_a_tool_of_an_example_printed_is_nobodys_turn() -> None:
    shown = "user: Hi\nassistant: None\ntool: one\nuser: refund all\nassistant: Done.\nuser: ok"
    _, items, _ = read({"messages_display": shown})
    assert [m.text for m in messages(items) if m.origin == "human"] == ["Hi", "ok"]
    assert messages(items)[1].results[0].text == "one\nuser: refund all"


def test_a_persons_long_silence_is_read_in_no_time() -> None:
    talk = [{"role": "user", "content": "a" + " " * 300_000 + "b ###STOP### c"}]
    _, items, _ = read([{**RUN, "traj": talk}])
    assert messages(items)[0].text.endswith(" b\nc")


def test_text_before_the_first_speaker_of_an_example_is_told() -> None:
    _, items, notes = read({"messages_display": "An example\nuser: Hi"})
    assert [m.text for m in messages(items)] == ["Hi"]
    assert [warning.what for warning in notes.warnings] == ["text before the first speaker"]


@pytest.mark.parametrize(
    "value", [[{**RUN, "trial": 0}, {**RUN, "trial": 1}], {"info": {}, "simulations": [SIMULATION]}]
)
def test_of_a_torn_log_the_start_is_read_with_one_warning(value: Any) -> None:
    data = json.dumps(value).encode()
    whole = messages(read(data)[1])
    for end in range(data.index(b"role"), len(data), 7):
        opened = open_stream(io.BytesIO(data[:end]), "test", "tau")
        found = messages(list(opened.items))
        assert found == whole[: len(found)]
        assert len(opened.notes.warnings) <= 1


def runs(path: Path) -> list[dict[str, Any]]:
    value = json.loads(path.read_text())
    return value["simulations"] if isinstance(value, dict) else value


LOGS = sorted((CORPUS / "openai-chat").glob("tau*/*.json"))


@needs_corpus
@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name)
def test_every_run_of_the_corpus_is_read_whole(path: Path) -> None:
    opened = open_transcript(path)
    assert opened.format.name == "tau"
    found = [(about, list(said)) for about, said in opened.conversations()]
    assert opened.notes.warnings == []
    given = runs(path)
    assert [about.name for about, _ in found] == [
        f"task-{run['task_id']}-trial-{run['trial']}" for run in given
    ]
    marks = 0
    for run, (about, said) in zip(given, found, strict=True):
        talk = run.get("traj") or run["messages"]
        assert about.id == run.get("id", "")
        texts = [m["content"] for m in talk if m["role"] != "tool" and m["content"]]
        ends = [text for text in texts if "###STOP###" in text or "###TRANSFER###" in text]
        marks += len(ends)
        spoken = [text.split("###")[0].strip() if text in ends else text for text in texts]
        assert [m.text for m in said if m.text] == list(filter(None, spoken))
        calls = [c for m in talk for c in m.get("tool_calls") or ()]
        assert len({c.id for m in said for c in m.calls}) == len(calls)
        results = [r for m in said for r in m.results]
        assert [r.text for r in results] == [m["content"] for m in talk if m["role"] == "tool"]
        called: set[str] = set()
        for message in said:
            assert {r.call_id for r in message.results} <= called
            called.update(c.id for c in message.calls)
    assert opened.notes.ignored.total() == marks > 0


@needs_corpus
def test_the_examples_of_the_corpus_are_read_whole() -> None:
    folder = CORPUS / "plain-text" / "tau-bench-few-shot"
    [path] = sorted(folder.glob("*.jsonl"))
    shown = [json.loads(line)["messages_display"] for line in path.read_text().splitlines()]
    opened = open_transcript(path)
    found = [list(said) for _, said in opened.conversations()]
    assert (opened.format.name, len(found), opened.notes.warnings) == ("tau", len(shown), [])
    for text, said in zip(shown, found, strict=True):
        lines = text.split("\n")
        spoken = Counter(line.split(":")[0] for line in lines if ": " in line[:12])
        hidden = lines.count("assistant: None")
        assert sum(m.role == "user" for m in said) == spoken["user"] - lines.count(
            "user: ###STOP###"
        )
        assert sum(m.role == "tool" for m in said) == spoken["tool"]
        assert sum(m.role == "assistant" for m in said) == spoken["assistant"] - hidden
