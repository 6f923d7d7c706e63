"""OpenCode's turns: a message and its parts -> messages.

A part is a text, a thought, a tool's call together with its result, a file, or bookkeeping. One
that OpenCode is still writing is left for the next time, with what follows it in its message: what
was read once is never read again. Not in here: where messages and parts are kept (`opencode`,
`opencode_db`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from acx.errors import BadInput
from acx.model import Event, Message, Origin, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Notes
from acx.transcripts.formats.blocks import result_text
from acx.transcripts.formats.data_urls import attached
from acx.transcripts.formats.fields import number_at, object_at
from acx.transcripts.record import arguments, kind_of, stamp, text_at

_SHELL = "The following tool was executed by the user"
_REFUSED = (
    "The user rejected permission to use this specific tool call",
    "The user dismissed this question",
)
_FEEDBACK = " with the following feedback: "
_OWN_TOOLS = frozenset(
    {
        "apply_patch",
        "bash",
        "batch",
        "codesearch",
        "edit",
        "glob",
        "grep",
        "list",
        "lsp",
        "multiedit",
        "patch",
        "plan_enter",
        "plan_exit",
        "question",
        "read",
        "skill",
        "task",
        "todoread",
        "todowrite",
        "webfetch",
        "websearch",
        "write",
    }
)
"""Those whose errors begin in words of OpenCode's. A server's or a plugin's tool may say what it
likes, also that the person refused it."""

# What /init puts in the person's mouth, in its two wordings. Expansions of commands carry no mark
_INIT = (
    "Please analyze this codebase and create an AGENTS.md file containing:",
    "Create or update `AGENTS.md` for this repository.",
)
_UNFINISHED = ("", "pending", "running")


@dataclass(slots=True)
class Turns:
    """The turns of one session, given in order.

    child   whether it is a subagent's, whose prompts another agent wrote
    shells  ids of user messages that stand for commands the person ran themselves
    last    what the person said last; after a compaction that was forced by an overflow
            (`forced`) OpenCode writes it once more
    """

    notes: Notes
    child: bool = False
    shells: set[str] = field(default_factory=set)
    last: str = ""
    forced: bool = False

    def messages(
        self, info: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
    ) -> Iterator[Message]:
        """The messages of one of OpenCode's. Raises BadInput for an unknown role."""
        role = info.get("role")
        if role == "user":
            yield from self._user(info, parts)
        elif role == "assistant" and text_at(info, "parentID") in self.shells:
            yield from self._shell(info, parts)
        elif role == "assistant":
            yield from self._assistant(info, parts)
            yield from self._error(info)
        else:
            raise BadInput(f"unknown role: {repr(role)[:60] if role else kind_of(role)}")

    def _user(
        self, info: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
    ) -> Iterator[Message]:
        """One message for each speaker: the person's with the message's own id."""
        id, ts = text_at(info, "id"), _created(info)
        spoken: dict[tuple[Origin, Event], list[Part]] = {}
        for part in parts:
            self.forced = self.forced or part.get("overflow") is True
            if found := _of_user(part):
                origin, event, said = found
                spoken.setdefault((origin, event), []).append(said)
            else:
                self._ignore(part)
        words = spoken.get(("human", ""), [])
        human = "\n".join(part.text for part in words if isinstance(part, Text))
        if self.forced and human:
            self.forced = False
            if human == self.last:
                self.notes.ignored["user/replayed"] += 1
                return
        self.last = human or self.last
        if list(spoken) == [("harness", "")] and spoken["harness", ""][0] == Text(_SHELL):
            self.shells.add(id)
            self.notes.ignored["user/shell"] += 1
            return
        if not spoken:
            self.notes.ignored["user/empty"] += 1
        for (origin, event), said_parts in spoken.items():
            own = id if origin == "human" or not id else f"{id}#{event or origin}"
            speaker: Origin = "subagent" if self.child and origin == "human" else origin
            yield Message("user", tuple(said_parts), speaker, id=own, ts=ts, event=event)

    def _assistant(
        self, info: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
    ) -> Iterator[Message]:
        """A message up to its calls and their results, then what it says next, and so on."""
        id = text_at(info, "id")
        origin: Origin = "subagent" if self.child else "agent"
        event: Event = ""
        if info.get("summary") is True:
            origin, event = "harness", "compaction"
        said: list[Part] = []
        after: list[Message] = []
        calling = False
        nth = 1

        def so_far() -> Iterator[Message]:
            own = f"{id}#{nth}" if id and nth > 1 else id
            ts, model = _created(info), _model(info)
            yield Message("assistant", tuple(said), origin, id=own, ts=ts, event=event, model=model)
            yield from after

        for at, part in enumerate(parts):
            if _is_growing(info, part):
                self.notes.ignored["part/unfinished"] += len(parts) - at
                break
            try:
                found = _of_assistant(part)
            except BadInput as error:
                self.notes.skip(error.message)
                continue
            if calling and not isinstance(found, ToolCall) and (found or _begins_step(part)):
                yield from so_far()
                said, after, calling, nth = [], [], False, nth + 1
            if found is None:
                self._ignore(part)
                continue
            said.append(found)
            if isinstance(found, ToolCall):
                calling = True
                after += self._results(part, id)
        if said:
            yield from so_far()
        elif nth == 1:
            self.notes.ignored["assistant/empty"] += 1

    def _results(self, part: Mapping[str, Any], id: str) -> Iterator[Message]:
        """The result of a call that has one, and what the person said to refuse it."""
        state = object_at(part, "state")
        status = text_at(state, "status")
        if status in _UNFINISHED:
            return
        meta = object_at(state, "metadata")
        failed = status == "error"
        text = result_text(state.get("error" if failed else "output"))
        own_tool = text_at(part, "tool") in _OWN_TOOLS
        refused = failed and own_tool and text.startswith(_REFUSED)
        kept = meta.get("output")
        if failed and meta.get("interrupted") is True and isinstance(kept, str):
            text = kept  # what was printed until then; the error only says that it was stopped
        result = ToolResult(
            _call_id(part),
            text,
            error=failed,
            exit_code=number_at(meta, "exit"),
            rejected=refused,
        )
        files = state.get("attachments")
        files = files if isinstance(files, list) else []
        attachments = tuple(_file(file) for file in files if isinstance(file, dict))
        own = f"{id}#{text_at(part, 'id') or _call_id(part)}" if id else ""
        ts = stamp(object_at(state, "time").get("end"))
        yield Message("tool", (result, *attachments), "harness", id=own, ts=ts)
        reason = text.partition(_FEEDBACK)[2].strip() if refused else ""
        if reason:
            origin: Origin = "subagent" if self.child else "human"
            own = f"{own}#reason" if own else ""
            yield Message("user", (Text(reason),), origin, id=own, ts=ts, event="rejection")

    def _shell(
        self, info: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
    ) -> Iterator[Message]:
        """A command the person ran with `!`, which stands there as if an assistant had."""
        id, ts = text_at(info, "id"), _created(info)
        if not parts:
            self.notes.ignored["assistant/empty"] += 1
        for part in parts:
            state = object_at(part, "state")
            command = text_at(object_at(state, "input"), "command")
            if part.get("type") != "tool" or not command:
                self._ignore(part)
                continue
            yield Message("user", (Text(command),), "human", id=id, ts=ts, event="shell")
            if output := result_text(state.get("output")):
                own = f"{id}#output" if id else ""
                yield Message("user", (Text(output),), "harness", id=own, ts=ts)

    def _error(self, info: Mapping[str, Any]) -> Iterator[Message]:
        """The interrupt that ended an assistant's message. Other errors are the provider's."""
        error = object_at(info, "error")
        name = text_at(error, "name")
        if name == "MessageAbortedError" and not self.child:
            id = text_at(info, "id")
            own = f"{id}#interrupt" if id else ""
            marker = Text(text_at(object_at(error, "data"), "message") or name)
            ts = stamp(object_at(info, "time").get("completed"))
            yield Message("user", (marker,), "human", id=own, ts=ts, event="interrupt")
        elif error:
            self.notes.ignored[f"error/{name or 'no name'}"] += 1

    def _ignore(self, part: Mapping[str, Any]) -> None:
        self.notes.ignored[f"part/{text_at(part, 'type') or 'no type'}"] += 1


