"""Cursor: the transcripts of its agent, as JSON Lines and, from before February 2026, as text.

They hold no ids, no results of tools and few times. Neither the session's id nor whether it is a
subagent's stands in them, only in their paths. Not in here: Cursor's databases, which hold more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message, Part, Text, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import cursor_plain
from acx.transcripts.formats.blocks import listed, parts_of, result_text
from acx.transcripts.formats.cursor_texts import typed_at
from acx.transcripts.formats.cursor_turn import Calls, user
from acx.transcripts.record import kind_of, text_at
from acx.transcripts.source import objects

_REDACTED = "[REDACTED]"
"""What stands at the end of a text in place of the model's thinking."""


def _matches(sample: Sample) -> str:
    """By the messages, among which marks of ended turns may stand."""
    if not sample.text.lstrip().startswith(("{", "[")):
        return cursor_plain.matches(sample.text)
    said = [record for record in sample.records if record.get("type") != "turn_ended"]
    if all(map(_is_message, said)) and any(record["message"].get("content") for record in said):
        return f"{len(said)} lines of a role and a message"
    return ""


def _is_message(record: Mapping[str, Any]) -> bool:
    known = text_at(record, "role") in ("user", "assistant") and "type" not in record
    return known and isinstance(record.get("message"), dict)


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    start = stream.tell()
    head = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    stream.seek(start)
    if head not in (b"{", b"["):
        yield from cursor_plain.read(stream, notes)
        return
    session = _Session(notes)
    for record in objects(stream, notes):
        with notes.skipping():
            yield from session.take(record)


@dataclass(slots=True)
class _Session:
    """What is held between lines: the calls that wait for a result."""

    notes: Notes
    calls: Calls = field(default_factory=Calls)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        role, kind = text_at(record, "role"), text_at(record, "type")
        found: list[Message] = []
        if role == "user":
            found = list(self._user(_content(record)))
        elif role == "assistant":
            found = list(self._assistant(record))
        elif kind == "turn_ended" and text_at(record, "error").startswith("User aborted"):
            text = Text(text_at(record, "error"))
            found = [Message("user", (text,), "human", event="interrupt")]
        if not found:
            self.notes.ignored[role or kind or "no role"] += 1
        yield from found

    def _user(self, blocks: list[dict[str, Any]]) -> Iterator[Message]:
        results = [block for block in blocks if block["type"] == "tool_result"]
        others = [block for block in blocks if block["type"] != "tool_result"]
        if results:
            yield Message("tool", tuple(map(self._result, results)), "harness")
        parts = parts_of(others)
        if parts and not results:
            self.calls.forget()
        text = "\n".join(part.text for part in parts if isinstance(part, Text))
        yield from user(parts, typed_at(text))

    def _assistant(self, record: Mapping[str, Any]) -> Iterator[Message]:
        parts: list[Part] = []
        for part in parts_of(_content(record)):
            if isinstance(part, Text):
                if text := part.text.removesuffix(_REDACTED).strip():
                    parts.append(Text(text))
            elif isinstance(part, ToolCall):
                id = part.id or self.calls.made(part.name)
                parts.append(ToolCall(id, part.name, part.args))
            else:
                parts.append(part)
        if parts:
            model = text_at(record, "model")
            yield Message("assistant", tuple(parts), "agent", model=model)

    def _result(self, block: Mapping[str, Any]) -> ToolResult:
        id = text_at(block, "tool_use_id", "id")
        id = id or self.calls.answered(text_at(block, "name"))
        return ToolResult(id, result_text(block.get("content")))


def _content(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a line, each with a kind as the Messages API calls it. Raises BadInput."""
    message = record.get("message")
    if not isinstance(message, dict):
        raise BadInput(f"a line's message must be an object, not {kind_of(message)}")
    blocks = listed(message.get("content"))
    return [_named(block) for block in blocks if isinstance(block, dict)]


def _named(block: Mapping[str, Any]) -> dict[str, Any]:
    kind = text_at(block, "type").replace("-", "_")
    kind = "tool_use" if kind == "tool_call" else kind
    known = ("text", "thinking", "redacted_thinking", "tool_use", "tool_result", "image")
    if kind not in known and text_at(block, "text"):
        kind = "text"
    return {**block, "type": kind}


FORMAT = Format("cursor", "Cursor's agent transcripts, also as text", _matches, _read)
