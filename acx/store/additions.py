"""What a transcript adds to a session: its messages without secrets, and only those that are new.

Values and generators; they write nothing. Who stores what comes out of them is `sessions`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from acx.model import Message, Part, Text
from acx.transcripts.own_rules import Rules
from acx.transcripts.record import to_line
from acx.transcripts.redact import redact


@dataclass(slots=True)
class Added:
    """What an import brought: new messages, those known before, secrets replaced (by kind)."""

    new: int = 0
    known: int = 0
    redacted: Counter[str] = field(default_factory=Counter)


class Diverged(Exception):
    """A transcript without ids that isn't the session's continuation, from message `number` on."""

    def __init__(self, number: int) -> None:
        super().__init__(f"differs from message {number} on")
        self.number = number


def body(message: Message, ts: bytes = b"") -> bytes:
    """A message as a line of messages.jsonl without its number, newline included.

    `ts` is the time of a message that has none of its own.
    """
    line = to_line(message if not message.number else replace(message, number=0))
    return b'"ts":"%b",%b' % (ts, line[1:]) if ts and not message.ts else line[1:]


def fresh(
    transcript: Iterable[Message],
    stored: Iterator[Message],
    known: dict[str, int],
    rules: Rules,
    added: Added,
) -> Iterator[bytes]:
    """What of a transcript isn't stored yet, without secrets, as bodies of lines.

    `known` says how many parts of each message are stored, by the message's own id. Messages
    without one are compared with those `stored`, in order. Raises Diverged.
    """
    nameless = (message for message in stored if not message.id)
    for position, message in enumerate(transcript, 1):
        if message.id and known.get(message.id, -1) >= len(message.parts):
            added.known += 1
            continue
        clean, kinds = redact(message, rules)
        if clean.id:
            # Of an assistant's message that went on after the last import only its new parts
            seen = known.get(clean.id)
            known[clean.id] = max(seen or 0, len(clean.parts))
            if seen is not None and seen >= len(clean.parts):
                added.known += 1
                continue
            if seen is not None:
                clean = replace(clean, id=f"{clean.id}+{seen}", parts=clean.parts[seen:])
        elif before := next(nameless, None):
            rest = _rest(before, clean, rules)
            while rest and (more := next(nameless, None)):  # by what it had grown another time
                rest = _rest(more, replace(clean, parts=rest), rules)
            if rest is None:
                raise Diverged(position)
            if not rest:
                added.known += 1
                continue
            clean = replace(clean, parts=rest)
        added.redacted.update(kinds)
        yield body(clean)


def _rest(before: Message, now: Message, rules: Rules) -> tuple[Part, ...] | None:
    """What a message says more than it did when it was stored, as the last one of a transcript that
    is still being written; None if it isn't the same message."""
    before, _ = redact(before, rules)  # as it would be stored now, if rules were added
    if (before.role, before.origin) != (now.role, now.origin):
        return None
    if not before.parts:
        return None if now.parts else ()
    *same, last = before.parts
    count = len(same)
    if tuple(same) != now.parts[:count] or len(now.parts) <= count:
        return None
    grown = now.parts[count]
    if last == grown:
        return now.parts[count + 1 :]
    if isinstance(last, Text) and isinstance(grown, Text) and grown.text.startswith(last.text):
        return (Text(grown.text[len(last.text) :]), *now.parts[count + 1 :])
    return None
