"""The verbs on skills: list, show, add, remove, new, validate, export."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acx import files, skillfile
from acx.errors import BadInput, Conflict, NotFound
from acx.learn.message import one_line
from acx.paths import collision
from acx.store import publish, skill_source
from acx.store.layout import SKILLS
from acx.store.publish import Piece
from acx.store.repo import Tree
from acx.store.skill_source import Found
from acx.transcripts.redact import redact_text
from acx.verbs.context import Context

MAIN = "SKILL.md"
URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SkillInfo:
    """A skill of a space. `source` is where it was added from, `problem` why agents skip it."""

    name: str
    description: str
    files: tuple[str, ...]
    source: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SkillChanged:
    """What add, new and remove did. `commit` is "" where there was nothing to do."""

    space: str
    name: str
    files: tuple[str, ...] = ()
    commit: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillChecked:
    """What validation found, in SKILL.md's order. Warnings don't make a skill invalid."""

    name: str
    path: str
    problems: tuple[skillfile.Problem, ...]

    @property
    def valid(self) -> bool:
        return all(problem.severity != "error" for problem in self.problems)


def listed(ctx: Context, space: str) -> list[SkillInfo]:
    """The skills of a space's branch, by name."""
    with ctx.spaces.open(ctx.space_name(space)) as repo:
        tree = Tree(repo, repo.resolve("HEAD"))
        origins = {
            commit.trailers.get("Acx-Skill", ""): commit.trailers.get("Acx-Source", "")
            for commit in reversed(repo.log("HEAD", "--grep=^Acx-Source: "))
        }
        return [_info(tree, name, origins.get(name, "")) for name in _names(tree)]


def _names(tree: Tree) -> list[str]:
    return sorted({path.split("/")[1] for path in tree.paths() if path.endswith(f"/{MAIN}")})


def _info(tree: Tree, name: str, source: str) -> SkillInfo:
    prefix = f"{SKILLS}/{name}/"
    files = tuple(path.removeprefix(prefix) for path in tree.paths() if path.startswith(prefix))
    text = (tree.read(prefix + MAIN) or b"").decode(errors="replace")
    try:
        skill, _ = skillfile.lenient(text, name)
    except BadInput as error:
        return SkillInfo(name, "", files, source, error.message)
    return SkillInfo(name, skill.description, files, source)


def shown(ctx: Context, space: str, skill: str, file: str = MAIN) -> str:
    """The text of a skill's file, as the branch has it."""
    with ctx.spaces.open(ctx.space_name(space)) as repo:
        tree = Tree(repo, repo.resolve("HEAD"))
        name = _find(tree, skill)
        data = tree.read(f"{SKILLS}/{name}/{file}")
        if data is None:
            there = ", ".join(_info(tree, name, "").files)
            raise NotFound(f"skill {name} has no file {file}", f"it has: {there}")
        return data.decode(errors="replace")


def _find(tree: Tree, text: str) -> str:
    names = _names(tree)
    found = [text] if text in names else [n for n in names if text and n.startswith(text)]
    if len(found) > 1:
        raise Conflict(f"{text!r} is the start of {', '.join(found)}", "acx skill list")
    if not found:
        raise NotFound(f"no skill {text!r}", f"there are: {', '.join(names) or 'none'}")
    return found[0]


def add(ctx: Context, space: str, source: str) -> SkillChanged:
    """Add a skill from a template, folder, zip or git URL. Raises Conflict if the name is taken."""
    name = ctx.space_name(space)
    return _added(ctx, name, found_from(ctx, source), source)


def new(ctx: Context, space: str, skill: str, template: str = "") -> SkillChanged:
    """A new skill from a template, or a bare one to fill in."""
    name = ctx.space_name(space)
    skillfile.safe_name(skill)
    if template:
        found = skill_source.template(template, skill)
    else:
        text = skillfile.render(
            skill,
            f"Notes on {skill.replace('-', ' ')}. Use this skill when working on {skill}.",
            f"# {skill.replace('-', ' ').title()}\n\nSay here what belongs into this skill, in"
            " which file, and how an entry is written: learners follow it.",
        )
        found = Found(skill, {MAIN: text.encode()}, ())
    errors = [
        p for p in skillfile.problems(found.files[MAIN].decode(), skill) if p.severity == "error"
    ]
    if errors:
        raise BadInput(
            f"{skill!r} can't be the name of a skill: {errors[0].message}",
            "use lower-case letters, digits and single hyphens: acx skill new my-notes",
        )
    return _added(ctx, name, found, f"template {template}" if template else "")


def _added(ctx: Context, space: str, found: Found, source: str) -> SkillChanged:
    with ctx.spaces.writing(space) as repo:
        base = repo.resolve(repo.branch())
        prefix = f"{SKILLS}/{found.name}/"
        taken = [path for path in Tree(repo, base).paths() if path.startswith(prefix)]
        if taken:
            raise Conflict(
                f"space {space} has a skill {found.name} already",
                "choose another name, or look at it: acx skill show " + found.name,
            )
        changes: dict[str, bytes | None] = {prefix + p: data for p, data in found.files.items()}
        if pair := collision([*Tree(repo, base).paths(), *changes]):
            raise Conflict(
                f"{pair[1]} can't lie beside {pair[0]} on every system", "choose another name"
            )
        where = f"From {origin(source)}." if source else "A new one."
        message = f"Add skill {found.name}\n\n{where}\n"
        if source:
            message += f"\n{provenance(source, found)}\n"
        placed = publish.publish(repo, base, [Piece(message, changes)], ctx.now())
    return SkillChanged(
        space, found.name, tuple(sorted(found.files)), placed[0].commit, found.warnings
    )


