"""Claude Code: sessions (JSON Lines), subagents' files, `claude -p --output-format stream-json`.

An assistant's message stands on several lines there, tool results stand in the user's slot, and
what a person types while the agent works waits in a queue. Here each is one message, in the order
in which the agent saw it. Not in here: whose words a text is (`claude_texts`), the queue itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Event, Message, Origin, Part, Text, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import claude_texts as texts
from acx.transcripts.formats.blocks import is_result, listed, parts_of
from acx.transcripts.formats.claude_queue import Queue, Typed
from acx.transcripts.formats.claude_texts import Said
from acx.transcripts.record import kind_of, stamp, text_at
from acx.transcripts.source import objects

Speak = Callable[[str], Iterable[Said]]


def _matches(sample: Sample) -> str:
    if any(map(_is_qwen, sample.records)):
        return ""
    line = next(filter(_is_line, sample.records), None)
    return f"a {text_at(line, 'type') or 'message'} line of a session" if line else ""


def _is_qwen(record: Mapping[str, Any]) -> bool:
    """Qwen Code has the same envelope around another API's messages."""
    message = record.get("message")
    return isinstance(message, dict) and "parts" in message


def _is_line(record: Mapping[str, Any]) -> bool:
    kind = record.get("type")
    return (
        ("parentUuid" in record and "sessionId" in record)
        or kind in ("file-history-snapshot", "queue-operation")
        or (kind == "summary" and "leafUuid" in record)
        or (kind == "system" and record.get("subtype") == "init" and "session_id" in record)
    )


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    reading = _Reading(notes)
    for record in objects(stream, notes):
        _note(record, notes)
        try:
            yield from reading.take(record)
        except BadInput as error:
            notes.skip(error.message)
    yield from reading.finish()


def _note(record: Mapping[str, Any], notes: Notes) -> None:
    """The session's id and folder. A subagent's lines name their parent's session."""
    if not notes.session_id:
        agent = text_at(record, "agentId") if record.get("isSidechain") is True else ""
        own = text_at(record, "sessionId", "session_id")
        notes.session_id = f"agent-{agent}" if agent else own
    if not notes.cwd:
        notes.cwd = text_at(record, "cwd")


@dataclass(slots=True)
class _Reading:
    """What is held between lines: an assistant's message that may go on (`turn`, with the API's id
    of it), and what came after its first line (`after`), such as results of parallel calls.
    `called` are the names of tools whose results are still to come, by the calls' ids."""

    notes: Notes
    turn: Message | None = None
    turn_id: str = ""
    after: list[Message] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)
    queue: Queue = field(default_factory=Queue)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        kind = text_at(record, "type")
        attached = record.get("attachment")
        if kind == "assistant":
            yield from self._assistant(record)
        elif kind == "user":
            yield from self._user(record)
        elif kind == "queue-operation":
            typed = self.queue.operate(record)
            if typed:
                self.after += _queued(typed)
            else:
                self.notes.ignored[f"{kind}/{text_at(record, 'operation')}"] += 1
        elif isinstance(attached, dict) and attached.get("type") == "queued_command":
            self.after += self._attached(record, attached)
        else:
            part = text_at(attached, "type") if isinstance(attached, dict) else ""
            part = part or text_at(record, "subtype")
            self.notes.ignored[f"{kind}/{part}" if part else kind or "no type"] += 1
        if self.turn is None:
            yield from self._flush()

    def finish(self) -> Iterator[Message]:
        for typed in self.queue.rest():
            self.after += _queued(typed)
        yield from self._flush()

    def _flush(self) -> Iterator[Message]:
        turn, after = self.turn, self.after
        self.turn, self.after = None, []
        if turn and turn.parts:
            yield turn
        elif turn:
            self.notes.ignored["assistant/empty"] += 1
        yield from after

    def _assistant(self, record: Mapping[str, Any]) -> Iterator[Message]:
        message = _message_of(record)
        if message.get("model") == "<synthetic>":  # made by the client, as when the API fails
            self.notes.ignored["assistant/<synthetic>"] += 1
            return
        parts = parts_of(listed(message.get("content")))
        parts = tuple(p for p in parts if not isinstance(p, Text) or p.text.strip())
        self.called.update((p.id, p.name) for p in parts if isinstance(p, ToolCall))
        own = text_at(message, "id")
        if self.turn and own and own == self.turn_id:
            self.turn = replace(self.turn, parts=self.turn.parts + parts)
            return
        yield from self._flush()
        self.turn_id = own
        self.turn = Message(
            "assistant",
            parts,
            "subagent" if _is_sidechain(record) else "agent",
            id=text_at(record, "uuid") or own,
            ts=stamp(record.get("timestamp")),
            model=text_at(message, "model"),
        )

    def _user(self, record: Mapping[str, Any]) -> Iterator[Message]:
        blocks = listed(_message_of(record).get("content"))
        id, ts = text_at(record, "uuid"), stamp(record.get("timestamp"))
        results = list(_results(filter(is_result, blocks), record, self.called, id, ts))
        words = [block for block in blocks if not is_result(block)]
        if results or record.get("isMeta") is True:
            self.after += results
            # words beside a result were typed with the approval of a call
            beside: Event = "queued" if results else ""
            own = f"{id}#text" if id and results else id
            self.after += _spoken(words, _speaker(record, texts.said), own, ts, beside)
            return
        yield from self._flush()
        try:
            typed, passed = self.queue.prompted(_joined(words))
        except LookupError:
            self.notes.ignored["user/delivered before"] += 1
            return
        for other in passed:
            self.after += _queued(other)
        own = typed.id if typed else id
        said = list(_spoken(words, _speaker(record, texts.said), own, ts))
        self.after += said
        if not said:
            self.notes.ignored["user/empty"] += 1

    def _attached(
        self, record: Mapping[str, Any], attached: Mapping[str, Any]
    ) -> Iterator[Message]:
        words = listed(attached.get("prompt"))
        try:
            typed = self.queue.attached(_joined(words))
        except LookupError:
            self.notes.ignored["attachment/delivered before"] += 1
            return
        own = typed.id if typed else text_at(record, "uuid")
        speak = _speaker({**attached, "isSidechain": record.get("isSidechain")}, texts.queued)
        yield from _spoken(words, speak, own, stamp(record.get("timestamp")), "queued")


