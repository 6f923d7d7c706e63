"""What a line of a Claude Code transcript says about itself: its message, and who speaks in it.

Versions differ in the flags they set; here each flag is known by one name. Not in here: whose words
a text is where the line doesn't say (`claude_texts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict

from acx.errors import BadInput
from acx.model import Event, Text
from acx.transcripts.formats import claude_texts as texts
from acx.transcripts.formats.blocks import is_result, listed, parts_of
from acx.transcripts.formats.said import Said
from acx.transcripts.record import kind_of, text_at
from acx.transcripts.source import Wanted

Speak = Callable[[str], Iterable[Said]]


class _Noted(TypedDict, total=False):
    """Of what the client notes about a result, what says whether a person had a part in it."""

    userModified: Any
    planWasEdited: Any
    answers: Any


class _Hook(TypedDict, total=False):
    hookEvent: Any


_Other = str | list[Any] | int | float | bool | None


class _Line(TypedDict, total=False):
    """The fields of a line that are read here and in the rooms beside this one."""

    type: Any
    subtype: Any
    uuid: Any
    parentUuid: Any
    sessionId: Any
    session_id: Any
    agentId: Any
    parent_tool_use_id: Any
    version: Any
    cwd: Any
    timestamp: Any
    message: Any
    content: Any
    attachment: Any
    data: _Hook | _Other
    operation: Any
    isSidechain: Any
    isMeta: Any
    isSynthetic: Any
    isCompactSummary: Any
    turnCompanion: Any
    planContent: Any
    origin: Any
    promptSource: Any
    commandMode: Any
    sourceToolUseID: Any
    toolDenialKind: Any
    userFeedback: Any
    toolUseResult: _Noted | _Other
    tool_use_result: _Noted | _Other
    is_error: Any
    result: Any
    errors: Any


def _is_noted(record: Any) -> bool:
    notes = noted(record)
    return isinstance(notes, dict) and any(notes.values())


LINE = Wanted(_Line, _is_noted)
"""What is decoded of a line. Beside the result of an edit the client notes the file as it was: more
than half of the bytes of a session, wanted only where a person changed the edit."""


def message_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The line's API message. Raises BadInput if it has none."""
    message = record.get("message")
    if not isinstance(message, dict):
        raise BadInput(f"a line's message must be an object, not {kind_of(message)}")
    return message


def noted(record: Mapping[str, Any]) -> Any:
    """What the client notes about a result beside what the agent got; stream-json spells it in
    its own way."""
    return record.get("toolUseResult", record.get("tool_use_result"))


def is_sidechain(record: Mapping[str, Any]) -> bool:
    """Of a subagent; in stream-json, what stands under a call of the parent's."""
    return record.get("isSidechain") is True or bool(record.get("parent_tool_use_id"))


def is_meta(record: Mapping[str, Any]) -> bool:
    """Put in by the client, unseen by the person."""
    return (
        record.get("isMeta") is True
        or record.get("turnCompanion") is True
        or record.get("isSynthetic") is True
    )


def speaker(record: Mapping[str, Any], person: Speak, event: Event = "") -> Speak:
    """Who speaks in this line: somebody as a whole, or whom `person` tells from the text. What the
    client put in is an `event` of this kind."""
    origin = record.get("origin")
    kind = text_at(origin, "kind") if isinstance(origin, dict) else ""
    if is_sidechain(record):
        return lambda text: [Said(text, "subagent")]
    if record.get("isCompactSummary") is True:
        return lambda text: [Said(text, "harness", "compaction")]
    if record.get("planContent"):
        return lambda text: [Said(text, "harness", "plan")]
    by_program = (
        kind not in ("", "human")
        or record.get("commandMode") == "task-notification"
        or record.get("promptSource") == "system"
    )
    if is_meta(record) or by_program:
        return lambda text: [texts.injected(text, event)]
    return person


def is_prompt(record: Mapping[str, Any]) -> bool:
    """Whether a person typed this line to start a turn: not a shell or slash command without words,
    not beside a result. Raises BadInput."""
    if record.get("type") != "user" or is_sidechain(record):
        return False
    blocks = listed(message_of(record).get("content"))
    if any(map(is_result, blocks)):
        return False
    said = speaker(record, texts.said)(joined(blocks))
    return any(piece.origin == "human" and not piece.event for piece in said)


def joined(blocks: Iterable[Any]) -> str:
    """The words of some blocks as one text."""
    return "\n".join(part.text for part in parts_of(blocks) if isinstance(part, Text)).strip()
