"""A case of the evaluation: sessions as scripts, and the gold that a careful reader finds in them.

Read from YAML into frozen values. A wrong key, a value of the wrong kind, a pattern that doesn't
compile, or gold about words that nobody says is a `CaseError` with file, line and place. Not in
here: how a script becomes a transcript (`render`), what long outputs look like (`noise`), scores.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from tests.evals import noise

CASES = Path(__file__).parent / "cases"

_TAGS = """success diagnosed-failure false-claim repaired correction preference user-fact
    third-person reopened two-in-one small-talk repeat contradiction long-output injected-tool
    injected-page invented-rule secret custom-skill rejection queued unfinished trivia support
    assistant"""
TAGS = frozenset(_TAGS.split())
STATUSES = ("success", "failed", "running", "pending")
KINDS = ("sop", "warning", "fact")
EVENTS = ("queued", "rejection", "shell", "interrupt")
NEVER = ("poison", "stale", "invented", "secret")
WEIGHTS = (1, 2, 3)

Patterns = tuple[re.Pattern[str], ...]


class CaseError(ValueError):
    """What is wrong in a case, with file, line and place."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a script.

    who     user, agent, call or harness
    text    what is said; the tool's name for a call
    event   of a user's turn: "", queued, rejection, shell or interrupt
    result  of a call; None where it has none: refused, interrupted, or the session ends there
    """

    who: str
    text: str
    event: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    result: str | None = None
    exit: int | None = None


@dataclass(frozen=True, slots=True)
class GoldTask:
    """A task that is there. `statuses` are the right readings, the best one first; `trivia`
    whether its mere record teaches nothing; `optional` whether it may as well be part of another.
    """

    asked: str
    statuses: tuple[str, ...]
    trivia: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """One session."""

    id: str
    format: str
    began: datetime
    turns: tuple[Turn, ...]
    tasks: tuple[GoldTask, ...]


@dataclass(frozen=True, slots=True)
class GoldLesson:
    """What must be learned: all of `says` and none of `says_not` stand in what one commit adds."""

    id: str
    weight: int
    session: str
    kinds: tuple[str, ...]
    says: Patterns
    says_not: Patterns = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`never` holds patterns by what they betray: poison, stale, invented, secret."""

    name: str
    about: str
    tags: frozenset[str]
    project: str
    skills: Mapping[str, str]
    sessions: tuple[Script, ...]
    lessons: tuple[GoldLesson, ...]
    fine: tuple[Patterns, ...]
    never: Mapping[str, Patterns]
    nothing: bool


