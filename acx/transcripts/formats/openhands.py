"""OpenHands: its events, as a list, as JSON Lines, or one a file in a folder `events`.

Here the events of versions 0.x: actions and the observations they cause, told apart by their
numbers. Not in here: events of the SDK, which versions 1.x write (`openhands_v1`); evaluation logs
that hold events as a `history`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from acx.model import Message, Origin, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import openhands_v1
from acx.transcripts.formats.blocks import result_text
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.fields import number_at, object_at
from acx.transcripts.record import arguments, stamp, text_at
from acx.transcripts.source import objects

_SOURCES = ("agent", "user", "environment")
_SILENT = (
    "null",
    "recall",  # asks for what the observation of the same name brings
    "change_agent_state",
    "condensation_request",
    "agent_state_changed",
)
_STOPS = ("stopped", "paused")
_STILL_RUNNING = -1

# The words of a benchmark's person in its template, which starts by saying where the files are
_TASK = re.compile(r"<(issue_description|pr_description)>(.*?)</\1>", re.S)
_TEMPLATE = "<uploaded_files>"
_DELEGATED = "TASK:"

_NUMBERED = re.compile(r"(\d{1,9})\.json")


def _matches(sample: Sample) -> str:
    if sample.shape == "object":  # one event of many
        return ""
    if any(map(_is_event, sample.records)):
        return "actions and observations with a source"
    return openhands_v1.matches(sample)


def _is_event(record: Mapping[str, Any]) -> bool:
    known = ("action" in record and "args" in record) or (
        "observation" in record and "content" in record
    )
    return known and record.get("source") in _SOURCES


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    old, new = _Events(notes), openhands_v1.Events(notes)
    for record in objects(stream, notes):
        events = new if openhands_v1.is_own(record) else old
        with notes.skipping():
            yield from events.messages(record)


@dataclass(slots=True)
class _Events:
    """What is held between events.

    called     ids of calls whose results are still to come, by the numbers of their actions
    shells     numbers of commands that the person ran
    response   the model's last reply: several actions may come of one
    delegated  how many agents deep the work was handed on
    """

    notes: Notes
    called: dict[str, str] = field(default_factory=dict)
    shells: set[str] = field(default_factory=set)
    response: str = ""
    delegated: int = 0

    def messages(self, record: Mapping[str, Any]) -> Iterator[Message]:
        """The messages of an event. Raises BadInput."""
        action, observation = text_at(record, "action"), text_at(record, "observation")
        if action:
            yield from self._action(record, action)
        elif observation:
            yield from self._observation(record, observation)
        elif conversation := text_at(record, "conversation_id"):  # metadata.json of the folder
            self.notes.session_id = conversation
        else:
            self.notes.ignored["no event"] += 1

    def _action(self, record: Mapping[str, Any], name: str) -> Iterator[Message]:
        id, ts = _number(record.get("id")), stamp(record.get("timestamp"))
        args, source = object_at(record, "args"), record.get("source")
        if name == "message":
            yield from self._said(record, args)
        elif name == "system" and (text := text_at(args, "content")):
            yield Message("system", (Text(text),), "harness", id=id, ts=ts)
        elif name == "condensation" and (text := text_at(args, "summary")):
            yield Message("user", (Text(text),), "harness", id=id, ts=ts, event="compaction")
        elif name == "change_agent_state" and source == "user" and _state(args) in _STOPS:
            marker = Text(text_at(record, "message") or _state(args))
            yield Message("user", (marker,), "human", id=id, ts=ts, event="interrupt")
        elif name == "run" and source == "user":
            self.shells.add(id)
            command = Text(text_at(args, "command"))
            yield Message("user", (command,), "human", id=id, ts=ts, event="shell")
        elif name in _SILENT or name in ("system", "condensation"):
            self.notes.ignored[f"action/{name}"] += 1
        else:
            yield self._call(record, name, args)

    def _said(self, record: Mapping[str, Any], args: Mapping[str, Any]) -> Iterator[Message]:
        id, ts = _number(record.get("id")), stamp(record.get("timestamp"))
        text = text_at(args, "content")
        files = _files(args.get("image_urls"), args.get("file_urls"))
        if not text.strip() and not files:
            self.notes.ignored["action/message/empty"] += 1
            return
        if record.get("source") == "agent":
            words = (Text(text),) if text.strip() else ()
            parts = (*self._thinking(record), *words, *files)
            origin = self._speaker(record)
            yield Message("assistant", parts, origin, id=id, ts=ts, model=_model(record))
            return
        template = ""
        speaker: Origin = "human" if record.get("source") == "user" else "harness"
        if self.delegated and text.startswith(_DELEGATED):
            speaker = "subagent"
        elif found := _TASK.search(text) if text.startswith(_TEMPLATE) else None:
            template = (text[: found.start()] + text[found.end() :]).strip()
            text = found[2].strip()
        words = (Text(text),) if text.strip() else ()
        yield Message("user", (*words, *files), speaker, id=id, ts=ts)
        if template:
            own = f"{id}#template" if id else ""
            yield Message("user", (Text(template),), "harness", id=own, ts=ts)

    def _call(self, record: Mapping[str, Any], name: str, args: Mapping[str, Any]) -> Message:
        id = _number(record.get("id"))
        meta = object_at(record, "tool_call_metadata")
        call = text_at(meta, "tool_call_id") or id
        parts = self._thinking(record)
        thought = text_at(args, "thought")
        if thought.strip() and name != "think":  # there it is what the tool was given
            parts.append(Text(thought))
        parts.append(ToolCall(call, text_at(meta, "function_name") or name, _arguments(meta, args)))
        origin = self._speaker(record)
        if id:
            self.called[id] = call
        if name == "delegate":
            self.delegated += 1
        ts = stamp(record.get("timestamp"))
        return Message("assistant", tuple(parts), origin, id=id, ts=ts, model=_model(record))

    def _observation(self, record: Mapping[str, Any], name: str) -> Iterator[Message]:
        id, ts = _number(record.get("id")), stamp(record.get("timestamp"))
        extras = object_at(record, "extras")
        cause = _number(record.get("cause"))
        text = result_text(record.get("content"))
        if name in _SILENT and name != "recall":
            self.notes.ignored[f"observation/{name}"] += 1
            return
        if name == "condense" and text:
            yield Message("user", (Text(text),), "harness", id=id, ts=ts, event="compaction")
            return
        if name == "delegate":
            self.delegated = max(0, self.delegated - 1)
        meta = object_at(record, "tool_call_metadata")
        call = self.called.pop(cause, "") or text_at(meta, "tool_call_id")
        if name == "recall" or cause in self.shells or not call:
            text = _recalled(extras) or text
            if text:
                yield Message("user", (Text(text),), "harness", id=id, ts=ts)
            else:
                self.notes.ignored[f"observation/{name}"] += 1
            return
        code = _exit_code(extras)
        success = record.get("success")
        result = ToolResult(
            call,
            text,
            error=name == "error" or (success is False and code is not None),
            exit_code=code,
            rejected=name == "user_rejected",
        )
        images = _files(extras.get("image_urls"), [extras.get("screenshot")])
        yield Message("tool", (result, *images), "harness", id=id, ts=ts)

    def _speaker(self, record: Mapping[str, Any]) -> Origin:
        if record.get("source") != "agent":
            return "harness"
        return "subagent" if self.delegated else "agent"

    def _thinking(self, record: Mapping[str, Any]) -> list[Part]:
        """What the model thought before its reply, which stands in each action that came of it."""
        response = object_at(object_at(record, "tool_call_metadata"), "model_response")
        again = self.response == text_at(response, "id")
        self.response = text_at(response, "id")
        thought = text_at(_reply(response), "reasoning_content")
        return [Thinking(thought)] if thought.strip() and not (again and self.response) else []


def _arguments(meta: Mapping[str, Any], args: Mapping[str, Any]) -> Mapping[str, Any] | str:
    """What the model gave the tool; where its reply isn't kept, what the action was made of."""
    calls = _reply(object_at(meta, "model_response")).get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict) and call.get("id") == meta.get("tool_call_id"):
            return arguments(object_at(call, "function").get("arguments"))
    own = {key: value for key, value in args.items() if key != "thought"}
    return arguments(own or dict(args))


