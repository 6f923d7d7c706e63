"""Claude Code's queue: what a person typed while the agent worked, until the agent gets it.

`enqueue` holds the words; `remove` gives them to the agent within its turn (newer versions add a
`queued_command` attachment with the same words), `dequeue` has them follow as an ordinary prompt,
`popAll` puts them back to be edited. Most stand nowhere else. Not in here: whose words they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from acx.transcripts.record import stamp, text_at


@dataclass(frozen=True, slots=True)
class Typed:
    """Words in the queue, and when they were typed."""

    text: str
    ts: str

    @property
    def id(self) -> str:
        """The queue gives none. This one stays when the words are delivered, so that they are the
        same message for whoever read the transcript before that."""
        from hashlib import sha256  # loads OpenSSL, 2 ms: most sessions have no queue

        return f"queued-{self.ts}-{sha256(self.text.encode('utf-8', 'replace')).hexdigest()[:8]}"


@dataclass(slots=True)
class Queue:
    """The words waiting, and those delivered of which a copy may follow.

    called     dequeued: the next prompt is these words, maybe joined with others
    delivered  given to the agent already; a copy of them is not a second message
    early      attachments that came before their `remove`
    """

    waiting: list[Typed] = field(default_factory=list)
    called: list[Typed] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    early: int = 0

    def operate(self, record: Mapping[str, Any]) -> Typed | None:
        """Do one operation of the queue. The words that the agent gets now, if any."""
        operation, content = text_at(record, "operation"), text_at(record, "content").strip()
        if operation == "enqueue" and content:
            self.waiting.append(Typed(content, stamp(record.get("timestamp"))))
        elif operation == "popAll":
            self.waiting.clear()
        elif operation == "dequeue" and self.waiting:
            self.called.append(self.waiting.pop(0))
        elif operation == "remove" and self.early:
            self.early -= 1
        elif operation == "remove" and self.waiting:
            typed = self._take(content) or self.waiting.pop(0)
            self.delivered.append(typed.text)
            return typed
        return None

    def attached(self, text: str) -> Typed | None:
        """An attachment brings these words: what was waiting. Raises LookupError for a copy."""
        if text in self.delivered:
            self.delivered.remove(text)
            raise LookupError(text)
        self.delivered.append(text)
        typed = self._take(text)
        self.early += typed is not None
        return typed

    def prompted(self, text: str) -> tuple[Typed | None, list[Typed]]:
        """A prompt brings these words: what was waiting, and what was called and isn't in it.
        Raises LookupError for a copy."""
        delivered, self.delivered = self.delivered, []
        if text and text in delivered:
            raise LookupError(text)
        called, self.called = self.called, []
        # a command called from the queue follows in its expanded form
        held = [typed for typed in called if typed.text in text or typed.text.startswith("/")]
        passed = [typed for typed in called if typed not in held]
        return self._take(text) or (held[0] if held else None), passed

    def rest(self) -> list[Typed]:
        """What was never delivered."""
        return [*self.called, *self.waiting]

    def _take(self, text: str) -> Typed | None:
        for typed in self.waiting:
            if text and typed.text == text:
                self.waiting.remove(typed)
                return typed
        return None
