"""aider's `.aider.chat.history.md`: every chat in a folder, one after the other.

A person's lines start with `####` there, the harness's with `>`, and the agent's stand as they are.
aider ends its own lines in two spaces, and before a prompt leaves a line empty, after an answer
two: that tells them from the headings and quotes in an answer, and where an output of many lines
ends. An answer that is laid out just so is believed. `####` is also put before outputs that are fed
back to the model. Of times aider only writes when a chat started: so that what is learned of it
stands on its day, all its messages have that one. Not in here: the blocks that edit files
(`aider_edits`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import BinaryIO, Literal

from acx.model import Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import Conversation, Format, Item, Notes, Sample
from acx.transcripts.formats import aider_edits as edits
from acx.transcripts.record import stamp
from acx.transcripts.source import BAD_UTF8, TORN, lines, texts

Kind = Literal["", "chat", "prompt", "harness", "agent"]
Chunk = tuple[Kind, list[str]]
Piece = tuple[Literal["result", "text", "interrupt"], Part]

_CHAT = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$")
_THOUGHT = re.compile(r"^<(thinking-content-[0-9a-f]+)>\s*$(.*?)(?:^</\1>\s*$|\Z)", re.S | re.M)

# What the person types that isn't for the agent, or only its end is; a path is no command
_COMMAND = re.compile(r"!|/[\w-]*(?=\s|$)")
_SHELL = re.compile(r"(?:!|/(?:run|test)\s)\s*(\S.*)|/(git\s+\S.*)", re.S)
_MODE = re.compile(r"/(?:ask|code|architect|context|help)\s+(\S.*)", re.S)

# What aider itself sends to the model, and writes down like a person's words
_FED_BACK = re.compile(
    r"# Fix any errors below, if possible\.|I ran this command:\n\n.*\nAnd got this output:"
    r"|See the testing errors above\.\nThe tests are correct"
    r"|# \d+ SEARCH/REPLACE blocks? failed to match!"
    r"|I added these files to the chat: [^\n]*(?:\nLet me know if [^\n]*)?\Z",
    re.S,
)
_MODEL = re.compile(r"(?:Main model|Models?): (\S+) with ")
_COST = re.compile(r"Tokens: [\d.,]+k? sent|[\d,]+ prompt tokens")
_APPLIED = re.compile(r"Applied edit to (.+)")
_OTHERS = re.compile(r"# The other \d+ SEARCH/REPLACE blocks? were applied successfully")
_ASKED = re.compile(r"Add .*\boutput to the chat\?|Added \d+ lines? of output")
_STOPPED = ("^C", "^C again to exit", "^C KeyboardInterrupt")


def _matches(sample: Sample) -> str:
    started = any(map(_CHAT.match, sample.text.split("\n")))
    return "a line that says when an aider chat started" if started else ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    layout = _layout(stream)
    given = _written(stream, notes) if layout.breaks else texts(stream, notes)
    chat: _Chat | None = None
    held: list[Item] = []
    for kind, said in _chunks(given, layout, notes):
        if kind == "chat":
            _leave(held, notes)
            held = [Conversation(name=said[0])]
            chat = _Chat(notes, stamp(said[0]))
        elif chat:
            held += chat.take(kind, said)
            if chat.asked:
                yield from held
                held = []
        else:
            notes.ignored["text before the first chat"] += 1
    _leave(held, notes)


def _leave(chat: Sequence[Item], notes: Notes) -> None:
    """Count a chat that ended before anybody spoke: aider was only asked for its version, or quit.
    What aider printed is no session."""
    if chat:
        notes.ignored["chat in which nobody spoke"] += 1


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is left of aider's layout; editors take spaces away, and programs empty lines.

    breaks  whether its lines still end in two spaces
    gaps    whether a prompt that follows an answer stands apart from it. Elsewhere, an answer is
            mostly followed by what it cost
    """

    breaks: bool
    gaps: bool


def _layout(stream: BinaryIO) -> _Layout:
    """The layout of a history, going by its first prompt and by what it holds."""
    breaks: bool | None = None
    gaps = False
    empty = 0
    for line in lines(stream, Notes()):
        if line[:5] == b"#### ":
            if breaks is None and line[-1:] == b"\n":
                breaks = line.rstrip(b"\r\n").endswith(b"  ")
            gaps = gaps or empty > 1
        elif line[:2] == b"> ":
            gaps = gaps or bool(_COST.match(line[2:].decode("utf-8", "replace")))
        empty = 0 if line.strip() else empty + 1
    stream.seek(0)
    return _Layout(breaks is not False, breaks is not False or gaps)


