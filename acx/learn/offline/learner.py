"""The offline learner: tasks found and lessons written by rules, without a key or a network.

It says what was asked, done, proved and preferred, in the words of those who said it. What it can't
tell it leaves out: why something is a good idea needs a reader, and that is the model learner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

from acx.engine.limited import Purse
from acx.learn import guard
from acx.learn.draft import Draft
from acx.learn.offline import entries
from acx.learn.offline.customers import serves
from acx.learn.offline.fixes import Fix
from acx.learn.offline.layouts import Place, chosen, places
from acx.learn.offline.preferences import Fact
from acx.learn.offline.steps import Run, computes, steps
from acx.learn.offline.story import LONGEST_QUOTE, Story
from acx.learn.offline.tasks import TaskFinder
from acx.learn.offline.titles import title
from acx.learn.offline.writing import (
    Entry,
    has_entry,
    inert,
    listed,
    logged,
    noted,
    numbered,
    quoted,
    rival,
)
from acx.learn.port import Assignment, Criteria, Reading, ReadingByTask, Skipped, Taught
from acx.model import Evidence, Lesson, LessonKind, SkillTree, Task, Transcript, Usage

MOST_FACTS = 6
MOST_FIXES = 4

_SCRIPT_FROM_WEB = (
    r"\b(?:curl|wget|iwr|invoke-webrequest)\b.*\|\s*(?:sudo )?(?:ba|z|da)?sh\b|\biex\b"
)


class OfflineLearner:
    """A `Learner`. `templates` gives the files of a skill template."""

    prompts = ""

    def __init__(self, templates: Callable[[str], Mapping[str, bytes]]) -> None:
        self._templates = templates

    @property
    def name(self) -> str:
        """As it stands in `Acx-Learner`."""
        return "offline"

    def open(
        self, transcript: Transcript, criteria: Criteria = Criteria(), purse: Purse | None = None
    ) -> Reading:
        """Rules know nothing of a space's criteria, and cost nothing."""
        return ReadingByTask(self, transcript)

    def tasks(self, transcript: Transcript, known: Sequence[Task]) -> tuple[list[Task], Usage]:
        """All tasks of the session, read in one pass."""
        return TaskFinder(known).find(transcript.read()), Usage()

    def lessons(self, assignment: Assignment) -> list[Taught] | Skipped:
        """The log entry first, then fixes, then facts; each on top of the one before."""
        story = Story()
        for first, last in assignment.task.ranges:
            story.take(assignment.transcript.read(first, last))
        if story.asked is None:
            return Skipped("no words of a person in it")
        if other := joined(assignment.task.title, story.parts):
            return Skipped(f'asked in one message with "{other}", and told with it')
        writer = _Writer(self._templates, assignment, story)
        taught = list(writer.all())
        if taught:
            return taught
        return Skipped(writer.reason or "nothing new in it")


def joined(name: str, parts: Sequence[str]) -> str:
    """The title of the task in whose message this one was asked for too; "" if it stands alone."""
    first, *others = [title(part) for part in parts] or [""]
    return first if name in others and name != first else ""


