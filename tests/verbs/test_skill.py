"""Skills: added from anywhere, validated, removed and had back, exported."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from skills_ref import validate

from acx.errors import BadInput, Conflict, NotFound
from acx.store import skill_source
from acx.verbs import skill, space
from acx.verbs.context import Context

Git = Callable[..., str]


def text(name: str, body: str = "Body.") -> str:
    return f"---\nname: {name}\ndescription: A skill. Use it when testing.\n---\n\n{body}\n"


@pytest.fixture
def shop(ctx: Context) -> Path:
    return Path(space.create(ctx, "shop").space.path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "money"
    path.mkdir()
    (path / "SKILL.md").write_text(text("money"))
    (path / "rules.md").write_text("# Rules\n")
    return path


def test_from_a_folder_and_back_from_history(
    ctx: Context, shop: Path, folder: Path, git: Git
) -> None:
    done = skill.add(ctx, "shop", str(folder))
    assert done.files == ("SKILL.md", "rules.md")
    message = git(shop, "log", "-1", "--format=%B")
    assert f"Acx-Source: {folder}" in message
    assert skill.listed(ctx, "shop")[1].source == str(folder)
    with pytest.raises(Conflict):
        skill.add(ctx, "shop", str(folder))
    removed = skill.remove(ctx, "shop", "money")
    assert not (shop / "skills/money").exists() and removed.commit
    assert skill.remove(ctx, "shop", "money").commit == ""
    restore = git(shop, "log", "-1", "--format=%B").splitlines()[-1]
    git(shop, *restore.split()[1:])
    assert (shop / "skills/money/rules.md").read_text() == "# Rules\n"


def test_removing_leaves_a_persons_edit(ctx: Context, shop: Path, folder: Path) -> None:
    skill.add(ctx, "shop", str(folder))
    (shop / "skills/money/rules.md").write_text("# Rules\n\nmine\n")
    with pytest.raises(Conflict):
        skill.remove(ctx, "shop", "money")
    assert (shop / "skills/money/rules.md").read_text() == "# Rules\n\nmine\n"


def test_from_a_git_url(ctx: Context, shop: Path, folder: Path, tmp_path: Path, git: Git) -> None:
    many = tmp_path / "many"
    for name in ("one", "two"):
        (many / "skills" / name).mkdir(parents=True)
        (many / "skills" / name / "SKILL.md").write_text(text(name))
    for repo in (many, folder):
        git(repo, "init", "--quiet")
        git(repo, "add", ".")
        git(repo, "commit", "--quiet", "-m", "x")
    assert skill.add(ctx, "shop", f"file://{folder}").name == "money"
    with pytest.raises(BadInput, match="holds 2 skills") as caught:
        skill.add(ctx, "shop", f"file://{many}")
    command = caught.value.hints[0].split(": ", 1)[1]
    assert skill.add(ctx, "shop", command.split()[-1]).name == "one"
    assert skill.add(ctx, "shop", f"file://{many}#two").name == "two"
    origins = {s.name: s.source for s in skill.listed(ctx, "shop")}
    assert origins["two"] == f"file://{many}#two"


def test_passwords_in_a_url_are_not_recorded() -> None:
    assert skill.origin("https://sam:hunter2@example.com/x.git") == "https://example.com/x.git"


@pytest.mark.parametrize("name", skill_source.templates())
def test_templates(ctx: Context, shop: Path, name: str) -> None:
    done = skill.new(ctx, "shop", f"my-{name}", name)
    assert validate(shop / "skills" / done.name) == []
    assert all(checked.valid for checked in skill.validate(ctx, "shop", ()))
    assert not [p for c in skill.validate(ctx, "shop", ()) for p in c.problems]


def test_a_bare_new_skill_is_valid(ctx: Context, shop: Path) -> None:
    skill.new(ctx, "shop", "release-notes")
    assert validate(shop / "skills/release-notes") == []


def test_adding_is_lenient_and_validating_strict(ctx: Context, shop: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "SKILL.md").write_text(
        "---\nname: Odd_Name\ndescription: Use this when: a colon\nwhen_to_use: x\n---\n\nBody.\n"
    )
    done = skill.add(ctx, "shop", str(odd))
    assert done.warnings
    checked = skill.validate(ctx, "shop", (done.name,))[0]
    assert not checked.valid
    assert "line 3" in str(checked.problems[0])
    found = {s.name: s.description for s in skill.listed(ctx, "shop")}
    assert found[done.name] == "Use this when: a colon"


def test_exporting_is_deterministic_and_can_be_added_again(
    ctx: Context, shop: Path, folder: Path, tmp_path: Path
) -> None:
    skill.add(ctx, "shop", str(folder))
    one = skill.export(ctx, "shop", "money", tmp_path / "one.zip")
    two = skill.export(ctx, "shop", "money", tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    assert zipfile.ZipFile(one).namelist() == ["money/SKILL.md", "money/rules.md"]
    skill.remove(ctx, "shop", "money")
    assert skill.add(ctx, "shop", str(one)).files == ("SKILL.md", "rules.md")


def test_showing(ctx: Context, shop: Path) -> None:
    assert skill.shown(ctx, "shop", "daily").startswith("---\nname: daily-logs")
    with pytest.raises(NotFound, match="no file"):
        skill.shown(ctx, "shop", "daily-logs", "nope.md")
    with pytest.raises(NotFound):
        skill.shown(ctx, "shop", "daily-logs", "../../space.yaml")
