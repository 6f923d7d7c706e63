"""A scene as OpenCode's export and as a session of pi: agents whose own shell and refusals have
places of their own.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tests.evals.scene import Scene, Step, iso

_SHELL = "The following tool was executed by the user"
_REFUSED = "The user rejected permission to use this specific tool call"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def opencode(scene: Scene) -> str:
    """The object that `opencode export` prints."""
    found: list[dict[str, Any]] = []
    session = f"ses_{scene.token('session')}"

    def add(step: Step, role: str, what: str, *parts: dict[str, Any], **more: Any) -> None:
        id = f"msg_{_ms(scene.script.began):012x}{step.number:04d}{what}"
        info: dict[str, Any] = {
            "id": id,
            "sessionID": session,
            "role": role,
            "time": {"created": _ms(step.at)},
        }
        if role == "assistant":
            info["time"]["completed"] = _ms(step.then)
            info |= {"modelID": "claude-sonnet-4-5", "providerID": "anthropic"}
            info |= {"path": {"cwd": scene.cwd, "root": scene.cwd}}
        found.append({"info": {**info, **more}, "parts": []})
        for part in parts:
            append(step, part)

    def append(step: Step, part: dict[str, Any]) -> None:
        message = found[-1]
        id = f"prt_{_ms(scene.script.began):012x}{step.number:04d}{len(message['parts']):03d}"
        owner = {"id": id, "sessionID": session, "messageID": message["info"]["id"]}
        message["parts"].append({**part, **owner})

    for step in scene.steps:
        turn, text = step.turn, {"type": "text", "text": step.words}
        if turn.event == "shell":
            add(step, "user", "a", {"type": "text", "text": _SHELL, "synthetic": True})
            given = {"command": step.words}
            state = {"status": "completed", "input": given, "output": "", "metadata": {}}
            run = {"type": "tool", "callID": f"call_{step.number}", "tool": "bash", "state": state}
            add(step, "assistant", "b", run, parentID=found[-1]["info"]["id"])
        elif turn.who == "user":
            if turn.event == "interrupt":
                aborted = {"name": "MessageAbortedError", "data": {"message": "Aborted"}}
                add(step, "assistant", "a", error=aborted)
            if step.words and turn.event != "rejection":
                add(step, "user", "b", text)
        elif turn.who == "harness":
            add(step, "user", "a", {**text, "synthetic": True})
        elif turn.who == "agent":
            add(step, "assistant", "a", {"type": "step-start"}, text)
        else:
            if not step.joins:
                add(step, "assistant", "a", {"type": "step-start"})
            append(step, _tool(scene, step))
    times = {"created": _ms(scene.steps[0].at), "updated": _ms(scene.steps[-1].then)}
    info = {"id": session, "directory": scene.cwd, "title": scene.case.project, "time": times}
    return json.dumps({"info": info, "messages": found}, ensure_ascii=False, indent=2)


def _tool(scene: Scene, step: Step) -> dict[str, Any]:
    turn = step.turn
    part = {"type": "tool", "callID": f"call_{scene.token(step.number)}", "tool": turn.text}
    state: dict[str, Any] = {"input": turn.args}
    times = {"start": _ms(step.at), "end": _ms(step.then)}
    if turn.result is not None:
        meta = {"exit": turn.exit or 0} if turn.text == "bash" or turn.exit is not None else {}
        state |= {"status": "completed", "output": turn.result.rstrip("\n"), "metadata": meta}
    elif step.refused and step.refused.event == "rejection":
        words = step.refused.text.strip()
        error = f"{_REFUSED} with the following feedback: {words}" if words else f"{_REFUSED}."
        state |= {"status": "error", "error": error, "metadata": {}}
    elif step.refused:
        state |= {"status": "error", "error": "Tool execution aborted", "metadata": {}}
    else:
        return {**part, "state": {**state, "status": "running", "time": {"start": _ms(step.at)}}}
    return {**part, "state": {**state, "time": times}}


def pi(scene: Scene) -> str:
    """A header and a chain of entries."""
    header: dict[str, Any] = {"type": "session", "version": 3, "id": scene.id, "cwd": scene.cwd}
    found: list[dict[str, Any]] = [{**header, "timestamp": iso(scene.steps[0].at)}]

    def add(step: Step, message: dict[str, Any], late: bool = False) -> None:
        at, parent = step.then if late else step.at, found[-1]["id"] if found[1:] else None
        id = scene.uuid(step.number, late, len(found))[:8]
        entry: dict[str, Any] = {"type": "message", "id": id, "parentId": parent}
        entry["timestamp"] = iso(at)
        found.append({**entry, "message": {**message, "timestamp": _ms(at)}})

    def agent(step: Step, *blocks: dict[str, Any], stop: str) -> None:
        about = {"model": "claude-sonnet-4-5", "provider": "anthropic", "stopReason": stop}
        add(step, {"role": "assistant", "content": list(blocks), **about})

    for step in scene.steps:
        turn, text = step.turn, {"type": "text", "text": step.words}
        if turn.event == "shell":
            run = {"role": "bashExecution", "command": step.words, "output": "", "exitCode": 0}
            add(step, run)
        elif turn.who == "user":
            if turn.event == "interrupt":
                agent(step, stop="aborted")
            if step.words:
                add(step, {"role": "user", "content": [text]})
        elif turn.who == "harness":
            add(step, {"role": "custom", "customType": "context", "content": step.words})
        elif turn.who == "agent":
            agent(step, text, stop="stop")
        else:
            id = f"toolu_01{scene.token(step.number)}"
            call = {"type": "toolCall", "id": id, "name": turn.text, "arguments": turn.args}
            if step.joins:
                found[-1]["message"]["content"].append(call)
                found[-1]["message"]["stopReason"] = "toolUse"
            else:
                agent(step, call, stop="toolUse")
            if turn.result is not None or step.refused:
                add(step, _result(step, id), late=True)
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in found)


def _result(step: Step, id: str) -> dict[str, Any]:
    turn = step.turn
    text = "Operation aborted" if turn.result is None else turn.result.rstrip("\n")
    if turn.exit:
        text = f"{text}\n\nCommand exited with code {turn.exit}"
    content = [{"type": "text", "text": text}]
    failed = bool(turn.exit) or turn.result is None
    about = {"toolCallId": id, "toolName": turn.text, "isError": failed}
    return {"role": "toolResult", "content": content, **about}
