"""Bytes to values: what happens to files in the wild loses one line at most, and is said once."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.transcripts import source
from acx.transcripts.contract import LONGEST_LINE, SAMPLE_BYTES, Notes
from acx.transcripts.source import CHECKED, Wanted, lines, objects, sample, seekable


def read(data: bytes) -> tuple[list[Any], Notes]:
    """The objects with the lines they stand in."""
    notes = Notes()
    return [(notes.line, value) for value in objects(io.BytesIO(data), notes)], notes


def warned(notes: Notes) -> list[tuple[int, str]]:
    return [(warning.line, warning.what) for warning in notes.warnings]


@pytest.mark.parametrize(
    ("data", "found", "warnings"),
    [
        (b'{"a":1}\n{"a":2}\n', [(1, 1), (2, 2)], []),
        (b'{"a":1}\n{"a":2}', [(1, 1), (2, 2)], []),
        (b'\xef\xbb\xbf{"a":1}\r\n{"a":2}\r\n', [(1, 1), (2, 2)], []),
        (b'\n\n{"a":1}\n  \n{"a":2}\n\n', [(3, 1), (5, 2)], []),
        (b'{"a":1}{"a":2} {"a":3}\n{"a":4}\n', [(1, 1), (1, 2), (1, 3), (2, 4)], []),
        (b'{"a":1}\n{"a":2}{"a":3\n{"a":4}\n', [(1, 1), (2, 2), (3, 4)], [(2, source.NOT_JSON)]),
        (
            b'{"a":1}\n{"a":2,"b":{"a":5},"c":"x{"a":3,"b":{"c":1}}\n',
            [(1, 1), (2, 3)],
            [(2, source.NOT_JSON)],
        ),
        (b'{"a":1}\n{"a":', [(1, 1)], [(2, source.TORN)]),
        (b'{"a":1}\n{"a":"\xc3', [(1, 1)], [(2, source.TORN)]),
        (b'{"a":1}\n\0\0\0\0', [(1, 1)], [(2, source.TORN)]),
        (b'{"a":1\n{"a":2}\n', [(2, 2)], [(1, source.NOT_JSON)]),
        (b'{"a":1}\n12 apples\n', [(1, 1)], [(2, source.NOT_JSON)]),
        (b'{"a":1}\n"text"\n7\nnull\n', [(1, 1)], [(2, source.NOT_OBJECT)]),
        (b'[{"a":1},{"a":2}]', [(1, 1), (1, 2)], []),
        (b'[\n  {"a":1},\n  7,\n  {"a":2}\n]\n', [(2, 1), (4, 2)], [(3, source.NOT_OBJECT)]),
        (b'\n{\n "a": 1\n}\n', [(2, 1)], []),
        (b"", [], []),
        (b"[]", [], []),
        (b"[" * 100_000, [], [(1, source.NOT_JSON)]),
        (b'{"a":' + b"9" * 5000 + b'}\n{"a":2}\n', [(2, 2)], [(1, source.NOT_JSON)]),
    ],
)
def test_files_as_they_are(
    data: bytes, found: list[tuple[int, int]], warnings: list[tuple[int, str]]
) -> None:
    values, notes = read(data)
    assert [(line, value["a"]) for line, value in values] == found
    assert warned(notes) == warnings


def test_bad_utf8_is_replaced_and_said_once() -> None:
    values, notes = read(b'{"a":"x\xff"}\n{"a":"\xfe"}\n')
    assert [value["a"] for _, value in values] == ["x\ufffd", "\ufffd"]
    assert warned(notes) == [(1, source.BAD_UTF8)]


def test_each_kind_of_damage_is_said_once_and_all_of_it_is_counted() -> None:
    _, notes = read(b"{}\n" + b"nonsense\n" * 500)
    assert warned(notes) == [(2, source.NOT_JSON)]
    assert notes.ignored[source.NOT_JSON] == 500


def test_a_line_that_is_too_long_is_skipped() -> None:
    data = b'{"a":1}\n{"b":"' + b"x" * LONGEST_LINE + b'"}\n{"a":2}\n'
    values, notes = read(data)
    assert [(line, value["a"]) for line, value in values] == [(1, 1), (3, 2)]
    assert warned(notes) == [(2, source.TOO_LONG)]


class Counting(io.BytesIO):
    """A file that knows how much was asked of it at once."""

    most = 0

    def readline(self, size: int | None = -1) -> bytes:
        found = super().readline(size)
        self.most = max(self.most, len(found))
        return found


def test_a_line_that_is_too_long_is_never_held_whole() -> None:
    stream = Counting(b"y" * 5_000_000 + b"\nshort\n")
    notes = Notes()
    assert list(lines(stream, notes, limit=1000)) == [b"short\n"]
    assert stream.most <= 2**16
    assert warned(notes) == [(1, source.TOO_LONG)]


def test_a_line_of_just_the_limit_is_kept() -> None:
    notes = Notes()
    given = io.BytesIO(b"12345678\n1\n")
    assert list(lines(given, notes, limit=9)) == [b"12345678\n", b"1\n"]
    assert not notes.warnings


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20)), max_size=6),
    st.integers(0, 400),
)
def test_cut_anywhere_json_lines_give_a_prefix_and_one_warning(
    values: list[dict[str, str]], cut: int
) -> None:
    data = b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)
    found, notes = read(data[:cut])
    assert [value for _, value in found] == values[: len(found)]
    assert len(notes.warnings) <= 1


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    read(data)
    stream = io.BytesIO(data)
    assert all(isinstance(record, dict) for record in sample(stream).records)
    assert stream.read() == data


def test_a_pipe_can_be_read_twice() -> None:
    data = b"".join(b'{"a":%d}\n' % number for number in range(60_000))
    assert len(data) > SAMPLE_BYTES * 2
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    stream = seekable(os.fdopen(reading, "rb"))
    start = sample(stream)
    assert data.decode().startswith(start.text) and len(start.text) > SAMPLE_BYTES - 20
    assert start.shape == "lines"
    assert start.records[-1] == {"a": len(start.records) - 1}
    assert stream.read() == data
    writer.join()


@pytest.mark.parametrize("indent", [None, 1])
def test_of_a_list_the_sample_has_the_first_elements(indent: int | None) -> None:
    data = json.dumps([{"a": number} for number in range(40_000)], indent=indent).encode()
    assert len(data) > SAMPLE_BYTES
    start = sample(io.BytesIO(data))
    assert start.shape == "list"
    assert list(start.records) == [{"a": number} for number in range(len(start.records))]
    assert len(start.records) > 1000


def test_a_first_line_larger_than_the_sample_is_in_it() -> None:
    first = json.dumps({"a": "x" * (SAMPLE_BYTES + 10)}).encode() + b"\n"
    start = sample(io.BytesIO(first + b'{"a":1}\n' * 1000))
    assert start.shape == "lines"
    assert len(start.records[0]["a"]) == SAMPLE_BYTES + 10


def test_of_an_object_larger_than_any_sample_its_start_is_in_it() -> None:
    long = ["x" * 1000] * (source.FIRST_RECORD // 1000)
    data = json.dumps({"kind": "log", "messages": [{"a": 1}, {"b": long}]}, indent=1).encode()
    start = sample(io.BytesIO(data))
    assert start.shape == "object"
    assert start.records[0]["kind"] == "log"
    assert start.records[0]["messages"][0] == {"a": 1}


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b' {"a": 1}\n', "object"),
        (b'{"a": 1}\n{"a": 2}\n', "lines"),
        (b'{\n  "a": 1\n}\n{\n  "a": 2\n}\n', "lines"),
        (b'[{"a": 1}]', "list"),
        (b"[]", "text"),
        (b"hello", "text"),
    ],
)
def test_the_shape_of_a_file(data: bytes, shape: str) -> None:
    assert sample(io.BytesIO(data)).shape == shape


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le"])
def test_what_windows_shells_write(coding: str) -> None:
    stream = seekable(io.BytesIO('{"a":"gr\u00fc\u00df"}\r\n'.encode(coding)))
    assert list(objects(stream, Notes())) == [{"a": "gr\u00fc\u00df"}]


@pytest.mark.parametrize("indent", [None, 2])
def test_objects_one_after_the_other(indent: int | None) -> None:
    values = [{"a": number, "b": {"c": [number]}} for number in range(5)]
    data = "\n".join(json.dumps(value, indent=indent) for value in values).encode()
    assert [value for _, value in read(data)[0]] == values


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ([{"n": n, "content": [{"x": n}]} for n in range(4)], []),
        (
            {"id": "s", "messages": [{"n": n, "content": [{"x": n}]} for n in range(4)]},
            ["messages"],
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_cut_anywhere_a_list_of_records_gives_its_first(
    values: Any, path: list[str], indent: int | None
) -> None:
    data = json.dumps(values, indent=indent).encode()
    records = values["messages"] if path else values
    for cut in range(1, len(data)):
        found, notes = read(data[:cut])
        got = [value for _, value in found]
        if path:
            got = [one for value in got for one in value.get("messages", [])]
        assert got == records[: len(got)]
        assert [warning.what for warning in notes.warnings] == [source.TORN]
    assert len(got) == len(records)


def test_damage_in_the_middle_costs_what_is_damaged() -> None:
    values = [{"a": number, "b": {"c": 1}} for number in range(5)]
    data = json.dumps(values, indent=2).encode().replace(b'"a": 2', b'"a" 2')
    found, notes = read(data)
    assert [value["a"] for _, value in found] == [0, 1, 3, 4]
    assert [str(warning) for warning in notes.warnings] == ["line 14, byte 106: not JSON"]
    assert data.index(b'{\n    "a" 2') == 106


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 1e300, 0.1])
def test_numbers_are_as_written(number: float) -> None:
    assert read(json.dumps({"a": number}).encode())[0] == [(1, {"a": number})]


class Few(TypedDict, total=False):
    kind: Any
    note: Any


FEW = Wanted(Few, whole=lambda value: bool(value.get("note")))


def test_only_what_is_wanted_of_a_line_is_decoded() -> None:
    values = [
        {"kind": 1, "long": {"kind": 2}},
        {"kind": {"long": 3}, "long": "ünï"},
        {"long": 4, "note": "all of it"},
        {"\ud800": 5, "kind": 6},  # left to json
        [{"kind": 7, "long": 8}],
    ]
    data = "".join(json.dumps(value) + "\n" for value in values).encode()
    found = list(objects(io.BytesIO(data), Notes(), FEW))
    assert found == [
        {"kind": 1},
        {"kind": {"long": 3}},
        values[2],
        values[3],
        {"kind": 7, "long": 8},
    ]


@pytest.mark.parametrize(
    "long",
    [
        *(b'"\xff"', b'"\xed\xa0\x80"', b'{"\xff":1}', b'"\x01"', b'"\t"', b'"\\x"', b'"\\u00zz"'),
        *(b"01", b"1.", b".5", b"1e", b"-", b"+1", b"tru", b"NaN", b"1e999", b'"\\ud800"', b"'a'"),
        *(b"[1 2]", b"[1,]", b'{"a":1,}', b'{"a" 1}', b"{1:2}", b"[}", b'"', b"", b"[" * 100_000),
        *(b'1,"kind":2', b'1}{"kind":2', b"/**/1", b'"\xc3\xbc"', b'"\\ud83d\\ude00"'),
    ],
    ids=lambda long: repr(long[:20]),
)
def test_what_is_not_wanted_is_checked_all_the_same(long: bytes) -> None:
    data = b'{"kind":1,"long":%b}\n{"kind":3}\n' % long
    notes, others = Notes(), Notes()
    some = [value.get("kind") for value in objects(io.BytesIO(data), notes, FEW)]
    whole = [value.get("kind") for value in objects(io.BytesIO(data), others)]
    assert (some, notes) == (whole, others)


@given(st.binary(max_size=40))
def test_what_is_not_wanted_is_checked_whatever_it_is(long: bytes) -> None:
    test_what_is_not_wanted_is_checked_all_the_same(long)


@pytest.mark.parametrize("before", range(CHECKED - 20, CHECKED))
@pytest.mark.parametrize("sign", ["ü", "→", "🦊"])
def test_what_is_not_wanted_is_checked_across_blocks(before: int, sign: str) -> None:
    for text in (sign.encode(), sign.encode()[:-1], sign.encode()[:-1] + b"x", sign.encode()[1:]):
        test_what_is_not_wanted_is_checked_all_the_same(b'"%b%b"' % (b"x" * before, text))
