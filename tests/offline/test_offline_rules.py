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
    "Omar has a bad nut allergy, so no pesto": ["Omar has a bad nut allergy, so no pesto"],
    "no seafood places for me, I don't eat fish": ["No seafood places for me, I don't eat fish"],
    "usually six suits me best, but this friday make it eight": ["Usually six suits me best"],
    "book the early train for friday please and leave me ten minutes, i always walk there": [
        "I always walk there"
    ],
    # Standing rules, told as such, or with the reason for which they stand.
    "no more hotfixes from laptops": ["No more hotfixes from laptops"],
    "since last month the platform team owns the cluster": [
        "Since last month the platform team owns the cluster"
    ],
    "the flags live elsewhere, the default lives in settings.toml now": [
        "The flags live elsewhere, the default lives in settings.toml now"
    ],
    "I don't want rebases from you, on any branch": [
        "I don't want rebases from you, on any branch"
    ],
    "don't say it's delivered before the courier has signed": [
        "Don't say it's delivered before the courier has signed"
    ],
    "gross prices, that's how the board wants it": ["Gross prices, that's how the board wants it"],
    "rule here: every report starts with a summary": [
        "Rule here: every report starts with a summary"
    ],
    "dont edit the schema, its generated. schema.yml + make, always": [
        "Dont edit the schema, its generated. schema.yml + make, always"
    ],
    "no, one index a night. we did all of them in june, the site was down for two hours": [
        "One index a night. we did all of them in june, the site was down for two hours"
    ],
    "no archive of that, ever": ["No archive of that, ever"],
    # German.
    "bitte nie direkt auf main pushen": ["Bitte nie direkt auf main pushen"],
    "ab jetzt Tests mit pytest schreiben": ["Ab jetzt Tests mit pytest schreiben"],
    "wir benutzen hier pnpm": ["Wir benutzen hier pnpm"],
}


@pytest.mark.parametrize("said", PLAIN)
def test_rules_in_plain_words(said: str) -> None:
    assert kept(said) == PLAIN[said]


@pytest.mark.parametrize(
    "said",
    [
        "always wear a tie on mondays they said",
        "ok always two letters, got it",
        "that was poor. never tell that one again",
        "no more errors in the log",
        "no more disk space on the server",
        "since last week the build fails on arm",
        "it lives in the cache now",
        "it runs on the new host now",
        "I don't want to wait for that",
        "I don't want that button",
        "don't say that, it's fine",
        "the rule is wrong in line 9",
        "usually it works on my machine",
        "usually I'd say yes",
        "don't edit it, I'll do it",
        "no, we had that already",
        "he never answers",
        "das geht nie so",
        "der Test schlägt immer fehl",
        "wir nutzen das morgen",
        "nie im Leben",
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


NAMED = "The message to Ines came back, her address is unknown. Do you have another one?"


@pytest.mark.parametrize(
    ("said", "before", "found"),
    [
        ("ah, its ines@hall.example now, she never reads the old one", NAMED, 1),
        ("better call her on the mobile", NAMED, 1),
        # Nobody is named, it is for today, it is about something else.
        ("ah, its ines@hall.example now", "It came back. Do you have another one?", 0),
        ("call her on the mobile today", NAMED, 0),
        ("she is on leave", NAMED, 0),
    ],
)
def test_what_is_said_of_somebody_just_named(said: str, before: str, found: int) -> None:
    told = list(facts(Said(3, "", True, said), "", before))
    assert len(told) == found
    for fact in told:
        assert fact.answers == "The message to Ines came back, her address is unknown."


def test_that_one_is_what_the_agent_proposed() -> None:
    before = "12 rows are lost. I'd run `load --all orders` for them."
    (fact,) = facts(Said(3, "", True, "no full load on that one, ever"), "", before, proposed=True)
    assert (fact.text, fact.answers) == (
        "No full load on that one, ever",
        "I'd run `load --all orders` for them.",
    )


def test_an_objection_with_what_came_of_it_holds_for_long() -> None:
    said = (
        "two days of overlap read everything twice, we had that, it doubled the bill. use the stamp"
    )
    assert kept(said) == []
    (fact,) = facts(Said(3, "", True, said), "", "I'd overlap two days.", proposed=True)
    assert fact.said == said


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
