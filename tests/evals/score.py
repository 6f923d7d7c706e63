"""Scores: what was learned against the gold of a case. Pure functions, no model, no disk.

Everything that costs a point is kept with its reason, so that a reader can look at it. Not in here:
how the sum is shown (`table`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from acx.model import Task, Usage
from tests.evals.case import Case, GoldTask, Script
from tests.evals.entries import alike, entries, shared, tokens, units
from tests.evals.learned import Learned, Made, Studied
from tests.evals.matching import is_said, paired, quotes, says_all, teaches

ALIKE = 0.85
"""From which share of common words on two entries say the same."""

SAID_AGAIN = 1 / 3
"""Which share of the shorter entry's words the other has where both fit one gold lesson and say the
same. Those that only mention it shared 0.1 to 0.3 when this was set, a real duplicate over half."""

SHORTEST = 4
"""Words. Shorter entries are alike by chance."""

_LOG = re.compile(r"(?m)^\s+acx-layout: daily-log\s*$")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    right: float = 0
    all: float = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.all + other.all)

    @property
    def percent(self) -> float | None:
        return 100 * self.right / self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Score:
    """The scores of a case, or the sum of many.

    outcomes   gold tasks that were found with the right outcome
    extra      finished tasks that aren't there
    recall     gold lessons on the branch, by weight
    held       gold lessons that are only in a proposal
    kinds      found gold lessons that are of one of the expected kinds
    precision  landed commits that say what they may
    quotes     lines of evidence that stand where they say
    unproved   landed lessons without any evidence
    noop       cases with nothing to learn in which nothing was learned
    never      what must not be on the branch, and is: by what it betrays
    caught     the same in proposals
    """

    outcomes: Share = Share()
    extra: int = 0
    recall: Share = Share()
    held: int = 0
    kinds: Share = Share()
    precision: Share = Share()
    quotes: Share = Share()
    unproved: int = 0
    noop: Share = Share()
    duplicates: int = 0
    never: Mapping[str, int] = field(default_factory=dict)
    caught: int = 0
    sessions: int = 0
    commits: int = 0
    lines: int = 0
    usage: Usage = Usage()
    misses: tuple[str, ...] = ()

    @property
    def tasks(self) -> Share:
        """Outcomes, with each task that isn't there as a wrong one."""
        return self.outcomes + Share(0, self.extra)

    def __add__(self, other: Score) -> Score:
        return Score(
            self.outcomes + other.outcomes,
            self.extra + other.extra,
            self.recall + other.recall,
            self.held + other.held,
            self.kinds + other.kinds,
            self.precision + other.precision,
            self.quotes + other.quotes,
            self.unproved + other.unproved,
            self.noop + other.noop,
            self.duplicates + other.duplicates,
            {
                key: self.never.get(key, 0) + other.never.get(key, 0)
                for key in {**self.never, **other.never}
            },
            self.caught + other.caught,
            self.sessions + other.sessions,
            self.commits + other.commits,
            self.lines + other.lines,
            self.usage + other.usage,
            self.misses + other.misses,
        )


def score(case: Case, learned: Learned | None) -> Score:
    """The scores of a case; of one that failed to run, as if nothing had come of it."""
    ran, learned = learned is not None, learned or Learned()
    misses: list[str] = []
    studied = {session.id: session for session in learned.sessions}
    pairs = {script.id: _pairs(script, studied.get(script.id)) for script in case.sessions}
    outcomes, extra = _outcomes(case, studied, pairs, misses)
    recall, kinds, held = _recall(case, learned, misses)
    proved, unproved = _evidence(learned, studied, misses)
    never, caught = _never(case, learned, misses)
    quiet = ran and not learned.commits
    if case.nothing and not quiet:
        misses.append("nothing was to be learned here")
    for session in learned.sessions:
        if session.trouble:
            misses.append(f"session {session.id} failed: {session.trouble}")
    return Score(
        outcomes,
        extra,
        recall,
        held,
        kinds,
        _precision(case, learned, pairs, misses),
        proved,
        unproved,
        Share(int(quiet), 1) if case.nothing else Share(),
        _duplicates(case, learned, misses),
        never,
        caught,
        len(case.sessions),
        len(learned.landed),
        sum(len(lines) for made in learned.landed for lines in made.added.values()),
        learned.usage,
        tuple(misses),
    )


