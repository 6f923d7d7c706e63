"""Lessons worth keeping: true quotes, telling titles, rules once, fixes that are fixes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from acx.learn.offline.titles import shorten
from acx.learn.offline.writing import code, inert, noted, quoted
from acx.model import Session

LOG = "skills/daily-logs/2025-06-15.md"
FACTS = "skills/user-general-facts"


def plain(talk: Any) -> Any:
    """The same conversation without times and without a folder."""
    talk.messages = [replace(message, ts="") for message in talk.messages]
    talk.session = Session("s1", "2025-06-15T09:00:00Z")
    return talk


def written(space: Any) -> str:
    return "\n".join(
        data.decode() for path, data in space.files.items() if not path.endswith("SKILL.md")
    )


# Quotes


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("it costs **$150.00** a share", "it costs **$150.00** a share"),
        ("it returns early; the rest falls through", "it returns early; the rest falls through"),
        ("see https://example.com/a?b=c", "see https://example.com/a?b=c"),
        ("mail sam@example.com", "mail sam@example.com"),
        ("use `x` and `` `y` ``", "use `x` and `` `y` ``"),
        ("run !`date` now", "run ! `date` now"),
        ("give it $1 and $ARGUMENTS", "give it $ 1 and $ ARGUMENTS"),
        ("in ${CLAUDE_ROOT} or ${HOME}", "in $ {CLAUDE_ROOT} or ${HOME}"),
        ("read @docs/a.md", "read @ docs/a.md"),
        ("a <!-- b -->", "a <! -- b -->"),
    ],
)
def test_only_what_acts_is_changed_and_only_by_a_space(text: str, stands: str) -> None:
    assert inert(text) == stands
    assert stands.replace(" ", "") == text.replace(" ", "")


def test_quotes_are_closed_and_say_where_they_were_cut() -> None:
    assert quoted("all is well.") == '"all is well"'
    assert quoted('he said "go"') == '“he said "go"”'
    assert quoted("one two three four", 10) == '"one two…"'
    assert quoted("one `two three` four", 10) == '"one…"'


def test_code_keeps_its_backticks() -> None:
    assert code("make x") == "`make x`"
    assert code("string `a` twice") == "`` string `a` twice ``"


def test_every_quote_in_a_file_stands_in_the_session(desk: Any) -> None:
    talk = desk.script(
        """
        user: show the price of the share in the header
        edit: /home/sam/webshop/header.py
        says: The real issue is the cache; it keeps **$150.00** for as long as the process lives.
        user: it’s still the old price, don't round it
        edit: /home/sam/webshop/header.py
        run: git commit -am x => 0 | [main 1a2b3c4] Show the "live" price
        agent: Done! I've fixed the header; it now shows **$150.00** and the `live` flag. More soon.
        user: great, that’s it
        """
    )
    space = desk.space()
    desk.all(space, talk)
    said = "".join(
        re.sub(r"\s", "", message.text + "".join(result.text for result in message.results))
        for message in talk.messages
    )
    quotes = re.findall(r'(?<!\w)"([^"“”]+)"|“([^”]+)”', written(space))
    assert len(quotes) >= 3
    for quote in ("".join(pair) for pair in quotes):
        assert re.sub(r"\s", "", quote).rstrip("….") in said, quote


# Titles


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("I'm working on SHOP-98. keep the notes in the wiki.", "Work on SHOP-98: keep the notes"),
        (
            "can you look at this branch, I got this feedback:\n\nThe default case is never reached"
            "\n\nLow severity",
            "Look at this branch: The default case is never reached",
        ),
        (
            "I'm getting this error in the shop:\n\n$ shop start\nport 80 is taken by nginx",
            "Look into shop start: port 80 is taken by nginx",
        ),
        ("need a little patch for the help text", "A little patch for the help text"),
        ("let's replace the logo", "Replace the logo"),
        ("I'd like to add hooks to both agents", "Add hooks to both agents"),
        ("we should add the name to any logging", "Add the name to any logging"),
        ("Ann and Bob are siblings. Who of them is older?", "Who of them is older"),
    ],
)
def test_titles_say_what_it_is_about(said: str, title: str, desk: Any) -> None:
    (task,) = desk.tasks(
        desk.script(
            f"user: {said}\nagent: Ok.".replace("\n\n", "\\n\\n")
            .replace("\n$", "\\n$")
            .replace("start\nport", "start\\nport")
        )
    )
    assert task.title.startswith(title)


def test_a_cut_shows() -> None:
    text = "check that the importer writes every row of the table into the new archive of orders"
    assert shorten(text) == "check that the importer writes every row of the table into the new…"
    assert len(shorten("x" * 40 + " " + "y" * 31 + " z")) <= 72


# Facts


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("good. from now on use pytest, we dropped unittest", "From now on use pytest"),
        ("never deploy on fridays", "Never deploy on fridays"),
        ("i prefer dark mode", "I prefer dark mode"),
    ],
)
def test_a_rule_is_learned_as_soon_as_it_is_acknowledged(said: str, fact: str, desk: Any) -> None:
    talk = plain(desk.script(f"user: {said}\nagent: Got it. Anything else?"))
    (task,) = desk.tasks(talk)
    assert (task.status, task.because) == ("success", "the user stated it (#1)")
    (lesson,) = desk.learn(desk.space(), talk, task)
    assert lesson.lesson.kind == "fact"
    assert lesson.lesson.title.startswith(fact)


def test_work_after_a_rule_is_a_task_of_its_own(desk: Any) -> None:
    talk = desk.script(
        "user: always use tabs\nagent: Noted.\nuser: the importer is slow\n"
        "edit: /home/sam/webshop/a.py\nagent: I made it faster."
    )
    assert [task.title for task in desk.tasks(talk)] == ["Always use tabs", "The importer is slow"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "Keep commit messages under 50 characters, imperative",
            "Keep commit messages under 72 characters",
        ),
        (
            "Always use integer cents for money",
            "Always put money amounts in integer cents, never floats: rounding lost us a cent",
        ),
    ],
)
def test_a_newer_or_richer_fact_replaces(old: str, new: str) -> None:
    text, _ = noted("", old, "webshop", "Preferences")
    after, replaced = noted(text, new, "", "Preferences")
    assert replaced == f"{old}. (webshop)"
    assert after.count("\n- ") == 1 and new in after


def test_a_poorer_fact_adds_nothing() -> None:
    rich = "Always put money amounts in integer cents, never floats: rounding lost us a cent"
    text, _ = noted("", rich, "webshop", "Preferences")
    assert noted(text, "Always use integer cents for money", "", "Preferences") == (text, "")


def test_a_fact_is_replaced_wherever_it_was_filed_but_never_in_the_instructions(desk: Any) -> None:
    space = desk.space()
    main = f"{FACTS}/SKILL.md"
    space.files[main] += b"- Always use pip. (an example)\n"
    before = space.files[main]
    space.files[f"{FACTS}/general-preferences.md"] = b"# General\n\n- Always use pip.\n"
    talk = desk.script("user: always use uv for packages\nagent: Noted.")
    (lesson,) = desk.all(space, talk)
    assert lesson.lesson.summary.endswith("It replaces: Always use pip.")
    assert space.text(f"{FACTS}/general-preferences.md") == (
        "# General\n\n- Always use uv for packages. (webshop)\n"
    )
    assert space.files[main] == before


def test_a_wider_ban_stays_beside_a_narrow_one() -> None:
    text, _ = noted("", "Never force push to the main branch", "", "Preferences")
    after, replaced = noted(text, "Never push to the main branch", "", "Preferences")
    assert (replaced, after.count("\n- ")) == ("", 2)


def test_what_was_refused_is_named(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount
        run: make lint => 0 | ok
        refuse: git commit -am discount
        why: we should separate the price types for clarity
        edit: /home/sam/webshop/prices.py
        agent: I separated the types and added the discount.
        """
    )
    space = desk.space()
    desk.all(space, talk)
    assert "(webshop; said when the agent wanted to run `git commit -am discount`)" in written(
        space
    )


