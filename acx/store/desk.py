"""The person's desk: the files and the staging area of a space, as they have them right now.

Theirs always wins: what they have edited or staged is merged with what a lesson writes, and where
that can't be done the answer is `Conflicting`, with nothing changed. Knows no refs and no lessons.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from acx import files
from acx.errors import AcxError
from acx.store.merge import Conflicting, merge
from acx.store.process import said
from acx.store.repo import FILE, ZERO, Repo

Contents = bytes | None

SCRATCH = "file.tmp"
"""Below .git/acx: where a file is written before it takes its place."""


class Desk:
    """Files and index entries of these paths, looked up once."""

    def __init__(self, repo: Repo, paths: Sequence[str]) -> None:
        self._repo = repo
        self._staged: dict[str, tuple[str, str]] = {}
        self._unmerged: set[str] = set()
        out = repo.run("ls-files", "--stage", "-z", "--", *paths).stdout if paths else b""
        for record in out.decode(errors="surrogateescape").split("\0"):
            if record:
                head, path = record.split("\t", 1)
                mode, blob, stage = head.split(" ")
                self._staged[path] = (mode, blob)
                if stage != "0":
                    self._unmerged.add(path)

    def merged(self, path: str, old: Contents, new: Contents) -> tuple[Contents, Contents]:
        """What file and index entry become when a lesson turns `old` into `new`.

        Raises Conflicting, naming the path, where the person's changes and these don't go together.
        """
        here = self._repo.path / path
        try:
            if path in self._unmerged or _linked(self._repo.path, path) or here.is_dir():
                raise Conflicting
            now = here.read_bytes() if here.exists() else None
            # core.autocrlf, or an editor on Windows: their line endings are no change, and are kept
            windows = bool(now and old and b"\r\n" in now and b"\r\n" not in old)
            if now is not None and windows:
                now = now.replace(b"\r\n", b"\n")
            if now is None and old is not None and new is not None:
                raise Conflicting  # they deleted it, and haven't committed that
            staged = self._staged.get(path)
            index = self._repo.read(staged[1]) if staged else None
            file = merge(old, now, new, self._repo.env)
            if file is not None and windows and now != old:
                file = file.replace(b"\n", b"\r\n")
            return file, merge(old, index, new, self._repo.env)
        except Conflicting:
            raise Conflicting(path) from None

    def update(self, changes: Mapping[str, tuple[Contents, Contents]]) -> None:
        """Bring files and index from the old to the new contents: path -> (old, new)."""
        lines: list[bytes] = []
        for path, (old, new) in changes.items():
            try:
                file, index = self.merged(path, old, new)
            except Conflicting:
                continue  # edited since it was checked: their file stays, git shows the difference
            here = self._repo.path / path
            if file is None:
                here.unlink(missing_ok=True)
                _prune(self._repo.path, here.parent)
            elif not here.exists() or here.read_bytes() != file:
                self._replace(here, file)
            lines.append(self._index_line(path, index))
        self._write_index(b"".join(lines))

    def _index_line(self, path: str, data: Contents) -> bytes:
        line = f"0 {ZERO}"
        if data is not None:
            mode = self._staged[path][0] if path in self._staged else f"{FILE:o}"
            line = f"{mode} {self._repo.write(data)}"
        return f"{line}\t{path}\0".encode("utf-8", "surrogateescape")

    def _replace(self, here: Path, data: bytes) -> None:
        """Write a file of the person's, by way of git's own folder: a process that is killed leaves
        nothing in their tree."""
        aside = self._repo.git_dir / "acx" / SCRATCH
        files.replace(aside, data)
        if here.exists():
            aside.chmod(here.stat().st_mode & 0o777)
        here.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.replace(here)
        except OSError as error:
            raise files.explain(error, here) from error

    def _write_index(self, lines: bytes) -> None:
        for attempt in range(20 if lines else 0):
            done = self._repo.run("update-index", "-z", "--index-info", data=lines)
            if done.returncode == 0:
                return
            if b"index.lock" not in done.stderr:
                break
            time.sleep(0.05 * (attempt + 1))  # the person's own git holds the index for a moment
        if lines:
            raise AcxError(
                f"git update-index failed in {self._repo.path}: {said(done)}", "acx doctor"
            )


def _linked(root: Path, path: str) -> bool:
    """Whether any component of the path is a symbolic link: writing there could leave the space."""
    at = root
    for part in path.split("/"):
        at = at / part
        if at.is_symlink():
            return True
    return False


def _prune(root: Path, folder: Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
