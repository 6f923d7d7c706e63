"""OpenHands: events of versions 0.x as a list or folder, and those of the SDK since 1."""

from __future__ import annotations

import hashlib
import io
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from acx.errors import BadInput
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import found, open_source, open_stream
from acx.transcripts.contract import Notes
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

CORPUS = ROOT / "openhands" / "sdk-v1"

PICTURE = "data:image/png;base64," + b64encode(b"bread").decode()
BREAD = Attachment("image/png", "", 5, hashlib.sha256(b"bread").hexdigest())


def read_bytes(data: bytes, format: str | None = None) -> tuple[list[Message], Notes]:
    opened = open_stream(io.BytesIO(data), "x", format)
    assert opened.format.name == "openhands"
    return list(opened.messages), opened.notes


def read(*events: dict[str, Any]) -> list[Message]:
    messages, notes = read_bytes(json.dumps(list(events)).encode())
    assert notes.warnings == []
    return messages


# Versions 0.x


def did(id: int, action: str, source: str = "agent", **args: Any) -> dict[str, Any]:
    when = f"2025-03-01T10:00:{id:02}.500000"
    return {"id": id, "timestamp": when, "source": source, "action": action, "args": args}


def saw(id: int, cause: int | None, kind: str, content: Any, **extras: Any) -> dict[str, Any]:
    event = {"id": id, "timestamp": f"2025-03-01T10:00:{id:02}", "source": "agent"}
    return {**event, "cause": cause, "observation": kind, "content": content, "extras": extras}


def called(event: dict[str, Any], call: str, reply: str = "r1", **message: Any) -> dict[str, Any]:
    """An event that came of a model's reply, which is written into it whole."""
    made = {"id": call, "function": {"name": "execute_bash", "arguments": '{"command": "bake"}'}}
    said = {"content": "x", "tool_calls": [made], **message}
    response = {"id": reply, "model": "oven-1", "choices": [{"message": said}]}
    meta = {"function_name": "execute_bash", "tool_call_id": call, "model_response": response}
    return {**event, "tool_call_metadata": meta}


TALK = (
    did(0, "system", content="You bake", tools=[]),
    did(1, "message", "user", content="Bake six rolls", image_urls=None),
    did(2, "recall", "user", query="Bake six rolls", recall_type="workspace_context"),
    saw(3, 2, "recall", "Added workspace context", repo_instructions="Use rye"),
    called(did(5, "run", command="bake", thought="I bake", hidden=False), "c1"),
    called(saw(6, 5, "run", "hot\n", command="bake", metadata={"exit_code": 3}), "c1"),
    saw(7, None, "agent_state_changed", "", agent_state="running"),
    did(8, "read", path="/menu", thought=""),
    saw(9, 8, "read", "rolls"),
    did(10, "message", content="Rolls are ready"),
    did(12, "finish", final_thought="Done", thought=""),
)


def test_actions_are_calls_and_what_they_cause_are_results() -> None:
    messages = read(*TALK)
    assert [(m.role, m.origin, m.id) for m in messages] == [
        ("system", "harness", "0"),
        ("user", "human", "1"),
        ("user", "harness", "3"),
        ("assistant", "agent", "5"),
        ("tool", "harness", "6"),
        ("assistant", "agent", "8"),
        ("tool", "harness", "9"),
        ("assistant", "agent", "10"),
        ("assistant", "agent", "12"),
    ]
    assert messages[2].text == "Use rye"
    made = ToolCall("c1", "execute_bash", {"command": "bake"})
    assert messages[3].parts == (Text("I bake"), made)
    assert (messages[3].model, messages[3].ts) == ("oven-1", "2025-03-01T10:00:05.500000Z")
    assert messages[4].parts == (ToolResult("c1", "hot\n", error=False, exit_code=3),)
    assert messages[5].parts == (ToolCall("8", "read", {"path": "/menu"}),)
    assert messages[6].results[0].call_id == "8"
    assert messages[8].calls[0].args == {"final_thought": "Done"}


def test_events_that_say_nothing_are_counted() -> None:
    _, notes = read_bytes(json.dumps([*TALK, {"id": 13}]).encode())
    assert notes.ignored == {
        "action/recall": 1, "observation/agent_state_changed": 1, "no event": 1,
    }  # fmt: skip


def test_lines_read_like_a_list() -> None:
    assert read_bytes("\n".join(map(json.dumps, TALK)).encode())[0] == read(*TALK)


