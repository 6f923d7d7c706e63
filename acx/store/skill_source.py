"""Skills from outside, read into memory: a folder, a zip, a template; and a skill as a zip.

What is read is hostile until shown otherwise: nothing is unpacked to disk, nothing is followed,
limits are asked before content is. Refused is only what is unsafe or isn't a skill; whatever else
is odd becomes a warning. Cloning a git URL is `acx.store.repo`'s, adding to a space a verb's.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from acx import skillfile
from acx.errors import BadInput, NotFound
from acx.paths import collision, safe_name, safe_path

MAIN = "SKILL.md"

MOST_FILES = 1000
MOST_BYTES = 20 * 2**20
MOST_FILE_BYTES = 5 * 2**20
MOST_RATIO = 200
"""Bytes out of a zip for each byte in it. Text packs to a tenth, a bomb to a thousandth."""

_LEFT_OUT = frozenset({"__MACOSX", "__pycache__", "node_modules", ".git", ".DS_Store", "Thumbs.db"})
_RUNS = re.compile(r"(?:scripts|hooks|agents)/|.*\.(?:py|sh|bash|js|mjs|ts|rb|pl|ps1|bat|cmd|exe)$")
# Commands that Claude Code runs, and files that some agents pull in, as soon as a skill is loaded.
_ACTS = re.compile(r"(?m)(?:^|\s)!`|^```!|^@[\w./~-]+")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


@dataclass(frozen=True, slots=True)
class Found:
    """A skill in memory: its name, its files by their paths in it, and what is odd about it."""

    name: str
    files: Mapping[str, bytes]
    warnings: tuple[str, ...] = ()


def from_folder(folder: Path) -> Found:
    """The skill in a folder. Raises NotFound, or BadInput where it is unsafe or no skill."""
    if not folder.is_dir():
        raise NotFound(f"{folder}: no such folder")
    root = folder.resolve()
    try:
        return _found(dict(_walk(root)), str(folder))
    except OSError as error:
        raise BadInput(f"{folder}: can't be read ({error})") from error


def from_zip(path: Path) -> Found:
    """The skill in a zip, at its root or in its one folder. Raises NotFound or BadInput."""
    if not path.is_file():
        raise NotFound(f"{path}: no such file")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path}: larger than {MOST_BYTES >> 20} MB")
        with zipfile.ZipFile(path) as archive:
            return _found(_unzipped(archive, str(path)), str(path))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, OSError) as error:
        raise BadInput(f"{path}: not a zip that can be read ({error})") from error


def to_zip(files: Mapping[str, bytes], name: str) -> bytes:
    """A zip with the skill's folder at its top: the same bytes for the same files, anywhere."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in sorted(files.items()):
            # Stored as it is: what zlib makes of it differs from version to version.
            entry = zipfile.ZipInfo(f"{name}/{path}", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return packed.getvalue()


def templates() -> list[str]:
    """The names of the skills that come with acx."""
    return sorted(path.parent.name for path in _shelf().glob(f"*/{MAIN}"))


def template(name: str, as_name: str | None = None) -> Found:
    """A skill that comes with acx, under its own or another name. Raises NotFound."""
    if name not in templates():
        raise NotFound(f"no template {name!r}", f"there are: {', '.join(templates())}")
    folder = _shelf() / name
    files = [path for path in folder.rglob("*") if path.is_file()]
    # Not by from_folder: installers may well have made hard links of these files.
    found = _found({p.relative_to(folder).as_posix(): p.read_bytes() for p in files}, str(folder))
    if as_name in (None, name):
        return found
    name = safe_name(as_name or name)
    text = skillfile.with_name(found.files[MAIN].decode(), name)
    return Found(name, {**found.files, MAIN: text.encode()}, found.warnings)


def _shelf() -> Path:
    """Beside the package in a checkout, inside it where it was installed from a wheel."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "skills_templates"
    return inside if inside.is_dir() else package.parent / "skills_templates"


# -- what there is --------------------------------------------------------------------------------


def _walk(root: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files below a folder. Raises BadInput at a link, a device or too much of it."""
    count = total = 0
    pending = [root]
    while pending:
        folder = pending.pop()
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            path = Path(entry.path).relative_to(root).as_posix()
            if _left_out(path):
                continue
            if _dotted(path):
                yield path, b""
            elif entry.is_symlink():
                raise BadInput(
                    f"{path}: a symbolic link, which could point anywhere", "copy the file"
                )
            elif entry.is_dir():
                pending.append(Path(entry.path))
            else:
                data = _read(Path(entry.path), path)
                count, total = count + 1, total + len(data)
                _within(count, total, str(root))
                yield path, data


def _read(file: Path, path: str) -> bytes:
    """The content of a regular file that has but this one name."""
    # These see to it that nothing put there since it was listed is followed or waited for.
    flags = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    with os.fdopen(os.open(file, os.O_RDONLY | sum(flags)), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{path}: not a regular file")
        if status.st_nlink > 1:
            raise BadInput(f"{path}: a hard link to a file that has other names", "copy the file")
        return _limited(stream.read(MOST_FILE_BYTES + 1), path)


def _unzipped(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _within(len(entries), sum(entry.file_size for entry in entries), where)
    files: dict[str, bytes] = {}
    for entry in entries:
        # What stands after a NUL is cut off by zipfile: another name than the one that was packed.
        path = entry.orig_filename
        # A dot file is no danger here, as it's left out below; a `..` is.
        safe_path("/".join(part.lstrip(".") or part for part in path.split("/")))
        if _left_out(path):
            continue
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise BadInput(f"{where}: {path} is a link or a special file")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadInput(f"{where}: {path} is packed in an unusual way", "use an ordinary zip")
        if entry.flag_bits & 1:
            raise BadInput(f"{where}: {path} is encrypted", "pack it again without a password")
        if entry.file_size > MOST_RATIO * max(entry.compress_size, 1000):
            raise BadInput(
                f"{where}: {path} unpacks to {entry.file_size} bytes, which looks like a bomb"
            )
        if path in files:
            raise BadInput(f"{where}: {path} is in it twice")
        with archive.open(entry) as stream:
            files[path] = _limited(stream.read(MOST_FILE_BYTES + 1), path)
    return _without_top(files)


def _without_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files as seen from the one folder that holds them all, if there is one."""
    tops = {path.split("/")[0] for path in files}
    if len(tops) != 1 or any("/" not in path for path in files):
        return files
    return {path.split("/", 1)[1]: data for path, data in files.items()}


def _within(count: int, total: int, where: str) -> None:
    if count > MOST_FILES:
        raise BadInput(f"{where}: more than {MOST_FILES} files")
    if total > MOST_BYTES:
        raise BadInput(f"{where}: more than {MOST_BYTES >> 20} MB")


def _limited(data: bytes, path: str) -> bytes:
    if len(data) > MOST_FILE_BYTES:
        raise BadInput(f"{path}: larger than {MOST_FILE_BYTES >> 20} MB")
    return data


def _left_out(path: str) -> bool:
    """Whether it is litter of a system or a tool, and no part of a skill."""
    return not _LEFT_OUT.isdisjoint(path.split("/")) or path.endswith(".pyc")


def _dotted(path: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in path.split("/"))


# -- what it is worth -----------------------------------------------------------------------------


def _found(files: Mapping[str, bytes], where: str) -> Found:
    """The skill that the files make. Raises BadInput where they are unsafe or no skill."""
    dotted = sorted(path for path in files if _dotted(path))
    kept = {safe_path(path): data for path, data in files.items() if not _dotted(path)}
    warnings = [f"{path} is left out: agents need no dot files" for path in dotted]
    if clash := collision([path for path in files if not _dotted(path)]):
        raise BadInput(f"{where}: {clash[0]} and {clash[1]} are one file on some systems")
    if MAIN not in kept and "skill.md" in kept:
        kept[MAIN] = kept.pop("skill.md")
        warnings.append(f"skill.md is stored as {MAIN}, as the format has it")
    nested = sorted(p for p in kept if p != MAIN and p.rsplit("/", 1)[-1].lower() == "skill.md")
    if MAIN not in kept:
        hint = (
            f"it holds these: {', '.join(nested[:5])}"
            if nested
            else f"a skill is a folder with {MAIN}"
        )
        raise BadInput(f"{where}: no {MAIN} at its top", hint)
    if nested:
        raise BadInput(f"{where}: a skill within the skill ({nested[0]})", "add them one by one")
    try:
        text = kept[MAIN].decode()
        skill, _ = skillfile.lenient(text, "")
        name = safe_name(skill.name)
    except UnicodeDecodeError as error:
        raise BadInput(f"{where}: {MAIN} is not UTF-8 (byte {error.start})") from error
    except BadInput as error:
        raise BadInput(f"{where}: {error.message}", *error.hints) from error
    _, problems = skillfile.lenient(text, name)
    warnings += [f"{MAIN}, {problem}" for problem in problems]
    return Found(name, kept, (*warnings, *_cautions(skill, kept)))


def _cautions(skill: skillfile.SkillFile, files: Mapping[str, bytes]) -> Iterable[str]:
    """What a person should know before agents load the skill."""
    if skill.allowed_tools:
        yield f"it lets agents use without asking: {skill.allowed_tools}"
    if scripts := sorted(path for path in files if _RUNS.match(path)):
        yield f"it holds programs: {', '.join(scripts[:5])}{', ...' if scripts[5:] else ''}"
    if _ACTS.search(skill.body):
        yield f"{MAIN} has commands or files that some agents run or read when they load it"
    for path, data in files.items():
        if b"\0" in data:
            yield f"{path} is not a text"
        elif _HIDDEN.search(data.decode(errors="replace")):
            yield f"{path} holds invisible characters"
