"""Consoles copied from a terminal: those of Claude Code, Codex and Gemini CLI.

All that is there is what was shown: long outputs are cut (`… +27 lines` says so, and stays in the
text), commands are wrapped where the window ended, times and ids are missing. Not in here: which
line is what (`console_lines`), and recordings of terminals, which are folded first (`terminal`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from acx.model import Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.contract import SAMPLE_BYTES, Format, Notes, Sample
from acx.transcripts.formats import claude_texts
from acx.transcripts.formats.console_lines import (
    Dialect,
    Kind,
    Line,
    dialect,
    folder,
    is_footer,
    lines_of,
)
from acx.transcripts.source import texts

_CALL = re.compile(r"([A-Za-z][\w.:-]*(?: - [\w.:-]+)?(?: \(MCP\))?)\((.*)\)\s*…?", re.S)
_RAN = re.compile(r"Ran (.+)", re.S)
_WROTE = re.compile(r"(?:Edited|Added|Deleted) (\S.*) \(\+\d+ -\d+\)$")
_NAMED = re.compile(r'(\w+): ("[^"]*"|[^",]++)(?:, |$)')
_WHERE = re.compile(r" \[(?:in |current working directory )[^\]]{0,400}\]")
_WHY = re.compile(r" \([^()]*[)…]?$")
_REFUSED = ("No (tell Claude", "No, and tell Claude", "User rejected ")
_STOPPED = ("Interrupted by user", "Interrupted ·")
_CODE = re.compile(r"(?:Exit Code|Command exited with code): (\d{1,9})\s*$", re.M)

# What the console calls a tool, where that isn't its name
_TOOLS = {"Update": "Edit", "Create": "Write", "WriteFile": "write_file", "ReadFile": "read_file"}
_INDENT: dict[Dialect, int] = {"claude": 5, "codex": 4, "gemini": 3}
_FILES = ("Read", "Write", "Edit", "List", "NotebookEdit", "read_file", "write_file")


_Called = tuple[str, dict[str, Any] | str, ToolResult | None]
"""A call: the tool's name, its arguments, and what it gave back."""


@dataclass(slots=True)
class _Block:
    """A line with a mark and those that go on with it; `results` are what stands below, by mark.

    thinking  of the agent, not said
    drafted   between the rules of the prompt: not sent, if the next line is a rule as well
    """

    kind: Kind
    lines: list[str]
    results: list[list[str]] = field(default_factory=list)
    thinking: bool = False
    drafted: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()

    @property
    def printed(self) -> str:
        return "\n".join("\n".join(lines).strip("\n") for lines in self.results).strip("\n")

    def below(self, *starts: str) -> str:
        """The first line of what stands below that starts so."""
        firsts = (lines[0] for lines in self.results)
        return next((first for first in firsts if first.startswith(starts)), "")


def messages(dialect: Dialect, lines: Iterable[str], notes: Notes) -> Iterator[Message]:
    """The messages of a console's lines."""
    reading = _Reading(dialect, notes)
    for line in lines_of(dialect, lines):
        yield from reading.take(line)
    yield from reading.finish()


@dataclass(slots=True)
class _Reading:
    """`refused` says that the person just refused a call: what they type next is why. `blank` and
    `ruled` are what the line before was: an empty one, a rule."""

    dialect: Dialect
    notes: Notes
    block: _Block | None = None
    calls: int = 0
    refused: bool = False
    blank: bool = True
    ruled: bool = False

    def take(self, line: Line) -> Iterator[Message]:
        # without indent, a line goes on with the one before it, which a window cut, or is nobody's
        stray = line.kind == "more" and line.text[:1].strip() and (self.blank or not self.block)
        kind = "own" if stray else line.kind
        if kind in ("more", "result"):
            self._go_on(line)
        else:
            if kind == "own" and self._is_draft(line.text):
                self.notes.ignored["typed, but not sent"] += 1
                self.block = None
            yield from self.finish()
            if kind == "interrupt":
                yield _interrupt(line.text)
            elif kind == "own":
                self._own(line.text)
            else:
                self.block = _Block(kind, [line.text], drafted=kind == "person" and self.ruled)
        self.blank = kind == "more" and not line.text
        self.ruled = kind == "own" and line.text.startswith("──")

    def finish(self) -> Iterator[Message]:
        """The messages of the block that ends here."""
        block, self.block = self.block, None
        if block is None:
            return
        if block.thinking:
            if block.text:
                yield Message("assistant", (Thinking(block.text),), "agent")
        elif block.kind in ("person", "shell") or block.text.startswith("You ran "):
            yield from self._person(block)
        else:
            yield from self._agent(block)
        if stopped := block.below(*_STOPPED):
            yield _interrupt(stopped)

    def _is_draft(self, text: str) -> bool:
        """Whether what the person typed last still stands in the prompt, going by this line."""
        block = self.block
        return block is not None and block.kind == "person" and (block.drafted or is_footer(text))

    def _own(self, text: str) -> None:
        if text.rstrip(" …").endswith(" Thinking"):
            self.block = _Block("agent", [], thinking=True)
        else:
            self.notes.ignored["lines of the console's own"] += 1
            self.notes.cwd = self.notes.cwd or folder(text)

    def _go_on(self, line: Line) -> None:
        block = self.block
        if block is None:
            if line.text.strip():
                self.notes.ignored["lines of the console's own"] += 1
        elif line.kind == "result":
            block.results.append([line.text])
        elif block.results:
            block.results[-1].append(_dedented(line.text, _INDENT[self.dialect]))
        elif block.kind in ("call", "failed"):
            block.results.append([_dedented(line.text, _INDENT[self.dialect])])
        else:
            text = line.text.replace("│", " ", 1) if line.text.startswith("  │ ") else line.text
            block.lines.append(_dedented(text, 2))

    def _person(self, block: _Block) -> Iterator[Message]:
        """What the person typed, and what the console answered."""
        if block.kind != "person":
            command = block.text.removeprefix("You ran ")
            yield Message("user", (Text(command),), "human", event="shell")
        for said in claude_texts.queued(block.text) if block.kind == "person" else ():
            event = said.event
            if self.refused and said.origin == "human" and not event:
                event = "rejection"
            self.refused = False
            yield Message("user", (Text(said.text),), said.origin, event=event)
        if block.printed:
            yield Message("user", (Text(block.printed),), "harness")

    def _agent(self, block: _Block) -> Iterator[Message]:
        found = _called(self.dialect, block)
        if found is None:
            said = tuple(Text(text) for text in (block.text, block.printed) if text)
            yield Message("assistant", said, "agent")
            self.refused = False
            return
        self.calls += 1
        name, args, result = found
        call = ToolCall(f"call-{self.calls}", name, args)
        yield Message("assistant", (call,), "agent")
        if result is not None:
            self.refused = result.rejected
            yield Message("tool", (replace(result, call_id=call.id),), "harness")


