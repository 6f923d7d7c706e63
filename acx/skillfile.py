"""SKILL.md as text and as values: front matter, body, and every rule of the Agent Skills format.

Pure: text in, values out. Strict (`parse`, `problems`) as the format's reference validator is, and
`lenient` as agents are when they load a skill. What a skill may do to its reader is judged in
`acx.learn`, which paths are safe to write in `acx.paths`, and where skills lie in `acx.store`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from acx.errors import BadInput
from acx.frontmatter import Page, read, scalar, with_field
from acx.frontmatter import Problem as Problem
from acx.paths import safe_name as safe_name
from acx.paths import safe_path as safe_path

FIELDS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")
LONGEST = {"name": 64, "description": 1024, "compatibility": 500}
"""Characters."""

MOST_LINES = 500
MOST_BODY = 20_000
"""Characters of the body, some 5,000 tokens: what the format recommends at most."""


@dataclass(frozen=True, slots=True)
class SkillFile:
    """A SKILL.md. `front` is the front matter as it stands between the fences; texts are ""
    where the field is missing."""

    name: str
    description: str
    body: str
    license: str = ""
    compatibility: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    allowed_tools: str = ""
    front: str = ""


def parse(text: str) -> SkillFile:
    """The values of a SKILL.md. Raises BadInput if the front matter isn't YAML as the format
    allows it, or has no name or description; other rules are asked of `problems`."""
    page = read(text)
    if found := sorted([*page.problems, *_required(page)], key=_line):
        raise BadInput(f"SKILL.md, {found[0]}")
    return _skill(page)


def problems(text: str, folder_name: str, files: Collection[str] | None = None) -> list[Problem]:
    """All that is wrong with a SKILL.md, in the order of its lines.

    A skill without errors is one that `skills-ref` accepts. Warnings are about what the format
    recommends and what some agents refuse. `files` are the paths of the skill's files; with them,
    links to files that aren't there are found too.
    """
    page = read(text)
    found = list(page.problems)
    if not page.broken:
        found += _required(page)
        found += _fields(page, folder_name)
        found += _advice(page, files)
    return sorted(found, key=_line)


def lenient(text: str, folder_name: str) -> tuple[SkillFile, tuple[Problem, ...]]:
    """The skill as agents load it, and what a strict reader would object to, as warnings.

    Raises BadInput only where an agent would skip it: no front matter, YAML beyond repair, no name
    or no description.
    """
    page = read(text, lenient=True)
    if page.broken:
        raise BadInput(f"SKILL.md, {page.problems[0]}")
    for key in ("name", "description"):
        if not isinstance(page.values.get(key), str) or not page.values[key].strip():
            raise BadInput(f"SKILL.md has no {key}", f"add `{key}: ...` to its front matter")
    found = problems(text, folder_name)
    return _skill(page), tuple(Problem(p.line, p.message, "warning") for p in found)


def render(
    name: str,
    description: str,
    body: str,
    *,
    license: str = "",
    compatibility: str = "",
    metadata: Mapping[str, str] | None = None,
    allowed_tools: str = "",
) -> str:
    """The text of a SKILL.md whose values read back as given (outer white space apart)."""
    values = {
        "name": name,
        "description": description,
        "license": license,
        "compatibility": compatibility,
        "allowed-tools": allowed_tools,
    }
    lines = [f"{key}: {scalar(value)}" for key, value in values.items() if value]
    if metadata:
        lines.append("metadata:")
        lines += [f"  {scalar(key)}: {scalar(value)}" for key, value in metadata.items()]
    return "\n".join(["---", *lines, "---", "", body.strip() + "\n"])


def with_name(text: str, name: str) -> str:
    """The same SKILL.md under another name; everything else stays as it is."""
    return with_field(text, "name", name)


def _skill(page: Page) -> SkillFile:
    def text(key: str) -> str:
        value = page.values.get(key, "")
        return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).strip()

    tools = page.values.get("allowed-tools", "")
    metadata = page.values.get("metadata")
    return SkillFile(
        name=text("name"),
        description=text("description"),
        body=page.body,
        license=text("license"),
        compatibility=text("compatibility"),
        metadata={
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in (metadata if isinstance(metadata, dict) else {}).items()
        },
        allowed_tools=" ".join(map(str, tools))
        if isinstance(tools, list)
        else text("allowed-tools"),
        front=page.front,
    )


def _line(problem: Problem) -> int:
    return problem.line


def _required(page: Page) -> list[Problem]:
    found = []
    for key in ("name", "description"):
        value = page.values.get(key)
        if key not in page.values and not page.broken:
            found.append(Problem(1, f"`{key}` is missing from the front matter"))
        elif key in page.values and (not isinstance(value, str) or not value.strip()):
            found.append(Problem(page.lines[key], f"`{key}` must be a text that isn't empty"))
    return found


def _fields(page: Page, folder: str) -> Iterator[Problem]:
    for key, line in page.lines.items():
        if key not in FIELDS:
            yield Problem(line, f"`{key}` is not a field of the format ({', '.join(FIELDS)})")
    name = page.values.get("name")
    if isinstance(name, str) and name.strip():
        yield from (Problem(page.lines["name"], what) for what in _name(name, folder))
    for key in ("description", "compatibility"):
        value = page.values.get(key)
        if isinstance(value, str) and len(value) > LONGEST[key]:
            too_long = f"`{key}` has {len(value)} characters, {LONGEST[key]} are allowed"
            yield Problem(page.lines[key], too_long)
    if not isinstance(page.values.get("compatibility", ""), str):
        yield Problem(page.lines["compatibility"], "`compatibility` must be a text")


def _name(name: str, folder: str) -> Iterator[str]:
    name = unicodedata.normalize("NFKC", name.strip())
    if len(name) > LONGEST["name"]:
        yield f"`name` has {len(name)} characters, {LONGEST['name']} are allowed"
    if name != name.lower():
        yield f"`name` must be in lower case: {name.lower()}"
    if name.startswith("-") or name.endswith("-"):
        yield "`name` must not start or end with a hyphen"
    if "--" in name:
        yield "`name` must not hold two hyphens in a row"
    if not all(c.isalnum() or c == "-" for c in name):
        yield "`name` may hold letters, digits and hyphens only"
    if unicodedata.normalize("NFKC", folder) != name:
        yield f"`name` is {name}, but the folder is {folder}: they must be the same"


def _advice(page: Page, files: Collection[str] | None) -> Iterator[Problem]:
    def warning(key: str, message: str) -> Problem:
        return Problem(page.lines.get(key, 1), message, "warning")

    description = page.values.get("description", "")
    if isinstance(description, str) and description.strip():
        if description.isascii() and not re.search(
            r"(?i)\b(?:when|whenever|before|if)\b", description
        ):
            yield warning("description", "`description` doesn't say when to use the skill")
        if re.search(r"[<>]", description):
            yield warning("description", "`description` holds < or >, which some installers refuse")
    if isinstance(name := page.values.get("name"), str) and not name.isascii():
        yield warning("name", "`name` holds letters beyond a-z, which some agents refuse")
    if "---" in page.front:
        yield Problem(1, "`---` inside the front matter: some readers end it there", "warning")
    for key in ("license", "allowed-tools"):
        if not isinstance(page.values.get(key, ""), str):
            yield warning(key, f"`{key}` should be a text on one line")
    metadata = page.values.get("metadata", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        yield warning("metadata", "`metadata` should be a mapping of texts to texts")
    lines = page.text.count("\n") + (not page.text.endswith("\n"))
    if lines > MOST_LINES or len(page.body) > MOST_BODY:
        too_long = f"{lines} lines and {len(page.body)} characters: move details to other files"
        yield Problem(min(lines, MOST_LINES), too_long, "warning")
    if not page.body:
        yield Problem(lines, "there are no instructions after the front matter", "warning")
    if files is not None:
        yield from _dead_links(page, files)


def _dead_links(page: Page, files: Collection[str]) -> Iterator[Problem]:
    link = re.compile(r"\]\(<?([^()<>\s#?]+)|`((?:scripts|references|assets)/[\w./-]+\.\w+)`")
    known = {*files, *(path[:at] for path in files for at, c in enumerate(path) if c == "/")}
    for number, line in enumerate(page.body.split("\n"), page.body_line):
        for found in link.finditer(line):
            target = (found[1] or found[2]).removeprefix("./").rstrip("/")
            if target not in known and not re.match(r"[a-zA-Z][\w+.-]*:|//", target):
                yield Problem(number, f"{target}: the skill has no such file", "warning")
