"""Entries: the sentences in which lessons are told, from a task's story, a fix or a fact.

Pure. What is said by a person or by the agent is quoted as theirs. Where it is written, and into
which layout, is in `writing` and `learner`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from acx.learn.message import told_outcome
from acx.learn.offline.fixes import Fix
from acx.learn.offline.preferences import Fact
from acx.learn.offline.requests import requests
from acx.learn.offline.story import Story
from acx.learn.offline.titles import imperative, shorten
from acx.learn.offline.words import asks, pattern
from acx.learn.offline.writing import LONGEST_BULLET, code, fitting, inert, quoted
from acx.model import Task, ToolCall
from acx.transcripts import signals

MOST_NAMED = 5

_TOPICS = {
    "git": "git|commits?|branch(?:es)?|merge|rebase|pr|pull requests?|push|squash|changelog",
    "testing": "tests?|testing|pytest|unittest|jest|coverage|mocks?|fixtures?|tdd|e2e",
    "deploy": "deploy\\w*|release|staging|production|prod|rollback|kubernetes|docker|terraform|ci"
    "|migrations?",
    "writing": "docs?|documents?|documentation|readme|comments?|notes|wording|markdown|docstrings?"
    "|emojis?|spelling",
    "communication": "answer|reply|explain|tell me|ask me|ask first|language|summary|summari[sz]e"
    "|verbose|concise",
    "coding": "code|functions?|class(?:es)?|types?|variables?|names?|naming|lint\\w*|format\\w*"
    "|ruff|black|uv|pip|npm|pnpm|yarn|bun|poetry|python|typescript|javascript|rust|golang|java"
    "|imports?"
    "|module|package|librar(?:y|ies)|dependenc(?:y|ies)|api|json|floats?|integers?|cents|tabs"
    "|spaces|errors?|exceptions?|logging|hooks?|refactor\\w*|overcomplicate|over-?engineer",
}
"""Topics of facts by their words, the narrower ones first."""


def topic(text: str) -> str:
    """The topic of a fact, by its words."""
    found = (name for name, words in _TOPICS.items() if pattern(rf"\b(?:{words})\b").search(text))
    return next(found, "general")


def slug(text: str) -> str:
    """The text as part of a file's name."""
    return pattern(r"[^a-z0-9]+").sub("-", text.lower()).strip("-") or "general"


def fact_title(fact: Fact) -> str:
    """A fact as a commit's subject."""
    return shorten(inert(fact.text))


def short_path(path: str, cwd: str) -> str:
    """A path as the project calls it."""
    path = path.replace("\\", "/")
    if cwd and path.startswith(cwd + "/"):
        return path[len(cwd) + 1 :]
    parts = path.split("/")
    return path if len(parts) <= 3 else "/".join(parts[-2:])


def _local(text: str, cwd: str) -> str:
    return text.replace(cwd + "/", "").replace(cwd, ".") if cwd else text


def acted(fact: Fact, cwd: str) -> str:
    """What the agent did or wanted to do, in words: the call that a fact corrects."""
    met = fact.met
    does = "wanted to" if fact.refused else "had"
    if pattern(r"^(?:ExitPlanMode|exit_plan_mode)\b").match(met):
        return f"{does} {'go by' if fact.refused else 'gone by'} its plan"
    if found := pattern(r"^([A-Z]\w+) (/.*|\S+\.\w+)$").match(met):
        edits = signals.edited(ToolCall("", found[1], {"path": found[2]}))
        verb = (
            ("edit" if fact.refused else "edited") if edits else "use" if fact.refused else "used"
        )
        what = "" if edits else f"{found[1]} on "
        return f"{does} {verb} {what}{code(short_path(found[2], cwd), 80)}"
    if pattern(r"^mcp__\S+$|^[A-Z]\w+$").match(met):
        return f"{does} {'use' if fact.refused else 'used'} {code(met, 80)}"
    if len(met) > 90:
        met = " && ".join(
            dict.fromkeys(signals.program(part) for part in signals.segments(met.split("\n")[0]))
        )
    return f"{does} run {code(_local(met, cwd), 90)}"


def scope(project: str, fact: Fact, cwd: str) -> str:
    """Where a fact holds and what it corrected."""
    said = f"said when the agent {acted(fact, cwd)}" if fact.met else ""
    if fact.answers:
        said = f"in answer to: {quoted(fact.answers, 120)}"
    return "; ".join(part for part in (project, said) if part)


