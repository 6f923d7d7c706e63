"""Anthropic Messages: a list of messages, a request `{system, messages}`, JSON Lines of either, or
the responses of the API.

Results of tools stand in the user's messages there; here they are messages of their own. Not in
here: the blocks themselves (`blocks`), which Claude Code's transcripts share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.blocks import is_anthropic, is_result, listed, parts_of
from acx.transcripts.record import ORIGINS, kind_of, role_of, stamp, text_at
from acx.transcripts.source import objects


def messages(value: Any) -> list[Message]:
    """The messages of one value: two where a user's words follow results. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(value)}")
    role = role_of(value)
    if "content" not in value:
        raise BadInput(f"the {role} message has no content")
    blocks = listed(value["content"])
    id = text_at(value, "id", "uuid")
    ts = stamp(value.get("ts") or value.get("timestamp") or value.get("created_at"))
    if role != "user":
        parts = parts_of(blocks)
        return [Message(role, parts, ORIGINS[role], id=id, ts=ts, model=text_at(value, "model"))]
    results = parts_of(filter(is_result, blocks))
    said = parts_of(block for block in blocks if not is_result(block))
    found = [Message("tool", results, "harness", id=id, ts=ts)] if results else []
    if said or not results:
        own = f"{id}#text" if id and results else id
        found.append(Message("user", said, "human", id=own, ts=ts))
    return found


def looks_anthropic(value: Any) -> bool:
    """Whether a message could only be the Messages API's. One with text alone could be anyone's."""
    if not isinstance(value, dict) or "role" not in value:
        return False
    content = value.get("content")
    if not isinstance(content, list):
        return False
    if value.get("type") == "message":
        return value["role"] == "assistant" and "stop_reason" in value
    return any(map(is_anthropic, content))


def _matches(sample: Sample) -> str:
    for record in sample.records:
        inner = record.get("messages")
        if not isinstance(inner, list):
            inner = [record]
        elif "system" in record and any(isinstance(m, dict) and "content" in m for m in inner):
            return "messages beside a system prompt"
        if any(map(looks_anthropic, inner)):
            return "blocks that only the Messages API has"
    return ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    for record in objects(stream, notes):
        inner = record.get("messages")
        found = inner if isinstance(inner, list) else [record]
        if record.get("system") and found is inner:
            found = [{"role": "system", "content": record["system"]}, *found]
        for value in found:
            try:
                yield from messages(value)
            except BadInput as error:
                notes.skip(error.message)


FORMAT = Format("anthropic", "Anthropic Messages: a list, a request or JSON Lines", _matches, _read)
