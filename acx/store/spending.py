"""The book of what models cost: one line a call in `spending.jsonl`, append-only.

Not here: limits (`acx.verbs.purse`), and what a call costs (`acx.engine.prices`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from acx import files
from acx.model import Usage


@dataclass(frozen=True, slots=True)
class Spent:
    """One call. `at` is UTC (`2025-06-15T14:30:00Z`)."""

    at: str
    space: str
    session: str
    model: str
    usage: Usage


class Spending:
    """The book in a home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, spent: Spent) -> None:
        """Write a call down; when this returns, it is on disk."""
        usage = spent.usage
        line = {
            "at": spent.at,
            "space": spent.space,
            "session": spent.session,
            "model": spent.model,
            "in": usage.input,
            "out": usage.output,
            "cached": usage.cached,
            "usd": None if usage.cost is None else str(usage.cost),
        }
        files.make_folder(self._path.parent)
        with files.locked(self._path.with_name(".spending"), wait=True):
            files.append(self._path, json.dumps(line).encode() + b"\n")

    def calls(self, since: str = "") -> Iterator[Spent]:
        """All calls made at or after a time (any prefix of one), oldest first. A line that a
        person made unreadable is passed over."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            for line in file:
                spent = _spent(line)
                if spent and spent.at >= since:
                    yield spent

    def total(self, month: str) -> Decimal:
        """USD spent in a month (`2025-06`), as far as prices were known."""
        return sum(
            (call.usage.cost or Decimal(0) for call in self.calls(month) if call.at[:7] == month),
            Decimal(0),
        )


def _spent(line: bytes) -> Spent | None:
    try:
        given = json.loads(line)
        usd = given["usd"]
        usage = Usage(
            int(given["in"]),
            int(given["out"]),
            int(given["cached"]),
            1,
            None if usd is None else Decimal(usd),
        )
        at, space, session, model = (str(given[key]) for key in ("at", "space", "session", "model"))
        return Spent(at, space, session, model, usage)
    except (ValueError, TypeError, KeyError, InvalidOperation):
        return None
