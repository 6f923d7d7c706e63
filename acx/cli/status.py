"""`acx status`: what is pending, running, held."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Space
from acx.verbs import status as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False)


@app.command()
def status(
    space: Space = "",
    cost: Annotated[bool, typer.Option("--cost", help="What models cost, by month.")] = False,
    json: Json = False,
) -> None:
    """Show what is pending, running and held, and what was learned last; or what it cost."""
    if cost:
        _costs(json)
        return
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


def _costs(json: bool) -> None:
    from acx.verbs import costs

    found = costs.costs(Context.real())
    if json:
        render.as_json(found)
        return
    if not found.months:
        render.say("no model was asked yet")
        return
    rows = [
        (
            one.period,
            one.space or "all",
            str(one.usage.calls),
            f"{one.usage.input:,}",
            f"{one.usage.cached:,}",
            f"{one.usage.output:,}",
            f"{one.usd:.4f} USD" + (f" and {one.unpriced} calls unpriced" if one.unpriced else ""),
        )
        for one in (*found.months, *found.spaces)
    ]
    render.columns(("MONTH", "SPACE", "CALLS", "TOKENS IN", "CACHED", "OUT", "COST"), rows)
    if found.limit is not None:
        render.say(f"limit: {found.limit} USD a month")
