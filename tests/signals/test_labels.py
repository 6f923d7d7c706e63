"""What the surface of a transcript tells of its outcome, against outcomes that are known: a table,
so that learners know what to trust."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from acx.learn.offline import OfflineLearner
from acx.model import Message, Session
from acx.transcripts import open_transcript
from acx.transcripts.signals import exit_code
from acx.transcripts.suites import summary
from tests.transcripts.corpus_files import CORPUS, needs_corpus

pytestmark = needs_corpus


@dataclass(frozen=True)
class Talk:
    """A conversation whose outcome is known. Also a `Transcript`."""

    kind: str
    success: bool
    messages: Sequence[Message]
    session: Session = Session("s", "2026-01-01T00:00:00Z")

    @property
    def count(self) -> int:
        return len(self.messages)

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Message]:
        return iter(self.messages[first - 1 : last])


@cache
def conversations(file: str) -> list[list[Message]]:
    told = open_transcript(CORPUS / file).conversations()
    return [
        [replace(message, number=n) for n, message in enumerate(messages, 1)]
        for _, messages in told
    ]


def talks() -> Iterator[Talk]:
    for line in (CORPUS / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        if "success" in label and (CORPUS / label["file"]).exists():
            found = conversations(label["file"])
            kind = "aider" if label["file"].startswith("aider") else label["domain"]
            if "index" in label:
                yield Talk(kind, label["success"], found[label["index"]])
            else:  # several chats on one problem: tries, of which the last one counts
                yield Talk(kind, label["success"], found[-1])


def _failing(message: Message) -> bool:
    return any(exit_code(result) or result.error for result in message.results)


def _errors_in_text(message: Message) -> bool:
    return any(result.text.lstrip().startswith("Error") for result in message.results)


def _last_tests(talk: Talk) -> str:
    runs = [run for m in talk.messages for r in m.results if (run := summary(r.text))]
    return "" if not runs else "passed" if runs[-1].ok else "failed"


def _last_words(talk: Talk) -> str:
    said = [message.text for message in talk.messages if message.origin == "human"]
    return said[-1] if said else ""


@cache
def _offline() -> OfflineLearner:
    return OfflineLearner(lambda name: {})


def _offline_says(talk: Talk) -> str:
    found, _ = _offline().tasks(talk, [])
    finished = [task for task in found if task.finished]
    if not finished:
        return "open"
    return finished[-1].status


SIGNALS: Mapping[str, tuple[Callable[[Talk], bool], bool]] = {
    "the last tool result is an error": (
        lambda t: any(map(_failing, [m for m in t.messages if m.results][-1:])), False,
    ),
    "some tool result is an error": (lambda t: any(map(_failing, t.messages)), False),
    "some tool result says Error": (lambda t: any(map(_errors_in_text, t.messages)), False),
    "the last test run failed": (lambda t: _last_tests(t) == "failed", False),
    "the last test run passed": (lambda t: _last_tests(t) == "passed", True),
    "the person thanks at the end": (
        lambda t: bool(re.search(r"(?i)\b(thank|great|perfect|appreciate)", _last_words(t))), True,
    ),
    "handed over to a person": (
        lambda t: any("transfer_to_human" in c.name for m in t.messages for c in m.calls), False,
    ),
    "offline learner: success": (lambda t: _offline_says(t) == "success", True),
    "offline learner: failed": (lambda t: _offline_says(t) == "failed", False),
}  # fmt: skip
"""Each with the outcome that it suggests."""


def test_signals_against_known_outcomes(figures: Callable[[str], None]) -> None:
    known = list(talks())
    kinds = sorted({talk.kind for talk in known})
    assert len(known) >= 150
    base = {kind: [t.success for t in known if t.kind == kind] for kind in kinds}
    figures(
        "outcomes known: "
        + "; ".join(f"{kind} {sum(b)} of {len(b)} succeeded" for kind, b in base.items())
    )
    for name, (says, suggests) in SIGNALS.items():
        cells = []
        for kind in kinds:
            shown = [t.success == suggests for t in known if t.kind == kind and says(t)]
            cells.append(f"{kind} {sum(shown)}/{len(shown)}" if shown else f"{kind} -")
        outcome = "success" if suggests else "failure"
        figures(f"  {name:38} right that it is a {outcome}: {', '.join(cells)}")


def test_the_labels_fit_the_conversations_they_are_of() -> None:
    for line in (CORPUS / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        if "index" in label and (CORPUS / label["file"]).exists():
            messages = conversations(label["file"])[label["index"]]
            # the simulator's mark that ends a talk may have been a message of its own
            assert label["messages"] - len(messages) in (0, 1)
