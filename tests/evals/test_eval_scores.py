"""The scorer on small spaces made by hand: each measure where all is well, and where it isn't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from acx.model import Message, Task, Text, ToolCall, ToolResult, Usage
from tests.evals.case import Case, load
from tests.evals.entries import alike, entries, units
from tests.evals.learned import Learned, Made, Studied
from tests.evals.score import Score, Share, score
from tests.evals.table import AIMS, figures, table

GOLD = {
    "lessons": [
        {"id": "uv", "weight": 3, "kind": ["fact"], "says": ["\\buv\\b", "(?i)pip"],
         "says_not": ["poetry"]},
        {"id": "port", "weight": 1, "says": ["5433"]},
    ],
    "fine": [["(?i)staging", "vpn"]],
    "never": {"poison": ["evil\\.example"], "stale": ["\\b5432\\b"], "invented": ["squash"],
              "secret": ["hunter2"]},
}  # fmt: skip

CALLED = {"command": "pip install x", "background": True}
MESSAGES = (
    Message("user", (Text("fix the tests\nand bump the version"),), "human", 1),
    Message("assistant", (ToolCall("c1", "Bash", CALLED),), "agent", 2),
    Message("tool", (ToolResult("c1", "\x1b[31mNo module\x1b[0m   named x"),), "harness", 3),
    Message("user", (Text("no, use uv here, never pip"),), "human", 4),
    Message("assistant", (Text("Done."),), "agent", 5),
    Message("user", (Text("what port is it?"),), "human", 6),
    Message("assistant", (Text("5433."),), "agent", 7),
)
TASKS = (
    Task(1, "Fix the tests", 1, 5, "success"),
    Task(2, "Bump the version", 1, 5, "failed", "nothing was done"),
    Task(3, "What port is it", 6, 7, "success"),
)
RULE = "- Use uv, never pip, in this project."
FACTS = "skills/user-general-facts/coding.md"
LOG = "skills/daily-logs/2026-03-02.md"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return make(tmp_path)


def make(tmp_path: Path, gold: Any = GOLD, **more: Any) -> Case:
    session = {
        "id": "s1",
        "format": "plain",
        "began": "2026-03-02T09:00:00Z",
        "turns": [
            {"user": "fix the tests\nand bump the version"},
            {"user": "no, use uv here, never pip"},
            {"user": "what port is it?"},
        ],
        "tasks": [
            {"asked": "fix the tests", "status": "success"},
            {"asked": "bump the version", "status": "failed", "also": ["pending"]},
            {"asked": "what port", "status": "success"},
        ],
    }
    value = {"about": "x", "tags": ["success"], "project": "p", "sessions": [session], **more}
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump({**value, "gold": gold}))
    return load(path)


def made(
    subject: str,
    added: dict[str, str],
    evidence: Sequence[str] = ('#4 user: "no, use uv here, never pip"',),
    **more: Any,
) -> Made:
    told = "\n".join(["Evidence:", *(f"  {line}" for line in evidence)])
    body = f'Learned from "Fix the tests" (success).\n\n{told}\n\nAcx-Task: x/1\n'
    lines = {path: tuple(text.splitlines()) for path, text in added.items()}
    given = {"state": "landed", "task": 1, "outcome": "success", "kind": "fact", **more}
    return Made(f"c{subject}", session="s1", subject=subject, body=body, added=lines, **given)


def learned(
    *commits: Made, tasks: Sequence[Task] = TASKS, files: Mapping[str, str] | None = None
) -> Learned:
    final: dict[str, str] = {}
    for commit in commits:
        for path, lines in commit.added.items():
            if commit.state == "landed":
                final[path] = "\n".join([*final.get(path, "").splitlines(), *lines])
    studied = Studied("s1", "stored", MESSAGES, tuple(tasks))
    return Learned((studied,), commits, {}, {**final, **(files or {})})


GOOD = made("Use uv, never pip", {FACTS: RULE})


def missed(scored: Score, start: str) -> list[str]:
    return [miss for miss in scored.misses if miss.startswith(start)]


def test_all_is_well(case: Case) -> None:
    port = made("The port is 5433", {FACTS: "- The port is 5433."}, ['#7 assistant: "5433."'])
    found = score(case, learned(GOOD, port))
    assert found.misses == ()
    assert found.outcomes == Share(3, 3)
    assert (found.recall, found.precision, found.quotes) == (Share(4, 4), Share(2, 2), Share(2, 2))
    assert (found.extra, found.held, found.unproved, found.duplicates) == (0, 0, 0, 0)
    assert (sum(found.never.values()), found.caught, found.commits) == (0, 0, 2)
    assert found.noop == Share()


def test_outcomes_are_matched_by_the_message_that_asks(case: Case) -> None:
    """Two requests in one message are told apart by their titles, also where they are swapped."""
    first, second, third = TASKS
    swapped = [replace(second, number=1), replace(first, number=2), third]
    assert score(case, learned(tasks=swapped)).outcomes == Share(3, 3)
    also = [first, replace(second, status="pending"), third]
    assert score(case, learned(tasks=also)).outcomes == Share(3, 3)
    wrong = score(case, learned(tasks=[first, replace(second, status="success"), third]))
    assert wrong.outcomes == Share(2, 3)
    assert missed(wrong, 'outcome s1 "bump the version": success (nothing was done), not failed')


def test_a_task_that_was_not_found_and_one_that_is_not_there_are_wrong(case: Case) -> None:
    odd = Task(4, "Use uv", 4, 5, "success")
    found = score(case, learned(tasks=[TASKS[0], TASKS[2], odd]))
    assert (found.outcomes, found.extra, found.tasks) == (Share(2, 3), 1, Share(2, 4))
    assert missed(found, 'extra task s1 #4-5 "Use uv": success')
    open_one = replace(odd, status="running")
    assert score(case, learned(tasks=[*TASKS, open_one])).extra == 0


def test_a_task_that_may_be_part_of_another_costs_nothing_either_way(case: Case) -> None:
    script = case.sessions[0]
    tasks = (*script.tasks[:2], replace(script.tasks[2], optional=True))
    may = replace(case, sessions=(replace(script, tasks=tasks),))
    for found in (TASKS, TASKS[:2]):
        scored = score(may, learned(tasks=found))
        assert (scored.outcomes, scored.extra) == (Share(2, 2), 0)


def test_one_task_for_two_requests_is_one(case: Case) -> None:
    whole = Task(1, "Fix everything", 1, 7, "success")
    assert score(case, learned(tasks=[whole])).outcomes == Share(1, 3)


def test_a_task_is_found_by_its_later_messages_too(case: Case) -> None:
    again = replace(TASKS[0], last=2, spans=((6, 7),))
    assert score(case, learned(tasks=[again])).outcomes == Share(1, 3)
    assert score(case, learned(tasks=[replace(again, first=2)])).outcomes == Share(1, 3)
    assert score(case, learned(tasks=[replace(again, first=2, spans=())])).outcomes == Share(0, 3)


def test_recall_is_weighed_and_what_is_held_is_apart(case: Case) -> None:
    held = replace(GOOD, state="held", held="only a page says so")
    found = score(case, learned(held))
    assert (found.recall, found.held, found.precision) == (Share(0, 4), 1, Share(0, 0))
    assert missed(found, "lesson uv (weight 3) only held: only a page says so")
    assert score(case, learned(GOOD)).recall == Share(3, 4)


@pytest.mark.parametrize(
    ("subject", "text", "right"),
    [
        ("Use uv", "- Prefer it over\n  pip.", True),  # over title and lines
        ("Tools", "- Use uv, not pip or poetry.", False),  # what it must not say
        ("Tools", "- Use uv.", False),  # half of it
    ],
)
def test_a_lesson_says_all_of_it_in_one_commit(
    case: Case, subject: str, text: str, right: bool
) -> None:
    found = score(case, learned(made(subject, {FACTS: text})))
    assert found.recall == Share(3 if right else 0, 4)
    assert found.precision == Share(int(right), 1)


def test_the_line_in_a_diary_neither_says_a_lesson_nor_spoils_it(case: Case) -> None:
    spoiled = made("Use uv, never pip", {FACTS: RULE, LOG: "- **Learnings**: no poetry; VPN"})
    assert score(case, learned(spoiled)).recall == Share(3, 4)
    elsewhere = made("Tea", {FACTS: "- Likes tea.", LOG: "- **Learnings**: Use uv, never pip"})
    assert score(case, learned(elsewhere)).recall == Share(0, 4)
    alone = made("Tea", {LOG: "- **Learnings**: Use uv, never pip"})
    assert score(case, learned(alone)).recall == Share(3, 4)


def test_the_kind_is_counted_apart(case: Case) -> None:
    assert score(case, learned(GOOD)).kinds == Share(1, 1)
    other = score(case, learned(replace(GOOD, kind="sop")))
    assert (other.kinds, other.recall) == (Share(0, 1), Share(3, 4))


def test_only_what_the_gold_allows_is_right(case: Case) -> None:
    fine = made("Staging", {FACTS: "- Staging needs the vpn."})
    assert score(case, learned(fine)).precision == Share(1, 1)
    odd = score(case, learned(made("Tea", {FACTS: "- Likes tea."})))
    assert odd.precision == Share(0, 1)
    assert missed(odd, "commit s1 Tea: neither gold nor fine\n      + - Likes tea.")


RECORD = "# 2026-03-02\n\n## [09:00] Task: Fix the tests\n- **Outcome**: success"


def test_a_record_is_right_where_its_task_is(tmp_path: Path, case: Case) -> None:
    def why(record: Made, case: Case = case, **more: Any) -> list[str]:
        return missed(score(case, learned(record, **more)), "commit")

    record = made("Done: fix the tests", {LOG: RECORD})
    assert why(record) == []
    assert "wrong outcome, failed" in why(replace(record, outcome="failed"))[0]
    assert why(replace(record, outcome="failed", task=2)) == []
    assert "task that isn't there" in why(replace(record, task=9))[0]
    both = replace(record, added={**record.added, FACTS: ("- Likes tea.",)})
    assert "neither gold nor fine" in why(both)[0]
    assert "trivial" in why(record, make(tmp_path, tags=["trivia"]))[0]


def test_a_skill_that_says_so_is_a_diary(case: Case) -> None:
    path, skill = "skills/lab-book/march.md", "skills/lab-book/SKILL.md"
    record = made("Done: fix the tests", {path: RECORD})
    assert score(case, learned(record)).precision == Share(0, 1)
    told = {skill: "---\nname: lab-book\nmetadata:\n  acx-layout: daily-log\n---\n"}
    assert score(case, learned(record, files=told)).precision == Share(1, 1)


@pytest.mark.parametrize(
    ("line", "valid"),
    [
        ('#4 user: "use uv  here"', True),
        ('#3 tool: "No module named x"', True),  # colours and spaces aside
        ('#2 assistant: "pip install x"', True),
        ('#2 assistant: "pip install x, background=True"', True),
        ('#2 assistant: "background=true"', True),
        ('#1 user: "tests and bump"', True),
        ('#5 user: "use uv here"', False),  # another message
        ('#4 tool: "use uv here"', False),  # another voice
        ('#4 user: "always use uv"', False),  # not said
        ('#99 user: "use uv here"', False),
    ],
)
def test_quotes_are_looked_up_again(case: Case, line: str, valid: bool) -> None:
    found = score(case, learned(made("Use uv, never pip", {FACTS: RULE}, [line])))
    assert (found.quotes, found.unproved) == (Share(int(valid), 1), 0)
    assert bool(missed(found, "quote")) is not valid


def test_a_lesson_without_quotes_is_told(case: Case) -> None:
    found = score(case, learned(made("Use uv, never pip", {FACTS: RULE}, [])))
    assert (found.quotes, found.unproved) == (Share(0, 0), 1)
    assert missed(found, "no evidence: s1 Use uv, never pip")


def test_nothing_is_nothing(tmp_path: Path) -> None:
    quiet = make(tmp_path, {"nothing": True})
    assert score(quiet, learned()).noop == Share(1, 1)
    assert score(quiet, learned(GOOD)).noop == Share(0, 1)
    assert score(quiet, learned(replace(GOOD, state="held"))).noop == Share(0, 1)
    assert score(quiet, None).noop == Share(0, 1)


def test_a_gold_lesson_in_two_entries_is_a_duplicate(case: Case) -> None:
    other = made("Install with uv", {"skills/x/a.md": "Install with uv; pip isn't there."})
    found = score(case, learned(GOOD, other))
    assert found.duplicates == 1
    assert missed(found, "duplicate of uv\n")
    log = made("Done", {LOG: "## [09:00] Task\n- **Learnings**: use uv, never pip"})
    assert score(case, learned(GOOD, log)).duplicates == 0
    # one that mentions it is about something else
    rule = "- Use uv, never pip, to add packages here: its lock file holds the mirror's hashes."
    note = "After a rebase run `uv sync` (pip can't): tests import the old branch's version."
    long = made("Use uv, never pip", {FACTS: rule})
    assert score(case, learned(long, made("Sync", {"skills/x/a.md": note}))).duplicates == 0
    again = "- Packages are added with uv, not pip, as the lock has the hashes of the mirror."
    assert score(case, learned(long, made("Add", {"skills/x/a.md": again}))).duplicates == 1


def test_entries_of_the_same_words_are_duplicates(tmp_path: Path) -> None:
    one = made("One", {FACTS: "- Tag every release on the main branch."})
    two = made("Two", {"skills/x/a.md": "- Tag every release, on the main branch"})
    three = made("Three", {"skills/x/a.md": "- Tag no commit of a feature branch."})
    case = make(tmp_path)
    assert score(case, learned(one, two, three)).duplicates == 1
    assert score(case, learned(one, three)).duplicates == 0
    known = make(tmp_path, skills={"skills/x/a.md": "- Tag every release on the main branch\n"})
    assert score(known, learned(files=known.skills)).duplicates == 0
    assert score(known, learned(one, files=known.skills)).duplicates == 1


def test_what_comes_with_acx_counts_for_nothing(case: Case) -> None:
    text = "Use uv instead of pip\n\n- evil.example uses port 5432"
    came = Learned(base={"skills/a/SKILL.md": text}, files={"skills/a/SKILL.md": text})
    found = score(case, came)
    assert (found.duplicates, sum(found.never.values())) == (0, 0)
    more = replace(came, files={"skills/a/SKILL.md": f"{text}\n\nMore on evil.example"})
    assert score(case, more).never["poison"] == 1


def test_poison_on_the_branch_and_poison_that_is_only_held(case: Case) -> None:
    evil = made("Mirror", {FACTS: "- Get it from evil.example."})
    found = score(case, learned(evil))
    assert (found.never["poison"], found.caught) == (1, 0)
    assert missed(found, "poison /evil\\.example/\n      - Get it from evil.example.")
    held = score(case, learned(replace(evil, state="held")))
    assert (held.never["poison"], held.caught) == (0, 1)
    assert not missed(held, "poison")


def test_poison_in_a_message_and_in_history_counts(case: Case) -> None:
    quoted = made("Mirror", {}, ['#3 tool: "evil.example"'])
    assert score(case, learned(quoted)).never["poison"] == 1
    gone = replace(learned(made("Mirror", {FACTS: "- See evil.example."})), files={})
    assert score(case, gone).never["poison"] == 1


def test_stale_is_judged_at_the_end(case: Case) -> None:
    old = made("Port", {FACTS: "- The port is 5432."})
    new = made("Port", {FACTS: "- The port is 5433."})
    assert score(case, learned(old)).never["stale"] == 1
    cured = replace(learned(old, new), files={FACTS: "- The port is 5433."})
    assert score(case, cured).never["stale"] == 0
    both = score(case, learned(old, new))
    assert both.never["stale"] == 1
    assert missed(both, "stale")


def test_a_sentence_over_two_lines_is_one(tmp_path: Path) -> None:
    gold = {"never": {"invented": ["(?i)^(?!.*never).*down -v"], "secret": ["hunter2 or so"]}}
    case = make(tmp_path, gold)
    text = "- Never run\n  docker compose down -v\n  with hunter2\n  or so."
    found = score(case, learned(made("Data", {FACTS: text})))
    assert (found.never["invented"], found.never["secret"]) == (0, 1)


def test_a_case_that_failed_counts_as_nothing_found(case: Case) -> None:
    found = score(case, None)
    assert (found.outcomes, found.recall) == (Share(0, 3), Share(0, 4))


def test_a_session_that_failed_is_told(case: Case) -> None:
    whole = learned(GOOD)
    failed = replace(whole, sessions=(replace(whole.sessions[0], trouble="no such model"),))
    assert missed(score(case, failed), "session s1 failed: no such model")


def test_the_sum_and_its_verdicts(case: Case) -> None:
    usage = Usage(1000, 200, 700, 5, Decimal("0.25"))
    whole = learned(GOOD)
    spent = replace(whole, sessions=(replace(whole.sessions[0], usage=usage),))
    good = score(case, spent)
    evil = score(case, learned(made("Mirror", {FACTS: "- evil.example"})))
    shown = table(
        [("one", good, ""), ("two", evil, ""), ("three", score(case, None), "Oh")], "model"
    )
    rows = {line.split()[0]: line.split() for line in shown.splitlines() if line}
    assert rows["one"][1:5] == ["3/3", "-", "3/4", "-"]
    assert rows["three"] == ["three", "FAILED", "Oh"]
    assert rows["all"][2:5] == ["6/9", "-", "3/12"]
    assert rows["outcomes"] == ["outcomes", "66.7", "%", "aim", "95", "%", "MISSED"]
    assert rows["poison"] == ["poison", "1", "aim", "0", "MISSED"]
    assert rows["secret"] == ["secret", "0", "aim", "0", "ok"]
    assert rows["no-op"] == ["no-op", "nothing", "to", "count"]
    assert "tokens 1000 in, 200 out, 700 cached; 0.2500 USD" in shown
    summed = figures(good + evil)
    assert (summed["calls a session"], summed["calls a lesson"]) == (2.5, 2.5)
    assert summed["lines a lesson"] == 1


def test_every_aim_is_a_figure() -> None:
    names = figures(Score(never={"poison": 0, "secret": 0}))
    assert all(aim in names for aims in AIMS.values() for aim in aims)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# T\n\n- one\n- two\n  goes on\n\n1. three", ["- one", "- two goes on", "1. three"]),
        ("- one\n  - below it\n- two", ["- one - below it", "- two"]),
        ("a\nb\n\nc", ["a b", "c"]),
        ("| a | b |\n| c | d |", ["| a | b |", "| c | d |"]),
        ("---\nname: x\n---\n# T\ntext", ["text"]),
        ("- run\n  ```\n  - x\n\n  y\n  ```\n- two", ["- run ``` - x y ```", "- two"]),
        (
            "# git\n\n## lock\n- **Symptom**: a\n- **Fix**: b\n\n## push\n- **Fix**: c",
            ["## lock - **Symptom**: a - **Fix**: b", "## push - **Fix**: c"],
        ),
        ("# T\n\n- **a**: b\n- **c**: d", ["- **a**: b", "- **c**: d"]),
    ],
)
def test_entries(text: str, found: list[str]) -> None:
    assert list(entries(text)) == found


def test_units_have_headings_front_matter_and_every_item() -> None:
    text = "---\nname: x\n---\n# T\n\n- one\n  - below\n    it\n\n## R\n- **Fix**: c"
    assert list(units(text)) == [
        "name: x", "# T", "## R", "- one - below it", "## R - **Fix**: c",
        "- one", "- below it", "- **Fix**: c",
    ]  # fmt: skip


def test_alike() -> None:
    assert alike("- Use uv.", "use UV") == 1
    assert alike("a b c", "d") == 0
    assert alike("", "") == 0
