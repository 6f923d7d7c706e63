"""Preferences, rules and corrections of a person, in their own words.

Only what reads as durable is taken: a rule ("always ..."), a choice ("no, use ..."), a reason given
for refusing a tool call. Steering of the moment, questions, asides and pasted texts are not facts:
a missed preference is said again, a wrong one misleads for months. Where facts are written is in
`learner`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from acx.learn.offline.requests import back_to
from acx.learn.offline.rules import (
    CHOICE,
    INSTEAD,
    LEADS,
    LEANS,
    bans,
    lasting,
    loose,
    meant,
    momentary,
    once,
    reasons,
    ruling,
    unwanted,
)
from acx.learn.offline.steps import Said
from acx.learn.offline.verdicts import small_talk, verdict
from acx.learn.offline.words import asks, own, pattern, sentences, verbatim

MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person wants. `said` is verbatim.

    met      the call it corrected, "" if none
    refused  they refused that call, so that it didn't run
    loose    it may be talk, where nobody works
    meant    it says that it is for the agent
    """

    text: str
    said: str
    message: int
    met: str = ""
    refused: bool = False
    loose: bool = False
    meant: bool = True


MOST_JOINED = 70
"""Words of sentences that belong together."""

_GOES_ON = (
    r"^(?:and |but |so )?(?:(?:it|that|they|those)(?:'s|'ll| is| are| only| will| would| can"
    r"| ends?| breaks?"
    r"| costs?| pulls?| lives?| gets?)\b|otherwise\b|we have\b.*\bfor (?:that|this|it|those)\b"
    r"|instead\b|only (?:what|the|when|if)\b|(?:into|onto|in|to) \S*[./_]\S|if (?:a|an|the|it|you"
    r"|something)\b"
    r"|(?:prod|production|all|\w+) changes\b|that goes for\b|\(?because\b)"
)
"""How a sentence begins that gives the reason for the rule before it, or what to do instead."""
_FRAGMENT = (
    r"^(?:and |so )?(?:always|never)(?:\s*,|\W*$|\s+(?:at|in|on|with|for|from|like|by|to|as)\b)"
    r"|^(?:please )?(?:remember|note|keep in mind|bear in mind) (?:that|this)\W*(?:$|please)"
    r"|^(?:and |but )?that(?:'s| is) (?:how|the way)\b|^that (?:goes|holds|applies|counts) for\b"
    r"|\b(?:not|and) (?:just|only) (?:for )?(?:this|here|now|today)\W*$"
)
"""What says for how long, and not what: the sentence before says that."""
_POINTS = (
    r"^(?:\W*(?:and|but|so|please|never|always|don't|do not|i|we)\W+)*\w+ (?:it|that|them|him|her"
    r"|those|these|this)\b"
)


def facts(said: Said, met: str = "") -> Iterator[Fact]:
    """What a message of a person asks for beyond the moment. `met` is the call it answers: the
    refused one for a rejection, else the one before it."""
    if said.event in ("interrupt", "shell", "edit", "plan", "command", "compaction"):
        return
    refused = said.event == "rejection"
    thoughts = list(_thoughts(said.text, refused))[:12]
    only_rules = all(ruling(part) or small_talk(part) for part, _ in thoughts)
    for words, rule in thoughts:
        if not 3 <= len(words.split()) <= MOST_JOINED or asks(rule or words):
            continue
        corrects = bool(pattern(CHOICE).search(words)) or refused
        lasts = bool(rule) or (only_rules and bans(words))
        if lasts and (stands := verbatim(said.text, words)):
            call = met if corrects else ""
            told = meant(words)
            talk = loose(rule or words) and not told
            yield Fact(_cleaned(words), stands, said.number, call, refused, talk, told)


def only_states(said: Said) -> bool:
    """Whether a message states rules and nothing else."""
    parts = [part for part in sentences(own(said.text)) if not small_talk(part)]
    return bool(parts) and not said.event and all(map(ruling, parts)) and any(facts(said))


LONGEST_GUIDANCE = 320
"""Characters of what a person says about the work at hand, in one quote."""

