"""`acx learn`: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Agent, Form, Json, Learner, MaxCost, Model, Space, usd
from acx.cli.streams import outlive_reader
from acx.verbs import learn as verbs
from acx.verbs.context import Context
from acx.verbs.import_sessions import agents_places

app = typer.Typer(add_completion=False)


@app.command()
def learn(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="[SESSION|FILE|FOLDER|-]...", help="Else every pending session."),
    ] = [],
    agent: Agent = "",
    space: Space = "",
    review: Annotated[bool, typer.Option("--review", help="Lessons wait as proposals.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the diff, commit nothing.")
    ] = False,
    learner: Learner = "",
    model: Model = "",
    max_cost: MaxCost = "",
    batch: Annotated[
        bool, typer.Option("--batch", help="Ask in a batch, at half the price; answers come later.")
    ] = False,
    format: Form = "",
    json: Json = False,
) -> None:
    """Turn sessions or transcripts into lessons, one commit each."""
    if not dry_run:
        outlive_reader()
    ctx = Context.real()
    if agent:
        sources = [*sources, *map(str, agents_places(ctx, agent))]
    with render.Watch() as watch:
        report = verbs.learn(
            ctx, sources, space=space, review=review, dry_run=dry_run, learner=learner,
            model=model, max_cost=usd(max_cost), format=format, batch=batch, progress=watch,
        )  # fmt: skip
    if json:
        render.as_json(render.learned_json(report))
    else:
        render.learned(report)
    if report.failed or report.refused:
        codes = [one.exit_code for one in report.failed]
        raise typer.Exit(max(codes + [one.exit_code for one in report.refused]))
