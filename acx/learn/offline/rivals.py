"""Rivals: whether two facts say the same, or can't both hold.

Pure, by the words alone. What is done about it is in `writing`.
"""

from __future__ import annotations

import re

from acx.learn.offline.words import pattern

_RIVALS = tuple(
    frozenset(group.split())
    for group in (
        "uv pip pipenv poetry conda pdm",
        "npm pnpm yarn bun",
        "pytest unittest nose",
        "jest vitest mocha",
        "black ruff yapf",
        "tabs spaces",
        "rebase merge squash",
        "docker podman",
        "postgres postgresql mysql sqlite mariadb",
        "english german french spanish",
        "dark light",
    )
)
_NOISE_WORDS = (
    "der die das den dem ein eine und oder im am in mit für von zu bei mir mich ist sind nicht"
    " bitte "
    "a an the to of in on for with and or is are be it this that we i you use using always "
    "never not no don't do dont please should must instead rather than only by at as from our "
    "my your when now put keep"
)
_NOISE = frozenset(_NOISE_WORDS.split())


_CHANGED = r"\bchanged\b|\bno longer\b|\bnot any ?more\b|\bfrom (?:now|then) on\b|\binstead of\b"
"""Who says these corrects what was so before: then two words and another number are enough."""


def normal(text: str) -> str:
    """The words alone, by which one sentence is compared."""
    return " ".join(re.findall(r"\w+", text.lower()))


def alike(new: str, old: str) -> bool:
    """Whether one fact says all that the other says: the richer one holds both.

    Bans must be the same all but in wording: `never force push` is less than `never push`.
    """
    ours, theirs = _telling(new), _telling(old)
    numbers = [{word for word in words if word[0].isdigit()} for words in (ours, theirs)]
    if numbers[0] != numbers[1] or _forbids(_head(new)) != _forbids(_head(old)):
        return False
    shared, fewer = len(ours & theirs), min(len(ours), len(theirs))
    if _forbids(_head(new)):
        return shared >= 3 and shared * 5 >= len(ours | theirs) * 4
    return (
        shared >= 3
        and shared * 4 >= fewer * 3
        and len(_telling(_head(new)) & _telling(_head(old))) >= 3
    )


def covered(new: str, old: str) -> bool:
    """Whether a short answer says nothing that isn't there: `the aisle, always`."""
    ours = _telling(new) - {"alway", "immer", "always", "every", "time"}
    return bool(ours) and ours <= _telling(old) and _forbids(new) == _forbids(_head(old))


def akin(new: str, old: str) -> bool:
    """Whether two facts are about the same: what is said twice when the same is refused."""
    return len(_telling(new) & _telling(old)) >= 2


def contradicts(new: str, old: str) -> bool:
    """Whether two facts can't both hold: rivals for one place, opposites, other numbers."""
    for rivals in _RIVALS:
        a, b = _wanted(new, rivals), _wanted(old, rivals)
        if a and b and not a & b:
            return True
    ours, theirs = _telling(new), _telling(old)
    numbers = [{word for word in words if word[0].isdigit()} for words in (ours, theirs)]
    if numbers[0] and numbers[1] and numbers[0] != numbers[1]:
        ours, theirs = ours - numbers[0], theirs - numbers[1]
        shared = len(ours & theirs)
        if pattern(_CHANGED).search(new) and shared >= 2:
            return True
        return shared * 2 >= len(ours | theirs) or (
            shared >= 2 and shared == min(len(ours), len(theirs))
        )
    if _usual(new) & _usual(old) and pattern(_NOW).search(new):
        return True
    if pattern(_NOW).search(new):
        shared = len(ours & theirs)
        return shared >= 2 and shared * 2 >= min(len(ours), len(theirs))
    return _forbids(new) != _forbids(old) and len(ours & theirs) * 5 >= len(ours | theirs) * 3


_NOW = (
    r"\b(?:has|have|that's) changed\b|\bno longer\b|\bfrom (?:now|then) on\b|\bnur noch\b"
    r"|\bnicht mehr\b|\bstattdessen\b|\bseit \w+ \w+|\bany ?more\b|\bonly\b.*\bnow\b"
    r"|\bnow\b.*\bonly\b|\bnow (?:use|on|in|at)\b|\bswitched\b|\bsince (?!it|that|we|they|the)\w+"
)
"""What says that it was otherwise before."""


def _usual(text: str) -> set[str]:
    """What somebody always or only does: `i fly` of `I always fly at noon`."""
    ours = r"\b(ich|wir|i|we) (?:(?:always|only|never|usually|now|no longer|don't) )*([a-zäöü]{3,})"
    always = r"\b(?:always|only|never|usually|immer|nie|nur|any ?more|no longer|nicht)\b"
    if not pattern(always).search(text):
        return set()
    found = pattern(ours).findall(text.lower())
    return {f"{who} {verb.rstrip('e')}" for who, verb in found if verb not in _WEAK}


_WEAK_VERBS = (
    "have has had use uses want like need prefer don't can will would should muss hab habe bin "
    "kann mag take make get only always never"
)
_WEAK = frozenset(_WEAK_VERBS.split())


def richer(new: str, old: str) -> bool:
    """Whether the new one of two facts that are alike says more."""
    return len(_telling(new)) > len(_telling(old))


def _telling(text: str) -> set[str]:
    words = set(re.findall(r"\d[\w.]*|[a-z][\w'.-]*", text.lower().replace("’", "'"))) - _NOISE
    return {word.rstrip(".-") if word[0].isdigit() else word.rstrip("s.-") for word in words}


def _head(text: str) -> str:
    """A rule without the reason or the ban that follows it."""
    return pattern(r"[:;(]|,? (?:never|not|because|since|so that)\b").split(text.strip(), 1)[0] or (
        text
    )


def _wanted(text: str, rivals: frozenset[str]) -> set[str]:
    """Which of the rivals a fact is for: not those that stand after a `not`."""
    kept = pattern(
        r"\b(?:not|instead of|rather than|over|no|dropped|(?:never|don't|do not)"
        r"(?: use| add| install)?"
        r"|avoid|stop)(?: using| adding)? [\w.-]+"
    ).sub("", text)
    return set(re.findall(r"[\w.-]+", kept.lower())) & rivals


def _forbids(text: str) -> bool:
    return bool(pattern(r"\b(?:never|don'?t|do not|not|no|avoid|stop|without)\b").search(text))
