"""The evaluation itself: its cases are sound, its transcripts are read back as they were meant, and
it runs from a file to a table.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acx.model import Message
from acx.transcripts import open_transcript
from acx.verbs import learners
from tests.evals import evals, noise
from tests.evals.case import CASES, TAGS, Case, CaseError, Script, Turn, load, paths, squeezed
from tests.evals.matching import teaches
from tests.evals.render import WRITERS, render
from tests.evals.run import Engine, run
from tests.loopback import LoopbackMessages, Status

FILES = paths()
TEXT_ONLY = ("plain", "aider")
"""Formats without calls of commands: what is called and printed is text there."""

EVERYTHING = """
about: every kind of turn
tags: [success]
project: shop
sessions:
  - id: s1
    format: FORMAT
    began: 2026-03-02T09:14:00Z
    turns:
      - user: "add a flag\\n\\nand keep it short"
      - harness: "<system-reminder>The task list is empty.</system-reminder>"
      - agent: "I'll look at the tests."
      - call: TOOL
        args: {command: "pytest -q"}
        result: "1 passed\\nUser: root\\n```\\nAssistant: no"
        exit: 0
      - call: TOOL
        args: {command: "mypy ."}
        result: "a.py:3: error"
        exit: 2
      - agent: "One error; I mend it."
EVENTS
      - call: TOOL
        args: {command: "git status"}
        result: ""
      - agent: "Done."
      - user: "thanks, also tell me why"
      - call: TOOL
        args: {command: "git log"}
    tasks:
      - asked: "add a flag"
        status: success
gold:
  lessons: []
