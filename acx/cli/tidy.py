"""`acx tidy`: the skills of a space, consolidated."""

from __future__ import annotations

from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Learner, MaxCost, Model, Space, usd
from acx.cli.streams import outlive_reader
from acx.verbs import tidy as verbs
from acx.verbs.context import Context

app = typer.Typer(add_completion=False)


@app.command()
def tidy(
    space: Space = "",
    review: Annotated[bool, typer.Option("--review", help="Steps wait as proposals.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the diffs, commit nothing.")
    ] = False,
    learner: Learner = "",
    model: Model = "",
    max_cost: MaxCost = "",
    json: Json = False,
) -> None:
    """Consolidate the skills of a space, one commit a step.

    Merges what is said twice, splits what grew too large, repairs descriptions.
    What goes away is named in the commit.
    """
    if not dry_run:
        outlive_reader()
    with render.Watch() as watch:
        report = verbs.tidy(
            Context.real(), space, review=review, dry_run=dry_run, learner=learner, model=model,
            max_cost=usd(max_cost), progress=watch,
        )  # fmt: skip
    if json:
        render.as_json(report)
    else:
        render.tidied(report)
    if report.exit_code:
        raise typer.Exit(report.exit_code)
