"""Tasks: which message of a person begins one, which belongs to one, which re-opens an earlier one.

Decided in one pass, from what stands before a message and never from what comes after it, so that
the tasks of a session don't change as it grows. How a task went is judged in `outcome`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from acx.learn.offline.forms import orders
from acx.learn.offline.moves import Place, telling, turning, wants
from acx.learn.offline.outcome import Course
from acx.learn.offline.preferences import only_states
from acx.learn.offline.reading import Reading, read
from acx.learn.offline.requests import (
    back_to,
    left_out,
    looks,
    requests,
    wishes,
)
from acx.learn.offline.steps import Run, Said, steps
from acx.learn.offline.titles import title
from acx.learn.offline.verdicts import JEST, postpones
from acx.learn.offline.words import pattern, sentences
from acx.model import Message, Task, TaskStatus

MOST_CLAIMED = 200
"""Words of its reports that are kept of a task, to tell what a complaint is about."""


@dataclass(slots=True)
class _Open:
    """A task while the session is read. The last of its `ranges` is still growing.

    after  the task that the agent was at when this one was asked for
    looks  it only asks how something is
    claimed  telling words of what the agent reported
    twin   the task that was asked for in the same message: its course is this one's too
    """

    number: int
    title: str
    topic: frozenset[str]
    ranges: list[tuple[int, int]]
    course: Course = field(default_factory=Course)
    known: Task | None = None
    after: _Open | None = None
    twin: _Open | None = None
    looks: bool = False
    claimed: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    idle: bool = False


class TaskFinder:
    """Finds the tasks of one session. `known` tasks keep their numbers, first messages, titles."""

    def __init__(self, known: Sequence[Task] = ()) -> None:
        self._marks = deque(
            sorted((span[0], task.number) for task in known for span in task.ranges)
        )
        self._known = {task.number: task for task in known}
        self._settled = max((end for task in known for _, end in task.ranges), default=0)
        self._number = max(self._known, default=0)
        self._tasks: list[_Open] = []
        self._current: _Open | None = None
        self._waiting: deque[_Open] = deque()
        self._last = 0
        self._chatted = False
        self._turned = ""

    def find(self, messages: Iterable[Message]) -> list[Task]:
        """All tasks, in the order of their first messages."""
        for step in steps(self._counted(messages)):
            said = step if isinstance(step, Said) and step.human else None
            reading = read(said.text) if said else None
            began = self._marked(step.number, reading)
            if said and reading:
                if began:
                    self._states(said)
                elif earlier := self._back(said, reading):
                    self._turn(said.number, earlier)
                    reading = replace(reading, verdict="")  # it was about the other one
                else:
                    began = self._begins(said, reading)
                if self._current is not None:
                    self._current.words |= telling(reading.words)
                    if not began:
                        self._current.idle = not wants(reading)
                        self._current.course.heard(said, reading, not self._current.idle)
            elif self._current is not None:
                if isinstance(step, Run):
                    self._current.course.ran(step)
                else:
                    self._current.course.answered(step)
                    self._current.last = telling(step.text)
                    if step.ends and len(self._current.claimed) < MOST_CLAIMED:
                        self._current.claimed |= _topic(step.text[:600])
        self._marked(self._last, None)
        self._close(self._last + 1)
        return [_task(task) for task in self._tasks]

    def _counted(self, messages: Iterable[Message]) -> Iterable[Message]:
        for message in messages:
            self._last = message.number
            if message.role == "assistant" and message.origin != "subagent":
                self._goes_on(message)
            yield message

    def _goes_on(self, message: Message) -> None:
        """The agent says or calls something: by itself, if its turn had ended. Then it goes on with
        what has waited."""
        current = self._current
        if current is None:
            return
        if self._waiting and current.course.ended and message.number > self._settled:
            self._turn(message.number, self._waiting.popleft())
        if message.calls:
            # Words and the call after them may be two messages; without a result it still runs.
            current.course.ended = False

    def _marked(self, number: int, reading: Reading | None) -> bool:
        """Follow what is known up to this message; whether a known task begins right with it."""
        began = False
        while self._marks and self._marks[0][0] <= number:
            first, task = self._marks.popleft()
            opened = next((one for one in self._tasks if one.number == task), None)
            current = self._current
            if opened is None and current and current.ranges == [(first, 0)]:
                self._join(self._known[task].title, self._known[task])
            elif opened is None:
                self._begin(first, self._known[task].title, reading, self._known[task])
            elif opened.twin is None:
                self._turn(first, opened)
            began = began or (opened is None and first == number)
        return began

    def _begins(self, said: Said, reading: Reading) -> bool:
        """Begin a task, or go back to one, where these words ask for it; whether one begins."""
        if said.number <= self._settled:
            return False
        current = self._current
        self._turned = ""
        wants = _wants(said, reading, self._chatted)
        self._chatted = self._chatted or (current is None and not wants)
        if wants if current is None else self._starts(said, reading, current):
            self._number += 1
            words = said.text if current is None else reading.waits or self._turned or reading.rest
            if reading.ellipsis and current is not None:
                words = next(filter(left_out, sentences(reading.words)), words)
            self._begin(said.number, title((reading.parts or (words,))[0]), reading)
            for part in reading.parts[1:]:
                self._number += 1
                self._join(title(part))
            self._states(said)
            if current is not None and said.event == "queued":
                self._wait(current)
            return True
        if earlier := self._reopened(reading):
            self._turn(said.number, earlier)
        return False

    def _starts(self, said: Said, reading: Reading, current: _Open) -> bool:
        """Whether a request is a task of its own, not a turn of the current one."""
        if said.event == "plan":
            return True
        if said.event == "queued":
            return reading.starts and reading.later and not reading.ahead
        if current.course.stated and not current.course.runs:
            return not (said.event or reading.small or reading.ahead or only_states(said))
        if said.event or reading.ahead or only_states(said):
            return False
        course = current.course
        if reading.anew or reading.waits != "" or (course.asking and reading.adds):
            return True
        if not reading.starts:
            return self._else(reading, current)
        if course.asking and not course.offering and not reading.first:
            return False  # an answer, and how to go on
        if course.interrupted:
            # Who stops the agent mostly goes on with the same thing, said better.
            return not (_topic(reading.words) & current.topic) and not pattern(
                r"\b(?:also|it|that|this)\b"
            ).search(reading.words)
        # "I'd like ..." after the agent's question is the answer to it.
        return not (course.asking and pattern(r"^\W*(?:i|yes|no)\b").match(reading.words))

    def _else(self, reading: Reading, current: _Open) -> bool:
        """Whether words that don't read as a request are about something else: an answer without
        work is over, and what is typed next has nothing to do with it."""
        course = current.course
        if reading.aside and course.spoke > course.acted:
            return True
        if self._turns(reading, current):
            return True
        fresh = not (_topic(reading.words) & current.topic)
        free = course.ended and not (reading.steers or course.interrupted or course.asking)
        return free and reading.ellipsis and (fresh or reading.verdict == "good")

    def _turns(self, reading: Reading, current: _Open) -> bool:
        """Whether words, said when the agent's turn was over, turn to something else."""
        course = current.course
        over = course.ended or (course.announced and not course.runs)
        if not over or course.interrupted:
            return False
        known = current.words | frozenset(word[:5] for word in current.claimed)
        asking = course.asking and not course.offering
        over = current.idle or course.gave_up != ""
        place = Place(
            known,
            current.last,
            asking=asking,
            accepted=over or (course.verdict == "good" and course.said_at > course.acted),
            invited=course.offering,
            looked=current.looks and not course.worked,
        )
        self._turned = turning(reading.words, place)
        return self._turned != ""

    def _states(self, said: Said) -> None:
        if self._current is not None and only_states(said):
            self._current.course.stated = said.number

    def _begin(
        self, number: int, name: str, reading: Reading | None, known: Task | None = None
    ) -> None:
        if self._current is not None:
            self._leave(number, reading)
            self._current.course.next = number
        self._close(number)
        topic = _topic(reading.words if reading else name)
        self._current = _Open(known.number if known else self._number, name, topic, [(number, 0)])
        self._current.known = known
        self._current.looks = bool(reading and looks(reading.rest, reading.asks))
        if reading and postpones(reading.words):
            self._current.course.postponed = number
        self._tasks.append(self._current)

    def _leave(self, number: int, reading: Reading | None) -> None:
        """What words that turn to something else say of the task before."""
        if self._current is not None and reading and reading.verdict in ("good", "dropped"):
            self._current.course.left(number, reading.text, reading.verdict)

    def _join(self, name: str, known: Task | None = None) -> None:
        """Begin a task that was asked for in the message which begins the current one."""
        if self._current is not None:
            twin = self._current.twin or self._current
            number = known.number if known else self._number
            one = _Open(number, name, _topic(name), twin.ranges, twin.course, known, None, twin)
            self._tasks.append(one)

    def _back(self, said: Said, reading: Reading) -> _Open | None:
        """The earlier task that somebody says they come back to."""
        name = back_to(reading.words)
        if not name or said.event or said.number <= self._settled:
            return None
        found = (task for task in self._tasks if task is not self._current and not task.twin)
        earlier = next((task for task in found if name.rstrip("s.") in task.topic), None)
        if earlier:
            self._leave(said.number, reading)
        return earlier

    def _wait(self, current: _Open) -> None:
        """What was asked for while the agent works waits until it has ended its turn."""
        task = self._current
        if task is None or task is current:
            return
        task.after = current
        self._waiting.append(task)
        self._turn(task.ranges[-1][0] + 1, current)

    def _turn(self, number: int, task: _Open) -> None:
        """Go back to an earlier task."""
        if task is self._current:
            return
        if self._current is not None:
            self._current.course.next = number
        self._close(number)
        task.ranges.append((number, 0))
        task.course.next = 0
        self._current = task

    def _reopened(self, reading: Reading) -> _Open | None:
        """The earlier task that a complaint is about; None if it is about the current one."""
        if reading.verdict != "bad" or self._current is None or len(self._tasks) < 2:
            return None
        words = _topic(reading.words)
        best = max(reversed(self._tasks), key=lambda task: len(words & (task.topic | task.claimed)))
        shared = len(words & (best.topic | best.claimed))
        ours = len(words & (self._current.topic | self._current.claimed))
        return best if shared >= 2 and shared > ours and words & best.topic else None

    def _close(self, number: int) -> None:
        """The current range ends before message `number`."""
        if self._current is not None:
            first, _ = self._current.ranges[-1]
            self._current.ranges[-1] = (first, max(number - 1, first))


