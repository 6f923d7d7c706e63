"""What `codex exec --json` prints: events of a thread, with an item at its start and its end.

The prompt isn't among them, nor are times. Not in here: the sessions on disk (`codex`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from acx.model import Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Notes
from acx.transcripts.formats.blocks import result_text
from acx.transcripts.record import arguments, text_at

_RUNNING = ("command_execution", "mcp_tool_call", "collab_tool_call")
"""Kinds of items that start with all that is known of the call."""

_ABOUT = ("id", "type", "item_type", "status")
_OUTPUT = ("aggregated_output", "exit_code", "result", "error", "agents_states")


def is_event(record: Mapping[str, Any]) -> bool:
    return text_at(record, "type").startswith(("thread.", "turn.", "item."))


@dataclass(slots=True)
class Stream:
    """The events of one run. `started` are the ids of calls that wait for their end."""

    notes: Notes
    started: set[str] = field(default_factory=set)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        event, item = text_at(record, "type"), record.get("item")
        if event == "thread.started" and not self.notes.session_id:
            self.notes.session_id = text_at(record, "thread_id")
        item = item if isinstance(item, dict) else {}
        kind = text_at(item, "type", "item_type")
        found = list(self._item(kind, item, event)) if kind else []
        if not found:
            self.notes.ignored[f"{event}/{kind}" if kind else event] += 1
        yield from found

    def _item(self, kind: str, item: Mapping[str, Any], event: str) -> Iterator[Message]:
        own, done = text_at(item, "id"), event == "item.completed"
        if kind in ("agent_message", "assistant_message", "reasoning"):
            text = text_at(item, "text")
            part = Thinking(text) if kind == "reasoning" else Text(text)
            if done and text:
                yield Message("assistant", (part,), "agent")
        elif kind in _RUNNING or (done and kind in ("file_change", "web_search", "todo_list")):
            if own not in self.started and event in ("item.started", "item.completed"):
                self.started.add(own)
                yield Message("assistant", (_call(kind, own, item),), "agent")
            if done:
                self.started.discard(own)
                yield Message("tool", (_result(own, item),), "harness")


def _call(kind: str, id: str, item: Mapping[str, Any]) -> ToolCall:
    if kind == "mcp_tool_call":
        name = f"{text_at(item, 'server')}.{text_at(item, 'tool')}"
        return ToolCall(id, name, arguments(item.get("arguments")))
    given = {key: item[key] for key in item if key not in (*_ABOUT, *_OUTPUT)}
    return ToolCall(id, kind, arguments(given))


def _result(id: str, item: Mapping[str, Any]) -> ToolResult:
    """A call that was declined isn't one that a person refused: in such a run nobody is asked."""
    status, code = text_at(item, "status"), item.get("exit_code")
    error, given = item.get("error"), item.get("result")
    text = text_at(item, "aggregated_output")
    if isinstance(error, dict):
        text = text_at(error, "message")
    elif isinstance(given, dict):
        text = result_text(given.get("content"))
    return ToolResult(
        id,
        text,
        error=status in ("failed", "declined") if status else None,
        exit_code=code if isinstance(code, int) and not isinstance(code, bool) else None,
    )
