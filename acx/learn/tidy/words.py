"""What an entry says, word by word, so that two that say the same can be told from two that don't.

Only what can't change the sense is passed over: case, punctuation, articles, a plural's s, and that
`never` and `don't` both forbid. Numbers, code, names and the order of the words count. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_NOT = re.compile(r"(?i)\b(?:do not|don['’]t|dont|never)\b")
_NOISE = frozenset(["a", "an", "the", "please", "always", "just", "simply", "also"])
_NO_PLURALS = frozenset(["https", "windows", "news"])
_EDGES = ".,;:!?()[]\"'“”‘’*_"
_SUBJECT = re.compile(r"(?i)^(?:the user|user|they|we|i)\s+(?=\w)")
_CLAUSE = re.compile(
    r"(?i)^((?:in|for|on|at|with|when|if|before|after|during|under)\b[^,:;`]{2,80}), (.+)$", re.S
)
_TAIL = re.compile(r"(?i)\s*[:;]\s+|\s+[—–-]\s+|,?\s+(?=(?:because|so that|since)\b)")
_LIMITS = re.compile(
    r"(?i)\b(?:only|unless|except|but|if|when|until|not|no|never|without)\b|n['’]t\b"
)
_EXCEPTIONS = re.compile(r"(?i)\b(?:only|unless|except|but|if|when|until)\b")
_SCOPE = re.compile(r"\s*\(([^()]*)\)\.?\s*$")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")

FEWEST = 4
"""Words of a rule that its reason may be told apart from."""


def tokens(text: str) -> tuple[str, ...]:
    """The words that count, in order, each in the form in which it is compared."""
    found: list[str] = []
    at = 0
    # `docs/` in one text and docs/ in another are left apart: code is compared as it stands
    for code in _CODE.finditer(text):
        found += _plain(text[at : code.start()])
        found.append(f"`{' '.join(code[2].split())}`")
        at = code.end()
    return (*found, *_plain(text[at:]))


def _plain(text: str) -> list[str]:
    found = []
    for word in _NOT.sub("not", text).split():
        bare = word.strip(_EDGES)
        if not any(char.isalnum() for char in bare):
            continue
        if word.startswith((".", "_")) and not bare.isalpha():
            bare = word.rstrip(_EDGES)  # `.env`, `__init__.py`
        if bare.replace("'", "").replace("’", "").isalpha():
            bare = bare.lower().replace("’", "'")
            if bare in _NOISE:
                continue
            plural = len(bare) > 3 and bare.endswith("s") and not bare.endswith("ss")
            bare = bare[:-1] if plural and bare not in _NO_PLURALS else bare
        found.append(bare)
    return found


@dataclass(frozen=True, slots=True)
class Saying:
    """An entry taken apart.

    head    the rule, in words
    tail    why, as it stands; "" if it isn't said. `because`: it starts with the word that says so
    scope   what stands in parentheses at the end, in words
    """

    head: tuple[str, ...]
    tail: str
    scope: tuple[str, ...]
    because: bool = False

    @property
    def size(self) -> int:
        """Words of the whole."""
        return len(self.head) + len(tokens(self.tail)) + len(self.scope)


def saying(entry: str) -> Saying:
    """What a bullet or a paragraph says."""
    text = " ".join(_MARKER.sub("", entry).split())
    scope = _SCOPE.search(text)
    if scope:
        text = text[: scope.start()]
    text = _SUBJECT.sub("", text)
    cuts = (cut for cut in _TAIL.finditer(text) if text.count("`", 0, cut.start()) % 2 == 0)
    cut = next(cuts, None)
    head, tail = (text[: cut.start()], text[cut.end() :]) if cut else (text, "")
    if moved := _CLAUSE.match(head):
        head = f"{moved[2].rstrip('.')} {moved[1]}"
    because = bool(re.match(r"(?i)(?:because|so that|since)\b", tail))
    words = tokens(head)
    if tail and len(words) < FEWEST:  # `Port: 8080` is a name and a value
        words, tail, because = tokens(f"{head} : {tail}"), "", False
    return Saying(words, tail.strip(), tokens(scope[1]) if scope else (), because)


_NARROWING = frozenset(["not", "no", "only", "unless", "except", "without", "instead"])
_ORDERING = frozenset(["before", "after", "from", "to", "over", "than", "then", "instead"])


def holds(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether a text says all that another says, by its words: with the same bans and limits, and
    in the same order where the order makes the sense."""
    there, asked = set(words), set(wanted)
    if not asked <= there or asked & _NARROWING != there & _NARROWING:
        return False
    rest = iter(words)
    return not asked & _ORDERING or all(word in rest for word in wanted)


Likeness = Literal["", "same", "first", "second", "both"]
"""same    they say the same
first   the first one says all that the second says, and why
second  the other way round
both    the same rule for two reasons
"""


def likeness(one: Saying, other: Saying) -> Likeness:
    """How two entries say the same; "" if they don't, and where there is any doubt."""
    if not one.head or one.head != other.head or one.scope != other.scope:
        return ""
    if tokens(one.tail) == tokens(other.tail):
        return "same"
    if not one.tail or not other.tail:
        rich = one if one.tail else other
        limit = _EXCEPTIONS if rich.because else _LIMITS
        if limit.search(rich.tail):  # it may say where the rule does not hold
            return ""
        return "first" if one.tail else "second"
    if one.because and other.because and not _EXCEPTIONS.search(f"{one.tail} {other.tail}"):
        return "both"
    return ""
