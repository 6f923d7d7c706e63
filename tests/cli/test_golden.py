"""Golden files: what the program prints and commits, word for word.

A changed word shows in review. `make golden` writes them anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Run

HERE = Path(__file__).parent / "golden"
SESSION = Path(__file__).resolve().parents[1] / "demo" / "session.jsonl"
WRITE = os.environ.get("GOLDEN") == "write"
Git = Callable[..., str]


def golden(name: str, text: str) -> None:
    path = HERE / name
    if WRITE:
        HERE.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.is_file(), f"{path} is missing: make golden"
    assert text == path.read_text()


def alike(text: str, *paths: Path) -> str:
    """The text without what differs from run to run."""
    for path in paths:
        text = text.replace(str(path), "~")
    text = re.sub(r"index [0-9a-f]{7}\.\.[0-9a-f]{7}", "index HASH", text)
    text = re.sub(r"(?<![\w.-])(?:[0-9a-f]{7,16}|[0-9a-f]{40})(?![\w.-])", "HASH", text)
    return re.sub(r"\b20\d\d-(?!06-09|06-15)\d\d-\d\dT[\d:]+(\+00:00|Z)", "NOW", text)


def reference() -> Iterator[str]:
    """Every command with its arguments, options and help, whatever draws them on a terminal."""
    from acx.cli.main import program

    root = program()
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        for sub, leaf in getattr(command, "commands", {"": command}).items():
            yield f"acx {name} {sub}".rstrip()
            yield f"    {' '.join((leaf.help or '').split())}"
            for param in leaf.params:
                names = (
                    " ".join(param.opts) if param.opts[0].startswith("-") else param.opts[0].upper()
                )
                told = getattr(param, "help", None) or ""
                needed = " (required)" if param.required else ""
                many = " ..." if param.nargs == -1 or getattr(param, "multiple", False) else ""
                yield f"    {names + many + needed:<28} {told}".rstrip()
            yield ""


def test_command_reference_golden() -> None:
    golden("commands.txt", "\n".join(reference()))


@pytest.mark.parametrize("command", [[], ["space"], ["space", "create"], ["learn"], ["review"]])
def test_help_fits_a_narrow_terminal(run: Run, command: list[str]) -> None:
    for flag in ("--help", "-h"):
        done = run(*command, flag, env={"COLUMNS": "80"})
        assert done.code == 0 and "Usage: acx" in done.out
        assert max(map(len, done.out.splitlines())) <= 80


def test_commits_of_the_sample_session_golden(run: Run, git: Git, world: Path) -> None:
    run("space", "create", "webshop", "--user", "sam@example.com")
    run("learn", str(SESSION))
    path = run("space", "path", "webshop").out.strip()
    log = git(path, "log", "--reverse", "-p", "--format=commit%n%an, %cn%n%B", "HEAD~7..HEAD")
    golden("commits.txt", alike(log, world) + "\n")


def test_json_golden(run: Run, world: Path, tmp_path: Path) -> None:
    run("space", "create", "webshop", "--user", "sam@example.com", "--meta", "a=b")
    run("learn", str(SESSION))
    commands = [
        ["space", "list"],
        ["space", "show", "webshop"],
        ["session", "list"],
        ["session", "tasks", "255c"],
        ["skill", "list"],
        ["log", "--limit", "1"],
        ["show", "HEAD"],
        ["status"],
        ["review"],
    ]
    pages = []
    for command in commands:
        done = run(*command, "--json")
        json.loads(done.out)
        pages.append(
            f"$ acx {' '.join(command)} --json\n{alike(done.out, world, SESSION.parents[2])}"
        )
    golden("json.txt", "\n".join(pages))


def test_errors_golden(run: Run, world: Path, tmp_path: Path) -> None:
    run("space", "create", "a")
    run("space", "create", "b")
    run("session", "create", "--id", "s", "--space", "a")
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "prose.txt").write_text("Dear diary.\n")
    commands = [
        ["frobnicate"],
        ["space", "create", "a"],
        ["space", "create", "../x"],
        ["space", "show", "zz"],
        ["space", "list", "--meta", "x"],
        ["space", "delete", "a"],
        ["session", "attach", "s", "--space", "b"],
        ["session", "append", "s", '{"content": "x"}'],
        ["session", "append", "nope", "x"],
        ["session", "show", "s", "one"],
        ["learn", "empty.jsonl"],
        ["learn", "prose.txt"],
        ["learn", "nope.jsonl"],
        ["learn", "nope"],
        ["learn", "--learner", "anthropic", "s"],
        ["learn", "--learner", "clever", "s"],
        ["log"],
        ["show", "zz", "--space", "a"],
        ["review", "accept", "zz", "--space", "a"],
        ["skill", "show", "zz", "--space", "a"],
        ["skill", "add", "zz", "--space", "a"],
        ["skill", "new", ".git", "--space", "a"],
    ]
    pages = []
    for command in commands:
        done = run(*command)
        words = " ".join(f"'{word}'" if " " in word else word for word in command)
        pages.append(f"$ acx {words}\n{alike(done.err + done.out, world)}[exit {done.code}]\n")
    golden("errors.txt", "\n".join(pages))
