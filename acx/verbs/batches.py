"""Learning by batches: questions are sent together at half the price, answers fetched later.

`acx learn --batch` asks what can wait in a batch, and says so; any `acx learn` afterwards fetches
what has come and goes on from there: reading a session takes two batches (its tasks, then what they
taught), and lessons are written at once, since each depends on those before it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from acx.config import Config
from acx.engine.anthropic_engine import AnthropicEngine
from acx.engine.limited import tokens_at_most
from acx.engine.port import Reply, Request
from acx.engine.prices import Tokens, cost
from acx.errors import LimitReached, ModelError, UsageError
from acx.learn.port import Learner
from acx.model import Session, Usage
from acx.store.shelf import Batches, SentBatch
from acx.verbs.context import Context
from acx.verbs.progress import Progress, Step
from acx.verbs.purse import RunPurse


@dataclass
class RunShelf:
    """The `Shelf` of a run. With `sending`, what isn't answered is put down for a batch."""

    batches: Batches
    sending: bool = False
    wanted: dict[str, Request] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, key: str) -> Reply | None:
        kept = self.batches.answer(key)
        return None if kept is None else _read(kept)

    def asked(self, key: str) -> bool:
        return key in self.waiting

    def want(self, key: str, request: Request) -> bool:
        if self.sending:
            with self.lock:
                self.wanted[key] = request
        return self.sending


def shelf(ctx: Context, sending: bool) -> RunShelf | None:
    """The shelf of a run; None where nothing was ever sent, and nothing is to be."""
    if sending or ctx.home.batches.exists():
        return RunShelf(ctx.batches, sending)
    return None


def fetch(ctx: Context, engine: AnthropicEngine, on: RunShelf, say: Progress) -> None:
    """Take the answers of batches that are done; remember what the others are asked."""
    on.batches.clear(ctx.now().timestamp())
    for batch in on.batches.open():
        answers = engine.results(batch.id)
        if answers is None:
            on.waiting.update(batch.questions)
            detail = f"sent {batch.sent_at}, {len(batch.questions)} questions"
            say(Step("waiting", "", title=f"batch {batch.id} is being worked on", detail=detail))
            continue
        came = {key: answer for key, answer in answers.items() if isinstance(answer, Reply)}
        on.batches.fetched(batch, {key: _kept(answer) for key, answer in came.items()})
        paid = sum((answer.usage for answer in came.values()), Usage())
        RunPurse(ctx.spending, ctx.now).of(Session("batch", "")).paid(paid, batch.model)
        say(Step("fetched", "", title=f"batch {batch.id}", detail=f"{len(came)} answers"))
        if lost := [str(a) for a in answers.values() if isinstance(a, ModelError)]:
            detail = f"{len(lost)} questions got no answer ({lost[0]}), and are asked again"
            say(Step("failed", "", title=f"batch {batch.id}", detail=detail))


def check(config: Config, learner: Learner, dry_run: bool) -> None:
    """Raises UsageError where there can be no batch."""
    if not learner.prompts:
        raise UsageError(
            "the offline learner asks nobody, so there is no batch to send",
            "acx learn --batch --learner anthropic",
        )
    if config.base_url and not config.full_api:
        raise UsageError(
            f"{config.base_url} isn't Anthropic's own, and other servers know no batches",
            "if it is a gateway to Anthropic's, say `full_api: true` in config.yaml",
        )
    if dry_run:
        raise UsageError("--batch and --dry-run don't go together", "acx learn --batch")


def send(
    ctx: Context, engine: AnthropicEngine, on: RunShelf, purse: RunPurse, say: Progress
) -> None:
    """Send what is wanted. Raises LimitReached if that could cost more than may be spent."""
    left = purse.left()
    if left is not None and (most := _most(engine.model, on.wanted)) > left:
        raise LimitReached(
            f"the batch may cost {most:.4f} USD, and {max(left, Decimal(0)):.4f} are left",
            "learn fewer sessions at a time, or raise the limit",
        )
    name = engine.send(on.wanted)
    batch = SentBatch(name, engine.model, ctx.stamp(), tuple(on.wanted))
    on.batches.sent(batch)
    detail = f"{len(on.wanted)} questions at half the price; `acx learn` fetches the answers"
    say(Step("sent", "", title=f"batch {name}", detail=detail))


def _most(model: str, wanted: Mapping[str, Request]) -> Decimal:
    """USD that a batch can cost at most. The price is known: else no limit would be kept."""
    total = Decimal(0)
    for request in wanted.values():
        tokens = Tokens(cache_write=tokens_at_most(request), output=request.max_tokens)
        total += cost(model, tokens, batch=True) or Decimal(0)
    return total


def _kept(answer: Reply) -> Mapping[str, Any]:
    usage = answer.usage
    return {
        "content": list(answer.content),
        "stop_reason": answer.stop_reason,
        "stop_note": answer.stop_note,
        "model": answer.model,
        "usage": [usage.input, usage.output, usage.cached, usage.calls, usage.cost],
    }


def _read(kept: Mapping[str, Any]) -> Reply:
    read, written, cached, calls, usd = kept["usage"]
    usage = Usage(read, written, cached, calls, None if usd is None else Decimal(usd))
    return Reply(
        tuple(kept["content"]), kept["stop_reason"], usage, kept["model"], kept["stop_note"]
    )
