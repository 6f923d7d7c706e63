"""Calls that a service refused, and the call that it took: another argument, or another tool.

Only what differs in form is told: names of arguments, and values that are plain words. A value with
a number in it belongs to the case at hand, or to nobody else. Shell commands are in `fixes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from acx.learn.offline.causes import finding
from acx.learn.offline.outcome import denial
from acx.learn.offline.steps import Run, Said
from acx.learn.offline.words import pattern

MOST_REFUSED = 4
WITHIN = 40
"""Messages between a refused call and the one that was taken."""

_HEARD = 4000
"""Characters of what was said and read since, in which another tool may be named."""

_RUNS = r"stdin|shell|terminal|exec|console|repl|python|notebook"
"""Tools that pass on what a program prints: its errors aren't about the call."""

_ORDER = r"\b(?:must|before|first|required|requires|only|exceeds?|instead|missing|expected)\b"
"""What makes an error a rule: then another value alone may be the cure."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A refused call and the one that was taken instead, as both are told.

    failed, worked  the tool, and the tool with the arguments that made the difference
    found           what the agent said in between, verbatim, and the message of it
    """

    tool: str
    failed: str
    error: str
    worked: str
    found: str
    found_at: int
    error_at: int
    worked_at: int


@dataclass(slots=True)
class _Refused:
    tool: str
    args: Mapping[str, Any]
    error: str
    number: int
    heard: str
    found: str = ""
    found_at: int = 0


class Calls:
    """Collects the refused calls of one task that found a cure."""

    def __init__(self) -> None:
        self._open: list[_Refused] = []

    def said(self, said: Said) -> None:
        """Words of the agent: perhaps they say why it was refused."""
        for one in self._open:
            one.heard = (one.heard + said.text)[-_HEARD:]
            if found := finding(said.text):
                one.found, one.found_at = found, said.number

    def heard(self) -> None:
        """Words of a person: what they say is theirs, and the next call follows it."""
        self._open = []

    def ran(self, run: Run) -> Iterator[Taken]:
        """A tool call: refused, taken, or one that tells about others."""
        self._open = [one for one in self._open if run.number - one.number <= WITHIN]
        if pattern(_RUNS).search(run.tool):
            return
        if run.failed and run.calls:
            error = denial(run.text)
            if len(error.split()) >= 3 and run.args:
                kept = [one for one in self._open if (one.tool, one.error) != (run.tool, error)]
                self._open = [
                    *kept,
                    _Refused(run.tool, run.args, error, run.number, run.text[-_HEARD:]),
                ][-MOST_REFUSED:]
            return
        if run.calls and not run.rejected:
            one = next((one for one in reversed(self._open) if _cured(one, run)), None)
            if one is not None:
                self._open = [other for other in self._open if other.tool != one.tool]
                yield _taken(one, run)
        for one in self._open:
            one.heard = (one.heard + run.text[:_HEARD])[-_HEARD:]


def _cured(one: _Refused, run: Run) -> bool:
    """Whether this call, which was taken, is the refused one done right."""
    if run.tool == one.tool:
        same = [key for key in one.args if run.args.get(key) == one.args[key]]
        other = {key for key in run.args if run.args[key] != one.args.get(key)}
        form = set(run.args) != set(one.args) or any(_plain(run.args[key]) for key in other)
        return bool(same and other) and bool(form or pattern(_ORDER).search(one.error))
    about = set(one.tool.split("_")[1:]) & set(run.tool.split("_")[1:])
    return bool(about) and bool(re.search(rf"\b{re.escape(run.tool)}\b", one.heard))


def _taken(one: _Refused, run: Run) -> Taken:
    changed = [key for key, value in run.args.items() if one.args.get(key) != value]
    keys = (changed if run.tool == one.tool else list(run.args))[:4]
    shown = ", ".join(f"{key}={run.args[key] if _plain(run.args[key]) else '…'}" for key in keys)
    return Taken(
        tool=one.tool,
        failed=one.tool,
        error=one.error,
        worked=f"{run.tool}({shown})",
        found=one.found,
        found_at=one.found_at,
        error_at=one.number,
        worked_at=run.call,
    )


def _plain(value: Any) -> bool:
    """Whether a value is a word of the interface, like `all`, not one of the case."""
    return isinstance(value, bool) or (
        isinstance(value, str) and bool(re.fullmatch(r"[A-Za-z][a-z_-]{1,15}|[A-Z_]{2,16}", value))
    )