def _of_user(part: Mapping[str, Any]) -> tuple[Origin, Event, Part] | None:
    kind = part.get("type")
    if kind == "text" and (text := text_at(part, "text")).strip():
        # synthetic: for the model alone; ignored: a program's note, for the person alone
        if part.get("synthetic") is True or part.get("ignored") is True:
            return "harness", "", Text(text)
        if text.startswith(_INIT):
            return "harness", "command", Text(text)
        return "human", "", Text(text)
    if kind == "subtask" and (prompt := text_at(part, "prompt")):
        return "harness", "command", Text(prompt)
    return ("human", "", _file(part)) if kind == "file" else None


def _of_assistant(part: Mapping[str, Any]) -> Part | None:
    """Raises BadInput for arguments that are nested too deeply."""
    kind = part.get("type")
    if kind == "text" and (text := text_at(part, "text")).strip():
        return Text(text)
    if kind == "reasoning" and (text := text_at(part, "text")).strip():
        return Thinking(text)
    if kind == "tool":
        given = arguments(object_at(part, "state").get("input"))
        return ToolCall(_call_id(part), text_at(part, "tool"), given)
    return _file(part) if kind == "file" else None


def _is_growing(info: Mapping[str, Any], part: Mapping[str, Any]) -> bool:
    """Whether a part of an assistant's message is still being written."""
    if object_at(info, "time").get("completed") or info.get("finish") or info.get("error"):
        return False
    if part.get("type") == "tool":
        state = object_at(part, "state")
        return state.get("status") == "pending" and not state.get("input")
    # in messages that others wrote, without counts of tokens, parts may never have an end
    time = object_at(part, "time")
    return "tokens" in info and "start" in time and "end" not in time


def _begins_step(part: Mapping[str, Any]) -> bool:
    return part.get("type") == "step-start"


def _file(part: Mapping[str, Any]) -> Part:
    return attached(text_at(part, "url"), text_at(part, "mime"), text_at(part, "filename"))


def _call_id(part: Mapping[str, Any]) -> str:
    return text_at(part, "callID", "id")


def _created(info: Mapping[str, Any]) -> str:
    return stamp(object_at(info, "time").get("created"))


def _model(info: Mapping[str, Any]) -> str:
    return text_at(info, "modelID") or text_at(object_at(info, "model"), "modelID")
