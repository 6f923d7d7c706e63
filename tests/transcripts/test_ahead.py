"""Long transcripts are read by a second process: what comes of them is the same, and when either
process ends, so does the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, BinaryIO

import pytest

from acx import transcripts
from acx.errors import AcxError, BadInput
from acx.model import Message, Text
from acx.transcripts import ahead, found, open_source
from acx.transcripts.ahead import read_ahead
from acx.transcripts.contract import Conversation, Item, Notes
from acx.transcripts.detect import FORMATS
from acx.verbs.context import Context
from acx.verbs.import_sessions import Imported, Unread, import_all
from tests.conftest import PROGRAM
from tests.transcripts.corpus_files import CORPUS, FILES, needs_corpus

MESSAGES = 1000
ENDING = [signal.SIGKILL, signal.SIGINT, signal.SIGTERM]


@pytest.fixture(autouse=True)
def _readers_of_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process finds the readers of this file also where acx is installed elsewhere."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))


def said(text: str) -> Message:
    return Message("user", (Text(text),), "human")


def numbered(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    """A reader with many messages."""
    for number in range(MESSAGES):
        yield said(f"message {number}")


def chatty(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    """A reader that notes something at every line."""
    for number, line in enumerate(stream):
        notes.cwd, notes.line = f"/folder/{number}", number
        notes.skip(f"kind {number % 3}")
        if number % 100 == 7:
            yield Conversation(f"c{number}")
        else:
            yield said(line.decode())


def broken(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    yield from map(said, "abc")
    raise BadInput("it is broken", "mend it")


def defect(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    yield said("a")
    raise KeyError("missing")


def killed(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    yield from map(said, "abc")
    os.kill(os.getpid(), signal.SIGKILL)


def endless(stream: BinaryIO, notes: Notes) -> Iterator[Item]:
    """A reader that says which process it is in, and leaves scratch where it is killed."""
    scratch = Path(stream.readline().decode())
    scratch.touch()
    try:
        yield said(str(os.getpid()))
        while True:
            yield said("more")
    finally:
        scratch.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lines.txt"
    path.write_text("".join(f"line {number}\n" for number in range(MESSAGES)))
    return path


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b"\0" in Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").exists() else True


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_every_reader_is_found_by_its_name(format: Any) -> None:
    assert resolve_name(f"{format.read.__module__}:{format.read.__qualname__}") is format.read


def test_items_come_with_what_is_noted_by_then(file: Path) -> None:
    """Namely where it is asked for: as a conversation begins, at its first message, at the end."""

    def taken(read: Callable[[BinaryIO, Notes], Iterator[Item]]) -> list[Any]:
        notes, told, begins = Notes(), [], True
        with file.open("rb") as stream:
            for item in read(stream, notes):
                now = isinstance(item, Conversation)
                told.append((item, repr(notes) if begins or now else ""))
                begins = now
        return [*told, repr(notes)]

    direct = taken(chatty)
    assert len(direct) == MESSAGES + 1
    assert taken(lambda stream, notes: read_ahead(chatty, stream, notes)) == direct


@pytest.mark.parametrize(("read", "kind"), [(broken, BadInput), (defect, KeyError)])
def test_an_error_comes_after_what_was_read_before_it(read: Any, kind: Any, file: Path) -> None:
    with file.open("rb") as stream, pytest.raises(kind) as caught:
        items = read_ahead(read, stream, Notes())
        assert next(items) == said("a")
        list(items)
    assert f"in {read.__name__}" in caught.value.__notes__[0]
    if isinstance(caught.value, AcxError):
        assert (caught.value.message, caught.value.hints) == ("it is broken", ("mend it",))


def test_a_process_that_was_killed_is_no_end_of_the_transcript(file: Path) -> None:
    with file.open("rb") as stream, pytest.raises(AcxError, match="was ended"):
        list(read_ahead(killed, stream, Notes()))


def test_after_one_that_was_killed_the_rest_of_a_folder_is_read(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "folder").mkdir()
    for name in ("a", "b"):
        words = '{"role": "user", "content": "hello"}\n'
        (folder / f"{name}.jsonl").write_text(words + " " * 4096 * (name == "a"))
    monkeypatch.setattr(transcripts, "LONG", 4096)
    monkeypatch.setattr(transcripts, "_processors", lambda: 2)
    monkeypatch.setattr(ahead, "_START", KILLED)
    unread, read = import_all(ctx, [folder])
    assert isinstance(unread, Unread) and "was ended" in unread.reason
    assert isinstance(read, Imported) and read.new == 1


KILLED = (
    "import sys; sys.path[:] = {!r}; from acx.transcripts import ahead; {!r}; import os\n"
    "with open(1, 'wb') as out: ahead._dump(ahead._Frame([], ahead.Notes()), out)\n"
    "os.kill(os.getpid(), 9)"
)


@pytest.mark.parametrize("python", ["/does/not/exist", "false", "echo", "", None])
def test_without_a_second_process_one_reads(
    python: str | None, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    with file.open("rb") as stream:
        assert len(list(read_ahead(chatty, stream, Notes()))) == MESSAGES


@pytest.mark.parametrize("said", ["I12x", "cno_such\nmodule", "0", "cos\nnothing", "Usage: app"])
def test_a_program_that_is_no_python_is_not_listened_to(
    said: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "embedding"
    program.write_text(f"#!/bin/sh\nprintf '{said}\n.'\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with file.open("rb") as stream:
        assert len(list(read_ahead(chatty, stream, Notes()))) == MESSAGES


def test_who_stops_listening_ends_it_and_its_scratch_goes(tmp_path: Path) -> None:
    path = tmp_path / "where.txt"
    path.write_text(str(tmp_path / "scratch"))
    with path.open("rb") as stream:
        items = read_ahead(endless, stream, Notes())
        first = next(items)
        assert isinstance(first, Message)
        assert (tmp_path / "scratch").exists()
        items.close()
    assert not is_running(int(first.text))
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("number", [*ENDING, signal.SIGHUP])
def test_it_ends_with_the_process_that_listens(number: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / "where.txt"
    path.write_text(str(tmp_path / "scratch"))
    code = (
        "import sys, time; from pathlib import Path\n"
        "from acx.transcripts.ahead import read_ahead; from acx.transcripts.contract import Notes\n"
        "from tests.transcripts.test_ahead import endless\n"
        "for item in read_ahead(endless, Path(sys.argv[1]).open('rb'), Notes()):\n"
        "    print(item.text, flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]

    def heeded() -> None:
        signal.signal(number, signal.SIG_DFL)

    listening = subprocess.Popen(
        [sys.executable, "-c", code, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=root, start_new_session=True,
        # heeded also where the tests run with the signal ignored, as by nohup
        preexec_fn=None if number == signal.SIGKILL else heeded,
    )  # fmt: skip
    assert listening.stdout
    pid = int(listening.stdout.readline())
    if number in (signal.SIGINT, signal.SIGHUP):
        os.killpg(listening.pid, number)  # as a terminal does
    else:
        listening.send_signal(number)
    listening.communicate()
    assert soon(lambda: not is_running(pid))
    assert soon(lambda: not (tmp_path / "scratch").exists())


@needs_corpus
@pytest.mark.parametrize("format", FILES)
def test_what_is_stored_is_the_same(
    format: str, ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [path for pattern in FILES[format] for path in sorted(CORPUS.glob(pattern))]
    if format != "claude-code":
        paths = paths[:6]

    def stored() -> tuple[list[Any], dict[str, bytes]]:
        results = list(import_all(ctx, paths))
        lines = {id: ctx.home.session(id).messages.read_bytes() for id in ctx.sessions.ids()}
        for id in ctx.sessions.ids():
            ctx.sessions.delete(id)
        return results, lines

    direct = stored()
    started: list[Any] = []
    start = ahead.subprocess.Popen
    monkeypatch.setattr(
        ahead.subprocess, "Popen", lambda *a, **k: started.append(a) or start(*a, **k)
    )
    monkeypatch.setattr(transcripts, "LONG", 0)
    monkeypatch.setattr(transcripts, "_processors", lambda: 2)
    assert stored() == direct
    assert started or all(path.is_dir() for path in paths)


@pytest.mark.parametrize("processors", [1, 2])
def test_only_long_files_are_read_ahead_and_by_two_processors(
    processors: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = '{"role": "user", "content": "hello"}\n'
    (tmp_path / "short.jsonl").write_text(line)
    with (tmp_path / "long.jsonl").open("w") as out:
        out.write(line)
        out.write(" " * transcripts.LONG)
    started: list[Any] = []
    monkeypatch.setattr(ahead.subprocess, "Popen", lambda *a, **_: started.append(a) or 1 / 0)
    monkeypatch.setattr(transcripts, "_processors", lambda: processors)
    (source,) = found(tmp_path / "short.jsonl")
    assert len(list(open_source(source).items)) == 1
    (source,) = found(tmp_path / "long.jsonl")
    if processors == 1:
        assert len(list(open_source(source).items)) == 1
    else:
        with pytest.raises(ZeroDivisionError):
            list(open_source(source).items)
    assert len(started) == processors - 1


@pytest.mark.parametrize("number", ENDING)
def test_an_import_that_was_ended_is_taken_up_again(
    number: signal.Signals, ctx: Context, tmp_path: Path
) -> None:
    path, words = tmp_path / "long.jsonl", "word " * 400
    count = transcripts.LONG // len(words)
    with path.open("w") as out:
        for n in range(count):
            out.write(f'{{"role": "user", "id": "m{n}", "content": "{n} {words}"}}\n')
    acx = subprocess.Popen(
        [PROGRAM, "session", "import", path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip

    def begun() -> bool:
        return any(ctx.sessions.count(id) for id in ctx.sessions.ids())

    assert soon(begun)
    os.killpg(acx.pid, number)
    _, said = acx.communicate()
    codes = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}
    assert acx.returncode == codes[number], said
    (id,) = ctx.sessions.ids()
    before = ctx.sessions.count(id)
    assert 0 < before < count
    subprocess.run([PROGRAM, "session", "import", path], check=True, capture_output=True)
    stored = [message.text.split()[0] for message in ctx.sessions.transcript(id).read()]
    assert stored == [str(n) for n in range(count)]
