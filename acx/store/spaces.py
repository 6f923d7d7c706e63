"""Spaces: which there are, what space.yaml says of them, and the lock of the one who writes.

A space is a repository; its name is the name of its folder, or of the link to it, in the home.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from acx import files, yamlfile
from acx.errors import AcxError, BadInput, Conflict, NotFound, meant
from acx.model import Space
from acx.store import publish
from acx.store.layout import SKILLS, SPACE_FILE, Home
from acx.store.process import run_git, said
from acx.store.repo import Repo

KEYS = ("id", "user", "description", "meta", "created_at", "policy")
"""What space.yaml may say. Other keys are kept, but mean nothing."""

POLICY_KEYS = ("review", "success", "failure", "gate")

BUILDING = ".new-"
"""Prefix of folders in which a space is built before it gets its name."""


class Spaces:
    """All spaces of a home. `env` is handed to git."""

    def __init__(self, home: Home, env: Mapping[str, str]) -> None:
        self._home = home
        self._env = env

    def names(self) -> list[str]:
        try:
            found = [path for path in self._home.spaces.iterdir() if not path.name.startswith(".")]
        except FileNotFoundError:
            return []
        return sorted(path.name for path in found if path.is_dir() or path.is_symlink())

    def find(self, text: str) -> str:
        """The name of the space that is called `text`, starts so, or lies at that path."""
        names = self.names()
        if text in names:
            return text
        if text and (os.sep in text or text in (".", "..")):
            there = Path(text).resolve()
            for name in names:
                if (self._home.spaces / name).resolve() == there:
                    return name
            raise NotFound(f"{text} is no space of this home", f"acx space create NAME --at {text}")
        found = [name for name in names if text and name.startswith(text)]
        if len(found) > 1:
            raise Conflict(f"{text!r} is the start of {', '.join(found)}", "acx space list")
        if not found:
            alike = meant(text, names)
            other = [] if alike else [f"acx space create {text or 'NAME'}"]
            raise NotFound(f"no space {text!r}", *alike, "acx space list", *other)
        return found[0]

    def get(self, name: str) -> Space:
        """What space.yaml says. Raises NotFound or BadInput, warns of keys that mean nothing."""
        path = self.path(name)
        where = path / SPACE_FILE
        try:
            text = where.read_bytes() if where.exists() else b""
        except OSError as error:
            raise files.explain(error, where) from error
        value = _mapping(text, where)
        for strange in _strange(value, where):
            warnings.warn(strange, stacklevel=1)  # told once, whoever reads it how often
        return _described(name, path, value, where)

    def all(self) -> list[Space]:
        """Every space, newest first."""
        found = [self.get(name) for name in self.names()]
        return sorted(found, key=lambda space: (space.created_at, space.name), reverse=True)

    def path(self, name: str) -> Path:
        """Where the repository is, links followed. Raises NotFound if it is gone."""
        link = self._home.space(name)
        path = link.resolve()
        if not path.is_dir():
            if link.is_symlink():
                raise NotFound(
                    f"space {name} was at {path}, which is gone",
                    f"bring it back, or forget it: acx space delete {name}",
                )
            raise NotFound(f"no space {name!r}", "acx space list")
        return path

    def open(self, name: str) -> Repo:
        """The space's repository, for reading."""
        return Repo(self.path(name), self._env)

    @contextmanager
    def writing(
        self, name: str, waiting: Callable[[], None] | None = None, wait: bool = True
    ) -> Iterator[Repo]:
        """The repository, held by us alone; what a killed process left is finished first.

        Raises NotFound if the space is gone by then, and with `wait` false Conflict if it is held.
        """
        with self.open(name) as repo:
            held = f"space {name} is being learned into"
            with files.locked(lock_of(repo), wait=wait, waiting=waiting, held=held):
                if not repo.git_dir.is_dir() or self.path(name) != repo.path:
                    raise NotFound(f"space {name} was deleted meanwhile", "acx space list")
                publish.recover(repo)
                yield repo

    def free(self, name: str) -> None:
        """Raises Conflict if the name is taken, BadInput if it can't be one."""
        path = self._home.space(name)
        if path.exists() or path.is_symlink():
            raise Conflict(f"space {name} exists already", f"acx space show {name}")
        for other in self.names():
            if other.casefold() == name.casefold():
                raise Conflict(
                    f"there is a space {other}, which some systems can't tell from {name}"
                )

    @contextmanager
    def building(self, name: str, token: str) -> Iterator[Path]:
        """A folder to build a new space in; it gets its name when the block ends well."""
        files.make_folder(self._home.spaces)
        with files.locked(self._home.spaces / ".lock"):
            self.free(name)
            for left in self._home.spaces.glob(f"{BUILDING}*"):
                shutil.rmtree(left, ignore_errors=True)  # by a process that was killed
            folder = self._home.spaces / f"{BUILDING}{token}"
            try:
                yield folder
                folder.rename(self._home.space(name))
            except OSError as error:
                raise files.explain(error, folder) from error
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def linkable(self, name: str, at: Path) -> None:
        """Raises Conflict if the name is taken or the repository has one already."""
        self.free(name)
        for other in self.names():
            if (self._home.spaces / other).resolve() == at.resolve():
                raise Conflict(f"{at} is the space {other} already", f"acx space show {other}")

    def link(self, name: str, at: Path) -> None:
        """Let the name stand for a repository elsewhere. Raises Conflict as `linkable` does."""
        self.linkable(name, at)
        files.make_folder(self._home.spaces)
        link = self._home.space(name)
        try:
            if sys.platform == "win32":  # pragma: no cover - a junction needs no privilege
                import _winapi

                _winapi.CreateJunction(str(at.resolve()), str(link))
            else:
                link.symlink_to(at.resolve(), target_is_directory=True)
        except OSError as error:
            raise files.explain(error, link) from error

    def forget(self, name: str) -> Path:
        """Take the name from a space; its repository is kept, at the path that is returned."""
        link = self._home.space(name)
        if link.is_symlink():
            target = link.resolve()
            link.unlink()
            return target
        files.make_folder(self._home.forgotten)
        kept = self._home.forgotten / name
        number = 2
        while kept.exists():
            kept = self._home.forgotten / f"{name}-{number}"
            number += 1
        try:
            link.rename(kept)
        except OSError as error:
            raise files.explain(error, link) from error
        return kept

    def clone(self, url: str, folder: Path) -> None:
        """Clone a repository into a folder that doesn't exist yet. Raises AcxError as git says."""
        if url.startswith("-") or "::" in url:
            raise BadInput(f"{url!r} is not a URL or path of a repository")
        done = run_git(
            ["clone", "--quiet", "--no-recurse-submodules", "--template=", "--", url, str(folder)],
            self._env,
        )
        if done.returncode:
            raise AcxError(f"can't clone {url}: {said(done)}", f"git clone {url}")
        if [path.name for path in folder.iterdir()] == [".git"]:
            # `git init --bare` calls its branch master: a main pushed there isn't its HEAD
            run_git(["-C", str(folder), "checkout", "--quiet", "main"], self._env)


