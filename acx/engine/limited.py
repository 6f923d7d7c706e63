"""An engine that spends no more than its purse holds: asked before each call, told after it.

What a call will cost isn't known before, but the most it can cost is: its prompt at no fewer than
`BYTES_A_TOKEN` bytes a token, and an answer as long as it may be. Where that is too much, the
answer gets less room; where even a short one is too much, nothing is sent. Not here: where the
money comes from, and what was spent before (whoever makes the purse knows).
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from acx.engine.port import Engine, Reply, Request
from acx.engine.prices import Tokens, cost
from acx.errors import LimitReached, ModelError
from acx.model import Usage

BYTES_A_TOKEN = 2.5
"""English has 4 to 5 bytes a token, code 3 to 3.5, hashes and Chinese about 2.5 to 3."""

SHORTEST = 2_000
"""Tokens of an answer, thinking included, below which it isn't worth asking."""

_MILLION = 1_000_000


class Purse(Protocol):
    """What may be spent."""

    def left(self) -> Decimal | None:
        """USD that may still be spent; None for no limit."""
        ...

    def paid(self, usage: Usage, model: str) -> None:
        """A call was made, and this is what it used."""
        ...


class Limited:
    """An `Engine` around another, for one purse."""

    def __init__(self, engine: Engine, purse: Purse) -> None:
        self._engine = engine
        self._purse = purse

    @property
    def model(self) -> str:
        return self._engine.model

    def complete(self, request: Request) -> Reply:
        """As the engine inside. Raises LimitReached, with nothing sent."""
        request = self._affordable(request)
        try:
            reply = self._engine.complete(request)
        except ModelError as error:
            if error.usage:
                self._purse.paid(error.usage, self.model)
            raise
        self._purse.paid(reply.usage, reply.model or self.model)
        return reply

    def _affordable(self, request: Request) -> Request:
        left = self._purse.left()
        if left is None:
            return request
        prompt = cost(self.model, Tokens(cache_write=tokens_at_most(request)))
        a_million = cost(self.model, Tokens(output=_MILLION))
        if prompt is None or a_million is None:
            raise LimitReached(f"the price of {self.model} is unknown, so no limit can be kept")
        room = int((left - prompt) * _MILLION / a_million)
        if room < min(SHORTEST, request.max_tokens):
            raise LimitReached(
                f"the cost limit is reached: {max(left, Decimal(0)):.4f} USD are left, and the next"
                f" call may cost {prompt + a_million * SHORTEST / _MILLION:.4f}"
            )
        return replace(request, max_tokens=min(request.max_tokens, room))


def tokens_at_most(request: Request) -> int:
    """How many tokens the prompt of a request can have."""
    told = json.dumps([request.system, request.tools, request.messages], ensure_ascii=False)
    return int(len(told.encode(errors="replace")) / BYTES_A_TOKEN) + 1
