"""Claude Code: sessions (JSON Lines), subagents' files, what `claude -p` reads and writes as JSON.

An assistant's message stands on several lines there, tool results stand in the user's slot, and
what a person types while the agent works waits in a queue. Here each is one message, in the order
in which the agent saw it, without what the person took back.

Only counted is what the client notes for itself, and what it shows the agent unasked (attachments:
files that changed, memory, reminders). So is a subagent's work where it is shown in its parent's
file (`progress`): it is a session of its own, in a file of its own. Not in here: whose words a text
is (`claude_texts`), results (`claude_results`), the queue, and branches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Event, Message, Part, Text, ToolCall
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import claude_texts as texts
from acx.transcripts.formats.blocks import is_result, listed, parts_of
from acx.transcripts.formats.claude_branches import is_left, survey, taken_back
from acx.transcripts.formats.claude_lines import (
    LINE,
    Speak,
    is_meta,
    is_sidechain,
    joined,
    message_of,
    speaker,
)
from acx.transcripts.formats.claude_queue import Queue, Typed
from acx.transcripts.formats.claude_results import results
from acx.transcripts.formats.said import Said
from acx.transcripts.record import stamp, text_at
from acx.transcripts.source import objects

UUID_LENGTH = 36


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
        or _is_streamed(record)
    )


def _is_streamed(record: Mapping[str, Any]) -> bool:
    """A message as a program pipes it to `claude -p`, or gets it: without links between lines."""
    kind, message = record.get("type"), record.get("message")
    if kind not in ("user", "assistant") or not isinstance(message, dict):
        return False
    return message.get("role") == kind and "content" in message


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    seen = survey(stream)
    stream.seek(0)
    gone = taken_back(stream) if seen.forks else set()
    stream.seek(0)
    notes.session_id = seen.session
    reading = _Reading(notes)
    for record in objects(stream, notes, LINE):
        _note(record, notes)
        if is_left(record, gone):
            reading.leave(record)
            continue
        with notes.skipping():
            yield from reading.take(record)
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
    """What is held between lines: the first line of an assistant's message that may go on (`turn`,
    with the API's id of it, and its `parts` so far), and what came after that line (`after`), such
    as results of parallel calls.

    called   calls whose results are still to come, by their ids
    command  the line of the last slash command
    seen     lines that were read, by the hashes of their ids
    """

    notes: Notes
    turn: Mapping[str, Any] | None = None
    turn_id: str = ""
    parts: list[Part] = field(default_factory=list)
    after: list[Message] = field(default_factory=list)
    called: dict[str, ToolCall] = field(default_factory=dict)
    command: str = ""
    seen: set[int] = field(default_factory=set)
    queue: Queue = field(default_factory=Queue)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        kind = text_at(record, "type")
        attached = record.get("attachment")
        if kind in ("user", "assistant") and self._is_repeated(record):
            self.notes.ignored[f"{kind}/repeated"] += 1
        elif kind == "assistant":
            yield from self._assistant(record)
        elif kind == "user":
            yield from self._user(record)
        elif kind == "queue-operation":
            typed = self.queue.operate(record)
            if typed:
                self.after += _queued(typed)
            else:
                self.notes.ignored[f"{kind}/{text_at(record, 'operation')}"] += 1
        elif kind == "system" and record.get("subtype") == "local_command":
            self.after += _local_command(record)
        elif kind == "result" and record.get("is_error") is True:
            self.after.append(_failure(record))
        elif isinstance(attached, dict) and attached.get("type") == "queued_command":
            self.after += self._attached(record, attached)
        else:
            part = text_at(attached, "type") if isinstance(attached, dict) else ""
            part = part or text_at(record, "subtype")
            self.notes.ignored[f"{kind}/{part}" if part else kind or "no type"] += 1
        if self.turn is None:
            yield from self._flush()

    def leave(self, record: Mapping[str, Any]) -> None:
        """Leave a line out, of which only the queue is told: what waited in it was delivered."""
        self.notes.ignored["rewound"] += 1
        attached = record.get("attachment")
        with suppress(BadInput, LookupError):
            if isinstance(attached, dict) and attached.get("type") == "queued_command":
                self.queue.attached(joined(listed(attached.get("prompt"))))
            elif record.get("type") == "user" and not is_meta(record):
                blocks = listed(message_of(record).get("content"))
                if not any(map(is_result, blocks)):
                    self._prompted(blocks)

    def finish(self) -> Iterator[Message]:
        for typed in self.queue.rest():
            self.after += _queued(typed)
        yield from self._flush()

    def _flush(self) -> Iterator[Message]:
        turn, parts, after = self.turn, self.parts, self.after
        self.turn, self.parts, self.after = None, [], []
        if turn and parts:
            yield _answer(turn, parts)
        elif turn:
            self.notes.ignored["assistant/empty"] += 1
        yield from after

    def _is_repeated(self, record: Mapping[str, Any]) -> bool:
        """Whether the line was there already: resuming and branching write some twice. Only a UUID
        tells: files made by hand give different lines one id."""
        id = text_at(record, "uuid")
        if len(id) != UUID_LENGTH:
            return False
        known = hash(id) in self.seen
        self.seen.add(hash(id))
        return known

    def _assistant(self, record: Mapping[str, Any]) -> Iterator[Message]:
        message = message_of(record)
        if message.get("model") == "<synthetic>":  # made by the client, as when the API fails
            self.notes.ignored["assistant/<synthetic>"] += 1
            return
        parts = parts_of(listed(message.get("content")))
        own = text_at(message, "id")
        if not (self.turn and own and own == self.turn_id):
            yield from self._flush()
            self.turn, self.turn_id = record, own
        for part in parts:
            if isinstance(part, ToolCall):
                self.called[part.id] = part
            if not isinstance(part, Text) or part.text.strip():
                self.parts.append(part)

    def _user(self, record: Mapping[str, Any]) -> Iterator[Message]:
        blocks = listed(message_of(record).get("content"))
        id, ts = text_at(record, "uuid"), stamp(record.get("timestamp"))
        found = list(results(filter(is_result, blocks), record, self.called, id, ts))
        words = [block for block in blocks if not is_result(block)]
        if found or is_meta(record):
            self.after += found
            # words beside a result were typed with the approval of a call
            beside: Event = "queued" if found else ""
            own = f"{id}#text" if id and found else id
            expands = self.command and self.command == record.get("parentUuid")
            speak = speaker(record, texts.said, "command" if expands else "")
            self.after += _spoken(words, speak, own, ts, beside)
            return
        yield from self._flush()
        try:
            typed = self._prompted(words)
        except LookupError:
            self.notes.ignored["user/delivered before"] += 1
            return
        own = typed.id if typed else id
        said = list(_spoken(words, speaker(record, texts.said), own, ts))
        self.command = id if any(message.event == "command" for message in said) else ""
        self.after += said
        if not said:
            self.notes.ignored["user/empty"] += 1

    def _prompted(self, words: Iterable[Any]) -> Typed | None:
        """What waited in the queue and comes with these words. Raises LookupError for a copy."""
        typed, passed = self.queue.prompted(joined(words))
        for other in passed:
            self.after += _queued(other)
        return typed

    def _attached(
        self, record: Mapping[str, Any], attached: Mapping[str, Any]
    ) -> Iterator[Message]:
        words = listed(attached.get("prompt"))
        try:
            typed = self.queue.attached(joined(words))
        except LookupError:
            self.notes.ignored["attachment/delivered before"] += 1
            return
        own = typed.id if typed else text_at(record, "uuid")
        speak = speaker({**attached, "isSidechain": record.get("isSidechain")}, texts.queued)
        yield from _spoken(words, speak, own, stamp(record.get("timestamp")), "queued")


def _answer(record: Mapping[str, Any], parts: Iterable[Part]) -> Message:
    """An assistant's message that begins with this line."""
    message = message_of(record)
    return Message(
        "assistant",
        tuple(parts),
        "subagent" if is_sidechain(record) else "agent",
        id=text_at(record, "uuid") or text_at(message, "id"),
        ts=stamp(record.get("timestamp")),
        model=text_at(message, "model"),
    )


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


def _local_command(record: Mapping[str, Any]) -> Iterator[Message]:
    """A slash command that the client ran itself, or its output."""
    id, ts = text_at(record, "uuid"), stamp(record.get("timestamp"))
    return _spoken(listed(text_at(record, "content")), speaker(record, texts.said), id, ts)


def _failure(record: Mapping[str, Any]) -> Message:
    """Why a run of `claude -p` failed, which is said nowhere else."""
    errors = record.get("errors")
    told = [error for error in errors if isinstance(error, str)] if isinstance(errors, list) else []
    text = text_at(record, "result") or "\n".join(told) or text_at(record, "subtype") or "error"
    return Message("system", (Text(text),), "harness", id=text_at(record, "uuid"))


FORMAT = Format(
    "claude-code", "Claude Code sessions, subagents' files and stream-json output", _matches, _read
)
