"""Redaction: secrets in a message become `[REDACTED:kind]` before it is stored.

Over decoded text, so that a token's end is its end. Redacting twice is redacting once. What a
secret looks like is in `acx.transcripts.secrets`, what a person adds to it in `own_rules`; not here
either: e-mail addresses, names and paths of people, which aren't secrets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.needles import Needles
from acx.transcripts.own_rules import NO_RULES, Rules
from acx.transcripts.secrets import (
    ASSIGNED,
    AUTHORIZATION,
    COOK,
    COOKIE,
    COOKIE_AT,
    DOTTED,
    HINTS,
    LITERAL,
    MARK,
    OPTION,
    SPOKEN,
    Rule,
    name_starts,
)

_FIELDS: Mapping[type[Part], tuple[str, ...]] = {
    Thinking: ("text",),
    ToolCall: ("id", "name", "args"),
    ToolResult: ("call_id", "text"),
    Attachment: ("media_type", "name", "sha256"),
}

LONGEST_NAMED = 500
"""Characters of a value that is judged by the key it stands under; longer ones are documents."""

SHORT = 64
"""Characters of a text of which is remembered whether it held a secret: keys of arguments, names of
tools and models and ids of calls are most texts of a session, and come again and again."""

LEAST = len("://:x@y")
"""Characters of the shortest text that can hold a secret."""


def redact(message: Message, rules: Rules = NO_RULES) -> tuple[Message, Counter[str]]:
    """The message without secrets, and how many of each kind it held.

    The very same object where nothing was found. Raises BadInput for one nested too deeply.
    """
    found = _Found() if rules is NO_RULES else _Found.by(rules)
    try:
        parts = tuple([_part(part, found) for part in message.parts])
    except RecursionError as error:
        raise BadInput("the message is nested too deeply") from error
    id = _text(message.id, found) if message.id else ""
    model = _text(message.model, found) if message.model else ""
    clean = replace(message, parts=parts, id=id, model=model) if found else message
    return clean, _counted(found)


def redact_text(text: str, rules: Rules = NO_RULES) -> tuple[str, Counter[str]]:
    """The text without secrets, and how many of each kind it held."""
    found = _Found() if rules is NO_RULES else _Found.by(rules)
    return _text(text, found), _counted(found)


class _Found(list[str]):
    """The kinds of the secrets that were found so far, and by which rules besides the built-in."""

    rules = NO_RULES

    @classmethod
    def by(cls, rules: Rules) -> _Found:
        found = cls()
        found.rules = rules
        return found


def _counted(found: list[str]) -> Counter[str]:
    # Nearly always nothing was found, and Counter() alone takes as long as looking for it.
    return Counter(found) if found else Counter.__new__(Counter)


def _part(part: Part, found: _Found) -> Part:
    """The part without secrets in any of its texts, the same object where there are none."""
    if type(part) is Text:
        text = _text(part.text, found)
        return part if text is part.text else Text(text)
    given = {name: value for name in _FIELDS[type(part)] if (value := getattr(part, name))}
    clean = {name: _value(value, found, "") for name, value in given.items()}
    same = all(clean[name] is value for name, value in given.items())
    return part if same else replace(part, **clean)


def _value(value: Any, found: _Found, name: str) -> Any:
    """A JSON value without secrets, the same object where there are none; `name` is its key."""
    if isinstance(value, str):
        text = _text(value, found)
        return _under(name, text, found) if name else text
    if isinstance(value, Mapping):
        keys = {key: _called(key, value) for key in value}
        pairs = {_text(key, found): _value(item, found, keys[key]) for key, item in value.items()}
        same = all(a is b for a, b in zip(pairs.values(), value.values(), strict=False))
        return value if same and pairs.keys() == value.keys() else pairs
    if isinstance(value, list | tuple):
        items = [_value(item, found, name) for item in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value


def _called(key: str, value: Mapping[str, Any]) -> str:
    """What a key's value is called: in `{"name": "DB_PASSWORD", "value": ...}` what `name` says."""
    if key.lower() != "value":
        return key
    names = (value.get(other) for other in ("name", "key", "Name", "Key"))
    return next((name for name in names if isinstance(name, str)), key)


def _under(name: str, text: str, found: _Found) -> str:
    """The value of a key, judged as it would be in the text `name: "value"`."""
    if len(text) > LONGEST_NAMED or '"' in text or not _tells(name):
        return text
    before = f'{name}: "'
    line = f'{before}{text}"'
    written = _named(line, _look(line).hints, found)
    return text if written == line else written[len(before) : -1]


def _tells(name: str) -> bool:
    """Whether a key's name may say that its value is a secret."""
    return _tells_short(name) if len(name) <= SHORT else bool(_look(name).hints)


@lru_cache(maxsize=1024)
def _tells_short(name: str) -> bool:
    return bool(_look(name).hints)


def _text(text: str, found: _Found) -> str:
    """The text without secrets."""
    if found.rules.patterns:
        text = found.rules.applied(text, found)
    elif len(text) <= SHORT and _is_clean(text):
        return text
    return text if len(text) < LEAST else _searched(text, found)


@lru_cache(maxsize=1024)
def _is_clean(text: str) -> bool:
    """Whether the built-in rules find nothing in a short text."""
    return len(text) < LEAST or _searched(text, _Found()) is text


def _searched(text: str, found: _Found) -> str:
    """The text without secrets, the same object where there are none.

    Also without those that only show once its colour codes and invisible characters are gone: then
    the text stays without these.
    """
    look = _look(text)
    clean = _once(text, look, found)
    if clean is not text:
        text = _settled(clean, found)
    if look.hidden or "\x1b" in text:
        seen = _UNSEEN.sub("", text)
        if seen != text:
            own = found.rules.applied(seen, found) if found.rules.patterns else seen
            if (clean := _settled(own, found)) != seen:
                return clean
    return text


