"""Needles: many plain strings looked for in one pass over a text. The one door to ahocorasick_rs.

Not in here: what is looked for, and what it means.
"""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import BytesAhoCorasick, Implementation


class Needles:
    """Strings to look for, called by their numbers in the sequence."""

    def __init__(self, needles: Sequence[str]) -> None:
        # The only form that reads a text at the speed of memory; 200 needles take 2 MB. In bytes:
        # in text it fills a table of 8 bytes for each byte, 176 MB of memory for a text of 20 MB
        self._automaton = BytesAhoCorasick(
            [needle.encode() for needle in needles], implementation=Implementation.DFA
        )
        self._lengths = [len(needle) for needle in needles]

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(number, start, end) of each place where a needle stands, also within another one, by
        where they end."""
        # Replaced is half of a surrogate pair, as of an emoji cut in two
        data = text.encode("utf-8", "replace")
        found = self._automaton.find_matches_as_indexes(data, overlapping=True)
        return found if len(data) == len(text) else self._in_characters(found, data)

    def _in_characters(
        self, found: list[tuple[int, int, int]], data: bytes
    ) -> list[tuple[int, int, int]]:
        places = []
        at = count = 0
        for needle, _, end in found:
            count += len(data[at:end].decode())
            at = end
            places.append((needle, count - self._lengths[needle], count))
        return places
