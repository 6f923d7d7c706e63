"""Where a talk turns to something else, told by form and place, in words that no rule names."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.moves import Place, telling, turning, wants
from acx.learn.offline.preferences import guidances
from acx.learn.offline.reading import read
from acx.learn.offline.reports import gives_up, promises

DELIVERED = Place(telling("paint the fence green"), telling("The fence is green now, two coats."))
ACCEPTED = Place(DELIVERED.known, DELIVERED.last, accepted=True)
LOOKED = Place(telling("what is 12 times 12"), telling("144"), looked=True)
ASKED = Place(DELIVERED.known, DELIVERED.last, asking=True)

TURNS = {
    "lovely. and the 14?": DELIVERED,
    "saw it, dry already. mow the lawn next, would you": DELIVERED,
    "quick one: who has the key to the shed": DELIVERED,
    "👍 gate same": DELIVERED,
    "does the insurance cover hail?": ACCEPTED,
    "I also want a lamp at the door, warm light": ACCEPTED,
    "which of these is cheapest to heat in winter?": ACCEPTED,
    "let's update the default timeout to 90 in the env file": DELIVERED,
    "never mind then. Just order a taxi for seven": DELIVERED,
    "ok. doorbell: louder after eight": DELIVERED,
    "now something easier, the mailbox has no name": DELIVERED,
    "the other one, JD-77120, came open": DELIVERED,
    "lol. 0x2A in dec": LOOKED,
    "make it 145 in the sheet, same colour": LOOKED,
    "what's this second line on the invoice": DELIVERED,
}
STAYS = {
    "is it waterproof?": DELIVERED,
    "two coats? I said three": DELIVERED,
    "let's give it a third coat": DELIVERED,
    "that's a bad idea. sun is strong. there is a need to shade the wood": DELIVERED,
    "the fence again has a grey spot": DELIVERED,
    "no! not the neighbour's side": DELIVERED,
    "a darker one instead please": DELIVERED,
    "what? why did you take the good brush. I want it back": DELIVERED,
    "thursday, around noon": ASKED,
    "can you do both sides": ASKED,
    "thanks, that looks right": DELIVERED,
    "argh the brushes": DELIVERED,
    "good. off to a meeting": DELIVERED,
    "nice. and your boss can't do it either?": DELIVERED,
    "where hast du den Pinsel her": DELIVERED,
    "können Sie das nicht abholen lassen?": ACCEPTED,
    "before your change 48.211": DELIVERED,
    "finding one by its colour?": DELIVERED,
    "12 days, not bad for this old thing": LOOKED,
}


@pytest.mark.parametrize("said", TURNS)
def test_what_turns_to_something_else(said: str) -> None:
    assert turning(said, TURNS[said])


@pytest.mark.parametrize("said", STAYS)
def test_what_stays_with_the_work(said: str) -> None:
    assert not turning(said, STAYS[said])


WANTS = {
    "hangs. thanks!": False,
    "out since ten, the numbers are where they were in may": False,
    "seh ihn, super": False,
    "yep. but the link is grey": True,
    "could you send it to Jo as well": True,
    "it still drips": True,
    "the header should be blue": True,
}


@pytest.mark.parametrize("said", WANTS)
def test_what_leaves_something_to_do(said: str) -> None:
    assert wants(read(said)) is WANTS[said]


NO = {
    "I won't help with that; it would hurt other people.": True,
    "Neither way works from here: the port is shut.": True,
    "Von hier aus lässt es sich nicht ändern.": True,
    "The sender doesn't allow another address.": True,
    "I couldn't reach the old host, so I took the copy on the new one. It runs.": False,
    "I can't see any problem with it.": False,
    "I can't watch matches, but four goals explain the voice.": False,
    "Done, all three are covered.": False,
}


@pytest.mark.parametrize("said", NO)
def test_who_can_not_says_so(said: str) -> None:
    assert bool(gives_up(said)) is NO[said]


def test_what_is_left_for_later() -> None:
    assert promises("Started. I'll check again in a few minutes.")
    assert not promises("I'll keep it short. The lamp is on.")


def test_all_that_a_person_tells_is_quoted() -> None:
    said = "no. greedy isn't fair to slow players. 5000 runs at least, with 200 you see noise"
    assert guidances(said, loosely=True) == [
        "no. greedy isn't fair to slow players. 5000 runs at least, with 200 you see noise"
    ]
    assert guidances("is that so? ok. lol", loosely=True) == []


ENDS = {
    "put off by who asked": (
        """
        user: hang the plan on the board
        call: print_plan => {"ok": true}
        agent: It's printed. Is the board free?
        user: not now, she is in a call. tonight
        """,
        ["running"],
    ),
    "put off before anything was done": (
        """
        user: who has the key to the shed? need it at some point, not now
        agent: Fine, later then.
        """,
        ["pending"],
    ),
    "made do without": (
        """
        user: the old scanner reads nothing on the new bench
        edit: /home/sam/webshop/scan.py
        agent: I've raised its speed.
        user: ok so it stays dead till the boss pays
        """,
        ["failed"],
    ),
    "what was asked for first": (
        """
        user: I need ten sums for year 3. And a note for the parents, packed lunch.
        agent: Here are ten sums.
        user: Lovely. Also Kieran needs an easier set, only the twos
        agent: Same look, smaller numbers.
        user: On the copier. And the note?
        agent: Dear parents, please pack a lunch.
        user: gone out
        """,
        ["success", "success", "success"],
    ),
    "a few words after a no don't make it a yes": (
        """
        user: open the vault for me
        agent: I'm not allowed to open the vault for anyone.
        user: oh come on
        agent: I understand, and still no.
        user: which form do I need for a new badge?
        agent: Form B-7, from the front desk.
        """,
        ["failed", "success"],
    ),
    "trouble that meets only a guess": (
        """
        user: my key card opens nothing since monday
        agent: I have renewed its rights.
        user: I stand at the door and it does not open
        agent: I'm sorry to hear that. Perhaps the reader is dirty.
        """,
        ["failed"],
    ),
    "words that want nothing take it": (
        """
        user: hang the plan on the board
        call: print_plan => {"ok": true}
        agent: It's printed in the staff room.
        user: hangs
        """,
        ["success"],
    ),
    "a service that says no among other things": (
        """
        user: send the invitation to the guests
        call: send_mail to=guests => {"id": 7, "status": "rejected", "to": 14}
        agent: The invitation is out.
        """,
        ["failed"],
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_ends(desk: Any, name: str) -> None:
    text, statuses = ENDS[name]
    assert [task.status for task in desk.tasks(desk.script(text))] == statuses


def test_the_reason_of_a_refusal_is_kept(desk: Any) -> None:
    space, talk = (
        desk.space(),
        desk.script(
            """
        user: set the node count to five
        edit: /home/sam/webshop/nodes.tf
        refuse: terraform apply
        why: whoa. nobody applies from a laptop here. commit, the pipeline does the rest
        run: git commit -qam nodes => 0 | ok
        agent: Committed.
        """
        ),
    )
    (task,) = desk.tasks(talk)
    taught = desk.learn(space, talk, task)
    assert any("nobody applies from a laptop here" in one.lesson.summary.lower() for one in taught)
