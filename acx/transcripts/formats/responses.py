"""Responses API: a list of items, JSON Lines of items, requests (`{input}`) and responses
(`{output}`), alone or logged together.

Each item is a message of its own: what a model thinks, says and calls are items that follow each
other. Their ids are left out, since a person's and a tool's items seldom have one, and messages
without ids are known again by their place. Not in here: Codex's own transcripts of such items,
whose words a text is (`client_texts`), and what requests repeat (`request_log`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Event, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats import openai_chat
from acx.transcripts.formats.blocks import result_text
from acx.transcripts.formats.client_texts import told_apart
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.request_log import RequestLog, request, response
from acx.transcripts.record import ORIGINS, arguments, kind_of, stamp, text_at
from acx.transcripts.source import objects

_BLOCKS = ("input_text", "output_text", "refusal", "input_image", "input_file")
_GIVEN = ("arguments", "input", "action", "operation")
_OWN_OUTPUTS = ("error", "output", "outputs", "results")


def _messages(item: Any, notes: Notes) -> Iterator[Message]:
    """The messages of an item. Raises BadInput."""
    if not isinstance(item, dict):
        raise BadInput(f"an item is a JSON object, not {kind_of(item)}")
    kind = text_at(item, "type")
    if kind in ("", "message"):
        for message in openai_chat.messages(item):
            yield from told_apart(replace(message, id=""))
    elif kind == "reasoning":
        yield from _thought(item, notes)
    elif kind.endswith("_output"):
        yield Message("tool", _result(text_at(item, "call_id"), item, "output"), "harness")
    elif kind.endswith("_call") or kind == "mcp_approval_request":
        yield from _called(item, kind)
    elif kind == "mcp_approval_response":
        yield from _approval(item, notes)
    else:
        notes.ignored[kind] += 1


def _thought(item: Mapping[str, Any], notes: Notes) -> Iterator[Message]:
    listed = (item.get("summary"), item.get("content"))
    blocks = [block for blocks in listed if isinstance(blocks, list) for block in blocks]
    texts = [text_at(block, "text") for block in blocks if isinstance(block, dict)]
    if thought := "\n\n".join(filter(None, texts)):
        yield Message("assistant", (Thinking(thought),), "agent")
    else:
        notes.ignored["reasoning without text"] += 1


def _called(item: Mapping[str, Any], kind: str) -> Iterator[Message]:
    """A call; of a tool that the API itself runs also the result, which stands in the same item."""
    call = text_at(item, "call_id", "id")
    if asked := text_at(item, "approval_request_id"):
        call = asked  # the request for approval was the call
    else:
        name = text_at(item, "name") or kind.removesuffix("_call")
        given = next((item[key] for key in _GIVEN if key in item), None)
        if given is None:
            given = {key: item[key] for key in ("code", "queries") if key in item}
        yield Message("assistant", (ToolCall(call, name, arguments(given)),), "agent")
    key = next((key for key in _OWN_OUTPUTS if item.get(key) is not None), "")
    if key:
        yield Message("tool", _result(call, item, key), "harness")
    elif image := text_at(item, "result"):
        file = attached(f"data:image/{text_at(item, 'output_format') or 'png'};base64,{image}")
        yield Message("tool", (ToolResult(call, ""), file), "harness")


def _approval(item: Mapping[str, Any], notes: Notes) -> Iterator[Message]:
    """What a person answered to a call that had to be approved."""
    reason = text_at(item, "reason")
    refused = item.get("approve") is False
    if refused:
        call = text_at(item, "approval_request_id")
        yield Message("tool", (ToolResult(call, reason, rejected=True),), "harness")
    if reason:
        event: Event = "rejection" if refused else ""
        yield Message("user", (Text(reason),), "human", event=event)
    elif not refused:
        notes.ignored["mcp_approval_response"] += 1


def _result(call: str, item: Mapping[str, Any], key: str) -> tuple[Part, ...]:
    """The result in a field of an item, and the files that came with it. Raises BadInput."""
    output = item.get(key)
    texts: list[str] = []
    files: list[Attachment] = []
    codes: list[int] = []
    for piece in output if isinstance(output, list) else [output]:
        held = piece if isinstance(piece, dict) else {}
        outcome = held.get("outcome")
        code = outcome.get("exit_code") if isinstance(outcome, dict) else None
        if isinstance(code, int) and not isinstance(code, bool):
            codes.append(code)
        if file := _file(held):
            files.append(file)
        else:
            texts.append(_printed(piece))
    failed = key == "error" or item.get("status") == "failed"
    first = next(filter(None, codes), 0) if codes else None
    text = "\n".join(filter(None, texts))
    return (ToolResult(call, text, error=failed or None, exit_code=first), *files)


def _file(piece: Mapping[str, Any]) -> Attachment | None:
    kind = piece.get("type")
    if kind in ("input_image", "computer_screenshot", "image"):
        url = text_at(piece, "image_url", "url", "file_id")
        return attached(url) if url.startswith("data:") else Attachment("image", url)
    if kind == "input_file":
        [part] = openai_chat.spoken([piece])
        return part if isinstance(part, Attachment) else None
    return None


def _printed(piece: Any) -> str:
    """The text of a piece of output: of a message, of a program, of a shell."""
    if not isinstance(piece, dict):
        return result_text(piece)
    if "stdout" in piece or "stderr" in piece:
        return "\n".join(filter(None, (text_at(piece, "stdout"), text_at(piece, "stderr"))))
    return text_at(piece, "text", "logs") or result_text([piece])


def _is_item(record: Any) -> bool:
    """Whether only the Responses API has such an item. Messages of text alone could be anyone's."""
    if not isinstance(record, dict):
        return False
    kind, content = record.get("type"), record.get("content")
    if kind == "message":
        blocks = content if isinstance(content, list) else []
        kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
        return "role" in record and any(kind in _BLOCKS for kind in kinds)
    if kind == "reasoning":
        return isinstance(record.get("summary"), list)
    if not isinstance(kind, str):
        return False
    if kind.endswith("_call_output"):
        return "call_id" in record and "output" in record
    called = kind.endswith("_call") and ("call_id" in record or "status" in record)
    return called or kind.startswith(("mcp_approval_", "mcp_list_"))


