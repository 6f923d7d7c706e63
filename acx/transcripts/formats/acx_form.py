"""acx form: JSON Lines of our own records, as `acx session show --format acx` writes them.

The numbers of the lines are left out on reading: they belong to the session they came from. No role
but the user's is taken for a person's, whatever a line says. Not in here: how a record is written
(`record`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.model import Message
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.record import ORIGINS, from_value, kind_of
from acx.transcripts.source import objects


def messages(value: Any) -> list[Message]:
    """The message of one value, as a list like in every reader. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput(f"a message is a JSON object, not {kind_of(value)}")
    found = from_value({key: held for key, held in value.items() if key != "n"})
    if found.origin == "human" and found.role != "user":
        found = replace(found, origin=ORIGINS[found.role])
    return [found]


def _matches(sample: Sample) -> str:
    # the AI SDK's messages have role and parts too, but neither number nor origin
    found = any(
        "role" in record
        and isinstance(record.get("parts"), list)
        and ("origin" in record or "n" in record)
        for record in sample.records
    )
    return "records with a role, an origin and parts" if found else ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    for record in objects(stream, notes):
        with notes.skipping():
            yield from messages(record)


FORMAT = Format("acx", "acx's own records, JSON Lines", _matches, _read)
