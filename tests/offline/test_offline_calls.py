"""Refused calls and the calls that were taken instead; and pairs that teach nothing."""

from __future__ import annotations

from typing import Any

import pytest

REFUSED = '{"error": {"message": "An account of kind BASIC has no exports."}}'


def fixes(desk: Any, middle: str, space: Any = None) -> list[str]:
    talk = desk.script(
        f"user: export my account and send it to me\n{middle}\nagent: I've exported your account."
    )
    lessons = desk.all(space or desk.space(), talk)
    return [one.lesson.title for one in lessons if one.lesson.kind == "warning"]


def test_another_argument(desk: Any) -> None:
    space = desk.space()
    middle = f"""
        call: export_account id=88-1 => {REFUSED}
        says: The export of a BASIC account runs through the archive. I'll ask for that.
        call: export_account id=88-1 source=archive ticket=T-4711 => ok
        """
    assert fixes(desk, middle, space) == [
        "export_account: An account of kind BASIC has no…; pass source and ticket"
    ]
    assert space.text("skills/error-patterns/export-account.md") == (
        "# export-account\n\n"
        "## An account of kind BASIC has no exports.\n"
        "- **Symptom**: `export_account` fails with `An account of kind BASIC has no exports.`\n"
        "- **Fix**: Call `export_account(source=archive, ticket=…)`. The agent's reason: "
        '"The export of a BASIC account runs through the archive".\n'
        '- **Seen**: 2025-06-15, webshop, "Export my account and send it to me"\n'
    )


def test_another_tool_that_was_named(desk: Any) -> None:
    refused = '{"error": "This account is closed. Use reopen_account for it."}'
    middle = f"call: update_account id=88-1 => {refused}\ncall: reopen_account id=88-1 => ok"
    assert len(fixes(desk, middle)) == 1
    unnamed = middle.replace("Use reopen_account for it.", "Nothing can be done.")
    assert fixes(desk, unnamed) == []
    unlike = middle.replace("reopen_account", "send_letter")
    assert fixes(desk, unlike) == []


@pytest.mark.parametrize(
    "middle",
    [
        # The same again, another case, another value, no account of it.
        f"call: export_account id=88-1 => {REFUSED}\ncall: export_account id=88-1 => ok",
        f"call: export_account id=88-1 => {REFUSED}\ncall: export_account id=99-2 => ok",
        f"call: export_account id=88-1 day=3 => {REFUSED}\n"
        "call: export_account id=88-1 day=4 => ok",
        'call: export_account id=88-1 => {"error": "no"}\n'
        "call: export_account id=88-1 source=archive => ok",
        # A person has said how.
        f"call: export_account id=88-1 => {REFUSED}\nagent: It has no exports.\n"
        "user: take it from the archive\ncall: export_account id=88-1 source=archive => ok",
        # What a program printed, read through a tool.
        "call: write_stdin id=4 => AssertionError: expected 3 to be 4\n"
        "call: write_stdin id=4 wait=long => ok",
        # It was never taken.
        f"call: export_account id=88-1 => {REFUSED}\n"
        f"call: export_account id=88-1 source=archive => {REFUSED}",
    ],
)
def test_no_cure(desk: Any, middle: str) -> None:
    titles = [title for title in fixes(desk, middle) if not title.startswith("Failed")]
    assert titles == []


def test_no_value_of_the_case_is_told(desk: Any) -> None:
    space = desk.space()
    middle = f"""
        call: export_account id=88-1 => {REFUSED}
        call: export_account id=88-1 key=Zx81-secret-09 mail=ines@hall.example force=true => ok
        """
    assert len(fixes(desk, middle, space)) == 1
    text = space.text("skills/error-patterns/export-account.md")
    assert "key=…, mail=…, force=true" in text and "Zx81" not in text
