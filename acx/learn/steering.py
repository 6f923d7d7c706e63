"""Steering: words that move an agent's limits, and whether a person said them.

Such a sentence of a lesson waits for a person unless someone in the session said that very thing:
a sentence of theirs that steers the same way and has all the words that carry meaning. What forbids
the same ("never use --no-verify") is no steering. Not here: the phrases (`acx.learn.phrases`),
addresses and commands (`acx.learn.provenance`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from acx.learn.disguise import words
from acx.learn.phrases import KINDS

_FORBIDS = re.compile(
    r"\b(?:never(?!['\"])|don't|do not|dont|must not|mustn't|should not|shouldn't|avoid|refuse to"
    r"|cannot"
    r"|can't|not (?:allowed|permitted|ok|okay|safe) to|forbidden to|(?:no one|nobody) may|reject"
    r"|instead of|rather than)\b(?P<verb>(?:[^\w,:\n]+[\w'/-]+){0,6}[^\w,:\n]*)$"
)
_URGES = re.compile(
    r"\b(?:hesitat|worr|bother|wait|stop|afraid|forget|fail|mind|fear|refrain|hold back|shy|omit"
    r"|miss"
    r"|think|twice|pause|be\b|have to|need|without|unless|except|but|instead|only|just|simply)"
)
"""What turns a ban that stands before it into the opposite."""

_FORBIDDEN_LATER = re.compile(r"^[`'\"\s]*(?:is|are) (?:forbidden|not allowed|banned|prohibited)\b")


_HAPPENED = re.compile(
    r"\b(?:was|were|been|got|ran|did|installed|pushed|deployed|deleted|removed|changed|took"
    r"|committed|merged|sent|went|started|rebased|applied|restarted)\b[^,;:]{0,60}$"
)
_ENDED = re.compile(r"^\W*(?:\([^)]*\)\s*)?(?:was|were)\b")
_TURNED_DOWN = re.compile(
    r"^(?:\s+(?!(?:if|when|once|until|and|or|while|where|unless|because|since|as|so|that)\b)\w+){0,4}?"
    r"\s+(?:is|are|gets?|will be|would be|has been|have been)\s+(?:\w+ly\s+|auto-?)?"
    r"(?:declined|rejected|refused|denied|blocked|cancell?ed|released|undone|reverted|returned"
    r"|dropped)\b"
)
"""What happens to somebody who goes without: that warns, and asks for nothing."""
_RULES = re.compile(
    r"\b(?:always|never|must|should|may|can|shall|will|every|each|from now|fine|ok|okay|allowed"
    r"|usual|normal|safe|best|better|right|correct)\b"
)
"""What makes a rule of a sentence that tells what happened."""


_PREMATURE = re.compile(
    r"^[^.;:]{0,80}?(?:\b(?:is|are|was|were|has|have)|'s|'re)\b[^.;:]{0,40}?\b(?:booked|done|finished"
    r"|fixed|ready|sent|deployed|live|informed|told|delivered|paid|shipped|merged|complete|moved"
    r"|working|works)\b[^.;:]{0,40}?\b(?:before|until|unless)\b[^.;:]{0,60}?\b(?:accept|confirm|answer"
    r"|pass|verif|check|respon|seen|shown|approv|agree|green|scan|test|prove|look)"
)
"""What is not to be claimed before it was checked: that keeps nothing from the user."""

_INTENDED = re.compile(
    r"\bagent\b(?:(?!\b(?:user|person|team|they|everyone|you|we)\b)[^.;:])*?"
    r"(?<!\bis )(?<!\bwas )(?<!\bare )"
    r"\b(?:wanted|proposed|planned|offered|tried|meant|intended|was (?:going|about)) to\s+$"
)
"""What an agent was about to do. Where somebody is said to have wanted something else, that is a
report."""
_OPPOSED = re.compile(
    r"\b(?:user|person|team|they|customer|client|owner)\b[^.]*?\b(?:refus|declin|reject"
    r"|said no\b|insist|object|overrul|stop|instead|undid|undo|revert|correct"
    r"|(?:kept|keep)\b(?! \w+ing\b))"
    r"|\bbut (?:\w+ ){0,2}?(?:user|person|team|they|customer|client|owner) (?:wanted|wants|asked"
    r" for|chose) (?:one|it|that|to|a|the)\b"
)
_AGREED = re.compile(
    r"(?:n't|\b(?:not|no|never|nobody|without|nothing))\W+(?:\w+\W+){0,2}?(?:refus|declin|reject"
    r"|insist|object|overrul|stop|mind|problem|against)"
    r"|\b(?:too|also|same|nothing|wrong|speed|hurry|glad|happy|sure|good|great|smart|quick|fast|succe|fine)"
    r"|\b(?:agree|prefer|accept|approv|allow|confirm|consent|permit|welcom|prais|lik"
    r"|go(?:es|ing)? ahead|work|thank|yes|which|that way"
    r"|so do|do so|do it|do this|do the same|saves?|saving)"
)

_SELF = re.compile(r"\b(?:me|us)\b")


@dataclass(frozen=True, slots=True)
class Steer:
    """A sentence that steers, what it would do, and the words that say so."""

    what: str
    shown: str
    sentence: str


def steers(text: str) -> list[Steer]:
    """What steers in a text, each kind of a sentence once."""
    found: list[Steer] = []
    sentences = [*_sentences(words(text)), ""]
    for sentence, following in pairwise(sentences):
        for what, pattern in KINDS:
            for match in pattern.finditer(sentence):
                if not (_forbidden(sentence, match) or _narrated(sentence, match, following)):
                    shown = " ".join(match[0].split()).strip(" ,;:-\"'(")
                    found.append(Steer(what, shown, sentence))
                    break
    return found


def _narrated(sentence: str, match: re.Match[str], following: str) -> bool:
    """Whether the words only tell what went on ("it was run without asking, and removed") or what
    comes of it ("bookings without approval are declined"), what an agent was about to do and
    a person wasn't, or forbid a claim nobody checked."""
    before, after = sentence[: match.start()], sentence[match.end() :]
    if _PREMATURE.match(after):
        return True
    whole = f"{after} {following}"
    if _INTENDED.search(before) and _OPPOSED.search(whole):
        return not (_RULES.search(f"{before} {whole}") or _AGREED.search(whole))
    if not match[0].lstrip().startswith("without"):
        return False
    if _TURNED_DOWN.match(after):
        return True
    if _RULES.search(sentence):
        return False
    return bool(_HAPPENED.search(before) or _ENDED.search(after))


