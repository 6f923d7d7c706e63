"""Gemini contents: `{"contents": [...]}`, a list of contents, or JSON Lines of either.

What programs send to the Gemini API, and what Gemini CLI saves as checkpoints (`history`). Not in
here: Gemini CLI's own sessions (`gemini_cli`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats.gemini_parts import Calls, parts_of, split
from acx.transcripts.formats.gemini_texts import spoken
from acx.transcripts.record import kind_of, stamp, text_at
from acx.transcripts.source import objects

_LISTS = ("contents", "history", "clientHistory")
_AGENT = ("model", "gemini", "assistant")
_ROLES = (*_AGENT, "user", "function", "tool", "system", "")
_SYSTEM = ("systemInstruction", "system_instruction")
_KIND = re.compile(
    r"text|thoughtSignature|(function|executable|inline|file|code)_?"
    r"([Cc]all|[Rr]esponse|[Cc]ode|[Dd]ata|[Ee]xecution_?[Rr]esult)"
)


def _matches(sample: Sample) -> str:
    """Most of it. Parts of other APIs have a type."""
    found: list[Any] = []
    for record in sample.records:
        found += _listed(record) or [record]
    known = sum(map(_is_content, found))
    return f"{known} contents with parts" if 0 < len(found) <= 2 * known else ""


def _listed(record: Mapping[str, Any]) -> list[Any]:
    """The contents that a record holds. Checkpoints of tools hold the history twice: as it was
    shown, and in the API's form."""
    for key in _LISTS:
        held = record.get(key)
        if isinstance(held, list) and any(map(_is_content, held)):
            return held
    return []


def _is_content(value: Any) -> bool:
    if not isinstance(value, dict) or "origin" in value:
        return False
    role, parts = value.get("role", ""), value.get("parts")
    return (
        isinstance(role, str)
        and role in _ROLES
        and isinstance(parts, list)
        and all(isinstance(part, dict) and "type" not in part for part in parts)
        and any(map(_KIND.fullmatch, chain.from_iterable(parts)))
    )


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    calls, conversations = Calls(), 0
    for record in objects(stream, notes):
        contents: list[Any] = [record]
        if held := _listed(record):
            contents = [*_instruction(record), *held]
            calls, conversations = Calls(), conversations + 1
            if conversations > 1:
                yield Conversation(name=f"conversation-{conversations}")
        model = text_at(record, "model", "modelVersion")
        for content in contents:
            try:
                messages = list(_messages(content, calls, model))
            except BadInput as error:
                notes.skip(error.message)
                continue
            yield from messages
            if not messages:
                notes.ignored["empty"] += 1


def _instruction(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    config = record.get("config")
    for held in (record, config if isinstance(config, dict) else {}):
        for key in _SYSTEM:
            said = held.get(key)
            if said:
                parts = said.get("parts") if isinstance(said, dict) and "parts" in said else said
                yield {"role": "system", "parts": parts}


def _messages(content: Any, calls: Calls, model: str) -> Iterator[Message]:
    """The messages of one content: what is said, and results. Raises BadInput."""
    if not isinstance(content, dict):
        raise BadInput(f"a content is a JSON object, not {kind_of(content)}")
    role = content.get("role") or "user"
    if role not in _ROLES:
        raise BadInput(f"unknown role: {repr(role)[:60]}")
    ts = stamp(content.get("ts") or content.get("timestamp") or content.get("createTime"))
    for is_result, parts in split(list(parts_of(content.get("parts"), calls))):
        if is_result or role in ("function", "tool"):
            yield Message("tool", parts, "harness", ts=ts)
        elif role in _AGENT:
            yield Message("assistant", parts, "agent", ts=ts, model=model)
        elif role == "system":
            yield Message("system", parts, "harness", ts=ts)
        else:
            yield from spoken(parts, "", "", ts)


FORMAT = Format("gemini", "Gemini contents: {contents}, a list or JSON Lines", _matches, _read)
