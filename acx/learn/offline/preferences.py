"""Preferences, rules and corrections of a person, in their own words.

Only what reads as durable is taken: a rule ("always ..."), a choice ("no, use ..."), a reason given
for refusing a tool call. Steering of the moment, questions, asides and pasted texts are not facts:
a missed preference is said again, a wrong one misleads for months. Where facts are written is in
`learner`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from acx.learn.offline.steps import Said
from acx.learn.offline.verdicts import small_talk
from acx.learn.offline.words import asks, own, pattern, sentences, verbatim

MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person wants. `said` is verbatim.

    met      the call it corrected, "" if none
    refused  they refused that call, so that it didn't run
    """

    text: str
    said: str
    message: int
    met: str = ""
    refused: bool = False


_RULE = (
    r"\b(?:always|never|from now on|in (?:the )?future|going forward|by default"
    r"|as a rule|under no circumstances)\b"
    r"|\b(?:i|we) (?:usually|generally|normally|always|never|strictly) (?!had|get|got|worry|feel"
    r"|felt|been|thought|do\b)\w+"
    r"|^(?:i|we) prefer\b|^prefer\b|^whenever\b|\bmy preference\b"
    r"|\bwe (?:use|run|write|name|follow|stick (?:to|with)|rely on|don't use|do not use|avoid)\b"
    r"|\blet'?s (?:never|always)\b|\blet'?s not (?:\w+ ){1,3}(?:all|every)\b|\b(?:is"
    r"|are) (?:a must|mandatory|not allowed|forbidden)\b"
    r"|^(?:please )?keep (?:\w+ ){0,4}?(?:in|with|under|below|short|simple|small|separate|minimal"
    r"|up to date|to)\b"
    r"|^(?:please )?make sure (?:to |you )?(?:always|never)\b|\bmust (?:always|never|not)\b"
    r"|\bshould (?:always|never)\b"
)
_BAN = (
    r"^(?:please )?(?:do not|don't|dont|avoid|stop) (?:ever )?(?:use|using|add|adding|create"
    r"|creating|write|writing"
    r"|commit|committing|push|pushing|overcomplicate|over-?engineer|touch|change|edit|include|mock"
    r"|mocking|guess|assume"
    r"|put|leave|install|skip|make up|repeat|hard-?code|hardcoding|comment|commenting)\b"
)
_HERE = r"\b(?:here|there|now|again|anymore|this|that|these|those|it|them)\b|, "
"""What ties a ban to the work at hand, or hangs a clause about it on the ban."""
_CHOICE = (
    r"^(?:no|nope|nah|actually|hmm+|wait|stop)\b[\s,.!:;-]*(?:\w+ )?(?:use|run|prefer"
    r"|call it|name it|stick (?:to|with)|go with)\b"
    r"|^(?:please )?(?:use|run|prefer) .{2,60}?(?:\binstead\b|\brather than\b|, not\b|\bnot \w+\W*$"
    r"|\bover \w+\W*$)"
    r"|^no\b[\s,.!:;-]+(?:we (?:use|always|never|don't|do not|only)|i (?:always|never|prefer)|don't"
    r"|do not|always|never)\b"
)
_REASONED = (
    r"^(?:we|you|they) (?:should(?:n't| not)?|must(?:n't| not)?|have to|need to)\b"
    r".*\b(?:for|because|since|so that|otherwise|as)\b"
)
"""A rule with the reason for it, as it is said when something is refused."""
_LEANS = (
    r"^(?:and |but |or )?(?:never|not|no)\s+(?:(?:the|a|an|in|on|with|for|at|from|by|to|any|just"
    r"|only"
    r"|even|as)\b|[\w.`'+#-]+\W*$)"
    r"|^(?:and |but )?(?:except|unless|because|since|so that|otherwise|instead of|rather than"
    r"|only (?:if|when|for|in|on|with))\b"
)
"""How a sentence begins that says nothing without the one before: `Never the datetime module.`"""
_INSTEAD = r"^(?:please )?(?:use|prefer|run|write|put) .{2,60}\b(?:instead|rather)\b"
_MOMENT = (
    r"\b(?:yet|for now|right now|just now|this time|for a (?:second|moment|minute)|today"
    r"|at the moment|until|anything|elsewhere|in other places|looks like|seems like|as well"
    r"|(?:other than|except|apart from) (?:this|that|here)"
    r"|before (?:doing|you (?:do|start)))\b|\bdon't (?:worry|know|see|think|understand|remember"
    r"|recall|forget|have|want"
    r"|care|mind|get|need to)\b|\b(?:i|we|it|they|you|that|there|this) (?:do not|don't"
    r"|dont) (?!use\b|write\b|add\b|commit\b|push\b|run\b|need (?:a|an|the|any)\b)"
    r"|\b(?:i|we) (?:always|never) (?:forget|forgot|wonder|had|got|get|worry|feel|felt|know|see)\b"
    r"|\b(?:is|was|were|are|has|have) (?:never|always)\b|\b(?:it|he|she|they|which|code|test"
    r"|tests) (?:always|never)\b"
    r"|\bgood idea\b|\b(?:i|we) (?:would|could|might|may)\b(?! (?:prefer|rather))|\bnever ?mind\b"
    r"|\bno problem\b|\bif possible\b"
    r"|\bwe (?:used|run into|ran into)\b|\bwe use .* (?:so|because|and after)\b|\bthis (?:file"
    r"|function|line|change|one)\b|^\("
)
_THIS_TIME = r"\b(?:these|this)\b.*\bin (?:the )?future\b|\bmy original\b"
_NOT_A_REASON = (
    r"^\W*(?:stop|wait|skip|no|cancel|not now|hold on|later|let me|i'?ll|i will|i want to"
    r"|never ?mind|continue|go on|yes|ok"
    r"|try again|sorry|one (?:sec|moment)|give me)\b(?!\W+(?:use|we|don't|do not|always|never|run"
    r"|add|prefer|it'?s))"
    r"|\b(?:i already|i've already|first tell me|explain)\b"
)
_LEADS = (
    r"^(?:(?:no|nope|nah|actually|hmm+|oh|ok(?:ay)?|yes|yeah|hey|wait|stop|well|and|also|but|so|btw"
    r"|please|ah|sorry"
    r"|sure|great|nice|cool|good|thanks|perfect|works)\b(?! (?:problem|idea|to)\b)[\s,.!:;-]*)+"
)


