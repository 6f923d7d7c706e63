"""What a draft must be before it may become a commit: safe paths, valid skills, inert text.

Skills are read by agents that run commands, so what a lesson adds is held to more than the format:
nothing that an agent's client would execute, nothing a person can't see in a diff. Only what the
draft changes is judged; what stood there before is its owner's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from acx import skillfile
from acx.errors import BadInput
from acx.learn.draft import Draft
from acx.learn.message import INVISIBLE, visible
from acx.model import SkillTree
from acx.paths import collision, safe_path
from acx.transcripts.redact import redact_text

LARGEST_FILE = 200_000
"""Bytes. The largest skill file seen in public collections is a tenth of it."""

FORBIDDEN = re.compile(
    r"(^|/)(conftest\.py|package\.json|setup\.py|hooks|agents|scripts)(/|$)", re.IGNORECASE
)
"""Names that some tool or agent executes by itself when it finds them."""

ACTIVE = (
    (
        re.compile(r"(?:^|\s)!`"),
        "a command that Claude Code would run when it loads the skill (!`...`)",
    ),
    (re.compile(r"```!"), "a block that Claude Code would run when it loads the skill (```!)"),
    (re.compile(r"\$(?:ARGUMENTS|\{CLAUDE_)"), "a variable that the agent's client would replace"),
    (re.compile(r"<!--"), "an HTML comment, which a reader of the rendered page doesn't see"),
    (re.compile(r"(?i)\bdata:[\w/+.-]+;base64,"), "embedded data"),
    (INVISIBLE, "invisible or direction-changing characters"),
)
"""Patterns no added line may match, with what they are."""


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
    """What may not even wait as a proposal: files that aren't a skill's, and secrets."""
    found: list[str] = []
    for path, data in draft.changes().items():
        try:
            safe = safe_path(path)
        except BadInput as error:
            found.append(str(error))
            continue
        if path != safe or not re.fullmatch(r"skills/[^/]+/.+", path):
            found.append(f"{path}: lessons may only touch files under skills/NAME/")
        found += _secrets(path, data or b"", tree.read(path) or b"")
    return found


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
    if FORBIDDEN.search(path):
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
        known = {p.message for p in skillfile.problems(before, skill)} if before else set()
        for problem in skillfile.problems(text, skill):
            if problem.severity == "error" and problem.message not in known:
                yield f"{path}, {problem}"
    elif draft.read(main) is None:
        yield f"{path}: skills/{skill} has no SKILL.md; write one that says what the skill is for"
    yield from _line_problems(path, text, set(before.splitlines()))


def _line_problems(path: str, text: str, before: set[str]) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if line in before:
            continue
        for pattern, what in ACTIVE:
            if pattern.search(line):
                yield f"{path}, line {number}: {what}"