def _written(stream: BinaryIO, notes: Notes) -> Iterator[str]:
    """The lines that were written whole, as aider writes them."""
    for line in lines(stream, notes):
        if not line.endswith(b"\n"):
            notes.skip(TORN)
            return
        text = line.decode("utf-8", "replace")
        if "\ufffd" in text and "\ufffd".encode() not in line:
            notes.warn(BAD_UTF8)
        yield text.rstrip("\r\n")


def _chunks(given: Iterable[str], layout: _Layout, notes: Notes) -> Iterator[Chunk]:
    """Lines that belong together, without what marks them."""
    now: Kind = ""
    held: list[str] = []
    place = _Place(layout)
    for line in given:
        kind = place.kind(line, now)
        if kind != now or kind == "chat":
            if held:
                yield now, held
            now, held = kind, []
        if kind == "chat":
            held.append(line[24:].strip())
        elif kind == "agent":
            held.append(line)
        elif kind:
            mark = "####" if kind == "prompt" else ">"
            bare = line if place.within else line.removeprefix(mark).removeprefix(" ")
            held.append(bare.rstrip())
    told = _finished(now, held) if layout.breaks else held
    if len(told) < len(held):
        notes.skip(TORN)
    if told:
        yield now, told


@dataclass(slots=True)
class _Place:
    """Where in a history a line stands.

    begun   whether a chat has begun
    empty   how many empty lines are right above
    marked  whether the last line that isn't empty was one of aider's own to its end
    within  whether the line is within an output of many lines: only its first is marked, and only
            its last ends in two spaces
    wanted  whether an answer is to come, so that a heading below isn't the next prompt
    """

    layout: _Layout
    begun: bool = False
    empty: int = 2
    marked: bool = True
    within: bool = False
    wanted: bool = False

    def kind(self, line: str, now: Kind) -> Kind:
        """What the line is, below lines that are `now`."""
        ends = not self.layout.breaks or line.endswith("  ")
        self.within = now == "harness" and self._goes_on(line)
        kind: Kind = "harness" if self.within else self._marked(line, now, ends)
        if kind == "prompt" and now != "prompt":
            self.wanted = self.layout.gaps and line[5:].strip() not in ("", "<blank>")
            self.wanted = self.wanted and not _COMMAND.match(line[5:])
        elif kind in ("chat", "harness", "agent"):
            self.wanted = False
        if line.strip() or self.within:
            self.marked = kind == "chat" or (ends and kind != "agent")
        self.empty = 0 if line.strip() else self.empty + 1
        return kind

    def _goes_on(self, line: str) -> bool:
        """Whether an output that was printed above isn't at its end."""
        return not self.marked or (not self.empty and bool(line.strip()) and line[:1] != ">")

    def _marked(self, line: str, now: Kind, ends: bool) -> Kind:
        apart = self.empty > 1 or (self.empty == 1 and (now != "agent" or not self.layout.gaps))
        if (apart or not self.begun) and _CHAT.match(line):
            self.begun = True
            return "chat"
        begins = now == "prompt" or (apart and not self.wanted)
        if begins and ends and (line.startswith("#### ") or line.rstrip() == "####"):
            return "prompt"
        printed = now != "agent" or (ends and self.empty > 0)
        if printed and (line.startswith("> ") or line == ">"):
            return "harness"
        return "agent" if now == "agent" or line.strip() else ""


def _finished(kind: Kind, said: list[str]) -> list[str]:
    """Of the last chunk what stays when aider goes on: without an edit, or the report of one, that
    isn't all there. An answer ends in an empty line."""
    if kind == "agent":
        blank = (at for at in range(len(said), 0, -1) if not said[at - 1].strip())
        return edits.without_torn_block(said[: next(blank, 0)])
    if kind == "harness":
        starts = (at for at, line in enumerate(said) if edits.starts_report(line))
        torn = (at for at in starts if not edits.report_end(said, at))
        return said[: next(torn, len(said))]
    return said