def _called(dialect: Dialect, block: _Block) -> _Called | None:
    """The call that an agent's block is; None if the agent just speaks."""
    text = block.text
    if dialect == "gemini":
        return _gemini_called(block) if block.kind != "agent" else None
    result = ToolResult("", block.printed) if block.results else None
    if dialect == "codex":
        first, _, rest = text.partition("\n")
        if wrote := _WROTE.fullmatch(first):
            return "edit", {"file_path": wrote[1]}, ToolResult("", rest or block.printed)
        if ran := _RAN.fullmatch(text):
            return "shell", {"command": ran[1]}, result
    elif found := _CALL.fullmatch(text):
        name = _TOOLS.get(found[1], found[1])
        return name, _arguments(name, found[2]), result and _claude_result(block)
    if result is None or "\n" in text:
        return None
    return text, {}, _claude_result(block)


def _gemini_called(block: _Block) -> _Called:
    """A call in a box: its mark tells whether it failed. In some boxes, nothing else is shown."""
    name, _, given = block.text.partition(" ")
    name = _TOOLS.get(name, name)
    about = _WHY.sub("", _WHERE.sub("", given)) if name == "Shell" else given
    args = _arguments(name, about.removeprefix("Writing to "))
    if not block.results:
        return name, args, None
    code = _CODE.search(block.printed)
    failed = block.kind == "failed"
    return name, args, ToolResult("", block.printed, failed, int(code[1]) if code else None)


def _claude_result(block: _Block) -> ToolResult:
    printed = block.printed
    rejected = bool(block.below(*_REFUSED))
    error = True if block.below("Error: ") else None
    code = claude_texts.exit_code(printed.removeprefix("Error: ")) if error else None
    return ToolResult("", printed, error, code, rejected)


def _arguments(name: str, given: str) -> dict[str, Any] | str:
    """The arguments as the console shows them: named, or the main one alone."""
    given = given.strip()
    if named := _named(given):
        return named
    if name in ("Bash", "Shell"):
        return {"command": given}
    return {"file_path": given} if name in _FILES and "\n" not in given else given


def _named(given: str) -> dict[str, Any]:
    """Named arguments, none unless all that is given is such."""
    named: dict[str, Any] = {}
    at = 0
    while at < len(given):
        if not (found := _NAMED.match(given, at)):
            return {}
        named[found[1]] = found[2].strip('"')
        at = found.end()
    return named


def _interrupt(text: str) -> Message:
    return Message("user", (Text(text),), "human", event="interrupt")


def _dedented(text: str, columns: int) -> str:
    """The text without so many columns of indent, where it has them."""
    start = len(text) - len(text.lstrip(" \N{NO-BREAK SPACE}"))
    return text[min(start, columns) :]


def _matches(sample: Sample) -> str:
    if sample.text.lstrip()[:1] in ("[", "{"):
        return ""
    found = dialect(sample.text.split("\n"))
    return f"the marks of a {found} console" if found else ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    start = stream.read(SAMPLE_BYTES).decode("utf-8", "replace")
    stream.seek(0)
    found = dialect(start.split("\n")) or "claude"
    yield from messages(found, texts(stream, notes), notes)


FORMAT = Format("console", "pasted consoles of Claude Code, Codex, Gemini CLI", _matches, _read)
