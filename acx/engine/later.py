"""An engine whose answers may come in a batch, hours later, at half the price.

A question that can wait is answered from the shelf, or put there for the next batch. Whoever asks
is told to come back (`AnswerPending`), and asks the same question again then, from the start:
nothing has to be remembered of a half-done piece of work, also over a restart. Not here: sending
batches and fetching their answers (the verbs), and keeping them (the store).
"""

from __future__ import annotations

import hashlib
import json
from typing import Protocol

from acx.engine.port import Engine, Reply, Request
from acx.errors import AnswerPending


class Shelf(Protocol):
    """Where answers of batches lie, and questions for the next one."""

    def answer(self, key: str) -> Reply | None:
        """The answer to a question that a batch brought."""
        ...

    def asked(self, key: str) -> bool:
        """Whether a batch that is being worked on has the question."""
        ...

    def want(self, key: str, request: Request) -> bool:
        """Put a question down for the next batch; False where none is to be sent."""
        ...


class Later:
    """An `Engine` around another, for one shelf."""

    def __init__(self, engine: Engine, shelf: Shelf) -> None:
        self._engine = engine
        self._shelf = shelf

    @property
    def model(self) -> str:
        return self._engine.model

    def complete(self, request: Request) -> Reply:
        """The answer from the shelf, or from the engine. Raises AnswerPending to come back for."""
        if not request.can_wait:
            return self._engine.complete(request)
        key = key_of(self.model, request)
        if (answer := self._shelf.answer(key)) is not None:
            return answer
        if self._shelf.asked(key) or self._shelf.want(key, request):
            raise AnswerPending(AnswerPending.WORDS, "acx learn")
        return self._engine.complete(request)


def key_of(model: str, request: Request) -> str:
    """The same for the same question to the same model, however much room its answer has."""
    asked = [model, request.system, list(request.messages), list(request.tools)]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=dict)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:40]
