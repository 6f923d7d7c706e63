"""Whose words a text in a user's slot of a Cursor transcript is, and when it was typed.

Not in here: the records and lines that hold these texts (`cursor`, `cursor_plain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from acx.transcripts.formats.said import Said
from acx.transcripts.record import stamp

_OPEN, _CLOSE = "<user_query>", "</user_query>"
_INJECTED = (
    "The above subagent result is already visible",
    "The beginning of the above subagent result is already visible",
    "Briefly inform the user about the task result",
)
_WRAPPERS = frozenset(
    {
        "additional_data",
        "agent_skills",
        "agent_transcripts",
        "always_applied_workspace_rules",
        "attached_files",
        "cursor_commands",
        "cursor_rules_context",
        "external_links",
        "git_status",
        "image_files",
        "linter_errors",
        "manually_attached_skills",
        "open_and_recently_viewed_files",
        "project_layout",
        "rules",
        "system_reminder",
        "terminal_files_information",
        "timestamp",
        "uploaded_documents",
        "user_info",
    }
)
_LEADING = re.compile(r"\s*(?:\[Image\]|<([a-z_]+)(?:\s[^>]*)?>)")
_QUERY = re.compile(rf"(?:\A|\]|</[a-z_]+>)\s*{_OPEN}")
_TAG = re.compile(r"<(/?)([a-z_]+)")
_STAMP = re.compile(
    r"<timestamp>(?:\w+, )?(\w{3} \d{1,2}, \d{4}, \d{1,2}:\d\d [AP]M)"
    r"(?: \(UTC(?:([+-])(\d{1,2})(?::(\d\d))?)?\))?</timestamp>"
)
_TIMESTAMP = re.compile(r"<timestamp>[^<]*</timestamp>")


def said(text: str) -> Iterator[Said]:
    """The pieces of a text, by speaker: the query is the person's, what stands around it isn't.
    Without a query, all below the wrappers is theirs."""
    start, end = _query(text)
    typed, before, after = text[start:end], text[:start], text[end:]
    by_program = typed.startswith(_INJECTED)
    before, after = before.removesuffix(_OPEN), after.removeprefix(_CLOSE)
    if around := _TIMESTAMP.sub("", f"{before}\n{after}").strip():
        yield Said(around, "harness", "command" if "<cursor_commands>" in around else "")
    if typed := typed.strip():
        yield Said(typed, "harness" if by_program else "human")


def typed_at(text: str) -> str:
    """When a text was typed, to the minute, in UTC; "" if it doesn't say."""
    from datetime import datetime  # with its locale: not for transcripts of other agents

    found = _STAMP.search(text)
    if not found:
        return ""
    when, sign, hours, minutes = found.groups()
    try:
        moment = datetime.strptime(when, "%b %d, %Y, %I:%M %p")
    except ValueError:
        return ""
    return stamp(f"{moment.isoformat()}{sign or '+'}{int(hours or 0):02}:{minutes or '00'}")


def _query(text: str) -> tuple[int, int]:
    """Where the person's words begin and end. What is attached may hold a query as well: theirs is
    the last one behind a wrapper, and isn't within one."""
    end = text.rfind(_CLOSE)
    opened = [found.end() for found in _QUERY.finditer(text, 0, max(end, 0))]
    if not opened or _is_within(text[end + len(_CLOSE) :]):
        return _wrapped(text), len(text)
    return opened[-1], end


def _is_within(rest: str) -> bool:
    """Whether a wrapper is open, going by the first of its tags that follows."""
    tags = (found for found in _TAG.finditer(rest) if found[2] in _WRAPPERS)
    return (first := next(tags, None)) is not None and bool(first[1])


def _wrapped(text: str) -> int:
    """Where the wrappers at the start of a text end, each at its last closing tag or, if it has
    none, with the text."""
    at = 0
    while found := _LEADING.match(text, at):
        tag = found[1]
        if tag is None:
            at = found.end()
            continue
        if tag not in _WRAPPERS:
            break
        end = text.rfind(f"</{tag}>", found.end())
        at = end + len(tag) + 3 if end >= 0 else len(text)
    return at
