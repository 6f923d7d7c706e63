"""Codex: sessions (`rollout-*.jsonl`) of all versions, and the output of `codex exec --json`.

What a person typed, what the agent said and what it thought stand there twice, as an item of the
model's and as an event for the screen: here each is one message, where it stands first. Messages
have no ids, as few records have one. An item is a message each, also where the model made several
calls at once, so that a session that grows reads as an extension. Not in here: whose words a text
is (`codex_texts`), the events of `codex exec` (`codex_exec`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, BinaryIO

from acx.model import Event, Message, Origin, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import codex_exec, openai_chat
from acx.transcripts.formats import codex_texts as texts
from acx.transcripts.formats.blocks import attachment
from acx.transcripts.formats.twins import Twins
from acx.transcripts.record import arguments, stamp, text_at
from acx.transcripts.source import objects

_RECORDS = (
    "session_meta",
    "response_item",
    "event_msg",
    "turn_context",
    "compacted",
    "world_state",
)
_CALLS = (
    "function_call",
    "custom_tool_call",
    "local_shell_call",
    "tool_search_call",
    "web_search_call",
    "image_generation_call",
    "tool_call",
)
_OUTPUTS = (
    "function_call_output",
    "custom_tool_call_output",
    "tool_search_output",
    "tool_result",
    "function_result",
)
_ITEMS = ("message", "reasoning", *_CALLS, *_OUTPUTS)
_CWD = re.compile(r"<cwd>([^<\n]+)</cwd>")


def _matches(sample: Sample) -> str:
    for record in sample.records:
        kind = text_at(record, "type")
        if kind in _RECORDS and isinstance(record.get("payload"), dict):
            return f"a {kind} record with a payload"
        if kind == "thread.started" and "thread_id" in record:
            return "a thread.started event of codex exec"
    bare = any(map(_is_bare, sample.records)) and any(map(_is_item, sample.records))
    return "the header of an early session" if bare else ""


def _is_bare(record: Mapping[str, Any]) -> bool:
    """The header of a session before September 2025, or the mark below it. Its items look like any
    of the Responses API."""
    header = all(key in record for key in ("id", "timestamp", "instructions"))
    return (header and "type" not in record) or record.get("record_type") == "state"


def _is_item(record: Mapping[str, Any]) -> bool:
    return text_at(record, "type") in _ITEMS or ("role" in record and "content" in record)


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    session, run = _Session(notes), codex_exec.Stream(notes)
    for record in objects(stream, notes):
        with notes.skipping():
            yield from (run if codex_exec.is_event(record) else session).take(record)


def _unwrapped(record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The kind of a record and its payload. Early items and headers stand without an envelope."""
    kind, payload = text_at(record, "type"), record.get("payload")
    if isinstance(payload, dict):
        return kind, payload
    if kind in _ITEMS or (not kind and "role" in record):
        return "response_item", {"type": "message", **record}
    if not kind and "id" in record and "timestamp" in record:
        return "session_meta", record
    return kind or text_at(record, "record_type") or "no type", {}


