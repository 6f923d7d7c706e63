"""Opening: what isn't a transcript gets one clear line, and no bytes make a traceback."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acx.errors import AcxError, BadInput, NotFound, UsageError
from acx.transcripts import message_of, open_stream, open_transcript
from acx.transcripts.contract import SAMPLE_BYTES
from acx.transcripts.detect import FORMATS
from acx.transcripts.record import to_line


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary data"),
        (b"\x1f\x8b\x08\xff\xfe\xfd\xfc" * 20, "a gzip file"),
        (b"PK\x03\x04\x14\0\0\0", "a zip archive"),
        (b"\xff\xfd\xfc\xfb" * 20, "binary data"),
        (b"Dear diary,\ntoday", "text that starts with 'Dear'"),
        (b'{"name": "x", "version": 1}', "JSON objects with name, version"),
        (b'[{"traj": []}]', "JSON objects with traj"),
        (b"[1, 2]", "text that starts with"),
        (b"{}", "JSON objects with no fields"),
        (b'{"role": "user", "message": {"content": []}}', "JSON objects with message, role"),
        (b'{"type": "message", "payload": {}}', "JSON objects with payload, type"),
    ],
)
def test_what_is_no_transcript_is_said_to_be_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_stream(io.BytesIO(data), "notes.bin")
    assert caught.value.message.startswith("notes.bin")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("data", "hint"), [(b"PK\x03\x04\x14", "unpack it"), (b"Dear diary", "--format NAME")]
)
def test_the_hint_says_what_may_help(data: bytes, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_stream(io.BytesIO(data), "diary")
    assert hint in caught.value.hints[0]


NAMES = """
    acx ai-sdk aider anthropic chatgpt claude-ai claude-code codex console copilot cursor gemini
    gemini-cli openai opencode openhands pi plain qwen responses specstory swe-agent tau terminal
"""


def test_names_of_formats_are_as_given_to_the_option() -> None:
    assert sorted(format.name for format in FORMATS) == sorted(NAMES.split())
    with pytest.raises(UsageError, match="no transcript format named 'claude'"):
        open_stream(io.BytesIO(b"x"), "x", "claude")


def test_a_named_format_is_taken_at_its_word() -> None:
    opened = open_stream(io.BytesIO(b'{"role":"user","content":"hi"}'), "x", "anthropic")
    assert opened.format.name == "anthropic"
    assert [message.text for message in opened.messages] == ["hi"]
    with pytest.raises(BadInput, match="is empty"):
        open_stream(io.BytesIO(b"\n"), "x", "openai")


def test_messages_of_text_alone_are_taken_for_openai() -> None:
    data = json.dumps([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}])
    assert open_stream(io.BytesIO(data.encode()), "x").format.name == "openai"


def test_a_message_among_as_many_other_things_is_no_chat() -> None:
    data = b'[{"role": "user", "content": "p1"}, {"name": "cfg"}]'
    with pytest.raises(BadInput, match="no known transcript format"):
        open_stream(io.BytesIO(data), "test")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such file"):
        open_transcript(tmp_path / "gone.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="is an empty folder"):
        open_transcript(tmp_path / "empty")
    with pytest.raises(BadInput, match="can't read"):
        open_transcript(tmp_path / ("x" * 5000))
    with pytest.raises(BadInput, match="can't read"):
        open_transcript(Path("a\0b"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.jsonl"
    path.write_text("{}")
    path.chmod(0)
    with pytest.raises(BadInput, match="can't read"):
        open_transcript(path)


def test_a_file_is_closed_when_read(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text('{"role":"user","content":"hi"}\n')
    opened = open_transcript(path)
    assert [message.text for message in opened.messages] == ["hi"]
    assert list(opened.messages) == []


def test_a_transcript_longer_than_the_sample_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    count = SAMPLE_BYTES // 20
    path.write_text('{"role":"user","content":"hi"}\n' * count)
    assert sum(1 for _ in open_transcript(path).messages) == count


VOCABULARY = """
    type role user assistant tool system content text message messages parts origin id uuid
    sessionId parentUuid isSidechain isMeta agentId tool_use tool_result tool_use_id is_error
    input thinking image source data base64 media_type attachment queued_command prompt
    queue-operation operation enqueue remove dequeue popAll tool_calls function arguments name
    function_call tool_call_id timestamp summary leafUuid image_url url citations n kind
    <bash-input> <command-name> planContent toolDenialKind model stop_reason reasoning
"""
words = st.sampled_from([*VOCABULARY.split(), "\ud800"])
odd = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=6),
    max_leaves=12,
)
lines = st.lists(st.dictionaries(words, odd, max_size=8), max_size=5)


@given(lines, st.sampled_from([None, *(format.name for format in FORMATS)]), st.booleans())
@example([{"type": "user", "message": {"content": [{"type": ["x"]}]}}], "claude-code", False)
@example([{"type": "attachment", "attachment": {"type": "queued_command"}}], "claude-code", False)
@example([{"role": "user", "content": [{"type": "image", "source": 7}]}], "anthropic", True)
def test_no_json_makes_a_traceback(
    values: list[dict[str, Any]], format: str | None, listed: bool
) -> None:
    data = json.dumps(values) if listed else "\n".join(map(json.dumps, values))
    with contextlib.suppress(AcxError):
        for message in open_stream(io.BytesIO(data.encode()), "x", format).messages:
            to_line(message)
    for value in values:
        with contextlib.suppress(AcxError):
            message_of(value)


@given(st.binary(max_size=300), st.sampled_from([None, *(format.name for format in FORMATS)]))
def test_no_bytes_make_a_traceback(data: bytes, format: str | None) -> None:
    with contextlib.suppress(AcxError):
        list(open_stream(io.BytesIO(data), "x", format).messages)


def test_a_program_with_some_json_in_it_is_no_transcript() -> None:
    example = '{"role": "user", "content": "hi"}'
    text = f"class Messages:\n    Say hello:\n\n{example}\n    x = 1\n"
    with pytest.raises(BadInput, match="text that starts with 'class'"):
        open_stream(io.BytesIO(text.encode()), "messages.py")
