"""The one family of errors: what happened and where, hints, and the exit code.

Raised anywhere, rendered in one place (`acx.cli`). Expected outcomes (learned, skipped, held) are
values, not errors. A hint is a command one can paste, or a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class AcxError(Exception):
    """Something went wrong that the person can read about in one line. Exit code 1."""

    exit_code = 1

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints


class UsageError(AcxError):
    """The command was given in a way that makes no sense. Exit code 2."""

    exit_code = 2


class NotFound(AcxError):
    """A space, session, skill, lesson or file that isn't there. Exit code 3."""

    exit_code = 3


class Conflict(AcxError):
    """Somebody else's state is in the way: a lock, another space, a merge. Exit code 4."""

    exit_code = 4


class BadInput(AcxError):
    """Input that can't be read or is unsafe. Exit code 5."""

    exit_code = 5


def unknown(noun: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for an unknown name: which known ones look like it, and all of them."""
    names = sorted(known)
    return UsageError(
        f"no {noun} named {name!r}", *meant(name, names), f"known {noun}s: {', '.join(names)}"
    )


def meant(name: str, known: Iterable[str]) -> list[str]:
    """A hint at the known names that look like an unknown one; none where none does."""
    from difflib import get_close_matches

    names = sorted(known)
    alike = [other for other in names if other.startswith(name) or name.startswith(other)]
    alike = alike or get_close_matches(name, names, 1)
    return [f"did you mean {' or '.join(alike)}?"] if name and alike else []


class ModelError(AcxError):
    """The model or the network failed. Exit code 6.

    `transient` tells whether the same call may succeed later. `fatal` tells that every other call
    of this run would fail likewise (a wrong key, an unknown model). `too_long` tells that a shorter
    request may do. `usage` is what was spent all the same (an `acx.model.Usage`, None if nothing).
    """

    exit_code = 6

    def __init__(
        self,
        message: str,
        *hints: str,
        transient: bool = False,
        fatal: bool = False,
        too_long: bool = False,
        usage: Any = None,
    ) -> None:
        super().__init__(message, *hints)
        self.usage = usage
        self.transient = transient
        self.fatal = fatal
        self.too_long = too_long

    def again(self) -> ModelError:
        """The same for another task that shares it: what was spent, was spent once."""
        return ModelError(
            self.message,
            *self.hints,
            transient=self.transient,
            fatal=self.fatal,
            too_long=self.too_long,
        )


class PutOff(ModelError):
    """Nothing went wrong, but nothing more can be done now: what is left waits for another run."""


class LimitReached(PutOff):
    """The next call could cost more than may be spent, so it wasn't sent."""


class AnswerPending(PutOff):
    """The model was asked in a batch, and hasn't answered yet."""

    WORDS = "waits for the answer of a batch"
