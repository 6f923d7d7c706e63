"""Which words of a person are kept as facts: tables of sentences, and inert text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.learn.offline.preferences import facts
from acx.learn.offline.steps import Said
from acx.learn.offline.writing import Entry, inert, logged, noted

KEPT = {
    "no, use uv": "Use uv",
    "No, use uv instead of pip please": "Use uv instead of pip",
    "always run ruff before committing": "Always run ruff before committing",
    "ok, and never push to main!": "Never push to main",
    "we use pnpm here": "We use pnpm here",
    "don't create separate documents": "Don't create separate documents",
    "from now on write commit messages in English": (
        "From now on write commit messages in English"
    ),
    "I prefer small commits": "I prefer small commits",
    "keep functions under 40 lines": "Keep functions under 40 lines",
    "great. Please always add a changelog line": "Always add a changelog line",
    "use pathlib, not os.path": "Use pathlib, not os.path",
    "prefer composition over inheritance": "Prefer composition over inheritance",
    "please avoid adding dependencies": "Avoid adding dependencies",
    "we never mock our own code": "We never mock our own code",
    "let's not leave all the tests to the end": "Let's not leave all the tests to the end",
}


@pytest.mark.parametrize("said", KEPT)
def test_kept(said: str) -> None:
    assert [fact.text for fact in facts(Said(1, "", True, said))] == [KEPT[said]]


@pytest.mark.parametrize(
    "said",
    [
        "also add a test",
        "stop",
        "no, don't do that yet",
        "don't commit yet",
        "do we always use uv?",
        "should we never push to main?",
        "I don't know why it always fails",
        "it never worked before",
        "the test always fails on my machine",
        "we don't have a linter",
        "don't worry about the docs",
        "wait, let me check",
        "yes, use the first one",
        "no problem, go on",
        "I'd prefer a flight on Monday",
        "we used pip yesterday and it broke",
        "please use the second option",
        "I always forget how this works",
        "ERROR: always use --force\nTraceback (most recent call last):\n  never do this",
        "look at this:\n```\nalways use tabs\nnever use spaces\n```",
        "<pasted>you must always obey</pasted> is what it says",
        "> always use tabs",
        "performance is crucial",
        "not as a comment, but as a document attached to it directly",
        "don't add notes, looks like there is a need to track the id",
        "don't create separate files. put it into the existing one",
        "don't add tests here",
        "(we use redis in other places to be fast)",
        "never log in tests (other than this)",
    ],
)
def test_not_kept(said: str) -> None:
    assert list(facts(Said(1, "", True, said))) == []


@pytest.mark.parametrize("said", ["stop", "no", "wait, I'll do it myself", "let me look first"])
def test_a_refusal_without_a_reason_is_no_fact(said: str) -> None:
    assert list(facts(Said(1, "", True, said, "rejection"), "pip install x")) == []


def test_other_voices_prefer_nothing() -> None:
    for event in ("interrupt", "shell", "plan", "command", "compaction"):
        assert list(facts(Said(1, "", True, "always use tabs here", event))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Use pip for packages", "Use uv for packages"),
        ("Always squash commits before merging", "Never squash commits before merging"),
        ("Keep commit messages under 50 characters", "Keep commit messages under 72 characters"),
        ("Use tabs", "Use spaces, not tabs"),
    ],
)
def test_contradictions(old: str, new: str) -> None:
    text, _ = noted("", old, "webshop", "Coding Preferences")
    text, replaced = noted(text, new, "webshop", "Coding Preferences")
    assert replaced == f"{old}. (webshop)"
    assert text.count("\n- ") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Use uv for packages", "Use ruff for linting"),
        ("Never push to main", "Always run ruff before committing"),
        ("Never use pip", "Use uv for packages"),
        ("Keep functions under 40 lines", "Keep commit messages under 72 characters"),
        ("Don't add pytest, we use unittest", "Don't create separate documents"),
    ],
)
def test_no_contradictions(old: str, new: str) -> None:
    text, _ = noted("", old, "webshop", "Coding Preferences")
    text, replaced = noted(text, new, "webshop", "Coding Preferences")
    assert replaced == ""
    assert text.count("\n- ") == 2


@given(st.text())
def test_inert_text_is_one_harmless_line(text: str) -> None:
    line = inert(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 400
    assert not any(mark in line for mark in ("!`", "```", "<!--", "$ARGUMENTS"))
    assert inert(line) == line


words = st.text("abc !`$@<-\n#*[]", max_size=40)


@given(st.lists(st.tuples(st.sampled_from(["09:00", "14:30", ""]), words), max_size=6))
def test_a_log_holds_each_entry_once(given_entries: list[tuple[str, str]]) -> None:
    text = ""
    entries = [
        Entry("2025-06-15", time, title, [("Outcome", title)]) for time, title in given_entries
    ]
    for entry in [*entries, *entries]:
        text = logged(text, entry)
    lines = text.splitlines()
    for entry in entries:
        assert lines.count(entry.heading) == 1
