"""Merges by rule: entries that say the same, in one file or in several, are said once.

Merged is what says the same beyond doubt, word by word (`words`) and by its place (`places`): an
entry that another file or heading narrows is another fact, and so stays. Steps of a list with
numbers, fields (`- **Role**: ...`), code and logs are never merged; rows of a table only with the
very same row of that table, and not where their order may count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from acx.learn.draft import Draft
from acx.learn.offline.layouts import Place, chosen, places
from acx.learn.tidy.page import Block, cells, parsed, replaced, table_rows, without
from acx.learn.tidy.places import (
    folder,
    is_facts,
    is_main,
    is_page,
    is_record,
    layouts,
    narrowing,
    turning,
)
from acx.learn.tidy.step import Line, TidyStep, lines
from acx.learn.tidy.words import FEWEST, Saying, likeness, saying, tokens
from acx.model import SkillTree

SHORTEST_PARAGRAPH = 6
"""Words below which a paragraph is taken for a caption."""

LONGEST_ENTRY = 900
"""Characters beyond which reasons are not put together any more."""

_FIELD = re.compile(r"\s*[-*+]\s+\*\*[^*]{1,60}(?::\*\*|\*\*\s*:)")
_ORDERED = re.compile(r"(?i)\b(?:steps?|order|when|then|next|time|date|day|phase|stage)\b")
_POINTS_BACK = re.compile(
    r"(?i)\W*(?:this|that|it|its|they|these|those|see|then|also|otherwise|above|same)\b"
)
_END = re.compile(r"(\.?(?:\s*\([^()]*\))?\.?)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A bullet, a paragraph or a table's row, with what it says.

    `place`: the words that its place adds. `rank`: how well it is placed, the best first.
    """

    path: str
    block: Block
    saying: Saying
    words: frozenset[str]
    place: frozenset[str]
    rank: int

    @property
    def text(self) -> str:
        return " ".join(self.block.text.split())

    @property
    def lines(self) -> Iterator[Line]:
        return ((self.path, line) for line in lines(self.block.text.encode()))

    def beside(self, other: Entry) -> bool:
        """Whether they stand in the same list or section."""
        here, there = self.block, other.block
        return (self.path, here.headings, here.lead) == (other.path, there.headings, there.lead)


class Merges:
    """Finds merges in a tree, one page's entries read once as long as the page stays the same.

    Entries with `spared` lines are left alone: a person wants them where they are.
    """

    def __init__(self, spared: frozenset[Line] = frozenset()) -> None:
        self._spared = spared
        self._known: dict[str, tuple[bytes, list[Entry]]] = {}

    def __call__(self, tree: SkillTree) -> Iterator[TidyStep]:
        """Every merge that can be made, each on its own, in the order of the files."""
        layout, homes = layouts(tree), places(tree, "topic-facts")
        groups: dict[tuple[object, ...], list[Entry]] = {}
        for path in tree.paths():
            if is_page(path) and not is_record(path, layout):
                for entry in self._entries(path, tree.read(path) or b"", layout, homes):
                    if self._spared.isdisjoint(entry.lines):
                        key = (entry.saying.head, entry.saying.scope)
                        groups.setdefault(key, []).append(entry)
        for group in groups.values():
            yield from _of_group(tree, group) if len(group) > 1 else ()

    def _entries(
        self, path: str, data: bytes, layout: Mapping[str, str], homes: Sequence[Place]
    ) -> list[Entry]:
        known = self._known.get(path)
        if known is None or known[0] != data:
            known = self._known[path] = (data, list(_entries(path, data, layout, homes)))
        return known[1]


def _entries(
    path: str, data: bytes, layout: Mapping[str, str], homes: Sequence[Place]
) -> Iterator[Entry]:
    if is_main(path) and folder(path) in layout:
        return  # how the skill's files are kept is law, and no fact
    facts = is_facts(path, layout)
    blocks = parsed(data)
    title = next((block.title for block in blocks if block.level == 1), "")
    stem = "" if is_main(path) else path.split("/", 2)[2].rsplit(".", 1)[0]
    for at, block in enumerate(blocks):
        yield from _rows(path, block) if block.kind == "table" else ()
        following = blocks[at + 1].kind if at + 1 < len(blocks) else "heading"
        if not _is_entry(block, following):
            continue
        above = [one for one in block.headings if not (facts and one == title)]
        names = [] if facts else [folder(path).split("/")[1], stem]
        told, words = saying(block.text), frozenset(tokens(block.text))
        rank = 5 if is_main(path) else 4
        if facts:  # where the offline learner looks for a fact, it must find it
            home = chosen(homes, block.text)
            elsewhere = home is None or home[0].folder != folder(path)
            rank = 2 * elsewhere + (not narrowing([stem]) & words)
        place = narrowing([*names, *above, block.lead]) | turning([stem, title])
        yield Entry(path, block, told, words, place, rank)


