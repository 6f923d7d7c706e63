"""Steps: messages as what happened, one thing at a time: words that were said, tools that ran.

Calls are paired with their results here, and what `acx.transcripts.signals` can tell is asked once.
A step lives as long as it is looked at; who wants to remember keeps less. No judgement here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from acx.learn.offline.words import pattern
from acx.model import Event, Message, ToolCall, ToolResult
from acx.transcripts import signals
from acx.transcripts.suites import Summary, summary

MOST_PENDING = 256
"""Calls that may wait for their results; beyond that the oldest is given up."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a person or of the agent.

    ends  the agent called no tool with these words, so its turn may end here
    """

    number: int
    ts: str
    human: bool
    text: str
    event: Event = ""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A tool call with its result.

    call, number  the messages of the call and of the result
    line          the shell command, "" for other tools
    name          the call in a short line
    path          the file it wrote, "" if none
    check         the part of the command that checks the work, "" if none
    failed        None where nothing can be told, or where it doesn't matter
    removed       the files it took away
    args          the arguments of a tool that is no shell
    auto          a check that the agent's own program ran after an edit, as aider does
    stopped       with it the program gave up: the agent wasn't asked again
    """

    call: int
    number: int
    ts: str
    tool: str
    line: str
    name: str
    path: str
    check: str
    text: str
    summary: Summary | None
    failed: bool | None
    rejected: bool = False
    removed: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    auto: bool = False
    stopped: bool = False

    @property
    def result(self) -> str:
        """The result of a check in words."""
        if self.summary is not None:
            return str(self.summary)
        if not self.failed:
            return "passed"
        return "timed out" if pattern(_TIMED_OUT).search(signals.ends(self.text)) else "failed"

    @property
    def checked(self) -> str:
        """What was checked, as a name that is the same for every way to run it; "" if nothing."""
        if self.summary is not None:
            return self.summary.runner
        if self.auto and self.check.startswith("the "):
            return self.check
        return signals.program(self.check) if self.check else ""

    @property
    def reads(self) -> bool:
        """Whether a tool that is no shell only looks, by its name."""
        return not self.line and not self.path and bool(pattern(_READS).match(self.tool))

    @property
    def calls(self) -> bool:
        """Whether a tool that is neither a shell nor an editor did something, or tried to."""
        return not (self.line or self.path or self.auto or pattern(_READS).match(self.tool))

    @property
    def works(self) -> bool:
        """Whether it did something, not only look."""
        return not self.failed and bool(self.path or (self.line and acts(self.line)))


Step = Said | Run


_TOUCHES = ("rm", "mv", "cp", "mkdir", "touch")


def acts(line: str) -> bool:
    """Whether a shell line does something, not only look."""
    return any(
        not signals.looking(part) or part.split()[0] in _TOUCHES for part in signals.segments(line)
    )


def computes(line: str) -> bool:
    """Whether a shell line only works something out and prints it: `echo "2*3" | bc`."""
    parts = [pattern(r"^(?:[A-Z_]+=\S* )+(?=\S)").sub("", p) for p in signals.segments(line)]
    return not pattern(_WRITES).search(line) and all(
        part.split()[0] not in _TOUCHES
        and (signals.looking(part) or pattern(_COMPUTES).match(part))
        for part in parts
    )


_COMPUTES = (
    r"\S+ (?:--version|-V|-v|version|--help|-h)$|(?:echo|printf|date|cal|bc|dc|expr|seq|units"
    r"|factor|uptime|awk|jq|sort|uniq|wc|tr|cut|paste"
    r"|(?:python[\d.]*|node|ruby|perl) -(?:c|e|pe|ne)\b|sqlite3 \S+ [\"']\.?(?:select|explain"
    r"|schema|tables|indexes))"
)
_WRITES = r"(?<![<=&2-])>(?![&=])|\btee\b|\bopen\([^)]*[\"'][wa]|\.write|\bsed -i|\bperl -[a-z]*i"


def steps(messages: Iterable[Message]) -> Iterator[Step]:
    """What happened, in order. A call without a result makes no step. Only what a person or their
    agent did: subagents and the agent's own program are left out, except for results and plans."""
    pending: dict[str, tuple[int, ToolCall]] = {}
    for message in messages:
        if message.origin == "subagent":
            continue
        if message.role == "assistant":
            yield from _spoken(message, human=False)
        elif message.origin == "human" or message.event == "plan":
            yield from _spoken(message, human=True)
        elif message.role == "system" and not message.event and message.number > 1:
            yield from _checked_itself(message)
        for call in message.calls:
            pending[call.id] = (message.number, call)
            if len(pending) > MOST_PENDING:
                del pending[next(iter(pending))]
        for result in message.results:
            if found := pending.pop(result.call_id, None):
                yield _run(*found, message, result)


def _spoken(message: Message, *, human: bool) -> Iterator[Said]:
    if text := message.text.strip():
        ends = not human and not message.calls
        yield Said(message.number, message.ts, human, text, message.event, ends)


