"""The story of a task: what was asked, done, decided and found out, gathered in one pass.

Keeps little, however long the task: a few paths, the last checks, sentences worth quoting. Which
lessons it makes is decided in `learner`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from acx.learn.offline import preferences
from acx.learn.offline.causes import cause, explains, finding
from acx.learn.offline.closing import statement
from acx.learn.offline.fixes import Fixes
from acx.learn.offline.preferences import Fact
from acx.learn.offline.reading import Reading, read
from acx.learn.offline.reports import gives_up
from acx.learn.offline.requests import back_to, refers_back, requests
from acx.learn.offline.steps import Run, Said, acts, computes, steps
from acx.learn.offline.verdicts import contests, judging, laughs
from acx.learn.offline.words import asks, own, pattern, sentences, verbatim
from acx.model import Evidence, Message
from acx.transcripts import signals

MOST_PATHS = 40
MOST_SAID = 6
LONGEST_QUOTE = 200


@dataclass(slots=True)
class Story:
    """What a task came to. Quotes are verbatim."""

    asked: Evidence | None = None
    parts: tuple[str, ...] = ()
    ts: str = ""
    edited: dict[str, int] = field(default_factory=dict)
    checks: dict[str, tuple[str, Evidence | None, str]] = field(default_factory=dict)
    commits: list[tuple[str, Evidence]] = field(default_factory=list)
    requests: int = 0
    decisions: list[Evidence] = field(default_factory=list)
    told: list[Evidence] = field(default_factory=list)
    causes: list[Evidence] = field(default_factory=list)
    closing: Evidence | None = None
    verdict: Evidence | None = None
    facts: list[Fact] = field(default_factory=list)
    fixes: Fixes = field(default_factory=Fixes)
    runs: int = 0
    done: int = 0
    called: int = 0
    blocks: int = 0
    summed: int = 0
    reported: bool = False
    final: bool = False
    ran: list[str] = field(default_factory=list)
    met: str = ""
    refused: str = ""
    troubled: bool = False
    laughed: bool = False
    proposed: bool = False
    asked_back: bool = False
    steered: bool = False
    words: str = ""
    errors: dict[str, int] = field(default_factory=dict)
    spoke: int = 0
    saying: tuple[str, int] = ("", 0)
    led: int = 0

    def take(self, messages: Iterable[Message]) -> None:
        """Take in the messages of one range of the task."""
        if self.asked is not None:
            self._anew()  # it was come back to: what was reported wasn't the end
        for step in steps(messages):
            if isinstance(step, Run):
                self._ran(step)
            elif step.human:
                self._heard(step)
            else:
                self._answered(step)

    def _heard(self, said: Said) -> None:
        first = self.asked is None
        self.laughed = self.laughed or laughs(own(said.text))
        self.ts = self.ts or said.ts
        self.fixes.heard()
        if first:
            self.asked = quote(said, "user", _asked(said.text))
            self.parts = read(said.text).parts
            self.troubled = pattern(_ASKED_FOR_TROUBLE).search(own(said.text)) is not None
        if said.event == "interrupt" or (said.event == "rejection" and _denies(said.text)):
            # What led to a step that they stop is no finding; one done in another way may be.
            self.causes = [one for one in self.causes if one.message < self.spoke]
        if said.event == "interrupt":
            self._anew()
        refused = said.event == "rejection" and self.refused
        self.facts += preferences.facts(said, refused or self.met, self.words, self.proposed)
        if first or said.event in ("interrupt", "shell", "edit", "plan"):
            return
        reading = read(said.text)
        self._told(said, reading)
        if reading.verdict in ("bad", "dropped"):
            # What was found before didn't hold, and somebody says what is wrong.
            self.troubled = True
            self._anew()
            denied = reading.verdict == "bad" and not self.proposed
            self.causes = [] if denied else self.causes
        if reading.verdict:
            self.final = self.final and reading.verdict == "good"  # else: what is said next counts
            self.verdict = quote(said, "user", judging(reading.words) or said.text)
        elif not (reading.ahead or reading.small) and len(self.decisions) < MOST_SAID:
            told = [part for part in sentences(reading.words) if decides(part)]
            if said.event == "rejection" and not told:
                told = [part for part in sentences(reading.words)[:1] if not asks(part)]
            if told and (words := verbatim(said.text, told[0])):
                self.decisions.append(Evidence(said.number, "user", words))

    def _anew(self) -> None:
        """What was reported so far doesn't sum the task up."""
        self.closing, self.reported, self.final = None, False, False

    def _told(self, said: Said, reading: Reading) -> None:
        """What a person says about the work when it went wrong, or when the agent has said what it
        would do: how it really is, and how it is to be done."""
        refused = said.event == "rejection"
        heeded = refused or self.proposed or (self.troubled and not self.asked_back)
        heeded = heeded or (contests(reading.words) and bool(self.runs))
        praised = reading.verdict == "good" and not back_to(reading.words)
        if reading.ahead or ((praised or self.asked_back) and not heeded):
            return
        for words in preferences.guidances(reading.rest, loosely=refused or heeded):
            if it := verbatim(said.text, words):
                self.steered = self.steered or refused or self.proposed
                self.told = [*self.told, Evidence(said.number, "user", it)][-MOST_SAID:]

    def _answered(self, said: Said) -> None:
        self.fixes.said(said)
        self.spoke = said.number
        self.saying = ("", 0) if said.ends else (said.text, said.number)
        self.words = said.text[-600:] if said.ends else ""
        self.proposed = said.ends and pattern(_PROPOSES).search(said.text[-600:]) is not None
        self.asked_back = said.ends and said.text.rstrip("*_ ").endswith("?")
        self.blocks += "```" in said.text  # some transcripts tell work so, not as calls
        why = cause(said.text, after_failure=self.troubled)
        if not why and self.troubled and said.ends and explains(told := finding(said.text)):
            why = told
        if why:
            self.causes = [*self.causes, Evidence(said.number, "assistant", why)][-MOST_SAID:]
        if not said.text.strip():
            return
        told, reports = statement(said.text)
        if said.ends and not reports and (gave_up := verbatim(said.text, gives_up(said.text))):
            # What was reported before didn't come true.
            self.closing, self.reported = Evidence(said.number, "assistant", gave_up), False
            return
        # An answer to a question after the work doesn't sum the work up.
        did = self.done + self.called + self.blocks
        fresh = did > self.summed or not self.final
        better = reports or not self.reported
        if told and fresh and better and (said.ends or (reports and self.closing is None)):
            self.closing = Evidence(said.number, "assistant", told)
            self.summed, self.reported, self.final = did, reports, said.ends

    def _ran(self, run: Run) -> None:
        self.runs += 1
        if run.auto:
            # One runs after the other: what failed before has passed by now.
            self.checks = {name: told for name, told in self.checks.items() if told[0] == "passed"}
            self._checked(run)
            return
        self.met = run.name
        if run.failed:
            # What it acted on before wasn't it, or not all of it.
            self.causes = [one for one in self.causes if one.message != self.led]
        self._led(run)
        self.troubled = (
            self.troubled
            or bool(run.failed)
            or pattern(_TROUBLE).search(run.text[-2000:]) is not None
        )
        self._doubt(run)
        self.runs -= run.rejected
        if run.rejected:
            self.refused = run.name
            return
        self.done += run.works and not (run.line and computes(run.line))
        self.called += run.calls and not run.failed
        self.fixes.ran(run)
        if run.removed and not run.failed:
            for path in [path for path in self.edited if _gone(path, run.removed)]:
                del self.edited[path]
        if run.path and not run.failed and len(self.edited) < MOST_PATHS:
            self.edited[run.path] = self.edited.get(run.path, 0) + 1
        if run.checked and run.failed is not None:
            self._checked(run)
        elif run.line and run.failed is False and len(run.line) <= 80 and _worth(run.line):
            self.ran = [*self.ran, run.line][-MOST_SAID:]
        if run.line and "git init" not in run.line:
            for commit in signals.commits(run.text):
                proof = Evidence(run.number, "tool", _line_with(run.text, commit.sha))
                self.commits = [*self.commits, (commit.subject, proof)][-MOST_SAID:]
            self.requests += bool(signals.pull_request(run.line, run.text))

    def _led(self, run: Run) -> None:
        """What the agent said right before it changed something, where something was to be found
        out: it acts on what it has found."""
        text, at = self.saying
        if not (run.works or run.rejected or (run.calls and not run.failed)) or not text:
            return
        self.saying = "", 0
        known = any(one.message == at for one in self.causes)
        if self.troubled and not known and explains(why := finding(text)):
            self.led = at
            self.causes = [*self.causes, Evidence(at, "assistant", why)][-MOST_SAID:]

    def _doubt(self, run: Run) -> None:
        """The same error again: what was found since it was seen last wasn't it."""
        error = signals.error_line(run.text) if run.failed else ""
        if error:
            seen = self.errors.pop(error, None)
            if seen is not None:
                self.causes = [one for one in self.causes if one.message < seen]
            self.errors[error] = run.number
            if len(self.errors) > MOST_SAID:
                del self.errors[next(iter(self.errors))]

    def _checked(self, run: Run) -> None:
        what = run.result
        telling = signals.error_line(run.text) if run.failed else _proof(run)
        proof = Evidence(run.number, "tool", telling[:LONGEST_QUOTE]) if len(telling) >= 8 else None
        self.checks.pop(run.checked, None)
        self.checks[run.checked] = (what, proof, _shown(run))


