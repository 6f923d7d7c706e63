"""Whatever happens in whatever order: nothing acknowledged is lost, git fsck stays clean.

Rules do what people and machines do to a space: messages are appended, lessons land, are reverted
with plain git, the person edits and stages the very files lessons write, and processes die in the
middle of publishing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from acx.model import Message, Session, Text
from acx.store import publish
from acx.store.desk import Desk
from acx.store.layout import Home
from acx.store.publish import Piece
from acx.store.repo import Repo
from acx.store.sessions import Sessions, body

WHEN = datetime(2026, 6, 15, tzinfo=UTC)
FILES = ["skills/log/day.md", "skills/facts/git.md"]
MOMENTS = [(Repo, "commit"), (Repo, "update_refs"), (Desk, "update"), (Desk, "_write_index")]


class Killed(BaseException):
    """What stands for kill -9: no handler of ours may catch it."""


class World(RuleBasedStateMachine):
    """A space with a session beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="acx-world-"))
        self.repo = self.folder / "space"
        self.git("init", "--quiet", "--initial-branch=main", str(self.repo))
        for name in FILES:
            (self.repo / name).parent.mkdir(parents=True)
            (self.repo / name).write_text("# Title\n\nfirst\nsecond\nthird\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "start")
        self.sessions = Sessions(Home(self.folder / "home"))
        self.sessions.create(Session("s", "2026-06-15T00:00:00Z"))
        self.acknowledged: list[str] = []
        self.mine: dict[str, list[str]] = {name: [] for name in FILES}
        self.count = 0

    def git(self, *args: str) -> str:
        at = self.repo if self.repo.exists() else self.folder
        done = subprocess.run(
            ["git", "-C", str(at), *args], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def lesson(self, name: str) -> Piece:
        self.count += 1
        old = subprocess.run(
            ["git", "-C", str(self.repo), "show", f"HEAD:{name}"], capture_output=True, check=False
        ).stdout
        text = old + f"lesson {self.count}\n".encode()
        return Piece(
            f"Lesson {self.count}\n\nAcx-Task: s/{self.count}\n", {name: text}, f"p{self.count}"
        )

    @rule(text=st.text(max_size=30))
    def append(self, text: str) -> None:
        message = Message("user", (Text(text),), "human")
        number = self.sessions.append("s", [body(message)])
        self.acknowledged.append(text.encode("utf-8", "replace").decode())
        assert number == len(self.acknowledged)

    @rule()
    def tear(self) -> None:
        """A writer is killed in the middle of a line."""
        with (self.folder / "home/sessions/s/messages.jsonl").open("ab") as file:
            file.write(b'{"n":99,"role":"us')

    @rule(name=st.sampled_from(FILES))
    def learn(self, name: str) -> None:
        with Repo(self.repo, os.environ) as repo:
            publish.recover(repo)
            placed = publish.publish(repo, repo.resolve("HEAD"), [self.lesson(name)], WHEN)
        assert placed[0].commit

    @rule(name=st.sampled_from(FILES), moment=st.sampled_from(MOMENTS), after=st.booleans())
    def learn_and_die(self, name: str, moment: tuple[Any, str], after: bool) -> None:
        owner, step = moment
        original = getattr(owner, step)

        def dying(*args: Any, **kwargs: Any) -> Any:
            if after:
                original(*args, **kwargs)
            raise Killed

        with Repo(self.repo, os.environ) as repo:
            publish.recover(repo)
            piece = self.lesson(name)
            try:
                with mock.patch.object(owner, step, dying):
                    publish.publish(repo, repo.resolve("HEAD"), [piece], WHEN)
            except Killed:
                pass
            publish.recover(repo)

    @rule(name=st.sampled_from(FILES), stage=st.booleans(), at=st.sampled_from(["first", "third"]))
    def edit(self, name: str, stage: bool, at: str) -> None:
        self.count += 1
        path = self.repo / name
        line = f"mine {self.count}"
        lines = path.read_text().splitlines()
        where = lines.index(at) if at in lines else len(lines)
        path.write_text("\n".join([*lines[:where], line, *lines[where:]]) + "\n")
        self.mine[name].append(line)
        if stage:
            self.git("add", name)

    @rule()
    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "mine")

    @rule()
    def revert(self) -> None:
        """With plain git, where it lets one: only with nothing in the way."""
        newest = self.git("log", "-1", "--format=%s").strip()
        if newest.startswith("Lesson") and not self.git("status", "--porcelain"):
            self.git("revert", "--no-edit", "HEAD")

    @invariant()
    def every_acknowledged_message_is_there(self) -> None:
        found = [m.text for m in self.sessions.transcript("s").read()]
        assert found == self.acknowledged

    @invariant()
    def every_line_of_the_person_is_there(self) -> None:
        for name, lines in self.mine.items():
            there = (self.repo / name).read_text().splitlines()
            assert [line for line in lines if line not in there] == []

    @invariant()
    def the_repository_is_sound(self) -> None:
        assert "error" not in self.git("fsck", "--strict", "--no-dangling")

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


TestWorld = World.TestCase
TestWorld.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
