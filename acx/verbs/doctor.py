"""Doctor: what is set up, what is missing, what to do about it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from acx.errors import AcxError
from acx.learn.message import one_line
from acx.store import publish
from acx.store.layout import SKILLS
from acx.store.process import run_git
from acx.verbs import policies
from acx.verbs.context import Context
from acx.verbs.gate import allowed
from acx.verbs.status import learner_in_words

OLDEST_GIT = (2, 28)
"""The first with `init --initial-branch` and `update-ref --stdin` transactions."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `hint` says what to do where it isn't fine."""

    state: Literal["ok", "warning", "problem"]
    what: str
    detail: str
    hint: str = ""


def doctor(ctx: Context) -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    return [*_home(ctx), *_git(ctx), *_learner(ctx), *_spaces(ctx), *_sessions(ctx)]


def _home(ctx: Context) -> Iterator[Finding]:
    path = ctx.home.path
    probe: Path = path
    while not probe.exists():
        probe = probe.parent
    if probe.is_dir() and os.access(probe, os.W_OK):
        yield Finding("ok", "home", str(path) + ("" if path.exists() else " (not made yet)"))
    else:
        yield Finding(
            "problem", "home", f"{path} can't be written", "set ACX_HOME to another folder"
        )
    try:
        if ctx.config.space:
            ctx.space_name()
        if ctx.home.config.exists():
            yield Finding("ok", "config", str(ctx.home.config))
    except AcxError as error:
        yield Finding("problem", "config", error.message, *error.hints[:1])


def _git(ctx: Context) -> Iterator[Finding]:
    try:
        said = run_git(["--version"], ctx.env).stdout.decode().strip()
    except AcxError as error:
        yield Finding("problem", "git", error.message, *error.hints[:1])
        return
    numbers = [int(part) for part in said.split()[2].split(".")[:2] if part.isdigit()]
    if tuple(numbers) < OLDEST_GIT:
        yield Finding("problem", "git", said, "update git to 2.28 or later")
    else:
        yield Finding("ok", "git", said.removeprefix("git version "))
    name = one_line(run_git(["config", "user.name"], ctx.env).stdout.decode(errors="replace"))
    name = name or ctx.env.get("GIT_COMMITTER_NAME", "")
    if name:
        yield Finding("ok", "identity", f"lessons are committed by {name}")
    else:
        yield Finding(
            "warning",
            "identity",
            "git knows no user.name; lessons are committed by acx",
            'git config --global user.name "Your Name"',
        )


def _learner(ctx: Context) -> Iterator[Finding]:
    try:
        config, said = ctx.config, learner_in_words(ctx.config)
    except AcxError:
        return
    if config.learner == "anthropic" and not config.reaches_a_model:
        hint = "export ANTHROPIC_API_KEY=..., or say `learner: offline` in config.yaml"
        yield Finding("problem", "learner", said, hint)
    elif "no ANTHROPIC_API_KEY" in said:
        yield Finding(
            "ok", "learner", said, "a model writes better lessons: export ANTHROPIC_API_KEY=..."
        )
    else:
        yield Finding("ok", "learner", said)


def _spaces(ctx: Context) -> Iterator[Finding]:
    names = ctx.spaces.names()
    if not names:
        yield Finding("warning", "spaces", "there is none yet", "acx space create NAME")
    for name in names:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = list(_space(ctx, name))
        for warning in said:
            yield Finding("warning", f"space {name}", str(warning.message))
        yield from found


def _space(ctx: Context, name: str) -> Iterator[Finding]:
    try:
        gate = policies.of(ctx.spaces.get(name)).gate
        with ctx.spaces.open(name) as repo:
            branch = publish.ready(repo).removeprefix("refs/heads/")
            fsck = repo.run("fsck", "--no-dangling", "--no-progress")
            edited = [] if fsck.returncode else repo.edited(SKILLS)
    except AcxError as error:
        yield Finding("problem", f"space {name}", error.message, *error.hints[:1])
        return
    if gate and not allowed(ctx, repo.path, gate):
        hint = f"acx space allow {name}"
        yield Finding(
            "warning", f"space {name}", f"its gate ({gate}) may not be run here yet", hint
        )
    if fsck.returncode:
        said = one_line(fsck.stderr.decode(errors="replace"))[:200]
        yield Finding("problem", f"space {name}", said, f"git -C {ctx.spaces.path(name)} fsck")
    else:
        yield Finding("ok", f"space {name}", f"on {branch}, git fsck finds nothing wrong")
    if edited:  # a person's own affair, or a `git revert` that stopped for want of an identity
        more = f" and {len(edited) - 1} more" if len(edited) > 1 else ""
        hint = f"git -C {ctx.spaces.path(name)} status"
        yield Finding("ok", f"space {name}", f"{edited[0]}{more} not committed", hint)


def _sessions(ctx: Context) -> Iterator[Finding]:
    broken: list[AcxError] = []
    waiting = failed = 0
    for session_id in ctx.sessions.ids():
        try:
            session = ctx.sessions.get(session_id)
        except AcxError as error:
            broken.append(error)
            continue
        waiting += session.status == "pending"
        failed += session.status == "failed"
    for trouble in broken:
        yield Finding("problem", "session", trouble.message, *trouble.hints[:1])
    total = len(ctx.sessions.ids())
    detail = f"{total} stored, {waiting} pending, {failed} failed"
    yield Finding("ok", "sessions", detail, "acx learn" if waiting or failed else "")