def facts(said: Said, met: str = "") -> Iterator[Fact]:
    """What a message of a person asks for beyond the moment. `met` is the call it answers: the
    refused one for a rejection, else the one before it."""
    if said.event in ("interrupt", "shell", "edit", "plan", "command", "compaction"):
        return
    refused = said.event == "rejection"
    parts = list(_thoughts(said.text))[:12]
    only_rules = all(_ruling(part) or small_talk(part) for part in parts)
    for sentence in parts:
        if not 3 <= len(sentence.split()) <= MOST_WORDS or asks(sentence):
            continue
        corrects = bool(pattern(_CHOICE).search(sentence)) or refused
        reason = refused and _reasons(sentence)
        lasts = _lasting(sentence) or (only_rules and _bans(sentence))
        if (reason or lasts) and (words := verbatim(said.text, sentence)):
            yield Fact(_cleaned(sentence), words, said.number, met if corrects else "", refused)


def only_states(said: Said) -> bool:
    """Whether a message states rules and nothing else."""
    parts = [part for part in sentences(own(said.text)) if not small_talk(part)]
    return bool(parts) and not said.event and all(map(_ruling, parts)) and any(facts(said))


def _thoughts(text: str) -> Iterator[str]:
    """The sentences of a message; one that only goes on with a rule before it stays with that."""
    rule = ""
    for sentence in sentences(own(text)):
        leans = pattern(_LEANS).search(sentence) or (
            _bans(rule) and pattern(_INSTEAD).search(sentence)
        )
        both = next((b for mark in " ;" if verbatim(text, b := f"{rule}{mark} {sentence}")), "")
        if rule and leans and both:
            rule = " ".join(both.split())
            continue
        if rule:
            yield rule
        rule = sentence if _ruling(sentence) else ""
        if not rule:
            yield sentence
    if rule:
        yield rule


def _reasons(sentence: str) -> bool:
    """Whether a reason for refusing something holds a rule."""
    if pattern(_NOT_A_REASON).search(sentence) or pattern(_MOMENT).search(sentence):
        return False
    bare = pattern(_LEADS).sub("", sentence)
    if pattern(_BAN).search(bare):
        return not pattern(r"\b(?:yet|here|there|now|again|anymore)\b").search(bare)
    return bool(pattern(_REASONED).search(bare)) and not pattern(
        r"\b(?:it|its|this|that|these|those|them|there)\b"
    ).search(bare)


def _ruling(sentence: str) -> bool:
    return not asks(sentence) and (_lasting(sentence) or _bans(sentence))


def _bans(sentence: str) -> bool:
    """A ban that holds beyond the work at hand."""
    bare = pattern(_LEADS).sub("", sentence)
    return bool(pattern(_BAN).search(bare)) and not pattern(f"{_HERE}|{_MOMENT}").search(bare)


def _lasting(sentence: str) -> bool:
    if pattern(_MOMENT).search(sentence) or pattern(_THIS_TIME).search(sentence):
        return False
    bare = pattern(_LEADS).sub("", sentence)
    return bool(
        pattern(_RULE).search(bare)
        or pattern(_CHOICE).search(sentence)
        or pattern(_CHOICE).search(bare)
    )


def _cleaned(sentence: str) -> str:
    """The words without what only leads to them."""
    text = pattern(_LEADS).sub("", sentence).strip(" \t\"'")
    text = pattern(r"\s+please\b").sub("", text)
    text = pattern(r"\s*,? ?(?:pls|ok|okay|thanks|thank you)[.!]*$").sub("", text)
    text = pattern(r"[\s.!,;:]+$").sub("", text)
    return text[:1].upper() + text[1:]
