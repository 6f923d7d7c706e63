"""The tidier with a model: one conversation over the space, closed in steps that code checks.

What the checks find, and each line that would be lost unnamed, is sent back once; then the step is
undone and the conversation goes on. One that is sent back takes none of the others down. Turns and
tokens are bounded. Not here: the tools that edit (`acx.learn.tools`), the prompts' words, and
landing the steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acx.engine.limited import Limited, Purse
from acx.engine.port import Block, Engine, Reply
from acx.learn.conversation import Conversation, Meter, tool_result, words
from acx.learn.draft import Draft
from acx.learn.message import LONGEST_SUBJECT
from acx.learn.prompts import fence, fill, prompt_hash, text
from acx.learn.schema import complaints
from acx.learn.tidy.findings import findings, records, shown_files
from acx.learn.tidy.step import (
    KINDS,
    Dropped,
    Kept,
    Left,
    Substance,
    TidyStep,
    Untidy,
    gone,
    lines,
    refusal,
    takes,
)
from acx.learn.tidy.words import tokens
from acx.learn.tools import TOOLS, run
from acx.learn.writing import decoded, shown_skills

MOST_COMPLAINTS = 40
"""Lines of one answer to a step that can't be taken."""

STEP: Mapping[str, Any] = {
    "name": "step",
    "description": (
        "Close a step: what was edited since the last one becomes one commit, if code finds nothing"
        " wrong with it. Lines that stand nowhere any more must be named in drops."
    ),
    "input_schema": {
        "type": "object",
        "properties": {
            "title": {
                "type": "string",
                "description": "what the step does, in the imperative",
                "minLength": 1,
                "maxLength": LONGEST_SUBJECT,
            },
            "reason": {
                "type": "string",
                "description": "why, in one to three sentences",
                "minLength": 1,
                "maxLength": 2000,
            },
            "kind": {
                "type": "string",
                "enum": list(KINDS),
                "description": (
                    "merge: said twice, now once. fold: something stale into what holds now. split:"
                    " one file into several. repair: a name, description, heading or link. move: to"
                    " where it is looked for. remove: says nothing, or holds no longer"
                ),
            },
            "drops": {
                "type": "array",
                "description": "what stands nowhere any more, and why it may go",
                "items": {
                    "type": "object",
                    "properties": {
                        "line": {"type": "string", "description": "the line as it stood"},
                        "why": {"type": "string", "minLength": 1, "maxLength": 500},
                    },
                    "required": ["line", "why"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["title", "reason", "kind"],
        "additionalProperties": False,
    },
}

DONE: Mapping[str, Any] = {
    "name": "done",
    "description": "Say that nothing is left that is worth a step.",
    "input_schema": {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    },
}

UNFINISHED = (
    "Not yet: edits since the last step are open. Close them with `step`, or call `done` again and"
    " they are dropped."
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far one run may go.

    turns       answers of the model
    tokens      of all requests and answers together, cached ones included
    max_tokens  of one answer, thinking included
    """

    turns: int = 60
    tokens: int = 3_000_000
    max_tokens: int = 12_000


class ModelTidier:
    """A `Tidier`. `name` is what `Acx-Learner` says: "anthropic MODEL"."""

    def __init__(self, engine: Engine, name: str, bounds: Bounds | None = None) -> None:
        self._engine = engine
        self._name = name
        self._bounds = bounds or Bounds()

    @property
    def name(self) -> str:
        return self._name

    @property
    def prompts(self) -> str:
        return prompt_hash()

    def steps(self, untidy: Untidy, purse: Purse | None = None) -> Iterator[TidyStep | Left]:
        """Raises ModelError; what was yielded before it stands."""
        if not untidy.skills.paths():
            return
        engine = Limited(self._engine, purse) if purse else self._engine
        yield from _Run(Meter(engine), untidy, self._bounds).steps()


class _Run:
    """One conversation. `_standing` is the space with the steps taken so far, `_draft` what is
    being edited on top of it."""

    def __init__(self, meter: Meter, untidy: Untidy, bounds: Bounds) -> None:
        self._meter = meter
        self._untidy = untidy
        self._bounds = bounds
        self._standing = Draft(Kept(untidy.skills))
        self._draft = Draft(self._standing)
        self._sent_back = False
        self._undone: set[str] = set()
        """Titles of steps that came back with their edits undone, to be made once more."""
        self._asked_to_close = False
        self._done = False
        self._tokens = 0
        tree = self._standing
        refused = "\n".join(f"- {title}" for title in untidy.refused)
        self._conversation = Conversation(
            meter,
            system=text("tidy"),
            opening=(
                f"The skills there are:\n\n{shown_skills(tree)}",
                fill(
                    "tidy_request",
                    files=shown_files(tree),
                    records=records(tree),
                    findings=findings(tree),
                    refused=fence("refused", refused) if refused else "none",
                ),
            ),
            tools=[*(tool.spec for tool in TOOLS.values()), STEP, DONE],
            max_tokens=bounds.max_tokens,
        )

    def steps(self) -> Iterator[TidyStep | Left]:
        for turn in range(1, self._bounds.turns + 1):
            if self._tokens >= self._bounds.tokens:
                yield Left(f"the model was still at it after {self._tokens:,} tokens")
                break
            self._untidy.say(f"turn {turn}")
            # After tool results, models may end a turn without a word: that is a way to be done.
            reply = self._conversation.query(silence_is_fine=turn > 1)
            self._tokens += reply.usage.input + reply.usage.output
            yield from self._execute(reply)
            if self._done:
                break
        else:
            yield Left(f"the model was still at it after {self._bounds.turns} turns")
        if self._draft.changes():
            yield Left("edits that no step closed are dropped")
        yield Left("", self._meter.claim())

    def _execute(self, reply: Reply) -> Iterator[TidyStep | Left]:
        """Do what the reply calls for, in order; each step is yielded when it is closed."""
        results: list[Block] = []
        for at, call in enumerate(reply.calls, 1):
            if self._done:  # a call after `done` isn't made
                break
            given = decoded(call["input"])
            if call["name"] == STEP["name"]:
                follows = any(later["name"] != DONE["name"] for later in reply.calls[at:])
                outcome, said = self._close(given, follows)
                if outcome:
                    yield outcome
                results.append(tool_result(call, said, not isinstance(outcome, TidyStep)))
            elif call["name"] == DONE["name"]:
                results.append(tool_result(call, UNFINISHED, is_error=True))
                self._finish()
            else:
                said, is_error = run(self._draft, call["name"], given)
                results.append(tool_result(call, said, is_error))
        if not reply.calls:
            self._finish()
            results.append(words(UNFINISHED))
        if not self._done:
            self._conversation.say(results)

    def _finish(self) -> None:
        """The model says that it is done: it is, unless edits are open for the first time."""
        self._done = self._asked_to_close or not self._draft.changes()
        self._asked_to_close = True

    def _close(self, given: Any, follows: bool) -> tuple[TidyStep | Left | None, str]:
        """The step, what becomes of it where it can't be taken, and what the model is told.

        `follows`: other calls come after it in the same turn, and must not build on it.
        """
        if wrong := complaints(STEP["input_schema"], given):
            return None, "\n".join(wrong)
        if not self._draft.changes():
            return None, "Nothing was changed since the last step."
        dropped, unnamed = self._dropped(given)
        key = self._key(given["title"])
        problems = [*refusal(self._draft, self._standing), *unnamed]
        takes_away = takes(self._standing, self._draft.changes(), given["kind"])
        again = any(spared and spared <= takes_away for spared in self._untidy.spared)
        if again or self._untidy.decided(key):
            problems = ["a person said no to this step, or it waits for them"]
        if problems:
            return self._refused(given["title"], problems, follows)
        step = TidyStep(
            given["kind"],
            given["title"],
            given["reason"],
            self._draft.changes(),
            dropped,
            key,
            self._meter.claim(),
        )
        self._standing.put_all(step.changes)
        self._open()
        return step, "Taken."

    def _open(self) -> None:
        """Begin anew on top of the steps taken."""
        self._draft = Draft(self._standing)
        self._sent_back = self._asked_to_close = False

    def _refused(
        self, title: str, problems: Sequence[str], follows: bool
    ) -> tuple[Left | None, str]:
        """Sent back once; then undone. Where another call follows it is undone at once."""
        told = "\n".join(f"- {problem}" for problem in problems[:MOST_COMPLAINTS])
        if more := len(problems) - MOST_COMPLAINTS:
            told += f"\n- and {more} more" if more > 0 else ""
        if not self._sent_back and title not in self._undone:
            if follows:
                self._undone.add(title)
                self._open()
                return None, f"Not yet, and its edits are undone; make them again, with:\n{told}"
            self._sent_back = True
            return None, f"Not yet; put it right and call `step` again:\n{told}"
        self._open()
        return (
            Left(f"{title}: {problems[0]}"),
            f"Refused, and its edits are undone: the files are as they were before it.\n{told}",
        )

    def _dropped(self, given: Mapping[str, Any]) -> tuple[tuple[Dropped, ...], list[str]]:
        """What no longer stands anywhere, with why; and a complaint for each line that nobody
        named and whose content no other line has."""
        lost = gone(self._standing, self._draft)
        if not lost:
            return (), []
        drops = given.get("drops") or []
        named = {line: drop["why"] for drop in drops for line in lines(drop["line"].encode())}
        said = Substance(self._draft)
        dropped: list[Dropped] = []
        unnamed: list[str] = []
        for path, line in lost:
            bare = " ".join(line.lstrip("-*+#> ").split())
            if line in named or bare in named:
                dropped.append(Dropped(path, line, named.get(line) or named[bare]))
            elif where := said.of(line):
                dropped.append(Dropped(path, line, f"said in {where}"))
            elif len(tokens(bare)) > 1 and bare in " ".join(given["reason"].split()):
                dropped.append(Dropped(path, line, given["reason"]))
            else:
                unnamed.append(
                    f"{path}: this line stands nowhere any more, and no other line says it; put it"
                    f" back, or name it in drops with the reason: {line}"
                )
        return tuple(dropped), unnamed

    def _key(self, title: str) -> str:
        """The lines a step takes away and brings tell it from another, in whatever words."""
        changed = self._draft.changes()
        now = {line for data in changed.values() for line in lines(data)}
        old = {line for path in changed for line in lines(self._standing.read(path))}
        return "\0".join(["model", *(sorted(old - now) or [title, *sorted(changed)])])