def trivial(task: Task, story: Story, tools: Callable[[], bool]) -> str:
    """Why a task needs no entry in the log; "" if it does. `tools` tells whether any tool was
    called in the session: where none could be, an answer is the work."""
    asked = story.asked.quote if story.asked else ""
    if task.because.startswith("interrupted") and not (
        story.runs or story.edited or story.closing or story.decisions
    ):
        return "interrupted before anything came of it"
    if task.because.startswith("the user stated it"):
        return "a rule was stated, no work done"
    if not summary(task, story, ""):
        return "nothing was said about what came of it"
    kept = story.edited or story.checks or story.commits or story.requests or story.fixes.found
    idle = not (kept or story.done)
    nothing = idle and not story.called and story.runs <= MOST_LOOKED
    if not kept and _looks_up(story, asked):
        return "a question, answered without work"
    weak = story.laughed or task.because.startswith("trouble ")
    if weak and not (kept or story.runs or requests(asked) or tools()):
        return "talk without work"
    if _taught(story, asked):
        return ""
    if task.status == "success" and idle and pattern(_SHOWS).match(imperative(asked)):
        return "something was shown, no work done"
    if task.status == "success" and idle and _only_looked(story) and tools():
        return "only looked at something"
    if task.status == "success" and idle and pattern(_TALK).search(asked):
        return "talk without work"
    idle = idle and told_outcome(task) != "success" and not asks(asked)
    shown = story.reported or (story.called and story.final)
    if task.status == "success" and idle and story.closing and not shown:
        return "nothing shows what came of it"
    if task.status == "failed" and nothing and task.because.startswith(("the user ", "trouble ")):
        return "talk without work"
    if task.status == "failed" or story.runs or story.edited:
        return ""
    praised = task.because.startswith("the user ") and (
        tools() or not pattern(_LEISURE).search(asked)
    )
    if requests(asked) and (praised or (not tools() and _told_done(story))):
        return ""
    if asks(asked) or pattern(r"\b(?:understand|explain|tell me|show me|what|how|why)\b").search(
        asked
    ):
        return "a question, answered without work"
    return "" if _told_done(story) else "talk without work"


def _taught(story: Story, asked: str) -> bool:
    """Whether somebody said how things are, or the agent found it out, in talk that isn't leisure:
    then an answer is more than an answer."""
    leisure = pattern(f"{_LEISURE}|{_TALK}").search(asked)
    if leisure or not story.closing or not (story.told or story.causes):
        return False
    long = len(story.closing.quote.split()) >= LEAST_ANSWER
    answered = story.troubled and long and any(len(one.quote.split()) >= 8 for one in story.told)
    looked = story.runs and (story.done or story.called or story.causes or story.troubled)
    served = looked or story.steered or answered or _told_done(story)
    return bool(served)


LEAST_ANSWER = 10
"""Words of an answer that helps somebody in trouble: less is sympathy."""


def _told_done(story: Story) -> bool:
    """Whether the agent says that something was done."""
    return story.closing is not None and bool(
        story.reported
        or pattern(
            r"\b(?:I(?:'ve| have)? \w+(?:ed|t|e)\b|success\w*|complet\w*|done|finished|deployed"
            r"|implemented"
            r"|pass(?:es|ed)?|fixed|added|created)\b"
            r"|\b(?:is|are) (?:now )?(?:green|out|live|up|clean|in place|there|updated|running)\b"
        ).search(story.closing.quote)
    )


MOST_LOOKED = 3
"""Calls with which a question is looked up; more of them found something out."""


def _only_looked(story: Story) -> bool:
    """Whether a look or two was all, and nothing was found out or decided."""
    return story.runs <= MOST_LOOKED and not (story.called or story.decisions or story.causes)


def _looks_up(story: Story, asked: str) -> bool:
    """Whether a task only asks for something that is so, and was answered by a look at it."""
    wants = imperative(asked)
    if pattern(_LOOK_UP).match(wants):
        return not (story.done or story.called or story.decisions or story.causes)
    return _only_looked(story) and asks(wants) and not requests(wants)


