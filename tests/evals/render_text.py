"""A scene as text that a person could have pasted: `User:` and `Assistant:` lines with times."""

from __future__ import annotations

import json
import re

from tests.evals.render_chat import printed
from tests.evals.scene import Scene


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
