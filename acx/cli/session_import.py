"""How `acx session import` reads what it is given, and tells what came of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import typer

from acx.cli import render
from acx.errors import UsageError
from acx.verbs import import_sessions as verbs
from acx.verbs.context import Context
from acx.verbs.import_sessions import Explained, Imported, Unread

SHOWN = 10
"""Files left out in walking a folder that are named one by one; `--json` has all of them."""


def given(ctx: Context, paths: Sequence[str], agent: str) -> list[Path | BinaryIO]:
    """What the person named. Raises UsageError if it is nothing."""
    named: list[Path | BinaryIO] = [sys.stdin.buffer if p == "-" else Path(p) for p in paths]
    if agent:
        named += verbs.agents_places(ctx, agent)
    if not named:
        raise UsageError("which transcripts?", "acx session import FILE, or --from claude-code")
    return named


def show(found: Iterable[Imported | Unread], json: bool, dry_run: bool) -> None:
    """Tell what came in, as it comes. Exits with the code of what was named and can't be read."""
    results: list[Imported | Unread] = []
    with render.Watch() as watch:
        for one in found:
            results.append(one)
            watch.status(f"{len(results)}: {one.source}")
            if not (json or dry_run):
                _told(one)
    if json:
        render.as_json(results)
    else:
        _summary(results, dry_run)
    if refused := [one.exit_code for one in results if isinstance(one, Unread) and one.named]:
        raise typer.Exit(max(refused))


def explain(found: Iterable[Explained], json: bool) -> None:
    """Tell each file's format, and why it is taken for that. Exits with the code of what was named
    and isn't there."""
    results = list(found)
    if json:
        render.as_json(results)
    for one in () if json else results:
        also = f" (would also fit: {', '.join(one.also)})" if one.also else ""
        what = f"{one.format}: {one.why}{also}" if one.format else f"not read: {one.why}"
        for line in render.wrapped(render.inline(f"{one.source}: {what}"), 4):
            render.say(line)
    if not (results or json):
        render.note("there is no file in it")
    if missing := [one.exit_code for one in results if one.exit_code]:
        raise typer.Exit(max(missing))


def _told(one: Imported | Unread) -> None:
    """Tell what came of a transcript: on a terminal in one line, for programs the session's id on
    stdout and the rest on stderr."""
    if isinstance(one, Unread):
        if one.named:
            render.note(render.inline(f"acx: {one.source}: {one.reason}"))
            for hint in one.hints:
                render.note(f"hint: {render.inline(hint)}")
        return
    news = f"{one.tally} ({one.format})"
    if sys.stdout.isatty():
        for line in render.wrapped(f"{one.session}  {news}  {render.inline(one.asked)}", 4):
            render.say(line)
    else:
        render.note(f"{one.session}: {news}")
        render.say(one.session)
    if one.redacted:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(one.redacted.items()))
        render.note(f"  secrets replaced: {kinds}")
    for warning in one.warnings:
        render.note(render.inline(f"  warning: {one.source}, {warning}"))


def _summary(results: Sequence[Imported | Unread], dry_run: bool) -> None:
    done = [one for one in results if isinstance(one, Imported)]
    left = [one for one in results if isinstance(one, Unread)]
    if dry_run and done:
        rows = [(str(one.new), str(one.known), one.format, one.session) for one in done]
        render.columns(("NEW", "KNOWN", "FORMAT", "SESSION"), rows, [one.asked for one in done])
    for one in left if dry_run else ():
        _told(one)
    met = [one for one in left if not one.named]
    for one in met[:SHOWN]:
        render.note(render.inline(f"  left out: {one.source}: {one.reason}"))
    if len(met) > SHOWN:
        render.note(f"  left out: {len(met) - SHOWN} more; --json lists all")
    if len(results) > 1 or dry_run:
        new = render.count(sum(one.new for one in done), "new message")
        out = f"; {render.count(len(left), 'file')} left out" if left else ""
        would = "would come in: " if dry_run else ""
        sessions = render.count(len({one.session for one in done}), "session")
        render.note(f"{would}{sessions}, {new}{out}")