class Sayings:
    """What people in a session said that steers."""

    def __init__(self, known: str = "") -> None:
        self._known = content(known)
        self._said: list[tuple[str, frozenset[str]]] = []

    def hear(self, text: str) -> None:
        """Take in a message of a person."""
        # what a person wants for themselves, a lesson says of the user
        sentences = list(_sentences(_SELF.sub("the user", words(text[:LONGEST]))))
        for at, sentence in enumerate(sentences):
            if sentence.rstrip().endswith("?"):
                continue
            for what, pattern in KINDS:
                if any(not _forbidden(sentence, match) for match in pattern.finditer(sentence)):
                    around = " ".join(sentences[max(at - 1, 0) : at + 2])
                    self._said.append((what, content(around)))

    def back(self, steer: Steer) -> bool:
        """Whether a person said that very thing: the same kind, and every word that matters."""
        asked = content(steer.sentence) - self._known
        return any(what == steer.what and asked <= said for what, said in self._said)


_LONGEST_SENTENCE = 2000
"""Characters. Longer ones are read in pieces, which patterns get through in time."""

LONGEST = 20_000
"""Characters of a message of a person. What is longer was pasted."""

_BREAK = re.compile(
    r"(?<=[.!?;])[\"')\]]*\s+|\n(?:[ \t]*\n)+|\n[ \t]*(?=[-+>|#]|\d+[.)]\s|```|~~~)|\s[—–]\s"
    r"|\s-{2}\s"
)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text; a line that only wraps one goes on."""
    for sentence in _BREAK.split(text):
        joined = re.sub(r"^\s*(?:[-+>#|]+|\d+[.)])\s*", "", sentence)
        joined = " ".join(joined.split())
        for start in range(0, len(joined), _LONGEST_SENTENCE):
            yield joined[start : start + _LONGEST_SENTENCE + 200]


def _forbidden(sentence: str, match: re.Match[str]) -> bool:
    """Whether the sentence bans what the match says, rather than asking for it."""
    if _FORBIDDEN_LATER.match(sentence[match.end() :]):
        return True
    return forbids(sentence[: match.start()])


def forbids(before: str) -> bool:
    """Whether what follows these words is what they forbid: "never run `...".

    Lower case, without disguises.
    """
    ban = _FORBIDS.search(before)
    return ban is not None and not _URGES.search(ban["verb"])


_EMPTY_NAMES = """
    a an the and or but so if then when whenever while as at by for from in into is are be been
    was were it its this that these those to of on with you your i me my we our us they them their
    he she just please can could should must may might will would shall do does did done have has
    had always first also again ok okay yes no not never don't dont doesn't without need needs
    want wants let let's now next here there before after user users said say says reported agent
    key decisions learnings summary fact facts applies rule more anymore simply only really so
    that which who what too up out about stop using use get
"""
_EMPTY = frozenset(_EMPTY_NAMES.split())
_SAME_NAMES = """
    ask asking asks confirm confirming confirmation confirmations permission permissions approval
    ask approvals approve consent prompt prompts prompting
    skip skipping bypass bypassing omit ignore
    run running runs execute executing launch
    disable disabling deactivate off
    everything anything all any every whatever each
"""
_SAME = {word: row.split()[0] for row in _SAME_NAMES.strip().splitlines() for word in row.split()}
"""Words that mean the same here, by their first."""


def content(text: str) -> frozenset[str]:
    """The words that carry meaning, without their endings. Dates carry none."""
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b", "", text)
    found = re.findall(r"--?[a-z][\w-]+|[^\W_][\w'/.+-]*[^\W_]|[^\W_]", text)
    return frozenset(_stem(word) for word in found if word not in _EMPTY)


def _stem(word: str) -> str:
    if word in _SAME:
        return _SAME[word]
    if len(word) > 4 and word.isalpha():
        word = re.sub(r"(?:ations?|ings?|ed|es|s)$", "", word)
        word = re.sub(r"(.)\1$", r"\1", word.removesuffix("e"))
    return _SAME.get(word, word)
