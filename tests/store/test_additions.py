"""What a transcript adds to a session: only what is new, also of one still being written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acx.model import Message, Origin, Part, Role, Session, Text, ToolCall
from acx.store.layout import Home
from acx.store.sessions import Diverged, Sessions
from acx.transcripts.own_rules import Rules


def said(role: Role, *texts: str, id: str = "") -> Message:
    origin: Origin = "human" if role == "user" else "agent"
    return Message(role, tuple(map(Text, texts)), origin, id=id)


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    found = Sessions(Home(tmp_path))
    found.create(Session("s", "2026-01-01T00:00:00Z"))
    return found


def add(sessions: Sessions, *messages: Message) -> tuple[int, int]:
    added = sessions.add("s", messages, lambda _: None)
    return added.new, added.known


def stored(sessions: Sessions) -> list[str]:
    return [message.text for message in sessions.transcript("s").read()]


def test_a_last_message_that_grows_adds_what_it_has_grown_by(sessions: Sessions) -> None:
    assert add(sessions, said("user", "go"), said("assistant", "I am")) == (2, 0)
    assert add(sessions, said("user", "go"), said("assistant", "I am here")) == (1, 1)
    assert add(sessions, said("user", "go"), said("assistant", "I am here now")) == (1, 1)
    assert stored(sessions) == ["go", "I am", " here", " now"]
    whole = (said("user", "go"), said("assistant", "I am here now"), said("user", "ok"))
    assert add(sessions, *whole) == (1, 2)
    assert add(sessions, *whole) == (0, 3)


def test_parts_that_come_later_are_added(sessions: Sessions) -> None:
    call: Part = ToolCall("c1", "Bash", {"command": "ls"})
    first = Message("assistant", (Text("look"),), "agent")
    add(sessions, first)
    add(sessions, Message("assistant", (Text("look"), call), "agent"))
    assert [message.parts for message in sessions.transcript("s").read()] == [
        (Text("look"),),
        (call,),
    ]


def test_a_message_in_the_middle_that_differs_is_another_transcript(sessions: Sessions) -> None:
    add(sessions, said("user", "go"), said("assistant", "I am"), said("user", "ok"))
    with pytest.raises(Diverged):
        add(sessions, said("user", "go"), said("assistant", "I am here"), said("user", "ok"))
    assert stored(sessions) == ["go", "I am", "ok"]


def test_messages_with_and_without_ids_are_compared_among_themselves(sessions: Sessions) -> None:
    mixed = [said("user", "one", id="u1"), said("assistant", "two"), said("user", "three", id="u2")]
    assert add(sessions, *mixed) == (3, 0)
    assert add(sessions, *mixed) == (0, 3)


def test_a_rule_that_came_later_makes_no_second_session(sessions: Sessions) -> None:
    add(sessions, said("user", "I am EMP-123456"), said("assistant", "hello"))
    pattern = re.compile("EMP-[0-9]+")
    stricter = Sessions(sessions._home, lambda: Rules((("employee", pattern),)))
    assert add(stricter, said("user", "I am EMP-123456"), said("assistant", "hello")) == (0, 2)
