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
        waits = f", {one.proposals} held for review" if one.proposals else ""
        busy = ", being learned into now" if one.busy else ""
        told = f"{render.count(one.lessons, 'lesson')}{waits}{busy}"
        trouble = render.styled(render.clean(one.trouble), "red")
        render.say(f"\n{render.styled(one.name, 'bold')}: {trouble or told}")
        for entry in one.latest:
            render.say(f"  {entry.commit.id[:10]}  {render.clean(entry.commit.subject)}")
    waiting = f", {len(found.sessions)} to be learned" if found.sessions else ""
    loose = f", {found.loose} in no space" if found.loose else ""
    render.say(f"\nsessions: {found.completed} completed{waiting}{loose}")
    if found.sessions:
        rows = [(s.status, s.space, s.id) for s in found.sessions]
        render.columns(("STATUS", "SPACE", "SESSION"), rows, [s.reason for s in found.sessions])
        render.note("hint: acx learn")
    elif found.loose:
        render.note("hint: acx session list; acx session attach --all --space NAME")
