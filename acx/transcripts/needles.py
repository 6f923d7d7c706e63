"""Needles: many plain strings looked for in one pass over a text. The one door to ahocorasick_rs.

Not in here: what is looked for, and what it means.
"""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, Implementation


class Needles:
    """Strings to look for, called by their numbers in the sequence."""

    def __init__(self, needles: Sequence[str]) -> None:
        # The only form that reads a text at the speed of memory; 200 needles take 2 MB
        self._automaton = AhoCorasick(needles, implementation=Implementation.DFA)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(number, start, end) of each place where a needle stands, also within another one."""
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half of a surrogate pair, as of an emoji cut in two
            whole = text.encode("utf-8", "replace").decode()
            return self._automaton.find_matches_as_indexes(whole, overlapping=True)
