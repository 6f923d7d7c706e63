"""Files that survive a crash: permissions, and threads that write at once."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from acx import files


def test_replacing_keeps_permissions_and_never_touches_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A umask that is 0 for a moment makes what another thread writes open to everybody."""
    asked: list[int] = []
    monkeypatch.setattr(os, "umask", lambda mask: asked.append(mask) or 0)
    (tmp_path / "private").write_text("x")
    (tmp_path / "private").chmod(0o600)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: files.replace(tmp_path / f"new{n}", b"y"), range(20)))
    files.replace(tmp_path / "private", b"y")
    assert not asked
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new0").stat().st_mode) == 0o666 & ~files.UMASK
