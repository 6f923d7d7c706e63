"""The record: a message as one line of JSON, the form in which acx itself keeps and pipes messages.

A line starts with the message's number (`{"n":12,`), so that a store can read it without decoding
the rest; empty fields are left out. Not in here: where lines are kept (`acx.store`) and what to do
with lines that can't be read (`acx.transcripts.source`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any, get_args

from acx.errors import BadInput
from acx.model import (
    Attachment,
    Event,
    Message,
    Origin,
    Part,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from acx.transcripts.json_text import quoted

ORIGINS: Mapping[str, Origin] = {
    "user": "human",
    "assistant": "agent",
    "tool": "harness",
    "system": "harness",
}
"""Who speaks in a role, where the format says no more. Its keys are the roles."""

_ORIGINS = frozenset(get_args(Origin))
_EVENTS = frozenset(get_args(Event))
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
DEEPEST = 100
"""Levels of nesting in a call's arguments. Ten are many; what walks them may use recursion."""

_NESTED = "the message is nested too deeply"
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_line(message: Message) -> bytes:
    """The message as one line with its newline. Raises BadInput for arguments nested too deeply.

    Put together by hand: `json.dumps` of the same message takes three times as long, and a pipe of
    messages is to be as fast as a person's `cat`.
    """
    head = b'"n":%d,' % message.number if message.number else b""
    if message.id:
        head += b'"id":%b,' % _text(message.id)
    if message.ts:
        head += b'"ts":%b,' % _text(message.ts)
    head += f'"role":"{message.role}","origin":"{message.origin}",'.encode()
    if message.event:
        head += f'"event":"{message.event}",'.encode()
    if message.model:
        head += b'"model":%b,' % _text(message.model)
    parts = b",".join([_part_to_json(part) for part in message.parts])
    return b'{%b"parts":[%b]}\n' % (head, parts)


def said_line(role: str, text: str) -> bytes | None:
    """The line of a message that is a role and its words, as `to_line` writes it; None for a role
    that doesn't just speak, and for text that isn't UTF-8."""
    if role not in ("user", "assistant", "system"):
        return None
    part = f'{{"type":"text","text":{encode_basestring(text)}}}'
    try:
        return f'{{"role":"{role}","origin":"{ORIGINS[role]}","parts":[{part}]}}\n'.encode()
    except UnicodeEncodeError:
        return None


def from_value(value: Any) -> Message:
    """The message of a decoded line; unknown keys are passed over. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(value)}")
    parts = value.get("parts")
    if not isinstance(parts, list):
        raise BadInput(f"the message's parts must be a list, not {kind_of(parts)}")
    role = role_of(value)
    origin, event, number = value.get("origin"), value.get("event"), value.get("n")
    return Message(
        role,
        tuple([_part_from_value(part) for part in parts]),
        origin if isinstance(origin, str) and origin in _ORIGINS else ORIGINS[role],  # type: ignore[arg-type]
        number=number if isinstance(number, int) and not isinstance(number, bool) else 0,
        id=text_at(value, "id"),
        ts=stamp(value.get("ts")),
        event=event if isinstance(event, str) and event in _EVENTS else "",  # type: ignore[arg-type]
        model=text_at(value, "model"),
    )


def role_of(value: Mapping[str, Any]) -> Role:
    """The message's role. Raises BadInput if it has none or an unknown one."""
    role = value.get("role")
    if isinstance(role, str) and role in ORIGINS:
        return role  # type: ignore[return-value]
    if role is None:
        raise BadInput("the message has no role", f'give one of: "role": {", ".join(ORIGINS)}')
    shown = repr(role)[:60] if isinstance(role, str) else kind_of(role)
    raise BadInput(f"unknown role: {shown}", f"known are: {', '.join(ORIGINS)}")


def stamp(value: Any) -> str:
    """A time as transcripts give it (ISO 8601 with any offset, epoch in seconds or milliseconds)
    as ISO 8601 in UTC; "" if it is none, such as one in a 13th month. A time without offset is
    taken for UTC."""
    if isinstance(value, str):
        if not value:
            return value
        try:
            moment = datetime.fromisoformat(value)
            if _UTC.fullmatch(value):
                return value
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return ""
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            # 1e11 seconds are the year 5138, 1e11 milliseconds are 1973
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        except (ValueError, OverflowError, OSError):
            return ""
    else:
        return ""
    return moment.isoformat().replace("+00:00", "Z")


