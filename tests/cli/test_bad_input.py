"""Bad input: one line that says what and where, a hint, the exit code, and nothing changed."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, Done, Run

Git = Callable[..., str]
GOOD = '{"role": "user", "content": "hello"}\n'


def one_line(done: Done, code: int, *words: str) -> None:
    """The shape of every error: `acx: what and where`, then `hint: what to do`."""
    lines = [line for line in done.err.splitlines() if not line.startswith(("warning: ", "hint: "))]
    told = [line for line in lines if line.startswith("acx: ")]
    assert done.code == code, done
    assert len(told) == 1, done.err
    assert "hint: " in done.err, done.err
    for word in words:
        assert word in told[0], told[0]


def everything(home: Path) -> dict[str, bytes]:
    """Every file below the home that isn't a lock."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.startswith(".l") and path.name != "lock"
    }


@pytest.fixture
def ready(run: Run, world: Path) -> Path:
    """A home with a space and a session of one message."""
    run("space", "create", "shop")
    run("session", "create", "--id", "s")
    run("session", "append", "s", stdin=GOOD.encode())
    return world / ".acx"


TRANSCRIPTS: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "binary": bytes(range(256)) * 40,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "json of something else": b'{"name": "x", "version": 3}\n',
    "prose": b"Dear diary, today I wrote no transcript at all.\n",
    "number": b"42\n",
    "torn": b'{"role": "us',
    "no role": b'{"content": "hi"}\n{"content": "ho"}\n',
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcripts_that_are_none(run: Run, ready: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(TRANSCRIPTS[name])
    before = everything(ready)
    for command in (["learn", str(path)], ["session", "import", str(path)]):
        one_line(run(*command), 5, "talk.jsonl")
    one_line(run("learn", "-", stdin=TRANSCRIPTS[name]), 5, "standard input")
    assert everything(ready) == before


def test_a_folder_and_a_missing_file(run: Run, ready: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    one_line(run("learn", str(tmp_path / "empty")), 5, "no transcript in this folder")
    one_line(run("learn", str(tmp_path / "nope.jsonl")), 3, "nope.jsonl")


LINES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"hello\n", "line 2"),
    "not UTF-8": (b'{"role": "user", "content": "\xff\xfe"}\n', "UTF-8"),
    "torn": (b'{"role": "user", "con', "line 2"),
    "no role": (b'{"content": "x"}\n', "role"),
    "an unknown role": (b'{"role": "king", "content": "x"}\n', "king"),
    "a number": (b"17\n", "line 2"),
    "content of the wrong type": (b'{"role": "user", "content": 17}\n', "line 2"),
    "too deep": (b'{"role": "user", "content": ' + b"[" * 100_000 + b"\n", "line 2"),
}


@pytest.mark.parametrize("name", LINES)
def test_lines_that_are_no_message(run: Run, ready: Path, name: str) -> None:
    bad, word = LINES[name]
    done = run("session", "append", "s", stdin=GOOD.encode() + bad + GOOD.encode())
    one_line(done, 5, word)
    assert done.out == "2\n", "what came before the bad line is kept and acknowledged"
    assert len(run("session", "show", "s", "--format", "acx").out.splitlines()) == 2


def test_two_objects_on_one_line_are_two_messages(run: Run, ready: Path) -> None:
    glued = GOOD.strip() + GOOD
    assert run("session", "append", "s", stdin=glued.encode()).out.split() == ["2", "3"]


def test_a_line_of_50_megabytes(run: Run, ready: Path) -> None:
    big = json.dumps({"role": "user", "content": "x" * 50_000_000})
    assert run("session", "append", "s", stdin=f"{big}\n{GOOD}".encode()).out.split() == ["2", "3"]
    too_big = b'{"role": "user", "content": "' + b"x" * 70_000_000
    one_line(run("session", "append", "s", stdin=too_big), 5, "64 MB")
    assert run("session", "append", "s", stdin=GOOD.encode()).out == "4\n"


