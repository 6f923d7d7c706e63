"""What a verb tells while it works: steps, for whoever watches. Rendering is the face's affair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened or begins.

    kind     importing, imported, unread, waiting, session, task, learned, tidied, held, skipped,
             failed, done
    session  which; "" where it is about the space
    title    of the task or lesson
    detail   why, how many, or the commit
    """

    kind: str
    session: str
    title: str = ""
    detail: str = ""
    space: str = ""
    task: int = 0


Progress = Callable[[Step], None]
