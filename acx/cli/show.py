"""`acx show`: one lesson with everything behind it."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Space
from acx.verbs import log as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False)


@app.command()
def show(
    lesson: Annotated[
        str, typer.Argument(metavar="LESSON", help="Commit, prefix of it, or a proposal's name.")
    ],
    space: Space = "",
    json: Json = False,
) -> None:
    """Show one lesson: what it says, why, and its diff."""
    found = verbs.show(Context.real(), lesson, space)
    if json:
        render.as_json(found)
        return
    entry = found.entry
    state = "" if entry.state == "landed" else f"{entry.state}: {entry.name}".removesuffix(": ")
    render.lesson(entry.commit, found.diff, state)
    session = entry.commit.trailers.get("Acx-Session")
    if session:
        messages = entry.commit.trailers.get("Acx-Messages", "").split(",")[0]
        render.note(f"hint: read what taught it: acx session show {session} {messages}")
