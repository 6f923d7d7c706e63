"""Finding the tasks of a session: what a model is shown and asked, and what its answer must be.

A model names messages by number, and numbers can be wrong: every range is checked against the
session, every first message must be the person's, known tasks keep what never changes. Not here:
how the status is judged (the prompt says that), and who talks to the model
(`acx.learn.model_learner`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from acx.excerpt import shortened
from acx.learn.conversation import Malformed
from acx.learn.port import Criteria
from acx.learn.prompts import fence, fill
from acx.model import Message, Task, Transcript
from acx.transcripts.digest import digest, digested

REREAD_TOKENS = 6_000
"""How much is shown of what was learned from before: enough to tell what later messages mean."""

TITLE_CHARS, BECAUSE_CHARS = 100, 300
"""The most that a task's title and reason have. What is longer is cut, without a second call."""

_DATED = 20
"""Messages in which the date of a session is looked for."""

_COMMAND = re.compile(r"\s*(?:<command-(?:name|message)>|/[\w:-]+(?=\s|$))")
"""A command as it was typed, in the words of Claude Code or as it is."""

_STATUS = ("success", "failed", "running", "pending")

_RANGE = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}

REPORT_TASKS: Mapping[str, Any] = {
    "name": "report_tasks",
    "description": "Report all tasks of the session, known ones too, in the order they were asked.",
    "input_schema": {
        "type": "object",
        "properties": {
            "tasks": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "known": {
                            "type": "integer",
                            "description": "the number of a task found earlier; left out for new",
                        },
                        "title": {"type": "string", "minLength": 1, "maxLength": 300},
                        "first": {"type": "integer", "description": "message that asks for it"},
                        "last": {"type": "integer", "description": "last message about it"},
                        "status": {"type": "string", "enum": list(_STATUS)},
                        "because": {"type": "string", "minLength": 1, "maxLength": 900},
                        "reopened": {
                            "type": "array",
                            "description": "later ranges [first, last] that came back to it",
                            "items": _RANGE,
                        },
                    },
                    "required": ["title", "first", "last", "status", "because"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["tasks"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model is shown of a session.

    asked     numbers of the messages in which a person can ask for something
    complete  from this message on nothing was shortened more than need be
    """

    text: str
    asked: frozenset[int]
    complete: int


def shown(transcript: Transcript, known: Sequence[Task], digest_tokens: int) -> Shown:
    """The session as a digest. What was learned from before is kept short: it was read then."""
    asked: set[int] = set()
    learned = min(transcript.session.learned, transcript.count) if known else 0
    before = ""
    if learned:
        old = _noting(transcript.read(1, learned), asked)
        before = digest(old, min(REREAD_TOKENS, digest_tokens // 4)) + "\n"
    after = digested(_noting(transcript.read(learned + 1), asked), digest_tokens)
    complete = transcript.count + 1 if after.shortened else learned + 1
    return Shown(fence("transcript", before + after.text), frozenset(asked), complete)


def tasks_request(transcript: Transcript, known: Sequence[Task], criteria: Criteria) -> str:
    """What is asked of the model first, once it has seen the session."""
    learned = transcript.session.learned if known else 0
    return fill(
        "tasks_request",
        criteria=_criteria(criteria),
        known=_known(known),
        session=transcript.session.id,
        count=str(transcript.count),
        project=project_of(transcript),
        day=day_of(transcript),
        new=f" (new since the tasks above were found: from #{learned + 1})" if learned else "",
    )


def project_of(transcript: Transcript) -> str:
    """The name of the session's project, as a lesson would call it."""
    return transcript.session.project or "(its name isn't known)"


def day_of(transcript: Transcript) -> str:
    """The day on which a session began: by its first messages, else by its own date."""
    told = (message.ts for message in transcript.read(1, _DATED) if message.ts)
    return next(told, transcript.session.created_at)[:10]


def _criteria(criteria: Criteria) -> str:
    told = [f"- It is a success when {text}" for text in criteria.success]
    told += [f"- It has failed when {text}" for text in criteria.failure]
    if not told:
        return ""
    rules = fence("criteria", "\n".join(told))
    return f"The owner of this space says how outcomes are judged, before all else:\n{rules}\n\n"


def _noting(messages: Iterable[Message], asked: set[int]) -> Iterator[Message]:
    """The messages as they are; the numbers of those that can ask for something are noted."""
    for message in messages:
        typed = message.origin == "human" and message.event not in ("interrupt", "shell")
        if typed or message.event == "plan" or _is_typed_command(message):
            asked.add(message.number)
        yield message


def _is_typed_command(message: Message) -> bool:
    """Whether it is a command as the person typed it, rather than the text that it stands for."""
    return message.event == "command" and _COMMAND.match(message.text) is not None


def _known(known: Sequence[Task]) -> str:
    if not known:
        return "No task of this session is known yet."
    lines = [
        f"- {task.number}: messages {_ranges(task)}, {task.status} ({task.because}): {task.title}"
        for task in known
    ]
    tasks = fence("tasks", "\n".join(lines))
    return f"Tasks found earlier, when the session was shorter:\n{tasks}"


def _ranges(task: Task) -> str:
    return ", ".join(f"{first}-{last}" for first, last in task.ranges)


def tasks_reader(
    known: Sequence[Task], asked: Collection[int], count: int
) -> Callable[[Any, bool], list[Task]]:
    """What turns an answer into tasks, or raises Malformed with everything that's wrong in it."""
    before = {task.number: task for task in known}

    def read(answer: Any, final: bool) -> list[Task]:
        found: list[str] = []
        again: dict[int, Task] = {}
        new: list[Task] = []
        for n, given in enumerate(answer["tasks"]):
            task = _task(given)
            number = given.get("known") or _recognised(task, known, answer["tasks"])
            if number is None:
                new.append(task)
            elif number in again:
                found.append(f"tasks[{n}].known: task {number} is reported twice")
            elif number in before:
                old = before[number]
                task = replace(task, number=number, title=old.title, first=old.first)
                again[number] = task
            else:
                numbers = ", ".join(map(str, before)) or "none"
                found.append(f"tasks[{n}].known: no such task; there are: {numbers}")
            found += [f"tasks[{n}].{wrong}" for wrong in _wrong(task, asked, count)]
        if found:
            raise Malformed("\n".join(found))
        new.sort(key=lambda task: (task.first, task.last))
        after = max(before, default=0)
        return [
            *(again.get(task.number, task) for task in known),
            *(replace(task, number=after + n) for n, task in enumerate(new, 1)),
        ]

    return read


def _recognised(
    task: Task, known: Sequence[Task], answers: Sequence[Mapping[str, Any]]
) -> int | None:
    """The known task that a report without a number can only mean: it starts at the same message,
    and no other known or reported task does. Else it would be learned twice."""
    same = [old.number for old in known if old.first == task.first]
    rivals = [given for given in answers if given["first"] == task.first]
    return same[0] if len(same) == len(rivals) == 1 else None


def _task(given: Mapping[str, Any]) -> Task:
    return Task(
        number=0,
        title=_line(given["title"], TITLE_CHARS),
        first=given["first"],
        last=given["last"],
        status=given["status"],
        because=_line(given["because"], BECAUSE_CHARS),
        spans=tuple((first, last) for first, last in given.get("reopened") or ()),
    )


def _wrong(task: Task, asked: Collection[int], count: int) -> Iterator[str]:
    if task.first not in asked:
        near = sorted(sorted(asked, key=lambda number: abs(number - task.first))[:4])
        numbers = ", ".join(f"#{number}" for number in near)
        yield f"first: #{task.first} isn't a message in which the user asks; near it are {numbers}"
    end = 0
    for n, (first, last) in enumerate(task.ranges):
        where = "last" if n == 0 else f"reopened[{n - 1}]"
        if not end < first <= last <= count:
            yield f"{where}: {first} to {last} isn't a range after {end} and within 1 to {count}"
        end = max(end, last)


def _line(text: str, most: int) -> str:
    return shortened(" ".join(text.split()), most, trimmed=True)
