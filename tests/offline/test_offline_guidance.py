"""What a person says of the work at hand: kept in the log where it went wrong or was proposed."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.preferences import guidance

GUIDANCE = {
    "the pump keeps the setting it started with, so yours never reached it. stop it first": (
        "the pump keeps the setting it started with, so yours never reached it. stop it first"
    ),
    "way too slow. use port 9 instead, port 1 is for guests. I'll be back at five": (
        "use port 9 instead, port 1 is for guests."
    ),
    "hm. what is that? not the blue one, it only fits the old frame": (
        "not the blue one, it only fits the old frame"
    ),
    # For the moment, a question, an answer, a word.
    "use the old key for now, until Friday": "",
    "why is it not there yet?": "",
    "SE15 4QN": "",
    "do it": "",
    "yes, please go ahead and return the lamp to the shop in Hill Street": "",
    "I checked the settings and restarted it as you said, but it says the same": "",
    "yes. my order number is 4711, and the name on it is Rossi": "",
    "that's right, go ahead with the blue one and not the red": "",
    "I'll ask Jo about that tomorrow, not before": "",
    "my flight is the one at nine": "",
}


@pytest.mark.parametrize("said", GUIDANCE)
def test_guidance(said: str) -> None:
    assert guidance(said) == GUIDANCE[said]


def log(desk: Any, conversation: str) -> str:
    space = desk.space()
    desk.all(space, desk.script(conversation))
    return str(space.text("skills/daily-logs/2025-06-15.md"))


START = """
    user: print the labels for all boxes
    run: make labels => 1 | error: printer not found
    """
SAID = "the printer in the hall is off since the move, labels come from the one upstairs: lp -d up"
END = """
    run: lp -d up labels.pdf => 0 | printed
    agent: I printed all labels.
    user: great, works
    """


def test_how_it_really_is_stands_in_the_log(desk: Any) -> None:
    told = log(desk, f"{START}agent: The printer isn't there.\n    user: {SAID}{END}")
    assert f'- **Key Decisions**: The user said: "{SAID}"' in told
    told = log(desk, f"{START}agent: I'd use the one next door.\n    user: {SAID}{END}")
    assert f'The user said: "{SAID}"' in told


def test_an_answer_is_no_decision(desk: Any) -> None:
    told = log(
        desk,
        f"{START}agent: How many are there?\n    user: all those that came since the move, not ours"
        f"{END}",
    )
    assert "Key Decisions" not in told


def test_an_error_that_comes_again_refutes_what_was_found(desk: Any) -> None:
    told = log(
        desk,
        """
        user: the build fails, repair it
        run: make => 1 | error: cannot open archive x.a
        says: The archive is built by another user, so the linker can't read it.
        run: sudo chown sam x.a && make => 1 | error: cannot open archive x.a
        says: The path is read from the old settings, so the linker looks in the wrong folder.
        run: make clean all => 0 | built
        agent: I repaired the build.
        """,
    )
    assert "another user" not in told and "the old settings" in told


def test_what_was_reported_before_a_task_is_opened_again_is_not_its_end(desk: Any) -> None:
    told = log(
        desk,
        """
        user: move the archive to the new shelf
        edit: /home/sam/webshop/shelf.py
        agent: I moved everything to the new shelf.
        user: nothing on the new shelf, the archive still has its old place
        edit: /home/sam/webshop/shelf.py
        agent: I moved the index as well, and looked at the shelf.
        user: great
        """,
    )
    assert "I moved everything" not in told and "I moved the index" in told
