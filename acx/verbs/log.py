"""Log and show: the lessons of a space, and one of them with everything behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from acx.errors import NotFound, UsageError
from acx.store import ledger
from acx.store.ledger import Entry
from acx.verbs.context import Context


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lessons, newest first; `more` says that there are older ones."""

    space: str
    items: tuple[Entry, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class LessonShown:
    """A lesson and its diff: path -> bytes before and after."""

    space: str
    entry: Entry
    diff: Mapping[str, tuple[bytes | None, bytes | None]]


def log(
    ctx: Context, space: str = "", *, limit: int = 20, session: str = "", proposals: bool = False
) -> LogPage:
    """Lessons of a space's branch; with `proposals` also those that wait or were rejected.

    What a person reverted stays in the list: it is in the history, and marked.
    """
    if limit < 1:
        raise UsageError("--limit must be at least 1")
    name = ctx.space_name(space)
    if session:
        with contextlib.suppress(NotFound):  # of a session that isn't here there may be lessons
            session = ctx.sessions.find(session)
    with ctx.spaces.open(name) as repo:
        found = [
            entry
            for entry in ledger.entries(repo, session)
            if proposals or entry.state in ("landed", "reverted")
        ]
    return LogPage(name, tuple(found[:limit]), len(found) > limit)


def show(ctx: Context, lesson: str, space: str = "") -> LessonShown:
    """A lesson by commit, its prefix, or a proposal's name."""
    names = ctx.spaces.names()
    if space or ctx.config.space or len(names) < 2:
        return _shown(ctx, ctx.space_name(space), lesson)
    for name in names:  # a commit or a proposal tells its space
        with contextlib.suppress(NotFound):
            if lesson.upper() != "HEAD":
                return _shown(ctx, name, lesson)
    ctx.space_name()
    raise NotFound(f"no lesson {lesson!r} in any space", "acx log")


def _shown(ctx: Context, space: str, lesson: str) -> LessonShown:
    with ctx.spaces.open(space) as repo:
        entry = ledger.find(repo, lesson)
        return LessonShown(space, entry, repo.changed(entry.commit.id))
