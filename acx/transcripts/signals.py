"""What tool calls and results tell about how things went: commands, exit codes, errors, commits.

Pure; text in, values out. The flags of transcripts lie both ways, so what counts is told from the
text. Test runners are in `acx.transcripts.suites`; what a person's words mean is the learner's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from acx.model import ToolCall, ToolResult

LOOKED_AT = 60_000
"""Characters of an output: this much of its start and of its end. Summaries and errors stand there;
what lies between them in longer ones is the output itself."""

_SHELLS_NAMES = (
    "bash shell run execute_bash execute_command run_command run_shell_command exec_command "
    "terminal local_shell run_terminal_cmd shell_call"
)
_SHELLS = frozenset(_SHELLS_NAMES.replace("_", "").split())
_EDITORS_NAMES = (
    "edit write multiedit notebookedit apply_patch str_replace_editor str_replace "
    "write_file edit_file create_file replace str_replace_based_edit_tool search_replace"
)
_EDITORS = frozenset(_EDITORS_NAMES.replace("_", "").split())
_MAIN_ARGS = (
    "file_path", "path", "notebook_path", "pattern", "query", "url", "skill", "description",
    "prompt", "command",
)  # fmt: skip


@cache
def _pattern(source: str) -> re.Pattern[str]:
    # Compiled at first use: `import acx` must not pay for them.
    return re.compile(source, re.M)


def ends(text: str) -> str:
    """The text without colours, and only its start and end where it is too long to look at."""
    if "\x1b" in text:
        text = _pattern(r"\x1b\[[0-9;]*[A-Za-z]").sub("", text)
    if len(text) <= 2 * LOOKED_AT:
        return text
    return text[:LOOKED_AT] + "\n" + text[-LOOKED_AT:]


def _plain_name(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def command(call: ToolCall) -> str:
    """The shell command of a call, "" if the call runs none."""
    # `run_command`, `runCommand` and `run-command` are one name.
    if _plain_name(call.name) not in _SHELLS:
        return ""
    if isinstance(call.args, str):
        return call.args.strip()
    value = call.args.get("command", call.args.get("cmd", ""))
    several = call.args.get("commands")
    if isinstance(several, list):  # each a line of its own
        value = "\n".join(str(line) for line in several)
    elif isinstance(value, list):
        words = [str(word) for word in value]
        # `["bash", "-lc", "make test"]`: the command is what the shell is given.
        value = words[-1] if len(words) > 2 and words[1].startswith("-") else " ".join(words)
    return value.strip() if isinstance(value, str) else ""


def edited(call: ToolCall) -> str:
    """The path of the file that a call writes, "" if it writes none."""
    if _plain_name(call.name) not in _EDITORS:
        return ""
    if isinstance(call.args, str):
        found = _pattern(r"^\*\*\* (?:Update|Add|Delete) File: (.+)$").search(call.args)
        return found[1].strip() if found else ""
    if call.args.get("command") == "view":
        return ""
    for key in ("file_path", "path", "notebook_path"):
        if isinstance(path := call.args.get(key), str):
            return path
    return ""


def called(call: ToolCall) -> str:
    """A call in one short line: its command, or its name and main argument."""
    if line := command(call):
        return line
    args = call.args if isinstance(call.args, Mapping) else {}
    for key in _MAIN_ARGS:
        if isinstance(value := args.get(key), str) and value.strip():
            return f"{call.name} {value.strip().splitlines()[0][:80]}"
    return call.name


def exit_code(result: ToolResult) -> int | None:
    """The exit code of a command, as given or as the text says it; None if nothing says."""
    if result.exit_code is not None:
        return result.exit_code
    head, tail = result.text[:300], result.text[-300:]
    for part in (head, tail):
        found = _pattern(
            r"(?i)^[^\w\n]*(?:Error: )?(?:process exited with code|exit code:?|exit status:?"
            r"|command failed with exit code|<returncode>|\[exit(?: code)?:?|returncode[:=])"
            r"\s*(-?\d{1,3})\b"
        ).search(part)
        if found:
            return int(found[1])
    return None


def harness_error(text: str) -> bool:
    """Whether an error is the agent's own program talking, which says nothing about the work."""
    return bool(
        _pattern(
            r"(?i)<tool_use_error>|has not been read yet|sibling tool call errored"
            r"|string to replace (?:was )?not found|(?:old_)?string not found in file"
            r"|no changes to make|file has been (?:modified|unexpectedly modified)"
            r"|exceeds maximum allowed tokens|inputvalidationerror|request interrupted by user"
            r"|doesn't want to proceed with this tool use"
        ).search(text[:600])
    )


