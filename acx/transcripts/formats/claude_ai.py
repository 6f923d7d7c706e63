"""The export of claude.ai: `conversations.json`, or one conversation of it.

Calls and results stand within one message of the assistant's there, between its words; here they
are messages in turn. A long paste becomes an attachment whose text the export holds: it is what the
person handed over, not what they said, and so the harness's. Not in here: the other files of the
export. Branches aren't told apart: the export doesn't say which one was kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats.blocks import is_result, listed, parts_of
from acx.transcripts.formats.fields import number_at
from acx.transcripts.record import kind_of, stamp, text_at
from acx.transcripts.source import objects

_PASSED_OVER = ("token_budget", "flag")
"""Blocks that say nothing: what is left of a budget, a mark of moderation."""


def _matches(sample: Sample) -> str:
    for record in sample.records:
        messages = record.get("chat_messages")
        for message in messages if isinstance(messages, list) else ():
            if isinstance(message, dict) and "sender" in message:
                return "chat messages with a sender"
    return ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    for record in objects(stream, notes):
        messages = record.get("chat_messages")
        if not isinstance(messages, list):
            notes.skip(f"a conversation's messages must be a list, not {kind_of(messages)}")
            continue
        yield Conversation(text_at(record, "uuid"), text_at(record, "name"))
        model = text_at(record, "model")
        for message in messages:
            with notes.skipping():
                yield from _messages(message, model, notes)


def _messages(message: Any, model: str, notes: Notes) -> Iterator[Message]:
    if not isinstance(message, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(message)}")
    sender, id = message.get("sender"), text_at(message, "uuid")
    ts = stamp(message.get("created_at"))
    blocks = list(_blocks(message, id, notes))
    if sender == "human":
        parts = (*parts_of(blocks), *_files(message))
        if parts:
            yield Message("user", parts, "human", id=id, ts=ts)
        if pasted := _pasted(message):
            yield Message("user", pasted, "harness", id=f"{id}#attachments" if id else "", ts=ts)
        if not (parts or pasted):
            notes.ignored["human/empty"] += 1
    elif sender == "assistant":
        nth = 0
        for results, run in groupby(blocks, is_result):
            if not (parts := parts_of(run)):
                continue
            nth += 1
            own = f"{id}#{nth}" if id and nth > 1 else id
            if results:
                yield Message("tool", parts, "harness", id=own, ts=ts)
            else:
                yield Message("assistant", parts, "agent", id=own, ts=ts, model=model)
        if not nth:
            notes.ignored["assistant/empty"] += 1
    else:
        raise BadInput("a message whose sender is neither human nor assistant")


def _blocks(message: Mapping[str, Any], id: str, notes: Notes) -> Iterator[Any]:
    """The blocks of a message; of old exports its text. Calls get ids where they have none."""
    waiting: list[str] = []
    for nth, block in enumerate(listed(message.get("content") or message.get("text")), 1):
        kind = text_at(block, "type") if isinstance(block, dict) else ""
        if kind in _PASSED_OVER:
            notes.ignored[kind] += 1
        elif kind == "voice_note":
            yield {"type": "text", "text": text_at(block, "text")}
        elif kind == "tool_use":
            waiting.append(text_at(block, "id") or f"{id}-call-{nth}")
            yield {**block, "id": waiting[-1]}
        elif kind == "tool_result":
            call = text_at(block, "tool_use_id") or (waiting[0] if waiting else "")
            waiting = [other for other in waiting if other != call]
            yield {**block, "tool_use_id": call}
        else:
            yield block


def _files(message: Mapping[str, Any]) -> Iterator[Part]:
    """What was handed over with a message: attachments, whose text is known, and files."""
    for file in _listed(message, "attachments"):
        media_type, size = text_at(file, "file_type"), number_at(file, "file_size")
        yield Attachment(media_type or "unknown", text_at(file, "file_name"), size or 0)
    for file in _listed(message, "files"):
        name = text_at(file, "file_name", "file_uuid")
        yield Attachment(text_at(file, "file_kind") or "unknown", name)


def _pasted(message: Mapping[str, Any]) -> tuple[Part, ...]:
    texts = (text_at(file, "extracted_content") for file in _listed(message, "attachments"))
    return tuple(Text(text) for text in texts if text.strip())


def _listed(message: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = message.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


FORMAT = Format("claude-ai", "claude.ai's export, conversations.json", _matches, _read)
