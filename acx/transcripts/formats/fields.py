"""Fields of JSON objects that should hold an object or a whole number, and may hold anything.

Not in here: fields of text, which `acx.transcripts.record` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def object_at(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object in this field, else an empty one."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def number_at(value: Mapping[str, Any], key: str) -> int | None:
    """The whole number in this field."""
    found = value.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
