"""`acx status`: what is pending, running, held."""

from __future__ import annotations

import typer

from acx.cli import render
from acx.cli.options import Json, Space
from acx.verbs import status as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False)


@app.command()
def status(space: Space = "", json: Json = False) -> None:
    """Show what is pending, running and held, and what was learned last."""
    found = verbs.status(Context.real(), space)
    if json:
        render.as_json(found)
        return
    render.say(f"learner: {found.learner}")
    if not found.spaces:
        render.note("hint: make a space: acx space create NAME")
    for one in found.spaces:
        waits = f", {one.proposals} wait for review" if one.proposals else ""
        busy = ", being learned into now" if one.busy else ""
        trouble = render.styled(f" {render.clean(one.trouble)}", "red")
        render.say(f"\n{render.styled(one.name, 'bold')}: " + (
            trouble if one.trouble else f"{one.lessons} lessons{waits}{busy}"
        ))  # fmt: skip
        for entry in one.latest:
            render.say(f"  {entry.commit.id[:10]}  {render.clean(entry.commit.subject)}")
    render.say(f"\nsessions: {found.completed} completed, {len(found.sessions)} not"
               + (f", {found.loose} in no space" if found.loose else ""))  # fmt: skip
    if found.sessions:
        rows = [(f"  {s.id}", s.space, s.status, s.reason) for s in found.sessions]
        render.columns(("  SESSION", "SPACE", "STATUS", "REASON"), rows)
        render.note("hint: acx learn")
