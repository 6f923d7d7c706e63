"""Over real transcripts: what people said, and what the offline learner wrote, lands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from acx.errors import AcxError
from acx.learn.draft import Draft
from acx.learn.guard import added_lines, objections
from acx.learn.port import Assignment, Skipped
from acx.model import Evidence, Lesson, Session, Task
from acx.transcripts import open_transcript
from tests.offline.conftest import Space, Talk, learner


def talks(corpus: Path) -> Iterator[Talk]:
    """Every transcript of the corpus, in whatever format."""
    for path in sorted(path for path in corpus.rglob("*") if path.is_file()):
        try:
            opened = open_transcript(path)
            messages = [replace(m, number=n) for n, m in enumerate(opened.messages, 1)]
        except AcxError:
            continue  # the manifest, the read-me
        session = Session(path.stem, "2026-01-01T00:00:00Z", cwd=opened.notes.cwd)
        yield Talk(messages, session)


def test_what_the_offline_learner_writes_lands(
    corpus: Path, figures: Callable[[str], None]
) -> None:
    space = Space()
    seen = 0
    held: list[str] = []
    for talk in talks(corpus):
        for task in learner.tasks(talk, ())[0]:
            answer = learner.lessons(Assignment(talk, task, space)) if task.finished else []
            for taught in [] if isinstance(answer, Skipped) else answer:
                draft = Draft(space)
                draft.put_all(taught.changes)
                seen += 1
                held += objections(taught.lesson, added_lines(draft, space), talk, task)[:1]
                for path, data in draft.changes().items():
                    space.files[path] = data or b""
    figures(f"guard over the corpus: {seen} lessons, {len(held)} held")
    assert seen > 100
    assert len(held) < seen / 50, held


def test_the_words_of_people_land(corpus: Path, figures: Callable[[str], None]) -> None:
    seen = 0
    held: list[str] = []
    for talk in talks(corpus):
        task = Task(1, "All of it", 1, talk.count, "success")
        said = [m for m in talk.messages if m.origin == "human" and 8 < len(m.text) < 6000]
        for message in said:
            quote = Evidence(message.number, "user", message.text.split("\n")[0][:80].strip())
            lesson = Lesson("A lesson", "fact", "", (quote,))
            sentences = re.split(r"(?<=[.!])\s+|\n+", message.text)
            added = [one for one in sentences if 4 <= len(one.split()) <= 40]
            seen += len(added)
            for why in objections(lesson, {"skills/notes/notes.md": added}, talk, task):
                if not why.startswith(("nothing in", "no words")):  # too short to be looked up
                    held.append(f"{talk.session.id}: {why}")
    figures(f"guard over the corpus: {seen} sentences of people, {len(held)} objections")
    assert seen > 1000
    assert len(held) < seen / 50, held
