"""Causes: the sentences in which an agent says why something was so, verbatim.

Pure, and by the words alone. A guess is none, nor is what it is about to do; which causes held is
told by what came after, in `story`.
"""

from __future__ import annotations

from acx.learn.offline.closing import ANNOUNCES, MARKED, whole_sentences
from acx.learn.offline.words import pattern

LONGEST = 320
"""Characters of one cause with what belongs to it."""

_CAUSE = (
    r"\b(?:root cause|cause|issue|problem|bug|culprit|reason)\b.{0,40}?\b(?:is|was|comes"
    r"|came)\b (?!now|clear|about|fixed|solved"
    r"|resolved|still|a known|in the|here|this|there)|\broot cause:|\bturns out (?:that )?\w"
    r"|\bhere(?:'s| is) the cause\b|\b(?:which|that)(?:'s| is) why\b|\bthat explains\b"
    r"|\bboth are the same mistake\b|\bexactly what\b|\bthere were (?:two|three|\d) causes\b"
)
_STATES = (
    r"\b(?:has to be|must be|had to be|needs? an?\b|isn't enough|doesn't (?:clean|cover|take|renew"
    r"|see|know|follow)|only (?:counts|read|when|if|for a)|default is|is dropped|silently"
    r"|which \S+(?: \S+)? (?:removed|dropped|renamed)|reads? \w+ once"
    r"|from left to right|goes first|not (?:a|the) \w+,? but)\b"
    r"|\bso (?:the|it|every|each|all|they) .*\b(?:n't|not|never|no|fails?|empty|wrong)\b"
    r"|, (?:where|as|since|because) .*\b(?:n't|not|never|no|old|only|still|missing)\b"
)
"""How things work that weren't known before: an error or a wrong result led to it."""
_GUESS = (
    r"\b(?:if|whether|likely|may|might|could|should|perhaps|maybe|seems?|appears?|sounds like"
    r"|looks? (?:like|suspicious)|suggests?|would|helps? us|to (?:address|fix|resolve|see|find)"
    r"|i think|i suspect|probably|i'd|i can|as you asked|(?:simplest|easiest|best|quickest) way"
    r"|sorry|apologi[sz]e|thanks|thank you)\b|^(?:now|next|then|first)\b (?!it|the|that|this|they)"
)
"""What makes a cause a guess, a plan or a courtesy: a log keeps what was found."""
_RELAYED = (
    r"\b(?:says?|said|tells?|told|asks?|asked|mentions?|claims?|states?|recommends?|wants|requires?"
    r"|according to|instructions?|notes? for|agents?|must (?:run|be run|install))\b"
    r"|\b(?:curl|wget|sudo)\b|https?://|\|\s*(?:ba|z)?sh\b"
)
"""What somebody else wrote, in the agent's words: an order in it would come in as a finding."""


def cause(text: str, *, after_failure: bool = False) -> str:
    """The sentence that says why, and those beside it that go on with it; "" if there is none.
    After a failure the agent's account of how things work is one as well."""
    found = _CAUSE if not after_failure else f"{_CAUSE}|{_STATES}"
    for line in text[:4000].splitlines():
        if pattern(MARKED).match(line):
            continue
        parts = whole_sentences(line)
        for at, part in enumerate(parts[:12]):
            if (
                len(part.split()) > 5
                and _whole(part)
                and pattern(found).search(part.replace("’", "'"))
            ):
                return _with_next(parts[at:])
    return ""


def _whole(part: str) -> bool:
    plain = part.replace("’", "'")
    return (
        3 <= len(part.split()) <= 60
        and part[-1] in ".!"
        and pattern(r"^\W*\w").match(part) is not None
        and not part[0].islower()
        and not pattern(r"^(?:i|we)(?:'ve| have)? \w+ed\b").match(plain)
        and not pattern(f"{_GUESS}|{_RELAYED}").search(plain)
        and not pattern(ANNOUNCES).search(plain)
    )


def _with_next(parts: list[str]) -> str:
    told = parts[0]
    for part in parts[1:3]:
        if not _whole(part) or len(told) + len(part) >= LONGEST:
            break
        told = f"{told} {part}"
    return told
