"""Qwen Code: sessions and subagents' files, JSON Lines.

The lines are like Claude Code's, the messages in them contents of the Gemini API. What the person
rewound stays in the file: here the branch that was kept is read. Not in here: whose words a text
is (`gemini_texts`), and what a branch is (`branches`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message, Origin, Part, Text, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.branches import LEFT, kept
from acx.transcripts.formats.gemini_parts import ENDED, Calls, parts_of, said, split
from acx.transcripts.formats.gemini_results import heard
from acx.transcripts.formats.gemini_texts import command, spoken
from acx.transcripts.record import kind_of, stamp, text_at
from acx.transcripts.source import objects

_QUEUED = "mid_turn_user_message"


def _matches(sample: Sample) -> str:
    line = next(filter(_is_line, sample.records), None)
    return (
        f"a {text_at(line, 'type') or 'message'} line around a message with parts" if line else ""
    )


def _is_line(record: Mapping[str, Any]) -> bool:
    if "parentUuid" not in record or "sessionId" not in record:
        return False
    message = record.get("message")
    return "systemPayload" in record or (isinstance(message, dict) and "parts" in message)


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    lines = objects(stream, Notes())
    way = kept((text_at(line, "uuid"), line.get("parentUuid", "")) for line in lines)
    stream.seek(0)
    reading = _Reading(notes)
    for record in objects(stream, notes):
        own = text_at(record, "uuid")
        if own and own not in way:
            notes.ignored[LEFT] += 1
            continue
        reading.note(record)
        try:
            messages = list(reading.take(record))
        except BadInput as error:
            notes.skip(error.message)
            continue
        yield from messages
        if not messages:
            kind, subtype = text_at(record, "type") or "no type", text_at(record, "subtype")
            notes.ignored[f"{kind}/{subtype}" if subtype else kind] += 1


@dataclass(slots=True)
class _Reading:
    """What is known of the session so far; `called` are the calls whose results are to come."""

    notes: Notes
    calls: Calls = field(default_factory=Calls)
    called: dict[str, ToolCall] = field(default_factory=dict)

    def note(self, record: Mapping[str, Any]) -> None:
        """The session's id and folder. A subagent's lines name their parent's session."""
        if not self.notes.session_id:
            own, agent = text_at(record, "sessionId"), text_at(record, "agentId")
            sidechain = record.get("isSidechain") is True and agent
            self.notes.session_id = f"{own}-{agent}" if sidechain else own
        if not self.notes.cwd:
            self.notes.cwd = text_at(record, "cwd")

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        kind = text_at(record, "type")
        if kind == "system":
            return self._system(record)
        if kind not in ("user", "assistant", "tool_result"):
            return iter(())
        message = record.get("message")
        if not isinstance(message, dict):
            raise BadInput(f"a line's message must be an object, not {kind_of(message)}")
        parts = tuple(parts_of(message.get("parts"), self.calls))
        self.called.update((part.id, part) for part in parts if isinstance(part, ToolCall))
        return self._said(record, parts)

    def _said(self, record: Mapping[str, Any], parts: tuple[Part, ...]) -> Iterator[Message]:
        id, ts = text_at(record, "uuid"), stamp(record.get("timestamp"))
        by_agent = text_at(record, "type") == "assistant"
        for nth, (are_results, run) in enumerate(split(parts), 1):
            own = f"{id}#{nth}" if id and nth > 1 else id
            if are_results:
                yield from self._results(record, run, own, ts)
            elif by_agent:
                origin: Origin = "subagent" if record.get("isSidechain") is True else "agent"
                model = text_at(record, "model")
                yield Message("assistant", run, origin, id=own, ts=ts, model=model)
            else:
                payload = record.get("systemPayload")
                typed = text_at(payload, "displayText") if isinstance(payload, dict) else ""
                queued = text_at(record, "subtype") == _QUEUED
                yield from spoken(run, typed, own, ts, _speaker(record), "queued" if queued else "")

    def _results(
        self, record: Mapping[str, Any], run: tuple[Part, ...], id: str, ts: str
    ) -> Iterator[Message]:
        held = record.get("toolCallResult")
        about = held if isinstance(held, dict) else {}
        failed = ENDED.get(text_at(about, "status"))
        parts = [
            replace(part, error=part.error if failed is None else failed)
            if isinstance(part, ToolResult)
            else part
            for part in run
        ]
        yield Message("tool", tuple(parts), "harness", id=id, ts=ts)
        for part in parts:
            call = self.called.pop(part.call_id, None) if isinstance(part, ToolResult) else None
            if call and isinstance(part, ToolResult):
                yield from heard(call, part, about.get("resultDisplay"), id, ts)

    def _system(self, record: Mapping[str, Any]) -> Iterator[Message]:
        id, ts = text_at(record, "uuid"), stamp(record.get("timestamp"))
        payload = record.get("systemPayload")
        payload = payload if isinstance(payload, dict) else {}
        kind = text_at(record, "subtype")
        if kind == "chat_compression":
            history = payload.get("compressedHistory")
            first = history[0] if isinstance(history, list) and history else None
            summary = said(parts_of(first.get("parts"), Calls())) if isinstance(first, dict) else ""
            if summary:
                parts = (Text(summary),)
                yield Message("user", parts, "harness", id=id, ts=ts, event="compaction")
        elif kind == "slash_command" and payload.get("phase") == "result":
            shown = (text_at(item, "text") for item in _objects(payload.get("outputHistoryItems")))
            if output := "\n".join(filter(None, shown)):
                yield Message("user", (Text(output),), "harness", id=id, ts=ts)
        elif kind == "slash_command":
            for nth, piece in enumerate(command(text_at(payload, "rawCommand")), 1):
                own = f"{id}#{nth}" if id and nth > 1 else id
                parts = (Text(piece.text),)
                yield Message("user", parts, piece.origin, id=own, ts=ts, event=piece.event)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _speaker(record: Mapping[str, Any]) -> Origin:
    """Who speaks in a user's slot. Lines of a kind of their own, other than words typed while the
    agent worked, are the program's: notifications, scheduled prompts, goals."""
    if record.get("isSidechain") is True:
        return "subagent"
    by_person = record.get("type") == "user" and text_at(record, "subtype") in ("", _QUEUED)
    return "human" if by_person and record.get("provenance") in (None, "real_user") else "harness"


FORMAT = Format("qwen", "Qwen Code sessions and subagents' files", _matches, _read)
