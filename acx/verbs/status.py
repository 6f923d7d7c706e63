"""Status: what is pending, running, held, and what was learned last."""

from __future__ import annotations

from dataclasses import dataclass

from acx.config import Config
from acx.errors import AcxError
from acx.model import Session
from acx.store import ledger
from acx.store.ledger import Entry
from acx.store.spaces import is_busy
from acx.verbs.context import Context

LATEST = 3


@dataclass(frozen=True, slots=True)
class SpaceStatus:
    """One space. `trouble` is why it can't be read or learned into."""

    name: str
    lessons: int = 0
    proposals: int = 0
    busy: bool = False
    latest: tuple[Entry, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """`sessions` are those that wait, run or failed; `completed` and `loose` only counted."""

    learner: str
    spaces: tuple[SpaceStatus, ...]
    sessions: tuple[Session, ...]
    completed: int
    loose: int


def status(ctx: Context, space: str = "") -> Status:
    """Of one space, or of all."""
    names = [ctx.spaces.find(space)] if space else ctx.spaces.names()
    found = ctx.sessions.all()
    mine = [session for session in found if session.space in names]
    return Status(
        learner_in_words(ctx.config),
        tuple(_space(ctx, name) for name in names),
        tuple(session for session in mine if session.status != "completed"),
        sum(session.status == "completed" for session in mine),
        sum(not session.space for session in found),
    )


def _space(ctx: Context, name: str) -> SpaceStatus:
    try:
        with ctx.spaces.open(name) as repo:
            entries = ledger.entries(repo)
            landed = [entry for entry in entries if entry.state == "landed"]
            return SpaceStatus(
                name,
                len(landed),
                len(ledger.proposals(repo)),
                is_busy(repo),
                tuple(landed[:LATEST]),
            )
    except AcxError as error:
        return SpaceStatus(name, trouble=error.message)


def learner_in_words(config: Config) -> str:
    """Which learner `acx learn` would use, and why."""
    if config.learner == "offline":
        return "offline (as configured)"
    if config.learner == "anthropic" or config.has_credentials:
        where = f" at {config.base_url}" if config.base_url else ""
        lacks = "" if config.reaches_a_model else ", but no ANTHROPIC_API_KEY is set"
        return f"anthropic {config.model}{where}{lacks}"
    return "offline (no ANTHROPIC_API_KEY is set)"
