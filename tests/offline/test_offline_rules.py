"""Rules in plain words: corrections with their reasons, habits, people; and talk that is none."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.preferences import facts
from acx.learn.offline.steps import Said
from acx.learn.offline.writing import noted


def kept(said: str, event: Any = "") -> list[str]:
    return [
        fact.text for fact in facts(Said(3, "", True, said, event), "make all" if event else "")
    ]


PLAIN = {
    # A rule with its reason, and with what to do instead.
    "yeah sure. never restart the broker by hand, it loses the queue. we have a job for that: "
    "make drain": [
        "Never restart the broker by hand, it loses the queue. we have a job for that: make drain"
    ],
    "wait. not with the key in the url, that ends up in the proxy log": [
        "Not with the key in the url, that ends up in the proxy log"
    ],
    "no wrappers around the driver, the last one cost us a week": [
        "No wrappers around the driver, the last one cost us a week"
    ],
    "and no abbreviations anywhere in the handbook": ["No abbreviations anywhere in the handbook"],
    "hands off the lock file, the bot writes it": ["Hands off the lock file, the bot writes it"],
    "you can't just drop the index, that's the live table": [
        "You can't just drop the index, that's the live table"
    ],
    "No. tags are never moved here, three teams build from them": [
        "Tags are never moved here, three teams build from them"
    ],
    "production changes go through the release desk": [
        "Production changes go through the release desk"
    ],
    # What a sentence means only together with the one before it.
    "Only draft the letters. Always, not just for this one": [
        "Only draft the letters. Always, not just for this one"
    ],
    "label the boxes by date. please remember that": ["Label the boxes by date. remember that"],
    # Habits, changes, people.
    "I don't take calls before 11, mornings are for the lab": [
        "I don't take calls before 11, mornings are for the lab"
    ],
    "we ship on tuesdays, never on fridays": ["We ship on tuesdays, never on fridays"],
    "that's changed: I start at 7:30 now": ["That's changed: I start at 7:30 now"],
    "Ruth is allergic to nuts": ["Ruth is allergic to nuts"],
    "Jan's new number is 555 0199": ["Jan's new number is 555 0199"],
}


@pytest.mark.parametrize("said", PLAIN)
def test_rules_in_plain_words(said: str) -> None:
    assert kept(said) == PLAIN[said]


@pytest.mark.parametrize(
    "said",
    [
        "always wear a tie on mondays they said",
        "haha never trust a printer lol",
        "Always, or it's no use",
        "no luck with the second one, that was a guess",
        "no tests were found, that's odd",
        "the branch is never reached, so it can go",
        "I don't take the train today, it's on strike",
        "calls on wednesday by phone, just wednesday",
        "keep it short, the page is full",
        "you can't see it, that's the problem",
        "not as a list, but as a table",
        "it's changed in the second file",
        "my order number is 4711",
        "not on the left, that's where the logo goes",
        "no shadow, it looks too heavy",
    ],
)
def test_talk_is_no_rule(said: str) -> None:
    assert kept(said) == []


def test_a_refusal_keeps_its_reason_and_its_command() -> None:
    said = "no, not all of it, that takes an hour each time. only what changed: make changed"
    assert kept(said, "rejection") == [
        "Not all of it, that takes an hour each time. only what changed: make changed"
    ]
    said = "that disk is the only copy. never format anything on this host"
    assert kept(said, "rejection") == [
        "That disk is the only copy. never format anything on this host"
    ]


def test_a_rule_that_changed_replaces_the_old_one() -> None:
    text, _ = noted("", "I don't take meetings before 10, mornings are for writing", "", "T")
    text, replaced = noted(
        text, "That's changed: from 8:30 on mornings are fine for meetings", "", "T"
    )
    assert replaced == "I don't take meetings before 10, mornings are for writing."
    assert text.count("\n- ") == 1


def test_who_only_chats_tells_of_themselves(desk: Any) -> None:
    chat = "user: i never eat before noon\nagent: Nice.\nuser: thanks"
    assert desk.all(desk.space(), desk.script(chat)) == []
    work = "user: find a table for lunch\ncall: book_table => {}\nagent: There is one at 11."
    work += "\nuser: i never eat before noon\nagent: Then at 12.\nuser: great"
    learned = [one.lesson.title for one in desk.all(desk.space(), desk.script(work))]
    assert "I never eat before noon" in learned


def test_a_rule_is_told_without_what_was_about_the_day() -> None:
    said = "i'm on a slow line today. never push images from here, that takes the others down"
    assert kept(said, "rejection") == ["Never push images from here, that takes the others down"]
