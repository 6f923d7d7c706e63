"""The guard: why a lesson waits for a person, read off its words and the session it came from.

A transcript is evidence and never instructions. What a lesson adds must not steer its reader, reach
out to what nobody in the session used, speak with a borrowed voice, or rest on tool output alone.
Pure. Not here: what an agent's client would run by itself, paths and secrets (`acx.learn.checks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from acx.excerpt import shortened
from acx.learn.active import LONGEST_LINE
from acx.learn.copying import Copies
from acx.learn.disguise import mixed, words
from acx.learn.draft import Draft
from acx.learn.evidence import Quote, look_up
from acx.learn.provenance import Provenance, speeches
from acx.learn.references import wanted
from acx.learn.steering import Sayings, Steer, steers
from acx.model import Lesson, SkillTree, Task, Transcript

MOST = 8
"""Objections told of one lesson."""

_READERS = (
    r"(?:all |any |the |every )?(?:(?:ai|llm|language model|coding) )?(?:ai|llm|agent"
    r"|assistant|language model|claude|codex|copilot|cursor|gemini)s?"
)
_BORROWED = (
    (
        "a tag of a chat's roles",
        re.compile(
            r"</?\s*(?:system|assistant|developer|instructions?|system[-_ ](?:reminder|prompt"
            r"|message)|important(?:[-_ ]instructions?)?|admin|tool_(?:result|use|call)s?"
            r"|function_(?:calls?|results?)|antml:\w+|invoke|thinking|scratchpad)"
            r"(?:[\s/][^>\n]{0,80})?>|</\s*(?:user|human)\s*>|\[/?inst\]|<</?sys>>"
            r"|<\|[\w ]{1,30}\|>|\[/?(?:system|assistant|developer)\]"
            r"|\{\{?#?(?:system|assistant)~?\}?\}|<start_of_turn>|<end_of_turn>"
        ),
    ),
    (
        "a line that speaks as the system",
        re.compile(
            r"(?m)^[ \t>#*-]*(?:system|developer|admin(?:istrator)?)"
            r"(?: (?:message|prompt|notice|override|instructions?|note|alert))?\s*[:>]\s*"
            r"(?=.*\b(?:you|must|ignore|always|never|run|do not|don't|execute|agents?|assistant"
            r"|from now|instructions?|override|skip|required|mandatory)\b)"
            r"|^[ \t>#*-]*(?:human|assistant|user)\s*:\s*\S.{0,200}\n+"
            r"[ \t>#*-]*(?:human|assistant|user)\s*:"
            r"|^[ \t>#*-]*important\s*[:!]\s*(?:all |any |ai )*(?:agents?|assistants?|models?|llms?"
            r"|claude|codex|copilot|gemini)\b"
            r"|\b(?:attention|note|notice|message|instructions?|important)\W+(?:to|for)\W+"
            rf"{_READERS}[ \t]*(?:[:!,]|-\s)"
            r"|^[ \t>#*-]*(?:attention|note|notice|message|instructions?|important)\W+(?:to|for)\W+"
            rf"{_READERS}\s*(?:[:!,]|-\s)"
            rf"|^[ \t>#*-]*(?:attention|note|notice|message|important) (?:to|for) {_READERS}[ \t]*$"
            rf"|^[ \t>#*-]*(?:to|dear) {_READERS}[ \t]*:"
        ),
    ),
    (
        "a made-up result of a tool",
        re.compile(
            r"(?m)^[ \t>#*-]*(?:(?:tool|function|command)[ _](?:result|output|response|call)"
            r"|observation)"
            r"s?\s*[:>]\s*\S|^[ \t>]*\[?(?:tool_result|tool_use)\b|\"type\"\s*:\s*\"tool_(?:result"
            r"|use)\""
            r"|^[ \t>]*(?:begin|end) (?:of )?(?:system|hidden|trusted) (?:prompt|instructions?"
            r"|message)"
        ),
    ),
)
"""Voices a lesson may not borrow, and how they look (see `disguise.words`)."""


def added_lines(draft: Draft, tree: SkillTree) -> dict[str, list[str]]:
    """What the draft's lesson adds: path -> its new lines. A line that stood in one of the changed
    files before was only moved."""
    changes = draft.changes()
    known = {
        line.strip()
        for path in changes
        for line in (tree.read(path) or b"").decode(errors="replace").splitlines()
    }
    return {
        path: lines
        for path, data in changes.items()
        if data is not None
        and (
            lines := [
                line
                for line in data.decode(errors="replace").splitlines()
                if line.strip() not in known
            ]
        )
    }


def objections(
    lesson: Lesson, added: Mapping[str, Sequence[str]], transcript: Transcript, task: Task
) -> list[str]:
    """Why the lesson should wait for a person, each in a sentence, most important first. Empty if
    it may land."""
    pages = [*_pages(lesson, added)]
    text = "\n\n".join(page for _, page in pages)
    steering = [(where, steer) for where, page in pages for steer in steers(page)]
    provenance = Provenance(reached := wanted(text))
    copies = Copies(words(page) for _, page in pages)
    sayings = Sayings(words(transcript.session.project))
    if reached or steering or copies.wanted:
        for speaker, call, said in speeches(transcript.read()):
            if speaker == "human" and steering:
                sayings.hear(said)
            provenance.see(speaker, call, said)
            copies.see(speaker, said)
    found = [
        *(why for where, page in pages for why in _borrowed(where, page)),
        *(_steered(where, steer) for where, steer in steering if not sayings.back(steer)),
        *provenance.objections(),
        *copies.objections(),
        *_voices(lesson, transcript),
    ]
    return list(dict.fromkeys(found))[:MOST]


def _pages(lesson: Lesson, added: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The texts of a lesson with where each stands: what an agent reads first comes first. The
    name of a new file is read too."""
    for path in sorted(added, key=lambda path: (not path.endswith("/SKILL.md"), path)):
        name = re.sub(r"[-_/]+", " ", path.removeprefix("skills/"))
        yield path.removeprefix("skills/"), "\n".join([*_short(added[path]), "", f"{name}."])
    yield "the title", lesson.title
    yield "the summary", "\n".join(_short(lesson.summary.splitlines()))


def _short(lines: Iterable[str]) -> Iterator[str]:
    """The lines, cut where they are too long for a pattern; `checks` holds such lines."""
    for line in lines:
        yield from (line[at : at + LONGEST_LINE] for at in range(0, len(line) or 1, LONGEST_LINE))


def _steered(where: str, steer: Steer) -> str:
    return f'{where}: "{shortened(steer.shown, 60)}" {steer.what}, and no user said so'


def _borrowed(where: str, page: str) -> Iterator[str]:
    seen = re.sub(r"[ \t]+", " ", words(page))
    for what, pattern in _BORROWED:
        if match := pattern.search(seen):
            yield f'{where}: {what} ("{" ".join(match[0].split())[:40]}")'
    for word in mixed(page):
        yield f"{where}: {word!r} mixes letters of two alphabets that look alike"
        return


def _voices(lesson: Lesson, transcript: Transcript) -> Iterator[str]:
    """Whose words the lesson rests on. What can't be found supports nothing."""
    voices = set()
    for item in lesson.evidence:
        place = transcript.read(item.message, item.message)
        for found in look_up([Quote(item.message, item.quote)], place):
            if found is not None:
                voices.add(found.voice)
    if voices <= {"tool"}:
        yield "only tool output supports it" if voices else "nothing in the session supports it"
    elif lesson.kind == "fact" and "human" not in voices:
        yield "no words of the user support this fact"
