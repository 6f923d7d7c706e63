"""What a model may answer at its worst is the trouble of one task alone, and soon over."""

from __future__ import annotations

import time
from typing import Any

import pytest

from acx.errors import ModelError
from acx.learn.conversation import _json_in
from acx.learn.schema import complaints
from acx.learn.writing import decoded
from tests.loopback import Answer, LoopbackMessages, Raw, call, calls, text
from tests.model_learner.stage import answered, learner, lesson, report

DEEP = '{"a":' * 50_000
REPORT = report(lesson())

NONSENSE: dict[str, Any] = {
    "a call without input": Answer([{"type": "tool_use", "name": "report_lessons"}], "tool_use"),
    "a text that is a number": Answer([{"type": "text", "text": 5}]),
    "a nested body": Raw(f'{{"content": {DEEP}1{"}" * 50_001}'),
    "a nested text": text(DEEP),
    "many braces": text("{" * 200_000),
    "a nested input as text": call("report_lessons", DEEP),
    "another tool": call("nope", {}),
    "half a character": text("\ud800"),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_an_error_of_the_task_and_counted(answer: Any) -> None:
    start = time.monotonic()
    with LoopbackMessages(lambda _: answer) as api:
        with pytest.raises(ModelError) as caught:
            answered(learner(api))
        asked = len(api.requests)
    assert not caught.value.fatal
    # of what isn't even JSON to be read, no count is known
    assert caught.value.usage.calls == (0 if isinstance(answer, Raw) else asked)
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_while_writing_is_too(answer: Any) -> None:
    with LoopbackMessages(lambda r: REPORT if len(r["tools"]) == 2 else answer) as api:
        try:
            answered(learner(api, turns=3))
        except ModelError as error:
            assert not error.fatal


def test_numbers_and_characters_out_of_range_are_sent_back_to_the_model() -> None:
    odd = [
        (
            "view",
            {"path": "skills/user-general-facts/SKILL.md", "first": 10**30, "last": -(10**30)},
        ),
        ("insert", {"path": "skills/user-general-facts/SKILL.md", "line": 10**30, "text": "x"}),
        ("create", {"path": "skills/a\ud800/SKILL.md", "text": "\ud800"}),
        ("create", '{"path": "skills/b/SKILL.md", "text": "\\ud800"}'),
        ("create", {"path": "skills/a\x00/SKILL.md", "text": "x"}),
        ("done\n", {}),
    ]
    with LoopbackMessages([REPORT, calls(*odd), *[text("Done.")] * 3]) as api:
        answered(learner(api, turns=4))
    results = [b for b in api.requests[2]["messages"][-1]["content"] if b["type"] == "tool_result"]
    assert len(results) == len(odd)


def test_a_value_nested_too_deep_to_show_is_complained_about() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    assert "nested too deep" in complaints({"type": "string"}, value)[0]
    assert decoded(DEEP) == DEEP


def test_json_is_found_behind_a_few_braces_in_prose() -> None:
    assert _json_in("set {x} and {y}:\n" + '{"skip": "trivial"}', "t") == {"skip": "trivial"}
    assert _json_in('{"skip": "\\ud800"}', "t") == {"skip": "?"}
    assert _json_in("{" * 200_000 + '{"skip": "trivial"}', "t") is None
