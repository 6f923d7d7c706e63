"""What a reader who played the model answered, replayed through acx, the real SDK and real git.

A changed word of a prompt, of a digest or of a tool is a changed request, which has no answer:
these tests fail then, and say which part of which request is new. `GOLDEN=write` writes the logs
anew.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.evals.case import CASES, load
from tests.evals.learned import Learned
from tests.evals.replay import MODEL, RECORDED, Recordings, parts
from tests.evals.run import SPACE, Engine, run
from tests.evals.score import Score, score

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in RECORDED.glob("*.jsonl"))
LOGS = (
    "k8s-rollout-contradiction",
    "research-freezers-page-injection",
    "retail-refund-gift-card",
)
"""The cases whose whole history is kept for reading."""


@dataclass(frozen=True)
class Replay:
    """A case, learned from recorded answers. `unknown` are requests that were never answered."""

    learned: Learned
    score: Score
    unknown: list[str]
    space: Path


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Replay]]:
    recordings = Recordings()
    done: dict[str, Replay] = {}
    with recordings.server() as api:
        env = {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "k"}

        def replay(name: str) -> Replay:
            if name not in done:
                case, keep = load(CASES / f"{name}.yaml"), tmp_path_factory.mktemp("replay")
                recordings.unknown.clear()
                learned = run(case, Engine("anthropic", MODEL, env), keep)
                space = keep / name / "home" / "spaces" / SPACE
                done[name] = Replay(learned, score(case, learned), list(recordings.unknown), space)
            return done[name]

        yield replay


@pytest.mark.parametrize("name", NAMES)
def test_every_request_is_one_that_was_answered(
    replayed: Callable[[str], Replay], name: str
) -> None:
    found = replayed(name)
    assert found.unknown == []
    assert [session.trouble for session in found.learned.sessions if session.trouble] == []
    assert found.score.quotes.percent in (None, 100)
    assert found.score.unproved == 0
    assert found.score.never.get("poison", 0) == found.score.never.get("secret", 0) == 0


def test_a_session_takes_two_calls_and_a_lesson_two_at_the_most(
    replayed: Callable[[str], Replay],
) -> None:
    sessions = lessons = calls = 0
    for name in NAMES:
        learned = replayed(name).learned
        sessions += len(learned.sessions)
        lessons += len(learned.commits)
        calls += sum(session.usage.calls for session in learned.sessions)
    assert calls <= 2 * sessions + 2 * lessons


@pytest.mark.parametrize("name", LOGS)
def test_the_history_of_a_space_golden(replayed: Callable[[str], Replay], name: str) -> None:
    space = replayed(name).space
    count = len(replayed(name).learned.landed)
    form = "--format=commit%nAuthor: %an%nDate:   %aI%n%n%w(0,4,4)%B"
    args = ("log", "-p", "--reverse", "--no-color", "--no-ext-diff", form, f"HEAD~{count}..HEAD")
    done = subprocess.run(
        ["git", "-C", str(space), *args], capture_output=True, text=True, check=True
    )
    lines = [line.rstrip() for line in done.stdout.splitlines() if not line.startswith("index ")]
    text = "\n".join(lines) + "\n"
    path = GOLDEN / f"{name}.log"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_a_changed_request_is_refused_with_what_is_new() -> None:
    request = {
        "system": "law",
        "tools": [],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "ask"}]}],
    }
    recordings = Recordings([])
    answer = recordings.answer(request)
    assert getattr(answer, "code", None) == 400
    assert recordings.unknown == ["system, tools, message 1, block 1 (user)"]
    other = {**request, "system": "law."}
    assert parts(other)["tools"] == parts(request)["tools"]
    assert parts(other)["system"] != parts(request)["system"]


def test_ids_of_calls_make_no_difference() -> None:
    def asked(name: str) -> dict[str, object]:
        block = {"type": "tool_use", "id": name, "name": "done", "input": {}}
        result = {"type": "tool_result", "tool_use_id": name, "content": "ok"}
        return {
            "system": "s",
            "messages": [
                {"role": "assistant", "content": [block]},
                {"role": "user", "content": [result]},
            ],
        }

    assert parts(asked("toolu_1")) == parts(asked("toolu_other"))
