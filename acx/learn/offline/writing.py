"""Writing: text made inert, and the three layouts of data files: a day's log, facts, errors.

Pure: the text of a file in, its new text out. What is worth writing is decided elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from acx.learn.offline.words import pattern, shorten

LONGEST_LINE = 400
LONGEST_BULLET = 900


def inert(text: str, most: int = LONGEST_LINE) -> str:
    """The text on one line, with nothing in it that an agent's client would run or replace, and
    nothing that a person wouldn't see. The same for text that is inert already."""
    text = "".join(
        char if unicodedata.category(char)[0] != "C" else " " if char in "\t\n\r" else ""
        for char in unicodedata.normalize("NFC", text)
    )
    text = " ".join(text.split())
    for found, instead in (
        (r"`{2,}", "`"),
        (r"!+`", "`"),
        (r"<!-+|-+->", ""),
        (r"\$(?=ARGUMENTS|\d|\{)", ""),
        (r"(?<![\w.@])@+(?=[\w./~\"])", ""),
        (r"data:[\w/+.-]+;base64,\S*", "(data)"),
        (r"https?://[^\s`)\]>\"']+", "(link)"),
    ):
        text = re.sub(found, instead, text)
    text = " ".join(text.split())
    return text if len(text) <= most else shorten(text, most)


def code(text: str, most: int = 160) -> str:
    """A command or an error as code: quoted, never an instruction."""
    return f"`{inert(text.replace('`', chr(39)), most).strip('!')}`"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a day's log. `bullets` are (name, text); `time` is "14:30", "" if unknown."""

    date: str
    time: str
    title: str
    bullets: Sequence[tuple[str, str]]

    @property
    def heading(self) -> str:
        when = f"[{self.time}] " if self.time else ""
        return f"## {when}Task: {inert(self.title, 80)}".rstrip()

    def __str__(self) -> str:
        lines = [self.heading]
        lines += [f"- **{name}**: {inert(text, LONGEST_BULLET)}" for name, text in self.bullets]
        return "\n".join(lines) + "\n"


def _sections(text: str) -> list[str]:
    """What stands before the first `## `, then each entry."""
    return re.split(r"(?m)^(?=## )", text)


def logged(text: str, entry: Entry) -> str:
    """A day's log with the entry in it: in place of the one with the same heading, else in order
    of time."""
    head, *entries = _sections(text or f"# {entry.date}\n\n")
    new = str(entry)
    for at, old in enumerate(entries):
        if old.split("\n", 1)[0].rstrip() == entry.heading:
            if old.strip() == new.strip():
                return text
            entries[at] = new + ("\n" if at + 1 < len(entries) else "")
            return head + "".join(entries)
    later = [at for at, old in enumerate(entries) if _time(old) > entry.time]
    at = later[0] if later and entry.time else len(entries)
    if at == len(entries):
        return f"{(head + ''.join(entries)).rstrip()}\n\n{new}"
    return head + "".join([*entries[:at], new + "\n", *entries[at:]])


def _time(section: str) -> str:
    found = re.match(r"## \[(\d\d:\d\d)\]", section)
    return found[1] if found else ""


def has_entry(text: str, heading: str) -> bool:
    """Whether a file has an entry with that heading."""
    return heading in text.splitlines()


_RIVALS = tuple(
    frozenset(group.split())
    for group in (
        "uv pip pipenv poetry conda pdm",
        "npm pnpm yarn bun",
        "pytest unittest nose",
        "jest vitest mocha",
        "black ruff yapf",
        "tabs spaces",
        "rebase merge squash",
        "docker podman",
        "postgres postgresql mysql sqlite mariadb",
        "english german french spanish",
    )
)
_NOISE_WORDS = (
    "a an the to of in on for with and or is are be it this that we i you use using always "
    "never not no don't do dont please should must instead rather than only by at as from our "
    "my your when"
)
_NOISE = frozenset(_NOISE_WORDS.split())


