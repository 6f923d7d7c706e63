"""What the newer formats taught: checks in the program's own lines, admissions, wrapped lines,
and two sessions of one title."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acx.learn.message import told_outcome
from acx.learn.offline.preferences import facts
from acx.learn.offline.steps import Said
from acx.learn.offline.words import own
from acx.learn.offline.writing import Entry, logged
from acx.learn.port import Known
from acx.model import Message, Session, Text

LOG = "skills/daily-logs/2025-06-15.md"


def harness(desk: Any, text: str, *told: tuple[int, str]) -> Any:
    """A talk with lines of the agent's own program put in after the messages of those numbers."""
    talk = desk.script(text)
    messages = list(talk.messages)
    for after, said in reversed(told):
        messages.insert(after, Message("system", (Text(said),), "harness", 0))
    talk.messages = [replace(m, number=n) for n, m in enumerate(messages, 1)]
    return talk


TIMED_OUT = (
    "Test Script: conda run -n shop pytest --no-header test_prices.py;\n"
    "Test script run timed out\n>>>>> Tests Timed Out after 60 seconds\n"
    "Attempt to fix test errors? yes"
)
LINT = (
    "# Fix any errors below, if possible.\n## Running: flake8 --select=E9 prices.py\n"
    "prices.py:6:5: F821 undefined name 'Price'\nAttempt to fix lint errors? yes"
)


# Outcomes


def test_a_check_that_timed_out_in_the_programs_lines_has_failed(desk: Any) -> None:
    talk = harness(
        desk,
        """
        user: add a discount to the price
        edit: prices.py
        agent: The tests timed out. The change may have introduced an endless loop.
        """,
        (3, TIMED_OUT),
    )
    (task,) = desk.tasks(talk)
    assert (task.status, task.because) == ("failed", "pytest timed out (#4), not repaired")
    space = desk.space()
    (lesson,) = desk.all(space, talk)
    assert lesson.lesson.title == "Failed: Add a discount to the price"
    assert "Checked with `pytest --no-header test_prices.py` (timed out)." in space.text(LOG)


def test_where_the_program_gave_up_the_task_has_failed(desk: Any) -> None:
    stopped = f"{TIMED_OUT}\nOnly 4 reflections allowed, stopping."
    talk = harness(desk, "user: add a discount\nedit: prices.py", (3, stopped))
    assert [task.status for task in desk.tasks(talk)] == ["failed"]
    talk = harness(desk, "user: add a discount\nedit: prices.py", (3, TIMED_OUT))
    assert [task.status for task in desk.tasks(talk)] == ["running"]


def test_tests_that_ran_after_an_edit_show_that_the_linter_passed(desk: Any) -> None:
    passed = "Test Script: pytest test_prices.py;\n3 passed in 0.1s\nReturn Code: 0"
    talk = harness(
        desk,
        """
        user: add a discount to the price
        edit: prices.py
        edit: prices.py
        agent: I added the import and the discount.
        """,
        (3, LINT),
        (5, passed),
    )
    (task,) = desk.tasks(talk)
    assert (task.status, task.because) == ("success", "pytest: 3 passed (#7)")


def test_other_system_lines_are_no_checks(desk: Any) -> None:
    text = "user: add a discount to the price\nedit: prices.py\nagent: I added the discount."
    talk = harness(desk, text, (3, "Reminder: earlier the tests timed out and 3 failed in 2s"))
    (task,) = desk.tasks(talk)
    assert task.status == "success" and told_outcome(task) == "success, not checked"


