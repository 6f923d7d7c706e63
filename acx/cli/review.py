"""`acx review`: the lessons that wait for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Space
from acx.cli.streams import outlive_reader
from acx.errors import UsageError
from acx.verbs import review as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False, help="Decide on lessons that wait.")
Names = Annotated[list[str], typer.Argument(metavar="[PROPOSAL]...", help="Name or prefix.")]
All = Annotated[bool, typer.Option("--all", help="All that wait, oldest first.")]


@app.callback(invoke_without_command=True)
def review(context: typer.Context, space: Space = "", json: Json = False) -> None:
    """List the lessons that wait, or decide on them."""
    if context.invoked_subcommand is None:
        list_(space, json)


@app.command("list")
def list_(space: Space = "", json: Json = False) -> None:
    """List the lessons that wait, oldest first."""
    found = verbs.listed(Context.real(), space)
    if json:
        render.as_json(found)
    elif not found:
        render.note("nothing waits")
    else:
        rows = [(p.name, p.commit.when[:10], p.commit.subject) for p in found]
        why = ["" if p.reason == "for review" else p.reason for p in found]
        render.columns(("PROPOSAL", "LEARNED", "LESSON"), rows, why)
        render.note(f"hint: acx review show {found[0].name}; then accept or reject it, or --all")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="PROPOSAL", help="Name or prefix.")],
    space: Space = "",
    json: Json = False,
) -> None:
    """Show a proposal: why, and its diff."""
    proposal, diff = verbs.shown(Context.real(), name, space)
    if json:
        render.as_json({"proposal": proposal, "diff": diff})
    else:
        render.lesson(proposal.commit, diff, f"proposal {proposal.name}: {proposal.reason}")
        if proposal.again:
            render.note(f"hint: all that the gate says: {render.clean(proposal.again)}")
        render.note(
            f"hint: acx review accept {proposal.name}, or: acx review reject {proposal.name}"
        )


@app.command()
def accept(
    names: Names = [],
    all: All = False,
    space: Space = "",
    no_gate: Annotated[
        bool, typer.Option("--no-gate", help="Land them whatever the space's gate says.")
    ] = False,
    json: Json = False,
) -> None:
    """Land proposals on the space's branch. One that can't land waits on; the others do."""
    outlive_reader()
    told = _silent if json else _accepted
    done = verbs.accept(Context.real(), _meant(names, all, space), space, not no_gate, told)
    if json:
        render.as_json(done)
    if refused := [one for one in done if one.refused]:
        if not json:
            landed = len(done) - len(refused)
            render.note(
                f"{render.count(landed, 'proposal')} accepted, {len(refused)} still waiting"
            )
        raise typer.Exit(max(one.exit_code for one in refused))


def _silent(_: verbs.Decided) -> None:
    pass


def _accepted(one: verbs.Decided) -> None:
    if not one.refused:
        _told(one, "Accepted")
        return
    render.note(f"acx: {render.inline(one.refused)}")
    for hint in one.hints:
        render.note(f"hint: {render.clean(hint)}")


@app.command()
def reject(names: Names = [], all: All = False, space: Space = "", json: Json = False) -> None:
    """Say no to proposals; they are not proposed again."""
    outlive_reader()
    done = verbs.reject(Context.real(), _meant(names, all, space), space)
    if json:
        render.as_json(done)
    for one in () if json else done:
        _told(one, "Rejected")


def _meant(names: list[str], all: bool, space: str) -> tuple[str, ...]:
    if all:
        waiting = tuple(proposal.name for proposal in verbs.listed(Context.real(), space))
        if not waiting:
            render.note("nothing waits")
        return waiting
    if not names:
        raise UsageError("which proposal?", "acx review lists them; --all takes them all")
    return tuple(names)


def _told(one: verbs.Decided, verb: str) -> None:
    render.say(f"{verb} {one.name} ({one.commit[:10]}): {render.clean(one.title)}")