def _is_said(item: Mapping[str, Any]) -> bool:
    """Whether it is a message as anyone has them."""
    return text_at(item, "role") in (*ORIGINS, "developer") and "content" in item


def _is_codex(record: Mapping[str, Any]) -> bool:
    """A line of an early session of Codex: its header, its state, or an item in an envelope."""
    header = all(key in record for key in ("id", "timestamp", "instructions"))
    return header or "record_type" in record or "payload" in record


def _matches(sample: Sample) -> str:
    if any(map(_is_codex, sample.records)):
        return ""
    for record in sample.records:
        if _answered(record) is not None:
            return "a response with its output"
        if any(_is_item(item) or _is_said(item) for item in _asked(record) or ()):
            return "a request with its input"
    known = sum(map(_is_item, sample.records))
    return f"{known} items of responses" if 0 < len(sample.records) <= 2 * known else ""


def _asked(record: Mapping[str, Any]) -> list[Any] | None:
    """The items of a request with its instructions, None if the record has none."""
    sent = request(record, "input")
    given = sent.get("input")
    if "type" in sent or not isinstance(given, str | list):
        return None
    if isinstance(given, str):
        # requests for embeddings and speech have an input as well
        if not any(key in sent for key in ("instructions", "previous_response_id", "tools")):
            return None
        given = [{"role": "user", "content": given}]
    elif not all(isinstance(item, dict) and ("role" in item or "type" in item) for item in given):
        return None
    system = text_at(sent, "instructions")
    return [{"role": "system", "content": system}, *given] if system else given


def _answered(record: Mapping[str, Any]) -> list[Any] | None:
    """The items of a response, None if the record has none."""
    received = response(record, "output")
    output = received.get("output")
    is_response = received.get("object") == "response" and isinstance(output, list)
    return output if is_response else None


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    log, last = RequestLog(), ""
    for record in objects(stream, notes):
        asked, answered = _asked(record), _answered(record)
        if asked is None and answered is None:
            yield from _readable([record], notes)
            continue
        sent, received = request(record, "input"), response(record, "output")
        about = Conversation(
            _conversation(sent) or _conversation(received), text_at(record, "custom_id")
        )
        notes.session_id = notes.session_id or about.id
        before = text_at(sent, "previous_response_id") or text_at(received, "previous_response_id")
        answers = [_dated(message, received) for message in _readable(answered or (), notes)]
        goes_on = asked is None or (bool(before) and before == last)
        yield from log.take(list(_readable(asked or (), notes)), answers, about, goes_on)
        last = text_at(received, "id") or last


def _conversation(body: Mapping[str, Any]) -> str:
    """The id of the conversation that the API keeps."""
    held = body.get("conversation")
    return text_at(held, "id") if isinstance(held, dict) else text_at(body, "conversation")


def _dated(message: Message, received: Mapping[str, Any]) -> Message:
    model = text_at(received, "model") if message.role == "assistant" else ""
    return replace(message, ts=stamp(received.get("created_at")), model=model)


def _readable(items: Iterable[Any], notes: Notes) -> Iterator[Message]:
    for item in items:
        with notes.skipping():
            yield from _messages(item, notes)


FORMAT = Format("responses", "Responses API: items, requests and responses", _matches, _read)
