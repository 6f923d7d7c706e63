"""Summaries of test runners, recognised in any output: how many tests passed and failed.

Pure. A summary counts whatever the exit code says: `go test ./... | tail` exits 0 when tests fail.
Deliberately not here: which test failed and why (see `signals.error_line`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from acx.transcripts.signals import ends


@dataclass(frozen=True, slots=True)
class Summary:
    """What a test runner reported. `passed` and `failed` count `unit` (tests, packages, files);
    errors and crashes count as failed, skipped ones as neither."""

    runner: str
    passed: int
    failed: int
    unit: str = "tests"

    @property
    def ok(self) -> bool:
        return self.failed == 0

    @property
    def empty(self) -> bool:
        """No test was run: that proves nothing."""
        return self.passed == self.failed == 0

    def __str__(self) -> str:
        unit = "" if self.unit == "tests" else f" {self.unit}"
        if self.failed:
            also = f", {self.passed} passed" if self.passed else ""
            return f"{self.runner}: {self.failed}{unit} failed{also}"
        if self.empty:
            return f"{self.runner}: no tests run"
        return f"{self.runner}: {self.passed}{unit} passed"


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.M)


def _last(source: str, text: str) -> re.Match[str] | None:
    found = None
    for match in _pattern(source).finditer(text):
        found = match
    return found


def _count(words: str, line: str) -> int:
    """The sum of the numbers that stand before any of the words: `2 failed, 1 error`."""
    return sum(int(n) for n in re.findall(rf"(\d+) (?:{words})\b", line))


def _pytest(text: str) -> Summary | None:
    line = _last(
        r"^(?:=+ )?((?:\d+ (?:passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?"
        r"|subtests passed|rerun)(?:, )?)+) in [\d.:hms ()]+s?\b.*$",
        text,
    )
    if line is None or not re.search(r"passed|failed|error", line[1]):
        return None
    return Summary("pytest", _count("passed", line[1]), _count("failed|errors?", line[1]))


def _unittest(text: str) -> Summary | None:
    # Between the two lines stands nothing but a blank one; warnings and prints may get there.
    found = _last(
        r"^Ran (\d+) tests? in [\d.]+s\s+(?:OK\b|FAILED \(([^)]*)\)|NO TESTS RAN).*$", text
    )
    if found is None:
        return None
    failed = sum(
        int(n)
        for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", found[2] or "")
    )
    return Summary("unittest", max(int(found[1]) - failed, 0), failed)


def _go(text: str) -> Summary | None:
    passed, failed = (
        len(_pattern(rf"^[ \t]*--- {word}: \S").findall(text)) for word in ("PASS", "FAIL")
    )
    packages_ok = len(
        _pattern(r"^(?:\[\w+\] )?ok  ?\t?\s*\S+\s+(?:[\d.]+s|\(cached\))(?!.*\[no test)").findall(
            text
        )
    )
    packages_bad = len(
        _pattern(r"^(?:\[\w+\] )?FAIL\s+\S+[./]\S+(?:\s+(?:[\d.]+s|\[build failed\]).*)?$").findall(
            text
        )
    )
    done = _last(
        r"^DONE (\d+) tests(?:, (\d+) skipped)?(?:, (\d+) failures?)?(?:, (\d+) errors?)? in", text
    )
    if done:
        failed = int(done[3] or 0) + int(done[4] or 0)
        return Summary("go test", int(done[1]) - int(done[2] or 0) - failed, failed)
    if failed or packages_bad:
        return (
            Summary("go test", passed, failed)
            if failed
            else Summary(
                "go test", packages_ok, packages_bad, "package" if packages_bad == 1 else "packages"
            )
        )
    if passed:
        return Summary("go test", passed, 0)
    if packages_ok:
        return Summary("go test", packages_ok, 0, "package" if packages_ok == 1 else "packages")
    if _pattern(r"^(?:ok  ?\t?\s*|\?\s+)\S+.*\[no test").search(text):
        return Summary("go test", 0, 0)
    return Summary("go test", 1, 0, "run") if _pattern(r"\APASS$").search(text) else None


def _jest(text: str) -> Summary | None:
    line = _last(r"^[ \t]*Tests:\s+((?:\d+ \w+,? ?)+)\d+ total", text)
    if line is None:
        return None
    return Summary("jest", _count("passed", line[1]), _count("failed", line[1]))


def _vitest(text: str) -> Summary | None:
    line = _last(r"^[ \t]*Tests\s+((?:\d+ \w+(?: \| )?)+)(?: \(\d+\))?\s*$", text)
    if line is None:
        return None
    return Summary("vitest", _count("passed", line[1]), _count("failed", line[1]))


def _cargo(text: str) -> Summary | None:
    found = _pattern(r"^test result: \w+\. (\d+) passed; (\d+) failed;").findall(text)
    if not found:
        return None
    return Summary("cargo test", sum(int(p) for p, _ in found), sum(int(f) for _, f in found))


def _mocha(text: str) -> Summary | None:
    passing = _last(r"^[ \t]+(\d+) passing \([\d.]+\w+\)", text)
    failing = _last(r"^[ \t]+(\d+) failing[ \t]*$", text)
    if passing is None and failing is None:
        return None
    return Summary("mocha", int(passing[1]) if passing else 0, int(failing[1]) if failing else 0)


def _node(text: str) -> Summary | None:
    passed, failed = (_last(rf"^(?:#|ℹ) {word} (\d+)$", text) for word in ("pass", "fail"))
    return Summary("node --test", int(passed[1]), int(failed[1])) if passed and failed else None


def _maven(text: str) -> Summary | None:
    line = _last(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+)(?:, Skipped: (\d+))?", text)
    if line is None:
        return None
    failed = int(line[2]) + int(line[3])
    return Summary("maven", int(line[1]) - failed - int(line[4] or 0), failed)


def _gradle(text: str) -> Summary | None:
    if line := _last(r"^(\d+) tests? completed, (\d+) failed", text):
        return Summary("gradle", int(line[1]) - int(line[2]), int(line[2]))
    return None


def _rspec(text: str) -> Summary | None:
    line = _last(r"^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?", text)
    if line is None:
        return None
    return Summary("rspec", int(line[1]) - int(line[2]) - int(line[3] or 0), int(line[2]))


def _phpunit(text: str) -> Summary | None:
    if line := _last(r"^OK \((\d+) tests?, \d+ assertions?\)", text):
        return Summary("phpunit", int(line[1]), 0)
    line = _last(r"^Tests: (\d+), Assertions: \d+((?:, \w+: \d+)*)\.", text)
    if line is None:
        return None
    failed = sum(int(n) for n in re.findall(r"(?:Failures|Errors): (\d+)", line[2]))
    return Summary("phpunit", int(line[1]) - failed, failed)


def _ctest(text: str) -> Summary | None:
    line = _last(r"^\d+% tests passed, (\d+) tests? failed out of (\d+)", text)
    return Summary("ctest", int(line[2]) - int(line[1]), int(line[1])) if line else None


def _dotnet(text: str) -> Summary | None:
    found = _pattern(r"^[ \t]*(?:Passed|Failed)!\s+- Failed:\s+(\d+), Passed:\s+(\d+)").findall(
        text
    )
    if not found:
        return None
    return Summary("dotnet test", sum(int(p) for _, p in found), sum(int(f) for f, _ in found))


_READERS: tuple[tuple[str, Callable[[str], Summary | None]], ...] = (
    (" in ", _pytest),
    ("Ran ", _unittest),
    ("test result:", _cargo),
    ("Tests:", _jest),
    ("Tests ", _vitest),
    ("ing", _mocha),
    ("pass ", _node),
    ("Tests run:", _maven),
    ("tests completed", _gradle),
    ("test completed", _gradle),
    ("example", _rspec),
    ("assertion", _phpunit),
    ("Assertions", _phpunit),
    ("tests passed", _ctest),
    ("Passed:", _dotnet),
    ("ok", _go),
    ("PASS", _go),
    ("FAIL", _go),
    ("[no test", _go),
    ("DONE", _go),
)
"""A word without which a summary can't be there, and who reads it. The word costs nothing to look
for; the patterns would cost a millisecond per output."""


def summary(text: str) -> Summary | None:
    """The summary of a test run in an output; None if there is none."""
    text = ends(text)
    for word, reader in _READERS:
        if word in text and (found := reader(text)) is not None:
            return found
    return None
