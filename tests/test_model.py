"""What the values say of themselves."""

from __future__ import annotations

import pytest

from acx.model import Session


@pytest.mark.parametrize(
    ("cwd", "project"),
    [
        ("", ""),
        ("/home/sam/webshop/", "webshop"),
        ("C:\\Users\\sam\\webshop", "webshop"),
        ("/home/sam/webshop/.worktrees/1", "webshop"),
        ("/home/sam/webshop/.claude/worktrees/fix-login/api", "webshop"),
        ("/home/sam/worktrees-guide", "worktrees-guide"),
    ],
)
def test_a_session_knows_its_project(cwd: str, project: str) -> None:
    assert Session("s1", "2025-06-15T09:00:00Z", cwd=cwd).project == project
