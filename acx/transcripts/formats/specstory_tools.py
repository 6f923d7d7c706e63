"""A tool in SpecStory's Markdown: `<tool-use>` with a summary, what it was given and gave back.

Each agent's tools are laid out differently; what is common is read, and what it was given stays
text where its fields can't be told. Not in here: the messages around it (`specstory`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from acx.model import ToolCall, ToolResult
from acx.transcripts.formats import claude_texts

_OPENS = re.compile(r'<tool-use data-tool-type="([^"]*)" data-tool-name="([^"]*)">')
_CLOSES = re.compile(r"</details>\s*</tool-use>\s*|</tool-use>\s*")
_END = "</details></tool-use>"
_SUMMARY = re.compile(r"\s*+(?:<details>\s*+)?<summary>(.*?)</summary>", re.S)
_FENCE = re.compile(r"(`{3,})([^`]*)")
_INPUT = re.compile(r"- (\w+):(?: `(.*)`)?")
_FIELD = re.compile(r"\b(\w+) `([^`]*)`")
_CODE = re.compile(r"`(.+)`")
_WRITTEN = re.compile(
    r"(?:The file |File created successfully at: )(/.+?|[A-Z]:\\.+?)(?: has been |$)", re.M
)
_ANSWER = "**Answer:** "
_FLAGS = {"**Error:**": True, "**Result:**": False}


@dataclass(slots=True)
class Tool:
    """The lines within `<tool-use>`. `fence` is an open one of four ticks or more: those are made
    longer than any in what they hold, while one of three may hold others, of any number."""

    kind: str
    name: str
    lines: list[str] = field(default_factory=list)
    fence: str = ""

    @staticmethod
    def opened_by(line: str) -> Tool | None:
        found = _OPENS.match(line)
        if not found:
            return None
        return Tool(found[1], found[2], [line[found.end() :]])

    def ends(self, line: str, printed: bool = False) -> bool:
        """Take the next line; whether it was the last, and no such line that the tool printed."""
        if not self.fence and not printed and is_end(line):
            return True
        found = _FENCE.fullmatch(line)
        if self.fence:
            self.fence = "" if line.rstrip() == self.fence else self.fence
        elif found and len(found[1]) > 3:
            self.fence = found[1]
        self.lines.append(line)
        return False


def is_end(line: str) -> bool:
    """Whether a tool ends in this line."""
    return _CLOSES.fullmatch(line) is not None


def called(tool: Tool, id: str) -> tuple[ToolCall, ToolResult | None]:
    """The call, and its result where there is one."""
    body = "\n".join(tool.lines)
    summary = _SUMMARY.match(body)
    if summary:
        body = body[summary.end() :]
    lines = body.removeprefix("<details>").strip("\n").split("\n")
    if lines[-1] and _END.startswith(lines[-1]):
        lines.pop()  # the tag in two lines, or cut off with the file
    given, fences = _split(lines, tool.kind)
    output = fences.pop() if fences and _is_output(fences) else None
    said = [line for line in given if line.strip() not in _FLAGS]
    answer = next((line for line in said if line.startswith(_ANSWER)), None)
    if answer is not None and output is None:
        output = ("", answer.removeprefix(_ANSWER))
    about = summary[1].partition("•")[2].strip() if summary else ""
    args = _args(tool.kind, said, fences, about)
    if output is None:
        return ToolCall(id, tool.name, args), None
    if tool.kind == "write" and (path := _WRITTEN.match(output[1])) and isinstance(args, dict):
        args = {"file_path": path[1]} | args  # which only the answer of Claude Code's tools tells
    flag = next((_FLAGS[line.strip()] for line in given if line.strip() in _FLAGS), None)
    return ToolCall(id, tool.name, args), _result(id, output[1], flag, tool.name)


Fence = tuple[str, str]
"""A fenced block: the language, and what it holds."""


def _split(lines: list[str], kind: str) -> tuple[list[str], list[Fence]]:
    """The lines outside of fences, and the fences. The output comes last and ends with the last
    fence: of three ticks, it may hold others."""
    outside: list[str] = []
    fences: list[Fence] = []
    at = 0
    while at < len(lines):
        opens = _FENCE.fullmatch(lines[at])
        if not opens:
            outside.append(lines[at])
            at += 1
            continue
        ticks, language = opens[1], opens[2].strip()
        last = language in ("", "text") and (fences or kind != "write") and not _is_input(outside)
        below = range(at + 1, len(lines))
        found = (n for n in (reversed(below) if last else below) if lines[n].rstrip() == ticks)
        end = next(found, len(lines))
        fences.append((language, "\n".join(lines[at + 1 : end])))
        at = end + 1
    return outside, fences


def _is_input(outside: list[str]) -> bool:
    """Whether a fence that follows is one of the fields that the tool was given."""
    stated = [line.strip() for line in outside if line.strip()]
    return "**Input:**" in stated and not any(line in _FLAGS for line in stated)


def _is_output(fences: list[Fence]) -> bool:
    """Whether the last fence is what the tool gave back, rather than what it was given."""
    return len(fences) > 1 or fences[-1][0] in ("", "text")


def _args(kind: str, said: list[str], fences: list[Fence], about: str) -> dict[str, Any] | str:
    text = "\n".join(line for line in said if not line.startswith(_ANSWER)).strip()
    if text.startswith("**Input:**"):
        given = [found for found in map(_INPUT.fullmatch, said) if found]
        shown = iter(fences)  # a value of several lines stands in a fence under its name
        return {
            key: value if value is not None else next(shown, ("", ""))[1]
            for key, value in map(re.Match.groups, given)
        }
    if kind == "shell":
        return _command(said, fences, about)
    if kind == "write" and fences:
        return {**_fields(text, about), "content": fences[0][1]}
    if fields := _fields(text, about):
        return fields
    return text or about or {}


def _command(said: list[str], fences: list[Fence], about: str) -> dict[str, Any]:
    lines = [line.strip() for line in said if line.strip()]
    found = [match[1] for match in map(_CODE.fullmatch, lines) if match]
    shown = fences[0][1] if fences else about.removeprefix("Run command: ")
    described = "\n".join(line for line in lines if not _CODE.fullmatch(line))
    command = {"command": found[-1] if found else shown}
    return command | ({"description": described} if described else {})


def _fields(text: str, about: str) -> dict[str, Any]:
    """Fields written as `pattern` and a value in ticks; a value alone is a file."""
    if (alone := _CODE.fullmatch(text)) and "`" not in alone[1]:
        return {"file_path": alone[1]}
    if found := _FIELD.findall(text):
        return dict(found)
    doing, named, path = about.partition(" file: ")
    return {"file_path": path} if named and " " not in doing else {}


def _result(id: str, text: str, flag: bool | None, name: str) -> ToolResult:
    """Claude Code says a code only of a command that failed. A refusal in the words of an MCP
    server is a tool's, not a person's."""
    code = claude_texts.exit_code(text)
    error = True if text.startswith("<tool_use_error>") else flag
    rejected = "mcp" not in name.lower() and claude_texts.is_rejection(text)
    return ToolResult(id, text.strip("\n"), error, code, rejected)
