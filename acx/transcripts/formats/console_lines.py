"""Lines of an agent's console, told apart: who speaks, calls and results, and the console's own.

Consoles differ in their marks, and Gemini's draws boxes around what others only indent. Here every
line becomes a `Line` of one kind. Marks count at the start of a line alone: what tools print and
people quote is indented. Not in here: what the lines say together (`console`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "shell", "agent", "call", "failed", "result", "more", "interrupt", "own"]
"""What a line is. A call of Gemini's says how it ended: `call` or `failed`. `more` goes on with the
line before it; `own` is the console itself: frames, spinners, costs."""

Dialect = Literal["claude", "codex", "gemini"]


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands at the start of lines. A `sure` one is no list's and no tree's."""

    person: str
    agent: str
    result: str
    sure: str


_MARKS: dict[Dialect, _Marks] = {
    "claude": _Marks(r"[>❯](?: (.*)|$)", r"[⏺●] ?(.*)", r" {1,4}⎿ {0,2}(.*)", r"⏺|● ?[A-Z]\w*\("),
    "codex": _Marks(r"›(?: (.*)|$)", r"• (.*)", r"  └ (.*)", r"• (?:Ran \S|Explored$)"),
    "gemini": _Marks(r" ?>(?: +(.*)|$)", r" ?✦ (.*)", r"(?!)", r" ?✦ "),
}
_INTERRUPT = re.compile(
    r"\[Request interrupted by user|■ Conversation interrupted|ℹ Request cancelled"
)
_BUSY = re.compile(r"\S.{0,200}[( ](?:esc|ctrl\+c) to (?:interrupt|cancel)\b")
_SHELL = re.compile(r"! (\S.*)")
_FOOTER = re.compile(r"\? for shortcuts|⏵⏵ |⏎ send |.{0,200}\d% context left")
_RULE = re.compile(r"[─━═]{10,}\s*$")
_PLAIN = re.compile(r"[\w#*`|<{\[(-]")
_FRAME = re.compile(r" ?[╭╰]─{3,}")
_STATUS = re.compile(r"([✔✓✗✕x⊷o?-]) {1,2}([A-Z]\w*(?: .*)?)$")
_EMPTY_PROMPT = "Type your message or @path/to/file"
_FOLDER = re.compile(r"│\s++(?:cwd|directory): ++([^│]+)│")


def dialect(lines: Iterable[str]) -> Dialect | None:
    """Whose console these lines are of, None if of none: a document that shows a piece of one has
    more lines of its own, and in a list or a tree that is marked alike nobody asks and calls."""
    held = [_even(line) for line in lines]
    plain = _count(_PLAIN, held)
    framed = sum(_within_frame(line) is not None for line in held)
    own = _count(_FRAME, held) + _count(_BUSY, held) + _count(_INTERRUPT, held)
    for name, marks in _MARKS.items():
        agent, person = _count(marks.agent, held), _count(marks.person, held)
        result = framed if name == "gemini" else _count(marks.result, held)
        told = person or own or _count(marks.sure, held)
        if agent and result and told and plain <= 2 * (agent + person + result):
            return name
    return None


def _count(mark: str | re.Pattern[str], lines: list[str]) -> int:
    match = re.compile(mark).match
    return sum(match(line) is not None for line in lines)


def folder(line: str) -> str:
    """The folder that the welcome of a console names, "" if it isn't that line."""
    found = _FOLDER.search(line)
    return found[1].strip() if found else ""


def is_footer(line: str) -> bool:
    """Whether the line stands under the prompt, which has not been sent."""
    return _FOOTER.match(line.lstrip()) is not None


def lines_of(dialect: Dialect, lines: Iterable[str]) -> Iterator[Line]:
    """Every line with what it is."""
    within = first = False
    tell = _teller(_MARKS[dialect])
    for line in map(_even, lines):
        if _FRAME.match(line):
            within = first = "╭" in line
            yield Line("own", line)
        elif dialect == "gemini" and within and (text := _within_frame(line)) is not None:
            yield _framed(text, first)
            first = False
        else:
            yield tell(line)


def _even(line: str) -> str:
    """The line with plain spaces at its start, where consoles use others."""
    return line[:8].replace("\N{NO-BREAK SPACE}", " ") + line[8:].rstrip()


def _teller(marks: _Marks) -> Callable[[str], Line]:
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("result", re.compile(marks.result)),
        ("person", re.compile(marks.person)),
        ("agent", re.compile(marks.agent)),
        ("shell", _SHELL),
    )

    def tell(line: str) -> Line:
        if _INTERRUPT.match(line):
            return Line("interrupt", line)
        if _BUSY.match(line) or is_footer(line) or _RULE.match(line):
            return Line("own", line)
        for kind, mark in kinds:
            if found := mark.match(line):
                return Line(kind, next((group for group in found.groups() if group), ""))
        if not line or line[0] == " " or _PLAIN.match(line):
            return Line("more", line)
        return Line("own", line)

    return tell


def _within_frame(line: str) -> str | None:
    """What stands within a frame in this line; None if it isn't within one."""
    edge, found, text = line.rstrip().removesuffix("│").partition("│")
    return text.removeprefix(" ").rstrip() if found and not edge.strip() else None


def _framed(text: str, first: bool) -> Line:
    """What a line within a box of Gemini's is. What a tool printed is indented further than its
    name is, and only the first line of a box may be the person's."""
    if found := _STATUS.match(text):
        return Line("failed" if found[1] in "✗✕x" else "call", found[2])
    said = text.strip()
    if said.endswith(_EMPTY_PROMPT):
        return Line("own", said)
    if first and said.startswith(("> ", "$ ", "! ")):
        return Line("person" if said[0] == ">" else "shell", said[2:].strip())
    return Line("more", text)
