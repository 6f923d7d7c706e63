"""The gate of a space: a command that a lesson must pass before it lands.

It is run on a checkout of the candidate, in a folder of its own and without keys in its
environment. A space comes from others, and so does its gate: none is run that the person of this
machine hasn't allowed, word for word (`acx space allow`, or setting it with
`acx space update --gate`).
"""

from __future__ import annotations

import io
import re
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from acx import files, yamlfile
from acx.errors import AcxError
from acx.learn.draft import Draft
from acx.learn.message import visible
from acx.paths import safe_path
from acx.store.layout import SKILLS
from acx.store.process import run_shell
from acx.store.repo import Repo
from acx.verbs.context import Context

SECONDS = 600.0
"""How long a gate may take."""

MOST_LINES = 20
"""Of what a gate that failed said."""

MORE = "…"
"""Stands before them where it said more."""

LONGEST = 200
"""Characters of one of them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def gate(ctx: Context, repo: Repo, name: str, command: str) -> Callable[[Draft], str]:
    """What tells why a draft on top of HEAD may not land; "" if it may. The first line says it,
    further ones are the last that the gate said, where that is more than one."""
    if not command:
        return lambda _: ""
    if not allowed(ctx, repo.path, command):
        return lambda _: f"its gate ({command}) may not be run here yet: acx space allow {name}"

    def passes(draft: Draft) -> str:
        with tempfile.TemporaryDirectory(prefix="acx-gate-") as scratch:
            folder = Path(scratch) / name
            checkout(repo, draft, folder)
            env = {key: value for key, value in ctx.env.items() if key not in KEYS}
            code, said = run_shell(command, env, folder, SECONDS)
        if code is None:
            return f"its gate took more than {SECONDS:.0f} seconds"
        if not code:
            return ""
        last = last_lines(said)
        why = f"its gate failed with exit {code}{': ' if last else ''}{''.join(last[-1:])}"
        return "\n".join([why, *(last if last[1:] else ())])

    return passes


def last_lines(said: str) -> list[str]:
    """The last lines of what a command printed, without what a terminal would obey; … stands first
    where there were more."""
    shown = [line.rstrip("\r").rpartition("\r")[2] for line in visible(said).split("\n")]
    lines = [_CONTROL.sub("", line.expandtabs(4)).rstrip() for line in shown]
    told = [line if len(line) <= LONGEST else f"{line[:LONGEST]}…" for line in lines if line]
    return [MORE, *told[-MOST_LINES:]] if len(told) > MOST_LINES else told


def checkout(repo: Repo, draft: Draft, folder: Path) -> None:
    """The files of HEAD with the draft's edits. Links are left out: they could lead anywhere."""
    folder.mkdir()
    done = repo.run("archive", "--format=tar", "HEAD")
    if done.returncode:
        raise AcxError(f"{repo.path}: can't check out HEAD", f"git -C {repo.path} archive HEAD")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            data = tar.extractfile(member) if member.isfile() else None
            if data is not None:
                path = folder / safe_path(member.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data.read())
                path.chmod(0o755 if member.mode & 0o100 else 0o644)
    wanted = set(draft.paths())
    there = {str(path.relative_to(folder)) for path in (folder / SKILLS).rglob("*")}
    for name in wanted:
        path = folder / safe_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draft.read(name) or b"")
    for name in there - wanted:
        if (folder / name).is_file():
            (folder / name).unlink()


def allowed(ctx: Context, space: Path, command: str) -> bool:
    return _known(ctx).get(str(space.resolve())) == command


def allow(ctx: Context, space: Path, command: str) -> None:
    """From now on this gate of this space may be run on this machine."""
    known = _known(ctx)
    known[str(space.resolve())] = command
    files.replace(ctx.home.gates, yamlfile.dump(known))


def _known(ctx: Context) -> dict[str, str]:
    try:
        text = ctx.home.gates.read_bytes()
    except FileNotFoundError:
        return {}
    found = yamlfile.load(text, str(ctx.home.gates), "acx space allow NAME")
    return {str(key): str(value) for key, value in found.items()}
