"""Import: files, folders, pipes and agents' places become sessions, each once."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from acx.cli import options
from acx.errors import NotFound, UsageError
from acx.transcripts import detect
from acx.transcripts.contract import Conversation, Format
from acx.transcripts.places import HERE, PLACES, places
from acx.verbs import import_sessions as verbs
from acx.verbs.context import Context
from acx.verbs.import_sessions import Explained, Imported, Unread, import_all

Run = Callable[..., Any]


def chat(path: Path, *words: str) -> Path:
    """A transcript in which a person says these words."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"role": "user", "content": w}) + "\n" for w in words))
    return path


def texts(ctx: Context, session: str) -> list[str]:
    return [message.text for message in ctx.sessions.transcript(session).read()]


def test_a_folder_is_walked_and_what_is_no_transcript_is_told(ctx: Context, tmp_path: Path) -> None:
    chat(tmp_path / "logs" / "b.jsonl", "hello")
    chat(tmp_path / "logs" / "deep" / "a.txt", "goodbye")
    chat(tmp_path / "logs" / "node_modules" / "x.jsonl", "never")
    (tmp_path / "logs" / "notes.md").write_text("Dear diary")
    (tmp_path / "logs" / "empty.jsonl").write_text("")
    found = list(import_all(ctx, [tmp_path / "logs"]))
    told = [one.asked if isinstance(one, Imported) else one.reason for one in found]
    assert told == [
        "hello",
        "goodbye",
        "is empty",
        "text that starts with 'Dear', in no known transcript format",
    ]
    assert not any(isinstance(one, Unread) and one.named for one in found)
    assert len(ctx.sessions.ids()) == 2


def test_links_to_folders_are_not_followed(ctx: Context, tmp_path: Path) -> None:
    chat(tmp_path / "logs" / "a.jsonl", "hello")
    (tmp_path / "logs" / "again").symlink_to(tmp_path / "logs")
    (tmp_path / "logs" / "b.jsonl").symlink_to(tmp_path / "logs" / "a.jsonl")
    found = list(import_all(ctx, [tmp_path / "logs"]))
    assert [one.source.rpartition("/")[2] for one in found] == ["a.jsonl", "b.jsonl"]


