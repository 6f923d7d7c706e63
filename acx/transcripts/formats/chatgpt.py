"""ChatGPT's export: `conversations.json`, or one conversation of it.

A conversation is a tree there: editing a prompt or asking again makes a branch. The path that ends
in the current node is the one the person kept; messages on others are counted. Not in here: the
other files of the export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats.blocks import unknown
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.fields import number_at, object_at
from acx.transcripts.record import ORIGINS, arguments, kind_of, role_of, stamp, text_at
from acx.transcripts.source import objects

_HIDDEN = ("is_visually_hidden_from_conversation", "is_user_system_message")
_TEXTS = ("text", "result", "summary", "user_profile", "user_instructions", "model_set_context")
"""Fields with the text of contents that have no parts: code, pages, custom instructions."""


def _matches(sample: Sample) -> str:
    for record in sample.records:
        mapping = record.get("mapping")
        nodes = mapping.values() if isinstance(mapping, dict) else ()
        if any(isinstance(node, dict) and {"message", "parent"} <= node.keys() for node in nodes):
            return "a conversation with a mapping of messages"
    return ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    for record in objects(stream, notes):
        try:
            path = _path(record, notes)
        except BadInput as error:
            notes.skip(error.message)
            continue
        yield Conversation(text_at(record, "conversation_id", "id"), text_at(record, "title"))
        reading = _Reading(notes)
        for message in path:
            with notes.skipping():
                yield from reading.take(message)


def _path(record: Mapping[str, Any], notes: Notes) -> list[Any]:
    """The messages on the way from the root to the current node."""
    mapping = record.get("mapping")
    if not isinstance(mapping, dict):
        raise BadInput(f"a conversation's mapping must be an object, not {kind_of(mapping)}")
    nodes = {key: node for key, node in mapping.items() if isinstance(node, dict)}
    at = record.get("current_node")
    if not isinstance(at, str) or at not in nodes:
        at = next(reversed(nodes), None)
    path = []
    while isinstance(at, str) and at in nodes:
        node = nodes.pop(at)
        path.append(node.get("message"))
        at = node.get("parent")
    if others := sum(node.get("message") is not None for node in nodes.values()):
        notes.ignored["on another branch"] += others
    return [message for message in reversed(path) if message is not None]


@dataclass(slots=True)
class _Reading:
    """What is held between messages: the id of the last call, for the results that follow it."""

    notes: Notes
    call: str = ""

    def take(self, message: Any) -> Iterator[Message]:
        if not isinstance(message, dict):
            raise BadInput(f"a message is a JSON object, not {kind_of(message)}")
        author, content = message.get("author"), message.get("content")
        if not isinstance(author, dict) or not isinstance(content, dict):
            raise BadInput("a message without an author or a content")
        role = role_of(author)
        kind = text_at(content, "content_type") or "no type"
        id = text_at(message, "id")
        about = object_at(message, "metadata")
        called = text_at(message, "recipient") if role == "assistant" else ""
        parts: tuple[Part, ...]
        if called not in ("", "all"):
            self.call = id
            parts = (ToolCall(id, called, arguments("\n".join(_texts(content)))),)
        elif role == "tool":
            text = "\n".join(_texts(content))
            files = [part for part in _parts(content) if isinstance(part, Attachment)]
            parts = (ToolResult(self.call, text, _failed(kind, about)), *files, *_shown(about))
        else:
            self.call = self.call if role == "assistant" else ""
            parts = (*_parts(content), *_uploads(content, about))
        if not parts:
            self.notes.ignored[f"{role}/{kind}"] += 1
            return
        hidden = role == "user" and any(about.get(key) is True for key in _HIDDEN)
        yield Message(
            role,
            parts,
            "harness" if hidden or kind == "user_editable_context" else ORIGINS[role],
            id=id,
            ts=stamp(message.get("create_time")),
            model=text_at(about, "model_slug") if role == "assistant" else "",
        )


def _failed(kind: str, about: Mapping[str, Any]) -> bool | None:
    """What ChatGPT says of an execution: success, cancelled, failed in one way or another."""
    status = text_at(object_at(about, "aggregate_result"), "status")
    return status != "success" if status else True if kind == "system_error" else None


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a content of any kind."""
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else ():
        text = part if isinstance(part, str) else text_at(part, "text") if _is_heard(part) else ""
        if text:
            yield text
    if not isinstance(parts, list):
        yield from filter(None, (text_at(content, key) for key in _TEXTS))


def _is_heard(part: Any) -> bool:
    """Whether a part is what was spoken, written down."""
    return isinstance(part, dict) and part.get("content_type") == "audio_transcription"


def _parts(content: Mapping[str, Any]) -> Iterator[Part]:
    for thought in _dicts(content.get("thoughts")):
        told = (text_at(thought, key) for key in ("summary", "content"))
        if text := "\n".join(filter(None, told)):
            yield Thinking(text)
    if text := "\n".join(_texts(content)):
        yield Text(text)
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, str) or _is_heard(part):
            continue
        pointer = text_at(part, "asset_pointer") if isinstance(part, dict) else ""
        if pointer:
            media_type = text_at(part, "content_type").partition("_")[0] or "unknown"
            yield Attachment(media_type, pointer, number_at(part, "size_bytes") or 0)
        else:
            yield unknown(part)


def _uploads(content: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[Attachment]:
    """Files that were uploaded with a message, but for the images that its parts show."""
    shown = [text_at(part, "asset_pointer") for part in _dicts(content.get("parts"))]
    for file in _dicts(about.get("attachments")):
        id = text_at(file, "id")
        if not (id and any(pointer.endswith(id) for pointer in shown)):
            media_type = text_at(file, "mime_type", "mimeType") or "unknown"
            yield Attachment(media_type, text_at(file, "name") or id, number_at(file, "size") or 0)


def _shown(about: Mapping[str, Any]) -> Iterator[Attachment]:
    """Images that an execution made."""
    for made in _dicts(object_at(about, "aggregate_result").get("messages")):
        if url := text_at(made, "image_url"):
            yield attached(url, "image")


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


FORMAT = Format("chatgpt", "ChatGPT's export, conversations.json", _matches, _read)
