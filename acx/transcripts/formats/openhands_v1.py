"""OpenHands' events since version 1: those of its SDK, each with a `kind`.

Not in here: the events of versions 0.x, and opening either (`openhands`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acx.model import Event, Message, Origin, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Notes, Sample
from acx.transcripts.formats.blocks import listed, result_text, unknown
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.fields import number_at, object_at
from acx.transcripts.record import arguments, stamp, text_at

_KINDS = (
    "SystemPromptEvent",
    "SystemPromptUpdateEvent",
    "MessageEvent",
    "ActionEvent",
    "ObservationEvent",
    "AgentErrorEvent",
    "PauseEvent",
    "InterruptEvent",
    "ConversationStateUpdateEvent",
)
_SOURCES = ("agent", "user", "environment", "hook")
_FILE = re.compile(r"event[-_](\d{1,9})[-_].+\.json")
_NO_REASON = "User rejected"  # what stands there where the person gave none
_STILL_RUNNING = -1


def matches(sample: Sample) -> str:
    found = next(filter(_is_event, sample.records), None)
    return f"a {found['kind']} with a source" if found else ""


def is_own(record: Mapping[str, Any]) -> bool:
    return "kind" in record or _is_state(record)


def files(folder: Path) -> tuple[Path, ...]:
    """A conversation's state and its events in order; () where there are none."""
    events = {
        (int(match[1]), file.name): file
        for file in folder.glob("event*.json")
        if (match := _FILE.fullmatch(file.name))
    }
    state = folder.parent / "base_state.json"
    before = [state] if events and state.is_file() else []
    return (*before, *(events[key] for key in sorted(events)))


def _is_event(record: Mapping[str, Any]) -> bool:
    return record.get("kind") in _KINDS and record.get("source") in _SOURCES


def _is_state(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("agent"), dict) and isinstance(record.get("workspace"), dict)


@dataclass(slots=True)
class Events:
    """`model` is the agent's, as the conversation's state says."""

    notes: Notes
    model: str = ""

    def messages(self, record: Mapping[str, Any]) -> Iterator[Message]:
        """The messages of an event. Raises BadInput."""
        kind = text_at(record, "kind")
        if _is_state(record):
            self._state(record)
        elif kind == "ConversationStateUpdateEvent" and _is_state(object_at(record, "value")):
            self._state(object_at(record, "value"))
        elif kind in ("SystemPromptEvent", "SystemPromptUpdateEvent"):
            texts = (object_at(record, "system_prompt"), object_at(record, "dynamic_context"))
            parts = tuple(Text(text) for block in texts if (text := text_at(block, "text")))
            yield from self._if_any(_message("system", parts, "harness", record))
        elif kind == "MessageEvent":
            yield from self._said(record)
        elif kind == "ActionEvent":
            yield self._call(record)
        elif kind in ("ObservationEvent", "AgentErrorEvent", "UserRejectObservation"):
            yield from self._result(record, kind)
        elif kind == "Condensation":
            summary = text_at(record, "summary")
            parts = (Text(summary),) if summary else ()
            yield from self._if_any(_message("user", parts, "harness", record, "compaction"))
        elif kind in ("PauseEvent", "InterruptEvent"):
            marker = (Text(text_at(record, "reason") or kind),)
            yield _message("user", marker, "human", record, "interrupt")
        else:
            self.notes.ignored[kind or "no kind"] += 1

    def _state(self, state: Mapping[str, Any]) -> None:
        self.notes.session_id = self.notes.session_id or text_at(state, "id")
        self.notes.cwd = self.notes.cwd or text_at(object_at(state, "workspace"), "working_dir")
        self.model = text_at(object_at(object_at(state, "agent"), "llm"), "model")

    def _said(self, record: Mapping[str, Any]) -> Iterator[Message]:
        message = object_at(record, "llm_message")
        thinking = _thinking(message)
        parts = (*thinking, *_parts(message.get("content"), thinking))
        if record.get("source") == "agent":
            spoken = _message("assistant", parts, "agent", record, model=self.model)
        else:
            origin: Origin = "human" if record.get("source") == "user" else "harness"
            if text_at(record, "sender"):  # another agent's name
                origin = "subagent"
            spoken = _message("user", parts, origin, record)
        yield from self._if_any(spoken)
        yield from _added(record)

    def _call(self, record: Mapping[str, Any]) -> Message:
        thinking = _thinking(record)
        call = object_at(record, "tool_call")
        function = object_at(call, "function") or call
        made = ToolCall(
            text_at(record, "tool_call_id") or text_at(call, "id") or text_at(record, "id"),
            text_at(record, "tool_name") or text_at(function, "name"),
            arguments(function.get("arguments")),
        )
        parts = (*thinking, *_parts(record.get("thought"), thinking), made)
        return _message("assistant", parts, "agent", record, model=self.model)

    def _result(self, record: Mapping[str, Any], kind: str) -> Iterator[Message]:
        seen = object_at(record, "observation")
        content = seen.get("content", seen.get("output"))
        text = text_at(record, "error", "rejection_reason") or _printed(content)
        error: Any = seen.get("is_error") if kind == "ObservationEvent" else True
        refused = kind == "UserRejectObservation" and record.get("rejection_source") != "hook"
        result = ToolResult(
            text_at(record, "tool_call_id") or text_at(record, "action_id"),
            text,
            error=error if isinstance(error, bool) else None,
            exit_code=_exit_code(seen),
            rejected=refused,
        )
        yield _message("tool", (result, *_images(content)), "harness", record)
        if refused and text and not text.startswith(_NO_REASON):
            yield _message("user", (Text(text),), "human", record, "rejection", "#reason")
        yield from _added(record)

    def _if_any(self, message: Message) -> Iterator[Message]:
        if message.parts:
            yield message
        else:
            self.notes.ignored[f"{message.event or message.role}/empty"] += 1


