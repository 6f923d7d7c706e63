"""The commit message of a lesson, and how it is read back.

Trailers are git's own (`git interpret-trailers --parse` reads them). Every value is one line, and
no line of the text above them can be taken for one, whatever a transcript says. Not here: secrets
(the pipeline has removed them by then).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from acx.model import Lesson, Task, Usage
from acx.transcripts.digest import plain

MOST_REPLACED = 5
"""Lines a message names that the lesson takes out; the diff has all."""

GATE_SAID = "The gate's last lines:"

LONGEST_SUBJECT = 72
"""Characters; what git's own tools show uncut."""


INVISIBLE = re.compile(
    "[\x80-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
"""Characters one doesn't see: controls, those without width, those that turn the direction."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_OURS = re.compile(
    r"(?i)[a-z0-9]+(?:-[a-z0-9]+)+\s*:|this reverts commit |# -+ >8|diff -|index: "
)
"""How lines begin that mean something to git, a forge or the ledger: trailers, reverts, the end of
a message."""

_NOT_A_SUBJECT = re.compile(
    r"(?i)acx-[\w-]*\s*:|(?:[a-z]+-)+(?:by|to|from)\s*:|this reverts commit |# -+ >8|diff -|index: "
)
"""The same for a first line, which git never takes for a trailer: `golangci-lint: ...` may stay."""


def task_key(session_id: str, number: int) -> str:
    """What `Acx-Task` says: the ledger's key of a task."""
    return f"{session_id}/{number}"


def ranges(task: Task) -> str:
    """What `Acx-Messages` says: `12-63`, or `12-63, 80-92` for a task that was re-opened."""
    return ", ".join(f"{first}-{last}" for first, last in task.ranges)


_UNCHECKED = re.compile(r"(?i)no check was seen|answered without work|the agent said\b")
"""How a reason begins that rests on the agent's words alone."""


def told_outcome(task: Task) -> str:
    """What `Acx-Outcome` says: the status, and whether nothing but the agent's own words stands
    for it: `success, not checked`."""
    unchecked = task.status == "success" and _UNCHECKED.match(task.because)
    return f"{task.status}, not checked" if unchecked else task.status


def message(
    session_id: str,
    task: Task,
    lesson: Lesson,
    learner: str,
    usage: Usage,
    extra: Sequence[tuple[str, str]] = (),
    replaced: Sequence[str] = (),
    gate: Sequence[str] = (),
) -> str:
    """The whole message: subject, what happened, evidence, what no longer stands, what the gate
    said, trailers."""
    because = f": {task.because.rstrip('.')}" if task.because else ""
    told = f'Learned from "{one_line(task.title)}" ({task.status}{because}).'
    paragraphs = [subject(lesson.title), wrapped(told)]
    if lesson.summary.strip():
        paragraphs.append("\n".join(wrapped(line) for line in lesson.summary.strip().splitlines()))
    if lesson.evidence:
        quotes = [f'  #{e.message} {e.role}: "{one_line(e.quote)}"' for e in lesson.evidence]
        paragraphs.append("\n".join(["Evidence:", *quotes]))
    if replaced:
        gone = [f"  - {_shortened(line)}" for line in replaced[:MOST_REPLACED]]
        more = len(replaced) - len(gone)
        gone += [f"  ... and {more} lines more"] if more > 0 else []
        paragraphs.append("\n".join(["Replaces:", *gone]))
    paragraphs += gate_said(gate)
    trailers = [
        ("Acx-Session", session_id),
        ("Acx-Task", task_key(session_id, task.number)),
        ("Acx-Outcome", told_outcome(task)),
        ("Acx-Kind", lesson.kind),
        ("Acx-Messages", ranges(task)),
        ("Acx-Learner", learner),
        *spent(usage),
        *extra,
    ]
    paragraphs.append("\n".join(f"{key}: {one_line(value)}" for key, value in trailers))
    return "\n\n".join(paragraphs) + "\n"


def gate_said(lines: Sequence[str]) -> list[str]:
    """The paragraph with what a gate said; none if it said nothing. Indented, so that git takes no
    such line for a trailer."""
    return ["\n".join([GATE_SAID, *(f"  {line}" for line in lines)])] if lines else []


def _shortened(line: str) -> str:
    text = one_line(line).removeprefix("- ")
    return text if len(text) <= 160 else text[:159].rsplit(" ", 1)[0] + " …"


def subject(title: str) -> str:
    """The title as a commit's subject: one line of at most 72 characters, cut at a word."""
    text = one_line(title)
    text = f"> {text}" if _NOT_A_SUBJECT.match(text) else text
    text = f"—{text.lstrip('-')}" if text.startswith("---") else text
    if len(text) <= LONGEST_SUBJECT:
        return text
    return text[: LONGEST_SUBJECT - 1].rsplit(" ", 1)[0].rstrip(",;:-") + "…"


def one_line(text: str) -> str:
    """The text on one line, without anything in it that isn't seen."""
    return " ".join(_CONTROL.sub(" ", visible(text)).split())


def visible(text: str) -> str:
    """The text without colour codes and invisible characters, which can hide a word from a search.

    Line breaks are kept.
    """
    return INVISIBLE.sub("", plain(text))


def cost(usage: Usage) -> str:
    """USD in words: `0.0721 USD`, or `unknown`."""
    return "unknown" if usage.cost is None else f"{usage.cost:.4f} USD"


def spent(usage: Usage) -> list[tuple[str, str]]:
    if not usage.calls:
        return []
    tokens = f"{usage.input} in, {usage.output} out, {usage.cached} cached"
    return [("Acx-Tokens", tokens), ("Acx-Cost", cost(usage))]


def wrapped(text: str) -> str:
    lines = textwrap.wrap(one_line(text), 72, break_long_words=False, break_on_hyphens=False)
    return "\n".join(_inert(line) for line in lines)


def _inert(line: str) -> str:
    """The line so that git takes it for text: `---` would end the message, a key be a trailer."""
    if line.startswith("---"):
        return "—" + line.lstrip("-")
    return f"> {line}" if _NOT_OURS.match(line) else line


def outcome_of(trailers: Mapping[str, str]) -> tuple[str, str, str]:
    """Task key, outcome (`success`, `failed`) and message ranges that a lesson's trailers name."""
    return (
        trailers.get("Acx-Task", ""),
        trailers.get("Acx-Outcome", "").split(",")[0],
        trailers.get("Acx-Messages", ""),
    )