def test_an_id_that_is_known_is_not_stored_twice(run: Run, ready: Path) -> None:
    line = json.dumps({"id": "m1", "role": "user", "content": "once"}) + "\n"
    run("session", "append", "s", stdin=(line * 3).encode())
    run("session", "append", "s", stdin=line.encode())
    assert run("session", "show", "s", "--format", "acx").out.count("once") == 1


def zipped(path: Path, files: dict[str, str], link: str = "") -> str:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        if link:
            entry = zipfile.ZipInfo("evil/link.md")
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, link)
    path.write_bytes(data.getvalue())
    return str(path)


SKILL = "---\nname: evil\ndescription: A skill. Use it when testing.\n---\n\nBody.\n"
ZIPS: dict[str, dict[str, str]] = {
    "climbs": {"evil/SKILL.md": SKILL, "evil/../../x.md": "x"},
    "absolute": {"evil/SKILL.md": SKILL, "/etc/x.md": "x"},
    "windows": {"evil/SKILL.md": SKILL, "evil\\..\\x.md": "x", "C:/x.md": "x"},
    "git": {"evil/SKILL.md": SKILL, "evil/.git/config": "x"},
    "bomb": {"evil/SKILL.md": SKILL, "evil/big.md": "0" * 40_000_000},
    "no name": {"evil/SKILL.md": "---\ndescription: x\n---\n"},
    "no skill": {"evil/README.md": "x"},
}


@pytest.mark.parametrize("name", ZIPS)
def test_zips(run: Run, ready: Path, tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "skill.zip", ZIPS[name])
    before = everything(ready)
    done = run("skill", "add", path)
    if name == "git":  # left out, like every client does; never written
        assert not list(ready.rglob("skills/evil/.git"))
        return
    one_line(done, 5)
    assert everything(ready) == before
    assert not (ready / "spaces" / "x.md").exists()


def test_a_zip_with_a_link_and_one_that_is_none(run: Run, ready: Path, tmp_path: Path) -> None:
    one_line(
        run("skill", "add", zipped(tmp_path / "l.zip", {"evil/SKILL.md": SKILL}, "/etc/passwd")), 5
    )
    (tmp_path / "n.zip").write_bytes(b"PK\x03\x04 but not really")
    one_line(run("skill", "add", str(tmp_path / "n.zip")), 5, "n.zip")


@pytest.mark.parametrize("name", ["../x", ".git", "a/b", "", "CON", "x" * 80, "a b", "UPPER"])
def test_names_of_skills(run: Run, ready: Path, name: str) -> None:
    before = everything(ready)
    assert run("skill", "new", name).code == 5
    assert everything(ready) == before


@pytest.mark.parametrize("name", ["../x", ".git", "a/b", "-x", "a b", "nul", "x" * 120])
def test_names_of_spaces_and_sessions(run: Run, ready: Path, name: str) -> None:
    before = everything(ready)
    one_line(run("space", "create", "--", name), 5)
    one_line(run("session", "create", f"--id={name}"), 5)
    assert everything(ready) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_home_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    one_line(run("space", "create", "x", env={"ACX_HOME": str(locked / "acx")}), 1, "locked")


def test_a_home_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in (["space", "create", "x"], ["session", "create"], ["space", "list"]):
        done = run(*command, env={"ACX_HOME": str(tmp_path / "file" / "acx")})
        if command != ["space", "list"]:
            one_line(done, 1, "file")
        assert "Traceback" not in done.err


def test_no_git_installed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("space", "create", "x", env={"PATH": str(tmp_path / "empty")})
    one_line(done, 1, "git was not found")
    doctor = run("doctor", env={"PATH": str(tmp_path / "empty")})
    assert doctor.code == 1 and "git was not found" in doctor.out