def test_a_command_that_timed_out_is_a_failed_check(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount to the price
        edit: prices.py
        run: pytest -q => 0 | Command timed out after 120 seconds
        agent: I added the discount to the price.
        """
    )
    assert [(t.status, t.because) for t in desk.tasks(talk)] == [
        ("failed", "pytest timed out (#5), not repaired")
    ]


ADMITTED = [
    "It seems the last change did not work.",
    "I misread the output of the program.",
    "The test script timed out again.",
    "My mistake: the price was never in cents.",
]


@pytest.mark.parametrize("said", ADMITTED)
def test_an_admission_without_a_repair_is_a_failure(desk: Any, said: str) -> None:
    talk = desk.script(f"user: add a discount to the price\nedit: prices.py\nagent: {said}")
    (task,) = desk.tasks(talk)
    assert task.status == "failed" and "the agent said" in task.because


@pytest.mark.parametrize("said", ADMITTED)
def test_an_admission_that_was_repaired_is_none(desk: Any, said: str) -> None:
    start = f"user: add a discount to the price\nedit: prices.py\nsays: {said}"
    for repair in (
        "edit: prices.py\nagent: I added the discount.",
        "run: pytest => 0 | 3 passed in 0.1s\nagent: All tests pass.",
        "run: ./migrate.sh => 0 | ok\nagent: The discount is in prices.py.",
    ):
        (task,) = desk.tasks(desk.script(f"{start}\n{repair}"))
        assert task.status == "success", (repair, task)


def test_words_repair_nothing(desk: Any) -> None:
    start = "user: add a discount to the price\nedit: prices.py\nsays: The test script timed out."
    for rest in ("agent: The change is complete.", "run: ls => 0 | x\nagent: It is all there."):
        (task,) = desk.tasks(desk.script(f"{start}\n{rest}"))
        assert task.status == "failed", rest


def test_polite_regrets_are_no_admissions(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount to the price
        edit: prices.py
        agent: I apologize for the inconvenience. The discount is in prices.py.
        """
    )
    assert [task.status for task in desk.tasks(talk)] == ["success"]


REMOVED = """
    user: create a file about a colour in docs
    edit: /home/sam/webshop/docs/blue.md
    says: I misread the list of files. My apologies, I'll remove it.
    run: rm docs/blue.md => 0 |
"""


def test_a_turn_that_says_what_comes_next_has_no_end(desk: Any) -> None:
    talk = desk.script(
        f"{REMOVED}    agent: Removed it. Now, I'll read docs/color.md to add to it."
    )
    assert [task.status for task in desk.tasks(talk)] == ["running"]
    talk = desk.script(f"{REMOVED}    agent: Removed it. Let me know if you need anything else.")
    assert [task.status for task in desk.tasks(talk)] == ["success"]


@pytest.mark.parametrize(
    "command",
    [
        "rm docs/blue.md",
        "rm -rf docs",
        "git rm -q docs/blue.md",
        "cd /home/sam && rm ./docs/blue.md",
    ],
)
def test_a_file_that_was_removed_again_was_not_edited(desk: Any, command: str) -> None:
    talk = desk.script(
        f"""
        user: create a file about a colour in docs
        edit: /home/sam/webshop/docs/blue.md
        run: {command} => 0 |
        edit: /home/sam/webshop/prices.md
        agent: I added the colour to prices.md.
        """
    )
    space = desk.space()
    desk.all(space, talk)
    assert "Edited `prices.md`." in space.text(LOG) and "blue" not in space.text(LOG)


# Entries of several sessions


def attempt(desk: Any, session: str, outcome: str) -> Any:
    talk = desk.script(f"user: add a discount to the price\nedit: prices.py\n{outcome}")
    talk.messages = [replace(message, ts="") for message in talk.messages]
    talk.session = Session(session, "2025-06-15T09:00:00Z")
    return talk


FAILS = "run: pytest => 1 | 1 failed in 0.1s\nagent: One test fails."
PASSES = "run: pytest => 0 | 1 passed in 0.1s\nagent: I added the discount."


