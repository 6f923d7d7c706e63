"""A step: one change that makes a space tidier, and the port of those who find them.

Nothing learned goes away unnamed: which lines a step takes from the space is told by code (`gone`),
whoever made it, and a step that has no reason for one of them is refused. Not here: how steps are
found (`rules`, `model`), their commits (`message`), and landing them (the verb).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from acx.engine.limited import Purse
from acx.learn import checks
from acx.learn.draft import Draft
from acx.learn.tidy.page import parsed
from acx.learn.tidy.places import is_page, is_record, layouts
from acx.learn.tidy.words import holds, tokens
from acx.model import SkillTree, Usage

Kind = Literal["merge", "fold", "split", "repair", "move", "remove"]

KINDS: tuple[str, ...] = get_args(Kind)
"""What `Acx-Tidy` may say.

merge   what is said twice is said once
fold    what is stale or partial goes into the entry that holds now
split   what grew too large becomes several files
repair  a name, a description, a heading or a link is put right
move    an entry goes to where it is looked for
remove  what says nothing, or holds no longer, goes
"""

MOVING: frozenset[str] = frozenset(("split", "move"))
"""The kinds that take lines from where they stand only to put them elsewhere."""

Line = tuple[str, str]
"""A path, and the text of one of its lines."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that no longer stands anywhere in the space, verbatim but for its indentation."""

    path: str
    line: str
    why: str


@dataclass(frozen=True, slots=True)
class TidyStep:
    """One change with its reason; made on top of the steps before it.

    changes  path -> new bytes, or None to delete
    key      what makes it the same step in another run, so that a person is not asked twice
    """

    kind: Kind
    title: str
    reason: str
    changes: Mapping[str, bytes | None]
    dropped: tuple[Dropped, ...] = ()
    key: str = ""
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was seen and left as it is, and why. `reason` is "" for what only cost."""

    reason: str
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Untidy:
    """What a tidier is given.

    skills   the tree to tidy
    decided  whether the step with that key waits for a person, or was rejected: it is not made
    refused  titles of steps that a person rejected, for a reader
    spared   for each step that waits or was rejected, the lines it would have taken away: no other
             step takes them along
    say      tells the person what is going on, in a few words
    """

    skills: SkillTree
    decided: Callable[[str], bool] = lambda _: False
    refused: Sequence[str] = ()
    spared: Sequence[frozenset[Line]] = ()
    say: Callable[[str], None] = lambda _: None


class Tidier(Protocol):
    """Finds the steps that make a space tidy."""

    @property
    def name(self) -> str:
        """As it stands in `Acx-Learner`: "offline", or "anthropic MODEL"."""
        ...

    @property
    def prompts(self) -> str:
        """As it stands in `Acx-Prompts`; "" without a model."""
        ...

    def steps(self, untidy: Untidy, purse: Purse | None = None) -> Iterator[TidyStep | Left]:
        """Steps in order, each on top of those before it. Raises ModelError.

        A step is published before the next one is asked for, so that a run that ends early has
        landed what was finished.
        """
        ...


class Kept:
    """The skills in memory, each file read once: tidying reads all of them many times."""

    def __init__(self, tree: SkillTree) -> None:
        self._files = {path: tree.read(path) or b"" for path in tree.paths()}

    def paths(self) -> Sequence[str]:
        return sorted(self._files)

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


def lines(data: bytes | None) -> Iterator[str]:
    """The lines of a file that say something, without their indentation."""
    for line in (data or b"").decode(errors="replace").split("\n"):
        stripped = line.strip()
        if any(char.isalnum() for char in stripped):
            yield stripped


def taken(path: str, old: bytes | None, new: bytes | None) -> Iterator[Line]:
    """The lines that a file has fewer times than it had."""
    for line in Counter(lines(old)) - Counter(lines(new)):
        yield path, line


def takes(before: SkillTree, changes: Mapping[str, bytes | None], kind: str) -> frozenset[Line]:
    """The lines that a step takes away from where they stand; none if it only moves them."""
    files = {} if kind in MOVING else changes
    return frozenset(
        line for path, new in files.items() for line in taken(path, before.read(path), new)
    )


def gone(before: SkillTree, draft: Draft) -> list[tuple[str, str]]:
    """Path and text of each line that stands nowhere any more, in the order of the files."""
    changed = draft.changes()
    lost = {(path, line): None for path in changed for line in lines(before.read(path))}
    if not lost:
        return []
    left = {line for path in draft.paths() for line in lines(draft.read(path))}
    return [found for found in lost if found[1] not in left]


class Substance:
    """What the lines and entries of a tree say, to be asked whether one says all of another."""

    def __init__(self, tree: SkillTree) -> None:
        self._said: list[tuple[str, str, tuple[str, ...]]] = []
        self._where: dict[str, list[int]] = {}
        for path in tree.paths():
            data = tree.read(path)
            entries = [block.text for block in parsed(data)] if is_page(path) else []
            for text in [*lines(data), *(entry for entry in entries if "\n" in entry)]:
                words = tokens(text)
                for word in set(words):
                    self._where.setdefault(word, []).append(len(self._said))
                self._said.append((path, " ".join(text.split()), words))

    def of(self, line: str) -> str:
        """`PATH: LINE` of one that says all that this line says; "" if none does."""
        wanted = tokens(line)
        if not wanted or any(word not in self._where for word in wanted):
            return ""
        rarest = min(wanted, key=lambda word: len(self._where[word]))
        for at in self._where[rarest]:
            path, text, words = self._said[at]
            if holds(words, wanted):
                return f"{path}: {text}"
        return ""


def refusal(draft: Draft, before: SkillTree) -> list[str]:
    """Why a step may not become a commit, whoever made it; [] if it may."""
    found = list(checks.problems(draft, before))
    layout = layouts(before)
    for path, data in draft.changes().items():
        if before.read(path) is not None and is_record(path, layout) and _less(before, path, data):
            found.append(
                f"{path}: a log is a record of what happened; leave its entries as they are"
            )
    return found


def _less(before: SkillTree, path: str, data: bytes | None) -> bool:
    now = set(lines(data))
    return any(line not in now for line in lines(before.read(path)))
