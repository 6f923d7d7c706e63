"""What calls and results tell: tables of commands and outputs, and outputs that are no text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.model import ToolCall, ToolResult
from acx.transcripts import signals


@pytest.mark.parametrize(
    ("name", "args", "command"),
    [
        ("Bash", {"command": "make test"}, "make test"),
        ("shell", {"command": ["bash", "-lc", "make test"]}, "make test"),
        ("exec_command", {"cmd": "make test"}, "make test"),
        ("run_command", {"command": ["make", "test"]}, "make test"),
        ("Bash", "make test", "make test"),
        ("Bash", {"command": None}, ""),
        ("Read", {"command": "make test"}, ""),
        ("shell_call", {"commands": ["cd app", "make"]}, "cd app\nmake"),
    ],
)
def test_command(name: str, args: dict[str, object] | str, command: str) -> None:
    assert signals.command(ToolCall("1", name, args)) == command


@pytest.mark.parametrize(
    ("name", "args", "path"),
    [
        ("Edit", {"file_path": "a.py"}, "a.py"),
        ("write_file", {"path": "a.py"}, "a.py"),
        ("NotebookEdit", {"notebook_path": "a.ipynb"}, "a.ipynb"),
        ("apply_patch", "*** Begin Patch\n*** Update File: a.py\n@@", "a.py"),
        ("str_replace_editor", {"command": "view", "path": "a.py"}, ""),
        ("Read", {"file_path": "a.py"}, ""),
    ],
)
def test_edited(name: str, args: dict[str, object] | str, path: str) -> None:
    assert signals.edited(ToolCall("1", name, args)) == path


def test_called() -> None:
    assert signals.called(ToolCall("1", "Bash", {"command": "ls"})) == "ls"
    assert signals.called(ToolCall("1", "Read", {"file_path": "a.py"})) == "Read a.py"
    assert signals.called(ToolCall("1", "ExitPlanMode", {})) == "ExitPlanMode"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Exit code 2\nusage: make", 2),
        ("Chunk ID: 1\nWall time: 0.1\nProcess exited with code 127\nOutput:", 127),
        ("output\n<returncode>1</returncode>", 1),
        ("Exit Code: 0", 0),
        ("the function's exit code is 3", None),
        ("", None),
    ],
)
def test_exit_code(text: str, code: int | None) -> None:
    assert signals.exit_code(ToolResult("1", text)) == code
    assert signals.exit_code(ToolResult("1", text, exit_code=9)) == 9


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: "tax"',
            'KeyError: "tax"',
        ),
        ("app.py:3:1: F401 `os` imported but unused\nFound 1 error.", None),
        ("# webshop/prices\n./prices.go:12:5: undefined: Tax", "./prices.go:12:5: undefined: Tax"),
        (
            "error[E0308]: mismatched types\n --> src/main.rs:2:5",
            "error[E0308]: mismatched types",
        ),
        ("bash: line 1: uv: command not found", "bash: line 1: uv: command not found"),
        ("npm ERR! code 1\nnpm ERR! Missing script: test", "npm ERR! Missing script: test"),
        ("fatal: not a git repository", "fatal: not a git repository"),
        (
            "make: *** No rule to make target 'x'.  Stop.",
            "make: *** No rule to make target 'x'.  Stop.",
        ),
        ("\x1b[31merror: no such option --fast\x1b[0m", "error: no such option --fast"),
        (
            "=== RUN TestTax\n    tax_test.go:7: got 3, want 4\n--- FAIL: TestTax (0.00s)",
            "tax_test.go:7: got 3, want 4",
        ),
        ("[lint:go] a.go:1:2: missing cases\n[lint:go] ERROR task failed", None),
        ("Exit code 1", ""),
        ("0 errors, 0 warnings", ""),
        ("all is well", ""),
    ],
)
def test_error_line(text: str, line: str | None) -> None:
    expected = text.split("\n")[0] if line is None else line
    assert signals.error_line(text) == expected


@given(st.text())
def test_an_error_line_stands_in_the_text(text: str) -> None:
    assert signals.error_line(text) in text


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 300_000,
        " " * 300_000,
        "a" * 300_000,
        "error: " * 50_000,
        "0 failed, " * 40_000,
        " \n" * 150_000,
    ],
)
def test_long_outputs_are_looked_at_in_no_time(text: str) -> None:
    # Each of these once took minutes: a pattern that backtracks never comes back here.
    assert len(signals.ends(text)) <= 2 * signals.LOOKED_AT + 1
    signals.error_line(text)
    signals.hidden_failure(text)
    signals.commits(text)
    list(signals.segments(text))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("cd /x && A=1 make test 2>&1 | tail -5", ["make test", "tail -5"]),
        ("echo 'a && b; c' || true", ["echo 'a && b; c'"]),
        ("git commit -m \"$(cat <<'EOF'\nx && y\nEOF\n)\"", ['git commit -m "$(cat']),
        ("sudo apt-get install jq; jq . a.json > b.json", ["apt-get install jq", "jq . a.json"]),
    ],
)
def test_segments(line: str, parts: list[str]) -> None:
    assert list(signals.segments(line)) == parts


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("uv run pytest -q", "pytest"),
        ("python3 -m unittest discover", "python3 -m unittest"),
        ("git -c x=y push origin", "git x=y"),
        ("npm run build", "npm run build"),
        ("/usr/bin/make -j test", "make test"),
        ("npx tsc --noEmit", "tsc"),
        ("./run.sh", "run.sh"),
    ],
)
def test_program(segment: str, name: str) -> None:
    assert signals.program(segment) == name


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("cd x && go test ./... | tail", "go test ./..."),
        ("uv run pytest -q", "uv run pytest -q"),
        ("npm run lint", "npm run lint"),
        ("mise run fmt && mise run lint", "mise run lint"),
        ("python manage.py test", "python manage.py test"),
        ("echo pytest", ""),
        ("git push", ""),
        ("ls tests", ""),
    ],
)
def test_checking(line: str, check: str) -> None:
    assert signals.checking(line) == check


def test_harness_errors() -> None:
    for text in (
        "<tool_use_error>File has not been read yet. Read it first.</tool_use_error>",
        "<tool_use_error>Sibling tool call errored</tool_use_error>",
        "String to replace not found in file.",
    ):
        assert signals.harness_error(text)
    assert not signals.harness_error("KeyError: 'tax'")


def test_commits_and_pull_requests() -> None:
    text = "hook ok\n[main (root-commit) 1a2b3c4] Add prices\n 1 file changed"
    assert signals.commits(text) == [signals.Commit("1a2b3c4", "Add prices")]
    assert signals.commits("[12:30:01] server started\n[x] done") == []
    address = "https://example.com/sam/webshop/pull/7"
    assert signals.pull_request("gh pr create --fill", f"Creating\n{address}\n") == address
    assert signals.pull_request("gh pr view 7", address) == ""


@pytest.mark.parametrize(
    ("line", "undoes"),
    [
        ("git revert --no-edit HEAD", True),
        ("git reset --hard HEAD~1", True),
        ("git restore prices.py", True),
        ("git checkout -- prices.py", True),
        ("git restore --staged prices.py", False),
        ("git checkout main", False),
        ("git reset prices.py", False),
    ],
)
def test_undoing(line: str, undoes: bool) -> None:
    assert signals.undoing(line) is undoes


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("prices.go:1: x\n3 issues:\n* errcheck: 3", True),
        ("Found 2 errors.", True),
        ("src/a.ts(1,2): error TS2304: Cannot find name 'x'.", True),
        ("make: *** [Makefile:3: lint] Error 1", True),
        ("0 issues.", False),
        ("All checks passed!", False),
    ],
)
def test_failures_whose_exit_code_was_piped_away(text: str, failed: bool) -> None:
    assert signals.hidden_failure(text) is failed
