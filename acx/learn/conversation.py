"""A conversation with a model: what was said so far, and what to do on a bad day.

A cut-off answer is asked for once more with more room, an empty one once more as it is; a refusal
is an error. What every call cost is counted by a `Meter`, usable answer or not. Not here: what is
asked and what the answers mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from acx.engine.port import Block, Engine, Reply, Request, whole
from acx.errors import ModelError
from acx.learn.schema import complaints
from acx.model import Usage

Result = TypeVar("Result")

MOST_STARTS = 50
"""Opening braces tried when looking for JSON in a text: each one tried costs up to the text."""

ToolSpec = Mapping[str, Any]
"""A tool as a request carries it: `name`, `description`, `input_schema`."""


class Malformed(Exception):
    """An answer that can't be used; the text tells the model why."""


class Meter:
    """An `Engine` around another, that adds up what was spent. One for each session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._unclaimed = Usage()

    @property
    def model(self) -> str:
        return self._engine.model

    def complete(self, request: Request) -> Reply:
        try:
            reply = self._engine.complete(request)
        except ModelError as error:
            self._unclaimed += error.usage or Usage()
            error.usage = self.claim()
            raise
        self._unclaimed += reply.usage
        return reply

    def claim(self) -> Usage:
        """What was spent since the last claim."""
        claimed, self._unclaimed = self._unclaimed, Usage()
        return claimed

    def give_back(self, error: ModelError) -> None:
        """What an error carries is to be claimed by what is tried instead."""
        self._unclaimed += error.usage or Usage()
        error.usage = None

    def failure(self, message: str, *hints: str, too_long: bool = False) -> ModelError:
        """An error about answers that were paid for: it carries what nothing else has claimed."""
        return ModelError(message, *hints, usage=self.claim(), too_long=too_long)


class Conversation:
    """The messages so far. `query` gets the next answer, `say` adds what is said to it.

    opening   the first words: several blocks where the first ones stay the same in other
              conversations, so that a server need not read them again
    can_wait  whether the answers may come in a batch, later
    """

    def __init__(
        self,
        engine: Meter,
        system: str,
        opening: Sequence[str],
        tools: Sequence[ToolSpec],
        max_tokens: int,
        can_wait: bool = False,
    ) -> None:
        self._engine = engine
        self._system = system
        self._tools = tuple(tools)
        self._max_tokens = max_tokens
        self._can_wait = can_wait
        self._messages: list[Mapping[str, Any]] = []
        self._accepted: Sequence[Block] = ()
        self._kept = len(opening) - 1
        self.say([words(text) for text in opening])

    def say(self, blocks: Sequence[Block]) -> None:
        """The user's side: added to their last message if nothing was answered since."""
        blocks = [*(tool_result(call, "Noted.") for call in self._accepted), *blocks]
        self._accepted = ()
        if self._messages and self._messages[-1]["role"] == "user":
            blocks = [*self._messages.pop()["content"], *blocks]
        self._messages.append({"role": "user", "content": list(blocks)})

    def query(self, silence_is_fine: bool = False) -> Reply:
        """The model's answer. Raises ModelError where there is none to work with."""
        reply = self._complete(self._max_tokens)
        if reply.stop_reason == "max_tokens":
            reply = self._complete(self._max_tokens * 2)
            if reply.stop_reason == "max_tokens":
                raise self._engine.failure(
                    f"the model's answer was cut off twice, last at {self._max_tokens * 2} tokens"
                )
        if _empty(reply) and not silence_is_fine:
            reply = self._complete(self._max_tokens)
            if _empty(reply):
                raise self._engine.failure("the model gave an empty answer twice")
        if not _empty(reply):
            self._messages.append({"role": "assistant", "content": _repeatable(reply.content)})
        return reply

    def ask(self, tool: ToolSpec, read: Callable[[Any, bool], Result]) -> Result:
        """The answer given by calling `tool`, or as JSON in text, read by `read(input, final)`.

        What doesn't fit the tool's schema, or what `read` raises Malformed for, is sent back once
        with the complaint. The second time `final` is true: no further answer will come.
        """
        reply = self.query()
        try:
            result = read(_input(reply, tool), False)
        except Malformed as complaint:
            self.say(_complained(reply, str(complaint)))
            reply = self.query()
            try:
                result = read(_input(reply, tool), True)
            except Malformed as again:
                self.say(_complained(reply, str(again)))
                why = "; ".join(str(again).splitlines())
                raise self._engine.failure(f"the model's answer can't be used: {why}") from again
        self._accepted = reply.calls
        return result

    def failure(self, message: str, *hints: str) -> ModelError:
        return self._engine.failure(message, *hints)

    def _complete(self, max_tokens: int) -> Reply:
        reply = self._engine.complete(
            Request(
                self._system,
                tuple(self._messages),
                self._tools,
                max_tokens,
                self._kept,
                self._can_wait,
            )
        )
        if reply.stop_reason == "refusal":
            why = f": {reply.stop_note}" if reply.stop_note else ""
            raise self._engine.failure(
                f"the model refused to answer{why}", "try another one: --model MODEL"
            )
        if reply.stop_reason == "model_context_window_exceeded":
            raise self._engine.failure(
                "the request is longer than the model can read",
                "try another one: --model MODEL",
                too_long=True,
            )
        return reply


def _empty(reply: Reply) -> bool:
    return not reply.calls and not reply.text.strip()


def _repeatable(content: Sequence[Block]) -> list[Block]:
    """The blocks as a history may hold them: blank text, and a call whose input is no object, are
    answers the API gives but refuses to be reminded of."""
    kept: list[Block] = []
    for block in content:
        if block["type"] == "tool_use" and not isinstance(block["input"], dict):
            kept.append({**block, "input": {}})
        elif block["type"] != "text" or block["text"].strip():
            kept.append(block)
    return kept


def _input(reply: Reply, tool: ToolSpec) -> Any:
    """What the model gave to the tool. Raises Malformed with every complaint, a line each."""
    name = tool["name"]
    given = next((call["input"] for call in reply.calls if call["name"] == name), None)
    if given is None:
        given = _json_in(reply.text, name)
    if isinstance(given, str):  # some servers hand a call's input on undecoded
        given = _json_in(given, name)
    if given is None:
        raise Malformed(f"Answer with a call of the tool {name}; nothing else is read.")
    if found := complaints(tool["input_schema"], given):
        raise Malformed("\n".join(found))
    return given


def _json_in(text: str, tool: str) -> dict[str, Any] | None:
    """The first JSON object in a text, out of the wrapping of a call if it has one."""
    decoder = json.JSONDecoder()
    for brace in islice(re.finditer("{", text), MOST_STARTS):
        try:
            found = whole(decoder.raw_decode(text, brace.start())[0])
        except (ValueError, RecursionError):
            continue
        if found.get("name") == tool:
            for key in ("input", "arguments", "parameters"):
                if isinstance(found.get(key), dict):
                    return dict(found[key])
        return dict(found)
    return None


def _complained(reply: Reply, complaint: str) -> list[Block]:
    """The complaint as an answer: every call needs a result, or the history is refused."""
    text = f"That can't be used:\n{complaint}\nSend the whole corrected answer."
    if not reply.calls:
        return [words(text)]
    return [tool_result(call, text, is_error=True) for call in reply.calls]


def words(text: str) -> Block:
    return {"type": "text", "text": text}


def tool_result(call: Block, text: str, is_error: bool = False) -> Block:
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": text}
    return {**result, "is_error": True} if is_error else result