def test_a_reply_in_several_actions_is_thought_once() -> None:
    thought = {"reasoning_content": "Flour first"}
    messages = read(
        called(did(1, "run", command="a", thought="Two"), "c1", "r1", **thought),
        called(did(2, "run", command="b"), "c2", "r1", **thought),
        called(did(3, "run", command="c"), "c3", "r2", **thought),
    )
    assert [Thinking("Flour first") in m.parts for m in messages] == [True, False, True]


def test_what_was_thought_with_a_tool_is_its_argument() -> None:
    (message,) = read(did(1, "think", thought="Rye is better"))
    assert message.parts == (ToolCall("1", "think", {"thought": "Rye is better"}),)


def test_codes_and_failures() -> None:
    messages = read(
        did(1, "run", command="a"),
        {**saw(2, 1, "run", "x", metadata={"exit_code": 127}), "success": False},
        did(3, "run", command="b"),
        {**saw(4, 3, "run", "y", metadata={"exit_code": -1}), "success": False},
        did(5, "run", command="c"),
        saw(6, 5, "run", "z", exit_code=0),
        did(7, "edit", path="/p"),
        saw(8, 7, "error", "no such file"),
        saw(9, None, "error", "the model is gone"),
    )
    assert [r for m in messages for r in m.results] == [
        ToolResult("1", "x", error=True, exit_code=127),
        ToolResult("3", "y", error=False),  # still running
        ToolResult("5", "z", error=False, exit_code=0),
        ToolResult("7", "no such file", error=True),
    ]
    assert (messages[-1].role, messages[-1].origin) == ("user", "harness")
    assert messages[-1].text == "the model is gone"


def test_a_call_the_person_refused() -> None:
    messages = read(did(1, "run", command="a"), saw(2, 1, "user_rejected", "Rejected by the user"))
    assert messages[1].results == (
        ToolResult("1", "Rejected by the user", error=False, rejected=True),
    )
    assert [m.origin for m in messages] == ["agent", "harness"]


def test_a_stop_by_the_person_is_an_interrupt() -> None:
    messages = read(
        did(1, "change_agent_state", "user", agent_state="stopped"),
        did(2, "change_agent_state", "user", agent_state="running"),
        did(3, "change_agent_state", "environment", agent_state="stopped"),
        did(4, "message", content="x"),
    )
    assert [(m.event, m.origin, m.text) for m in messages] == [
        ("interrupt", "human", "stopped"),
        ("", "agent", "x"),
    ]


def test_commands_of_the_person_and_of_the_program() -> None:
    messages = read(
        did(1, "run", "user", command="ls"),
        saw(2, 1, "run", "rolls\n", metadata={"exit_code": 0}),
        did(3, "run", "environment", command="git config x"),
        saw(4, 3, "run", "", metadata={"exit_code": 0}),
    )
    assert [(m.role, m.origin, m.event, m.text) for m in messages] == [
        ("user", "human", "shell", "ls"),
        ("user", "harness", "", "rolls\n"),
        ("assistant", "harness", "", ""),
        ("tool", "harness", "", ""),
    ]


def test_a_task_in_a_template_is_the_persons_without_it() -> None:
    template = "<uploaded_files>\n/bakery\n</uploaded_files>\nConsider:\n{}\nFix it, in steps"
    task = "<issue_description>\nRolls burn\n</issue_description>"
    messages = read(did(1, "message", "user", content=template.format(task)))
    assert [(m.text, m.origin, m.id) for m in messages] == [
        ("Rolls burn", "human", "1"),
        (template.format(""), "harness", "1#template"),
    ]
    plain = f"What does this say?\n{task}"
    assert [m.text for m in read(did(1, "message", "user", content=plain))] == [plain]


def test_summaries_are_compactions() -> None:
    messages = read(
        did(1, "condensation", summary="Rolls were baked", forgotten_event_ids=[0]),
        did(2, "condensation", forgotten_event_ids=[1]),
        saw(3, None, "condense", "So far: rolls"),
        did(4, "message", content="x"),
    )
    assert [(m.text, m.origin, m.event) for m in messages[:2]] == [
        ("Rolls were baked", "harness", "compaction"),
        ("So far: rolls", "harness", "compaction"),
    ]
    assert len(messages) == 3


