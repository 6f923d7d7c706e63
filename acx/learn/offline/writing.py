"""Writing: text made inert, and the three layouts of data files: a day's log, facts, errors.

Pure: the text of a file in, its new text out. What is worth writing is decided elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from acx.learn.offline.rivals import akin, alike, contradicts, covered, normal, richer
from acx.learn.offline.titles import shorten

LONGEST_LINE = 400
LONGEST_BULLET = 900


_ACTIVE = (
    (r"!(?=`)", "! "),
    (r"``(?=`)", "`` "),
    (r"<!--", "<! --"),
    (r"\$(?=ARGUMENTS\b|\d(?![\d.,]*\d)|\{CLAUDE_)", "$ "),
    (r"(?<![\w`.@])@(?=[\w./~\"])", "@ "),
    (r"\bdata:(?=[\w/+.;=-]*,\S)", "data: "),
    (r"!(?=\[[^\]]*\]\s*[(\[])", "! "),
    (
        r"(?i)<(?=/?(?:script|iframe|object|embed|applet|base|form|link|meta|img|image|video|audio"
        r"|source|track)\b|[a-z][^>]*\son[a-z]{3,}\s*=)",
        "< ",
    ),
)
"""What an agent's client would run, replace or load, or a page fetch or run as soon as it is shown,
and how a space ends that."""


def inert(text: str, most: int = LONGEST_LINE) -> str:
    """The text on one line, with nothing in it that an agent's client would run or replace, and
    nothing that a person wouldn't see. Only white space is added, so that quotes stay verbatim.
    The same for text that is inert already."""
    text = "".join(
        char if unicodedata.category(char)[0] != "C" else " " if char in "\t\n\r" else ""
        for char in text
    )
    text = " ".join(text.split())
    for found, instead in _ACTIVE:
        text = re.sub(found, instead, text)
    return text if len(text) <= most else shorten(text, most)


def quoted(text: str, most: int = LONGEST_LINE) -> str:
    """Somebody's words between quotation marks, verbatim; `…` where they go on."""
    text = " ".join(text.split())
    end = "" if len(text) <= most else "…"
    if end:
        text = text[:most].rsplit(" ", 1)[0]
        if text.count("`") % 2:
            text = text[: text.rfind("`")]
    text = inert(text.rstrip(" ,;:" if end else " ,;:."), 2 * most)
    return f"“{text}{end}”" if '"' in text else f'"{text}{end}"'


def code(text: str, most: int = 160) -> str:
    """A command or an error as code: quoted, never an instruction."""
    text = inert(text, most)
    if "`" not in text:
        return inert(f"`{text}`", most + 9)
    if "``" in text:
        return f"`{text.replace('`', chr(39))}`"
    return f"`` {text} ``"


def fitting(parts: Sequence[str], most: int = LONGEST_BULLET) -> str:
    """As many of the parts, whole, as there is room for: a quote is never cut in the middle."""
    kept: list[str] = []
    for part in parts:
        if part and sum(map(len, kept)) + len(kept) + len(part) <= most:
            kept.append(part)
    return " ".join(kept)


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


def logged(text: str, entry: Entry, known: str = "") -> str:
    """A day's log with the entry in it: in place of the one under the heading `known`, which the
    same task wrote before, else in order of time.

    Another session's entry with the same heading stays: the new one is numbered. The same text
    comes back where an entry says the very same.
    """
    head, *entries = _sections(text or f"# {entry.date}\n\n")
    bullets = str(entry).split("\n", 1)[1]
    taken = numbered(text, entry.heading)
    new = f"{known or entry.heading}\n{bullets}"
    for at, old in enumerate(entries):
        heading, _, told = old.partition("\n")
        heading = heading.rstrip()
        if heading in taken and told.strip() == bullets.strip():
            return text
        if known and heading == known:
            entries[at] = new + ("\n" if at + 1 < len(entries) else "")
            return head + "".join(entries)
    if not known and taken:
        last = re.search(r" \((\d+)\)$", taken[-1]) if taken[-1] != entry.heading else None
        new = f"{entry.heading} ({int(last[1]) + 1 if last else 2})\n{bullets}"
    later = [at for at, old in enumerate(entries) if _time(old) > entry.time]
    at = later[0] if later and entry.time else len(entries)
    if at == len(entries):
        return f"{(head + ''.join(entries)).rstrip()}\n\n{new}"
    return head + "".join([*entries[:at], new + "\n", *entries[at:]])