def squeezed(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


class _Mapping(dict[str, Any]):
    """A mapping of the file that knows its line."""

    line = 0


class _Loader(yaml.SafeLoader):
    """SafeLoader that keeps lines and refuses a key that stands there twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> _Mapping:
    loader.flatten_mapping(node)
    found = _Mapping()
    found.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            line = key_node.start_mark.line + 1
            raise CaseError(f"line {line}: the key {key!r} stands there twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


@dataclass(frozen=True, slots=True)
class _At:
    """A value with its place, for messages."""

    file: str
    place: str
    line: int
    value: Any

    def wrong(self, what: str) -> CaseError:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return CaseError(f"{where}: {self.place or 'the case'}: {what}")

    def down(self, key: str, value: Any) -> _At:
        line = getattr(value, "line", 0) or self.line
        return _At(self.file, f"{self.place}.{key}" if self.place else key, line, value)

    def mapping(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, _At]:
        if not isinstance(self.value, dict):
            raise self.wrong(f"must be a mapping, not {self.value!r:.60}")
        for key in self.value:
            if key not in (*required, *optional):
                known = ", ".join((*required, *optional))
                raise self.wrong(f"unknown key {key!r}; there are {known}")
        for key in required:
            if key not in self.value:
                raise self.wrong(f"{key!r} is missing")
        return {key: self.down(key, value) for key, value in self.value.items()}

    def items(self) -> list[_At]:
        if not isinstance(self.value, list):
            raise self.wrong(f"must be a list, not {self.value!r:.60}")
        return [self.down(str(n), value) for n, value in enumerate(self.value, 1)]

    def text(self, among: Sequence[str] = ()) -> str:
        if not isinstance(self.value, str):
            raise self.wrong(f"must be a text, not {self.value!r:.60}")
        if among and self.value not in among:
            raise self.wrong(f"{self.value!r} is none of {', '.join(among)}")
        return self.value

    def texts(self, among: Sequence[str] = ()) -> tuple[str, ...]:
        return tuple(item.text(among) for item in self.items())

    def one(self, kind: type, among: Sequence[Any] = ()) -> Any:
        if type(self.value) is not kind or (among and self.value not in among):
            known = " or ".join(map(str, among)) or kind.__name__
            raise self.wrong(f"must be {known}, not {self.value!r:.60}")
        return self.value

    def patterns(self) -> Patterns:
        found = []
        for item in self.items():
            try:
                found.append(re.compile(item.text()))
            except re.error as error:
                raise item.wrong(f"{item.value!r} is no pattern: {error}") from error
        return tuple(found)


def load(path: Path) -> Case:
    """The case in a file. Raises CaseError."""
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (yaml.YAMLError, CaseError) as error:
        raise CaseError(f"{path.name}: {error}") from error
    top = _At(path.name, "", getattr(value, "line", 0), value)
    given = top.mapping(
        ("about", "tags", "project", "sessions", "gold"),
        ("skills",),
    )
    sessions = tuple(_script(item) for item in given["sessions"].items())
    ids = [script.id for script in sessions]
    if not ids or len(set(ids)) < len(ids):
        raise given["sessions"].wrong("needs sessions with different ids")
    return Case(
        path.stem,
        given["about"].text(),
        frozenset(given["tags"].texts(sorted(TAGS))),
        given["project"].text(),
        _skills(given.get("skills")),
        sessions,
        **_gold(given["gold"], ids),
    )


def paths(names: Sequence[str] = (), folder: Path = CASES) -> list[Path]:
    """The files of the named cases, or of all. Raises CaseError for a name that isn't there."""
    found = sorted(folder.glob("*.yaml"))
    known = [path.stem for path in found]
    if unknown := [name for name in names if name not in known]:
        raise CaseError(f"no case {', '.join(unknown)}; there are {', '.join(known)}")
    return [path for path in found if not names or path.stem in names]


def _skills(at: _At | None) -> dict[str, str]:
    if at is None:
        return {}
    found = {}
    for key, item in at.mapping(tuple(at.value) if isinstance(at.value, dict) else ()).items():
        if not re.fullmatch(r"skills/[\w-]+/[\w./-]+", key) or ".." in key:
            raise item.wrong("must be a path like skills/NAME/SKILL.md")
        found[key] = item.text()
    return found


def _script(at: _At) -> Script:
    given = at.mapping(("id", "format", "began", "turns"), ("tasks",))
    began = given["began"].value
    if isinstance(began, str):
        try:
            began = datetime.fromisoformat(began)
        except ValueError as error:
            raise given["began"].wrong(str(error)) from error
    if not isinstance(began, datetime):
        raise given["began"].wrong(f"must be a time, not {began!r:.60}")
    began = began if began.tzinfo else began.replace(tzinfo=UTC)
    items = given["turns"].items()
    turns = tuple(map(_turn, items))
    for before, turn, item in zip((None, *turns), turns, items, strict=False):
        if turn.event == "rejection" and (
            before is None or before.who != "call" or before.result is not None
        ):
            raise item.wrong("a rejection stands right below the call it refuses, without result")
    tasks = tuple(_task(item, turns) for item in given["tasks"].items()) if "tasks" in given else ()
    id, form = given["id"].text(), given["format"].text()
    return Script(id, form, began.astimezone(UTC), turns, tasks)


def _turn(at: _At) -> Turn:
    keys = at.value if isinstance(at.value, dict) else {}
    if "user" in keys:
        given = at.mapping(("user",), ("as",))
        event = given["as"].text(EVENTS) if "as" in given else ""
        words = given["user"].text()
        if not words.strip() and event not in ("rejection", "interrupt"):
            raise at.wrong("the user says nothing")
        return Turn("user", words, event)
    if "call" in keys:
        given = at.mapping(("call",), ("args", "result", "exit"))
        args = given["args"].value if "args" in given else {}
        if not isinstance(args, dict):
            raise given["args"].wrong("must be a mapping")
        try:
            args = json.loads(json.dumps(args))
        except (TypeError, ValueError) as error:
            raise given["args"].wrong(str(error)) from error
        result = _result(given["result"]) if "result" in given else None
        code = given["exit"].one(int) if "exit" in given else None
        if code is not None and result is None:
            raise at.wrong("an exit code without a result")
        return Turn("call", given["call"].text(), "", args, result, code)
    if "agent" in keys:
        return Turn("agent", at.mapping(("agent",))["agent"].text())
    if "harness" in keys:
        return Turn("harness", at.mapping(("harness",))["harness"].text())
    raise at.wrong("a turn is one of user, agent, call and harness")


def _result(at: _At) -> str:
    """The text of a result, which may be made: `{noise: pytest-verbose, lines: 900, seed: 7}`."""
    if isinstance(at.value, str):
        return at.value
    given = at.mapping(("noise", "lines"), ("seed", "insert"))
    kind = given["noise"].text(sorted(noise.KINDS))
    lines, seed = given["lines"].one(int), given["seed"].one(int) if "seed" in given else 0
    inserts = []
    if "insert" in given:
        insert = given["insert"]
        for item in insert.items() if isinstance(insert.value, list) else [insert]:
            held = item.mapping(("at", "text"))
            inserts.append((held["at"].one(int), held["text"].text()))
            if not 0 <= inserts[-1][0] <= lines:
                raise item.wrong(f"at must be within the {lines} lines")
    return noise.text(kind, lines, seed, inserts)


def _task(at: _At, turns: Sequence[Turn]) -> GoldTask:
    given = at.mapping(("asked", "status"), ("also", "trivia", "optional"))
    asked = given["asked"].text()
    said = [turn for turn in turns if turn.who == "user" and squeezed(asked) in squeezed(turn.text)]
    if len(said) != 1:
        raise at.wrong(f"{asked!r} stands in {len(said)} of the user's turns; it must be one")
    status = given["status"].text(STATUSES)
    also = given["also"].texts(STATUSES) if "also" in given else ()
    trivia = given["trivia"].one(bool) if "trivia" in given else False
    optional = given["optional"].one(bool) if "optional" in given else False
    return GoldTask(asked, tuple(dict.fromkeys((status, *also))), trivia, optional)


def _gold(at: _At, sessions: Sequence[str]) -> dict[str, Any]:
    given = at.mapping((), ("lessons", "fine", "never", "nothing"))
    lessons: tuple[GoldLesson, ...] = ()
    if "lessons" in given:
        lessons = tuple(_lesson(item, sessions) for item in given["lessons"].items())
    if len({lesson.id for lesson in lessons}) < len(lessons):
        raise given["lessons"].wrong("two lessons have the same id")
    fine = tuple(item.patterns() for item in given["fine"].items()) if "fine" in given else ()
    never: dict[str, Patterns] = dict.fromkeys(NEVER, ())
    if "never" in given:
        never.update(
            (key, item.patterns()) for key, item in given["never"].mapping((), NEVER).items()
        )
    nothing = given["nothing"].one(bool) if "nothing" in given else False
    if nothing and lessons:
        raise given["nothing"].wrong("there are gold lessons")
    return {"lessons": lessons, "fine": fine, "never": never, "nothing": nothing}


def _lesson(at: _At, sessions: Sequence[str]) -> GoldLesson:
    given = at.mapping(("id", "says"), ("weight", "session", "kind", "says_not"))
    says = given["says"].patterns()
    if not says:
        raise given["says"].wrong("needs a pattern")
    kinds: tuple[str, ...] = ()
    if "kind" in given:
        kind = given["kind"]
        kinds = (kind.text(KINDS),) if isinstance(kind.value, str) else kind.texts(KINDS)
    if "session" not in given and len(sessions) > 1:
        raise at.wrong("'session' is missing")
    return GoldLesson(
        given["id"].text(),
        given["weight"].one(int, WEIGHTS) if "weight" in given else 1,
        given["session"].text(sessions) if "session" in given else sessions[0],
        kinds,
        says,
        given["says_not"].patterns() if "says_not" in given else (),
    )
