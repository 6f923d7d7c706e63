"""The outcome of a task, judged from what followed it, with the reason in words a person trusts.

`Course` keeps the few facts that matter, however long the task: the person's last verdict, the last
result of each check, commits, interruptions. Deliberately not here: where tasks begin and end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acx.learn.offline.reading import Reading
from acx.learn.offline.reports import (
    OFFERS,
    admits,
    announces,
    claims,
    gives_up,
    guesses,
    promises,
    unsolved,
)
from acx.learn.offline.steps import Run, Said, computes
from acx.learn.offline.titles import shorten
from acx.learn.offline.verdicts import Verdict, judging, postpones, thanks, troubled
from acx.learn.offline.words import own, pattern, plain, sentences, verbatim
from acx.learn.offline.writing import quoted
from acx.model import TaskStatus
from acx.transcripts import signals

MOST_CHECKS = 16

MOST_BRIEF = 30
"""Words of an answer that adds nothing to the one before it."""

MOST_LOOKING = 5
"""Calls after a report of success that change nothing: who looks around this long has finished."""


@dataclass(frozen=True, slots=True)
class Check:
    """The last result of one check."""

    number: int
    ok: bool
    what: str


@dataclass(slots=True)
class Course:
    """What has happened in a task so far. All numbers are message numbers, 0 for never."""

    runs: int = 0
    edit: int = 0
    acted: int = 0
    worked: int = 0
    mended: int = 0
    ended: bool = False
    spoke: int = 0
    asking: bool = False
    offering: bool = False
    announced: bool = False
    promised: bool = False
    settled: bool = False
    troubled: int = 0
    troubles: int = 0
    unhelped: int = 0
    gave_up: str = ""
    admitted: str = ""
    admitted_at: int = 0
    claim: str = ""
    claim_at: int = 0
    looked: int = 0
    verdict: Verdict = ""
    said: str = ""
    said_at: int = 0
    interrupted: int = 0
    commit: str = ""
    commit_at: int = 0
    undone: int = 0
    error: str = ""
    error_at: int = 0
    denied: str = ""
    denied_at: int = 0
    polite: bool = False
    parted: bool = False
    next: int = 0
    stated: int = 0
    postponed: int = 0
    checks: dict[str, Check] = field(default_factory=dict)

    def ran(self, run: Run) -> None:
        """Take in a tool call with its result."""
        if run.rejected:
            self.ended = False
            return
        self.runs, self.postponed = self.runs + 1, 0
        if run.auto:
            self._by_itself(run)
            return
        self.acted, self.ended, self.interrupted, self.settled = run.number, False, 0, False
        works = run.works and not (run.line and computes(run.line))
        self.worked = run.number if works else self.worked
        if run.works or not (run.failed or run.line or run.reads):
            self.mended = run.number
        self.looked = 0 if run.failed else self.looked + 1
        if run.path and not run.failed:
            self.edit = run.number
        if run.checked and run.failed is not None:
            self._check(run)
        if run.line:
            self._kept(run)
        if run.works or run.calls:
            self.gave_up = ""
        if run.calls:
            self.denied_at = run.number if run.failed else 0
            self.denied = denial(run.text) if run.failed else ""
        if run.failed is not None:
            self.error = signals.error_line(run.text) if run.failed else ""
            self.error_at = run.number if run.failed else 0

    def _by_itself(self, run: Run) -> None:
        """A check by the agent's program, which runs one after the other when files were edited:
        what failed before that edit has passed since, or this one would not have been run."""
        self.acted, self.ended, self.interrupted = run.number, run.stopped, 0
        self.checks = {
            name: check
            for name, check in self.checks.items()
            if check.ok or check.number > self.edit
        }
        self._check(run)

    def _kept(self, run: Run) -> None:
        """Whether the run commits work or takes it back: the commit of a revert is no proof."""
        made = signals.commits(run.text) if "git init" not in run.line else []
        if signals.undoing(run.line) and not run.failed:
            self.undone = run.number
        elif made:
            self.commit, self.commit_at = f"committed {made[-1].sha[:10]}", run.number
        if signals.pull_request(run.line, run.text):
            self.commit, self.commit_at = "opened a pull request", run.number

    def _check(self, run: Run) -> None:
        what = run.result if run.summary else f"{run.checked} {run.result}"
        self.checks.pop(run.checked, None)
        self.checks[run.checked] = Check(run.number, not run.failed, what)
        if len(self.checks) > MOST_CHECKS:
            del self.checks[next(iter(self.checks))]

    def answered(self, said: Said) -> None:
        """Take in words of the agent."""
        parts = sentences(said.text[-600:])
        self.asking = bool(parts) and parts[-1].rstrip("*_ ").endswith("?")
        self.offering = self.asking and bool(pattern(OFFERS).search(parts[-1]))
        # Who says what comes next, and then nothing, was cut off.
        self.announced = said.ends and bool(parts) and announces(parts[-1])
        self.spoke, self.interrupted = said.number, 0
        self.ended = said.ends and not self.announced
        self.promised = said.ends and promises(said.text)
        if said.ends:
            # A few more words after a no don't make it a yes.
            brief = self.parted or len(said.text.split()) <= MOST_BRIEF
            no = "" if self.settled else gives_up(said.text)
            helped = self.troubled <= self.acted or not guesses(said.text)
            self.unhelped = 0 if helped else said.number
            self.gave_up = no or (self.gave_up if brief else "")
        if claim := claims(said.text):
            self.claim, self.claim_at, self.looked = claim, said.number, 0
        if self.runs and (admitted := unsolved(said.text) or admits(said.text)):
            self.admitted, self.admitted_at = admitted, said.number

    def heard(self, said: Said, reading: Reading, wants: bool) -> None:
        """Take in words of the person about this task. Unless they want something, they take what
        was done as it is."""
        if said.event == "interrupt":
            self.interrupted = said.number
            return
        self.interrupted = 0
        if postpones(reading.words):
            self.postponed = said.number
        if troubled(plain(own(said.text))) and reading.verdict != "good":
            self.troubled, self.troubles = said.number, self.troubles + 1
        self.settled = self.settled or (self.ended and reading.verdict == "good")
        self.parted = reading.small or reading.leaves
        self.ended = self.ended and (self.parted or not (wants or self.asking))
        if reading.verdict and (self.acted or self.spoke):
            self._judged(reading.verdict, said.number, said.text)

    def left(self, number: int, words: str, verdict: Verdict) -> None:
        """Take in praise with which the person begins the next request, or that this one waits."""
        if self.acted or self.spoke:
            self._judged(verdict, number, words)
            self.interrupted = 0

    def _judged(self, verdict: Verdict, number: int, words: str) -> None:
        """Take in a verdict. Thanks don't say that it works: they leave another verdict as it is,
        and what the agent said it couldn't do."""
        self.polite = verdict == "good" and thanks(own(words))
        self.parted = self.parted or self.polite
        if self.polite and (self.gave_up or self.verdict == "dropped"):
            return
        self.verdict, self.said_at, self.said = verdict, number, telling(words)

    def judge(self) -> tuple[TaskStatus, str]:
        """The status, and why."""
        # Words about an answer are met by another answer, words about work only by work.
        did = 0 < max(self.edit, self.mended) < self.said_at
        met = max(self.worked, self.mended, 0 if did else self.spoke) > self.said_at
        edited_since = self.edit > self.said_at
        bad = [check for check in self.checks.values() if not check.ok]
        if self.verdict == "dropped" and not (edited_since and self.commit_at > self.said_at):
            return "failed", f"the user {self.said} (#{self.said_at})"
        broke_since = edited_since or any(check.number > self.said_at for check in bad)
        if self.verdict == "good" and not broke_since and not self.denied_at:
            return "success", f"the user {self.said} (#{self.said_at})"
        if self.verdict == "bad" and not met and (self.next or self.ended):
            return "failed", f"the user {self.said} (#{self.said_at})"
        if self.postponed and not self.edit:
            return "running" if self.runs else "pending", ""
        if self.stated and self.spoke and not self.runs and not self.interrupted:
            return "success", f"the user stated it (#{self.stated})"
        if self.interrupted:
            return "failed", f"interrupted and dropped (#{self.interrupted})"
        if not (self.ended or self._closed()):
            return self._broken_off(bad)
        if self.undone > max(self.edit, self.commit_at):
            return "failed", f"taken back with git (#{self.undone})"
        if self.denied_at:
            what = f": {quoted(self.denied, 100)}" if self.denied else ""
            return "failed", f"its last call was refused{what} (#{self.denied_at})"
        return self._admitted() or self._checked(bad) or self._unproved()

    def _admitted(self) -> tuple[TaskStatus, str] | None:
        """What the agent itself says went wrong, if nothing was done about it since."""
        good = max((check.number for check in self.checks.values() if check.ok), default=0)
        since = max(self.edit, self.mended, self.commit_at, good)
        if not self.admitted_at or since >= self.admitted_at:
            return None
        bad = [check for check in self.checks.values() if not check.ok]
        if bad:
            return None  # the check says it better
        return "failed", f"the agent said: {self.admitted} (#{self.admitted_at})"

    def _broken_off(self, bad: list[Check]) -> tuple[TaskStatus, str]:
        """A turn without an end: only what was proved or reported before can count."""
        if self.next and not bad and (found := self._checked(bad)):
            return found
        if self.claim and self.edit <= self.claim_at and not bad and self.looked >= MOST_LOOKING:
            said = f"the agent said: {self.claim} (#{self.claim_at})"
            return "success", f"{said}, and then only looked around; its turn has no end here"
        return "running", ""

    def _closed(self) -> bool:
        """Whether the words after the agent's turn need no answer."""
        cut = self.announced and self.runs  # who only chats promises, and has said all
        return bool(self.next and self.spoke >= self.acted and not cut) or (
            self.verdict == "good" and self.said_at > self.acted
        )

    def _checked(self, bad: list[Check]) -> tuple[TaskStatus, str] | None:
        """What tests, linters, compilers and commits say; None if nothing."""
        if bad:
            last = max(bad, key=lambda check: check.number)
            if self.edit > last.number:
                return "running", ""
            return "failed", f"{last.what} (#{last.number}), not repaired"
        proofs = [
            f"{check.what} (#{check.number})"
            for check in sorted(self.checks.values(), key=lambda check: check.number)
            if check.number > max(self.edit, self.said_at if self.verdict == "bad" else 0)
        ][-2:]
        if self.commit:
            proofs.append(f"{self.commit} (#{self.commit_at})")
        return ("success", ", ".join(proofs)) if proofs else None

    def _unhelped(self) -> bool:
        """Whether the person told of trouble, and got a guess, or the same trouble again."""
        again = not self.runs and self.troubles >= MOST_TROUBLES
        return bool(self.unhelped or again)

    def _unproved(self) -> tuple[TaskStatus, str]:
        if self.gave_up and not self.edit:
            return "failed", f"the agent said: {quoted(self.gave_up, 120)} (#{self.spoke})"
        if self.verdict != "good" and not self.edit and self._unhelped():
            return "failed", f"trouble was told (#{self.troubled}) and met by nothing that helped"
        if self.error_at:
            what = f": {shorten(self.error, 100)}" if self.error else ""
            return "failed", f"ended on an error{what} (#{self.error_at})"
        if not self.spoke and not self.runs:
            return "running", ""
        if (self.asking or self.promised) and not self.next and not self.edit:
            return "running", ""
        rest = f"the user went on (#{self.next})" if self.next else "nothing was said since"
        if self.runs:
            return "success", f"no check was seen: the agent ended without an error and {rest}"
        return "success", f"answered without work; {rest}"


MOST_TROUBLES = 2
"""Times that somebody tells of trouble to an agent that only talks, until it isn't helping."""


def denial(text: str) -> str:
    """What a service says of a call that it refused."""
    found = pattern(r'"(?:message|detail|error|reason)"\s*:\s*"([^"]{4,300})"').findall(text[:2000])
    return max(found, key=len) if found else signals.error_line(text)


def telling(text: str) -> str:
    """That the person said this, or reported that error where their words only point at it."""
    said = verbatim(text, judging(own(text)))
    error = signals.error_line(text)
    if error and (not said or pattern(r"\bnow i'm getting\b").search(said)):
        return f"reported: {quoted(error, 120)}"
    return f"said: {quoted(said or text, 120)}"
