"""Mending: what can still be read of JSON that is cut off, glued or damaged. Text in, values out.

Not in here: files, positions and warnings.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

NOT_JSON = "not JSON"
NOT_OBJECT = "JSON, but not an object"
TORN = "the end is cut off"

RECORDS = frozenset(("messages", "traj", "simulations", "chat_messages", "conversations"))
ROOT_RECORDS = RECORDS | {
    "contents",
    "events",
    "history",
    "input",
    "items",
    "output",
    "raw_messages",
    "trajectory",
}
"""Names of lists whose elements are records: of a torn file these are kept up to the last complete
element, so that what is read is the start of what would be read of the whole. Some say that only
in the file's outermost object: elsewhere they are parts of a record."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:"]|[^\s\[\]{},:"]+', re.S)
_OBJECT = re.compile(r'\{"')
MOST_STARTS = 200
"""Places in a damaged line where a whole object is looked for."""

_STRUCTURE = re.compile(r'[\[\]{},:"\n]\s*\S')
_raw_decode = json.JSONDecoder().raw_decode


def decode(text: str, ended: bool) -> tuple[list[Any], bool]:
    """The objects glued together on a line, and whether they are all there is: one that a crash cut
    off may stand before a whole one, if the line `ended`."""
    found: list[Any] = []
    text = text.strip()
    at = 0
    while at < len(text):
        try:
            value, at = _raw_decode(text, at)
        except (ValueError, RecursionError):
            return found + (_last(text, at) if ended and text[at] == "{" else []), False
        if not isinstance(value, dict):  # "12 apples" is not the number 12
            return found, False
        found.append(value)
        while text[at : at + 1].isspace():
            at += 1
    return found, True


def _last(text: str, at: int) -> list[Any]:
    """The object that ends the text, if one starts after the damage."""
    for start in islice(_OBJECT.finditer(text, at + 1), MOST_STARTS):
        try:
            value, end = _raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        if end == len(text):
            return [value]
    return []


def is_unfinished(text: str, broken: bool = False) -> bool:
    """Whether a JSON list or object starts here that goes on after the end of the text.

    With `broken`, one whose text could only go on in the same line isn't: lines don't break inside
    of words.
    """
    text = text.lstrip()
    if text[:1] not in ("[", "{"):
        return False
    try:
        _raw_decode(text)
    except RecursionError:
        return True
    except json.JSONDecodeError as error:
        return is_cut(error) and not (broken and "Unterminated" in error.msg)
    except ValueError:  # a number of thousands of digits
        return False
    return False


def is_cut(error: json.JSONDecodeError) -> bool:
    """Whether what is wrong is only that the text ends."""
    return "Unterminated" in error.msg or not _STRUCTURE.search(error.doc, error.pos)


@dataclass(slots=True)
class _Open:
    """A list or object that isn't closed: where its last complete element ends, whether it is a
    record or holds some, and whether a list of records in it is complete."""

    bracket: str
    good: int
    records: bool
    key: str = ""
    holds: bool = False


def mended(text: str, everything: bool = False) -> Any:
    """The value that a torn text starts, closed after the last complete record; None if there is
    none. With `everything`, after the last complete value of any kind."""
    stack = _stack(text)
    if not everything:
        while stack and not (stack[-1].holds or (stack[-1].records and stack[-1].bracket == "[")):
            stack.pop()
    if not stack:
        return None
    closing = "".join("]" if one.bracket == "[" else "}" for one in reversed(stack))
    try:
        return json.loads(text[: stack[-1].good] + closing)
    except (ValueError, RecursionError):
        return None


def _stack(text: str) -> list[_Open]:
    """What is open at the end of the text, outermost first."""
    stack: list[_Open] = []
    scalar = 0  # where a scalar ends that is complete if a separator follows
    word = ""
    for token in _TOKEN.finditer(text):
        char = token[0]
        if char == '"':  # a string that doesn't end
            break
        here = stack[-1] if stack else None
        if char in "[{":
            within = here is None or here.records
            names = RECORDS if len(stack) > 1 else ROOT_RECORDS
            records = within and (here is None or here.bracket == "[" or here.key in names)
            stack.append(_Open(char, token.end(), records))
        elif here is None:
            return []
        elif char in "]}":
            closed = stack.pop()
            if not stack:
                return []
            stack[-1].good = token.end()
            stack[-1].holds |= char == "]" and closed.records
        elif char == ",":
            here.good = max(here.good, scalar)
        elif char == ":":
            here.key = word
        else:
            scalar, word = token.end(), char.strip('"')
            continue
        scalar = 0
    return stack