def _denies(text: str) -> bool:
    """Whether a refusal is of the step itself: not of how it is done."""
    words = own(text)
    return (
        not words
        or bool(
            pattern(
                r"^\W*(?:(?:oh|ok(?:ay)?|hm+|well|and|but)\b\W*)*(?:no|nope|not|stop|wait|don't"
                r"|why|wrong|never|nein|nicht)\b"
            ).match(words)
        )
        or contests(words)
    )


_PROPOSES = (
    r"\bI(?:'d| would| could| suggest| propose| recommend)\b|\b(?:shall|should|may) I\b"
    r"|\b(?:do you )?want me to\b|\bwould you like\b|\balternatively\b|\bI(?:'ll| will)\b"
)

_ASKED_FOR_TROUBLE = (
    r"\b(?:why|broken?|fail\w*|errors?|bug|wrong|missing|short|slow\w*|crash\w*|leak\w*"
    r"|duplicat\w*|twice|doesn'?t|isn'?t|can'?t|won'?t|no longer|paged|down|stuck|hangs?)\b"
)
"""Words of a request by which something is to be found out."""

_TROUBLE = (
    r"\b(?:error|failed|failure|exception|denied|fatal|undefined|crash\w*|oomkilled|not found"
    r"|declined|rejected"
    r"|refused|timed out)\b"
)


