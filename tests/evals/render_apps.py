"""A scene as what chat applications keep: AI SDK's UI messages, ChatGPT's export."""

from __future__ import annotations

import json
from typing import Any

from tests.evals.render_chat import printed
from tests.evals.scene import Scene, Step, iso


def ai_sdk(scene: Scene) -> str:
    """A chat of UI messages: the agent's turns until the person speaks again are one message."""
    found: list[dict[str, Any]] = []

    def add(step: Step, role: str, *parts: dict[str, Any]) -> None:
        if role != "assistant" or not found or found[-1]["role"] != role:
            id = scene.token(step.number)[:16]
            message = {"id": id, "role": role, "metadata": {"createdAt": iso(step.at)}}
            found.append({**message, "parts": []})
        found[-1]["parts"] += parts

    for step in scene.steps:
        turn = step.turn
        if turn.who == "call":
            start = [] if step.joins else [{"type": "step-start"}]
            add(step, "assistant", *start, _tool(scene, step))
        elif turn.who == "agent":
            text = {"type": "text", "text": step.words, "state": "done"}
            add(step, "assistant", {"type": "step-start"}, text)
        elif turn.event == "rejection":
            continue  # the words stand at the call
        else:
            role = "user" if turn.who == "user" else "system"
            add(step, role, {"type": "text", "text": step.words})
    chat = {"id": scene.token("chat")[:16], "messages": found}
    return json.dumps(chat, ensure_ascii=False, indent=1)


def _tool(scene: Scene, step: Step) -> dict[str, Any]:
    turn = step.turn
    id = f"call_{scene.token(step.number)}"
    part = {"type": f"tool-{turn.text}", "toolCallId": id, "input": turn.args}
    if step.refused:
        reason = {"reason": step.refused.text.strip()} if step.refused.text.strip() else {}
        approval = {"id": f"approval-{id[5:13]}", "approved": False, **reason}
        return {**part, "state": "output-denied", "approval": approval}
    if turn.result is None:
        return {**part, "state": "input-available"}
    text = turn.result.rstrip("\n")
    output = text if turn.exit is None else {"stdout": text, "exitCode": turn.exit}
    return {**part, "state": "output-available", "output": output}


def chatgpt(scene: Scene) -> str:
    """An export with one conversation: nodes that hang on each other."""
    root = scene.uuid("root")
    mapping: dict[str, Any] = {root: {"id": root, "message": None, "parent": None, "children": []}}
    last = root

    def add(
        step: Step, role: str, content: dict[str, Any], late: bool = False, **more: Any
    ) -> None:
        nonlocal last
        id = scene.uuid(step.number, role, late)
        at = (step.then if late else step.at).timestamp()
        name = more.pop("name", None)
        message: dict[str, Any] = {"id": id, "author": {"role": role, "name": name, "metadata": {}}}
        message |= {"create_time": at, "content": content, "status": "finished_successfully"}
        message |= {"metadata": more.pop("metadata", {}), "recipient": "all", **more}
        mapping[last]["children"].append(id)
        mapping[id] = {"id": id, "message": message, "parent": last, "children": []}
        last = id

    for step in scene.steps:
        turn = step.turn
        if turn.who == "call":
            given = turn.args.get("code") or json.dumps(turn.args, ensure_ascii=False)
            code = {"content_type": "code", "language": "unknown", "text": given}
            add(step, "assistant", code, recipient=turn.text)
            if turn.result is not None:
                output = {"content_type": "execution_output", "text": printed(step)}
                status = "failed" if turn.exit else "success"
                about = {"aggregate_result": {"status": status}}
                add(step, "tool", output, late=True, name=turn.text, metadata=about)
        else:
            role = {"user": "user", "agent": "assistant", "harness": "system"}[turn.who]
            add(step, role, {"content_type": "text", "parts": [step.words]})
    first, end = scene.steps[0], scene.steps[-1]
    conversation = {
        "title": scene.case.project,
        "create_time": first.at.timestamp(),
        "update_time": end.then.timestamp(),
        "mapping": mapping,
        "current_node": last,
        "conversation_id": scene.id,
        "id": scene.id,
    }
    return json.dumps([conversation], ensure_ascii=False)
