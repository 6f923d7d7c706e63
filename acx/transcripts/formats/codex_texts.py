"""Whose words a text in a user's slot of a Codex session is, and what the output of a tool says
beside its text.

Wrappers as in sessions of Codex 0.50 to 0.146 and in its public source. Not in here: the records
that hold these texts (`codex`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from acx.model import ToolResult
from acx.transcripts.formats.blocks import result_text
from acx.transcripts.formats.said import Said
from acx.transcripts.record import arguments

_HARNESS = frozenset(
    {
        "additional_context",
        "apps_instructions",
        "collaboration_mode",
        "environment_context",
        "extension_context",
        "goal_context",
        "hook_prompt",
        "model_switch",
        "multi_agent_mode",
        "permissions instructions",
        "personality_spec",
        "plugins_instructions",
        "realtime_conversation",
        "skill",
        "skills_instructions",
        "subagent_notification",
        "user_action",
        "user_instructions",
    }
)
_AGENTS_MD = "# AGENTS.md instructions"
_WARNINGS = (
    "Warning: The maximum number of unified exec processes",
    "Warning: apply_patch was requested via",
    "Warning: Your account was flagged for",
)
_COMPACTION = "Another language model started to solve this problem"

_OPENING = re.compile(r"\s*<(permissions instructions|[a-z_]+)(?:\s[^>]*)?>", re.I)
_IMAGE_TAG = re.compile(r"<image(?:\s[^>]*)?>|</image>")
_REQUEST = "## My request for Codex:"
_COMMAND = re.compile(r"<command>(.*?)</command>", re.S)
_RESULT = re.compile(r"<result>(.*)</result>", re.S)
_TAGS = re.compile(r"\A<[^>]*>|<[^>]*>\Z")

_HEAD = re.compile(
    r"(?:(?:Chunk ID|Wall time|Exit code|Process (?:exited|running)|Original token count"
    r"|Total output lines)\b.*\n)+Output:\n?"
)
_EXIT_CODE = re.compile(r"^(?:Process exited with code|Exit code:) (-?\d{1,9})$", re.M)
_REFUSED = re.compile(
    r"(?:exec command |patch )?rejected by user\s*\Z|user rejected MCP tool call\b"
    r'|exec_command failed\b.*Rejected\(\\?"rejected by user\\?"\)',
    re.S,
)


def said(text: str) -> Iterator[Said]:
    """The pieces of a text, by speaker: what Codex put in, and what the person typed."""
    text = text.strip()
    tag = _tag(text)
    if not text or _IMAGE_TAG.fullmatch(text):  # the tags stand around an image of its own
        return
    if tag == "user_shell_command":
        yield from _shell(text)
    elif tag == "turn_aborted":
        yield Said(text, "human", "interrupt")
    elif text.startswith((_AGENTS_MD, *_WARNINGS)):
        yield Said(text, "harness")
    elif text.startswith(_COMPACTION):
        yield Said(text, "harness", "compaction")
    else:
        at = _typed(text)
        if before := text[:at].removesuffix(_REQUEST).strip():
            yield Said(before, "harness")
        if typed := text[at:].strip():
            yield Said(typed, "human")


def result(call_id: str, output: Any) -> ToolResult:
    """The result of a call in any of the forms of its output: JSON with metadata, a text below a
    head of lines, plain text, content blocks, an object. Raises BadInput."""
    error = code = None
    if isinstance(output, dict):
        success = output.get("success")
        error = not success if isinstance(success, bool) else None
        code = output.get("exitCode")
        output = [output] if "type" in output else output.get("content", output)
    text = result_text(output)
    inner = arguments(text) if text.startswith('{"output"') else text
    if isinstance(inner, dict) and isinstance(inner.get("metadata"), dict):
        text, code = result_text(inner["output"]), inner["metadata"].get("exit_code")
    elif head := _HEAD.match(text):
        stated = _EXIT_CODE.search(head[0])
        text, code = text[head.end() :], int(stated[1]) if stated else None
    known = isinstance(code, int) and not isinstance(code, bool)
    return ToolResult(call_id, text, error=error, exit_code=code if known else None)


def is_refused(text: str) -> bool:
    """Whether an output says that the person refused the call."""
    return _REFUSED.match(text) is not None


def _tag(text: str) -> str:
    """The name of the element that a text is, from its first tag to its last; "" if it is none."""
    found = _OPENING.match(text)
    return found[1].lower() if found and text.endswith(f"</{found[1]}>") else ""


def _typed(text: str) -> int:
    """Where the person's words begin: behind elements of Codex's, of which files may hold the tags,
    and below what an editor tells of itself, which may hold the same heading."""
    at = 0
    while (found := _OPENING.match(text, at)) and _is_put_in(found[1]):
        closing = f"</{found[1]}>"
        end = text.rfind(closing, found.end())
        if end < 0:
            break
        at = end + len(closing)
    heading = f"\n{text}".rfind(f"\n{_REQUEST}", at)
    return at if heading < 0 else heading + len(_REQUEST)


def _is_put_in(tag: str) -> bool:
    # of a person's own tags, `<instructions>` is the most common
    return tag == "INSTRUCTIONS" or tag.lower() in _HARNESS


def _shell(text: str) -> Iterator[Said]:
    """A command that the person ran in Codex, and what it printed."""
    command, printed = _COMMAND.search(text), _RESULT.search(text)
    yield Said((command[1] if command else _TAGS.sub("", text)).strip(), "human", "shell")
    if printed:
        yield Said(printed[1].strip(), "harness")
