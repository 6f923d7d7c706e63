"""The words of acx as frozen values: message, session, task, lesson, space, skill.

Pure data; imports nothing of acx. How a message is written to a line is in
`acx.transcripts.record`, where things lie on disk in `acx.store.layout`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

Role = Literal["user", "assistant", "tool", "system"]

Origin = Literal["human", "agent", "harness", "subagent"]
"""Who really spoke. Preferences are learned from `human` only. `harness` is what the agent's own
program puts in: reminders, command wrappers, environment texts, tool output, summaries."""

Event = Literal[
    "", "rejection", "interrupt", "queued", "shell", "edit", "command", "compaction", "plan"
]
"""What kind of moment a message is; "" for an ordinary one.

rejection   a human's typed reason for refusing a tool call
interrupt   a human stopped the agent; the text is the marker, not words of theirs
queued      typed by a human while the agent was busy
shell       a command the human ran themselves (`!cmd`); its output is harness
edit        a human changed what the agent was about to write; the text is a diff to what came of it
command     a slash command or its expansion; origin is harness
compaction  a summary of earlier messages; origin is harness
plan        a plan the agent wrote, handed over in a user's slot; origin is harness
"""


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool. `args` is the decoded input, or the raw text where it wasn't JSON."""

    id: str
    name: str
    args: Mapping[str, Any] | str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back.

    error      the flag of the transcript; None where the format has none. It lies both ways:
               see `acx.transcripts.signals` for what can be told from the text
    exit_code  of a command, where the transcript says it
    rejected   a human refused the call; their words, if any, are a `rejection` message after it
    """

    call_id: str
    text: str
    error: bool | None = None
    exit_code: int | None = None
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A reference to an image or file that isn't kept: `size` in bytes, `sha256` in hex."""

    media_type: str
    name: str = ""
    size: int = 0
    sha256: str = ""


Part = Text | Thinking | ToolCall | ToolResult | Attachment


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a session.

    number  its line in the session, from 1; 0 while it isn't stored
    id      its own id in the transcript; "" where the format has none
    ts      ISO 8601 in UTC (`2025-06-15T14:30:00Z`); "" if unknown
    model   the model that wrote it, for assistant messages that say so
    """

    role: Role
    parts: tuple[Part, ...]
    origin: Origin
    number: int = 0
    id: str = ""
    ts: str = ""
    event: Event = ""
    model: str = ""

    @property
    def text(self) -> str:
        """The text parts, joined by newlines; without thinking, calls and results."""
        return "\n".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(part for part in self.parts if isinstance(part, ToolCall))

    @property
    def results(self) -> tuple[ToolResult, ...]:
        return tuple(part for part in self.parts if isinstance(part, ToolResult))


class Transcript(Protocol):
    """The messages of a session, read when asked for: a long one is never in memory whole."""

    @property
    def session(self) -> Session: ...

    @property
    def count(self) -> int: ...

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Message]:
        """Messages `first` to `last`, both included, in order."""
        ...


LearningStatus = Literal["", "pending", "running", "completed", "failed"]
"""Of a session; "" while it belongs to no space."""


@dataclass(frozen=True, slots=True)
class Session:
    """What session.yaml says.

    title    the first thing a person asked for in it, shortened; "" if it wasn't imported
    began    the time of its first message, "" if unknown
    learned  the number of the last message that was learned from
    """

    id: str
    created_at: str
    user: str = ""
    source: str = ""
    format: str = ""
    cwd: str = ""
    title: str = ""
    began: str = ""
    space: str = ""
    status: LearningStatus = ""
    reason: str = ""
    learned: int = 0

    @property
    def project(self) -> str:
        """The name of the folder the agent worked in; "" if that isn't known. A work tree inside a
        repository is named after a branch or a number: there it is what holds the tree."""
        folder = self.cwd.replace("\\", "/").rstrip("/")
        return re.sub(r"/\.?(?:claude/)?worktrees/.*$", "", folder).rsplit("/", 1)[-1]


TaskStatus = Literal["pending", "running", "success", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """One request of the user. `number` counts from 1 within its session and never changes.

    first, last  its messages, both included
    because      how the status was judged, in a few words
    spans        message ranges beyond [first, last] of a task that was re-opened later
    """

    number: int
    title: str
    first: int
    last: int
    status: TaskStatus
    because: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """All its message ranges in order."""
        return ((self.first, self.last), *self.spans)

    @property
    def finished(self) -> bool:
        return self.status in ("success", "failed")


LessonKind = Literal["sop", "warning", "fact"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote of one message."""

    message: int
    role: Role
    quote: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a finished task taught, before it is a commit.

    title     the commit's subject: the lesson itself, in at most 72 characters
    summary   a few sentences for the commit's body
    evidence  one to five quotes, looked up in the session by code
    """

    title: str
    kind: LessonKind
    summary: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What was spent. Tokens; `input` includes the cached ones. `cost` in USD, None if unknown."""

    input: int = 0
    output: int = 0
    cached: int = 0
    calls: int = 0
    cost: Decimal | None = Decimal(0)

    def __add__(self, other: Usage) -> Usage:
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cached + other.cached,
            self.calls + other.calls,
            cost,
        )

    def shared(self, count: int) -> list[Usage]:
        """The same in `count` shares, whole tokens and calls each; together they are all of it."""
        cost = None if self.cost is None else self.cost / count
        share = Usage(
            self.input // count,
            self.output // count,
            self.cached // count,
            self.calls // count,
            cost,
        )
        rest = Usage(
            self.input % count,
            self.output % count,
            self.cached % count,
            self.calls % count,
            None if self.cost is None or cost is None else self.cost - cost * count,
        )
        return [share + rest, *[share] * (count - 1)]


@dataclass(frozen=True, slots=True)
class Space:
    """What space.yaml says, and where the repository is."""

    name: str
    path: str
    id: str = ""
    user: str = ""
    description: str = ""
    created_at: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)


class SkillTree(Protocol):
    """Files of a space as a learner reads them: paths like `skills/daily-logs/SKILL.md`."""

    def paths(self) -> Sequence[str]:
        """All paths of regular files under skills/, sorted."""
        ...

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None if there is no such regular file."""
        ...
