"""What agents say of themselves and of others: claims that failed, agreements nobody made."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.closing import statement
from acx.learn.offline.writing import noted

UNSAID = [
    "As agreed I've kept the old names in the table",
    "Following the team's rule for names I've renamed both columns",
    "Since you prefer short names I've renamed both columns",
    "In line with your policy I've removed the old tables",
    "I've added the header, as per our style guidelines",
]


@pytest.mark.parametrize("said", UNSAID)
def test_what_somebody_agreed_to_is_theirs_to_say(said: str) -> None:
    assert statement(f"{said}.") == ("", False)
    told = f"All 12 checks pass now. {said}."
    assert statement(told)[0] == "All 12 checks pass now."


@pytest.mark.parametrize(
    "said",
    [
        "As you asked I've kept the old names in the table.",
        "I've followed the naming of the other tables there.",
        "The rule for retries is now in the settings file.",
        "I've added the header that you wanted above the table.",
    ],
)
def test_what_was_done_is_told(said: str) -> None:
    assert statement(said)[0] == said


def log(desk: Any, conversation: str) -> str:
    space = desk.space()
    desk.all(space, desk.script(conversation))
    return str(space.text("skills/daily-logs/2025-06-15.md"))


def test_a_report_of_what_failed_is_a_claim(desk: Any) -> None:
    told = log(
        desk,
        """
        user: publish the new price list
        run: make publish => 0 | sent
        agent: I published the new price list.
        user: nothing arrived, I do it by hand then. forget it
        """,
    )
    assert "reported" not in told
    told = log(
        desk,
        """
        user: run the checks and publish the price list
        edit: /home/sam/webshop/prices.csv
        run: pytest -q => 1 | 1 failed, 3 passed in 0.1s
        agent: I published the new price list.
        """,
    )
    assert 'The agent claimed: "I published the new price list".' in told


def test_who_gives_up_has_taken_back_what_was_reported(desk: Any) -> None:
    told = log(
        desk,
        """
        user: reserve the big hall for Monday
        call: reserve hall=big => pending
        agent: I reserved the big hall for Monday.
        user: is it confirmed?
        call: get_reservation hall=big => {"status": "rejected"}
        agent: The hall said no. I couldn't get it for Monday.
        """,
    )
    assert "reserved the big hall" not in told
    assert "I couldn't get it for Monday" in told


def test_what_is_said_twice_of_one_refused_call_stands_once() -> None:
    scope = "webshop; said when the agent wanted to run `make all`"
    first = "Not the whole site, that takes an hour. only what changed: make changed DEPTH=1"
    text, _ = noted("", first, scope, "Coding Preferences")
    again = "A whole site costs an hour. changed with DEPTH=1, you never need the rest"
    assert noted(text, again, scope, "Coding Preferences") == (text, "")
    # Another call, or nothing in common.
    other = scope.replace("make all", "make deploy")
    assert noted(text, again, other, "Coding Preferences")[0].count("\n- ") == 2
    apart = "Ask me before anything is built on this machine"
    assert noted(text, apart, scope, "Coding Preferences")[0].count("\n- ") == 2
