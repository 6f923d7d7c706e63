"""A digest: the messages of a session as text of a bounded length, for a model or a person to read.

Every line starts with the number of its message, and with a mark that says who is speaking: `:` and
`|` for words, `>` for what tools, web pages and the agent's own program put in. Nothing that stands
in a transcript can forge such a line, because line ends inside a message get the margin too.

    #41 user: Deploy API v2 to staging.
    #41 | Keep the old one running.
    #42 assistant: Running the migration first.
    #43 call Bash: make migrate → exit 1, 40 lines (#44)
    #44 > [... 36 lines cut ...]
    #44 > ERROR: relation "users" already exists
    #45 to #52 looked: Read models.py ×3, Grep users

Over the budget, what tools printed gets shorter first, then reading and searching is folded, then
the calls and the agent's words go that decided nothing; calls that failed, tested or were the first
to work again stay longer, the agent's last words before a person spoke longer still, and the words
of people longest. Deliberately not in it: thinking (no evidence of anything), and any judgement of
what happened. What the pieces are is told by `digest_entries`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from acx.model import Message
from acx.transcripts.digest_entries import Entry, Kind, arguments, entries, plain

__all__ = ["CHARS_A_TOKEN", "Digest", "arguments", "digest", "digested", "plain"]

CHARS_A_TOKEN = 4

_KINDS: tuple[Kind, ...] = (
    "human", "close", "agent", "turn", "call", "look", "error", "output", "seen",
)  # fmt: skip
_TABLE = """
6000 3000 3000 600 500 500 2000 800 160
6000 3000 3000 500 400 400 1200 300   0
6000 3000 3000 400 300 300  600 120   0
6000 3000 3000 400 300 200  400   0   0
6000 3000 2000 300 160 160  250   0   0
6000 3000 1000 240 100 120  200   0   0
6000 2000  500 200  60   0  200   0   0
6000 2000  250 160   0   0  160   0   0
6000 1500  120 120   0   0  120   0   0
6000 1000    0 120   0   0  120   0   0
6000  600    0  80   0   0   80   0   0
6000  300    0   0   0   0    0   0   0
3000  120    0   0   0   0    0   0   0
1500    0    0   0   0   0    0   0   0
 400    0    0   0   0   0    0   0   0
 120    0    0   0   0   0    0   0   0
"""
_LIMITS: tuple[Mapping[Kind, int], ...] = tuple(
    dict(zip(_KINDS, map(int, line.split()), strict=True)) for line in _TABLE.strip().splitlines()
)
"""Characters that a piece may keep, by how tight it is; 0 drops it. A human's words count as "in
full" up to 6000: what is longer was pasted."""

_SHORT = 480
"""Characters. What was only looked up and is no longer than this is shown whole while there is
room: a record, a price or a rule is cut just where it matters."""

_HIDDEN = frozenset(("output", "seen", "error"))
"""Dropped without a mark, where the line of the call says how much there was."""


def digest(messages: Iterable[Message], budget: int) -> str:
    """What the messages say, in at most about `budget` tokens (of 4 characters).

    Needs memory for the budget and a few messages, not for the session. The same messages and
    budget give the same text.
    """
    return digested(messages, budget).text


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest, and whether it had to be made shorter than it would be with room to spare."""

    text: str
    shortened: bool


def digested(messages: Iterable[Message], budget: int) -> Digest:
    """As `digest`, with how tight it was."""
    page = _Page(budget * CHARS_A_TOKEN)
    for entry in entries(messages):
        page.add(entry)
    return Digest("\n".join(entry.render() for entry in page.entries), page.level > 0)


class _Page:
    """Entries that fit into `room` characters, the pieces cut to the limits of a level."""

    def __init__(self, room: int) -> None:
        self._room = room
        self.level = 0
        self._size = 0
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self._put(entry)
        while self._size > self._room and self.level + 1 < len(_LIMITS):
            self.level += 1
            kept, self.entries, self._size = self.entries, [], 0
            for one in kept:
                self._put(one)
        if self._size > self._room:
            self._hollow()

    def _put(self, entry: Entry) -> None:
        """Append the entry as far as the level lets it, to the one before it where both are gaps or
        folded."""
        limit = 1 if entry.kind == "gap" else _LIMITS[self.level][entry.kind]
        if entry.kind == "seen" and not self.level and entry.size <= _SHORT:
            limit = _SHORT
        if limit:
            entry.cut_to(limit)
        elif entry.kind in _HIDDEN and entry.told:
            return
        else:
            entry = entry.gap()
        last = self.entries[-1] if self.entries else None
        folding = entry.kind == "gap" or (entry.kind == "look" and self.level > 0)
        if last and last.kind == entry.kind and folding:
            self._size -= last.size
            last.merge(entry)
            last.cut_to(limit)
            self._size += last.size
        else:
            self.entries.append(entry)
            self._size += entry.size

    def _hollow(self) -> None:
        """Even the shortened human words are too many: keep the first half and the latest.

        A good deal more than needed is dropped, so that the next messages don't each start this
        again.
        """
        kept, self.entries, self._size = self.entries, [], 0
        while kept and self._size + kept[0].size <= self._room // 2:
            self._put(kept.pop(0))
        excess = self._size + sum(entry.size for entry in kept) - self._room * 9 // 10
        for entry in kept:
            if excess > 0:
                excess -= entry.size
                entry = entry.gap()
            self._put(entry)
