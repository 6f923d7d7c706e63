"""OpenCode: sessions from its storage, its database, its exports, and dumps of objects."""

from __future__ import annotations

import hashlib
import io
import json
import random
import sqlite3
from base64 import b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from acx.errors import BadInput
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import found, open_source, open_stream
from acx.transcripts.contract import Conversation, Notes
from tests.transcripts.corpus_files import CORPUS, needs_corpus

SESSION = {"id": "ses_1", "directory": "/home/ada/bakery", "title": "Ovens"}


def msg(nth: int) -> str:
    return f"msg_{nth:012x}abcdefghijklmn"


def user(nth: int, *parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    info = {"id": msg(nth), "sessionID": "ses_1", "role": "user", "time": {"created": 1000 + nth}}
    return {"info": {**info, **fields}, "parts": numbered(nth, parts)}


def agent(nth: int, *parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return user(nth, *parts, **{"role": "assistant", "modelID": "oven-1", **fields})


def numbered(nth: int, parts: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return [
        {"id": f"prt_{nth:06x}{at:06x}zz", "sessionID": "ses_1", "messageID": msg(nth), **part}
        for at, part in enumerate(parts)
    ]


def text(words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **fields}


def tool(call: str, name: str = "bash", **state: Any) -> dict[str, Any]:
    given = {"status": "completed", "input": {"command": "make"}, "output": "done\n", **state}
    return {"type": "tool", "callID": call, "tool": name, "state": given}


def read_bytes(data: bytes, format: str | None = None) -> tuple[list[Message], Notes]:
    opened = open_stream(io.BytesIO(data), "x", format)
    assert opened.format.name == "opencode"
    return list(opened.messages), opened.notes


def export(*pairs: dict[str, Any], **info: Any) -> bytes:
    value = {"info": {**SESSION, **info}, "messages": list(pairs)}
    return json.dumps(value, indent=2).encode()


def read(*pairs: dict[str, Any], **info: Any) -> list[Message]:
    messages, notes = read_bytes(export(*pairs, **info))
    assert notes.warnings == []
    return messages


def objects(*pairs: dict[str, Any]) -> list[dict[str, Any]]:
    """What an export holds, each object on its own."""
    return [SESSION, *(one for pair in pairs for one in (pair["info"], *pair["parts"]))]


TALK = (
    user(1, text("Bake six rolls")),
    agent(2, {"type": "reasoning", "text": "Flour first"}, text("I'll start"), tool("c1")),
    agent(3, text("Six rolls are baked")),
    user(4, text("Now cut them")),
    agent(5, tool("c2"), tool("c3"), text("Cut")),
)


def test_a_message_with_calls_is_said_up_to_them_then_come_the_results() -> None:
    messages = read(*TALK)
    assert [(m.role, m.origin) for m in messages] == [
        ("user", "human"),
        ("assistant", "agent"),
        ("tool", "harness"),
        ("assistant", "agent"),
        ("user", "human"),
        ("assistant", "agent"),
        ("tool", "harness"),
        ("tool", "harness"),
        ("assistant", "agent"),
    ]
    assert messages[1].parts == (
        Thinking("Flour first"),
        Text("I'll start"),
        ToolCall("c1", "bash", {"command": "make"}),
    )
    assert messages[2].parts == (ToolResult("c1", "done\n", error=False),)
    assert [call.id for call in messages[5].calls] == ["c2", "c3"]
    assert messages[8].text == "Cut"
    assert {m.model for m in messages if m.role == "assistant"} == {"oven-1"}
    assert messages[0].ts == "1970-01-01T00:16:41Z"


def test_every_message_has_an_id_of_its_own() -> None:
    ids = [m.id for m in read(*TALK)]
    assert ids[0] == msg(1)
    assert ids[5:] == [msg(5), f"{msg(5)}#prt_000005000000zz", f"{msg(5)}#prt_000005000001zz",
                       f"{msg(5)}#2"]  # fmt: skip
    assert len(set(ids)) == len(ids)


def test_steps_of_one_message_are_messages() -> None:
    step = {"type": "step-start"}
    messages = read(agent(1, step, tool("c1"), {"type": "step-finish"}, step, tool("c2")))
    assert [[c.id for c in m.calls] + [r.call_id for r in m.results] for m in messages] == [
        ["c1"], ["c1"], ["c2"], ["c2"],
    ]  # fmt: skip


def test_exit_codes_and_failures_of_tools() -> None:
    messages = read(
        agent(
            1,
            tool("c1", metadata={"exit": 2}),
            tool("c2", status="error", error="no such file", output=None),
            tool("c3", status="error", error="Tool execution aborted",
                 metadata={"interrupted": True, "output": "half"}),
            tool("c4", status="running", output=None),
            tool("c5", status="pending", output=None),
            tool("c6", output={"success": True}, metadata={"exit": True}),
        )
    )  # fmt: skip
    assert [r for m in messages for r in m.results] == [
        ToolResult("c1", "done\n", error=False, exit_code=2),
        ToolResult("c2", "no such file", error=True),
        ToolResult("c3", "half", error=True),
        ToolResult("c6", '{"success":true}', error=False),
    ]
    assert len(messages[0].calls) == 6


def test_a_refused_call_and_what_the_person_said_to_it() -> None:
    refusal = "The user rejected permission to use this specific tool call"
    messages = read(
        agent(
            1,
            tool("c1", status="error", error=f"{refusal}."),
            tool("c2", status="error", error=f"{refusal} with the following feedback: use rye"),
            tool("c3", status="error", error="The user dismissed this question"),
            tool("c4", output=f"{refusal} with the following feedback: is what a log said"),
            tool("c5", "web_fetch", status="error",
                 error=f"{refusal} with the following feedback: is what a server said"),
        )
    )  # fmt: skip
    rejected = [r.call_id for m in messages for r in m.results if r.rejected]
    assert rejected == ["c1", "c2", "c3"]
    said = [m for m in messages if m.role == "user"]
    assert [(m.text, m.origin, m.event) for m in said] == [("use rye", "human", "rejection")]
    assert said[0].id.endswith("#reason")


def test_an_aborted_message_ends_with_an_interrupt() -> None:
    aborted = {"name": "MessageAbortedError", "data": {"message": "stopped"}}
    messages = read(agent(1, text("I was about to"), error=aborted))
    assert [(m.text, m.event, m.origin) for m in messages] == [
        ("I was about to", "", "agent"),
        ("stopped", "interrupt", "human"),
    ]
    messages, notes = read_bytes(export(agent(1, error={"name": "APIError"})))
    assert messages == []
    assert notes.ignored == {"assistant/empty": 1, "error/APIError": 1}


def test_what_the_program_put_into_a_prompt_is_not_the_persons() -> None:
    messages = read(
        user(
            1,
            text("Look at @menu.md"),
            text("Called the Read tool", synthetic=True),
            text("Plugin: 3 ovens online", ignored=True),
            {"type": "file", "mime": "text/plain", "filename": "menu.md", "url": "file:///menu.md"},
            {"type": "agent", "name": "baker"},
        )
    )
    assert [(m.origin, m.text, m.id) for m in messages] == [
        ("human", "Look at @menu.md", msg(1)),
        ("harness", "Called the Read tool\nPlugin: 3 ovens online", f"{msg(1)}#harness"),
    ]
    assert messages[0].parts[1] == Attachment("text/plain", "menu.md")


def test_commands_expansions_are_the_harness() -> None:
    messages = read(
        user(1, text("Create or update `AGENTS.md` for this repository.\n\nKeep it short")),
        user(2, {"type": "subtask", "prompt": "Taste everything", "command": "taste"}),
    )
    assert [(m.origin, m.event) for m in messages] == [("harness", "command")] * 2


def test_a_command_the_person_ran_is_a_shell_event() -> None:
    marker = text("The following tool was executed by the user", synthetic=True)
    messages = read(user(1, marker), agent(2, tool("c1"), parentID=msg(1)), user(3, text("Good")))
    assert [(m.role, m.origin, m.event, m.text) for m in messages] == [
        ("user", "human", "shell", "make"),
        ("user", "harness", "", "done\n"),
        ("user", "human", "", "Good"),
    ]
    quoted = user(1, text("The following tool was executed by the user"))
    assert [m.event for m in read(quoted, agent(2, tool("c1"), parentID=msg(1)))] == ["", "", ""]


def test_a_summary_is_a_compaction_and_what_was_asked_before_is_not_asked_again() -> None:
    compaction = {"type": "compaction", "auto": True, "overflow": True}
    pairs = (
        user(1, text("Bake on")),
        user(2, compaction),
        agent(3, text("So far: rolls"), summary=True),
        user(4, text("Bake on")),
        agent(5, text("Baking")),
        user(6, text("Bake on")),
    )
    messages, notes = read_bytes(export(*pairs))
    assert [(m.text, m.origin, m.event) for m in messages] == [
        ("Bake on", "human", ""),
        ("So far: rolls", "harness", "compaction"),
        ("Baking", "agent", ""),
        ("Bake on", "human", ""),
    ]
    assert notes.ignored["user/replayed"] == 1


def test_a_child_session_is_a_subagents() -> None:
    aborted = {"name": "MessageAbortedError"}
    messages = read(*TALK, agent(6, text("x"), error=aborted), parentID="ses_0")
    assert {m.origin for m in messages} == {"subagent", "harness"}


def test_images_are_kept_as_what_is_known_of_them() -> None:
    url = "data:image/png;base64," + b64encode(b"bread").decode()
    image = {"type": "file", "mime": "image/png", "filename": "roll.png", "url": url}
    known = Attachment("image/png", "roll.png", 5, hashlib.sha256(b"bread").hexdigest())
    messages = read(user(1, image), agent(2, tool("c1", attachments=[image, 7])))
    assert messages[0].parts == (known,)
    assert messages[2].parts[1:] == (known,)


@pytest.mark.parametrize("seed", range(4))
def test_a_dump_in_any_order_reads_like_the_export(seed: int) -> None:
    given = objects(*TALK)
    random.Random(seed).shuffle(given)
    dump = "\n".join(json.dumps(one, indent=2) for one in given)
    assert read_bytes(dump.encode())[0] == read(*TALK)


def test_a_dump_holds_objects_that_are_no_messages() -> None:
    diffs = [{"file": "a", "before": "", "after": "flour"}] * 3
    share = {"id": "s", "secret": "s3", "url": "https://example.invalid"}
    orphan = numbered(9, (text("of a message that isn't there"),))
    given: list[Any] = [diffs, share, *objects(*TALK), *orphan, 7]
    messages, notes = read_bytes("\n".join(json.dumps(one, indent=2) for one in given).encode())
    assert messages == read(*TALK)
    assert (notes.session_id, notes.cwd) == ("ses_1", "/home/ada/bakery")
    assert notes.ignored == {
        "no message": 3, "secret": 1, "part/of no message": 1, "JSON, but not an object": 1,
    }  # fmt: skip


def test_a_dump_of_two_sessions_is_two_conversations() -> None:
    other = [user(7, text("Sweep"), sessionID="ses_2"), agent(8, text("Swept"), sessionID="ses_2")]
    given = [*objects(*TALK[:2]), *objects(*other)[1:], {"id": "ses_2", "directory": "/yard"}]
    opened = open_stream(io.BytesIO("\n".join(map(json.dumps, given)).encode()), "x")
    talks = [(one, [m.text for m in said]) for one, said in opened.conversations()]
    assert talks == [
        (Conversation("ses_1", cwd="/home/ada/bakery"), ["Bake six rolls", "I'll start", ""]),
        (Conversation("ses_2", cwd="/yard"), ["Sweep", "Swept"]),
    ]


def test_an_export_cut_anywhere_is_a_prefix() -> None:
    data = export(*TALK)
    whole = read(*TALK)
    lengths = set()
    for end in range(60, len(data), 7):
        messages, notes = read_bytes(data[:end], "opencode")
        assert messages == whole[: len(messages)]
        assert len(notes.warnings) <= 1
        lengths.add(len(messages))
    assert lengths == {0, 1, 3, 4, 5, 9}  # whole messages of OpenCode's


def test_a_session_that_grew_begins_as_it_was() -> None:
    running = agent(5, tool("c2"), tool("c3", status="running", output=None))
    before, after = read(*TALK[:4], running), read(*TALK)
    ids = [m.id for m in after]
    assert [m.id for m in before] == ids[: len(before)]
    assert all(a.parts[: len(b.parts)] == b.parts for a, b in zip(after, before, strict=False))


def test_what_is_still_being_written_waits_for_the_next_time() -> None:
    counts = {"tokens": {"input": 0}}
    begun = {"id": "prt_1", "type": "text", "text": "I am", "time": {"start": 1}}
    called = tool("c1", status="pending", input={}, output=None)
    done = {**begun, "text": "I am done", "time": {"start": 1, "end": 2}}
    steps = (
        agent(1, begun, **counts),
        agent(1, done, called, **counts),
        agent(1, done, tool("c1", status="running"), **counts),
        agent(1, done, tool("c1"), text("Baked"), time={"created": 1, "completed": 2}, **counts),
    )
    whole = read(steps[-1])
    assert [len(m.parts) for m in whole] == [2, 1, 1]
    found, notes = read_bytes(export(steps[0]))
    assert (found, notes.ignored) == ([], {"part/unfinished": 1, "assistant/empty": 1})
    assert [m.parts for m in read(steps[1])] == [whole[0].parts[:1]]
    assert [m.parts for m in read(steps[2])] == [whole[0].parts]
    # a message that ended is all there, however its parts were left
    assert read(agent(1, begun, finish="stop", **counts))[0].text == "I am"


def test_odd_values_are_passed_over() -> None:
    deep: Any = []
    for _ in range(150):
        deep = [deep]
    pairs = [
        user(1, text("one"), {"type": ["text"]}, {"type": "text", "text": 7}),
        agent(2, tool("c1", input={"deep": deep}), text("two"), time=7, error=[], model="m"),
        {"info": {"role": "user"}, "parts": []},
        {"info": {**TALK[0]["info"], "id": msg(3)}, "parts": [None, text("three")]},
    ]
    messages, notes = read_bytes(export(*pairs))
    assert [m.text for m in messages] == ["one", "two", "three"]
    assert notes.ignored == {
        "part/no type": 1, "part/text": 1, "the message is nested too deeply": 1,
        "no message with info and parts": 1, "JSON, but not an object": 1,
    }  # fmt: skip


@pytest.mark.parametrize("levels", range(900, 1000, 4))
def test_objects_as_deep_as_json_can_be_read_make_no_traceback(levels: int) -> None:
    deep = text("x", deep=7)
    data = export(user(1, deep), user(2, text("y")))
    data = data.replace(b'"deep": 7', b'"deep": ' + b"[" * levels + b"]" * levels)
    messages, notes = read_bytes(data, "opencode")
    assert len(notes.warnings) + len([m for m in messages if m.text == "x"]) == 1


def test_a_file_of_the_storage_alone_is_no_transcript() -> None:
    for one in objects(*TALK[:2]):
        with pytest.raises(BadInput, match="no known transcript format"):
            open_stream(io.BytesIO(json.dumps(one).encode()), "x")


def stored(folder: Path, loose: bool = False) -> Path:
    """TALK as OpenCode lays it out, and a child session of one message beside it."""
    storage = folder / "storage"
    child = user(9, text("Count the rolls"), sessionID="ses_2")
    for session, pairs in (("ses_1", TALK), ("ses_2", (child,))):
        about = {**SESSION, "id": session, **({"parentID": "ses_1"} if pairs != TALK else {})}
        write(storage / "session" / "p1" / f"{session}.json", about)
        for pair in pairs:
            id = pair["info"]["id"]
            write(storage / "message" / session / f"{id}.json", pair["info"])
            for part in pair["parts"]:
                within = storage / "part" if loose else storage / "part" / id
                write(within / f"{part['id']}.json", part)
    write(storage / "session_diff" / "ses_1.json", {})
    (storage / "migration").write_text("2")
    return storage


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2))


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize("inside", [False, True])
def test_a_storage_is_a_transcript_for_each_session(
    tmp_path: Path, loose: bool, inside: bool
) -> None:
    storage = stored(tmp_path, loose)
    sources = list(found(storage if inside else tmp_path))
    assert [Path(source.name).stem for source in sources] == ["ses_1", "ses_2"]
    opened = [open_source(source) for source in sources]
    assert list(opened[0].messages) == read(*TALK)
    assert [(m.text, m.origin) for m in opened[1].messages] == [("Count the rolls", "subagent")]
    assert [one.notes.session_id for one in opened] == ["ses_1", "ses_2"]
    assert opened[0].notes.cwd == "/home/ada/bakery"
    assert opened[0].notes.warnings == []


def test_files_of_a_storage_named_otherwise_are_found_by_their_ids(tmp_path: Path) -> None:
    storage = stored(tmp_path)
    (storage / "session" / "p1" / "ses_1.json").rename(storage / "session" / "p1" / "first.json")
    talk = storage / "message" / "ses_1"
    for nth, file in enumerate(sorted(talk.iterdir())):
        file.rename(talk / f"{nth}.json")
    (storage / "session" / "p1" / "damaged.json").write_text("{")
    opened = open_source(next(iter(found(storage))))
    assert list(opened.messages) == read(*TALK)
    assert opened.notes.cwd == "/home/ada/bakery"


def test_parts_that_do_not_say_whose_they_are_belong_to_the_folder(tmp_path: Path) -> None:
    storage = stored(tmp_path)
    for file in storage.glob("part/*/*.json"):
        part = json.loads(file.read_text())
        write(file, {key: part[key] for key in part if key not in ("messageID", "sessionID")})
    assert list(open_source(next(iter(found(storage)))).messages) == read(*TALK)


def database(folder: Path, *talks: tuple[dict[str, Any], tuple[dict[str, Any], ...]]) -> Path:
    """A database like OpenCode's, as far as it matters, with its last writes still in the log."""
    path = folder / "opencode.db"
    connection = sqlite3.connect(path)
    connection.executescript("""
        PRAGMA journal_mode = WAL;
        CREATE TABLE session (id text PRIMARY KEY, parent_id text, directory text,
            time_created integer);
        CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer,
            data text);
        CREATE TABLE part (id text PRIMARY KEY, message_id text, session_id text, data text);
    """)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for nth, (about, pairs) in enumerate(talks):
        row = (about["id"], about.get("parentID"), about["directory"], nth)
        connection.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)
        for pair in pairs:
            info = dict(pair["info"])
            id, created = info.pop("id"), info["time"]["created"]
            row = (id, about["id"], created, json.dumps(info))
            connection.execute("INSERT INTO message VALUES (?, ?, ?, ?)", row)
            for part in pair["parts"]:
                kept = {k: part[k] for k in part if k not in ("id", "messageID", "sessionID")}
                row = (part["id"], id, about["id"], json.dumps(kept))
                connection.execute("INSERT INTO part VALUES (?, ?, ?, ?)", row)
    connection.commit()
    copies = [(file, file.read_bytes()) for file in folder.glob("opencode.db*")]
    connection.close()  # takes the log in and removes it
    for file, data in copies:
        file.write_bytes(data)
    return path