def text_at(value: Mapping[str, Any], *keys: str) -> str:
    """The first of these fields that holds text, else ""."""
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and found:
            return found
    return ""


def arguments(value: Any) -> dict[str, Any] | str:
    """Arguments of a tool call: an object or JSON text of one decoded, anything else as text.

    Raises BadInput for an object that is nested too deeply; a text of one stays text.
    """
    if isinstance(value, dict):
        if not _within(value, DEEPEST):
            raise BadInput(_NESTED)
        return value
    if isinstance(value, str):
        try:
            decoded = json.loads(value) if value else {}
        except (ValueError, RecursionError):
            return value
        return decoded if isinstance(decoded, dict) and _within(decoded, DEEPEST) else value
    return {} if value is None else as_json(value)


def as_json(value: Any) -> str:
    """Compact JSON. Raises BadInput for what is nested too deeply."""
    try:
        return _compact(value)
    except RecursionError as error:
        raise BadInput(_NESTED) from error


def kind_of(value: Any) -> str:
    """What a JSON value is, in the words of an error message."""
    if value is None:
        return "null or missing"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _within(value: Any, levels: int) -> bool:
    """Whether a JSON value has at most so many levels of lists and objects."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return True
    return levels > 0 and all(_within(item, levels - 1) for item in value)


def _text(text: str) -> bytes:
    try:
        return quoted(text)
    except UnicodeEncodeError:
        return quoted(_without_lone_surrogates(text))


def _without_lone_surrogates(text: str) -> str:
    """Halves of surrogate pairs, which JSON's \\u escapes can smuggle in, joined or replaced: no
    file, terminal or service takes them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _part_to_json(part: Part) -> bytes:
    if isinstance(part, Text):
        return b'{"type":"text","text":%b}' % _text(part.text)
    if isinstance(part, Thinking):
        return b'{"type":"thinking","text":%b}' % _text(part.text)
    if isinstance(part, ToolCall):
        head = b'"type":"tool_call","id":%b,"name":%b' % (_text(part.id), _text(part.name))
        return b'{%b,"args":%b}' % (head, _arguments_to_json(part.args))
    if isinstance(part, ToolResult):
        line = b'{"type":"tool_result","call_id":%b,"text":%b' % (
            _text(part.call_id),
            _text(part.text),
        )
        if part.error is not None:
            line += b',"error":true' if part.error else b',"error":false'
        if part.exit_code is not None:
            line += b',"exit_code":%d' % part.exit_code
        return line + (b',"rejected":true}' if part.rejected else b"}")
    fields = {"name": part.name, "size": part.size, "sha256": part.sha256}
    kept = {key: value for key, value in fields.items() if value}
    return _encoded(_compact({"type": "attachment", "media_type": part.media_type, **kept}))


def _arguments_to_json(args: Mapping[str, Any] | str) -> bytes:
    if isinstance(args, str):
        return _text(args)
    if not all(type(key) is str for key in args):
        return _encoded(as_json(dict(args)))
    # Their texts are nearly all there is of them. The rest is left to json: msgspec writes numbers
    # in another way
    pairs = [
        b"%b:%b" % (_text(key), _text(item) if type(item) is str else _encoded(as_json(item)))
        for key, item in args.items()
    ]
    return b"{%b}" % b",".join(pairs)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _without_lone_surrogates(text).encode()


def _part_from_value(value: Any) -> Part:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "text":
        return Text(text_at(value, "text"))
    if kind == "thinking":
        return Thinking(text_at(value, "text"))
    if kind == "tool_call":
        args = value.get("args")
        given = args if isinstance(args, str) else arguments(args)
        return ToolCall(text_at(value, "id"), text_at(value, "name"), given)
    if kind == "tool_result":
        error, code = value.get("error"), value.get("exit_code")
        return ToolResult(
            text_at(value, "call_id"),
            text_at(value, "text"),
            error=error if isinstance(error, bool) else None,
            exit_code=code if isinstance(code, int) and not isinstance(code, bool) else None,
            rejected=value.get("rejected") is True,
        )
    if kind == "attachment":
        size = value.get("size")
        return Attachment(
            text_at(value, "media_type"),
            text_at(value, "name"),
            size if isinstance(size, int) and not isinstance(size, bool) else 0,
            text_at(value, "sha256"),
        )
    raise BadInput(f"unknown kind of part: {repr(kind)[:60] if kind else kind_of(value)}")