def _rows(path: str, table: Block) -> Iterator[Entry]:
    """The rows of a table, cell by cell as they stand: in few words each sign counts."""
    for row in table_rows(table):
        if not _ORDERED.search(row.lead) and "<!--" not in row.text:
            words = frozenset(tokens(row.text))
            yield Entry(path, row, Saying(cells(row.text), "", ()), words, frozenset(), 0)


def _is_entry(block: Block, following: str) -> bool:
    text = block.text
    if "```" in text or "~~~" in text or "<!--" in text:
        return False
    if block.kind == "bullet":
        return not _FIELD.match(text)
    return (
        block.kind == "paragraph"
        and following in ("heading", "paragraph")
        and not text.rstrip().endswith(":")
        and len(tokens(text)) >= SHORTEST_PARAGRAPH
    )


def together(one: Entry, other: Entry) -> bool:
    """Whether their places let them be one: side by side, or what the places add, both say."""
    if one.block.kind != other.block.kind:
        return False
    if one.beside(other):
        return min(len(one.words), len(other.words)) >= 2
    if min(len(one.saying.head), len(other.saying.head)) < FEWEST or _POINTS_BACK.match(
        one.text.lstrip("-*+ ")
    ):
        return False
    return one.place ^ other.place <= one.words & other.words


def _of_group(tree: SkillTree, group: Sequence[Entry]) -> Iterator[TidyStep]:
    rest = sorted(
        group,
        key=lambda e: (not e.saying.tail, e.rank, -len(e.text), e.path, e.block.first),
    )
    while len(rest) > 1:
        kept, *others = rest
        same = [
            other
            for other in others
            if together(kept, other) and likeness(kept.saying, other.saying) in ("same", "first")
        ]
        if same:
            yield _merged(tree, kept, same)
        for other in others:
            both = together(kept, other) and likeness(kept.saying, other.saying) == "both"
            if both and (step := _with_both_reasons(tree, kept, other)):
                yield step
                break
        rest = [other for other in others if other not in same]


def _merged(tree: SkillTree, kept: Entry, others: Sequence[Entry]) -> TidyStep:
    draft = Draft(tree)
    _take_out(draft, others)
    where = ", ".join(dict.fromkeys(other.path for other in others))
    more = " and says why" if kept.saying.tail and not others[0].saying.tail else ""
    return TidyStep(
        "merge",
        f"Say once: {_short(kept.text)}",
        f"{kept.path} says it{more}; the same stood in {where}.",
        draft.changes(),
        key=_key("merge", [kept, *others]),
    )


def _with_both_reasons(tree: SkillTree, kept: Entry, other: Entry) -> TidyStep | None:
    if "\n" in kept.block.text or "\n" in other.block.text:
        return None
    end = _END.search(kept.block.text)
    at = end.start() if end else len(kept.block.text)
    reason = other.saying.tail.rstrip(".")
    text = f"{kept.block.text[:at]}; also {reason}{kept.block.text[at:]}"
    if len(text) > LONGEST_ENTRY:
        return None
    draft = Draft(tree)
    draft.put(kept.path, replaced(draft.read(kept.path) or b"", kept.block, text))
    _take_out(draft, [other])
    return TidyStep(
        "fold",
        f"Give both reasons: {_short(kept.text)}",
        f"{kept.path} and {other.path} give the same rule for two reasons; one entry has both now.",
        draft.changes(),
        key=_key("fold", [kept, other]),
    )


def _take_out(draft: Draft, entries: Sequence[Entry]) -> None:
    """Remove entries. One below the others in a file goes first, so that their lines still fit."""
    for path in dict.fromkeys(entry.path for entry in entries):
        blocks = [entry.block for entry in entries if entry.path == path]
        draft.put(path, without(draft.read(path) or b"", blocks))


def _short(text: str) -> str:
    return text.lstrip("-*+ ")


def _key(kind: str, entries: Sequence[Entry]) -> str:
    return "\0".join([kind, *sorted(f"{entry.path}: {entry.text}" for entry in entries)])
