"""Branches: which entries of a session that is a tree were kept.

Going back to an earlier point makes the next entry a sibling of what was said there before. What
counts is the way from the root to the entry written last. Not in here: what entries say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

LEFT = "of a branch that was left"
"""What entries beside the way are counted as."""


def kept(entries: Iterable[tuple[str, Any]]) -> set[str]:
    """The ids from the root to the last entry, given each entry's id and its parent's.

    A parent of None is a root. One that isn't there, as when its line is torn, or in files that
    name no parents, counts as the entry before.
    """
    parents: dict[str, str] = {}
    last = ""
    for id, parent in entries:
        if not id:
            continue
        known = isinstance(parent, str) and parent in parents
        parents.setdefault(id, "" if parent is None else parent if known else last)
        last = id
    way: set[str] = set()
    while last and last not in way:
        way.add(last)
        last = parents[last]
    return way
