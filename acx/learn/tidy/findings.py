"""What a program can notice about a space, told to the model that tidies it: hints, no verdicts.

Entries that share most of their telling words, problems of the format, sizes. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from acx import skillfile
from acx.excerpt import shortened
from acx.learn.draft import Draft
from acx.learn.prompts import fence
from acx.learn.tidy.page import parsed, rows
from acx.learn.tidy.places import folder, is_main, is_page, is_record, layouts
from acx.learn.tidy.words import tokens
from acx.learn.tools import view
from acx.model import SkillTree

FILES_CHARS = 120_000
"""How much of the data files is shown at the start, some 30,000 tokens."""

MOST_PAIRS = 40
MOST_NAMED = 300
COMMON = 25
"""A word that so many entries share tells nothing about any two of them."""

LONG_FILE = 300
"""Lines of a file that are mentioned."""


def shown_files(tree: SkillTree) -> str:
    """The data files with line numbers as far as there is room, the others with their sizes."""
    layout = layouts(tree)
    room = FILES_CHARS
    shown: list[str] = []
    named: list[str] = []
    for path in tree.paths():
        if is_main(path) or is_record(path, layout):
            continue
        data = tree.read(path) or b""
        if not is_page(path) or len(data) > room or len(data) > FILES_CHARS // 8:
            named.append(f"{path} ({len(rows(data)):,} lines)")
            continue
        room -= len(data)
        shown.append(fence("file", f"{path}\n{view(Draft(tree), path)}"))
    if named:
        shown.append("Not shown: " + _listed(named))
    return "\n\n".join(shown) or "none"


def records(tree: SkillTree) -> str:
    """The files that are a record."""
    layout = layouts(tree)
    return _listed([path for path in tree.paths() if is_record(path, layout)]) or "none"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def findings(tree: SkillTree) -> str:
    """All that was noticed, a line each."""
    found = [*_problems(tree), *_sizes(tree), *islice(_pairs(tree), MOST_PAIRS)]
    return fence("findings", "\n".join(found)) if found else "nothing"


def _problems(tree: SkillTree) -> Iterator[str]:
    for path in filter(is_main, tree.paths()):
        name = path.split("/")[1]
        inside = [p.split("/", 2)[2] for p in tree.paths() if folder(p) == folder(path)]
        text = (tree.read(path) or b"").decode(errors="replace")
        for problem in skillfile.problems(text, name, inside):
            yield f"- {path}, {problem}"


def _sizes(tree: SkillTree) -> Iterator[str]:
    for path in tree.paths():
        if not is_main(path) and (count := len(rows(tree.read(path)))) > LONG_FILE:
            yield f"- {path} has {count:,} lines"


def _pairs(tree: SkillTree) -> Iterator[str]:
    """Entries that share most of their rarer words, the most alike first."""
    layout = layouts(tree)
    said: list[tuple[str, str, frozenset[str]]] = []
    for path in tree.paths():
        if is_page(path) and not is_record(path, layout):
            for block in parsed(tree.read(path)):
                words = frozenset(tokens(block.text))
                if block.kind in ("bullet", "paragraph") and len(words) > 3:
                    said.append((f"{path}:{block.first + 1}", block.text, words))
    where: dict[str, list[int]] = {}
    for at, (_, _, words) in enumerate(said):
        for word in words:
            where.setdefault(word, []).append(at)
    shared = Counter(
        pair
        for entries in where.values()
        if len(entries) <= COMMON
        for pair in combinations(entries, 2)
    )
    alike = []
    for (one, other), _ in shared.most_common(MOST_PAIRS * 20):
        a, b = said[one][2], said[other][2]
        likeness = len(a & b) / len(a | b)
        if likeness >= 0.5:
            alike.append((-likeness, one, other))
    for _, one, other in sorted(alike):
        places = f"{said[one][0]} and {said[other][0]}"
        texts = [shortened(" ".join(said[at][1].split()), 90) for at in (one, other)]
        yield f"- alike: {places}: {texts[0]!r}, {texts[1]!r}"
