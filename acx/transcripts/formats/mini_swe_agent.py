"""Messages of mini-swe-agent: a chat whose only tool is a shell.

A command stands in a fence of Markdown (version 1) or in a tool call (version 2), and what it
printed in the user's slot or a tool's. There too stands what the person typed who watches: reasons
for refusing a command, interruptions, new tasks, commands of their own. Not in here: runs over the
Responses API, whose messages have no role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, ToolCall, ToolResult
from acx.transcripts.contract import Notes, Sample
from acx.transcripts.formats import openai_chat
from acx.transcripts.formats.fields import number_at, object_at
from acx.transcripts.formats.swe_task import task
from acx.transcripts.record import kind_of, stamp, text_at

_FENCE = re.compile(r"^```(?:mswea_bash_command|bash)[^\S\n]*\n(.*?)\n```", re.S | re.M)
_CODE = re.compile(r"<returncode>(-?\d{1,9})</returncode>\n?")
_OUTPUT = re.compile(r"<output>\n?(.*?)\n?</output>\s*\Z", re.S)
_OWN_COMMAND = re.compile(r"User command:\s*```bash\n(.*?)\n```", re.S)
_REFUSED = re.compile(
    r"Commands? not executed[.:]?\s*(The user rejected your commands? with the following message:)?"
)
_INTERRUPTED = "Interrupted by user"
_WORDLESS = ("Temporary interruption caught.", "Switching to human mode")
_NEW_TASK = "The user added a new task:"
_FINAL = ("COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT", "MINI_SWE_AGENT_FINAL_OUTPUT")


def matches(sample: Sample) -> str:
    """Why a sample is in this format, "" if it isn't."""
    for record in sample.records:
        if text_at(record, "trajectory_format").startswith("mini-swe-agent"):
            return "a mini-swe-agent trajectory"
        inner = record.get("messages")
        for message in inner if isinstance(inner, list) else [record]:
            if _is_answer(message):
                return "commands answered with a <returncode>"
    return ""


def _is_answer(message: Any) -> bool:
    if not isinstance(message, dict) or message.get("role") != "user":
        return False
    return bool(_CODE.match(text_at(message, "content")))


