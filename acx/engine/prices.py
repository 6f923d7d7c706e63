"""What models cost, as a table, and what one call cost. Prices change: the table has its date.

Not here: models whose price isn't known for certain. What isn't in the table costs "unknown"
(None), never nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

AS_OF = "2026-11-23"
"""When the table was last compared with the models' pages on platform.claude.com."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens; `cache_write` is that of the cache of five minutes."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one call: the four kinds that are billed apart."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def prompt(self) -> int:
        return self.input + self.cache_read + self.cache_write


def _price(input: str, output: str, cache_read: str, cache_write: str) -> Price:
    return Price(Decimal(input), Decimal(output), Decimal(cache_read), Decimal(cache_write))


_LIST: dict[str, Price] = {
    "claude-haiku-5-5": _price("0.10", "0.50", "0.01", "0.125"),
    "claude-sonnet-5-5": _price("2", "10", "0.20", "2.50"),
    "claude-opus-5-5": _price("4", "20", "0.20", "5"),
    "claude-opus-5": _price("5", "25", "0.50", "6.25"),
    "claude-haiku-4-5": _price("1", "5", "0.10", "1.25"),
}

PRICED = tuple(_LIST)
"""The models in the table."""

_LONG: dict[str, tuple[int, Price]] = {
    "claude-haiku-5-5": (100_000, _price("0.50", "2.50", "0.05", "0.625")),
}
"""Models with a second price for the whole call once its prompt is longer than so many tokens."""

_SNAPSHOT = re.compile(r"-20\d{6}$")


def cost(model: str, tokens: Tokens, batch: bool = False) -> Decimal | None:
    """What a call cost in USD at list price, or None where the model's price isn't known.

    In a batch everything costs half.
    """
    name = _SNAPSHOT.sub("", model)
    price = _LIST.get(name)
    if price is None:
        return None
    limit, long_price = _LONG.get(name, (0, price))
    if limit and tokens.prompt > limit:
        price = long_price
    whole = (
        tokens.input * price.input
        + tokens.output * price.output
        + tokens.cache_read * price.cache_read
        + tokens.cache_write * price.cache_write
    ) / 1_000_000
    return whole / 2 if batch else whole
