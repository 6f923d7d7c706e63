"""Requests that come after others: after praise, in so many words, while the agent works."""

from __future__ import annotations

from typing import Any

import pytest

FOLLOW_UPS = {
    # After words that take the work as done, a wish is another task.
    "nice. next: my boss wants the summary on one page, it has two": 2,
    "looks right, I sent it out. next thing: the export needs a column country": 2,
    "ok good. one more thing, the lamp doesn't fit any more, is there a way to swap it": 2,
    "thx. I'm on a train on friday so that call by phone pls": 2,
    "good. also i have to be in Rome on the 3rd, could you find a hotel near the station": 2,
    "merged, CI is green. can you put the new logo in, the site wants it": 2,
    "what was that flag called again, for my notes": 2,
    # How the work at hand is to be done.
    "use the small warehouse for the import tonight": 1,
    "I'd like to use the second card for that payment": 1,
    "text ok. but british spelling, and put the unit behind the number": 1,
    "thanks. but it only works with one file": 1,
    "test stays switched off this week": 1,
    "perfect, book that for me please": 1,
    "what? why did you charge a fee. I want the full amount": 1,
}


@pytest.mark.parametrize("said", FOLLOW_UPS)
def test_what_follows_a_finished_task(said: str, desk: Any) -> None:
    talk = desk.script(
        f"""
        user: add a discount to the price
        edit: /home/sam/webshop/prices.py
        agent: I added the discount.
        user: {said}
        """
    )
    assert len(desk.tasks(talk)) == FOLLOW_UPS[said]


def test_a_yes_to_one_thing_and_another_thing(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount to the price
        edit: /home/sam/webshop/prices.py
        agent: I added the discount. Shall I write it into the notes as well?
        user: yes, briefly. and check if the other shop has the same prices
        """
    )
    assert [task.title for task in desk.tasks(talk)][1:] == [
        "Check if the other shop has the same prices"
    ]


QUEUED = """
    user: add a discount to the price
    edit: /home/sam/webshop/prices.py
    queued: when you're done, rename the report module to totals
    run: pytest -q => 0 | 4 passed in 0.10s
    agent: I added the discount.
    edit: /home/sam/webshop/totals.py
    agent: I renamed the module.
    user: great
    """


def test_what_is_asked_meanwhile_waits_for_the_end_of_the_turn(desk: Any) -> None:
    talk = desk.script(QUEUED)
    first, second = desk.tasks(talk)
    assert (first.ranges, first.status) == (((1, 3), (5, 7)), "success")
    assert (second.ranges, second.status) == (((4, 4), (8, 11)), "success")
    assert desk.tasks(talk, [first, second]) == [first, second]


def test_what_is_asked_meanwhile_may_be_done_in_one_go(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount to the price
        edit: /home/sam/webshop/prices.py
        queued: also rename the report module to totals in all imports
        edit: /home/sam/webshop/totals.py
        run: pytest -q => 0 | 4 passed in 0.10s
        agent: Both are done.
        """
    )
    assert [task.status for task in desk.tasks(talk)] == ["success", "success"]


@pytest.mark.parametrize("said", ["add a test please", "no, call it totals", "use tabs in there"])
def test_steering_meanwhile_is_no_task(said: str, desk: Any) -> None:
    talk = desk.script(
        f"""
        user: add a discount to the price
        edit: /home/sam/webshop/prices.py
        queued: {said}
        agent: I added the discount.
        """
    )
    assert len(desk.tasks(talk)) == 1


def test_a_call_without_an_answer_still_runs(desk: Any) -> None:
    talk = desk.script(
        """
        user: plan the change of the lock table
        agent: Both locks are set up now. Now a plan, to see the rest.
        run: terraform plan => 0 |
        """
    )
    assert [task.status for task in desk.tasks(talk.upto(3))] == ["running"]


TITLES = {
    "The order mail has the wrong date since monday. find out why?": (
        "The order mail has the wrong date since monday"
    ),
    "Customers in Oslo see prices in euros. have a look? Django app": (
        "Customers in Oslo see prices in euros"
    ),
}


@pytest.mark.parametrize("said", TITLES)
def test_a_request_that_names_nothing_is_no_title(said: str, desk: Any) -> None:
    (task,) = desk.tasks(desk.script(f"user: {said}\nagent: Ok."))
    assert task.title == TITLES[said]


def test_after_an_answer_another_question_is_another_task(desk: Any) -> None:
    talk = desk.script(
        """
        user: how do I list tags by date in git
        agent: With git tag --sort=creatordate.
        user: which port does postgres listen on by default
        agent: On 5432.
        user: and why is that so?
        agent: Nobody knows.
        """
    )
    assert [task.ranges for task in desk.tasks(talk)] == [((1, 2),), ((3, 6),)]
