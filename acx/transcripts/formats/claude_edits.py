"""Edits that a person changed before they let Claude Code make them: what was proposed against what
came of it, as a diff.

Not in here: changes of files that the agent didn't propose. Of those the client only says that
somebody made them, maybe a formatter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acx.model import ToolCall
from acx.transcripts.formats.difference import difference
from acx.transcripts.record import text_at

_SIDES = {
    "Edit": ("new_string", "newString", "userModified"),
    "Write": ("content", "content", "userModified"),
    "ExitPlanMode": ("plan", "plan", "planWasEdited"),
}
"""By the tool: what the call proposes, what the client notes came of it, and its word that a person
changed it."""


def changed(call: ToolCall, noted: Any) -> str:
    """What the person changed in a proposed edit or plan, as a unified diff; "" if nothing, or if
    only one side is known: what they left as it was isn't theirs. `noted` is what the client notes
    beside the call's result."""
    args = call.args
    if call.name not in _SIDES or not isinstance(noted, dict) or not isinstance(args, dict):
        return ""
    given, came, flag = _SIDES[call.name]
    proposed, made = args.get(given), noted.get(came)
    if noted.get(flag) is not True or not isinstance(proposed, str) or not isinstance(made, str):
        return ""
    if call.name == "Edit":
        proposed, made = _edited(args, noted)
    return difference(proposed, made, text_at(noted, "filePath") or given)


def _edited(args: Mapping[str, Any], noted: Mapping[str, Any]) -> tuple[str, str]:
    """The file as proposed and as it became; the replaced pieces alone where the file isn't known.
    An editor gives back other pieces than it was given, with lines around them."""
    whole = text_at(noted, "originalFile")
    old, new = text_at(args, "old_string"), text_at(args, "new_string")
    taken, put = text_at(noted, "oldString"), text_at(noted, "newString")
    if not (old and taken and old in whole and taken in whole):
        return new, put
    every, each = args.get("replace_all") is True, noted.get("replaceAll") is True
    return whole.replace(old, new, -1 if every else 1), whole.replace(taken, put, -1 if each else 1)
