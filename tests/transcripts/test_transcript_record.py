"""Messages as lines: any message survives the way there and back, and lines are as promised."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.errors import BadInput
from acx.model import (
    Attachment,
    Event,
    Message,
    Origin,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from acx.transcripts import message_of
from acx.transcripts.json_text import decoder, quoted
from acx.transcripts.record import arguments, from_value, said_line, stamp, to_line

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
parts = st.one_of(
    st.builds(Text, st.text()),
    st.builds(Thinking, st.text()),
    st.builds(ToolCall, st.text(), st.text(), st.dictionaries(st.text(), json_values) | st.text()),
    st.builds(
        ToolResult,
        st.text(),
        st.text(),
        error=st.none() | st.booleans(),
        exit_code=st.none() | st.integers(-300, 300),
        rejected=st.booleans(),
    ),
    st.builds(Attachment, st.text(), st.text(), st.integers(0), st.text()),
)
messages = st.builds(
    Message,
    role=st.sampled_from(get_args(Role)),
    parts=st.lists(parts, max_size=5).map(tuple),
    origin=st.sampled_from(get_args(Origin)),
    number=st.integers(0, 10**9),
    id=st.text(),
    ts=st.just("") | st.datetimes().map(lambda moment: stamp(moment.isoformat())),
    event=st.sampled_from(get_args(Event)),
    model=st.text(),
)


@given(messages)
def test_any_message_survives(message: Message) -> None:
    line = to_line(message)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert from_value(json.loads(line)) == message


@given(messages.filter(lambda message: message.number > 0))
def test_a_line_starts_with_its_number(message: Message) -> None:
    assert to_line(message).startswith(b'{"n":%d,' % message.number)


def test_a_line_is_compact_and_leaves_out_what_is_empty() -> None:
    message = Message("user", (Text("größer"),), "human", number=12)
    assert to_line(message).decode() == (
        '{"n":12,"role":"user","origin":"human","parts":[{"type":"text","text":"größer"}]}\n'
    )


def test_a_line_holds_everything_there_is_in_a_fixed_order() -> None:
    message = Message(
        "tool",
        (
            ToolCall("c1", "Bash", {"command": "make"}),
            ToolCall("c2", "Bash", "not json"),
            ToolResult("c1", "no", error=True, exit_code=2, rejected=True),
            ToolResult("c2", "", error=False),
            Attachment("image/png", "a.png", 3, "ff"),
        ),
        "harness",
        number=1,
        id="u1",
        ts="2025-06-15T14:30:00Z",
        event="shell",
        model="m",
    )
    assert json.loads(to_line(message)) == {
        "n": 1,
        "id": "u1",
        "ts": "2025-06-15T14:30:00Z",
        "role": "tool",
        "origin": "harness",
        "event": "shell",
        "model": "m",
        "parts": [
            {"type": "tool_call", "id": "c1", "name": "Bash", "args": {"command": "make"}},
            {"type": "tool_call", "id": "c2", "name": "Bash", "args": "not json"},
            {
                "type": "tool_result",
                "call_id": "c1",
                "text": "no",
                "error": True,
                "exit_code": 2,
                "rejected": True,
            },
            {"type": "tool_result", "call_id": "c2", "text": "", "error": False},
            {
                "type": "attachment",
                "media_type": "image/png",
                "name": "a.png",
                "size": 3,
                "sha256": "ff",
            },
        ],
    }
    assert list(json.loads(to_line(message)))[:4] == ["n", "id", "ts", "role"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("end\ud83d", "end\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ('quote\ud83d"', 'quote\ufffd"'),
    ],
)
def test_lone_surrogates_are_made_safe(text: str, kept: str) -> None:
    line = to_line(Message("user", (Text(text),), "human"))
    assert from_value(json.loads(line.decode())).text == kept


def test_unknown_keys_are_passed_over() -> None:
    value = {"role": "user", "parts": [{"type": "text", "text": "hi", "new": 1}], "newer": {}}
    assert from_value(value) == Message("user", (Text("hi"),), "human")


def test_what_an_older_acx_does_not_know_falls_back() -> None:
    value = {"role": "tool", "parts": [], "origin": "robot", "event": "dance", "n": True}
    assert from_value(value) == Message("tool", (), "harness")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "not a list"),
        ("hi", "not text"),
        ({"parts": []}, "no role"),
        ({"role": "robot", "parts": []}, "unknown role: 'robot'"),
        ({"role": ["user"], "parts": []}, "unknown role: a list"),
        ({"role": "user"}, "parts must be a list, not null or missing"),
        ({"role": "user", "parts": "hi"}, "not text"),
        ({"role": "user", "parts": ["hi"]}, "unknown kind of part: text"),
        ({"role": "user", "parts": [{"type": "smell"}]}, "unknown kind of part: 'smell'"),
    ],
)
def test_bad_records_say_what_is_wrong(value: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        from_value(value)


def nested(levels: int) -> Any:
    value: Any = "end"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


def test_arguments_are_read_to_a_hundred_levels() -> None:
    def of(args: Any) -> dict[str, Any]:
        part = {"type": "tool_call", "id": "c1", "name": "sh", "args": args}
        return {"role": "assistant", "origin": "agent", "parts": [part]}

    kept = {"a": nested(99)}
    message = from_value(of(kept))
    assert message.calls[0].args == kept
    assert from_value(json.loads(to_line(message))) == message
    for levels in (100, 900):
        with pytest.raises(BadInput, match="nested too deeply"):
            from_value(of({"a": nested(levels)}))


def test_arguments_in_a_text_that_is_nested_too_deeply_stay_text() -> None:
    text = json.dumps({"a": nested(200)})
    assert arguments(text) == text
    assert arguments('{"a": 1}') == {"a": 1}


def test_arguments_nested_too_deeply_are_one_clear_error() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(BadInput, match="nested too deeply"):
        to_line(Message("assistant", (ToolCall("c", "t", deep),), "agent"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2025-06-15T14:30:00Z", "2025-06-15T14:30:00Z"),
        ("2025-06-15T14:30:00.853Z", "2025-06-15T14:30:00.853Z"),
        ("2025-06-15T14:30:00+02:00", "2025-06-15T12:30:00Z"),
        ("2025-06-15 14:30:00", "2025-06-15T14:30:00Z"),
        (1750000000, "2025-06-15T15:06:40Z"),
        (1750000000000, "2025-06-15T15:06:40Z"),
        (1750000000.5, "2025-06-15T15:06:40.500000Z"),
        ("yesterday", ""),
        ("2025-13-45T99:99:99Z", ""),
        ("2025-02-29T00:00:00Z", ""),
        ("0000-01-01T00:00:00.5Z", ""),
        ("2024-02-29T23:59:59.123456789Z", "2024-02-29T23:59:59.123456789Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        (float("inf"), ""),
        (float("nan"), ""),
        (10**400, ""),
        (True, ""),
        (None, ""),
        ({}, ""),
    ],
)
def test_times_become_utc(given: Any, kept: str) -> None:
    assert stamp(given) == kept


@pytest.mark.parametrize("role", ["user", "assistant", "system", "tool", "king"])
@pytest.mark.parametrize("text", ["hi", 'é "quoted" \\ \n', "\ud800"])
def test_the_short_way_writes_the_same_line(role: str, text: str) -> None:
    line = said_line(role, text)
    if role in ("tool", "king") or text == "\ud800":
        assert line is None
    else:
        assert line == to_line(message_of({"role": role, "content": text})[0])


@given(st.text() | st.text('\ud83d\ude00a"\\\n\x00\x7f\u2028'))
def test_a_text_is_quoted_alike_with_and_without_msgspec(text: str) -> None:
    decoder()  # loads it
    try:
        expected = encode_basestring(text).encode()
    except UnicodeEncodeError:
        with pytest.raises(UnicodeEncodeError):
            quoted(text)
    else:
        assert quoted(text) == expected


@pytest.mark.parametrize(
    "args",
    [{"a": "x", "b": True, "c": [1e22, 10**30, None, {"d": "\n"}]}, {}, {"\ud800": "\udfff"}],
)
def test_arguments_are_written_as_json_would(args: dict[str, Any]) -> None:
    line = to_line(Message("assistant", (ToolCall("1", "t", args),), "agent"))
    whole = json.dumps(args, ensure_ascii=False, separators=(",", ":"))
    whole = whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert f'"args":{whole}'.encode() in line