"""
EVENTS = {
    "queued": '      - user: "use 4 spaces"\n        as: queued\n',
    "rejection": '      - call: TOOL\n        args: {command: "pip install x"}\n'
    '      - user: "no, use uv"\n        as: rejection\n',
    "interrupt": '      - call: TOOL\n        args: {command: "sleep 99"}\n'
    '      - user: "stop, wrong folder"\n        as: interrupt\n      - agent: "Stopped."\n',
    "shell": '      - user: "uv sync"\n        as: shell\n'
    '      - harness: "<bash-stdout>Resolved 12 packages</bash-stdout>"\n',
}


SHELLS = {
    "claude-code": "Bash",
    "anthropic": "Bash",
    "codex": "exec_command",
    "gemini-cli": "run_shell_command",
}


def written(folder: Path, text: str) -> Path:
    path = folder / "made.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def everything(folder: Path, form: str) -> Case:
    events = "".join(text for name, text in EVENTS.items() if name in WRITERS[form].events)
    text = EVERYTHING.replace("FORMAT", form).replace("EVENTS\n", events)
    return load(written(folder, text.replace("TOOL", SHELLS.get(form, "bash"))))


def read_back(case: Case, script: Script, folder: Path) -> list[Message]:
    name, data = render(case, script)
    (folder / name).write_bytes(data)
    opened = open_transcript(folder / name)
    messages = list(opened.messages)
    assert opened.format.name == script.format
    assert opened.notes.warnings == []
    return messages


def check(case: Case, script: Script, folder: Path) -> None:
    """Every turn of a person's comes back as one, nothing else does, and every call has its result
    and no other."""
    messages = read_back(case, script, folder)
    spoken = [m for m in messages if m.origin == "human" and m.event != "interrupt"]
    meant = [turn for turn in script.turns if turn.who == "user" and turn.text.strip()]
    assert [squeezed(m.text) for m in spoken] == [squeezed(turn.text) for turn in meant]
    stops = sum(turn.event == "interrupt" for turn in script.turns)
    marked = [m for m in messages if m.event == "interrupt"]
    assert len(marked) == stops + sum(_wordless(turn) for turn in script.turns)
    agent = squeezed(" ".join(m.text for m in messages if m.origin == "agent"))
    for turn in script.turns:
        if turn.who == "agent":
            assert squeezed(turn.text) in agent
    calls = [turn for turn in script.turns if turn.who == "call"]
    if script.format in TEXT_ONLY:
        printed = squeezed(" ".join(_printed(m) for m in messages if m.origin == "harness"))
        assert all(squeezed(turn.result or "") in printed for turn in calls)
        return
    made = [call for m in messages for call in m.calls]
    assert [(call.name, call.args) for call in made] == [(c.text, c.args) for c in calls]
    results = {result.call_id: result for m in messages for result in m.results}
    assert len(results) == sum(len(m.results) for m in messages)
    for turn, call in zip(calls, made, strict=True):
        found = results.pop(call.id, None)
        if turn.result is not None:
            assert found is not None
            told = re.sub(r"\s*<system-reminder>.*?</system-reminder>", "", turn.result, flags=re.S)
            assert squeezed(found.text) == squeezed(turn.result) or squeezed(told) in squeezed(
                found.text
            )
    assert results == {}


def _wordless(turn: Turn) -> bool:
    """A refusal without words, which stops Claude Code."""
    return turn.event == "rejection" and not turn.text.strip()


def _printed(message: Message) -> str:
    return " ".join([message.text, *(result.text for result in message.results)])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_case_reads_back_as_it_was_meant(path: Path, tmp_path: Path) -> None:
    case = load(path)
    for script in case.sessions:
        check(case, script, tmp_path)


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_writes_every_kind_of_turn(form: str, tmp_path: Path) -> None:
    case = everything(tmp_path, form)
    [script] = case.sessions
    check(case, script, tmp_path)
    messages = read_back(case, script, tmp_path)
    events = {m.event for m in messages if m.origin == "human"} - {""}
    wanted = set(WRITERS[form].events)
    if form in ("codex", "gemini-cli"):
        wanted -= {"rejection"}  # refused without words; what the person types next is a prompt
        refused = [r for m in messages for r in m.results if r.rejected]
        assert len(refused) == ("rejection" in WRITERS[form].events)
    assert events == wanted
    codes = [result.exit_code for m in messages for result in m.results]
    if form not in (*TEXT_ONLY, "chatgpt", "responses"):  # where nothing of it is a field
        assert 2 in codes
    times = [datetime.fromisoformat(m.ts) for m in messages if m.ts]
    assert times == sorted(times)
    assert times[0] < datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def test_every_tag_has_a_case() -> None:
    assert TAGS - {tag for path in FILES for tag in load(path).tags} == set()


@pytest.mark.parametrize("kind", sorted(noise.KINDS))
def test_noise_is_the_same_each_time_and_holds_what_is_put_in(kind: str) -> None:
    text = noise.text(kind, 300, 7, [(200, "the\none"), (0, "first")])
    lines = text.split("\n")
    assert len(lines) == 303
    assert (lines[0], lines[201:203]) == ("first", ["the", "one"])
    assert text == noise.text(kind, 300, 7, [(200, "the\none"), (0, "first")])
    assert text != noise.text(kind, 300, 8, [(200, "the\none"), (0, "first")])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("project: shop", "projekt: shop", "made.yaml:2: the case: unknown key 'projekt'"),
        ("tags: [success]", "tags: [sucess]", "tags.1: 'sucess' is none of"),
        ("agent: \"Done.\"", "agnet: \"Done.\"", "sessions.1.turns.8: a turn is one of"),
        ("exit: 2", "exit: two", "exit: must be int, not 'two'"),
        ("status: success", "status: done", "'done' is none of success, failed"),
        ('asked: "add a flag"', 'asked: "add flags"', "stands in 0 of the user's turns"),
        ('asked: "add a flag"', 'asked: "t"', "stands in 2 of the user's turns"),
        ("lessons: []", "lessons: [{id: a, says: ['(']}]", "lessons.1.says.1: '(' is no pattern"),
        ("lessons: []", "lessons: [{id: a, says: []}]", "says: needs a pattern"),
        ("lessons: []", "never: {evil: []}", "gold.never: unknown key 'evil'"),
        ("lessons: []", "lessons: [{id: a, says: [a]}]\n  nothing: true", "there are gold lessons"),
        ("project: shop", "project: shop\nproject: shop", "'project' stands there twice"),
        ('result: ""', "result: {noise: snow, lines: 3}", "'snow' is none of docker-build"),
        ("began: 2026-03-02T09:14:00Z", "began: soon", "began: Invalid isoformat string"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_case_is_told_with_its_place(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    good = EVERYTHING.replace("FORMAT", "plain").replace("EVENTS\n", "")
    assert old in good
    load(written(tmp_path, good))
    with pytest.raises(CaseError, match=re.escape(told)):
        load(written(tmp_path, good.replace(old, new)))


def test_a_way_to_speak_that_a_format_has_not_is_told(tmp_path: Path) -> None:
    case = everything(tmp_path, "claude-code")
    plain = replace(case.sessions[0], format="plain")
    with pytest.raises(CaseError, match=r"turns\.7: as 'queued' isn't written for plain"):
        render(case, plain)
    with pytest.raises(CaseError, match="no writer for 'smoke'"):
        render(case, replace(plain, format="smoke"))


def test_a_case_makes_the_same_bytes_each_time() -> None:
    case = load(FILES[0])
    again = load(FILES[0])
    assert [render(case, s) for s in case.sessions] == [render(again, s) for s in again.sessions]


def test_the_offline_learner_runs_on_every_case(tmp_path: Path, capsys: Capture) -> None:
    figures = tmp_path / "figures.json"
    assert evals.main(["--json", str(figures), "--misses"]) == 0
    out = capsys.readouterr().out
    found = json.loads(figures.read_text())
    assert len(found["cases"]) == len(FILES)
    assert all(path.stem in out for path in FILES)
    assert not any(one["failed"] for one in found["cases"].values())
    assert found["all"]["commits"] > 0


Capture = pytest.CaptureFixture[str]


def test_a_broken_file_and_a_failing_case_stop_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    good = EVERYTHING.replace("FORMAT", "plain").replace("EVENTS\n", "")
    (tmp_path / "a.yaml").write_text("about: nothing\n")
    (tmp_path / "b.yaml").write_text(good.replace("format: plain", "format: smoke"))
    (tmp_path / "c.yaml").write_text(good)
    monkeypatch.setattr(evals, "paths", lambda names: paths(names, tmp_path))
    assert evals.main([]) == 1
    told = capsys.readouterr()
    assert "a.yaml:1: the case: 'tags' is missing" in told.err
    rows = {line.split()[0]: line for line in told.out.splitlines() if line}
    assert "FAILED CaseError: b.yaml" in rows["b"]
    assert rows["c"].split()[1] == "1/1"
    assert rows["all"].split()[:3] == ["all", "2", "1/2"]


def test_what_is_kept_can_be_read(tmp_path: Path, git: Callable[..., str]) -> None:
    case = load(CASES / "go-generate-shell-and-interrupt.yaml")
    learned = run(case, Engine("offline"), tmp_path)
    space = tmp_path / case.name / "home" / "spaces" / "evals"
    assert git(space, "log", "--format=%H").split()[0] == learned.landed[-1].id
    assert git(space, "log", "-1", "--format=%an %ae") == "acx acx@localhost"
    again = run(case, Engine("offline"), tmp_path)
    assert [made.id for made in again.commits] == [made.id for made in learned.commits]


def test_any_object_that_learns_can_be_measured() -> None:
    case = load(CASES / "go-generate-shell-and-interrupt.yaml")
    by_name, by_object = run(case, Engine("offline")), run(case, Engine(learners.offline()))
    assert [made.text for made in by_object.commits] == [made.text for made in by_name.commits]
    assert by_object.sessions[0].tasks == by_name.sessions[0].tasks
    assert by_object.landed


def test_a_model_that_cannot_be_had_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    given = ["--learner", "anthropic", "--model", "some-model", "--case", "csv-count-trivia"]
    with LoopbackMessages(lambda _: Status(401, "no such key")) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
        assert evals.main([*given, "--misses"]) == 0
    told = capsys.readouterr()
    assert "session s1 failed: " in told.out
    assert "learner      anthropic some-model" in told.out
    assert "csv-count-trivia" in told.err


def test_the_case_in_the_readme_is_one(tmp_path: Path) -> None:
    text = (CASES.parent / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(.*?)```", text, re.S)
    case = load(written(tmp_path, textwrap.dedent(block)))
    check(case, case.sessions[0], tmp_path)
    [lesson] = case.lessons
    assert teaches("- Add no new dependencies to the client.", lesson)
    assert not teaches("- Use tenacity for retries.", lesson)
