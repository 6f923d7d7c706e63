"""Lines of Claude Code's transcripts, to write in tests."""

from __future__ import annotations

import io
import json
from typing import Any

from acx.model import Message
from acx.transcripts import open_stream
from acx.transcripts.contract import Notes

REFUSED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it"
    " was a file edit, the new_string was NOT written to the file)."
)


def line(kind: str, id: str, **more: Any) -> dict[str, Any]:
    envelope = {"type": kind, "uuid": id, "parentUuid": None, "sessionId": "s1", "cwd": "/project"}
    return {**envelope, "timestamp": f"2026-02-03T00:00:{len(id):02}.000Z", **more}


def user(id: str, content: Any, **more: Any) -> dict[str, Any]:
    return line("user", id, message={"role": "user", "content": content}, **more)


def assistant(id: str, message_id: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    message = {"id": message_id, "role": "assistant", "model": "m1", "content": list(blocks)}
    return line("assistant", id, message={**message, **more.pop("message", {})}, **more)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(id: str, command: str = "make") -> dict[str, Any]:
    return {"type": "tool_use", "id": id, "name": "Bash", "input": {"command": command}}


def result(id: str, content: Any = "ok", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": content, **more}


def queue(operation: str, content: str = "", at: str = "30") -> dict[str, Any]:
    stamp = f"2026-02-03T00:01:{at}.000Z"
    record = {"type": "queue-operation", "operation": operation, "timestamp": stamp}
    return {**record, "sessionId": "s1", **({"content": content} if content else {})}


def queued_command(id: str, prompt: Any, **more: Any) -> dict[str, Any]:
    given = {"type": "queued_command", "prompt": prompt, "commandMode": "prompt", **more}
    return line("attachment", id, attachment=given)


def read(*records: dict[str, Any]) -> tuple[list[Message], Notes]:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    opened = open_stream(io.BytesIO(data), "test", "claude-code")
    return list(opened.messages), opened.notes


def brief(messages: list[Message]) -> list[tuple[str, str, str, str]]:
    """(role, origin, event, text or the results' texts) of each."""
    return [
        (m.role, m.origin, m.event, m.text or ",".join(r.text for r in m.results)) for m in messages
    ]
