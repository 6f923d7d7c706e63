"""Scripts as transcripts: a case's session in the bytes that its agent would have left behind.

One writer a format. Each format has its own odd places where people speak; a script that uses one
which its format hasn't is an error of the case. Not in here: the writers (`render_*`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from tests.evals.case import Case, Script
from tests.evals.render_apps import ai_sdk, chatgpt
from tests.evals.render_chat import anthropic, openai, responses
from tests.evals.render_claude_code import claude_code
from tests.evals.render_codex import codex
from tests.evals.render_gemini_cli import gemini_cli
from tests.evals.render_opencode import opencode, pi
from tests.evals.render_text import aider, plain
from tests.evals.scene import Scene


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written. `events` are the ways in which a person may speak in it."""

    write: Callable[[Scene], str]
    suffix: str
    events: frozenset[str] = frozenset()


def _events(names: str = "") -> frozenset[str]:
    return frozenset(names.split())


WRITERS = {
    "claude-code": Writer(claude_code, ".jsonl", _events("queued rejection shell interrupt")),
    "codex": Writer(codex, ".jsonl", _events("queued rejection shell interrupt")),
    "gemini-cli": Writer(gemini_cli, ".json", _events("rejection interrupt")),
    "opencode": Writer(opencode, ".json", _events("rejection shell interrupt")),
    "pi": Writer(pi, ".jsonl", _events("shell interrupt")),
    "aider": Writer(aider, ".md", _events("shell interrupt")),
    "openai": Writer(openai, ".jsonl"),
    "anthropic": Writer(anthropic, ".json"),
    "responses": Writer(responses, ".jsonl"),
    "ai-sdk": Writer(ai_sdk, ".json", _events("rejection")),
    "chatgpt": Writer(chatgpt, ".json"),
    "plain": Writer(plain, ".txt"),
}


def render(case: Case, script: Script) -> tuple[str, bytes]:
    """A file's name and its bytes. Raises CaseError."""
    scene = Scene(case, script)
    writer = WRITERS.get(script.format)
    if writer is None:
        known = ", ".join(WRITERS)
        raise scene.wrong(scene.steps[0], f"no writer for {script.format!r}; there are {known}")
    for step in scene.steps:
        event = step.turn.event
        if event and event not in writer.events:
            known = ", ".join(sorted(writer.events)) or "nothing"
            raise scene.wrong(step, f"as {event!r} isn't written for {script.format}: {known} is")
        open_call = step.turn.who == "call" and step.turn.result is None and not step.refused
        if open_call and step.number < len(scene.steps):
            raise scene.wrong(step, "a call without result, and the session goes on")
    # A format without ids takes its session's from the file: it must not tell what a case tries
    name = f"{uuid5(NAMESPACE_URL, f'{case.name}-{script.id}').hex[:12]}{writer.suffix}"
    return name, writer.write(scene).encode()
