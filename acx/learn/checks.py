"""What a draft must be before it may become a commit: safe paths, valid skills, inert text.

Skills are read by agents that run commands, so what a lesson adds is held to more than the format:
nothing that an agent's client would execute, nothing a person can't see in a diff. Only what the
draft changes is judged; what stood there before is its owner's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from acx import frontmatter, skillfile
from acx.errors import BadInput
from acx.learn import active
from acx.learn.draft import Draft
from acx.learn.message import visible
from acx.model import SkillTree
from acx.paths import collision, safe_path
from acx.transcripts.redact import redact_text

_FREE = frozenset(skillfile.FIELDS) - {"allowed-tools"}
"""Fields of the front matter that a lesson may change."""

LARGEST_FILE = 200_000
"""Bytes. The largest skill file seen in public collections is a tenth of it."""


def problems(draft: Draft, tree: SkillTree) -> list[str]:
    """All that is wrong with the draft's changes to the tree, each in a sentence; empty if fine."""
    found = forbidden(draft, tree)
    if found:
        return found
    for path, data in draft.changes().items():
        found += _file_problems(
            path, data, (tree.read(path) or b"").decode(errors="replace"), draft
        )
    if pair := collision(draft.paths()):
        found.append(f"{pair[0]} and {pair[1]} can't lie side by side on every system")
    return found


def forbidden(draft: Draft, tree: SkillTree) -> list[str]:
    """What may not even wait as a proposal: files that aren't a skill's, secrets, and what acts
    merely by lying in a repository or by being shown."""
    found: list[str] = []
    for path, data in draft.changes().items():
        try:
            safe = safe_path(path)
        except BadInput as error:
            found.append(str(error))
            continue
        if path != safe or not re.fullmatch(r"skills/[^/]+/.+", path):
            found.append(f"{path}: lessons may only touch files under skills/NAME/")
        before = tree.read(path)
        if data is not None and before is None and active.ACTS_ALONE.search(path):
            found.append(f"{path}: files that tools run by themselves don't belong into lessons")
        found += _secrets(path, data or b"", before or b"")
        found += _new_lines(path, data or b"", before or b"", active.refused)
    return found


def _new_lines(
    path: str, data: bytes, before: bytes, judge: Callable[[str], Iterator[tuple[int, str]]]
) -> Iterator[str]:
    """What is wrong with the lines of a file that weren't in it before."""
    text = data.decode(errors="replace")
    known = set(before.decode(errors="replace").splitlines())
    lines = text.splitlines()
    for number, what in judge(text):
        if lines[number - 1] not in known:
            yield f"{path}, line {number}: {what}"


def _secrets(path: str, data: bytes, before: bytes) -> list[str]:
    """What the change adds in secrets: by line, and those of several lines, such as a key's."""
    known = set(before.splitlines())
    found = [
        f"{path}, line {number}: a secret ({', '.join(kinds)})"
        for number, line in enumerate(data.splitlines(), 1)
        if line not in known and (kinds := secrets(line))
    ]
    if not found and (kinds := secrets(data) - secrets(before)):
        found.append(f"{path}: a secret ({', '.join(kinds)})")
    return found


def secrets(data: bytes) -> Counter[str]:
    """How many secrets of each kind a text holds, also where colour codes run through them."""
    return redact_text(visible(data.decode(errors="replace")))[1]


def _file_problems(path: str, data: bytes | None, before: str, draft: Draft) -> Iterator[str]:
    skill = path.split("/")[1]
    main = f"skills/{skill}/SKILL.md"
    if data is None:
        if path == main and any(p.startswith(f"skills/{skill}/") for p in draft.paths()):
            yield f"{path}: a skill without its SKILL.md is none; delete its other files too"
        return
    if active.ACTS_ALONE.search(path) or active.ACTS_WHEN_CALLED.search(path):
        yield f"{path}: files that tools run by themselves don't belong into lessons"
    if len(data) > LARGEST_FILE:
        yield f"{path}: {len(data):,} bytes, more than {LARGEST_FILE:,}; split it into files"
        return
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield f"{path}: not a text file"
        return
    if path == main:
        yield from _format_problems(path, text, before, skill)
    elif draft.read(main) is None:
        yield f"{path}: skills/{skill} has no SKILL.md; write one that says what the skill is for"
    yield from _new_lines(path, data, before.encode(), partial(active.held, main=path == main))


def _format_problems(path: str, text: str, before: str, skill: str) -> Iterator[str]:
    """What the change breaks in a SKILL.md, and what its front matter would newly allow."""
    known = {p.message for p in skillfile.problems(before, skill)} if before else set()
    for problem in skillfile.problems(text, skill):
        if problem.severity == "error" and problem.message not in known:
            yield f"{path}, {problem}"
    lines, most = len(text.splitlines()), skillfile.MOST_LINES
    if lines > max(most, len(before.splitlines())):
        yield f"{path}: {lines} lines, more than {most}; move some into files that SKILL.md names"
    was, now = frontmatter.read(before, lenient=True), frontmatter.read(text, lenient=True)
    for key, value in now.values.items():
        added = key == "allowed-tools" or key in was.values  # other new keys are told of above
        if added and key not in _FREE and value != was.values.get(key):
            line = now.lines.get(key, 1)
            yield f"{path}, line {line}: `{key}` of the front matter is for a person to change"
