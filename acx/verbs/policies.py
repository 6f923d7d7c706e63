"""The policy of a space, as its space.yaml says it: what its owner wants of every lesson.

    policy:
      review: true                        # lessons wait for a person
      success: the user confirms that the page loads
      failure: [a test is skipped, the build takes over 10 minutes]
      gate: make test                     # a command that must exit 0 on the candidate

A misspelt key would silently lift a rule, so an unknown one is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from acx.errors import BadInput, unknown
from acx.learn.port import Criteria
from acx.model import Space
from acx.store.spaces import POLICY_KEYS


@dataclass(frozen=True, slots=True)
class Policy:
    """`gate` is a shell command, "" for none."""

    review: bool = False
    criteria: Criteria = Criteria()
    gate: str = ""


def of(space: Space) -> Policy:
    """Raises BadInput for what isn't understood."""
    given = space.policy
    where = f"space.yaml of {space.name}"
    for key in given:
        if key not in POLICY_KEYS:
            error = unknown("policy", key, POLICY_KEYS)
            raise BadInput(f"{where}: {error.message}", *error.hints)
    review, gate = given.get("review", False), given.get("gate") or ""
    if not isinstance(review, bool):
        raise BadInput(f"{where}: policy review must be true or false, not {review!r}")
    if not isinstance(gate, str):
        raise BadInput(f"{where}: policy gate must be a command, not {gate!r}")
    criteria = Criteria(
        _sentences(given.get("success"), f"{where}: policy success"),
        _sentences(given.get("failure"), f"{where}: policy failure"),
    )
    return Policy(review, criteria, gate.strip())


def _sentences(value: Any, where: str) -> tuple[str, ...]:
    texts = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadInput(f"{where} must be a sentence or a list of them")
    return tuple(" ".join(text.split()) for text in texts)
