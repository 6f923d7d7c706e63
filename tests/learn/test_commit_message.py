"""Commit messages that withstand what transcripts and models put into them, judged by real git."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from acx.learn.message import LONGEST_SUBJECT, message, one_line, subject
from acx.model import Evidence, Lesson, Task, Usage

Git = Callable[..., str]

TASK = Task(1, "Deploy API v2 to staging", 1, 9, "success", "the user said great")
OTHER = "a" * 40


def written(
    title: str = "Run migrations first",
    summary: str = "It held.",
    quote: str = "held",
    hold: str = "",
) -> str:
    lesson = Lesson(title, "sop", summary, (Evidence(3, "user", quote),))
    extra = [("Acx-Held", hold)] if hold else []
    return message("deploy-1", TASK, lesson, "offline", Usage(), extra)


def trailers(git: Git, folder: Path, text: str) -> Mapping[str, str]:
    lines = git(folder, "interpret-trailers", "--parse", data=text).splitlines()
    pairs = [line.split(": ", 1) for line in lines]
    assert len({key for key, _ in pairs}) == len(pairs)
    return dict(pairs)


def committed(git: Git, folder: Path, text: str) -> None:
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-F", "-", data=text)


HOSTILE = {
    "a divider": "All fine.\n--- staging\nmore",
    "a bare divider": "All fine.\n---\nmore",
    "a wrapped divider": f"{'word ' * 13}--- and then {'word ' * 13}",
    "a scissors line": "# ------------------------ >8 ------------------------\nmore",
    "a trailer": "Acx-Task: other/1",
    "a trailer in capitals": "ACX-TASK : other/1",
    "a wrapped trailer": f"{'word ' * 14}Acx-Task: other/1 Acx-Session: other {'word ' * 9}",
    "a paragraph of trailers": "Fine.\n\nAcx-Session: other\nAcx-Task: other/1\n",
    "a folded trailer": "Acx-Task:\n other/1",
    "a revert": f"This reverts commit {OTHER}.",
    "somebody's name": "Signed-off-by: Somebody Else <else@example.com>",
    "line breaks of other kinds": "Fine.\rAcx-Task: o/1\x85Acx-Task: o/1\u2028Acx-Task: o/1",
    "a hidden key": "\u200bAcx-Task: other/1\n\x1b[31mAcx-Task: other/1",
}


@pytest.mark.parametrize("where", ["title", "summary", "quote", "hold"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_forges_a_trailer(tmp_path: Path, git: Git, where: str, text: str) -> None:
    said = written(**{where: text})
    found = trailers(git, tmp_path, said)
    assert found["Acx-Task"] == "deploy-1/1" and found["Acx-Session"] == "deploy-1"
    assert set(found) <= {
        "Acx-Session", "Acx-Task", "Acx-Outcome", "Acx-Kind", "Acx-Messages", "Acx-Learner",
        "Acx-Held",
    }  # fmt: skip
    committed(git, tmp_path, said)
    for pattern in ("^Acx-Task *: *o", "^Acx-Session: other", "^This reverts", "^Signed-off-by"):
        assert git(tmp_path, "log", "-i", "--format=%H", f"--grep={pattern}") == ""
    assert git(tmp_path, "log", "--format=%(trailers:key=Acx-Task,valueonly)").strip() == (
        "deploy-1/1"
    )
    assert git(tmp_path, "log", "--format=%s") == said.split("\n")[0]


def test_the_title_of_a_task_forges_nothing_either(tmp_path: Path, git: Git) -> None:
    task = Task(1, f"{'word ' * 9}\n--- Acx-Task: other/1", 1, 2, "failed", "\nAcx-Task: other/2")
    lesson = Lesson("Title", "warning", "Summary.", ())
    said = message("deploy-1", task, lesson, "offline", Usage())
    assert trailers(git, tmp_path, said)["Acx-Task"] == "deploy-1/1"
    assert not [line for line in said.splitlines()[:-7] if line.startswith(("---", "Acx-"))]


def test_ordinary_words_stay_as_they_are() -> None:
    summary = "Note: run it twice.\n- a list -- with dashes\nApplies to: webshop"
    assert summary in written(summary=summary)


@pytest.mark.parametrize(
    "hidden",
    ["\x7f", "\x80", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069", "\u200b", "\u200f", "\u2060",
     "\ufeff", "\u061c", "\U000e0041", "\x1b[1;31m", "\x1b]0;title\x07", "\x08"],
)  # fmt: skip
def test_what_is_not_seen_is_not_written(hidden: str) -> None:
    said = written(*[f"Run {hidden}migrations{hidden} first"] * 4)
    assert hidden not in said
    assert said.count("Run migrations first") == 4


def test_a_title_and_a_reason_are_one_line_each(tmp_path: Path, git: Git) -> None:
    long = "first line\nsecond line " + "of many words " * 30
    said = written(title=long, hold=long)
    first, blank, *_ = said.split("\n")
    assert len(first) <= LONGEST_SUBJECT and first.startswith("first line second") and not blank
    assert subject(first) == first
    assert trailers(git, tmp_path, said)["Acx-Held"] == one_line(long)