class _Writer:
    """Writes the lessons of one task, one draft on top of the other."""

    def __init__(
        self,
        templates: Callable[[str], Mapping[str, bytes]],
        assignment: Assignment,
        story: Story,
    ) -> None:
        self._templates = templates
        self._assignment = assignment
        self._story = story
        self._tree: SkillTree = assignment.skills
        self._before = "\n".join(
            text or "" for known in assignment.earlier for text in known.changes.values()
        )
        self._rejected = {known.title for known in assignment.rejected}
        self.reason = ""

    def all(self) -> Iterator[Taught]:
        """What the task taught, most important first."""
        yield from self._log()
        for fix in islice(self._story.fixes.found, MOST_FIXES):
            yield from self._fix(fix)
        facts = self._story.facts
        if facts and self._serves:
            # What a customer wishes is no wish of whose agent this is.
            self.reason = self.reason or "a customer's wish"
            return
        if facts and not self._at_work():
            # Who only chats tells of themselves; what they want kept they say in so many words.
            trivial = entries.trivial(self._assignment.task, self._story, self._has_tools)
            facts = [f for f in facts if not f.loose and (f.meant or not trivial)]
        for fact in islice(facts, MOST_FACTS):
            yield from self._fact(fact)

    def _taught(
        self,
        draft: Draft,
        kind: LessonKind,
        title: str,
        summary: str,
        evidence: Sequence[Evidence | None],
        hold: str = "",
    ) -> Iterator[Taught]:
        changes = draft.changes()
        quotes = [item for item in dict.fromkeys(evidence) if item and len(item.quote) >= 2]
        if changes and quotes and title not in self._rejected:
            lesson = Lesson(title, kind, summary, tuple(quotes[:5]))
            hold = hold or self._suspected(lesson, draft)
            self._tree = self._tree if hold else draft
            yield Taught(lesson, changes, hold=hold)
        elif not self.reason:
            self.reason = "rejected before" if title in self._rejected else "already known"

    def _suspected(self, lesson: Lesson, draft: Draft) -> str:
        added = guard.added_lines(draft, self._tree)
        task, transcript = self._assignment.task, self._assignment.transcript
        return "; ".join(guard.objections(lesson, added, transcript, task)[:3])

    def _log(self) -> Iterator[Taught]:
        task, story = self._assignment.task, self._story
        if trivial := entries.trivial(task, story, self._has_tools):
            self.reason = trivial
            return
        if task.status == "success" and not story.fixes.found and self._serves:
            self.reason = "a customer was served, and nothing went wrong"
            return
        # Without times of its own, a session says on which day it was, not when.
        entry = Entry(
            self._day or "undated",
            story.ts[11:16],
            task.title,
            entries.bullets(task, story, self._cwd),
        )
        draft = Draft(self._tree)
        for place in self._for_all("daily-log", f"{task.title} {self._project}"):
            path = f"{place.folder}/{entry.date}.md"
            text = _text(self._tree, path)
            known = self._known_heading(path, entry)
            if known and not has_entry(text, known):
                self.reason = "a person took its entry out of the log"
                continue
            draft.write(path, logged(text, entry, known))
        proofs = [proof for _, proof, _ in story.checks.values()][-1:]
        proofs += [proof for _, proof in story.commits[-1:]]
        causes = story.causes[-1:] if task.status == "failed" else []
        kind: LessonKind = "sop" if task.status == "success" else "warning"
        yield from self._taught(
            draft,
            kind,
            entries.log_title(task, story),
            entries.summary(task, story, self._cwd),
            [story.asked, story.verdict, *causes, *proofs, _short(story.closing)],
        )

    def _fix(self, fix: Fix) -> Iterator[Taught]:
        told = entries.told_fix(fix, self._cwd)
        found = chosen(places(self._tree, "error-list"), f"{fix.tool} {fix.error} {fix.failed}")
        draft = Draft(self._tree)
        if found is None:
            there = any(path.startswith("skills/error-patterns/") for path in self._tree.paths())
            if there or "error-patterns" in self._assignment.removed:
                return
            for name, data in self._templates("error-patterns").items():
                draft.write(f"skills/error-patterns/{name}", data.decode())
            found = Place("skills/error-patterns", "error-list"), ""
        path = f"{found[0].folder}/{fix.tool}.md"
        text = _text(self._tree, path)
        if told.heading in self._before and told.heading not in text:
            self.reason = "a person took it out"
            return
        name = inert(self._assignment.task.title, 80)
        seen = ", ".join(part for part in (self._day, self._project, f'"{name}"') if part)
        draft.write(path, listed(text, fix.tool, told.heading, told.bullets, seen))
        both = f"{fix.failed}\n{fix.worked}"
        hold = "its command runs a script from the web" if re.search(_SCRIPT_FROM_WEB, both) else ""
        evidence = [
            Evidence(fix.error_at, "tool", fix.error[:200].strip()),
            Evidence(
                fix.worked_at,
                "assistant",
                f"{fix.worked.split('(')[0]}:" if fix.called else fix.worked,
            ),
            Evidence(fix.cause_at, "assistant", fix.cause[:200].strip()) if fix.cause else None,
        ]
        yield from self._taught(draft, "warning", told.title, told.summary, evidence, hold)

    def _fact(self, fact: Fact) -> Iterator[Taught]:
        found = chosen(places(self._tree, "topic-facts"), fact.text)
        if found is None:
            self.reason = self.reason or "no skill for facts"
            return
        place, topic = found
        topic = topic or entries.topic(fact.text)
        scope = entries.scope(self._project, fact, self._cwd)
        path = f"{place.folder}/{entries.slug(topic)}-preferences.md"
        # Whatever topic it was filed under; the skill's own instructions are no facts.
        others = [
            other
            for other in self._tree.paths()
            if other.startswith(f"{place.folder}/") and other.endswith("-preferences.md")
        ]
        path = next(
            (other for other in others if rival(_text(self._tree, other), fact.text, scope)), path
        )
        text = _text(self._tree, path)
        wanted = inert(fact.text, 300)
        if wanted in self._before and wanted not in text:
            self.reason = "a person took it out"
            return
        new, replaced = noted(text, fact.text, scope, f"{topic.title()} Preferences")
        draft = Draft(self._tree)
        draft.write(path, new)
        summary = f"The user said: {quoted(fact.said, 300)}"
        if fact.met:
            summary += f" when the agent {entries.acted(fact, self._cwd)}"
        summary += f". It replaces: {replaced}" if replaced else "."
        evidence = [Evidence(fact.message, "user", fact.said)]
        yield from self._taught(draft, "fact", entries.fact_title(fact), summary, evidence)

    def _for_all(self, layout: str, words: str) -> list[Place]:
        """Every skill with that layout which is for everything, or for what the words are about."""
        return [
            place
            for place in places(self._tree, layout)
            if not place.topics or any(topic in words.lower() for topic in place.topics)
        ]

    def _known_heading(self, path: str, entry: Entry) -> str:
        """The heading under which this very task has its entry in that file; "" if it has none.
        When it was first written, its number was the highest."""
        for known in self._assignment.earlier:
            if found := numbered(known.changes.get(path) or "", entry.heading):
                return found[-1]
        return ""

    def _has_tools(self) -> bool:
        return any(message.calls for message in self._assignment.transcript.read())

    def _at_work(self) -> bool:
        """Whether the agent does anything in this session but talk and look things up. Some agents
        work in blocks of code, and their program tells what came of it."""
        talk = self._assignment.transcript
        if any("```" in m.text for m in talk.read() if m.origin == "agent" or m.number > 2):
            return True
        runs = (step for step in steps(talk.read()) if isinstance(step, Run))
        return any((run.works and not computes(run.line)) or run.calls for run in runs)

    @cached_property
    def _serves(self) -> bool:
        return serves(self._assignment.transcript)

    @property
    def _day(self) -> str:
        return (
            self._story.ts or self._before_it or self._assignment.transcript.session.created_at
        )[:10]

    @property
    def _before_it(self) -> str:
        """The last time that was told before the task: some agents only say when a chat began."""
        first = self._assignment.task.first
        times = [m.ts for m in self._assignment.transcript.read(1, first) if m.ts]
        return times[-1] if times else ""

    @property
    def _cwd(self) -> str:
        return self._assignment.transcript.session.cwd.replace("\\", "/").rstrip("/")

    @property
    def _project(self) -> str:
        return self._assignment.transcript.session.project


def _text(tree: SkillTree, path: str) -> str:
    return (tree.read(path) or b"").decode(errors="replace")


def _short(closing: Evidence | None) -> Evidence | None:
    """The closing as evidence: no longer than quotes are."""
    if closing is None or len(closing.quote) <= LONGEST_QUOTE:
        return closing
    return replace(closing, quote=closing.quote[:LONGEST_QUOTE].rsplit(" ", 1)[0])
