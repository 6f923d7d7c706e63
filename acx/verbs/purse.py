"""What a run may spend: what it was given, and what is left of the month; and the book of it.

Every call of a model is written to the book (`spending.jsonl` in the home) when it was made, so
that also what taught nothing is counted, and two runs side by side know of each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from acx.errors import UsageError
from acx.model import Session, Usage
from acx.store.spending import Spending, Spent
from acx.verbs import learners
from acx.verbs.context import Context


@dataclass
class RunPurse:
    """The purse of a run. Limits are in USD, None for no limit."""

    book: Spending
    now: Callable[[], datetime]
    a_run: Decimal | None = None
    a_month: Decimal | None = None
    spent: Decimal = Decimal(0)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, session: Session) -> SpacePurse:
        """For one session: what is paid is paid for it."""
        return SpacePurse(self, session.space, session.id)

    def left(self) -> Decimal | None:
        """USD that the next call may cost at most; None for no limit."""
        lefts = []
        if self.a_run is not None:
            lefts.append(self.a_run - self.spent)
        if self.a_month is not None:
            month = self.now().strftime("%Y-%m")
            lefts.append(self.a_month - self.book.total(month))
        return min(lefts, default=None)


@dataclass(frozen=True)
class SpacePurse:
    """The same while a space is worked on, for a session (its id) or for the space as a whole ("").
    A `Purse`."""

    run: RunPurse
    space: str
    session: str = ""

    def left(self) -> Decimal | None:
        return self.run.left()

    def paid(self, usage: Usage, model: str) -> None:
        with self.run.lock:
            self.run.spent += usage.cost or Decimal(0)
        at = self.run.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.run.book.add(Spent(at, self.space, self.session, model, usage))


def for_run(ctx: Context, learner: str, max_cost: Decimal | None) -> RunPurse:
    """What a run of a learner may spend. Raises UsageError for a limit that can't be kept."""
    config = ctx.config
    a_run = config.max_cost if max_cost is None else max_cost
    limit = config.max_cost_a_month if a_run is None else a_run
    hint = learners.unpriced(config, learner) if limit is not None else ""
    if hint:
        where = f" at {config.base_url}" if config.base_url else ""
        raise UsageError(
            f"the price of {learner}{where} is unknown, so a limit of {limit} USD can't be kept",
            hint,
            "or leave out --max-cost (and max_cost and max_cost_a_month in config.yaml)",
        )
    return RunPurse(ctx.spending, ctx.now, a_run, config.max_cost_a_month)
