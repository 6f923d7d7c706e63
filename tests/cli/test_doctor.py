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
