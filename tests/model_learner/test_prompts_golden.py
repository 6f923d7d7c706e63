"""The prompts as they are sent: a changed word shows in review.

`GOLDEN=write pytest tests/model_learner/test_prompts_golden.py` writes the files anew.
"""

from __future__ import annotations

import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from acx.engine.anthropic_engine import AnthropicEngine
from acx.learn import prompts
from acx.learn.tidy.model import ModelTidier
from acx.learn.tidy.step import Untidy
from tests.loopback import LoopbackMessages, call, calls
from tests.model_learner.stage import (
    PREFERENCES,
    SKILLS,
    Tree,
    assignment,
    learner,
    lesson,
    report,
    talk,
)

GOLDEN = Path(__file__).parent / "golden"
LOG = "skills/user-general-facts/2025-06-15.md"


def by_lines(value: Any) -> Any:
    """The value with long texts as lists of lines, so that a diff shows the word that changed."""
    if isinstance(value, str):
        return value.split("\n") if "\n" in value else value
    if isinstance(value, list):
        return [by_lines(item) for item in value]
    if isinstance(value, dict):
        return {key: by_lines(item) for key, item in value.items()}
    return value


def same_as_golden(name: str, value: object) -> None:
    text = json.dumps(by_lines(value), indent=1, ensure_ascii=False) + "\n"
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_requests_of_a_good_day() -> None:
    task = {"title": "Add it", "first": 1, "last": 5, "status": "success", "because": "#6"}
    replies = [
        call("report_tasks", {"tasks": [task]}),
        report(lesson()),
        calls(("insert", {"path": PREFERENCES, "line": 3, "text": "- Use uv.\n"}), ("done", {})),
    ]
    with LoopbackMessages(replies) as api:
        asked = learner(api)
        reading = asked.open(talk())
        reading.tasks(())
        list(reading.lessons([assignment().task], lambda _: assignment()))
    for name, request in zip(("tasks", "lessons", "write"), api.requests, strict=True):
        same_as_golden(f"{name}.json", request)


def test_the_request_to_tidy() -> None:
    twice = {
        **SKILLS,
        PREFERENCES.replace("coding", "make"): "# Make\n\n- Use tabs in Makefiles.\n",
    }
    untidy = Untidy(Tree({**twice, LOG: "# 2025-06-15\n"}), refused=["Drop the tabs"])
    with LoopbackMessages([call("done", {})]) as api:
        engine = AnthropicEngine("test-model", base_url=api.url, retries=0, timeout=5)
        list(ModelTidier(engine, "anthropic test-model").steps(untidy))
    same_as_golden("tidy.json", api.requests[0])


def test_the_hash_of_the_prompts() -> None:
    same_as_golden("prompt_hash.json", prompts.prompt_hash())


def test_every_prompt_is_named_and_every_name_is_a_prompt() -> None:
    there = {item.name for item in files(prompts).iterdir() if item.name.endswith(".md")}
    assert there == {f"{name}.md" for name in prompts.NAMES}


def test_a_place_without_value_is_an_error_and_so_is_a_value_without_place() -> None:
    places = set(re.findall(r"\{\{(\w+)\}\}", prompts.text("lessons_request")))
    values = dict.fromkeys(places, "{{project}}")
    assert "{{project}}" in prompts.fill("lessons_request", **values)
    with pytest.raises(KeyError, match="rejected"):
        prompts.fill("lessons_request", **{k: v for k, v in values.items() if k != "rejected"})
    with pytest.raises(KeyError, match="surplus"):
        prompts.fill("lessons_request", **values, surplus="x")
