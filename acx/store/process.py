"""Processes: git, in an environment that a repository can't turn against the person, and gates.

The one door to `subprocess`. What is asked of git is known in `acx.store.repo`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from acx.errors import AcxError, NotFound

SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
    "log.showSignature": "false",
    "grep.patternType": "basic",
    "grep.extendedRegexp": "false",
    "trailer.separators": ":",
    "i18n.logOutputEncoding": "UTF-8",
    "i18n.commitEncoding": "UTF-8",
}
"""What a repository's own configuration can't change about the git processes started here."""

PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
          "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX")  # fmt: skip
"""Variables that git sets for its hooks; inherited, they would point us at another repository."""


Done = subprocess.CompletedProcess[bytes]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of every git process: the given one, less what could redirect it."""
    kept = {key: value for key, value in given.items() if key not in PLACES}
    kept.update(
        GIT_TERMINAL_PROMPT="0", GIT_LITERAL_PATHSPECS="1", LC_ALL="C", GIT_DEFAULT_HASH="sha1"
    )
    kept["GIT_CONFIG_COUNT"] = str(len(SETTINGS))
    for index, (key, value) in enumerate(SETTINGS.items()):
        kept[f"GIT_CONFIG_KEY_{index}"] = key
        kept[f"GIT_CONFIG_VALUE_{index}"] = value
    return kept


def run_git(
    args: Sequence[str], env: Mapping[str, str], cwd: Path | None = None, data: bytes = b""
) -> Done:
    """One git process. Raises AcxError if there is no git."""
    try:
        return subprocess.run(
            ["git", *args],
            input=data,
            cwd=cwd,
            env=environment(env),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        if cwd is not None and not cwd.is_dir():
            raise NotFound(f"{cwd}: no such folder") from error
        raise no_git() from error


MOST_SAID = 2**16
"""Bytes that are kept of what a shell command prints."""

_gates: set[int] = set()
"""Process groups of shell commands that are being run."""


@atexit.register
def _end_gates() -> None:
    """End what a thread that nobody waits for any more has left running."""
    for group in list(_gates):
        _end(group)


def _end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A signal that comes while the block runs is taken after it: raised in the middle of starting
    a process, nobody would know the process that it started."""
    came: list[int] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


def run_shell(
    command: str, env: Mapping[str, str], cwd: Path, timeout: float
) -> tuple[int | None, str]:
    """A shell command with all that it started: its exit code (None if it took too long), and what
    it printed, as it did; of more than `MOST_SAID` bytes the end, after a line that says …"""
    code: int | None = None
    # A file and no pipe, which whatever the command leaves behind would keep open
    with tempfile.TemporaryFile() as output:
        process = None
        try:
            with _undisturbed():
                process = subprocess.Popen(
                    ["sh", "-c", command],
                    cwd=cwd,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                _gates.add(process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout)
        finally:
            if process:
                _end(process.pid)
                process.wait()
                _gates.discard(process.pid)
        before = output.seek(max(0, output.seek(0, os.SEEK_END) - MOST_SAID))
        said = output.read().decode(errors="replace")
    return code, f"…\n{said}" if before else said


def no_git() -> AcxError:
    return AcxError(
        "git was not found", "install git (https://git-scm.com/downloads) and try again"
    )


def said(done: Done) -> str:
    """The line in which git says what went wrong."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    told = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines[-1:]
    return told[0] if told else f"exit {done.returncode}"
