"""The tools a model edits skills with: each a schema, right above the function that handles it.

They work on a `Draft` and nowhere else, so that nothing a model does is visible before it was
checked. What can't be done is answered with a sentence the model can act on. Not here: whether the
outcome is acceptable (`acx.learn.checks`), and when to stop (`acx.learn.writing`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from acx import yamlfile
from acx.errors import BadInput
from acx.learn.draft import Draft, EditError
from acx.learn.schema import Schema, complaints
from acx.paths import safe_path
from acx.skillfile import problems

VIEW_CHARS = 16_000
"""The most that one view shows."""

DESCRIPTION_CHARS = 400
"""The most that a new skill's description has. Clients load those of all skills at every start, and
the format's own limit of 1,024 leaves no room to grow."""

Handler = Callable[..., str]

_PATH: Schema = {"type": "string", "description": "as in skills/NAME/FILE", "minLength": 1}
_LINE: Schema = {"type": "integer", "description": "a line number, from 1"}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what the model is told about it, and what it does to a draft."""

    name: str
    description: str
    schema: Schema
    handle: Handler

    @property
    def spec(self) -> Mapping[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "input_schema": self.schema,
        }


TOOLS: dict[str, Tool] = {}


def _tool(
    description: str, /, *, optional: tuple[str, ...] = (), **properties: Schema
) -> Callable[[Handler], Handler]:
    def register(handle: Handler) -> Handler:
        schema = {
            "type": "object",
            "properties": properties,
            "required": [name for name in properties if name not in optional],
            "additionalProperties": False,
        }
        TOOLS[handle.__name__] = Tool(handle.__name__, description, schema, handle)
        return handle

    return register


def run(draft: Draft, name: str, input: Any) -> tuple[str, bool]:
    """What a call gives back, and whether that is an error."""
    tool = TOOLS.get(name)
    if tool is None:
        return f"There is no tool {name}. There are: {', '.join(TOOLS)}.", True
    if wrong := complaints(tool.schema, input):
        return "\n".join(wrong), True
    given = {key: value for key, value in input.items() if value is not None}
    try:
        return tool.handle(draft, **given), False
    except EditError as error:
        return str(error), True


@_tool(
    "Show a text file with line numbers, or the files of a folder. The numbers and the tab after"
    " them are not part of the file.",
    optional=("first", "last"),
    path=_PATH,
    first=_LINE,
    last=_LINE,
)
def view(draft: Draft, path: str, first: int = 1, last: int | None = None) -> str:
    folder = path.rstrip("/") + "/"
    inside = [name for name in draft.paths() if name.startswith(folder)]
    if inside:
        return "\n".join(inside)
    text = draft.text(path)
    return numbered(text, first, last) or f"{path} has {len(text.splitlines())} lines"


def numbered(text: str, first: int = 1, last: int | None = None) -> str:
    """The lines of a text with their numbers, as many as one view shows."""
    lines = text.splitlines()
    shown: list[str] = []
    room = VIEW_CHARS
    for number in range(max(first, 1), min(last or len(lines), len(lines)) + 1):
        line = f"{number:>6}\t{lines[number - 1]}"
        room -= len(line) + 1
        if room < 0:
            shown.append(f"[... {line[:room]}" if not shown else "")
            shown.append(f"[cut at line {number} of {len(lines)}: view it with first={number}]")
            break
        shown.append(line)
    return "\n".join(line for line in shown if line)


@_tool(
    "Make a new skill: its folder and its SKILL.md, with the front matter written for you.",
    name=_text("lower-case letters, digits and single hyphens, as in postgres-operations"),
    description={
        **_text(
            f"one line of at most {DESCRIPTION_CHARS} characters: what it holds, when to use it"
        ),
        "maxLength": DESCRIPTION_CHARS,
    },
    text=_text("what SKILL.md says below the front matter, beginning with a `# Title`"),
)
def make_skill(draft: Draft, name: str, description: str, text: str) -> str:
    path = _inside(f"skills/{name}/SKILL.md")
    about = _one_value(" ".join(description.split()))
    whole = f"---\nname: {name}\ndescription: {about}\n---\n\n{text.strip()}\n"
    if wrong := [problem for problem in problems(whole, name) if problem.severity == "error"]:
        raise EditError("; ".join(str(problem) for problem in wrong))
    draft.create(path, whole)
    return f"{path} is created."


@_tool(
    "Create a new file beside a SKILL.md. It must not exist yet.",
    path=_PATH,
    text=_text("the whole file"),
)
def create(draft: Draft, path: str, text: str) -> str:
    draft.create(_inside(path), text if text.endswith("\n") else text + "\n")
    return f"{path} is created."


@_tool(
    "Replace a text in a file. It must stand there exactly once, copied with its white space.",
    path=_PATH,
    old=_text("the text as it stands; add neighbouring lines until it is unique"),
    new=_text("the text to put in its place; empty to remove it"),
)
def replace(draft: Draft, path: str, old: str, new: str) -> str:
    before = draft.text(_inside(path))
    draft.replace(path, old, new)
    first = before[: before.index(old)].count("\n") + 1
    return f"{path} is changed:\n{view(draft, path, first - 2, first + new.count(chr(10)) + 2)}"


@_tool(
    "Insert text after a line of a file.",
    path=_PATH,
    line={"type": "integer", "description": "the line to insert after; 0 for the start"},
    text=_text("one or more lines"),
)
def insert(draft: Draft, path: str, line: int, text: str) -> str:
    draft.insert(_inside(path), line, text)
    added = len(text.splitlines())
    return f"{path} is changed:\n{view(draft, path, line - 1, line + added + 2)}"


@_tool(
    "Rename a file within the skills. The new name must be free.",
    path=_PATH,
    to=_PATH,
)
def move(draft: Draft, path: str, to: str) -> str:
    _not_the_skill_itself(path)
    draft.move(_inside(path), _inside(to))
    return f"{path} is now {to}."


@_tool(
    "Delete a file whose content is outdated or has moved elsewhere.",
    path=_PATH,
)
def delete(draft: Draft, path: str) -> str:
    _not_the_skill_itself(path)
    draft.delete(_inside(path))
    return f"{path} is deleted."


def _one_value(text: str) -> str:
    """The text as a YAML value on one line, which every reader of front matter understands."""
    try:
        plain = yamlfile.load(f"value: {text}".encode(), "", "").get("value") == text
    except BadInput:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)


def _inside(path: str) -> str:
    """The path if it names a file of a skill, and one that is safe to write anywhere."""
    try:
        safe = safe_path(path)
    except BadInput as error:
        raise EditError(f"{error.message}. Files are named skills/NAME/FILE") from error
    if safe != path or not path.startswith("skills/") or path.count("/") < 2:
        raise EditError(f"{path}: only files of a skill can be edited, named skills/NAME/FILE")
    return path


def _not_the_skill_itself(path: str) -> None:
    if path.count("/") == 2 and path.endswith("/SKILL.md"):
        raise EditError(f"{path} stays: whether a skill is removed or renamed is for a person")
