"""Gemini CLI: sessions as one JSON object (up to 0.39) and as JSON Lines (from 0.40).

In JSON Lines a message is written again whenever it grows: here it stands where its last version
does, and begins as the first one did, so that who read that gets the rest. What the person rewound
stays in the file. Calls and their results stand in one record: here they are the agent's message
and one of results after it. Not in here: `logs.json`, which repeats what people typed in sessions
that have files of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Origin, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.gemini_parts import ENDED, Calls, parts_of, said, split
from acx.transcripts.formats.gemini_results import heard
from acx.transcripts.formats.gemini_texts import CONTEXTS, spoken
from acx.transcripts.record import arguments, kind_of, stamp, text_at
from acx.transcripts.source import objects

_Parts = tuple[Part, ...]

_AGENT = ("gemini", "model")
_PROGRAM = ("info", "warning", "error")
_INTERRUPTS = ("Request cancelled.", "User cancelled the request.")


def _matches(sample: Sample) -> str:
    found = any("sessionId" in record and "projectHash" in record for record in sample.records)
    return "a session with a project's hash" if found else ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    kept = _kept(_records(stream, Notes()))
    stream.seek(0)
    reading = _Reading(notes)
    for nth, (record, copied) in enumerate(_records(stream, notes)):
        own = text_at(record, "id")
        with notes.skipping():
            if not own or kept.get(own) == nth:
                yield from reading.take(record)
                continue
            notes.ignored["written again" if own in kept else "rewound"] += 1
            if own in kept and not copied:
                reading.remember(record)


def _records(stream: BinaryIO, notes: Notes) -> Iterator[tuple[dict[str, Any], bool]]:
    """Headers, messages and changes, in order, and of each whether it is a message of a copy of
    the whole history, as it is written when that was summed up."""
    for record in objects(stream, notes):
        change = record.get("$set")
        held = change if isinstance(change, dict) else record
        messages = held.get("messages")
        yield {key: value for key, value in record.items() if key != "messages"}, False
        if not isinstance(messages, list):
            continue
        for message in messages:
            if isinstance(message, dict):
                yield message, held is change
            else:
                notes.skip(f"a message is a JSON object, not {kind_of(message)}")


def _kept(records: Iterable[tuple[dict[str, Any], bool]]) -> dict[str, int]:
    """Which record has the last version of each message that wasn't rewound, by their ids."""
    kept: dict[str, int] = {}
    for nth, (record, copied) in enumerate(records):
        own, target = text_at(record, "id"), text_at(record, "$rewindTo")
        if target in kept:
            ids = list(kept)
            for id in ids[ids.index(target) :]:
                del kept[id]
        elif own and not (copied and own in kept):  # copies lack outputs that were cleared away
            kept[own] = nth
    return kept


@dataclass(slots=True)
class _Reading:
    """What is known of the session so far; `made` and `answered` are the ids of calls, which
    stand in copies of the history once more. `begun` are messages that are written again, by their
    ids: what is told of them so far, and what their last version says."""

    notes: Notes
    human: Origin = "human"
    agent: Origin = "agent"
    project: str = ""
    made: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    begun: dict[str, tuple[_Parts, _Parts]] = field(default_factory=dict)

    def remember(self, record: Mapping[str, Any]) -> None:
        """Note what a message says that is written once more further on."""
        id = text_at(record, "id")
        if text_at(record, "type") in _AGENT:
            made = [call for call, *_ in _made(record, id)]
            self.begun[id] = self._said(record, made)

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        kind = text_at(record, "type")
        if kind == "user":
            messages = self._user(record)
        elif kind in _AGENT:
            messages = self._agent(record)
        elif kind in _PROGRAM:
            messages = self._program(record)
        else:
            self._note(record)
            return
        empty = True
        for message in messages:
            empty = False
            yield message
        if empty:
            self.notes.ignored[f"{kind}/empty"] += 1

    def _note(self, record: Mapping[str, Any]) -> None:
        change = record.get("$set")
        header = change if isinstance(change, dict) else record
        self.project = text_at(header, "projectHash") or self.project
        if text_at(header, "kind") == "subagent":
            self.human = self.agent = "subagent"
        if (own := text_at(header, "sessionId")) and not self.notes.session_id:
            # the files of subagents had their parent's id for some versions
            self.notes.session_id = f"subagent-{own}" if self.human == "subagent" else own
        folders = header.get("directories")
        for folder in folders if isinstance(folders, list) else ():
            if isinstance(folder, str):
                self._note_root(folder)
        kinds = [key for key in ("$set", "$rewindTo") if key in record]
        kinds += ["header"] if "sessionId" in record else []
        self.notes.ignored[(*kinds, text_at(record, "type") or "no type")[0]] += 1

    def _note_folder(self, text: str) -> None:
        """The context that a resumed session starts with lists its folders."""
        if not self.notes.cwd and text.lstrip().startswith(CONTEXTS):
            for line in text.splitlines()[:50]:
                self._note_root(line.strip().removeprefix("- ").rpartition("directory: ")[2])

    def _note_root(self, folder: str) -> None:
        """The project's folder is known by its hash alone."""
        from hashlib import sha256  # loads OpenSSL, 2 ms: not for sessions that name no folders

        if sha256(folder.encode("utf-8", "replace")).hexdigest() == self.project:
            self.notes.cwd = folder

    def _user(self, record: Mapping[str, Any]) -> Iterator[Message]:
        id, ts = text_at(record, "id"), stamp(record.get("timestamp"))
        words: list[Part] = []
        for are_results, parts in split(self._new(parts_of(_content(record), Calls()))):
            if are_results:
                own = f"{id}#results{len(words) or ''}" if id else ""
                yield Message("tool", parts, "harness", id=own, ts=ts)
            else:
                words += parts
        self._note_folder(said(words))
        typed = said(parts_of(record.get("displayContent"), Calls()))
        yield from spoken(tuple(words), typed, id, ts, self.human)

    def _agent(self, record: Mapping[str, Any]) -> Iterator[Message]:
        id, ts = text_at(record, "id"), stamp(record.get("timestamp"))
        made = list(_made(record, id))
        parts, _ = self._said(record, [call for call, *_ in made])
        self.begun.pop(id, None)
        if parts:
            model = text_at(record, "model")
            yield Message("assistant", parts, self.agent, id=id, ts=ts, model=model)
        ended = [(call, found, held) for call, found, held in made if found]
        ts = next(filter(None, (stamp(held.get("timestamp")) for *_, held in reversed(ended))), ts)
        if results := tuple(part for _, found, _ in ended for part in found):
            own = f"{id}#results" if id else ""
            yield Message("tool", results, "harness", id=own, ts=ts)
        for call, found, held in ended:
            result = found[0]
            if isinstance(result, ToolResult):
                shown = held.get("resultDisplay")
                yield from heard(call, result, shown, id, ts, self.human)
        self.made.update(call.id for call, _, _ in made)
        self.answered.update(call.id for call, _, _ in ended)

    def _said(self, record: Mapping[str, Any], made: Iterable[ToolCall]) -> tuple[_Parts, _Parts]:
        """The parts of an agent's message as they are told, and as they stand in this version."""
        answer = self._new(parts_of(_content(record), Calls()))
        now = (*_thoughts(record), *answer, *made)
        told, before = self.begun.get(text_at(record, "id"), ((), ()))
        added = _added(before, now)
        return now if added is None else (*told, *added), now

    def _program(self, record: Mapping[str, Any]) -> Iterator[Message]:
        id, ts = text_at(record, "id"), stamp(record.get("timestamp"))
        parts = tuple(parts_of(_content(record), Calls()))
        if said(parts) in _INTERRUPTS:
            yield Message("user", parts, self.human, id=id, ts=ts, event="interrupt")
        elif parts:
            yield Message("system", parts, "harness", id=id, ts=ts)

    def _new(self, parts: Iterable[Part]) -> tuple[Part, ...]:
        """Without calls and results that were there before."""
        return tuple(
            part
            for part in parts
            if not (isinstance(part, ToolCall) and part.id in self.made)
            and not (isinstance(part, ToolResult) and part.call_id in self.answered)
        )


