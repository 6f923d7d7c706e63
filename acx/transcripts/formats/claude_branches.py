"""Branches of a Claude Code session: the prompts that a person took back.

Each line names the one before it (`parentUuid`). A person who rewinds types a second prompt after
the same message; the first one, and all that came of it, stays in the file. A fork alone says
little: results of parallel calls, progress and hooks make some in most sessions, and a resumed
session may go on after a wrong line (anthropics/claude-code#48270). So a prompt counts as taken
back only if the other one

- was typed after the same message, which is in the file, at another time, and
- in the same run: same version and session, no compaction and no start of a session in between, and
- nothing was added under the first one afterwards, as two programs at work on one session would.

Rewinding to before the first prompt leaves two beginnings, as a resumed session may: it is kept.
Who reads a transcript before the person goes on elsewhere gets the branch they are about to leave.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from acx.errors import BadInput
from acx.transcripts.contract import Notes
from acx.transcripts.formats.claude_lines import LINE, is_prompt, is_sidechain
from acx.transcripts.record import text_at
from acx.transcripts.source import lines, objects

_HEAD = 2000
"""Bytes of a line in which it says what it is: before its message."""

_KIND = re.compile(rb'"type": ?"([\w-]+)"')
_PARENT = re.compile(rb'"parentUuid": ?(?:null|"([\w-]+)")')


@dataclass(frozen=True, slots=True)
class Survey:
    """What the lines say at a glance.

    session  the id in the last line, which is the session's own: one that was forked starts with
             lines of another. "" if unknown
    forks    whether a prompt follows another line than the one before it
    """

    session: str
    forks: bool


def survey(stream: BinaryIO) -> Survey:
    """Look through the lines without decoding them."""
    last = before = b""
    forks = False
    for line in lines(stream, Notes()):
        link, kind = _PARENT.search(line, 0, _HEAD), _KIND.search(line, 0, _HEAD)
        if not link:
            continue
        if link[1] and kind and kind[1] == b"user" and b'"tool_result"' not in line:
            forks = forks or not _is_after(link[1], before)
        before = line
        if line.endswith(b"\n"):
            last = line
    return Survey(_session(last), forks)


def _is_after(parent: bytes, before: bytes) -> bool:
    # without a pattern: making one for each prompt takes as long as reading the file
    return b'"uuid":"%b"' % parent in before or b'"uuid": "%b"' % parent in before


def _session(line: bytes) -> str:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    # a subagent's line names its parent's session
    return "" if is_sidechain(record) else text_at(record, "sessionId")


def taken_back(stream: BinaryIO) -> set[str]:
    """The ids of the prompts that the person took back. Needs some 150 bytes of memory a line."""
    tree = _Tree()
    for record in objects(stream, Notes(), LINE):
        with suppress(BadInput):
            tree.add(record)
    return set(tree.gone.values())


def is_left(record: Mapping[str, Any], gone: set[str]) -> bool:
    """Whether a line is a prompt that was taken back, or stands below one. Adds it to `gone`, which
    holds the ids of the former."""
    if not gone or is_sidechain(record):
        return False
    id = text_at(record, "uuid")
    if id not in gone and text_at(record, "parentUuid") not in gone:
        return False
    gone.add(id)
    return True


@dataclass(frozen=True, slots=True)
class _Typed:
    """A prompt, by its hash, id and time."""

    line: int
    id: str
    ts: str


@dataclass(slots=True)
class _Tree:
    """The lines so far, by the hashes of their ids.

    run      which version in which session wrote the last line
    message  each line's nearest message: itself or above
    turn     each line's nearest prompt: itself or above
    above    each prompt's nearest prompt above
    typed    what was typed last after a message, in this run
    gone     the prompts that were taken back, with their ids
    below    prompts that were taken back, and those below them
    """

    run: tuple[str, str] = ("", "")
    message: dict[int, int] = field(default_factory=dict)
    turn: dict[int, int] = field(default_factory=dict)
    above: dict[int, int] = field(default_factory=dict)
    typed: dict[int, _Typed] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)
    below: set[int] = field(default_factory=set)

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a line. Raises BadInput for one whose message can't be read."""
        id = text_at(record, "uuid")
        line, parent = hash(id), hash(text_at(record, "parentUuid"))
        if not id or line in self.message or is_sidechain(record):
            return
        run = text_at(record, "version"), text_at(record, "sessionId")
        if run != self.run or _begins_anew(record):
            self.run = run
            self.typed.clear()
        after, turn = self.message.get(parent, 0), self.turn.get(parent, 0)
        spoken = record.get("type") in ("user", "assistant")
        self.message[line], self.turn[line] = line if spoken else after, turn
        if spoken and turn in self.below:
            self._restore(turn)
        if is_prompt(record):
            self.turn[line], self.above[line] = line, turn
            typed, before = _Typed(line, id, text_at(record, "timestamp")), self.typed.get(after)
            if before and before.ts != typed.ts:
                self._take_back(before)
            if after:
                self.typed[after] = typed

    def _take_back(self, prompt: _Typed) -> None:
        self.gone[prompt.line] = prompt.id
        self.below.add(prompt.line)
        for line, above in self.above.items():  # a prompt comes after the one above it
            if above in self.below:
                self.below.add(line)

    def _restore(self, turn: int) -> None:
        """Somebody goes on below a prompt: it wasn't taken back, nor one above it."""
        while turn:
            self.gone.pop(turn, None)
            turn = self.above.get(turn, 0)


def _begins_anew(record: Mapping[str, Any]) -> bool:
    """Whether the program was started or the session compacted here."""
    hook = record.get("data"), record.get("attachment")
    started = any(isinstance(h, dict) and h.get("hookEvent") == "SessionStart" for h in hook)
    return started or record.get("subtype") == "compact_boundary"
