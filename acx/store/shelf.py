"""Batches that were sent, and their answers, in the folder `batches` of a home.

    batches/BATCH.json           a batch that is being worked on: the keys of its questions
    batches/answers/KEY.json     an answer that came

A question isn't kept: whoever wants the answer asks it again, word for word. Not here: speaking to
the model (`acx.engine`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from acx import files

KEPT = 30 * 24 * 3600
"""Seconds that an answer is kept; the server keeps it 29 days."""


@dataclass(frozen=True, slots=True)
class SentBatch:
    """`questions` are the keys of what was asked."""

    id: str
    model: str
    sent_at: str
    questions: Sequence[str]


class Batches:
    """The batches of a home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> list[SentBatch]:
        """Those whose answers have not been fetched, oldest first."""
        found = [_batch(path) for path in sorted(self._folder.glob("*.json"))]
        return sorted((one for one in found if one), key=lambda one: one.sent_at)

    def sent(self, batch: SentBatch) -> None:
        """Write down that a batch was sent; when this returns, it is on disk."""
        about = {
            "model": batch.model,
            "sent_at": batch.sent_at,
            "questions": list(batch.questions),
        }
        files.make_folder(self._folder)
        files.replace(self._folder / f"{batch.id}.json", json.dumps(about, indent=1).encode())

    def fetched(self, batch: SentBatch, answers: Mapping[str, Any]) -> None:
        """Keep the answers of a batch, and then take it off the list."""
        shelf = self._folder / "answers"
        files.make_folder(shelf)
        for key, answer in answers.items():
            text = json.dumps(answer, default=_number)
            files.replace(shelf / f"{key}.json", text.encode(errors="replace"))
        (self._folder / f"{batch.id}.json").unlink(missing_ok=True)

    def answer(self, key: str) -> Any:
        """An answer as it was kept, or None."""
        try:
            return json.loads((self._folder / "answers" / f"{key}.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def clear(self, now: float) -> None:
        """Throw answers away that nobody came for. `now` is in seconds since 1970."""
        oldest = now - KEPT
        for path in (self._folder / "answers").glob("*.json"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _batch(path: Path) -> SentBatch | None:
    try:
        given = json.loads(path.read_bytes())
        questions = tuple(str(key) for key in given["questions"])
        return SentBatch(path.stem, str(given["model"]), str(given["sent_at"]), questions)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def _number(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