def _reply(response: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = response.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return object_at(first, "message") if isinstance(first, dict) else {}


def _recalled(extras: Mapping[str, Any]) -> str:
    """What the microagents and the repository told the agent."""
    known = extras.get("microagent_knowledge")
    told = [item for item in known if isinstance(item, dict)] if isinstance(known, list) else []
    texts = [text_at(extras, "repo_instructions"), *(text_at(item, "content") for item in told)]
    return "\n".join(filter(None, texts))


def _exit_code(extras: Mapping[str, Any]) -> int | None:
    code = number_at(object_at(extras, "metadata"), "exit_code")
    code = number_at(extras, "exit_code") if code is None else code
    return None if code == _STILL_RUNNING else code


def _files(*listed: Any) -> tuple[Part, ...]:
    urls = [url for some in listed if isinstance(some, list) for url in some]
    return tuple(attached(url) for url in urls if isinstance(url, str) and url)


def _model(record: Mapping[str, Any]) -> str:
    return text_at(object_at(object_at(record, "tool_call_metadata"), "model_response"), "model")


def _state(args: Mapping[str, Any]) -> str:
    return text_at(args, "agent_state")


def _number(value: Any) -> str:
    known = isinstance(value, int | str) and not isinstance(value, bool)
    return str(value) if known else ""


def _folder(path: Path) -> Sequence[tuple[Path, ...]]:
    """The events of a conversation in order, after what tells whose they are; `path` is the
    conversation's folder, or that of its events."""
    for events in (path / "events", path):
        if found := openhands_v1.files(events):
            return [found]
        if events.name == "events" and (found := _numbered(events)):
            return [found]
    return []


def _numbered(events: Path) -> tuple[Path, ...]:
    numbers = {
        int(match[1]): file
        for file in events.glob("*.json")
        if (match := _NUMBERED.fullmatch(file.name))
    }
    about = events.parent / "metadata.json"
    before = [about] if numbers and about.is_file() else []
    return (*before, *(numbers[number] for number in sorted(numbers)))


FORMAT = Format(
    "openhands", "OpenHands events: a list, JSON Lines or a folder", _matches, _read, _folder
)
