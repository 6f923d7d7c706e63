"""A scene as a session file of Claude Code: a line for each block, results in the user's slot,
refusals in results, a queue for what is typed while the agent works.
"""

from __future__ import annotations

import json
from typing import Any

from tests.evals.scene import Scene, Step, iso

_REFUSED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was"
    " a file edit, the new_string was NOT written to the file). "
)
_SAID = "To tell you how to proceed, the user said:\n"
_STOP = "STOP what you are doing and wait for the user to tell you how to proceed."
_OWN = ("<command-", "<local-command-stdout", "<bash-", "<task-notification", "<system-reminder")
"""What the client writes as an ordinary line of the user's; all else it puts in has a flag."""


def claude_code(scene: Scene) -> str:
    return _Session(scene).written()


class _Session:
    """The lines so far, and the one that the next hangs on."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.lines: list[dict[str, Any]] = []
        self.parent: str | None = None
        self.message = ""

    def written(self) -> str:
        for step in self.scene.steps:
            getattr(self, f"_{step.turn.who}")(step)
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines)

    def _add(self, kind: str, step: Step, what: str = "", **more: Any) -> None:
        own = self.scene.uuid(step.number, kind, what)
        self.lines.append(
            {
                "parentUuid": self.parent,
                "isSidechain": False,
                "userType": "external",
                "cwd": self.scene.cwd,
                "sessionId": self.scene.id,
                "version": "2.1.42",
                "gitBranch": "main",
                "type": kind,
                "uuid": own,
                "timestamp": iso(step.then if what == "result" else step.at),
                **more,
            }
        )
        self.parent = own

    def _prompt(self, step: Step, content: str, what: str = "", **more: Any) -> None:
        self._add("user", step, what, message={"role": "user", "content": content}, **more)

    def _user(self, step: Step) -> None:
        event, words = step.turn.event, step.words
        if event == "shell":
            self._prompt(step, f"<bash-input>{words}</bash-input>")
        elif event == "queued":
            self._queue(step, "enqueue", words)
            self._queue(step, "remove")
            given = {"type": "queued_command", "prompt": words, "commandMode": "prompt"}
            self._add("attachment", step, attachment=given)
        elif event == "interrupt":
            before = self.scene.steps[step.number - 2] if step.number > 1 else None
            called = before is not None and before.refused is not None
            mark = "[Request interrupted by user for tool use]"
            self._prompt(step, mark if called else "[Request interrupted by user]", "mark")
            if words:
                self._prompt(step, words)
        elif event == "rejection":
            if not words:  # with words, they stand in the result of the call
                self._prompt(step, "[Request interrupted by user for tool use]", "mark")
        else:
            self._prompt(step, words, todos=[], permissionMode="default")

    def _queue(self, step: Step, operation: str, content: str = "") -> None:
        record = {"type": "queue-operation", "operation": operation, "timestamp": iso(step.at)}
        said = {"content": content} if content else {}
        self.lines.append({**record, "sessionId": self.scene.id, **said})

    def _harness(self, step: Step) -> None:
        words = step.words
        flags: dict[str, Any]
        if words.startswith("This session is being continued"):
            flags = {"isCompactSummary": True, "isVisibleInTranscriptOnly": True}
        else:
            flags = {} if words.startswith(_OWN) else {"isMeta": True}
        self._prompt(step, words, **flags)

    def _block(self, step: Step, block: dict[str, Any]) -> None:
        if not step.joins:
            self.message = f"msg_01{self.scene.token(step.number, 'message')}"
        message = {
            "model": "claude-sonnet-4-5-20250929",
            "id": self.message,
            "type": "message",
            "role": "assistant",
            "content": [block],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 3, "output_tokens": 1},
        }
        self._add("assistant", step, message=message, requestId=f"req_{self.message[4:]}")

    def _agent(self, step: Step) -> None:
        self._block(step, {"type": "text", "text": step.words})

    def _call(self, step: Step) -> None:
        id = f"toolu_01{self.scene.token(step.number, 'call')}"
        turn = step.turn
        self._block(step, {"type": "tool_use", "id": id, "name": turn.text, "input": turn.args})
        result: dict[str, Any] = {"tool_use_id": id, "type": "tool_result"}
        noted: Any
        if turn.result is not None:
            text = turn.result.rstrip("\n")
            failed = bool(turn.exit)
            shell = turn.text == "Bash"
            noted = {"stdout": text, "stderr": "", "interrupted": False, "isImage": False}
            if failed and shell:
                text = f"Exit code {turn.exit}\n{text}"
            noted = f"Error: {text}" if failed else noted if shell else {"content": text}
            result |= {"content": text, "is_error": failed}
        elif step.refused:
            words = step.refused.text.strip() if step.refused.event == "rejection" else ""
            result |= {"content": _REFUSED + (_SAID + words if words else _STOP), "is_error": True}
            noted = "User rejected tool use"
        else:
            return
        message = {"role": "user", "content": [result]}
        self._add("user", step, "result", message=message, toolUseResult=noted)