@dataclass(slots=True)
class _Session:
    """What is held between records: the model of the turn, whether it runs and was asked for, what
    was said of late, and the ids made for calls that have none: `open` wait for a result."""

    notes: Notes
    model: str = ""
    is_subagent: bool = False
    is_unattended: bool = False
    is_running: bool = False
    is_asked: bool = False
    twins: Twins = field(default_factory=Twins)
    made: int = 0
    open: list[str] = field(default_factory=list)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        kind, payload = _unwrapped(record)
        name = text_at(payload, "type") if kind in ("response_item", "event_msg") else ""
        found: Iterable[Message] = ()
        if kind == "response_item":
            found = self._item(name, payload)
        elif kind == "event_msg":
            found = self._event(name, payload)
        elif kind == "compacted":
            if summary := text_at(payload, "message"):
                found = [Message("user", (Text(summary),), "harness", event="compaction")]
        elif kind == "session_meta":
            self._header(payload)
        elif kind == "turn_context":
            self.model = text_at(payload, "model")
            self.notes.cwd = self.notes.cwd or text_at(payload, "cwd")
        found = list(found)
        if not found:
            self.notes.ignored[f"{kind}/{name}" if name else kind] += 1
        ts = stamp(record.get("timestamp") or record.get("created_at"))
        yield from (replace(message, ts=ts) for message in found)

    def _header(self, meta: Mapping[str, Any]) -> None:
        """The first header is the session's own; one after it came with a history forked off."""
        if self.notes.session_id:
            return
        self.notes.session_id = text_at(meta, "id")
        self.notes.cwd = text_at(meta, "cwd")
        source = meta.get("source")
        self.is_subagent = isinstance(source, dict) and "subagent" in source
        self.is_unattended = source == "exec"

    def _item(self, kind: str, item: Mapping[str, Any]) -> Iterator[Message]:
        if kind == "message":
            yield from self._message(item)
        elif kind == "reasoning":
            given = [item.get("summary"), item.get("content")]
            blocks = [block for part in given if isinstance(part, list) for block in part]
            yield from self._thought([text_at(b, "text") for b in blocks if isinstance(b, dict)])
        elif kind == "agent_message":  # from one agent to another
            if parts := _parts(item.get("content")):
                yield Message("user", parts, "subagent")
        elif kind in _CALLS:
            yield from self._call(kind, item)
        elif kind in _OUTPUTS:
            yield self._output(item)

    def _event(self, kind: str, event: Mapping[str, Any]) -> Iterator[Message]:
        if kind == "user_message":
            images = [event.get("images"), event.get("local_images")]
            urls = [url for part in images if isinstance(part, list) for url in part]
            content = [{"type": "input_image", "image_url": url} for url in urls]
            words = {"type": "input_text", "text": event.get("message")}
            typed = text_at(event, "kind") in ("", "plain")
            yield from self._user(_parts([words, *content]), "event", typed)
        elif kind == "agent_message":
            if (text := text_at(event, "message")) and self._is_new("agent", text, "event"):
                yield self._said((Text(text),))
        elif kind in ("agent_reasoning", "agent_reasoning_raw_content"):
            yield from self._thought([text_at(event, "text")], "event")
        elif kind in ("task_started", "turn_started"):
            self.is_running, self.is_asked = True, False
        elif kind in ("task_complete", "turn_complete", "turn_aborted"):
            self.is_running = False
            if event.get("reason") == "interrupted":
                yield from self._user((Text("<turn_aborted>interrupted</turn_aborted>"),), "event")

    def _message(self, item: Mapping[str, Any]) -> Iterator[Message]:
        role = text_at(item, "role")
        parts = _parts(item.get("content", item.get("message")))
        text = "\n".join(part.text for part in parts if isinstance(part, Text))
        if role == "assistant":
            if parts and (not text or self._is_new("agent", text, "item")):
                yield self._said(parts)
        elif role == "user" or text.startswith("<turn_aborted>"):
            yield from self._user(parts, "item")
        elif role in ("developer", "system") and parts:
            yield Message("system", parts, "harness")

    def _user(self, parts: Iterable[Part], record: str, typed: bool = True) -> Iterator[Message]:
        """A message for every speaker in turn, unless its twin was one already."""
        pieces: list[tuple[Origin, Event, Part]] = []
        for part in parts:
            if not isinstance(part, Text):
                pieces.append((self._person() if typed else "harness", "", part))
                continue
            for said in texts.said(part.text):
                origin = self._person() if typed and said.origin == "human" else "harness"
                pieces.append((origin, said.event, Text(said.text)))
        for (origin, event), run in groupby(pieces, key=lambda piece: piece[:2]):
            message = Message("user", tuple(part for *_, part in run), origin, event=event)
            text = "" if event == "interrupt" else message.text
            if not self.notes.cwd and (cwd := _CWD.search(text)):
                self.notes.cwd = cwd[1]
            if not self._is_new(f"{origin} {event}", text, record):
                continue
            if origin == "human" and not event:
                event = "queued" if self.is_running and self.is_asked else ""
                self.is_asked = True
            yield replace(message, event=event)

    def _thought(self, thoughts: Iterable[str], record: str = "item") -> Iterator[Message]:
        new = [text for text in thoughts if text and self._is_new("thought", text, record)]
        if new:
            yield self._said(tuple(map(Thinking, new)))

    def _call(self, kind: str, item: Mapping[str, Any]) -> Iterator[Message]:
        function = item.get("function")
        function = function if isinstance(function, dict) else {}
        name = text_at(item, "name") or text_at(function, "name") or kind.removesuffix("_call")
        given = item.get("arguments", item.get("input", item.get("action")))
        id = text_at(item, "call_id", "id")
        if not id:
            self.made += 1
            id = f"call-{self.made}"
            if kind != "web_search_call":  # the one kind that never has a result
                self.open.append(id)
        if kind == "image_generation_call":
            given = {"prompt": text_at(item, "revised_prompt")}
        full = text_at(item, "namespace") + name
        yield self._said((ToolCall(id, full, arguments(given)),))
        if kind == "image_generation_call":
            source = {"type": "base64", "media_type": "image", "data": item.get("result")}
            parts = (ToolResult(id, ""), attachment({"source": source}))
            yield Message("tool", parts, "harness")

    def _output(self, item: Mapping[str, Any]) -> Message:
        given = item.get("output", item.get("result", item.get("tools")))
        blocks = given if isinstance(given, list) else []
        id = text_at(item, "call_id") or (self.open.pop(0) if self.open else "")
        if images := [block for block in blocks if _is_image(block)]:
            given = [block for block in blocks if not _is_image(block)]
        result = texts.result(id, given)
        refused = texts.is_refused(result.text) and not self.is_unattended
        return Message("tool", (replace(result, rejected=refused), *_parts(images)), "harness")

    def _said(self, parts: tuple[Part, ...]) -> Message:
        origin: Origin = "subagent" if self.is_subagent else "agent"
        return Message("assistant", parts, origin, model=self.model)

    def _person(self) -> Origin:
        return "subagent" if self.is_subagent else "human"

    def _is_new(self, kind: str, text: str, record: str) -> bool:
        return self.twins.is_new(f"{kind} {text}", record)


def _is_image(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "input_image"


def _parts(content: Any) -> tuple[Part, ...]:
    """The parts of content as in the Responses API. Raises BadInput."""
    return tuple(openai_chat.spoken(content))


FORMAT = Format("codex", "Codex sessions and codex exec --json output", _matches, _read)
