"""What fits what: found tasks with gold tasks, commits with gold lessons, quotes with messages.

Pure functions. Not in here: what is counted (`score`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from acx.model import Message, Role, Task, Text, ToolCall, ToolResult
from tests.evals.case import GoldLesson, GoldTask, Patterns, squeezed
from tests.evals.learned import Made

_QUOTE = re.compile(r'^  #(\d+) (\w+): "(.*)"$', re.M)
_UNSEEN = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    "|[\\s\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""White space, colours, and what isn't seen: a quote is the same with and without it."""


def asks(task: GoldTask, messages: Sequence[Message]) -> int:
    """The number of the message that asks for a gold task; 0 if nobody says these words."""
    asked = squeezed(task.asked)
    said = (m.number for m in messages if m.origin == "human" and asked in squeezed(m.text))
    return next(said, 0)


def paired(
    gold: Sequence[GoldTask], found: Sequence[Task], messages: Sequence[Message]
) -> dict[int, Task]:
    """For each gold task (by its place) the found task that holds the message which asks for it.

    A task has one partner. The one that begins with that message goes first, then the one that
    begins nearest above; of several that begin there, titles and order decide.
    """
    numbers = [asks(task, messages) for task in gold]
    offers = []
    for at, (task, number) in enumerate(zip(gold, numbers, strict=True)):
        for place, other in enumerate(found):
            if number and any(first <= number <= last for first, last in other.ranges):
                rank = numbers[:at].count(number)
                theirs = sum(earlier.first == other.first for earlier in found[:place])
                words = _words(task.asked) & _words(other.title)
                distance = number - other.first if number >= other.first else len(messages)
                offers.append((distance, -len(words), abs(rank - theirs), at, place))
    pairs: dict[int, Task] = {}
    taken: set[int] = set()
    for *_, at, place in sorted(offers):
        if at not in pairs and place not in taken:
            pairs[at] = found[place]
            taken.add(place)
    return pairs


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}


def says_all(patterns: Patterns, text: str) -> bool:
    """Whether each pattern matches, in the text as it is or with its line breaks as spaces."""
    return all(says(pattern, text) for pattern in patterns)


def says(pattern: re.Pattern[str], text: str) -> bool:
    return bool(pattern.search(text) or pattern.search(squeezed(text)))


def teaches(text: str, lesson: GoldLesson) -> bool:
    """Whether a text says what a gold lesson wants to be said, and nothing that it must not."""
    return says_all(lesson.says, text) and not any(says(p, text) for p in lesson.says_not)


def quotes(made: Made) -> list[tuple[int, str, str]]:
    """The lines of a commit's evidence: message, role, quote."""
    return [(int(number), role, quote) for number, role, quote in _QUOTE.findall(made.body)]


def is_said(number: int, role: str, quote: str, messages: Sequence[Message]) -> bool:
    """Whether a quote stands in the message that it names, in the words of who it names."""
    wanted = _bare(quote)
    return bool(wanted) and any(
        voice == role and wanted in _bare(text)
        for message in messages
        if message.number == number
        for text, voice in _voices(message)
    )


def _bare(text: str) -> str:
    return _UNSEEN.sub("", text)


def _voices(message: Message) -> Iterator[tuple[str, Role]]:
    own: Role = "tool"
    if message.origin == "human":
        own = "user"
    elif message.origin in ("agent", "subagent") or message.event == "plan":
        own = "assistant"
    for part in message.parts:
        if isinstance(part, Text):
            yield part.text, own
        elif isinstance(part, ToolCall):
            yield from ((text, own) for text in _strings(part.args))
            yield from ((_call(part, written), own) for written in (json.dumps, str))
        elif isinstance(part, ToolResult):
            yield part.text, "tool"


def _call(part: ToolCall, written: Callable[[Any], str]) -> str:
    """A call in one line, as readers of a session see it: `refund: order=A-17, amount=499.0`, with
    `True` as well as `true`."""
    args = part.args if isinstance(part.args, Mapping) else {"": part.args}
    given = [
        f"{name}={value if isinstance(value, str) else written(value)}"
        for name, value in args.items()
    ]
    return f"{part.name}: {', '.join(given)}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield "".join(item for item in value if isinstance(item, str))  # a command as its words
        for item in value:
            yield from _strings(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