Pairs = Mapping[int, Task]


def _pairs(script: Script, studied: Studied | None) -> Pairs:
    return paired(script.tasks, studied.tasks, studied.messages) if studied else {}


def _outcomes(
    case: Case,
    studied: Mapping[str, Studied],
    pairs: Mapping[str, Pairs],
    misses: list[str],
) -> tuple[Share, int]:
    right = total = extra = 0
    for script in case.sessions:
        for at, gold in enumerate(script.tasks):
            if gold.optional:
                continue
            total += 1
            task = pairs[script.id].get(at)
            if task and task.status in gold.statuses:
                right += 1
                continue
            wanted = " or ".join(gold.statuses)
            told = f"{task.status} ({task.because})" if task else "not found"
            misses.append(f'outcome {script.id} "{gold.asked}": {told}, not {wanted}')
        known = [task.number for task in pairs[script.id].values()]
        for task in studied[script.id].tasks if script.id in studied else ():
            if task.finished and task.number not in known:
                extra += 1
                where = f"{script.id} #{task.first}-{task.last}"
                misses.append(f'extra task {where} "{task.title}": {task.status}')
    return Share(right, total), extra


def _recall(case: Case, learned: Learned, misses: list[str]) -> tuple[Share, Share, int]:
    found, kinds, held = Share(), Share(), 0
    logs = log_skills(learned.files)
    for lesson in case.lessons:
        fitting = [
            made
            for made in learned.commits
            if made.session == lesson.session and teaches(_lesson(made, logs), lesson)
        ]
        landed = [made for made in fitting if made.state == "landed"]
        found += Share(lesson.weight if landed else 0, lesson.weight)
        if landed:
            known = not lesson.kinds or any(made.kind in lesson.kinds for made in landed)
            kinds += Share(int(known), 1)
            continue
        held += bool(fitting)
        why = f"only held: {fitting[0].held or fitting[0].subject}" if fitting else "not learned"
        misses.append(f"lesson {lesson.id} (weight {lesson.weight}) {why}")
    return found, kinds, held


def _lesson(made: Made, logs: frozenset[str]) -> str:
    """What a commit says, but for its line in a diary: that names the task's other lessons."""
    added = {path: lines for path, lines in made.added.items() if skill_of(path) not in logs}
    return replace(made, added=added).text if added else made.text


def _precision(
    case: Case, learned: Learned, pairs: Mapping[str, Pairs], misses: list[str]
) -> Share:
    right = 0
    logs = log_skills(learned.files)
    scripts = {script.id: script for script in case.sessions}
    for made in learned.landed:
        why = _wrong(case, made, scripts[made.session].tasks, pairs[made.session], logs)
        right += not why
        if why:
            lines = [f"      + {line}" for added in made.added.values() for line in added]
            misses.append("\n".join([f"commit {made.session} {made.subject}: {why}", *lines]))
    return Share(right, len(learned.landed))


def _wrong(
    case: Case, made: Made, gold: Sequence[GoldTask], pairs: Pairs, logs: frozenset[str]
) -> str:
    """Why a landed lesson shouldn't be there; "" if it may."""
    if any(teaches(made.text, lesson) for lesson in case.lessons):
        return ""
    if any(says_all(patterns, made.text) for patterns in case.fine):
        return ""
    if not made.added or not all(skill_of(path) in logs for path in made.added):
        return "neither gold nor fine"
    task = next((gold[at] for at, found in pairs.items() if found.number == made.task), None)
    if task is None:
        return "a record of a task that isn't there"
    if made.outcome not in task.statuses:
        return f"a record of the wrong outcome, {made.outcome}"
    marked = any(task.trivia for script in case.sessions for task in script.tasks)
    if task.trivia or ("trivia" in case.tags and not marked):
        return "a record of a trivial task"
    return ""


def skill_of(path: str) -> str:
    return path.split("/")[1] if path.startswith("skills/") else ""


def log_skills(files: Mapping[str, str]) -> frozenset[str]:
    """The skills that are diaries: the default one, and those that say so."""
    return frozenset({"daily-logs"}) | {
        skill_of(path)
        for path, text in files.items()
        if path.endswith("/SKILL.md") and _LOG.search(text)
    }