def test_work_handed_to_another_agent_is_a_subagents() -> None:
    messages = read(
        did(1, "delegate", agent="Taster", inputs={"task": "taste"}),
        did(2, "message", "user", content="TASK: taste"),
        did(3, "run", command="taste"),
        saw(4, 3, "run", "good"),
        saw(5, 1, "delegate", "it is good"),
        did(6, "message", content="Tasted"),
    )
    assert [m.origin for m in messages] == [
        "agent", "subagent", "subagent", "harness", "harness", "agent",
    ]  # fmt: skip
    assert messages[4].results == (ToolResult("1", "it is good", error=False),)


def test_images_are_kept_as_what_is_known_of_them() -> None:
    messages = read(
        did(1, "message", "user", content="", image_urls=[PICTURE, None, 7]),
        did(2, "browse", url="x"),
        saw(3, 2, "browse", "page", screenshot=PICTURE),
        did(4, "message", "user", content=" "),
    )
    assert messages[0].parts == (BREAD,)
    assert messages[2].parts[1:] == (BREAD,)
    assert len(messages) == 3


def test_a_list_cut_anywhere_is_a_prefix() -> None:
    data, whole = json.dumps(TALK).encode(), read(*TALK)
    counts = set()
    for end in range(1, len(data), 5):
        messages, notes = read_bytes(data[:end], "openhands")
        assert messages == whole[: len(messages)]
        assert len(notes.warnings) <= 1
        counts.add(len(messages))
    assert counts == set(range(len(whole) + 1))


def test_odd_values_are_passed_over() -> None:
    deep: Any = []
    for _ in range(150):
        deep = [deep]
    events = [
        did(1, "message", content="one"),
        {"source": "agent", "action": ["run"], "args": 7},
        {"source": "agent", "action": "run", "args": []},
        did(2, "edit", path=deep),
        {**saw(3, None, "run", {"a": None}), "extras": [], "cause": [1]},
        {"source": "agent", "observation": {}, "content": None},
    ]
    messages, notes = read_bytes(json.dumps(events).encode())
    assert [m.text for m in messages] == ["one", "", '{"a":null}']
    assert notes.ignored == {"no event": 2, "the message is nested too deeply": 1}


def test_one_event_of_many_is_no_transcript() -> None:
    for event in (TALK[1], said("e1", "Bake six rolls")):
        with pytest.raises(BadInput, match="no known transcript format"):
            open_stream(io.BytesIO(json.dumps(event).encode()), "x")


@pytest.mark.parametrize(
    "event",
    [{"kind": "ClickEvent", "source": "web"}, {"kind": "MessageEvent", "source": "web"},
     {"kind": ["MessageEvent"], "source": "user"}],
)  # fmt: skip
def test_events_of_others_are_not_mistaken(event: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="no known transcript format"):
        open_stream(io.BytesIO(json.dumps([event, event]).encode()), "x")


@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_of_numbered_events_is_one_transcript(tmp_path: Path, inside: bool) -> None:
    folder = tmp_path / "sessions" / "s1"
    (folder / "events").mkdir(parents=True)
    for event in TALK:
        (folder / "events" / f"{event['id']}.json").write_text(json.dumps(event))
    (folder / "events" / "page.json").write_text("[]")
    (folder / "metadata.json").write_text(json.dumps({"conversation_id": "s1", "title": "Rolls"}))
    (source,) = found(folder / "events" if inside else folder.parent)
    opened = open_source(source)
    assert list(opened.messages) == read(*TALK)
    assert opened.notes.session_id == "s1"


# Versions 1.x


def event(id: str, kind: str, source: str = "environment", **fields: Any) -> dict[str, Any]:
    return {"id": id, "timestamp": "2026-02-01T10:00:00", "source": source, "kind": kind, **fields}


def words(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text, "cache_prompt": False} for text in texts]


def said(id: str, text: str, source: str = "user", **fields: Any) -> dict[str, Any]:
    message = {"role": source, "content": words(text), **fields.pop("message", {})}
    return event(id, "MessageEvent", source, llm_message=message, **fields)


def act(id: str, call: str, *thought: str, **fields: Any) -> dict[str, Any]:
    made = {"id": call, "name": "terminal", "arguments": '{"command": "bake"}'}
    more = {"tool_name": "terminal", "tool_call_id": call, "tool_call": made, **fields}
    return event(id, "ActionEvent", "agent", thought=words(*thought), **more)


def result(id: str, call: str, text: str, **seen: Any) -> dict[str, Any]:
    observed = {"content": words(text), "is_error": False, **seen}
    return event(id, "ObservationEvent", tool_call_id=call, observation=observed, action_id="a")


