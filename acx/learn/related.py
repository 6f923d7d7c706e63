"""Which files of a space a lesson may have to do with: those that share its rarer words.

Shown to the model along with the lesson, so that it need not look for them first. Not here: the
SKILL.md files, which are all shown.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from acx.model import SkillTree

ROOM = 24_000
"""Characters of files shown with a lesson, about 6,000 tokens."""

LARGEST = 12_000
"""Characters of one file; what is longer is shown up to there, and has to be viewed."""

_WORD = re.compile(r"[^\W_]{3,}")
_ENDING = re.compile(r"(?:ing|ed|es|s)$")


def related(tree: SkillTree, text: str, first: Sequence[str] = ()) -> list[str]:
    """Paths of data files, the most likely first, as many as there is room for.

    `first` are taken whatever they say, such as today's page of a log.
    """
    pages = {path: _text(tree, path) for path in tree.paths() if not path.endswith("/SKILL.md")}
    known = {path: set(words(f"{path} {page}")) for path, page in pages.items()}
    counts = Counter(word for found in known.values() for word in found)
    wanted = set(words(text))

    def weight(path: str) -> float:
        # fsum: the order of a set changes from run to run, and must not change the ranking
        return math.fsum(1 / math.sqrt(counts[word]) for word in wanted & known[path])

    ranked = sorted(pages, key=lambda path: (-weight(path), path))
    chosen: list[str] = []
    room = ROOM
    for path in dict.fromkeys([*(path for path in first if path in pages), *ranked]):
        size = min(len(pages[path]), LARGEST)
        if size <= room and (weight(path) > 0 or path in first):
            chosen.append(path)
            room -= size
    return chosen


def words(text: str) -> Iterator[str]:
    """The words of a text, without their endings, so that `deploys` meets `deploy`."""
    for match in _WORD.finditer(text.lower()):
        yield _ENDING.sub("", match[0]) or match[0]


def _text(tree: SkillTree, path: str) -> str:
    return (tree.read(path) or b"").decode(errors="replace")
