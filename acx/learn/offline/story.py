"""The story of a task: what was asked, done, decided and found out, gathered in one pass.

Keeps little, however long the task: a few paths, the last checks, sentences worth quoting. Which
lessons it makes is decided in `learner`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from acx.learn.offline import preferences
from acx.learn.offline.fixes import Fixes
from acx.learn.offline.outcome import claims
from acx.learn.offline.preferences import Fact
from acx.learn.offline.steps import Run, Said, steps
from acx.learn.offline.words import own, pattern, read, sentences, shorten
from acx.model import Evidence, Message
from acx.transcripts import signals

MOST_PATHS = 40
MOST_SAID = 6
LONGEST_QUOTE = 200

_CAUSE = (
    r"\b(?:root cause|cause|issue|problem|bug|culprit|reason)\b.{0,40}?\b(?:is|was|comes"
    r"|came)\b (?!now|clear|fixed|solved"
    r"|resolved|still|a known|in the|here|this|there)|\broot cause:|\bturns out (?:that )?\w"
)


@dataclass(slots=True)
class Story:
    """What a task came to. Quotes are verbatim."""

    asked: Evidence | None = None
    ts: str = ""
    edited: dict[str, int] = field(default_factory=dict)
    checks: dict[str, tuple[str, Evidence | None, str]] = field(default_factory=dict)
    commits: list[tuple[str, Evidence]] = field(default_factory=list)
    requests: int = 0
    decisions: list[tuple[str, Evidence]] = field(default_factory=list)
    causes: list[tuple[str, Evidence]] = field(default_factory=list)
    closing: tuple[str, Evidence] | None = None
    verdict: Evidence | None = None
    facts: list[Fact] = field(default_factory=list)
    fixes: Fixes = field(default_factory=Fixes)
    runs: int = 0
    summed: int = 0
    ran: list[str] = field(default_factory=list)
    met: str = ""

    def take(self, messages: Iterable[Message]) -> None:
        """Take in the messages of one range of the task."""
        for step in steps(messages):
            if isinstance(step, Run):
                self._ran(step)
            elif step.human:
                self._heard(step)
            else:
                self._answered(step)

    def _heard(self, said: Said) -> None:
        first = self.asked is None
        self.ts = self.ts or said.ts
        if first:
            self.asked = quote(said, "user", _asked(said.text))
        self.facts += preferences.facts(said, self.met)
        if first or said.event in ("interrupt", "shell", "plan"):
            return
        reading = read(said.text)
        if reading.verdict:
            self.verdict = quote(said, "user", (sentences(reading.words) or [said.text])[0])
        elif (
            not (reading.ahead or reading.small or reading.asks) and len(reading.words.split()) > 2
        ):
            parts = [
                p
                for p in sentences(reading.words)
                if len(p.split()) > 2 and not p.endswith(("?", ":"))
            ]
            if parts and len(self.decisions) < MOST_SAID:
                self.decisions.append((shorten(parts[0], 140), quote(said, "user", parts[0])))

    def _answered(self, said: Said) -> None:
        self.fixes.said(said)
        for part in [_bare(part) for part in sentences(said.text[:4000])][:12]:
            if (
                6 <= len(part.split()) <= 40
                and pattern(_CAUSE).search(part)
                and part[-1] not in "?:"
            ):
                if len(self.causes) < MOST_SAID:
                    self.causes.append((part, quote(said, "assistant", part)))
                break
        # An answer to a question after the work doesn't sum the work up.
        fresh = self.closing is None or self.runs > self.summed
        if fresh and (said.ends or claims(said.text)) and (told := _told(said.text)):
            self.closing, self.summed = (told, quote(said, "assistant", told)), self.runs

    def _ran(self, run: Run) -> None:
        self.met = run.name
        if run.rejected:
            return
        self.runs += 1
        self.fixes.ran(run)
        if run.path and not run.failed and len(self.edited) < MOST_PATHS:
            self.edited[run.path] = self.edited.get(run.path, 0) + 1
        if run.checked and run.failed is not None:
            self._checked(run)
        elif run.line and run.failed is False and len(run.line) <= 80 and acts(run.line):
            self.ran = [*self.ran, run.line][-MOST_SAID:]
        if run.line and "git init" not in run.line:
            for commit in signals.commits(run.text):
                proof = Evidence(run.number, "tool", _line_with(run.text, commit.sha))
                self.commits = [*self.commits, (commit.subject, proof)][-MOST_SAID:]
            self.requests += bool(signals.pull_request(run.line, run.text))

    def _checked(self, run: Run) -> None:
        what = str(run.summary) if run.summary else "failed" if run.failed else "passed"
        telling = signals.error_line(run.text) if run.failed else _proof(run)
        proof = Evidence(run.number, "tool", telling[:LONGEST_QUOTE]) if len(telling) >= 8 else None
        self.checks.pop(run.checked, None)
        self.checks[run.checked] = (what, proof, run.check)


def acts(line: str) -> bool:
    """Whether a shell line does something, not only look."""
    return any(
        not signals.looking(part) or pattern(r"^(?:rm|mv|cp|mkdir|touch)\b").match(part)
        for part in signals.segments(line)
    )


def quote(said: Said, role: str, near: str) -> Evidence:
    """A verbatim piece of the words: the line that `near` stands in, as long as a quote may be."""
    key = near[:30].lower()
    lines = [line.strip() for line in said.text.splitlines() if line.strip()]
    chosen = next(
        (line for line in lines if key in line.lower().replace("’", "'").replace("**", "")),
        lines[0],
    )
    at = max(chosen.lower().replace("’", "'").find(key), 0)
    if len(chosen) > LONGEST_QUOTE:
        piece = chosen[at : at + LONGEST_QUOTE]
        chosen = piece if at + LONGEST_QUOTE >= len(chosen) else piece.rsplit(" ", 1)[0]
    return Evidence(said.number, "user" if role == "user" else "assistant", chosen.strip())


def _asked(text: str) -> str:
    parts = sentences(own(text))
    return parts[0] if parts else text


def _line_with(text: str, word: str) -> str:
    line = next((line.strip() for line in text.splitlines() if word in line), word)
    return line[:LONGEST_QUOTE].strip()


def _proof(run: Run) -> str:
    """The line of an output that shows that a check passed."""
    found = pattern(
        r"^.*(?:\b\d+ (?:tests? )?passed|\bOK\b|test result: ok|^ok\s+\S+|--- PASS|\b0 issues"
        r"|passing|no issues|BUILD SUCC).*$"
    ).search(run.text[-4000:])
    return found[0].strip() if found else ""


def _bare(sentence: str) -> str:
    """A sentence without Markdown's marks."""
    text = pattern(r"^[ \t]*(?:#+|[-*>]|\d+\.)\s+").sub("", sentence)
    return " ".join(text.replace("**", "").replace("__", "").split()).strip("✅🎉✓✔ ")


