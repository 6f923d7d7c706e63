"""Moves: whether a message turns the talk to something else, told by its form and its place.

Pure, and scored: each feature of the asking sentence adds or takes a point, whatever it is about.
What a sentence asks for in plain words is in `requests`; which task it belongs to, in `tasks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from acx.learn.offline.forms import orders, orders_plainly, wishes_for
from acx.learn.offline.reading import Reading
from acx.learn.offline.requests import goes_ahead, limits, refers_back, requests, works
from acx.learn.offline.rules import ruling
from acx.learn.offline.verdicts import leaves, small_talk, troubled, verdict
from acx.learn.offline.words import asks, pattern, plain, sentences

ENOUGH = 3
"""Points from which on a sentence begins something of its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands.

    known     telling words of the task: what was asked for, what was reported
    last      telling words of what the agent said last
    asking    the agent's turn ended in a question, and not in one that any request answers
    accepted  the person's words before asked for nothing: the work was taken as it was
    invited   the agent asked whether there is anything else
    looked    the task only asked how something is
    """

    known: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    asking: bool = False
    accepted: bool = False
    invited: bool = False
    looked: bool = False


def telling(text: str) -> frozenset[str]:
    """The words by which two texts are compared, cut so that their forms are the same."""
    found = pattern(r"[^\W\d_]\w{3,}|\w*\d\w+|\w+\d").findall(text[:3000])
    return frozenset(word.lower()[:5] for word in found if word.lower() not in _COMMON)


def turning(words: str, place: Place) -> str:
    """The sentence of a message with which it turns to something else; "" if it doesn't."""
    before: list[str] = []
    for part in _parts(plain(words))[:8]:
        if not pattern(r"\w").search(part):
            before.append(part)
            continue
        if _score(part, before, place) >= ENOUGH:
            return part
        before.append(part)
    return ""


def wants(reading: Reading) -> bool:
    """Whether words leave the agent something to do or to answer: they ask for it, or complain."""
    if reading.small or reading.leaves or reading.verdict == "good":
        return False
    return (
        reading.verdict == "bad"
        or reading.steers
        or any(
            _form(part) > 1 or limits(part) or pattern(rf"{_OUGHT}|{_BUT}|{_LASTS}").search(part)
            for part in _parts(plain(reading.words))
        )
    )


_OUGHT = (
    r"\b(?:should|must|has to|have to|needs?|soll\w*|muss|müssen|lieber|rather|instead|statt)\b"
)

_BUT = r"^\W*(?:but|aber|except|only|wait|stop|no|nope|nein)\b(?! (?:thanks|need|problem))"
_LASTS = (
    r"\b(?:still (?!works?\b|good|fine)|immer noch|schon wieder|once more|yet again)\b"
    r"|\b(?:ca|do|does|did|is|are|wo|was)n't\b(?! (?:mind|matter|worry|need|have to|wait|bad|know))"
    r"|\b(?:errors?|fails|broken|kaputt|[45]0\d)\b"
)


def _parts(words: str) -> list[str]:
    """The sentences; what stands on either side of an emoji is apart too."""
    return [
        piece.strip(" ,;")
        for part in sentences(words)
        for piece in pattern(rf"(?<=[{EMOJI}])\s+(?=\w)|(?<=\s:\))\s+(?=\w)").split(part)
        if piece.strip(" ,;")
    ]


EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"

