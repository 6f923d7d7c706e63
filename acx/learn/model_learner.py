"""The model learner: finds tasks and lessons, and writes them down, by asking a model.

A session is shown once: one call finds its tasks, and the same conversation goes on to what they
taught. Where it is too long for that, what was cut is shown once more, a few tasks at a time. A
short conversation of its own writes each lesson down. Not here: the prompts' words
(`acx.learn.prompts`), what may land (`check` is handed in), and landing it (the verbs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from acx.engine.later import Later, Shelf
from acx.engine.limited import Limited, Purse
from acx.engine.port import Engine
from acx.errors import ModelError, PutOff
from acx.learn import guard
from acx.learn.conversation import Conversation, Meter, words
from acx.learn.distillation import (
    REPORT_LESSONS,
    Distillate,
    Distilled,
    lessons_reader,
    lessons_request,
    when,
)
from acx.learn.extraction import REPORT_TASKS, shown, tasks_reader, tasks_request
from acx.learn.port import Answer, Assign, Assignment, Criteria, Skipped, Taught
from acx.learn.prompts import fence, fill, prompt_hash, text
from acx.learn.writing import Check, Unwritten, Written, write
from acx.model import Lesson, SkillTree, Task, Transcript, Usage
from acx.transcripts.digest import digest

Result = TypeVar("Result")

MOST_TOLD = 3
"""Objections to a lesson that a commit names."""

HALVINGS = 3
"""How often a digest is made half as long where the model can't read it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one call or lesson may take.

    digest_tokens  of a session or task, counted as 4 characters each. Code has nearer 3, so that
                   60,000 stay below the 100,000 at which Haiku 5.5 gets five times dearer
    max_tokens     of an answer, the model's thinking included; twice that after a cut-off
    turns          of the conversation that writes one lesson down
    """

    digest_tokens: int = 60_000
    max_tokens: int = 12_000
    turns: int = 12


class ModelLearner:
    """A `Learner`. `name` is what `Acx-Learner` says: "anthropic MODEL".

    `shelf` has answers that came in batches, and takes questions for the next one.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        check: Check,
        limits: Limits | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._engine = engine
        self._shelf = shelf
        self._name = name
        self._check = check
        self._limits = limits or Limits()

    @property
    def name(self) -> str:
        return self._name

    @property
    def prompts(self) -> str:
        return prompt_hash()

    def open(
        self, transcript: Transcript, criteria: Criteria = Criteria(), purse: Purse | None = None
    ) -> ModelReading:
        engine = Limited(self._engine, purse) if purse else self._engine
        engine = Later(engine, self._shelf) if self._shelf else engine
        return ModelReading(engine, transcript, criteria, self._check, self._limits)


