"""The closing: the sentences in which an agent says what it did, verbatim.

Pure. Greetings, announcements, headings, questions and points of lists are left out; what remains
is the first statement that reports work, or else the first that says anything.
"""

from __future__ import annotations

from acx.learn.offline.words import pattern

LONGEST = 280
ENOUGH = 90
"""Characters; who has said this much in whole sentences has said what matters."""

# Headings, points of a list, tables, quotes, code.
MARKED = (
    r"^[ \t]*(?:#|[-*•+]\s|\d+[.)]\s|\||>|\*\*[^*]+(?:\*\*:?\s*$|:\*\*)|`{3}|//|[┌│└├])|^\s{4,}\S"
)
_FILLER = (
    r"^\W*(?:dear|sehr geehrte|liebe|lieber|hallo|hi|hello) [\w ,.]{2,60}$"
    r"|^\W*(?:all )?(?:done|great|perfect|good|excellent|ok(?:ay)?|yes|you're (?:absolutely )?right"
    r"|you were (?:absolutely )?right|sorry|sure"
    r"|got it|works|summary|great question|good (?:question|point|catch|idea))\b[^,]{0,40}$"
    r"|^(?:(?:sure|of course|certainly|absolutely|yes|ok(?:ay)?|thank you[^.!,]*|hello|hi)\b\W*)*"
    r"(?:i|we)(?:'m| am| can|'d| would| could|'ll| will)\b.{0,30}\b(?:help|assist|happy|glad"
    r"|here (?:to|for)"
    r"|look into)\b|^to (?:address|fix|resolve|handle|implement|correct)\b.*\bwe(?:'ll)? \w+"
    r"|^(?:please|could you|to (?:proceed|assist|help|get started))\b"
    r"|^(?:let me|you raise|i'll|i will|now (?:let|i)|here's|here is|here are|would you"
    r"|want me|looking at"
    r"|let's|now,? let me"
    r"|should i|if you|do you|feel free|you can|try)\b|^\W*$"
    r"|^(?:what|how|why|which|should|would|do|does|is|are|can)\b.*\?$"
)
ANNOUNCES = r":\W*$|\b(?:let me|you raise|i'll|i will|i'm going to)\b"
REPORTS = (
    r"^\W*(?:done\b.{0,5} )?(?:I(?:'ve| have)? (?!need|made an? (?:error|mistake)|claimed|misread"
    r"|overlooked|assumed|apologi|told|took (?:it|that|this) for)(?:now |also "
    r"|just |successfully )?"
    r"(?:\w+ed|built|wrote|made|put|set|ran|rewrote|split|took|did)\b"
    r"|(?:added|fixed|created|updated|changed|removed|replaced|moved|implemented|deployed|repaired"
    r"|rewrote|renamed|committed|reverted|refactored|deleted|installed|configured|wrote"
    r"|simplified)\b"
    r"|works\b\W+\w+|done: \S"
    r"|the (?!review|user)[\w-]+(?:[\w' `./()-]{0,60}?) (?:now \w+"
    r"|is (?:now )?(?:done|ready|finished|fixed)"
    r"|(?:has|have) \w+ed|has been|have been|works?|pass)\b"
    r"|now (?:when|the|`)"
    r"|.{3,80}\b(?:is|are|was|were|has been|have been) (?:now |been |both |all |successfully )*"
    r"(?:added|fixed|created|updated|changed|removed|moved|implemented|deployed|complete|done"
    r"|processed|accepted|booked|sent|uploaded|published|installed|merged|restored|confirmed"
    r"|posted|cancell?ed|withdrawn|refunded|reserved|scheduled|arranged|ordered|delivered|invited"
    r"|corrected|paid|re-?opened))"
)


_ATTRIBUTES = (
    r"\bas (?:we |you (?:and i )?)?agreed\b"
    r"|\b(?:as (?:per )?|following |in line with |according to |per |given |respecting )"
    r"(?:your|our|the)\b(?: [\w']+){0,2} (?:rule|polic(?:y|ies)|convention|preference|guideline"
    r"|standard|practice)s?\b|\b(?:since|because|as|that|know|knowing) you "
    r"(?:always |usually |generally )?(?:prefer|want|like)\b|\bi'?ll (?:remember|keep in mind)\b"
)
"""What an agent says that somebody wants or has agreed to: only they can say that."""


def statement(text: str) -> tuple[str, bool]:
    """What a message says, verbatim and whole sentences, and whether it reports work; "" where
    it says nothing."""
    lines = pattern(r"```[\s\S]*?(?:```|\Z)").sub("\n", text[:4000]).splitlines()
    prose = [whole_sentences(line) for line in lines if line.strip() and not _is(MARKED, line)]
    for reports in (True, False):
        for parts in prose:
            at = next((n for n, part in enumerate(parts) if _says(part, reports)), None)
            if at is not None:
                return _run(parts[at:]), reports
    return "", False


def _is(source: str, text: str) -> bool:
    return bool(pattern(source).match(text))


def _says(part: str, reports: bool) -> bool:
    part = part.replace("’", "'")
    unsaid = f"{ANNOUNCES}|{_ATTRIBUTES}"
    if len(part.split()) < 3 or part.endswith("?") or pattern(unsaid).search(part):
        return False
    return _is(REPORTS, part) if reports else not _is(_FILLER, part) and len(part.split()) >= 4


def _run(parts: list[str]) -> str:
    """The sentences from the first on, as they stand side by side, until enough is said."""
    told = ""
    for part in parts:
        if told and (len(told) >= ENOUGH or not _says(part, reports=False)):
            break
        if len(told) + len(part) > LONGEST and told:
            break
        told = f"{told} {part}".strip()
    return told


def whole_sentences(line: str) -> list[str]:
    """The sentences of one line as they stand there."""
    return [part for part in pattern(r"(?<=[.!?])\s+(?=[\"'`*(\w-])").split(line.strip()) if part]
