"""The port of learners: what a learner is asked, and what it may answer.

A learner reads messages and skills and returns values. It knows neither git nor the disk, nor the
time: those who call it (the pipeline, for a verb) publish what it returns. Model trouble is a
`ModelError`; anything else expected is a value here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from acx.model import Lesson, SkillTree, Task, Transcript, Usage


@dataclass(frozen=True, slots=True)
class Known:
    """A lesson that the space's history already holds for a task, or that a person rejected.

    changes  the files it wrote: path -> text after it, None where it deleted the file
    """

    commit: str
    title: str
    task: str
    outcome: str
    messages: str = ""
    rejected: bool = False
    changes: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson with the edits that write it down: path -> new bytes, or None to delete.

    Edits of a lesson stand on top of those of the lessons of its task before it, but for those
    that the learner itself holds: what may never land must not be carried along.
    """

    lesson: Lesson
    changes: Mapping[str, bytes | None]
    usage: Usage = Usage()
    hold: str = ""
    """Why this should wait for a person as a proposal; "" to land it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing worth keeping, and why."""

    reason: str
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Assignment:
    """One finished task to learn from.

    transcript  the session's messages
    skills      the tree to edit
    earlier     lessons the history holds for this very task (it turned out differently since)
    rejected    lessons of this space that a person rejected: not to be proposed again
    removed     names of skills that were there once: a person removed them, and they stay away
    say         tells the person what is going on, in a few words
    """

    transcript: Transcript
    task: Task
    skills: SkillTree
    earlier: Sequence[Known] = ()
    rejected: Sequence[Known] = ()
    removed: Collection[str] = ()
    say: Callable[[str], None] = lambda _: None


class Learner(Protocol):
    """Finds tasks in a session and turns finished ones into lessons."""

    @property
    def name(self) -> str:
        """As it stands in `Acx-Learner`: "offline", or "anthropic MODEL"."""
        ...

    def tasks(self, transcript: Transcript, known: Sequence[Task]) -> tuple[list[Task], Usage]:
        """All tasks of the session, in order, with what it cost to find them.

        `known` are those found before, when the session was shorter: they keep their numbers,
        first messages and titles, their status and end may change.
        """
        ...

    def lessons(self, assignment: Assignment) -> Iterable[Taught] | Skipped:
        """What the task taught, most important first, or why nothing is kept."""
        ...
