"""What was learned from a case, as values: messages, tasks, commits, the final files, the cost.

It is all that scores are made of. Not in here: how it comes about (`run`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from acx.model import Message, Task, Usage


@dataclass(frozen=True, slots=True)
class Made:
    """A commit with a lesson. `added` are the lines it adds, by path; `session` is the case's name
    of it, `task` the number of the task in it."""

    id: str
    state: Literal["landed", "held"]
    session: str
    task: int
    outcome: str
    kind: str
    subject: str
    body: str
    added: Mapping[str, tuple[str, ...]]
    held: str = ""

    @property
    def text(self) -> str:
        """What the lesson says: its title, and all that it adds."""
        return "\n".join([self.subject, *(line for lines in self.added.values() for line in lines)])


@dataclass(frozen=True, slots=True)
class Studied:
    """A session after it was learned. `trouble` is why it failed, "" if it didn't; `holds` why each
    commit that is a proposal is one."""

    id: str
    stored: str
    messages: tuple[Message, ...]
    tasks: tuple[Task, ...]
    usage: Usage = Usage()
    trouble: str = ""
    holds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a case. `files` are the final ones, `base` those of the skills that come with
    acx; `commits` are in the order in which they were made."""

    sessions: tuple[Studied, ...] = ()
    commits: tuple[Made, ...] = ()
    base: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def landed(self) -> tuple[Made, ...]:
        return tuple(made for made in self.commits if made.state == "landed")

    @property
    def held(self) -> tuple[Made, ...]:
        return tuple(made for made in self.commits if made.state == "held")

    @property
    def usage(self) -> Usage:
        return sum((session.usage for session in self.sessions), Usage())
