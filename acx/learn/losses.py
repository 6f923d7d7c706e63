"""Losses: commands of a lesson that can't be taken back, such as `rm -rf` or a forced push.

What a line forbids is none. Pure; not here: who in the session ran or named one first
(`acx.learn.provenance`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from acx.learn.steering import forbids

_LOSSES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (what, core, re.compile(pattern))
    for what, core, pattern in (
        (
            "git push --force",
            "push",
            r"\bgit push\b[^\n`;&|]{0,80}?\s(?:--force(?!-with)\b|-f\b|\+\w)|\bforce[- ]push",
        ),
        ("git push --delete", "push", r"\bgit push\b[^\n`;&|]{0,80}?\s(?:--delete|--mirror)\b"),
        ("git reset --hard", "hard", r"\bgit reset\b[^\n`;&|]{0,60}?\s--hard\b|\bhard[- ]reset"),
        ("git clean -f", "clean", r"\bgit clean\b[^\n`;&|]{0,40}?\s-\w*f"),
        ("drop", "drop", r"\bdrop (?:table|database|schema|column|user|role)s?\b|\bdropdb\b"),
        ("truncate", "truncate", r"\btruncate table\b|\btruncate [\w\".]+\s*;"),
        ("delete from", "delete", r"\bdelete from [\w\".]+\s*(?:;|`|$)"),
        ("destroy", "destroy", r"\b(?:terraform|tofu|pulumi|cdk)\b[^\n`;&|]{0,60}?\bdestroy\b"),
        ("kubectl delete", "kubectl", r"\bkubectl\b[^\n`;&|]{0,60}?\bdelete\b"),
        ("helm uninstall", "helm", r"\bhelm (?:uninstall|delete)\b"),
        ("prune", "prune", r"\bdocker\b[^\n`;&|]{0,40}?\bprune\b"),
        ("docker volume rm", "volume", r"\bdocker volume rm\b"),
        ("mkfs", "mkfs", r"\bmkfs(?:\.\w+)?\s"),
        ("dd", "of=", r"\bdd\b[^\n`]{0,80}?\bof=/dev/"),
        ("aws s3 rm", "s3", r"\baws s3 r[mb]\b"),
        ("aws delete", "aws", r"\baws\b[^\n`;&|]{0,60}?\s(?:delete|terminate)-[\w-]+"),
        ("gcloud delete", "delete", r"\b(?:gcloud|az)\b[^\n`;&|]{0,60}?\sdelete\b"),
        ("flush", "flush", r"\bflush(?:all|db)\b"),
    )
)
"""What can't be taken back: its kind, a word it always has, how it is called. Whatever it is done
to, it counts as the same."""

_LISTED = re.compile(
    r"\b(?:never|don't|do not|must not|mustn't|avoid)\b((?:\s+\w+){0,3}\s+"
    r"(?:`[^`\n]+`(?:[\s,/]|\b(?:or|and|nor|an?|the|any)\b)*)+)[`\"']*$"
)
_TURNS = re.compile(
    r"\b(?:hesitat|worr|bother|wait|afraid|forget|fail|mind|without|unless|except|but)"
)
_LEFT_OUT = re.compile(r"\b(?:skip|omit|miss|leave out)\b")
"""What makes an order of a ban: never hesitate to, never leave out."""

_REMOVES = re.compile(
    r"\b(?:rm\s+(?=(?:-\S+\s+)*(?:-\w*r|--recursive))(?:-\S+\s+)+"
    r"|remove-item\s+(?=[^\n`;|]{0,80}?-r(?:ecurse)?\b)(?:-\w+\s+)*)([^\s`;&|)\"']+)"
)


def losses(text: str) -> Iterator[tuple[str, str, str]]:
    """Each command of a text that can't be taken back: what it is compared by, as it is shown, and
    a word that is always in it. Lower case, without disguises."""
    for found in _REMOVES.finditer(text):
        path = found[1].removeprefix("./").rstrip("/.,:") or found[1]
        if not _banned(text, found):
            yield f"rm -r {path}", _shown(found), _longest(path)
    for what, core, pattern in _LOSSES:
        for found in pattern.finditer(text):
            if not _banned(text, found):
                yield what, _shown(found), core


def _banned(text: str, found: re.Match[str]) -> bool:
    """Whether the line says not to, up to there: a warning is no order. One ban may be followed by
    a list: never this, that or the other."""
    before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    if _LEFT_OUT.search(before):
        return False
    listed = _LISTED.search(before)
    return forbids(before) or (listed is not None and not _TURNS.search(listed[1]))


def _shown(found: re.Match[str]) -> str:
    return " ".join(found[0].split())[:60]


def _longest(path: str) -> str:
    found: list[str] = re.findall(r"[\w-]+", path)
    return max(found, key=len, default=path)