_PASSING = (
    r"\b(?:today|tonight|tomorrow|yesterday|this (?:week|once|time)|for now|right now|right away"
    r"|(?:till|until) \w+|next (?:week|time)|this (?:morning|afternoon|evening)"
    r"|in the meantime)\b|^\W*(?:i|we)(?:'ll|'m| will| am)\b|^\W*(?:go on|carry on|do it|wait)\b"
)
_GUIDES = (
    r"\b(?:not|never|n't|dont|only|first|then|before|after|always|instead|because|since|so|needs?"
    r"|must|should|have to|has to|means|use|put|keep|goes|go|lives?|owns?|that's)\b|: \S"
    r"|[a-z]/[a-z]"
)


def guidance(words: str) -> str:
    """What a person says of how it is to be done or how things are, as they stand side by side;
    "" if nothing. Questions, small talk and what is for the moment end it."""
    told: list[str] = []
    for part in sentences(words):
        complains = not told and verdict(part) == "bad"
        passing = complains or _passes(part)
        if passing or len(" ".join([*told, part])) > LONGEST_GUIDANCE:
            if told:
                break
            continue
        if told or len(part.split()) >= 3:
            told.append(part)
    text = _side_by_side(words, told)
    return text if len(text.split()) >= 6 and pattern(_GUIDES).search(text) else ""


def _passes(part: str) -> bool:
    """Whether a sentence is a question, talk, or about the moment."""
    if asks(part) or small_talk(part) or back_to(part):
        return True
    return bool(pattern(_PASSING).search(part))


def _side_by_side(words: str, parts: list[str]) -> str:
    """The sentences as one piece of the text, as many as stand side by side."""
    text = ""
    for part in parts:
        longer = _joined(words, text, part) if text else part
        if not longer:
            break
        text = longer
    return text


def _thoughts(text: str, refused: bool) -> Iterator[tuple[str, str]]:
    """The sentences of a message, each with the rule in it, "" for none. A rule keeps what stands
    beside it: its reason, what to do instead, the sentence that it points back to."""
    before, rule = "", ""
    for part in sentences(own(text)):
        if rule and once(part):
            before, rule = part, ""
            continue
        ruled = part if _rules(part, refused) else ""
        fragment = bool(pattern(_FRAGMENT).search(part))
        banned = bans(before)
        leans = (rule or banned) and pattern(LEANS).search(part)
        leans = leans or (banned and pattern(INSTEAD).search(part))
        goes_on = leans if not rule else leans or pattern(_GOES_ON).match(part)
        points = before and (
            fragment
            or (ruled and (refused or (_short(part, rule) and pattern(_POINTS).match(part))))
        )
        joined = _joined(text, before, part) if goes_on or points else ""
        apart = small_talk(before) or momentary(part) or momentary(before)
        if joined and not apart and not (points and asks(before)):
            before, rule = joined, rule or ruled or (part if fragment else "")
            continue
        if before:
            yield before, rule
        before, rule = part, "" if fragment else ruled
    if before:
        yield before, rule


def _short(part: str, rule: str) -> bool:
    """Whether a sentence that points back needs the one before: after a rule only a short one."""
    return not rule or len(part.split()) < 8


def _rules(sentence: str, refused: bool) -> bool:
    if asks(sentence) or len(sentence.split()) > MOST_WORDS:
        return False
    return lasting(sentence) or (refused and reasons(sentence))


def _joined(text: str, before: str, part: str) -> str:
    """Both as they stand side by side in the text; "" if they don't, or are long."""
    if len(f"{before} {part}".split()) > MOST_JOINED:
        return ""
    both = next(
        (b for mark in (" ", "; ", ". ") if verbatim(text, b := f"{before}{mark}{part}")), ""
    )
    return " ".join(both.split())


def _cleaned(sentence: str) -> str:
    """The words without what only leads to them."""
    leads = r"^(?:(?:and|but|also|so|please)\b\W*)+" if unwanted(sentence) else LEADS
    text = pattern(leads).sub("", sentence)
    text = text.strip(" \t\"'")
    text = pattern(r"\s+please\b").sub("", text)
    text = pattern(r"\s*,? ?\b(?:pls|ok|okay|thanks|thank you)[.!]*$").sub("", text)
    text = pattern(r"[\s.!,;:]+$").sub("", text)
    return text[:1].upper() + text[1:]
