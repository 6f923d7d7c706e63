"""The sample session is what its recorder makes, is whole, and says what `expected.json` claims.

Not here: what learners make of it; their tests read `expected.json` too.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SESSION = HERE / "session.jsonl"
REFUSED = "the user said:\n"


def recorded(out: Path) -> str:
    subprocess.run([sys.executable, str(HERE / "record.py"), str(out)], check=True, timeout=120)
    return out.read_text(encoding="utf-8")


def without_versions(jsonl: str) -> str:
    """Without what other versions of Python and git write differently.

    That is line numbers within the standard library, the marks under a line of a traceback, and
    the date that `git commit` shows when it keeps an author's.
    """
    jsonl = re.sub(r'(/usr/lib/python3\.11/[\w/]+\.py\\", line )\d+', r"\1N", jsonl)
    return re.sub(r"\\n +(?:[~^]+|Date: [\w :+]+)(?=\\n)", "", jsonl)


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SESSION.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


def blocks(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    contents = [line["message"]["content"] for line in lines if "message" in line]
    return [
        block
        for content in contents
        if isinstance(content, list)
        for block in content
        if block["type"] == kind
    ]


def sayings(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """All that Sam typed, in order, with the kind of moment."""
    found = []
    for line in lines:
        content = line.get("message", {}).get("content")
        if line["type"] == "queue-operation" and line["operation"] == "enqueue":
            found.append(("queued", line["content"]))
        elif line["type"] == "user" and isinstance(content, str):
            found.append(("", content))
        elif line["type"] == "user" and REFUSED in content[0]["content"]:
            found.append(("rejection", content[0]["content"].split(REFUSED)[1]))
    return found


def bash_results(lines: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    """Commands in order, with what came back and whether it is flagged as an error."""
    results = {block["tool_use_id"]: block for block in blocks(lines, "tool_result")}
    calls = [call for call in blocks(lines, "tool_use") if call["name"] == "Bash"]
    return [
        (call["input"]["command"], (result := results[call["id"]])["content"], result["is_error"])
        for call in calls
    ]


def test_recording_it_again_gives_the_same_session(tmp_path: Path) -> None:
    again = recorded(tmp_path / "again.jsonl")
    assert without_versions(again) == without_versions(SESSION.read_text(encoding="utf-8"))
    assert recorded(tmp_path / "once-more.jsonl") == again


def test_nothing_of_the_recording_machine_is_in_it() -> None:
    text = SESSION.read_text(encoding="utf-8")
    roots = set(re.findall(r"(?<![\w.~])/([a-z]+)/", text))
    assert roots == {"home", "usr"}
    assert set(re.findall(r"/home/(\w+)", text)) == {"sam"}
    assert str(Path.home()) not in text


def test_each_call_has_its_one_result_after_it(lines: list[dict[str, Any]]) -> None:
    waiting: set[str] = set()
    for line in lines:
        for call in blocks([line], "tool_use"):
            assert call["id"] not in waiting
            waiting.add(call["id"])
        for result in blocks([line], "tool_result"):
            waiting.remove(result["tool_use_id"])
    assert not waiting


def test_lines_are_linked_and_in_the_order_of_time(lines: list[dict[str, Any]]) -> None:
    linked = [line for line in lines if "uuid" in line]
    seen: set[str | None] = {None}
    for line in linked:
        assert line["parentUuid"] in seen
        assert line["uuid"] not in seen
        seen.add(line["uuid"])
    assert sum(line["parentUuid"] is None for line in linked) == 1
    times = [datetime.fromisoformat(line["timestamp"]) for line in lines if "timestamp" in line]
    assert times == sorted(times)
    assert {time.date().isoformat() for time in times} == {"2026-06-09"}


def test_an_assistant_line_has_one_block_and_a_reply_one_id(lines: list[dict[str, Any]]) -> None:
    messages = [line["message"] for line in lines if line["type"] == "assistant"]
    assert all(len(message["content"]) == 1 for message in messages)
    assert len({message["id"] for message in messages}) < len(messages)


def test_it_has_the_noise_of_real_sessions(lines: list[dict[str, Any]]) -> None:
    kinds = {line["type"] for line in lines}
    assert kinds == {"summary", "file-history-snapshot", "queue-operation", "user", "assistant"}


def test_failed_commands_say_their_exit_code(lines: list[dict[str, Any]]) -> None:
    flagged = [text for _, text, error in bash_results(lines) if error]
    failed = [text for text in flagged if REFUSED not in text]
    assert len(failed) == 2
    assert all(re.match(r"Exit code [1-9]\d*\n", text) for text in failed)


def test_the_agent_counts_the_tests_as_they_ran(lines: list[dict[str, Any]]) -> None:
    ran, claims = "", 0
    for line in lines:
        for result in blocks([line], "tool_result"):
            ran = (re.findall(r"Ran (\d+) tests", result["content"]) or [ran])[-1]
        for block in blocks([line], "text"):
            for claim in re.findall(r"All (\d+) tests pass", block["text"]):
                claims += 1
                assert claim == ran
    assert claims == 2


def test_everything_sam_typed_is_labelled(
    lines: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    requests = [task["request"] for task in expected["tasks"]]
    typed = [text for _, text in sayings(lines)]
    assert [text for text in typed if text in requests] == requests
    assert [text for text in typed if text not in requests] == list(expected["not_tasks"])
    for task in expected["tasks"]:
        assert all(word in task["request"] for word in task["title_words"])


def test_preferences_and_corrections_are_sams_words(
    lines: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    for label in expected["preferences"] + expected["corrections"]:
        [(event, text)] = [(event, text) for event, text in sayings(lines) if label["said"] in text]
        assert event == label["event"]
        assert label.get("reason", "") in text
    for correction in expected["corrections"]:
        [text] = [text for ran, text, _ in bash_results(lines) if ran == correction["refused"]]
        assert text.endswith(REFUSED + correction["said"])


def test_the_diagnosis_is_in_the_agents_words(
    lines: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    [failed] = [task for task in expected["tasks"] if task["outcome"] == "failed"]
    [text] = [b["text"] for b in blocks(lines, "text") if failed["diagnosis"] in b["text"]]
    assert failed["instead"] in text


def test_what_failed_then_worked_another_way(
    lines: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    ran = bash_results(lines)
    for warning in expected["warnings"]:
        [failed] = [n for n, (command, _, _) in enumerate(ran) if command == warning["failed"]]
        assert ran[failed][2]
        assert warning["error"] in ran[failed][1]
        command, text, error = ran[failed + 1]
        assert (command, error) == (warning["worked"], False)
        assert text.endswith("\nOK")


def test_the_project_ends_as_the_story_says(lines: list[dict[str, Any]]) -> None:
    ran = bash_results(lines)
    commits = [text for command, text, _ in ran if re.search(r"git (commit|revert)", command)]
    subjects = [re.match(r"\[main \w{7}\] (.*)", text)[1] for text in commits]
    assert subjects[:3] == [
        "Add percentage discount",
        "Cache the tax table",
        'Revert "Cache the tax table"',
    ]
    assert len(subjects[3]) > 50 >= len(subjects[4])
    stale = [text for command, text, _ in ran if "DE at 25 %" in command]
    assert stale == ["DE at 19 %: {1: 11.9}\nDE at 25 %: {1: 11.9}"]
