"""Removal: safeguards that stand in the skills, and that a lesson would take out.

A line that forbids something dangerous, or asks for somebody's consent, goes only where a person
of the session spoke of it, or where another such line takes its place. Else a transcript could undo
what people taught. Not here: what a lesson adds (`acx.learn.guard`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from acx.excerpt import shortened
from acx.learn.disguise import words
from acx.learn.provenance import speeches
from acx.learn.steering import LONGEST, content
from acx.model import Transcript

_ASK = (
    r"ask\b(?! the (?:data|logs?|docs?|server|api|database|cluster|compiler|tool)"
    r"(?:\s*[:,.;()`]|$| (?:what|which|whether|how|first|itself)\b))"
)
"""Somebody; nobody's consent is asked of data. Of the data team's it is."""
_SAFEGUARD = re.compile(
    r"\b(?:(?<!is )(?<!are )never|never(?! (?:in|home|free)"
    r" (?:(?:before|after|until|till) (?:noon|\d)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day))"
    r"|must not|mustn't|may not|forbidden|not allowed|prohibited|only (?:after|once)"
    r"|hands off|off[- ]limits)\b"
    r"|\b(?:don't|do not|avoid)\b.{0,60}\b(?:without|force|prod|production|live|delet\w+|drop\w*"
    r"|remov\w+|overwrit\w+|shar\w+|send\w*|secrets?|tokens?|credentials?|passwords?|touch"
    r"|merge|push|(?:deploy|releas|commit|migrat)\w* (?:on|to|in|directly|straight))\b"
    rf"|\b(?:{_ASK}|confirm|check with|tell|inform)\b.{{0,60}}\b(?:before|first)\b"
    rf"|\bbefore\b.{{0,60}}\b(?:{_ASK}|confirm|check with)\b"
    r"|\b(?:needs?|requires?|wait for|get)\b.{0,40}\b(?:approval|review|permission|confirmation"
    r"|consent|sign-?off|go-?ahead)\b"
)


def objections(gone: Sequence[str], added: Sequence[str], transcript: Transcript) -> list[str]:
    """A sentence for each safeguard among the lines that are gone, unless one of the added lines
    keeps it, or a person's message has half of its words that carry meaning."""
    kept = [content(words(line)) for line in added if _SAFEGUARD.search(words(line))]
    lost = {
        line: carried
        for line in gone
        if _SAFEGUARD.search(words(line)) and (carried := content(words(line)))
        and not any(_half(carried, theirs) for theirs in kept)
    }  # fmt: skip
    if not lost:
        return []
    for speaker, _, text in speeches(transcript.read()):
        if speaker == "human":
            said = content(words(text[:LONGEST]))
            lost = {line: carried for line, carried in lost.items() if not _half(carried, said)}
    return [f'takes out "{shortened(line, 80)}", and no user spoke of it' for line in lost]


def _half(carried: frozenset[str], said: frozenset[str]) -> bool:
    return 2 * len(carried & said) >= len(carried)
