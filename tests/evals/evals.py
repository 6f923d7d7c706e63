"""`make evals`: how well a learner learns, measured on the cases of this folder.

Runs every case, or the named ones, and prints one table with the aims. Not in here: what is
measured (`score`), and how a case is run (`run`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parents[2])  # the modules of this folder by name

from acx.config import DEFAULT_MODEL
from tests.evals.case import Case, CaseError, load, paths
from tests.evals.replay import MODEL, RECORDED, Recordings
from tests.evals.run import Engine, Ran, attempt
from tests.evals.score import score
from tests.evals.table import as_json, table

LEARNERS = ("offline", "anthropic", "replay")
"""`replay` is the anthropic learner, its answers those of a reader who played the model."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--learner", choices=LEARNERS, default="offline")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--case", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep homes and spaces there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--misses", action="store_true", help="list all that costs a point")
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time")
    given = parser.parse_args(argv)
    kept = [path.stem for path in sorted(RECORDED.glob("*.jsonl"))]
    names = given.case or (kept if given.learner == "replay" else [])
    cases, broken = _loaded(names)
    began = time.monotonic()
    with engine_of(given) as engine, ThreadPoolExecutor(max(given.jobs, 1)) as pool:
        ran = list(pool.map(lambda case: _timed(case, engine, given.keep), cases))
    rows = [
        (case.name, score(case, None), came)
        if isinstance(came, str)
        else (case.name, score(case, came), "")
        for case, came in zip(cases, ran, strict=True)
    ]
    if given.misses:
        for name, scored, why in rows:
            told = [why] if why else list(scored.misses)
            if told:
                print(f"{name}\n  " + "\n  ".join(told) + "\n")
    print(table(rows, "offline" if given.learner == "offline" else "model"))
    who = f"anthropic {given.model}" if given.learner == "anthropic" else given.learner
    print(f"learner      {who}, {time.monotonic() - began:.0f} s")
    if given.json:
        given.json.write_text(json.dumps(as_json(rows), ensure_ascii=False, indent=1) + "\n")
    return 1 if broken or any(why for *_, why in rows) else 0


@contextmanager
def engine_of(given: argparse.Namespace) -> Iterator[Engine]:
    """The learner that was asked for; a replay comes with its server."""
    if given.learner != "replay":
        yield Engine(given.learner, "" if given.learner == "offline" else given.model)
        return
    recordings = Recordings()
    with recordings.server() as api:
        yield Engine("anthropic", MODEL, {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "k"})
    for what in dict.fromkeys(recordings.unknown):
        print(f"never asked before: {what}", file=sys.stderr)


def _timed(case: Case, engine: Engine, keep: Path | None) -> Ran:
    """The case, run; and, as a model takes its time, a word when it is done."""
    began = time.monotonic()
    ran = attempt(case, engine, keep)
    if engine.learner != "offline":
        print(f"  {case.name}  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return ran


def _loaded(names: Sequence[str]) -> tuple[list[Case], int]:
    """The cases, and how many files are none: they are told, and the others go on."""
    cases, broken = [], 0
    try:
        for path in paths(names):
            try:
                cases.append(load(path))
            except CaseError as error:
                broken += 1
                print(f"error: {error}", file=sys.stderr)
    except CaseError as error:
        sys.exit(f"error: {error}")
    return cases, broken


if __name__ == "__main__":
    sys.exit(main())
