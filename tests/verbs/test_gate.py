"""A space's policy: its gate, and what it says of success."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acx.errors import BadInput, Conflict, NotFound
from acx.model import Space
from acx.store import process
from acx.verbs import import_sessions, policies, review, session, space
from acx.verbs.context import Context
from acx.verbs.learn import learn
from acx.verbs.tidy import tidy
from tests.conftest import PROGRAM, Run
from tests.tidy.stage import filled
from tests.tidy.test_tidy_verb import PAGES
from tests.verbs.conversations import DISCOUNT, jsonl

Git = Callable[..., str]


def taught(ctx: Context, tmp_path: Path) -> tuple[int, list[str]]:
    """Lessons that landed, and why others wait."""
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT))
    (report,) = learn(ctx, [str(path)], space="shop").sessions
    return len(report.landed), [lesson.held for lesson in report.held]


def test_a_lesson_lands_when_the_gate_lets_it(ctx: Context, tmp_path: Path) -> None:
    space.create(ctx, "shop")
    gate = "test -f space.yaml && ls skills/daily-logs/2026-*.md"
    space.update(ctx, "shop", policy={"gate": gate})
    landed, held = taught(ctx, tmp_path)
    assert landed == 2 and held == []


def test_the_gate_sees_the_candidate_and_what_it_says_is_told(
    ctx: Context, tmp_path: Path, git: Git
) -> None:
    space.create(ctx, "shop")
    space.update(ctx, "shop", policy={"gate": "! grep -rn 'never floats' skills || exit 3"})
    landed, held = taught(ctx, tmp_path)
    assert landed == 1
    (why,) = held
    assert why.startswith("its gate failed with exit 3: skills/user-general-facts/")
    (waiting,) = review.listed(ctx, "shop")
    body = git(ctx.spaces.path("shop"), "log", "-1", "--format=%B", waiting.commit.id)
    assert "Acx-Held: its gate failed with exit 3" in body


def test_a_gate_that_others_wrote_is_not_run_before_it_is_allowed(
    ctx: Context, tmp_path: Path
) -> None:
    space.create(ctx, "shop")
    proof = tmp_path / "proof"
    space.update(ctx, "shop", policy={"gate": f"touch {proof}"})
    ctx.home.gates.unlink()
    landed, held = taught(ctx, tmp_path)
    assert landed == 0 and not proof.exists()
    (why,) = set(held)
    assert why == f"its gate (touch {proof}) may not be run here yet: acx space allow shop"
    assert space.allow(ctx, "shop") == f"touch {proof}"
    (tmp_path / "more").mkdir()
    more = tmp_path / "more/talk.jsonl"
    more.write_bytes(jsonl(*DISCOUNT, *DISCOUNT))
    learn(ctx, [str(more)], space="shop")
    assert proof.exists()


def test_a_gate_knows_no_key_and_leaves_the_space_alone(
    ctx: Context, tmp_path: Path, git: Git
) -> None:
    space.create(ctx, "shop")
    where = tmp_path / "where"
    space.update(ctx, "shop", policy={"gate": f"env > {where}; rm -r skills"})
    taught(ctx, tmp_path)
    assert "ANTHROPIC" not in where.read_text()
    assert git(ctx.spaces.path("shop"), "status", "--porcelain") == ""


def test_a_space_without_a_gate_has_none_to_allow(ctx: Context) -> None:
    space.create(ctx, "shop")
    with pytest.raises(NotFound, match="no gate"):
        space.allow(ctx, "shop")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"gates": "x"}, "no policy named 'gates'"),
        ({"review": "yes"}, "policy review must be true or false"),
        ({"gate": ["make"]}, "policy gate must be a command"),
        ({"success": [1]}, "policy success must be a sentence"),
    ],
)
def test_a_policy_that_isnt_understood_is_an_error(given: dict[str, object], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        policies.of(Space("shop", "/shop", policy=given))


def test_sentences_may_be_one_or_several() -> None:
    policy = policies.of(Space("s", "/s", policy={"success": "it loads", "failure": ["a", "b "]}))
    assert policy.criteria.success == ("it loads",)
    assert policy.criteria.failure == ("a", "b")


def test_a_proposal_is_accepted_through_the_gate_or_past_it(ctx: Context, tmp_path: Path) -> None:
    space.create(ctx, "shop")
    space.update(ctx, "shop", policy={"gate": "! grep -rn 'never floats' skills"})
    taught(ctx, tmp_path)
    (waiting,) = review.listed(ctx, "shop")
    with pytest.raises(Conflict, match="its gate failed with exit 1") as caught:
        review.accept(ctx, (waiting.name,), "shop")
    assert "--no-gate" in caught.value.hints[0]
    (done,) = review.accept(ctx, (waiting.name,), "shop", gated=False)
    assert done.commit and review.listed(ctx, "shop") == []


def test_the_last_lines_of_a_gate_are_kept_and_told(
    ctx: Context, tmp_path: Path, run: Run, git: Git
) -> None:
    space.create(ctx, "shop")
    command = r"printf 'red \033[31mhot\a\033[0m\n 10%%\r 99%%\n'; seq 3; exit 3"
    space.update(ctx, "shop", policy={"gate": command})
    _, held = taught(ctx, tmp_path)
    assert set(held) == {"its gate failed with exit 3: 3"}
    name = review.listed(ctx)[0].name
    shown = run("review", "show", name)
    assert (
        "The gate's last lines:\n      red hot\n       99%\n      1\n      2\n      3\n"
        in shown.out
    )
    assert "all that the gate says" not in shown.err
    done = run("review", "accept", name)
    assert done.code == 4 and done.err.startswith(
        f"acx: proposal {name}: its gate failed with exit 3: 3\n"
        "hint: the gate's last lines:\n    red hot\n     99%\n    1\n    2\n    3\n"
        "hint: land it all the same: "
    )


def test_of_a_gate_that_says_much_the_end_is_told_and_how_to_see_all(
    ctx: Context, tmp_path: Path, run: Run, git: Git
) -> None:
    space.create(ctx, "shop")
    gate = "seq 50000; grep -rho 'never floats' skills | head -1; test ! -d skills"
    space.update(ctx, "shop", policy={"gate": gate})
    taught(ctx, tmp_path)
    name = next(p.name for p in review.listed(ctx) if "floats" in p.commit.subject)
    shown = run("review", "show", name)
    assert "last lines:\n      …\n      49982\n" in shown.out and "never floats\n" in shown.out
    done = run("review", "accept", name)
    assert "hint: the gate's last lines:\n    …\n    49982\n" in done.err
    for told, start in (
        (shown.err, "hint: all that the gate says: "),
        (done.err, "hint: all of them: "),
    ):
        (command,) = (line for line in told.splitlines() if line.startswith(start))
        all_of_it = subprocess.run(
            ["sh", "-c", command.removeprefix(start)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        assert all_of_it.returncode == 1
        assert all_of_it.stdout.startswith("1\n2\n") and "never floats" in all_of_it.stdout


def test_a_step_of_tidying_tells_what_the_gate_said(ctx: Context, git: Git) -> None:
    shop = filled(ctx, PAGES)
    space.update(ctx, "shop", policy={"gate": "seq 2; exit 1"})
    (first, _) = tidy(ctx).held
    assert first.held == "its gate failed with exit 1: 2"
    assert review.listed(ctx)[0].reason == first.held
    body = git(shop, "log", "-1", "--format=%b", f"acx/proposals/{first.proposal}")
    assert "The gate's last lines:\n  1\n  2\n\nAcx-Tidy: merge\n" in body


def test_what_a_gate_leaves_running_holds_nobody_up(ctx: Context, tmp_path: Path) -> None:
    space.create(ctx, "shop")
    space.update(ctx, "shop", policy={"gate": "sleep 300 & echo fine"})
    start = time.monotonic()
    landed, held = taught(ctx, tmp_path)
    assert (landed, held) == (2, []) and time.monotonic() - start < 60


def alive(process: int) -> bool:
    """Whether a process is there, and no mere memory of one."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc for processes")
