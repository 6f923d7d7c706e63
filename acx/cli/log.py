"""`acx log`: the lessons of a space."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Limit, Space
from acx.verbs import log as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False)


@app.command()
def log(
    space: Space = "",
    limit: Limit = 20,
    session: Annotated[str, typer.Option(help="Only lessons of this session.")] = "",
    all: Annotated[bool, typer.Option("--all", help="Also what waits or was rejected.")] = False,
    json: Json = False,
) -> None:
    """List the lessons of a space, newest first."""
    ctx = Context.real()
    page = verbs.log(ctx, space, limit=limit, session=session, proposals=all)
    if json:
        render.as_json({"space": page.space, "items": page.items, "has_more": page.more})
        return
    if not page.items:
        what = f"of session {session} " if session else ""
        render.note(f"no lessons {what}in {page.space}" + ("" if session else ": acx learn FILE"))
        return
    rows = []
    learners = {entry.commit.trailers.get("Acx-Learner", "") for entry in page.items}
    for entry in page.items:
        told = entry.commit.trailers
        state = "" if entry.state == "landed" else f"[{entry.state}] "
        kind, outcome = told.get("Acx-Kind", ""), told.get("Acx-Outcome", "")
        what = f"{state}{entry.commit.subject}"
        rows.append((entry.commit.id[:8], entry.commit.when[:10], kind, outcome, what))
    render.columns(("LESSON", "LEARNED", "KIND", "OUTCOME", "WHAT"), rows)
    render.note(f"space {page.space}, learner: {', '.join(sorted(learners))}")
    if page.more:
        of = f" --session {session}" if session else ""
        render.note(f"more: acx log --space {page.space}{of} --limit {limit * 2}")
