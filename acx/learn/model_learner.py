"""The model learner: finds tasks and lessons, and writes them down, by asking a model.

One call finds the tasks of a session, one distils a task, and a short conversation writes a lesson
down. Not here: the prompts' words (`acx.learn.prompts`), what may land
(`check` is handed in), and landing it (the verbs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from acx.engine.port import Engine
from acx.errors import ModelError
from acx.learn.conversation import Meter
from acx.learn.distillation import Distilled, distil
from acx.learn.extraction import find_tasks
from acx.learn.port import Assignment, Skipped, Taught
from acx.learn.writing import Check, Written, write
from acx.model import SkillTree, Task, Transcript, Usage


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
    """A `Learner`. `name` is what `Acx-Learner` says: "anthropic MODEL"."""

    def __init__(
        self, engine: Engine, name: str, check: Check, limits: Limits | None = None
    ) -> None:
        self._engine = engine
        self._name = name
        self._check = check
        self._limits = limits or Limits()

    @property
    def name(self) -> str:
        return self._name

    def tasks(self, transcript: Transcript, known: Sequence[Task]) -> tuple[list[Task], Usage]:
        """All tasks of the session. Raises ModelError."""
        meter = Meter(self._engine)
        limits = self._limits
        found = find_tasks(meter, transcript, known, limits.digest_tokens, limits.max_tokens)
        return found, meter.usage

    def lessons(self, assignment: Assignment) -> list[Taught] | Skipped:
        """What the task taught, written down. Raises ModelError, with what was spent as `usage`.

        A lesson that can't be written doesn't take those before it down: they are returned, unless
        trying again later may help, for then all is to be learned again.
        """
        meter = Meter(self._engine)
        limits = self._limits
        when = _when(assignment)
        assignment.say(f"distilling {assignment.task.title!r}")
        found = distil(meter, assignment, when, limits.digest_tokens, limits.max_tokens)
        left_out = list(found.dropped)
        taught: list[Taught] = []
        tree: SkillTree = assignment.skills
        for distilled in found.lessons:
            assignment.say(f"writing {distilled.lesson.title!r}")
            try:
                outcome = write(
                    meter,
                    assignment,
                    distilled,
                    tree,
                    self._check,
                    when=when,
                    recorded=any(not lesson.hold for lesson in taught),
                    turns=limits.turns,
                    max_tokens=limits.max_tokens,
                )
            except ModelError as error:
                if not taught or error.fatal or error.transient:
                    raise
                left_out.append(error.message)
                continue
            if not isinstance(outcome, Written):
                left_out.append(f"{distilled.lesson.title!r}: {outcome.reason}")
                continue
            lesson = _taught(distilled, outcome, meter.claim())
            taught.append(lesson)
            # What is held may never land: the next lesson must not carry it along.
            tree = tree if lesson.hold else outcome.draft
        if not taught:
            return Skipped("; ".join(left_out), meter.claim())
        for reason in left_out:
            assignment.say(f"left out {reason}")
        taught[-1] = replace(taught[-1], usage=taught[-1].usage + meter.claim())
        return taught


def _taught(distilled: Distilled, written: Written, usage: Usage) -> Taught:
    return Taught(
        lesson=distilled.lesson,
        changes=written.draft.changes(),
        usage=usage,
        hold="; ".join(filter(None, (distilled.hold, written.hold))),
    )


def _when(assignment: Assignment) -> str:
    """When the task began: by its messages, else by the session."""
    for span in assignment.task.ranges:
        for message in assignment.transcript.read(*span):
            if message.ts:
                return f"{message.ts[:10]} {message.ts[11:16]} UTC"
    created = assignment.transcript.session.created_at
    return f"{created[:10]} (its messages carry no time)"
