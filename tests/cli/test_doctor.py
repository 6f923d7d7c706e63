"""What is misspelt or missing in the setup is told, by doctor and by whoever stumbles over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def shop(run: Run, world: Path) -> Path:
    run("space", "create", "shop")
    return world / ".acx/spaces/shop"


def said(shop: Path, text: str) -> None:
    with (shop / "space.yaml").open("a") as file:
        file.write(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("polcy: {review: true}\n", "unknown key 'polcy' is ignored; did you mean policy?"),
        ("gate: make test\n", "'gate' is ignored; it belongs below `policy:`"),
        ("team: blue\n", "unknown key 'team' is ignored; what is your own goes below `meta:`"),
    ],
)
def test_a_key_that_means_nothing_is_told_once(run: Run, shop: Path, text: str, why: str) -> None:
    said(shop, text)
    told = f"{shop}/space.yaml: {why}"
    for args in (["learn", "-"], ["tidy"], ["space", "list"], ["space", "show", "shop"]):
        done = run(*args, stdin=b'{"role": "user", "content": "hello"}\n')
        assert done.code == 0 and done.err.count(f"warning: {told}\n") == 1
    doctor = run("doctor")
    assert f"warning space shop: {told}\n" in doctor.out and doctor.err == ""


def test_doctor_reads_the_policies(run: Run, shop: Path) -> None:
    text = (shop / "space.yaml").read_text()
    (shop / "space.yaml").write_text(text.replace("policy: {}", "policy: {reveiw: true}"))
    done = run("doctor")
    assert done.code == 1
    assert "problem space shop: space.yaml of shop: no policy named 'reveiw'\n" in done.out
    assert "did you mean review?" in done.out
    (shop / "space.yaml").write_text(text.replace("policy: {}", "policy: {gate: make test}"))
    done = run("doctor")
    assert done.code == 0
    assert "warning space shop: its gate (make test) may not be run here yet\n" in done.out
    assert "hint: acx space allow shop\n" in done.out


def test_a_learner_without_its_key_is_told(run: Run, shop: Path, world: Path) -> None:
    (world / ".acx/config.yaml").write_text("learner: anthropic\n")
    done = run("doctor")
    assert done.code == 1
    assert "problem learner: anthropic claude-sonnet-5-5, but no ANTHROPIC_API_KEY" in done.out
    assert "but no ANTHROPIC_API_KEY is set\n" in run("status").out
    for name, value in (("ANTHROPIC_API_KEY", "k"), ("ANTHROPIC_BASE_URL", "http://localhost:1")):
        assert run("doctor", env={name: value}).code == 0


def test_a_configured_space_that_is_not_there_is_an_error(
    run: Run, shop: Path, world: Path
) -> None:
    config = world / ".acx/config.yaml"
    config.write_text("space: nope\n")
    told = f"{config}: there is no space 'nope'"
    for args in (["learn", "-"], ["log"], ["review"], ["tidy"], ["skill", "list"], ["show", "x"]):
        done = run(*args, stdin=b'{"role": "user", "content": "hello"}\n')
        assert done.code == 3
        hint = "there are shop: correct it, or say --space NAME"
        assert done.err == f"acx: {told}\nhint: {hint}\n"
    assert run("log", "--space", "shop").code == 0
    done = run("log", env={"ACX_SPACE": "lost"})
    assert done.err.startswith("acx: ACX_SPACE: there is no space 'lost'\n")
    done = run("doctor")
    assert done.code == 1 and f"problem config: {told}\n" in done.out


def test_a_misspelt_key_of_the_config_is_told_with_what_is_meant(run: Run, world: Path) -> None:
    (world / ".acx").mkdir()
    (world / ".acx/config.yaml").write_text("lerner: offline\n")
    done = run("status")
    assert done.code == 5 and "unknown key 'lerner'\nhint: did you mean learner?\n" in done.err


def test_a_model_that_nobody_would_ask_is_an_error(run: Run, shop: Path) -> None:
    for verb in ("learn", "tidy"):
        done = run(verb, "--model", "some-model")
        assert done.code == 2
        assert "the offline learner asks no model, so some-model is never asked" in done.err
        assert "hint: say --learner anthropic" in done.err


def test_doctor_names_what_is_not_committed(run: Run, shop: Path) -> None:
    assert "not committed" not in run("doctor").out
    for name in ("a", "b"):
        (shop / f"skills/daily-logs/{name}.md").write_text("mine\n")
    done = run("doctor")
    told = "ok      space shop: skills/daily-logs/a.md and 1 more not committed\n"
    assert done.code == 0 and f"{told}        hint: git -C {shop} status\n" in done.out
