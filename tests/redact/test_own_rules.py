"""What config.yaml adds to redaction: patterns of one's own, values that stay; what is refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acx.config import load
from acx.errors import BadInput
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.store.layout import Home
from acx.transcripts.own_rules import NO_RULES, Rules, rules_of
from acx.transcripts.redact import redact, redact_text
from acx.verbs import append, session
from acx.verbs.context import Context
from tests.conftest import PROGRAM
from tests.redact.made_up import TOKENS, chars

CONFIG = """\
redact:
  patterns:
    employee: 'EMP-[0-9]{6}'
    badge: '(?i)badge[ :]+(?P<secret>[A-Z0-9]{8})\\b'
  allow:
    - test_key_1234567890abcdef
"""
KEPT = "test_key_1234567890abcdef"


def rules(**patterns: str) -> Rules:
    return rules_of({"patterns": patterns, "allow": [KEPT]}, "config.yaml")


OWN = rules(employee="EMP-[0-9]{6}", badge=r"(?i)badge[ :]+(?P<secret>[A-Z0-9]{8})\b")


def test_a_pattern_replaces_what_it_matches_or_what_its_group_narrows() -> None:
    text, found = redact_text("EMP-123456 has badge: AB12CD34, EMP-12 has none", OWN)
    assert text == "[REDACTED:employee] has badge: [REDACTED:badge], EMP-12 has none"
    assert found == {"employee": 1, "badge": 1}
    assert redact_text(text, OWN) == (text, {})
    assert redact_text("EMP-123456")[0] == "EMP-123456"


def test_patterns_look_at_every_part_and_every_string_of_the_arguments() -> None:
    who = "EMP-123456"
    args = {"list": [{who: who}], "n": 123456, "who": f"of {who}"}
    dirty = Message(
        "assistant",
        (Text(who), Thinking(who), ToolCall(who, who, args), ToolResult(who, who),
         Attachment("image/png", who, 3, "")),
        "agent", id=who, model=who,
    )  # fmt: skip
    clean, found = redact(dirty, OWN)
    assert who not in repr(clean)
    assert found == {"employee": 12}
    assert clean.calls[0].args == {
        "list": [{"[REDACTED:employee]": "[REDACTED:employee]"}],
        "n": 123456,
        "who": "of [REDACTED:employee]",
    }
    assert redact(clean, OWN)[0] is clean


def test_what_colours_and_joiners_hide_is_found() -> None:
    for text in ("EMP-\x1b[1m123456\x1b[0m", "EM\u200bP-123456"):
        assert redact_text(text, OWN)[0] == "[REDACTED:employee]"


def test_a_short_text_is_looked_at_too() -> None:
    assert redact_text("E1", rules(e="E[0-9]"))[0] == "[REDACTED:e]"


def test_an_allowed_value_stays_whatever_finds_it() -> None:
    for around in (
        "key = '{}'", "API_KEY={}", "Authorization: Bearer {}", "the api key is {}.",
        "https://bob:{}@git.test/a", "curl -u bob:{} x", "--token {}", "login {}",
    ):  # fmt: skip
        text = around.format(KEPT)
        assert redact_text(text, OWN) == (text, {}), text
    for _, token in TOKENS:
        secret = token.removeprefix("https://")
        allowing = Rules(allow=frozenset([token, secret, secret.removeprefix("acme")]))
        text = f"It is `{token}`, and {token}."
        assert redact_text(text, allowing) == (text, {}), text
    own = rules_of({"patterns": {"e": "EMP-[0-9]+"}, "allow": ["EMP-000000"]}, "config.yaml")
    assert redact_text("EMP-000000 EMP-000001", own)[0] == "EMP-000000 [REDACTED:e]"
    allowed = Message("user", (ToolCall("1", "x", {"password": KEPT, "a": [KEPT]}),), "human")
    assert redact(allowed, OWN)[0] is allowed


def test_only_exactly_an_allowed_value_stays() -> None:
    longer = f"API_KEY={KEPT}0"
    assert redact_text(longer, OWN)[0] == "API_KEY=[REDACTED:key]"


def test_marks_are_left_alone() -> None:
    """A pattern that finds what a mark is made of would otherwise wrap it again and again."""
    words = rules(word="[A-Z]{4,}", kind="employee|word", all=r"\[[^]]{1,60}\]")
    text = "HELLO [REDACTED:employee] you"
    assert redact_text(text, words)[0] == "[REDACTED:word] [REDACTED:employee] you"
    after = rules(after=r"(?<=\]).")
    assert len(redact_text("]" + "a" * 1000, after)[0]) < 1100
    assert redact_text("(EMP-123456) x", rules(a=r"EMP-[0-9]+", b=r"\(.{0,40}\)"))[0] == (
        "([REDACTED:a]) x"
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["EMP-123456", "EMP-", "123456", "badge ", "AB12CD34", KEPT, " ", ".", "\x1b[1m",
             "password=", "[REDACTED:", "]", *(token for _, token in TOKENS[::20])]
        ),
        max_size=8,
    ).map("".join)
)  # fmt: skip
def test_redacting_by_own_rules_twice_is_redacting_once(text: str) -> None:
    once, _ = redact_text(text, OWN)
    assert redact_text(once, OWN) == (once, {})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("redact: 5", "redact"),
        ("redact: []", "redact"),
        ("redact: {paterns: {a: b}}", "redact.paterns"),
        ("redact: {patterns: [a]}", "redact.patterns"),
        ("redact: {patterns: {a: 5}}", "redact.patterns.a"),
        ("redact: {patterns: {a: {b: c}}}", "redact.patterns.a"),
        ("redact: {patterns: {'a b]': x}}", "'a b]'"),
        ("redact: {patterns: {a: '[z'}}", "redact.patterns.a"),
        ("redact: {patterns: {a: '(?P<secret>x'}}", "redact.patterns.a"),
        ("redact: {patterns: {a: 'x{999999999999}'}}", "redact.patterns.a"),
        ("redact: {patterns: {a: 'x*'}}", "redact.patterns.a"),
        ("redact: {patterns: {a: ''}}", "redact.patterns.a"),
        ("redact: {patterns: {a: '(a+'}}", "redact.patterns.a"),
        (f"redact: {{patterns: {{a: '{'(' * 900}'}}}}", "redact.patterns.a"),
        (f"redact: {{patterns: {{a: '{'(' * 900}x{')' * 900}'}}}}", "redact.patterns.a"),
        (f"redact: {{patterns: {{a: '{'x' * 3000}'}}}}", "redact.patterns.a"),
        ("redact: {allow: text}", "redact.allow"),
        ("redact: {allow: {a: b}}", "redact.allow"),
        ("redact: {allow: [text, 12345]}", "redact.allow: item 2"),
        ("redact: {allow: ['']}", "redact.allow: item 1"),
    ],
)
def test_what_is_not_understood_is_one_error_that_names_file_and_key(
    tmp_path: Path, written: str, told: str
) -> None:
    (tmp_path / "config.yaml").write_text(written)
    ctx = Context.real(tmp_path, {})
    for read in (lambda: ctx.config, lambda: ctx.rules):
        with pytest.raises(BadInput) as error:
            read()
        assert error.value.exit_code == 5
        assert str(tmp_path / "config.yaml") in error.value.message and told in error.value.message
        assert "\n" not in error.value.message and len(error.value.hints) <= 1


def test_nothing_asked_for_is_no_rules(tmp_path: Path) -> None:
    for written in ("", "redact:", "redact: {}", "review: true"):
        (tmp_path / "config.yaml").write_text(written)
        assert Context.real(tmp_path, {}).rules is NO_RULES
    (tmp_path / "config.yaml").write_text("redact: {patterns: , allow: }")
    assert Context.real(tmp_path, {}).rules == NO_RULES
    assert load(CONFIG, "config.yaml", {}).redact["allow"] == [KEPT]


def lines(home: Path, session_id: str) -> str:
    return (Home(home).session(session_id).messages).read_text()


def test_rules_hold_for_all_that_is_appended_and_imported(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    ctx = Context.real(tmp_path, {})
    session.create(ctx, session_id="one")
    said = f"EMP-123456 uses API_KEY={KEPT}"
    append.append(ctx, "one", append.said("user", said))
    append.append_text(ctx, "one", json.dumps({"role": "user", "content": said}))
    feed = iter([json.dumps({"role": "user", "content": said}).encode() + b"\n"])
    append.append_stream(ctx, "one", lambda: next(feed, b""), lambda _: None)
    assert lines(tmp_path, "one").count(f"[REDACTED:employee] uses API_KEY={KEPT}") == 3

    session.create(ctx, session_id="two")
    added = ctx.sessions.add("two", append.said("user", said), lambda _: None)
    assert added.redacted == {"employee": 1}
    assert f"[REDACTED:employee] uses API_KEY={KEPT}" in lines(tmp_path, "two")


def test_a_bad_pattern_is_told_on_one_line_with_exit_code_5(world: Path) -> None:
    home = world / ".acx"
    home.mkdir()
    (home / "config.yaml").write_text("redact: {patterns: {mine: '(a+'}}")
    done = subprocess.run(
        [PROGRAM, "session", "append", "one", '{"role": "user", "content": "hi"}'],
        capture_output=True, text=True,
    )  # fmt: skip
    subprocess.run([PROGRAM, "session", "create", "--id", "one"], capture_output=True)
    done = subprocess.run(
        [PROGRAM, "session", "append", "one", '{"role": "user", "content": "hi"}'],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "config.yaml: redact.patterns.mine is no regular expression" in done.stderr
    assert "Traceback" not in done.stderr


def test_rules_cost_nothing_to_find_out_that_there_are_none() -> None:
    clean = Message("user", (Text(chars(10)),), "human")
    assert redact(clean, NO_RULES)[0] is clean
    assert redact(clean, OWN)[0] is clean


def test_what_is_remembered_of_a_short_text_holds_under_any_rules() -> None:
    kept, text = rules_of({"allow": [TOKENS[0][1]]}, "config.yaml"), TOKENS[0][1]
    for _ in range(2):  # the second time it is known
        assert redact_text(text, kept) == (text, {})
        assert redact_text(text)[0] != text
        for own in ("EMP-123456", "EMP-\x1b[1m123456\x1b[0m", "EM\u200bP-123456"):
            assert redact_text(own)[0] == own
            assert redact_text(own, OWN)[0] == "[REDACTED:employee]"