def lock_of(repo: Repo) -> Path:
    """The lock of whoever writes to a space; its folder is made, but never the repository's."""
    folder = repo.git_dir / "acx"
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise NotFound(f"{repo.path}: the repository is gone", "acx space list") from error
    except OSError as error:
        raise files.explain(error, folder) from error
    return folder / "lock"


def is_busy(repo: Repo) -> bool:
    """Whether somebody is writing to the space right now."""
    return files.is_locked(repo.git_dir / "acx" / "lock")


def is_space(folder: Path) -> bool:
    """Whether a repository can be a space: it has a space.yaml, or skills/*/SKILL.md."""
    return (folder / SPACE_FILE).is_file() or any((folder / SKILLS).glob("*/SKILL.md"))


def space_text(space: Space, old: bytes = b"") -> bytes:
    """space.yaml for a space; keys of the old text that acx doesn't know are kept."""
    value: dict[str, Any] = dict(_mapping(old, Path(SPACE_FILE))) if old else {}
    value.update(
        id=space.id,
        user=space.user,
        description=space.description,
        meta=dict(space.meta),
        created_at=space.created_at,
        policy=dict(space.policy),
    )
    return yamlfile.dump(value)


def parsed(name: str, path: Path, text: bytes, where: Path) -> Space:
    """The space that a space.yaml describes. Raises BadInput naming `where`."""
    return _described(name, path, _mapping(text, where), where)


def _described(name: str, path: Path, value: Mapping[str, Any], where: Path) -> Space:
    meta = value.get("meta") or {}
    policy = value.get("policy") or {}
    if not isinstance(meta, dict) or not isinstance(policy, dict):
        raise BadInput(f"{where}: meta and policy must be `key: value` lists")
    return Space(
        name=name,
        path=str(path),
        id=str(value.get("id") or ""),
        user=str(value.get("user") or ""),
        description=str(value.get("description") or ""),
        created_at=str(value.get("created_at") or ""),
        meta={str(key): str(item) for key, item in meta.items()},
        policy=policy,
    )


def _strange(value: Mapping[str, Any], where: Path) -> Iterator[str]:
    """The keys of a space.yaml that acx doesn't know: misspelt, they would silently lift a rule."""
    for key in value:
        if key in POLICY_KEYS:
            yield f"{where}: {key!r} is ignored; it belongs below `policy:`"
        elif key not in KEYS:
            hint = (meant(key, KEYS) or ["what is your own goes below `meta:`"])[0]
            yield f"{where}: unknown key {key!r} is ignored; {hint}"


def _mapping(text: bytes, where: Path) -> Mapping[str, Any]:
    return yamlfile.load(text, str(where), f"git -C {where.parent} diff")
