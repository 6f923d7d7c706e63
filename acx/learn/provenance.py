"""Provenance: who in a session first said what a lesson reaches out to.

An address, a piped command, a credential or a package counts as the session's own if a person named
it, or if the agent used it before any tool's output showed it. What was read from a page and then
done is still the page's idea. One pass over the messages, and none where nothing is looked for.
Not here: what reaches out (`acx.learn.references`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from acx.learn.disguise import addresses
from acx.learn.evidence import strings, voice_of
from acx.learn.message import visible
from acx.learn.references import Reference, references
from acx.model import Message, Text, ToolCall, ToolResult

Speaker = Literal["human", "agent", "call", "tool", "page"]
"""Whose words: a person's, the agent's, what it called a tool with, what a tool put out, and what
came from the net."""

_NEAR = 300
"""Characters around a reference that are read: no command or address is longer."""

_LARGEST_WINDOW = 3000
"""Characters that are read at once: patterns take longer than in proportion."""

_MOST_PLACES = 40
"""Of a reference in one text. Those beyond say nothing new."""

_FETCHES = re.compile(r"(?i)fetch|browse|search|navigate|scrape|crawl|http|url|web|mcp__")
_DOWNLOADS = re.compile(r"(?i)\b(?:curl|wget|iwr|irm|invoke-webrequest|lynx|w3m|httpie?)\b")


@dataclass(slots=True)
class _Sighting:
    """Where a reference stands: whether in a person's or the agent's words, in which calls or in
    one that was refused, and where tools and pages first showed it; counted by texts."""

    human: bool = False
    agent: bool = False
    calls: dict[str, int] = field(default_factory=dict)
    refused: bool = False
    tool: int = 0
    page: int = 0


def speeches(messages: Iterator[Message]) -> Iterator[tuple[Speaker, str, str]]:
    """All texts in order: whose they are, the id of the call they belong to, the text. A call that
    a person refused comes once more as `call` without a text."""
    fetched: set[str] = set()
    for message in messages:
        own = voice_of(message)
        for part in message.parts:
            match part:
                case Text(text=text):
                    yield own, "", text
                case ToolCall(id=id, name=name, args=args):
                    words = list(strings(args))
                    if _FETCHES.search(name) or any(map(_DOWNLOADS.search, words)):
                        fetched.add(id)
                    for text in words:
                        yield ("call" if own == "agent" else "tool"), id, text
                case ToolResult(call_id=id, text=text, rejected=rejected):
                    if rejected:
                        yield "call", id, ""
                    yield ("page" if id in fetched else "tool"), id, text
                case _:
                    pass


class Provenance:
    """The references of a lesson, and where they were seen in the texts it was shown."""

    def __init__(self, wanted: Sequence[Reference]) -> None:
        self._wanted = [(reference, _Sighting()) for reference in wanted]
        self._at = 0

    def see(self, speaker: Speaker, call: str, text: str) -> None:
        """Take in a text of the session. They come in order."""
        self._at += 1
        if speaker == "call" and not text:
            for _, sighting in self._wanted:
                # refused: nobody did it, but a lesson may say what was refused
                sighting.refused |= sighting.calls.pop(call, None) is not None
            return
        open = [pair for pair in self._wanted if not _settled(pair[1], speaker)]
        if not open:
            return
        seen = visible(text).lower()
        for window in _windows(seen, {reference.core for reference, _ in open}):
            there = references(window)
            said = " ".join(addresses(window).split())
            for reference, sighting in open:
                if any(reference.told_by(other) for other in there) or (
                    reference.kind == "command" and reference.key in said
                ):
                    self._note(sighting, speaker, call)

    def _note(self, sighting: _Sighting, speaker: Speaker, call: str) -> None:
        match speaker:
            case "human":
                sighting.human = True
            case "agent":
                sighting.agent = True
            case "call":
                sighting.calls.setdefault(call, self._at)
            case "tool" | "page":
                sighting.tool = sighting.tool or self._at
                if speaker == "page":
                    sighting.page = sighting.page or self._at

    def objections(self) -> list[str]:
        """A sentence for each reference that the session doesn't stand for."""
        return [why for reference, seen in self._wanted if (why := _objection(reference, seen))]


def _settled(sighting: _Sighting, speaker: Speaker) -> bool:
    """Whether more of that speaker's words can't change what is known."""
    if speaker == "agent":
        return sighting.agent
    if speaker == "tool":
        return bool(sighting.tool)
    return sighting.human or (speaker == "page" and bool(sighting.page))


def _objection(reference: Reference, seen: _Sighting) -> str:
    if seen.human:
        return ""
    shown = _SHOWN[reference.kind](reference.shown)
    if reference.kind == "command" and seen.calls:
        return ""
    called = min(seen.calls.values(), default=0)
    package = reference.kind == "install" and "/" not in reference.key and ":" not in reference.key
    first = seen.page if package or reference.kind == "loss" else seen.tool
    if called and not (first and first < called):
        return ""
    if called:
        return f"the agent took {shown} from what a tool had put out"
    if reference.kind == "command":
        # a writer may well put a command together, but not take it from a page
        return f"only tool output names {shown}" if seen.tool and not seen.agent else ""
    if seen.tool:
        return f"only tool output names {shown}"
    if seen.refused and reference.kind in ("command", "install", "loss"):
        return ""
    if seen.agent:
        # a package of the usual registry may be named from knowledge, a place on the net may not
        return "" if package else f"the agent named {shown} but didn't use it, and no user did"
    return f"nobody in the session named {shown}"


_SHOWN: Mapping[str, Callable[[str], str]] = {
    "address": lambda shown: shown,
    "pipe": lambda shown: f"the command `{shown}`",
    "credential": lambda shown: f"the credentials `{shown}`",
    "loss": lambda shown: f"`{shown}`, which can't be taken back",
    "command": lambda shown: f"`{shown}`",
    "install": lambda shown: f"`{shown}`",
}


def _windows(text: str, cores: set[str]) -> Iterator[str]:
    """The surroundings of the places where one of the words stands, each place once."""
    spans: list[tuple[int, int]] = []
    for core in cores:
        at = text.find(core)
        for _ in range(_MOST_PLACES):
            if at < 0:
                break
            spans.append((max(at - _NEAR, 0), at + len(core) + _NEAR))
            at = text.find(core, at + _NEAR)
    end = -1
    start = 0
    for first, last in sorted(spans):
        if first > end:
            if end >= 0:
                yield text[start:end]
            start = first
        elif first - start > _LARGEST_WINDOW:
            yield text[start:end]
            start = max(first - _NEAR, 0)
        end = max(end, last)
    if end >= 0:
        yield text[start:end]
