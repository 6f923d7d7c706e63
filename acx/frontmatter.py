"""Front matter: the YAML between two fences at the top of a Markdown text, read with line numbers.

Pure. Every scalar is text, and what the strict dialect of Agent Skills forbids is noted. Which
fields there may be is not known here but in `acx.skillfile`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

DEEPEST = 20
"""Levels of YAML. A skill needs two; a hundred thousand of them are an attack on recursion."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a text, at which line (from 1)."""

    line: int
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(slots=True)
class Page:
    """A Markdown text taken apart.

    values, lines  the fields, and the lines where their keys stand
    front          what stands between the fences
    body           what comes after them, from line `body_line`, without outer white space
    problems       what the dialect forbids
    broken         the front matter can't be read at all
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    front: str = ""
    body: str = ""
    body_line: int = 1
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False


def read(text: str, *, lenient: bool = False) -> Page:
    """The page of a text; never raises.

    Strict reading is YAML in pure Python: like the reference and unlike libyaml it refuses tabs.
    Lenient reading is faster, drops a byte order mark, and repairs unquoted colons.
    """
    if not lenient:
        return _read(text, lenient=False)
    page = _read(text.removeprefix("\ufeff"), lenient=True)
    if page.broken:
        repaired = _read(_quoted(page.text), lenient=True)
        return page if repaired.broken else repaired
    return page


def scalar(value: str) -> str:
    """The value as a YAML scalar that every reader of YAML takes for this very text."""
    if _PLAIN.fullmatch(value) and "---" not in value and value.lower() not in _WORDS_OF_YAML:
        return value
    text = json.dumps(value, ensure_ascii=False)
    text = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    # Some readers, the reference among them, end the front matter at any `---`.
    return text.replace("---", "-\\x2d-")


def with_field(text: str, key: str, value: str) -> str:
    """The same text with another value for a top-level key; everything else stays as it is."""
    start, end, _ = _fences(text) or (0, 0, 0)
    # At column 0 such a line can only be the key: a value that goes on must be indented.
    line = re.compile(rf"^{re.escape(key)}[ \t]*:[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*", re.M)
    return (
        text[:start] + line.sub(lambda _: f"{key}: {scalar(value)}", text[start:end]) + text[end:]
    )


_PLAIN = re.compile(r"[A-Za-z][\w ,./()'+*-]*(?<! )", re.A)
_WORDS_OF_YAML = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _fences(text: str) -> tuple[int, int, int] | None:
    """Where the front matter starts and ends and where the body starts; None without fences.

    A fence is a line of its own. Where there is no such line, the first `---` is taken, as the
    reference does. The line break after the first fence belongs to the front matter, so that
    YAML's lines are the text's lines.
    """
    if not text.startswith("---"):
        return None
    if close := re.compile(r"^---[ \t]*\r?$", re.M).search(text, 3):
        return 3, close.start(), close.end()
    inline = text.find("---", 3)
    return (3, inline, inline + 3) if inline >= 0 else None


def _quoted(text: str) -> str:
    """The text with quotes around one-line values, so that a `: ` in them is no syntax."""
    start, end, _ = _fences(text) or (0, 0, 0)
    plain = re.compile(r"^([\w-]+:[ \t]+)([^\s\"'>|&*!\[{][^\n]*)$", re.M)
    front = plain.sub(lambda found: found[1] + scalar(found[2].strip()), text[start:end])
    return text[:start] + front + text[end:]


def _read(text: str, *, lenient: bool) -> Page:
    import yaml

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    page = Page(text)
    if (fences := _fences(text)) is None:
        page.broken = True
        page.problems.append(Problem(1, _unfenced(text)))
        return page
    start, end, body = fences
    page.front, page.body = text[start:end], text[body:].strip()
    page.body_line = text.count("\n", 0, len(text) - len(text[body:].lstrip())) + 1
    builder = _Builder(page.problems)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if lenient else yaml.SafeLoader
    try:
        value = builder.document(yaml.parse(page.front, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        page.problems.append(Problem(mark.line + 1 if mark else 1, f"not YAML: {error.problem}"))
    except yaml.reader.ReaderError as error:
        at = page.front.count("\n", 0, error.position) + 1
        page.problems.append(
            Problem(at, f"not YAML: it holds a character of code {error.character}")
        )
    else:
        if isinstance(value, dict):
            page.values, page.lines = value, builder.lines
            return page
        page.problems.append(Problem(1, "the front matter is not a mapping of keys to values"))
    page.broken = True
    return page


def _unfenced(text: str) -> str:
    if text.startswith("\ufeff"):
        return "starts with a byte order mark: save it as UTF-8 without one"
    if text.startswith("---"):
        return "the front matter is not closed: a line `---` is missing after it"
    return "does not start with front matter: its first line must be `---`"


class _Builder:
    """Plain values out of YAML events, noting what the dialect forbids."""

    def __init__(self, problems: list[Problem]) -> None:
        self.lines: dict[str, int] = {}
        self._problems = problems
        self._anchors: dict[str, str] = {}

    def document(self, events: Iterator[Any]) -> Any:
        import yaml

        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._note(event, "more than one YAML document in the front matter")
                    break
                value = self._value(next(events), events, 0)
        return value

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        import yaml

        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._note(event, f"alias `*{event.anchor}`: write the value out")
            return self._anchors.get(str(event.anchor), "")
        if event.anchor:
            self._note(event, f"anchor `&{event.anchor}`: put quotes around the value")
        if event.tag:
            self._note(event, f"tag `{event.tag}`: types are not written out in this format")
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._anchors[event.anchor] = event.value
            return event.value
        if event.flow_style:
            self._note(event, "a value in { } or [ ]: put it in quotes, or one entry a line")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, depth)
        return self._mapping(events, depth)

    def _sequence(self, events: Iterator[Any], depth: int) -> list[Any]:
        import yaml

        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._value(event, events, depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, Any]:
        import yaml

        values: dict[str, Any] = {}
        column: int | None = None
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._value(event, events, depth + 1)
            if not isinstance(key, str):
                self._note(event, "a key that isn't text")
                key = repr(key)
            if key in values:
                self._note(event, f"`{key}` stands here twice")
            if depth == 0:
                self.lines.setdefault(key, event.start_mark.line + 1)
            event = marked = next(events)
            if isinstance(event, yaml.MappingStartEvent):
                here: int = marked.start_mark.column
                if column not in (None, here):
                    self._note(event, "indented differently from the mapping before it")
                column = here if column is None else column
            values[key] = self._value(event, events, depth + 1)
        return values

    def _note(self, event: Any, message: str) -> None:
        self._problems.append(Problem(event.start_mark.line + 1, message))
