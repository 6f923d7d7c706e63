"""A draft: edits made to skills in memory, on top of a tree that stays as it is.

Nothing is visible to anybody until the draft, checked as a whole, is published by a verb. An edit
that can't be made raises `EditError`, whose text is written for whoever asked for the edit: a
person reading a log, or a model that will try again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acx.model import SkillTree


class EditError(Exception):
    """An edit that doesn't fit the draft; the text says why and what to do instead."""


class Draft:
    """An overlay over a `SkillTree`. Paths are relative to the space: `skills/NAME/FILE`."""

    def __init__(self, tree: SkillTree) -> None:
        self._tree = tree
        self._written: dict[str, bytes | None] = {}

    def paths(self) -> Sequence[str]:
        """All files as they would be, sorted."""
        kept = {path for path in self._tree.paths() if self._written.get(path, b"") is not None}
        return sorted(kept | {path for path, data in self._written.items() if data is not None})

    def read(self, path: str) -> bytes | None:
        """The file as it would be, or None. This makes a draft a tree, so drafts can be stacked."""
        if path in self._written:
            return self._written[path]
        return self._tree.read(path)

    def text(self, path: str) -> str:
        """The file as text. Raises EditError if it isn't there or isn't UTF-8."""
        data = self.read(path)
        if data is None:
            raise EditError(f"{path}: no such file. Files there: {self._neighbours(path)}")
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise EditError(f"{path}: not a text file (byte {error.start})") from error

    def create(self, path: str, text: str) -> None:
        """A new file. Raises EditError if it exists."""
        if self.read(path) is not None:
            raise EditError(f"{path} exists already: replace or insert text in it instead")
        self._written[path] = text.encode()

    def write(self, path: str, text: str) -> None:
        """The whole file, new or not."""
        self._written[path] = text.encode()

    def put(self, path: str, data: bytes | None) -> None:
        """The whole file as bytes, or None to delete it, whether it is there or not."""
        self._written[path] = data

    def put_all(self, changes: Mapping[str, bytes | None]) -> None:
        """Whole files, as `changes` of another draft gives them."""
        self._written.update(changes)

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace the one place where `old` stands. Raises EditError if it isn't exactly one."""
        text = self.text(path)
        found = text.count(old) if old else 0
        if found == 0:
            raise EditError(
                f"{path}: the text to replace is not there verbatim. View the file and copy it"
            )
        if found > 1:
            lines = [
                str(n) for n, line in enumerate(text.split("\n"), 1) if old.split("\n")[0] in line
            ]
            raise EditError(
                f"{path}: the text to replace stands in {found} places (lines {', '.join(lines)})."
                " Add surrounding lines until it is unique"
            )
        self._written[path] = text.replace(old, new).encode()

    def insert(self, path: str, line: int, text: str) -> None:
        """Insert `text` after a line (0: at the start). Raises EditError if it isn't there."""
        lines = self.text(path).splitlines(keepends=True)
        if not 0 <= line <= len(lines):
            raise EditError(f"{path} has {len(lines)} lines: can't insert after line {line}")
        if line and not lines[line - 1].endswith("\n"):
            lines[line - 1] += "\n"
        ending = "" if text.endswith("\n") else "\n"
        self._written[path] = "".join([*lines[:line], text + ending, *lines[line:]]).encode()

    def move(self, path: str, to: str) -> None:
        """Rename a file. Raises EditError if it isn't there or the new name is taken."""
        data = self.read(path)
        if data is None:
            raise EditError(f"{path}: no such file. Files there: {self._neighbours(path)}")
        if self.read(to) is not None:
            raise EditError(f"{to} exists already")
        self._written[to] = data
        self._written[path] = None

    def delete(self, path: str) -> None:
        """Remove a file. Raises EditError if it isn't there."""
        if self.read(path) is None:
            raise EditError(f"{path}: no such file. Files there: {self._neighbours(path)}")
        self._written[path] = None

    def changes(self) -> Mapping[str, bytes | None]:
        """What differs from the tree: path -> new bytes, or None for a deleted file."""
        return {
            path: data
            for path, data in sorted(self._written.items())
            if data != self._tree.read(path)
        }

    def _neighbours(self, path: str) -> str:
        folder = path.rsplit("/", 1)[0] + "/"
        near = [name for name in self.paths() if name.startswith(folder)] or list(self.paths())
        return ", ".join(near[:20]) or "none"