def test_git_without_a_name(run: Run, tmp_path: Path, world: Path, git: Git) -> None:
    (world / ".gitconfig").write_text("")
    assert run("space", "create", "x").code == 0
    path = run("space", "path", "x").out.strip()
    assert git(path, "log", "-1", "--format=%cn <%ce>") == "acx <acx@localhost>"
    assert "user.name" in run("doctor").out


def test_a_configuration_with_a_typing_error(run: Run, ready: Path) -> None:
    (ready / "config.yaml").write_text("lerner: offline\n")
    one_line(run("learn"), 5, "config.yaml", "lerner")
    (ready / "config.yaml").write_text("learner: [\n")
    one_line(run("learn"), 5, "config.yaml", "line")
    assert run("doctor").code == 1


def test_output_into_a_closed_pipe(run: Run, ready: Path) -> None:
    done = subprocess.run(
        f"{PROGRAM} session show s --format acx | true",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr


def left_alone(line: str, cwd: Path) -> int:
    """The exit code of `acx` where nobody reads what it says, from its first word on."""
    return shell(f"set -o pipefail; {{ sleep 0.2; exec acx {line} 2>&1; }} | true", cwd).code


def test_work_goes_on_when_nobody_reads_of_it(run: Run, ready: Path, tmp_path: Path) -> None:
    rules = [
        "never push on Fridays",
        "always use tabs, not spaces",
        "keep commit messages in German",
    ]
    for number, words in enumerate(rules):
        lines = [{"role": "user", "content": words}, {"role": "assistant", "content": "Done."}]
        talk = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / f"talk-{number}.jsonl").write_text(talk)
    assert left_alone("session import talk-0.jsonl talk-1.jsonl --space shop", tmp_path) == 0
    assert left_alone("learn", tmp_path) == 0
    assert left_alone("learn nope.jsonl", tmp_path) == 3
    assert left_alone("learn talk-2.jsonl nope.jsonl --review", tmp_path) == 3
    assert left_alone("review accept --all", tmp_path) == 0
    assert left_alone("tidy", tmp_path) == 0
    facts = "".join(p.read_text() for p in ready.glob("spaces/shop/skills/*facts/*.md"))
    assert all(rule[1:] in facts for rule in rules), facts


def test_what_only_tells_stops_when_nobody_reads_it(run: Run, ready: Path, tmp_path: Path) -> None:
    run("session", "append", "s", "word " * 20_000, "--role", "user")
    for line in ("session show s --full", "space list", "learn s --dry-run"):
        assert left_alone(line, tmp_path) == 141, line


def test_errors_of_usage(run: Run) -> None:
    one_line(run("frobnicate"), 2, "frobnicate")
    one_line(run("space", "create"), 2)
    one_line(run("space", "list", "--limit", "x"), 2)
    one_line(run("space", "list", "--limit", "0"), 2)
    one_line(run("learn", "--max-cost", "lots"), 2)


def shell(line: str, cwd: Path) -> Done:
    """A command line as the shell runs it, `acx` being the installed program."""
    done = subprocess.run(
        line.replace("acx ", f"{PROGRAM} "),
        shell=True,
        executable="/bin/bash",
        cwd=cwd,
        capture_output=True,
        check=False,
        timeout=60,
    )
    err = done.stderr.decode()
    for word in ("Traceback", "defect", "Exception ignored"):
        assert word not in err, err
    return Done(done.returncode, done.stdout.decode(errors="replace"), err)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("acx session append s <&-", 0),
        ("acx learn - <&-", 5),
        ("acx session import - <&-", 5),
        ("acx space list >&-", 0),
        ("acx --version >&-", 0),
        ("acx learn 2>&-", 0),
        ("acx learn - <&- 2>&-", 5),
        ("acx space create x <&- >&- 2>&-", 0),
        ("acx session show s 2>&- | true", 0),
    ],
)
def test_streams_that_are_closed(ready: Path, line: str, code: int) -> None:
    assert shell(line, ready).code == code
    assert shell("acx doctor", ready).code == 0, "git is whole too"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_the_output(ready: Path) -> None:
    for line in ("--version", "space list", "session show s", "status --json", "--help"):
        one_line(shell(f"acx {line} >/dev/full", ready), 1, "can't write the output", "No space")
    work = (">", "session import"), ("2>", "session import"), ("2>", "learn")
    for number, (where, what) in enumerate(work):
        names = [f"job-{number}-{letter}" for letter in "abc"]
        for name in names:
            (ready / name).write_text(f'{{"role": "user", "content": "do {name}"}}\n')
        done = shell(f"acx {what} {' '.join(names)} {where}/dev/full", ready)
        assert done.code == 1, "all is done, and not all of it told"
        assert ("can't write the output" in done.err) == (where == ">")
        listed = shell("acx session list", ready).out
        assert all(f"do {name}" in listed for name in names)
    assert shell("acx frobnicate 2>/dev/full", ready).code == 2
    assert shell("acx frobnicate >/dev/full 2>/dev/full", ready).code == 2


