"""SKILL.md read strictly and leniently, its problems by line, and written again."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acx.errors import BadInput
from acx.skillfile import Problem, lenient, parse, problems, render, with_name

GOOD = """\
---
name: deploys
description: "Use this skill when deploying: staging first"
license: MIT
compatibility: needs git
metadata:
  acx-layout: topic-facts
  n: 3
allowed-tools: Bash(git:*) Read
---

# Deploys

Text.
"""


def test_a_skill_is_read_into_its_fields() -> None:
    skill = parse(GOOD)
    assert skill.name == "deploys"
    assert skill.description == "Use this skill when deploying: staging first"
    assert (skill.license, skill.compatibility) == ("MIT", "needs git")
    assert skill.metadata == {"acx-layout": "topic-facts", "n": "3"}
    assert skill.allowed_tools == "Bash(git:*) Read"
    assert skill.body == "# Deploys\n\nText."
    assert skill.front.strip().startswith("name: deploys")
    assert parse(GOOD.replace("\n", "\r\n")) == skill
    assert problems(GOOD, "deploys") == []


def said(text: str, folder: str = "deploys") -> list[tuple[int, str]]:
    return [(p.line, p.severity) for p in problems(text, folder)]


def test_a_problem_says_its_line() -> None:
    text = (
        "---\nname: Deploys\ndescription: Use when <b>\nlicense: [MIT]\nauthor: me\n"
        "metadata:\n  a: 1\n  a: 2\n---\nSee [more](more.md) and `scripts/run.sh`.\n"
    )
    assert said(text) == [
        (2, "error"), (2, "error"), (3, "warning"), (4, "error"), (4, "warning"), (5, "error"),
        (8, "error"),
    ]  # fmt: skip
    found = problems(text, "Deploys", ["SKILL.md", "more.md"])
    assert found[-1] == Problem(10, "scripts/run.sh: the skill has no such file", "warning")
    assert str(found[0]) == "line 2: `name` must be in lower case: deploys"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# Title\n", 1),
        ("---\nname: deploys\n", 1),
        ("---\nname: deploys\ndescription: Use when a: b\n---\n", 3),
        ("---\nname: deploys\n\tdescription: x\n---\n", 3),
        ("---\nname: deploys\ndescription: x\nlicense: \x07\n---\n", 4),
        ("---\n" + "a:\n" + "- " * 5000 + "x\n---\n", 3),
    ],
)
def test_a_front_matter_that_cannot_be_read_says_where(text: str, line: int) -> None:
    assert said(text) == [(line, "error")]
    with pytest.raises(BadInput, match=f"line {line}"):
        parse(text)


def test_what_the_format_only_recommends_is_a_warning() -> None:
    head = "---\nname: deploys\ndescription: About deploys\n---\n"
    assert said(head + "x") == [(3, "warning")]
    assert said(head.replace("About", "Use when")) == [(4, "warning")]  # no body
    assert said(head.replace("About", "Use when") + "x\n" * 600) == [(500, "warning")]
    assert said(head.replace("deploys\nd", "навык\nd").replace("About", "If"), "навык")[0] == (
        2,
        "warning",
    )


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("name: deploys", "name: " + "Deploys-" * 12),
        GOOD.replace("license", "when_to_use"),
        "\ufeff" + GOOD,
        GOOD.replace('"Use this skill when deploying: staging first"', "Use when: deploying"),
        GOOD.replace("license: MIT", "license: [MIT]\nhooks: {a: &x [1, *x]}"),
        GOOD.replace("license: MIT", "license:\tMIT"),
        GOOD.replace("license: MIT", "name: deploys"),
    ],
)
def test_what_agents_load_is_kept_with_warnings(text: str) -> None:
    skill, warnings = lenient(text, "other")
    assert skill.name and skill.description and skill.body == "# Deploys\n\nText."
    assert warnings and all(p.severity == "warning" for p in warnings)


def test_an_unquoted_colon_is_repaired() -> None:
    text = "---\nname: a\ndescription: Use this when: a # b \"c\" 'd'\nmetadata:\n  x: y\n---\n"
    skill, warnings = lenient(text, "a")
    assert skill.description == "Use this when: a # b \"c\" 'd'"
    assert skill.metadata == {"x": "y"}
    assert [p.line for p in warnings] == [3]


@pytest.mark.parametrize(
    "text",
    ["", "text", "---\nname: a\n---\n", "---\ndescription: a\n---\n",
     "---\nname:\ndescription: d\n---",
     "---\nname: a\ndescription: ''\n---", "---\n{[\n---\n",
     "---\nname: [a]\ndescription: d\n---\n",
     "---\nname: a\ndescription: d\nx: " + "[" * 3000 + "\n---\n"],
)  # fmt: skip
def test_what_no_agent_would_load_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        lenient(text, "a")


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text("-\n: ab'\"[]{}&*!|>#%@`\\,?\t", max_size=60).map(lambda t: "---\n" + t))
def test_no_text_breaks_a_reader(text: str) -> None:
    problems(text, "a", [])
    for read in (lambda: lenient(text, "a"), lambda: parse(text)):
        with contextlib.suppress(BadInput):
            read()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=300, deadline=None)
@given(texts, texts, st.dictionaries(texts, texts, max_size=3), texts)
def test_what_is_rendered_is_read_back(
    description: str, license: str, metadata: dict[str, str], body: str
) -> None:
    description = "Use when " + description
    body = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    text = render("a-b", description, body, license=license, metadata=metadata)
    skill = parse(text)
    assert (skill.name, skill.description, skill.body) == ("a-b", description.strip(), body)
    assert skill.license == license.strip() and skill.metadata == metadata
    assert lenient(text, "a-b")[0] == skill


def test_only_the_name_changes() -> None:
    renamed = with_name(GOOD, "my-deploys")
    assert renamed == GOOD.replace("name: deploys", "name: my-deploys", 1)
    folded = GOOD.replace("name: deploys", "name: >-\n  deploys")
    assert with_name(folded, "x").startswith("---\nname: x\ndescription:")