@dataclass(slots=True)
class _Chat:
    """What is held between the chunks of a chat.

    asked      whether the person has said something: before, nothing is the agent's
    answered   whether the last thing they said needs no answer any more
    repeated   what the next prompt may say once more, since it was said to a mode: `/ask ...`
    waiting    edits whose results are still to come
    command    the person's own command, while its output is still to come
    printed    the lines that aider printed last, which it may feed back to the model
    """

    notes: Notes
    started: str
    model: str = ""
    calls: int = 0
    asked: bool = False
    answered: bool = True
    repeated: str = ""
    waiting: edits.Waiting = field(default_factory=edits.Waiting)
    command: ToolCall | None = None
    printed: set[str] = field(default_factory=set)

    def take(self, kind: Kind, said: list[str]) -> Iterator[Message]:
        """The messages of a chunk."""
        if kind == "prompt":
            found = self._prompt("\n".join(said).strip())
        elif kind == "agent" and self.asked:
            found = self._answer("\n".join(said))
        else:
            found = self._told(said)
        for message in found:
            yield replace(message, ts=self.started)

    def _prompt(self, said: str) -> Iterator[Message]:
        fed_back = _FED_BACK.match(said) or self._is_printed(said)
        known, self.repeated, self.command = self.repeated, "", None
        self.asked, self.answered = True, _COMMAND.match(said) is not None
        if said in ("", "<blank>"):
            self.notes.ignored["prompt/blank"] += 1
        elif said == known:
            self.notes.ignored["prompt/said before"] += 1
        elif fed_back:
            yield Message("user", (Text(said),), "harness")
        elif shell := _SHELL.match(said):
            self.calls += 1
            line = shell[1] or shell[2]
            self.command = ToolCall(f"shell-{self.calls}", "bash", {"command": line})
            yield Message("user", (Text(line), self.command), "human", event="shell")
        elif self.answered:
            yield Message("user", (Text(said),), "harness", event="command")
            if mode := _MODE.match(said):
                self.answered, self.repeated = False, mode[1]
                yield Message("user", (Text(mode[1]),), "human")
        else:
            yield Message("user", (Text(said),), "human")

    def _is_printed(self, said: str) -> bool:
        spoken = {line.strip() for line in said.split("\n")} - {""}
        return len(spoken) > 1 and spoken <= self.printed

    def _answer(self, text: str) -> Iterator[Message]:
        self.printed = set()
        parts: list[Part] = []
        behind = 0
        for thought in _THOUGHT.finditer(text):
            parts += self._edits(text[behind : thought.start()])
            parts += [Thinking(words)] if (words := thought[2].strip()) else []
            behind = thought.end()
        parts += self._edits(text[behind:])
        self.waiting = edits.Waiting.of(part for part in parts if isinstance(part, ToolCall))
        if parts:
            yield Message("assistant", tuple(parts), "agent", model=self.model)

    def _edits(self, text: str) -> Sequence[Part]:
        parts = edits.parts_of(text, self.calls + 1)
        self.calls += sum(isinstance(part, ToolCall) for part in parts)
        return parts

    def _told(self, said: list[str]) -> Iterator[Message]:
        """What aider printed: results, marks of interruptions, and other lines, paragraph by
        paragraph, so that what is printed later makes further parts of a message."""
        self.printed = {line.strip() for line in said}
        for kind, run in groupby(self._pieces(said), key=lambda piece: piece[0]):
            parts = tuple(part for _, part in run)
            if kind == "result":
                yield Message("tool", parts, "harness")
            elif kind == "interrupt":
                yield Message("user", parts, "human", event="interrupt")
            else:
                yield Message("system", parts, "harness")

    def _pieces(self, said: list[str]) -> Iterator[Piece]:
        paragraph: list[str] = []
        at = 0
        if self.command:
            at = next((nth for nth, line in enumerate(said) if _ASKED.match(line)), len(said))
            if output := "\n".join(said[:at]).strip("\n"):
                yield "result", ToolResult(self.command.id, output)
            self.command = None
        while at < len(said):
            line = said[at]
            end = (edits.starts_report(line) and edits.report_end(said, at)) or at + 1
            results = list(self._results(said[at:end]))
            stopped = line in _STOPPED and not self.answered
            if found := _MODEL.match(line):
                self.model = found[1]
            if _COST.match(line):
                self.answered = True
                self.notes.ignored["tokens and cost"] += 1
            elif results or stopped or not line:
                if paragraph:
                    yield "text", Text("\n".join(paragraph))
                    paragraph = []
                yield from (("result", result) for result in results)
                if stopped:
                    self.answered = True
                    yield "interrupt", Text(line)
            else:
                paragraph += said[at:end]
            at = end
        if paragraph:
            yield "text", Text("\n".join(paragraph))

    def _results(self, report: list[str]) -> Iterator[ToolResult]:
        """What these lines say of edits."""
        failed = edits.starts_report(report[0])
        if failed:
            done = self.waiting.failed(report)
        elif found := _APPLIED.match(report[0]):
            done = self.waiting.applied(found[1])
        else:
            done = self.waiting.rest() if _OTHERS.match(report[0]) else []
        for call in done:
            yield ToolResult(call.id, "\n".join(report), error=failed)


FORMAT = Format("aider", "aider's .aider.chat.history.md", _matches, _read)
