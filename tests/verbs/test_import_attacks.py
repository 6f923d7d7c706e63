"""Import of what is hostile, broken or odd: it neither stops, hangs nor tells what it shouldn't."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acx.verbs.context import Context
from acx.verbs.import_sessions import Imported, Unread, explain, import_all

Run = Callable[..., Any]
TOKEN = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"


def lines(path: Path, *messages: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(message) + "\n" for message in messages))
    return path


def said(text: str, role: str = "user", **more: str) -> dict[str, Any]:
    return {"role": role, "content": text, **more}


def test_half_an_emoji_stops_nothing(ctx: Context, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", said("cut \ud83d"), said("and on", "assistant"))
    [done] = import_all(ctx, [path])
    assert isinstance(done, Imported) and done.new == 2
    texts = [m.text for m in ctx.sessions.transcript(done.session).read()]
    assert texts == ["cut \ufffd", "and on"]


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes on POSIX only")
def test_a_name_that_is_not_utf8_stops_nothing(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (Path(os.fsdecode(bytes(folder) + b"/bad\xff.jsonl"))).write_text(json.dumps(said("hi")))
    done = run("session", "import", "logs")
    assert done.code == 0 and done.out.startswith("bad-")


def test_transcripts_that_begin_alike_are_each_a_session(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    found = []
    for answer in ("one", "two", "three", "two"):
        lines(path, said("same"), said(answer, "assistant"), said("and more"))
        found += import_all(ctx, [path])
    names = [one.session for one in found if isinstance(one, Imported)]
    assert names == [names[0], f"{names[0]}-2", f"{names[0]}-3", f"{names[0]}-2"]


@pytest.mark.parametrize("ids", [("задача1", "проект1"), ("team/alpha", "team-alpha")])
def test_ids_that_look_alike_when_cleaned_stay_apart(
    ctx: Context, tmp_path: Path, ids: tuple[str, str]
) -> None:
    for n, own in enumerate(ids):
        line = {"type": "user", "sessionId": own, "parentUuid": None, "uuid": f"u{n}"}
        lines(tmp_path / f"{n}.jsonl", {**line, "message": said(f"hello {n}")})
    found = list(import_all(ctx, [tmp_path / "0.jsonl", tmp_path / "1.jsonl"]))
    assert len({one.session for one in found if isinstance(one, Imported)}) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("pipe", ["pipe.jsonl", "oh/events/0.json", "storage/message/s/m.json"])
def test_a_pipe_in_a_folder_is_not_waited_for(run: Run, tmp_path: Path, pipe: str) -> None:
    lines(tmp_path / "logs" / "a.jsonl", said("hello"))
    (tmp_path / "logs" / pipe).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tmp_path / "logs" / pipe)
    done = run("session", "import", "logs")
    assert done.code == 0 and len(done.out.splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_folder_without_permission_is_told_and_passed(run: Run, tmp_path: Path) -> None:
    lines(tmp_path / "logs" / "z.jsonl", said("hello"))
    closed = tmp_path / "logs" / "closed"
    closed.mkdir()
    closed.chmod(0)
    done = run("session", "import", "logs")
    closed.chmod(0o700)
    assert done.code == 0 and "closed" in done.err and len(done.out.splitlines()) == 1


def test_no_secret_gets_out_on_the_way_in(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    lines(folder / f"{TOKEN}.jsonl", said("hello"))
    lines(folder / "role.jsonl", said("hello"), said("x", TOKEN))
    lines(folder / "kind.jsonl", {"parentUuid": None, "sessionId": "s", "type": TOKEN})
    lines(folder / "border.jsonl", said("word " * 18 + "and so " + TOKEN))
    (folder / "env.txt").write_text(f"{TOKEN} is it")
    for options in ([], ["--json"], ["--explain"], ["--dry-run"], ["--strict"]):
        done = run("session", "import", "logs", *options)
        told = (done.out + done.err).replace(
            f"{TOKEN}.jsonl", ""
        )  # the person's own name of a file
        assert TOKEN[:20] not in told, options
    assert TOKEN not in "".join(run("session", "list").out)
    assert not list((tmp_path / "home" / ".acx" / "sessions").rglob(f"*{TOKEN}*"))


@pytest.mark.parametrize("options", [["--json"], ["--explain", "--json"], ["--dry-run"], []])
def test_nothing_in_a_transcript_drives_the_terminal(
    run: Run, tmp_path: Path, options: list[str]
) -> None:
    lines(tmp_path / "a.jsonl", said("\x9b31m red \u202e reversed \x1b[2J"))
    (tmp_path / "left\n  left out: forged.txt").write_text("\x9b31m")
    done = run("session", "import", ".", *options)
    assert not {"\x9b", "\u202e", "\x1b"} & {*done.out, *done.err}
    assert "\n  left out: forged" not in done.err
    session = run("session", "import", "a.jsonl").out.strip()
    shown = run("session", "show", session, "--json").out
    assert not {"\x9b", "\u202e", "\x1b"} & {*shown}
    assert json.loads(shown)["parts"][0]["text"] == "\x9b31m red \u202e reversed \x1b[2J"


def test_a_missing_name_among_explained_ones_is_told(ctx: Context, tmp_path: Path) -> None:
    [one] = explain(ctx, [tmp_path / "gone"])
    assert one.exit_code == 3 and one.why == "no such file"


def test_one_bad_file_of_a_folder_keeps_no_other_out(ctx: Context, tmp_path: Path) -> None:
    lines(tmp_path / "logs" / "b.jsonl", said("hello"))
    (tmp_path / "logs" / "a.jsonl").write_bytes(b"\0" * 1000)
    bad, good = import_all(ctx, [tmp_path / "logs"])
    assert isinstance(bad, Unread) and not bad.named
    assert isinstance(good, Imported)