@dataclass(slots=True)
class Reading:
    """What is held between messages.

    asked    whether the task was told: the first words in the user's slot
    waiting  calls whose results are still to come
    held     a message that a person's words seem to be in, if another follows: what is submitted
             stands last in version 1, bare, and may look like anything
    """

    notes: Notes
    model: str = ""
    asked: bool = False
    actions: int = 0
    waiting: list[ToolCall] = field(default_factory=list)
    held: Any = None

    def take(self, record: Mapping[str, Any]) -> Iterator[Message]:
        """The messages of a whole trajectory, or of one of its messages."""
        inner = record.get("messages")
        self.model = self.model or _model(record)
        for item in inner if isinstance(inner, list) else [record]:
            yield from self._release(last=False)
            if self._is_doubtful(item):
                self.held = item
            else:
                yield from self._readable(item)
        if isinstance(inner, list):
            ended = text_at(object_at(record, "info"), "exit_status")
            yield from self._release(last=ended in ("", "Submitted"))

    def finish(self) -> Iterator[Message]:
        """What is left when no message follows."""
        return self._release(last=True)

    def _release(self, last: bool) -> Iterator[Message]:
        item, self.held = self.held, None
        if item is not None:
            yield from self._readable(item, last)

    def _readable(self, item: Any, last: bool = False) -> Iterator[Message]:
        with self.notes.skipping():
            for message in self._messages(item, last):
                if message.parts:
                    yield message
                else:
                    self.notes.ignored[f"{message.role}/empty"] += 1

    def _messages(self, item: Any, last: bool) -> Iterator[Message]:
        if not isinstance(item, dict):
            raise BadInput(f"a message is a JSON object, not {kind_of(item)}")
        extra = object_at(item, "extra")
        ts = stamp(extra.get("timestamp") or item.get("timestamp"))
        role = item.get("role")
        # what a tool or the end says is read like a user's words: it may hold images
        spoken = {**item, "role": "user"} if role in ("tool", "exit") else item
        [message] = openai_chat.messages(spoken)
        files = tuple(part for part in message.parts if isinstance(part, Attachment))
        if message.role == "assistant":
            yield self._acted(message, extra, ts)
        elif message.role == "system":
            yield Message("system", message.parts, "harness", ts=ts)
        elif role == "tool":
            call_id = text_at(item, "tool_call_id")
            self.waiting = [call for call in self.waiting if call.id != call_id]
            yield _result(call_id, message.text, files, extra, ts)
        elif not self.asked:
            self.asked = True
            yield from task(message.text, files)
        elif self.waiting and (last or not self._interrupted(message.text, extra)):
            yield _result(self.waiting.pop(0).id, message.text, files, extra, ts)
        elif role == "exit":
            yield Message("system", message.parts, "harness", ts=ts)
        else:
            yield from self._spoken(message.text, files, ts)

    def _acted(self, message: Message, extra: Mapping[str, Any], ts: str) -> Message:
        parts: list[Part] = [p for p in message.parts if not isinstance(p, Text | ToolCall)]
        text, calls = message.text, list(message.calls)
        fenced = [command.strip() for command in _FENCE.findall(text)]
        commands = [] if calls else _commands(extra) or fenced
        if len(commands) == 1:  # several are refused by the harness
            calls.append(self._call(commands[0]))
            text = _FENCE.sub("", text) if fenced == commands else text
        if text.strip():
            parts.append(Text(text.strip()))
        self.waiting = calls
        return Message("assistant", (*parts, *calls), "agent", ts=ts, model=self.model)

    def _is_doubtful(self, item: Any) -> bool:
        """Whether a person's words seem to be in a message that doesn't say so itself."""
        if not isinstance(item, dict) or item.get("role") != "user" or not self.waiting:
            return False
        text, marked = text_at(item, "content"), "interrupt_type" in object_at(item, "extra")
        return not marked and _is_person(text) and not text.rstrip().endswith(_WORDLESS)

    def _interrupted(self, text: str, extra: Mapping[str, Any]) -> bool:
        """Whether a person spoke up instead of letting the command run. What the last command
        printed stands there bare, and may look like anything: only version 2 tells it apart."""
        if "interrupt_type" in extra:
            return True
        final = any(mark in str(call.args) for call in self.waiting for mark in _FINAL)
        return not final and "returncode" not in extra and _is_person(text)

    def _call(self, command: str) -> ToolCall:
        self.actions += 1
        return ToolCall(f"action-{self.actions}", "bash", {"command": command})

    def _spoken(self, text: str, files: tuple[Part, ...], ts: str) -> Iterator[Message]:
        """What stands in the user's slot beside results: the person's, or the harness's errors."""
        if own := _OWN_COMMAND.match(text):
            call = self._call(own[1])
            self.waiting = [call]
            yield Message("user", (Text(own[1]), call), "human", ts=ts, event="shell")
        elif refused := _REFUSED.match(text):
            results = tuple(ToolResult(call.id, text, rejected=True) for call in self.waiting)
            self.waiting = []
            if results:
                yield Message("tool", results, "harness", ts=ts)
            words = text[refused.end() :].strip()
            if words and words not in _WORDLESS:
                yield Message("user", (Text(words),), "human", ts=ts, event="rejection")
        elif text.startswith(_INTERRUPTED):
            self.waiting = []
            yield Message("user", (Text(_INTERRUPTED),), "human", ts=ts, event="interrupt")
            words = text.removeprefix(_INTERRUPTED).removeprefix(":").strip()
            if words and words not in _WORDLESS:
                yield Message("user", (Text(words),), "human", ts=ts)
        elif text.startswith(_NEW_TASK):
            yield Message("user", (Text(text.removeprefix(_NEW_TASK).strip()),), "human", ts=ts)
        else:
            said = (Text(text),) if text else ()
            yield Message("user", (*said, *files), "harness", ts=ts)


def _is_person(text: str) -> bool:
    starts = (_INTERRUPTED, _NEW_TASK)
    return bool(_OWN_COMMAND.match(text) or _REFUSED.match(text)) or text.startswith(starts)


def _model(record: Mapping[str, Any]) -> str:
    return text_at(object_at(object_at(object_at(record, "info"), "config"), "model"), "model_name")


def _commands(extra: Mapping[str, Any]) -> list[str]:
    """The commands of an assistant's message, as version 2 parsed them itself."""
    actions = extra.get("actions")
    given = actions if isinstance(actions, list) else []
    return [text_at(one, "command").strip() for one in given if isinstance(one, dict)]


def _result(
    call_id: str, text: str, files: tuple[Part, ...], extra: Mapping[str, Any], ts: str
) -> Message:
    code, printed = number_at(extra, "returncode"), extra.get("raw_output")
    stated = _CODE.match(text)
    if stated:
        text = text[stated.end() :]
        inner = _OUTPUT.match(text)
        text = inner[1] if inner else text
        code = int(stated[1]) if code is None else code
    if isinstance(printed, str):
        text = printed or text_at(extra, "exception_info")
    failed = True if text_at(extra, "exception_info") else None
    return Message("tool", (ToolResult(call_id, text, failed, code), *files), "harness", ts=ts)
