"""`make bench`: what acx costs, each figure beside the bare thing it is to be compared with.

Everything is measured in one run, side by side, on files made here; the largest transcript of the
corpus is used where the corpus lies beside the checkout. Times vary from machine to machine and
from minute to minute; the ratios are what to look at. Tests hold the counts (git processes,
modules), never the times.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reading import peak, reading, repeated

ACX = str(Path(sys.executable).parent / "acx")
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
LESSONS = 40
PIPED = 200_000


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def median(runs: int, *things: Callable[[], object]) -> list[float]:
    """Median seconds of each thing, taken in turns so that all meet the same noise."""
    taken = [[seconds(thing) for thing in things] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def process(*args: str, **options: Any) -> Callable[[], object]:
    return lambda: subprocess.run(args, check=True, capture_output=True, **options)


def start_up() -> Iterator[str]:
    subprocess.run([ACX, "session", "create", "--id", "bench"], check=True, capture_output=True)
    message = '{"role": "user", "content": "hello"}'
    bare, version, append = median(
        15,
        process(sys.executable, "-c", "pass"),
        process(ACX, "--version"),
        process(ACX, "session", "append", "bench", message),
    )
    yield (
        f"start-up           acx --version {version * 1e3:.0f} ms;"
        f" python -c pass {bare * 1e3:.0f} ms  (aim: 150 ms)"
    )
    yield f"one append         {append * 1e3:.0f} ms  (aim: 150 ms)"


def piped(folder: Path) -> Iterator[str]:
    source = folder / "messages.jsonl"
    with source.open("w") as out:
        for n in range(PIPED):
            role = "assistant" if n % 2 else "user"
            text = f"message {n}: look at the deploy script, why does the health check fail?"
            out.write(json.dumps({"role": role, "content": text}) + "\n")
    size = source.stat().st_size
    subprocess.run([ACX, "session", "create", "--id", "piped"], check=True, capture_output=True)
    cat, append = median(
        3,
        lambda: subprocess.run(f"cat {source} | cat >> {folder}/copy", shell=True, check=True),
        lambda: subprocess.run(
            f"cat {source} | {ACX} session append piped > {folder}/acks", shell=True, check=True
        ),
    )
    yield (
        f"piped messages     {PIPED / append:,.0f} a second ({size / append / 1e6:.0f} MB/s);"
        f" cat >> {PIPED / cat:,.0f} a second  (aim: 100,000)"
    )


def lessons(folder: Path) -> Iterator[str]:
    from acx.store import publish
    from acx.store.publish import Piece
    from acx.store.repo import Repo

    bare, ours = folder / "bare", folder / "ours"
    trace = folder / "trace"
    for path in (bare, ours):
        subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
        (path / "skills/log").mkdir(parents=True)
        (path / "skills/log/SKILL.md").write_text("law\n")
        subprocess.run(["git", "-C", str(path), "add", "."], check=True)
        subprocess.run(["git", "-C", str(path), "commit", "-q", "-m", "start"], check=True)
    text = "".join(f"line {n}\n" for n in range(40))
    number = iter(range(10**6))

    def by_hand() -> None:
        (bare / "skills/log/day.md").write_text(f"{text}{next(number)}\n")
        subprocess.run(["git", "-C", str(bare), "add", "skills/log/day.md"], check=True)
        subprocess.run(["git", "-C", str(bare), "commit", "-q", "-m", "A lesson"], check=True)

    with Repo(ours, {**os.environ, "GIT_TRACE2_EVENT": str(trace)}) as repo:

        def landed() -> None:
            changes = {"skills/log/day.md": f"{text}{next(number)}\n".encode()}
            piece = Piece("A lesson\n\nAcx-Task: s/1\n", changes, "p")
            publish.publish(repo, repo.resolve("HEAD"), [piece], datetime.now(UTC))

        landed()
        trace.unlink(missing_ok=True)
        git, acx = median(LESSONS, by_hand, landed)
    started = sum('"event":"start"' in line for line in trace.read_text().splitlines())
    yield (
        f"one lesson         {acx * 1e3:.1f} ms, {started / LESSONS:.1f} git processes;"
        f" git add && git commit {git * 1e3:.1f} ms, 2 processes;"
        f" ratio {acx / git:.2f}  (aim: 2)"
    )


def learning(folder: Path) -> Iterator[str]:
    files = sorted(CORPUS.glob("claude-code/**/*.jsonl"), key=lambda path: path.stat().st_size)
    if not files:
        yield "learning offline   the corpus is not beside this checkout"
        return
    largest = files[-1]
    subprocess.run([ACX, "space", "create", "bench"], check=True, capture_output=True)
    for times in (1, 10, 40):
        path = folder / f"x{times}.jsonl"
        repeated(largest, path, times)
        taken, memory = peak([ACX, "learn", str(path), "--space", "bench"])
        size = path.stat().st_size / 1e6
        yield f"learning offline   {size:6.1f} MB: {taken:5.2f} s, peak {memory / 1024:.0f} MB"


def main() -> None:
    # Without the last one acx would be compiled anew at each start, as no installed program is.
    for key in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(key, None)
    with tempfile.TemporaryDirectory(prefix="acx-bench-") as scratch:
        folder = Path(scratch)
        os.environ.update(
            ACX_HOME=str(folder / "home"),
            GIT_AUTHOR_NAME="b",
            GIT_AUTHOR_EMAIL="b@b",
            GIT_COMMITTER_NAME="b",
            GIT_COMMITTER_EMAIL="b@b",
        )
        parts = (
            start_up(),
            piped(folder),
            lessons(folder),
            reading(folder, CORPUS),
            learning(folder),
        )
        for part in parts:
            for line in part:
                print(line, flush=True)


if __name__ == "__main__":
    main()
