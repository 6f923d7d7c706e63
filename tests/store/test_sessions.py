"""Sessions on disk: numbering, ids, what survives a crash, what is said of their status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acx.errors import BadInput, Conflict, NotFound
from acx.model import Message, Session, Text, ToolCall
from acx.store import messages
from acx.store.sessions import Diverged, Sessions, body
from acx.verbs import append
from acx.verbs.context import Context


def said(text: str, message_id: str = "") -> Message:
    return Message("user", (Text(text),), "human", id=message_id)


@pytest.fixture
def store(ctx: Context) -> Iterator[Sessions]:
    ctx.sessions.create(Session("s", ctx.stamp()))
    yield ctx.sessions


def texts(store: Sessions, first: int = 1, last: int | None = None) -> list[tuple[int, str]]:
    return [(m.number, m.text) for m in store.transcript("s").read(first, last)]


def test_numbers_are_lines(store: Sessions) -> None:
    assert store.append("s", [body(said(c)) for c in "abc"]) == 1
    assert store.append("s", [body(said("d"))]) == 4
    assert texts(store, 2, 3) == [(2, "b"), (3, "c")]
    assert store.count("s") == 4


@settings(max_examples=60, deadline=None)
@given(lengths=st.lists(st.integers(0, 3000), min_size=1, max_size=40), data=st.data())
def test_opening_anywhere(
    lengths: list[int], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("m") / "messages.jsonl"
    messages.append(path, [body(said("é" * n)) for n in lengths])
    first = data.draw(st.integers(1, len(lengths) + 2))
    found = [messages.number_of(line) for line in messages.lines(path, first)]
    assert found == list(range(first, len(lengths) + 1))


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400))
def test_a_torn_tail_is_no_message(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("m") / "messages.jsonl"
    messages.append(path, [body(said(f"message {n}")) for n in range(4)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - min(cut, len(whole))])
    left = messages.count(path)
    assert [messages.number_of(line) for line in messages.lines(path)] == list(range(1, left + 1))
    assert messages.append(path, [body(said("next"))]) == left + 1
    assert messages.count(path) == left + 1
    assert path.read_bytes().startswith(
        whole[: whole.rfind(b"\n", 0, max(0, len(whole) - cut)) + 1]
    )


def test_an_import_adds_only_what_is_new_by_id(store: Sessions) -> None:
    first = [said("a", "1"), said("b", "2")]
    assert store.add("s", first, lambda _: None).new == 2
    again = store.add("s", [said("z", "0"), *first, said("c", "3")], lambda _: None)
    assert (again.new, again.known) == (2, 2)


def test_an_assistants_message_that_went_on(store: Sessions) -> None:
    start = Message("assistant", (Text("let me see"),), "agent", id="m")
    call = ToolCall("c", "Bash", {"command": "ls"})
    store.add("s", [start], lambda _: None)
    for _ in range(2):
        store.add("s", [replace(start, parts=(*start.parts, call))], lambda _: None)
    found = list(store.transcript("s").read())
    assert [m.parts for m in found] == [(Text("let me see"),), (call,)]


def test_an_import_without_ids_goes_by_content_and_position(store: Sessions) -> None:
    store.add("s", [said("a"), said("a")], lambda _: None)
    assert store.add("s", [said("a"), said("a"), said("b")], lambda _: None).new == 1
    with pytest.raises(Diverged):
        store.add("s", [said("a"), said("x")], lambda _: None)
    assert texts(store) == [(1, "a"), (2, "a"), (3, "b")]


def test_secrets_never_reach_the_disk(store: Sessions, ctx: Context) -> None:
    secret = "ghp_" + "k3J9xQ2mV7bN4cT8wR1zL6pD5sF0aH2uYq3E"
    store.add("s", [said(f"my token is {secret}")], lambda _: None)
    append.append_text(ctx, "s", json.dumps({"role": "user", "content": f"again {secret}"}))
    stored = (ctx.home.session("s").messages).read_text()
    assert secret not in stored and stored.count("[REDACTED:") == 2


def test_status_is_true_after_a_crash(store: Sessions) -> None:
    store.attach("s", "deploys")
    store.update("s", status="running")
    assert store.get("s").status == "pending"
    with store.learning("s"):
        assert store.get("s").status == "running"
        with pytest.raises(Conflict):
            store.delete("s")


def test_new_messages_make_a_completed_session_pending(store: Sessions) -> None:
    store.attach("s", "deploys")
    store.append("s", [body(said("a"))])
    store.update("s", status="completed", learned=1)
    assert store.get("s").status == "completed"
    store.append("s", [body(said("b"))])
    assert (store.get("s").status, store.get("s").reason) == ("pending", "1 new message")


def test_a_session_has_one_space(store: Sessions) -> None:
    store.attach("s", "deploys")
    assert store.attach("s", "deploys").status == "pending"
    with pytest.raises(Conflict, match=r"deploys.*other"):
        store.attach("s", "other")


def test_finding(store: Sessions, ctx: Context) -> None:
    store.create(Session("20260615-abc", ctx.stamp()))
    store.create(Session("20260615-abd", ctx.stamp()))
    assert store.find("20260615-abc") == "20260615-abc"
    with pytest.raises(Conflict):
        store.find("2026")
    with pytest.raises(NotFound):
        store.find("nope")
    with pytest.raises(NotFound):
        store.find("../s")
    for name in ("../x", "a/b", "", ".git", "con", "x" * 101, "a b"):
        with pytest.raises(BadInput):
            store.create(Session(name, ctx.stamp()))


def test_a_changed_file_is_told_by_line(store: Sessions, ctx: Context) -> None:
    store.append("s", [body(said("a")), body(said("b"))])
    path = ctx.home.session("s").messages
    path.write_bytes(path.read_bytes().replace(b'"parts"', b'"paths"', 1))
    with pytest.raises(BadInput, match="line 1"):
        texts(store)


APPENDER = """
import sys
from pathlib import Path
from acx.model import Message, Text
from acx.store.layout import Home
from acx.store.sessions import Sessions, body
store = Sessions(Home(Path(sys.argv[1])))
for number in range(50):
    message = Message("user", (Text(f"{sys.argv[2]}:{number}"),), "human")
    store.append("s", [body(message)])
