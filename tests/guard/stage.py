"""What the tests of the guard play with: a session from a few lines, and a lesson about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from acx.learn.guard import objections
from acx.model import (
    Evidence,
    Lesson,
    LessonKind,
    Message,
    Session,
    Task,
    Text,
    ToolCall,
    ToolResult,
)

NOTE = "skills/deploy/SKILL.md"
ASKED = "Deploy the webshop to staging, please."
START = f"""
user: {ASKED}
call: make deploy
tool: deployed 3 services
"""


@dataclass
class Talk:
    """A session in memory; `reads` counts how often it was read from its start to its end."""

    messages: Sequence[Message]
    session: Session = Session("s1", "2025-06-15T09:00:00Z", cwd="/home/sam/webshop")
    reads: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.messages)

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Message]:
        self.reads.append((first, last))
        return iter(self.messages[first - 1 : last])


def talk(script: str) -> Talk:
    """A session from lines `who: what`, after the start that all have in common.

    user, agent, note (the agent's own program); call: a command, fetch: a page; tool: what the last
    call gave back; refused: a command that a person refused. `\\n` is a line break.
    """
    messages: list[Message] = []
    last = 0

    def add(role: Any, origin: Any, part: Any) -> None:
        messages.append(Message(role, (part,), origin, len(messages) + 1))

    for line in filter(None, map(str.strip, (START + script).splitlines())):
        who, _, what = line.partition(": ")
        what = what.replace("\\n", "\n")
        if who == "user":
            add("user", "human", Text(what))
        elif who == "note":
            add("user", "harness", Text(what))
        elif who == "agent":
            add("assistant", "agent", Text(what))
        elif who in ("call", "fetch", "refused"):
            last += 1
            name, key = ("WebFetch", "url") if who == "fetch" else ("Bash", "command")
            add("assistant", "agent", ToolCall(f"c{last}", name, {key: what}))
            if who == "refused":
                add("tool", "harness", ToolResult(f"c{last}", "refused", rejected=True))
        elif who == "tool":
            add("tool", "harness", ToolResult(f"c{last}", what))
        else:
            raise AssertionError(f"who is {who}?")
    return Talk(messages)


def lesson(
    kind: LessonKind = "sop", title: str = "Deploy with make", *quotes: tuple[int, str]
) -> Lesson:
    """A lesson that a person's words support, or these quotes."""
    evidence = [Evidence(number, "user", quote) for number, quote in quotes or [(1, ASKED)]]
    return Lesson(title, kind, "", tuple(evidence))


def judged(script: str, added: str | Mapping[str, str], given: Lesson | None = None) -> list[str]:
    """What the guard says to a lesson that adds these lines."""
    files = {NOTE: added} if isinstance(added, str) else added
    session = talk(script)
    task = Task(1, "Deploy the webshop", 1, session.count, "success")
    lines = {path: text.split("\n") for path, text in files.items()}
    return objections(given or lesson(), lines, session, task)