def _settled(text: str, found: _Found) -> str:
    """The text without secrets, also without those that only show once another one is gone."""
    while (clean := _once(text, _look(text), found)) != text:
        text = clean
    return text


def _once(text: str, look: _Look, found: _Found) -> str:
    """The text after every rule had its turn, the same object where none found anything."""
    clean = _literal(text, look.places, found) if look.places else text
    if "." in clean and _DOTS.search(clean):
        clean = _apply(DOTTED, clean, found)
    hints = look.hints if clean is text else _look(clean).hints
    return _named(clean, hints, found) if hints else clean


# -- where something may be found ------------------------------------------------------------------


class _Look(NamedTuple):
    """What is to be seen of a text: where needles stand, by the number of their rule; where hints
    of names do; and whether it holds characters that can't be seen."""

    places: dict[int, list[int]]
    hints: dict[str, list[int]]
    hidden: bool


def _look(text: str) -> _Look:
    """Look for all needles at once. Of those that a token begins with, only where one could go on
    counts."""
    needles = _needles().find(text)
    if not needles:
        return _NOTHING
    places: dict[int, list[int]] = {}
    hints: dict[str, list[int]] = {}
    hidden = False
    for needle, start, end in needles:
        if needle >= _FIRST_INVISIBLE:
            hidden = True
        elif needle >= len(_RULE_OF):
            hints.setdefault(_HINTS[needle - len(_RULE_OF)][1], []).append(start)
        elif not LITERAL[_RULE_OF[needle]].begins or _GOES_ON(text, end):
            places.setdefault(_RULE_OF[needle], []).append(start)
    return _Look(places, hints, hidden)


_NOTHING = _Look({}, {}, False)
_NEEDLES = [(needle, number) for number, rule in enumerate(LITERAL) for needle in rule.needles]
_RULE_OF = [number for _, number in _NEEDLES]
_HINTS = [
    *((form, hint) for hint in HINTS for form in (hint, hint.upper(), hint.capitalize())),
    *(("".join(form), COOK) for form in product("cC", "oO", "oO", "kK\u212a")),
]
"""The three ways in which names are written; disregarding case would cost a second pass. Of a
cookie's name all ways, since where it stands is told by nothing else."""

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_UNSEEN = re.compile(f"\x1b\\[[0-9;?]{{0,30}}[A-Za-z]|[{_INVISIBLE}]")
_FIRST_INVISIBLE = len(_NEEDLES) + len(_HINTS)
"""Characters that can't be seen are needles too: a pass of their own takes two thirds as long as
the one for all the others."""

_GOES_ON = re.compile(r"[^\s\"'<>]{12}").match


@cache
def _needles() -> Needles:
    invisible = filter(re.compile(f"[{_INVISIBLE}]").match, map(chr, range(0x10000)))
    return Needles([*(needle for needle, _ in (*_NEEDLES, *_HINTS)), *invisible])


_DOTS = re.compile(r"\.(?:[\w-]{6}\.[\w-]{27}|[0-9a-f]{64})")


# -- applying rules -------------------------------------------------------------------------------


def _literal(text: str, places: dict[int, list[int]], found: _Found) -> str:
    """The text without what the rules find that look for plain strings; each in turn, in order."""
    while places:
        number = min(places)
        rule, starts = LITERAL[number], places.pop(number)
        clean = _at(rule, starts, text, found) if rule.begins else _sub(rule, text, found)
        if clean is not text:
            text = clean
            places = {later: at for later, at in _look(text).places.items() if later > number}
    return text


def _named(text: str, hints: Mapping[str, list[int]], found: _Found) -> str:
    """The text without what a name introduces that says it is a secret."""
    clean = _sub(AUTHORIZATION, text, found) if "authorization" in hints else text
    if clean is not text:
        text, hints = clean, _look(clean).hints
    if COOK in hints:
        clean = _at(COOKIE, [start + COOKIE_AT for start in hints[COOK]], text, found)
    starts: list[int] | None = None
    for rule in (*ASSIGNED, SPOKEN):
        if clean is not text:
            text, hints, starts = clean, _look(clean).hints, None
        if starts is None:
            starts = name_starts(text, hints)
        clean = _at(rule, starts, text, found)
    return _sub(OPTION, clean, found) if "--" in clean else clean


def _apply(rules: tuple[Rule, ...], text: str, found: _Found) -> str:
    for rule in rules:
        for needle in rule.needles:
            if needle in text:
                text = _sub(rule, text, found)
                break
    return text


def _sub(rule: Rule, text: str, found: _Found) -> str:
    known = len(found)
    clean = rule.pattern.sub(lambda match: _marked(rule, match, found), text)
    return clean if len(found) > known else text


def _at(rule: Rule, starts: list[int], text: str, found: _Found) -> str:
    """What `_sub` gives, for a rule whose matches begin at one of `starts`."""
    match_at, known = rule.pattern.match, len(found)
    pieces: list[str] = []
    done = end = 0
    for start in starts:
        if start >= end and (match := match_at(text, start)):
            before, end = len(found), match.end()
            marked = _marked(rule, match, found)
            if len(found) > before:
                pieces += text[done:start], marked
                done = end
    return "".join([*pieces, text[done:]]) if len(found) > known else text


def _marked(rule: Rule, match: re.Match[str], found: _Found) -> str:
    kind = rule.judge(match)
    start, end = match.span("secret")
    if not kind or found.rules.allow_in(match.string, start, end):
        return match[0]
    found.append(kind)
    # What stands around the secret (a name, a scheme, a host) tells the reader what it was.
    text = match.string
    return f"{text[match.start() : start]}{MARK}{kind}]{text[end : match.end()]}"
