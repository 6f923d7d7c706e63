"""Conversations written as short scripts, spaces as dicts, and the offline learner over both."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from acx.learn.draft import Draft
from acx.learn.offline import OfflineLearner
from acx.learn.port import Assignment, Known, Skipped, Taught
from acx.model import Message, Session, Task, Text, ToolCall, ToolResult, Transcript
from acx.transcripts import open_transcript

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def skill(name: str, layout: str, topics: str = "") -> bytes:
    about = f"  acx-topics: {topics}\n" if topics else ""
    return (
        f"---\nname: {name}\ndescription: Use this skill when testing.\n"
        f"metadata:\n  acx-layout: {layout}\n{about}---\n\n# {name}\n"
    ).encode()


DEFAULTS = {
    "skills/daily-logs/SKILL.md": skill("daily-logs", "daily-log"),
    "skills/user-general-facts/SKILL.md": skill("user-general-facts", "topic-facts"),
}


@dataclass
class Talk:
    """A session in memory."""

    messages: Sequence[Message]
    session: Session = field(
        default_factory=lambda: Session("s1", "2025-06-15T09:00:00Z", cwd="/home/sam/webshop")
    )

    @property
    def count(self) -> int:
        return len(self.messages)

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Message]:
        return iter(self.messages[first - 1 : last])

    def upto(self, count: int) -> Talk:
        return Talk(self.messages[:count], self.session)


def script(text: str) -> Talk:
    """A conversation from lines `who: what`.

    user, queued, why (a typed reason of a rejection), stop (an interruption), plan: a person.
    agent: words that end its turn; says: words before it goes on working.
    run: `COMMAND => EXIT | OUTPUT`, edit: `PATH`, refuse: `COMMAND`; `\\n` is a line break.
    call: `NAME key=value key=value => ANSWER`, a tool that is neither a shell nor an editor.
    """
    messages: list[Message] = []
    ids = itertools.count(1)

    def add(role: Any, origin: Any, *parts: Any, event: Any = "") -> None:
        number = len(messages) + 1
        ts = f"2025-06-15T14:{30 + number // 60:02}:{number % 60:02}Z"
        messages.append(Message(role, parts, origin, number, "", ts, event))

    def called(name: str, args: Mapping[str, str], result: ToolResult) -> None:
        add("assistant", "agent", ToolCall(result.call_id, name, args))
        add("tool", "harness", result)

    for line in filter(None, map(str.strip, text.splitlines())):
        who, _, what = line.partition(": ")
        what = what.replace("\\n", "\n").replace("\\t", "\t")
        if who in ("user", "queued", "why", "stop", "plan"):
            event = {"user": "", "why": "rejection", "stop": "interrupt"}.get(who, who)
            add("user", "harness" if who == "plan" else "human", Text(what), event=event)
        elif who == "agent":
            add("assistant", "agent", Text(what))
        elif who == "says":
            add("assistant", "agent", Text(what), ToolCall(f"t{next(ids)}", "Read", {"path": "x"}))
        elif who == "run":
            command, _, rest = what.partition(" => ")
            code, _, output = rest.partition(" |")
            result = ToolResult(f"c{next(ids)}", output.strip(" "), exit_code=int(code or 0))
            called("Bash", {"command": command}, result)
        elif who == "call":
            name, _, answer = what.partition(" => ")
            name, *args = name.split()
            called(name, dict(a.split("=", 1) for a in args), ToolResult(f"c{next(ids)}", answer))
        elif who == "edit":
            called("Edit", {"file_path": what}, ToolResult(f"c{next(ids)}", "ok", error=False))
        elif who == "refuse":
            refused = ToolResult(f"c{next(ids)}", "refused", error=True, rejected=True)
            called("Bash", {"command": what}, refused)
        else:
            raise AssertionError(f"who is {who}?")
    return Talk(messages)


@dataclass
class Space:
    """Skill files in memory, and the lessons that were written into them."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(DEFAULTS))

    def paths(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def text(self, path: str) -> str:
        return self.files[path].decode()


learner = OfflineLearner(lambda name: {"SKILL.md": skill(name, "error-list")})


def taught(
    space: Space,
    talk: Transcript,
    task: Task,
    earlier: Sequence[Known] = (),
    rejected: Sequence[Known] = (),
) -> list[Taught] | str:
    """Learn a task into the space; the reason where it is skipped."""
    answer = learner.lessons(Assignment(talk, task, space, earlier, rejected))
    if isinstance(answer, Skipped):
        return answer.reason
    lessons = list(answer)
    for lesson in lessons:
        draft = Draft(space)
        for path, data in lesson.changes.items():
            draft.put(path, data)
        for path, data in draft.changes().items():
            assert data is not None
            space.files[path] = data
    return lessons


@dataclass(frozen=True)
class Desk:
    """What tests of the offline learner work with."""

    corpus: Path
    script: Callable[[str], Talk]
    skill: Callable[..., bytes]
    learner: OfflineLearner
    learn: Callable[..., list[Taught] | str]

    def space(self, files: Mapping[str, bytes] | None = None) -> Space:
        """A space with the default skills, or with these files."""
        return Space(dict(DEFAULTS if files is None else files))

    def tasks(self, talk: Transcript, known: Sequence[Task] = ()) -> list[Task]:
        return self.learner.tasks(talk, known)[0]

    def all(self, space: Space, talk: Transcript) -> list[Taught]:
        """The lessons of every finished task."""
        found: list[Taught] = []
        for task in self.tasks(talk):
            if task.finished:
                lessons = self.learn(space, talk, task)
                found += lessons if isinstance(lessons, list) else []
        return found

    def load(self, path: Path) -> Talk:
        """A transcript of the corpus."""
        opened = open_transcript(path)
        messages = [replace(message, number=n) for n, message in enumerate(opened.messages, 1)]
        session = Session(path.stem, "2026-01-01T00:00:00Z", cwd=opened.notes.cwd)
        return Talk(messages, session)


@pytest.fixture(scope="session")
def desk() -> Desk:
    return Desk(CORPUS, script, skill, learner, taught)


@pytest.fixture(scope="session")
def transcripts() -> list[Path]:
    """Every Claude Code transcript of the corpus."""
    folder = CORPUS / "claude-code"
    if not folder.is_dir():
        pytest.skip(f"no corpus at {CORPUS}")
    return sorted(folder.rglob("*.jsonl"))
