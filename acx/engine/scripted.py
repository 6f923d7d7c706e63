"""An engine that answers from a list: for demos, rehearsals and tests, without key or network.

A script is JSON Lines, one answer a line, given in the order the questions come:

    {"text": "Nothing to add."}
    {"call": "report_tasks", "input": {"tasks": []}}
    {"content": [{"type": "text", "text": "..."}], "stop_reason": "max_tokens", "usage": {...}}
    {"error": "overloaded", "transient": true}

Not here: opening files; whoever starts a run hands the lines in. Scripted answers cost nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from acx.engine.port import Reply, Request, faulty
from acx.errors import BadInput, ModelError
from acx.model import Usage


class ScriptedEngine:
    """An `Engine` that gives its answers one after the other and remembers what it was asked."""

    def __init__(self, answers: Iterable[Reply | ModelError], model: str = "scripted") -> None:
        self.model = model
        self.requests: list[Request] = []
        self._answers = iter(answers)

    @classmethod
    def from_lines(cls, lines: Iterable[str], model: str = "scripted") -> ScriptedEngine:
        """From the lines of a script. Raises BadInput at the first line that isn't an answer."""
        answers = [
            _answer(line, number) for number, line in enumerate(lines, 1) if line.strip() != ""
        ]
        return cls(answers, model)

    def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        answer = next(self._answers, None)
        if answer is None:
            raise ModelError(
                f"the script has no answer to question {len(self.requests)}",
                "add a line to the script",
                fatal=True,
            )
        if isinstance(answer, ModelError):
            raise answer
        return answer


def _answer(line: str, number: int) -> Reply | ModelError:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise BadInput(f"script, line {number}: not JSON ({error})") from error
    match said:
        case {"error": str(message)}:
            transient, fatal = bool(said.get("transient")), bool(said.get("fatal"))
            return ModelError(message, transient=transient, fatal=fatal)
        case {"text": str(text)}:
            return _reply([{"type": "text", "text": text}], "end_turn", said)
        case {"call": str(name), "input": input}:
            call = {"type": "tool_use", "id": f"call_{number}", "name": name, "input": input}
            return _reply([call], "tool_use", said)
        case {"content": [*blocks]} if not faulty(blocks):
            return _reply(blocks, "end_turn", said)
    raise BadInput(
        f"script, line {number}: no answer in it",
        'an answer has "text", "call" with "input", "content", or "error"',
    )


def _reply(blocks: list[Any], stop_reason: str, said: dict[str, Any]) -> Reply:
    usage = said.get("usage") or {}
    return Reply(
        content=tuple(blocks),
        stop_reason=said.get("stop_reason") or stop_reason,
        usage=Usage(usage.get("input", 0), usage.get("output", 0), usage.get("cached", 0), calls=1),
        model=said.get("model") or "scripted",
    )
