"""`acx space`: create, list, show, update, allow, clone, path, delete."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from acx.cli import render
from acx.cli.options import After, Json, Limit, Meta, Yes, confirmed, pairs
from acx.verbs import space as verbs
from acx.verbs.context import Context

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Learning spaces: git repositories of skills."
)
Name = Annotated[str, typer.Argument(metavar="SPACE", help="Name, unique prefix, or path.")]
AnyName = Annotated[
    str, typer.Argument(metavar="[SPACE]", help="Name, unique prefix, or path; else the only one.")
]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    user: Annotated[str, typer.Option(help="Whose space it is.")] = "",
    meta: Meta = [],
    at: Annotated[
        Path | None,
        typer.Option(help="Make this empty folder, or a repository with skills/, the space."),
    ] = None,
    skill: Annotated[
        list[str], typer.Option(help="A further skill: template, folder, zip or git URL.")
    ] = [],
    review: Annotated[
        bool, typer.Option("--review", help="Lessons always wait for a person.")
    ] = False,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    json: Json = False,
) -> None:
    """Create a space with the default skills, or make an existing repository one."""
    done = verbs.create(
        Context.real(), name, user=user, meta=pairs(meta), at=at, skills=skill, review=review,
        description=description,
    )  # fmt: skip
    _made(done, "Adopted" if done.adopted else "Created", json)


def _made(done: verbs.SpaceCreated, verb: str, json: bool) -> None:
    for warning in done.warnings:
        render.note(f"warning: {render.clean(warning)}")
    if json:
        render.as_json(done)
    else:
        render.say(f"{verb} space {done.space.name} with {', '.join(done.skills)}")
        render.say(f"  {render.tilde(done.space.path)}")


@app.command("list")
def list_(
    user: Annotated[str, typer.Option(help="Only this user's.")] = "",
    meta: Meta = [],
    limit: Limit = 20,
    after: After = "",
    json: Json = False,
) -> None:
    """List spaces, newest first."""
    page = verbs.listed(Context.real(), user=user, meta=pairs(meta), limit=limit, after=after)
    if json:
        render.page_json(page)
        return
    rows = [
        (s.name, s.created_at[:10], s.user, " ".join(f"{k}={v}" for k, v in s.meta.items()))
        for s in page.items
    ]
    if rows:
        render.columns(("SPACE", "CREATED", "USER", "META"), rows)
    else:
        render.note("no spaces; make one: acx space create NAME")
    if page.has_more:
        render.note(f"more: --after {page.next_cursor}")


@app.command()
def show(name: AnyName = "", json: Json = False) -> None:
    """Show what a space is and holds."""
    ctx = Context.real()
    found = verbs.show(ctx, ctx.space_name(name, "acx space show NAME"))
    if json:
        render.as_json(found)
        return
    space = found.space
    sessions = ", ".join(f"{n} {status}" for status, n in sorted(found.sessions.items()))
    for key, value in (
        ("space", space.name),
        ("path", render.tilde(space.path)),
        ("user", space.user),
        ("about", space.description),
        ("meta", " ".join(f"{k}={v}" for k, v in space.meta.items())),
        ("policy", _rules(space.policy)),
        ("created", space.created_at),
        ("branch", found.branch),
        ("skills", ", ".join(found.skills)),
        ("lessons", f"{found.lessons}" + (f", {found.proposals} held" if found.proposals else "")),
        ("sessions", sessions or "none"),
    ):
        if value:
            render.say(f"{key + ':':10}{render.clean(value)}")


def _rules(policy: Mapping[str, Any]) -> str:
    """A policy as a person would say it: `lessons wait for review, gate: make test`."""
    told = []
    for key, value in policy.items():
        if key == "review":
            told += ["lessons wait for review"] if value else []
        else:
            sentences = value if isinstance(value, list) else [value]
            told += [f"{key}: {'; '.join(map(str, sentences))}"]
    return ", ".join(told)


@app.command()
def update(
    name: AnyName = "",
    meta: Meta = [],
    user: Annotated[str | None, typer.Option(help="Whose space it is.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    success: Annotated[
        list[str], typer.Option(metavar="SENTENCE", help="When a task is a success.")
    ] = [],
    failure: Annotated[
        list[str], typer.Option(metavar="SENTENCE", help="When a task has failed.")
    ] = [],
    gate: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="Must exit 0 before a lesson lands.")
    ] = None,
    review: Annotated[
        bool | None, typer.Option("--review/--no-review", help="Whether lessons wait.")
    ] = None,
    json: Json = False,
) -> None:
    """Merge metadata and policy into a space and commit that. KEY= removes a key, '' a rule."""
    ctx = Context.real()
    given = {"success": success or None, "failure": failure or None, "gate": gate, "review": review}
    policy = {key: value for key, value in given.items() if value is not None}
    name = ctx.space_name(name, "acx space update NAME")
    space = verbs.update(
        ctx, name, meta=pairs(meta), user=user, description=description, policy=policy
    )
    if json:
        render.as_json(space)
    else:
        told = [space.user, space.description, *(f"{k}={v}" for k, v in space.meta.items())]
        told += [_rules(space.policy)]
        said = ", ".join(filter(None, told))
        render.say(f"Updated space {space.name}{': ' if said else ''}{render.clean(said)}")


@app.command()
def allow(name: Name, yes: Yes = False) -> None:
    """Let the gate of a space, a command that others may have written, be run on this machine."""
    ctx = Context.real()
    command = verbs.gate_of(ctx, name)
    render.say(f"The gate of {name} is: {render.clean(command)}")
    if not confirmed("Let acx run it before a lesson lands?", yes):
        return
    verbs.allow(ctx, name)
    render.say(f"From now on acx runs this before a lesson lands: {command}")


@app.command()
def clone(
    url: Annotated[str, typer.Argument(metavar="URL", help="Of a git repository, or its path.")],
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="What to call it; else as the URL does.")
    ] = "",
    json: Json = False,
) -> None:
    """Clone a space that somebody shares."""
    _made(verbs.clone(Context.real(), url, name), "Cloned", json)


@app.command()
def path(name: AnyName = "") -> None:
    """Print where a space's repository is: `cd "$(acx space path NAME)"`."""
    ctx = Context.real()
    render.say(str(ctx.spaces.path(ctx.space_name(name, "acx space path NAME"))))


@app.command()
def delete(name: Name, yes: Yes = False, json: Json = False) -> None:
    """Forget a space. Its repository and its sessions are kept."""
    done = verbs.delete(Context.real(), name, lambda s: confirmed(f"Forget space {s.name}?", yes))
    if json:
        render.as_json(done)
        return
    kept = render.tilde(done.kept)
    render.say(f"Forgot space {done.name}. Its skills and history are kept in {kept}")
    if done.sessions:
        render.say(f"Kept too: {render.count(len(done.sessions), 'session')}, see acx session list")
    render.note(f"hint: take it back: acx space create {done.name} --at {kept}")