def _message_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    message = record.get("message")
    if not isinstance(message, dict):
        raise BadInput(f"a line's message must be an object, not {kind_of(message)}")
    return message


def _is_sidechain(record: Mapping[str, Any]) -> bool:
    """Of a subagent; in stream-json, what stands under a call of the parent's."""
    return record.get("isSidechain") is True or bool(record.get("parent_tool_use_id"))


def _speaker(record: Mapping[str, Any], person: Speak) -> Speak:
    """Who speaks in this line: somebody as a whole, or whom `person` tells from the text."""
    origin = record.get("origin")
    kind = text_at(origin, "kind") if isinstance(origin, dict) else ""
    if _is_sidechain(record):
        return lambda text: [Said(text, "subagent")]
    if record.get("isCompactSummary") is True:
        return lambda text: [Said(text, "harness", "compaction")]
    if record.get("planContent"):
        return lambda text: [Said(text, "harness", "plan")]
    by_program = record.get("commandMode") == "task-notification" or kind not in ("", "human")
    if record.get("isMeta") is True or by_program:
        return lambda text: [Said(text, "harness")]
    return person


def _spoken(
    blocks: Iterable[Any], speak: Speak, id: str, ts: str, event: Event = ""
) -> Iterator[Message]:
    """A message for every speaker in turn. Plain words of a person's are an `event` of this kind;
    an image belongs to whoever would speak plain words here."""
    pieces: list[tuple[Said, Part]] = []
    for part in parts_of(blocks):
        if isinstance(part, Text):
            pieces += ((said, Text(said.text)) for said in speak(part.text) if said.text.strip())
        else:
            pieces += ((said, part) for said in speak("image"))
    runs = groupby(pieces, key=lambda piece: (piece[0].origin, piece[0].event))
    for nth, ((origin, kind), run) in enumerate(runs, 1):
        own = f"{id}#{nth}" if id and nth > 1 else id
        moment: Event = kind or (event if origin == "human" else "")
        parts = tuple(part for _, part in run)
        yield Message("user", parts, origin, id=own, ts=ts, event=moment)


def _queued(typed: Typed) -> Iterator[Message]:
    return _spoken(listed(typed.text), texts.queued, typed.id, typed.ts, "queued")


def _results(
    blocks: Iterable[Any], record: Mapping[str, Any], called: dict[str, str], id: str, ts: str
) -> Iterator[Message]:
    """The results in a line, and after them what the person said to refuse a call."""
    parts = tuple(_result(part, record, called) for part in parts_of(blocks))
    if not parts:
        return
    yield Message("tool", parts, "harness", id=id, ts=ts)
    refused = [part.text for part in parts if isinstance(part, ToolResult) and part.rejected]
    if words := tuple(Text(words) for words in map(texts.reason, refused) if words):
        origin: Origin = "subagent" if _is_sidechain(record) else "human"
        own = f"{id}#reason" if id else ""
        yield Message("user", words, origin, id=own, ts=ts, event="rejection")


def _result(part: Part, record: Mapping[str, Any], called: dict[str, str]) -> Part:
    if not isinstance(part, ToolResult):
        return part
    tool = called.pop(part.call_id, "")
    text = texts.without_reminders(part.text)
    error = part.error
    if error is None and text.startswith("<tool_use_error>"):
        error = True
    return replace(
        part,
        call_id=part.call_id or text_at(record, "sourceToolUseID"),
        text=text,
        error=error,
        exit_code=texts.exit_code(text) if error else part.exit_code,
        rejected=error is True and _is_refused(text, tool, record),
    )


def _is_refused(text: str, tool: str, record: Mapping[str, Any]) -> bool:
    """Whether a person refused the call, rather than a tool failing in the words of a refusal.

    What an MCP server calls an error stands in the line word for word, and once more behind
    `Error: ` in toolUseResult: of its calls only what the client says in its own fields is
    believed. Built-in tools put words of theirs (`Exit code 1`) before what others wrote.
    """
    if record.get("toolDenialKind") == "user-rejected":
        return True
    if record.get("toolUseResult") == "User rejected tool use":
        return True
    return bool(tool) and "mcp" not in tool.lower() and texts.is_rejection(text)


def _joined(blocks: Iterable[Any]) -> str:
    return "\n".join(part.text for part in parts_of(blocks) if isinstance(part, Text)).strip()


FORMAT = Format(
    "claude-code", "Claude Code sessions, subagents' files and stream-json output", _matches, _read
)
