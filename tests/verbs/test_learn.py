"""Learning: tree in, verb, tree and git log out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from acx.errors import Conflict, ModelError, NotFound, UsageError
from acx.model import Session
from acx.verbs import import_sessions, review, session, space, status
from acx.verbs import log as log_verb
from acx.verbs.context import Context
from acx.verbs.learn import LearnReport, learn
from acx.verbs.progress import Step
from tests.conftest import Run
from tests.verbs.conversations import BROKE, DISCOUNT, EXPORT, agent, bash, jsonl, user

Git = Callable[..., str]


@pytest.fixture
def shop(ctx: Context) -> Path:
    space.create(ctx, "shop")
    return ctx.spaces.path("shop")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT, *EXPORT))
    return path


def subjects(git: Git, repo: Path, what: str = "main") -> list[str]:
    return git(repo, "log", "--format=%s", what).splitlines()


def the_log(repo: Path) -> str:
    return (repo / "skills/daily-logs/2026-06-09.md").read_text()


def test_a_file_becomes_commits(ctx: Context, shop: Path, file: Path, git: Git) -> None:
    report = learn(ctx, [str(file)])
    assert report.learner == "offline" and report.lessons >= 3 and not report.failed
    assert len(subjects(git, shop)) == 1 + report.lessons
    assert the_log(shop).startswith("# 2026-06-09\n")
    assert the_log(shop).count("- **Outcome**: success") == 2
    facts = "".join(p.read_text() for p in (shop / "skills/user-general-facts").glob("*.md"))
    assert "integer cents, never floats" in facts
    assert git(shop, "status", "--porcelain") == ""
    assert git(shop, "fsck", "--strict") == ""
    found = session.listed(ctx).items[0]
    assert (found.status, found.learned, found.space) == ("completed", 10, "shop")


def test_trailers_are_gits_own(ctx: Context, shop: Path, file: Path, git: Git) -> None:
    learn(ctx, [str(file)])
    message = git(shop, "log", "-1", "--format=%B", "--grep=Acx-Kind: sop")
    parsed = git(shop, "interpret-trailers", "--parse", data=message + "\n")
    keys = [line.split(":")[0] for line in parsed.splitlines()]
    assert keys == [
        "Acx-Session",
        "Acx-Task",
        "Acx-Outcome",
        "Acx-Kind",
        "Acx-Messages",
        "Acx-Learner",
    ]
    quotes = [line for line in message.splitlines() if line.startswith("  #")]
    assert quotes
    session_id = session.listed(ctx).items[0].id
    for line in quotes:
        number, quote = line.split(" ")[2].lstrip("#"), line.split('"', 1)[1].rstrip('"')
        texts = "".join(
            part.text if hasattr(part, "text") else str(part)
            for m in session.messages(ctx, session_id, number)
            for part in m.parts
        )
        assert quote in " ".join(texts.split())


def test_learning_again_adds_nothing(ctx: Context, shop: Path, file: Path, git: Git) -> None:
    learn(ctx, [str(file)])
    head = git(shop, "rev-parse", "main")
    again = learn(ctx, [str(file)])
    assert again.lessons == 0 and again.imported[0].new == 0
    # not even where everything but git and the messages is lost
    session_id = session.listed(ctx).items[0].id
    ctx.home.session(session_id).tasks.unlink()
    ctx.sessions.update(session_id, status="pending", learned=0)
    assert learn(ctx).lessons == 0
    assert git(shop, "rev-parse", "main") == head


def test_later_messages_are_learned_on_from_there(
    ctx: Context, shop: Path, file: Path, git: Git
) -> None:
    file.write_bytes(jsonl(*DISCOUNT))
    learn(ctx, [str(file)])
    before = subjects(git, shop)
    file.write_bytes(jsonl(*DISCOUNT, *EXPORT))
    report = learn(ctx, [str(file)])
    assert report.imported[0].new == len(EXPORT)
    assert subjects(git, shop)[-len(before) :] == before
    assert the_log(shop).count("## [") == 2


def test_a_task_that_turns_out_differently_is_corrected(
    ctx: Context, shop: Path, file: Path, git: Git
) -> None:
    learn(ctx, [str(file)])
    first = the_log(shop)
    file.write_bytes(jsonl(*DISCOUNT, *EXPORT, *BROKE))
    learn(ctx, [str(file)])
    second = the_log(shop)
    assert first.count("## [") == second.count("## [") == 2
    assert second.count("- **Outcome**: failed") == 1
    assert git(shop, "log", "-1", "--format=%(trailers:key=Acx-Corrects)", "--grep=Acx-Corrects")


def test_dry_run_leaves_no_trace(ctx: Context, shop: Path, file: Path, git: Git) -> None:
    head = git(shop, "rev-parse", "main")
    report = learn(ctx, [str(file)], dry_run=True)
    diffs = [path for s in report.sessions for lesson in s.lessons for path in lesson.diff]
    assert "skills/daily-logs/2026-06-09.md" in diffs
    assert git(shop, "rev-parse", "main") == head
    assert session.listed(ctx).items == ()
    assert git(shop, "for-each-ref", "refs/heads/acx") == ""


def test_review_holds_accepts_and_rejects(ctx: Context, shop: Path, file: Path, git: Git) -> None:
    report = learn(ctx, [str(file)], review=True)
    assert report.lessons == 0
    waiting = review.listed(ctx)
    assert len(waiting) == sum(len(s.held) for s in report.sessions) >= 3
    assert subjects(git, shop) == ["Create learning space shop"]

    facts = [p for p in waiting if "cents" in p.commit.subject]
    others = [p.name for p in waiting if p not in facts]
    review.reject(ctx, (facts[0].name,))
    done = review.accept(ctx, tuple(others))
    assert {d.title for d in done} == set(subjects(git, shop)[:-1])
    assert the_log(shop).count("## [") == 2
    assert review.listed(ctx) == []
    assert git(shop, "status", "--porcelain") == ""

    # neither what was accepted nor what was rejected comes again
    ctx.sessions.update(session.listed(ctx).items[0].id, status="pending", learned=0)
    again = learn(ctx, review=True)
    assert again.lessons == 0 and review.listed(ctx) == []
    states = {e.state for e in log_verb.log(ctx, proposals=True).items}
    assert states == {"landed", "rejected"}


def test_a_space_can_always_want_review(ctx: Context, file: Path) -> None:
    space.create(ctx, "careful", review=True)
    assert learn(ctx, [str(file)]).lessons == 0
    assert status.status(ctx).spaces[0].proposals >= 3


def test_an_edited_file_that_conflicts_holds_only_that_lesson(
    ctx: Context, shop: Path, file: Path
) -> None:
    mine = shop / "skills/daily-logs/2026-06-09.md"
    mine.mkdir()
    report = learn(ctx, [str(file)])
    assert report.lessons >= 1
    held = [lesson for s in report.sessions for lesson in s.held]
    assert held and all("2026-06-09.md" in lesson.held for lesson in held)


def test_a_merge_in_progress_leaves_the_session_pending(
    ctx: Context, shop: Path, file: Path, git: Git
) -> None:
    (shop / ".git/MERGE_HEAD").write_text(git(shop, "rev-parse", "main") + "\n")
    with pytest.raises(Conflict, match="merge is in progress"):
        learn(ctx, [str(file)])
    assert session.listed(ctx).items[0].status == "pending"


def test_two_spaces_side_by_side(ctx: Context, tmp_path: Path, git: Git) -> None:
    for name, talk in (("one", DISCOUNT), ("two", EXPORT)):
        space.create(ctx, name)
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(jsonl(*talk))
        session.attach(ctx, import_sessions.import_file(ctx, path)[0].session, name)
    report = learn(ctx)
    assert {s.space: s.status for s in report.sessions} == {"one": "completed", "two": "completed"}
    assert "discount" in (ctx.spaces.path("one") / "skills/daily-logs/2026-06-09.md").read_text()
    assert "exports" in (ctx.spaces.path("two") / "skills/daily-logs/2026-06-09.md").read_text()


def test_a_removed_default_skill_stays_away(ctx: Context, shop: Path, file: Path) -> None:
    from acx.verbs import skill

    skill.remove(ctx, "shop", "daily-logs")
    learn(ctx, [str(file)])
    assert not (shop / "skills/daily-logs").exists()


def test_a_skill_that_learning_made_stays_away_once_removed(
    ctx: Context, shop: Path, tmp_path: Path
) -> None:
    from acx.verbs import skill

    failed = bash(1, "pytest tests", "Exit code 4\nERROR: file or directory not found: tests")
    worked = bash(2, "pytest test", "3 passed in 0.1s")
    talk = [user(0, "run the tests"), *failed, *worked, agent(3, "All pass."), user(4, "great")]
    for name, which in (("a", "old"), ("b", "new")):
        talk[0] = user(0, f"run all the {which} tests")
        (tmp_path / f"{name}.jsonl").write_bytes(jsonl(*talk))
    learn(ctx, [str(tmp_path / "a.jsonl")])
    assert (shop / "skills/error-patterns/SKILL.md").exists()
    skill.remove(ctx, "shop", "error-patterns")
    assert learn(ctx, [str(tmp_path / "b.jsonl")]).lessons
    assert not (shop / "skills/error-patterns").exists()


def test_a_custom_skill_is_updated_too(
    ctx: Context, shop: Path, file: Path, tmp_path: Path
) -> None:
    from acx.verbs import skill

    folder = tmp_path / "money-rules"
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        "---\nname: money-rules\ndescription: Rules about money. Use this skill when"
        " prices are touched.\nmetadata:\n  acx-layout: topic-facts\n"
        "  acx-topics: money, cents, prices\n---\n\n"
        "# Money rules\n\nOne file a topic, one bullet a rule.\n"
    )
    skill.add(ctx, "shop", str(folder))
    learn(ctx, [str(file)])
    learned = "".join(p.read_text() for p in (shop / "skills/money-rules").glob("*.md"))
    assert "integer cents, never floats" in learned


def test_small_talk_teaches_nothing(ctx: Context, shop: Path, tmp_path: Path, git: Git) -> None:
    path = tmp_path / "hello.jsonl"
    talk = [user(1, "hi there!"), agent(2, "Hello! How can I help?"), user(3, "bye")]
    path.write_bytes(jsonl(*talk))
    report = learn(ctx, [str(path)])
    assert report.sessions[0].status == "completed" and report.lessons == 0
    assert len(subjects(git, shop)) == 1


def test_errors_say_what_to_do(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        learn(ctx, ["nope"])
    with pytest.raises(UsageError):
        learn(ctx, [], learner="clever")
    with pytest.raises(ModelError, match="ANTHROPIC_API_KEY") as caught:
        learn(ctx, [], learner="anthropic")
    assert caught.value.exit_code == 6 and caught.value.hints
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT))
    with pytest.raises(NotFound, match="no space yet"):
        learn(ctx, [str(path)])


def test_progress_names_session_task_and_decision(ctx: Context, shop: Path, file: Path) -> None:
    steps: list[Step] = []
    learn(ctx, [str(file)], progress=steps.append)
    kinds = [step.kind for step in steps]
    assert kinds[0] == "importing" or kinds[0] == "imported"
    assert {"session", "task", "learned", "done"} <= set(kinds)


KILL = """
import os, signal, sys
from acx.verbs.context import Context
from acx.verbs.learn import learn
from acx.store.repo import Repo
from acx.store.desk import Desk
from acx.store.sessions import Sessions
owner = {"Repo": Repo, "Desk": Desk, "Sessions": Sessions}[sys.argv[1]]
name, at = sys.argv[2], int(sys.argv[3])
original, seen = getattr(owner, name), 0
def dying(self, *args, **kwargs):
    global seen
    seen += 1
    if seen == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(self, *args, **kwargs)
