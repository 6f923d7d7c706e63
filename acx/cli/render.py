"""How things look: columns, JSON, diffs, progress. The only module that imports rich.

Colours and movement only on a terminal; piped output is plain and stable. Text that came from a
transcript is printed without control characters, so that it can't drive the terminal.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
UNSEEN = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def clean(text: str) -> str:
    """The text without what a terminal would obey."""
    return CONTROLS.sub("\ufffd", text)


def escaped(text: str) -> str:
    """JSON in which what a terminal would obey is written as \\u009b: the same value, unarmed."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def inline(text: str) -> str:
    """The text on one line, without what a terminal would obey."""
    return clean(" ".join(text.split("\n")))


def colourful(stream: Any = None) -> bool:
    """Whether to use colours: on a terminal, unless NO_COLOR is set."""
    if os.environ.get("FORCE_COLOR"):
        return True
    stream = stream or sys.stdout
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


def styled(text: str, style: str, stream: Any = None) -> str:
    return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if text and style and colourful(stream) else text


def say(text: str = "") -> None:
    """To stdout: what was asked for."""
    print(text)


def note(text: str) -> None:
    """To stderr: what a person watches, after what was printed before it."""
    sys.stdout.flush()
    lines = wrapped(text, 4) if sys.stderr.isatty() else [text]
    print("\n".join(lines), file=sys.stderr, flush=True)


def as_json(value: Any) -> None:
    """Any report as JSON, indented, on stdout."""
    print(escaped(json.dumps(plain(value), ensure_ascii=False, indent=2)))


def page_json(page: Any) -> None:
    """A page of a list: its items, and where the next one starts."""
    more = {"next_cursor": page.next_cursor or None, "has_more": page.has_more}
    as_json({"items": page.items, **more})


def plain(value: Any) -> Any:
    """Reports as JSON's own types."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value)]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, Path) else value


def columns(
    headers: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()
) -> None:
    """A table, columns two spaces apart; the last one is wrapped to the terminal's width.

    `notes` has a text for each row, told below it; "" for none.
    """
    table = [[clean(cell) or "-" for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *table, strict=True)]
    indent = sum(widths[:-1]) + 2 * (len(widths) - 1)
    if width() - indent < NARROWEST:
        indent = 4
    for row, told in zip([headers, *table], ["", *(notes or [""] * len(table))], strict=True):
        cells = "  ".join(cell.ljust(w) for cell, w in zip(row[:-1], widths, strict=False))
        lines = wrapped(f"{cells}  {row[-1]}".strip(), indent)
        for line in lines:
            print(styled(line, "bold" if row is headers else ""))
        for line in wrapped(f"    {clean(told)}", 4) if told else ():
            print(styled(line, "dim"))


NARROWEST = 24
"""Characters that a wrapped column needs."""


def width() -> int:
    """Columns of the terminal; without one, lines are as long as they are."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 10**6


def wrapped(text: str, indent: int) -> list[str]:
    """The text in lines that fit the terminal, further ones indented."""
    if len(text) <= width():
        return [text.rstrip()]
    import textwrap

    start = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.strip(),
        width(),
        initial_indent=start,
        subsequent_indent=" " * indent,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def tilde(path: object) -> str:
    """A path as people write it: the home folder as ~."""
    home, text = str(Path("~").expanduser()), str(path)
    return "~" + text.removeprefix(home) if home != "/" and text.startswith(home + os.sep) else text


