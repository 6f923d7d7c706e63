"""What both forms of Cursor's transcripts have in common: a user's turn, and calls without ids."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from acx.model import Event, Message, Origin, Part, Text
from acx.transcripts.formats.cursor_texts import said


def user(parts: Iterable[Part], ts: str) -> Iterator[Message]:
    """A message for every speaker in turn."""
    pieces: list[tuple[Origin, Event, Part]] = []
    for part in parts:
        if isinstance(part, Text):
            pieces += ((s.origin, s.event, Text(s.text)) for s in said(part.text))
        else:
            pieces.append(("human", "", part))
    for (origin, event), run in groupby(pieces, key=lambda piece: piece[:2]):
        yield Message("user", tuple(part for *_, part in run), origin, ts=ts, event=event)


@dataclass(slots=True)
class Calls:
    """Ids made for calls, and which of them, by their tools, wait for a result."""

    count: int = 0
    open: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))

    def made(self, name: str) -> str:
        """The id of another call."""
        self.count += 1
        id = f"call-{self.count}"
        self.open[name].append(id)
        return id

    def answered(self, name: str) -> str:
        """The id of the first call of this tool that waits; "" if there is none."""
        waiting = self.open.get(name)
        return waiting.popleft() if waiting else ""

    def forget(self) -> None:
        """Calls that were not answered by the next prompt never will be."""
        self.open.clear()
