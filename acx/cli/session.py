"""`acx session`: create, append, import, attach, list, show, tasks, delete."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from acx.cli import render
from acx.cli.options import After, Agent, Form, Json, Limit, Space, Yes, confirmed
from acx.cli.streams import outlive_reader
from acx.errors import UsageError
from acx.verbs.context import Context

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Sessions: the messages of an agent's runs."
)
Id = Annotated[str, typer.Argument(metavar="SESSION", help="Id or unique prefix of it.")]
BLOCK = 2**20


@app.command()
def create(
    id: Annotated[str, typer.Option("--id", help="Its id; else one is made.")] = "",
    user: Annotated[str, typer.Option(help="Whose session it is.")] = "",
    space: Space = "",
) -> None:
    """Create an empty session and print its id."""
    from acx.verbs import session as verbs

    render.say(verbs.create(Context.real(), session_id=id, user=user, space=space).id)


@app.command()
def append(
    session: Id,
    source: Annotated[
        str,
        typer.Argument(metavar="[MESSAGE|FILE|-]", help="One message as JSON, a file, or stdin."),
    ] = "-",
    format: Form = "",
    role: Annotated[str, typer.Option(help="MESSAGE is plain text, said in this role.")] = "",
) -> None:
    """Add messages; prints the number of each one that is on disk.

    From standard input line by line. OpenAI, Anthropic and acx messages are told apart.
    """
    from acx.verbs import append as verbs

    outlive_reader()
    ctx = Context.real()
    if role:
        _acknowledge(verbs.append(ctx, session, verbs.said(role, source)))
    elif source == "-":
        if sys.stdin.isatty():
            render.note("reading messages, one JSON object a line, until Ctrl-D")
        verbs.append_stream(ctx, session, lambda: os.read(0, BLOCK), _acknowledge, format)
    elif source.lstrip().startswith(("{", "[")):
        _acknowledge(verbs.append_text(ctx, session, source, format))
    else:
        _acknowledge(verbs.append_file(ctx, session, Path(source), format))


@app.command("import")
def import_(
    paths: Annotated[
        list[str], typer.Argument(metavar="[FILE|FOLDER|-]...", help="Transcripts.")
    ] = [],
    agent: Agent = "",
    space: Space = "",
    format: Form = "",
    user: Annotated[str, typer.Option(help="Whose sessions they are.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would come in.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse files of which anything can't be read.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Only tell each file's format, and why.")
    ] = False,
    json: Json = False,
) -> None:
    """Store transcripts as sessions; of known ones only what is new.

    Formats are told from the content. Folders are walked.
    """
    from acx.cli import session_import as face
    from acx.verbs import import_sessions as verbs

    ctx = Context.real()
    given = face.given(ctx, paths, agent)
    if explain:
        face.explain(verbs.explain(ctx, given), json)
        return
    if not dry_run:
        outlive_reader()
    found = verbs.import_all(
        ctx, given, space=space, format=format, user=user, strict=strict, dry_run=dry_run
    )
    face.show(found, json, dry_run)


def _acknowledge(numbers: range) -> None:
    if numbers:
        sys.stdout.write("\n".join(map(str, numbers)) + "\n")
        sys.stdout.flush()


@app.command()
def attach(
    sessions: Annotated[
        list[str], typer.Argument(metavar="SESSION...", help="Ids or unique prefixes of them.")
    ] = [],
    space: Space = "",
    every: Annotated[
        bool, typer.Option("--all", help="All sessions that are in no space.")
    ] = False,
    json: Json = False,
) -> None:
    """Let sessions belong to a space; from now on they are pending."""
    from acx.verbs import session as verbs

    ctx = Context.real()
    if len(sessions) == 2 and not space and sessions[1] in ctx.spaces.names():
        sessions, space = sessions[:1], sessions[1]
    if bool(sessions) == every:
        raise UsageError("which sessions?", "acx session attach SESSION..., or --all")
    done = verbs.attach_all(ctx, sessions, space)
    if json:
        render.as_json(done[0] if len(sessions) == 1 else done)
        return
    for one in done:
        render.say(f"{one.id} belongs to {one.space}: {one.status}")
    if not done:
        render.note("every session has a space already")


@app.command("list")
def list_(
    space: Space = "",
    user: Annotated[str, typer.Option(help="Only this user's.")] = "",
    status: Annotated[str, typer.Option(help="pending, running, completed or failed.")] = "",
    limit: Limit = 20,
    after: After = "",
    json: Json = False,
) -> None:
    """List sessions, newest first."""
    from acx.verbs import session as verbs

    ctx = Context.real()
    page = verbs.listed(ctx, space=space, user=user, status=status, limit=limit, after=after)
    if json:
        render.page_json(page)
        return
    # A person reads short ids, which are accepted everywhere; a program gets whole ones
    short = verbs.prefixes(ctx) if sys.stdout.isatty() else {}
    rows = [
        (
            s.status,
            str(ctx.sessions.count(s.id)),
            (s.began or s.created_at)[:10],
            s.format,
            s.space,
            short.get(s.id, s.id),
        )
        for s in page.items
    ]
    if rows:
        headers = ("STATUS", "MESSAGES", "BEGAN", "FORMAT", "SPACE", "SESSION")
        told = ["; ".join(filter(None, (s.title, s.reason))) for s in page.items]
        render.columns(headers, rows, told)
    elif any((space, user, status, after)):
        render.note("no such sessions; acx session list shows all")
    else:
        render.note("no sessions; acx learn FILE reads a transcript")
    if page.has_more:
        render.note(f"more: --after {page.next_cursor}")


@app.command(context_settings={"ignore_unknown_options": True})  # -20 is a range, not an option
def show(
    session: Id,
    messages: Annotated[
        str, typer.Argument(metavar="[RANGE]", help="12, 12-63, 12- or -20; else all.")
    ] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="openai, anthropic or acx.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Without cutting long texts.")] = False,
    digest: Annotated[
        bool, typer.Option("--digest", help="Shortened to what teaches, as a learner reads it.")
    ] = False,
    budget: Annotated[int, typer.Option(metavar="TOKENS", help="Length of the digest.")] = 20_000,
    json: Json = False,
) -> None:
    """Show a session's messages, or write them out in a format."""
    from acx.transcripts.export import export
    from acx.verbs import session as verbs

    ctx = Context.real()
    if digest:
        if format or json:
            raise UsageError("a digest is text: --digest goes with neither --format nor --json")
        for line in verbs.digest(ctx, session, messages, budget).splitlines():
            for piece in render.wrapped(render.clean(line), 4):
                render.say(piece)
        return
    found = verbs.messages(ctx, session, messages)
    if format or json:
        for line in export(found, format or "acx"):
            render.say(render.escaped(line))
        return
    about = ctx.sessions.get(ctx.sessions.find(session))
    belongs = f"{about.space}: {about.status}" if about.space else "in no space"
    reason = f" ({about.reason})" if about.reason else ""
    total = ctx.sessions.count(about.id)
    render.say(f"{about.id}  {render.count(total, 'message')}, {belongs}{reason}\n")
    for message in found:
        for line in render.message(message, full):
            render.say(line)


@app.command()
def tasks(session: Id, json: Json = False) -> None:
    """Show what was found in a session and what became of it."""
    from acx.verbs import session as verbs

    found = verbs.tasks(Context.real(), session)
    if json:
        render.as_json(found)
        return
    if not found:
        ctx = Context.real()
        status = ctx.sessions.get(ctx.sessions.find(session)).status
        done = status == "completed"
        render.note("nobody asked for anything in it" if done else f"hint: acx learn {session}")
        return
    rows = [
        (
            str(o.task.number),
            ", ".join(f"{a}-{b}" for a, b in o.task.ranges),
            o.task.status,
            o.state or "not yet",
            o.task.title,
        )
        for o in found
    ]
    why = [o.reason or o.task.because for o in found]
    render.columns(("TASK", "MESSAGES", "STATUS", "LESSON", "TITLE"), rows, why)


@app.command()
def delete(session: Id, yes: Yes = False) -> None:
    """Delete a session for good. What was learned from it stays in its space."""
    from acx.verbs import session as verbs

    done = verbs.delete(
        Context.real(), session, lambda s: confirmed(f"Delete session {s.id} for good?", yes)
    )
    render.say(f"Deleted session {done.id}; lessons learned from it stay")