def test_two_sessions_of_one_title_keep_their_entries(desk: Any) -> None:
    space = desk.space()
    first = attempt(desk, "one", FAILS)
    desk.all(space, first)
    after_first = space.text(LOG)
    desk.all(space, attempt(desk, "two", PASSES))
    after_second = space.text(LOG)
    assert after_second.startswith(after_first.rstrip("\n"))
    assert [line for line in after_second.splitlines() if line.startswith(("## ", "- **Out"))] == [
        "## Task: Add a discount to the price",
        "- **Outcome**: failed",
        "## Task: Add a discount to the price (2)",
        "- **Outcome**: success",
    ]
    # The first session goes on: its own entry is corrected, the other one stays.
    longer = attempt(desk, "one", f"{FAILS}\nedit: prices.py\n{PASSES}")
    (task,) = desk.tasks(longer)
    known = Known("c1", "Failed: Add a discount to the price", "one/1", "failed", "1-6", False)
    earlier = replace(known, changes={LOG: after_first})
    desk.learn(space, longer, task, [earlier])
    assert space.text(LOG).count("- **Outcome**: success") == 2
    assert space.text(LOG).count("## Task") == 2
    # And so does the second.
    (task,) = desk.tasks(attempt(desk, "two", f"{PASSES}\nedit: prices.py\n{FAILS}"))
    desk.learn(
        space,
        attempt(desk, "two", f"{PASSES}\nedit: prices.py\n{FAILS}"),
        task,
        [replace(known, changes={LOG: after_second})],
    )
    second = space.text(LOG).split("## Task: ")[2]
    assert second.startswith("Add a discount to the price (2)\n- **Outcome**: failed")
    assert "- **Outcome**: success" in space.text(LOG).split("## Task: ")[1]


def test_the_very_same_entry_is_written_once() -> None:
    entry = Entry("2025-06-15", "", "Fix it", [("Outcome", "failed")])
    once = logged("", entry)
    assert logged(once, entry) == once
    other = replace(entry, bullets=[("Outcome", "success")])
    third = replace(entry, bullets=[("Outcome", "success, not checked")])
    text = logged(logged(once, other), third)
    assert [line for line in text.splitlines() if line.startswith("##")] == [
        "## Task: Fix it",
        "## Task: Fix it (2)",
        "## Task: Fix it (3)",
    ]


def test_the_day_is_that_of_the_session_where_only_its_start_is_told(desk: Any) -> None:
    talk = attempt(desk, "one", PASSES)
    start = Message("system", (Text("A chat began"),), "harness", 1, "", "2024-05-21T11:09:48Z")
    talk.messages = [start, *(replace(m, number=m.number + 1) for m in talk.messages)]
    space = desk.space()
    desk.all(space, talk)
    assert "## Task: Add a discount" in space.text("skills/daily-logs/2024-05-21.md")


# Facts


def kept(said: str, event: Any = "") -> list[str]:
    return [fact.text for fact in facts(Said(1, "", True, said, event), "pip install x")]


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        (
            "I always use pendulum for dates. never the datetime module",
            "I always use pendulum for dates. never the datetime module",
        ),
        ("always use tabs\nnot spaces", "Always use tabs not spaces"),
        (
            "We use pnpm here; never npm",
            "We use pnpm here; never npm",
        ),
        (
            "don't use datetime. use pendulum instead",
            "Don't use datetime. use pendulum instead",
        ),
    ],
)
def test_a_correction_stays_in_one_piece(said: str, fact: str) -> None:
    (found,) = facts(Said(1, "", True, said))
    assert found.text == fact
    assert found.said in said


def test_two_rules_are_two_facts() -> None:
    assert kept("always use tabs. never push to main") == ["Always use tabs", "Never push to main"]


@pytest.mark.parametrize(
    "said",
    [
        "let's cut a branch first",
        "we don't need the auto strategy test",
        "just try again, it looks up-to-date now",
        "I think we should separate the types for clarity",
        "we're on a right track, but let me understand",
        "what's core?",
    ],
)
def test_remarks_of_the_moment_are_no_facts(said: str) -> None:
    assert kept(said, "rejection") == kept(said) == []


def test_a_refusal_with_a_rule_is_a_fact() -> None:
    assert kept("please don't write docstrings in specs", "rejection") == [
        "Don't write docstrings in specs"
    ]


WRAPPED = (
    "what are you doing in `diary`? I store transcripts of our sessions there, always use\n"
    "`CLAUDE.md` for what you want to remember about us and about the project that we have"
)


def test_lines_that_a_window_broke_are_one_sentence() -> None:
    assert "always use `CLAUDE.md` for" in own(WRAPPED)
    assert "\n" in own("fix the export\nand the import")


def test_hook_output_in_a_sentence_is_no_request() -> None:
    said = "I get this error (how do I fix it?) fix end of files...................Failed"
    assert own(said).strip() == "I get this error (how do I fix it?)"
