"""Tau: logs of tau-bench (`[{task_id, trial, traj}]`) and tau2 (`{simulations: [{messages}]}`), and
the dialogues that tau-bench gives to models as examples (`messages_display`).

A person is simulated there, and what they say is taken for a person's words. The mark with which
the simulator ends a talk (`###STOP###`) is cut out and counted: nobody says it, the agent never
sees it, and how the talk went it doesn't tell. Rewards and the simulator's instructions are left
out as well: they are what lessons are measured by. Not in here: the messages, which are OpenAI's
(`openai_chat`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message, Part, Role, Text, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats import openai_chat
from acx.transcripts.record import ORIGINS, text_at
from acx.transcripts.source import objects

_MARK = re.compile(r"###(?:STOP|TRANSFER|OUT-OF-SCOPE)###")
_TURN = re.compile(r"^(user|assistant|tool):", re.M)
_SPEAKERS: dict[str, Role] = {"user": "user", "assistant": "assistant", "tool": "tool"}


def _matches(sample: Sample) -> str:
    for record in sample.records:
        if text_at(record, "messages_display"):
            return "dialogues under messages_display"
        for run in _runs(record):
            if any(isinstance(value, dict) and "role" in value for value in _talk(run)):
                return "runs of tasks with their messages"
    return ""


def _runs(record: Mapping[str, Any]) -> list[Any]:
    """The runs in a record: those of a whole evaluation, or itself."""
    runs = record.get("simulations")
    if isinstance(runs, list):
        return runs
    is_run = "task_id" in record and ("traj" in record or "termination_reason" in record)
    return [record] if is_run else []


def _talk(run: Any) -> list[Any]:
    talk = run.get("traj", run.get("messages")) if isinstance(run, dict) else None
    return talk if isinstance(talk, list) else []


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    dialogues = 0
    for record in objects(stream, notes):
        runs = _runs(record)
        for run in runs:
            yield from _run(run, notes)
        if shown := text_at(record, "messages_display"):
            dialogues += 1
            yield Conversation(name=f"dialogue-{dialogues}")
            yield from _dialogue(shown, notes)
        elif not runs:
            notes.ignored["no run of a task"] += 1


def _run(run: Any, notes: Notes) -> Iterator[Item]:
    talk = _talk(run)
    if not talk:
        notes.ignored["run without messages"] += 1
        return
    named = [(word, run.get(key)) for word, key in (("task", "task_id"), ("trial", "trial"))]
    name = "-".join(f"{word}-{value}" for word, value in named if isinstance(value, int | str))
    yield Conversation(text_at(run, "id"), name)
    ids = _Ids()
    for value in talk:
        try:
            said = openai_chat.messages(value)
        except BadInput as error:
            notes.skip(error.message)
            continue
        for message in said:
            yield from _unmarked(ids.unique(message), notes)


@dataclass(slots=True)
class _Ids:
    """The ids of a run's calls: `latest` is what each is called here. Models that are asked the
    same twice have been seen to use an id again."""

    used: Counter[str] = field(default_factory=Counter)
    latest: dict[str, str] = field(default_factory=dict)

    def unique(self, message: Message) -> Message:
        return replace(message, parts=tuple(map(self._part, message.parts)))

    def _part(self, part: Part) -> Part:
        if isinstance(part, ToolCall):
            self.used[part.id] += 1
            count = self.used[part.id]
            self.latest[part.id] = part.id if count == 1 else f"{part.id}#{count}"
            return replace(part, id=self.latest[part.id])
        if isinstance(part, ToolResult):
            return replace(part, call_id=self.latest.get(part.call_id, part.call_id))
        return part


def _unmarked(message: Message, notes: Notes) -> Iterator[Message]:
    """The message without the simulator's mark, unless that is all there is."""
    if message.origin != "human" or not (found := _MARK.search(message.text)):
        yield message
        return
    notes.ignored[found[0]] += 1
    texts = [Text(_cut(part.text)) if isinstance(part, Text) else part for part in message.parts]
    if parts := tuple(part for part in texts if part != Text("")):
        yield replace(message, parts=parts)


def _cut(text: str) -> str:
    return "\n".join(piece.strip() for piece in _MARK.split(text)).strip()


def _turns(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The turns of an example. What a tool gave back goes to the assistant: a `user:` below it is a
    line that it printed."""
    before: tuple[str, str] | None = None
    for speaker, text in found:
        if before and before[0] == "tool" and speaker == "user":
            before = ("tool", f"{before[1]}{speaker}:{text}")
            continue
        if before:
            yield before
        before = (speaker, text)
    if before:
        yield before


def _dialogue(shown: str, notes: Notes) -> Iterator[Message]:
    """The messages of an example. Calls aren't shown, and where an assistant only calls, it says
    `None`."""
    first, *rest = _TURN.split(shown)
    if first.strip():
        notes.skip("text before the first speaker")
    for speaker, text in _turns(zip(rest[::2], rest[1::2], strict=True)):
        role, text = _SPEAKERS[speaker], text.strip()
        if role == "assistant" and text == "None":
            notes.ignored["assistant: None"] += 1
            continue
        part: Part = ToolResult("", text) if role == "tool" else Text(text)
        if text or role == "tool":
            yield from _unmarked(Message(role, (part,), ORIGINS[role]), notes)
        else:
            notes.ignored[f"{role}: nothing"] += 1


FORMAT = Format("tau", "tau-bench and tau2: runs of tasks, examples", _matches, _read)
