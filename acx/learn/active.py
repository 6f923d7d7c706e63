"""Active content: what an agent's client would run or replace, and what a page hides or fetches.

Judged line by line, as a file of a skill is read: code spans and fenced blocks count as code where
the client treats them so. Pure. Not here: what the words ask for (`acx.learn.guard`), and the
format (`acx.skillfile`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from acx.learn.message import INVISIBLE

LONGEST_LINE = 2000
"""Characters. What stands further right isn't seen in a diff, and takes a pattern too long."""

ACTS_ALONE = re.compile(
    r"(?:^|/)(?:\.[^/]*|conftest\.py|package\.json|setup\.py|(?:site|user)customize\.py|hooks"
    r"|agents"
    r"|mcp\.json|plugin\.json|marketplace\.json|(?:claude|agents|gemini)(?:\.\w+)?\.md"
    r"|copilot-instructions\.md|[^/]+\.(?:pth|code-workspace|desktop|lnk|command|scpt|exe|dll|so"
    r"|dylib))"
    r"(?:/|$)|^skills/[^/]+/.+/skill\.md$",
    re.IGNORECASE,
)
"""Names that a tool or an agent acts on where it finds them, also in a folder it was only told to
look into: no lesson may write such a file."""

ACTS_WHEN_CALLED = re.compile(
    r"(?:^|/)(?:scripts|commands|output-styles|makefile|justfile|rakefile|gulpfile\.\w+"
    r"|pyproject\.toml"
    r"|setup\.cfg|settings(?:\.local)?\.json|[^/]+\.(?:bat|cmd|jar|x?html?|svg))(?:/|$)",
    re.IGNORECASE,
)
"""Names of files that do something once somebody uses them: each waits for a person."""

_EVERYWHERE = (
    (
        re.compile(r"(?:^|[\s|>])!`"),
        "a command that Claude Code would run when it loads the skill (!`...`)",
    ),
    (
        re.compile(r"(?:```|~~~)\s*!"),
        "a block that Claude Code would run when it loads the skill (```!)",
    ),
    (
        re.compile(r"\$(?:ARGUMENTS|\{CLAUDE_)|\{\{\s*args\s*\}\}"),
        "a variable that the agent's client would replace",
    ),
    (
        re.compile(r"<!--|^\s{0,3}\[[^\]]*\]:\s*(?:#|<>|\S+)\s*[\"'(]"),
        "an HTML comment, which a reader of the rendered page doesn't see",
    ),
    (re.compile(r"(?i)\bdata:(?:[\w.+-]+/[\w.+-]+|;base64)?(?:;[\w=.-]+)*,\S"), "embedded data"),
    (INVISIBLE, "invisible or direction-changing characters"),
    (
        re.compile("[\ufe00-\ufe0f]{2}|(?<=[ -~])[\ufe00-\ufe0e]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"),
        "invisible or direction-changing characters",
    ),
    (
        re.compile(r"\S[ \t\u00a0\u2000-\u200a\u3000]{100,}\S"),
        "text far off to the right, where no one looks",
    ),
    (
        re.compile(
            r"(?i)<[a-z]+\b[^>]*\b(?:hidden\b|display\s*:\s*none|visibility\s*:|font-size\s*:\s*0"
            r"|opacity\s*:\s*0|color\s*:\s*(?:white|#fff\b|transparent))|<(?:details|style"
            r"|template)\b"
        ),
        "text that a reader of the rendered page doesn't see",
    ),
)
_IN_PROSE = (
    (
        re.compile(
            r"(?<![\w`.@/+-])@(?:~?/|\.{1,2}/|[\w-]+/[\w.-]+/|(?:[\w-]+/)*[\w.-]+\.(?:mdx?|txt|json"
            r"|ya?ml"
            r"|toml|py|[jt]sx?|sh|env|ini|cfg|rst|html?|csv|lock|xml|pem|key)\b(?![\w.(])"
            r"|(?:README|CLAUDE|AGENTS|GEMINI|LICENSE|CHANGELOG|Makefile|Dockerfile)\b|\"|\.\w)"
        ),
        "a file that the agent's client would load (@path)",
    ),
    (
        re.compile(
            r"(?i)\]\(\s*<?\s*(?:javascript|vbscript|file|ms-[\w-]+|vscode[\w-]*|cursor|shell):"
            r"|(?:href|src|action|xlink:href)\s*=\s*[\"']?\s*(?:javascript|vbscript):"
            r"|^\s{0,3}\[[^\]]+\]:\s*<?(?:javascript|vbscript):|<(?:javascript|vbscript):"
        ),
        "a link that would run something",
    ),
)
_POSITIONAL = re.compile(r"(?<![\\\w$])\$\d(?![\d.,]*\d)(?!\w)")
_LOADED = (
    (
        re.compile(
            r"(?i)!\[[^\]]*\]\s*\(\s*<?\s*(?:https?:|ftp:|//)|!\[[^\]]*\]\s*\[|<(?:img|image|video"
            r"|audio|source"
            r"|embed|track)\b[^>]*\b(?:src|srcset|href|poster|data)\s*=\s*[\"']?\s*(?:https?:)?//"
        ),
        "an image from elsewhere, fetched as soon as the page is shown",
    ),
    (
        re.compile(
            r"(?i)<(?:script|iframe|object|embed|applet|base|form|link|meta)\s+[\w-]+\s*="
            r"|^\s*<(?:script|iframe)\b|</(?:script|iframe)\b"
            r"|<[a-z][^>]*\son[a-z]{3,}\s*=\s*[\"']?\w"
        ),
        "markup that acts as soon as the page is shown",
    ),
)
_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_WITHIN_A_SCHEME = re.compile(r"(?i)(?<=[a-z])[\t\x00-\x1f](?=[a-z:])")
"""What browsers leave out of `java\\tscript:`."""

_FENCE = re.compile(r"\s{0,3}(?:[-*+>]\s+|\d+[.)]\s+)*(`{3,}|~{3,})")


def held(text: str, main: bool) -> Iterator[tuple[int, str]]:
    """Lines of a file that should wait for a person, with what is in them; `main` for a SKILL.md,
    whose text the client treats as a template."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield number, f"{len(line):,} characters in one line, which nobody reads to its end"
    for number, line, prose in _lines(text):
        for pattern, what in _EVERYWHERE:
            if pattern.search(line):
                yield number, what
        for pattern, what in _IN_PROSE:
            if pattern.search(prose):
                yield number, what
        if main and _POSITIONAL.search(prose):
            yield number, "a variable that the agent's client would replace"


def refused(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a file that act merely by being shown, with what is in them."""
    for number, _, prose in _lines(text):
        for pattern, what in _LOADED:
            if pattern.search(prose):
                yield number, what


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Each line with its number, as it stands, and without its code; addresses and entities are
    decoded there."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip("`~ \t"):
                fence = ""
            yield from ((number, part, "") for part in _parts(line))
        elif mark and "`" not in line[mark.end() :].strip("`"):
            fence = mark[1]
            yield from ((number, part, "") for part in _parts(line))
        else:
            for part in _parts(line):
                bare = html.unescape(unquote(_SPAN.sub("``", part)))
                yield number, part, _WITHIN_A_SCHEME.sub("", bare)


def _parts(line: str) -> Iterator[str]:
    """A line, or where it is a long one, pieces of it that overlap."""
    for start in range(0, max(len(line) - LONGEST_LINE // 2, 1), LONGEST_LINE // 2):
        yield line[start : start + LONGEST_LINE]
