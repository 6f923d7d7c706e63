"""Preferences, rules and corrections of a person, in their own words.

Only what reads as durable is taken: a rule ("always ..."), a choice ("no, use ..."), a reason given
for refusing a tool call. Steering of the moment, questions, asides and pasted texts are not facts:
a missed preference is said again, a wrong one misleads for months. Where facts are written is in
`learner`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from acx.learn.offline.people import SAME, points_at
from acx.learn.offline.requests import back_to, requests
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
from acx.learn.offline.standing import ABOUT_THEM, CLAUSE, EXCEPTION, INCIDENT
from acx.learn.offline.steps import Said
from acx.learn.offline.verdicts import laughs, small_talk, verdict
from acx.learn.offline.words import LEAD, asks, own, pattern, sentences, verbatim

MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person wants. `said` is verbatim.

    met      the call it corrected, "" if none
    answers  what the agent had said, where that names whom it is about
    refused  they refused that call, so that it didn't run
    loose    it may be talk, where nobody works
    meant    it says that it is for the agent
    """

    text: str
    said: str
    message: int
    met: str = ""
    answers: str = ""
    refused: bool = False
    loose: bool = False
    meant: bool = True


MOST_JOINED = 70
"""Words of sentences that belong together."""

_GOES_ON = (
    r"^(?:so )?no more \S|^(?:and |but |so )?(?:(?:it|that|they|those)(?:'s|'ll| is| are| only"
    r"| will| would| can"
    r"| ends?| breaks?"
    r"| costs?| pulls?| lives?| gets?)\b|otherwise\b|we have\b.*\bfor (?:that|this|it|those)\b"
    r"|instead\b|only (?:what|the|when|if)\b|(?:into|onto|in|to) \S*[./_]\S|if (?:a|an|the|it|you"
    r"|something)\b"
    r"|[\w. +/-]{3,60}, always\W*$|(?:prod|production|all|\w+) changes\b|that goes for\b"
    r"|\(?because\b)"
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


def facts(said: Said, met: str = "", before: str = "", proposed: bool = False) -> Iterator[Fact]:
    """What a message of a person asks for beyond the moment. `met` is the call it answers: the
    refused one for a rejection, else the one before it. `before` are the agent's last words, which
    may have `proposed` something."""
    if said.event in ("interrupt", "shell", "edit", "plan", "command", "compaction"):
        return
    refused = said.event == "rejection"
    thoughts = list(_thoughts(said.text, refused))[:12]
    only_rules = all(ruling(part) or small_talk(part) for part, _ in thoughts)
    if not any(rule for _, rule in thoughts):
        learned = _learned(said, met if refused else "", refused or proposed)
        if learned := learned or (_of_others(said, before) if before else None):
            yield learned
            return
    if answer := _answer(said, before):
        yield answer
        return
    for words, rule in thoughts:
        if _points_only(words, rule) or _in_jest(said.text, words):
            continue
        if not 3 <= len(words.split()) <= MOST_JOINED or asks(rule or words):
            continue
        corrects = bool(pattern(CHOICE).search(words)) or refused
        lasts = bool(rule) or (only_rules and bans(words))
        words = _durable(words, rule)
        if lasts and (stands := verbatim(said.text, words)):
            call = met if corrects else ""
            told = meant(words)
            talk = loose(rule or words) and not told
            context = _proposal(before) if proposed and pattern(_THAT_ONE).search(words) else ""
            text = _cleaned(words)
            yield Fact(text, stands, said.number, call, context, refused, talk, told)


def _in_jest(text: str, words: str) -> bool:
    """Whether somebody laughs in these words, or right before or after them."""
    parts = sentences(own(text))
    within = [n for n, part in enumerate(parts) if part.strip(".!? ") in words or words in part]
    around = parts[max(within[0] - 1, 0) : within[-1] + 2] if within else []
    return any(map(laughs, around))


_THAT_ONE = r"\b(?:that|this|the other|these|those) ones?\b|\b(?:on|of|for|with|from) it\b"


def _proposal(before: str) -> str:
    """The sentence in which the agent said what it would do: what `that one` points to."""
    parts = [part for part in sentences(before) if "`" in part or pattern(_WOULD).search(part)]
    return parts[-1] if parts else ""


_WOULD = r"\bI(?:'d| would| could|'ll| will| suggest| propose)\b|\b(?:shall|should) I\b"


def _durable(words: str, rule: str) -> str:
    """The words without what is for this once; only the clause that holds, if in a request."""
    if not rule:
        return words
    if (somebody := pattern(SAME).search(rule)) and somebody.start():
        return rule[somebody.start() :]
    clause = pattern(CLAUSE).search(rule)
    if clause and len(rule.split()) >= 10 and requests(rule):
        return clause[1]
    shorter = pattern(EXCEPTION).sub("", words)
    return shorter if len(shorter.split()) >= 5 and lasting(shorter) else words


def _learned(said: Said, met: str, answers: bool) -> Fact | None:
    """A correction with what came of it when it was done the other way: it holds for long."""
    words = own(said.text)
    corrects = answers or pattern(
        r"^\W*(?:god |oh )?(?:no|nope|not|don't|never|stop|wait)\b"
    ).match(words)
    if not corrects or not pattern(INCIDENT).search(words):
        return None
    text = guidance(words)
    stands = verbatim(said.text, text)
    if not stands or not pattern(INCIDENT).search(text):
        return None
    return Fact(_cleaned(text), stands, said.number, met, refused=bool(met))


def _of_others(said: Said, before: str) -> Fact | None:
    """What is said of somebody whom the agent has just named: how to reach them, what they do."""
    words = " ".join(own(said.text).split())
    if not pattern(ABOUT_THEM).search(words) or len(words.split()) > MOST_WORDS or asks(words):
        return None
    named = [
        part
        for part in sentences(before[-600:])
        if not asks(part) and re.search(r"[a-z,;] (?!I\b|[A-Z][a-z]*day\b)[A-Z][a-z]+\b", part)
    ]
    stands = verbatim(said.text, words)
    if not named or not stands or momentary(words):
        return None
    return Fact(_cleaned(words), stands, said.number, loose=True, answers=named[-1])


_FOR_GOOD = (
    r"^.{2,60}, ?(?:and )?(?:always|every time|each time|in general|from now on|immer|jedes ?mal"
    r"|grundsätzlich)\b\W*$"
)


def _answer(said: Said, before: str) -> Fact | None:
    """A choice that holds for good, in answer to a question of the agent's: `the aisle, always`.
    What was asked tells what it is about; without that it says nothing."""
    parts = sentences(own(said.text))
    at = next((p for p in parts[:2] if pattern(_FOR_GOOD).match(p) and len(p.split()) <= 12), "")
    asked = (sentences(before[-600:]) or [""])[-1]
    if not at or not asked.endswith("?") or pattern(_STANDS).search(at):
        return None
    stands = verbatim(said.text, at)
    return Fact(_cleaned(at), stands, said.number, answers=asked) if stands else None


_STANDS = r"^\W*(?:please |no,? |yes,? )*(?:use|run|ask|write|put|keep|make|add|we|i|don't|never)\b"
"""What makes sense without the question."""


def _points_only(words: str, rule: str) -> bool:
    """Whether a rule is about `that one`, and nothing says which."""
    bare = pattern(_FOR_GOOD).match(words) and not pattern(_STANDS).search(words)
    if bare and len(words.split()) <= 9:
        return True  # an answer, and what was asked isn't known
    only = r"(?:and |please )*(?:never|always|don't|do not) \w+ (?:that|this|it|them)(?: one)?\b"
    around = len(words.split()) - len(rule.split())
    return (
        bool(rule)
        and bool(pattern(rf"^{only}").match(rule))
        and (len(rule.split()) <= 6 and around < 4)
    )


def only_states(said: Said) -> bool:
    """Whether a message states rules and nothing else."""
    parts = [part for part in sentences(own(said.text)) if not small_talk(part)]
    wants = any(pattern(r"^\W*(?:and|also|und|auch) (?:an?|the|ein\w*)\b").match(p) for p in parts)
    rules = bool(parts) and not (said.event or wants) and all(map(ruling, parts))
    return rules and any(facts(said))


LONGEST_GUIDANCE = 320
"""Characters of what a person says about the work at hand, in one quote."""

_PASSING = (
    r"\b(?:today|tonight|tomorrow|yesterday|this (?:week|once|time)|for now|right now|right away"
    r"|(?:till|until) \w+|next (?:week|time)|this (?:morning|afternoon|evening)"
    r"|in the meantime)\b|^\W*(?:i|we)(?:'ll|'m| will| am)\b|^\W*(?:go on|carry on|do it|wait)\b"
)
_GUIDES = (
    r"\b(?:not|never|n't|dont|only|first|then|before|after|always|instead|because|since|so|needs?"
    r"|must|should|have to|has to|means|use|put|keep|goes|go|lives?|owns?|that's|gets?|takes|stays?"
    r"|belongs?|bleibt|gehört|nicht|nur|immer|erst|muss|müssen|soll\w*|weil|sonst|statt)\b|: \S"
    r"|[a-z]/[a-z]"
)


def guidance(words: str, loosely: bool = False) -> str:
    """What a person says of how it is to be done or how things are, as they stand side by side;
    "" if nothing. Questions, small talk and what is for the moment end it. Said `loosely`, it needs
    no word of a rule: who corrects or refuses says how it is."""
    return next(iter(guidances(words, loosely)), "")


LEAST_TOLD = 8
"""Words of a complaint that says more than that something is wrong."""


def guidances(words: str, loosely: bool = False) -> list[str]:
    """All of `guidance` that a message holds: each as it stands there, side by side."""
    runs: list[str] = [""]
    for part in sentences(words):
        brief = not loosely or len(part.split()) < LEAST_TOLD
        complains = not runs[-1] and brief and verdict(part) == "bad"
        if complains or _passes(part):
            runs.append("")
            continue
        longer = _joined(words, runs[-1], part) if runs[-1] else part
        if not longer or len(longer) > LONGEST_GUIDANCE:
            runs.append(part)
        else:
            runs[-1] = longer
    form = f"{_GUIDES}|{INCIDENT}"
    least = 4 if loosely else 6
    return [
        run for run in runs if len(run.split()) >= least and (loosely or pattern(form).search(run))
    ]


def _passes(part: str) -> bool:
    """Whether a sentence is a question, talk, or about the moment."""
    if asks(part) or small_talk(part) or back_to(part) or pattern(_NODS).search(part):
        return True
    tells = pattern(rf"^{LEAD}(?:{_REPORTS_BACK})").match(part) and not pattern(INCIDENT).search(
        part
    )
    return bool(tells or pattern(_PASSING).search(part))


_NODS = (
    r"(?:^|\s)[:;]-?[)DP](?:\s|$)|\b(?:lo+l|haha\w*|hehe|got it|noted|understood|good to know)\W*$"
)
"""A smile, or a nod to what the agent said."""
_REPORTS_BACK = (
    r"(?:i|we)(?:'ve|'d|'m)? (?:just |also |then |now |really |still |already |do |can |can't )*"
    r"(?:\w+ed|ran|did|got|put|set|see|saw|have|want|need|would|like|think|guess|hope|understand"
    r"|know|found|could|am)\b"
    r"|(?:i|we) (?:don't (?:remember|know|have|see)|was|were|must have|apologi[sz]e)\b"
    r"|my (?:\w+ )?(?:name|phone|number|order|email|e-mail|user|address|zip|reservation)\b"
    r"|that'?s (?:correct|right|fine|the|it|all|ok(?:ay)?|great)\b|go ahead\b"
    r"|please (?:do|go|proceed|process|confirm|cancel|book|let me|check)\b"
    r"|if (?:that|it)'?s (?:ok|possible|fine)|thank|yes\b(?!,? but)"
)
"""An answer, a consent, what somebody did themselves: not how it is to be done."""


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
        more = rule and pattern(rf"^(?:{_GOES_ON})|\blike (?:that|those)\b").search(part)
        goes_on = leans or more
        person = points_at(part, before) and not asks(before)
        ruled = ruled or (part if person else "")
        points = before and (
            fragment
            or person
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


def _denies(sentence: str) -> bool:
    """Whether a `no` at the beginning belongs to what follows: `no bars for me, I don't drink`."""
    answers = (
        r"(?:use|run|prefer|call|name|stick|go|take|put|make|keep|write|we|i|you|it|its|that"
        r"|this|the"
        r"|there|never|always|don't|do|dont|just|please|only|not|no|problem|need|wait|stop|sorry)\b"
    )
    bare = pattern(r"^(?:(?:and|but|also|so|ok(?:ay)?|oh|well|god|please)\b\W*)+").sub("", sentence)
    return unwanted(sentence) or bool(pattern(rf"^no (?!{answers})\w").match(bare))


def _cleaned(sentence: str) -> str:
    """The words without what only leads to them."""
    leads = r"^(?:(?:and|but|also|so|please)\b\W*)+" if _denies(sentence) else LEADS
    text = pattern(leads).sub("", sentence)
    text = text.strip(" \t\"'")
    text = pattern(r"\s+please\b").sub("", text)
    text = pattern(r"\s*,? ?\b(?:pls|ok|okay|thanks|thank you)[.!]*$").sub("", text)
    text = pattern(r"[\s.!,;:]+$").sub("", text)
    return text[:1].upper() + text[1:]
