"""A scene as a session of Gemini CLI: one JSON object, calls with their results in one record."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from tests.evals.scene import Scene, Step, iso

_PUT_IN = ("<session_context>", "<hook_context", "<state_snapshot>", "<system-reminder")


def gemini_cli(scene: Scene) -> str:
    found: list[dict[str, Any]] = []

    def add(step: Step, kind: str, content: str, **more: Any) -> None:
        id = scene.uuid(step.number, kind)
        found.append({"id": id, "timestamp": iso(step.at), "type": kind, "content": content})
        found[-1].update(more)

    for step in scene.steps:
        turn = step.turn
        if turn.who == "user":
            if turn.event == "interrupt":
                add(step, "info", "Request cancelled.")
            if step.words:
                add(step, "user", step.words)
        elif turn.who == "harness":
            put_in = step.words.startswith(_PUT_IN)
            add(step, "user" if put_in else "info", step.words)
        elif turn.who == "agent":
            add(step, "gemini", step.words, model="gemini-2.5-pro", thoughts=[])
        else:
            if not step.joins:
                add(step, "gemini", "", model="gemini-2.5-pro", thoughts=[])
            found[-1]["toolCalls"] = [_call(scene, step)]
    session = {
        "sessionId": scene.id,
        "projectHash": sha256(scene.cwd.encode()).hexdigest(),
        "startTime": iso(scene.steps[0].at),
        "lastUpdated": iso(scene.steps[-1].then),
        "messages": found,
    }
    return json.dumps(session, ensure_ascii=False, indent=2)


def _call(scene: Scene, step: Step) -> dict[str, Any]:
    turn = step.turn
    id = f"{turn.text}-{scene.token(step.number)[:12]}"
    call = {"id": id, "name": turn.text, "args": turn.args, "timestamp": iso(step.then)}
    if turn.result is not None:
        status, response = "success", {"output": _output(scene, step)}
    elif step.refused:
        status = "cancelled"
        refused = step.refused.event == "rejection"
        why = "User did not allow tool call" if refused else "User cancelled the operation."
        response = {"error": f"[Operation Cancelled] Reason: {why}"}
    else:
        return {**call, "status": "executing"}
    result = {"functionResponse": {"id": id, "name": turn.text, "response": response}}
    return {**call, "status": status, "result": [result]}


def _output(scene: Scene, step: Step) -> str:
    """A command that fails is a success too: only what is printed says that it failed."""
    text = (step.turn.result or "").rstrip("\n")
    if "shell" not in step.turn.text:
        return text
    command = step.turn.args.get("command", "")
    code = f"\nExit Code: {step.turn.exit}" if step.turn.exit else ""
    return f"Command: {command}\nDirectory: {scene.cwd}\nOutput: {text or '(empty)'}{code}"