_LOOK_UP = (
    r"^(?:(?:and|so|hey|hi|ok(?:ay)?|quick(?: question| one)?)\b\W*)*"
    r"(?:how (?:many|much|old|long"
    r"|far|big)\b"
    r"|count\b|what(?:'?s| is| are| was| were| time| day)\b|which\b|when\b|where\b|who\b|convert\b"
    r"|translate\b|calculate\b|define\b|spell\b|remind me\b|is (?:there|it|the)\b)"
)
_LEISURE = (
    r"\b(?:gift|present|film|movie|series|song|album|playlist|recipe|cook|dinner|lunch|breakfast"
    r"|party"
    r"|birthday|anniversary|weekend|holidays?|vacation|cat|dog|kids?|toast|wedding|poem|story"
    r"|rhyme)\b"
)
"""What one chats about: without a tool nothing of it was done."""
_TALK = (
    r"\b(?:jokes?|poems?|haikus?|limericks?|riddles?|puns?|fun facts?|lyrics|horoscope|small talk"
    r"|chat"
    r" with me|good night|birthday wish)\b|^(?:recommend|suggest|guess|imagine|pretend|bet)\b"
)

_SHOWS = (
    r"^(?:show|list|print|display|say|tell|open|read|give|pick|choose|roll|flip"
    r"|name)\b(?!.*\b(?:and|then) (?:add|build|change"
    r"|create|fix"
    r"|make|store|update|write)\b).{0,80}$|^check (?:the |my |your )?current\b.{0,60}$"
)


def log_title(task: Task, story: Story) -> str:
    """The log entry as a commit's subject."""
    asked = story.asked.quote if story.asked else ""
    question = not story.edited and asks(asked) and not requests(asked)
    word = "Failed" if task.status == "failed" else "Answered" if question else "Done"
    return f"{word}: {shorten(inert(imperative(task.title)), 72 - len(word) - 2)}"


def summary(task: Task, story: Story, cwd: str) -> str:
    """What was really done, in a few sentences."""
    said: list[str] = []
    if len(story.parts) > 1:
        also = "; ".join(quoted(part, 120) for part in story.parts[1:])
        said.append(f"Asked in the same message: {also}.")
    if story.closing:
        word = "reported" if story.reported or story.final else "said"
        answered = story.verdict and story.verdict.message < story.closing.message
        if story.reported and task.status == "failed" and not answered:
            word = "claimed"
        said.append(f"The agent {word}: {quoted(story.closing.quote, 280)}.")
    if story.edited:
        names = [code(short_path(path, cwd), 80) for path in story.edited]
        more = f" and {len(names) - MOST_NAMED} more files" if len(names) > MOST_NAMED else ""
        said.append(f"Edited {', '.join(names[:MOST_NAMED])}{more}.")
    elif story.ran:
        said.append(f"Ran {', '.join(code(_local(line, cwd), 80) for line in story.ran[-3:])}.")
    if story.checks:
        checks = [
            f"{code(_local(command, cwd), 80)} ({what})" if command else what
            for what, _, command in list(story.checks.values())[-3:]
        ]
        said.append(f"Checked with {', '.join(checks)}.")
    if story.commits:
        also = f" and {len(story.commits) - 1} before it" if len(story.commits) > 1 else ""
        said.append(f"Committed {quoted(story.commits[-1][0], 100)}{also}.")
    if story.requests:
        said.append("Opened a pull request.")
    judged = _judged(task)
    quote = pattern(r'"([^"]+)"').search(judged)
    if quote and any(quote[1].rstrip("….") in one for one in said):
        judged = ""
    return fitting([*said, judged])


def _judged(task: Task) -> str:
    """On what the outcome rests, where nothing else in the entry says it."""
    if not task.because or (task.status == "success" and not task.because.startswith("the user ")):
        return ""
    text = pattern(r" \(#\d+\)").sub("", inert(task.because, 300)).strip(".")
    return f"{text[:1].upper()}{text[1:]}."


def bullets(task: Task, story: Story, cwd: str) -> Sequence[tuple[str, str]]:
    """The bullets of a log entry; what there is nothing true to say for is left out."""
    found = [("Outcome", told_outcome(task)), ("Summary", summary(task, story, cwd))]
    if decided := _decided(story):
        said = "; ".join(quoted(one, 320) for one in decided)
        found.append(("Key Decisions", f"The user said: {said}"))
    learned = [told_fix(fix, cwd).summary for fix in story.fixes.found[:2]]
    learned += [
        f"The agent found: {quoted(one.quote, 320)}."
        for one in story.causes[-3:]
        if not any(fix.cause and fix.cause in one.quote for fix in story.fixes.found[:2])
        and not (story.final and story.closing and one.quote[:60] in story.closing.quote)
    ]
    if learned:
        found.append(("Learnings", fitting(learned, LONGEST_BULLET - 100)))
    return [(name, text) for name, text in found if text]


