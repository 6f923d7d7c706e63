"""`acx doctor`: what is set up, what is missing, what to do."""

from __future__ import annotations

import typer

from acx.cli import render
from acx.cli.options import Json
from acx.verbs import doctor as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False)
STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


@app.command()
def doctor(json: Json = False) -> None:
    """Check the setup: git, identity, learner, spaces, sessions."""
    found = verbs.doctor(Context.real())
    if json:
        render.as_json(found)
    else:
        for one in found:
            state = render.styled(f"{one.state:8}", STYLES[one.state])
            render.say(f"{state}{one.what}: {render.clean(one.detail)}")
            if one.hint:
                render.say(f"{'':8}hint: {render.clean(one.hint)}")
    if any(one.state == "problem" for one in found):
        raise typer.Exit(1)
