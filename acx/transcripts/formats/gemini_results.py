"""What a person said or did about a call, as the results of Gemini CLI and Qwen Code tell it: words
that refuse a plan, answers, and edits that they changed before they let them be made.

Not in here: what tools gave back (`gemini_parts`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from acx.model import Event, Message, Origin, Text, ToolCall, ToolResult
from acx.transcripts.formats.difference import difference
from acx.transcripts.record import text_at

_PLAN_REFUSED = "Plan rejected. User feedback:"
_PLAN_AT = "The plan is stored at"
_ANSWERED = "User has provided the following answers:"
_MODIFIED = re.compile(r"User modified the `\w+` content to be:")


def heard(
    call: ToolCall, result: ToolResult, shown: Any, id: str, ts: str, speaker: Origin = "human"
) -> Iterator[Message]:
    """What there is to hear of the person behind a result. `shown` is what they saw of it."""
    kind: Event
    for name, kind, words in (
        ("reason", "rejection", _reason(result)),
        # an answer goes on with the turn, like words typed while the agent works
        ("answer", "queued", "\n".join(_answers(call, result))),
        ("edit", "edit", _changed(call, result, shown if isinstance(shown, dict) else {})),
    ):
        if words:
            own = f"{id}#{name}-{result.call_id}" if id else ""
            yield Message("user", (Text(words),), speaker, id=own, ts=ts, event=kind)


def refuses_plan(name: str, text: str) -> bool:
    return name == "exit_plan_mode" and text.startswith(_PLAN_REFUSED)


def _reason(result: ToolResult) -> str:
    _, found, typed = result.text.partition(_PLAN_REFUSED)
    return typed.partition(_PLAN_AT)[0].strip().strip('"') if result.rejected and found else ""


def _answers(call: ToolCall, result: ToolResult) -> Iterator[str]:
    if call.name == "ask_user":
        try:
            value = json.loads(result.text)
        except (ValueError, RecursionError):
            return
        answers = value.get("answers") if isinstance(value, dict) else None
        for answer in answers.values() if isinstance(answers, dict) else ():
            if isinstance(answer, str) and answer.strip():
                yield answer.strip()
    elif call.name == "ask_user_question":
        _, found, given = result.text.partition(_ANSWERED)
        if found:
            yield re.sub(r"(?m)^\*\*[^*\n]+\*\*: ", "", given).strip()


def _changed(call: ToolCall, result: ToolResult, shown: Mapping[str, Any]) -> str:
    """What the person changed in a proposed edit, as a diff. Gemini CLI puts what came of it into
    the call itself, Qwen Code leaves the call as the agent made it."""
    args = call.args
    if not isinstance(args, dict) or call.name not in ("write_file", "replace", "edit"):
        return ""
    in_call = args.get("modified_by_user") is True
    if not in_call and not _MODIFIED.search(result.text):
        return ""
    before, made = text_at(shown, "originalContent"), text_at(shown, "newContent")
    path = text_at(args, "file_path")
    if call.name == "write_file":
        proposed = text_at(args, "ai_proposed_content" if in_call else "content")
        made = text_at(args, "content") if in_call else made
        return difference(proposed, made, path) if proposed and made else ""
    if in_call or not made or shown.get("truncatedForSession") is True:
        # what the agent proposed is lost: the edit as it was made
        return text_at(shown, "fileDiff")
    old, new = text_at(args, "old_string"), text_at(args, "new_string")
    return difference(before.replace(old, new, 1), made, path) if old in before else ""