STATE = {
    "id": "0b9c", "agent": {"llm": {"model": "oven-1"}}, "workspace": {"working_dir": "/bakery"},
}  # fmt: skip
SDK = (
    event("e0", "SystemPromptEvent", "agent", system_prompt=words("You bake")[0]),
    said("e1", "Bake six rolls", extended_content=words("Rule: use rye")),
    act("e2", "c1", "I bake"),
    result("e3", "c1", "hot\n", metadata={"exit_code": 3}),
    event("e4", "ConversationStateUpdateEvent", key="stats", value={}),
    said("e5", "Rolls are ready", "agent"),
)


def test_events_of_the_sdk() -> None:
    messages, notes = read_bytes("\n".join(map(json.dumps, SDK)).encode())
    assert [(m.role, m.origin, m.id, m.text) for m in messages] == [
        ("system", "harness", "e0", "You bake"),
        ("user", "human", "e1", "Bake six rolls"),
        ("user", "harness", "e1#added", "Rule: use rye"),
        ("assistant", "agent", "e2", "I bake"),
        ("tool", "harness", "e3", ""),
        ("assistant", "agent", "e5", "Rolls are ready"),
    ]
    assert messages[3].calls == (ToolCall("c1", "terminal", {"command": "bake"}),)
    assert messages[4].results == (ToolResult("c1", "hot\n", error=False, exit_code=3),)
    assert messages[0].ts == "2026-02-01T10:00:00Z"
    assert notes.ignored == {"ConversationStateUpdateEvent": 1}


def test_a_thought_that_stands_there_three_times_is_thought_once() -> None:
    block = {"type": "thinking", "thinking": "Flour first", "signature": "x"}
    known = {"reasoning_content": "Flour first", "thinking_blocks": [block]}
    (message,) = read(act("e1", "c1", "<think>Flour first</think>\n\nI bake", **known))
    assert message.parts[:2] == (Thinking("Flour first"), Text("I bake"))
    (message,) = read(act("e1", "c1", "<think>or rye</think>", thinking_blocks=[block, 7]))
    assert message.parts[:2] == (Thinking("Flour first"), Text("<think>or rye</think>"))


def test_refusals_with_and_without_a_reason() -> None:
    def refused(id: str, reason: str, **fields: Any) -> dict[str, Any]:
        return event(id, "UserRejectObservation", tool_call_id="c1", rejection_reason=reason,
                     **fields)  # fmt: skip

    messages = read(
        act("e0", "c1"),
        refused("e1", "use rye"),
        refused("e2", "User rejected the action"),
        refused("e3", "no baking at night", rejection_source="hook"),
    )
    assert [(r.text, r.rejected) for m in messages for r in m.results] == [
        ("use rye", True),
        ("User rejected the action", True),
        ("no baking at night", False),
    ]
    human = [m for m in messages if m.origin == "human"]
    assert [(m.text, m.event, m.id) for m in human] == [("use rye", "rejection", "e1#reason")]


def test_errors_codes_and_older_results() -> None:
    messages = read(
        act("e0", "c1"),
        event("e1", "AgentErrorEvent", "agent", tool_call_id="c1", error="no such tool"),
        result("e2", "c2", "x", is_error=True, exit_code=2, metadata={"exit_code": 1}),
        result("e3", "c3", "y", is_error=None, exit_code=None, metadata={"exit_code": -1}),
        result("e4", "c4", "", content=None, output="old"),
    )
    assert [r for m in messages for r in m.results] == [
        ToolResult("c1", "no such tool", error=True),
        ToolResult("c2", "x", error=True, exit_code=2),
        ToolResult("c3", "y"),
        ToolResult("c4", "", error=False),
    ]


def test_summaries_interrupts_and_other_agents() -> None:
    messages = read(
        said("e0", "Taste", sender="baker"),
        said("e1", "Go on", "environment"),
        event("e2", "Condensation", summary="So far: rolls", forgotten_event_ids=[]),
        event("e3", "Condensation", forgotten_event_ids=["e0"]),
        event("e4", "PauseEvent", "user"),
        event("e5", "InterruptEvent", "user", reason="enough"),
    )
    assert [(m.text, m.origin, m.event) for m in messages] == [
        ("Taste", "subagent", ""),
        ("Go on", "harness", ""),
        ("So far: rolls", "harness", "compaction"),
        ("PauseEvent", "human", "interrupt"),
        ("enough", "human", "interrupt"),
    ]