# The best line first: what names the fault beats what only says that there was one.
_ERRORS = (
    r"^[ \t]*(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|NotFound"
    r"|Invalid)\b: \S.*$",
    r"^[ \t]*error(?:\[[A-Z]?\d+\])?: \S.*$",
    r"^[ \t]*(?:\[[\w:.-]+\] )?\S*[\w)]\.\w{1,5}[:(]\d+(?:[:,]\d+)?\)?:? (?!.*\bPASS).*[a-z].*$",
    r"^.*(?:command not found|No such file or directory|[Pp]ermission denied|not recognized as an?"
    r"|[Cc]onnection refused|already in use|cannot find|[Cc]an't find|not found in).*$",
    r"^[ \t]*(?:npm (?:ERR!|error) (?!(?:code|errno|syscall|path|A complete log))\S.*|fatal: \S.*"
    r"|panic: \S.*|thread '.*' panicked at .*|E  +\S.*|CMake Error.*|make: \*\*\* .*|go: \S.*"
    r"|ld: \S.*|ERROR[: ] ?\S.*|Error: \S.*|FAIL: \S.*|--- FAIL: \S.*|✗ \S.*|× \S.*|FAILED \S.*"
    r"|remote: (?:error|.*denied).*)$",
    r"(?i)^.*\b(?:error|failed|failure|invalid|unable to|cannot|denied|refused|undefined|unknown"
    r"|timed? ?out)\b.*$",
)


def error_line(text: str) -> str:
    """The one line of an output that says best what went wrong; "" if none does."""
    text = ends(text)
    for source in _ERRORS:
        lines = [found[0].strip() for found in _pattern(source).finditer(text)]
        lines = [line for line in lines if 8 <= len(line) <= 400 and not _noise(line)]
        if lines:
            # A traceback's exception stands last, a compiler's first error causes the others.
            return lines[-1] if source is _ERRORS[0] else lines[0]
    return ""


def _noise(line: str) -> bool:
    return bool(
        _pattern(
            r"(?i)^[^\w\n]*(?:exit code|0 (?:errors?|failed)|no errors?|process exited)"
            r"|\b0 (?:errors?|failed|failures)\b|^\W*(?:\d+ )?(?:errors?|failed)\W*\d*\W*$"
            r"|^[ \t]*(?:#|//|\*|\d+[:→|\t])|exit (?:code|status) \d+\W*$|\btask failed\b"
        ).search(line)
    )


LONGEST_LINE = 4000
"""Characters of a shell line that are looked at."""


def segments(line: str) -> Iterator[str]:
    """The simple commands of a shell line: between `&&`, `||`, `;` and `|`, outside of quotes.

    Without `cd`, variables set in front, redirections and bodies of here-documents.
    """
    for part in _split(line.split("<<")[0][:LONGEST_LINE]):
        part = _pattern(r"^(?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|\S*)\s+)+").sub("", part)
        part = _pattern(r"\s*\d?>{1,2}(?:&\d|\s*\S+)").sub("", part).strip(" \t()")
        part = _pattern(r"^(?:sudo|time|timeout \d+\w?|command|exec|env)\s+").sub("", part)
        if part and not _pattern(r"^(?:cd|pushd|popd|export|set|source|\.|true|:)(?:\s|$)").match(
            part
        ):
            yield part


