"""A session of any length is opened anywhere: what stands before isn't read."""

from __future__ import annotations

from pathlib import Path

import pytest

from acx.store import messages

COUNT = 100_000


def test_message_99_990_of_100_000_is_found_without_the_99_000_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "messages.jsonl"
    with path.open("wb") as file:
        for number in range(1, COUNT + 1):
            file.write(b'{"n":%d,"role":"user","parts":[%b]}\n' % (number, b" " * (number % 97)))
    looked_at: list[bytes] = []
    number_of = messages.number_of

    def counted(line: bytes) -> int:
        looked_at.append(line)
        return number_of(line)

    monkeypatch.setattr(messages, "number_of", counted)
    found = list(messages.lines(path, COUNT - 10, COUNT))
    assert [number_of(line) for line in found] == list(range(COUNT - 10, COUNT + 1))
    # by halves: 2 to the power of 23 are more bytes than there are
    assert len(looked_at) < 23 + 2 * len(found)
    assert messages.count(path) == COUNT
