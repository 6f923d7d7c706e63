"""Writing one lesson down with a model: it edits a draft with tools until it says it is done.

The whole agent is `execute(query())`, for a bounded number of turns. What the checks find is sent
back once; after that the lesson waits for a person. Not here: the tools (`acx.learn.tools`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acx.engine.port import Block, Reply, whole
from acx.learn.conversation import Conversation, Meter, tool_result, words
from acx.learn.distillation import Distilled
from acx.learn.draft import Draft
from acx.learn.extraction import project_of
from acx.learn.message import told_outcome
from acx.learn.port import Assignment, Known
from acx.learn.prompts import fence, fill, text
from acx.learn.related import related
from acx.learn.schema import complaints
from acx.learn.tools import TOOLS, numbered, run, view
from acx.model import Lesson, SkillTree

Check = Callable[[Draft, SkillTree], Sequence[str]]
"""What is wrong with a draft of a tree, each a sentence; `acx.learn.checks.problems`."""

SKILLS_CHARS = 60_000
"""How much of the SKILL.md files is shown at the start; of the rest, the front matter."""

_BREAK = re.compile(r"\s*\n\s*")
_NUMBERS = r"#\d+(?:(?:,| and| to|,? &)? ?#\d+)*"
_MESSAGES = re.compile(rf"\s*(?:\(#\d[^()]*\)|\b(?:in|at|by|from) {_NUMBERS}|,? ?{_NUMBERS}(?=\)))")
"""Numbers of messages, which say nothing to somebody who doesn't see the transcript."""