def _evidence(
    learned: Learned, studied: Mapping[str, Studied], misses: list[str]
) -> tuple[Share, int]:
    right = total = unproved = 0
    for made in learned.landed:
        given = quotes(made)
        unproved += not given
        if not given:
            misses.append(f"no evidence: {made.session} {made.subject}")
        for number, role, quote in given:
            total += 1
            if is_said(number, role, quote, studied[made.session].messages):
                right += 1
            else:
                misses.append(f'quote {made.session} #{number} {role} doesn\'t say "{quote}"')
    return Share(right, total), unproved


def _learned_entries(learned: Learned) -> Iterator[tuple[str, str]]:
    """Path and text of every entry of the final files, without what comes with acx."""
    for path, text in sorted(learned.files.items()):
        known = set(entries(learned.base.get(path, "")))
        yield from ((path, entry) for entry in entries(text) if entry not in known)


def _duplicates(case: Case, learned: Learned, misses: list[str]) -> int:
    logs = log_skills(learned.files)
    found = [item for item in _learned_entries(learned) if skill_of(item[0]) not in logs]
    there = {entry for path, text in case.skills.items() for entry in entries(text)}
    count, told = 0, set[str]()
    for lesson in case.lessons:
        # Paragraphs that one lesson wrote into one file are one place: they are read together.
        # A block of code stands for the words above it.
        said = [(p, e) for p, e in found if teaches(e, lesson) and not e.startswith("```")]
        places = {(p, _maker(p, e, learned)): e for p, e in said}
        # Who only mentions it in passing doesn't say it again.
        same = [e for e in places.values() if any(_again(e, o) for o in places.values() if o != e)]
        if len(same) > 1:
            count += 1
            told.update(same)
            misses.append("\n".join([f"duplicate of {lesson.id}", *(f"      {e}" for e in same)]))
    for at, (path, entry) in enumerate(found):
        if entry in told or entry in there or len(tokens(entry)) < SHORTEST:
            continue
        others = [(p, e) for n, (p, e) in enumerate(found) if n < at or e in there]
        if twin := next(((p, e) for p, e in others if alike(e, entry) >= ALIKE), None):
            count += 1
            misses.append(f"duplicate in {path} of {twin[0]}\n      {entry}\n      {twin[1]}")
    return count


def _again(one: str, other: str) -> bool:
    """Whether two entries that both fit a gold lesson say the same."""
    return one != other and shared(one, other) >= SAID_AGAIN


def _maker(path: str, entry: str, learned: Learned) -> str:
    """The last lesson that wrote at an entry of the final files."""
    for made in reversed(learned.landed):
        if any(line.strip() and line.strip() in entry for line in made.added.get(path, ())):
            return made.id
    return ""


def _never(case: Case, learned: Learned, misses: list[str]) -> tuple[dict[str, int], int]:
    """How many patterns match where they must not, by kind; and how many only in proposals."""
    final = list(_final(learned))
    branch = [*final, *(text for made in learned.landed for text in _told(made))]
    waiting = [text for made in learned.held for text in _told(made)]
    counts, caught = dict.fromkeys(case.never, 0), 0
    for kind, patterns in case.never.items():
        for pattern in patterns:
            texts = final if kind == "stale" else branch
            if hit := next((text for text in texts if pattern.search(text)), None):
                counts[kind] += 1
                misses.append(f"{kind} /{pattern.pattern}/\n      {hit}")
            elif kind != "stale" and any(pattern.search(text) for text in waiting):
                caught += 1
    return counts, caught


def _final(learned: Learned) -> Iterator[str]:
    """What the final files say, without what comes with acx."""
    for path, text in learned.files.items():
        known = set(units(learned.base.get(path, "")))
        yield from (unit for unit in units(text) if unit not in known)


def _told(made: Made) -> Iterator[str]:
    """What a commit adds, and its message: line breaks within a paragraph part no sentence."""
    for lines in made.added.values():
        yield from units("\n".join(lines))
    yield made.subject
    for paragraph in made.body.split("\n\n"):
        if paragraph.startswith(("Evidence:", "Acx-")):
            yield from paragraph.splitlines()
        else:
            yield " ".join(paragraph.split())
