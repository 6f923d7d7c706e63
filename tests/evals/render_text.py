"""A scene as text: `User:` and `Assistant:` lines as a person pastes them, aider's chat history."""

from __future__ import annotations

import json
import re

from tests.evals.render_chat import printed
from tests.evals.scene import Scene, Step


def plain(scene: Scene) -> str:
    """What tools print stands in fences, so that nothing in it speaks for anybody."""
    found: list[str] = []
    for step in scene.steps:
        turn = step.turn
        stamp = f"[{step.at:%Y-%m-%d %H:%M:%S}]"
        if turn.who == "call":
            given = turn.args.get("command", turn.args)
            given = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
            call = fenced(f"{turn.text}: {given}")
            if step.joins:
                found[-1] += f"\n\n{call}"
            else:
                found.append(f"{stamp} Assistant:\n{call}")
            if turn.result is not None:
                then = f"[{step.then:%Y-%m-%d %H:%M:%S}]"
                found.append(f"{then} Tool:\n{fenced(printed(step))}")
        else:
            name = {"user": "User", "agent": "Assistant", "harness": "System"}[turn.who]
            found.append(f"{stamp} {name}: {step.words}")
    return "\n\n".join(found) + "\n"


def fenced(text: str) -> str:
    """The text in a fence that is longer than any within it."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"


def aider(scene: Scene) -> str:
    """A chat of aider's: it can edit files and propose commands, and that is all. An edit has
    `path`, `search` and `replace`; any other call is a command that the person lets it run."""
    start = f"# aider chat started at {scene.script.began:%Y-%m-%d %H:%M:%S}"
    head = ["Aider v0.86.1", "Main model: claude-sonnet-4-5 with diff edit format, infinite output"]
    found = [f"\n{start}\n", _printed(*head)]
    for at, step in enumerate(scene.steps):
        turn = step.turn
        after = scene.steps[at + 1] if at + 1 < len(scene.steps) else None
        if turn.event == "shell":
            found.append(f"\n#### /run {step.words}  \n")
        elif turn.who == "user":
            if turn.event == "interrupt":
                found.append(_printed("^C KeyboardInterrupt"))
            if step.words:
                lines = (f"#### {line}  " for line in step.words.split("\n"))
                found.append("\n" + "\n".join(lines) + "\n")
        elif turn.who == "harness":
            found.append(_printed(*step.words.split("\n")))
        else:
            said = step.words if turn.who == "agent" else _proposed(step)
            found.append(f"\n{said}\n")
            if after is None or (after.turn.who == "user" and after.turn.event != "interrupt"):
                found.append(_printed("Tokens: 9.3k sent, 412 received. Cost: $0.03 message."))
            if turn.who == "call" and turn.result is not None:
                found.append(_printed(*_came_of(step)))
    return "\n".join(found) + "\n\n"


def _proposed(step: Step) -> str:
    args = step.turn.args
    if {"path", "search", "replace"} <= args.keys():
        search, replace = (str(args[key]).rstrip("\n") for key in ("search", "replace"))
        block = f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE"
        return f"{args['path']}\n```\n{block}\n```"
    return f"```bash\n{_command(step)}\n```"


def _command(step: Step) -> str:
    given = step.turn.args.get("command")
    if isinstance(given, str):
        return given
    return f"{step.turn.text} {json.dumps(step.turn.args, ensure_ascii=False)}"


def _came_of(step: Step) -> list[str]:
    result = (step.turn.result or "").rstrip("\n").split("\n")
    if "search" in step.turn.args:
        return [f"Applied edit to {step.turn.args['path']}", *filter(None, result)]
    asked = ["Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: y"]
    added = [f"Added {len(result)} lines of output to the chat."]
    return [*asked, f"Running {_command(step).splitlines()[0]}", *result, *added]


def _printed(*lines: str) -> str:
    return "\n".join(f"> {line}  " for line in lines)
