"""The prompts: Markdown files beside this module, with {{places}} to fill in.

Not here: the tools' descriptions, which stand above the functions that handle them.
"""

from __future__ import annotations

import re
from functools import cache

_PLACE = re.compile(r"\{\{(\w+)\}\}")

NAMES = (
    "study",
    "reading",
    "tasks",
    "tasks_request",
    "lessons",
    "lessons_request",
    "write",
    "write_request",
    "tidy",
    "tidy_request",
)


@cache
def text(name: str) -> str:
    """The prompt as it stands in its file."""
    from importlib.resources import files

    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip() + "\n"


def fill(name: str, **values: str) -> str:
    """The prompt with its places filled in. Values are not looked into for further places.

    Raises KeyError for a place without value, and for a value without place.
    """
    prompt = text(name)
    places = set(_PLACE.findall(prompt))
    if unmatched := places ^ values.keys():
        raise KeyError(f"prompt {name}: no match for {', '.join(sorted(unmatched))}")
    return _PLACE.sub(lambda place: values[place[1]], prompt)


def fence(name: str, content: str) -> str:
    """The content between two tags that it cannot close: their suffix depends on all of it."""
    from hashlib import sha256

    tag = f"{name}-{sha256(content.encode(errors='replace')).hexdigest()[:8]}"
    return f"<{tag}>\n{content}\n</{tag}>"


def prompt_hash() -> str:
    """Twelve hex digits that change when a word of any prompt changes."""
    from hashlib import sha256

    return sha256("\0".join(text(name) for name in NAMES).encode()).hexdigest()[:12]
