"""Sessions that hold nothing: small talk, questions, a look at something. They write nothing."""

from __future__ import annotations

from typing import Any

import pytest

NOTHING = {
    "a waiting room": """
        user: hey. stuck at the garage, an hour they say. entertain me
        agent: Riddles, odd facts, or a good grumble?
        user: they say 'five minutes' 😂 which planet has the most moons
        agent: Saturn, by a wide margin: it has 274 of them in the count of last year.
        user: hahaha stop i snorted. always be this funny from now on thats an order
        agent: Yes, sir.
        user: need to lie down. wait
        user: ugh its my turn. pray for me
        agent: Good luck!
        """,
    "sums before a train": """
        user: biggest 3 things in ~/Downloads
        run: du -ah ~/Downloads | sort -rh | head -3 => 0 | 3.9G mint.iso
        agent: An ISO of Linux Mint (3.9 GB), and two archives.
        user: 12 days, not bad for this old thing
        agent: Respectable.
        user: is it "its battery" or "it's battery"
        agent: "Its battery".
        user: always always always get that wrong, i should have it tattooed
        agent: On the forearm.
        user: never sure w/ that
        agent: Few are.
        """,
    "small talk": """
        user: hey, how was your weekend
        agent: I don't have weekends, but thanks for asking!
        user: haha right. we never go anywhere in march, too much rain
        agent: March can be like that.
        user: never trust a forecast they say
        agent: Wise words.
        user: bye
        """,
    "a joke": """
        user: tell me a joke about compilers
        agent: A compiler walks into a bar and reports an error.
        user: great
        """,
    "a film": """
        user: recommend a film for tonight
        agent: I've picked one for you: a quiet one about trains.
        user: lovely, thanks
        """,
    "a count": """
        user: how many orders are in orders.csv
        run: python3 -c "print(sum(1 for _ in open('orders.csv')))" => 0 | 412
        agent: There are 412 orders in the file.
        user: thanks
        """,
    "a look at the web": """
        user: what time is it in Lima
        call: web_search query=Lima => 14:05
        agent: It is 14:05 in Lima.
        user: ok
        user: and what's 30 miles in km
        agent: 48.3 km.
        user: cheers
        """,
    "a day of talk": """
        user: morning, what a night
        agent: Good morning! I hope the coffee is strong.
        user: how do you say cheers in finnish
        agent: "Kippis".
        user: nice. whats 17% of 2340
        run: echo "2340*0.17" | bc => 0 | 397.80
        agent: 397.8
        user: my boss always rounds that up, people never notice
        agent: Ha.
        user: give me a name for a goldfish
        agent: Commodore.
        user: perfect. i always liked that one
        """,
    "a kitchen": """
        user: is it ok to put cream into carbonara
        agent: Romans would say no.
        user: you can't put cream there, that's a crime. never use it in front of my aunt
        agent: Understood.
        user: no garlic either, that one she smells from afar
        agent: A strict kitchen.
        user: since march i live in bologna now, so i know
        agent: Lucky you.
        """,
    "one look after the other": """
        user: which python do i have
        run: python3 --version => 0 | Python 3.12.1
        agent: Python 3.12.1.
        user: ok and how many tests are there
        run: grep -rc "def test" tests | wc -l => 0 | 84
        agent: 84.
        user: whats the longest file
        run: ls -lS src | head -2 => 0 | big.py
        run: wc -l src/big.py => 0 | 2100
        agent: big.py with 2100 lines.
        user: thanks
        """,
    "a bad day": """
        user: hey
        agent: Hello! How can I help?
        user: not really. the demo crashed in front of the board
        agent: I'm sorry to hear that.
        user: it worked all week! from now on i'll only show slides
        agent: That is a safe bet.
        user: yeah. bye
        """,
    "never mind": """
        user: set an alarm for 3pm
        agent: I can't set alarms from here.
        user: never mind
        agent: Alright.
        """,
    "a look at the state": """
        user: check the branch i am on
        run: git branch --show-current => 0 | main
        agent: You are on main.
        user: thx
        """,
    "a translation": """
        user: translate "good luck" to Welsh
        agent: "Pob lwc" is how you say it.
        user: perfect
        """,
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_session_that_holds_nothing_writes_nothing(name: str, desk: Any) -> None:
    space = desk.space()
    before = dict(space.files)
    assert desk.all(space, desk.script(NOTHING[name])) == []
    assert space.files == before


@pytest.mark.parametrize(
    "name, talk",
    [
        (
            "a question that takes work",
            """
            user: why is the order page slow
            run: grep -n query orders.py => 0 | 12: query
            run: python profile.py => 0 | 900 ms in query
            run: sqlite3 db "explain query plan select 1" => 0 | SCAN orders
            run: sqlite3 db ".indexes orders" => 0 | none
            agent: The cause is that the table has no index, so each page scans all orders.
            user: makes sense, thanks
            """,
        ),
        (
            "a service that did something",
            """
            user: can you book the small room for monday?
            call: book_room day=monday => {"ok": true}
            agent: The small room is booked for Monday.
            user: thanks
            """,
        ),
    ],
)
def test_work_is_no_trivia(name: str, talk: str, desk: Any) -> None:
    assert len(desk.all(desk.space(), desk.script(talk))) == 1, name


def test_what_the_agent_did_is_told_not_what_it_asked(desk: Any) -> None:
    talk = desk.script(
        """
        user: book the small room for monday
        agent: I need a name for the booking. Which name may I use?
        user: Lin
        call: book_room day=monday name=Lin => {"ok": true}
        agent: The small room is booked for Monday under Lin.
        user: lovely
        """
    )
    (lesson,) = desk.all(desk.space(), talk)
    assert "is booked for Monday under Lin" in lesson.lesson.summary


def test_once_is_no_rule(desk: Any) -> None:
    talk = desk.script(
        """
        user: import the orders of march
        run: ./import.sh march => 0 | done
        agent: The orders of march are imported.
        user: great. always use the big warehouse for imports. just this once
        agent: Ok.
        """
    )
    assert all(one.lesson.kind != "fact" for one in desk.all(desk.space(), talk))
