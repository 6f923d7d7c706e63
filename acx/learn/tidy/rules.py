"""The tidier that needs neither key nor network: what is certain is done, all else is left.

First what keeps agents from loading a skill, then what is said twice, then what that left empty,
and last what is too large. Once tidied, a space is tidy: a second run finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from acx.engine.limited import Purse
from acx.learn.draft import Draft
from acx.learn.tidy.folds import clearings, folds
from acx.learn.tidy.merges import Merges
from acx.learn.tidy.repairs import repairs, unrepaired
from acx.learn.tidy.splits import splits, unsplit
from acx.learn.tidy.step import (
    Dropped,
    Kept,
    Left,
    Line,
    Substance,
    TidyStep,
    Untidy,
    gone,
    refusal,
    takes,
)
from acx.model import SkillTree

Rule = Callable[[SkillTree], Iterator[TidyStep]]
"""Finds all steps of a kind that can be made in a tree, each on its own."""


class RuleTidier:
    """A `Tidier`."""

    name = "offline"
    prompts = ""

    def steps(self, untidy: Untidy, purse: Purse | None = None) -> Iterator[TidyStep | Left]:
        """Rules cost nothing."""
        standing = Draft(Kept(untidy.skills))
        spared = frozenset[Line]().union(*untidy.spared)
        rules: list[Rule] = [repairs, Merges(), folds, clearings, splits]
        if spared:  # a step that takes some of them is left; what else it would do is done after it
            rules.insert(2, Merges(spared))
            rules.insert(5, lambda tree: clearings(tree, spared))
        for rule in rules:
            yield from _made(rule, standing, untidy, spared)
        yield from unrepaired(standing)
        yield from unsplit(standing)


def _made(
    rule: Rule, standing: Draft, untidy: Untidy, spared: frozenset[Line]
) -> Iterator[TidyStep | Left]:
    """The steps of a rule, one after the other: each is looked for in what the last one left."""
    seen: set[str] = set()
    while step := next((one for one in rule(standing) if one.key not in seen), None):
        seen.add(step.key)
        if untidy.decided(step.key) or takes(standing, step.changes, step.kind) & spared:
            yield Left(f"{step.title}: waits for review, or was rejected")
            continue
        draft = Draft(standing)
        draft.put_all(step.changes)
        if wrong := refusal(draft, standing):
            yield Left(f"{step.title}: {wrong[0]}")
            continue
        yield replace(step, dropped=_dropped(standing, draft, step.reason))
        standing.put_all(step.changes)


def _dropped(before: Draft, after: Draft, reason: str) -> tuple[Dropped, ...]:
    lost = gone(before, after)
    said = Substance(after) if lost else None
    return tuple(
        Dropped(path, line, f"said in {where}" if said and (where := said.of(line)) else reason)
        for path, line in lost
    )
