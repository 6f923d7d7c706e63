"""What is spent is written down call by call, shown by month, and kept below a monthly limit."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from acx.engine.limited import SHORTEST, Limited, tokens_at_most
from acx.engine.port import Reply, Request
from acx.engine.scripted import ScriptedEngine
from acx.errors import LimitReached, ModelError
from acx.model import Session, Usage
from acx.store.spending import Spent
from acx.verbs.context import Context
from acx.verbs.costs import costs
from acx.verbs.purse import RunPurse
from tests.conftest import Run

MODEL = "claude-sonnet-5-5"
ASK = Request("Be brief.", [{"role": "user", "content": [{"type": "text", "text": "Hi" * 500}]}])
SESSION = Session("s1", "", space="shop")


def reply(usd: str) -> Reply:
    return Reply(({"type": "text", "text": "Yes"},), "end_turn", used(usd), MODEL)


def used(usd: str | None) -> Usage:
    return Usage(1000, 100, 200, 1, None if usd is None else Decimal(usd))


def book(ctx: Context, *calls: tuple[str, str, str | None]) -> None:
    for at, space, usd in calls:
        ctx.spending.add(Spent(at, space, "s", MODEL, used(usd)))


def test_costs_are_added_up_by_month_and_this_months_by_space(ctx: Context, run: Run) -> None:
    book(ctx, ("2026-05-30T00:00:00Z", "shop", "1.5"))
    book(ctx, ("2026-06-01T00:00:00Z", "shop", "0.25"), ("2026-06-02T00:00:00Z", "docs", None))
    found = costs(ctx)
    assert [(one.period, one.usd, one.unpriced) for one in found.months] == [
        ("2026-06", Decimal("0.25"), 1),
        ("2026-05", Decimal("1.5"), 0),
    ]
    assert [(one.space, one.usage.input) for one in found.spaces] == [
        ("docs", 1000),
        ("shop", 1000),
    ]
    told = run("status", "--cost").out
    assert "2026-06  all    2      2,000      400     200  0.2500 USD and 1 calls unpriced" in told
    assert run("status", "--cost", "--json").code == 0


def test_a_line_that_is_no_call_is_passed_over(ctx: Context) -> None:
    book(ctx, ("2026-06-01T00:00:00Z", "shop", "1"))
    with ctx.home.spending.open("a") as file:
        file.write('not JSON\n{"at": 1}\n{"in": "x"}\n')
    book(ctx, ("2026-06-01T00:00:00Z", "shop", "2"))
    assert ctx.spending.total("2026-06") == 3


def test_a_month_has_its_limit_whoever_spends(ctx: Context) -> None:
    book(ctx, ("2026-05-31T23:59:59Z", "shop", "90"), ("2026-06-01T00:00:00Z", "docs", "4"))
    purse = RunPurse(ctx.spending, ctx.now, a_run=Decimal(50), a_month=Decimal(5))
    assert purse.left() == 1
    purse.of(SESSION).paid(used("0.4"), MODEL)
    assert purse.left() == Decimal("0.6")
    assert RunPurse(ctx.spending, ctx.now, a_month=Decimal(5)).left() == Decimal("0.6")
    assert RunPurse(ctx.spending, ctx.now).left() is None
    last = list(ctx.spending.calls())[-1]
    assert (last.space, last.session, last.usage.cached) == ("shop", "s1", 200)


def test_an_answer_gets_the_room_that_can_be_paid(ctx: Context) -> None:
    scripted = ScriptedEngine([reply("0.01")] * 2, MODEL)
    prompt = Decimal(tokens_at_most(ASK)) * Decimal("2.5") / 1_000_000
    left = prompt + Decimal(5000) * 10 / 1_000_000
    purse = RunPurse(ctx.spending, ctx.now, a_run=left)
    Limited(scripted, purse.of(SESSION)).complete(ASK)
    assert scripted.requests[0].max_tokens == 5000 < ASK.max_tokens
    with pytest.raises(LimitReached, match="cost limit is reached"):
        purse.a_run = left - Decimal("0.0308")
        Limited(scripted, purse.of(SESSION)).complete(ASK)
    assert len(scripted.requests) == 1 and SHORTEST == 2000


def test_a_call_that_failed_is_paid_too(ctx: Context) -> None:
    scripted = ScriptedEngine([ModelError("refused", usage=used("0.3"))], MODEL)
    purse = RunPurse(ctx.spending, ctx.now)
    with pytest.raises(ModelError, match="refused"):
        Limited(scripted, purse.of(SESSION)).complete(ASK)
    assert purse.spent == Decimal("0.3") == ctx.spending.total("2026-06")


def test_without_a_price_no_limit_can_be_kept(ctx: Context) -> None:
    purse = RunPurse(ctx.spending, ctx.now, a_run=Decimal(1)).of(SESSION)
    with pytest.raises(LimitReached, match="price of llama is unknown"):
        Limited(ScriptedEngine([], "llama"), purse).complete(ASK)


def test_many_at_once_lose_no_call(ctx: Context) -> None:
    purse = RunPurse(ctx.spending, ctx.now).of(SESSION)
    threads = [
        threading.Thread(target=lambda: [purse.paid(used("1"), MODEL) for _ in range(10)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ctx.spending.total("2026-06") == 80 == purse.run.spent