# Fixes


def test_the_tool_that_reported_is_named(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount
        run: make lint => 1 | [fmt] $ gofmt -w .\\n[go] $ golint run\\n[fmt] done\\n[go] a.go:3:1: Command is not allowed. use CommandContext (noctx)
        edit: /home/sam/webshop/a.go
        run: make lint => 0 | 0 issues.
        agent: I added the discount.
        """  # noqa: E501
    )
    space = desk.space()
    _, fix = desk.all(space, talk)
    assert fix.lesson.title == "golint: Command is not allowed; use CommandContext"
    assert "- **Fix**: Use CommandContext.\n" in space.text("skills/error-patterns/golint.md")


def test_missing_cases_are_the_fix(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a discount
        run: make lint => 1 | a.go:3:1: missing cases in switch of type Kind: KindA, KindB (exhaustive)
        edit: /home/sam/webshop/a.go
        run: make lint => 0 | 0 issues.
        agent: I added the discount.
        """  # noqa: E501
    )
    space = desk.space()
    desk.all(space, talk)
    assert "- **Fix**: Add the missing cases: KindA, KindB.\n" in written(space)


def test_a_longer_command_is_an_addition(desk: Any) -> None:
    talk = desk.script(
        """
        user: run the tests
        run: python3 -m unittest discover -s tests => 1 | ImportError: no known parent package
        run: python3 -m unittest discover -s tests -t . => 0 | Ran 4 tests in 0.001s\\n\\nOK
        agent: All four tests pass.
        """
    )
    _, fix = desk.all(desk.space(), talk)
    assert fix.lesson.title == "unittest discover -s tests: ImportError; add -t ."


# Outcomes


