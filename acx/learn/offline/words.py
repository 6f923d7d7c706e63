"""A person's words, taken apart: which are their own, their sentences, a question among them.

Pure, and only about words. What they ask for is in `requests`, what they say of the work in
`verdicts`, both together in `reading`. English only; other languages read as remarks.
"""

from __future__ import annotations

import re
from functools import cache

LONGEST_WORDS = 10_000
"""Characters of a message that are looked at: what a person types is shorter."""

_VERBS = (
    "add adjust analy[sz]e apply audit book build bump calculate cancel change(?!\\sof\\b) check "
    "clean compare configure connect convert copy create cut debug delegate delete deploy "
    "describe design disable document download draft edit enable ensure evaluate exchange expand "
    "explain explore export extend extract fetch figure find fix format generate get give handle "
    "help hide implement import improve increase inspect install integrate introduce investigate "
    "list look lower make measure merge migrate modify move open optimi[sz]e organi[sz]e plan "
    "port prepare print profile propose provide publish pull push put raise read rebase reduce "
    "refactor regenerate release remove rename reorgani[sz]e replace report reproduce research "
    "reserve resolve restart restore restructure return review rewrite roll run save scan "
    "schedule search send set shorten show simplify solve sort speed split start store "
    "summari[sz]e switch sync test track translate trim try tweak update upgrade upload use "
    "validate verify walk wire work wrap write"
)
VERB = rf"(?:{_VERBS.replace(' ', '|')})\b"

LEAD = (
    r"(?:(?:ok(?:ay)?|great|perfect|nice|cool|good|awesome|excellent|thanks?(?: you)?(?: so much)?"
    r"|thx|(?:hi|hello|hey)(?: there)?|u[hm]+|claude(?=[,!])|now|next|then|and|also|so|btw|oh"
    r"|alright|right"
    r"|well|first"
    r"|please|pls|sure|yes|yeah|finally|one more(?: thing)?|works|just|actually|hmm+"
    r"|wow)\b[\s,.!:;-]*)*"
)


@cache
def pattern(source: str) -> re.Pattern[str]:
    """A pattern, compiled when first used, that takes no notice of case."""
    return re.compile(source, re.I | re.M)


_NO_MARK = r"\b(do|does|did|is|are|was|were|ca|wo|would|should|could|have|has|had)nt\b"


def plain(text: str) -> str:
    """The text with the apostrophes that people leave out, and no letter drawn out: `heyyy`."""
    text = pattern(r"([a-z])\1{2,}").sub(r"\1", text.replace("’", "'"))
    text = pattern(_NO_MARK).sub(r"\1n't", text)
    return pattern(
        r"\b(that|what|there)s\b|\b(?:it|who)s(?= (?:a|an|the|not|all|too|still)\b)"
    ).sub(lambda found: f"{found[0][:-1]}'s", text)


def own(text: str) -> str:
    """What the person wrote themselves: without code, quotes, logs and other pasted things."""
    text = pattern(r"```[\s\S]*?(?:```|\Z)|<(\w[\w-]*)>[\s\S]*?</\1>").sub(
        " ", text[:LONGEST_WORDS].replace("’", "'")
    )
    text = pattern(r"^[ \t]*(?:@(?:\"[^\"]*\"|\S+)\s+)+").sub("", text)
    text = pattern(r"\[(?:Image|Pasted text) #\d+[^\]]*\]|\[Image:?[^\]]*\]").sub(" ", text)
    # What a hook reports, pasted into a sentence: `trim whitespace........Failed`.
    text = pattern(r"\b[\w -]{1,60}\.{8,}\w*").sub(" ", text)
    lines = unwrapped(text).splitlines()
    kept: list[str] = []
    for at, line in enumerate(lines):
        if not line.strip() or is_code(line):
            kept.append("")
            continue
        if _pasted(line):
            kept.append(_after_paste(lines[at + 1 :]))
            break
        kept.append(line)
    return "\n".join(kept).strip()


_WRAPPED_AT = 70
"""Characters: no terminal breaks a shorter line, and hardly anybody types a longer one."""


def unwrapped(text: str) -> str:
    """The text without the line breaks that a narrow window put into its sentences."""
    lines: list[str] = []
    for line in text.splitlines():
        before = lines[-1] if lines else ""
        # The line as it was shown: what was joined to it before doesn't make it longer.
        shown = before[before.rfind("\v") + 1 :]
        wraps = (
            len(shown) >= _WRAPPED_AT
            and not pattern(r"[.!?:;,|{}`]\s*$|^\s*(?:[#>|$]|\S+=)").search(shown)
            and bool(pattern(r"^ ?[a-z(\"'`]" if len(shown) < 100 else r"^ ?[\w(\"'`]").match(line))
            and not _pasted(line)
            and not _pasted(shown)
        )
        if wraps:
            lines[-1] = f"{before}\v{line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines).replace("\v", " ")


