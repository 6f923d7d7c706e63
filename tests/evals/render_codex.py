"""A scene as a rollout of Codex: what is said stands there twice, as an item and as an event."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.evals.case import Turn
from tests.evals.scene import Scene, Step, iso

_PUT_IN = ("<environment_context", "<user_instructions", "# AGENTS.md instructions", "<skill")
_SHELL_TAGS = re.compile(r"</?bash-(?:stdout|stderr|input)>")


def codex(scene: Scene) -> str:
    return _Rollout(scene).written()


class _Rollout:
    """The records so far, and whether a turn of the agent's runs."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.records: list[dict[str, Any]] = []
        self.running = False
        self.printed: Turn | None = None

    def written(self) -> str:
        first = self.scene.steps[0]
        meta = {"id": self.scene.id, "timestamp": iso(first.at), "cwd": self.scene.cwd}
        meta |= {"originator": "codex_cli_rs", "cli_version": "0.98.0", "source": "cli"}
        self._add(first, "session_meta", meta)
        for step in self.scene.steps:
            getattr(self, f"_{step.turn.who}")(step)
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in self.records)

    def _add(self, step: Step, kind: str, payload: dict[str, Any], late: bool = False) -> None:
        at = iso(step.then if late else step.at)
        self.records.append({"timestamp": at, "type": kind, "payload": payload})

    def _event(self, step: Step, kind: str, **fields: Any) -> None:
        self._add(step, "event_msg", {"type": kind, **fields})

    def _message(self, step: Step, role: str, text: str) -> None:
        block = {"type": "output_text" if role == "assistant" else "input_text", "text": text}
        self._add(step, "response_item", {"type": "message", "role": role, "content": [block]})

    def _user(self, step: Step) -> None:
        event, words = step.turn.event, step.words
        if event == "shell":
            self._shell(step, words)
            return
        if event == "interrupt":
            self._event(step, "turn_aborted", reason="interrupted")
            self.running = False
        if not words:
            return
        if event != "queued":
            if self.running:
                self._event(step, "task_complete", last_agent_message=None)
            self._event(step, "task_started", model_context_window=272000)
            context = {"cwd": self.scene.cwd, "approval_policy": "on-request", "model": "gpt-5.2"}
            self._add(step, "turn_context", context)
            self.running = True
        self._message(step, "user", words)
        self._event(step, "user_message", message=words, images=[])

    def _shell(self, step: Step, command: str) -> None:
        after = self.scene.script.turns[step.number : step.number + 1]
        if after and after[0].who == "harness":
            self.printed = after[0]
        output = _SHELL_TAGS.sub("", self.printed.text).strip() if self.printed else ""
        told = f"Exit code: 0\nDuration: 0.8 seconds\nOutput:\n{output}"
        text = f"<command>\n{command}\n</command>\n<result>\n{told}\n</result>"
        self._message(step, "user", f"<user_shell_command>\n{text}\n</user_shell_command>")

    def _harness(self, step: Step) -> None:
        if step.turn is self.printed:
            return
        role = "user" if step.words.startswith(_PUT_IN) else "developer"
        self._message(step, role, step.words)

    def _agent(self, step: Step) -> None:
        self._event(step, "agent_message", message=step.words)
        self._message(step, "assistant", step.words)

    def _call(self, step: Step) -> None:
        turn, id = step.turn, f"call_{self.scene.token(step.number)}"
        given = json.dumps(turn.args, ensure_ascii=False)
        call = {"type": "function_call", "name": turn.text, "arguments": given, "call_id": id}
        self._add(step, "response_item", call)
        if turn.result is not None:
            text = turn.result.rstrip("\n")
            if turn.exit is not None or {"command", "cmd"} & turn.args.keys():
                took = (step.then - step.at).total_seconds()
                head = f"Chunk ID: {id[-6:]}\nWall time: {took:.4f} seconds"
                code = f"Process exited with code {turn.exit or 0}"
                text = f"{head}\n{code}\nOutput:\n{text}"
        elif step.refused:
            refused = step.refused.event == "rejection"
            text = "exec command rejected by user" if refused else "aborted by user after 3.1s"
        else:
            return
        output = {"type": "function_call_output", "call_id": id, "output": text}
        self._add(step, "response_item", output, late=True)
