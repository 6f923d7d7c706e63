"""Summaries of test runners: one table, passed and failed, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.transcripts.suites import Summary, summary

SUMMARIES = {
    "===== 12 passed in 0.34s =====": Summary("pytest", 12, 0),
    "2 failed, 10 passed, 1 skipped in 3.20s": Summary("pytest", 10, 2),
    "=== 1 failed, 3 passed, 2 errors in 61.02s (0:01:01) ===": Summary("pytest", 3, 3),
    "\x1b[32m\x1b[1m4 passed\x1b[0m\x1b[32m in 0.02s\x1b[0m": Summary("pytest", 4, 0),
    "Ran 3 tests in 0.001s\n\nOK": Summary("unittest", 3, 0),
    "Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=1)": Summary("unittest", 3, 2),
    "Ran 5 tests in 0.1s\n\nOK (skipped=2)": Summary("unittest", 5, 0),
    "--- PASS: TestA (0.00s)\n--- PASS: TestB (0.00s)\nPASS\nok  \tshop/x\t0.1s": Summary(
        "go test", 2, 0
    ),
    "ok  \tshop/a\t0.1s\nok  \tshop/b\t(cached)": Summary("go test", 2, 0, "packages"),
    "--- FAIL: TestA (0.00s)\nFAIL\nFAIL\tshop/x\t0.1s": Summary("go test", 0, 1),
    "ok  \tshop/a\t0.1s\nFAIL\tshop/b [build failed]": Summary("go test", 1, 1, "package"),
    "ok  \tshop/a\t0.1s\nok  \tshop/b\t0.1s [no tests to run]": Summary("go test", 1, 0, "package"),
    "?   \tshop/a\t[no test files]\nok  \tshop/b\t0.1s [no tests to run]": Summary("go test", 0, 0),
    "Tests:       1 failed, 2 skipped, 9 passed, 12 total": Summary("jest", 9, 1),
    "Tests:       9 passed, 9 total": Summary("jest", 9, 0),
    " Test Files  1 passed (1)\n      Tests  2 failed | 7 passed (9)": Summary("vitest", 7, 2),
    "      Tests  7 passed (7)": Summary("vitest", 7, 0),
    "test result: ok. 5 passed; 0 failed; 0 ignored\n"
    "test result: FAILED. 1 passed; 2 failed; 0 ignored": Summary("cargo test", 6, 2),
    "  3 passing (12ms)\n  1 failing\n": Summary("mocha", 3, 1),
    "  3 passing (12ms)": Summary("mocha", 3, 0),
    "# pass 4\n# fail 1": Summary("node --test", 4, 1),
    "[INFO] Tests run: 8, Failures: 1, Errors: 1, Skipped: 1": Summary("maven", 5, 2),
    "10 tests completed, 3 failed": Summary("gradle", 7, 3),
    "12 examples, 1 failure, 2 pending": Summary("rspec", 9, 1),
    "OK (7 tests, 12 assertions)": Summary("phpunit", 7, 0),
    "Tests: 7, Assertions: 12, Failures: 2.": Summary("phpunit", 5, 2),
    "90% tests passed, 1 tests failed out of 10": Summary("ctest", 9, 1),
    "Passed!  - Failed:     0, Passed:     9, Skipped: 0, Total: 9": Summary("dotnet test", 9, 0),
    "Failed!  - Failed:     2, Passed:     7, Skipped: 0, Total: 9": Summary("dotnet test", 7, 2),
}


@pytest.mark.parametrize("text", SUMMARIES)
def test_summary(text: str) -> None:
    assert summary(text) == SUMMARIES[text]
    assert summary(f"collecting ...\n{text}\n") == SUMMARIES[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the tests passed in the end",
        "3 files changed, 12 insertions(+)",
        "we ok in 3s",
        "PASSWORD=FAIL",
        "Ran 3 tests",
        "5 passing by",
        "# pass 4",
    ],
)
def test_no_summary(text: str) -> None:
    assert summary(text) is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = summary(text)
    assert found is None or found.ok == (found.failed == 0)


def test_told() -> None:
    assert str(Summary("pytest", 12, 0)) == "pytest: 12 passed"
    assert str(Summary("pytest", 10, 2)) == "pytest: 2 failed, 10 passed"
    assert str(Summary("go test", 0, 0)) == "go test: no tests run"
    assert str(Summary("go test", 3, 0, "packages")) == "go test: 3 packages passed"