def _decided(story: Story) -> list[str]:
    """What the person decided or explained, in order; nothing that a longer quote says as well."""
    both = sorted([*story.decisions, *story.told], key=lambda one: one.message)
    quotes = [q for q in dict.fromkeys(one.quote for one in both) if len(q.split()) >= 3]
    kept = [one for one in quotes if not any(one in other and one != other for other in quotes)]
    room, found = LONGEST_BULLET - 40, []
    for one in kept:
        if len(one[:320]) + 4 <= room:
            found.append(one)
            room -= len(one[:320]) + 4
    return found


@dataclass(frozen=True, slots=True)
class ToldFix:
    """A fix in words: the heading of its entry, the bullets, and the lesson's title and summary."""

    heading: str
    bullets: Sequence[tuple[str, str]]
    title: str
    summary: str


def told_fix(fix: Fix, cwd: str) -> ToldFix:
    """A fix, told. Errors and commands are quoted as code: symptoms, never rules."""
    bare = pattern(_PLACE).sub("", fix.error) or fix.error
    failed, worked = code(_local(fix.failed, cwd)), code(_local(fix.worked, cwd))
    error = code(_local(fix.error, cwd), 200)
    if fix.edits:
        remedy = inert(_local(fix.remedy, cwd), 180)
        cure = f"{remedy[:1].upper()}{remedy[1:]}."
        title = _remedied(fix, inert(_local(bare, cwd)), remedy)
        told = f"{failed} failed with {error}; the fix: {remedy}."
    else:
        cure = f"Call {worked}." if fix.called else f"Run {worked} instead."
        title = _recalled(fix, bare) if fix.called else _renamed(fix, bare, cwd)
        told = f"{failed} failed with {error}; {worked} worked."
    if fix.cause:
        said = f" The agent's reason: {quoted(fix.cause, 220)}."
        cure, told = cure + said, told + said
    found = [("Symptom", f"{failed} fails with {error}"), ("Fix", cure)]
    title = title if len(title) <= 72 else shorten(title)
    return ToldFix(inert(_local(bare, cwd), 150), found, title, told)


_PLACE = (
    r"^(?:\[[\w:.-]+\] )?(?:Error: )?(?:\(eval\):\d+: )?"
    r"(?:\S*?[\w)]\.\w{1,5}[:(]\d+(?:[:,]\d+)?\)?:?\s*)?"
)


def _remedied(fix: Fix, error: str, remedy: str) -> str:
    """What a tool found and what to do about it: `golangci-lint: ... must not be called; use x`."""
    before = error[: error.find(fix.remedy)].rstrip(" .,;:-(") if fix.remedy in error else error
    room = 72 - len(fix.tool) - len(remedy) - 4
    return f"{fix.tool}: {error if room < 16 else f'{shorten(before, room)}; {remedy}'}"


def _recalled(fix: Fix, error: str) -> str:
    """What a service said and what it took: `export: no such kind; pass source`."""
    name, _, args = fix.worked.partition("(")
    if name == fix.failed:
        keys = [part.split("=")[0].strip() for part in args.rstrip(")").split(",")]
        use = f"pass {' and '.join(keys[:2])}"
    else:
        use = f"use {name}"
    room = max(72 - len(fix.failed) - len(use) - 4, 16)
    return f"{fix.failed}: {shorten(inert(error), room)}; {use}"


def _renamed(fix: Fix, bare: str, cwd: str) -> str:
    """What failed and what to run: `make x: no such target; use make y`."""
    failed, worked = (
        pattern(r"^(?:python[\d.]* -m|uv run|npx) (?=\S+ \S)").sub("", inert(_local(line, cwd)))
        for line in (fix.failed, fix.worked)
    )
    failed = failed.split(" && ")[-1]
    worked = pattern(r"(?:\bwhich \S+|\bpwd|\bls) && ").sub("", worked)
    name = pattern(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|NotFound))\b").match(bare)
    words = name[1] if name else pattern(r"^(?:\w+: )*(?:line \d+: )?").sub("", bare)
    if fix.worked.startswith(fix.failed + " "):
        use = f"add {fix.worked[len(fix.failed) :].strip()}"
    else:
        use = f"use {worked}"
    room = 72 - len(failed) - len(use) - 4
    if room >= 12:
        return f"{failed}: {shorten(inert(words), room)}; {use}"
    room = max(72 - len(use) - 4 - min(len(words), 24), 16)
    return f"{shorten(failed, room)}: {shorten(inert(words), 24)}; {use}"