def _task(task: _Open) -> Task:
    (first, last), *spans = task.ranges
    status, because = _status(task)
    return Task(task.number, task.title, first, last, status, because, tuple(spans))


def _status(task: _Open) -> tuple[TaskStatus, str]:
    known = task.known
    if known is not None and known.finished and task.ranges[-1][1] <= known.ranges[-1][1]:
        # Nothing new was said or done: who judged it before may have known more.
        return known.status, known.because
    if task.after is not None and not (task.course.runs or task.course.spoke):
        return _status(task.after)  # done in one go with what the agent was at
    return task.course.judge()


def _wants(said: Said, reading: Reading, chatted: bool) -> bool:
    """Whether the first words of a session want anything; after a greeting they may be talk."""
    if said.event in ("interrupt", "shell", "edit", "rejection") or reading.small:
        return False
    greets = pattern(r"^\W*(?:hi|hey|hello|(?:good )?(?:morning|evening|afternoon))\b")
    wants = reading.starts or reading.asks or any(map(wishes, sentences(reading.words)))
    sober = sentences(pattern(JEST).sub(" ", reading.words))
    if pattern(JEST).search(said.text) and not any(map(requests, sober)):
        return bool(pattern(rf"[`/_]|\b(?:{_TROUBLE})\b").search(said.text))
    telling = pattern(r"\d|[`/_]|\b(?:error|fail\w*|wrong|broken|bug|\w+n't|not|no|need|want)\b")
    if chatted and not (wants or orders(reading.rest)):
        words = rf"\d{{3}}|\d\.\d|[`/_]|\b(?:{_TROUBLE}|need|want)\b"
        return bool(pattern(words).search(said.text)) and reading.verdict != "good"
    brief = len(reading.words.split()) <= 8
    if brief and greets.match(reading.words) and not (wants or telling.search(said.text)):
        return False  # talk of the day
    return bool(said.text.strip())


_TROUBLE = r"error|fail\w*|wrong|broken|bug|crash\w*|kaputt|fehler"


def _topic(words: str) -> frozenset[str]:
    """The telling words of a text, by which two texts are compared."""
    found = (word.lower() for word in pattern(r"[a-z_][\w./-]{3,}").findall(words[:2000]))
    return frozenset(word.rstrip("s.") for word in found if word not in _COMMON)


_COMMON_WORDS = (
    "this that with from have what when where which there their they them then than your some "
    "also into just like only over such very will would could should please make made need "
    "want think still again after before does doesn't don't isn't about because here more "
    "most much same work works working broke broken fails failing error issue problem "
    "currently getting okay let's file files code thing things using used show shows"
)
_COMMON = frozenset(_COMMON_WORDS.split())
