"""Fences of Markdown: the blocks between ``` in which a line is nobody's turn to speak."""

from __future__ import annotations

import re

# Also at the end of a sentence (`Try this: ```sh`), or else its closing one would open another.
_OPENS = re.compile(r"\s*(?P<fence>`{3,}|~{3,})[^`]*$|[^`]*[\s:](?P<late>`{3,})[^\s`]*\s*$")
_CLOSES = re.compile(r"\s*(`{3,}|~{3,})\s*$")


def after(line: str, fence: str) -> str:
    """The fence that is open after this line, given the one before it; "" if none is."""
    if not fence:
        opens = _OPENS.match(line)
        return opens["fence"] or opens["late"] if opens else ""
    closes = _CLOSES.match(line)
    return "" if closes and closes[1].startswith(fence) else fence
