"""The pieces of a digest: who said what, each call in one line with its exit, what tools printed.

Messages in, entries out, in order. What of them fits is the digest's affair. Not in here either:
any judgement of what happened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from acx.model import Attachment, Message, Text, ToolCall, ToolResult
from acx.transcripts.signals import command, commits, exit_code
from acx.transcripts.suites import summary

NEW_LINE = "⏎"
"""What stands for the end of a line within a call."""

Kind = Literal["human", "close", "agent", "turn", "call", "look", "error", "output", "seen", "gap"]
"""human   a person's words
close   the agent's last words before a person spoke again, or the session ended
agent   its other words
turn    a call that failed, ran tests, made a commit, or was the first of its tool to work again
call    other calls
look    calls of tools that only read and search
error   what a failing call printed
output  what other calls printed
seen    what reading showed: files that are there to be read again
gap     what was dropped"""

LONGEST = {"human": 6000, "close": 3000, "agent": 3000, "error": 2000}
"""Characters of a piece that are kept until it is known how much fits; of other kinds OTHER."""
OTHER = 800
LONGEST_STRETCH = 400
"""Pieces between two words of a person that are held to tell which ones mattered."""
SPARED = 80
"""Fewer characters than this aren't cut: the note that they are missing is as long."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_TELLING = re.compile(
    r"(?i)\b(?:\w*error|fail(?:ed|ure|ures|s)?|\w*exception|traceback|fatal|panic|denied|refused|"
    r"not found|no such|cannot|can't|passed|undefined|unexpected|timed? ?out|exit(?:ed)?)\b|[✗✘×]"
)
_READING = re.compile(r"(?i)(?:read|view|open|cat|grep|glob|ls|list|find|search|todo)(?!.*web)")
_WEB = re.compile(r"(?i)web|fetch|browse|http|url|search_query|crawl")


def plain(text: str) -> str:
    """The text without terminal escapes and control characters: as it stands in a digest."""
    return _CONTROL.sub("", _ESCAPES.sub("", text))


@dataclass(slots=True)
class Entry:
    """A piece of the digest: `head`, what was cut from its middle, `tail`.

    outcome  of a call: how it ended and in which message, "" while no result came
    told     an output whose call's line tells of it
    folded   of calls that look: what at, and how often
    A gap stands for entries that were dropped: messages `number` to `last`, `cut` entries.
    """

    number: int
    last: int
    kind: Kind
    label: str = ""
    head: str = ""
    tail: str = ""
    cut: int = 0
    outcome: str = ""
    told: bool = False
    folded: Counter[str] = field(default_factory=Counter)

    def cut_to(self, limit: int) -> None:
        if self.kind == "gap" or self.folded:
            self.head = self._list(limit) if self.folded else ""
            return
        if len(self.head) + len(self.tail) > limit + SPARED:
            # What a command printed last says most; of words, beginning and end alike.
            before = limit // 4 if self.kind in ("error", "output", "seen") else limit // 2
            kept_tail = self.tail or self.head
            head, tail = self.head[:before], kept_tail[before - limit :]
            self.cut += len(self.head) + len(self.tail) - len(head) - len(tail)
            self.head, self.tail = head, tail

    def gap(self) -> Entry:
        """What says that this was dropped."""
        return self if self.kind == "gap" else Entry(self.number, self.last, "gap", cut=1)

    def merge(self, other: Entry) -> None:
        """Take in the gap or the folded calls that follow."""
        if self.kind == "look":
            self.folded = (self.folded or self._looked()) + (other.folded or other._looked())
        self.last = max(self.last, other.last)
        self.cut += other.cut

    def render(self) -> str:
        span = f" to #{self.last}" if self.last > self.number else ""
        if self.kind == "gap":
            parts = "1 part" if self.cut == 1 else f"{self.cut} parts"
            return f"#{self.number}{span} [... {parts} cut ...]"
        if self.folded:
            return f"#{self.number}{span} looked: {self.head}"
        text = self.head
        if self.cut:
            note = f"[... {self.cut} characters cut ...]"
            text = f"{text.rstrip()} {note} {self.tail.lstrip()}"
        margin = ">" if self.kind in ("error", "output", "seen") else "|"
        found = [line for line in text.strip().splitlines() if line.strip()]
        if not self.label:
            return "\n".join(f"#{self.number} {margin} {line}" for line in found)
        first, *rest = found or [""]
        first = f"#{self.number} {self.label}: {first}".rstrip() + self.outcome
        return "\n".join([first, *(f"#{self.number} {margin} {line}" for line in rest)])

    @property
    def size(self) -> int:
        return len(self.render()) + 1

    def _looked(self) -> Counter[str]:
        name = self.label.removeprefix("call ")
        return Counter([f"{name} {self.head[:80]}".rstrip()])

    def _list(self, limit: int) -> str:
        named: list[str] = []
        size = 0
        for what, count in self.folded.items():
            text = f"{what} ×{count}" if count > 1 else what
            size += len(text) + 2
            if size > limit + SPARED:
                break
            named.append(text)
        left = self.folded.total() - sum(list(self.folded.values())[: len(named)])
        return ", ".join(named) + (f" [... {left} more ...]" if left else "")


def entries(messages: Iterable[Message]) -> Iterator[Entry]:
    """The pieces of some messages, in order."""
    stretch = _Stretch()
    for message in messages:
        if message.origin == "human" or len(stretch.entries) > LONGEST_STRETCH:
            yield from stretch.ended(message.origin == "human")
        stretch.take(message)
    yield from stretch.ended(True)