_TIMED_OUT = (
    r"\b(?:command|tests?|test script|script|process|execution|run)\b[^\n]{0,40}\btimed ?out\b"
    r"|^\W*timed out after \d"
)
_CHECKED_ITSELF = (
    r"^Attempt to fix (?:test|lint) errors\?|^# Fix any errors below|^I ran this command:"
    r"|^Test Script: \S|\bReturn Code: \d"
)
_WENT_BAD = (
    r"^Attempt to fix (?:test|lint) errors\?|^# Fix any errors below|\bReturn Code: [1-9]"
    r"|^\W*(?:Some )?Tests (?:Failed|Errored)"
)


def _checked_itself(message: Message) -> Iterator[Run]:
    """Tests and linters that the agent's own program ran after an edit, told in its own lines."""
    text = message.text
    if not pattern(_CHECKED_ITSELF).search(text[:2000] + "\n" + text[-2000:]):
        return
    named = pattern(
        r"^(?:Test Script:|#* ?Running:|I ran this command:\s*)[ \t]*(\S.*?);?$"
    ).search(text)
    line = pattern(r"^conda run (?:-\w+ \S+ )*").sub("", named[1].strip()) if named else ""
    found = summary(text)
    bad = any(pattern(source).search(signals.ends(text)) for source in (_WENT_BAD, _TIMED_OUT))
    yield Run(
        call=message.number,
        number=message.number,
        ts=message.ts,
        tool="",
        line="",
        name="",
        path="",
        check=line or ("the linter" if "lint errors" in text else "the tests"),
        text=text,
        summary=found,
        failed=bad or bool(found and not found.ok),
        auto=True,
        stopped=bool(pattern(r"\breflections allowed, stopping").search(text[-400:])),
    )


def _removed(line: str, call: ToolCall) -> Iterator[str]:
    """The files or folders that a call deletes or moves away."""
    if call.name.lower() in ("delete_file", "remove_file", "delete") and not isinstance(
        call.args, str
    ):
        yield from (
            path
            for key in ("path", "file_path", "target_file")
            if isinstance(path := call.args.get(key), str)
        )
    for part in signals.segments(line):
        words = [word.strip("'\"") for word in part.split() if not word.startswith("-")]
        if words[:2] in (["git", "rm"], ["git", "mv"]):
            del words[0]
        if words[:1] in (["rm"], ["unlink"], ["trash"]):
            yield from words[1:]
        elif words[:1] == ["mv"] and len(words) == 3:
            yield words[1]


def _run(number: int, call: ToolCall, message: Message, result: ToolResult) -> Run:
    line = signals.command(call)
    check = signals.checking(line) if line else ""
    found = summary(result.text) if line else None
    return Run(
        call=number,
        number=message.number,
        ts=message.ts,
        tool=call.name,
        line=line,
        name=signals.called(call),
        path=signals.edited(call),
        check=check,
        text=result.text,
        summary=found,
        failed=_failed(line, check, found, result, bool(pattern(_READS).match(call.name))),
        rejected=result.rejected,
        args={} if line or isinstance(call.args, str) else call.args,
        removed=() if result.rejected or result.error else tuple(_removed(line, call)),
    )


_READS = (
    r"(?:\w+_)*?(?:read|view|list|ls|glob|grep|search|find|get|fetch|think|todo|open|show|check"
    r"|look|query)|\w*(?:search|fetch|lookup|weather|calculat|convert|todos?$)|update_plan$"
)
"""How tools are called that change nothing."""

_REFUSED = (
    r"^Error[: ]|^\s*\{\s*(?:\"(?:id|status|code)\"\s*:\s*[^,{}]{1,40},\s*)?\"errors?\"\s*:"
    r"\s*(?!null|false|\"\"|\[\s*\]|\{\s*\})|^\s*\{\s*\"(?:ok|success)\"\s*:\s*false\b"
    r"|^\s*\{\s*\"status(?:_?code)?\"\s*:\s*[45]\d\d\b"
)
"""How a service answers that it didn't do what was asked."""
_SOFTLY = (
    r"\"(?:status|state|result|outcome)\"\s*:\s*\"(?:fail\w*|error|reject\w*|declin\w*|denied"
    r"|refused"
    r"|unavailable|blocked|invalid|aborted|bounced|undeliver\w*)\""
    r"|\"(?:sent|booked|delivered|accepted|applied|saved|confirmed|updated"
    r"|created)\"\s*:\s*(?:false|0)\b"
)
"""How a service says, among other things, that it didn't."""


def _failed(
    line: str, check: str, found: Summary | None, result: ToolResult, looks: bool
) -> bool | None:
    if result.rejected or (result.error is not False and signals.harness_error(result.text)):
        return None
    if found is not None and not found.ok:
        return True
    if found is not None and found.empty and not signals.exit_code(result):
        return None
    code = signals.exit_code(result)
    if code or (result.error and code is None):
        # `grep` without a match is no failure, `ls` of a file that isn't there is a question.
        return None if line and all(map(signals.looking, signals.segments(line))) else True
    if check and (
        signals.hidden_failure(result.text)
        or (found is None and pattern(_TIMED_OUT).search(signals.ends(result.text)))
    ):
        return True
    return not line and bool(
        pattern(_REFUSED).match(result.text[:400])
        or (not looks and pattern(_SOFTLY).search(result.text[:600]))
    )
