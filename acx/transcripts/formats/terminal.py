"""Recordings of a terminal: asciinema's .cast (version 1 to 3), logs of `script`, raw output.

What went over the screen is folded to the lines that stayed (`ansi`). Where these are an agent's
console, `console` reads them. Else a person worked in a shell: what they typed stands after a
prompt, or was recorded as typed; all else is output. A prompt may be printed by anything, so it
counts only where a key was recorded or the shell said that it asks, if they do so at all: of older
shells without keys, one that was printed is taken for one. Not in here: what a person typed where
it isn't shown, such as a password, which is never kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, BinaryIO

from acx.model import Event as Moment
from acx.model import Message, Text
from acx.transcripts.contract import Format, Notes, Sample
from acx.transcripts.formats import console
from acx.transcripts.formats.ansi import ROWS, Folded, Screen
from acx.transcripts.formats.console_lines import dialect
from acx.transcripts.record import stamp
from acx.transcripts.source import NOT_JSON, TORN, lines, objects

LOOKED_AT = 1000
"""Lines that are folded before it is told whether an agent's console was recorded."""

_STARTED = "Script started on "
_ENDED = re.compile(r"Script done on .*")
_SIZE = re.compile(r'COLUMNS="(\d{1,4})" LINES="(\d{1,4})"')
_ESCAPE = "\x1b["
_PROMPTS = tuple(
    re.compile(rf"(?:\([\w.-]+\) ?)?{prompt}(?: +(?P<command>\S.*))?")
    for prompt in (
        r"\[?[\w.-]+@[\w.-]+(?:[: ][^$#%>❯\]]*)?\]?(?: \([^)]*\))? ?[$#%❯>]",  # me@host:~/site$
        r"(?:ba|z|k|da)?sh-[\d.]+[$#]",
        r"➜ +\S+(?: +git:\([^)]*\))?(?: +✗)?",
        r"PS [A-Z]:\\[^>]*>",
        r"[~/][^\s$#%❯]*(?: \([^)]*\))? ?[$#%❯]",
        r"[$❯]",
    )
)
_TYPED = re.compile(rb'\s*\[[^,"]*,\s*"i"')
_KEYS = re.compile(r"\x1b\[200~|\x1b\[201~|\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?")


@dataclass(frozen=True, slots=True)
class Event:
    """Something recorded: "o" was written, "i" typed, "r" a new size. `time` in seconds."""

    time: float
    kind: str
    data: str


@dataclass(slots=True)
class _Recording:
    """What the header says: the screen, and when it began (seconds since 1970, 0 if unknown).
    `keys` tells whether what was typed is recorded as well."""

    screen: Screen = field(default_factory=Screen)
    began: float = 0.0
    keys: bool = False

    @staticmethod
    def of(header: dict[str, Any], keys: bool = False) -> _Recording:
        term = header.get("term")
        size = term if isinstance(term, dict) else {}
        rows = _number(size.get("rows", header.get("height")))
        columns = _number(size.get("cols", header.get("width")))
        screen = Screen(int(rows) or ROWS, int(columns))
        return _Recording(screen, _number(header.get("timestamp")), keys)

    def fold(self, events: Iterable[Event], notes: Notes) -> Iterator[Folded]:
        keys: list[str] = []
        for event in events:
            self.screen.now = event.time
            if event.kind == "o":
                yield from self.screen.feed(event.data)
            elif event.kind == "r" and (size := re.fullmatch(r"(\d{1,4})x(\d{1,4})", event.data)):
                self.screen.resize(int(size[2]), int(size[1]))
            elif event.kind == "i":
                first, *more = re.split(r"[\r\n]", event.data)
                keys.append(first)
                for line in more:
                    self._sent("".join(keys))
                    keys = [line]
            else:
                notes.ignored[f"event {event.kind}"] += 1
        yield from self.screen.rest()
        if self.screen.whole_screen:
            notes.ignored["programs that took the whole screen"] += self.screen.whole_screen

    def _sent(self, keys: str) -> None:
        """Note a line that was sent. What keys without a character do, such as calling back an
        earlier line, only the screen shows."""
        typed: list[str] = []
        for key in _KEYS.sub("", keys):
            if key in "\b\x7f":
                del typed[-1:]
            elif key >= " ":
                typed.append(key)
        if keys:
            self.screen.typed("".join(typed).strip())

    def ts(self, time: float) -> str:
        return stamp(int(self.began + time)) if self.began else ""