def test_a_folder_without_transcripts_is_an_error_of_whoever_named_it(
    ctx: Context, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    [one] = import_all(ctx, [tmp_path / "logs"])
    assert isinstance(one, Unread) and one.named and one.exit_code == 5
    assert one.reason == "no transcript in this folder"


def test_acx_does_not_import_what_it_has_stored(ctx: Context, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "hello")
    list(import_all(ctx, [tmp_path / "a.jsonl"]))
    assert ctx.home.path.is_relative_to(tmp_path)
    found = [one for one in import_all(ctx, [tmp_path]) if isinstance(one, Imported)]
    assert [(one.asked, one.new, one.known) for one in found] == [("hello", 0, 1)]


def test_of_several_files_those_that_can_be_read_come_in(ctx: Context, tmp_path: Path) -> None:
    good = chat(tmp_path / "a.jsonl", "hello")
    missing, found = import_all(ctx, [tmp_path / "gone.jsonl", good])
    assert isinstance(missing, Unread) and missing.named and missing.exit_code == 3
    assert isinstance(found, Imported) and found.new == 1


def test_only_a_dry_run_needs_a_scratch_home_and_it_goes_away(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, scratch = chat(tmp_path / "a.jsonl", "hello"), tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    for dry_run in (True, False):
        found = import_all(ctx, [path, path], dry_run=dry_run)
        next(found)
        assert bool(list(scratch.iterdir())) == dry_run
        assert isinstance(found, Generator)
        found.close()
        assert not list(scratch.iterdir())


def test_a_dry_run_stores_nothing_and_tells_what_is_new(ctx: Context, tmp_path: Path) -> None:
    path = chat(tmp_path / "a.jsonl", "one")
    list(import_all(ctx, [path]))
    chat(path, "one", "two")
    [told] = import_all(ctx, [path], dry_run=True)
    assert isinstance(told, Imported) and (told.new, told.known) == (1, 1)
    assert texts(ctx, told.session) == ["one"]


def test_strict_refuses_what_cannot_all_be_read(ctx: Context, tmp_path: Path) -> None:
    path = chat(tmp_path / "a.jsonl", "one", "two")
    with path.open("a") as file:
        file.write('{"role": "user", "cont')
    [told] = import_all(ctx, [path], strict=True)
    assert isinstance(told, Unread) and told.exit_code == 5
    assert told.reason == "line 3, byte 70: the end is cut off"
    assert told.hints == ("without --strict, what can be read is read",)
    assert ctx.sessions.ids() == []
    [read] = import_all(ctx, [path])
    assert isinstance(read, Imported) and read.new == 2
    assert [str(warning) for warning in read.warnings] == ["line 3, byte 70: the end is cut off"]


@pytest.mark.parametrize("strict", [True, False])
def test_standard_input_is_a_transcript_too(ctx: Context, strict: bool) -> None:
    line = b'{"role": "user", "content": "hello"}\n'
    for more, known in ((line, 0), (line * 2, 1), (b'{"role": "user", "content": "x"}\n', 0)):
        [told] = import_all(ctx, [io.BytesIO(more)], strict=strict)
        assert isinstance(told, Imported) and (told.new, told.known) == (1, known)
    assert len(ctx.sessions.ids()) == 2


TWO = Format(
    "two",
    "conversations, for this test",
    lambda sample: "two" if sample.text.startswith("two") else "",
    lambda stream, notes: iter(
        [
            Conversation(name="first"),
            *detect.named("plain").read(stream, notes),
            Conversation(name="empty"),
            Conversation(id="0f3c7e1a-own-id", cwd="/work"),
            *detect.named("plain").read(io.BytesIO(b"User: bye\nAI: bye"), notes),
        ]
    ),
)


def test_a_file_with_conversations_becomes_that_many_sessions(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detect, "FORMATS", (TWO, *detect.FORMATS))
    path = tmp_path / "export.txt"
    path.write_text("two\nUser: hello\nAI: hi\n")
    found = [one for one in import_all(ctx, [path]) if isinstance(one, Imported)]
    assert [(one.asked, one.new) for one in found] == [("hello", 2), ("bye", 2)]
    assert found[0].session.startswith("export-first-")
    assert found[1].session == "0f3c7e1a-own-id"
    assert ctx.sessions.get("0f3c7e1a-own-id").cwd == "/work"
    assert [str(w) for w in found[0].warnings] == ["line 1, byte 0: text before the first speaker"]
    assert found[1].warnings == ()
    again = [one for one in import_all(ctx, [path]) if isinstance(one, Imported)]
    assert [(one.session, one.new, one.known) for one in again] == [
        (one.session, 0, 2) for one in found
    ]
    # one that starts the same and goes on differently is another session; the rest isn't disturbed
    path.write_text("two\nUser: hello\nAI: go away\n")
    other = [one for one in import_all(ctx, [path]) if isinstance(one, Imported)]
    assert [(one.session, one.new, one.known) for one in other] == [
        (f"{found[0].session}-2", 2, 0),
        (found[1].session, 0, 2),
    ]


def test_explaining_tells_formats_and_imports_nothing(ctx: Context, tmp_path: Path) -> None:
    chat(tmp_path / "logs" / "a.jsonl", "hello")
    (tmp_path / "logs" / "notes.md").write_text("Dear diary")
    assert list(verbs.explain(ctx, [tmp_path / "logs"])) == [
        Explained(f"{tmp_path}/logs/a.jsonl", "openai", "1 messages with a role and content"),
        Explained(
            f"{tmp_path}/logs/notes.md",
            "",
            "text that starts with 'Dear', in no known transcript format",
        ),
    ]
    assert not ctx.home.sessions.exists()


def test_an_agents_own_place_is_found(ctx: Context, world: Path) -> None:
    with pytest.raises(NotFound, match=r"looked for .*\.claude/projects"):
        verbs.agents_places(ctx, "claude-code")
    (world / ".claude" / "projects").mkdir(parents=True)
    assert verbs.agents_places(ctx, "claude-code") == [world / ".claude" / "projects"]


def test_variables_move_an_agents_place(tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "projects"
    moved.mkdir(parents=True)
    env = {"CLAUDE_CONFIG_DIR": str(tmp_path / "elsewhere")}
    assert places("claude-code", env, tmp_path, tmp_path) == [moved]


def test_some_agents_keep_transcripts_in_the_project(tmp_path: Path) -> None:
    (tmp_path / ".aider.chat.history.md").write_text("")
    (tmp_path / "src" / "deep").mkdir(parents=True)
    found = places("aider", {}, tmp_path / "home", tmp_path / "src" / "deep")
    assert found == [tmp_path / ".aider.chat.history.md"]


def test_an_unknown_agent_is_told_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        places("claude", {}, tmp_path, tmp_path)
    meant, known = caught.value.hints
    assert meant == "did you mean claude-code?"
    assert all(name in known for name in (*PLACES, "aider"))


def test_the_help_names_every_format_and_agent() -> None:
    assert options.FORMATS.split(", ") == sorted(format.name for format in detect.FORMATS)
    assert options.AGENTS.split(", ") == sorted({*PLACES, *HERE})


def test_imported_sessions_can_join_a_space_at_once_or_later(
    ctx: Context, run: Run, tmp_path: Path
) -> None:
    chat(tmp_path / "a.jsonl", "fix the parser")
    chat(tmp_path / "b.jsonl", "write the docs")
    assert run("session", "import", "a.jsonl", "--space", "shop").code == 3
    run("space", "create", "shop")
    assert run("session", "import", "a.jsonl", "--space", "shop").code == 0
    run("session", "import", "b.jsonl")
    assert "2 to be learned" not in run("status").out
    told = run("learn", "--space", "shop").out
    assert "1 session" in told
    nothing = run("learn").out
    assert "1 session is in no space: acx session attach --all" in nothing
    assert "belongs to shop: pending" in run("session", "attach", "--all").out
    assert run("session", "attach", "--all").err == "every session has a space already\n"


def test_the_list_tells_what_a_session_was_about(run: Run, tmp_path: Path) -> None:
    line = {"role": "user", "content": "fix the parser", "ts": "2024-05-21T11:09:48Z"}
    (tmp_path / "a.jsonl").write_text(json.dumps(line))
    session = run("session", "import", "a.jsonl").out.strip()
    head, row, title = run("session", "list").out.splitlines()
    assert head.split() == ["STATUS", "MESSAGES", "BEGAN", "FORMAT", "SPACE", "SESSION"]
    assert row.split() == ["-", "1", "2024-05-21", "openai", "-", session]
    assert title.strip() == "fix the parser"
    assert run("session", "list", "--status", "bogus").code == 2


def test_what_was_named_and_is_not_there_fails_in_explaining_too(run: Run, tmp_path: Path) -> None:
    done = run("session", "import", "--explain", "nope")
    assert (done.code, done.out) == (3, "nope: not read: no such file\n")
    (tmp_path / "empty").mkdir()
    assert run("session", "import", "--explain", "empty").err == "there is no file in it\n"


def test_the_working_folder_can_be_walked(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "hello")
    for path in (".", "./", "--dry-run"):
        done = run("session", "import", path, *([] if path != "--dry-run" else ["."]))
        assert done.code == 0, done.err


def test_learning_can_begin_at_an_agents_place(run: Run, world: Path) -> None:
    chat(world / ".codex" / "sessions" / "a.jsonl", "hello")
    run("space", "create", "shop")
    assert "from 1 session" in run("learn", "--from", "codex").out


def test_an_unknown_format_is_told_once_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "hello")
    chat(tmp_path / "b.jsonl", "hello")
    done = run("session", "import", "a.jsonl", "b.jsonl", "--format", "claude")
    assert done.code == 2 and done.out == ""
    assert done.err.splitlines()[:2] == [
        "acx: no transcript format named 'claude'",
        "hint: did you mean claude-ai or claude-code?",
    ]


def test_a_session_of_another_space_keeps_no_other_out(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        chat(tmp_path / f"{name}.jsonl", f"say {name}")
        run("space", "create", f"space-{name}")
    first = run("session", "import", "a.jsonl", "--space", "space-a").out.strip()
    done = run("session", "import", "a.jsonl", "b.jsonl", "--space", "space-b")
    assert done.code == 4 and len(done.out.splitlines()) == 2
    assert f"{first} belongs to space space-a, not space-b" in done.err
    both = run("session", "attach", done.out.splitlines()[1], first, "--space", "space-b")
    assert both.code == 4 and both.out == ""


def test_a_persons_own_patterns_hold_for_what_is_told_too(
    run: Run, world: Path, tmp_path: Path
) -> None:
    (world / ".acx").mkdir()
    (world / ".acx" / "config.yaml").write_text("redact: {patterns: {staff: 'EMP-[0-9]{6}'}}")
    (tmp_path / "notes.txt").write_text("EMP-123456 is on leave")
    (tmp_path / "a.jsonl").write_text('{"role": "EMP-123456", "content": "x"}\n' * 2)
    chat(tmp_path / "b.jsonl", "ask EMP-123456")
    for flags in ([], ["--json"], ["--explain"], ["--dry-run"]):
        done = run("session", "import", ".", *flags)
        assert "123456" not in done.out + done.err


def test_a_path_that_is_not_there_is_told_with_one_like_it(run: Run, tmp_path: Path) -> None:
    run("space", "create", "shop")
    chat(tmp_path / "logs" / "session.jsonl", "hello")
    for args in (("session", "import"), ("learn",), ("session", "import", "--dry-run")):
        for named in ("logs/sesion.jsonl", "logs/session"):
            done = run(*args, named)
            told = f"acx: {named}: no such file\nhint: did you mean logs/session.jsonl?\n"
            assert done.code == 3 and done.err.startswith(told)
    done = run("session", "import", "elsewhere/x.jsonl")
    assert done.code == 3 and "hint: acx session import --help\n" in done.err


def test_what_a_file_says_twice_was_not_known_before(
    ctx: Context, tmp_path: Path, run: Run
) -> None:
    session = (Path(__file__).parents[1] / "demo/session.jsonl").read_bytes()
    (tmp_path / "glued.jsonl").write_bytes(session * 2)
    said = [{"role": "user", "parts": [{"type": "text", "text": text}]} for text in "abca"]
    talks = [{"id": "chat", "messages": [one]} for one in said]
    (tmp_path / "talks.json").write_text(json.dumps(talks))
    for name in ("glued.jsonl", "talks.json"):
        told = run("session", "import", name).err
        assert "known before" not in told and ", 1 repeated (" in told
        again = [one for one in import_all(ctx, [tmp_path / name]) if isinstance(one, Imported)]
        assert all(one.new == 0 for one in again)
        assert again[0].known == ctx.sessions.count(again[0].session)