CHILD = {"id": "ses_2", "directory": "/yard", "parentID": "ses_1"}


def test_a_database_is_a_conversation_for_each_session(tmp_path: Path) -> None:
    database(tmp_path, (SESSION, TALK), (CHILD, (user(9, text("Count")),)))
    (source,) = found(tmp_path)
    assert len(list(tmp_path.glob("opencode.db-wal"))) == 1
    opened = open_source(source)
    talks = {one.id: (one.cwd, list(said)) for one, said in opened.conversations()}
    assert talks["ses_1"] == ("/home/ada/bakery", read(*TALK))
    assert [(m.text, m.origin) for m in talks["ses_2"][1]] == [("Count", "subagent")]
    assert opened.notes.warnings == []


def test_a_database_without_a_log_is_told_from_its_tables(tmp_path: Path) -> None:
    path = database(tmp_path, (SESSION, TALK))
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    data = path.read_bytes()
    assert read_bytes(data)[0] == read(*TALK)
    with pytest.raises(BadInput, match="binary data"):
        open_stream(io.BytesIO(data.replace(b"message_id", b"massage_id")), "x")


def test_a_damaged_database_gives_a_warning(tmp_path: Path) -> None:
    path = database(tmp_path, (SESSION, TALK))
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    data = path.read_bytes()
    for end in (10, 99, 5000, len(data) - 3000):
        _, notes = read_bytes(data[:end], "opencode")
        assert len(notes.warnings) == 1


