"""What became of sessions that were learned, as values that a face renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acx.model import Usage
from acx.store.sessions import Outcome

Diff = Mapping[str, tuple[bytes | None, bytes | None]]
"""Path -> bytes before and after; None where there is no file."""


@dataclass(frozen=True, slots=True)
class LessonReport:
    """A lesson that landed, waits (`proposal`, with the reason), or would be written (dry run)."""

    title: str
    kind: str
    task: int
    commit: str = ""
    proposal: str = ""
    held: str = ""
    diff: Diff = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What became of a session. `fatal`: no other session would fare better.

    `exit_code` is that of the error it failed with, 0 if it didn't fail.
    """

    session: str
    space: str
    status: str
    reason: str = ""
    lessons: tuple[LessonReport, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    usage: Usage = Usage()
    fatal: bool = False
    hints: tuple[str, ...] = ()
    exit_code: int = 0

    @property
    def landed(self) -> tuple[LessonReport, ...]:
        return tuple(lesson for lesson in self.lessons if not lesson.proposal)

    @property
    def held(self) -> tuple[LessonReport, ...]:
        return tuple(lesson for lesson in self.lessons if lesson.proposal)
