"""Fences of Markdown: the blocks between ``` in which a line is nobody's turn to speak.

Within one, a further fence that names a language (```sh) has an end of its own: pages that hold
code are shown in fences themselves. Not in here: a bare ``` within a fence, which ends it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Also at the end of a sentence (`Try this: ```sh`), or else its closing one would open another.
_OPENS = re.compile(r"\s*(?P<fence>`{3,}+|~{3,}+)[^`]*$|[^`]*[\s:](?P<late>`{3,})[^\s`]*\s*$")
_CLOSES = re.compile(r"\s*(`{3,}|~{3,})\s*$")


@dataclass(slots=True)
class Fences:
    """Whether a fence is open in a text that is read line by line: its ticks, and how many are open
    within each other."""

    ticks: str = ""
    depth: int = 0

    @property
    def open(self) -> bool:
        return self.depth > 0

    def take(self, line: str) -> None:
        closes = _CLOSES.match(line)
        opens = _OPENS.match(line)
        if not self.depth:
            self.ticks = (opens["fence"] or opens["late"]) if opens else ""
            self.depth = 1 if opens else 0
        elif closes:
            self.depth -= closes[1].startswith(self.ticks)
        elif opens:
            self.depth += (opens["fence"] or "").startswith(self.ticks)
