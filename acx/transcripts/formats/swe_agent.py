"""SWE-agent's trajectories (`.traj`), and those of mini-swe-agent (`.traj.json`).

Both run by themselves: a program puts the issue into a template, and what a command printed into
the user's slot or a tool's. Demonstrations that the model was shown are not the session. The same
run stands there twice, as history and as trajectory; the trajectory alone tells how it ended. Not
in here: mini-swe-agent's own messages (`mini_swe_agent`), and whose words the task is (`swe_task`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import mini_swe_agent, openai_chat
from acx.transcripts.formats.swe_task import task
from acx.transcripts.record import kind_of, text_at
from acx.transcripts.source import TORN, objects

_FOLDER = re.compile(r"^\(Current directory: (.+)\)\r?$", re.M)
_PROMPT = re.compile(r"\n?^\(Open file: .*\)\r?\n\(Current directory: .*\)\r?\n\S*\$\s*\Z", re.M)
_HEAD = "OBSERVATION:\n"


def _matches(sample: Sample) -> str:
    for record in sample.records[:1]:
        if any(map(_is_item, _dicts(record, "history"))):
            return "a history of an agent's messages"
        if any("action" in step and "observation" in step for step in _dicts(record, "trajectory")):
            return "a trajectory of actions and observations"
    return mini_swe_agent.matches(sample)


def _is_item(item: Mapping[str, Any]) -> bool:
    own = "agent" in item or "message_type" in item or "is_demo" in item
    return own and "role" in item and "content" in item


def _dicts(record: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = record.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    mini = mini_swe_agent.Reading(notes)
    for record in objects(stream, notes):
        if "history" in record or "trajectory" in record:
            yield from _run(record, notes)
        else:
            yield from mini.take(record)
    yield from mini.finish()


def _run(record: Mapping[str, Any], notes: Notes) -> Iterator[Message]:
    history = record.get("history", [])
    reading = _Reading(notes)
    for item in history if isinstance(history, list) else [history]:
        yield from _readable(reading.take(item), notes)
    steps = _dicts(record, "trajectory")
    # of a torn file nobody knows how the history went on
    told = len(steps) if TORN in notes.ignored else reading.told(steps)
    if told:
        notes.ignored["trajectory step"] += told
    for step in steps[told:]:
        yield from _readable(reading.step(step), notes)


def _readable(messages: Iterator[Message], notes: Notes) -> Iterator[Message]:
    with notes.skipping():
        for message in messages:
            if message.parts:
                yield message
            else:
                notes.ignored[f"{message.role}/empty"] += 1


@dataclass(slots=True)
class _Reading:
    """What is held between messages.

    asked  whether the task was told: the first words in the user's slot
    last   the action of the last step, as the trajectory has it
    call   of that action, if its result is still to come
    """

    notes: Notes
    asked: bool = False
    actions: int = 0
    last: tuple[str, str] = ("", "")
    call: ToolCall | None = None

    def take(self, item: Any) -> Iterator[Message]:
        """The messages of one in the history."""
        if not isinstance(item, dict):
            raise BadInput(f"a message is a JSON object, not {kind_of(item)}")
        if item.get("is_demo"):
            self.notes.ignored["demonstration"] += 1
            return
        role = item.get("role")
        # what a tool says is read like a user's words: it may hold images
        [message] = openai_chat.messages({**item, "role": "user"} if role == "tool" else item)
        text = message.text
        files = tuple(part for part in message.parts if isinstance(part, Attachment))
        if not self.notes.cwd and (folder := _FOLDER.search(text)):
            self.notes.cwd = folder[1].strip()
        if message.role == "assistant":
            yield self._acted(message, item)
        elif role == "tool":
            yield self._observed(text, files, _first(item.get("tool_call_ids")))
        elif role == "user" and not self.asked:
            self.asked = True
            yield from task(_PROMPT.sub("", text), files)
        elif role == "user" and self.call:
            yield self._observed(text, files)
        else:
            yield Message(message.role, message.parts, "harness")

    def told(self, steps: list[dict[str, Any]]) -> int:
        """How many steps the history has told. Those before the last that it tells are in it, or
        are such as the model was made to take back."""
        for at in range(len(steps), 0, -1):
            if _action(steps[at - 1]) == self.last:
                return at - 1 if self.call else at
        return len(steps)

    def step(self, step: Mapping[str, Any]) -> Iterator[Message]:
        """The messages of a step: both, unless the history has told the action."""
        if not self.call or _action(step) != self.last:
            said = {"role": "assistant", "content": step.get("response")}
            yield self._acted(openai_chat.messages(said)[0], step)
        if self.call:
            yield self._observed(text_at(step, "observation"))

    def _acted(self, message: Message, item: Mapping[str, Any]) -> Message:
        self.last = _action(item)
        thoughts = [text_at(block, "thinking") for block in _dicts(item, "thinking_blocks")]
        parts: list[Part] = [Thinking(thought) for thought in thoughts if thought]
        if message.calls or not self.last[0]:
            parts += message.parts
        else:
            self.actions += 1
            if thought := text_at(item, "thought").strip():
                parts.append(Text(thought))
            parts.append(ToolCall(f"action-{self.actions}", "bash", {"command": self.last[0]}))
        self.call = next((part for part in parts if isinstance(part, ToolCall)), None)
        return Message("assistant", tuple(parts), "agent")

    def _observed(self, text: str, files: tuple[Part, ...] = (), call_id: str = "") -> Message:
        call_id = call_id or (self.call.id if self.call else "")
        self.call = None
        printed = _PROMPT.sub("", text.removeprefix(_HEAD))
        return Message("tool", (ToolResult(call_id, printed), *files), "harness")


def _first(ids: Any) -> str:
    return next((one for one in ids if isinstance(one, str)), "") if isinstance(ids, list) else ""


def _action(item: Mapping[str, Any]) -> tuple[str, str]:
    return text_at(item, "action").strip(), text_at(item, "thought").strip()


FORMAT = Format("swe-agent", "SWE-agent and mini-swe-agent trajectories", _matches, _read)
