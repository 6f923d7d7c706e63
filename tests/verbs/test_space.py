"""Spaces: made, adopted, listed, updated, cloned, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from acx.errors import BadInput, Conflict, NotFound, UsageError
from acx.model import Session
from acx.verbs import gate, skill, space
from acx.verbs.context import Context
from tests.conftest import Run

Git = Callable[..., str]
OWN = "---\nname: own\ndescription: Mine. Use it when testing.\n---\n\nBody.\n"


@pytest.fixture
def theirs(tmp_path: Path, git: Git) -> Path:
    """A repository with a skill that was made without acx."""
    path = tmp_path / "theirs"
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk", str(path))
    (path / "skills/own").mkdir(parents=True)
    (path / "skills/own/SKILL.md").write_text(OWN)
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "theirs")
    return path


def test_a_space_is_a_repository_with_one_commit(ctx: Context, git: Git) -> None:
    made = space.create(ctx, "deploys", user="alice@example.com", meta={"domain": "deployments"})
    path = Path(made.space.path)
    assert git(path, "rev-list", "--count", "main") == "1"
    assert git(path, "status", "--porcelain") == ""
    assert git(path, "ls-files").splitlines() == [
        "skills/daily-logs/SKILL.md",
        "skills/user-general-facts/SKILL.md",
        "space.yaml",
    ]
    found = ctx.spaces.get("deploys")
    assert (found.user, found.meta) == ("alice@example.com", {"domain": "deployments"})
    with pytest.raises(Conflict):
        space.create(ctx, "deploys")


def test_adopting_leaves_the_history_untouched(ctx: Context, theirs: Path, git: Git) -> None:
    head = git(theirs, "rev-parse", "HEAD")
    (theirs / "notes.txt").write_text("mine, not added\n")
    done = space.create(ctx, "adopted", at=theirs, user="bob")
    assert done.adopted
    assert git(theirs, "rev-parse", "trunk^") == head
    assert (theirs / "skills/own/SKILL.md").read_text() == OWN
    assert git(theirs, "status", "--porcelain") == "?? notes.txt"
    assert [s.name for s in skill.listed(ctx, "adopted")] == [
        "daily-logs",
        "own",
        "user-general-facts",
    ]
    with pytest.raises(Conflict, match="adopted already"):
        space.create(ctx, "again", at=theirs)
    assert ctx.spaces.find(str(theirs)) == "adopted"


def test_what_can_not_be_adopted(ctx: Context, tmp_path: Path, git: Git) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").write_text("")
    with pytest.raises(BadInput, match="neither empty nor a git repository"):
        space.create(ctx, "x", at=full)
    git(full, "init", "--quiet")
    git(full, "add", ".")
    git(full, "commit", "--quiet", "-m", "code")
    with pytest.raises(BadInput, match="no skills"):
        space.create(ctx, "x", at=full)
    git(tmp_path, "init", "--quiet", "--bare", str(tmp_path / "bare"))
    with pytest.raises(BadInput):
        space.create(ctx, "x", at=tmp_path / "bare")
    assert ctx.spaces.names() == []


def test_a_new_folder_elsewhere(ctx: Context, tmp_path: Path, git: Git) -> None:
    space.create(ctx, "away", at=tmp_path / "some" / "where")
    assert git(tmp_path / "some/where", "rev-list", "--count", "main") == "1"
    assert ctx.spaces.path("away") == (tmp_path / "some/where").resolve()


def test_updating_merges_and_commits_beside_a_persons_edit(ctx: Context, git: Git) -> None:
    path = Path(space.create(ctx, "deploys", meta={"a": "1"}).space.path)
    (path / "skills/daily-logs/SKILL.md").write_text("edited")
    assert space.update(ctx, "deploys", meta={"b": "2"}).meta == {"a": "1", "b": "2"}
    assert space.update(ctx, "deploys", meta={"a": ""}).meta == {"b": "2"}
    assert git(path, "rev-list", "--count", "main") == "3"
    assert git(path, "status", "--porcelain") == "M skills/daily-logs/SKILL.md".rjust(29)
    space.update(ctx, "deploys", meta={"b": "2"})
    assert git(path, "rev-list", "--count", "main") == "3", "nothing changed, nothing committed"
    with pytest.raises(UsageError):
        space.update(ctx, "deploys", meta={})


def test_keys_that_a_person_added_are_kept(ctx: Context, git: Git) -> None:
    path = Path(space.create(ctx, "deploys").space.path)
    with (path / "space.yaml").open("a") as file:
        file.write("team: blue\n")
    git(path, "commit", "--quiet", "-am", "team")
    space.update(ctx, "deploys", meta={"x": "y"})
    assert "team: blue" in (path / "space.yaml").read_text()


def test_cloning(ctx: Context, theirs: Path, tmp_path: Path, git: Git) -> None:
    done = space.clone(ctx, str(theirs))
    assert done.space.name == "theirs" and done.skills == ("own",)
    git(tmp_path, "init", "--quiet", str(tmp_path / "empty.git"))
    for url in (str(tmp_path / "empty.git"), "ext::sh -c true", "--upload-pack=x", "/nope"):
        with pytest.raises((BadInput, Exception)) as caught:
            space.clone(ctx, url, "other")
        assert getattr(caught.value, "exit_code", 0), caught.value
    assert ctx.spaces.names() == ["theirs"]


def test_forgetting_keeps_repository_and_sessions(ctx: Context, theirs: Path) -> None:
    space.create(ctx, "adopted", at=theirs)
    space.create(ctx, "inside")
    ctx.sessions.create(Session("s", ctx.stamp()))
    ctx.sessions.attach("s", "inside")
    with pytest.raises(UsageError, match="nothing was deleted"):
        space.delete(ctx, "inside", lambda _: False)
    done = space.delete(ctx, "inside", lambda _: True)
    assert (done.kept / "skills/daily-logs/SKILL.md").is_file() and done.sessions == ("s",)
    assert (ctx.sessions.get("s").space, ctx.sessions.get("s").status) == ("", "")
    assert space.delete(ctx, "adopted", lambda _: True).kept == theirs.resolve()
    assert ctx.spaces.names() == []
    space.create(ctx, "inside", at=done.kept)  # and it can be had back
    assert ctx.spaces.names() == ["inside"]


def test_a_space_whose_repository_is_gone_can_still_be_forgotten(
    ctx: Context, theirs: Path
) -> None:
    space.create(ctx, "adopted", at=theirs)
    theirs.rename(theirs.with_name("moved"))
    with pytest.raises(NotFound, match="gone"):
        ctx.spaces.path("adopted")
    space.delete(ctx, "adopted", lambda _: True)
    assert ctx.spaces.names() == []


def test_pages(ctx: Context) -> None:
    for n in range(5):
        space.create(ctx, f"s{n}", user="u" if n % 2 else "v", meta={"k": "1", "n": str(n)})
    names, after = [], ""
    while True:
        page = space.listed(ctx, limit=2, after=after)
        names.append([s.name for s in page.items])
        if not page.has_more:
            break
        after = page.next_cursor
    assert names == [["s4", "s3"], ["s2", "s1"], ["s0"]]
    assert [s.name for s in space.listed(ctx, user="u").items] == ["s3", "s1"]
    assert [s.name for s in space.listed(ctx, meta={"k": "1", "n": "2"}).items] == ["s2"]
    space.delete(ctx, "s3", lambda _: True)
    first = space.listed(ctx, limit=1)
    assert [s.name for s in space.listed(ctx, limit=2, after=first.next_cursor).items] == [
        "s2",
        "s1",
    ]


def test_an_empty_rule_removes_it(run: Run, ctx: Context) -> None:
    run("space", "create", "shop", "--description", "Prices")
    path = ctx.spaces.path("shop")
    rules = ("--success", "it loads", "--failure", "a test is skipped", "--gate", " make test ")
    done = run("space", "update", "shop", *rules)
    assert "gate: make test" in done.out
    assert ctx.spaces.get("shop").policy["gate"] == "make test"
    assert gate.allowed(ctx, path, "make test")
    fewer = ("--success", "", "--failure", "b", "--failure", " ")
    assert run("space", "update", "shop", *fewer).code == 0
    assert ctx.spaces.get("shop").policy == {"failure": ["b"], "gate": "make test"}
    assert run("space", "update", "shop", "--failure", "", "--gate", "  ").code == 0
    assert ctx.spaces.get("shop").policy == {}
    done = run("space", "update", "shop", "--description", "")
    assert (done.out, done.code) == ("Updated space shop\n", 0)
    assert ctx.spaces.get("shop").description == ""
    assert run("space", "update", "shop").code == 2


def test_a_policy_is_told_as_a_person_would(run: Run) -> None:
    run("space", "create", "shop")
    assert "policy" not in run("space", "show", "shop").out
    rules = ("--success", "it loads", "--success", "all is green", "--review")
    told = "success: it loads; all is green, lessons wait for review"
    assert run("space", "update", "shop", *rules).out == f"Updated space shop: {told}\n"
    assert f"policy:   {told}\n" in run("space", "show", "shop").out


def test_sessions_with_nothing_finished_are_told_with_one_hint(run: Run, tmp_path: Path) -> None:
    run("space", "create", "shop")
    for name in ("one", "two"):
        line = f'{{"role": "user", "content": "write the {name} script for the report"}}\n'
        (tmp_path / f"{name}.jsonl").write_text(line)
    done = run("learn", "one.jsonl", "two.jsonl")
    assert done.err.count("1 task not finished yet, so nothing to learn from\n") == 2
    assert done.err.count("hint: see what isn't: acx session tasks ") == 1
    assert "  1 message\n" in done.err and "  1 new message\n" in done.err


def test_a_misspelt_space_is_told_what_may_be_meant(ctx: Context) -> None:
    space.create(ctx, "webshop")
    for text in ("wbshop", "Webshop", "webshop2"):
        with pytest.raises(NotFound) as error:
            ctx.spaces.find(text)
        assert error.value.hints == ("did you mean webshop?", "acx space list")
    with pytest.raises(NotFound) as error:
        ctx.spaces.find("billing")
    assert error.value.hints == ("acx space list", "acx space create billing")