def _told(text: str) -> str:
    """What a statement of the agent says it did: its first sentences in prose, or else the first
    points of its list; "" if it says nothing."""
    lines = pattern(r"```[\s\S]*?(?:```|\Z)").sub("", text[:4000]).splitlines()
    prose = [line for line in lines if line.strip() and not pattern(_MARKED).match(line)]
    said: list[str] = []
    for part in (_bare(part) for line in prose for part in sentences(line)):
        empty = part.endswith(("?", ":")) or pattern(_FILLER).match(part)
        if not empty and len(part.split()) >= 4:
            said.append(part)
            if sum(map(len, said)) >= 90:
                break
        elif said:
            break
    if not said:
        listed = [line for line in lines if pattern(r"^[ \t]*(?:[-*•]|\d+\.)\s").match(line)]
        points = [_bare(line) for line in listed]
        said = ["; ".join(point for point in points[:3] if len(point.split()) >= 3)]
    told = " ".join(said)
    return told if len(told) <= 280 else shorten(told, 280)


# Headings, points of a list, tables, quotes.
_MARKED = r"^[ \t]*(?:#|[-*•+]\s|\d+[.)]\s|\||>|\*\*[^*]+\*\*:?\s*$|`{3}|//|[┌│└├])|^\s{4,}\S"
_FILLER = (
    r"^(?:all )?(?:done|great|perfect|good|excellent|ok(?:ay)?|yes|you're (?:absolutely )?right"
    r"|sorry|sure"
    r"|got it|works|summary|great question|good (?:question|point|catch))\b[^,]{0,40}$"
    r"|^(?:let me|i'll|i will|now (?:let|i)|here's|here is|here are|would you|want me|looking at"
    r"|let's"
    r"|now|should i|if you|do you|feel free)\b|^\W*$"
)