class ModelReading:
    """A `Reading` of one session."""

    def __init__(
        self,
        engine: Engine,
        transcript: Transcript,
        criteria: Criteria,
        check: Check,
        limits: Limits,
    ) -> None:
        self._meter = Meter(engine)
        self._transcript = transcript
        self._criteria = criteria
        self._check = check
        self._limits = limits
        self._conversation: Conversation | None = None
        self._complete = transcript.count + 1
        """From this message on the conversation shows all there is to see."""

    def tasks(self, known: Sequence[Task]) -> tuple[list[Task], Usage]:
        """All tasks of the session, in one call. Raises ModelError."""

        def find(tokens: int) -> list[Task]:
            seen = shown(self._transcript, known, tokens)
            if not seen.asked:
                return list(known)
            request = tasks_request(self._transcript, known, self._criteria)
            conversation = self._studying(seen.text, request)
            reader = tasks_reader(known, seen.asked, self._transcript.count)
            found = conversation.ask(REPORT_TASKS, reader)
            self._conversation, self._complete = conversation, seen.complete
            return found

        found = self._fitting(find)
        return found, self._meter.claim()

    def lessons(self, tasks: Sequence[Task], assign: Assign) -> Iterator[tuple[Task, Answer]]:
        """What each task taught. Raises PutOff; other errors are values."""
        for group, episode in self._groups(tasks):
            assignments = [assign(task) for task in group]
            assignments[0].say("distilling")
            try:
                found = self._distilled(assignments, episode)
            except PutOff:
                raise
            except ModelError as error:
                yield group[0], error
                yield from ((task, error.again()) for task in group[1:])
                continue
            spent = self._meter.claim()
            count = sum(len(one.lessons) for one in found.values())
            shares = iter(spent.shared(count) if count else ())
            for n, task in enumerate(group):
                rest = [(one, found[one.task.number].lessons) for one in assignments[n + 1 :]]
                later = [
                    lesson for one, lessons in rest for lesson in self._to_follow(one, lessons)
                ]
                answer = self._learned(assign(task), found[task.number], later, shares)
                if not count and isinstance(answer, Skipped):
                    answer, spent = replace(answer, usage=answer.usage + spent), Usage()
                yield task, answer

    def _groups(self, tasks: Sequence[Task]) -> Iterator[tuple[list[Task], str]]:
        """Tasks to be distilled in one call, with what the model has to be shown first: "" for
        those of which the conversation has seen everything."""
        seen = [task for task in tasks if self._conversation and task.first >= self._complete]
        if seen:
            yield seen, ""
        room = self._limits.digest_tokens
        group: list[Task] = []
        episodes: list[str] = []
        for task in (task for task in tasks if task not in seen):
            episode = self._episode(task, room)
            if group and sum(map(len, episodes)) + len(episode) > room * 4:
                yield group, "\n\n".join(episodes)
                group, episodes = [], []
            group.append(task)
            episodes.append(episode)
        if group:
            yield group, "\n\n".join(episodes)

    def _episode(self, task: Task, tokens: int) -> str:
        messages = chain.from_iterable(self._transcript.read(*span) for span in task.ranges)
        return f"Task {task.number}:\n{fence('transcript', digest(messages, tokens))}"

    def _distilled(self, assignments: Sequence[Assignment], episode: str) -> dict[int, Distillate]:
        """What the tasks taught, in one call."""
        request, reader = lessons_request(assignments), lessons_reader(assignments)
        if not episode and self._conversation:
            conversation, self._conversation = self._conversation, None
            try:
                conversation.say([words(request)])
                return conversation.ask(REPORT_LESSONS, reader)
            except ModelError as error:
                if not error.too_long:
                    raise
                self._meter.give_back(error)

        def ask(tokens: int) -> dict[int, Distillate]:
            each = tokens // len(assignments)
            shorter = [self._episode(one.task, each) for one in assignments]
            whole = episode if tokens == self._limits.digest_tokens else ""
            conversation = self._studying(whole or "\n\n".join(shorter), request)
            return conversation.ask(REPORT_LESSONS, reader)

        return self._fitting(ask)

    def _studying(self, seen: str, request: str) -> Conversation:
        law = {name: text(name) for name in ("reading", "tasks", "lessons")}
        return Conversation(
            self._meter,
            system=fill("study", **law),
            opening=(seen, request),
            tools=[REPORT_TASKS, REPORT_LESSONS],
            max_tokens=self._limits.max_tokens,
            can_wait=True,
        )

    def _fitting(self, ask: Callable[[int], Result]) -> Result:
        """Asked with a digest as long as it may be; with half of it where the model can't read
        that much, and half of that."""
        tokens = self._limits.digest_tokens
        for _ in range(HALVINGS):
            try:
                return ask(tokens)
            except ModelError as error:
                if not error.too_long:
                    raise
                self._meter.give_back(error)
                tokens //= 2
        return ask(tokens)

    def _learned(
        self,
        assignment: Assignment,
        distillate: Distillate,
        later: Sequence[Lesson],
        shares: Iterator[Usage],
    ) -> Answer:
        """A task's lessons, written down. `later`: those of the tasks after it.

        A lesson that can't be written doesn't take those before it down: they are returned, unless
        trying again later may help, for then all is to be learned again.
        """
        left_out = list(distillate.dropped)
        taught: list[Taught] = []
        spent = Usage()
        tree: SkillTree = assignment.skills
        for n, distilled in enumerate(distillate.lessons, 1):
            spent += next(shares, Usage())
            assignment.say(f"writing {distilled.lesson.title!r}")
            try:
                others = [*self._to_follow(assignment, distillate.lessons[n:])]
                outcome = self._written(assignment, distilled, tree, taught, others, later)
            except ModelError as error:
                spent += error.usage or Usage()
                error.usage = sum((lesson.usage for lesson in taught), spent)
                if isinstance(error, PutOff):
                    raise
                if not taught or error.fatal or error.transient:
                    return error
                left_out.append(error.message)
                continue
            spent += self._meter.claim()
            if not isinstance(outcome, Written):
                left_out.append(f"{distilled.lesson.title!r}: {outcome.reason}")
                continue
            hold = outcome.hold or self._suspected(assignment, distilled, outcome, tree)
            taught.append(Taught(distilled.lesson, outcome.draft.changes(), spent, hold))
            spent = Usage()
            # What is held may never land: the next lesson must not carry it along.
            tree = tree if hold else outcome.draft
        if not taught:
            return Skipped("; ".join(left_out), spent)
        for reason in left_out:
            assignment.say(f"left out {reason}")
        taught[-1] = replace(taught[-1], usage=taught[-1].usage + spent)
        return taught

    def _to_follow(
        self, assignment: Assignment, distilled: Sequence[Distilled]
    ) -> Iterator[Lesson]:
        """Lessons that a log may name before they are written; not those that will be held for what
        they are, or the log would carry onto the branch what a person is to see first."""
        for other in distilled:
            lesson = other.lesson
            if not guard.objections(lesson, {}, assignment.transcript, assignment.task):
                yield lesson

    def _suspected(
        self, assignment: Assignment, distilled: Distilled, written: Written, tree: SkillTree
    ) -> str:
        """Why a person should look at a lesson first. The model isn't told, as it is of mistakes in
        form: a second try would be a try to get around it."""
        added = guard.added_lines(written.draft, tree)
        task, transcript = assignment.task, assignment.transcript
        return "; ".join(guard.objections(distilled.lesson, added, transcript, task)[:MOST_TOLD])

    def _written(
        self,
        assignment: Assignment,
        distilled: Distilled,
        tree: SkillTree,
        taught: Sequence[Taught],
        others: Sequence[Lesson],
        later: Sequence[Lesson],
    ) -> Written | Unwritten:
        return write(
            self._meter,
            assignment,
            distilled,
            tree,
            self._check,
            when=when(assignment),
            recorded=any(not lesson.hold for lesson in taught),
            held=sum(bool(lesson.hold) for lesson in taught),
            others=others,
            later=later,
            turns=self._limits.turns,
            max_tokens=self._limits.max_tokens,
        )
