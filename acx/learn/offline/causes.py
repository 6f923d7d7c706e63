"""Causes: the sentences in which an agent says why something was so, verbatim.

Pure, and by the words alone. A guess is none, nor is what it is about to do; which causes held is
told by what came after, in `story`.
"""

from __future__ import annotations

from acx.learn.offline.closing import ANNOUNCES, MARKED, REPORTS, whole_sentences
from acx.learn.offline.words import pattern

LONGEST = 320
"""Characters of one cause with what belongs to it."""

_CAUSE = (
    r"\b(?:root cause|cause|issue|problem|bug|culprit|reason)\b.{0,40}?\b(?:is|was|comes"
    r"|came)\b (?!now|clear|about|fixed|solved"
    r"|resolved|still|a known|in the|here|this|there)|\broot cause:|\bturns out (?:that )?\w"
    r"|\bhere(?:'s| is) the cause\b|\b(?:which|that)(?:'s| is) why\b|\bthat explains\b"
    r"|\bboth are the same mistake\b|\bexactly what\b|\bthere were (?:two|three|\d) causes\b"
    r"|\b(?:it|this|that|they|these|both) (?:came|comes?) from\b|\bthis is what happened\b"
    r"|\bso .{3,60}\bbecause it (?:doesn't|didn't|isn't|never|only)\b|\bone slip of mine\b"
    r"|\bfound it\b.{0,40}: \S|\b(?:my (?:own )?|an? )(?:mistake|error|slip|oversight): \S"
    r"|^i (?:had )?(?:(?:only|just) (?:\w+ed|ran|read|took)|(?:\w+ed|ran|read|took) (?:only"
    r"|just))\b"
    r"|\bi (?:changed|updated|set|edited|renamed|added|checked|tested) .{3,60}\bbut (?:not|forgot"
    r"|only|left)\b"
)
_POINTS_AT = (
    r"^\W*(?:(?:so|ok(?:ay)?|ah)\W+)?(?:found (?:it|the (?:cause|reason|culprit))|here it is"
    r"|(?:that|this|there|here|it)(?:'s| is| was) (?:it|why|(?:the |my |our |your )(?:root |real "
    r"|actual )?(?:cause|reason|culprit|problem|bug|issue|explanation|mistake))"
    r"|(?:so )?it (?:isn't|wasn't|is not|was not) (?:the |an? )?[\w -]{3,30})\W*$"
)
"""A short sentence that says that the next one tells why: `Found it.`, `It isn't the network.`"""
_STATES = (
    r"\b(?:has to be|must be|had to be|needs? an?\b|isn't enough|doesn't (?:clean|cover|take|renew"
    r"|see|know|follow)|only (?:counts|read|when|if|for a)|default is|is dropped|silently"
    r"|which \S+(?: \S+)? (?:removed|dropped|renamed)|reads? \w+ once"
    r"|from left to right|goes first|not (?:a|the) \w+,? but)\b"
    r"|\bso (?:the|it|every|each|all|they) .*\b(?:n't|not|never|no|fails?|empty|wrong)\b"
    r"|, (?:where|as|since|because) .*\b(?:n't|not|never|no|old|only|still|missing)\b"
    r"|\bby default\b|[,;] so (?=.*\b(?:n't|not|never|none?|nobody|nothing|only|same|misses"
    r"|fails|falls|lost"
    r"|empty|wrong|again|every|each|still|another|old|alone|themselves|becomes|twice"
    r"|silently)\b)(?!(?:i|we|you|let|not|far|that)\b)\S"
    r"|^[^,;:]*\b(?:wants|expects|accepts only|doesn't accept|doesn't take|only takes)\b"
    r"|\bis needed (?:for|by|before|after|in)\b"
)
"""How things work that weren't known before: an error or a wrong result led to it."""
_GUESS = (
    r"\b(?:if|whether|likely|may|might|could|should|perhaps|maybe|seems?|appears?|sounds like"
    r"|looks? (?:like|suspicious)|suggests?|would|helps? us|to (?:address|fix|resolve|see|find)"
    r"|i think|i suspect|probably|i'd|i can|as you asked|(?:simplest|easiest|best|quickest) way"
    r"|sorry|apologi[sz]e|thanks|thank you|entschuldig\w*|tut mir leid|vielleicht|vermutlich"
    r"|wahrscheinlich|könnte\w*|scheint)\b|^(?:now|next|then|first)\b (?!it|the|that|this|they)"
)
"""What makes a cause a guess, a plan or a courtesy: a log keeps what was found."""
_RELAYED = (
    r"\b(?:says?|said|tells?|told|asks?|asked(?! for)|mentions?|claims?|states?|recommends?"
    r"|requires?"
    r"|wants? (?:us|you|me|agents?|everybody|everyone|people|that|to)"
    r"|according to|instructions?|notes? for|agents?|must (?:run|be run|install))\b"
    r"|\b(?:curl|wget|sudo)\b|https?://|\|\s*(?:ba|z)?sh\b"
)
"""What somebody else wrote, in the agent's words: an order in it would come in as a finding."""


