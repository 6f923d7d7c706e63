"""Skills from folders and zips: what is kept, what is warned of, what is refused."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from acx.errors import BadInput, NotFound
from acx.store.skill_source import MOST_FILE_BYTES, MOST_FILES, from_folder, from_zip, to_zip

SKILL = b"---\nname: my-skill\ndescription: Use when testing\n---\n\nDo it.\n"
Files = dict[str, bytes]


def folder(root: Path, files: Files) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def packed(
    path: Path, files: Files, change: Callable[[zipfile.ZipInfo], None] | None = None
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if change and name != "SKILL.md":
                change(entry)
            archive.writestr(entry, data)
    return path


GOOD = {"SKILL.md": SKILL, "references/a.md": b"a", "b.md": b"b"}
LITTER = {
    ".DS_Store": b"x",
    "__MACOSX/._b.md": b"x",
    "__pycache__/a.pyc": b"x",
    ".git/config": b"x",
}


def test_folder_and_zip_hold_the_same_skill(tmp_path: Path) -> None:
    found = from_folder(folder(tmp_path / "f", GOOD | LITTER))
    assert (found.name, dict(found.files), found.warnings) == ("my-skill", GOOD, ())
    assert from_zip(packed(tmp_path / "root.zip", GOOD | LITTER)) == found
    top = {f"any-name/{path}": data for path, data in GOOD.items()}
    assert from_zip(packed(tmp_path / "top.zip", top | {"__MACOSX/any-name/._b": b"x"})) == found


def test_a_zip_is_the_same_bytes_each_time_and_reads_back(tmp_path: Path) -> None:
    data = to_zip(GOOD, "my-skill")
    assert data == to_zip(dict(reversed(GOOD.items())), "my-skill")
    (tmp_path / "s.zip").write_bytes(data)
    assert dict(from_zip(tmp_path / "s.zip").files) == GOOD
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist()[0] == "my-skill/SKILL.md"
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {stat.S_IFREG | 0o644}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({".env": b"x", ".github/a.yml": b"x"}, [".env is left out", ".github"]),
        ({"scripts/run.sh": b"x", "tool.py": b"x"}, ["programs: scripts/run.sh, tool.py"]),
        ({"SKILL.md": SKILL.replace(b"Do it", b"!`date`")}, ["when they load it"]),
        (
            {"SKILL.md": SKILL.replace(b"---\n\n", b"allowed-tools: Bash\n---\n")},
            ["without asking: Bash"],
        ),
        ({"SKILL.md": SKILL.replace(b"Use", b"Use: it")}, ["line 3: not YAML"]),
        ({"SKILL.md": SKILL.replace(b"my-skill", b"My_Skill")}, ["lower case", "letters, digits"]),
        ({"a.md": "a\u202eb".encode()}, ["a.md holds invisible"]),
        ({"logo.png": b"\x89PNG\0"}, ["logo.png is not a text"]),
    ],
)
def test_what_is_odd_is_kept_or_dropped_with_a_warning(
    tmp_path: Path, files: Files, words: list[str]
) -> None:
    source = GOOD | files
    for found in (
        from_folder(folder(tmp_path / "f", source)),
        from_zip(packed(tmp_path / "z", source)),
    ):
        assert all(any(word in warning for warning in found.warnings) for word in words)
        assert set(found.files) == {path for path in source if not path.startswith(".")}


def test_a_main_file_in_lower_case_is_stored_as_the_format_has_it(tmp_path: Path) -> None:
    found = from_folder(folder(tmp_path / "f", {"skill.md": SKILL}))
    assert set(found.files) == {"SKILL.md"} and len(found.warnings) == 1


@pytest.mark.parametrize(
    "name",
    ["../x.md", "a/../../x.md", "/etc/x", "C:/x.md", "C:\\x.md", "..\\x.md", "a\\b.md", "\\\\h\\x",
     "aux.md", "git~1/config", "a/CON", "b.md.", "b.md ", "b\x01.md", "a/b:c", "../.git/hooks/x",
     "x/.."],
    ids=ascii,
)  # fmt: skip
def test_a_zip_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path / "z.zip", GOOD | {name: b"x"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadInput):
        from_zip(archive)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "names",
    [["B.md"], ["References/x.md"], ["caf\u00e9.md", "cafe\u0301.md"], ["references"],
     ["b.md/c.md"], ["other/SKILL.md"], ["x/skill.md"]],
)  # fmt: skip
def test_colliding_files_and_nested_skills_are_refused(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(BadInput):
        from_zip(packed(tmp_path / "z.zip", GOOD | dict.fromkeys(names, b"x")))


def link(entry: zipfile.ZipInfo) -> None:
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16


def device(entry: zipfile.ZipInfo) -> None:
    entry.create_system, entry.external_attr = 3, (stat.S_IFCHR | 0o666) << 16


def lzma(entry: zipfile.ZipInfo) -> None:
    entry.compress_type = zipfile.ZIP_LZMA


@pytest.mark.parametrize("change", [link, device, lzma])
def test_a_zip_with_anything_but_ordinary_files_is_refused(
    tmp_path: Path, change: Callable[[zipfile.ZipInfo], None]
) -> None:
    with pytest.raises(BadInput):
        from_zip(packed(tmp_path / "z.zip", GOOD, change))


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    bombs: dict[str, Files] = {
        "ratio": {"a": b"\0" * (4 * 2**20)},
        "file": {"a": os.urandom(MOST_FILE_BYTES + 1)},
        "count": {f"f{n}": b"" for n in range(MOST_FILES + 1)},
        "total": {f"f{n}": os.urandom(4 * 2**20) for n in range(6)},
    }
    for name, files in bombs.items():
        with pytest.raises(BadInput):
            from_zip(packed(tmp_path / f"{name}.zip", GOOD | files))


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "z.zip", GOOD | {"a": b"A" * 100_000})
    data = path.read_bytes()
    real, said = struct.pack("<I", 100_000), struct.pack("<I", 10)
    assert data.count(real) >= 1
    path.write_bytes(data.replace(real, said))
    with pytest.raises(BadInput):
        from_zip(path)


def test_encrypted_torn_and_foreign_files_are_refused(tmp_path: Path) -> None:
    data = packed(tmp_path / "z.zip", GOOD).read_bytes()
    central = data.index(b"PK\x01\x02")
    encrypted = bytearray(data)
    encrypted[6] |= 1
    encrypted[central + 8] |= 1
    for name, content in {
        "encrypted": bytes(encrypted), "torn": data[:-30], "empty": b"", "text": b"no zip at all",
        "flipped": data[:40] + bytes([data[40] ^ 255]) + data[41:],
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput):
            from_zip(tmp_path / name)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_zip_cut_anywhere_is_refused_and_never_a_traceback(tmp_path: Path, cut: int) -> None:
    data = to_zip(GOOD, "my-skill")
    (tmp_path / "z.zip").write_bytes(data[:cut])
    with pytest.raises(BadInput):
        from_zip(tmp_path / "z.zip")


@pytest.mark.parametrize(
    "main",
    [b"", b"no front matter", SKILL.replace(b"name", b"nom"),
     SKILL.replace(b"description", b"about"),
     SKILL.replace(b"my-skill", b"../x"), SKILL.replace(b"my-skill", b".git"),
     SKILL.replace(b"my-skill", b"a/b"), SKILL.replace(b"my-skill", b"aux"), b"\xff\xfe" + SKILL],
)  # fmt: skip
def test_a_skill_without_a_name_that_can_be_stored_is_refused(tmp_path: Path, main: bytes) -> None:
    with pytest.raises(BadInput):
        from_folder(folder(tmp_path / "f", {"SKILL.md": main}))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for read in (from_folder, from_zip):
        with pytest.raises(NotFound):
            read(tmp_path / "nothing")
    with pytest.raises(BadInput, match=r"no SKILL.md"):
        from_folder(folder(tmp_path / "none", {"a.md": b"a"}))
    with pytest.raises(BadInput) as refused:
        from_folder(folder(tmp_path / "many", {"a/SKILL.md": SKILL, "b/SKILL.md": SKILL}))
    assert "a/SKILL.md" in refused.value.hints[0]


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
@pytest.mark.parametrize("kind", ["file link", "folder link", "hard link", "pipe", "main link"])
def test_a_folder_with_links_or_pipes_is_refused(tmp_path: Path, kind: str) -> None:
    root = folder(tmp_path / "skill", {} if kind == "main link" else {"SKILL.md": SKILL})
    root.mkdir(exist_ok=True)
    outside = folder(tmp_path / "outside", {"secret.md": SKILL})
    if kind == "file link":
        (root / "a.md").symlink_to(outside / "secret.md")
    elif kind == "folder link":
        (root / "a").symlink_to(outside)
    elif kind == "hard link":
        (root / "a.md").hardlink_to(outside / "secret.md")
    elif kind == "pipe":
        os.mkfifo(root / "a.md")
    else:
        (root / "SKILL.md").symlink_to(outside / "secret.md")
    with pytest.raises(BadInput):
        from_folder(root)


def test_a_folder_that_is_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        from_folder(folder(tmp_path / "a", GOOD | {f"f{n}": b"" for n in range(MOST_FILES + 1)}))
    with pytest.raises(BadInput):
        from_folder(folder(tmp_path / "b", GOOD | {"a": b"x" * (MOST_FILE_BYTES + 1)}))
