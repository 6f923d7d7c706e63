"""pi and OpenClaw: sessions as JSON Lines, each a header and a tree of entries.

Going back in a session makes a new branch in the same file: here the one that was kept is read.
Sessions of the first version have no tree. Not in here: what a branch is (`branches`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.blocks import attachment, listed, result_text, unknown
from acx.transcripts.formats.branches import LEFT, kept
from acx.transcripts.formats.said import Said
from acx.transcripts.record import arguments, kind_of, stamp, text_at
from acx.transcripts.source import objects

_EXIT_CODE = re.compile(r"\s*Command exited with code (-?\d{1,9})\s*\Z")
_SUMMARIES = ("compaction", "branch_summary", "compactionSummary", "branchSummary")
_PUT_IN = ("custom_message", "custom", "hookMessage")
_WRAPPER = re.compile(r"\s*<(skill|file) name=")


def _matches(sample: Sample) -> str:
    found = any(
        record.get("type") == "session" and "cwd" in record and "id" in record
        for record in sample.records
    )
    return "a session header with a cwd" if found else ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    entries = objects(stream, Notes())
    way = kept((text_at(entry, "id"), entry.get("parentId", "")) for entry in entries)
    stream.seek(0)
    for entry in objects(stream, notes):
        kind, own = text_at(entry, "type") or "no type", text_at(entry, "id")
        if kind == "session":
            notes.session_id = notes.session_id or own
            notes.cwd = notes.cwd or text_at(entry, "cwd")
            notes.ignored[kind] += 1
            continue
        if own and own not in way:
            notes.ignored[LEFT] += 1
            continue
        try:
            messages = list(_messages(entry))
        except BadInput as error:
            notes.skip(error.message)
            continue
        yield from messages
        if not messages:
            held = entry.get("message")
            role = text_at(held, "role") if isinstance(held, dict) else ""
            notes.ignored[f"{kind}/{role}" if role else kind] += 1


def _messages(entry: Mapping[str, Any]) -> Iterator[Message]:
    """The messages of one entry. Raises BadInput."""
    kind, value = text_at(entry, "type"), entry
    if kind == "message":
        held = entry.get("message")
        if not isinstance(held, dict):
            raise BadInput(f"an entry's message must be an object, not {kind_of(held)}")
        kind, value = text_at(held, "role"), held
    id = text_at(entry, "id")
    ts = stamp(entry.get("timestamp")) or stamp(value.get("timestamp"))
    if kind == "user":
        yield from _user(value, id, ts)
    elif kind == "assistant":
        yield from _assistant(value, id, ts)
    elif kind == "toolResult":
        yield Message("tool", tuple(_result(value)), "harness", id=id, ts=ts)
    elif kind == "bashExecution":
        yield from _shell(value, id, ts)
    elif kind in _SUMMARIES:
        if summary := text_at(value, "summary"):
            yield Message("user", (Text(summary),), "harness", id=id, ts=ts, event="compaction")
    elif kind in _PUT_IN and (parts := tuple(_parts(value.get("content")))):
        yield Message("user", parts, "harness", id=id, ts=ts)


def _user(value: Mapping[str, Any], id: str, ts: str) -> Iterator[Message]:
    pieces: list[tuple[Said, Part]] = []
    for part in _parts(value.get("content")):
        if isinstance(part, Text):
            pieces += ((piece, Text(piece.text)) for piece in _said(part.text))
        else:
            pieces.append((Said("", "human"), part))
    runs = groupby(pieces, key=lambda piece: piece[0].origin)
    for nth, (origin, run) in enumerate(runs, 1):
        own = f"{id}#{nth}" if id and nth > 1 else id
        yield Message("user", tuple(part for _, part in run), origin, id=own, ts=ts)


def _said(text: str) -> Iterator[Said]:
    """What the person typed, and before it the skills and files that they named."""
    while (found := _WRAPPER.match(text)) and (end := text.find(f"</{found[1]}>")) >= 0:
        end += len(f"</{found[1]}>")
        yield Said(text[:end].strip(), "harness")
        text = text[end:]
    if text := text.strip():
        yield Said(text, "human")


def _assistant(value: Mapping[str, Any], id: str, ts: str) -> Iterator[Message]:
    if parts := tuple(_parts(value.get("content"))):
        yield Message("assistant", parts, "agent", id=id, ts=ts, model=text_at(value, "model"))
    reason = text_at(value, "stopReason")
    words = text_at(value, "errorMessage")
    if reason == "aborted":
        own = f"{id}#aborted" if id else ""
        marker = (Text(words or "aborted"),)
        yield Message("user", marker, "human", id=own, ts=ts, event="interrupt")
    elif reason == "error" and words:
        own = f"{id}#error" if id else ""
        yield Message("system", (Text(words),), "harness", id=own, ts=ts)


def _result(value: Mapping[str, Any]) -> Iterator[Part]:
    content, error, about = value.get("content"), value.get("isError"), value.get("details")
    text = result_text(content)
    code = about.get("exitCode") if isinstance(about, dict) else None
    if error is True and (found := _EXIT_CODE.search(text[-100:])):
        text, code = text.removesuffix(found[0]), int(found[1])
    yield ToolResult(
        text_at(value, "toolCallId"),
        text,
        error=error if isinstance(error, bool) else None,
        exit_code=code if type(code) is int else None,
    )
    yield from _parts([block for block in listed(content) if _is_image(block)])


def _shell(value: Mapping[str, Any], id: str, ts: str) -> Iterator[Message]:
    """A command that the person ran, and what it printed."""
    command = text_at(value, "command")
    if not command:
        return
    yield Message("user", (Text(command),), "human", id=id, ts=ts, event="shell")
    lines = [text_at(value, "output").rstrip("\n")]
    if value.get("cancelled") is True:
        lines.append("cancelled")
    elif (code := value.get("exitCode")) and isinstance(code, int):
        lines.append(f"exit code: {code}")
    if output := "\n".join(filter(None, lines)):
        own = f"{id}#output" if id else ""
        yield Message("user", (Text(output),), "harness", id=own, ts=ts)


def _parts(content: Any) -> Iterator[Part]:
    for block in listed(content):
        kind = text_at(block, "type") if isinstance(block, dict) else ""
        if kind == "text":
            if text := text_at(block, "text"):
                yield Text(text)
        elif kind == "thinking":
            if text := text_at(block, "thinking"):
                yield Thinking(text)
        elif kind == "toolCall":
            name, given = text_at(block, "name"), arguments(block.get("arguments"))
            yield ToolCall(text_at(block, "id"), name, given)
        elif _is_image(block):
            media_type = text_at(block, "mimeType")
            source = {"type": "base64", "media_type": media_type, "data": text_at(block, "data")}
            yield attachment({"source": source, "type": "image"})
        else:
            yield unknown(block)


def _is_image(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "image"


FORMAT = Format("pi", "pi and OpenClaw sessions", _matches, _read)
