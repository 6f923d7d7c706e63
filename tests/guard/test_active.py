"""What agents, tools and viewers act on: refused where lying there is enough, else held."""

from __future__ import annotations

import pytest

from acx.learn import checks
from acx.learn.draft import Draft
from tests.model_learner.stage import FACTS, PREFERENCES, SKILLS, Tree

FOLDER = "skills/user-general-facts"

HELD = [
    ("Then !`git status` shows it", "Claude Code would run"),
    ("!`id`", "Claude Code would run"),
    ("| !`id` |", "Claude Code would run"),
    ("```!\nid\n```", "a block that Claude Code would run"),
    ("~~~ !", "a block that Claude Code would run"),
    ("Use $ARGUMENTS here", "a variable"),
    ("Use ${CLAUDE_PLUGIN_ROOT}/x", "a variable"),
    ("Use {{args}}", "a variable"),
    ("See @README for more", "@path"),
    ("See @docs/setup.md", "@path"),
    ("@~/notes", "@path"),
    ("@/etc/passwd", "@path"),
    ("@../../secrets/x", "@path"),
    ("- @package.json", "@path"),
    ("a <!-- note --> b", "an HTML comment"),
    ('[//]: # "note"', "an HTML comment"),
    ("[x]: <> (note)", "an HTML comment"),
    ("data:text/html;base64,PGI+", "embedded data"),
    ("data:text/html,<b>x</b>", "embedded data"),
    ("a\u200bb", "invisible"),
    ("a\U000e0041b", "invisible"),
    ("a\u202eb", "invisible"),
    ("a\u00adb", "invisible"),
    ("a\U000e0100b", "invisible"),
    ("a\ufe01b", "invisible"),
    ("a\x1b[8mb", "invisible"),
    (f"a{' ' * 200}b", "far off to the right"),
    ('<span style="display:none">x</span>', "doesn't see"),
    ("<details>x</details>", "doesn't see"),
    ("[x](javascript:go)", "a link that would run"),
    ("[x](java&#115;cript:go)", "a link that would run"),
    ("[x](%6Aavascript:go)", "a link that would run"),
    ("[x](vscode://go)", "a link that would run"),
    ('<a href="JavaScript:go">x</a>', "a link that would run"),
]

REFUSED = [
    ("![x](https://evil.dev/p.png)", "an image from elsewhere"),
    ("![](<http://evil.dev/p>)", "an image from elsewhere"),
    ("![x](//evil.dev/p)", "an image from elsewhere"),
    ("![x][p]", "an image from elsewhere"),
    ('<img alt="x" src="https://evil.dev/p">', "an image from elsewhere"),
    ("<script>go</script>", "markup that acts"),
    ('<iframe src="x">', "markup that acts"),
    ('<b onmouseover="x">y</b>', "markup that acts"),
]

HARMLESS = [
    "Mail sam@example.com or git@github.com:acme/shop.git",
    "Install @types/node and @scope/pkg",
    "`@docs/setup.md` is how it is written",
    "```python\n@app.route('/x')\n@pytest.mark.skip\n@cli.py\n```",
    "Decorate it with @dataclass or @pytest.fixture, ask @sam",
    "Hello! `make` is enough",
    "Escape it: \\!`x`",
    "```sh\nawk '{print $1}' x\n```",
    "It costs $50, or $10.50",
    "`$1` is the first argument",
    "data: the rows of the table",
    "JavaScript: use const",
    "[docs](docs/setup.md) and [home](https://example.com)",
    "![picture](assets/picture.png)",
    "`<script>` tags are escaped, run `npm run <script>`",
    "run npm run <script> with <object> as its input",
    "List<String> and a < b > c",
    "naïve café, Ж, 日本語, \u26a0\ufe0f and 1️⃣",
    "[1]: https://example.com",
    "a    b",
]


def said(path: str, added: str, before: str | None = None) -> tuple[list[str], list[str]]:
    """What is refused, and all that is wrong."""
    tree = Tree(SKILLS if before is None else {**SKILLS, path: before})
    draft = Draft(tree)
    draft.write(path, f"{tree.files.get(path, '')}{added}\n")
    return checks.forbidden(draft, tree), checks.problems(draft, tree)


