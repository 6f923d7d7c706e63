"""Messages written out again: OpenAI chat, Anthropic messages or acx form, as JSON Lines.

Roles, texts, calls and results survive the way there and back; thinking, times, origins and
attachments only in acx form. Results stand directly behind their call, as both APIs demand; a call
without a result in the transcript stays without one. Not in here: reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from acx.errors import UsageError
from acx.model import Attachment, Message, Part, Text, ToolCall, ToolResult
from acx.transcripts.record import as_json, to_line

FORMS = ("openai", "anthropic", "acx")


def export(messages: Iterable[Message], form: str) -> Iterator[str]:
    """Lines without newline. Raises UsageError for an unknown form, at once."""
    if form == "acx":
        return (to_line(message).decode().rstrip("\n") for message in messages)
    if form == "openai":
        return map(_safe, _openai(_in_order(_own_commands(messages))))
    if form == "anthropic":
        return map(_safe, _anthropic(_in_order(_own_commands(messages))))
    raise UsageError(f"can't export as {form!r}", f"known forms: {', '.join(FORMS)}")


def _safe(value: dict[str, Any]) -> str:
    return as_json(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _own_commands(messages: Iterable[Message]) -> Iterator[Message]:
    """With the calls that a person made themselves, and their results, as a person's words: in both
    APIs only the model calls."""
    own: set[str] = set()
    for message in messages:
        if message.role == "assistant":
            yield message
            continue
        own |= {call.id for call in message.calls}
        parts = tuple(_told(part, own) for part in message.parts)
        role = "user" if parts != message.parts and message.role == "tool" else message.role
        yield message if parts == message.parts else replace(message, role=role, parts=parts)


def _told(part: Part, own: set[str]) -> Part:
    if isinstance(part, ToolCall):
        args = part.args if isinstance(part.args, str) else part.args.get("command", part.args)
        return Text(f"$ {args}" if isinstance(args, str) else f"{part.name} {as_json(args)}")
    if isinstance(part, ToolResult) and part.call_id in own:
        return Text(part.text)
    return part


def _in_order(messages: Iterable[Message]) -> Iterator[Message]:
    """With what was said between a call and its result held back until behind the result."""
    open_calls: set[str] = set()
    held: list[Message] = []
    for message in messages:
        if message.role == "assistant":
            yield from held
            held = []
            open_calls = {call.id for call in message.calls}
        open_calls -= {result.call_id for result in message.results}
        if message.results or message.role == "assistant":
            yield message
        else:
            held.append(message)
        if not open_calls:
            yield from held
            held = []
    yield from held


def _said(message: Message) -> str:
    """The text; for an attachment alone a word that there was one, since no API takes nothing."""
    text = message.text
    if not text and not message.calls and not message.results:
        kinds = [part.media_type for part in message.parts if isinstance(part, Attachment)]
        return "\n".join(f"[{kind}, not kept]" for kind in kinds)
    return text


def _openai(messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        text, calls = _said(message), [_openai_call(call) for call in message.calls]
        if message.role == "tool" and not message.results:
            yield {"role": "tool", "tool_call_id": "", "content": text}
        elif message.role == "assistant" and calls:
            yield {"role": "assistant", "content": text or None, "tool_calls": calls}
        elif text or message.role in ("user", "system"):
            yield {"role": message.role, "content": text}
        for result in message.results:
            yield {"role": "tool", "tool_call_id": result.call_id, "content": result.text}


def _openai_call(call: ToolCall) -> dict[str, Any]:
    given = call.args if isinstance(call.args, str) else as_json(dict(call.args))
    function = {"name": call.name, "arguments": given}
    return {"id": call.id, "type": "function", "function": function}


def _anthropic(messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    """Roles alternate: what one side says in a row is one message, results before words."""
    role, blocks = "", list[dict[str, Any]]()
    for message in messages:
        side = "user" if message.role == "tool" else message.role
        more = _blocks(message)
        if not more:
            continue
        if side != role and blocks:
            yield {"role": role, "content": blocks}
            blocks = []
        role = side
        blocks += more
        if side == "user":
            blocks.sort(key=lambda block: block["type"] != "tool_result")
    if blocks:
        yield {"role": role, "content": blocks}


def _blocks(message: Message) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, Text) and part.text:
            blocks.append({"type": "text", "text": part.text})
        elif isinstance(part, ToolCall):
            # the API takes objects only; raw text is kept under a name of ours
            given = {"raw": part.args} if isinstance(part.args, str) else dict(part.args)
            blocks.append({"type": "tool_use", "id": part.id, "name": part.name, "input": given})
        elif isinstance(part, ToolResult):
            result = {"type": "tool_result", "tool_use_id": part.call_id, "content": part.text}
            blocks.append({**result, "is_error": True} if part.error else result)
    if not blocks and (text := _said(message)):
        blocks.append({"type": "text", "text": text})
    return blocks
