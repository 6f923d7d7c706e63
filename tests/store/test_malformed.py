"""Files of a home that somebody broke: each is told by name, and none keeps acx from the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acx import files, yamlfile
from acx.config import load
from acx.errors import BadInput, Conflict, NotFound
from acx.model import Message, Session, Task, Text
from acx.store.sessions import Outcome, Sessions
from acx.store.spaces import parsed
from acx.verbs.context import Context
from tests.conftest import PROGRAM, Run


def test_values_of_a_file() -> None:
    text = b"""
text: a b
date: 2025-13-45
time: 2025-06-15T14:30:00Z
float: 1.10
whole: 12
octal: 010
quoted: '12'
yes: yes
nothing:
list: [a, 2, {b: false}]
block: |
  two
  lines
"""
    assert yamlfile.load(text, "x.yaml") == {
        "text": "a b",
        "date": "2025-13-45",
        "time": "2025-06-15T14:30:00Z",
        "float": "1.10",
        "whole": 12,
        "octal": "010",
        "quoted": "12",
        "yes": True,
        "nothing": None,
        "list": ["a", 2, {"b": False}],
        "block": "two\nlines\n",
    }
    assert yamlfile.load(b"", "x.yaml") == yamlfile.load(b"# nothing\n", "x.yaml") == {}


ATTACKS: dict[str, tuple[bytes, str]] = {
    "deep": (b"a: " + b"[" * 100_000, "line 1.*deep"),
    "deep mapping": (b"".join(b" " * n + b"a:\n" for n in range(100)), "line 2.*deep"),
    "aliases": (b"a: &a [x]\nb: [*a, *a]\n", r"line 2.*alias \*a"),
    "open bracket": (b"a: 1\nb: [\n", "line"),
    "tab": (b"a: 1\n\tb: 2\n", "line"),
    "two documents": (b"a: 1\n---\nb: 2\n", "line 2.*second document"),
    "a key that is a list": (b"a: 1\n? [x]\n: 2\n", "line 2.*key"),
    "not UTF-8": (b"a: 1\nb: \xff\xfe\n", "line 2"),
    "a NUL": (b"a: 1\nb: \0\n", "line"),
    "a list": (b"- a\n", "key: value"),
    "a text": (b"x", "key: value"),
    "large": (b"a: b\n" * 300_000, "1 MB"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_yaml_that_is_refused(name: str) -> None:
    text, said = ATTACKS[name]
    with pytest.raises(BadInput, match=f"x.yaml.*{said}"):
        yamlfile.load(text, "x.yaml")
    with pytest.raises(BadInput, match=r"space\.yaml"):
        parsed("x", Path("x"), text, Path("x/space.yaml"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"\n\t 0é%?,#", max_size=60))
def test_any_bytes_are_a_mapping_or_bad_input(text: bytes | str) -> None:
    try:
        value = yamlfile.load(text if isinstance(text, bytes) else text.encode(), "x.yaml")
    except BadInput as error:
        assert error.message.startswith("x.yaml")
    else:
        assert yamlfile.load(yamlfile.dump(value), "y.yaml") == value


def test_odd_scalars_are_text_in_every_file() -> None:
    odd = b"created_at: 2025-13-45\nuser: !!float abc\ndescription: " + b"9" * 5000 + b"\n"
    space = parsed("x", Path("x"), odd, Path("x/space.yaml"))
    assert (space.created_at, space.user, len(space.description)) == ("2025-13-45", "abc", 5000)
    with pytest.raises(BadInput, match="max_cost"):
        load("max_cost: 2025-13-45", "config.yaml", {})
    with pytest.raises(BadInput, match="timeout"):
        load(f"timeout: {'9' * 5000}", "config.yaml", {})
    assert load("timeout: 1.5\nreview: yes\n", "config.yaml", {}).timeout == 1.5


def test_what_no_file_can_hold_is_replaced(ctx: Context) -> None:
    ctx.sessions.create(Session("s", ctx.stamp(), cwd="/tmp/\udcff", source="\ud800.jsonl"))
    assert ctx.sessions.get("s").cwd == "/tmp/?"


BROKEN = {
    "a list": b"[]",
    "null": b"null",
    "nothing": b"",
    "a text": b"x",
    "learned": b"id: s\nlearned: a\n",
    "a negative number": b"id: s\nlearned: -1\n",
    "true": b"id: s\nlearned: true\n",
    "space": b"id: s\nspace: [a]\n",
    "status": b"id: s\nstatus: done\n",
    "brackets": b"id: " + b"[" * 100_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_session_is_named(ctx: Context, name: str) -> None:
    ctx.sessions.create(Session("s", ctx.stamp()))
    ctx.home.session("s").about.write_bytes(BROKEN[name])
    with pytest.raises(BadInput, match=r"s/session\.yaml"):
        ctx.sessions.get("s")


def test_a_broken_session_stops_no_other(run: Run, ctx: Context) -> None:
    run("space", "create", "shop")
    for name in ("good", "bad", "worse"):
        run("session", "create", "--id", name, "--space", "shop")
        run("session", "append", name, '{"role": "user", "content": "hi"}')
    ctx.home.session("bad").about.write_bytes(b"[]")
    ctx.home.session("worse").messages.write_bytes(b"gibberish\n")
    ctx.sessions.update("worse", status="completed", learned=1)
    for command in (["session", "list"], ["status"]):
        done = run(*command)
        assert done.code == 0 and "good" in done.out
        assert done.err.count("2 sessions are left out") == 1 and "acx doctor" in done.err
    assert json.loads(run("session", "list", "--json").out)["items"][0]["id"] == "good"
    doctor = run("doctor")
    assert doctor.code == 1 and "bad/session.yaml" in doctor.out
    assert run("learn").code == 0
    assert ctx.sessions.get("good").status == "completed"


def test_odd_lines_of_tasks_are_passed_over(ctx: Context) -> None:
    store = ctx.sessions
    store.create(Session("s", ctx.stamp()))
    good = Outcome(Task(2, "Deploy", 1, 3, "success", spans=((5, 6),)), "learned", lessons=("abc",))
    store.record("s", good)
    value = asdict(good)
    odd = [
        123,
        "a",
        None,
        [],
        {},
        {**value, "task": 5},
        {**value, "task": {**value["task"], "number": "a"}},
        {**value, "task": {**value["task"], "number": None}},
        {**value, "task": {**value["task"], "first": [1]}},
        {**value, "task": {**value["task"], "title": 5}},
        {**value, "task": {**value["task"], "spans": ["ab", 3]}},
        {**value, "lessons": 7},
        {**value, "lessons": [7]},
        {**value, "reason": {}},
        {**value, "strange": 1},
    ]
    with ctx.home.session("s").tasks.open("ab") as file:
        file.writelines(json.dumps(line).encode() + b"\n" for line in odd)
        file.write(b"[" * 100_000 + b"\n\xff\n{")
    assert store.outcomes("s") == {2: good}


def test_a_lock_whose_folder_goes_while_one_waits_is_not_held(tmp_path: Path) -> None:
    """Else the one who waited and one who makes the folder anew would both be inside."""
    lock = tmp_path / "s" / ".lock"
    told: list[str] = []

    def late() -> None:
        try:
            with files.locked(lock, missing="no s", waiting=lambda: told.append("waiting")):
                told.append("inside")
        except NotFound as error:
            told.append(error.message)

    waiting = threading.Thread(target=late)
    with files.locked(lock):
        waiting.start()
        while not told:
            time.sleep(0.01)
        lock.parent.rename(tmp_path / "gone")
    waiting.join()
    assert told == ["waiting", "no s"] and not lock.parent.exists()


def test_a_deleted_session_does_not_come_back(ctx: Context) -> None:
    store = ctx.sessions
    store.create(Session("s", ctx.stamp()))
    store.add("s", [Message("user", (Text("a"),), "human")], lambda _: None)
    with store.learning("s"), pytest.raises(Conflict):
        store.delete("s")
    store.delete("s")
    for late in (
        lambda: store.update("s", status="running"),
        lambda: store.attach("s", "shop"),
        lambda: store.append("s", [b'"role":"user"}\n']),
        lambda: store.add("s", [], lambda _: None),
        lambda: store.record("s", Outcome(Task(1, "x", 1, 1, "success"))),
        lambda: store.learning("s").__enter__(),
        lambda: store.delete("s"),
    ):
        with pytest.raises(NotFound):
            late()
    assert list(ctx.home.sessions.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_lock_in_a_home_that_is_only_read(ctx: Context) -> None:
    ctx.sessions.create(Session("s", ctx.stamp()))
    lock = ctx.home.session("s").lock
    lock.chmod(0o400)
    assert not files.is_locked(lock)


def test_asking_for_a_lock_opens_it_to_read(tmp_path: Path) -> None:
    """As `acx status` does in a home that is mounted read-only; true for root as well."""
    lock = tmp_path / "lock"
    with files.locked(lock):
        assert files.is_locked(lock)
    before = lock.stat().st_mtime_ns
    assert not files.is_locked(lock) and lock.stat().st_mtime_ns == before
    assert not files.is_locked(tmp_path / "none") and not (tmp_path / "none").exists()


@pytest.mark.parametrize("ids", [True, False])
def test_parallel_imports_of_one_file_add_it_once(ctx: Context, tmp_path: Path, ids: bool) -> None:
    path = tmp_path / "talk.jsonl"
    with path.open("w") as file:
        for number in range(1500):
            role = ("user", "assistant")[number % 2]
            own = {"id": f"m{number}"} if ids else {}
            file.write(json.dumps({**own, "role": role, "content": f"word {number}"}) + "\n")
    workers = [
        subprocess.Popen(
            [str(PROGRAM), "session", "import", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    said = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, said
    (session,) = {out.decode().strip() for out, _ in said}
    assert ctx.sessions.count(session) == 1500
    assert len(ctx.sessions.ids()) == 1


LEARNER = """
import sys
from pathlib import Path
from acx.errors import Conflict, NotFound
from acx.store.layout import Home
from acx.store.sessions import Sessions
store = Sessions(Home(Path(sys.argv[1])))
while True:
    try:
        with store.learning("s"):
            store.update("s", status="running")
    except Conflict:
        continue
    except NotFound:
        print("gone")
        break
"""


def test_delete_while_others_write(ctx: Context) -> None:
    store: Sessions = ctx.sessions
    store.create(Session("s", ctx.stamp()))
    learner = subprocess.Popen(
        [sys.executable, "-c", LEARNER, str(ctx.home.path)], stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while not ctx.home.session("s").learning.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    while time.monotonic() < deadline:
        try:
            store.delete("s")
        except Conflict:
            continue
        break
    assert learner.communicate(timeout=60)[0] == b"gone\n"
    assert list(ctx.home.sessions.iterdir()) == []
