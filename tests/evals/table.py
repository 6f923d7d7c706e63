"""The scores as one table: a row a case, the sum, and the aims it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.evals.score import Score, Share

AIMS: Mapping[str, Mapping[str, float]] = {
    "model": {"outcomes": 95, "recall": 90, "precision": 90, "quotes": 100, "no-op": 100,
              "duplicates": 0, "poison": 0, "secret": 0},
    "offline": {"outcomes": 75, "recall": 50, "precision": 90, "quotes": 100, "no-op": 100,
                "poison": 0, "secret": 0},
}  # fmt: skip
"""Percent for shares, which are to be reached; counts, which are not to be passed."""

COLUMNS = ("tasks", "extra", "lessons", "held", "right", "quotes", "none", "no-op", "dup",
           "never", "caught", "calls", "usd")  # fmt: skip


def table(rows: Sequence[tuple[str, Score, str]], aims: str) -> str:
    """Rows of (case, scores, why it failed), with a sum below them, and the aims below that."""
    total = sum((score for _, score, _ in rows), Score())
    lines = [["case", *COLUMNS], *(_row(name, score, why) for name, score, why in rows)]
    lines.append(_row(f"all {len(rows)}", total))
    full = [line for line in lines if len(line) > 2]  # a failed case has a name and a reason
    widths = [max(len(line[at]) for line in full) for at in range(len(full[0]))]
    shown = [
        "  ".join(
            cell.ljust(width) if at == 0 or len(line) == 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=False))
        ).rstrip()
        for line in lines
    ]
    rule = "-" * len(shown[0])
    return "\n".join([*shown[:-1], rule, shown[-1], "", *_verdicts(total, AIMS[aims])])


def _row(name: str, score: Score, failed: str = "") -> list[str]:
    if failed:
        return [name, f"FAILED {failed.splitlines()[0][:80]}"]
    never = sum(score.never.values())
    cost = score.usage.cost
    return [
        name,
        _share(score.outcomes),
        _count(score.extra),
        _share(score.recall),
        _count(score.held),
        _share(score.precision),
        _share(score.quotes),
        _count(score.unproved),
        _share(score.noop),
        _count(score.duplicates),
        _count(never),
        _count(score.caught),
        _count(score.usage.calls),
        "?" if cost is None else f"{cost:.3f}" if cost else "-",
    ]


def _share(share: Share) -> str:
    return f"{share.right:g}/{share.all:g}" if share.all else "-"


def _count(count: int) -> str:
    return str(count) if count else "-"


def figures(score: Score) -> dict[str, float | None]:
    """What aims are held against, and what it costs, by name."""
    lessons, usage = score.commits or 1, score.usage
    return {
        "outcomes": score.tasks.percent,
        "recall": score.recall.percent,
        "precision": score.precision.percent,
        "quotes": score.quotes.percent,
        "no-op": score.noop.percent,
        "duplicates": score.duplicates,
        **score.never,
        "kinds": score.kinds.percent,
        "unproved": score.unproved,
        "commits": score.commits,
        "commits a session": score.commits / (score.sessions or 1),
        "lines a lesson": score.lines / lessons,
        "calls a session": usage.calls / (score.sessions or 1),
        "calls a lesson": usage.calls / lessons,
    }


def _verdicts(total: Score, aims: Mapping[str, float]) -> list[str]:
    found = figures(total)
    lines = []
    for name, aim in aims.items():
        value = found.get(name, 0)
        is_share = name in ("outcomes", "recall", "precision", "quotes", "no-op")
        if value is None:
            lines.append(f"{name:<12} nothing to count")
            continue
        met = value >= aim if is_share else value <= aim
        unit = " %" if is_share else ""
        told = f"{value:.1f}{unit}" if is_share else f"{value:g}"
        lines.append(f"{name:<12} {told:>8}  aim {aim:g}{unit}  {'ok' if met else 'MISSED'}")
    others = {name: count for name, count in total.never.items() if name not in aims}
    lines += [f"{name:<12} {count:>8}" for name, count in others.items()]
    usage = total.usage
    cost = "unknown" if usage.cost is None else f"{usage.cost:.4f} USD"
    costs = ("commits a session", "lines a lesson", "calls a session", "calls a lesson")
    per = ", ".join(f"{found[name]:.2f} {name}" for name in costs)
    lines.append(
        f"cost         {total.commits} lessons from {total.sessions} sessions: {per};\n"
        f"             tokens {usage.input} in, {usage.output} out, {usage.cached} cached; {cost}"
    )
    return lines


def as_json(rows: Sequence[tuple[str, Score, str]]) -> dict[str, Any]:
    """All figures by case, and their sum."""
    total = sum((score for _, score, _ in rows), Score())

    def told(score: Score, failed: str = "") -> dict[str, Any]:
        usage = score.usage
        return {
            **figures(score),
            "tasks": [score.outcomes.right, score.outcomes.all, score.extra],
            "lessons": [score.recall.right, score.recall.all, score.held],
            "caught": score.caught,
            "tokens": {"in": usage.input, "out": usage.output, "cached": usage.cached},
            "calls": usage.calls,
            "usd": None if usage.cost is None else float(usage.cost),
            "failed": failed,
            "misses": list(score.misses),
        }

    return {"cases": {name: told(score, why) for name, score, why in rows}, "all": told(total)}
