"""Forms: how a sentence asks for something, whatever it is about: an order, a wish.

Pure, and about one sentence alone. Requests in words that are known to be ones are in `requests`,
whether a sentence begins something of its own in `moves`.
"""

from __future__ import annotations

from acx.learn.offline.words import LEAD, VERB, pattern, sentences


def orders(text: str) -> bool:
    """Whether words order something that stands on its own, in whatever verb: `expore the repo and
    ...`, `let's update the default to 90`."""
    first = next(iter(sentences(text)), "")
    return (
        len(first.split()) >= 5
        and not pattern(r"\b(?:it|this|that|these|those|them|instead|same|other)\b").search(first)
        and bool(
            pattern(
                rf"^{LEAD}(?:let'?s {VERB}|(?!(?:the|a|an|i|we|you|he|she|they|my|our|your|there"
                rf"|here|no|not|nope"
                r"|nah|dont|don't|if|when|while|where|for|in|on|at|with|of|from|by|as|or|because"
                r"|maybe|only|all"
                r"|some|any|each|every|one|both|what|which|who|how|why|re|let's|instead|rather"
                r"|sorry)\b)"
                r"[a-z]{3,}\b(?! (?:is|are|was|were|has|have|had|should|could|would|will|can|does"
                r"|do|and|or"
                r"|of|to)\b))"
            ).match(first)
        )
        and bool(
            pattern(
                rf"^{LEAD}let'?s\b|\b(?:and|then) {VERB}|^{LEAD}{VERB}"
                rf"|^{LEAD}(?:tell|give|show) me (?:an?|the|some|about|what|how|why|wh\w+)\b"
            ).search(first)
        )
    )


_NO_ORDER_WORDS = """
    the a an i we you u he she it they my our your his her their its there here no not nope
    nah dont don't if when while where for in on at with of from by as or and but because
    maybe only all some any each every one two both what which who how why re instead rather
    sorry is are was were am be been has have had do does did can could will would shall
    should may might must im ive thats whats youre so too to till until after before since
    about over under into onto than that this these those then now next yes yeah yep ok okay
    well oh ah hm hmm like love hate prefer guess hope think know mean see thank thanks bet
    doubt wonder wish miss seems got found saw sent made took came come went gave said told
    thought felt kept left lost ran wrote built bought forgot go going carry keep works looks
    meant paid held knew heard lovely nice good great same still never always just also even
    more most less few many much such another other please pls dear hi hey hello mine ours
    theirs none nothing something everything everybody someone anyone whom whose whatever
    whenever last first second new old today tomorrow yesterday back costs cost ha haha argh ugh
    uff oof wow phew damn huh und oder aber der die das den dem ein eine ist sind war
    hat ich wir du er sie es man mit von für auf zu
"""
_NO_ORDER = frozenset(_NO_ORDER_WORDS.split())
_OBJECT = (
    r"(?:the|a|an|my|our|all(?! (?:good|fine|ok|there|right|clear))|every|each|both|me|us|him|her"
    r"|them|it|this|these|those|any|some|another|[`\"'/]\S+|\S+[._/]\w\S*)(?![\w'])"
    r"(?! \w+ (?:is|are|was|were|has|have)\b)"
)


def orders_plainly(sentence: str) -> bool:
    """Whether a sentence begins with a verb that tells somebody to do something, whatever verb:
    `swap the two columns`. A word of no other kind, and what it is done to."""
    found = pattern(
        rf"^{LEAD}(?:please |pls |just |also |now |then |quickly |maybe )*([a-z]{{2,}}) {_OBJECT}"
    ).match(sentence)
    doch = (
        None
        if found
        else pattern(
            rf"^{LEAD}(?:dann |jetzt |und |noch )*([a-zäöü]{{3,}}) (?:\S+ )?(?:mal|mir|uns|doch"
            rf"|bitte)\b"
        ).match(sentence)
    )
    found = found or doch
    word = found[1].lower() if found else ""
    return (
        bool(word)
        and word not in _NO_ORDER
        and not pattern(r"\w+(?:[^s]s|[^e]ed|ing|ly|ion|ness|ment)$").match(word)
        and not (doch and word.endswith("t"))
    )


def wishes_for(part: str) -> bool:
    """Whether somebody wants something done or made, in the words of a wish."""
    return bool(pattern(_WISHES).search(part))


_WISHES = (
    r"\b(?:i|we|it)(?:'d| would) (?:\w+ )?(?:like|love|appreciate|be (?:great|nice|good|helpful))\b"
    r"|^(?:\W*(?:and|also|ok|so)\b\W*)*would be (?:great|nice|good|helpful|lovely)\b"
    r"|\b(?:please|pls|plz)\b|^bitte\b|(?:^|[,;:] ?|\b(?:and|also|then|so|but|ok) )(?:can|could"
    r"|would"
    r"|will) (?:you|u|ya|we|someone|somebody)\b|\bwonder(?:ing)? (?:if|whether|how|what)\b"
    r"|\bany (?:chance|idea|way) (?:you|of|to|how|we|i)\b|\blooking for an?\b|\b(?:tell|show|give"
    r"|remind) me\b"
    r"|\b(?:i|we|they|he|she|\w+)(?:'d| would)? (?:(?:also|still|now|then|just|really) )?"
    r"(?:wants?|needs?|(?:'d|would) (?:like|love))(?: you)? (?:to (?!know|see|think|say)|an?\b"
    r"|the\b|some\b|my\b|our\b|['\"`]?\d|\w+ \w+)"
    rf"|^{LEAD}(?:need|want|brauch\w*)\b (?!to (?:know|see))"
    r"|\b(?:brauch|bräucht|möcht|hätt|will|wollt)(?:e|en|t|est)? (?:ich|wir|man)\b"
    r"|\b(?:ich|wir) (?:\w+ )?(?:brauch|bräucht|möcht|hätt)\w*\b|\bhätt\w* \w+ (?:noch )?gern"
    r"|\b(?:kannst|könntest|kriegst|magst|würdest|können|könnten|würden) (?:du|sie|ihr)\b"
    r"|\b(?:kann|könnte|darf|soll) (?:ich|man)\b|\bwe should\b"
)
