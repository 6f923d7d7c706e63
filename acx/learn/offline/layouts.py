"""Layouts: which skills say, in their SKILL.md, how the offline learner may write to them.

`metadata: acx-layout` names one of three layouts of data files; `acx-topics` narrows a skill to
facts or errors about some words. A skill without it is left alone: its instructions need a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acx import skillfile
from acx.errors import BadInput
from acx.model import SkillTree

LAYOUTS = ("daily-log", "topic-facts", "error-list")


@dataclass(frozen=True, slots=True)
class Place:
    """A skill the learner may write to. `folder` is `skills/NAME`."""

    folder: str
    layout: str
    topics: tuple[str, ...] = ()


def places(tree: SkillTree, layout: str) -> list[Place]:
    """The skills of the space with that layout, in the order of their folders."""
    found = []
    for path in tree.paths():
        if path.count("/") == 2 and path.endswith("/SKILL.md"):
            place = _place(path, (tree.read(path) or b"").decode(errors="replace"))
            if place is not None and place.layout == layout:
                found.append(place)
    return found


def _place(path: str, text: str) -> Place | None:
    if "acx-layout" not in text:
        return None
    folder = path.removesuffix("/SKILL.md")
    try:
        metadata = skillfile.lenient(text, folder.rsplit("/", 1)[-1])[0].metadata
    except BadInput:
        return None
    topics = tuple(
        topic.strip().lower()
        for topic in metadata.get("acx-topics", "").split(",")
        if topic.strip()
    )
    return Place(folder, metadata.get("acx-layout", "").strip(), topics)


def chosen(found: Sequence[Place], words: str) -> tuple[Place, str] | None:
    """The place for a text, and the topic of the place that it is about, "" for a place without
    topics. A place made for the topic comes before one for everything."""
    lowered = words.lower()
    for place in found:
        for topic in place.topics:
            if topic in lowered:
                return place, topic
    return next(((place, "") for place in found if not place.topics), None)
