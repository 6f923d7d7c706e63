"""Copies: long passages of a lesson that tell what to do and stand word by word in tool output.

Such a passage is a page's instruction and not a lesson, unless a person or the agent said it too.
Not here: shorter phrases, and what they ask for (`acx.learn.steering`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from acx.excerpt import shortened
from acx.learn.disguise import words
from acx.learn.provenance import Speaker

LONGEST = 12
"""Words in a row that two texts may share by chance."""

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_SENTENCE = re.compile(
    r"[.!?;:]+[\"')\]]*(?:\s+|$)|[\"\u2014]|\n(?:[ \t]*\n)+|\n[ \t]*(?=[-+>|#]|\d+[.)]\s)"
)
_TELLS = re.compile(
    r"[\s\"'(>#+*|-]*(?:\d+[.)]\s*)?(?:(?:and|then|please|first|second|third|next|now|finally|also"
    r"|always"
    r"|never|immediately|before|after|when|if|once|to|in order)\b[^\n]{0,60}?[\s,]+"
    r"|for\b[^\n]{0,60}?,\s+(?:please\s+|then\s+|always\s+|first\s+|you\s+\w+\s+)?)?"
    r"(?:run|use|add|install|execute|open|fetch|download|visit|read|write|copy|paste|send|upload"
    r"|post|delete"
    r"|remove|set|enable|disable|change|edit|update|create|call|make|ensure|follow|ignore|skip"
    r"|include|append"
    r"|replace|check|configure|start|stop|restart|export|import|put|keep|go|click|type|enter"
    r"|contact|pass|give"
    r"|grant|allow|push|pull|commit|merge|deploy|build|avoid|do|don't|never|always|remember|tell"
    r"|ask|report"
    r"|print|show|apply|approve|accept|trust|switch|move|rename|generate|clone|register|log|save"
    r"|store)\b"
    r"|[^\n]*\b(?:you|agents?|assistants?|models?) (?:must|should|have to|need to|are required)\b"
)
"""How a sentence begins that tells its reader to do something; or that it says so outright."""


class Copies:
    """The passages of a lesson that could be copied instructions, and who said them."""

    def __init__(self, pages: Iterable[str]) -> None:
        self.wanted = dict.fromkeys(run for page in pages for run in _runs(page))
        """Rows of words to look for."""
        self._anchors = {max(run, key=len) for run in self.wanted}
        self._copied: set[tuple[str, ...]] = set()
        self._said: set[tuple[str, ...]] = set()

    def see(self, speaker: Speaker, text: str) -> None:
        """Take in a text of the session."""
        if not self.wanted:
            return
        low = text.lower()
        if not any(anchor in low for anchor in self._anchors):
            return
        theirs = _WORD.findall(words(text))
        known = self._copied if speaker in ("tool", "page") else self._said
        known.update(row for row in _rows(theirs) if row in self.wanted)

    def objections(self) -> list[str]:
        """One sentence about the first such passage, if there is one."""
        for run in self.wanted:
            if run in self._copied and run not in self._said:
                start = shortened(" ".join(run), 60)
                return [f'instructions copied from tool output: "{start}"']
        return []


def _runs(page: str) -> Iterator[tuple[str, ...]]:
    """All rows of that many words within sentences that tell the reader to do something; those that
    follow each other are read as one."""
    told: list[str] = []
    for sentence in filter(str.strip, _SENTENCE.split(page)):
        if _TELLS.match(sentence):
            told += _WORD.findall(sentence)
        else:
            yield from _rows(told)
            told = []
    yield from _rows(told)


def _rows(theirs: list[str]) -> Iterator[tuple[str, ...]]:
    for at in range(len(theirs) - LONGEST + 1):
        yield tuple(theirs[at : at + LONGEST])
