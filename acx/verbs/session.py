"""The verbs on sessions: create, attach, list, show, tasks, delete. Append and import have rooms of
their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from acx.errors import NotFound, UsageError
from acx.learn.message import task_key
from acx.model import LearningStatus, Message, Session
from acx.store import ledger
from acx.store.layout import checked_name
from acx.store.sessions import Outcome
from acx.transcripts.digest import digest as digest_of
from acx.verbs.context import Context

DECIDED = (
    ("landed", "learned"),
    ("proposed", "held"),
    ("reverted", "reverted"),
    ("rejected", "rejected"),
)
"""What to call a task by the states of its lessons; the first that fits."""

DIGEST_TOKENS = 20_000
"""What a digest may have where nobody says; some fifty pages."""

MESSAGE_RANGE = re.compile(r"(\d+)?(?:(-)(\d+)?)?")


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page of sessions, newest first. `next_cursor` is "" on the last page."""

    items: tuple[Session, ...]
    next_cursor: str = ""

    @property
    def has_more(self) -> bool:
        return bool(self.next_cursor)


def create(ctx: Context, *, session_id: str = "", user: str = "", space: str = "") -> Session:
    """A new session, attached to a space if one is named. Raises Conflict if the id is taken."""
    name = ctx.spaces.find(space) if space else ""
    session_id = session_id or ctx.now().strftime("%Y%m%d-%H%M%S-") + ctx.token()
    checked_name(session_id, "id of a session")
    session = Session(
        session_id,
        ctx.stamp(),
        user=user,
        format="acx",
        space=name,
        status="pending" if name else "",
    )
    return ctx.sessions.create(session)


def attach(ctx: Context, session: str, space: str) -> Session:
    """Let a session belong to a space: `pending` from now on. Raises Conflict for a second one."""
    return ctx.sessions.attach(ctx.sessions.find(session), ctx.spaces.find(space))


def attach_all(ctx: Context, sessions: Sequence[str], space: str = "") -> list[Session]:
    """Let these sessions belong to a space, or all that are in none. Without a name the space is
    the configured or only one. What is wrong with one of them is raised before any is attached."""
    name = ctx.space_name(space)
    found = [ctx.sessions.get(ctx.sessions.find(one)) for one in sessions]
    found = found or [one for one in ctx.sessions.all() if not one.space]
    # those first that can't be attached: their error comes before anything is done
    found.sort(key=lambda one: one.space in ("", name))
    return [ctx.sessions.attach(one.id, name) for one in found]


def listed(
    ctx: Context,
    *,
    space: str = "",
    user: str = "",
    status: str = "",
    limit: int = 20,
    after: str = "",
) -> SessionPage:
    """Sessions, newest first, of a space, a user, a status."""
    if limit < 1:
        raise UsageError("--limit must be at least 1")
    if status not in get_args(LearningStatus):
        known = ", ".join(filter(None, get_args(LearningStatus)))
        raise UsageError(f"no status {status!r}", f"there are: {known}")
    name = ctx.spaces.find(space) if space else ""
    found = [
        session
        for session in ctx.sessions.all()
        if (not name or session.space == name)
        and (not user or session.user == user)
        and (not status or session.status == status)
        and (not after or f"{session.created_at}~{session.id}" < after)
    ]
    page = found[:limit]
    more = len(found) > limit
    return SessionPage(tuple(page), f"{page[-1].created_at}~{page[-1].id}" if more else "")


def prefixes(ctx: Context, least: int = 8) -> dict[str, str]:
    """By a session's id the shortest beginning of it, of `least` characters or more, that no other
    session has: it is accepted wherever the id is."""
    ids = ctx.sessions.ids()
    found = {}
    for before, own, after in zip(["", *ids], ids, [*ids[1:], ""], strict=False):
        found[own] = own[: max(least, _alike(own, before) + 1, _alike(own, after) + 1)]
    return found


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


def messages(ctx: Context, session: str, wanted: str = "") -> Iterator[Message]:
    """Messages of a session: all, or `12`, `12-63`, `12-`, `-20` (the last twenty)."""
    transcript = ctx.sessions.transcript(ctx.sessions.find(session))
    first, last = message_range(wanted, transcript.count)
    return transcript.read(first, last)


def digest(ctx: Context, session: str, wanted: str = "", budget: int = DIGEST_TOKENS) -> str:
    """What messages say, in about `budget` tokens: as a learner is given them."""
    if budget < 1:
        raise UsageError("--budget must be at least 1 token", "for example --budget 20000")
    return digest_of(messages(ctx, session, wanted), budget)


def message_range(text: str, count: int) -> tuple[int, int]:
    """First and last message that a range names, of so many. Raises UsageError for what is none,
    and NotFound where the session has no such message."""
    found = MESSAGE_RANGE.fullmatch(text.strip())
    if not text.strip():
        return 1, count
    if not found or text.strip() == "-":
        raise UsageError(f"{text!r} is no range of messages", "for example 12, 12-63, 12- or -20")
    first, dash, last = found.groups()
    start = int(first) if first else max(1, count - int(last) + 1)
    end = start if not dash else int(last) if first and last else count
    if start > end and last:
        raise UsageError(f"{text!r} ends before it begins", f"{end}-{start}")
    if not 1 <= start <= count:
        raise NotFound(f"no message {start}; the session has {count}", "for example -20")
    return start, end


def tasks(ctx: Context, session: str) -> list[Outcome]:
    """What is known of the session's tasks, with what people decided since."""
    session_id = ctx.sessions.find(session)
    found = list(ctx.sessions.outcomes(session_id).values())
    space = ctx.sessions.get(session_id).space
    if space not in ctx.spaces.names():
        return found
    states: dict[str, set[str]] = {}
    with ctx.spaces.open(space) as repo:
        for entry in ledger.entries(repo, session_id):
            states.setdefault(entry.task, set()).add(entry.state)
    return [
        _decided(one, states.get(task_key(session_id, one.task.number), set())) for one in found
    ]


def _decided(outcome: Outcome, states: set[str]) -> Outcome:
    if outcome.state not in ("held", "learned"):
        return outcome
    state = next((name for key, name in DECIDED if key in states), outcome.state)
    return replace(outcome, state=state)


def delete(ctx: Context, session: str, confirm: Callable[[Session], bool]) -> Session:
    """Delete a session for good once `confirm` agrees. Raises Conflict while it is learned."""
    session_id = ctx.sessions.find(session)
    found = ctx.sessions.get(session_id)
    with ctx.sessions.learning(session_id):
        pass  # refuse before asking
    if not confirm(found):
        raise UsageError("nothing was deleted")
    ctx.sessions.delete(session_id)
    return found
