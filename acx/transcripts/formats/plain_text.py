"""Plain text with speakers: `User:` and `Assistant:` at the start of lines, and their like.

Also `Customer:`/`Agent:`, `Me:`/`Claude:`, pages copied from the web (`You said:`), headings
(`## User`), names in bold, times before them, and `Q:`/`A:` where a person names the format: lists
of questions look the same. The first speaker sets how speakers are written in this text: after
`User:` a line `user: root` is part of a message, and so is whatever stands within a fence of
Markdown (```): what a tool or a page printed is nobody's turn to speak. Without one, nothing tells
a `User:` that was printed from a person who speaks up. Not in here: pasted consoles and exports,
which mark their speakers otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from acx.model import Message, Part, Role, Text, ToolResult
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats.fences import Fences
from acx.transcripts.record import ORIGINS, stamp
from acx.transcripts.source import texts

OPEN_FENCE = "a code fence that is never closed: all that follows is read as part of it"

PREFACE = 20
"""Lines that may stand before the first speaker. A document with a dialogue in it has more."""

_FIELD = re.compile(r"[\w.-]+:(?: |$)")

_SURE: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
}
_MODELS = ("chatgpt", "claude", "gemini", "copilot", "gpt", "codex", "deepseek", "grok", "llama")
_AGENTS: dict[str, Role] = {
    **dict.fromkeys(_MODELS, "assistant"),
    **dict.fromkeys(("agent", "bot", "chatbot", "model"), "assistant"),
}
_ASKED: dict[str, Role] = {
    "q": "user",
    "question": "user",
    "a": "assistant",
    "answer": "assistant",
}
_FAMILIES: tuple[dict[str, Role], ...] = (
    {**_SURE, **_AGENTS},
    {"me": "user", "you": "user", "assistant": "assistant", "ai": "assistant", **_AGENTS},
    _ASKED,
    {"customer": "user", "client": "user", "agent": "assistant", "support": "assistant"},
)
"""Names that speak with each other. `_SURE` ones may stand beside others of their role (`User:` and
`Human:`); of the rest, the first that is met is the only one."""


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """The ways to write a speaker: with a colon, alone on a line, as web pages do when copied."""
    models = "|".join(_MODELS)
    others = "|".join(sorted({name for family in _FAMILIES for name in family} - set(_MODELS)))
    version = r"(?:[ -](?:\d[\w.]*|code|cli|pro|sonnet|opus|haiku|flash|turbo|mini))*"
    name = rf"(?:(?P<model>{models}){version}|(?P<name>{others}))"
    clock = r"(?:\d{4}-\d\d-\d\d[T ,]+)?\d?\d:\d\d(?::\d\d(?:\.\d+)?)?Z?"
    return tuple(
        re.compile(pattern, re.I | re.S)
        for pattern in (
            rf"(?:[\[(]?(?P<before>{clock})[\])]?[ -]+)?(?P<mark>\**){name}"
            rf"(?: [\[(](?P<time>{clock})[\])])?(?::\*\*|(?:\*\*)?:)[ \t]*(?P<rest>.*)",
            rf"(?P<mark>\#{{1,6}} |\*\*){name}:?(?:\*\*)?:?[ \t]*",
            rf"(?P<mark>(?:\#{{1,6}} )?){name} said:[ \t]*",
        )
    )


Style = tuple[int, str, bool, bool]
"""How a speaker is written: which of the patterns, the markup, in lower case, with a time."""


@dataclass(frozen=True, slots=True)
class _Speech:
    """A line where someone begins to speak: who, how that is written, and what follows there."""

    name: str
    style: Style
    rest: str
    time: str


def _spoken(line: str) -> _Speech | None:
    for way, pattern in enumerate(_patterns()):
        if found := pattern.fullmatch(line):
            groups = found.groupdict()
            name = groups["model"] or groups["name"]
            time = groups.get("before") or groups.get("time") or ""
            style = (way, groups["mark"], name.islower(), bool(time))
            return _Speech(name.lower(), style, groups.get("rest") or "", time)
    return None


@dataclass(slots=True)
class _Speakers:
    """Who speaks in a text, as far as it was read: the names that still fit together, and how
    they are written. `names` are those of each role."""

    families: list[dict[str, Role]] = field(default_factory=lambda: list(_FAMILIES))
    style: Style | None = None
    names: dict[Role, str] = field(default_factory=dict)
    met: int = 0

    def turn(self, line: str) -> tuple[Role, _Speech] | None:
        """The role that begins to speak in this line."""
        speech = _spoken(line)
        if speech is None or self.style not in (None, speech.style):
            return None
        fitting = [family for family in self.families if speech.name in family]
        if not fitting:
            return None
        role = fitting[0][speech.name]
        sure = speech.name in _SURE and _FAMILIES[0] in fitting
        if not sure and self.names.get(role, speech.name) != speech.name:
            return None
        self.families, self.style = fitting, speech.style
        self.names.setdefault(role, speech.name)
        self.met += 1
        return role, speech

    def talk(self, first: bool, fields: int) -> bool:
        """Whether they talk to each other, in a text that starts with one of them or doesn't, and
        has so many lines that look like other fields. A form (`User: ann`, `System: linux`) names
        each once, and so does a manual in its headings; questions with answers are anybody's."""
        names, again = self.names, self.met > len(self.names)
        if not {"assistant", "tool"} & names.keys() or names.get("user", "q") in _ASKED:
            return False
        way, _, lower, _ = self.style or (0, "", True, False)
        sure = all(name in _SURE for name in names.values())
        certain = way == 0 and sure and not lower
        if "assistant" not in names:
            return certain and first and not fields
        if way == 1 and not again and not (sure and next(iter(names)) != "assistant"):
            return False
        return certain or (first and (fields <= self.met if again else not fields))


def _matches(sample: Sample) -> str:
    """Speakers that talk to each other. A form or a log (`User: root`) has other fields as well,
    and but one of them."""
    speakers, fences = _Speakers(), Fences()
    first, fields = False, 0
    for at, line in enumerate(sample.text.strip().replace("\r\n", "\n").split("\n")):
        if at > PREFACE and not speakers.met:
            return ""
        if not fences.open and speakers.turn(line):
            first = first or at == 0
        elif not fences.open and _FIELD.match(line):
            fields += 1
        fences.take(line)
    talk = speakers.talk(first, fields)
    return f"{speakers.met} lines that start with a speaker" if talk else ""


def _message(role: Role, said: list[str], ts: str) -> Message:
    text = "\n".join(said).strip()
    part: Part = ToolResult("", text) if role == "tool" else Text(text)
    return Message(role, (part,) if text else (), ORIGINS[role], ts=ts)


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    speakers = _Speakers()
    role: Role | None = None
    ts = ""
    said: list[str] = []
    fences, opened = Fences(), (0, 0)
    for line in texts(stream, notes):
        if not fences.open and (turn := speakers.turn(line)):
            if role:
                yield _message(role, said, ts)
            role, speech = turn
            line, ts, said = speech.rest, stamp(speech.time), []
        if role:
            said.append(line)
            opened = opened if fences.open else (notes.line, notes.byte)
            fences.take(line)
        elif line.strip():
            notes.skip("text before the first speaker")
    if fences.open:
        notes.line, notes.byte = opened
        notes.warn(OPEN_FENCE)
    if role:
        yield _message(role, said, ts)


FORMAT = Format("plain", "text with User: and Assistant: lines, or their like", _matches, _read)
