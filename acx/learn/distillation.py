"""Distilling a task with a model: the lessons it taught, each with quotes that are really there.

A lesson none of whose quotes is found is sent back once, then dropped. One that only tool output
supports, or a fact that isn't in the person's words, waits for a person. Not here: writing the
lesson down (`acx.learn.writing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from acx.learn.conversation import Conversation, Malformed, Meter
from acx.learn.evidence import Found, Quote, look_up
from acx.learn.port import Assignment, Known
from acx.learn.prompts import fence, fill, text
from acx.model import Lesson
from acx.transcripts.digest import digest

MOST_LESSONS = 3
"""Of one task. More than that has always been one point said several times."""

_MOST_REJECTED = 40

_QUOTE = {
    "type": "object",
    "properties": {
        "message": {"type": "integer", "description": "the number of the message"},
        "quote": {"type": "string", "minLength": 1, "maxLength": 240},
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
        "details": {"type": "string", "minLength": 1, "maxLength": 6000},
        "evidence": {"type": "array", "items": _QUOTE, "minItems": 1, "maxItems": 5},
    },
    "required": ["kind", "title", "summary", "scope", "details", "evidence"],
    "additionalProperties": False,
}

REPORT_LESSONS: Mapping[str, Any] = {
    "name": "report_lessons",
    "description": "Report what the task taught, most important first; or skip it with the reason.",
    "input_schema": {
        "type": "object",
        "properties": {
            "skip": {
                "type": "string",
                "description": "why nothing is worth keeping, in one sentence",
                "maxLength": 300,
            },
            "lessons": {"type": "array", "items": _LESSON, "maxItems": MOST_LESSONS},
        },
        "required": [],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True)
class Distilled:
    """A lesson, with what only its writer needs.

    scope    where it applies
    details  steps, commands, values: the stuff of the note
    hold     why a person should look at it first; "" if nothing speaks against it
    """

    lesson: Lesson
    scope: str
    details: str
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Distillate:
    """What came out of a task: lessons, and why others (or all) were left out."""

    lessons: tuple[Distilled, ...]
    dropped: tuple[str, ...] = ()


def distil(
    meter: Meter, assignment: Assignment, when: str, digest_tokens: int, max_tokens: int
) -> Distillate:
    """What the task taught, in one call. Raises ModelError."""
    task, transcript = assignment.task, assignment.transcript
    messages = chain.from_iterable(transcript.read(*span) for span in task.ranges)
    conversation = Conversation(
        meter,
        system=fill("distil", reading=text("reading")),
        opening=fill(
            "distil_request",
            title=task.title,
            status=task.status,
            because=task.because or "not said why",
            when=when,
            project=project_of(assignment),
            earlier=_titles(assignment.earlier),
            rejected=_titles(assignment.rejected[-_MOST_REJECTED:]),
            transcript=fence("transcript", digest(messages, digest_tokens)),
        ),
        tools=[REPORT_LESSONS],
        max_tokens=max_tokens,
    )

    def read(answer: Any, final: bool) -> Distillate:
        return _distillate(answer, assignment, final)

    return conversation.ask(REPORT_LESSONS, read)


def project_of(assignment: Assignment) -> str:
    """The name of the folder the agent worked in, as a lesson would call it."""
    folder = assignment.transcript.session.cwd.replace("\\", "/").rstrip("/")
    return folder.rsplit("/", 1)[-1] or "unknown"


def _titles(known: Sequence[Known]) -> str:
    if not known:
        return "none"
    return fence("lessons", "\n".join(f"- {lesson.title} ({lesson.outcome})" for lesson in known))


def _distillate(answer: Mapping[str, Any], assignment: Assignment, final: bool) -> Distillate:
    given = answer.get("lessons") or []
    reason = " ".join((answer.get("skip") or "").split())
    if not given:
        if not reason:
            raise Malformed("input: either lessons, or skip with the reason")
        return Distillate((), (reason,))
    kept: list[Distilled] = []
    dropped: list[str] = []
    lost: list[str] = []
    for n, (lesson, found) in enumerate(zip(given, _look_up(given, assignment), strict=True)):
        quotes = lesson["evidence"]
        lost += [
            f"lessons[{n}].evidence[{m}]: these words stand in no message of the task."
            " Copy a passage exactly, from within one message and without the digest's margin."
            for m, place in enumerate(found)
            if place is None
        ]
        there = [place for place in found if place is not None]
        if there:
            kept.append(_distilled(lesson, there))
        else:
            dropped.append(f"{lesson['title']!r}: none of its {len(quotes)} quotes is there")
    if dropped and not final:
        raise Malformed("\n".join(lost))
    return Distillate(tuple(kept), tuple(dropped))


def _look_up(
    given: Sequence[Mapping[str, Any]], assignment: Assignment
) -> list[list[Found | None]]:
    """The places of all quotes, lesson by lesson, in one pass over the task's messages."""
    quotes = [Quote(item["message"], item["quote"]) for one in given for item in one["evidence"]]
    task, transcript = assignment.task, assignment.transcript
    messages = chain.from_iterable(transcript.read(*span) for span in task.ranges)
    places = iter(look_up(quotes, messages))
    return [[next(places) for _ in one["evidence"]] for one in given]


def _distilled(given: Mapping[str, Any], found: Sequence[Found]) -> Distilled:
    scope = " ".join(given["scope"].split())
    lesson = Lesson(
        title=" ".join(given["title"].split()).rstrip("."),
        kind=given["kind"],
        summary=f"{given['summary'].strip()}\n\nApplies to: {scope}",
        evidence=tuple(dict.fromkeys(place.evidence for place in found)),
    )
    return Distilled(lesson, scope, given["details"].strip(), _hold(given["kind"], found))


def _hold(kind: str, found: Sequence[Found]) -> str:
    voices = {place.voice for place in found}
    if voices == {"tool"}:
        return "only tool output supports it"
    if kind == "fact" and "human" not in voices:
        return "no words of the user support this fact"
    return ""
