"""A digest: the messages of a session as text of a bounded length, for a model or a person to read.

Every line starts with the number of its message, and with a mark that says who is speaking: `:` and
`|` for words, `>` for what tools, web pages and the agent's own program put in. Nothing that stands
in a transcript can forge such a line, because line ends inside a message get the margin too.

    #41 user: Deploy API v2 to staging.
    #41 | Keep the old one running.
    #42 assistant: Running the migration first.
    #43 call Bash: make migrate
    #44 result exit 1: [... 36 lines cut ...]
    #44 > ERROR: relation "users" already exists

Over the budget, tool output gets shorter first, then calls, then the agent's words, and the human's
last. Deliberately not in it: thinking (no evidence of anything), and any judgement of
what happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from acx.model import Attachment, Message, Text, ToolCall, ToolResult
from acx.transcripts.signals import exit_code
from acx.transcripts.suites import summary

CHARS_A_TOKEN = 4

Kind = Literal["human", "agent", "call", "error", "output", "seen", "gap"]
"""`seen` is what a tool for reading and searching showed: files that are there to be read again."""

_LIMITS: tuple[dict[Kind, int], ...] = (
    {"human": 6000, "agent": 3000, "call": 500, "error": 2000, "output": 800, "seen": 160},
    {"human": 6000, "agent": 3000, "call": 400, "error": 1200, "output": 300, "seen": 80},
    {"human": 6000, "agent": 3000, "call": 300, "error": 600, "output": 120, "seen": 0},
    {"human": 6000, "agent": 3000, "call": 300, "error": 250, "output": 0, "seen": 0},
    {"human": 6000, "agent": 3000, "call": 160, "error": 160, "output": 0, "seen": 0},
    {"human": 6000, "agent": 2000, "call": 80, "error": 120, "output": 0, "seen": 0},
    {"human": 6000, "agent": 2000, "call": 0, "error": 0, "output": 0, "seen": 0},
    {"human": 6000, "agent": 800, "call": 0, "error": 0, "output": 0, "seen": 0},
    {"human": 6000, "agent": 300, "call": 0, "error": 0, "output": 0, "seen": 0},
    {"human": 6000, "agent": 0, "call": 0, "error": 0, "output": 0, "seen": 0},
    {"human": 1500, "agent": 0, "call": 0, "error": 0, "output": 0, "seen": 0},
    {"human": 400, "agent": 0, "call": 0, "error": 0, "output": 0, "seen": 0},
    {"human": 120, "agent": 0, "call": 0, "error": 0, "output": 0, "seen": 0},
)
"""Characters a text may keep, by how tight it is; 0 drops it. A human's words count as "in full" up
to 6000: what is longer was pasted."""

_TOOLS = ("error", "output", "seen")
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


def digest(messages: Iterable[Message], budget: int) -> str:
    """What the messages say, in at most about `budget` tokens (of 4 characters).

    Needs memory for the budget and one message, not for the session. The same messages and budget
    give the same text.
    """
    room = budget * CHARS_A_TOKEN
    entries: list[_Entry] = []
    size = level = 0
    for entry in _entries(messages):
        entry.cut_to(_LIMITS[level])
        size += _add(entries, entry)
        while size > room and level + 1 < len(_LIMITS):
            level += 1
            entries, size = _tightened(entries, _LIMITS[level])
        if size > room:
            entries, size = _hollowed(entries, room)
    return "\n".join(entry.render() for entry in entries)


@dataclass(slots=True)
class _Entry:
    """A piece of the digest: `head`, what was cut from its middle, `tail`.

    A gap stands for entries that were dropped: messages `number` to `last`, `cut` entries.
    """

    number: int
    last: int
    kind: Kind
    label: str
    head: str
    tail: str = ""
    cut: int = 0

    def cut_to(self, limits: dict[Kind, int]) -> None:
        if self.kind == "gap":
            return
        limit = limits[self.kind]
        if limit == 0:
            self.kind, self.label, self.head, self.tail, self.cut = "gap", "", "", "", 1
        elif len(self.head) + len(self.tail) > limit:
            # What a command printed last says most; of words, beginning and end alike.
            before = limit // 4 if self.kind in _TOOLS else limit // 2
            kept_tail = self.tail or self.head
            head, tail = self.head[:before], kept_tail[before - limit :]
            self.cut += len(self.head) + len(self.tail) - len(head) - len(tail)
            self.head, self.tail = head, tail

    def render(self) -> str:
        if self.kind == "gap":
            where = f"#{self.number}" + (f" to #{self.last}" if self.last > self.number else "")
            return f"{where} [... {self.cut} parts cut ...]"
        text = self.head
        if self.cut:
            text += f" [... {self.cut} characters cut ...] {self.tail}"
        margin = ">" if self.kind in _TOOLS else "|"
        first, *rest = text.strip().splitlines() or [""]
        lines = [f"#{self.number} {self.label}: {first}".rstrip()]
        lines += [f"#{self.number} {margin} {line}" for line in rest if line.strip()]
        return "\n".join(lines)

    @property
    def size(self) -> int:
        return len(self.render()) + 1


def _add(entries: list[_Entry], entry: _Entry) -> int:
    """Append the entry, a gap to the gap before it. Returns by how much the digest grew."""
    if entries and entry.kind == "gap" and entries[-1].kind == "gap":
        before = entries[-1].size
        entries[-1].last = entry.last
        entries[-1].cut += entry.cut
        return entries[-1].size - before
    entries.append(entry)
    return entry.size


def _tightened(entries: list[_Entry], limits: dict[Kind, int]) -> tuple[list[_Entry], int]:
    kept: list[_Entry] = []
    size = 0
    for entry in entries:
        entry.cut_to(limits)
        size += _add(kept, entry)
    return kept, size


def _hollowed(entries: list[_Entry], room: int) -> tuple[list[_Entry], int]:
    """Even the shortened human words are too many: keep the first half and the latest.

    A good deal more than needed is dropped, so that the next messages don't each start this again.
    """
    first: list[_Entry] = []
    size = 0
    for entry in entries:
        if size + entry.size > room // 2:
            break
        size += _add(first, entry)
    rest = entries[len(first) :]
    excess = size + sum(entry.size for entry in rest) - room * 9 // 10
    while rest and excess > 0:
        entry = rest.pop(0)
        excess -= entry.size
        if entry.kind != "gap":
            entry = _Entry(entry.number, entry.last, "gap", "", "", cut=1)
        _add(first, entry)
    kept = [*first, *rest]
    return kept, sum(entry.size for entry in kept)


def _entries(messages: Iterable[Message]) -> Iterator[_Entry]:
    tools: dict[str, str] = {}
    for message in messages:
        for part in message.parts:
            match part:
                case Text(text=text) if text.strip() or message.event == "interrupt":
                    yield _said(message, text)
                case ToolCall():
                    tools[part.id] = part.name
                    yield _entry(message, "call", f"call {_oneline(part.name)}", arguments(part))
                case ToolResult():
                    yield _result(message, part, tools.pop(part.call_id, ""))
                case Attachment():
                    name = _oneline(part.name) or part.media_type
                    yield _entry(message, "output", "attachment", f"{name}, {part.size} bytes")
                case _:
                    pass


_EVENT_LABELS = {
    "rejection": "user, refusing the call",
    "interrupt": "user stopped the agent",
    "queued": "user, while the agent worked",
    "shell": "user ran",
    "command": "command",
    "compaction": "summary of earlier messages",
    "plan": "assistant, plan",
}


def _said(message: Message, text: str) -> _Entry:
    label = _EVENT_LABELS.get(message.event, message.role)
    if message.origin == "human":
        return _entry(message, "human", label, text)
    if message.origin == "agent" or message.event == "plan":
        return _entry(message, "agent", label, text)
    return _entry(message, "output", _EVENT_LABELS.get(message.event, message.origin), text)


def _result(message: Message, result: ToolResult, tool: str) -> _Entry:
    label = "result from the web" if _WEB.search(tool) else "result"
    kind: Kind = "seen" if _READING.match(tool) else "output"
    if result.rejected:
        return _entry(message, "output", f"{label} refused by the user", result.text)
    if code := exit_code(result):
        kind, label = "error", f"{label} exit {code}"
    elif result.error:
        kind, label = "error", f"{label} error"
    if kind == "seen":
        return _entry(message, kind, label, result.text)
    if tests := summary(result.text):
        # Told from the text, since a pipe or a `;` after the runner hides its exit code.
        kind, label = kind if tests.ok else "error", f"{label} ({tests})"
    return _entry(message, kind, label, _telling_lines(result.text))


def _entry(message: Message, kind: Kind, label: str, text: str) -> _Entry:
    return _Entry(message.number, message.number, kind, label, plain(text).strip())


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
    command = values.get("command") or values.get("cmd")
    if command or len(values) == 1:
        return command or next(iter(values.values()))
    return ", ".join(f"{name}={_middle_out(value, 160)}" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return _oneline(" ".join(value))
    return _oneline(str(value))


def _oneline(text: str) -> str:
    return " ⏎ ".join(line.strip() for line in plain(text).splitlines() if line.strip())


def _middle_out(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = len(text) - limit
    return f"{text[: limit // 2]} [... {cut} characters cut ...] {text[-(limit // 2) :]}"
