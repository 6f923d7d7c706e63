"""Folds and clearings by rule: one error told twice, titles with nothing below them, empty files.

Of a list of errors only entries whose symptom, cause and fix are the same are folded: one message
may have two causes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from acx.learn.tidy.page import Block, parsed, replaced, without
from acx.learn.tidy.places import folder, is_main, is_page, is_record, layouts
from acx.learn.tidy.step import Line, TidyStep, lines
from acx.learn.tidy.words import tokens
from acx.model import SkillTree

_FIELD = re.compile(r"- \*\*(?P<name>[^*:]+)\*\*:\s*(?P<value>.*)", re.S)
_SEEN = "Seen"


def folds(tree: SkillTree) -> Iterator[TidyStep]:
    """Entries of a list of errors that differ only in when the error was seen."""
    layout = layouts(tree)
    for path in tree.paths():
        if layout.get(folder(path)) != "error-list" or is_main(path) or not is_page(path):
            continue
        known: dict[tuple[object, ...], Sequence[Block]] = {}
        for section in _sections(parsed(tree.read(path))):
            if (key := _told(section)) is None:
                continue
            if key in known:
                yield _folded(tree, path, known[key], section)
            else:
                known[key] = section


def _sections(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    section: list[Block] = []
    for block in blocks:
        if block.level and block.level <= 2:
            if section:
                yield section
            section = [block] if block.level == 2 else []
        elif section:
            section.append(block)
    if section:
        yield section


def _told(section: Sequence[Block]) -> tuple[object, ...] | None:
    """Heading and fields but for `Seen`, in words; None where there is more than fields."""
    fields = [_FIELD.fullmatch(block.text) for block in section[1:]]
    if not fields or not all(fields):
        return None
    told = [(f["name"], tokens(f["value"])) for f in fields if f and f["name"] != _SEEN]
    return (tokens(section[0].title), *told) if told else None


def _folded(tree: SkillTree, path: str, kept: Sequence[Block], other: Sequence[Block]) -> TidyStep:
    data = without(tree.read(path) or b"", other)
    seen = {part for block in kept for part in _seen(block)}
    more = [part for block in other for part in _seen(block) if part not in seen]
    last = next((b for b in reversed(kept) if _seen(b)), kept[-1])
    if more:
        told = "; ".join(more)
        line = f"{last.text}; {told}" if _seen(last) else f"{last.text}\n- **{_SEEN}**: {told}"
        data = replaced(data, last, line)
    return TidyStep(
        "fold",
        f"Tell once: {other[0].title}",
        f"{path} has the same error with the same fix twice; one entry names all the occasions.",
        {path: data},
        key="\0".join(["fold", path, *(block.text for block in other)]),
    )


def _seen(block: Block) -> list[str]:
    found = _FIELD.fullmatch(block.text)
    if not found or found["name"] != _SEEN:
        return []
    return [part.strip() for part in " ".join(found["value"].split()).split("; ")]


def clearings(tree: SkillTree, spared: Collection[Line] = ()) -> Iterator[TidyStep]:
    """Data files that say nothing, and titles below which nothing stands. How a SKILL.md is laid
    out is its owner's, and logs are left alone, as are the titles a person wants to keep."""
    layout = layouts(tree)
    for path in tree.paths():
        data = tree.read(path) or b""
        if not is_page(path) or is_main(path) or is_record(path, layout):
            continue
        name = path.split("/", 2)[2]
        cleared = _cleared(path, data, spared)
        law = (tree.read(f"{folder(path)}/SKILL.md") or b"").decode(errors="replace")
        if cleared.strip():
            if cleared != data:
                yield TidyStep(
                    "remove",
                    f"Remove titles with nothing below them from {name}",
                    f"{path} had headings without content.",
                    {path: cleared},
                    key=f"clear\0{path}\0{cleared.decode(errors='replace')}",
                )
        elif name not in law:
            yield TidyStep(
                "remove",
                f"Remove {name}, which says nothing",
                f"{path} has no content left, and its SKILL.md doesn't name it.",
                {path: None},
                key=f"remove\0{path}",
            )


def _cleared(path: str, data: bytes, spared: Collection[Line]) -> bytes:
    while True:
        blocks = parsed(data)
        bare = [
            block
            for at, block in enumerate(blocks)
            if block.kind == "heading"
            and (at + 1 == len(blocks) or _follows(block, blocks[at + 1]))
            and not any((path, line) in spared for line in lines(block.text.encode()))
        ]
        if not bare:
            return data if blocks else b""
        data = without(data, bare)


def _follows(block: Block, after: Block) -> bool:
    """Whether what comes after a heading is no longer below it."""
    return after.kind == "heading" and after.level <= block.level
