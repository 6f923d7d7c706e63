"""The port of learners: what a learner is asked, and what it may answer.

A learner reads messages and skills and returns values. It knows neither git nor the disk, nor the
time: those who call it (the pipeline, for a verb) publish what it returns. Model trouble is a
`ModelError`; anything else expected is a value here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from acx.engine.limited import Purse
from acx.errors import ModelError, PutOff
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


@dataclass(frozen=True, slots=True)
class Criteria:
    """What counts as success and as failure in a space, in its owner's words: its policy."""

    success: Sequence[str] = ()
    failure: Sequence[str] = ()


Answer = Sequence[Taught] | Skipped | ModelError
"""What became of a task. An error is that of this task alone: others may still be learned."""

Assign = Callable[[Task], Assignment]
"""What is to be known of a task at this moment: the skills are those that landed so far."""


class Reading(Protocol):
    """One session, being read by a learner."""

    def tasks(self, known: Sequence[Task]) -> tuple[list[Task], Usage]:
        """All tasks of the session, in order, with what it cost to find them.

        `known` are those found before, when the session was shorter: they keep their numbers,
        first messages and titles, their status and end may change.
        """
        ...

    def lessons(self, tasks: Sequence[Task], assign: Assign) -> Iterator[tuple[Task, Answer]]:
        """What each task taught, most important first, or why nothing is kept.

        An answer is published before the next is asked for, so that `assign` then shows it.
        """
        ...


class Learner(Protocol):
    """Finds tasks in a session and turns finished ones into lessons."""

    @property
    def name(self) -> str:
        """As it stands in `Acx-Learner`: "offline", or "anthropic MODEL"."""
        ...

    @property
    def prompts(self) -> str:
        """As it stands in `Acx-Prompts`: the hash of what a model is told; "" without a model."""
        ...

    def open(
        self, transcript: Transcript, criteria: Criteria = Criteria(), purse: Purse | None = None
    ) -> Reading:
        """Start to read a session. `purse` is asked before each call that costs something."""
        ...


class ByTask(Protocol):
    """A learner that needs nothing but the task at hand."""

    def tasks(self, transcript: Transcript, known: Sequence[Task]) -> tuple[list[Task], Usage]: ...

    def lessons(self, assignment: Assignment) -> Iterable[Taught] | Skipped: ...


@dataclass(frozen=True, slots=True)
class ReadingByTask:
    """The `Reading` of a learner that takes one task after the other."""

    learner: ByTask
    transcript: Transcript

    def tasks(self, known: Sequence[Task]) -> tuple[list[Task], Usage]:
        return self.learner.tasks(self.transcript, known)

    def lessons(self, tasks: Sequence[Task], assign: Assign) -> Iterator[tuple[Task, Answer]]:
        for task in tasks:
            try:
                answer = self.learner.lessons(assign(task))
                yield task, answer if isinstance(answer, Skipped) else list(answer)
            except PutOff:
                raise
            except ModelError as error:
                yield task, error
