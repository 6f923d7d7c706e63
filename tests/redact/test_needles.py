"""Needles: each place where one stands, in characters, whatever else is in the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acx.transcripts.needles import Needles

NEEDLES = ("key", "ey", "e", "kk", "\u200b", "coo\u212a")


@given(st.lists(st.sampled_from((*NEEDLES, "é", "😀", "\ud83d", "\0", "k", " "))).map("".join))
def test_every_place_is_found_and_given_in_characters(text: str) -> None:
    places = [
        (number, start, start + len(needle))
        for number, needle in enumerate(NEEDLES)
        for start in range(len(text))
        if text.startswith(needle, start)
    ]
    found = Needles(NEEDLES).find(text)
    assert sorted(found) == sorted(places)
    assert [end for _, _, end in found] == sorted(end for _, _, end in found)