@pytest.mark.parametrize(("added", "expected"), HELD)
def test_what_a_client_would_run_is_held(added: str, expected: str) -> None:
    for path in (FACTS, PREFERENCES):
        refused, problems = said(path, added)
        assert not refused
        assert problems and all(expected in problem for problem in problems), problems


@pytest.mark.parametrize(("added", "expected"), REFUSED)
def test_what_acts_by_being_shown_is_refused(added: str, expected: str) -> None:
    refused, _ = said(PREFERENCES, added)
    assert refused and all(expected in problem for problem in refused), refused


@pytest.mark.parametrize("added", HARMLESS)
def test_what_only_looks_like_it_lands(added: str) -> None:
    assert said(PREFERENCES, added) == ([], [])
    assert said(FACTS, added) == ([], [])


def test_what_stands_far_to_the_right_is_seen() -> None:
    far = "word " * 900
    assert "nobody reads to its end" in said(PREFERENCES, far)[1][0]
    assert "an image" in said(PREFERENCES, f"{far}![x](https://evil.dev/p) {far}")[0][0]


def test_positional_variables_are_replaced_in_a_skill_itself() -> None:
    assert "a variable" in said(FACTS, "Deploy $1 to $2.")[1][0]
    assert said(PREFERENCES, "Deploy $1 to $2.") == ([], [])


@pytest.mark.parametrize("line", [added for added, _ in HELD + REFUSED])
def test_lines_of_the_owner_stay(line: str) -> None:
    owned = f"# Coding\n\n{line}\n\n"
    assert said(PREFERENCES, "- Use tabs.", owned) == ([], [])


@pytest.mark.parametrize(
    "name",
    ["conftest.py", "sub/package.json", "setup.py", "hooks/x.md", "Agents/x.md", "sub/SKILL.md",
     "sub/skill.md", "CLAUDE.md", "AGENTS.md", "x.pth", "mcp.json", "sitecustomize.py", ".env",
     ".gitattributes", ".mcp.json", ".claude-plugin/plugin.json", ".codex-plugin/x",
     "x/.git/config"],
)  # fmt: skip
def test_files_that_act_alone_are_refused(name: str) -> None:
    assert said(f"{FOLDER}/{name}", "x")[0]


@pytest.mark.parametrize("name", ["scripts/run.sh", "Makefile", "commands/x.md", "page.html"])
def test_files_that_act_when_called_are_held(name: str) -> None:
    refused, problems = said(f"{FOLDER}/{name}", "x")
    assert not refused and "tools run by themselves" in problems[0]


def test_a_file_of_the_owner_that_acts_alone_is_held_and_may_be_deleted() -> None:
    refused, problems = said(f"{FOLDER}/package.json", "x", "{}\n")
    assert not refused and "tools run by themselves" in problems[0]
    tree = Tree({**SKILLS, f"{FOLDER}/package.json": "{}\n"})
    draft = Draft(tree)
    draft.delete(f"{FOLDER}/package.json")
    assert checks.problems(draft, tree) == []


def front(*lines: str, before: tuple[str, ...] = ()) -> list[str]:
    text = SKILLS[FACTS]
    tree = Tree({**SKILLS, FACTS: text.replace("\n---\n", "\n".join(["", *before, "---", ""]), 1)})
    draft = Draft(tree)
    draft.write(FACTS, text.replace("\n---\n", "\n".join(["", *lines, "---", ""]), 1))
    return checks.problems(draft, tree)


@pytest.mark.parametrize("key", ["hooks", "context", "agent", "model", "shell", "when_to_use"])
def test_keys_of_the_front_matter(key: str) -> None:
    assert f"`{key}` is not a field" in front(f"{key}: x")[0]
    assert front(f"{key}: x", before=(f"{key}: x",)) == []
    assert "for a person to change" in front(f"{key}: y", before=(f"{key}: x",))[0]


def test_allowed_tools_are_for_a_person() -> None:
    assert "for a person to change" in front("allowed-tools: Bash(*)")[0]
    assert front("allowed-tools: Read", before=("allowed-tools: Read",)) == []
    assert "for a person" in front("allowed-tools: Read Bash", before=("allowed-tools: Read",))[0]
    assert front("license: MIT") == []
