"""GitHub Copilot CLI: the events of a session (`events.jsonl`), also as `--output-format json`
prints them.

A tool's call stands there in the assistant's message and again where it starts; here it is told
once, where it stands first. What is sent to the model in place of a person's words
(`transformedContent`) is left out, as are deltas. Not in here: the single files of early
versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from acx.model import (
    Attachment,
    Event,
    Message,
    Origin,
    Part,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.blocks import attachment, result_text
from acx.transcripts.formats.twins import Twins
from acx.transcripts.record import arguments, stamp, text_at
from acx.transcripts.source import objects

_OF_COPILOT = ("session.start", "user.message", "assistant.message", "tool.execution_complete")
_EXITED = re.compile(r"\n?<exited with exit code (-?\d{1,9})>\s*\Z")
_REFUSED = "The user rejected this tool call."
_REASON = "User feedback:"
_REFUSALS = ("rejected", "denied")
"""Codes of Copilot's own for calls that weren't made; a tool that fails may say what it likes."""


def _matches(sample: Sample) -> str:
    for record in sample.records:
        kind = text_at(record, "type")
        if kind in _OF_COPILOT and isinstance(record.get("data"), dict):
            return f"a {kind} event with data"
    return ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    session = _Session(notes)
    for record in objects(stream, notes):
        with notes.skipping():
            yield from session.take(record)


@dataclass(slots=True)
class _Session:
    """What is held between events: the model, what was thought of late, the calls that wait for
    their result, and which of these are the person's own (`own`)."""

    notes: Notes
    model: str = ""
    twins: Twins = field(default_factory=Twins)
    called: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        kind, data = text_at(record, "type"), record.get("data")
        data = data if isinstance(data, dict) else {}
        agent = bool(text_at(record, "agentId") or text_at(data, "parentToolCallId"))
        found = list(self._event(kind, data, agent))
        if not found:
            self.notes.ignored[kind or "no type"] += 1
        id, ts = text_at(record, "id"), stamp(record.get("timestamp"))
        for nth, message in enumerate(found, 1):
            yield replace(message, id=f"{id}#{nth}" if id and nth > 1 else id, ts=ts)

    def _event(self, kind: str, data: Mapping[str, Any], agent: bool) -> Iterator[Message]:
        speaker: Origin = "subagent" if agent else "agent"
        if kind in ("session.start", "session.resume", "session.model_change"):
            self._about(data)
        elif kind == "user.message":
            yield from self._user(data, agent)
        elif kind == "assistant.message":
            yield from self._assistant(data, speaker)
        elif kind == "assistant.reasoning":
            if parts := self._thought(text_at(data, "content"), kind):
                yield Message("assistant", parts, speaker, model=self.model)
        elif kind == "tool.user_requested":
            yield from self._shell(data)
        elif kind == "tool.execution_start":
            if parts := self._called(data):
                yield Message("assistant", parts, speaker, model=self.model)
        elif kind == "tool.execution_complete":
            yield from self._result(data)
        elif kind == "abort":
            reason = text_at(data, "reason")
            if reason.startswith("user") or reason == "remote_command":
                yield Message("user", (Text(f"abort: {reason}"),), "human", event="interrupt")
        elif kind == "session.compaction_complete":
            if summary := text_at(data, "summaryContent"):
                yield Message("user", (Text(summary),), "harness", event="compaction")
        elif kind in ("system.message", "system.notification", "skill.invoked"):
            event: Event = "command" if kind == "skill.invoked" else ""
            if text := text_at(data, "content"):
                yield Message("system", (Text(text),), "harness", event=event)

    def _about(self, data: Mapping[str, Any]) -> None:
        context = data.get("context")
        self.notes.session_id = self.notes.session_id or text_at(data, "sessionId")
        if isinstance(context, dict) and not self.notes.cwd:
            self.notes.cwd = text_at(context, "cwd")
        self.model = text_at(data, "newModel", "selectedModel") or self.model

    def _user(self, data: Mapping[str, Any], agent: bool) -> Iterator[Message]:
        source = text_at(data, "source")
        origin: Origin = "human"
        if agent or source.startswith("agent-"):
            origin = "subagent"
        elif source not in ("", "user", "cli") or data.get("isAutopilotContinuation") is True:
            origin = "harness"
        busy = origin == "human" and text_at(data, "delivery") in ("steering", "queued")
        text, given = text_at(data, "content"), data.get("attachments")
        parts: list[Part] = [Text(text)] if text else []
        parts += map(_attached, given if isinstance(given, list) else [])
        if parts:
            yield Message("user", tuple(parts), origin, event="queued" if busy else "")

    def _assistant(self, data: Mapping[str, Any], speaker: Origin) -> Iterator[Message]:
        text, requests = text_at(data, "content"), data.get("toolRequests")
        parts = self._thought(text_at(data, "reasoningText"), "assistant.message")
        parts += (Text(text),) if text else ()
        for request in requests if isinstance(requests, list) else []:
            if isinstance(request, dict):
                parts += self._called(request)
        if parts:
            model = text_at(data, "model") or self.model
            yield Message("assistant", parts, speaker, model=model)

    def _thought(self, text: str, record: str) -> tuple[Part, ...]:
        return (Thinking(text),) if text and self.twins.is_new(text, record) else ()

    def _called(self, data: Mapping[str, Any]) -> tuple[Part, ...]:
        """The call, unless it was told before. Its own id pairs it with its result."""
        id = text_at(data, "toolCallId")
        if id in self.called or id in self.own:
            return ()
        self.called.add(id)
        name = text_at(data, "name", "toolName")
        return (ToolCall(id, name, arguments(data.get("arguments"))),)

    def _shell(self, data: Mapping[str, Any]) -> Iterator[Message]:
        """A tool that the person ran, which is a command."""
        given = data.get("arguments")
        if command := text_at(given, "command") if isinstance(given, dict) else "":
            self.own.add(text_at(data, "toolCallId"))
            yield Message("user", (Text(command),), "human", event="shell")

    def _result(self, data: Mapping[str, Any]) -> Iterator[Message]:
        id, success = text_at(data, "toolCallId"), data.get("success")
        given = data.get("result")
        text = result_text(given.get("content") if isinstance(given, dict) else given)
        failed = data.get("error")
        failed = failed if isinstance(failed, dict) else {}
        text = text or text_at(failed, "message")
        exited = _EXITED.search(text)
        text = text[: exited.start()] if exited else text
        self.called.discard(id)
        if id in self.own:
            self.own.discard(id)
            yield Message("user", (Text(text),), "harness")
            return
        refused = text_at(failed, "code") in _REFUSALS and text.startswith(_REFUSED)
        result = ToolResult(
            id,
            text,
            error=not success if isinstance(success, bool) else None,
            exit_code=int(exited[1]) if exited else None,
            rejected=refused,
        )
        yield Message("tool", (result,), "harness")
        if refused and (reason := text.partition(_REASON)[2].strip()):
            yield Message("user", (Text(reason),), "human", event="rejection")


def _attached(given: Any) -> Attachment:
    given = given if isinstance(given, dict) else {}
    media_type = text_at(given, "mimeType", "type") or "unknown"
    name = text_at(given, "displayName", "path", "filePath", "title", "url")
    source = {"type": "base64", "media_type": media_type, "data": given.get("data")}
    return attachment({"name": name, "source": source})


FORMAT = Format("copilot", "GitHub Copilot CLI sessions (events.jsonl)", _matches, _read)