_MARK = (
    r"^\W*(?:and|also|then|now|next|plus|another|und|auch|dann|jetzt|außerdem|noch"
    r"|the (?:other|next|second) \w+|(?:ok(?:ay)?|so|well)\W+(?:and|now|then|next|also))\b"
)
_TURN = (
    r"^\W*(?:next|second(?:ly)?|third|then|now|also)(?: (?:thing|one|task|item))?\s*:"
    r"|\b(?:btw|by the way|meanwhile|quick (?:one|question)|unrelated|apropos|übrigens|nebenbei"
    r"|(?:one|an?)?(?:other|different|separate|new|last|more) (?:thing|topic|question|matter|one)"
    r"\s*[:,.]|different\s*:|(?:something|sth|etwas|what) (?:(?:completely|totally|entirely|quite"
    r"|ganz) )?(?:else|different|easier|simpler|new|anderes)\s*[:,.]|was anderes\s*[:,.]"
    r"|noch (?:was|eins"
    r"|eine frage)\s*[:,.])"
)
_POINTS = (
    r"\b(?:it|them|these|those|its|es|ihn|ihm|da|dar\w{2,3}|da(?:bei|von|zu|für|mit|nach|gegen)"
    r"|drin|there|here)\b(?! (?:is|are|was|were|a|an)\b)"
    r"|\b(?:does|do|is|was|will|can|did|would|should|isn't|doesn't) (?:that|this)\b"
    r"|\b(?:this|that|das|dies\w*)\b(?=\W*$|[,?!.]| (?:is|was|are|were|be|in|on|to|for|with|at|of"
    r"|out|up|too|as|from|again|then|now|nicht|auch|noch|so|man|mal|\w+en\b))"
    r"|(?<!what's )(?<!what is )\b(?:this|these|those|diese\w*|the (?:same|rest|first"
    r"|second|last|new)"
    r"|(?:for|with|to|in|on|of|from|about|like|at) that) \w+"
    r"|\byour (?:\w+ )?(?:change|fix|patch|edit|version|answer|list|draft|text|plan|code)\b"
)
_NAMES = r"\b(?:an?|all|every|my|our|each|ein\w*|mein\w*|unser\w*|alle) \w+"
_AGAINST = (
    r"^\W*(?:(?:and|so|und|oh|ok) )?(?:no|nope|nah|not|nein|nee|nicht|but|aber|wait|stop"
    r"|hm+(?!,? ok)|hä"
    r"|hang on|hold on|whoa"
    r"|huh|why|except|only"
    r"|never|don't|dont|do not|still|instead|actually|i (?:said|mean\w*|asked))\b"
    r"(?! (?:problem|worries|need)\b)|^\W*(?:what|come on)\b\W*(?:$|,)"
    r"|^(?!\W*(?:what|who|where|how|when|which)\b).*\bagain(?!\W*\?)"
    r"|\b(?:instead|rather|still|too (?!please|pls)\w+|immer noch|stattdessen"
    r"|lieber|schon wieder)\b"
    r"|\b(?:did|have|had|were|are|why do|wouldn't|shouldn't|can't|couldn't) you\b"
    r"|\byou (?:said|told)\b|\b(?:hast|hattest|bist|warst|haben|hatten) (?:du|sie|ihr)\b"
    r"|\b(?:können|könnten|kannst|könntest) (?:du|sie|ihr|wir) (?:\S+ ){0,2}nicht\b"
)
_STARTLED = r"^\W*(?:what|huh|hä|excuse me|seriously|come on)\W*$"
_ALIKE = (
    r"^(?!.*\b(?:the|problem|error|thing|issue|result)\b).*\b(?:same|ditto|dito|likewise"
    r"|genauso)\W*$"
)
"""`ep3 same`."""
_BARE_VERB = (
    r"\b(?:is|are|was|were|am|be|been|has|have|had|do|does|did|can|could|will|would|should|must"
    r"|says?|said|shows?|looks?|works?|got|gets?|came|comes?|goes|went|fits?|holds?|runs?|think"
    r"|know|see|ist|sind|war|hat|haben|geht|kommt|steht|macht|wird|bin|habe?|\w{3,}ed)\b"
    r"|^(?:der|die|das|er|sie|man) "
    r"(?:(?-i:[A-ZÄÖÜ])\w+ )?\w+t\b|^\w+ \w+s (?:me|us|him|her|them|it|the|an?|my|our)\b|'(?:s|re"
    r"|m|ve|ll|d)\b|n't\b"
)


def _score(part: str, before: list[str], place: Place) -> float:
    """How much speaks for it that this sentence asks for something of its own."""
    form = 2 if any(names(part, place) for names in (_labels, _looks_on, _another)) else _form(part)
    if place.invited and len(part.split()) >= 5 and not small_talk(part):
        form = max(form, 1)
    if not form or len(part.split()) < 2:
        return 0
    clause = part if part.endswith("?") else _clause(part)
    named = telling(part)
    taken = any(map(_takes, before))
    accepted = place.accepted or place.invited or (place.looked and works(part) and not asks(part))
    score = form + (1 if place.invited else 0)
    mark = pattern(_MARK).search(part)
    score += 1 if mark else 0
    score += 2 if pattern(_TURN).search(part) else 0
    score += 1 if taken or accepted else 0
    fresh = named and not named & (place.known | place.last)
    score += 1 if fresh else 0
    score -= 1 if named and 2 * len(named & place.last) >= len(named) else 0
    # After what is over, what asks is another thing, whatever it points to.
    costs = 1 if accepted and form > 1 else 2
    ordered = place.looked and works(part) and not asks(part)
    score += 2 if ordered else 0
    bare = pattern(rf"{_NAMES}.*").sub("", clause)
    score -= costs if pattern(_POINTS).search(bare) or refers_back(clause) else 0
    score -= costs if pattern(_AGAINST).search(part) or (limits(part) and not ordered) else 0
    score -= 2 if place.asking else 0
    score -= 2 if form == 1 and verdict(part) == "bad" else 0
    score -= 1 if form == 1 and (not (taken or mark) or pattern(_HEDGED).search(part)) else 0
    if any(verdict(said) == "dropped" for said in before):
        return score + 0.5
    if any(pattern(_STARTLED).match(said) for said in before):
        return 0
    return score - (costs if any(map(_objects, before)) else 0)


