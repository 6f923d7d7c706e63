"""Review: the lessons that wait for a person, and what the person decides.

Accepting puts a proposal onto the branch as it is now; rejecting keeps it under another ref, so
that it isn't proposed again and can still be looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from shlex import quote

from acx.errors import AcxError, Conflict, NotFound
from acx.learn.draft import Draft
from acx.learn.message import GATE_SAID
from acx.store import ledger, publish
from acx.store.layout import PROPOSALS, REJECTED
from acx.store.publish import Piece
from acx.store.repo import Commit, Repo, Tree
from acx.verbs import policies
from acx.verbs.context import Context
from acx.verbs.gate import MORE, gate


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lesson that waits. `reason` says why; `again` is the command that tells all that the gate
    says of it, where its commit has only the end."""

    name: str
    commit: Commit
    reason: str
    again: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal that was accepted (`commit` is where it landed) or rejected; or that still waits,
    since it could not land: `refused` says why."""

    name: str
    title: str
    commit: str
    refused: str = ""
    hints: tuple[str, ...] = ()
    exit_code: int = 0


def listed(ctx: Context, space: str = "") -> list[Proposal]:
    """Proposals of a space, oldest first."""
    with ctx.spaces.open(ctx.space_name(space)) as repo:
        return [_proposal(repo, name, commit) for name, commit in ledger.proposals(repo).items()]


def _proposal(repo: Repo, name: str, commit: str) -> Proposal:
    found = repo.log("--no-walk", commit)[0]
    return Proposal(name, found, found.trailers.get("Acx-Held", "for review"))


def shown(
    ctx: Context, name: str, space: str = ""
) -> tuple[Proposal, Mapping[str, tuple[bytes | None, bytes | None]]]:
    """A proposal with what it would change."""
    home = ctx.spaces.find(space) if space else where(ctx, (name,))
    with ctx.spaces.open(home) as repo:
        full = _find(repo, name)
        proposal = _proposal(repo, full, ledger.proposals(repo)[full])
        if f"{GATE_SAID}\n  {MORE}\n" in proposal.commit.body:
            command = policies.of(ctx.spaces.get(home)).gate
            proposal = replace(proposal, again=_again(repo, full, command))
        return proposal, repo.changed(proposal.commit.id)


def _again(repo: Repo, name: str, command: str) -> str:
    archive = f"git -C {quote(str(repo.path))} archive acx/proposals/{name}"
    return f'cd "$(mktemp -d)" && {archive} | tar x && {command}'


def where(ctx: Context, names: tuple[str, ...]) -> str:
    """The space of these proposals, where none was named: the only one, else the one with them."""
    spaces = ctx.spaces.names()
    for space in spaces if len(spaces) > 1 and not ctx.config.space else ():
        with ctx.spaces.open(space) as repo:
            if names and any(full.startswith(names[0]) for full in ledger.proposals(repo)):
                return space
    return ctx.space_name()


def _find(repo: Repo, text: str) -> str:
    names = ledger.proposals(repo)
    found = [text] if text in names else [n for n in names if text and n.startswith(text)]
    if len(found) > 1:
        raise Conflict(f"{text!r} is the start of {', '.join(found)}", "acx review")
    if not found:
        raise NotFound(*_decided(repo, text), "acx review")
    return found[0]


def _decided(repo: Repo, text: str) -> tuple[str, ...]:
    """What to say of what isn't waiting, and where to look: it may have been decided before."""
    try:
        entry = ledger.find(repo, text)
    except AcxError:
        return (f"no proposal {text!r}",)
    became = {"rejected": "was rejected", "reverted": "was reverted"}.get(entry.state, "has landed")
    if not entry.task:
        return (f"no proposal {text!r}",)
    return (f"no proposal {text!r}: that lesson {became}", f"acx show {entry.commit.id[:10]}")


def accept(
    ctx: Context,
    names: tuple[str, ...],
    space: str = "",
    gated: bool = True,
    told: Callable[[Decided], None] = lambda _: None,
) -> list[Decided]:
    """Land proposals, in the order given; `told` of each. One that no longer fits, or doesn't pass
    the space's gate (a person may land it all the same: `gated`), waits on; alone it is raised."""
    decided: list[Decided] = []
    home = ctx.spaces.find(space) if space else where(ctx, names)
    command = policies.of(ctx.spaces.get(home)).gate if gated else ""
    with ctx.spaces.writing(home) as repo:
        passes = gate(ctx, repo, home, command)
        publish.ready(repo)
        # All are found before one lands
        for name in dict.fromkeys([_find(repo, name) for name in names]):
            try:
                one = _accept(ctx, repo, name, passes, command)
            except AcxError as error:
                if len(names) == 1:
                    raise
                title = repo.log("--no-walk", ledger.proposals(repo)[name])[0].subject
                one = Decided(name, title, "", error.message, error.hints, error.exit_code)
            decided.append(one)
            told(one)
    return decided


def _accept(
    ctx: Context, repo: Repo, name: str, passes: Callable[[Draft], str], command: str
) -> Decided:
    ref = PROPOSALS + name
    commit = ledger.proposals(repo)[name]
    found = repo.log("--no-walk", commit)[0]
    parents = repo.parents(commit)
    base = parents[0] if parents else None
    changes = {path: new for path, (_, new) in repo.changed(commit).items()}
    piece = Piece(f"{found.subject}\n\n{found.body.strip()}\n", changes)
    try:
        stopped = _stopped(repo, base, piece, passes) if command else ""
        if not stopped:
            (placed,) = publish.publish(repo, base, [piece], ctx.now(), [(ref, None, commit)])
            return Decided(name, found.subject, placed.commit)
    except Conflict as error:
        raise Conflict(
            f"proposal {name} doesn't fit any more: {error.message}",
            f"git -C {repo.path} cherry-pick {commit[:12]}",
            f"or say no to it: acx review reject {name}",
        ) from error
    why, *said = stopped.split("\n")
    last = ["\n    ".join([GATE_SAID.lower(), *said])] if said else []
    last += [f"all of them: {_again(repo, name, command)}"] if MORE in said[:1] else []
    raise Conflict(
        f"proposal {name}: {why}",
        *last,
        f"land it all the same: acx review accept --no-gate {name}",
        f"or say no to it: acx review reject {name}",
    )


def _stopped(repo: Repo, base: str | None, piece: Piece, passes: Callable[[Draft], str]) -> str:
    """Why the gate doesn't let a proposal land; it judges what the branch would then hold."""
    while True:
        tip = repo.resolve("HEAD")
        draft = Draft(Tree(repo, tip))
        draft.put_all(publish.landing(repo, base, tip, piece))
        stopped = passes(draft)
        if stopped or tip == repo.resolve("HEAD"):  # else somebody committed meanwhile
            return stopped


def reject(ctx: Context, names: tuple[str, ...], space: str = "") -> list[Decided]:
    """Say no to proposals: they are kept, and not proposed again."""
    decided = []
    with ctx.spaces.writing(ctx.spaces.find(space) if space else where(ctx, names)) as repo:
        for full in dict.fromkeys([_find(repo, name) for name in names]):
            commit = ledger.proposals(repo)[full]
            old = repo.resolve(REJECTED + full)
            repo.update_refs(
                [(PROPOSALS + full, None, commit), (REJECTED + full, commit, old)], "acx: reject"
            )
            decided.append(Decided(full, repo.log("--no-walk", commit)[0].subject, commit))
    return decided