def origin(source: str) -> str:
    """Where a skill came from, as it may be told to anybody: one line, no passwords."""
    return redact_text(one_line(re.sub(r"//[^/@\s]+@", "//", source)))[0]


def provenance(source: str, found: Found) -> str:
    """The trailers that record where a skill came from."""
    return f"Acx-Skill: {found.name}\nAcx-Source: {origin(source)}"


def remove(ctx: Context, space: str, skill: str) -> SkillChanged:
    """Take a skill away; it stays in the history. Removing one that isn't there does nothing."""
    name = ctx.space_name(space)
    with ctx.spaces.writing(name) as repo:
        base = repo.resolve(repo.branch())
        prefix = f"{SKILLS}/{skill}/"
        gone = [path for path in Tree(repo, base).paths() if path.startswith(prefix)]
        if not gone:
            return SkillChanged(name, skill)
        body = (
            f"It can be had back from the commit before this one:\ngit checkout {base} -- {prefix}"
        )
        message = f"Remove skill {skill}\n\n{body}\n"
        piece = Piece(message, dict.fromkeys(gone))
        placed = publish.publish(repo, base, [piece], ctx.now())
    return SkillChanged(name, skill, tuple(p.removeprefix(prefix) for p in gone), placed[0].commit)


def validate(ctx: Context, space: str, targets: tuple[str, ...]) -> list[SkillChecked]:
    """Check skills by name, or folders by path; without targets, every skill of the space."""
    checked = []
    names = [text for text in targets if not _is_folder(text)]
    checked += [_checked_folder(Path(text)) for text in targets if _is_folder(text)]
    if names or not targets:
        space = ctx.space_name(space)
        root = ctx.spaces.path(space) / SKILLS
        found = sorted(path.parent for path in root.glob(f"*/{MAIN}")) if not targets else []
        found += [root / skillfile.safe_name(name) for name in names]
        for folder in found:
            if not folder.is_dir():
                raise NotFound(f"no skill {folder.name!r} in space {space}", "acx skill list")
        checked += [_checked_folder(folder) for folder in found]
    return checked


def _is_folder(text: str) -> bool:
    return Path(text).name == MAIN or ((Path(text) / MAIN).is_file() or "/" in text)


def _checked_folder(folder: Path) -> SkillChecked:
    folder = folder.parent if folder.name == MAIN else folder
    folder = folder.absolute()
    main = next((folder / n for n in (MAIN, "skill.md") if (folder / n).is_file()), None)
    if main is None:
        raise NotFound(f"{folder} has no {MAIN}", "acx skill new NAME --template T")
    data = main.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problem = skillfile.Problem(line, "not UTF-8")
        return SkillChecked(folder.name, str(main), (problem,))
    files = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    return SkillChecked(folder.name, str(main), tuple(skillfile.problems(text, folder.name, files)))


def export(ctx: Context, space: str, skill: str, to: Path | None = None) -> Path:
    """Write a skill as a zip: its folder at the top, the same bytes for the same content."""
    with ctx.spaces.open(ctx.space_name(space)) as repo:
        tree = Tree(repo, repo.resolve("HEAD"))
        name = _find(tree, skill)
        prefix = f"{SKILLS}/{name}/"
        contents = {
            path.removeprefix(prefix): tree.read(path) or b""
            for path in tree.paths()
            if path.startswith(prefix)
        }
    to = to or Path(f"{name}.zip")
    to = to / f"{name}.zip" if to.is_dir() else to
    files.replace(to.absolute(), skill_source.to_zip(contents, name))
    return to


def found_from(ctx: Context, source: str) -> Found:
    """A skill from wherever `source` points: a template, a folder, a zip, a git URL."""
    path = Path(source).expanduser()
    if path.exists():
        try:
            return (skill_source.from_folder if path.is_dir() else skill_source.from_zip)(path)
        except BadInput as error:
            where = "" if source in error.message else f"{source}: "
            hint = "a skill is added whole or not at all: mend it and try again"
            raise BadInput(where + error.message, *(error.hints or (hint,))) from error
    if source in skill_source.templates():
        return skill_source.template(source)
    if URL.match(source) or source.endswith(".git"):
        return _from_git(ctx, source)
    raise NotFound(
        f"{source}: no such folder, zip or template",
        f"templates: {', '.join(skill_source.templates())}",
    )


def _from_git(ctx: Context, source: str) -> Found:
    url, _, inside = source.partition("#")
    with tempfile.TemporaryDirectory(prefix="acx-skill-") as scratch:
        folder = Path(scratch) / "clone"
        ctx.spaces.clone(url, folder)
        found = _skill_folders(folder)
        if inside:
            found = {path: f for path, f in found.items() if inside.strip("/") in (path, f.name)}
        if len(found) != 1:
            names: Mapping[str, Path] = found or _skill_folders(folder)
            raise BadInput(
                f"{origin(source)} holds {len(names)} skills: {', '.join(names) or 'none'}",
                f"name one: acx skill add {url}#{next(iter(names), 'PATH')}",
            )
        if folder in found.values():
            # A skill at the root has no folder name of its own but the repository's
            name = url.rstrip("/").removesuffix(".git").rsplit("/", 1)[-1]
            folder = folder.rename(Path(scratch) / skillfile.safe_name(name))
            return skill_source.from_folder(folder)
        return skill_source.from_folder(next(iter(found.values())))


def _skill_folders(root: Path) -> dict[str, Path]:
    if (root / MAIN).is_file():
        return {".": root}
    mains = sorted(root.glob(f"*/{MAIN}")) + sorted(root.glob(f"*/*/{MAIN}"))
    # a link in a repository from elsewhere could point to the person's own files
    mains = [main for main in mains if main.resolve() == root.resolve() / main.relative_to(root)]
    return {main.parent.relative_to(root).as_posix(): main.parent for main in mains}
