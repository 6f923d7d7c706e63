"""Splits by rule: what grew too large becomes several files, cut at its headings.

An agent reads a SKILL.md whole each time it loads the skill, and a data file whole when it needs
one line of it. Lines are moved, never changed; each part is named where it stood and in SKILL.md.
Files whose skill follows a layout are left: their names mean something to whoever writes to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from acx import skillfile
from acx.frontmatter import read
from acx.learn.draft import Draft
from acx.learn.tidy.page import Block, parsed
from acx.learn.tidy.places import folder, is_main, is_page, is_record, layouts
from acx.learn.tidy.step import Left, TidyStep
from acx.model import SkillTree

MOST_CHARS = 40_000
"""Characters of a data file, some 10,000 tokens: what an agent reads at one go."""

FEWEST_BYTES = 500
"""Of a section that is worth a file."""

FURTHER = "## Further files"

_KEPT = frozenset(("when to read what", "files", "further files", "adding and updating"))


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is below it: lines `first` to `last`, the text from `body` on."""

    title: str
    first: int
    body: int
    last: int


def splits(tree: SkillTree) -> Iterator[TidyStep]:
    """A step for each file that is too large and has headings to be cut at."""
    for path in _large(tree):
        if step := _split(tree, path):
            yield step


def unsplit(tree: SkillTree) -> Iterator[Left]:
    """Files that are too large and can't be cut by rule."""
    for path in _large(tree):
        lines = (tree.read(path) or b"").count(b"\n")
        yield Left(f"{path}: {lines:,} lines are too many for one file, and no headings to cut at")


def _large(tree: SkillTree) -> Iterator[str]:
    layout = layouts(tree)
    for path in tree.paths():
        named = folder(path) in layout or is_record(path, layout)
        if is_page(path) and not named and _too_large(path, tree.read(path) or b""):
            yield path


def _too_large(path: str, data: bytes) -> bool:
    text = data.decode(errors="replace")
    if not is_main(path):
        return len(text) > MOST_CHARS
    return text.count("\n") > skillfile.MOST_LINES or len(read(text, lenient=True).body) > (
        skillfile.MOST_BODY
    )


def _split(tree: SkillTree, path: str) -> TidyStep | None:
    draft = Draft(tree)
    moved: list[str] = []
    stubs: set[str] = set()
    while _too_large(path, draft.read(path) or b""):
        sizes = _sizes(draft.read(path) or b"")
        movable = [one for one in sizes if one.title not in stubs and sizes[one] >= FEWEST_BYTES]
        if not movable:
            break
        section = max(movable, key=sizes.__getitem__)
        stubs.add(section.title)
        moved.append(_move(draft, path, section))
    if not moved or _too_large(path, draft.read(path) or b""):
        return None
    name = path.split("/", 2)[2]
    where = folder(path).split("/")[1] if is_main(path) else name
    parts = ", ".join(moved)
    return TidyStep(
        "split",
        f"Split {where}, which grew too large",
        f"{path} was longer than an agent should read at one go. Moved, unchanged: {parts}.",
        draft.changes(),
        key=f"split\0{path}",
    )


def _sizes(data: bytes) -> dict[Section, int]:
    """The sections that can be moved, with their bytes."""
    pieces = data.split(b"\n")
    return {
        section: len(b"\n".join(pieces[section.first : section.last]))
        for section in _sections(parsed(data), len(pieces))
        if section.title.lower() not in _KEPT
    }


def _sections(blocks: Sequence[Block], end: int) -> list[Section]:
    """The sections of the highest level of which there are several, else those below it."""
    headings = [block for block in blocks if block.level]
    for level in range(1, 7):
        found = [block for block in headings if block.level == level]
        if len(found) > 1 or (found and level > 1):
            sections = []
            for block in found:
                later = (b.first for b in headings if b.first > block.first and b.level <= level)
                sections.append(Section(block.title, block.first, block.last, next(later, end)))
            return sections
    return []


def _move(draft: Draft, path: str, section: Section) -> str:
    """Move a section to a file of its own; its heading stays and names the file."""
    pieces = (draft.read(path) or b"").split(b"\n")
    end = b"\r" if pieces[section.first].endswith(b"\r") else b""
    body = pieces[section.body : section.last]
    while body and not body[-1].strip():
        body.pop()
    if body and body[0].strip():
        body.insert(0, end)
    name = _free(draft, path, section.title)
    title = b"# " + section.title.encode() + end
    draft.put(f"{folder(path)}/{name}", b"\n".join([title, *body, b""]))
    beside = name.rsplit("/", 1)[-1]
    stub = [end, f"Moved to [{beside}]({beside}).".encode() + end, end]
    head, rest = pieces[: section.body], pieces[section.last :]
    draft.put(path, b"\n".join([*head, *stub, *rest]))
    if not is_main(path):
        _name_in_skill(draft, f"{folder(path)}/SKILL.md", name, section.title)
    return name


def _free(draft: Draft, path: str, title: str) -> str:
    """A file name for the section that no file of the skill has."""
    slug = "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:50].strip("-") or "part"
    if not is_main(path):
        stem = path.split("/", 2)[2].rsplit(".", 1)[0]
        slug = f"{stem}-{slug}"
    taken = {other.lower() for other in draft.paths()}
    number = 1
    while True:
        name = f"{slug}.md" if number == 1 else f"{slug}-{number}.md"
        if f"{folder(path)}/{name}".lower() not in taken and name.lower() != "skill.md":
            return name
        number += 1


def _name_in_skill(draft: Draft, main: str, name: str, title: str) -> None:
    data = draft.read(main)
    if data is None:
        return
    lines = data.decode(errors="replace").rstrip("\n").split("\n")
    if FURTHER not in lines:
        lines += ["", FURTHER, ""]
    at = lines.index(FURTHER) + 1
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith("- [")):
        at += 1
    while at < len(lines) and not lines[at - 1].strip() and at - 2 > lines.index(FURTHER):
        at -= 1
    lines.insert(at, f"- [{name}]({name}): {title}")
    draft.put(main, ("\n".join(lines) + "\n").encode())
