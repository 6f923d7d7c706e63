"""A piece of a text with its speaker: in most formats a person's slot also holds what programs put
there. Nothing else is in here."""

from __future__ import annotations

from dataclasses import dataclass

from acx.model import Event, Origin


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words, and what kind of moment they are."""

    text: str
    origin: Origin
    event: Event = ""
