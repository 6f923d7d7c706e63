"""The verbs on spaces: create, adopt, list, show, update, allow, clone, delete."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from acx import files
from acx.errors import BadInput, NotFound, UsageError
from acx.model import Space
from acx.store import ledger, publish, skill_source
from acx.store.layout import SKILLS, SPACE_FILE, checked_name
from acx.store.publish import Piece
from acx.store.repo import Repo
from acx.store.spaces import is_space, lock_of, parsed, space_text
from acx.verbs import gate, policies
from acx.verbs.context import Context
from acx.verbs.skill import found_from, provenance

DEFAULT_SKILLS = ("daily-logs", "user-general-facts")


@dataclass(frozen=True, slots=True)
class SpaceCreated:
    space: Space
    skills: tuple[str, ...]
    adopted: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpacePage:
    """One page of spaces, newest first. `next_cursor` is "" on the last page."""

    items: tuple[Space, ...]
    next_cursor: str = ""

    @property
    def has_more(self) -> bool:
        return bool(self.next_cursor)


@dataclass(frozen=True, slots=True)
class SpaceShown:
    space: Space
    branch: str
    skills: tuple[str, ...]
    sessions: Mapping[str, int]
    lessons: int
    proposals: int


@dataclass(frozen=True, slots=True)
class SpaceDeleted:
    """`kept` is where the repository lies now, `sessions` those that belong to no space now."""

    name: str
    kept: Path
    sessions: tuple[str, ...]


def create(
    ctx: Context,
    name: str,
    *,
    user: str = "",
    meta: Mapping[str, str] | None = None,
    at: Path | None = None,
    skills: Sequence[str] = (),
    review: bool = False,
    description: str = "",
) -> SpaceCreated:
    """A new space, or a repository at `at` made one. Raises Conflict if the name is taken."""
    checked_name(name, "name of a space")
    ctx.spaces.free(name)
    fresh = Space(
        name=name,
        path="",
        id=ctx.token() + ctx.token(),
        user=user,
        description=description,
        created_at=ctx.stamp(),
        meta=dict(meta or {}),
        policy={"review": True} if review else {},
    )
    wanted = [*((name, skill_source.template(name)) for name in DEFAULT_SKILLS)]
    wanted += [(source, found_from(ctx, source)) for source in skills]
    warnings = tuple(f"{found.name}: {w}" for _, found in wanted for w in found.warnings)
    extra = [provenance(source, found) for source, found in wanted[len(DEFAULT_SKILLS) :]]
    contents = {
        f"{SKILLS}/{found.name}/{path}": data
        for _, found in wanted
        for path, data in found.files.items()
    }
    names = tuple(sorted({found.name for _, found in wanted}))
    if at is not None:
        adopted = _at(ctx, at, fresh, contents, extra)
        return SpaceCreated(ctx.spaces.get(name), names, adopted, warnings)
    with ctx.spaces.building(name, ctx.token()) as folder, Repo.init(folder, ctx.env) as repo:
        _first_commit(ctx, repo, fresh, contents, extra)
    return SpaceCreated(ctx.spaces.get(name), names, False, warnings)


def _at(
    ctx: Context, at: Path, space: Space, contents: Mapping[str, bytes], extra: Sequence[str]
) -> bool:
    """Make the folder `at` a space, as a commit on top of whatever history it has."""
    at = at.absolute()
    existed = (at / ".git").exists()
    if not existed and at.exists() and (not at.is_dir() or any(at.iterdir())):
        raise BadInput(f"{at} is neither empty nor a git repository", f"git -C {at} init")
    if not existed:
        with Repo.init(at, ctx.env) as repo:
            _first_commit(ctx, repo, space, contents, extra)
        ctx.spaces.link(space.name, at)
        return False
    ctx.spaces.linkable(space.name, at)
    with Repo(at, ctx.env) as repo, files.locked(lock_of(repo)):
        publish.recover(repo)
        if repo.resolve("HEAD") and not is_space(at):
            raise BadInput(
                f"{at} has no {SKILLS}/*/SKILL.md",
                f"choose an empty folder, or add skills under {at}/{SKILLS}/",
            )
        publish.ready(repo)
        # What the repository already says and has stays as it is
        where = at / SPACE_FILE
        there = parsed(space.name, at, where.read_bytes() if where.exists() else b"", where)
        kept = {path: data for path, data in contents.items() if not _has_skill(at, path)}
        _first_commit(ctx, repo, _merged(there, space), kept, extra)
    ctx.spaces.link(space.name, at)
    return True


def _has_skill(at: Path, path: str) -> bool:
    return (at / SKILLS / path.split("/")[1] / "SKILL.md").exists()


def _merged(there: Space, wanted: Space) -> Space:
    return replace(
        wanted,
        id=there.id or wanted.id,
        user=wanted.user or there.user,
        description=wanted.description or there.description,
        created_at=there.created_at or wanted.created_at,
        meta={**there.meta, **wanted.meta},
        policy={**there.policy, **wanted.policy},
    )


def _first_commit(
    ctx: Context, repo: Repo, space: Space, contents: Mapping[str, bytes], extra: Sequence[str]
) -> None:
    base = repo.resolve(repo.branch())
    old = publish.blob(repo, base, SPACE_FILE) or b""
    changes: dict[str, bytes | None] = {SPACE_FILE: space_text(space, old), **contents}
    names = sorted({path.split("/")[1] for path in contents})
    body = f"With the skills {', '.join(names)}." if names else "Its skills stay as they are."
    trailers = ["\n".join(extra)] if extra else []
    message = "\n\n".join([f"Create learning space {space.name}", body, *trailers]) + "\n"
    publish.publish(repo, base, [Piece(message, changes)], ctx.now())


def listed(
    ctx: Context,
    *,
    user: str = "",
    meta: Mapping[str, str] | None = None,
    limit: int = 20,
    after: str = "",
) -> SpacePage:
    """Spaces of that user that have every one of these meta pairs, newest first."""
    if limit < 1:
        raise UsageError("--limit must be at least 1")
    pairs = (meta or {}).items()
    found = [
        space
        for space in ctx.spaces.all()
        if (not user or space.user == user) and all(space.meta.get(k) == v for k, v in pairs)
    ]
    if after:
        found = [space for space in found if cursor(space) < after]
    page = tuple(found[:limit])
    return SpacePage(page, cursor(page[-1]) if len(found) > limit else "")


def cursor(space: Space) -> str:
    """Where a space stands in the list; holds also after the space is gone."""
    return f"{space.created_at}~{space.name}"


def show(ctx: Context, text: str) -> SpaceShown:
    name = ctx.spaces.find(text)
    space = ctx.spaces.get(name)
    counts: dict[str, int] = {}
    for session in ctx.sessions.all():
        if session.space == name:
            counts[session.status] = counts.get(session.status, 0) + 1
    with ctx.spaces.open(name) as repo:
        head = repo.run("symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode().strip()
        tip = repo.resolve("HEAD")
        paths = [path for path, _ in repo.files(tip, SKILLS)] if tip else []
        lessons = [entry for entry in ledger.entries(repo) if entry.state == "landed"]
        proposals = repo.refs("refs/heads/acx/proposals")
    names = {path.split("/")[1] for path in paths if path.endswith("/SKILL.md")}
    return SpaceShown(
        space, head or "(detached)", tuple(sorted(names)), counts, len(lessons), len(proposals)
    )


def update(
    ctx: Context,
    text: str,
    *,
    meta: Mapping[str, str] = MappingProxyType({}),
    user: str | None = None,
    description: str | None = None,
    policy: Mapping[str, Any] = MappingProxyType({}),
) -> Space:
    """Merge meta and policy into space.yaml and commit that. An empty value removes what was said.

    A gate that is set is from then on allowed on this machine.
    """
    if not (meta or policy) and user is None and description is None:
        raise UsageError(
            "nothing to update",
            "acx space update NAME --meta KEY=VALUE, or a rule: acx space update --help",
        )
    name = ctx.spaces.find(text)
    with ctx.spaces.writing(name) as repo:
        base = repo.resolve(repo.branch())
        old = publish.blob(repo, base, SPACE_FILE) or b""
        space = parsed(name, repo.path, old, repo.path / SPACE_FILE)
        given = {key: _unblank(value) for key, value in policy.items()}
        merged = {k: v for k, v in {**space.meta, **meta}.items() if v}
        rules = {k: v for k, v in {**space.policy, **given}.items() if v}
        new = replace(
            space,
            meta=merged,
            user=space.user if user is None else user.strip(),
            description=space.description if description is None else description.strip(),
            policy=rules,
        )
        policies.of(new)
        if new != space:
            said = ", ".join(f"{k}={v}" for k, v in meta.items())
            said = said or ("its policy" if policy else "who and what it is for")
            piece = Piece(f"Update space {name}: {said}\n", {SPACE_FILE: space_text(new, old)})
            publish.publish(repo, base, [piece], ctx.now())
        if given.get("gate"):
            gate.allow(ctx, repo.path, str(given["gate"]))
    return ctx.spaces.get(name)


def _unblank(value: Any) -> Any:
    """A rule without blank sentences; nothing where that leaves nothing."""
    if isinstance(value, list | tuple):
        return [kept for item in value if (kept := _unblank(item))]
    return value.strip() if isinstance(value, str) else value


def gate_of(ctx: Context, text: str) -> str:
    """The command of a space's gate. Raises NotFound if it has none."""
    space = ctx.spaces.get(ctx.spaces.find(text))
    command = policies.of(space).gate
    if not command:
        raise NotFound(f"space {space.name} has no gate", "acx space update NAME --gate COMMAND")
    return command


