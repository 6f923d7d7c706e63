"""How a message of a person reads: a request, a go-ahead, a verdict, a question, or only a remark.

Pure, and only about words: whose task they belong to is decided in `tasks`, which of them are rules
to keep in `preferences`.
"""

from __future__ import annotations

from dataclasses import dataclass

from acx.learn.offline.requests import (
    comes_later,
    comes_next,
    goes_ahead,
    left_out,
    limits,
    meanwhile,
    named,
    refers_back,
    requests,
    several,
    turns_to,
    wishes,
)
from acx.learn.offline.verdicts import Verdict, approves, leaves, small_talk, verdict
from acx.learn.offline.words import asks, own, pasted_error, pattern, sentences


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message reads.

    words   the person's own, without what they pasted
    rest    what they say after words that take the work before as done
    starts  it asks for work that stands on its own
    anew    it turns to something else, after praise or in so many words
    later   said while the agent works, it is for afterwards
    adds    after a yes it asks for another thing
    aside   it only asks to be reminded of something
    leaves  they go, and want no answer
    idle    they only say what they will do themselves
    first   what it asks for is said first, not after an answer
    ellipsis  it wants for another thing what was done for one
    waits   what it gives to do while the rest waits, "" if nothing
    steers  it turns the work at hand
    parts   the requests, where it says that there are several
    """

    text: str
    words: str
    rest: str
    starts: bool
    anew: bool
    later: bool
    adds: bool
    aside: bool
    asks: bool
    small: bool
    ahead: bool
    leaves: bool
    idle: bool
    first: bool
    ellipsis: bool
    waits: str
    steers: bool
    parts: tuple[str, ...]
    verdict: Verdict


def read(text: str) -> Reading:
    """Read a person's message."""
    words = own(text)
    parts = sentences(words)
    asked = [part for part in map(named, parts[:6]) if requests(part)]
    stands = any(not refers_back(part) and not limits(part) for part in asked)
    found = verdict(words)
    if not found and pasted_error(text) and not stands:
        found = "bad"
    first = next((n for n, part in enumerate(parts) if not approves(part)), len(parts))
    turned = found not in ("bad", "dropped")
    rest = parts[first:]
    return Reading(
        text=text,
        words=words,
        rest=_from(words, rest) if first else words,
        starts=stands and turned and not (_steers(words) or _turns_round(words)),
        anew=turned and _anew(rest, praised=first > 0),
        later=stands and (comes_later(words) or len(words.split()) >= 8),
        adds=bool(parts) and bool(pattern(_YES).match(parts[0])) and any(map(_adds, parts[1:])),
        aside=any(asks(part) and pattern(_ASIDE).search(part) for part in parts[:3]),
        asks=bool(parts) and not asked and asks(parts[-1]),
        small=small_talk(words or text),
        ahead=goes_ahead(words),
        leaves=leaves(words),
        idle=bool(parts) and all(approves(part) or _plans(part) for part in parts),
        first=any(map(requests, rest[:1])),
        ellipsis=turned and any(map(left_out, parts[:3])) and not asks(parts[0]),
        waits=next(filter(meanwhile, rest[:4]), "") if found != "bad" else "",
        steers=_steers(words),
        parts=several(words),
        verdict=found,
    )


def _plans(sentence: str) -> bool:
    """Whether somebody only says yes, or what they will do themselves."""
    return not asks(sentence) and bool(
        pattern(
            r"^\W*(?:(?:yep|yes|yeah|ok(?:ay)?|right|so|and|then|good|great|fine|nice)\b\W*)*"
            r"(?:$|(?:i|we)(?:'ll|ll| will|'m going to| am going to) (?!need|want|have to|wait"
            r"|expect)\w+)"
        ).match(sentence)
    )


_YES = r"^\W*(?:yes|yep|yup|yeah|sure|ok(?:ay)?|please do)\b"
_ASIDE = (
    r"\b(?:called|named|said|wrote|used|was(?: it| that)?) again\b|\bremind me\b|\bfor my notes\b"
    r"|\b(?:just curious|out of curiosity|quick question)\b"
    r"|^\W*(?:(?:what|who|where|how|when)(?:'?s)?|which)\b.{2,50}\bagain\W*$"
)
_BUT = r"^\W*(?:but|only|except|however|although|though|just)\b"


def _from(words: str, parts: list[str]) -> str:
    """The words from the first of these sentences on."""
    return words[max(words.find(parts[0]), 0) :] if parts else ""


def _anew(rest: list[str], *, praised: bool) -> bool:
    """Whether what follows the praise, if there was any, is another thing. What begins with `but`
    is the same one."""
    if not rest or pattern(_BUT).match(rest[0]):
        return False
    return turns_to(" ".join(rest)) or (
        praised and any(wishes(part) or comes_next(part) for part in rest[:3])
    )


def _adds(sentence: str) -> bool:
    return bool(pattern(r"^(?:and|also|then|plus)\b").match(sentence)) and (
        requests(sentence) and not refers_back(sentence) and not limits(sentence)
    )


def _steers(words: str) -> bool:
    """Whether the words turn the work at hand: `no, ...`, `don't ...`, `let's ...`."""
    return bool(
        pattern(
            r"^\W*(?:(?:hmm+|oh|ok(?:ay)?|yes|yeah|and|but|cool|great|sure)\b\W*)*(?:no|nope|not"
            r"|don't|do not|dont|stop|wait|hang on|hold on|whoa|instead|"
            r"(?:it|that)'s (?:not|wrong|a? ?bad)|i think|let'?s|why|what(?=\s*\?)"
            r"|huh|seriously|are you (?:joking|kidding|serious))\b"
        ).match(words)
        and not pattern(r"^\W*(?:no problem|not sure)").match(words)
    )


def _turns_round(words: str) -> bool:
    """Whether the second sentence takes the first one back: `do it. but ...`."""
    return any(pattern(r"^but\b").match(part) for part in sentences(words)[1:2])
