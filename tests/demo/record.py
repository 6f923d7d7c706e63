"""Records the sample session: plays `story.py` in a scratch folder, writes `session.jsonl`.

Every command is run and every edit is made; results, exit codes and diffs are what came back. The
words of Sam and of the agent are written (in `story.py`), no model is called. Pinned, so that each
recording gives the same bytes: time, ids, git's dates, paths, and how long the tests took. Needs
python3.11, git and a POSIX shell; imports nothing of acx. Not here: the story itself.

    python3.11 tests/demo/record.py [OUT]
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import story
import webshop

HOME = "/home/sam"
CWD = f"{HOME}/webshop"
MODEL = "claude-opus-4-5-20251101"
START = datetime(2026, 6, 9, 13, 2, 11, tzinfo=UTC)
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://webshop.example/sessions/2026-06-09")

Outcome = tuple[str, bool | None, Any]
"""What a tool gave: the text the agent reads, its error flag (None: left out), toolUseResult."""
Call = tuple[str, dict[str, Any], Callable[[], Outcome]]
"""A tool's name, its input, and the doing of it."""


class Project:
    """The scratch folder: does things for real and says what came of it in Sam's paths."""

    def __init__(self, scratch: Path) -> None:
        self.home = scratch.resolve() / "home"
        self.root = self.home / "webshop"
        self.root.mkdir(parents=True)
        (self.home / ".gitconfig").write_text(
            "[user]\nname = Sam\nemail = sam@webshop.example\n"
            "[init]\ndefaultBranch = main\n[core]\nabbrev = 7\n"
        )
        # `python3` is the interpreter that records; a script, as a link would leave its venv
        python = self.home / "bin" / "python3"
        python.parent.mkdir()
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)

    def run(self, command: str, now: datetime) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a shell command run in the project."""
        date = now.strftime("%Y-%m-%dT%H:%M:%S+0000")
        env = {
            "HOME": str(self.home),
            "PATH": f"{self.home}/bin{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "LC_ALL": "C",
            "TZ": "UTC",
            # an edit within the same second and of the same size would meet the old byte code
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.root,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return done.returncode, self._pinned(done.stdout), self._pinned(done.stderr)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def has(self, path: str) -> bool:
        return (self.root / path).exists()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_text(text)

    def _pinned(self, output: str) -> str:
        output = output.replace(str(self.home), HOME)
        output = output.replace(str(Path(os.__file__).parent), "/usr/lib/python3.11")
        return re.sub(r"^(Ran \d+ tests? in )[\d.]+s$", r"\g<1>0.001s", output, flags=re.M).rstrip()


class Session:
    """The transcript as it is being played: each method is something Sam or the agent does."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.lines: list[dict[str, Any]] = []
        self._now = START
        self._ids = 0
        self._parent: str | None = None
        self._reply = ""

    def prompt(self, text: str) -> None:
        """Sam types `text`. As in life, a snapshot of the tracked files stands before it."""
        self._tick(70)
        head = self._id()
        snapshot = {"messageId": head, "trackedFileBackups": {}, "timestamp": self._stamp()}
        self._bare(
            type="file-history-snapshot", messageId=head, snapshot=snapshot, isSnapshotUpdate=False
        )
        message = {"role": "user", "content": text}
        self._line("user", message, head, todos=[], permissionMode="default")

    def says(self, text: str) -> None:
        self._block({"type": "text", "text": text})

    def read(self, *paths: str) -> None:
        """Reads files, side by side."""
        self._use(*(("Read", {"file_path": f"{CWD}/{path}"}, self._reader(path)) for path in paths))

    def edit(self, path: str, old: str, new: str) -> None:
        before = self.project.read(path)
        if before.count(old) != 1:
            raise ValueError(f"{path}: the text to replace stands in {before.count(old)} places")
        strings = {"old_string": old, "new_string": new}
        given = {"replace_all": False, "file_path": f"{CWD}/{path}", **strings}
        extra = {"oldString": old, "newString": new, "userModified": False, "replaceAll": False}
        self._use(("Edit", given, self._writer(path, before.replace(old, new), extra)))

    def write(self, files: Mapping[str, str]) -> None:
        """Writes whole files, side by side."""
        calls = []
        for path, text in files.items():
            given = {"file_path": f"{CWD}/{path}", "content": text}
            kind = "update" if self.project.has(path) else "create"
            do = self._writer(path, text, {"type": kind, "content": text})
            calls.append(("Write", given, do))
        self._use(*calls)

    def bash(self, command: str, about: str, exit_code: int = 0, meanwhile: str = "") -> str:
        """Runs a command and returns what the agent reads of it; Sam may type `meanwhile`.

        Raises ValueError where it ends otherwise than the story has it.
        """

        def run() -> Outcome:
            code, out, err = self.project.run(command, self._now)
            text = "\n".join(part for part in (out, err) if part)
            if code != exit_code:
                raise ValueError(f"exit code {code}, not {exit_code}: {command}\n{text}")
            if meanwhile:
                self._queue("enqueue", content=meanwhile)
                self._tick(2)
            if code:
                text = f"Exit code {code}\n{text}"
                return text, True, f"Error: {text}"
            return (
                text,
                False,
                {"stdout": out, "stderr": err, "interrupted": False, "isImage": False},
            )

        text = self._use(("Bash", {"command": command, "description": about}, run))
        if meanwhile:
            self._queue("remove")
        return text

    def rejected(self, command: str, about: str, reason: str) -> None:
        """The agent asks to run a command; Sam refuses and types why."""
        text = (
            "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if"
            " it was a file edit, the new_string was NOT written to the file). To tell you how to"
            f" proceed, the user said:\n{reason}"
        )
        given = {"command": command, "description": about}
        self._use(("Bash", given, lambda: (text, True, f"Error: {text}")))

    def summary(self, text: str) -> None:
        """The line that names another, earlier session of the same project."""
        self._bare(type="summary", summary=text, leafUuid=self._id())

    def _reader(self, path: str) -> Callable[[], Outcome]:
        def read() -> Outcome:
            text = self.project.read(path)
            lines = text.splitlines()
            file = {"filePath": f"{CWD}/{path}", "content": text, "numLines": len(lines)}
            file |= {"startLine": 1, "totalLines": len(lines)}
            shown = "\n".join(f"{n:6}→{line}" for n, line in enumerate(lines, 1))
            return shown, None, {"type": "text", "file": file}

        return read

    def _writer(self, path: str, text: str, extra: dict[str, Any]) -> Callable[[], Outcome]:
        def write() -> Outcome:
            new = not self.project.has(path)
            before = "" if new else self.project.read(path)
            self.project.write(path, text)
            result = {"filePath": f"{CWD}/{path}", **extra, "originalFile": before or None}
            result["structuredPatch"] = [] if new else hunks(before, text)
            if new:
                return f"File created successfully at: {CWD}/{path}", None, result
            return f"The file {CWD}/{path} has been updated successfully.", None, result

        return write

    def _use(self, *calls: Call) -> str:
        """Writes the calls, does them, writes their results; returns the last one's text."""
        asked = []
        for name, given, _ in calls:
            call = "toolu_01" + self._hex(22)
            self._block({"type": "tool_use", "id": call, "name": name, "input": given})
            asked.append((call, self._parent))
        text = ""
        for (call, asker), (_, _, do) in zip(asked, calls, strict=True):
            self._tick(2)
            text, error, extra = do()
            block: dict[str, Any] = {"tool_use_id": call, "type": "tool_result", "content": text}
            block |= {} if error is None else {"is_error": error}
            message = {"role": "user", "content": [block]}
            self._parent = asker
            self._line("user", message, toolUseResult=extra, sourceToolAssistantUUID=asker)
        return text

    def _block(self, block: dict[str, Any]) -> None:
        """One line of an assistant message. Lines of one reply share its id."""
        self._reply = self._reply or self._hex(22)
        self._tick(6)
        message: dict[str, Any] = {"model": MODEL, "id": f"msg_01{self._reply}", "type": "message"}
        message |= {"role": "assistant", "content": [block], "stop_reason": None}
        message |= {"stop_sequence": None, "usage": {"input_tokens": 0, "output_tokens": 0}}
        self._line("assistant", message, requestId=f"req_011{self._reply}")

    def _queue(self, operation: str, **extra: str) -> None:
        self._tick(1)
        stamp, session = self._stamp(), str(NAMESPACE)
        self._bare(
            type="queue-operation", operation=operation, timestamp=stamp, sessionId=session, **extra
        )

    def _line(self, kind: str, message: dict[str, Any], head: str = "", **extra: Any) -> None:
        if kind == "user":
            self._reply = ""
        own = head or self._id()
        where = {"cwd": CWD, "sessionId": str(NAMESPACE), "version": "2.1.42", "gitBranch": "main"}
        self._bare(
            **{"parentUuid": self._parent, "isSidechain": False, "userType": "external", **where},
            **{"type": kind, "message": message, "uuid": own, "timestamp": self._stamp(), **extra},
        )
        self._parent = own

    def _bare(self, **line: Any) -> None:
        self.lines.append(line)

    def _id(self) -> str:
        self._ids += 1
        return str(uuid.uuid5(NAMESPACE, str(self._ids)))

    def _hex(self, length: int) -> str:
        return self._id().replace("-", "")[:length]

    def _tick(self, seconds: int) -> None:
        """Time passes: about so many seconds, unevenly, and the same in every recording."""
        uneven = uuid.uuid5(NAMESPACE, f"tick {self._now}").int % 1000
        self._now += timedelta(seconds=seconds, milliseconds=uneven * seconds // 2)

    def _stamp(self) -> str:
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hunks(before: str, after: str) -> list[dict[str, Any]]:
    """The difference as Claude Code writes it down: unified hunks with three lines around."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(3):
        lines = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [f" {line}" for line in old[i1:i2]]
            else:
                lines += [f"-{line}" for line in old[i1:i2]] + [f"+{line}" for line in new[j1:j2]]
        (_, i, _, j, _), (_, _, i_end, _, j_end) = group[0], group[-1]
        at = {"oldStart": i + 1, "oldLines": i_end - i, "newStart": j + 1, "newLines": j_end - j}
        found.append({**at, "lines": lines})
    return found


def record() -> str:
    """The whole session as JSONL."""
    with tempfile.TemporaryDirectory() as scratch:
        project = Project(Path(scratch))
        for number, (subject, files) in enumerate(webshop.HISTORY):
            for path, text in files.items():
                project.write(path, text)
            then = START - timedelta(days=90 - 30 * number)
            init = "git init -q && " if number == 0 else ""
            code, _, err = project.run(f"{init}git add -A && git commit -qm '{subject}'", then)
            if code:
                raise RuntimeError(err)
        session = Session(project)
        story.play(session)
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return "".join(dumps(line) + "\n" for line in session.lines)


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("session.jsonl")
    out.write_text(record(), encoding="utf-8")