@pytest.mark.parametrize("coding", ["ascii", "latin-1", "ascii:strict"])
def test_an_output_that_cannot_show_everything(run: Run, ready: Path, coding: str) -> None:
    text = "Grüße, 你好 \U0001f600"
    run("session", "append", "s", text, "--role", "user")
    env = f"PYTHONIOENCODING={coding} acx "
    for line in ("session show s", "session show s --format openai", "session show 你好"):
        done = shell(env + line, ready)
        assert done.code == (3 if "你好" in line else 0)
        assert "?" in done.out + done.err


def test_arguments_that_are_not_utf_8(ready: Path) -> None:
    before = everything(ready)
    one_line(shell("acx space create u2 --user $'\\xff'", ready), 2, "not valid UTF-8")
    one_line(shell("acx session append s $'\\xff' --role user", ready), 2, "argument 4")
    assert everything(ready) == before


def test_homes_that_are_nowhere(ready: Path) -> None:
    for command in ("status", "session list", "space list", "learn", "session create"):
        one_line(shell(f"ACX_HOME=/dev/null/x acx {command}", ready), 1, "/dev/null/x")
        gone = f"mkdir gone; cd gone; rmdir ../gone; ACX_HOME=here acx {command}"
        one_line(shell(gone, ready), 1, "folder is gone")


OWN_IDS = ["a..b", "con", "x.lock", "NUL.txt", "a/b", "a b", "x" * 200, "..", "é"]


@pytest.mark.parametrize("own", OWN_IDS)
def test_own_ids_that_cannot_be_ours(run: Run, ready: Path, tmp_path: Path, own: str) -> None:
    path = tmp_path / "talk.jsonl"
    line = {"type": "user", "sessionId": own, "uuid": "1", "parentUuid": None, "cwd": "/tmp"}
    path.write_text(json.dumps({**line, "message": {"role": "user", "content": "Fix it"}}) + "\n")
    done = run("session", "import", str(path))
    assert done.code == 0, done.err
    name = done.out.strip()
    assert run("session", "import", str(path)).out.strip() == name
    assert "0 new messages" in run("session", "import", str(path)).err
    assert run("session", "delete", name, "--yes").code == 0
    assert sorted(p.name for p in (ready / "sessions").iterdir()) == ["s"]


def test_secrets_beside_the_messages(run: Run, ready: Path, tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "F6g7H8"
    folder = tmp_path / secret
    folder.mkdir()
    path = folder / "talk.jsonl"
    line = {
        "type": "user",
        "sessionId": secret,
        "uuid": "1",
        "parentUuid": None,
        "cwd": str(folder),
    }
    path.write_text(json.dumps({**line, "message": {"role": "user", "content": "Fix it"}}) + "\n")
    done = run("session", "import", str(path))
    assert done.code == 0, done.err
    assert secret not in done.out
    stored = [path for path in everything(ready) if "sessions" in path]
    assert not any(secret in path for path in stored)
    assert not any(secret.encode() in data for data in everything(ready).values())