"""


def test_eight_processes_append_at_once(store: Sessions, ctx: Context) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", APPENDER, str(ctx.home.path), str(n)])
        for n in range(8)
    ]
    assert [worker.wait() for worker in workers] == [0] * 8
    found = texts(store)
    assert [number for number, _ in found] == list(range(1, 401))
    for name in range(8):
        mine = [text for _, text in found if text.startswith(f"{name}:")]
        assert mine == [f"{name}:{n}" for n in range(50)]


@pytest.mark.parametrize("moment", [0.15, 0.3, 0.45])
def test_killed_while_appending(store: Sessions, ctx: Context, moment: float) -> None:
    """What was acknowledged is there, in order; nothing is half there."""
    feed = "".join(json.dumps({"role": "user", "content": f"m{n}"}) + "\n" for n in range(200_000))
    source = ctx.home.path / "feed.jsonl"
    source.write_text(feed)
    with source.open("rb") as stdin:
        acx = subprocess.Popen(
            [str(Path(sys.executable).parent / "acx"), "session", "append", "s"],
            stdin=stdin,
            stdout=subprocess.PIPE,
            env=dict(os.environ),
        )
        time.sleep(moment)
        acx.send_signal(signal.SIGKILL)
        out, _ = acx.communicate()
    acknowledged = [int(line) for line in out.decode().split("\n")[:-1]]
    found = texts(store)
    assert len(found) >= len(acknowledged)
    assert found == [(n + 1, f"m{n}") for n in range(len(found))]
    assert store.append("s", [body(said("next"))]) == len(found) + 1
