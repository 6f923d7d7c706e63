"""Redaction: secrets in a message become `[REDACTED:kind]` before it is stored.

Over decoded text, so that a token's end is its end. Redacting twice is redacting once. What a
secret looks like is in `acx.transcripts.secrets`; not here either: e-mail addresses, names and
paths of people, which aren't secrets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from acx.errors import BadInput
from acx.model import Attachment, Message, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.secrets import (
    BEARER,
    COMMANDS,
    DOTTED,
    MARK,
    NAME_HINTS,
    NAMED,
    PGPASS,
    SPOKEN,
    TOKENS,
    URLS,
    Rule,
)

_FIELDS: Mapping[type[Part], tuple[str, ...]] = {
    Thinking: ("text",),
    ToolCall: ("id", "name", "args"),
    ToolResult: ("call_id", "text"),
    Attachment: ("media_type", "name", "sha256"),
}

LONGEST_NAMED = 500
"""Characters of a value that is judged by the key it stands under; longer ones are documents."""


def redact(message: Message) -> tuple[Message, Counter[str]]:
    """The message without secrets, and how many of each kind it held.

    The very same object where nothing was found. Raises BadInput for one nested too deeply.
    """
    found: list[str] = []
    try:
        parts = tuple([_part(part, found) for part in message.parts])
    except RecursionError as error:
        raise BadInput("the message is nested too deeply") from error
    id = _text(message.id, found) if message.id else ""
    model = _text(message.model, found) if message.model else ""
    clean = replace(message, parts=parts, id=id, model=model) if found else message
    return clean, _counted(found)


def redact_text(text: str) -> tuple[str, Counter[str]]:
    """The text without secrets, and how many of each kind it held."""
    found: list[str] = []
    return _text(text, found), _counted(found)


def _counted(found: list[str]) -> Counter[str]:
    # Nearly always nothing was found, and Counter() alone takes as long as looking for it.
    return Counter(found) if found else Counter.__new__(Counter)


def _part(part: Part, found: list[str]) -> Part:
    """The part without secrets in any of its texts, the same object where there are none."""
    if type(part) is Text:
        text = _text(part.text, found)
        return part if text is part.text else Text(text)
    given = {name: value for name in _FIELDS[type(part)] if (value := getattr(part, name))}
    clean = {name: _value(value, found, "") for name, value in given.items()}
    same = all(clean[name] is value for name, value in given.items())
    return part if same else replace(part, **clean)


def _value(value: Any, found: list[str], name: str) -> Any:
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


def _under(name: str, text: str, found: list[str]) -> str:
    """The value of a key, judged as it would be in the text `name: "value"`."""
    lowered = name.lower()
    if len(text) > LONGEST_NAMED or '"' in text or not any(h in lowered for h in NAME_HINTS):
        return text
    before = f'{name}: "'
    written = _apply(NAMED, f'{before}{text}"', found)
    return text if written == f'{before}{text}"' else written[len(before) : -1]


def _text(text: str, found: list[str]) -> str:
    """The text without secrets.

    Also without those that only show once its colour codes and invisible characters are gone: then
    the text stays without these.
    """
    text = _settled(text, found)
    if "\x1b" in text or not text.isascii():
        seen = _UNSEEN.sub("", text)
        if seen != text and (clean := _settled(seen, found)) != seen:
            return clean
    return text


def _settled(text: str, found: list[str]) -> str:
    """The text without secrets, also without those that only show once another one is gone."""
    before, text = text, _once(text, found)
    while text != before:
        before, text = text, _once(text, found)
    return before


def _once(text: str, found: list[str]) -> str:
    """A clean line costs about a microsecond: a few searches for plain strings.

    One regular expression of all these strings takes twenty times as long.
    """
    if _hinted(text):
        text = _apply(TOKENS, text, found)
    if "." in text and _TWO_DOTS.search(text):
        text = _apply((DOTTED,), text, found)
    if "earer " in text:
        text = _apply((BEARER,), text, found)
    if " -" in text:
        text = _apply(COMMANDS, text, found)
    if ":" in text or "=" in text or "--" in text or "</" in text:
        lowered = text.lower()
        for hint in NAME_HINTS:
            if hint in lowered:
                text = _apply(NAMED, text, found)
                break
        if "://" in text:
            text = _apply(URLS, text, found)
        if ":5" in text or ":6" in text or ":*:" in text:
            text = _apply((PGPASS,), text, found)
    if "assword " in text or "oken " in text or "OKEN " in text or "key " in text or "KEY " in text:
        text = _apply((SPOKEN,), text, found)
    return text


def _hinted(text: str) -> bool:
    for hint in _HINTS:
        if hint in text:
            return True
    for gate, run, hints in _GATED:
        if gate in text and run.search(text):
            for hint in hints:
                if hint in text:
                    return True
    return False


def _needles() -> list[str]:
    """Of all forms of tokens, without those that hold another one."""
    needles = dict.fromkeys(needle for rule in TOKENS for needle in rule.needles)
    return [n for n in needles if not any(other in n for other in needles if other != n)]


_NEEDLES = _needles()
_GATES = "_-.=:/"
# A form that holds one of these is asked for only where a long run follows one of them in the text.
_GATED = tuple(
    (gate, re.compile(re.escape(gate) + r"[\w/+=.%-]{16}"), tuple(hints))
    for gate in _GATES
    if (hints := [n for n in _NEEDLES if gate == next((c for c in n if c in _GATES), "")])
)
_HINTS = tuple(needle for needle in _NEEDLES if not any(gate in needle for gate in _GATES))
_UNSEEN = re.compile(
    "\x1b\\[[0-9;?]{0,30}[A-Za-z]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_TWO_DOTS = re.compile(r"\.[\w-]{6}\.[\w-]{27}")


def _apply(rules: tuple[Rule, ...], text: str, found: list[str]) -> str:
    lowered = text.lower() if rules is NAMED else text
    for rule in rules:
        if any(needle in lowered for needle in rule.needles):
            text = rule.pattern.sub(_marker(rule, found), text)
    return text


def _marker(rule: Rule, found: list[str]) -> Any:
    def mark(match: re.Match[str]) -> str:
        kind = rule.judge(match)
        if not kind:
            return match[0]
        found.append(kind)
        # What stands around the secret (a name, a scheme, a host) tells the reader what it was.
        start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
        return f"{match[0][:start]}{MARK}{kind}]{match[0][end:]}"

    return mark
