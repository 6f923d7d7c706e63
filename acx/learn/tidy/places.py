"""Places: what kind of file a path is, and the words that its place adds to what stands there.

`- Run the migration first.` in `staging.md` is another fact than in `production.md`: an entry is
read where it stands. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from acx.learn.offline.layouts import LAYOUTS, places
from acx.learn.tidy.words import tokens
from acx.model import SkillTree

_DATED = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?:\D.*)?|undated")
_RECORDS = frozenset(
    ["log", "logs", "diary", "journal", "changelog", "changes", "history", "worklog"]
)
_SAYING_NOTHING = frozenset(
    tokens(
        "notes tips guide preferences facts general user skills misc other things about overview"
        " common useful knowledge conventions rules how a the and of for in on to with"
    )
)
"""Words of titles and names of files that don't narrow what stands below them."""


_TURNING = frozenset(
    tokens(
        "not no avoid except old former obsolete deprecated rejected wrong bad anti antipatterns"
    )
)
"""Words of a title that turn what stands below it into its opposite."""


def layouts(tree: SkillTree) -> dict[str, str]:
    """The skills that name a layout: folder (`skills/NAME`) -> layout."""
    return {place.folder: layout for layout in LAYOUTS for place in places(tree, layout)}


def folder(path: str) -> str:
    """The skill's folder: `skills/NAME`."""
    return "/".join(path.split("/")[:2])


def is_main(path: str) -> bool:
    """Whether it is the SKILL.md of a skill."""
    return path.count("/") == 2 and path.endswith("/SKILL.md")


def is_page(path: str) -> bool:
    """Whether it is Markdown."""
    return path.lower().endswith((".md", ".markdown"))


def is_record(path: str, layout: Mapping[str, str]) -> bool:
    """Whether a data file says what happened when: that is never merged, for it is a record."""
    if is_main(path):
        return False
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
    last = [re.split(r"[-_ ]", name)[-1] for name in (folder(path).lower(), stem)]
    return (
        layout.get(folder(path)) == "daily-log"
        or bool(_DATED.fullmatch(stem))
        or any(word.rsplit("/", 1)[-1] in _RECORDS for word in last)
    )


def is_facts(path: str, layout: Mapping[str, str]) -> bool:
    """Whether each bullet of the file stands for itself: the skill's layout says so."""
    return layout.get(folder(path)) == "topic-facts" and not is_main(path)


def narrowing(texts: Iterable[str]) -> frozenset[str]:
    """The words of titles, names and lead-ins that narrow what stands below them."""
    found = {word for text in texts for word in tokens(re.sub(r"[-_/]", " ", text))}
    return frozenset(found - _SAYING_NOTHING)


def turning(texts: Iterable[str]) -> frozenset[str]:
    """The words that turn what stands below them, also where each entry stands for itself."""
    return narrowing(texts) & _TURNING
