"""A script on its way into a transcript: when each turn happens, what its ids are, what belongs to
which call.

Times and ids follow from the case and the turn alone, so that a case makes the same bytes in every
run. Not in here: any format.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from tests.evals.case import Case, CaseError, Script, Turn

_NAMESPACE = uuid.UUID("6d1f7c1e-3b52-4c1f-9a53-5f0a0d9b6c11")


@dataclass(frozen=True, slots=True)
class Step:
    """A turn with its time. `then` is when a call's result came, `refused` the turn that refused
    or interrupted this call, `joins` whether a call belongs to the words right above it."""

    number: int
    turn: Turn
    at: datetime
    then: datetime
    refused: Turn | None = None
    joins: bool = False

    @property
    def words(self) -> str:
        return self.turn.text.rstrip("\n")


class Scene:
    """A script of a case with its steps."""

    def __init__(self, case: Case, script: Script) -> None:
        self.case, self.script = case, script
        self.steps = _steps(script)
        self.id = self.uuid("session")
        self.cwd = f"/home/dev/{case.project}"

    def uuid(self, *what: object) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.case.name}/{self.script.id}/{what}"))

    def token(self, *what: object) -> str:
        """24 characters as providers put behind the prefix of an id."""
        return sha256(self.uuid(*what).encode()).hexdigest()[:24]

    def wrong(self, step: Step, what: str) -> CaseError:
        place = f"{self.case.name}.yaml: sessions.{self.script.id}.turns.{step.number}"
        return CaseError(f"{place}: {what}")


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _steps(script: Script) -> Sequence[Step]:
    at = script.began
    found: list[Step] = []
    for number, turn in enumerate(script.turns, 1):
        last = found[-1] if found else None
        at += _pause(turn, number) if last else timedelta()
        after = script.turns[number] if number < len(script.turns) else None
        refused = None
        if turn.who == "call" and turn.result is None and after:
            refused = after if after.event in ("rejection", "interrupt") else None
        took = timedelta(milliseconds=400 + _chance(number, 30) * 450)
        then = at + took if turn.who == "call" else at
        joins = turn.who == "call" and last is not None and last.turn.who == "agent"
        found.append(Step(number, turn, at, then, refused, joins))
        at = then
    return found


def _pause(turn: Turn, number: int) -> timedelta:
    """How long it takes until a turn: people read and type, agents think, programs are quick."""
    if turn.who == "user":
        return timedelta(seconds=8 + min(len(turn.text) / 5, 90) + _chance(number, 60))
    if turn.who == "harness":
        return timedelta(milliseconds=15)
    return timedelta(seconds=2 + min(len(turn.text) / 60, 20), milliseconds=_chance(number, 900))


def _chance(number: int, limit: int) -> int:
    return number * 7919 % limit
