"""A hermetic world for every test: home, git, clock, time zone, columns. The real home raises."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from acx.store.layout import Home
from acx.verbs.context import Context

# Machines are slow and noisy: no deadlines; and the gate tries the same examples each time
settings.register_profile("acx", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("acx")

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
PROGRAM = Path(sys.executable).parent / "acx"
REAL_HOME = Path("~").expanduser()


class RealWorldError(AssertionError):
    """A test reached for something outside its own world."""


def _loopback_only(connect: Callable[..., object]) -> Callable[..., object]:
    def guarded(self: socket.socket, address: object) -> object:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RealWorldError(f"a test connects to {address[0]}")
        return connect(self, address)

    return guarded


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home below the test's folder, and none of the machine's settings."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "ACX_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    config = home / ".gitconfig"
    config.write_text("[user]\n\tname = Test Person\n\temail = person@example.com\n")
    for key, value in {
        "HOME": str(home),
        "ACX_HOME": str(home / ".acx"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TZ": "UTC",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
        "PYTHONIOENCODING": "utf-8",
    }.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr(socket.socket, "connect", _loopback_only(socket.socket.connect))
    before = (REAL_HOME / ".acx").exists()
    yield home
    if (REAL_HOME / ".acx").exists() != before:
        raise RealWorldError(f"a test wrote to {REAL_HOME / '.acx'}")


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Prints a line of figures at the end of the run, also where tests run in many processes."""
    return lambda line: record_property("figures", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, line in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(line))


@dataclass
class Clock:
    """A clock that moves a second each time it is asked."""

    at: datetime = datetime(2026, 6, 15, 14, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def ctx(world: Path) -> Context:
    """A context with a clock and ids that are the same in every run."""
    numbers = count(1)
    return Context(Home(world / ".acx"), dict(os.environ), Clock(), lambda: f"{next(numbers):08x}")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The installed program `acx` as a process: `run("space", "list", stdin=b"...")`."""

    def acx(
        *args: str,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Done:
        done = subprocess.run(
            [str(PROGRAM), *args],
            input=b"" if stdin is None else stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            cwd=cwd or tmp_path,
            check=False,
            timeout=120,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err, err
        return Done(done.returncode, out, err)

    return acx


@pytest.fixture
def git() -> Callable[..., str]:
    """The real git in a folder: `git(path, "log", "--oneline")`; raises if it fails."""

    def call(folder: Path | str, *args: str, data: str = "") -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *args],
            input=data,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
        return done.stdout.rstrip("\n")

    return call


@pytest.fixture
def corpus() -> Path:
    """The real transcripts; skips where they aren't beside the checkout."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside this checkout (../shared/corpus)")
    return CORPUS
