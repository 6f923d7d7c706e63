"""Small sessions for tests of the verbs, in OpenAI's form, with times."""

from __future__ import annotations

import json
from typing import Any

DAY = "2026-06-09T14:{:02d}:00Z"


def user(minute: int, text: str) -> dict[str, Any]:
    return {"role": "user", "content": text, "ts": DAY.format(minute)}


def agent(minute: int, text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text, "ts": DAY.format(minute)}


def bash(minute: int, command: str, output: str, call: str = "") -> list[dict[str, Any]]:
    call = call or f"call-{minute}"
    function = {"name": "bash", "arguments": json.dumps({"command": command})}
    return [
        {
            "role": "assistant",
            "content": None,
            "ts": DAY.format(minute),
            "tool_calls": [{"id": call, "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": call, "content": output, "ts": DAY.format(minute)},
    ]


def jsonl(*messages: Any) -> bytes:
    flat = [m for item in messages for m in (item if isinstance(item, list) else [item])]
    return b"".join(json.dumps(m).encode() + b"\n" for m in flat)


DISCOUNT = [
    user(1, "add a percentage discount to the price calculation"),
    *bash(2, "python3 -m unittest", "Ran 3 tests in 0.1s\n\nOK"),
    agent(3, "I added the discount to prices.py; all three tests pass."),
    user(4, "perfect, works. always put money amounts in integer cents, never floats"),
]
EXPORT = [
    user(10, "write a script that exports the orders as csv"),
    *bash(11, "python3 export.py", "wrote orders.csv"),
    agent(12, "export.py writes orders.csv with one line an order."),
    user(13, "great, thanks"),
]
BROKE = [
    user(20, "that broke again: the export has an empty column for the customer"),
    *bash(21, "python3 export.py", "Exit code 1\nKeyError: 'customer'"),
    agent(22, "I could not fix it: the orders carry no customer any more."),
    user(23, "ok, leave it then, that's broken and I'll do it by hand"),
]