def _number(value: Any) -> float:
    """A number of a header, 0 for what is none."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11
    return value if good else 0.0


def _matches(sample: Sample) -> str:
    first = sample.records[0] if sample.records else {}
    version = first.get("version")
    if version in (1, 2, 3) and ("width" in first or isinstance(first.get("term"), dict)):
        return f"an asciinema header of version {version}"
    if sample.text.startswith(_STARTED):
        return "the header of script"
    if sample.text.count(_ESCAPE) > 5:
        screen = Screen()
        folded = [*screen.feed(sample.text), *screen.rest()]
        if found := dialect(line.text for line in folded):
            return f"output of a terminal with a {found} console"
        if any(_Shell().command(line) for line in folded):
            return "output of a terminal with commands after a prompt"
    return ""


def _read(stream: BinaryIO, notes: Notes) -> Iterator[Message]:
    start = stream.read(4096).lstrip(b"\xef\xbb\xbf \r\n\t")
    stream.seek(0)
    if start[:1] == b"{":
        recording, events = _cast(stream, notes)
    else:
        size = _SIZE.search(start.split(b"\n", 1)[0].decode("utf-8", "replace"))
        screen = Screen(int(size[2]), int(size[1])) if size else Screen()
        recording, events = _Recording(screen), _raw(stream, notes)
    folded = recording.fold(events, notes)
    held = list(islice(folded, LOOKED_AT))
    found = dialect(line.text for line in held)
    if found:
        yield from console.messages(found, (line.text for line in chain(held, folded)), notes)
    else:
        yield from _Shell(recording.keys).messages(chain(held, folded), recording, notes)


def _cast(stream: BinaryIO, notes: Notes) -> tuple[_Recording, Iterator[Event]]:
    """A recording of asciinema: a header and a line an event; in version 1 all in one object."""
    own = Notes()
    whole = next(objects(stream, own), {})
    stream.seek(0)
    if whole.get("version") == 1:
        notes.warnings += own.warnings
        notes.ignored += own.ignored
        written = whole.get("stdout")
        return _Recording.of(whole), _timed(written if isinstance(written, list) else [], notes)
    keys = any(map(_TYPED.match, lines(stream, Notes())))
    stream.seek(0)
    events = _timed(_values(stream, notes), notes, whole.get("version") == 3)
    return _Recording.of(whole, keys), events


def _values(stream: BinaryIO, notes: Notes) -> Iterator[Any]:
    header = True
    for line in lines(stream, notes):
        if not line.strip() or line.startswith(b"#"):
            continue
        if header:
            header = False
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            notes.skip(NOT_JSON if line.endswith(b"\n") else TORN)


def _timed(values: Iterable[Any], notes: Notes, relative: bool = False) -> Iterator[Event]:
    """The events. Version 1 has no kinds and, like version 3, the time since the last event."""
    now = 0.0
    for value in values:
        short = isinstance(value, list) and len(value) == 2
        parts = [value[0], "o", value[1]] if short else value
        if not isinstance(parts, list) or len(parts) < 3 or not isinstance(parts[2], str):
            notes.skip("not an event of a recording")
            continue
        time = _number(parts[0])
        now = now + time if relative or short else time
        yield Event(now, str(parts[1]), parts[2])


def _raw(stream: BinaryIO, notes: Notes) -> Iterator[Event]:
    for line in lines(stream, notes):
        text = line.decode("utf-8", "replace")
        if not (notes.line == 1 and text.startswith(_STARTED)) and not _ENDED.match(text):
            yield Event(0.0, "o", text)


@dataclass(slots=True)
class _Shell:
    """Lines of a shell. The first prompt tells how prompts look here: `$ make` may be output. With
    `keys`, nothing was typed in a line but what was recorded."""

    keys: bool = False
    prompt: re.Pattern[str] | None = None

    def prompted(self, line: Folded) -> re.Match[str] | None:
        for prompt in (self.prompt,) if self.prompt else _PROMPTS:
            found = prompt.fullmatch(line.text)
            if found and (not found["command"] or self._is_typed(line, found.start("command"))):
                self.prompt = prompt
                return found
        return None

    def _is_typed(self, line: Folded, start: int) -> bool:
        """Whether a person may have typed what starts there."""
        if self.keys:
            return line.typed is not None
        return line.asked is not None and line.asked <= start

    def command(self, line: Folded) -> str:
        """The command that was typed in a line, "" if none was."""
        found = self.prompted(line)
        return (found["command"] or "") if found else ""

    def messages(
        self, folded: Iterable[Folded], recording: _Recording, notes: Notes
    ) -> Iterator[Message]:
        output: list[str] = []
        since = 0.0

        def printed() -> Iterator[Message]:
            if text := "\n".join(output).strip("\n"):
                yield Message("user", (Text(text),), "harness", ts=recording.ts(since))
            output.clear()

        for line in folded:
            found = self.prompted(line)
            command = found["command"] if found else ""
            typed = line.typed if line.typed and line.text.endswith(line.typed) else ""
            if line.typed and not typed and not command:
                notes.ignored["typed, but not shown"] += 1
            if not found:
                since = since if output else line.time
                output.append(line.text.removesuffix(typed).rstrip())
            if found or typed:
                yield from printed()
            if said := command or typed:
                event: Moment = "shell" if found else ""
                ts = recording.ts(line.time)
                yield Message("user", (Text(said),), "human", ts=ts, event=event)
        yield from printed()


FORMAT = Format("terminal", "recordings of a terminal: asciinema, script", _matches, _read)
