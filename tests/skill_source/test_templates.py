"""The skills that come with acx are valid, harmless to load, and can be given another name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from skills_ref import validate

import acx.store.skill_source as skill_source
from acx.errors import BadInput, NotFound
from acx.skillfile import parse, problems
from acx.store.skill_source import template, templates

LAYOUTS = {
    "daily-logs": "daily-log",
    "user-general-facts": "topic-facts",
    "error-patterns": "error-list",
    "social-contacts": None,
    "project-runbooks": None,
}


def test_these_are_the_templates() -> None:
    assert templates() == sorted(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("as_name", [None, "another-name"])
def test_a_template_is_valid_under_any_name(tmp_path: Path, name: str, as_name: str | None) -> None:
    found = template(name, as_name)
    assert found.name == (as_name or name) and not found.warnings
    text = found.files["SKILL.md"].decode()
    assert problems(text, found.name, found.files) == []
    (tmp_path / found.name).mkdir()
    (tmp_path / found.name / "SKILL.md").write_text(text, encoding="utf-8")
    assert validate(tmp_path / found.name) == []


@pytest.mark.parametrize(("name", "layout"), LAYOUTS.items())
def test_a_template_says_what_when_and_how_and_makes_nothing_run(
    name: str, layout: str | None
) -> None:
    skill = parse(template(name).files["SKILL.md"].decode())
    assert "Use this skill when" in skill.description and len(skill.description) < 400
    assert skill.metadata.get("acx-layout") == layout
    for heading in ("## When to read what", "## Files", "## Adding and updating"):
        assert heading in skill.body
    assert len(skill.body.split("\n")) < 80
    # What Claude Code runs, imports or fills in when it loads a skill.
    assert not re.search(r"!`|```!|(?m:^|\s)@\w|\$ARGUMENTS|\$\d|\$\{|<!--|data:", skill.body)


def test_another_name_changes_nothing_else() -> None:
    text, other = (template("daily-logs", n).files["SKILL.md"].decode() for n in (None, "x"))
    assert other == text.replace("name: daily-logs", "name: x", 1)


def test_an_unknown_template_and_an_unsafe_name_are_refused() -> None:
    with pytest.raises(NotFound) as missing:
        template("nothing")
    assert "daily-logs" in missing.value.hints[0]
    with pytest.raises(BadInput):
        template("daily-logs", "../x")


def test_templates_are_found_inside_an_installed_package(tmp_path: Path) -> None:
    package = Path(skill_source.__file__).parents[1]
    shutil.copytree(package, tmp_path / "acx", ignore=shutil.ignore_patterns("__pycache__"))
    shelf = tmp_path / "acx" / "skills_templates"
    if not shelf.exists():
        shutil.copytree(package.parent / "skills_templates", shelf)
    code = "from acx.store.skill_source import _shelf, templates; print(_shelf(), templates())"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip() == f"{shelf.resolve()} {templates()}"
