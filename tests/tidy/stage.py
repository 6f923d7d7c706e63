"""What the tests of tidying play with: trees from dicts, and a space filled with files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from acx.learn.draft import Draft
from acx.learn.tidy.rules import RuleTidier
from acx.learn.tidy.step import Left, Tidier, TidyStep, Untidy, lines
from acx.verbs import space
from acx.verbs.context import Context
from tests.model_learner.stage import Tree

FACTS = "skills/user-general-facts"
CODING, GIT = f"{FACTS}/coding-preferences.md", f"{FACTS}/git-preferences.md"


def law(name: str, body: str = "Instructions.", layout: str = "") -> str:
    meta = f"metadata:\n  acx-layout: {layout}\n" if layout else ""
    about = f"What is known about {name}. Use this skill when it is about {name}"
    return f"---\nname: {name}\ndescription: {about}.\n{meta}---\n\n{body}\n"


FACTS_LAW = {f"{FACTS}/SKILL.md": law("user-general-facts", layout="topic-facts")}


def tidied(
    files: Mapping[str, str], tidier: Tidier | None = None
) -> tuple[list[TidyStep], list[Left], dict[str, str]]:
    """The steps over a tree, what was left, and the tree after them."""
    steps, left = [], []
    after = Draft(Tree(files))
    for outcome in (tidier or RuleTidier()).steps(Untidy(Tree(files))):
        if isinstance(outcome, TidyStep):
            steps.append(outcome)
            after.put_all(outcome.changes)
        else:
            left.append(outcome)
    return steps, left, {path: (after.read(path) or b"").decode() for path in after.paths()}


def said(files: Mapping[str, str]) -> set[str]:
    return {line for text in files.values() for line in lines(text.encode())}


def nothing_is_lost(
    before: Mapping[str, str], steps: Iterable[TidyStep], after: Mapping[str, str]
) -> None:
    named = {dropped.line for step in steps for dropped in step.dropped}
    assert said(before) <= said(after) | named


def filled(ctx: Context, files: Mapping[str, str], name: str = "shop") -> Path:
    """A space with these files committed by a person."""
    space.create(ctx, name)
    path = ctx.spaces.path(name)
    write(path, files)
    for args in (["add", "."], ["commit", "--quiet", "-m", "Mine"]):
        subprocess.run(["git", "-C", str(path), *args], check=True)
    return path


def write(path: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)


def on_disk(path: Path) -> dict[str, str]:
    found = sorted((path / "skills").rglob("*"))
    return {str(file.relative_to(path)): file.read_text() for file in found if file.is_file()}