setattr(owner, name, dying)
learn(Context.real(), [sys.argv[4]])
"""

MOMENTS = [
    ("Sessions", "append", 1),
    ("Sessions", "update", 1),
    ("Sessions", "update", 2),
    ("Sessions", "record", 1),
    ("Sessions", "record", 2),
    ("Repo", "commit", 2),
    ("Repo", "update_refs", 1),
    ("Repo", "update_refs", 2),
    ("Desk", "update", 1),
    ("Desk", "_write_index", 1),
    ("Desk", "_write_index", 2),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda m: f"{m[0]}.{m[1]}-{m[2]}")
def test_killed_at_any_moment_and_run_again(
    ctx: Context, shop: Path, file: Path, git: Git, moment: tuple[str, str, int]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILL, moment[0], moment[1], str(moment[2]), str(file)],
        env=dict(os.environ),
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert "error" not in git(shop, "fsck", "--strict")
    for found in session.listed(ctx).items:
        assert found.status != "running"
    report = learn(ctx, [str(file)])
    assert not report.failed
    log = the_log(shop)
    assert log.count("## [") == 2 and log.count("- **Outcome**: success") == 2
    keys = git(shop, "log", "--format=%(trailers:key=Acx-Task,valueonly)%s", "main").split("\n\n")
    assert len(keys) == len(set(keys)), "a lesson landed twice"
    assert git(shop, "status", "--porcelain") == ""
    assert learn(ctx, [str(file)]).lessons == 0


def test_two_learn_into_one_space_at_once(
    ctx: Context, shop: Path, tmp_path: Path, git: Git
) -> None:
    files = []
    for name, talk in (("a", DISCOUNT), ("b", EXPORT)):
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_bytes(jsonl(*talk))
    acx = str(Path(sys.executable).parent / "acx")
    running = [
        subprocess.Popen([acx, "learn", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for path in files
    ]
    outputs = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    assert the_log(shop).count("## [") == 2
    assert git(shop, "status", "--porcelain") == ""
    assert git(shop, "fsck", "--strict") == ""


def test_one_waits_for_the_other(ctx: Context, shop: Path, file: Path) -> None:
    told = threading.Event()
    report: list[LearnReport] = []

    def watch(step: Step) -> None:
        if step.kind == "waiting":
            told.set()

    def work() -> None:
        report.append(learn(ctx, [str(file)], progress=watch))

    with ctx.spaces.writing("shop"):
        worker = threading.Thread(target=work)
        worker.start()
        assert told.wait(30)
        assert not report
    worker.join(60)
    assert report and report[0].lessons


def test_a_session_being_learned_is_not_deleted(ctx: Context, shop: Path) -> None:
    ctx.sessions.create(Session("s", ctx.stamp()))
    with ctx.sessions.learning("s"), pytest.raises(Conflict):
        session.delete(ctx, "s", lambda _: True)
    session.delete(ctx, "s", lambda _: True)
    assert not ctx.sessions.exists("s")


def test_the_report_as_json_is_complete(shop: Path, file: Path, run: Run) -> None:
    done = run("learn", str(file), "--json")
    value = json.loads(done.out)
    assert value["learner"] == "offline"
    assert value["sessions"][0]["lessons"][0]["commit"]
    assert value["usage"] == {"input": 0, "output": 0, "cached": 0, "calls": 0, "cost": 0.0}


def test_of_several_targets_those_that_can_be_read_are_read(
    ctx: Context, shop: Path, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("# Not a transcript\n")
    ctx.sessions.create(Session("elsewhere", ctx.stamp(), space="other", status="pending"))
    steps: list[Step] = []
    targets = [str(tmp_path / "README.md"), str(file), "elsewhere", str(tmp_path / "nope.jsonl")]
    report = learn(ctx, targets, space="shop", progress=steps.append)
    assert report.lessons >= 3
    assert [(one.target, one.exit_code) for one in report.refused] == [
        (targets[0], 5),
        (targets[3], 3),
        ("elsewhere", 4),
    ]
    told = [step.title for step in steps if step.kind == "refused"]
    assert told == [targets[0], targets[3], "elsewhere"]


def test_nothing_is_stored_where_there_is_no_space_for_it(ctx: Context, file: Path) -> None:
    for name in ("one", "two"):
        space.create(ctx, name)
    with pytest.raises(UsageError, match="which space"):
        learn(ctx, [str(file)])
    with pytest.raises(NotFound):
        learn(ctx, [str(file)], space="three")
    assert session.listed(ctx).items == ()
    assert learn(ctx, [str(file)], space="one").lessons
    assert learn(ctx, [str(file)]).lessons == 0, "a known transcript knows its space"


def test_what_a_person_reverted_is_told_and_not_learned_again(
    ctx: Context, shop: Path, file: Path, git: Git, run: Run
) -> None:
    landed = learn(ctx, [str(file)]).lessons
    undone = git(shop, "rev-parse", "HEAD")
    git(shop, "revert", "--no-edit", "HEAD")
    states = {e.commit.id: e.state for e in log_verb.log(ctx).items}
    assert states[undone] == "reverted" and list(states.values()).count("landed") == landed - 1
    assert status.status(ctx).spaces[0].lessons == landed - 1
    assert space.show(ctx, shop.name).lessons == landed - 1
    assert run("show", undone).out.startswith(f"lesson {undone} (reverted)\n")
    ctx.sessions.update(ctx.sessions.ids()[0], status="pending", learned=0)
    assert learn(ctx).lessons == 0
    git(shop, "revert", "--no-edit", "HEAD")  # and taken back once more
    assert {e.state for e in log_verb.log(ctx).items} == {"landed"}


def test_what_was_reverted_stays_so_when_the_branch_is_rebased(
    ctx: Context, shop: Path, file: Path, git: Git
) -> None:
    start = git(shop, "rev-parse", "HEAD")
    landed = learn(ctx, [str(file)]).lessons
    undone = git(shop, "log", "-1", "--format=%s")
    git(shop, "revert", "--no-edit", "HEAD")

    def rebase(whose: str) -> list[str]:
        other = git(shop, "commit-tree", f"{start}^{{tree}}", "-p", start, "-m", whose)
        git(shop, "rebase", "--quiet", "--onto", other, start)
        (one,) = {e.commit.trailers["Acx-Session"] for e in log_verb.log(ctx).items}
        whole, of_session = log_verb.log(ctx).items, log_verb.log(ctx, session=one).items
        assert whole == of_session and len(whole) >= landed
        return [e.commit.subject for e in whole if e.state == "reverted"]

    assert rebase("Ana's") == [undone]
    git(shop, "revert", "--no-edit", "HEAD")  # and taken back once more
    assert rebase("Bob's") == []


def test_proposals_are_looked_up_before_any_lands(
    ctx: Context, shop: Path, file: Path, git: Git
) -> None:
    learn(ctx, [str(file)], review=True)
    names = [proposal.name for proposal in review.listed(ctx)]
    with pytest.raises(NotFound):
        review.accept(ctx, (names[0], "nope"))
    assert len(subjects(git, shop)) == 1
    review.accept(ctx, (names[0],))
    assert log_verb.show(ctx, names[0]).entry.state == "landed", "the name is still good"
    outcomes = session.tasks(ctx, session.listed(ctx).items[0].id)
    assert outcomes[0].state == "learned"


def test_a_conflict_says_with_the_proposal_why_it_waits(
    ctx: Context, shop: Path, file: Path
) -> None:
    (shop / "skills/daily-logs/2026-06-09.md").mkdir()
    learn(ctx, [str(file)])
    assert all("2026-06-09.md" in proposal.reason for proposal in review.listed(ctx))


def test_all_that_waits_can_be_accepted_at_once(ctx: Context, shop: Path, tmp_path: Path) -> None:
    """Lessons of one task in one file are made on top of each other, and land in that order."""
    rules = "always put money amounts in integer cents. never name a variable data. "
    rules += "always add type hints to functions. never use a class without a docstring"
    talk = [
        user(1, f"add a discount function. {rules}"),
        agent(2, "Done."),
        user(3, "great, works"),
    ]
    (tmp_path / "rules.jsonl").write_bytes(jsonl(*talk))
    learn(ctx, [str(tmp_path / "rules.jsonl")], review=True)
    waiting = review.listed(ctx)
    stacked = {p.commit.id for p in waiting} & {p.commit.parents[0] for p in waiting}
    assert stacked, "no two lessons of the task write one file: the test shows nothing"
    position = {p.commit.id: n for n, p in enumerate(waiting)}
    for proposal in waiting:
        assert position.get(proposal.commit.parents[0], -1) < position[proposal.commit.id]
    review.accept(ctx, tuple(p.name for p in waiting))
    assert review.listed(ctx) == []
