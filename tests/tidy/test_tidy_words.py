"""What says the same, and what only looks so."""

from __future__ import annotations

import pytest

from acx.learn.tidy.words import likeness, saying

SAME = [
    ("- Use uv instead of pip.", "- use uv instead of pip"),
    ("- Never force push to main", "- Don't force push to main."),
    ("- Always run the linter first", "- Run the linter first"),
    ("- Prefers small pull requests", "- The user prefers small pull requests."),
    ("- In Python projects, use uv", "- Use uv in Python projects."),
    ("- If a test fails, run it again", "- Run it again if a test fails"),
    ("* Keep **all** tests green.", "- Keep all tests green"),
]
RICHER = [
    (
        "- Put money amounts in cents: rounding lost us one last year.",
        "- Put money amounts in cents",
    ),
    ("- Use pnpm for all packages because npm is slow", "- Use pnpm for all packages."),
]
DIFFERENT = [
    ("use port 8080", "use port 8081"),
    ("The staging port is: 8080", "The staging port is: 8081"),
    ("Port: 8080", "Port: 9090"),
    ("always squash commits before merging", "never squash commits before merging"),
    ("run the linter before the tests", "run the tests before the linter"),
    ("run the tests before the release", "run the tests after the release"),
    ("copy the files from a to b", "copy the files to a from b"),
    ("use `-v` for all the logs", "use `-V` for all the logs"),
    ("use python 3.11 everywhere", "use python 3.12 everywhere"),
    ("serve the page over http only here", "serve the page over https only here"),
    ("use tabs", "use tabs in Makefiles"),
    ("use pytest in the project (shop)", "use pytest in the project (blog)"),
    ("use pytest in the project", "use pytest in the project (blog)"),
    ("enable the cache in the build", "disable the cache in the build"),
    ("deploy the shop on Friday: not before noon", "deploy the shop on Friday"),
    ("deploy the shop on Friday; only with a ticket", "deploy the shop on Friday"),
    ("use mocks in the tests unless told otherwise", "use mocks in the tests"),
    ("ask the user before a push", "ask the user for a push"),
    ("use `npm ci` in the pipeline", "use `npm install` in the pipeline"),
    ("keep the answers short: German, no emojis", "keep the answers short: English, no emojis"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_say_the_same(one: str, other: str) -> None:
    assert likeness(saying(one), saying(other)) == "same"


@pytest.mark.parametrize(("rich", "poor"), RICHER)
def test_one_says_all_that_the_other_says_and_why(rich: str, poor: str) -> None:
    assert likeness(saying(rich), saying(poor)) == "first"
    assert likeness(saying(poor), saying(rich)) == "second"


def test_one_rule_for_two_reasons() -> None:
    one, other = "- Use uv in this shop because pip is slow", "- Use uv in this shop since it locks"
    assert likeness(saying(one), saying(other)) == "both"


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_only_look_alike(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert likeness(saying(f"- {a}"), saying(f"- {b}.")) == ""
