"""What a call cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from acx.engine.prices import Tokens, cost

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "tokens", "usd"),
    [
        ("claude-sonnet-5-5", Tokens(input=MILLION), "2"),
        ("claude-sonnet-5-5", Tokens(output=MILLION), "10"),
        ("claude-sonnet-5-5", Tokens(cache_read=MILLION, cache_write=MILLION), "2.70"),
        ("claude-opus-5-5", Tokens(1000, 2000, 3000, 4000), "0.0646"),
        ("claude-haiku-4-5-20251001", Tokens(input=MILLION), "1"),
        ("claude-sonnet-5-5", Tokens(), "0"),
    ],
)
def test_list_prices(model: str, tokens: Tokens, usd: str) -> None:
    assert cost(model, tokens) == Decimal(usd)


def test_a_long_prompt_makes_the_whole_call_of_haiku_dearer() -> None:
    short = Tokens(input=60_000, cache_read=40_000, output=1000)
    long = Tokens(input=60_001, cache_read=40_000, output=1000)
    assert cost("claude-haiku-5-5", short) == Decimal("0.0069")
    assert cost("claude-haiku-5-5", long) == Decimal("0.0345005")


@pytest.mark.parametrize("model", ["qwen3:32b", "claude-sonnet-9", "", "claude-sonnet-5-5-turbo"])
def test_an_unknown_model_has_an_unknown_price(model: str) -> None:
    assert cost(model, Tokens(input=1)) is None
