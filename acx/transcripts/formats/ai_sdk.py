"""AI SDK: what `useChat` keeps and sends: a list of UI messages, JSON Lines of them, or requests
with the chat so far. Versions 4 (`tool-invocation`) to 6.

An assistant's message there holds whole turns: each call with its result in one part, steps one
after the other. Here what it says and calls in a step is a message, and each result one after it.
What is still being streamed is left for the next time: what was read once is never read again. Not
in here: what requests repeat (`request_log`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import (
    Attachment,
    Event,
    Message,
    Part,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats.blocks import result_text, unknown
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.request_log import RequestLog, request
from acx.transcripts.record import ORIGINS, arguments, kind_of, role_of, stamp, text_at
from acx.transcripts.source import objects

_KINDS = ("text", "reasoning", "file", "step-start", "source", "dynamic-tool")
_CALLING = ("input-streaming", "partial-call")
_PREFIXES = ("tool-", "source-", "data-")
_UNIQUE = 16
"""Characters of an id that the SDK makes for a chat. Shorter ones are an app's own: `chat-1`."""


def _messages(value: Any, notes: Notes) -> Iterator[Message]:
    """The messages of one message of the SDK's. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(value)}")
    given = value.get("parts")
    if not isinstance(given, list):
        raise BadInput(f"the message's parts must be a list, not {kind_of(given)}")
    reading = _Reading(value, role_of(value), notes)
    for number, part in enumerate(given):
        if isinstance(part, dict):
            yield from reading.take(number, part)
        else:
            notes.skip(f"a part must be an object, not {kind_of(part)}")
    yield from reading.finish()


@dataclass(slots=True)
class _Reading:
    """A message being read: the parts of the step at hand, the first of which is number `start`,
    and what came of its calls (`after`). The first step bears the message's own id."""

    value: Mapping[str, Any]
    role: Role
    notes: Notes
    start: int = 0
    is_first: bool = True
    step: list[Part] = field(default_factory=list)
    after: list[Message] = field(default_factory=list)

    def take(self, number: int, part: Mapping[str, Any]) -> Iterator[Message]:
        kind = text_at(part, "type")
        called = kind == "dynamic-tool" or kind.startswith("tool-")
        if kind == "step-start" or (self.after and not called):
            yield from self.flush()
        if not self.step:
            self.start = number
        if called:
            self._tool(kind, part)
        elif kind == "text":
            self.step += [Text(text)] if (text := text_at(part, "text")) else []
        elif kind == "reasoning":
            thought = text_at(part, "text", "reasoning")
            self.step += [Thinking(thought)] if thought else []
        elif kind == "file":
            self.step.append(_file(part))
        elif kind == "step-start" or kind.startswith("source"):
            self.notes.ignored[kind] += 1
        else:
            self.step.append(unknown(part))

    def flush(self) -> Iterator[Message]:
        if self.step:
            yield self._message(self.role, "" if self.is_first else str(self.start), *self.step)
            self.is_first = False
        yield from self.after
        self.step, self.after = [], []

    def finish(self) -> Iterator[Message]:
        for file in _listed(self.value.get("experimental_attachments")):
            self.step.append(_file(file))
        if self.is_first and not self.step:
            self.notes.ignored["empty message"] += 1
        yield from self.flush()

    def _message(self, role: Role, mark: str, *parts: Part, event: Event = "") -> Message:
        own = text_at(self.value, "id")
        told = self.value.get("metadata")
        told = told if isinstance(told, dict) else {}
        return Message(
            role,
            parts,
            ORIGINS[role],
            id=f"{own}#{mark}" if own and mark else own,
            ts=stamp(self.value.get("createdAt") or told.get("createdAt")),
            event=event,
            model=text_at(told, "model") if role == "assistant" else "",
        )

    def _tool(self, kind: str, part: Mapping[str, Any]) -> None:
        """A call, and what came of it: a person's word on it, its result."""
        held = part.get("toolInvocation")
        if isinstance(held, dict):  # version 4
            part = {"input": held.get("args"), "output": held.get("result"), **held}
        call, state = text_at(part, "toolCallId"), text_at(part, "state")
        name = text_at(part, "toolName") or kind.removeprefix("tool-")
        given = part.get("input")
        args = arguments(part.get("rawInput") if given is None else given)
        self.step.append(ToolCall(call, name, args))
        approval = part.get("approval")
        approval = approval if isinstance(approval, dict) else {}
        reason = text_at(approval, "reason")
        denied = state == "output-denied" or approval.get("approved") is False
        if denied:
            self._after("tool", call, ToolResult(call, reason, rejected=True))
        if reason:
            event: Event = "rejection" if denied else ""
            self._after("user", f"{call}-reason", Text(reason), event=event)
        if state == "output-error":
            self._after("tool", call, ToolResult(call, text_at(part, "errorText"), error=True))
        elif part.get("preliminary") is True:
            self.notes.ignored["preliminary output"] += 1
        elif state in ("output-available", "result"):
            self._after("tool", call, _result(call, part.get("output")))

    def _after(self, role: Role, mark: str, part: Part, event: Event = "") -> None:
        self.after.append(self._message(role, mark, part, event=event))