def count(number: int, noun: str) -> str:
    """`1 lesson`, `2 lessons`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


Diff = Mapping[str, tuple[bytes | None, bytes | None]]


def diff(changes: Diff) -> Iterator[str]:
    """A unified diff, as git writes it, coloured on a terminal."""
    import difflib

    for path, (old, new) in changes.items():
        before, after = _lines(old), _lines(new)
        names = (
            "/dev/null" if old is None else f"a/{path}",
            "/dev/null" if new is None else f"b/{path}",
        )
        yield styled(f"diff --git a/{path} b/{path}", "bold")
        for line in difflib.unified_diff(before, after, *names, lineterm=""):
            yield styled(clean(line), _style_of(line))


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode(errors="replace").splitlines()


def _style_of(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


class Watch:
    """Progress on stderr: a moving line on a terminal, and a line for each thing decided.

    Without a terminal only what was decided is told, one line each.
    """

    SIGNS: Mapping[str, tuple[str, str]] = {
        "learned": ("+", "green"),
        "tidied": ("+", "green"),
        "held": ("?", "yellow"),
        "skipped": ("-", "dim"),
        "failed": ("!", "red"),
        "waiting": ("…", "yellow"),
        "imported": (" ", "dim"),
        "sent": ("…", "yellow"),
        "fetched": (" ", "dim"),
        "unread": ("-", "dim"),
        "refused": ("!", "red"),
    }

    def __init__(self) -> None:
        self._live: Any = None

    def __enter__(self) -> Watch:
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console

            self._live = Console(stderr=True).status("")
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, step: Any) -> None:
        """A `Step` of a verb."""
        if step.kind in self.SIGNS:
            sign, style = self.SIGNS[step.kind]
            what = clean(f"{step.title or step.session or step.space}")
            detail = styled(clean(f"  {step.detail}"), "dim", sys.stderr) if step.detail else ""
            self._line(f"{styled(sign, style, sys.stderr)} {what}{detail}")
        elif step.kind == "session":
            where = f"{step.session} → {step.space}"
            self._line(f"{styled(clean(where), 'bold', sys.stderr)}  {step.detail}")
        if self._live and step.kind in ("importing", "task", "session"):
            at = f"task {step.task}: " if step.task else ""
            self.status(f"{step.session[:12]} {at}{step.title} {step.detail}")

    def status(self, text: str) -> None:
        """What is being done just now; seen on a terminal only."""
        if self._live:
            from rich.markup import escape

            self._live.update(escape(clean(text))[:100])

    def _line(self, text: str) -> None:
        if self._live:
            from rich.text import Text

            # The terminal breaks long lines, as it does those of stdout: a path can be copied
            self._live.console.print(Text.from_ansi(text), soft_wrap=True)
        else:
            note(text)


def message(value: Any, full: bool = False) -> Iterator[str]:
    """A message for reading: number, who, and its parts, each cut to what fits a screen unless
    `full`."""
    who = value.role if value.origin in ("human", "agent") else f"{value.role} ({value.origin})"
    event = f" [{value.event}]" if value.event else ""
    at = styled(f"  {value.ts}", "dim") if value.ts else ""
    yield styled(f"#{value.number} {who}{event}", "bold") + at
    for part in value.parts:
        for line in _part(part, full):
            yield from wrapped(f"  {clean(line)}", 2)
    yield ""


def _part(part: Any, full: bool) -> list[str]:
    kind = type(part).__name__
    if kind == "ToolCall":
        given = part.args
        args = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        text = f"→ {part.name} {args}"
        return text.splitlines() if full or len(text) <= 400 else [f"{text[:400]}… (--full)"]
    if kind == "Attachment":
        size = f"{part.size:,} bytes" if part.size else ""
        return [f"({' '.join(filter(None, (part.media_type, part.name, size)))})"]
    lines = str(part.text).splitlines()
    cut = lines
    if len(lines) > 24 and not full:
        cut = [*lines[:20], f"… {len(lines) - 20} more lines (--full)"]
    if kind == "ToolResult":
        code = "" if part.exit_code is None else f"exit {part.exit_code}"
        if part.rejected:
            return ["← refused by the person"]
        flag = "error" if part.error else ""
        head = " ".join(word for word in (code, flag) if word)
        return [f"← {head}".rstrip(), *cut] if head else [f"← {cut[0] if cut else ''}", *cut[1:]]
    if kind == "Thinking" and not full:
        return [f"(thinking: {cut[0] if cut else ''}{' …' if len(lines) > 1 else ''})"]
    return [f"(thinking: {part.text})"] if kind == "Thinking" else cut


def lesson(commit: Any, changes: Diff, state: str = "") -> None:
    """A lesson in full: message, then diff."""
    kind = "lesson" if "Acx-Task" in commit.trailers else "commit"  # a revert, a step of tidying
    say(styled(f"{kind} {commit.id}", "yellow") + (f" ({clean(state)})" if state else ""))
    say(f"date   {commit.when}\n")
    say(f"    {clean(commit.subject)}\n")
    for line in commit.body.strip().splitlines():
        say(f"    {clean(line)}".rstrip())
    say()
    for line in diff(changes):
        say(line)


def learned(report: Any) -> None:
    """What a run of learn did: diffs of a dry run, then a summary line."""
    unfinished, empty = [], []
    for session in report.sessions:
        for one in session.lessons if report.dry_run else ():
            say(styled(clean(one.title), "bold"))
            for line in diff(one.diff):
                say(line)
            say()
        if session.status == "failed":
            note(styled(clean(f"{session.session} failed: {session.reason}"), "red", sys.stderr))
            for hint in session.hints:
                note(f"hint: {clean(hint)}")
        elif session.status == "pending" and session.reason:
            told = f"{session.session} waits: {session.reason}"
            note(styled(clean(told), "yellow", sys.stderr))
        open_tasks = [one for one in session.outcomes if one.state == "" and not one.task.finished]
        if open_tasks and not session.lessons:
            told = f"{count(len(open_tasks), 'task')} not finished yet, so nothing to learn from"
            note(f"  {session.session}: {told}")
            unfinished.append(session.session)
        elif session.status == "completed" and not session.outcomes:
            empty.append(session.session)
    if empty:
        where = empty[0] if len(empty) == 1 else count(len(empty), "session")
        note(f"  no task was found in {where}, so nothing to learn from")
    if unfinished and not report.dry_run:  # which keeps no session that could be looked at
        note(f"hint: see what isn't: acx session tasks {unfinished[0]}")
    for line in wrapped(clean(summary(report)), 4):
        say(line)
    if not (report.sessions or report.refused or report.loose):
        note("hint: give it transcripts: acx learn FILE, or acx learn --from claude-code")


def summary(report: Any) -> str:
    """One line: how much was learned, by whom, for how much."""
    if report.refused and not report.sessions:
        return f"Learned nothing: what was given can't be taken (learner: {report.learner})"
    if not report.sessions:
        loose = count(report.loose, "session")
        verb = "is" if report.loose == 1 else "are"
        hint = f"; {loose} {verb} in no space: acx session attach --all" if report.loose else ""
        return f"Nothing is pending{hint} (learner: {report.learner})"
    held = sum(len(session.held) for session in report.sessions)
    counts = {"skipped": 0, "failed": 0}
    for session in report.sessions:
        for outcome in session.outcomes:
            if outcome.state in counts:
                counts[outcome.state] += 1
    verb = "Would learn" if report.dry_run else "Learned"
    sessions = count(len(report.sessions), "session")
    words = [f"{verb} {count(report.lessons, 'lesson')} from {sessions}"]
    words += [f"{held} held for review"] if held else []
    words += [f"{count(number, 'task')} {state}" for state, number in counts.items() if number]
    return f"{', '.join(words)} ({_by(report)})"


def _by(report: Any) -> str:
    """Who did it, and for how much."""
    used = report.usage
    cost = "cost unknown" if used.cost is None else f"{used.cost:.4f} USD"
    spent = f"; {used.input:,} tokens in, {used.output:,} out, {cost}" if used.calls else ""
    return f"learner: {report.learner}{spent}"


def tidied(report: Any) -> None:
    """What a run of tidy did: diffs of a dry run with what would go, then a summary line."""
    for step in report.steps if report.dry_run else ():
        say(styled(clean(step.title), "bold"))
        for line in diff(step.diff):
            say(line)
        for one in step.dropped:
            say(inline(f"dropped: {one.line} ({one.why})"))
        say()
    if report.uncommitted:
        first, *more = report.uncommitted
        also = f" and {count(len(more), 'other file')}" if more else ""
        note(clean(f"not looked at, since it isn't committed: what changed in {first}{also}"))
    if report.stopped:
        note(styled(clean(f"stopped: {report.stopped}"), "red", sys.stderr))
        for hint in report.hints:
            note(f"hint: {clean(hint)}")
    steps = count(len(report.landed), "step")
    words = [f"{'Would tidy' if report.dry_run else 'Tidied'} {report.space} in {steps}"]
    words += [f"{len(report.held)} held for review"] if report.held else []
    if not report.steps:
        nothing = "Stopped before anything was tidied" if report.stopped else "Nothing to tidy"
        words = [f"{nothing} in {report.space}"]
    words += [f"{count(len(report.left), 'thing')} left as it is"] if len(report.left) == 1 else []
    words += [f"{count(len(report.left), 'thing')} left as they are"] if report.left[1:] else []
    for line in wrapped(clean(f"{', '.join(words)} ({_by(report)})"), 4):
        say(line)


def learned_json(report: Any) -> dict[str, Any]:
    """A run of learn for programs; without the messages of commits, which git has."""
    value: dict[str, Any] = plain(report)
    return {**value, "usage": plain(report.usage), "lessons": report.lessons}
