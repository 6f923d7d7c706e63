"""Several things in one talk: two requests in a message, what is left out, what is come back to."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.requests import several
from acx.learn.offline.verdicts import small_talk, verdict

SEVERAL = {
    "two things: fix the login page, and rename the logo": [
        "fix the login page",
        "rename the logo",
    ],
    "a couple of things:\n1. update the readme\n2. remove the old script": [
        "update the readme",
        "remove the old script",
    ],
    "can you print the label, the carrier wants it. and a receipt for the customer": [
        "can you print the label, the carrier wants it.",
        "and a receipt for the customer",
    ],
    # One request, told in steps, or with what belongs to it.
    "fix the login page and rename the logo": [],
    "1. update the readme\n2. remove the old script": [],
    "two things are wrong here: the logo and the title": [],
    "two things: the logo is blurred, and I can't log in": [],
    "fix that. and a bit faster please": [],
    "add a button. and make it blue": [],
}


@pytest.mark.parametrize("said", SEVERAL)
def test_requests_of_one_message(said: str) -> None:
    assert list(several(said)) == SEVERAL[said]


TWO = """
    user: two things: fix the login page, and rename the logo
    edit: /home/sam/webshop/login.html
    run: git mv logo.png mark.png => 0 | renamed
    agent: I fixed the login page and renamed the logo.
    user: great, works
    """


def test_two_tasks_in_one_message_share_how_it_went(desk: Any) -> None:
    talk = desk.script(TWO)
    found = [(t.number, t.title, t.ranges, t.status) for t in desk.tasks(talk)]
    assert found == [
        (1, "Fix the login page", ((1, 7),), "success"),
        (2, "Rename the logo", ((1, 7),), "success"),
    ]
    assert desk.tasks(talk, desk.tasks(talk.upto(3)))[1].first == 1


def test_two_tasks_in_one_message_are_told_once(desk: Any) -> None:
    space, talk = desk.space(), desk.script(TWO)
    first, second = desk.tasks(talk)
    (log,) = desk.learn(space, talk, first)
    assert 'Asked in the same message: "rename the logo".' in log.lesson.summary
    assert desk.learn(space, talk, second) == (
        'asked in one message with "Fix the login page", and told with it'
    )


def after(desk: Any, before: str, said: str) -> list[str]:
    return [task.title for task in desk.tasks(desk.script(f"{before}\n    user: {said}"))]


BOOKED = """
    user: book a table for four in Porto on the 9th
    call: book_table city=Porto => ok, T-81
    agent: Booked, T-81.
    """


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        ("and Lyon on the 3rd, same hours", 2),
        ("now the same for Madrid please", 2),
        ("and the other one too", 2),
        ("and it should be near the window", 1),
        ("and why at 8?", 1),
        ("and don't forget the cake", 1),
        ("the same as always", 1),
    ],
)
def test_a_request_without_its_verb(desk: Any, said: str, tasks: int) -> None:
    assert len(after(desk, BOOKED, said)) == tasks


HELPED = """
    user: move my parcel to the branch in Hill Street
    call: move_parcel to=hill => ok
    agent: It waits for you in Hill Street. Is there anything else I can help you with?
    """


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        ("thanks. But the invoice has my old name on it? we married in May", 2),
        ("the courier from last week was rude to my neighbour, who do I tell", 2),
        ("no, that's all, have a nice day", 1),
        ("what? why is it in Hill Street, I said Mill Street", 1),
        ("ok I'll pick it up tomorrow then", 1),
    ],
)
def test_what_is_said_when_asked_for_more(desk: Any, said: str, tasks: int) -> None:
    assert len(after(desk, HELPED, said)) == tasks


GAVE_UP = """
    user: connect the importer to the new gateway
    run: make connect => 1 | error: gateway refused the certificate
    agent: I couldn't get it to connect, the certificate is refused.
    """


def test_a_task_that_waits_is_come_back_to(desk: Any) -> None:
    talk = desk.script(
        GAVE_UP
        + """
    user: leave it for now, I'll ask the network people. write the release notes in the meantime
    edit: /home/sam/webshop/NOTES.md
    agent: I wrote the release notes.
    user: good. ok back to the importer, the certificate was renewed
    run: make connect => 0 | connected
    agent: It connects now.
    user: great, works
    """
    )
    assert [(t.title, t.status, len(t.ranges)) for t in desk.tasks(talk)] == [
        ("Connect the importer to the new gateway", "success", 2),
        ("Write the release notes in the meantime", "success", 1),
    ]
    waiting = desk.tasks(talk.upto(8))
    assert [t.status for t in waiting][:1] == ["failed"]


def test_nothing_is_come_back_to_that_was_no_task(desk: Any) -> None:
    assert len(after(desk, GAVE_UP, "go back to the form and use tabs")) == 1


ASKED = """
    user: add a cache to the search
    edit: /home/sam/webshop/search.py
    agent: The cache is in. Shall I deploy it?
    """


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        # How to go on, in answer to the question.
        ("an hour is a waste, ten minutes do. use redis for it, and show me the numbers", 1),
        ("update the readme with the new flag", 2),
    ],
)
def test_an_answer_is_no_request(desk: Any, said: str, tasks: int) -> None:
    assert len(after(desk, ASKED, said)) == tasks


LOOKED = """
    user: did anybody sign the petition yet?
    call: list_signatures => two
    agent: Two people have signed.
    """


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        ("put it on the notice board too please", 2),
        ("is there a list of them", 1),
        ("show them in a table please", 1),
    ],
)
def test_work_after_a_look_is_another_thing(desk: Any, said: str, tasks: int) -> None:
    assert len(after(desk, LOOKED, said)) == tasks


INVITED = """
    user: invite the committee to the meeting on the roof
    call: send_invitations to=committee => ok
    agent: All members of the committee have been invited to the roof.
    user: great. next: order lunch for nine people
    call: order_lunch people=9 => ok
    agent: Lunch for nine is ordered.
    """


def test_a_claim_that_is_contested_opens_its_task_again(desk: Any) -> None:
    talk = desk.script(
        INVITED
        + """
    user: I met two of the committee, they know of no meeting. you said they were invited?
    call: send_invitations to=committee notify=all => ok
    agent: They are invited now.
    user: ok. and what about the lunch?
    call: get_order of=lunch => ok
    agent: It comes at noon.
    """
    )
    assert [task.ranges for task in desk.tasks(talk)] == [
        ((1, 4), (9, 12)),
        ((5, 8), (13, 16)),
    ]


def test_a_question_about_what_was_said_is_no_complaint() -> None:
    assert verdict("did you say that they pay by card?") == ""
    assert verdict("you wrote a nice text, can I use it?") == ""


def test_what_somebody_will_do_themselves_asks_for_nothing(desk: Any) -> None:
    for said, status in (
        ("yep. I'll remove the old page tomorrow", "success"),
        ("yep. but the link is grey", "running"),
    ):
        talk = desk.script(
            "user: add a page for returns\nedit: /home/sam/webshop/returns.html\n"
            f"agent: I added the page.\nuser: {said}\n"
        )
        assert [task.status for task in desk.tasks(talk)] == [status], said


VERDICTS = {
    "merged. nice. don't touch the other one, Jo is in there": "good",
    "the dashboard is up, thanks": "good",
    "🎉 push it": "good",
    "a run on your laptop proves nothing, build it on the target": "bad",
    "that is far too slow": "bad",
    "add a dashboard for sales, thanks": "",
    "what is up, thanks": "",
}


@pytest.mark.parametrize("said", VERDICTS)
def test_verdicts_in_passing(said: str) -> None:
    assert verdict(said) == VERDICTS[said]


@pytest.mark.parametrize(
    ("said", "talk"),
    [
        ("nothing really. waiting for the oven", True),
        ("did you know that bees can count", True),
        ("it's always the last bus that is late, isn't it", True),
        ("did you know where the log is?", False),
        ("nothing happens when I click it", False),
        ("the total is wrong, isn't it? fix it", False),
    ],
)
def test_small_talk(said: str, talk: bool) -> None:
    assert small_talk(said) is talk


def test_after_a_greeting_talk_begins_nothing(desk: Any) -> None:
    chat = "user: hey there\nagent: Hello! What can I do?\n"
    for said, tasks in (
        ("that's my colleague over there\nagent: Say hello from me!", 0),
        ("the export is broken since noon\nagent: I'll have a look.", 1),
        ("translate the menu for me\nagent: With pleasure.", 1),
    ):
        assert len(desk.tasks(desk.script(f"{chat}user: {said}\n"))) == tasks, said
