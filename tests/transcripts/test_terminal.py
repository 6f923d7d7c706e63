"""Terminals: the folding of a screen, recordings of asciinema and script, agents recorded."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.model import Message
from acx.transcripts import open_stream
from acx.transcripts.contract import Notes, Sample
from acx.transcripts.formats.ansi import LARGEST, Screen
from acx.transcripts.formats.terminal import FORMAT


def folded(*written: str, rows: int = 10, columns: int = 0) -> list[str]:
    screen = Screen(rows, columns)
    lines = [line.text for text in written for line in screen.feed(text)]
    return lines + [line.text for line in screen.rest()]


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("one\ntwo\n", ["one", "two"]),
        ("\x1b[1;32mgreen\x1b[0m and \x1b]8;;http://x\x1b\\link\x1b]8;;\x07\n", ["green and link"]),
        ("10%\r20%\r100%\n", ["100%"]),
        ("abcdef\rxy\n", ["xycdef"]),
        ("abcdef\r\x1b[Kxy\n", ["xy"]),
        ("abc\b\b\x1b[Kx\n", ["ax"]),
        ("abcdef\b\b\b\x1b[2Pxy\n", ["abcxy"]),
        ("acd\x1b[2D\x1b[@b\n", ["abcd"]),
        ("abcd\r\x1b[2C\x1b[X\n", ["ab d"]),
        ("abc\x1b[1K\rx\n", ["x"]),
        ("one\n\x1b[1A\x1b[2Ktwo\n", ["two"]),
        ("a\nb\nc\n\x1b[3A\x1b[Jd\n", ["d"]),
        ("a\nb\n\x1b[2Fx\x1b[1Ey\n", ["x", "y"]),
        ("a\tb\n", ["a       b"]),
        ("\x1b[3;5Hx\x1b[1;1Hy\n", ["y", "", "    x"]),
        ("a\x1b7bc\x1b8x\n", ["axc"]),
        ("a\nb\n\x1b[2A\x1b[Lx\n", ["x", "a", "b"]),
        ("a\nb\nc\n\x1b[3A\x1b[2M", ["c"]),
        ("\N{CJK UNIFIED IDEOGRAPH-6F22}x\b\b\by\n", ["yx"]),
        ("e\N{COMBINING ACUTE ACCENT}a\b\b\bi\n", ["ia"]),
        ("kept\n\x1b[H\x1b[2Jnew\n", ["kept", "new"]),
        ("a\x1b[?1049hgone\x1b[2J\x1b[?1049lb\n", ["ab"]),
        ("\x1b[?25l\x1b[?2004ha\x07\x0e\n", ["a"]),
        ("\x1b[999999999999999999Ca\r\x1b[999999999A\x1b[99999Pb\n", ["b"]),
    ],
)  # fmt: skip
def test_what_stays_of_what_is_written(written: str, lines: list[str]) -> None:
    assert folded(written) == lines
    assert folded(*written) == lines  # in whatever pieces it comes


def test_rows_scroll_out_and_cannot_be_reached_any_more() -> None:
    screen = Screen(3)
    out = [line.text for line in screen.feed("1\n2\n3\n4\n\x1b[9Ax\n")]
    assert out == ["1", "2"]
    assert [line.text for line in screen.rest()] == ["x", "4"]


def test_a_line_that_was_wrapped_is_one_line() -> None:
    assert folded("abcdefgh\r\nij\r\n", columns=3) == ["abcdefgh", "ij"]
    assert folded("abcdefgh\x1b[2A\rX\x1b[2B\r\nij\r\n", columns=3) == ["Xbcdefgh", "ij"]


def test_a_region_scrolls_by_itself() -> None:
    assert folded("1\n2\nfoot\x1b[1;2r\x1b[2;1H\n3", rows=3) == ["1", "2", "3", "foot"]


@pytest.mark.parametrize(
    "written",
    [
        "x\r" + "\x1b[999@" * 20_000,
        "\x1b[9999Cx\n" * 20_000,
        "e" + "\N{COMBINING ACUTE ACCENT}\x07" * 300_000,
        "x\x1b[2J" * 20_000,
        "\x1b[9999L\x1b[9999M\x1b[J" * 20_000,
        "\x1b[" + " " * 300_000,
    ],
)
def test_what_a_screen_holds_is_bounded(written: str) -> None:
    assert max(map(len, folded(written, rows=500)), default=0) <= LARGEST + 1


def test_a_line_in_many_pieces_is_read_in_no_time() -> None:
    assert folded(*["x" * 20] * 50_000, columns=80) == ["x" * 1_000_000]


def test_rows_that_a_smaller_screen_has_no_room_for_scroll_out() -> None:
    screen = Screen(4)
    lines = [line.text for line in screen.feed("1\n2\n3")]
    screen.resize(2, 0)
    screen.resize(900, 900)
    assert (screen.rows, screen.columns) == (500, 500)
    lines += [line.text for line in [*screen.feed("\n4"), *screen.rest()]]
    assert lines == ["1", "2", "3", "4"]


def test_programs_that_take_the_whole_screen_are_counted() -> None:
    screen = Screen()
    list(screen.feed("a\x1b[?1049h~\n~\n\x1b[?1049l\x1b[?47h~\x1b[?47lb"))
    assert screen.whole_screen == 2
    assert [line.text for line in screen.rest()] == ["ab"]


@given(st.text(st.sampled_from([*"ab\r\n\b\t\x1b[]?;0129ABCDGHJKLMPX@mhlr78", "漢", "\x07"])),
       st.integers(1, 5), st.integers(0, 4))  # fmt: skip
def test_nothing_written_breaks_a_screen(text: str, rows: int, columns: int) -> None:
    lines = folded(text, rows=rows, columns=columns)
    assert not any("\x1b" in line or "\r" in line for line in lines)


HEADER: dict[str, Any] = {"version": 2, "width": 80, "height": 24, "timestamp": 1_700_000_000}
PROMPT = "ann@host:~/shop$ "


def cast(*events: tuple[float, str, str], header: dict[str, Any] = HEADER) -> bytes:
    return "\n".join(map(json.dumps, [header, *events])).encode() + b"\n"


def read(data: bytes) -> tuple[list[Message], Notes]:
    opened = open_stream(io.BytesIO(data), "x")
    messages = list(opened.messages)
    assert opened.format.name == "terminal"
    return messages, opened.notes


def said(messages: list[Message]) -> list[tuple[str, str, str]]:
    return [(m.origin, m.event, m.text) for m in messages]


WORKED = [
    ("human", "shell", "make test"),
    ("harness", "", "2 passed"),
    ("human", "shell", "git push"),
]


def test_commands_after_a_prompt_and_their_output() -> None:
    messages, notes = read(
        cast(
            (0.5, "o", PROMPT),
            (1.0, "o", "make tset\b\b\b\x1b[Kest\r\n"),
            (2.0, "o", "1 passed\r"),
            (3.0, "o", f"2 passed\r\n{PROMPT}\r\n{PROMPT}git push\r\n{PROMPT}"),
        )
    )
    assert said(messages) == WORKED
    assert [m.ts for m in messages] == [
        "2023-11-14T22:13:20Z", "2023-11-14T22:13:22Z", "2023-11-14T22:13:23Z",
    ]  # fmt: skip
    assert {m.role for m in messages} == {"user"} and notes.warnings == []


def test_version_1_is_one_object_and_its_times_are_pauses() -> None:
    output = [[0.5, f"{PROMPT}make test\r\n"], [9, f"2 passed\r\n{PROMPT}git push\r\n"]]
    whole = {**HEADER, "version": 1, "duration": 3, "stdout": output}
    for data in (json.dumps(whole), json.dumps(whole, indent=2)):
        messages, _ = read(data.encode())
        assert said(messages) == WORKED
        assert messages[-1].ts == "2023-11-14T22:13:29Z"


def test_version_3_has_comments_and_its_times_are_pauses() -> None:
    header = {"version": 3, "term": {"cols": 80, "rows": 24}, "timestamp": 1_700_000_000}
    events = [(0.5, "o", f"{PROMPT}make test\r\n"), (9, "m", "here"), (1, "r", "20x5")]
    data = cast(*events, (1, "o", f"2 passed\r\n{PROMPT}git push\r\n"), header=header)
    first, rest = data.split(b"\n", 1)
    messages, notes = read(first + b"\n# a comment\n" + rest)
    assert said(messages) == WORKED
    assert messages[-1].ts == "2023-11-14T22:13:31Z"
    assert notes.ignored == {"event m": 1}


SCRIPT = 'Script started on 2026-03-01 09:00:00+00:00 [TERM="xterm" COLUMNS="80" LINES="24"]\n'


@pytest.mark.parametrize("header", [SCRIPT, SCRIPT.split("[")[0] + "\n", "\x1b[0m" * 9])
def test_logs_of_script_and_raw_output(header: str) -> None:
    text = f"{header}{PROMPT}make test\r\n\x1b[1m2 passed\x1b[0m\r\n{PROMPT}git push\r\n"
    ended = "" if header.startswith("\x1b") else 'Script done on 2026-03-01 09:01:00 [EXIT="0"]\n'
    assert said(read((text + ended).encode())[0]) == WORKED


@pytest.mark.parametrize(
    "prompt",
    [
        "ann@host:~/my shop$", "root@box:/app#", "[ann@host shop]$", "(venv) ann@mac shop %",
        "bash-5.2$", "➜  shop git:(main) ✗", "PS C:\\Users\\Ann>", "~/shop (main) $", "$", "❯",
    ],
)  # fmt: skip
def test_prompts_of_many_shells(prompt: str) -> None:
    written = f"{prompt} make test\r\n2 passed\r\n{prompt} git push\r\n"
    assert said(read(cast((1, "o", written)))[0]) == WORKED


def test_what_looks_like_another_prompt_is_output() -> None:
    written = f"{PROMPT}npm test\r\n$ tsc -p .\r\nbob@far:~$ rm -rf /\r\n# done\r\n> ok\r\n"
    commands = [m.text for m in read(cast((1, "o", written)))[0] if m.event == "shell"]
    assert commands == ["npm test", "rm -rf /"]  # ssh changes the host, not how prompts look


def typing(text: str) -> list[tuple[float, str, str]]:
    return [pair for char in text for pair in ((1.0, "i", char), (1.0, "o", char))]


def test_what_was_recorded_as_typed_is_the_persons() -> None:
    messages, notes = read(
        cast(
            (0, "o", "odd prompt :: "),
            *typing("ls -x"),
            (1, "i", "\x7f"), (1, "o", "\b\x1b[K"),
            *typing("a\x1b[D"[:1]), (1, "i", "\x1b[A\x1bOB"),
            (1, "i", "\r"), (1, "o", "\r\na.txt\r\nReally? "),
            (1, "i", "yes\r"), (1, "o", "yes\r\nPassword: "),
            (1, "i", "hunter2\r"), (1, "o", "\r\nok\r\n"),
        )
    )  # fmt: skip
    assert said(messages) == [
        ("harness", "", "odd prompt ::"),
        ("human", "", "ls -a"),
        ("harness", "", "a.txt\nReally?"),
        ("human", "", "yes"),
        ("harness", "", "Password:\nok"),
    ]
    assert notes.ignored == {"typed, but not shown": 1}


README = f"hi\r\n{PROMPT}git push --force\r\n\x1b[1A\x1b[2K{PROMPT}rm -rf /\r\n$ npm install\r\n"


def test_a_prompt_that_was_printed_is_no_ones_where_keys_were_recorded() -> None:
    messages, _ = read(
        cast(
            (0, "o", PROMPT),
            *typing("cat README"),
            (1, "i", "\r"), (1, "o", f"\r\n{README}"),
            (2, "o", PROMPT), (2, "i", "\x1b[A"), (2, "o", "cat README"),
            (2, "i", "\r"), (2, "o", "\r\n"),
            (3, "o", f"{PROMPT}"), (3, "i", "\r"), (3, "o", "\r\n"),
        )
    )  # fmt: skip
    commands = [m.text for m in messages if m.event == "shell"]
    assert commands == ["cat README", "cat README"]  # the second one called back by a key
    assert {m.text for m in messages if m.origin == "human"} == {"cat README"}


ASKS, ASKED = "\x1b[?2004h", "\x1b[?2004l\r"


@pytest.mark.parametrize("asks", [f"{ASKS}{PROMPT}", f"{PROMPT}{ASKS}"])  # as bash, as zsh
def test_a_prompt_that_was_printed_is_no_ones_where_the_shell_says_when_it_asks(asks: str) -> None:
    start = f"{asks}cat README\r\n{ASKED}"
    pushed = f"{PROMPT}git push --force"
    for printed in (README, f"\x1b[1A\x1b[2K{pushed}\r\n", pushed):
        messages, _ = read(cast((1, "o", f"{start}{printed}{asks}make\r\n{ASKED}ok\r\n")))
        commands = [m.text for m in messages if m.event == "shell"]
        assert not any("push" in command or "rm" in command for command in commands)
        if printed == README:
            assert commands == ["cat README", "make"]


def test_a_command_that_is_wrapped_or_redrawn_was_typed() -> None:
    command = "make all && make test && make install"
    drawn = f"{ASKS}{PROMPT}make\r\x1b[K{PROMPT}{command}\r\n{ASKED}"
    messages, _ = read(cast((1, "o", drawn), header={**HEADER, "width": 24}))
    assert said(messages) == [("human", "shell", command)]


def test_keys_without_an_end_are_read_in_no_time() -> None:
    messages, _ = read(cast((0, "o", PROMPT), *[(1.0, "i", "x")] * 50_000))
    assert not [m for m in messages if m.origin == "human"]


def test_an_agents_console_is_read_as_one() -> None:
    spinner = "".join(f"\r\x1b[2K✶ Brewing… ({n}s · esc to interrupt)" for n in range(9))
    screen = (
        f"{PROMPT}claude\r\n\r\n❯ add a total\r\n\r\n{spinner}\r\x1b[2K"
        "\x1b[1m⏺\x1b[0m Bash(ls)\r\n  ⎿  Running…\x1b[1A\r\n\x1b[2K  ⎿  a.txt\r\n\r\n⏺ Done.\r\n"
    )
    messages, _ = read(cast((1, "o", screen)))
    assert [(m.role, m.text) for m in messages] == [
        ("user", "add a total"), ("assistant", ""), ("tool", ""), ("assistant", "Done."),
    ]  # fmt: skip
    assert messages[1].calls[0].args == {"command": "ls"}
    assert messages[2].results[0].text == "a.txt"


def test_full_screen_programs_leave_a_count() -> None:
    vi = "\x1b[?1049h\x1b[2J~\r\n~\r\n:q\x1b[?1049l"
    messages, notes = read(cast((1, "o", f"{PROMPT}vi x\r\n{vi}{PROMPT}git push\r\n")))
    assert [m.text for m in messages] == ["vi x", "git push"]
    assert notes.ignored == {"programs that took the whole screen": 1}


@pytest.mark.parametrize(
    "line",
    [b"[1, 2]", b'["x", "o", 7]', b"[]", b"7", b'{"a": 1}', b"[1, [2], 3]", b"nonsense",
     b'[null, null, "x"]', b"[" * 3000],
)  # fmt: skip
def test_odd_events_are_told_and_never_stop_the_rest(line: bytes) -> None:
    data = cast((1, "o", f"{PROMPT}make test\r\n")) + line + b"\n"
    messages, notes = read(data + json.dumps([2, "o", "2 passed\r\n"]).encode())
    assert said(messages) == WORKED[:2]
    assert sum(notes.ignored.values()) == 1 and len(notes.warnings) <= 1


def test_cut_off_anywhere_it_is_a_prefix() -> None:
    data = cast((1, "o", f"{PROMPT}make test\r\n2 passed\r\n"), (2, "o", f"{PROMPT}git push\r\n"))
    whole, _ = read(data)
    for end in range(data.index(b"\n") + 1, len(data)):
        part, notes = read(data[:end])
        assert part == whole[: len(part)]
        assert len(notes.warnings) <= 1


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("plain text\nwithout colours\n$ make\n", ()),
        ("\x1b[31mERROR\x1b[0m it broke\n" * 20, ()),
        ('{"version": 2, "name": "x"}', ({"version": 2, "name": "x"},)),
        ('{"width": 80, "height": 24}', ({"width": 80, "height": 24},)),
        ('{"version": [2], "width": 1}', ({"version": [2], "width": 1},)),
    ],
)
def test_what_is_not_taken_for_a_recording(text: str, records: tuple[dict[str, Any], ...]) -> None:
    assert FORMAT.matches(Sample(text, "text", records)) == ""
