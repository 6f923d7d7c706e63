"""The port to a model: one method, a request in, a reply out.

The values have the shape of Anthropic's Messages API, since every server acx speaks to has it, but
they are plain: no type of any SDK crosses this line. Not here: what is asked (`acx.learn`), who
answers (the engines beside this module).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from acx.model import Usage

Block = Mapping[str, Any]
"""A content block as the API has it: `{"type": "text", "text": ...}` and the like."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked.

    messages    `{"role": "user" | "assistant", "content": [blocks]}`, the user's turn last
    tools       `{"name", "description", "input_schema"}`; the model is never forced to call one
    max_tokens  how long the answer may get, its thinking included
    can_wait    whether it may be sent in a batch: it would be the same tomorrow
    kept        how many blocks of the first message stay the same in later conversations: worth
                caching on their own, besides the whole, which the next turn repeats
    """

    system: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    max_tokens: int = 12_000
    kept: int = 0
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered, and what it cost, usable or not.

    content      all blocks in order. Those that are neither text nor tool_use (thinking) are kept
                 only to be handed back unchanged: models refuse a history without them
    stop_reason  "end_turn", "tool_use", "max_tokens", "refusal", ... as the API says it
    stop_note    why, where the model says more (the category of a refusal); else ""
    """

    content: tuple[Block, ...]
    stop_reason: str
    usage: Usage
    model: str = ""
    stop_note: str = ""

    @property
    def text(self) -> str:
        return "\n".join(block["text"] for block in self.content if block["type"] == "text")

    @property
    def calls(self) -> tuple[Block, ...]:
        """The tool_use blocks, each with `id`, `name` and `input`."""
        return tuple(block for block in self.content if block["type"] == "tool_use")


def faulty(content: Sequence[Any]) -> str:
    """What in an answer's blocks isn't as the API defines it; "" if they can be worked with."""
    for block in content:
        match block:
            case {"type": "text", "text": str()}:
                pass
            case {"type": "text"}:
                return "a text block without a text"
            case {"type": "tool_use", "id": str(), "name": str(), "input": _}:
                pass
            case {"type": "tool_use"}:
                return "a call without id, name or input"
            case {"type": str()}:
                pass
            case _:
                return "a content block without a type"
    return ""


def whole(value: Any) -> Any:
    """A JSON value without halves of characters (`"\\ud800"`): no file can hold them."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))


class Engine(Protocol):
    """A model, or something that plays one."""

    @property
    def model(self) -> str:
        """Its name, as its server knows it."""
        ...

    def complete(self, request: Request) -> Reply:
        """The answer. Raises ModelError when there is none."""
        ...
