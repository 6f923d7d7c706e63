"""The offline learner over real transcripts: stable tasks, true quotes, a lesson for all work."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acx.learn.checks import problems
from acx.learn.draft import Draft
from acx.learn.evidence import Quote, look_up


@cache
def loaded(desk: Any, path: Path) -> Any:
    return desk.load(path)


def readable(desk: Any, paths: list[Path]) -> list[tuple[Path, Any]]:
    return [(path, loaded(desk, path)) for path in paths]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_longer_session_has_the_same_tasks(
    data: st.DataObject, desk: Any, transcripts: list[Path]
) -> None:
    talk = loaded(desk, data.draw(st.sampled_from(transcripts)))
    cut = data.draw(st.integers(0, talk.count))
    later = data.draw(st.integers(cut, talk.count))
    before = desk.tasks(talk.upto(cut))
    for known in ((), before):
        after = desk.tasks(talk.upto(later), known)
        assert [(t.number, t.first, t.title) for t in after[: len(before)]] == [
            (t.number, t.first, t.title) for t in before
        ]
        for old, new in zip(before[:-1], after, strict=False):
            reopened = new.spans != old.spans
            assert reopened or (old.status, old.last) == (new.status, new.last)


def test_ranges_cover_no_message_twice(desk: Any, transcripts: list[Path]) -> None:
    """But those of tasks that were asked for in one message, which have the same ranges."""
    for path, talk in readable(desk, transcripts):
        taken = Counter(
            number
            for ranges in {task.ranges for task in desk.tasks(talk)}
            for first, last in ranges
            for number in range(first, last + 1)
        )
        assert max(taken.values(), default=1) == 1, path
        assert max(taken, default=0) <= talk.count


def test_every_transcript_with_work_teaches(
    desk: Any, transcripts: list[Path], figures: Callable[[str], None]
) -> None:
    counts: Counter[str] = Counter()
    space = desk.space()
    for path, talk in readable(desk, transcripts):
        lessons = 0
        for task in desk.tasks(talk):
            counts[f"task {task.status}"] += 1
            if not task.finished:
                continue
            assert task.because, (path, task)
            before = Draft(desk.space(space.files))
            answer = desk.learn(space, talk, task)
            if isinstance(answer, str):
                counts["skipped"] += 1
                continue
            lessons += len(answer)
            draft = Draft(before)
            for taught in answer:
                counts[taught.lesson.kind] += 1
                judge(taught.lesson, talk)
                for file, data in taught.changes.items():
                    draft.put(file, data)
            assert problems(draft, before) == [], path
        counts["sessions"] += 1
        human = any(m.origin == "human" and len(m.text) > 8 for m in talk.messages)
        if human and {"entire", "codemie"} & set(path.parts):
            assert lessons, f"{path} teaches nothing"
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    figures(f"offline over the corpus: {told}")


def judge(lesson: Any, talk: Any) -> None:
    """A lesson's title says something, and each quote stands in its message."""
    assert 3 <= len(lesson.title) <= 72, lesson.title
    assert lesson.summary
    assert 1 <= len(lesson.evidence) <= 5
    for item in lesson.evidence:
        (message,) = talk.read(item.message, item.message)
        texts = [message.text, *(result.text for result in message.results)]
        texts += [value for call in message.calls for value in call.args.values()]
        assert any(item.quote in text for text in texts), item
        assert look_up([Quote(item.message, item.quote)], [message]) != [None], item


def test_memory_does_not_grow_with_the_session(desk: Any, transcripts: list[Path]) -> None:
    path = max(transcripts, key=lambda path: path.stat().st_size)
    talk = loaded(desk, path)

    class Repeated:
        """The same session many times over, without being held."""

        def __init__(self, times: int) -> None:
            self.times, self.session = times, talk.session

        def read(self, first: int = 1, last: int | None = None) -> Any:
            from dataclasses import replace

            for turn in range(self.times):
                for message in talk.messages:
                    yield replace(message, number=message.number + turn * talk.count)

    def peak(times: int) -> int:
        tracemalloc.start()
        desk.tasks(Repeated(times))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    once, often = peak(1), peak(20)
    assert often < once + 2_000_000, (once, often)