def allow(ctx: Context, text: str) -> str:
    """Let the gate of a space be run on this machine. Returns its command."""
    command = gate_of(ctx, text)
    gate.allow(ctx, Path(ctx.spaces.get(ctx.spaces.find(text)).path), command)
    return command


def clone(ctx: Context, url: str, name: str = "") -> SpaceCreated:
    """A space from somewhere else. Raises BadInput if what is there is none."""
    name = checked_name(name or _name_of(url), "name of a space")
    with ctx.spaces.building(name, ctx.token()) as folder:
        ctx.spaces.clone(url, folder)
        if [path.name for path in folder.iterdir()] == [".git"]:
            raise BadInput(
                f"{url} is empty: a space has to be pushed there first",
                f'git -C "$(acx space path NAME)" push {shlex.quote(url)} HEAD',
            )
        if not is_space(folder):
            raise BadInput(
                f"{url} has neither {SPACE_FILE} nor {SKILLS}/*/SKILL.md, so it is no space",
                "acx skill add URL adds a single skill to a space",
            )
    with ctx.spaces.open(name) as repo:
        tip = repo.resolve("HEAD")
        paths = [path for path, _ in repo.files(tip, SKILLS)] if tip else []
    names = {path.split("/")[1] for path in paths if path.endswith("/SKILL.md")}
    return SpaceCreated(ctx.spaces.get(name), tuple(sorted(names)), True)


def _name_of(url: str) -> str:
    return url.rstrip("/").removesuffix(".git").replace(":", "/").rsplit("/", 1)[-1]


def delete(ctx: Context, text: str, confirm: Callable[[Space], bool]) -> SpaceDeleted:
    """Forget a space once `confirm` agrees; the repository and the sessions are kept."""
    name = ctx.spaces.find(text)
    try:
        space = ctx.spaces.get(name)
    except (BadInput, NotFound):  # a broken or lost space can still be forgotten
        space = Space(name=name, path="")
    if not confirm(space):
        raise UsageError("nothing was deleted", "answer y, or say --yes")
    with contextlib.ExitStack() as held:
        if space.path:
            held.enter_context(ctx.spaces.writing(name, wait=False))
        gone = ctx.sessions.detach_all(name)
        return SpaceDeleted(name, ctx.spaces.forget(name), tuple(gone))
