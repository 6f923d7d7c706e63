"""How a message of a person reads: a request, a go-ahead, a verdict, a question, or only a remark.

Pure, and only about words: whose task they belong to is decided in `tasks`, which of them are rules
to keep in `preferences`.
"""

from __future__ import annotations

from dataclasses import dataclass

from acx.learn.offline.requests import goes_ahead, refers_back, requests
from acx.learn.offline.verdicts import Verdict, leaves, small_talk, verdict
from acx.learn.offline.words import asks, own, pasted_error, pattern, sentences


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message reads. `words` are the person's own, without what they pasted; `starts`: it
    asks for work that stands on its own; `leaves`: they go, and want no answer."""

    text: str
    words: str
    starts: bool
    asks: bool
    small: bool
    ahead: bool
    leaves: bool
    verdict: Verdict


def read(text: str) -> Reading:
    """Read a person's message."""
    words = own(text)
    parts = sentences(words)
    asked = [part for part in parts[:6] if requests(part)]
    stands = any(not refers_back(part) for part in asked)
    found = verdict(words)
    if not found and pasted_error(text) and not stands:
        found = "bad"
    return Reading(
        text=text,
        words=words,
        starts=stands and found not in ("bad", "dropped") and not _steers(words),
        asks=bool(parts) and not asked and asks(parts[-1]),
        small=small_talk(words or text),
        ahead=goes_ahead(words),
        leaves=leaves(words),
        verdict=found,
    )


def _steers(words: str) -> bool:
    """Whether the words turn the work at hand: `no, ...`, `don't ...`, `let's ...`."""
    return bool(
        pattern(
            r"^\W*(?:(?:hmm+|oh|ok(?:ay)?|yes|yeah|and|but|cool|great|sure)\b\W*)*(?:no|nope|not"
            r"|don't|do not|dont|stop|wait|instead|"
            r"(?:it|that)'s (?:not|wrong|a? ?bad)|i think|let'?s|why)\b"
        ).match(words)
        and not pattern(r"^\W*(?:no problem|not sure)").match(words)
    )