def _result(call: str, output: Any) -> ToolResult:
    held = output if isinstance(output, dict) else {}
    code = held.get("exitCode")
    listed = held.get("content")  # of an MCP server
    return ToolResult(
        call,
        result_text(listed if isinstance(listed, list) else output),
        error=held.get("isError") is True,
        exit_code=code if isinstance(code, int) and not isinstance(code, bool) else None,
    )


def _file(part: Mapping[str, Any]) -> Attachment:
    media_type = text_at(part, "mediaType", "mimeType", "contentType")
    url = text_at(part, "url")
    if data := text_at(part, "data"):  # version 4
        url = f"data:{media_type};base64,{data}"
    return attached(url, media_type, text_at(part, "filename", "name"))


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _looks_like(value: Any) -> bool:
    """Whether it is a message whose parts are of the SDK's kinds."""
    if not isinstance(value, dict) or text_at(value, "role") not in ("system", "user", "assistant"):
        return False
    parts = value.get("parts")
    if not isinstance(parts, list) or not parts:
        return False
    kinds = [text_at(part, "type") if isinstance(part, dict) else "" for part in parts]
    return all(kind in _KINDS or kind.startswith(_PREFIXES) for kind in kinds)


def _matches(sample: Sample) -> str:
    found: list[Any] = []
    for record in sample.records:
        asked = _asked(record)
        found += [record] if asked is None else asked
    known = sum(map(_looks_like, found))
    return f"{known} messages with typed parts" if 0 < len(found) <= 2 * known else ""


def _asked(record: Mapping[str, Any]) -> list[Any] | None:
    given = request(record, "messages").get("messages")
    return given if isinstance(given, list) else None


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    log, held = RequestLog(), list[dict[str, Any]]()
    for record in objects(stream, notes):
        yield from _readable(held, notes)  # somebody spoke after it: it doesn't grow any more
        held = []
        asked = _asked(record)
        if asked is not None:
            yield from _chat(record, asked, log, notes)
        elif _streamed(record):
            held = [record]
        else:
            yield from _readable([record], notes)
    yield from _readable([_finished(record, notes) for record in held], notes)


def _chat(
    record: Mapping[str, Any], asked: list[Any], log: RequestLog, notes: Notes
) -> Iterator[Item]:
    sent = request(record, "messages")
    chat = text_at(sent, "id")
    about = Conversation(id=chat) if len(chat) >= _UNIQUE else Conversation(name=chat)
    notes.session_id = notes.session_id or about.id
    if "trigger" not in sent:  # a chat as it is kept; in one that is sent, all has ended
        asked = [*asked[:-1], *(_finished(value, notes) for value in asked[-1:])]
    return log.take(list(_readable(asked, notes)), about=about)


def _streamed(value: Any) -> int:
    """How many parts at the end of a message are still being streamed, or follow such a part. A
    text that another part follows has ended, also where an app left it so marked."""
    parts = value.get("parts") if isinstance(value, dict) else None
    parts = parts if isinstance(parts, list) else []
    for rest, part in zip(range(len(parts), 0, -1), parts, strict=True):
        told = part if isinstance(part, dict) else {}
        held = told.get("toolInvocation")
        state = text_at(held if isinstance(held, dict) else told, "state")
        if state in _CALLING or (state == "streaming" and rest == 1):
            return rest
    return 0


def _finished(value: Any, notes: Notes) -> Any:
    """The last message of a chat without what is still being streamed."""
    rest = _streamed(value)
    if not rest:
        return value
    notes.ignored["still being streamed"] += rest
    return {**value, "parts": value["parts"][:-rest]}


def _readable(values: Iterable[Any], notes: Notes) -> Iterator[Message]:
    for value in values:
        with notes.skipping():
            yield from _messages(value, notes)


FORMAT = Format("ai-sdk", "AI SDK (Vercel): chats of UI messages", _matches, _read)
