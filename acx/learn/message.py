"""The commit message of a lesson, and how it is read back.

Trailers are git's own (`git interpret-trailers --parse` reads them). Every value is one line.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from acx.model import Lesson, Task, Usage

LONGEST_SUBJECT = 72
"""Characters; what git's own tools show uncut."""


def task_key(session_id: str, number: int) -> str:
    """What `Acx-Task` says: the ledger's key of a task."""
    return f"{session_id}/{number}"


def ranges(task: Task) -> str:
    """What `Acx-Messages` says: `12-63`, or `12-63, 80-92` for a task that was re-opened."""
    return ", ".join(f"{first}-{last}" for first, last in task.ranges)


def message(
    session_id: str,
    task: Task,
    lesson: Lesson,
    learner: str,
    usage: Usage,
    extra: Sequence[tuple[str, str]] = (),
) -> str:
    """The whole message: subject, what happened, evidence, trailers."""
    because = f": {task.because}" if task.because else ""
    told = f'Learned from "{one_line(task.title)}" ({task.status}{because}).'
    paragraphs = [subject(lesson.title), _wrapped(told)]
    if lesson.summary.strip():
        paragraphs.append("\n".join(_wrapped(line) for line in lesson.summary.strip().splitlines()))
    if lesson.evidence:
        quotes = [f'  #{e.message} {e.role}: "{one_line(e.quote)}"' for e in lesson.evidence]
        paragraphs.append("\n".join(["Evidence:", *quotes]))
    trailers = [
        ("Acx-Session", session_id),
        ("Acx-Task", task_key(session_id, task.number)),
        ("Acx-Outcome", task.status),
        ("Acx-Kind", lesson.kind),
        ("Acx-Messages", ranges(task)),
        ("Acx-Learner", learner),
        *_spent(usage),
        *extra,
    ]
    paragraphs.append("\n".join(f"{key}: {one_line(value)}" for key, value in trailers))
    return "\n\n".join(paragraphs) + "\n"


def subject(title: str) -> str:
    """The title as a commit's subject: one line of at most 72 characters, cut at a word."""
    text = one_line(title)
    if len(text) <= LONGEST_SUBJECT:
        return text
    return text[: LONGEST_SUBJECT - 1].rsplit(" ", 1)[0].rstrip(",;:-") + "…"


def one_line(text: str) -> str:
    """The text without line breaks, tabs and control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())


def cost(usage: Usage) -> str:
    """USD in words: `0.0721 USD`, or `unknown`."""
    return "unknown" if usage.cost is None else f"{usage.cost:.4f} USD"


def _spent(usage: Usage) -> list[tuple[str, str]]:
    if not usage.calls:
        return []
    tokens = f"{usage.input} in, {usage.output} out, {usage.cached} cached"
    return [("Acx-Tokens", tokens), ("Acx-Cost", cost(usage))]


def _wrapped(text: str) -> str:
    return textwrap.fill(one_line(text), 72, break_long_words=False, break_on_hyphens=False)


def outcome_of(trailers: Mapping[str, str]) -> tuple[str, str, str]:
    """Task key, outcome and message ranges that a lesson's trailers name."""
    return (
        trailers.get("Acx-Task", ""),
        trailers.get("Acx-Outcome", ""),
        trailers.get("Acx-Messages", ""),
    )
