"""Three-way merge of one file: what a lesson changed, put onto what a person or a lesson changed.

git does the merging. Where both sides only added lines at the same place (two entries at the end of
a log, two facts at the end of a list) both are kept, ours first; anything else is a conflict.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from acx.store.process import run_git

SHORTEST_MARK = 31
MARKS = re.compile(rb"(?m)^(?:<+|=+|>+|\|+)")


class Conflicting(Exception):
    """Both sides changed the same lines, or one deleted what the other changed."""


def merge(
    base: bytes | None, ours: bytes | None, theirs: bytes | None, env: Mapping[str, str]
) -> bytes | None:
    """The file with both changes; None where it is deleted. Raises Conflicting."""
    if ours == theirs or base == theirs:
        return ours
    if base == ours:
        return theirs
    if ours is None or theirs is None or b"\0" in ours + theirs:
        raise Conflicting
    if base is None:
        base = _common_start(ours, theirs)
    # Longer than any run of these characters in the files, which are somebody's headings and notes
    runs = [len(run) for data in (base, ours, theirs) for run in MARKS.findall(data)]
    mark = max([SHORTEST_MARK, *(run + 1 for run in runs)])
    return _keep_additions(_merge_file(base, ours, theirs, mark, env), mark)


def _common_start(ours: bytes, theirs: bytes) -> bytes:
    """The whole lines both files begin with: all that two new files can have in common."""
    end = next(
        (at for at, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None
    )
    end = min(len(ours), len(theirs)) if end is None else end
    return ours[: ours.rfind(b"\n", 0, end) + 1]


def _merge_file(
    base: bytes, ours: bytes, theirs: bytes, mark: int, env: Mapping[str, str]
) -> bytes:
    with tempfile.TemporaryDirectory(prefix="acx-merge-") as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            Path(folder, name).write_bytes(data)
            names.append(name)
        for style in ("--zdiff3", "--diff3"):  # git before 2.35 knows only the second
            done = run_git(
                ["merge-file", "-p", style, f"--marker-size={mark}", *names], env, Path(folder)
            )
            if done.returncode < 128:
                return done.stdout
    raise Conflicting


def _keep_additions(merged: bytes, size: int) -> bytes:
    """Resolve hunks in which neither side touched a line of the base. Raises Conflicting."""
    out: list[bytes] = []
    side = ""
    sides: dict[str, list[bytes]] = {}
    marks = {b"<" * size: "ours", b"|" * size: "base", b"=" * size: "theirs", b">" * size: ""}
    for line in merged.splitlines(keepends=True):
        mark = line[:size]
        if mark in marks and (side or mark.startswith(b"<")):
            side = marks[mark]
            if side == "ours":
                sides = {"ours": [], "base": [], "theirs": []}
            elif not side:
                if b"".join(sides["base"]).strip():
                    raise Conflicting
                out += _both(sides["ours"], sides["theirs"])
        else:
            (sides[side] if side else out).append(line)
    return b"".join(out)


def _both(ours: list[bytes], theirs: list[bytes]) -> list[bytes]:
    """Both additions; with the blank line between them that a paragraph or heading needs."""
    if ours and not ours[-1].endswith(b"\n"):
        ours = [*ours[:-1], ours[-1] + b"\n"]
    needs_gap = bool(ours and theirs) and theirs[0].startswith(b"#") and ours[-1].strip()
    return [*ours, *([b"\n"] if needs_gap else []), *theirs]