def _split(line: str) -> Iterator[str]:
    start, quote, at = 0, "", 0
    while at < len(line):
        char = line[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif char in ";|\n" or line.startswith("&&", at):
            yield line[start:at].strip()
            at += line.startswith(("&&", "||"), at)
            start = at + 1
        at += 1
    yield line[start:].strip()


_RUNNERS = (
    r"^(?:uv run|poetry run|pipenv run|bundle exec|npx|bunx|pnpm exec|pnpm dlx|hatch run)"
    r"\s+(?:-\S+\s+)*"
)
_SUBCOMMANDS_NAMES = (
    "git go npm pnpm yarn cargo docker kubectl gh mise make pip pip3 uv poetry dotnet mvn "
    "gradle terraform helm brew apt apt-get bun deno rails just aws gcloud systemctl bundle"
)
_SUBCOMMANDS = frozenset(_SUBCOMMANDS_NAMES.split())


def program(segment: str) -> str:
    """Which tool a simple command runs: `pytest`, `git push`, `npm run build`, `python3 -m pip`."""
    words = _pattern(_RUNNERS).sub("", segment).split()
    if not words:
        return ""
    name = words[0].rsplit("/", 1)[-1]
    rest = [word for word in words[1:] if not word.startswith("-")]
    if _pattern(r"^python[\d.]*$").match(name) and "-m" in words[1:-1]:
        return f"{name} -m {words[words.index('-m') + 1]}"
    if name in _SUBCOMMANDS and rest:
        if rest[0] == "run" and len(rest) > 1:
            return f"{name} run {rest[1]}"
        return f"{name} {rest[0]}"
    return name


_LOOKING_NAMES = (
    "ls cat head tail grep rg egrep find fd which type echo printf pwd wc sed awk sort uniq "
    "cut tr diff stat file tree du df ps env jq test [ less more readlink realpath basename "
    "dirname date sleep read xargs tee column nl for if while do done then else fi cp mv rm "
    "mkdir touch"
)
_LOOKING = frozenset(_LOOKING_NAMES.split())


def looking(segment: str) -> bool:
    """Whether a simple command only looks around: failing, it says nothing about the work."""
    name = program(segment)
    return name in _LOOKING or name in (
        "git log", "git status", "git diff", "git show", "git branch", "git config", "git ls-files",
        "git rev-parse", "git grep", "git check-ignore", "git remote", "git merge-base",
    )  # fmt: skip


def checking(line: str) -> str:
    """The part of a shell line that checks the work: tests, a linter, a compiler. "" if none."""
    for segment in segments(line):
        bare = _pattern(_RUNNERS).sub("", segment)
        if _pattern(
            r"^(?:\S*/)?(?:pytest|py\.test|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|tsc|mypy"
            r"|ruff"
            r"|eslint|flake8|pylint|pyright|golangci-lint|staticcheck|shellcheck|prettier|clippy)\b"
            r"|^python[\d.]* -m (?:pytest|unittest|mypy|ruff|tox|compileall|py_compile)\b"
            r"|^python[\d.]* \S*(?:runtests|manage)\.py(?: test)?\b|^python[\d.]* \S*test\w*\.py\b"
            r"|^go (?:test|build|vet)\b|^cargo (?:test|build|check|clippy|nextest)\b"
            r"|^(?:npm|pnpm|yarn|bun|deno)(?: run)? (?:\S*test|\S*lint|\S*build|\S*check"
            r"|\S*typecheck)\b"
            r"|^(?:mise|just|make|task|rake|rails|composer)(?: run)?(?: -\S+)* \S*"
            r"(?:test|lint|check|build|ci|vet)\b"
            r"|^make$|^dotnet (?:test|build)\b|^(?:\./)?(?:mvnw?|gradlew?) .*(?:test|verify|build"
            r"|check)"
            r"|^node --check\b|^bash -n\b|^swift (?:test|build)\b"
        ).search(bare):
            return segment
    return ""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that git reported: `[main 1a2b3c4] Subject`."""

    sha: str
    subject: str


def commits(text: str) -> list[Commit]:
    """The commits that an output of git says were made."""
    found = _pattern(r"^\[[^\]\n]*?\b([0-9a-f]{7,40})\] (\S.*)$").finditer(ends(text))
    return [Commit(match[1], match[2].strip()) for match in found]


def pull_request(line: str, text: str) -> str:
    """The address of a pull request that this command opened, else ""."""
    if not _pattern(r"\b(?:gh pr create|glab mr create|hub pull-request)\b").search(line):
        return ""
    found = _pattern(r"https://\S+/(?:pull|merge_requests)/\d+").search(text)
    return found[0] if found else ""


def undoing(line: str) -> bool:
    """Whether a shell line takes work back: git revert, reset --hard, restore."""
    return bool(
        _pattern(
            r"\bgit (?:-\S+ \S+ )?(?:revert\b|reset --hard|restore (?!--staged)"
            r"|checkout (?:\S+ )?-- |checkout \.(?:\s|$))"
        ).search(line)
    )


def hidden_failure(text: str) -> bool:
    """Whether a checking command failed although nothing flags it: its exit code was piped away."""
    return bool(
        _pattern(
            r"^.*\berror TS\d+:|^[ \t]*(?:[1-9]\d* issues?:|Found [1-9]\d* errors?\b"
            r"|✖ [1-9]\d* problems?"
            r"|error(?:\[\w+\])?: could not compile|make(?:\[\d+\])?: \*\*\* "
            r"|\[[\w:]+\] ERROR task failed|FAIL\t\S+|BUILD FAILED|FAILURE: Build failed"
            r"|npm (?:ERR!|error) )"
        ).search(ends(text))
    )