def cause(text: str, *, after_failure: bool = False) -> str:
    """The sentence that says why, and those beside it that go on with it; "" if there is none.
    After a failure the agent's account of how things work is one as well."""
    found = _CAUSE if not after_failure else f"{_CAUSE}|{_STATES}"
    for line in text[:4000].splitlines():
        if pattern(rf"{MARKED}|^\W*\*\*").match(line):
            continue
        parts = whole_sentences(line)
        for at, part in enumerate(parts[:12]):
            follows = at + 1 < len(parts) and _whole(parts[at + 1])
            if follows and pattern(_POINTS_AT).match(part.replace("’", "'")):
                return _with_next(parts[at + 1 :])
            if (
                len(part.split()) > 5
                and _whole(part)
                and (pattern(_CAUSE).search(part) or not pattern(REPORTS).match(part))
                and pattern(found).search(part.replace("’", "'"))
            ):
                return _with_next(parts[at:])
    return ""


def finding(text: str) -> str:
    """The sentences of a short message that state something: said between a refused call and the
    one that was taken, they are about just that. No cause by their form; "" if there are none."""
    for line in text[:1000].splitlines():
        if not pattern(MARKED).match(line):
            parts = whole_sentences(line)
            at = next((n for n, part in enumerate(parts[:3]) if _whole(part)), None)
            if at is not None:
                return _with_next(parts[at:])
    return ""


def explains(told: str) -> bool:
    """Whether what was said before a change tells how things are, and not how it goes or what one
    sees: `All tests pass`, `I see three comments`, `You're right`."""
    first = (whole_sentences(told) or [""])[0].replace("’", "'")
    return (
        len(first.split()) >= 6
        and bool(pattern(_RELATES).search(first))
        and not pattern(_GOES).search(first)
        and not pattern(REPORTS).match(first)
    )


_RELATES = (
    r"[:;] \S|, (?:which|so|but|as|where|while|not)\b|\b(?:only|not|never|but|because|without"
    r"|needs?"
    r"|instead|nur|nicht|kein\w*|weil)\b|n't\b"
)
_GOES = (
    r"^\W*(?:understood|noted|got it|done|i|we|you|you're|i'm|we're|just|so|good|great|right|yes"
    r"|ok(?:ay)?|all|both (?:are|pass)"
    r"|ich|wir)\b|\b(?:pass(?:es|ed)?|works|as expected|review|comments?|todo|the user)\b"
)


def _whole(part: str) -> bool:
    plain = part.replace("’", "'")
    return (
        3 <= len(part.split()) <= 60
        and part[-1] in ".!"
        and pattern(r"^\W*\w").match(part) is not None
        and not part[0].islower()
        and not pattern(
            r"^(?:i|we)(?:'ve| have)? (?!.*\b(?:only|just|but not|but forgot)\b)\w+ed\b"
        ).match(plain)
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
