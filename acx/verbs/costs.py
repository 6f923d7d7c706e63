"""What models cost over time: by month, and within the last one by space."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from acx.model import Usage
from acx.store.spending import Spent
from acx.verbs.context import Context


@dataclass(frozen=True, slots=True)
class Cost:
    """`period` is a month (`2025-06`). `unpriced` counts the calls whose price isn't known."""

    period: str
    space: str
    usage: Usage
    usd: Decimal
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Costs:
    """`limit` is what a month may cost, None for no limit; `spaces` are those of this month."""

    months: tuple[Cost, ...]
    spaces: tuple[Cost, ...]
    limit: Decimal | None


def costs(ctx: Context) -> Costs:
    """All that was spent, newest month first."""
    by_month: dict[str, list[Spent]] = {}
    for call in ctx.spending.calls():
        by_month.setdefault(call.at[:7], []).append(call)
    now = ctx.now().strftime("%Y-%m")
    by_space: dict[str, list[Spent]] = {}
    for call in by_month.get(now, ()):
        by_space.setdefault(call.space or "(batches)", []).append(call)
    return Costs(
        tuple(_sum(month, "", calls) for month, calls in sorted(by_month.items(), reverse=True)),
        tuple(_sum(now, space, calls) for space, calls in sorted(by_space.items())),
        ctx.config.max_cost_a_month,
    )


def _sum(period: str, space: str, calls: Iterable[Spent]) -> Cost:
    usage, usd, unpriced = Usage(), Decimal(0), 0
    for call in calls:
        usage += call.usage
        usd += call.usage.cost or Decimal(0)
        unpriced += call.usage.cost is None
    return Cost(period, space, usage, usd, unpriced)