def _added(before: _Parts, now: _Parts) -> _Parts | None:
    """What a message says more than in the version before, of a text that is longer now the rest;
    None if it says something else."""
    known: dict[type, deque[Part]] = {}
    for part in before:
        known.setdefault(type(part), deque()).append(part)
    added: list[Part] = []
    for part in now:
        same = known.get(type(part))
        if not same:
            added.append(part)
        elif (old := same.popleft()) != part:
            rest = _rest(old, part)
            if same or rest is None:
                return None
            added.append(rest)
    return None if any(known.values()) else tuple(added)


def _rest(before: Part, now: Part) -> Text | None:
    """What a text says more than it did before, if it is one that goes on."""
    if not (isinstance(before, Text) and isinstance(now, Text)):
        return None
    rest = now.text.removeprefix(before.text)
    return Text(rest) if rest != now.text else None


def _content(record: Mapping[str, Any]) -> Any:
    """What a message says; some copies of sessions have it in the API's own form."""
    return record["content"] if "content" in record else record.get("parts")


def _thoughts(record: Mapping[str, Any]) -> Iterator[Thinking]:
    thoughts = record.get("thoughts")
    for thought in thoughts if isinstance(thoughts, list) else ():
        if isinstance(thought, dict):
            lines = (text_at(thought, "subject"), text_at(thought, "description"))
            if text := "\n".join(filter(None, lines)):
                yield Thinking(text)


def _made(
    record: Mapping[str, Any], id: str
) -> Iterator[tuple[ToolCall, tuple[Part, ...], Mapping[str, Any]]]:
    """The calls of a record, each with its result if it has one, and with what says both."""
    calls = record.get("toolCalls")
    for nth, held in enumerate(calls if isinstance(calls, list) else (), 1):
        if not isinstance(held, dict):
            raise BadInput(f"a tool call must be an object, not {kind_of(held)}")
        own = text_at(held, "id") or f"{id}#{nth}"
        call = ToolCall(own, text_at(held, "name"), arguments(held.get("args")))
        has_ended = text_at(held, "status") in ENDED or bool(held.get("result"))
        yield call, tuple(_result(held, own)) if has_ended else (), held


def _result(call: Mapping[str, Any], id: str) -> Iterator[Part]:
    """The result of a call, with its images. After the history was summed up, all results of that
    turn stand at each of its calls."""
    waiting = Calls()
    waiting.made_id(text_at(call, "name"), id)
    parts = list(parts_of(call.get("result"), waiting))
    found = [part for part in parts if isinstance(part, ToolResult)]
    mine = [part for part in found if part.call_id == id] or found
    shown = said(parts) or text_at(call, "resultDisplay")
    result = mine[0] if mine else ToolResult(id, shown)
    failed = ENDED.get(text_at(call, "status"), result.error)
    yield replace(result, call_id=id, error=failed)
    yield from (part for part in parts if isinstance(part, Attachment))


FORMAT = Format("gemini-cli", "Gemini CLI sessions, JSON and JSON Lines", _matches, _read)