_CODE = (
    r"^\s*(?:import \w+(?:\.\w+)+(?: as \w+)?|import \w+ as \w+|from [\w.]+ import \S.*"
    r"|(?:export |public |private |static |async )*(?:def|func|function|class"
    r"|interface) \w+\s*[({:<].*"
    r"|(?:const|let|var|auto|int|float|string) \w+\s*:?=.*|[\w.\[\]'\"]+ ?[-+*/|]?= ?[^=\s]\S*"
    r"|for \w[\w, ]* in \S.*:|(?:if|elif|while) \S*[^\w\s].*:|with \S.* as \w+:|(?:try|else"
    r"|finally):"
    r"|return \S*[(.\[\"']\S*;?|@\w[\w.]*(?:\(.*\))?"
    r"|[a-z_]\w*(?:\.\w+)+\(.*\)|[a-z_]\w*\(.*\)|[\w.]+ = [\w.]+\(.*\)|#include .*"
    r"|(?:SELECT|INSERT|UPDATE|DELETE) [^a-z]*)\s*$"
)


def is_code(line: str) -> bool:
    """Whether a line is a statement of a program, not words of a person."""
    return bool(re.match(_CODE, line))


def _after_paste(lines: list[str]) -> str:
    """What a person wrote below a paste: short, after a blank line, and no paste itself."""
    below = "\n".join(lines).split("\n\n")[1:]
    own_lines = [line for part in below for line in part.split("\n") if line.strip()]
    if len(own_lines) > 4 or any(_pasted(line) for line in own_lines):
        return ""
    return "\n".join(own_lines)


def _pasted(line: str) -> bool:
    return len(line) > 1500 or bool(
        pattern(
            r"^[ \t]*(?!\[(?:bug|feature(?: request)?|enh(?:ancement)?|docs?|doc|question|rfc"
            r"|proposal"
            r"|regression|task|perf|security)\])(?:>|❯|\$ |%|#!|\+\+\+|---|@@|\||\{|\}|\]|<|/\w+/"
            r"|[~.]{0,2}/\S+$|at \S+ ?\("
            r"|File \"|Traceback|Dear (?-i:[A-Z])[\w ]{1,40},?\s*$"
            r"|\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|remote:|fatal:|warning:|error:|commit [0-9a-f]{7,}"
            r"|Run (?:[\w.-]+/[\w./-]+@\S+$|[A-Z_]+=)|Author:|Date:|From https?:|npm |E  |FAIL"
            r"|--- |=== "
            r"|\[[\w/ .-]+[ \]]"
            r"|[\w.]*(?:Error|Exception)\b:?|\* branch|Error\b|(?:Fetching|Cloning|Compiling"
            r"|Downloading|Download action|Unpacking|Receiving"
            r"|Resolving) \S|\w+ failed \(attempt)"
            r"|^\s{4,}\S|[;{}]\s*$|^\S+\.\w{1,5}:\d+"
        ).search(line)
    )


def pasted_error(text: str) -> bool:
    """Whether something that isn't the person's own words reports an error."""
    return (
        bool(
            pattern(
                r"^[^\w\n]*(?:error|fatal|traceback|panic|exception|fail(?:ed|ure)?)\b|\w(?:Error"
                r"|Exception):"
                r"|\berror: |\bdenied to\b|exit (?:code|status) [1-9]|\bFAIL\b"
            ).search(text[:LONGEST_WORDS])
        )
        and len(text) > len(own(text)) + 30
    )


def sentences(text: str) -> list[str]:
    """The sentences of a person's words, in order."""
    ends = r"(?:(?<=[.!?])|(?<=[.!?][\"')])|(?<=\s[:;][)(DP])|(?<=\s[:;]-[)(DP]))\s+(?=\S)"
    found: list[str] = []
    for part in pattern(rf"{ends}|\n+|;\s+").split(text):
        part = (part or "").strip(" \t-*•")
        short = found and pattern(_TITLED).search(found[-1])
        if short or (part and found and pattern(_ORDINAL).search(found[-1]) and part[0].islower()):
            found[-1] = f"{found[-1]} {part}"  # `am 13. abends`: no end of a sentence
        elif part:
            found.append(part)
    return found


_TITLED = r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|Hr|Fr|e\.g|i\.e|z\.B|bzw|vs|approx)\.$"
_ORDINAL = r"\b(?:am|vom|zum|ab|bis|den|dem|der|zurück) \d{1,2}\.(?:\d{1,2}\.)?$"


def asks(sentence: str) -> bool:
    """Whether a sentence is a question that wants an answer, not work."""
    return sentence.rstrip().endswith("?") or bool(
        pattern(
            rf"^{LEAD}(?:(?:what|how|where|who|when)(?:'?s)?|why|which|is|are|was|were|do|does|did"
            rf"|should|can i|has|have)\b"
        ).match(sentence)
        and not pattern(r"\b(?:please|show me|tell me)\b").search(sentence)
    )


def verbatim(text: str, piece: str) -> str:
    """The piece as it really stands in the text, typographic apostrophes and all; "" if not."""
    words = [re.escape(word) for word in piece.replace("’", "'").split()]
    found = re.search(r"\s+".join(words), text.replace("’", "'")) if words else None
    return text[found.start() : found.end()] if found else ""