@pytest.mark.parametrize("spaces", [("one",), ("one", "two")])
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_gate_too(
    ctx: Context, tmp_path: Path, sent: signal.Signals, spaces: tuple[str, ...]
) -> None:
    for name in spaces:
        space.create(ctx, name)
        space.update(ctx, name, policy={"gate": f"echo $$ > {tmp_path}/{name}.pid; sleep 300; :"})
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(jsonl({"role": "user", "content": name}, *DISCOUNT))
        session.attach(ctx, import_sessions.import_file(ctx, path)[0].session, name)
    (tmp_path / "tmp").mkdir()
    running = subprocess.Popen(
        [str(PROGRAM), "learn"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        # heeded also where the tests run with the signal ignored, as by nohup
        preexec_fn=lambda: signal.signal(sent, signal.SIG_DFL),
    )
    until = time.monotonic() + 60
    while not all((f := tmp_path / f"{name}.pid").exists() and f.read_text() for name in spaces):
        assert running.poll() is None and time.monotonic() < until, running.communicate()
        time.sleep(0.05)
    gates = [int((tmp_path / f"{name}.pid").read_text()) for name in spaces]
    running.send_signal(sent)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 128 + sent and err.decode().endswith("hint: acx status\n")
    assert "Traceback" not in err.decode()
    assert not any(map(alive, gates))
    assert list((tmp_path / "tmp").iterdir()) == []
    assert {one.status for one in session.listed(ctx).items} == {"pending"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc for processes")
def test_a_signal_while_the_gate_is_being_started_ends_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    class Slow(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **given)
            started.append(self.pid)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(process.subprocess, "Popen", Slow)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            process.run_shell("sleep 300; :", dict(os.environ), tmp_path, 60)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(started) == 1 and not alive(started[0])


def test_accepting_asks_the_gate_of_what_will_land(ctx: Context, tmp_path: Path, git: Git) -> None:
    space.create(ctx, "shop")
    shop = ctx.spaces.path("shop")
    facts = shop / "skills/user-general-facts/coding-preferences.md"
    facts.write_text("# Coding Preferences\n\n- Use uv.\n")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "-m", "Mine")
    path = tmp_path / "talk.jsonl"
    path.write_bytes(jsonl(*DISCOUNT))
    learn(ctx, [str(path)], space="shop", review=True)
    name = next(one.name for one in review.listed(ctx) if "never floats" in one.commit.subject)
    facts.write_text("# Coding Preferences\n\nReviewed.\n\n- Use uv.\n")
    git(shop, "commit", "--quiet", "-am", "Newer than the proposal")

    # Alone the proposal would pass, but not with what stands there now
    both = "grep -rq 'never floats' skills && grep -rq Reviewed skills"
    space.update(ctx, "shop", policy={"gate": f"! ({both})"})
    with pytest.raises(Conflict, match="its gate failed with exit 1"):
        review.accept(ctx, (name,))

    # Alone it wouldn't, but with what stands there now it does; also with a commit made meanwhile
    meanwhile = f"""git -C {shop} log --format=%s | grep -q Meanwhile || {{
      echo '- Use tabs.' >> {facts}; git -C {shop} commit --quiet -am Meanwhile; }}"""
    seen = tmp_path / "seen"
    gate = f"cat skills/user-general-facts/coding* > {seen}; {both} && {{ {meanwhile}; }}"
    space.update(ctx, "shop", policy={"gate": gate})
    (done,) = review.accept(ctx, (name,))
    landed = git(shop, "show", f"{done.commit}:{facts.relative_to(shop)}")
    assert seen.read_text().strip() == landed.strip() and "Use tabs" in landed
