"""Twins: what a transcript writes down twice, in two kinds of records. Nothing else is in here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

CLOSE = 16
"""How many texts back a twin is looked for. Those seen lie at most two records apart."""


@dataclass(slots=True)
class Twins:
    """The texts met last, each with the kinds of records it was met in.

    The first of two twins counts, whichever it is: so what was read of a file never changes when
    the file grows. The same text in the same kind of record was said twice.
    """

    recent: deque[tuple[str, set[str]]] = field(default_factory=lambda: deque(maxlen=CLOSE))

    def is_new(self, text: str, record: str) -> bool:
        """Whether this text wasn't met in another kind of record of late. Spaces and line breaks
        don't count: where a message has several parts, its twin joins them as it likes."""
        key = "".join(text.split())
        for other, records in self.recent:
            if other == key and record not in records:
                records.add(record)
                return False
        self.recent.append((key, {record}))
        return True