def _gone(path: str, removed: Iterable[str]) -> bool:
    """Whether a file was taken away, by its own path or with its folder; both may be relative."""
    path = path.replace("\\", "/")
    for other in removed:
        other = other.replace("\\", "/").removeprefix("./").rstrip("/")
        if other and (
            f"/{path}".endswith(f"/{other}")
            or f"/{other}".endswith(f"/{path}")
            or f"/{other}/" in f"/{path}"
        ):
            return True
    return False


def decides(sentence: str) -> bool:
    """Whether a sentence chooses, limits or asks for something, and makes sense on its own."""
    if len(sentence.split()) < 3 or pattern(_REMARK).search(sentence) or laughs(sentence):
        return False
    if refers_back(sentence) and len(sentence.split()) < 6:
        return False
    if requests(sentence):
        return bool(pattern(_CHOICE).search(sentence)) and not refers_back(sentence)
    return not asks(sentence) and bool(pattern(_DECISION).search(sentence))


_DECISION = (
    r"^(?:no|nope|let'?s not|use|don't|do not|keep|put|make|only|instead|rather|not|never"
    r"|always|just)\b"
    r"|\binstead of\b|\brather than\b|\b(?:should|must|has to|have to|needs? to)\b"
    r"|\bwe (?:don't|do not|won't) (?:need|want|use)\b|^(?:i|we)(?:'d)? (?:want|prefer)\b"
)
_CHOICE = r"\b(?:instead|rather|explicitly|only|without|separate(?:ly)?|the same|no)\b"
_REMARK = (
    r"^\W*(?:h+m+|oh|ok(?:ay)?,? cool|cool|yeah|yes)\b|\blet'?s go\b"
    r"|\bi (?:just|think that's|wonder)\b"
    r"|\bi(?:'m| am) (?:wondering|confused)\b|\bdo you\b|^(?:tell|show) me\b"
    r"|^implement (?:\d|it|that|all)\b|^(?:continue|go on|proceed)\b|^no,? (?:it|that)'s\b"
    r"|^no,? thank"
)


def _worth(line: str) -> bool:
    """Whether a command may stand for what was done: deleting things may not."""
    return acts(line) and not pattern(r"\b(?:rm|rmdir|unlink|shred|del)\s").search(line)


def _shown(run: Run) -> str:
    """The part of the command that made the summary: the tests, where a linter ran before them."""
    if run.summary is None:
        return run.check
    checks = [part for part in signals.segments(run.line) if signals.checking(part)]
    return next((part for part in reversed(checks) if "test" in part), run.check)


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
    parts = sentences(read(text).rest or own(text))
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
