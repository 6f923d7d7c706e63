"""Fixes: this command failed with that error, and what made it work.

A pair is kept only if it convinces: the error says something, and either another form of the
command worked, or an edit came between and the error itself says what to do about it. Typing
errors, empty searches and tests that fail while they are written are not lessons.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acx.learn.offline.calls import Calls, Taken
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
_REMEDY = (
    r"(?:[.,;:]\s+|\s[-–(]\s*|^)((?:use|make (?:it|this|them)|add|try|replace|remove|rename|install"
    r"|consider|wrap|pass|prefer|did you mean)\s[^()\n]{3,120}?)"
    r"\s*(?:\([\w,:./-]+\)|\[[\w-]+\])?\W*$"
)
_MISSING_CASES = r"\bmissing cases? in \w+(?: of type \S+)?: ([^()\n]{3,160})"
_HELP = r"^\W*(?:help|hint|suggestion): (.{6,160}?)\s*$"
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
    remedy  what the error said to do, where an edit did it
    cause   what the agent said was wrong, "" if nothing
    called  it was no command, but the call of another tool
    *_at    the messages of the error, of the call that worked, and of the cause
    """

    tool: str
    failed: str
    error: str
    worked: str
    edits: tuple[str, ...]
    remedy: str
    cause: str
    error_at: int
    worked_at: int
    cause_at: int = 0
    called: bool = False


@dataclass(slots=True)
class _Failure:
    key: str
    tool: str
    line: str
    error: str
    number: int
    remedy: str
    edits: list[str] = field(default_factory=list)
    cause: str = ""
    cause_at: int = 0


_PLAIN_TEST_WORK = r"\btests?\b.{0,60}\b(?:updat|adjust|match|chang|expect)\w*"


class Fixes:
    """Collects the fixes of one task, in the order they were made."""

    def __init__(self) -> None:
        self.found: list[Fix] = []
        self._open: list[_Failure] = []
        self._calls = Calls()

    def said(self, said: Said) -> None:
        """Words of the agent: perhaps they say what was wrong."""
        self._calls.said(said)
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

    def heard(self) -> None:
        """Words of a person come in between."""
        self._calls.heard()

    def ran(self, run: Run) -> None:
        """A tool call: a failure, an edit, or what fixed a failure."""
        self.found += map(_called, self._calls.ran(run))
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
            convinces = bool(failure.edits and failure.remedy)
        else:
            convinces = (
                surroundings
                and not failure.edits
                and len(line) <= LONGEST_COMMAND
                and diagnoses(line) in ("", diagnoses(failure.line))
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
                    remedy=failure.remedy if failure.edits else "",
                    cause=failure.cause,
                    error_at=failure.number,
                    worked_at=run.call,
                    cause_at=failure.cause_at,
                )
            )
        return True


def _called(taken: Taken) -> Fix:
    return Fix(
        tool=_tool(taken.tool),
        failed=taken.failed,
        error=taken.error,
        worked=taken.worked,
        edits=(),
        remedy="",
        cause=taken.found,
        error_at=taken.error_at,
        worked_at=taken.worked_at,
        cause_at=taken.found_at,
        called=True,
    )


def diagnoses(line: str) -> str:
    """The word by which a command only tells how things are, "" if it does something: `kubectl logs
    POD` mends nothing."""
    if found := pattern(r"(?:^| )(--help|-h|--version|--dry-run)\b").search(line):
        return found[1]
    words = [word for word in line.split(" && ")[-1].split() if not word.startswith("-")]
    return next((word for word in words[1:4] if pattern(_TELLS_STATE).match(word)), "")


_TELLS_STATE = (
    r"(?:logs?|get|describe|status|show|list|ls|events?|inspect|ps|top|diff|help|version|info"
    r"|explain|history|view|env|doctor|why|outdated|check|ping|whoami)$"
)


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
    remedy = "" if run.summary is not None else _remedy(run.text, error)
    tool = _tool(run.summary.runner if run.summary else _reporter(run.text, error) or key)
    return _Failure(key, tool, line, error, run.number, remedy)


def _reporter(text: str, error: str) -> str:
    """The tool that a task runner says it ran: `[lint] $ golangci-lint run ./...`. Of several that
    run side by side the one whose mark the error's line has; of scripts, the mark itself."""
    line = next((line for line in text.splitlines() if error in line), error)
    ran = pattern(r"^(?:\[([\w:.-]+)\] )?[$>] (\S+)").findall(text[-20_000:])
    mark = pattern(r"^\[([\w:.-]+)\] ").match(line)
    if mark:
        named = next((tool for name, tool in ran if name == mark[1]), "")
        return mark[1] if not named or "/" in named else named
    named_rule = pattern(r" \([a-z][\w-]+\)$").search(error)
    if named_rule and (linter := next((tool for _, tool in ran if "lint" in tool), "")):
        return linter
    before = pattern(r"^(?:\[[\w:.-]+\] )?[$>] ([\w.-]+)(?:\s|$)").findall(
        text[: max(text.find(error), 0)][-4000:]
    )
    return before[-1] if before else ""


def _remedy(text: str, error: str) -> str:
    """What the error itself says to do, in its line or in the help below it."""
    if cases := pattern(_MISSING_CASES).search(error):
        return f"add the missing cases: {cases[1].strip()}"
    below = text[text.find(error) + len(error) :][:600]
    found = pattern(_REMEDY).search(error) or pattern(_HELP).search(below)
    return found[1].strip() if found else ""


def _tool(name: str) -> str:
    """The tool whose file the error belongs in: `pytest`, `go-test`, `npm`, `pip`."""
    name = name.split(" -m ")[-1]
    name = name if name == "go test" else name.split()[0]
    return pattern(r"[^a-z0-9]+").sub("-", name.lower()).strip("-") or "shell"


def _alike(one: str, other: str) -> bool:
    """Whether two commands mean the same thing: they share a third of their words."""
    ours, theirs = (set(pattern(r"[\w./-]{2,}").findall(line)) for line in (one, other))
    return len(ours & theirs) * 3 >= len(ours | theirs)