def _labels(part: str, place: Place) -> bool:
    """Whether a sentence names what it is about, then says something: `footer: open from 8`."""
    found = pattern(_LABEL).match(part)
    named = telling(found[1]) if found else frozenset()
    return bool(named) and not named & (place.known | place.last)


_LABEL = (
    r"^\W*(?:(?:ok(?:ay)?|and|also|now|next|good|k)\b\W*)*(?!(?:note|edit|update|error|result|problem"
    r"|reason|warning|answer|example|question|remember|hint|title|subject|the)\b)"
    r"([^\W\d_][\w-]*(?: [\w-]+)?): \S+"
)


def _looks_on(part: str, place: Place) -> bool:
    """Whether a few words without a verb ask for another thing to look up, after one that was:
    `0x1F4 in dec`."""
    return (
        place.looked
        and not place.asking
        and bool(
            pattern(r"^\W*(?:and )?\w*\d\w* (?:in|to|as|of|plus|minus|times|\W) ?\w+").match(part)
        )
        and len(part.split()) <= 8
        and not (pattern(_BARE_VERB).search(part) or troubled(part))
    )


def _another(part: str, place: Place) -> bool:
    """Whether a sentence tells of another one, by its number: `the other one, JD-188, leaks`."""
    numbers = {name for name in telling(part) if pattern(r"\d{3}").search(name)}
    other = pattern(r"^\W*(?:and |ok |also )?(?:the|my) (?:other|second|next)\b").match(part)
    return bool(other and numbers - place.known - place.last)


def _takes(said: str) -> bool:
    """Whether a sentence before the one that asks takes the work as it is: praise, or a few plain
    words about what came of it."""
    if verdict(said) == "good" or small_talk(said):
        return True
    plainly = not (troubled(said) or pattern(_AGAINST).match(said) or asks(said))
    return plainly and len(said.split()) <= 10 and not _form(said) > 1


def _objects(said: str) -> bool:
    return bool(pattern(rf"(?!but i \w+ed\b)(?:{_AGAINST})").match(said)) or verdict(said) == "bad"


def _clause(part: str) -> str:
    """The first clause, in which a word that points must point to what was said before."""
    pieces = pattern(r", |[;:(]| - | (?:so that|because|which|if|when) ").split(part)
    return pieces[0] if len(pieces[0].split()) >= 3 else ", ".join(pieces[:2])


def _form(part: str) -> float:
    """By its form alone: 2 for what asks, 1 for what may, 0 for what only tells."""
    words = len(part.split())
    trouble = troubled(part)
    if verdict(part) == "dropped" or small_talk(part) or leaves(part):
        return 0
    if pattern(_ASSUMES).match(part):
        return 0
    if goes_ahead(part) and not part.endswith("?"):
        return 0
    if asks(part) and trouble and words <= 4:
        return 0
    if requests(part) or asks(part) or wishes_for(part) or orders(part):
        return 2
    if words <= 6 and pattern(_ALIKE).search(part):
        return 2
    if orders_plainly(part):
        return 1.5
    bare = words >= 4 and not pattern(_BARE_VERB).search(part)
    told = (
        words >= 4 and (bare or (pattern(_MARK).search(part) and not trouble)) and not ruling(part)
    )
    return 1 if told or pattern(_TURN).search(part) else 0


_ASSUMES = (
    r"^\W*(?:(?:and|so|but|oh|ok(?:ay)?|und|also)\b\W*)*(?:(?:your?|he|she|it|they|we|i|that|this"
    r"|du|er|sie|wir|ich|es|das)\b(?! (?:one|other)\b)(?:'\w+)? \S+|\w{2,}ing\b ).*\?\W*$"
)
"""A question in the words of a statement, or of a suggestion: it is about the work at hand."""
_HEDGED = r"\b(?:but|aber|only|except|nur)\b"


_COMMON_WORDS = """
    this that with from have what when where which there their they them then than your some
    also into just like only over such very will would could should please make made need want
    think still again after before does about because here more most much same work works okay
    let file files thing things using used show shows been were being other another back
    they're it's that's don't can't nicht noch auch dann jetzt hier oder aber wenn dass eine
    einen einer einem sind haben hatte wird werden kann mein meine bitte doch schon ganz mehr
    sehr alles
"""
_COMMON = frozenset(_COMMON_WORDS.split())
