"""What people, their git configuration and other processes do to a repository."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acx.errors import AcxError, BadInput, Conflict, NotFound
from acx.store import ledger, publish
from acx.store.desk import Desk
from acx.store.merge import Conflicting, merge
from acx.store.publish import Piece
from acx.store.repo import Repo
from acx.verbs import log, skill, space
from acx.verbs.context import Context
from acx.verbs.learn import learn
from tests.verbs.conversations import DISCOUNT, jsonl

Git = Callable[..., str]
WHEN = datetime(2026, 6, 15, tzinfo=UTC)
DAY = "skills/daily-logs/2026-06-09.md"


@pytest.fixture
def talk(tmp_path: Path) -> str:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT))
    return str(path)


@pytest.fixture
def shop(ctx: Context) -> Path:
    return Path(space.create(ctx, "shop").space.path)


@pytest.mark.parametrize(
    "mine",
    [
        "Title\n" + "=" * 41 + "\n",
        "<" * 40 + "\nours?\n" + "=" * 40 + "\n" + ">" * 40 + "\n",
        "<" * 31
        + " ours\na\n"
        + "|" * 31
        + " base\n"
        + "=" * 31
        + "\nb\n"
        + ">" * 31
        + " theirs\n",
    ],
)
def test_what_looks_like_a_conflict_marker_is_somebodys_text(mine: str) -> None:
    base = b"# Log\n\none\n"
    merged = merge(base, base + mine.encode(), base + b"a lesson\n", dict(os.environ))
    assert merged == base + mine.encode() + b"a lesson\n"
    both = merge(base, mine.encode() + base, base + b"a lesson\n", dict(os.environ))
    assert both == mine.encode() + base + b"a lesson\n"


def test_changes_of_the_same_line_are_a_conflict() -> None:
    with pytest.raises(Conflicting):
        merge(b"a\nb\n", b"a\nB\n", b"a\n2\n", dict(os.environ))


def test_windows_line_endings_are_kept(shop: Path, git: Git) -> None:
    path = shop / "skills/daily-logs/SKILL.md"
    text = path.read_text()
    edited = text.replace("\n", "\r\n") + "mine\r\n"
    path.write_bytes(edited.encode())
    lesson = text.replace("---\n", "---\n", 1).replace("# ", "# The ", 1)
    with Repo(shop, os.environ) as repo:
        piece = Piece("x\n", {"skills/daily-logs/SKILL.md": lesson.encode()}, "p")
        assert not publish.publish(repo, repo.resolve("HEAD"), [piece], WHEN)[0].proposal
    after = path.read_bytes()
    assert b"mine\r\n" in after and after.count(b"\n") == after.count(b"\r\n")


def test_a_left_over_index_lock_is_told_before_anything_happens(
    ctx: Context, shop: Path, talk: str, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "PATIENCE", 1)
    (shop / ".git/index.lock").touch()
    with pytest.raises(Conflict, match=r"index\.lock"):
        learn(ctx, [talk])
    assert git(shop, "rev-list", "--count", "main") == "1"
    (shop / ".git/index.lock").unlink()
    assert learn(ctx).lessons


def test_an_index_that_can_not_be_written_is_mended_by_the_next_run(
    shop: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Desk, lines: bytes) -> None:
        raise AcxError("no")

    with Repo(shop, os.environ) as repo:
        with monkeypatch.context() as patch, pytest.raises(AcxError):
            patch.setattr(Desk, "_write_index", broken)
            publish.publish(repo, repo.resolve("HEAD"), [Piece("x\n", {DAY: b"# x\n"}, "p")], WHEN)
        publish.recover(repo)
    assert git(shop, "status", "--porcelain") == ""


def test_names_that_are_not_utf8(ctx: Context, tmp_path: Path, git: Git) -> None:
    path = tmp_path / "theirs"
    git(tmp_path, "init", "--quiet", "-b", "main", str(path))
    (path / "skills/mine").mkdir(parents=True)
    (path / "skills/mine/SKILL.md").write_text("---\nname: mine\ndescription: x\n---\n")
    (path / "top.txt").write_text("x")
    for name in (b"top\xe9.txt", b"skills/mine/caf\xe9.txt"):
        Path(os.fsdecode(os.fsencode(path) + b"/" + name)).write_text("x")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "x")
    space.create(ctx, "theirs", at=path)
    skill.remove(ctx, "theirs", "mine")
    assert not (path / "skills/mine").exists()
    assert git(path, "status", "--porcelain") == ""
    assert git(path, "fsck", "--strict") == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("grep.patternType", "fixed"),
        ("trailer.separators", "="),
        ("i18n.logOutputEncoding", "utf-16"),
        ("log.showSignature", "true"),
        ("commit.gpgSign", "true"),
        ("core.autocrlf", "true"),
        ("core.hooksPath", "/nonexistent"),
        ("log.date", "relative"),
        ("color.ui", "always"),
    ],
)
def test_the_persons_configuration_blinds_nothing(
    ctx: Context, shop: Path, talk: str, git: Git, key: str, value: str
) -> None:
    git(shop, "config", "--global", key, value)
    landed = learn(ctx, [talk]).lessons
    assert landed and len(log.log(ctx).items) == landed
    ctx.sessions.update(ctx.sessions.ids()[0], status="pending", learned=0)
    assert learn(ctx).lessons == 0


def test_another_default_hash(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    space.create(Context(ctx.home, dict(os.environ), ctx.now, ctx.token), "shop")


def test_odd_commits_do_not_stop_the_ledger(shop: Path, git: Git) -> None:
    message = "x\x1fy\n\na\x1fb\n\nAcx-Task: s/1\nAcx-Session: s\n"
    git(shop, "commit", "--quiet", "--allow-empty", "-F", "-", data=message)
    with Repo(shop, os.environ) as repo:
        ledger.entries(repo)


def test_a_lock_of_git_is_not_a_moving_branch(shop: Path) -> None:
    (shop / ".git/refs/heads/main.lock").touch()
    with Repo(shop, os.environ) as repo, pytest.raises(AcxError, match=r"main\.lock"):
        publish.publish(repo, repo.resolve("HEAD"), [Piece("x\n", {DAY: b"x\n"}, "p")], WHEN)


def test_the_end_of_a_shallow_clone(
    ctx: Context, shop: Path, talk: str, tmp_path: Path, git: Git
) -> None:
    learn(ctx, [talk])
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{shop}", str(tmp_path / "shallow"))
    space.create(ctx, "shallow", at=tmp_path / "shallow")
    found = log.log(ctx, "shallow").items[0]
    assert log.show(ctx, found.commit.id, "shallow").diff


def test_adopting_finishes_what_was_killed(ctx: Context, tmp_path: Path, git: Git) -> None:
    path = tmp_path / "new"
    git(tmp_path, "init", "--quiet", "-b", "main", str(path))
    with Repo(path, os.environ) as repo:  # the branch has moved, the files are not there yet
        text = b"---\nname: own\ndescription: x\n---\n"
        commit = repo.commit(None, {"skills/own/SKILL.md": text}, "x\n", WHEN)
        (path / ".git/acx").mkdir()
        note = {"branch": "refs/heads/main", "old": None, "new": commit}
        note["paths"] = ["skills/own/SKILL.md"]
        (path / ".git/acx/publish.json").write_text(json.dumps(note))
        repo.update_refs([("refs/heads/main", commit, None)], "x")
    space.create(ctx, "new", at=path)
    assert (path / "skills/own/SKILL.md").read_bytes() == text
    assert git(path, "status", "--porcelain") == ""


def test_a_space_deleted_while_somebody_waits_is_not_written(ctx: Context, shop: Path) -> None:
    with ctx.spaces.writing("shop"), pytest.raises(Conflict, match="being learned into"):
        space.delete(ctx, "shop", lambda _: True)
    waiting = ctx.spaces.writing("shop")
    space.delete(ctx, "shop", lambda _: True)
    with pytest.raises(NotFound), waiting:
        pass
    assert not shop.exists()


def test_killed_processes_leave_nothing_lying_about(ctx: Context, shop: Path) -> None:
    left = [shop / ".git/acx/file.tmp", shop / ".git/acx/.acx-abc", shop / ".git/objects/objabc"]
    (shop / ".git/acx").mkdir(exist_ok=True)
    for path in left:
        path.write_text("x")
    (ctx.home.spaces / ".new-1").mkdir()
    space.create(ctx, "other")
    with ctx.spaces.writing("shop"):
        pass
    assert not any(path.exists() for path in left)
    assert not (ctx.home.spaces / ".new-1").exists()


def test_what_another_working_tree_is_writing_is_not_swept_away(
    ctx: Context, shop: Path, tmp_path: Path, git: Git
) -> None:
    git(shop, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    space.create(ctx, "side", at=tmp_path / "side")
    writing = shop / ".git/objects/objabc"
    writing.write_text("x")
    for name in ("shop", "side"):
        with ctx.spaces.writing(name):
            assert writing.exists()


def test_links_in_a_skill_repository_are_not_followed(
    ctx: Context, shop: Path, tmp_path: Path, git: Git
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / "SKILL.md").write_text("---\nname: nice\ndescription: x\n---\nsecret")
    evil = tmp_path / "evil"
    git(tmp_path, "init", "--quiet", str(evil))
    (evil / "nice").symlink_to(private)
    git(evil, "add", ".")
    git(evil, "commit", "--quiet", "-m", "x")
    with pytest.raises(BadInput, match="holds 0 skills"):
        skill.add(ctx, "shop", f"file://{evil}")


def test_names_that_differ_in_case_only(ctx: Context, shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Daily-Logs"
    folder.mkdir()
    (folder / "SKILL.md").write_text("---\nname: Daily-Logs\ndescription: Use it when x.\n---\n")
    with pytest.raises(Conflict, match="beside"):
        skill.add(ctx, "shop", str(folder))
    with pytest.raises(Conflict):
        space.create(ctx, "SHOP")


def test_a_detached_worktree_of_git_is_a_space_too(
    ctx: Context, shop: Path, talk: str, tmp_path: Path, git: Git
) -> None:
    git(shop, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    space.create(ctx, "side", at=tmp_path / "side")
    assert learn(ctx, [talk], space="side").lessons
    assert git(tmp_path / "side", "status", "--porcelain") == ""
    assert git(shop, "rev-list", "--count", "main") == "1"
    assert subprocess.run(["git", "-C", str(shop), "fsck"], check=True, capture_output=True)