DONE: Mapping[str, Any] = {
    "name": "done",
    "description": "Say that the lesson is written down, or that nothing needed writing.",
    "input_schema": {
        "type": "object",
        "properties": {
            "already_known": {
                "type": "string",
                "description": "only if nothing was changed: which file says it already",
            }
        },
        "required": [],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """The edits, and why a person should look at them first ("" if they needn't)."""

    draft: Draft
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Nothing was changed, and why."""

    reason: str


def write(
    meter: Meter,
    assignment: Assignment,
    distilled: Distilled,
    tree: SkillTree,
    check: Check,
    *,
    when: str,
    recorded: bool,
    held: int,
    others: Sequence[Lesson],
    later: Sequence[Lesson],
    turns: int,
    max_tokens: int,
) -> Written | Unwritten:
    """The lesson as edits on top of `tree`.

    `recorded`: a log entry of the task was made with a lesson before. `held`: how many lessons of
    the task before it wait for a person. `others`: lessons of the task that come after it.
    `later`: those of other tasks, which say what else a skill is for.

    Raises ModelError, also when the model is still editing after so many turns.
    """
    task = assignment.task
    lesson = _lesson(distilled)
    conversation = Conversation(
        meter,
        system=text("write"),
        opening=(
            f"The skills there are:\n\n{shown_skills(tree)}",
            fill(
                "write_request",
                earlier=_earlier(assignment.earlier),
                files=_files(tree, f"{task.title} {lesson}", when[:10]),
                title=task.title,
                status=told_outcome(task),
                because=_MESSAGES.sub("", task.because) or "not said why",
                when=when,
                project=project_of(assignment.transcript),
                record=_record(recorded) + _waiting(held),
                others=_others(others),
                later=_later(later),
                lesson=fence("lesson", lesson),
            ),
        ),
        tools=[*(tool.spec for tool in TOOLS.values()), DONE],
        max_tokens=max_tokens,
    )
    writer = _Writer(conversation, Draft(tree), tree, check)
    for _ in range(turns):
        outcome = writer.execute(writer.query())
        if outcome is not None:
            return outcome
    raise conversation.failure(
        f"the model was still editing after {turns} turns: {distilled.lesson.title!r}"
    )


class _Writer:
    def __init__(
        self, conversation: Conversation, draft: Draft, tree: SkillTree, check: Check
    ) -> None:
        self._conversation = conversation
        self._draft = draft
        self._tree = tree
        self._check = check
        self._sent_back = False

    def query(self) -> Reply:
        # After tool results, models may end a turn without a word: that is a way to be done.
        return self._conversation.query(silence_is_fine=bool(self._draft.changes()))

    def execute(self, reply: Reply) -> Written | Unwritten | None:
        """Do what the reply calls for. Returns the outcome if it says that all is done."""
        results: list[Block] = []
        failed = False
        done: Block | None = None
        for call in reply.calls:
            if call["name"] == DONE["name"]:
                done = call
                continue
            said, is_error = run(self._draft, call["name"], decoded(call["input"]))
            results.append(tool_result(call, said, is_error))
            failed = failed or is_error
        if reply.calls and (done is None or failed):
            if done is not None:
                results.append(tool_result(done, "Not yet: see the other calls.", is_error=True))
            self._conversation.say(results)
            return None
        outcome = self._outcome(done)
        if isinstance(outcome, str):
            back = tool_result(done, outcome, is_error=True) if done else words(outcome)
            self._conversation.say([*results, back])
            return None
        return outcome

    def _outcome(self, done: Block | None) -> Written | Unwritten | str:
        """How it ended; or, once, what the model has to put right."""
        problems: list[str]
        if self._draft.changes():
            problems = list(self._check(self._draft, self._tree))
            if not problems:
                return Written(self._draft)
        else:
            known = decoded(done["input"]) if done else {}
            if not complaints(DONE["input_schema"], known) and known.get("already_known"):
                return Unwritten(f"already known: {known['already_known']}")
            problems = ["Nothing was changed. Write the lesson down, or say what says it already."]
        if not self._sent_back:
            self._sent_back = True
            return "Not yet:\n" + "\n".join(f"- {problem}" for problem in problems)
        if self._draft.changes():
            return Written(self._draft, hold="; ".join(problems))
        return Unwritten("the model wrote nothing down")


def decoded(input: Any) -> Any:
    """A call's input; some servers hand it on as text."""
    if not isinstance(input, str):
        return input
    try:
        return whole(json.loads(input))
    except (ValueError, RecursionError):
        return input


def _record(recorded: bool) -> str:
    return "was written with another lesson of the task" if recorded else "still to be written"


def _others(lessons: Sequence[Lesson]) -> str:
    """The lessons of the task that are written after this one, with what a log needs of them."""
    if not lessons:
        return "none"
    told = (" ".join(lesson.summary.partition("\n\n")[0].split()) for lesson in lessons)
    lines = (f"- {lesson.title}: {what}" for lesson, what in zip(lessons, told, strict=True))
    return "\n" + fence("lessons", "\n".join(lines))


def _waiting(held: int) -> str:
    """That edits are missing which the files named as written: without the lessons' words, which
    a person is to see first."""
    if not held:
        return ""
    are = "lesson of the task waits" if held == 1 else "lessons of the task wait"
    return f"\nNot in these files: {held} {are} for a person's review. Leave that as it is."


def _later(lessons: Sequence[Lesson]) -> str:
    if not lessons:
        return "none"
    return "\n" + fence("lessons", "\n".join(f"- {lesson.title}" for lesson in lessons))


def shown_skills(tree: SkillTree) -> str:
    """Every skill with its SKILL.md and the names of its other files."""
    paths = tree.paths()
    room = SKILLS_CHARS
    shown: list[str] = []
    for path in paths:
        if not (path.endswith("/SKILL.md") and path.count("/") == 2):
            continue
        content = numbered((tree.read(path) or b"").decode(errors="replace"))
        if len(content) > room:
            front = content.split("\t---", 2)
            content = "\t---".join(front[:2])[:2000] + f"\t---\n[the rest is left out: view {path}]"
        room -= len(content)
        folder = path.removesuffix("SKILL.md")
        others = [name for name in paths if name.startswith(folder) and name != path]
        files = ", ".join(others[-60:]) or "none"
        if len(others) > 60:
            files = f"{len(others) - 60} more, {files}"
        shown.append(fence("skill", f"{path}\n{content}") + f"\nIts other files: {files}")
    return "\n\n".join(shown) or "none yet"


def _files(tree: SkillTree, lesson: str, day: str) -> str:
    """Files that may have to do with a lesson, with line numbers, as `view` shows them."""
    logs = [path for path in tree.paths() if path.endswith(f"/{day}.md")]
    shown = Draft(tree)
    return (
        "\n\n".join(
            fence("file", f"{path}\n{view(shown, path)}") for path in _readable(tree, lesson, logs)
        )
        or "none"
    )


def _readable(tree: SkillTree, lesson: str, first: Sequence[str]) -> Iterator[str]:
    for path in related(tree, lesson, first):
        try:
            (tree.read(path) or b"").decode()
        except UnicodeDecodeError:
            continue
        yield path


def _earlier(earlier: Sequence[Known]) -> str:
    if not earlier:
        return "nothing"
    lines = [
        f"- {known.title} ({known.outcome}; in {', '.join(known.changes) or 'no file'})"
        for known in earlier
    ]
    return fence("lessons", "\n".join(lines))


def _lesson(distilled: Distilled) -> str:
    lesson = distilled.lesson
    quotes = "\n".join(
        f'- {quote.role}: "{_BREAK.sub(" ", quote.quote)}"' for quote in lesson.evidence
    )
    return (
        f"Title: {lesson.title}\nKind: {lesson.kind}\nApplies to: {distilled.scope}\n\n"
        f"{distilled.details}\n\nQuotes:\n{quotes}"
    )