def test_images_of_messages_and_results() -> None:
    image = {"type": "image", "image_urls": [PICTURE, 7]}
    other = {"type": "image", "image_urls": ["https://example.invalid/roll.png"]}
    messages = read(
        said("e0", "", message={"content": [image, *words("See"), other]}),
        result("e1", "c1", "", content=[*words("seen"), image]),
    )
    elsewhere = Attachment("image", "https://example.invalid/roll.png")
    assert messages[0].parts == (BREAD, Text("See"), elsewhere)
    assert messages[1].parts == (ToolResult("c1", "seen", error=False), BREAD)


def test_odd_values_of_the_sdk_are_passed_over() -> None:
    events = [
        said("e0", "one"),
        said("e1", "", message={"content": 7}),
        said("e2", "", message={"content": [None, {"type": "text"}, {"type": "video"}]}),
        event("e3", "ActionEvent", "agent", thought=None, tool_call=[], tool_name=7),
        event("e4", "ObservationEvent", observation=[]),
        event("e5", "NewEvent"),
        {"kind": ["MessageEvent"]},
        {"kind": "SystemPromptEvent", "system_prompt": "x"},
    ]
    messages, notes = read_bytes(json.dumps(events).encode())
    assert [m.text for m in messages] == ["one", "", "", ""]
    assert [p.name for p in messages[1].parts if isinstance(p, Attachment)] == ["", "video"]
    assert notes.ignored == {
        "the message's content must be text or a list, not a number": 1,
        "NewEvent": 1, "no kind": 1, "system/empty": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["event-{:05}-{}.json", "event_{:06}_{}.json"])
def test_a_folder_of_sdk_events_is_one_transcript(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "conversations" / "0b9c"
    (folder / "events").mkdir(parents=True)
    for nth, one in enumerate(SDK):
        (folder / "events" / name.format(nth, one["id"])).write_text(json.dumps(one))
    (folder / "events" / ".eventlog.lock").write_text("")
    (folder / "base_state.json").write_text(json.dumps(STATE))
    (source,) = found(folder.parent)
    opened = open_source(source)
    messages = list(opened.messages)
    assert [m.id for m in messages] == ["e0", "e1", "e1#added", "e2", "e3", "e5"]
    assert {m.model for m in messages if m.role == "assistant"} == {"oven-1"}
    assert (opened.notes.session_id, opened.notes.cwd) == ("0b9c", "/bakery")


def test_the_state_is_also_told_by_an_event() -> None:
    update = event("e9", "ConversationStateUpdateEvent", key="full_state", value=STATE)
    messages, notes = read_bytes("\n".join(map(json.dumps, (update, *SDK))).encode())
    assert (notes.session_id, notes.cwd) == ("0b9c", "/bakery")
    assert messages[-1].model == "oven-1"


@needs_corpus
@pytest.mark.parametrize("name", ["3fdb316098bb48e1aa029ce56805792a", "goal_events.jsonl"])
def test_nothing_of_the_corpus_is_lost(name: str) -> None:
    path = CORPUS / name
    files = sorted(path.glob("events/*.json")) if path.is_dir() else [path]
    raw = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    (source,) = found(path)
    opened = open_source(source)
    messages = list(opened.messages)
    assert opened.notes.warnings == []
    assert len(messages) + opened.notes.ignored.total() == len(raw)
    assert [m.id for m in messages] == [
        one["id"] for one in raw if one["kind"] != "ConversationStateUpdateEvent"
    ]
    calls = [one["tool_call"] for one in raw if one["kind"] == "ActionEvent"]
    assert [(c.id, c.args) for m in messages for c in m.calls] == [
        (call["id"], json.loads(call["arguments"])) for call in calls
    ]
    seen = [one for one in raw if one["kind"] == "ObservationEvent"]
    assert [(r.call_id, r.text, r.error) for m in messages for r in m.results] == [
        (
            one["tool_call_id"],
            "\n".join(block["text"] for block in one["observation"]["content"]),
            one["observation"]["is_error"],
        )
        for one in seen
    ]
    typed = [one["llm_message"] for one in raw if one["kind"] == "MessageEvent"]
    assert [m.text for m in messages if m.origin == "human"] == [
        message["content"][0]["text"] for message in typed
    ]
    assert len(calls) >= 2


@needs_corpus
def test_exit_codes_of_the_corpus() -> None:
    messages = open_source(next(iter(found(CORPUS / "goal_events.jsonl")))).messages
    assert [r.exit_code for m in messages for r in m.results] == [None, None, 1]