def _time(section: str) -> str:
    found = re.match(r"## \[(\d\d:\d\d)\]", section)
    return found[1] if found else ""


def numbered(text: str, heading: str) -> list[str]:
    """The headings of a file that are this one, plain or with a number after it, in order of their
    numbers. The last one was written last."""
    found = re.findall(rf"(?m)^{re.escape(heading)}(?: \((\d+)\))?[ \t]*$", text)
    numbers = sorted(int(number or 1) for number in found)
    return [heading if number == 1 else f"{heading} ({number})" for number in numbers]


def has_entry(text: str, heading: str) -> bool:
    """Whether a file has an entry with that heading."""
    return heading in text.splitlines()


def noted(text: str, fact: str, scope: str, title: str) -> tuple[str, str]:
    """A file of facts with this one in it, and the bullet that it replaced, "" if none.

    The same text comes back if the fact, or one that says more, is there already.
    """
    fact = inert(fact, 300)
    bullet = f"- {fact}. ({inert(scope, 160)})" if scope else f"- {fact}."
    lines = (text or f"# {title}\n").rstrip("\n").split("\n")
    if found := rival(text, fact, scope):
        at, old = found
        if normal(old) == normal(fact) or (not contradicts(fact, old) and not richer(fact, old)):
            return text, ""
        replaced, lines[at] = lines[at], bullet
        return "\n".join(lines) + "\n", replaced.removeprefix("- ")
    if bullets := [at for at, line in enumerate(lines) if line.startswith("- ")]:
        lines.insert(bullets[-1] + 1, bullet)
    else:
        lines += ["", bullet]
    return "\n".join(lines) + "\n", ""


def rival(text: str, fact: str, scope: str) -> tuple[int, str] | None:
    """The bullet that this fact repeats, enriches or contradicts: its line and its fact. Facts of
    two known projects leave each other alone."""
    project = _project(scope)
    for at, line in enumerate(text.rstrip("\n").split("\n")):
        if line.startswith("- "):
            old, where = _parted(line)
            apart = project and _project(where) and _project(where) != project
            again = _refused(scope) and _refused(scope) == _refused(where)
            if not apart and (
                normal(old) == normal(fact)
                or alike(fact, old)
                or contradicts(fact, old)
                or (again and akin(fact, old))
                or (scope.find("in answer to:") >= 0 and covered(fact, old))
            ):
                return at, old
    return None


def _refused(scope: str) -> str:
    """The call that was refused when a fact was said; "" if none was."""
    found = re.search(r"said when the agent wanted to (.*)", scope)
    return found[1] if found else ""


def _project(scope: str) -> str:
    first = scope.split(";")[0]
    return "" if first.startswith("said ") else first


def _parted(bullet: str) -> tuple[str, str]:
    """A bullet's fact and its scope."""
    found = re.match(r"- (.*?)\.?(?: \(([^()]*(?:\([^()]*\)[^()]*)*)\))?$", bullet)
    return (found[1], found[2] or "") if found else (bullet[2:], "")


def listed(
    text: str, tool: str, heading: str, bullets: Sequence[tuple[str, str]], seen: str
) -> str:
    """A file of errors with this one in it; where it is there already, **Seen** gets longer."""
    head, *entries = _sections(text or f"# {tool}\n\n")
    title = f"## {inert(heading, 200)}"
    for at, old in enumerate(entries):
        if normal(old.split("\n", 1)[0]) == normal(title):
            if seen in old:
                return text
            entries[at] = re.sub(
                r"(?m)^(- \*\*Seen\*\*: .*)$", lambda found: f"{found[1]}; {seen}", old, count=1
            )
            return head + "".join(entries)
    lines = [title, *(f"- **{name}**: {inert(text)}" for name, text in bullets)]
    lines.append(f"- **Seen**: {seen}")
    return f"{(head + ''.join(entries)).rstrip()}\n\n" + "\n".join(lines) + "\n"
