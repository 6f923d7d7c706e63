"""Recorded answers of a reader who played the model, given again to the same requests.

A recording is a file of `recorded/`, a line an exchange: what was asked, as hashes of its parts,
and what was answered. A request that differs in a word has no answer: the replay refuses it and
says which part of it is new, so that a changed prompt shows as a changed request. Made from a box
of `messages_api_by_hand`:

    python tests/evals/replay.py BOX CASE...        # writes recorded/CASE.jsonl for each

Not in here: what the requests are (acx makes them), and a server (`tests.loopback`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.evals.case import CASES, load
from tests.evals.run import Engine, run
from tests.loopback import Answer, LoopbackMessages, Status

RECORDED = Path(__file__).parent / "recorded"
Exchange = Mapping[str, Any]
"""`asked`: a hash for each part of the request; `answer`: `content` and `stop_reason`."""

MODEL = "by-hand"
CHARS_A_TOKEN = 4
"""As the server that is answered by hand estimates it: no real bill."""

_CALL_ID = re.compile(r"toolu_\w+")


class Recordings:
    """All recorded exchanges, and what was asked of them that they don't have."""

    def __init__(self, exchanges: Iterable[Exchange] | None = None) -> None:
        self._answers: dict[str, Exchange] = {}
        self._parts: set[str] = set()
        self.unknown: list[str] = []
        self.used: list[Exchange] = []
        for exchange in recorded() if exchanges is None else exchanges:
            self._answers[_key(exchange["asked"])] = exchange
            self._parts.update(exchange["asked"].values())

    def answer(self, request: Mapping[str, Any]) -> Answer | Status:
        """What was answered to just this request."""
        asked = parts(request)
        exchange = self._answers.get(_key(asked))
        if exchange is None:
            new = [name for name, mark in asked.items() if mark not in self._parts]
            what = ", ".join(new) or "their combination"
            self.unknown.append(what)
            return Status(400, f"this was never asked before (new: {what}): record it anew")
        self.used.append(exchange)
        found = exchange["answer"]
        usage = {
            "input_tokens": _tokens(request),
            "output_tokens": _tokens(found["content"]),
        }
        return Answer(found["content"], found["stop_reason"], usage)

    def server(self) -> LoopbackMessages:
        return LoopbackMessages(self.answer)


def recorded(folder: Path = RECORDED) -> Iterator[Exchange]:
    """All exchanges that are kept."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def parts(request: Mapping[str, Any]) -> dict[str, str]:
    """A hash of each part of a request; ids of calls, which differ from run to run, by number."""
    ids: dict[str, str] = {}

    def mark(value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        text = _CALL_ID.sub(lambda found: ids.setdefault(found[0], f"call-{len(ids)}"), text)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    found = {"system": mark(request.get("system")), "tools": mark(request.get("tools"))}
    for n, message in enumerate(request["messages"]):
        for m, block in enumerate(message["content"]):
            found[f"message {n + 1}, block {m + 1} ({message['role']})"] = mark(block)
    return found


def _key(asked: Mapping[str, str]) -> str:
    return " ".join(asked.values())


def _tokens(value: Any) -> int:
    text = _CALL_ID.sub("call", json.dumps(value, ensure_ascii=False))
    return max(1, len(text) // CHARS_A_TOKEN)


def answered(box: Path) -> Iterator[Exchange]:
    """The answered requests of a box, in their order."""
    for path in sorted(box.glob("*.request.json")):
        answer = path.with_name(path.name.replace("request", "answer"))
        if not answer.exists():
            continue
        given = json.loads(answer.read_text(encoding="utf-8"))
        if "error" in given:
            continue
        uses_tool = any(block["type"] == "tool_use" for block in given["content"])
        blocks = [
            {key: value for key, value in block.items() if key != "id"}
            for block in given["content"]
        ]
        stop = given.get("stop_reason") or ("tool_use" if uses_tool else "end_turn")
        asked = parts(json.loads(path.read_text(encoding="utf-8")))
        yield {"asked": asked, "answer": {"content": blocks, "stop_reason": stop}}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("box", type=Path)
    parser.add_argument("case", nargs="+")
    given = parser.parse_args(argv)
    RECORDED.mkdir(exist_ok=True)
    trouble = 0
    for name in given.case:
        recordings = Recordings(answered(given.box))
        with recordings.server() as api:
            env = {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "k"}
            run(load(CASES / f"{name}.yaml"), Engine("anthropic", MODEL, env))
        trouble += len(recordings.unknown)
        lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in recordings.used]
        (RECORDED / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        print(f"{name}: {len(lines)} exchanges, {len(recordings.unknown)} requests unanswered")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
