"""`acx skill`: list, show, add, remove, new, validate, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import Json, Space
from acx.verbs import skill as verbs
from acx.verbs.context import Context

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The skills of a space.")
Skill = Annotated[str, typer.Argument(metavar="SKILL", help="Name or unique prefix.")]


@app.command("list")
def list_(space: Space = "", json: Json = False) -> None:
    """List the skills of a space."""
    found = verbs.listed(Context.real(), space)
    if json:
        render.as_json(found)
        return
    rows = [
        (s.name, str(len(s.files)), s.problem or s.description.split(". ")[0].rstrip("."))
        for s in found
    ]
    render.columns(("SKILL", "FILES", "ABOUT"), rows)


@app.command()
def show(
    skill: Skill,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Of the skill.")] = "SKILL.md",
    space: Space = "",
    json: Json = False,
) -> None:
    """Print a file of a skill, SKILL.md if none is named."""
    text = verbs.shown(Context.real(), space, skill, file)
    if json:
        render.as_json({"skill": skill, "file": file, "text": text})
    else:
        render.say(text.rstrip("\n"))


@app.command()
def add(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Folder, zip, git URL (URL#SKILL) or template.")
    ],
    space: Space = "",
    json: Json = False,
) -> None:
    """Add a skill; learners update it like the default ones."""
    _changed(verbs.add(Context.real(), space, source), "Added", json)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower case, digits, hyphens.")],
    template: Annotated[
        str, typer.Option("--template", "-t", help="social-contacts, project-runbooks, ...")
    ] = "",
    space: Space = "",
    json: Json = False,
) -> None:
    """Make a new skill, from a template if one is named."""
    _changed(verbs.new(Context.real(), space, name, template), "Made", json)


@app.command()
def remove(
    skill: Annotated[str, typer.Argument(metavar="SKILL")], space: Space = "", json: Json = False
) -> None:
    """Remove a skill; it stays in the history. Does nothing if it isn't there."""
    done = verbs.remove(Context.real(), space, skill)
    if json or done.commit:
        _changed(done, "Removed", json)
        if done.commit and not json:
            path = f'"$(acx space path {done.space})"'
            render.note(f"hint: have it back: git -C {path} revert {done.commit[:10]}")
    else:
        render.say(f"There is no skill {render.clean(skill)} in {done.space}")


def _changed(done: verbs.SkillChanged, verb: str, json: bool) -> None:
    for warning in done.warnings:
        render.note(f"warning: {render.clean(warning)}")
    if json:
        render.as_json(done)
    else:
        count = f"{len(done.files)} file{'s' * (len(done.files) != 1)}"
        render.say(f"{verb} skill {done.name} ({count}) in {done.space}: {done.commit[:10]}")


@app.command()
def validate(
    targets: Annotated[
        list[str], typer.Argument(metavar="[SKILL|FOLDER]...", help="Else all of the space.")
    ] = [],
    space: Space = "",
    json: Json = False,
) -> None:
    """Check skills against every rule of the format."""
    found = verbs.validate(Context.real(), space, tuple(targets))
    if json:
        render.as_json([{**render.plain(one), "valid": one.valid} for one in found])
    else:
        for one in found:
            for problem in one.problems:
                where = f"{one.path}:{problem.line}"
                render.say(f"{where}: {problem.severity}: {render.clean(problem.message)}")
            render.say(f"{one.name}: {'valid' if one.valid else 'not valid'}")
    if not all(one.valid for one in found):
        raise typer.Exit(5)


@app.command()
def export(
    skill: Skill,
    to: Annotated[
        Path | None, typer.Option("--to", "-o", help="Zip to write; else NAME.zip.")
    ] = None,
    space: Space = "",
) -> None:
    """Write a skill as a zip."""
    render.say(str(verbs.export(Context.real(), space, skill, to)))
