"""What it costs to read: import and digest of a transcript, beside `json.loads` of its lines and
`cat`, once as it is and once as long as nobody's is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ACX = str(Path(sys.executable).parent / "acx")
LONG = 1000
"""MB of the long one."""

LOADS = """
import json, sys
for line in open(sys.argv[1], "rb"):
    try:
        json.loads(line)
    except ValueError:
        pass
"""


def reading(folder: Path, corpus: Path) -> Iterator[str]:
    files = sorted(corpus.glob("claude-code/**/*.jsonl"), key=lambda path: path.stat().st_size)
    if not files:
        yield "reading            the corpus is not beside this checkout"
        return
    largest = files[-1]
    long = folder / "long.jsonl"
    repeated(largest, long, round(LONG * 1e6 / largest.stat().st_size))
    for path in (largest, long):
        size = path.stat().st_size / 1e6
        cat, _ = peak(["cat", str(path)])
        loads, _ = peak([sys.executable, "-c", LOADS, str(path)])
        session, taken, memory = _imported(path)
        count = _lines(Path(os.environ["ACX_HOME"]) / "sessions" / session / "messages.jsonl")
        yield (
            f"import             {size:7.1f} MB: {taken:6.2f} s ({size / taken:.0f} MB/s,"
            f" {count / taken:,.0f} messages a second), peak {memory / 1024:.0f} MB a process;"
            f" json.loads of its lines {loads:.2f} s ({size / loads:.0f} MB/s), cat {cat:.2f} s;"
            f" speed {loads / taken:.2f} of json.loads  (aim: 0.5, 150 MB)"
        )
        again, _ = peak([ACX, "session", "import", str(path)])
        digest, memory = peak([ACX, "session", "show", session, "--digest"])
        yield f"import once more   {size:7.1f} MB: {again:6.2f} s ({size / again:.0f} MB/s)"
        yield (
            f"digest             {size:7.1f} MB: {digest:6.2f} s ({size / digest:.0f} MB/s of the"
            f" transcript), peak {memory / 1024:.0f} MB"
        )
        last, _ = peak([ACX, "session", "show", session, str(count - 9), "--json"])
        yield f"message {count - 9:<11,}{last * 1e3:.0f} ms  (aim: 150 ms, wherever it stands)"


def repeated(source: Path, target: Path, times: int) -> None:
    """The transcript many times over as one session, with ids of their own."""
    text = source.read_text(encoding="utf-8", errors="replace")
    text = text if text.endswith("\n") else text + "\n"
    with target.open("w", encoding="utf-8") as out:
        for turn in range(times):
            again = text
            for key in ('uuid":"', 'parentUuid":"', '"id":"msg_', "toolu_"):
                again = again.replace(key, f"{key}{turn}x")
            out.write(again.replace('"sessionId":"', f'"sessionId":"{times}x'))


def peak(args: list[str]) -> tuple[float, int]:
    """Seconds and peak resident memory in KB of a process."""
    start = time.perf_counter()
    child = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, code, used = os.wait4(child.pid, 0)
    assert code == 0, args
    return time.perf_counter() - start, used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def _imported(path: Path) -> tuple[str, float, int]:
    start = time.perf_counter()
    child = subprocess.Popen(
        [ACX, "session", "import", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout
    session = child.stdout.read().decode().strip()
    _, code, used = os.wait4(child.pid, 0)
    assert code == 0, path
    return session, time.perf_counter() - start, used.ru_maxrss


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
