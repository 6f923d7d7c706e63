"""Running a case: a fresh home and space, then each session imported and learned in order.

The learner is one of acx's own by name, or any object that does what the port of learners asks: a
replay of recorded answers, for example. Clock and ids are the same in every run; nothing of the
person's own home, git configuration or skills is seen. Not in here: scores.
"""

from __future__ import annotations

import difflib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from acx.learn.port import Learner
from acx.store import ledger, publish, skill_source
from acx.store.layout import Home
from acx.store.publish import Piece
from acx.store.repo import Repo, Tree
from acx.verbs import import_sessions, learn, space
from acx.verbs.context import Context
from acx.verbs.learn_report import SessionReport
from acx.verbs.learn_session import Settings, learn_session
from acx.verbs.purse import RunPurse
from tests.evals.case import Case, Script
from tests.evals.learned import Learned, Made, Studied
from tests.evals.render import render

SPACE = "evals"
PATIENCE = 3600
"""Seconds an answer may take: a person may play the model."""
PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")


@dataclass(frozen=True, slots=True)
class Engine:
    """Who learns: the name of a learner of acx's with a model, or an object."""

    learner: str | Learner
    model: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    """Set besides what the environment says: another server, for example."""


class _Clock:
    """Starts a day after the case's last session, and moves a second each time it is asked."""

    def __init__(self, case: Case) -> None:
        self.at = max(script.began for script in case.sessions) + timedelta(days=1)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def run(case: Case, engine: Engine, keep: Path | None = None) -> Learned:
    """Learn a case. With `keep`, its home, transcripts and space stay in `keep/NAME`."""
    with _folder(case, keep) as folder:
        ctx = _context(case, folder, engine.env)
        space.create(ctx, SPACE, user="evals@example.com", meta={"project": case.project})
        if case.skills:
            with ctx.spaces.writing(SPACE) as repo:
                _commit(ctx, repo, case.skills)
        studied = [_study(ctx, case, script, engine, folder) for script in case.sessions]
        with ctx.spaces.open(SPACE) as repo:
            commits = _commits(repo, studied)
            files = _files(repo)
        return Learned(tuple(studied), commits, _templates(), files)


@contextmanager
def _folder(case: Case, keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="acx-evals-") as name:
            yield Path(name)
        return
    folder = keep.absolute() / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder


def _context(case: Case, folder: Path, more: Mapping[str, str]) -> Context:
    env = {
        key: value
        for key, value in os.environ.items()
        if key in PASSED_ON or key.startswith("ANTHROPIC_")
    }
    env |= {
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **more,
    }
    home = folder / "home"
    home.mkdir()
    (home / "config.yaml").write_text(f"timeout: {PATIENCE}\n")
    numbers = itertools.count(1)
    return Context(Home(folder / "home"), env, _Clock(case), lambda: f"{next(numbers):08x}")


def _commit(ctx: Context, repo: Repo, files: Mapping[str, str]) -> None:
    changes: dict[str, bytes | None] = {path: text.encode() for path, text in files.items()}
    piece = Piece("Add what the space knows already\n", changes)
    publish.publish(repo, repo.resolve(repo.branch()), [piece], ctx.now())


def _study(ctx: Context, case: Case, script: Script, engine: Engine, folder: Path) -> Studied:
    name, data = render(case, script)
    path = folder / "transcripts" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    report = _learn(ctx, engine, path)
    outcomes = ctx.sessions.outcomes(report.session)
    return Studied(
        script.id,
        report.session,
        tuple(ctx.sessions.transcript(report.session).read()),
        tuple(outcome.task for outcome in outcomes.values()),
        report.usage,
        report.reason if report.status == "failed" else "",
        {lesson.commit: lesson.held for lesson in report.held},
    )


def _learn(ctx: Context, engine: Engine, path: Path) -> SessionReport:
    learner = engine.learner
    if isinstance(learner, str):
        done = learn.learn(ctx, [str(path)], space=SPACE, learner=learner, model=engine.model)
        [report] = done.sessions
        return report
    [imported] = import_sessions.import_file(ctx, path)
    session = ctx.sessions.attach(imported.session, SPACE)
    purse = RunPurse(ctx.spending, ctx.now)
    settings = Settings(review=False, dry_run=False, purse=purse, progress=lambda _: None)
    with ctx.spaces.writing(SPACE) as repo:
        publish.ready(repo)
        return learn_session(ctx, learner, repo, session, ctx.sessions, settings)


def _files(repo: Repo) -> dict[str, str]:
    tree = Tree(repo, repo.resolve("HEAD"))
    return {path: (tree.read(path) or b"").decode(errors="replace") for path in tree.paths()}


def _templates() -> dict[str, str]:
    """The files of the skills that come with acx: what stands there was not learned."""
    return {
        f"skills/{name}/{path}": data.decode()
        for name in skill_source.templates()
        for path, data in skill_source.template(name).files.items()
    }


def _commits(repo: Repo, studied: Sequence[Studied]) -> tuple[Made, ...]:
    """The lessons as they were made: session by session, task by task."""
    names = {session.stored: session for session in studied}
    places = {session.stored: number for number, session in enumerate(studied)}
    found = []
    for entry in reversed(ledger.entries(repo)):
        session, _, number = entry.task.rpartition("/")
        found.append((places[session], int(number), _made(repo, entry, names[session])))
    return tuple(made for _, _, made in sorted(found, key=lambda item: item[:2]))


def _made(repo: Repo, entry: ledger.Entry, session: Studied) -> Made:
    commit, base = entry.commit, _templates()
    changed = repo.changed(commit.id)
    added = {
        path: _added(old, new)
        for path, (old, new) in changed.items()
        if new is not None and new.decode(errors="replace") != base.get(path)
    }
    return Made(
        commit.id,
        "landed" if entry.state == "landed" else "held",
        session.id,
        int(entry.task.rpartition("/")[2]),
        commit.trailers.get("Acx-Outcome", "").split(",")[0],
        commit.trailers.get("Acx-Kind", ""),
        commit.subject,
        commit.body,
        {path: lines for path, lines in added.items() if lines},
        session.holds.get(commit.id, ""),
    )


def _added(old: bytes | None, new: bytes | None) -> tuple[str, ...]:
    before, after = ((data or b"").decode(errors="replace").splitlines() for data in (old, new))
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple(
        line for tag, _, _, start, end in changes if tag != "equal" for line in after[start:end]
    )


Ran = Learned | str
"""What was learned, or why a case failed to run."""


def attempt(case: Case, engine: Engine, keep: Path | None = None) -> Ran:
    """`run`, with whatever goes wrong as a reason: one broken case doesn't stop the others."""
    try:
        return run(case, engine, keep)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
