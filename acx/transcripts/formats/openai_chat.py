"""OpenAI chat: a list of messages, `{"messages": [...]}`, or JSON Lines of messages.

Written by many programs, each a little different: arguments as text or object, calls flattened,
content as text, list or null, reasoning beside it. Not in here: evaluation logs that hold many
conversations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.blocks import attachment, listed, result_text, unknown
from acx.transcripts.record import ORIGINS, arguments, kind_of, role_of, stamp, text_at
from acx.transcripts.source import objects

_RENAMED = {"developer": "system", "function": "tool"}
_TEXTS = ("text", "input_text", "output_text")


def messages(value: Any) -> list[Message]:
    """The message of one value, as a list like in every reader. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(value)}")
    content = value.get("content")
    ts = value.get("ts") or value.get("timestamp") or value.get("created_at")
    if value.get("role") == "user" and type(content) is str:
        # the common case of a pipe, where every microsecond is a tenth of the time a line takes
        said = (Text(content),) if content else ()
        return [Message("user", said, "human", id=text_at(value, "id"), ts=stamp(ts) if ts else "")]
    named = value.get("role")
    role = role_of({"role": _RENAMED.get(named, named) if isinstance(named, str) else named})
    parts: list[Part] = []
    if role == "tool":
        # tau2 writes the call's id as the message's own; functions of old have only a name
        call = text_at(value, "tool_call_id", "id", "name")
        error = value.get("error")
        flag = error if isinstance(error, bool) else None
        parts.append(ToolResult(call, result_text(content), error=flag))
    else:
        calls = list(_calls(value))
        if content is None and not calls and role != "assistant":
            raise BadInput(f"the {role} message has no content")
        if thought := text_at(value, "reasoning_content", "reasoning"):
            parts.append(Thinking(thought))
        parts += _said(content)
        parts += calls
    own = "" if role == "tool" and "tool_call_id" not in value else text_at(value, "id")
    model = text_at(value, "model") if role == "assistant" else ""
    return [Message(role, tuple(parts), ORIGINS[role], id=own, ts=stamp(ts), model=model)]


def _said(content: Any) -> Iterator[Part]:
    for block in listed(content):
        kind = block.get("type") if isinstance(block, dict) else None
        if isinstance(block, str) or kind in _TEXTS:
            if text := block if isinstance(block, str) else text_at(block, "text"):
                yield Text(text)
        elif kind == "refusal":
            yield Text(text_at(block, "refusal"))
        elif kind in ("image_url", "input_image"):
            yield _image(block)
        else:
            yield unknown(block)


def _image(block: Mapping[str, Any]) -> Attachment:
    given = block.get("image_url")
    url = text_at(given, "url") if isinstance(given, dict) else text_at(block, "image_url")
    if not url.startswith("data:"):
        return Attachment("image", url)
    head, _, data = url.removeprefix("data:").partition(",")
    media_type, _, coding = head.partition(";")
    source = {"type": coding, "media_type": media_type or "image", "data": data}
    return attachment({"source": source})


def _calls(value: Mapping[str, Any]) -> Iterator[ToolCall]:
    calls = value.get("tool_calls")
    if calls is not None and not isinstance(calls, list):
        raise BadInput(f"tool_calls must be a list, not {kind_of(calls)}")
    old = value.get("function_call")
    for call in [
        *(calls or ()),
        *([{**old, "id": old.get("name")}] if isinstance(old, dict) else ()),
    ]:
        if not isinstance(call, dict):
            raise BadInput(f"a tool call must be an object, not {kind_of(call)}")
        function = call.get("function")
        function = function if isinstance(function, dict) else call
        name = text_at(function, "name")
        yield ToolCall(text_at(call, "id"), name, arguments(function.get("arguments")))


def _looks_openai(value: Any) -> bool:
    # AI SDK messages have parts, items of the Responses API (and of old Codex) a type
    if not isinstance(value, dict) or "parts" in value or value.get("type") == "message":
        return False
    role = value.get("role")
    known = isinstance(role, str) and (role in ORIGINS or role in _RENAMED)
    return known and ("content" in value or "tool_calls" in value)


def _matches(sample: Sample) -> str:
    """Most of it: many programs' own records have a role and content here and there."""
    found: list[Any] = []
    for record in sample.records:
        inner = record.get("messages")
        found += inner if isinstance(inner, list) else [record]
    known = sum(map(_looks_openai, found))
    return f"{known} messages with a role and content" if 0 < len(found) <= 2 * known else ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    for record in objects(stream, notes):
        inner = record.get("messages")
        for value in inner if isinstance(inner, list) else [record]:
            try:
                yield from messages(value)
            except BadInput as error:
                notes.skip(error.message)


FORMAT = Format("openai", "OpenAI chat: a list, {messages} or JSON Lines", _matches, _read)