def test_rows_of_a_database_that_hold_no_object_are_passed_over(tmp_path: Path) -> None:
    path = database(tmp_path, (SESSION, TALK))
    with sqlite3.connect(path) as connection:
        for nth, data in enumerate((None, "{", "[]", b"\xff", 7)):
            row = (f"m{nth}", "ses_1", nth, data)
            connection.execute("INSERT INTO message VALUES (?, ?, ?, ?)", row)
        connection.execute("INSERT INTO message VALUES ('m9', 'ses_1', 9, '{\"role\": \"cook\"}')")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    messages, notes = read_bytes(path.read_bytes())
    assert messages == read(*TALK)
    assert notes.ignored == {"not JSON": 5, "unknown role: 'cook'": 1}


@pytest.mark.parametrize(
    "view",
    [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        " SELECT x AS id, '' AS parent_id, '' AS directory, x AS time_created FROM c",
        "SELECT id, '' AS parent_id, '' AS directory, 1 AS time_created FROM message",
    ],
)
def test_views_of_a_database_are_not_read(tmp_path: Path, view: str) -> None:
    path = database(tmp_path, (SESSION, TALK))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE session")
        connection.execute(f"CREATE VIEW session AS {view}")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    messages, notes = read_bytes(path.read_bytes(), "opencode")
    assert messages == []
    assert len(notes.warnings) == 1