def noted(text: str, fact: str, scope: str, title: str) -> tuple[str, str]:
    """A file of facts with this one in it, and the bullet that it replaced, "" if none.

    The same text comes back if the fact is there already, in this scope or for all.
    """
    bullet = f"- {inert(fact, 300)}. ({inert(scope, 160)})" if scope else f"- {inert(fact, 300)}."
    lines = (text or f"# {title}\n").rstrip("\n").split("\n")
    bullets = [at for at, line in enumerate(lines) if line.startswith("- ")]
    project = scope.split(";")[0]
    for at in bullets:
        old, where = _parted(lines[at])
        if where and where.split(";")[0] != project:
            continue
        if _normal(old) == _normal(inert(fact, 300)):
            return text, ""
        if _contradicts(fact, old):
            replaced, lines[at] = lines[at], bullet
            return "\n".join(lines) + "\n", replaced.removeprefix("- ")
    if bullets:
        lines.insert(bullets[-1] + 1, bullet)
    else:
        lines += ["", bullet]
    return "\n".join(lines) + "\n", ""


def _parted(bullet: str) -> tuple[str, str]:
    """A bullet's fact and its scope."""
    found = re.match(r"- (.*?)\.?(?: \(([^()]*(?:\([^()]*\)[^()]*)*)\))?$", bullet)
    return (found[1], found[2] or "") if found else (bullet[2:], "")


def _normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _contradicts(new: str, old: str) -> bool:
    """Whether two facts can't both hold: rivals for one place, opposites, other numbers."""
    ours, theirs = (
        set(re.findall(r"[\w.-]+", text.lower().replace("’", "'"))) for text in (new, old)
    )
    for rivals in _RIVALS:
        a, b = _wanted(new, rivals), _wanted(old, rivals)
        if a and b and not a & b:
            return True
    ours, theirs = ours - _NOISE, theirs - _NOISE
    numbers = [{word for word in words if word[0].isdigit()} for words in (ours, theirs)]
    if numbers[0] and numbers[1] and numbers[0] != numbers[1]:
        return len((ours - numbers[0]) & (theirs - numbers[1])) * 2 >= len(
            (ours | theirs) - numbers[0] - numbers[1]
        )
    return _forbids(new) != _forbids(old) and len(ours & theirs) * 5 >= len(ours | theirs) * 3


def _wanted(text: str, rivals: frozenset[str]) -> set[str]:
    """Which of the rivals a fact is for: not those that stand after a `not`."""
    kept = pattern(
        r"\b(?:not|instead of|rather than|over|no|(?:never|don't|do not)(?: use| add| install)?"
        r"|avoid|stop)(?: using| adding)? [\w.-]+"
    ).sub("", text)
    return set(re.findall(r"[\w.-]+", kept.lower())) & rivals


def _forbids(text: str) -> bool:
    return bool(pattern(r"\b(?:never|don'?t|do not|not|no|avoid|stop|without)\b").search(text))


def listed(
    text: str, tool: str, heading: str, bullets: Sequence[tuple[str, str]], seen: str
) -> str:
    """A file of errors with this one in it; where it is there already, **Seen** gets longer."""
    head, *entries = _sections(text or f"# {tool}\n\n")
    title = f"## {inert(heading, 200)}"
    for at, old in enumerate(entries):
        if _normal(old.split("\n", 1)[0]) == _normal(title):
            if seen in old:
                return text
            entries[at] = re.sub(
                r"(?m)^(- \*\*Seen\*\*: .*)$", lambda found: f"{found[1]}; {seen}", old, count=1
            )
            return head + "".join(entries)
    lines = [title, *(f"- **{name}**: {inert(text)}" for name, text in bullets)]
    lines.append(f"- **Seen**: {seen}")
    return f"{(head + ''.join(entries)).rstrip()}\n\n" + "\n".join(lines) + "\n"
