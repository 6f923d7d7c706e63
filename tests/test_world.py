"""The tests' own world: nothing in it is the machine's."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from acx.verbs.context import Context
from tests.conftest import REAL_HOME, RealWorldError, Run


def test_the_network_is_the_loopback(world: Path) -> None:
    with socket.socket() as far, pytest.raises(RealWorldError):
        far.connect(("192.0.2.1", 80))
    with socket.socket() as near, pytest.raises(ConnectionRefusedError):
        near.connect(("127.0.0.1", 1))


def test_home_is_empty_and_not_the_real_one(world: Path, run: Run) -> None:
    assert Path("~").expanduser() == world != REAL_HOME
    assert Context.real().home.path == world / ".acx"
    assert not [name for name in os.environ if name.startswith("ANTHROPIC_")]
    run("session", "create", "--id", "s")
    assert (world / ".acx/sessions/s").is_dir()
