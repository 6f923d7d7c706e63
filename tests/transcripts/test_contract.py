"""The contract that every reader keeps on every file of the corpus that is in its format."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from acx.errors import BadInput
from acx.model import Message, Text
from acx.transcripts import found, open_source, open_stream
from acx.transcripts.contract import Conversation, Item, Notes
from acx.transcripts.detect import FORMATS, detect, named
from acx.transcripts.record import from_value, to_line
from acx.transcripts.source import sample
from acx.transcripts.walk import Source
from acx.verbs.context import Context
from acx.verbs.import_sessions import import_file
from tests.conftest import Run
from tests.transcripts.corpus_files import CORPUS, FILES, files, name, needs_corpus

pytestmark = needs_corpus
ALL = list(files())
every_file = pytest.mark.parametrize(("format", "path"), ALL, ids=name)

SILENT = {
    f"codex/agent-sessions/codex_{name}.jsonl"
    for name in ("050_legacy", "051_usage", "053_rate_limit")
}
"""Files in which nobody says anything: only counts of tokens."""

BACKTRACKING = {"pi", "chatgpt"}
"""Formats in which a later line may say that an earlier branch was left: of those that have one,
the start of a file may hold what the whole file no longer has."""

CUT_BY_HAND = {"agent-sessions", "other-agents", "goal_events.jsonl"}
"""Samples of which somebody left records out or gave many the same id."""

TEXTS = {"aider", "console", "plain", "specstory", "terminal"}
"""Formats in which half a line is a line: what it is may only be told when all of it is there, also
of a call that is written together with its result."""


def sources(path: Path) -> list[Source]:
    return list(found(path))


def items(data: bytes, format: str) -> tuple[list[Item], list[str]]:
    opened = open_stream(io.BytesIO(data), "test", format)
    return list(opened.items), [str(warning) for warning in opened.notes.warnings]


def messages(path: Path) -> Iterator[Message]:
    for source in sources(path):
        yield from open_source(source).messages


def test_every_format_is_tried_on_real_files_or_says_why_not() -> None:
    made_up = {"acx", "claude-ai", "gemini", "plain", "responses", "terminal"}
    assert {format.name for format in FORMATS} == {*FILES, *made_up}


@every_file
def test_the_format_is_told_from_the_content_alone(format: str, path: Path) -> None:
    for source in sources(path):
        with source.open() as stream:
            chosen, why = detect(sample(stream))
        assert chosen.name == format
        assert 0 < len(why) <= 80


@pytest.mark.parametrize(
    "path", [path for format, path in ALL if format == "claude-code"], ids=name
)
def test_what_isnt_decoded_of_a_line_would_change_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = items(path.read_bytes(), "claude-code")
    monkeypatch.setattr("acx.transcripts.formats.claude_code.LINE", None)
    monkeypatch.setattr("acx.transcripts.formats.claude_branches.LINE", None)
    assert items(path.read_bytes(), "claude-code") == some


@every_file
def test_something_is_read_and_nothing_is_strange(format: str, path: Path) -> None:
    assert any(messages(path)) != (name(path) in SILENT)
    for message in messages(path):
        assert message.parts or message.event == "interrupt", message
        if message.origin in ("human", "agent"):
            assert message.role == ("user" if message.origin == "human" else "assistant")
        if message.results:  # of a server's own tools they stand in the model's message
            own = {call.id for call in message.calls}
            assert message.role == "tool" or {r.call_id for r in message.results} <= own
        for part in message.parts:
            if isinstance(part, Text):
                assert not re.search(r"[A-Za-z0-9+/]{20000}", part.text), "embedded bytes"


@every_file
def test_results_have_calls_and_ids_are_of_one_message_only(format: str, path: Path) -> None:
    for source in sources(path):
        for _, told in open_source(source).conversations():
            called: set[str] = set()
            ids: set[str] = set()
            for message in told:
                called.update(call.id for call in message.calls)
                answered = {result.call_id for result in message.results}
                if not CUT_BY_HAND & {*path.parts}:
                    assert answered <= called | {""}
                    assert not message.id or message.id not in ids, message
                ids.add(message.id)


@every_file
def test_reading_twice_is_reading_once(format: str, path: Path) -> None:
    assert list(messages(path)) == list(messages(path))


@every_file
def test_a_message_is_its_record(format: str, path: Path) -> None:
    for number, message in enumerate(messages(path), 1):
        message = replace(message, number=number)
        assert from_value(json.loads(to_line(message))) == message


@every_file
def test_imported_twice_is_imported_once(ctx: Context, format: str, path: Path) -> None:
    if name(path) in SILENT:
        with pytest.raises(BadInput, match="without a single message"):
            import_file(ctx, path)
        return
    first = import_file(ctx, path)
    count = sum(done.new for done in first)
    assert count + sum(done.known + done.repeated for done in first) == len(list(messages(path)))
    again = import_file(ctx, path)
    assert sum(done.new for done in again) == 0
    assert [done.session for done in again] == [done.session for done in first]
    stored = sum(ctx.sessions.count(done) for done in {done.session for done in first})
    assert stored == count


def is_start(part: list[Item], whole: list[Item], format: str) -> bool:
    """Whether these are the first items of the whole, of which some may go on there: the last one,
    and messages with an id, whose further parts are known to be theirs."""
    if format in TEXTS:
        part = part[:-2]
    return len(part) <= len(whole) and all(
        one == other or (_goes_on(one, other) and (number == len(part) or one.id))
        for number, (one, other) in enumerate(
            zip(map(_known_by, part), map(_known_by, whole), strict=False), 1
        )
    )


def _goes_on(one: Any, other: Any) -> bool:
    return (
        isinstance(one, Message)
        and isinstance(other, Message)
        and replace(one, parts=()) == replace(other, parts=())
        and one.parts == other.parts[: len(one.parts)]
    )


def _known_by(item: Item) -> Any:
    """A message as it is; a conversation by its id: what else is told of it may come later."""
    return item.id if isinstance(item, Conversation) else item


@pytest.mark.parametrize(("format", "path"), [one for one in ALL if one[1].is_file()], ids=name)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(at=st.floats(0, 1))
@example(at=0.5)
@example(at=0.999)
def test_cut_anywhere_it_gives_a_start_and_one_warning(format: str, path: Path, at: float) -> None:
    for source in sources(path):
        with source.open() as stream:
            data = stream.read()
        whole, known = items(data, format)
        try:
            part, warnings = items(data[: int(len(data) * at)], format)
        except BadInput as error:
            assert "is empty" in error.message
            continue
        if format not in BACKTRACKING and not CUT_BY_HAND & {*path.parts}:
            assert is_start(part, whole, format)
        assert len(set(warnings) - set(known)) <= 1


@pytest.mark.parametrize("format", [format.name for format in FORMATS])
@given(data=st.binary(max_size=300))
def test_no_bytes_break_a_reader(format: str, data: bytes) -> None:
    list(named(format).read(io.BytesIO(data), Notes()))


def test_the_whole_folder_comes_in(ctx: Context, run: Run, figures: Callable[[str], None]) -> None:
    done = run("session", "import", str(CORPUS), "--json")
    assert done.code == 0
    found_ = json.loads(done.out)
    came = [one for one in found_ if "session" in one]
    left = [one for one in found_ if "session" not in one]
    assert all(one["reason"] for one in left)
    sources_ = {one["source"] for one in came}
    figures(
        f"acx session import ../shared/corpus: {len(came)} conversations of {len(sources_)} files,"
        f" {sum(one['new'] for one in came):,} messages; {len(left)} files left out"
    )
    told = [path for _, path in ALL if name(path) not in SILENT]
    # a folder may be found one level higher than the files lie
    missing = [
        p for p in told if not any(one.startswith((str(p), str(p.parent))) for one in sources_)
    ]
    assert not missing
