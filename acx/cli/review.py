"""`acx review`: the lessons that wait for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Space
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
    """Land proposals on the space's branch."""
    done = verbs.accept(Context.real(), _meant(names, all, space), space, not no_gate)
    _decided(done, "Accepted", json)


@app.command()
def reject(names: Names = [], all: All = False, space: Space = "", json: Json = False) -> None:
    """Say no to proposals; they are not proposed again."""
    _decided(verbs.reject(Context.real(), _meant(names, all, space), space), "Rejected", json)


def _meant(names: list[str], all: bool, space: str) -> tuple[str, ...]:
    if all:
        return tuple(proposal.name for proposal in verbs.listed(Context.real(), space))
    if not names:
        raise UsageError("which proposal?", "acx review lists them; --all takes them all")
    return tuple(names)


def _decided(done: list[verbs.Decided], verb: str, json: bool) -> None:
    if json:
        render.as_json(done)
        return
    for one in done:
        render.say(f"{verb} {one.name} ({one.commit[:10]}): {render.clean(one.title)}")
