"""The task of SWE-agent and mini-swe-agent: a template, and in it the words of a person.

What people hand in is an issue; the rules around it are the agent's own configuration. Not in here:
templates that somebody wrote for themselves. Of one that isn't known everything is the harness's,
since its rules are no person's preferences.
"""

from __future__ import annotations

from collections.abc import Iterator

from acx.model import Message, Part, Text

_AROUND = (
    ("<pr_description>\nConsider the following PR description:\n", "\n</pr_description>"),
    ("<pr_description>\n", "\n</pr_description>"),
    ("ISSUE:\n", "\n\nINSTRUCTIONS:"),
    ("The description is:\n", "\nFiles included in the challenge:"),
    ("Please solve this issue: ", "\n\nYou can execute bash commands"),
    ("Your task: ", ". Please reply with a single shell command"),
)
"""What stands right before and behind the issue in the templates that come with both programs."""


def task(text: str, files: tuple[Part, ...] = ()) -> Iterator[Message]:
    """The template without the issue, then the issue with its files."""
    around, issue = text, ""
    for before, behind in _AROUND:
        start = text.find(before) + len(before)
        end = text.find(behind, start) if start >= len(before) else -1
        if end > start:
            around = f"{text[:start].rstrip()}\n{text[end:].lstrip()}"
            issue = text[start:end].strip()
            break
    if issue:
        yield Message("user", (Text(around),), "harness")
        yield Message("user", (Text(issue), *files), "human")
    else:
        yield Message("user", (Text(around), *files), "harness")
