"""Names and paths that are safe to write on any machine: the rule for everything acx is handed.

Pure; a path here is text with slashes, relative to a skill or a space. Symlinks and other things
that only a disk can tell are not looked at here: whoever opens files does that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from acx.errors import BadInput

LONGEST_NAME = 255
"""Bytes of one component, the limit of every common file system."""

LONGEST_PATH = 1024
"""Bytes of a whole path: macOS's limit, the smallest in use."""

_WINDOWS = frozenset('<>:"|?*')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?", re.I)
# What NTFS may call `.git` in its short form; git itself refuses to check out only the first.
_SHORT_GIT = re.compile(r"git~[0-9]+", re.I)
# Control, format (zero-width, bidi, the code points HFS+ ignores), surrogate, line and paragraph.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def safe_path(path: str) -> str:
    """The path in NFC if it may be written below a folder, else BadInput that says why.

    Refused: absolute paths, `..`, backslashes, drives and streams, unseen characters, names that
    Windows can't hold, dot files, and `.git` in any disguise.
    """
    if not path:
        raise BadInput("a path is empty")
    if len(path.encode(errors="replace")) > LONGEST_PATH:
        raise BadInput(f"path of more than {LONGEST_PATH} bytes: {path[:60]!r}...")
    if path.startswith("/"):
        raise BadInput(f"{path!r}: an absolute path")
    for component in path.split("/"):
        if reason := _unsafe(component):
            raise BadInput(f"{path!r}: {reason}")
    return unicodedata.normalize("NFC", path)


def safe_name(name: str) -> str:
    """The name in NFC if it may name a folder, else BadInput that says why."""
    if reason := "it holds a slash" if "/" in name else _unsafe(name):
        raise BadInput(f"{name[:80]!r} can't be a name: {reason}")
    return unicodedata.normalize("NFC", name)


def collision(paths: Iterable[str]) -> tuple[str, str] | None:
    """Two paths that some file system can't hold side by side, or None.

    They differ only in case or in Unicode normalisation, in whole or in a folder of theirs, or one
    is a file where the other needs a folder.
    """
    spelled: dict[str, tuple[str, str]] = {}
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            prefix = "/".join(parts[:depth])
            folded = _folded(prefix)
            known, owner = spelled.setdefault(folded, (prefix, path))
            if known != prefix:
                return owner, path
            if depth < len(parts):
                folders.setdefault(folded, path)
        whole = _folded(path)
        if whole in files:
            return files[whole], path
        files[whole] = path
    both = files.keys() & folders.keys()
    return min(((files[key], folders[key]) for key in both), default=None)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _unsafe(component: str) -> str:
    """Why no file may be named so; "" if it may."""
    visible = "".join(c for c in component if unicodedata.category(c) not in _UNSEEN)
    bare = visible.split(":")[0].rstrip(". ").lower()
    if component in ("", ".", ".."):
        return "it holds an empty, `.` or `..` component"
    if bare == ".git" or _SHORT_GIT.fullmatch(bare):
        return "it names git's own folder"
    if "\\" in component:
        return "it holds a backslash"
    if visible != component:
        return "it holds a control or invisible character"
    if component.startswith("."):
        return "it names a dot file"
    if not _WINDOWS.isdisjoint(component):
        return "it holds one of < > : \" | ? *, which Windows can't store"
    if component[-1] in ". ":
        return "a component ends in a dot or a space"
    if _DEVICE.fullmatch(component):
        return "it names a Windows device"
    if len(component.encode()) > LONGEST_NAME:
        return f"a component is longer than {LONGEST_NAME} bytes"
    return ""