class _Stretch:
    """What happened between two words of a person.

    calls   those whose results are still to come, with their tools' names
    failed  the tools of which the last call failed
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._calls: dict[str, tuple[ToolCall, Entry]] = {}
        self._failed: set[str] = set()

    def ended(self, by_person: bool) -> Iterator[Entry]:
        for entry in reversed(self.entries if by_person else ()):
            if entry.kind in ("human", "agent"):
                entry.kind = "close" if entry.kind == "agent" else "human"
                break
        yield from self.entries
        self.entries = []
        self._calls.clear()

    def take(self, message: Message) -> None:
        for part in message.parts:
            match part:
                case Text(text=text) if text.strip() or message.event == "interrupt":
                    self._said(message, text)
                case ToolCall():
                    kind: Kind = "look" if _READING.match(part.name) else "call"
                    entry = self._add(message, kind, f"call {_oneline(part.name)}", arguments(part))
                    self._calls[part.id] = (part, entry)
                case ToolResult():
                    self._result(message, part)
                case Attachment():
                    name = _oneline(part.name) or part.media_type
                    self._add(message, "output", "attachment", f"{name}, {part.size} bytes")
                case _:
                    pass

    def _said(self, message: Message, text: str) -> None:
        label = _EVENT_LABELS.get(message.event, message.role)
        if message.origin == "human":
            self._add(message, "human", label, text)
        elif message.origin == "agent" or message.event == "plan":
            self._add(message, "agent", label, text)
        else:
            label = _EVENT_LABELS.get(message.event, message.origin)
            self._add(message, "output", label, text)

    def _result(self, message: Message, result: ToolResult) -> None:
        call, entry = self._calls.pop(result.call_id, (None, None))
        tool = call.name if call else ""
        tests = summary(result.text)
        # Told from the text, since a pipe or a `;` after the runner hides its exit code.
        code = exit_code(result)
        failed = bool(code) or result.error is True or (tests is not None and not tests.ok)
        failed = failed and not result.rejected
        said = [f"exit {code}" if code else "error" if result.error and not result.rejected else ""]
        said.append(f"{tests}" if tests else "")
        said.append("refused by the user" if result.rejected else "")
        said.append("from the web" if _WEB.search(tool) else "")
        lines = len(result.text.strip().splitlines())
        said.append(f"{lines} lines" if lines > 1 else "")
        told = ", ".join(filter(None, said))
        if entry:
            entry.outcome = f" → {told or ('ok' if code == 0 else 'done')} (#{message.number})"
            made = command(call) and commits(result.text) if call else []
            if failed or tests or made or tool in self._failed:
                entry.kind = "turn"
        self._failed = self._failed | {tool} if failed else self._failed - {tool}
        kind: Kind = "error" if failed else "seen" if _READING.match(tool) else "output"
        text = result.text if kind == "seen" else _telling_lines(result.text)
        if result.rejected and entry:
            return  # the words of the refusal; the person's own follow as theirs
        label = "" if entry else f"result ({told})" if told else "result"
        if text.strip() or label:
            self._add(message, kind, label, text).told = bool(entry)

    def _add(self, message: Message, kind: Kind, label: str, text: str) -> Entry:
        entry = Entry(message.number, message.number, kind, label, plain(text).strip())
        entry.cut_to(LONGEST.get(kind, OTHER))
        self.entries.append(entry)
        return entry


_EVENT_LABELS = {
    "rejection": "user, refusing the call",
    "interrupt": "user stopped the agent",
    "queued": "user, while the agent worked",
    "edit": "user changed the edit",
    "shell": "user ran",
    "command": "command",
    "compaction": "summary of earlier messages",
    "plan": "assistant, plan",
}


def _telling_lines(text: str) -> str:
    """A long output without its uninteresting middle: its ends, errors and test summaries."""
    lines = plain(text).strip().splitlines()
    if len(lines) <= 24:
        return "\n".join(lines)
    telling = [n for n in range(4, len(lines) - 8) if _TELLING.search(lines[n])]
    chosen = [*range(4), *telling[-12:], *range(len(lines) - 8, len(lines))]
    kept: list[str] = []
    before = -1
    for n in chosen:
        if n > before + 1:
            kept.append(f"[... {n - before - 1} lines cut ...]")
        kept.append(lines[n][:400])
        before = n
    return "\n".join(kept)


def arguments(call: ToolCall) -> str:
    """A call's arguments on one line; those of a single argument (a command) without its name."""
    if isinstance(call.args, str):
        return _oneline(call.args)
    values = {name: _value(value) for name, value in call.args.items() if value not in (None, "")}
    shell = values.get("command") or values.get("cmd")
    if shell or len(values) == 1:
        return shell or next(iter(values.values()))
    return ", ".join(f"{name}={_middle_out(value, 240)}" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return _oneline(" ".join(value))
    return _oneline(str(value))


def _oneline(text: str) -> str:
    return f" {NEW_LINE} ".join(line.strip() for line in plain(text).splitlines() if line.strip())


def _middle_out(text: str, limit: int) -> str:
    if len(text) <= limit + SPARED:
        return text
    cut = len(text) - limit
    return f"{text[: limit // 2]} [... {cut} characters cut ...] {text[-(limit // 2) :]}"
