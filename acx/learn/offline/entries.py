"""Entries: the sentences in which lessons are told, from a task's story, a fix or a fact.

Pure. What is said by a person or by the agent is quoted as theirs. Where it is written, and into
which layout, is in `writing` and `learner`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acx.learn.offline.fixes import Fix
from acx.learn.offline.preferences import Fact
from acx.learn.offline.story import Story
from acx.learn.offline.words import asks, pattern, requests, shorten
from acx.learn.offline.writing import code, inert
from acx.model import Task
from acx.transcripts.signals import program, segments

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
    "|ruff|black|uv|pip|npm|pnpm|yarn|bun|poetry|python|typescript|javascript|rust|go|java|imports?"
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


def acted(met: str, cwd: str) -> str:
    """What the agent did, in words: the call that a fact corrects."""
    if len(met) > 60 and not met[0].isupper():
        met = " && ".join(dict.fromkeys(program(part) for part in segments(met.split("\n")[0])))
    if pattern(r"^[A-Z]\w+ /|^(?:ExitPlanMode|exit_plan_mode)\b").match(met):
        tool, _, path = met.partition(" ")
        if "plan" in tool.lower():
            return "proposed its plan"
        return f"reached for {tool} on {code(short_path(path, cwd), 80)}"
    return f"reached for {code(_local(met, cwd), 80)}"


def scope(project: str, met: str, cwd: str) -> str:
    """Where a fact holds and what it corrected."""
    said = f"said when the agent {acted(met, cwd)}" if met else ""
    return "; ".join(part for part in (project, said) if part)


def trivial(task: Task, story: Story) -> str:
    """Why a task needs no entry in the log; "" if it does."""
    if task.status == "failed" or story.runs or story.edited:
        return ""
    asked = story.asked.quote if story.asked else ""
    if asks(asked) or pattern(r"\b(?:understand|explain|tell me|show me|what|how|why)\b").search(
        asked
    ):
        return "a question, answered without work"
    if story.closing is None or not pattern(
        r"\b(?:I(?:'ve| have)? \w+(?:ed|t|e)\b|success|complet|done|finished|deployed|implemented"
        r"|passed|fixed|added|created)"
    ).search(story.closing[0]):
        return "talk without work"
    return ""


def log_title(task: Task, story: Story) -> str:
    """The log entry as a commit's subject."""
    asked = story.asked.quote if story.asked else ""
    question = not story.edited and asks(asked) and not requests(asked)
    word = "Failed" if task.status == "failed" else "Answered" if question else "Done"
    return f"{word}: {shorten(inert(task.title), 72 - len(word) - 2)}"


def summary(task: Task, story: Story, cwd: str) -> str:
    """What was really done, in a few sentences."""
    said: list[str] = []
    if story.closing:
        said.append(
            f'The agent reported: "{inert(_local(story.closing[0], cwd), 260).strip(".")}".'
        )
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
        subject = inert(story.commits[-1][0], 100)
        also = f" and {len(story.commits) - 1} before it" if len(story.commits) > 1 else ""
        said.append(f'Committed "{subject}"{also}.')
    if story.requests:
        said.append("Opened a pull request.")
    said.append(_judged(task.because))
    return " ".join(part for part in said if part)


def _judged(because: str) -> str:
    """On what the outcome rests, where no check is there to say it."""
    if not because or pattern(
        r"^(?:committed|opened|(?!you |the agent |no check).* passed \(#)"
    ).match(because):
        return ""
    because = because.replace("no check was seen:", "it was not checked;")
    text = pattern(r" \(#\d+\)").sub("", inert(because, 200))
    text = pattern(r"\byou (said|went)").sub(r"the user \1", text)
    return f"Judged by: {text.strip('.')}."


def bullets(task: Task, story: Story, cwd: str) -> Sequence[tuple[str, str]]:
    """The bullets of a log entry; what there is nothing true to say for is left out."""
    found = [("Outcome", task.status), ("Summary", summary(task, story, cwd))]
    if story.decisions:
        said = "; ".join(f'"{inert(_local(text, cwd), 140)}"' for text, _ in story.decisions[:3])
        found.append(("Key Decisions", f"The user said: {said}"))
    learned = [told_fix(fix, cwd).summary for fix in story.fixes.found[:2]]
    learned += [
        f'The agent found: "{inert(_local(text, cwd), 220).strip(".")}".'
        for text, _ in story.causes[-2:]
        if not any(fix.cause and fix.cause in text for fix in story.fixes.found[:2])
    ]
    if learned:
        found.append(("Learnings", " ".join(learned)[:600]))
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
    bare = (
        pattern(r"^\S*?[\w)]\.\w{1,5}[:(]\d+(?:[:,]\d+)?\)?:?\s*").sub("", fix.error) or fix.error
    )
    failed, worked = code(_local(fix.failed, cwd)), code(_local(fix.worked, cwd))
    error = code(_local(fix.error, cwd), 200)
    heading = inert(_local(bare, cwd), 150)
    if fix.edits:
        names = ", ".join(code(short_path(path, cwd), 80) for path in fix.edits[:3])
        cure = f"Write code so that this doesn't come up; here an edit of {names} cured it."
        title = f"{fix.tool}: {heading}"
        told = f"{failed} failed with {error}; it passed after an edit of {names}."
    else:
        cure = f"Run {worked} instead."
        title = f"Run {worked} where {failed} fails"
        if len(title) > 72:
            title = f"Run {worked} instead"
        told = f"{failed} failed with {error}; {worked} worked."
    if fix.cause:
        said = f' The agent\'s reason: "{inert(_local(fix.cause, cwd), 220).strip(".")}".'
        cure, told = cure + said, told + said
    found = [("Symptom", f"{failed} fails with {error}"), ("Fix", cure)]
    return ToldFix(heading, found, shorten(title), told)
