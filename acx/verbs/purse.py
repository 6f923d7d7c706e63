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

from acx.model import Session, Usage
from acx.store.spending import Spending, Spent


@dataclass
class RunPurse:
    """The purse of a run. Limits are in USD, None for no limit."""

    book: Spending
    now: Callable[[], datetime]
    a_run: Decimal | None = None
    a_month: Decimal | None = None
    spent: Decimal = Decimal(0)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, session: Session) -> SessionPurse:
        return SessionPurse(self, session)

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
class SessionPurse:
    """The same while one session is learned: what is paid is paid for it. A `Purse`."""

    run: RunPurse
    session: Session

    def left(self) -> Decimal | None:
        return self.run.left()

    def paid(self, usage: Usage, model: str) -> None:
        with self.run.lock:
            self.run.spent += usage.cost or Decimal(0)
        at = self.run.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.run.book.add(Spent(at, self.session.space, self.session.id, model, usage))
