"""Which names and paths may be written, on any machine."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.errors import BadInput
from acx.paths import collision
from acx.skillfile import safe_name, safe_path

UNSAFE = [
    "", "/", "/etc/passwd", "..", "../x", "a/../b", "a//b", "a/", "./a", "a/.", "~\\x", "a\\b",
    "C:/x", "C:x", "\\\\host\\x", "a\0b", "a\nb", "a\x7fb", "a.", "a ", "b./c", "con", "CON.md",
    "aux.txt", "a/nul", "COM1", "lpt9.md", "com¹", "CONIN$", ".git", ".GIT/config", "a/.git",
    "git~1", "GIT~2/x", ".g\u200cit", "\ufeff.git", ".git\u200d", ".git::$INDEX_ALLOCATION",
    ".git ", ".git.", "a:b",
    ".env", ".gitattributes", "a/.hidden/b", "a\u202eb", "a\u2028b", "a*b", "a?b", "a|b", "<a>",
    'a"b', "x" * 256, "/".join(["x" * 200] * 6), "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("path", UNSAFE, ids=ascii)
def test_an_unsafe_path_is_refused(path: str) -> None:
    with pytest.raises(BadInput):
        safe_path(path)


@pytest.mark.parametrize("name", [*UNSAFE, "a/b", "../x"], ids=ascii)
def test_an_unsafe_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        safe_name(name)


@pytest.mark.parametrize(
    "path", ["SKILL.md", "a/b/c.md", "2025-06-15.md", "мой/файл.md", "技能.md", "a b.md",
             "console.md", "a..b", "gitignore", "-x", "x" * 255, "comfort/lpt.md", "git~a", "a~1"],
)  # fmt: skip
def test_an_ordinary_path_is_kept(path: str) -> None:
    assert safe_path(path) == path
    assert safe_path("skills/" + path) == "skills/" + path


def test_a_path_is_normalised() -> None:
    assert safe_path("cafe\u0301.md") == "caf\u00e9.md" and safe_name("e\u0301") == "\u00e9"


odd = st.lists(st.sampled_from(["a", ".", "..", "/", "\\", "git", "~1", ":", " "])).map("".join)


@given(st.text() | odd)
def test_whatever_is_accepted_stays_below_its_folder(path: str) -> None:
    try:
        safe = safe_path(path)
    except BadInput:
        return
    assert not safe.startswith("/") and unicodedata.is_normalized("NFC", safe)
    for component in safe.split("/"):
        assert component not in ("", ".", "..") and not component.startswith(".")
        assert not set(component) & set('\\:<>"|?*') and component[-1] not in " ."
    assert safe_path(safe) == safe


@pytest.mark.parametrize(
    "paths",
    [["a.md", "A.md"], ["x/a", "X/b"], ["caf\u00e9", "cafe\u0301"], ["a", "a/b"], ["A", "a/b"],
     ["stra\u00dfe", "STRASSE"], ["a", "a"]],
)  # fmt: skip
def test_paths_that_some_disk_cannot_tell_apart_collide(paths: list[str]) -> None:
    assert set(collision(paths) or ()) == set(paths)
    assert collision(["b", "c/d", "c/e", paths[0]]) is None
