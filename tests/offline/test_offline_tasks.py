"""Which tasks are found in a conversation, and how each went: tables of short conversations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

OUTCOMES = {
    "praised": (
        """
        user: add a discount to the price
        edit: /home/sam/webshop/prices.py
        agent: I added the discount.
        user: great, works
        """,
        [("Add a discount to the price", "success", 'the user said: "great, works" (#5)')],
    ),
    "tests passed": (
        """
        user: fix the rounding of totals
        edit: /home/sam/webshop/prices.py
        run: pytest -q => 0 | 12 passed in 0.10s
        agent: Fixed the rounding.
        """,
        [("Fix the rounding of totals", "success", "pytest: 12 passed (#5)")],
    ),
    "a failing summary counts although the exit code is 0": (
        """
        user: fix the rounding of totals
        edit: /home/sam/webshop/prices.py
        run: pytest -q | tail -3 => 0 | 2 failed, 10 passed in 0.10s
        agent: Everything is fixed now.
        user: update the readme
        """,
        [
            (
                "Fix the rounding of totals",
                "failed",
                "pytest: 2 failed, 10 passed (#5), not repaired",
            ),
            ("Update the readme", "running", ""),
        ],
    ),
    "a failure that was repaired": (
        """
        user: fix the rounding of totals
        run: go test ./... => 1 | --- FAIL: TestTotal (0.00s)\\nFAIL\\twebshop/prices\\t0.1s
        edit: /home/sam/webshop/prices.go
        run: go test ./... => 0 | ok  \\twebshop/prices\\t0.1s
        run: git commit -am rounding => 0 | [main 1a2b3c4] Round totals to cents
        agent: Repaired and committed.
        """,
        [
            (
                "Fix the rounding of totals",
                "success",
                "go test: 1 package passed (#7), committed 1a2b3c4 (#9)",
            )
        ],
    ),
    "a claim that the person contradicts": (
        """
        user: make the report faster
        edit: /home/sam/webshop/report.py
        agent: Done, it is ten times faster now.
        user: it still shows the old totals
        agent: The cache keeps the first read.
        user: write a changelog entry
        """,
        [
            (
                "Make the report faster",
                "failed",
                'the user said: "it still shows the old totals" (#5)',
            ),
            ("Write a changelog entry", "running", ""),
        ],
    ),
    "given up by the person, tests notwithstanding": (
        """
        user: cache the tax table
        edit: /home/sam/webshop/tax.py
        agent: Cached.
        user: leave the caching out for today
        run: git revert --no-edit HEAD => 0 | [main 9f8e7d6] Revert "Cache"
        run: pytest => 0 | 4 passed in 0.01s
        agent: Reverted.
        """,
        [
            (
                "Cache the tax table",
                "failed",
                'the user said: "leave the caching out for today" (#5)',
            )
        ],
    ),
    "taken back by the agent": (
        """
        user: cache the tax table
        edit: /home/sam/webshop/tax.py
        run: git reset --hard HEAD => 0 | HEAD is now at 1a2b3c4
        agent: I took it back, it can't work.
        """,
        [("Cache the tax table", "failed", "taken back with git (#5)")],
    ),
    "interrupted and dropped": (
        """
        user: rename the price module
        edit: /home/sam/webshop/prices.py
        stop: [Request interrupted by user]
        user: update the deployment manifest
        agent: Updated.
        """,
        [
            ("Rename the price module", "failed", "interrupted and dropped (#4)"),
            (
                "Update the deployment manifest",
                "success",
                "answered without work; nothing was said since",
            ),
        ],
    ),
    "interrupted and steered": (
        """
        user: rename the price module
        stop: [Request interrupted by user]
        user: rename it to pricing, not prices
        edit: /home/sam/webshop/pricing.py
        agent: Renamed.
        """,
        [
            (
                "Rename the price module",
                "success",
                "no check was seen: the agent ended without an error and nothing was said since",
            )
        ],
    ),
    "the agent gives up": (
        """
        user: change the passenger's name
        agent: I'm unable to change names on a booking.
        """,
        [
            (
                "Change the passenger's name",
                "failed",
                'the agent said: "I\'m unable to change names on a booking" (#2)',
            )
        ],
    ),
    "ended on an error": (
        """
        user: publish the package
        run: twine upload dist/* => 1 | HTTPError: 403 Forbidden from upload server
        agent: The upload was refused.
        """,
        [
            (
                "Publish the package",
                "failed",
                "ended on an error: HTTPError: 403 Forbidden from upload server (#3)",
            )
        ],
    ),
    "a search without a match is no failure": (
        """
        user: find who calls total()
        run: grep -rn "total()" . => 1 |
        agent: Nobody calls it.
        """,
        [
            (
                "Find who calls total()",
                "success",
                "no check was seen: the agent ended without an error and nothing was said since",
            )
        ],
    ),
    "edits after a failing check leave it open": (
        """
        user: fix the rounding
        run: pytest => 1 | 1 failed in 0.01s
        edit: /home/sam/webshop/prices.py
        agent: Now it should be fine.
        """,
        [("Fix the rounding", "running", "")],
    ),
    "still at work": (
        """
        user: fix the rounding
        run: ls => 0 | prices.py
        """,
        [("Fix the rounding", "running", "")],
    ),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome(name: str, desk: Any) -> None:
    conversation, expected = OUTCOMES[name]
    found = desk.tasks(desk.script(conversation))
    assert [(task.title, task.status, task.because) for task in found] == expected


TURNS = {
    "yes, go on": 1,
    "ok do it": 1,
    "thanks, that's it for today": 1,
    "no, use uv": 1,
    "why is that needed?": 1,
    "put it in prices.py": 1,
    "commit please, then push and open a PR": 1,
    "linting is failing now": 1,
    "let's do the small one": 1,
    "don't create a new file. add to the old one": 1,
    "add a dark mode toggle to the settings": 2,
    "now write the release notes": 2,
    "Perfect! Can you also update the docs for the API?": 2,
    "we need to add unit tests for the parser": 2,
    "please remove the old importer": 2,
    "write a script that exports the orders as csv": 2,
    "merge the two config files": 2,
    "can we add a test for this?": 1,
    "can you limit that more?": 1,
}


@pytest.mark.parametrize("said", TURNS)
def test_what_begins_a_task(said: str, desk: Any) -> None:
    talk = desk.script(
        f"""
        user: add a discount to the price
        edit: /home/sam/webshop/prices.py
        agent: I added the discount.
        user: {said}
        """
    )
    assert len(desk.tasks(talk)) == TURNS[said]


@pytest.mark.parametrize("said", ["hi", "hello there!", "thanks", "Warmup"])
def test_small_talk_is_no_task(said: str, desk: Any) -> None:
    assert desk.tasks(desk.script(f"user: {said}\nagent: Hello!")) == []


TITLES = {
    "hey claude, can you please add a discount to the price calculation?": (
        "Add a discount to the price calculation"
    ),
    "We lose a cent. Fix the rounding in totals.": "Fix the rounding in totals",
    "@src/prices.py review the rounding here": "Review the rounding here",
    "I get this error:\nTraceback (most recent call last):\n  File x, line 1\nKeyError: 'tax'": (
        "Look into KeyError: 'tax'"
    ),
    "Implement the following plan:\n\n# Plan: Cache the tax table\n\nmore": (
        "Implement the plan: Cache the tax table"
    ),
    "add a very long request that goes on and on about the price calculation, and more than that": (
        "Add a very long request that goes on and on about the price calculation"
    ),
}


@pytest.mark.parametrize("said", TITLES)
def test_title_is_the_persons_words(said: str, desk: Any) -> None:
    escaped = said.replace("\n", "\\n")
    (task,) = desk.tasks(desk.script(f"user: {escaped}\nagent: Ok."))
    assert task.title == TITLES[said]
    assert len(task.title) <= 72


def test_a_later_complaint_reopens_an_earlier_task(desk: Any) -> None:
    talk = desk.script(
        """
        user: cache the tax table of the totals report
        edit: /home/sam/webshop/tax.py
        agent: Cached.
        user: add shipping costs to each order
        edit: /home/sam/webshop/shipping.py
        agent: Added shipping costs.
        user: the totals report is broken again, it shows an old tax table
        edit: /home/sam/webshop/tax.py
        run: pytest => 0 | 4 passed in 0.01s
        agent: Repaired the report.
        """
    )
    before, _ = desk.tasks(talk.upto(8))
    first, second = desk.tasks(talk)
    assert before.spans == ()
    assert (first.number, first.first, first.last, first.spans) == (1, 1, 4, ((9, 14),))
    assert (first.status, first.because) == ("success", "pytest: 4 passed (#13)")
    assert (second.first, second.last, second.spans) == (5, 8, ())
    assert desk.tasks(talk, [first, second]) == [first, second]


def test_known_tasks_win(desk: Any) -> None:
    talk = desk.script(
        """
        user: look at the parser
        agent: It is slow.
        user: rewrite the tokenizer
        edit: /home/sam/webshop/tokens.py
        agent: Rewritten.
        user: great, works
        user: update the docs
        edit: /home/sam/webshop/README.md
        agent: Updated the docs.
        """
    )
    (known,) = desk.tasks(talk.upto(2))
    renamed = type(known)(7, "Judge the parser", 1, 7, "failed", "by a person")
    found = desk.tasks(talk, [renamed])
    assert found[0] == renamed
    assert [(task.number, task.first, task.title) for task in found[1:]] == [
        (8, 8, "Update the docs")
    ]


def test_known_tasks_are_kept_wherever_they_begin(desk: Any) -> None:
    talk = desk.script(
        """
        agent: Hello.
        user: look at the parser
        edit: /home/sam/webshop/parser.py
        agent: It is slow.
        """
    )
    (task,) = desk.tasks(talk)
    odd = [
        replace(task, number=3, first=1, last=1, status="failed", because="by a person"),
        replace(task, number=5, first=4, last=5, title="Judge it", spans=((9, 9),)),
    ]
    found = desk.tasks(talk, odd)
    assert [(one.number, one.first, one.title) for one in found] == [
        (3, 1, "Look at the parser"),
        (5, 4, "Judge it"),
    ]


def test_subagents_have_no_human(desk: Any) -> None:
    talk = desk.script("user: list all files\nagent: Done.")
    talk.messages = [replace(message, origin="subagent") for message in talk.messages]
    assert desk.tasks(talk) == []
