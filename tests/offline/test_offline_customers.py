"""Agents that serve customers: how their cases go is learned, nothing about the customers is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acx.learn.offline.customers import serves
from acx.model import Message, Text

SERVED = """
    user: hi, please put the cheaper kettle into my order 4711
    {look}
    agent: I found your order 4711.
    user: I always use PayPal, so just use that if there's any difference
    call: modify_order id=4711 item=88 => done
    agent: Your order 4711 was changed to the cheaper kettle.
    user: great, thanks a lot
"""
REFUSED = """
    user: please cancel just the kettle from my order 4711
    call: find_user_id_by_email email=s@x.test => u-1
    agent: I'm sorry, but I can't cancel just one item from a pending order{more}.
"""


@pytest.mark.parametrize(
    ("look", "so"),
    [
        ("call: find_user_id_by_email email=s@x.test => u-1", True),
        ("call: get_user_details user_id=u-1 => Sam", True),
        ("call: get_customer_by_phone phone=555 => c-9", True),
        ("call: lookup_passenger name=Sam => p-3", True),
        ("call: get_user_profile => Sam, likes tea", False),
        ("call: get_account => 12 EUR", False),
        ("call: search_customers_table rows=10 => ok", False),
        ("call: get_order id=4711 => one kettle", False),
        ("run: cat users.csv => 0 | sam", False),
    ],
)
def test_who_looks_people_up_as_customers_serves_them(desk: Any, look: str, so: bool) -> None:
    assert serves(desk.script(SERVED.format(look=look))) == so


def test_an_agent_may_be_told_that_it_serves(desk: Any) -> None:
    told = Message("system", (Text("You are a customer support agent of a bank."),), "harness", 1)
    talk = desk.script("user: hi")
    assert serves(replace(talk, messages=[told, *talk.messages]))
    told = Message("system", (Text("As an airline agent, you can help users book."),), "harness", 1)
    assert serves(replace(talk, messages=[told, *talk.messages]))
    other = Message("system", (Text("You write the customer portal in Go."),), "harness", 1)
    assert not serves(replace(talk, messages=[other, *talk.messages]))


def test_a_customer_who_was_served_teaches_nothing(desk: Any) -> None:
    served = SERVED.format(look="call: find_user_id_by_email email=s@x.test => u-1")
    assert desk.all(desk.space(), desk.script(served)) == []
    unknown = SERVED.format(look="call: get_order id=4711 => one kettle")
    own = desk.all(desk.space(), desk.script(unknown))
    assert any(taught.lesson.kind == "fact" for taught in own)


@pytest.mark.parametrize(
    "more", ["", ", as all of what was put into one has to leave the house at once"]
)
def test_a_wish_that_could_not_be_met_does(desk: Any, more: str) -> None:
    (taught,) = desk.all(desk.space(), desk.script(REFUSED.format(more=more)))
    assert taught.lesson.kind == "warning"
    ((_, log),) = taught.changes.items()
    assert log.decode().count("cancel just one item") == 1  # told, and not told again as the reason
