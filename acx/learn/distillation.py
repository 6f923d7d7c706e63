"""Distilling tasks: what a model is asked, and lessons whose quotes are really there.

A lesson none of whose quotes is found is sent back once, then dropped. Not here: whether what is
quoted may carry it (`acx.learn.guard`), and writing the lesson down (`acx.learn.writing`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acx.learn.conversation import Malformed
from acx.learn.evidence import Found, Quote, find
from acx.learn.extraction import project_of
from acx.learn.port import Assignment, Known
from acx.learn.prompts import fence, fill
from acx.model import Lesson

MOST_LESSONS = 5
"""Of one task. More than that has always been one point said several times."""

_MOST_REJECTED = 40

_FULL_STOP = re.compile(r"(?<![./])\.$")
"""At the end of a title; `go test ./...` has none."""

_QUOTE = {
    "type": "object",
    "properties": {
        "message": {"type": "integer", "description": "the number of the message"},
        "quote": {"type": "string", "minLength": 8, "maxLength": 240},
    },
    "required": ["message", "quote"],
    "additionalProperties": False,
}

_LESSON = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["sop", "warning", "fact"]},
        "title": {"type": "string", "minLength": 1, "maxLength": 72},
        "summary": {"type": "string", "minLength": 1, "maxLength": 900},
        "scope": {"type": "string", "minLength": 1, "maxLength": 200},
        "details": {"type": "string", "minLength": 1, "maxLength": 2500},
        "evidence": {"type": "array", "items": _QUOTE, "minItems": 1, "maxItems": 5},
    },
    "required": ["kind", "title", "summary", "scope", "details", "evidence"],
    "additionalProperties": False,
}

_TASK = {
    "type": "object",
    "properties": {
        "task": {"type": "integer", "description": "the task's number"},
        "skip": {
            "type": "string",
            "description": "instead of lessons: why nothing is worth keeping, in one sentence",
            "maxLength": 300,
        },
        "lessons": {
            "type": "array",
            "description": "most important first",
            "items": _LESSON,
            "maxItems": MOST_LESSONS,
        },
    },
    "required": ["task"],
    "additionalProperties": False,
}

REPORT_LESSONS: Mapping[str, Any] = {
    "name": "report_lessons",
    "description": "Report what each task taught, or why it taught nothing.",
    "input_schema": {
        "type": "object",
        "properties": {"tasks": {"type": "array", "items": _TASK}},
        "required": ["tasks"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True)
class Distilled:
    """A lesson, with what only its writer needs.

    scope    where it applies
    details  steps, commands, values: the stuff of the note
    """

    lesson: Lesson
    scope: str
    details: str


@dataclass(frozen=True, slots=True)
class Distillate:
    """What came out of a task: lessons, and why others (or all) were left out."""

    lessons: tuple[Distilled, ...]
    dropped: tuple[str, ...] = ()


def lessons_request(assignments: Sequence[Assignment]) -> str:
    """What is asked of a model that has seen what happened."""
    rejected = assignments[0].rejected[-_MOST_REJECTED:]
    return fill(
        "lessons_request",
        project=project_of(assignments[0].transcript),
        rejected=_titles(rejected),
        tasks=fence("tasks", "\n\n".join(_told(assignment) for assignment in assignments)),
    )


def _told(assignment: Assignment) -> str:
    task = assignment.task
    where = ", ".join(f"#{first} to #{last}" for first, last in task.ranges)
    lines = [
        f"Task {task.number}: {task.title}",
        f"{where}, {when(assignment)}. {task.status}: {task.because or 'not said why'}",
    ]
    if assignment.earlier:
        lines.append("Lessons already written for it, when it looked different:")
        lines += [f"- {known.title} ({known.outcome})" for known in assignment.earlier]
    return "\n".join(lines)


def when(assignment: Assignment) -> str:
    """When the task began: by its messages, else by the session."""
    for span in assignment.task.ranges:
        for message in assignment.transcript.read(*span):
            if message.ts:
                return f"{message.ts[:10]} {message.ts[11:16]} UTC"
    created = assignment.transcript.session.created_at
    return f"{created[:10]} (its messages carry no time)"


def _titles(known: Sequence[Known]) -> str:
    if not known:
        return "none"
    return fence("lessons", "\n".join(f"- {lesson.title} ({lesson.outcome})" for lesson in known))


def lessons_reader(
    assignments: Sequence[Assignment],
) -> Callable[[Any, bool], dict[int, Distillate]]:
    """What turns an answer into what each task taught, by the task's number.

    Raises Malformed with everything that is wrong in it; of a final answer, what can be used is.
    """
    wanted = {assignment.task.number: assignment for assignment in assignments}

    def read(answer: Any, final: bool) -> dict[int, Distillate]:
        wrong: list[str] = []
        found: dict[int, Distillate] = {}
        for n, given in enumerate(answer["tasks"]):
            number, where = given["task"], f"tasks[{n}]"
            if number not in wanted or number in found:
                wrong.append(f"{where}.task: no such task to learn from, or reported before")
                continue
            found[number], complaints = _distillate(given, wanted[number], where)
            wrong += complaints
        wrong += [f"tasks: task {number} is missing" for number in wanted if number not in found]
        if wrong and not final:
            raise Malformed("\n".join(wrong))
        return {n: found.get(n, Distillate((), ("the model said nothing of it",))) for n in wanted}

    return read


def _distillate(
    given: Mapping[str, Any], assignment: Assignment, where: str
) -> tuple[Distillate, list[str]]:
    """What a task taught, and what the model is to put right if it gets the chance."""
    lessons = given.get("lessons") or []
    reason = " ".join((given.get("skip") or "").split())
    if not lessons:
        wrong = [] if reason else [f"{where}: either lessons, or skip with the reason"]
        return Distillate((), (reason or "the model gave no reason",)), wrong
    kept: list[Distilled] = []
    dropped: list[str] = []
    lost: list[str] = []
    for n, lesson in enumerate(lessons):
        quotes = [Quote(item["message"], item["quote"]) for item in lesson["evidence"]]
        found = find(quotes, assignment.transcript)
        lost_here = [
            f"{where}.lessons[{n}].evidence[{m}]: these words stand in no message of the session."
            " Copy a passage exactly, from within one message and without the digest's margin."
            for m, place in enumerate(found)
            if place is None
        ]
        if there := [place for place in found if place is not None]:
            kept.append(_distilled(lesson, there))
        else:
            lost += lost_here
            dropped.append(f"{lesson['title']!r}: none of its {len(quotes)} quotes is there")
    return Distillate(tuple(kept), tuple(dropped)), lost


def _distilled(given: Mapping[str, Any], found: Sequence[Found]) -> Distilled:
    scope = " ".join(given["scope"].split())
    lesson = Lesson(
        title=_FULL_STOP.sub("", " ".join(given["title"].split())),
        kind=given["kind"],
        summary=f"{given['summary'].strip()}\n\nApplies to: {scope}",
        evidence=tuple(dict.fromkeys(place.evidence for place in found)),
    )
    return Distilled(lesson, scope, given["details"].strip())
