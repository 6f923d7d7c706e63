"""The README's walk, run word for word: each command, and what it prints.

Hashes, dates of today and the home's path differ from run to run and are made alike first.
`make golden` writes the outputs anew.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

Git = Callable[..., str]
ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
WRITE = os.environ.get("GOLDEN") == "write"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def alike(text: str) -> str:
    text = re.sub(r"(?<![\w.-])([0-9a-f]{7,10}|[0-9a-f]{40})(?![\w.-])", _zeros, text)
    text = re.sub(
        r"\b20\d\d-(?!06-09)\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|\+00:00)?)?", "2026-01-01", text
    )
    return "\n".join(line.rstrip() for line in text.splitlines())


def _zeros(hash: re.Match[str]) -> str:
    return "0" * len(hash[0])


def printed(command: str, home: Path) -> str:
    # unbuffered, so that what a person watches stands where a terminal shows it
    shell = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env=shell,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}"
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).replace(str(home), "~")


def ran(block: str, home: Path) -> str:
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    pieces = [f"$ {command}\n{printed(command, home)}".rstrip("\n") for command in commands]
    return "\n".join(pieces) + "\n"


def test_the_walk_of_the_readme_golden(world: Path) -> None:
    text = README.read_text()
    told = [match[1] for match in BLOCK.finditer(text)]
    assert len(told) >= 8
    done = [ran(block, world) for block in told]
    if WRITE and [alike(block) for block in told] != [alike(block) for block in done]:
        for old, new in zip(told, done, strict=True):  # all of them: a lesson keeps its hash
            text = text.replace(f"```console\n{old}```", f"```console\n{new}```", 1)
        README.write_text(text)
        told = [match[1] for match in BLOCK.finditer(text)]
    assert [alike(block) for block in told] == [alike(block) for block in done]


def test_the_readme_opens_with_the_two_commands() -> None:
    head = README.read_text().split("## ")[0]
    assert re.search(r"```sh\nmake demo .*\nmake test ", head)


def test_a_lesson_has_one_hash_in_the_readme() -> None:
    text = "\n".join(match[1] for match in BLOCK.finditer(README.read_text()))
    hashes: dict[str, set[str]] = {}
    line = r"(?m)^ *([0-9a-f]{7,10})  ?(?:20\S+  \w+ +\w+  )?(.+)$"
    for hash, title in re.findall(line, text):
        hashes.setdefault(title, set()).add(hash[:7])
    assert len(hashes) >= 8 and all(len(found) == 1 for found in hashes.values()), hashes


def test_two_who_learn_at_the_end_of_the_same_file(world: Path, git: Git) -> None:
    block = re.search(r"```sh\n(cd .*?)```", README.read_text(), re.DOTALL)
    assert block
    hub, mine = world / "hub.git", world / ".acx/spaces/webshop"
    git(world, "init", "--quiet", "--bare", str(hub))
    printed("acx space create webshop", world)
    git(mine, "push", "--quiet", "--set-upstream", str(hub), "HEAD")
    git(mine, "remote", "add", "origin", str(hub))
    git(mine, "fetch", "--quiet", "origin")
    git(mine, "branch", "--quiet", "--set-upstream-to", "origin/main")
    printed(f"acx space clone {hub} theirs", world)
    for space, day, date in (
        ("theirs", "mondays", "2026-06-08"),
        ("webshop", "fridays", "2026-06-09"),
    ):
        rule = f"Never deploy on {day}."
        printed(f"acx session create --id {space} --space {space}", world)
        said = [
            {"role": "user", "content": f"write the {day} page", "ts": f"{date}T10:00:00Z"},
            {"role": "assistant", "content": "Written.", "ts": f"{date}T10:01:00Z"},
            {"role": "user", "content": f"thanks. {rule}", "ts": f"{date}T10:02:00Z"},
        ]
        lines = shlex.join(map(json.dumps, said))
        printed(f"printf '%s\\n' {lines} | acx session append {space}", world)
        assert rule[:-1] in printed(f"acx learn {space}", world)
    git(world / ".acx/spaces/theirs", "push", "--quiet")
    printed(block[1], world)
    preferences = (mine / "skills/user-general-facts/deploy-preferences.md").read_text()
    assert "- Never deploy on mondays.\n- Never deploy on fridays.\n" in preferences
    assert "nothing wrong" in printed("acx doctor", world)


def test_the_python_of_the_readme(world: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert code
    done = subprocess.run(
        [sys.executable, "-c", code[1]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and int(done.stdout.split()[0]) > 3, done.stderr


def test_what_the_readme_names_is_there() -> None:
    text = README.read_text()
    for path in re.findall(r"\]\(([\w./-]+\.(?:svg|md))\)", text):
        assert (ROOT / path).is_file(), path
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"`make ([a-z]+)`", text)) <= targets


def test_every_command_is_named_in_the_readme() -> None:
    from acx.cli.main import program

    root = program()
    text = README.read_text()
    table = text[text.index("## Commands") :]
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        assert f"`acx {name}`" in table
        for sub in getattr(command, "commands", {}):
            assert f"`{sub}`" in table, f"acx {name} {sub}"


def test_the_readme_names_what_can_be_set() -> None:
    from acx.config import SECRET, Config
    from acx.store.layout import Home

    text = README.read_text()
    for key in {field.name for field in fields(Config)} - SECRET - {"redact"}:
        assert f"`{key}`" in text or f"`{key}:" in text, key
    for path in (Home(Path()).gates, Home(Path()).spending, Home(Path()).config):
        assert f"~/.acx/{path.name}" in text
    for option in ("--review", "--success", "--failure", "--gate"):
        assert f"acx space update webshop {option}" in text or f"{option} '" in text, option