OUTCOMES = {
    "the person did it themselves": (
        """
        user: move the document into the ticket
        run: ticket attach => 0 | no such option
        agent: The ticket server doesn't support documents.
        user: hmm, I was able to do it in the browser
        agent: That's a gap in the server.
        """,
        ("failed", 'the user said: "hmm, I was able to do it in the browser" (#5)'),
    ),
    "the agent says it isn't supported": (
        """
        user: move the document into the ticket
        run: ticket list => 0 | a b
        agent: The ticket server doesn't support documents.
        """,
        ("failed", 'the agent said: "The ticket server doesn\'t support documents." (#4)'),
    ),
    "no tests were run": (
        """
        user: rename the price module
        edit: /home/sam/webshop/prices.go
        run: go test ./... => 0 | ok  \\ta\\t0.1s [no tests to run]\\n?   \\tb\\t[no test files]
        agent: I renamed it.
        """,
        (
            "success",
            "no check was seen: the agent ended without an error and nothing was said since",
        ),
    ),
    "a log that complains": (
        """
        user: push the release notes
        edit: /home/sam/webshop/notes.md
        agent: I added the notes.
        user: now I'm getting [main a2c0e9c] Notes\\nfatal: unable to access the server: 403
        """,
        ("running", ""),
    ),
    "praise where no tool was used": (
        "user: Fix the bug in app.py\nagent: Use a lock.\nuser: still broken\n"
        "agent: Then lock the reader too.\nuser: great, works",
        ("success", 'the user said: "great, works" (#5)'),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome_of(name: str, desk: Any) -> None:
    conversation, expected = OUTCOMES[name]
    (task,) = desk.tasks(desk.script(conversation))
    assert (task.status, task.because.replace('."', '"')) == (
        expected[0],
        expected[1].replace('."', '"'),
    )


def test_a_log_is_not_the_complaint(desk: Any) -> None:
    talk = desk.script(
        OUTCOMES["a log that complains"][0] + "\nagent: I see.\nuser: write a changelog entry"
    )
    assert desk.tasks(talk)[0].because == (
        'the user reported: "fatal: unable to access the server: 403" (#5)'
    )


def test_a_complaint_fails_the_task_it_is_about(desk: Any) -> None:
    talk = desk.script(
        """
        user: add the agent name to any logging
        edit: /home/sam/webshop/log.py
        run: pytest => 0 | 4 passed in 0.01s
        agent: I added the agent name to the logging.
        user: add a simple test for logging levels
        edit: /home/sam/webshop/test_log.py
        run: pytest => 0 | 5 passed in 0.01s
        agent: I added the test.
        user: I can't see any usage of the agent name, we are not really logging it anywhere
        agent: You're right. It belongs into the handlers.
        """
    )
    first, second = desk.tasks(talk)
    assert (first.status, first.spans) == ("failed", ((13, 14),))
    assert "I can't see any usage" in first.because
    assert (second.status, second.last) == ("success", 12)


def test_what_was_stopped_at_once_is_no_entry(desk: Any) -> None:
    talk = desk.script(
        "user: show the tools and store them\nrefuse: tools > a.md\nstop: [Request interrupted]\n"
        "user: explore the repository\nrun: make map => 0 | ok\nagent: I explored it."
    )
    first, _ = desk.tasks(talk)
    assert desk.learn(desk.space(), talk, first) == "interrupted before anything came of it"


# The diary


def test_plain_talk_about_work_is_kept_without_a_time(desk: Any) -> None:
    talk = plain(desk.script(OUTCOMES["praise where no tool was used"][0]))
    space = desk.space()
    (lesson,) = desk.all(space, talk)
    assert lesson.lesson.title == "Done: Fix the bug in app.py"
    assert "## Task: Fix the bug in app.py\n- **Outcome**: success\n" in space.text(LOG)


def test_what_nobody_checked_says_so_once(desk: Any) -> None:
    talk = desk.script(
        "user: add a page\nedit: /home/sam/webshop/page.py\nagent: I've added the page.\n"
    )
    space = desk.space()
    desk.all(space, talk)
    assert "- **Outcome**: success, not checked\n" in space.text(LOG)
    assert "checked" not in space.text(LOG).split("not checked", 1)[1]


def test_the_summary_is_about_the_task(desk: Any) -> None:
    talk = desk.script(
        """
        user: delete the old page
        run: rm old_page.py => 0 |
        run: make site => 0 | ok
        agent: Done!\\n\\n**Changes:**\\n- one thing\\n\\nI've deleted the old page and its link.
        user: which pages are left?
        run: ls pages => 0 | a b
        agent: Two are left; the first one was rendered last year.
        """
    )
    space = desk.space()
    desk.all(space, talk)
    assert '- **Summary**: The agent reported: "I\'ve deleted the old page and its link".' in (
        space.text(LOG)
    )
    assert "`rm " not in space.text(LOG)


def test_remarks_are_no_decisions(desk: Any) -> None:
    talk = desk.script(
        """
        user: add a page about prices
        edit: /home/sam/webshop/page.py
        agent: I've added the page.
        user: hmm, I just checked the other pages
        agent: They are fine.
        user: ok cool let's go
        agent: Going on.
        user: the heading should name the currency
        edit: /home/sam/webshop/page.py
        agent: I've added the currency.
        """
    )
    space = desk.space()
    desk.all(space, talk)
    decisions = re.search(r"Key Decisions\*\*: (.*)", space.text(LOG))
    assert decisions is not None
    assert decisions[1] == 'The user said: "the heading should name the currency"'
