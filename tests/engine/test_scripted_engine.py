"""The engine that answers from a list."""

from __future__ import annotations

import pytest

from acx.engine.port import Request
from acx.engine.scripted import ScriptedEngine
from acx.errors import BadInput, ModelError

ASK = Request("s", [{"role": "user", "content": [{"type": "text", "text": "?"}]}])

SCRIPT = """
{"text": "Nothing."}
{"call": "view", "input": {"path": "a"}}
{"content": [{"type": "text", "text": "Ha"}], "stop_reason": "max_tokens", "usage": {"input": 5}}
{"error": "overloaded", "transient": true}
"""


def test_a_script_is_answered_line_by_line_and_questions_are_remembered() -> None:
    engine = ScriptedEngine.from_lines(SCRIPT.splitlines())
    first, second, third = (engine.complete(ASK) for _ in range(3))
    assert (first.text, first.stop_reason) == ("Nothing.", "end_turn")
    assert second.calls[0]["name"] == "view"
    assert second.stop_reason == "tool_use"
    assert (third.stop_reason, third.usage.input, third.usage.calls) == ("max_tokens", 5, 1)
    with pytest.raises(ModelError, match="overloaded") as caught:
        engine.complete(ASK)
    assert caught.value.transient
    with pytest.raises(ModelError, match="no answer to question 5"):
        engine.complete(ASK)
    assert len(engine.requests) == 5


@pytest.mark.parametrize(
    "line",
    ["no JSON", "[1]", "{}", '{"text": 3}', '{"call": "x"}', '{"content": [{"type": "text"}]}'],
)
def test_a_line_that_is_no_answer_is_named(line: str) -> None:
    with pytest.raises(BadInput, match="line 2"):
        ScriptedEngine.from_lines(['{"text": "fine"}', line])
