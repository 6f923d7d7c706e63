"""Results of tools in Claude Code's lines, and what a person did about the calls: refused one and
said why, changed the edit before it was made, answered the questions.

What the client notes beside a result is believed only of its own tools: an MCP server's result can
hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from acx.model import Event, Message, Origin, Part, Text, ToolCall, ToolResult
from acx.transcripts.formats import claude_texts as texts
from acx.transcripts.formats.blocks import parts_of
from acx.transcripts.formats.claude_edits import changed
from acx.transcripts.formats.claude_lines import is_sidechain, noted
from acx.transcripts.record import text_at


def results(
    blocks: Iterable[Any], record: Mapping[str, Any], called: dict[str, ToolCall], id: str, ts: str
) -> Iterator[Message]:
    """The results in a line, and after them what the person said or did about the calls. `called`
    are the calls without a result so far, by their ids."""
    parts: list[Part] = []
    heard: dict[tuple[str, Event], list[Part]] = {}
    for part in parts_of(blocks):
        if isinstance(part, ToolResult):
            call = called.pop(part.call_id, ToolCall("", "", {}))
            part = _result(part, record, call)
            for name, event, words in _heard(part, record, call):
                heard.setdefault((name, event), []).append(Text(words))
        parts.append(part)
    if not parts:
        return
    yield Message("tool", tuple(parts), "harness", id=id, ts=ts)
    origin: Origin = "subagent" if is_sidechain(record) else "human"
    for (name, event), said in heard.items():
        own = f"{id}#{name}" if id else ""
        yield Message("user", tuple(said), origin, id=own, ts=ts, event=event)


def _result(result: ToolResult, record: Mapping[str, Any], call: ToolCall) -> ToolResult:
    text = texts.without_reminders(result.text)
    error = result.error
    if error is None and text.startswith("<tool_use_error>"):
        error = True
    return ToolResult(
        result.call_id or text_at(record, "sourceToolUseID"),
        text,
        error=error,
        exit_code=texts.exit_code(text) if error else result.exit_code,
        rejected=error is True and _is_refused(text, call.name, record),
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


def _heard(
    result: ToolResult, record: Mapping[str, Any], call: ToolCall
) -> Iterator[tuple[str, Event, str]]:
    """What the person said or did about a call: a name for it, its kind, their words."""
    if result.rejected:
        given = text_at(record, "userFeedback")
        words = texts.own_reason(given) if given else texts.reason(result.text)
        if words:
            yield "reason", "rejection", words
    elif call.name == "AskUserQuestion":
        # an answer goes on with the turn, like words typed while the agent works
        if answers := "\n".join(_answers(noted(record))):
            yield "answer", "queued", answers
    elif difference := changed(call, noted(record)):
        yield "edit", "edit", difference


def _answers(noted: Any) -> Iterator[str]:
    """The answers to the agent's questions, with the person's notes: the questions are the call."""
    answers = noted.get("answers") if isinstance(noted, dict) else None
    if not isinstance(answers, dict):
        return
    notes = noted.get("annotations")
    notes = notes if isinstance(notes, dict) else {}
    for question, answer in answers.items():
        chosen = answer if isinstance(answer, list) else [answer]
        if words := ", ".join(choice for choice in chosen if isinstance(choice, str) and choice):
            yield words
        note = notes.get(question)
        if isinstance(note, dict) and (words := text_at(note, "notes").strip()):
            yield words
