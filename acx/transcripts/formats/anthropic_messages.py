"""Anthropic Messages: a list of messages, JSON Lines of messages, requests (`{system, messages}`)
with or without their responses, as programs, proxies and batches log them.

Results of tools stand in the user's messages there; here they are messages of their own. So do the
words of Claude Code, whose requests these may be (`claude_texts`). Not in here: the blocks
themselves (`blocks`, `server_tools`), and what requests repeat (`request_log`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, groupby
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Event, Message, Origin, Part, Text, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats import claude_texts as texts
from acx.transcripts.formats import server_tools
from acx.transcripts.formats.blocks import is_anthropic, is_result, listed, parts_of
from acx.transcripts.formats.request_log import RequestLog, request, response
from acx.transcripts.formats.said import Said
from acx.transcripts.record import ORIGINS, kind_of, role_of, stamp, text_at
from acx.transcripts.source import objects

_CLAUDE_CODES_OWN = frozenset(
    {
        "Agent",
        "AskUserQuestion",
        "Bash",
        "BashOutput",
        "Edit",
        "EnterPlanMode",
        "ExitPlanMode",
        "Glob",
        "Grep",
        "KillShell",
        "LS",
        "MultiEdit",
        "NotebookEdit",
        "NotebookRead",
        "Read",
        "Skill",
        "SlashCommand",
        "Task",
        "TaskOutput",
        "TaskStop",
        "TodoWrite",
        "WebFetch",
        "WebSearch",
        "Write",
    }
)
"""Tools that a person can refuse in Claude Code. Others may say what they like when they fail, also
in the words of a refusal."""


def messages(value: Any, called: dict[str, str] | None = None) -> list[Message]:
    """The messages of one value: several where a user's slot holds results, words of a person's and
    words of a program's. Raises BadInput.

    `called` are the names of the tools whose results are still to come, by the calls' ids: it is
    kept up to date here. Without it, no result is taken for a person's refusal.
    """
    if not isinstance(value, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(value)}")
    role = role_of(value)
    if "content" not in value:
        raise BadInput(f"the {role} message has no content")
    blocks = listed(value["content"])
    id = text_at(value, "id", "uuid")
    ts = stamp(value.get("ts") or value.get("timestamp") or value.get("created_at"))
    if role != "user":
        found = list(_summaries(role, blocks, id, ts))
        parts = _parts(block for block in blocks if not _is(block, "compaction"))
        if called is not None:
            called.update((part.id, part.name) for part in parts if isinstance(part, ToolCall))
        if parts or not found:
            model = text_at(value, "model")
            found.append(Message(role, parts, ORIGINS[role], id=id, ts=ts, model=model))
        return found
    found = list(_results(filter(is_result, blocks), {} if called is None else called, id, ts))
    own = f"{id}#text" if id and found else id
    said = list(_spoken((block for block in blocks if not is_result(block)), own, ts))
    return found + said or [Message("user", (), "human", id=id, ts=ts)]


def _is(block: Any, kind: str) -> bool:
    return isinstance(block, dict) and block.get("type") == kind


def _parts(blocks: Iterable[Any]) -> tuple[Part, ...]:
    runs = groupby(blocks, server_tools.is_result)
    found = (
        chain.from_iterable(map(server_tools.parts, r)) if own else parts_of(r) for own, r in runs
    )
    return tuple(chain.from_iterable(found))


def _summaries(role: Any, blocks: Iterable[Any], id: str, ts: str) -> Iterator[Message]:
    """What the API put in the place of earlier messages, as a message before this one."""
    summaries = (text_at(block, "content") for block in blocks if _is(block, "compaction"))
    if parts := tuple(Text(summary) for summary in summaries if summary):
        own = f"{id}#compaction" if id else ""
        yield Message(role, parts, "harness", id=own, ts=ts, event="compaction")


def _results(blocks: Iterable[Any], called: dict[str, str], id: str, ts: str) -> Iterator[Message]:
    """The results in a message, and after them what the person said to refuse a call."""
    parts = tuple(_result(part, called) for part in _parts(blocks))
    if not parts:
        return
    yield Message("tool", parts, "harness", id=id, ts=ts)
    refused = [part.text for part in parts if isinstance(part, ToolResult) and part.rejected]
    if words := tuple(Text(words) for words in map(texts.reason, refused) if words):
        own = f"{id}#reason" if id else ""
        yield Message("user", words, "human", id=own, ts=ts, event="rejection")


def _result(part: Part, called: dict[str, str]) -> Part:
    if not isinstance(part, ToolResult):
        return part
    text = texts.without_reminders(part.text)
    tool = called.pop(part.call_id, "")
    return replace(
        part,
        text=text,
        exit_code=texts.exit_code(text) if part.error else part.exit_code,
        rejected=part.error is True and tool in _CLAUDE_CODES_OWN and texts.is_rejection(text),
    )


def _spoken(blocks: Iterable[Any], id: str, ts: str) -> Iterator[Message]:
    """A message for every speaker in turn."""
    pieces: list[tuple[Origin, Event, Part]] = []
    for part in parts_of(blocks):
        said = list(texts.said(part.text)) if isinstance(part, Text) else []
        if isinstance(part, Text) and said and said != [Said(part.text.strip(), "human")]:
            pieces += ((piece.origin, piece.event, Text(piece.text)) for piece in said)
        else:
            pieces.append(("human", "", part))
    runs = groupby(pieces, key=lambda piece: piece[:2])
    for nth, ((origin, event), run) in enumerate(runs, 1):
        own = f"{id}#{nth}" if id and nth > 1 else id
        parts = tuple(part for *_, part in run)
        yield Message("user", parts, origin, id=own, ts=ts, event=event)


def looks_anthropic(value: Any) -> bool:
    """Whether a message could only be the Messages API's. One with text alone could be anyone's."""
    if not isinstance(value, dict) or "role" not in value:
        return False
    content = value.get("content")
    if not isinstance(content, list):
        return False
    if value.get("type") == "message":
        return value["role"] == "assistant" and "stop_reason" in value
    return any(is_anthropic(block) or _is(block, "compaction") for block in content)


def _matches(sample: Sample) -> str:
    for record in sample.records:
        asked, answered = _asked(record), _answered(record)
        if any(map(looks_anthropic, [*answered, *(asked or (record,))])):
            return "blocks that only the Messages API has"
        beside = asked is not None and "system" in request(record, "messages")
        if beside and any(isinstance(m, dict) and "content" in m for m in asked or ()):
            return "messages beside a system prompt"
    return ""


def _asked(record: Mapping[str, Any]) -> list[Any] | None:
    """The messages of a request with its system prompt, None if the record has none."""
    sent = request(record, "messages")
    given = sent.get("messages")
    if not isinstance(given, list):
        return None
    system = sent.get("system")
    return [{"role": "system", "content": system}, *given] if system else given


def _answered(record: Mapping[str, Any]) -> list[Any]:
    """The message of a response, unless the record is that message itself."""
    received = response(record, "stop_reason")
    return [received] if received.get("type") == "message" and received is not record else []


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    log = RequestLog()
    called: dict[str, str] = {}
    for record in objects(stream, notes):
        asked, answered = _asked(record), _answered(record)
        result = record.get("result")
        if asked is None and not answered and isinstance(result, dict):
            notes.ignored[f"result/{text_at(result, 'type')}"] += 1  # of a batch, without an answer
        elif asked is None and not answered:
            yield from _readable([record], called, notes)
        else:
            yield from log.take(
                list(_readable(asked or (), called, notes)),
                list(_readable(answered, called, notes)),
                Conversation(name=text_at(record, "custom_id")),
                goes_on=asked is None,
            )


def _readable(values: Iterable[Any], called: dict[str, str], notes: Notes) -> Iterator[Message]:
    for value in values:
        with notes.skipping():
            yield from messages(value, called)


FORMAT = Format(
    "anthropic", "Anthropic Messages: a list, requests and responses, JSON Lines", _matches, _read
)
