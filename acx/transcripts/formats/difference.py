"""The difference between what an agent proposed and what a person made of it, as a unified diff.

Not in here: where a transcript tells of it, which each agent does in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_LINES = 500
"""In which matching lines are looked for. That takes quadratic time; longer texts are compared from
both ends."""


def difference(proposed: str, made: str, path: str) -> str:
    """A compact diff of two texts, "" if they are the same. `path` is what the edit was of."""
    from difflib import unified_diff  # takes milliseconds to load, for what is rare

    before, after = proposed.splitlines(), made.splitlines()
    if max(len(before), len(after)) <= MOST_LINES:
        return "\n".join(unified_diff(before, after, "proposed", path, n=1, lineterm=""))
    start = _alike(before, after)
    end = _alike(reversed(before[start:]), reversed(after[start:]))
    gone, come = before[start : len(before) - end], after[start : len(after) - end]
    head = f"@@ -{start + 1},{len(gone)} +{start + 1},{len(come)} @@"
    lines = [*(f"-{line}" for line in gone), *(f"+{line}" for line in come)]
    return "\n".join(["--- proposed", f"+++ {path}", head, *lines]) if lines else ""


def _alike(before: Iterable[str], after: Iterable[str]) -> int:
    """How many lines are the same before the first that isn't."""
    count = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        count += 1
    return count