def _message(
    role: Any,
    parts: tuple[Part, ...],
    origin: Origin,
    record: Mapping[str, Any],
    event: Event = "",
    mark: str = "",
    model: str = "",
) -> Message:
    id = text_at(record, "id")
    own = f"{id}{mark}" if id else ""
    ts = stamp(record.get("timestamp"))
    return Message(role, parts, origin, id=own, ts=ts, event=event, model=model)


def _added(record: Mapping[str, Any]) -> Iterator[Message]:
    """What skills and rules put after a message or result."""
    if parts := tuple(_parts(record.get("extended_content"))):
        yield _message("user", parts, "harness", record, mark="#added")


def _thinking(record: Mapping[str, Any]) -> tuple[Thinking, ...]:
    """The same thought stands there once as text, and once in the blocks of some models."""
    blocks = record.get("thinking_blocks")
    blocks = blocks if isinstance(blocks, list) else []
    texts = [text_at(block, "thinking") for block in blocks if isinstance(block, dict)]
    thought = text_at(record, "reasoning_content") or "\n".join(filter(None, texts))
    return (Thinking(thought),) if thought.strip() else ()


def _parts(content: Any, thinking: tuple[Thinking, ...] = ()) -> Iterator[Part]:
    """The parts of some content, without the thoughts that some models write into it once more."""
    for block in listed(content):
        if isinstance(block, dict) and block.get("type") == "image":
            yield from _images([block])
            continue
        text = text_at(block, "text") if isinstance(block, dict) else None
        if text is None or (not text and block.get("type") != "text"):
            yield unknown(block)
            continue
        for thought in thinking:
            again = f"<think>{thought.text}</think>"
            text = text.removeprefix(again).lstrip() if text.startswith(again) else text
        if text.strip():
            yield Text(text)


def _images(content: Any) -> Iterator[Part]:
    for block in content if isinstance(content, list) else ():
        urls = block.get("image_urls") if isinstance(block, dict) else None
        for url in urls if isinstance(urls, list) else ():
            if isinstance(url, str):
                yield attached(url, "" if url.startswith("data:") else "image")


def _printed(content: Any) -> str:
    if isinstance(content, list):
        content = [block for block in content if not _is_image(block)]
    return result_text(content)


def _is_image(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "image"


def _exit_code(seen: Mapping[str, Any]) -> int | None:
    code = number_at(seen, "exit_code")
    code = number_at(object_at(seen, "metadata"), "exit_code") if code is None else code
    return None if code == _STILL_RUNNING else code
