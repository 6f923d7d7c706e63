"""A scene as the logs of APIs: OpenAI's chat messages and Responses, Anthropic's Messages.

What an agent's program puts into a person's slot stands there as it does with these clients: in
wrappers of theirs, or as a system message where there is no such slot.
"""

from __future__ import annotations

import json
from typing import Any

from tests.evals.scene import Scene, Step, iso


def printed(step: Step) -> str:
    """A result with the exit code below it, as agents over chat APIs are told it."""
    text = (step.turn.result or "").rstrip("\n")
    if step.turn.exit is None:
        return text
    return f"{text}\n[Command finished with exit code {step.turn.exit}]".lstrip("\n")


def openai(scene: Scene) -> str:
    """JSON Lines of messages with times, as applications log them."""
    found: list[dict[str, Any]] = []
    for step in scene.steps:
        turn, ts = step.turn, iso(step.at)
        if turn.who == "user":
            found.append({"role": "user", "content": step.words, "timestamp": ts})
        elif turn.who == "harness":
            role = "user" if step.words.startswith("<") else "system"
            found.append({"role": role, "content": step.words, "timestamp": ts})
        elif turn.who == "agent":
            found.append({"role": "assistant", "content": step.words, "timestamp": ts})
        else:
            id = f"call_{scene.token(step.number)}"
            function = {"name": turn.text, "arguments": json.dumps(turn.args, ensure_ascii=False)}
            if not step.joins:
                found.append({"role": "assistant", "content": None, "timestamp": ts})
            found[-1]["tool_calls"] = [{"id": id, "type": "function", "function": function}]
            if turn.result is not None:
                result = {"role": "tool", "tool_call_id": id, "content": printed(step)}
                found.append({**result, "timestamp": iso(step.then)})
    return "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in found)


def anthropic(scene: Scene) -> str:
    """A request with its messages, indented, as a proxy keeps it."""
    found: list[dict[str, Any]] = []

    def add(role: str, step: Step, block: dict[str, Any]) -> None:
        at = step.then if block["type"] == "tool_result" else step.at
        if found and found[-1]["role"] == role:
            found[-1]["content"].append(block)
        else:
            found.append({"role": role, "content": [block], "created_at": iso(at)})

    for step in scene.steps:
        turn = step.turn
        if turn.who == "call":
            id = f"toolu_01{scene.token(step.number)}"
            add("assistant", step, {"type": "tool_use", "id": id, "name": turn.text,
                                    "input": turn.args})  # fmt: skip
            if turn.result is not None:
                text = turn.result.rstrip("\n")
                text = f"Exit code {turn.exit}\n{text}" if turn.exit else text
                result = {"type": "tool_result", "tool_use_id": id, "content": text}
                add("user", step, {**result, "is_error": bool(turn.exit)})
        else:
            words = step.words
            if turn.who == "harness" and not words.startswith("<"):
                words = f"<system-reminder>\n{words}\n</system-reminder>"
            add("assistant" if turn.who == "agent" else "user", step,
                {"type": "text", "text": words})  # fmt: skip
    system = f"You are the assistant of {scene.case.project}."
    request = {"model": "claude-sonnet-4-5", "max_tokens": 8192, "system": system}
    return json.dumps({**request, "messages": found}, ensure_ascii=False, indent=1)


def responses(scene: Scene) -> str:
    """JSON Lines of requests with their responses, each a continuation of the one before: what the
    model is told stands in the requests, what it says and calls in the responses."""
    found: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []

    def answer(step: Step, item: dict[str, Any]) -> None:
        nonlocal told
        if told or not found:
            before = found[-1]["response"]["id"] if found else None
            request = {"model": "gpt-5.2", "previous_response_id": before, "input": told}
            response: dict[str, Any] = {
                "id": f"resp_{scene.token(step.number)}",
                "object": "response",
            }
            response |= {"created_at": int(step.at.timestamp()), "model": "gpt-5.2", "output": []}
            found.append({"request": request, "response": response})
            told = []
        found[-1]["response"]["output"].append(item)

    for step in scene.steps:
        turn = step.turn
        if turn.who == "call":
            id = f"call_{scene.token(step.number)}"
            given = json.dumps(turn.args, ensure_ascii=False)
            call = {"type": "function_call", "call_id": id, "name": turn.text, "arguments": given}
            answer(step, call)
            if turn.result is not None:
                output = {"type": "function_call_output", "call_id": id, "output": printed(step)}
                told.append(output)
        elif turn.who == "agent":
            block = {"type": "output_text", "text": step.words, "annotations": []}
            answer(step, {"type": "message", "role": "assistant", "content": [block]})
        else:
            put_in = turn.who == "harness" and not step.words.startswith("<")
            role = "developer" if put_in else "user"
            block = {"type": "input_text", "text": step.words}
            stamp = {"created_at": int(step.at.timestamp())}
            told.append({"type": "message", "role": role, "content": [block], **stamp})
    if told:
        before = found[-1]["response"]["id"] if found else None
        request = {"model": "gpt-5.2", "previous_response_id": before, "input": told}
        found.append({"request": request})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found)
