"""What a person adds to redaction: patterns of their own, and values that stay.

Read from the key `redact` of config.yaml. Not in here: the built-in patterns (`secrets`), and what
a pattern may cost: it is the person's own, and Python's search can't be interrupted.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acx.errors import BadInput
from acx.transcripts.secrets import MARK

KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.A)
LONGEST_PATTERN = 2_000
"""Characters."""

ROUNDS = 3
"""How often a pattern looks at what it has changed; one that finds its own marks never ends."""

_MARKED = re.compile(re.escape(MARK) + r"[^\]\s]{1,40}\]")


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns by kind, whose group `secret` narrows them, and values that are never replaced."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...] = ()
    allow: frozenset[str] = frozenset()

    def allow_in(self, text: str, start: int, end: int) -> bool:
        """Whether what was found in a text is one of the values that stay, or a part of one.

        A part: of some tokens only the second half is told by its form. With or without the full
        stop of a sentence.
        """
        if not self.allow:
            return False
        secret = text[start:end].rstrip(".,:;!?")
        for value in self.allow:
            at = start - value.find(secret)
            if at <= start and text.startswith(value, at):
                around = text[max(0, at - 1) : at] + text[at + len(value) : at + len(value) + 1]
                if not re.search(r"\w", around):
                    return True
        return text[start:end] in self.allow

    def applied(self, text: str, found: list[str]) -> str:
        """The text without what the patterns find, whose kinds are added to `found`."""
        for _ in range(ROUNDS):
            before = text
            for kind, pattern in self.patterns:
                text = self._sub(kind, pattern, text, found)
            if text == before:
                break
        return text

    def _sub(self, kind: str, pattern: re.Pattern[str], text: str, found: list[str]) -> str:
        group = "secret" if "secret" in pattern.groupindex else 0
        marks = [mark.span() for mark in _MARKED.finditer(text)] if MARK in text else []
        pieces: list[str] = []
        done = 0
        for match in pattern.finditer(text):
            start, end = match.span(group)
            nearest = bisect_right(marks, (end,)) - 1
            inside = nearest >= 0 and marks[nearest][1] > start  # what was replaced stays a mark
            if start < end and start >= done and not inside and not self.allow_in(text, start, end):
                pieces += text[done:start], f"{MARK}{kind}]"
                done = end
                found.append(kind)
        return "".join([*pieces, text[done:]]) if pieces else text


NO_RULES = Rules()


def rules_of(value: Any, where: str) -> Rules:
    """The rules that `redact` in config.yaml asks for; `where` is the file.

    Raises BadInput, naming file and key.
    """
    at = f"{where}: redact"
    hint = "it holds `patterns`, a regular expression for each kind, and `allow`, a list of values"
    if not isinstance(value, Mapping):
        raise BadInput(f"{at} must hold keys of its own, not {value!r}", hint)
    for key in value:
        if key not in ("patterns", "allow"):
            raise BadInput(f"{where}: unknown key 'redact.{key}'", hint)
    given = {key: item for key, item in value.items() if item is not None}
    patterns, allow = given.get("patterns", {}), given.get("allow", [])
    if not isinstance(patterns, Mapping):
        raise BadInput(
            f"{at}.patterns must hold `kind: regular expression`, not {patterns!r}", hint
        )
    if not isinstance(allow, list | tuple):
        raise BadInput(f"{at}.allow must be a list of values, not {allow!r}", hint)
    for number, item in enumerate(allow, 1):
        if not isinstance(item, str) or not item:
            raise BadInput(
                f"{at}.allow: item {number} must be a text, not {item!r}", "put it in quotes"
            )
    compiled = ((kind, _compiled(kind, source, at)) for kind, source in patterns.items())
    return Rules(tuple(compiled), frozenset(allow))


def _compiled(kind: str, source: Any, at: str) -> re.Pattern[str]:
    where = f"{at}.patterns.{kind}"
    if not KIND.fullmatch(kind):
        raise BadInput(
            f"{at}.patterns: {kind!r} can't be a kind", "letters, digits, - and _; 40 at most"
        )
    if not isinstance(source, str):
        raise BadInput(f"{where} must be a regular expression, not {source!r}", "put it in quotes")
    if len(source) > LONGEST_PATTERN:
        raise BadInput(f"{where} is longer than {LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later Python may understand differently
            pattern = re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadInput(
            f"{where} is no regular expression: {error}", "single quotes keep backslashes: '\\d{6}'"
        ) from error
    if pattern.match(""):
        raise BadInput(f"{where} matches where nothing stands", "a + in place of the last *")
    return pattern