STORAGES = ("agent-sessions/storage_legacy", "agent-sessions/storage_v2", "codemie/storage")


@needs_corpus
@pytest.mark.parametrize("name", STORAGES)
def test_nothing_of_a_storage_is_lost(name: str) -> None:
    storage = CORPUS / "opencode" / name
    opened = [open_source(source) for source in found(storage)]
    messages = [message for one in opened for message in one.messages]
    assert all(one.notes.warnings == [] for one in opened)
    parts = [json.loads(file.read_text()) for file in storage.glob("part/**/*.json")]
    tools = [part for part in parts if part["type"] == "tool"]
    assert len(tools) >= 1
    calls = {call.id: (call.name, call.args) for m in messages for call in m.calls}
    assert calls == {p.get("callID", p["id"]): (p["tool"], p["state"]["input"]) for p in tools}
    codes = {r.call_id: r.exit_code for m in messages for r in m.results}
    assert codes == {
        p.get("callID", p["id"]): p["state"].get("metadata", {}).get("exit") for p in tools
    }
    texts = Counter(part["text"] for part in parts if part["type"] == "text")
    spoken = [m.text for m in messages if m.text and m.event != "interrupt"]
    assert Counter(spoken) == texts
    ignored = sum((one.notes.ignored for one in opened), Counter[str]())
    silent = Counter(f"part/{part['type']}" for part in parts if part["type"] in SILENT)
    assert {kind: count for kind, count in ignored.items() if kind.startswith("part/")} == silent


SILENT = ("step-start", "step-finish", "compaction", "patch")


@needs_corpus
def test_sessions_of_the_corpus_know_their_folder_and_their_human() -> None:
    opened = [open_source(source) for source in found(CORPUS / "opencode")]
    humans = [[m.text for m in one.messages if m.origin == "human"] for one in opened]
    assert humans == [
        [], ["Step 1", "The operation was aborted.", "Step 2"], ["Hello"],
        ["Create a test file with console.log statements"],
    ]  # fmt: skip
    assert [one.notes.cwd for one in opened] == ["/tmp/drift", "/tmp/large", "/tmp/repo",
                                                 "/test/project"]  # fmt: skip
