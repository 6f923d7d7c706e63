"""Fixes: this command failed with that error, and what made it work.

A pair is kept only if it convinces: the error says something, and either another form of the
command worked, or an edit came between and the agent or the linter said what was wrong. Typing
errors, empty searches and plain test-driven work are not lessons.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acx.learn.offline.steps import Run, Said
from acx.learn.offline.words import pattern, sentences
from acx.transcripts import signals

MOST_FAILURES = 12
LONGEST_COMMAND = 160
WITHIN = 60
"""Messages between a failure and what fixed it: further apart, they have little in common."""

_SURROUNDINGS = (
    r"No module named|ModuleNotFound|ImportError|command not found|[Nn]o such file|not found"
    r"|cannot find|can't find"
    r"|unrecognized|[Uu]nknown (?:option|flag|command|argument|shorthand)|invalid (?:option"
    r"|argument|value|choice)|[Uu]sage:"
    r"|denied|externally.managed|refused|already (?:exists|in use)|^fatal:|^error:|npm ERR"
    r"|not given|required|missing"
    r"|unsupported|not supported|timed? ?out|no tests? (?:ran|found)|must be|expected"
)
_RULE_OF_LINTER = (
    r"\((?:[a-z]{4,}|[A-Z]{1,3}\d{3,4})\)\s*$|\[[a-z]+(?:-[a-z]+)+\]\s*$"
    r"|\b[A-Z]{1,4}\d{3,4}\b|error TS\d+"
)
_CAUSE = (
    r"\bthe (?:\w+ )?(?:issue|problem|cause|reason|bug|error|culprit|fix|failure)\b.{0,30}\b(?:is"
    r"|was|comes|came)\b|\bbecause\b"
    r"|\bturns out\b|\bwas (?:missing|caused|failing)\b|\bdue to\b|\bthat's why\b|\binstead of\b"
    r"|\bneeds? to be\b|\bdoesn't support\b"
    r"|\brequires?\b|\bmust (?:be|use)\b"
)


@dataclass(frozen=True, slots=True)
class Fix:
    """A failure and what mended it. Commands and the error stand as in the transcript.

    worked  the command that worked
    edits   the files that were edited to make it work; none where another command did
    cause   what the agent said was wrong, "" if nothing
    *_at    the messages of the error, of the call that worked, and of the cause
    """

    tool: str
    failed: str
    error: str
    worked: str
    edits: tuple[str, ...]
    cause: str
    error_at: int
    worked_at: int
    cause_at: int = 0


@dataclass(slots=True)
class _Failure:
    key: str
    tool: str
    line: str
    error: str
    number: int
    tests: bool
    edits: list[str] = field(default_factory=list)
    cause: str = ""
    cause_at: int = 0


_PLAIN_TEST_WORK = r"\btests?\b.{0,60}\b(?:updat|adjust|match|chang|expect)\w*"


class Fixes:
    """Collects the fixes of one task, in the order they were made."""

    def __init__(self) -> None:
        self.found: list[Fix] = []
        self._open: list[_Failure] = []

    def said(self, said: Said) -> None:
        """Words of the agent: perhaps they say what was wrong."""
        for failure in self._open:
            for sentence in sentences(said.text[:1500])[:6]:
                if (
                    len(sentence) <= 240
                    and pattern(_CAUSE).search(sentence)
                    and not pattern(_PLAIN_TEST_WORK).search(sentence)
                    and not sentence.endswith(":")
                ):
                    failure.cause, failure.cause_at = sentence, said.number
                    break

    def ran(self, run: Run) -> None:
        """A tool call: a failure, an edit, or what fixed a failure."""
        self._open = [one for one in self._open if run.number - one.number <= WITHIN]
        if run.path and not run.failed:
            for failure in self._open:
                if run.path not in failure.edits:
                    failure.edits.append(run.path)
        if not run.line:
            return
        line = _plain(run.line)
        if run.failed:
            self._failed(run, line)
        elif run.failed is False:
            for failure in reversed(self._open):
                if self._mended(failure, run, line):
                    break

    def _failed(self, run: Run, line: str) -> None:
        error = signals.error_line(run.text)
        if error and line and len(line) <= LONGEST_COMMAND:
            self._open = [one for one in self._open if one.line != line]
            self._open.append(_failure(run, line, error))
            del self._open[:-MOST_FAILURES]

    def _mended(self, failure: _Failure, run: Run, line: str) -> bool:
        """Whether this run, which went well, ends that failure."""
        same = line == failure.line or _part_of(line, failure.line)
        surroundings = bool(pattern(_SURROUNDINGS).search(failure.error))
        if same:
            convinces = bool(failure.edits) and (
                bool(failure.cause)
                or (not failure.tests and bool(pattern(_RULE_OF_LINTER).search(failure.error)))
            )
        else:
            convinces = (
                surroundings
                and not failure.edits
                and len(line) <= LONGEST_COMMAND
                and (
                    _key(line) == failure.key
                    or "not found" in failure.error
                    or "No module" in failure.error
                )
                and _alike(failure.line, line)
            )
            if not convinces:
                return False
        self._open.remove(failure)
        if convinces:
            self.found.append(
                Fix(
                    tool=failure.tool,
                    failed=failure.line,
                    error=failure.error,
                    worked=line,
                    edits=tuple(failure.edits),
                    cause=failure.cause,
                    error_at=failure.number,
                    worked_at=run.call,
                    cause_at=failure.cause_at,
                )
            )
        return True


def _plain(line: str) -> str:
    """A shell line without the way there and what only trims its output; "" for scripts."""
    if "\n" in line.strip() or "<<" in line or len(line) > 4 * LONGEST_COMMAND:
        return ""
    line = pattern(r"^(?:cd \S+ (?:&&|;) )+").sub("", line.strip())
    trims = r"(?:\s*2>&1|\s*\|\s*(?:tail|head|grep|cat|less|tee|sort|wc)\b[^|]*)+$"
    return pattern(trims).sub("", line)


def _part_of(line: str, failed: str) -> bool:
    """`mise run lint` passing ends `mise run fmt && mise run lint`, and the other way round."""
    return line in failed.split(" && ")[-1:] or failed in line.split(" && ")


def _key(line: str) -> str:
    name = signals.program(line.split(" && ")[-1])
    return pattern(r"^(?:python|pip)[\d.]*").sub(lambda found: found[0].rstrip("0123456789."), name)


def _failure(run: Run, line: str, error: str) -> _Failure:
    key = _key(line)
    # Task runners say which tool they run: `[lint] $ golangci-lint run ./...`
    before = run.text[: max(run.text.find(error), 0)][-4000:]
    ran = pattern(r"^(?:\[[\w:.-]+\] )?[$>] ([\w.-]+)(?:\s|$)").findall(before)
    tool = run.summary.runner if run.summary else ran[-1] if ran else key
    return _Failure(key, _tool(tool), line, error, run.number, run.summary is not None)


def _tool(name: str) -> str:
    """The tool whose file the error belongs in: `pytest`, `go-test`, `npm`, `pip`."""
    name = name.split(" -m ")[-1]
    name = name if name == "go test" else name.split()[0]
    return pattern(r"[^a-z0-9]+").sub("-", name.lower()).strip("-") or "shell"


def _alike(one: str, other: str) -> bool:
    """Whether two commands mean the same thing: they share a third of their words."""
    ours, theirs = (set(pattern(r"[\w./-]{2,}").findall(line)) for line in (one, other))
    return len(ours & theirs) * 3 >= len(ours | theirs)
