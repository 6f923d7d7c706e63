"""OpenAI chat: a list of messages, JSON Lines of messages, or requests (`{"messages": [...]}`) with
or without their responses, as LiteLLM, OpenHands and batches log them.

Written by many programs, each a little different: arguments as text or object, calls flattened,
content as text, list or null, reasoning beside it. Not in here: what clients put into a person's
words (`client_texts`), what requests repeat (`request_log`), and logs of evaluations (`tau`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats.blocks import listed, result_text, unknown
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.request_log import RequestLog, request, response
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
        text = result_text(content)
        parts.append(ToolResult(call, text, error=flag, exit_code=_exit_code(text)))
    else:
        calls = list(_calls(value))
        if content is None and not calls and role != "assistant":
            raise BadInput(f"the {role} message has no content")
        if thought := text_at(value, "reasoning_content", "reasoning"):
            parts.append(Thinking(thought))
        parts += spoken(content)
        parts += calls
    own = "" if role == "tool" and "tool_call_id" not in value else text_at(value, "id")
    model = text_at(value, "model") if role == "assistant" else ""
    return [Message(role, tuple(parts), ORIGINS[role], id=own, ts=stamp(ts), model=model)]


def spoken(content: Any) -> Iterator[Part]:
    """The parts of a message's content, also of items of the Responses API. Raises BadInput."""
    for block in listed(content):
        kind = block.get("type") if isinstance(block, dict) else None
        if isinstance(block, str) or kind in _TEXTS:
            if text := block if isinstance(block, str) else text_at(block, "text"):
                yield Text(text)
        elif kind == "refusal":
            yield Text(text_at(block, "refusal"))
        elif kind in ("image_url", "input_image"):
            yield _image(block)
        elif kind in ("file", "input_file"):
            yield _file(block)
        else:
            yield unknown(block)


def _image(block: Mapping[str, Any]) -> Attachment:
    given = block.get("image_url")
    url = text_at(given, "url") if isinstance(given, dict) else text_at(block, "image_url")
    if url.startswith("data:"):
        return attached(url)
    return Attachment("image", url or text_at(block, "file_id"))


def _file(block: Mapping[str, Any]) -> Attachment:
    held = block.get("file")
    held = held if isinstance(held, dict) else block
    name = text_at(held, "filename", "file_url", "file_id")
    data = text_at(held, "file_data")
    return attached(data, "" if data else "file", name)


def _exit_code(text: str) -> int | None:
    """What OpenHands puts below the output of a command."""
    codes = re.findall(r"\[(?:The c|C)ommand \w+ with exit code (-?\d{1,9})\.?\]", text[-1000:])
    return int(codes[-1]) if codes else None


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
        function = call.get("function", call.get("custom"))
        function = function if isinstance(function, dict) else call
        given = function.get("arguments", function.get("input"))
        yield ToolCall(text_at(call, "id"), text_at(function, "name"), arguments(given))


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
        asked, answered = _asked(record), _answered(record, Notes())
        logged = asked is not None or answered is not None
        found += [*(asked or ()), *(answered or ())] if logged else [record]
    known = sum(map(_looks_openai, found))
    return f"{known} messages with a role and content" if len(found) < 2 * known else ""


def _asked(record: Mapping[str, Any]) -> list[Any] | None:
    """The messages of a request, None if the record has none. For models that can't call tools,
    OpenHands sends calls as text (`messages`) and logs those it means (`raw_messages`)."""
    sent = request(record, "messages")
    lists = [sent.get(key) for key in ("raw_messages", "messages")]
    return max((one for one in lists if isinstance(one, list)), key=_calling, default=None)


def _calling(values: list[Any]) -> int:
    return sum(isinstance(value, dict) and bool(value.get("tool_calls")) for value in values)


def _answered(record: Mapping[str, Any], notes: Notes) -> list[Any] | None:
    """The message of a response, the first where it gives a choice; None if the record has none."""
    received = response(record, "choices")
    choices = received.get("choices")
    if not isinstance(choices, list):
        return None
    given = [choice.get("message") for choice in choices if isinstance(choice, dict)]
    answers = [answer for answer in given if isinstance(answer, dict)]
    if rest := len(choices) - len(answers[:1]):
        notes.ignored["other choices"] += rest
    stated = {"model": received.get("model"), "created_at": received.get("created")}
    return [{**stated, **answer} for answer in answers[:1]]


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    log = RequestLog()
    for record in objects(stream, notes):
        asked, answered = _asked(record), _answered(record, notes)
        if asked is None and answered is None:
            yield from _readable([record], notes)
            continue
        yield from log.take(
            list(_readable(asked or (), notes)),
            list(_readable(answered or (), notes)),
            Conversation(name=text_at(record, "custom_id")),
            goes_on=asked is None,
        )


def _readable(values: Iterable[Any], notes: Notes) -> Iterator[Message]:
    # not loaded for a pipe, whose messages are a program's own
    from acx.transcripts.formats.client_texts import told_apart

    for value in values:
        with notes.skipping():
            for message in messages(value):
                yield from told_apart(message)


FORMAT = Format(
    "openai", "OpenAI chat: a list, requests and responses, JSON Lines", _matches, _read
)
