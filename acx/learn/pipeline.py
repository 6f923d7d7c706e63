"""From what a task taught to lessons that may be published: looked up, checked, put into words.

Knows neither git nor the disk. What comes out is a value: lessons with their commit messages, each
free to land or held with a reason, or why nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from acx.learn import checks, guard, removal
from acx.learn.draft import Draft
from acx.learn.evidence import Quote, look_up
from acx.learn.message import message, one_line, subject, visible
from acx.learn.port import Assignment, Skipped, Taught
from acx.model import Lesson, SkillTree, Task, Transcript, Usage
from acx.transcripts.redact import redact_text

Gate = Callable[[Draft], str]
"""Why a draft may not land, by a test that its space asks for; "" if it may. What the test said may
follow the line with the reason."""

MOST_TOLD = 3
"""Reasons for holding a lesson that a commit names."""

MOST_LESSONS = 12
"""Of one task. A task that seems to teach more is noise."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A lesson as it will be committed. `hold` says why it waits for a person; "" to land it.

    `leaf`: later lessons of the task were not made on top of it.
    """

    lesson: Lesson
    title: str
    text: str
    changes: Mapping[str, bytes | None]
    usage: Usage
    hold: str = ""
    leaf: bool = False


def checked(
    answer: Sequence[Taught] | Skipped,
    assignment: Assignment,
    learner: str,
    prompts: str = "",
    gate: Gate = lambda _: "",
    tell: Callable[[str], None] = lambda _: None,
) -> list[Ready] | Skipped:
    """A task's lessons as they may be published. What may not even wait is left out; `tell` is told
    what and why, where others are kept.

    `learner` and `prompts` are what `Acx-Learner` and `Acx-Prompts` say. The gate is asked last,
    and only of lessons that nothing else holds.
    """
    if isinstance(answer, Skipped):
        return answer
    found: list[Ready] = []
    dropped: list[str] = []
    usage = Usage()
    tree = Draft(assignment.skills)
    again = {known.title for known in assignment.rejected}
    corrects = tuple(("Acx-Corrects", known.commit) for known in assignment.earlier[-1:])
    told = (("Acx-Prompts", prompts),) if prompts else ()
    task = _told(assignment.task)
    for taught in answer[:MOST_LESSONS]:
        usage += taught.usage
        lesson = _written(taught.lesson)
        title = subject(lesson.title)
        if not title:
            dropped.append("a lesson without a title")
            continue
        if title in again:
            dropped.append(f"{title}: rejected before")
            continue
        draft = _drafted(tree, taught.changes)
        if lost := _unfounded(assignment.transcript, taught.lesson) or _unwritten(draft, tree):
            dropped.append(f"{title}: {lost}")
            continue
        hold, *said = _held(taught, draft, tree, assignment, gate)
        text = message(
            assignment.transcript.session.id,
            task,
            lesson,
            learner,
            taught.usage,
            (*told, *corrects, *([("Acx-Held", hold)] if hold else [])),
            replaced(draft, tree),
            said,
        )
        leaf = bool(taught.hold)
        found.append(Ready(lesson, title, text, draft.changes(), taught.usage, hold, leaf))
        tree = tree if leaf else draft
    if not found:
        return Skipped("; ".join(dropped) or "nothing worth keeping", usage)
    for why in dropped:
        tell(why)
    return found


def _held(
    taught: Taught, draft: Draft, tree: SkillTree, assignment: Assignment, gate: Gate
) -> list[str]:
    """Why a lesson waits ("" if it doesn't), then what the gate said."""
    hold = taught.hold or _suspected(taught.lesson, draft, tree, assignment)
    why, *said = [_safe(hold)] if hold else _safe(gate(draft)).split("\n")
    return [one_line(why), *said]


def _unwritten(draft: Draft, tree: SkillTree) -> str:
    """Why nothing can be written of a lesson; "" if it can."""
    if refused := checks.forbidden(draft, tree):
        return f"what may not be written: {refused[0]}"
    return "" if draft.changes() else "already known"


def _suspected(lesson: Lesson, draft: Draft, tree: SkillTree, assignment: Assignment) -> str:
    found = list(checks.problems(draft, tree))
    added = guard.added_lines(draft, tree)
    found += guard.objections(lesson, added, assignment.transcript, assignment.task)
    new = [line for lines in added.values() for line in lines]
    found += removal.objections(replaced(draft, tree), new, assignment.transcript)
    return "; ".join(found[:MOST_TOLD])


def replaced(draft: Draft, tree: SkillTree) -> list[str]:
    """The lines with words in them that the draft takes out of files, and puts nowhere else; but
    for descriptions, which grow with their skill."""
    gone: list[str] = []
    kept: set[str] = set()
    for path, data in draft.changes().items():
        before, after = _lines(tree.read(path)), _lines(data)
        kept.update(after)
        gone += [line for line in before if line not in set(after)]
    return [
        line
        for line in dict.fromkeys(gone)
        if line not in kept and re.search(r"\w", line) and not line.startswith("description:")
    ]


def _lines(data: bytes | None) -> list[str]:
    return [line.strip() for line in (data or b"").decode(errors="replace").splitlines()]


def _drafted(tree: Draft, changes: Mapping[str, bytes | None]) -> Draft:
    draft = Draft(tree)
    for path, data in changes.items():
        draft.put(path, None if data is None else _without_secrets(data, tree.read(path) or b""))
    return draft


def _without_secrets(data: bytes, before: bytes) -> bytes:
    """The file with the secrets of new lines replaced; all other lines are as they were given."""
    known = set(before.splitlines())
    return b"".join(
        _safe(line.decode(errors="replace")).encode()
        if line.rstrip(b"\r\n") not in known and checks.secrets(line)
        else line
        for line in data.splitlines(keepends=True)
    )


def _safe(text: str) -> str:
    """A text as a commit may carry it. Messages lost their secrets when they were stored, but for
    those that colour codes ran through: a learner that reads them clean would piece them together.
    """
    return redact_text(visible(text))[0]


def _told(task: Task) -> Task:
    return replace(task, title=_safe(task.title), because=_safe(task.because))


def _written(lesson: Lesson) -> Lesson:
    evidence = tuple(replace(item, quote=_safe(item.quote)) for item in lesson.evidence)
    title, summary = _safe(lesson.title), _safe(lesson.summary)
    return replace(lesson, title=title, summary=summary, evidence=evidence)


def _unfounded(transcript: Transcript, lesson: Lesson) -> str:
    """Why the lesson has no ground in the session; "" if each of its quotes is there."""
    if not lesson.evidence:
        return "no evidence"
    for evidence in lesson.evidence:
        place = transcript.read(evidence.message, evidence.message)
        if look_up([Quote(evidence.message, evidence.quote)], place) == [None]:
            return f"its quote of #{evidence.message} is not there"
    return ""
