"""How a person's words read: a request, a go-ahead, a verdict, a question, or only a remark.

Pure, and only about words: whose task they belong to is decided in `tasks`, which of them are rules
to keep in `preferences`. English only; words in other languages read as remarks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Verdict = Literal["", "good", "bad", "dropped"]

LONGEST_WORDS = 10_000
"""Characters of a message that are looked at: what a person types is shorter."""

_VERBS = (
    "add adjust analy[sz]e apply audit book build bump calculate cancel change(?!\\sof\\b) "
    "check clean compare configure connect convert copy create cut debug delegate delete "
    "deploy describe design document download draft enable disable ensure evaluate exchange "
    "expand explain explore export extend extract fetch figure find fix format generate get "
    "give handle help implement import improve increase inspect install integrate introduce "
    "investigate list look make measure merge migrate modify move open optimi[sz]e "
    "organi[sz]e plan port prepare print profile propose provide publish pull push put read "
    "rebase reduce refactor release remove rename reorgani[sz]e replace report reproduce "
    "research resolve restart restore restructure return review rewrite roll run save scan "
    "search send set show simplify solve sort speed split start store summari[sz]e switch "
    "sync test track translate trim try tweak update upgrade upload use validate verify walk "
    "wire work wrap write"
)
VERB = rf"(?:{_VERBS.replace(' ', '|')})\b"

LEAD = (
    r"(?:(?:ok(?:ay)?|great|perfect|nice|cool|good|awesome|excellent|thanks?(?: you)?(?: so much)?"
    r"|thx|(?:hi|hello|hey)(?: there)?|u[hm]+|claude(?=[,!])|now|next|then|and|also|so|btw|oh"
    r"|alright|right"
    r"|well|first"
    r"|please|pls|sure|yes|yeah|finally|one more thing|works|just|actually|hmm+|wow)\b[\s,.!:;-]*)*"
)


@cache
def pattern(source: str) -> re.Pattern[str]:
    """A pattern, compiled when first used, that takes no notice of case."""
    return re.compile(source, re.I | re.M)


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
            r"|File \"|Traceback"
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
    parts = pattern(r"(?:(?<=[.!?])|(?<=[.!?][\"')]))\s+(?=\S)|\n+|;\s+").split(text)
    return [part.strip(" \t-*•") for part in parts if part and part.strip(" \t-*•")]


def asks(sentence: str) -> bool:
    """Whether a sentence is a question that wants an answer, not work."""
    return sentence.rstrip().endswith("?") or bool(
        pattern(
            rf"^{LEAD}(?:what|why|how|when|where|which|who|is|are|was|were|do|does|did|should"
            rf"|can i|has|have)\b"
        ).match(sentence)
        and not pattern(r"\b(?:please|show me|tell me)\b").search(sentence)
    )


def requests(sentence: str) -> bool:
    """Whether a sentence asks for work."""
    filler = r"(?:please |also |now |then |just |maybe |help me (?:to )?|try to )*(?!go ahead)"
    return bool(
        pattern(
            rf"^(?:[A-Z]?\d?[).] )?{LEAD}(?:"
            rf"(?:can|could|would|will) (?:you|we|u) {filler}(?!tell|confirm|explain\b){VERB}"
            rf"|{filler}{VERB}(?!\s*[,:]? ?(?:it|that|this) (?:is|was))"
            rf"|let'?s {filler}{VERB}|help me\b"
            rf"|(?:i|we)(?:'d| would)? (?:want|need|like|have|wish|am looking"
            rf"|'m looking)(?: you)? to {VERB}"
            rf"|(?:i'm|i am|we're) (?:looking to|trying to|working on)\b"
            rf"|i(?:'d| would) like (?:to|you to|a|an)\b|(?:i|we) (?:need|want) (?:a|an|the|some"
            rf"|to)\b"
            rf"|we (?:should|must|need to|have to|could) {filler}{VERB}|need (?:a|an|to)\b)"
        ).match(sentence)
    )


def goes_ahead(text: str) -> bool:
    """Whether the words only let the agent go on with what it proposed."""
    return len(text) <= 60 and bool(
        pattern(
            r"^(?:(?:ok(?:ay)?|yes|yep|yeah|yup|sure|y|please|sorry|cool|great|perfect|good|fine"
            r"|right"
            r"|continue|proceed|go(?: ahead| on| for it)?|do (?:it|that|so)|let'?s (?:go|do (?:it"
            r"|that))"
            r"|lgtm|sounds good|looks good|that works|makes sense|agreed|approved?|correct|exactly"
            r"|resume|carry on|keep going|next|all of them|both|option|the (?:first|second|third"
            r"|last)"
            r"|one|[a-d1-9]|and|with|then|it|now|that|please|try again|retry|start)\W*)+$"
        ).match(text.strip())
    )


_DROPPED = (
    r"\b(?:never ?mind|forget (?:it|that|about)|leave (?:it|that|this"
    r"|the [\w-]+(?: [\w-]+)?)(?: out| then| alone| as is| for| be\b"
    r"|\W*$)"
    r"|drop (?:it|this|that)\b|scrap (?:it|this|that)|let'?s not do (?:it|this|that)|abandon"
    r"|\b(?:revert|undo) (?:it|that|this|everything) and\b"
    r"|(?:please )?(?:revert|undo) (?:it|this|that|everything|all|your|the) ?(?:change\w*|last"
    r"|commit)?\W*$"
    r"|give up|not worth it"
    r"|i'?ll do (?:it|that|this) (?:by hand|myself|later)"
    r"|i (?:was able to|managed to|could) (?:do|fix|solve|attach|set|get) (?:it|that|this)"
    r"|i(?:'ve| have)? (?:did|done|fixed|solved) (?:it|that|this) (?:myself|by hand|manually))"
)
_BAD = (
    r"\bstill (?:fail\w*|not|broken|doesn'?t|does not|get\w*|see\w*|show\w*|the same|wrong"
    r"|happen\w*)"
    r"|\b(?:doesn'?t|does not|didn'?t|did not|isn'?t|not) work(?:ing)?\b|(?<!\bbe )\bbr(?:oke"
    r"|oken|eaks)\b(?! (?:state|code|builds?)\b)"
    r"|\b(?:is|are|now|again) failing\b|\bfails? (?:again|now|with)\b|\bfailed again\b"
    r"|\bsame (?:error|problem|issue)"
    r"|\bnot fixed\b|\bthat'?s (?:wrong|not right|not what)|\bnow i'?m getting\b|\bregress"
    r"|\b(?:is|was) (?:wrong|incorrect|not correct)\b|\bdidn'?t (?:help|change|do)\b"
    r"|\b(?:can'?t|cannot|don'?t) see any\b|\b(?:is|are)(?:n'?t| not) (?:really|actually) \w+ing\b"
)
_PRAISE = (
    r"^\W*(?:(?:ok(?:ay)?|yes|oh|wow|ah|hey|cool|alright)\b[\s,.!]*)*(?:it |that |this |now "
    r"|everything )?"
    r"(?:(?:really |very |so |just )?(?:works?|worked|works now|great|perfect|nice|awesome"
    r"|excellent"
    r"|brilliant|amazing|fantastic|love it|lgtm|looks (?:good|great)|well done|good (?:job"
    r"|work)"
    r"|thanks?|thank you|thx|much better|all good|fixed|that'?s it|that (?:did it|worked"
    r"|fixed it)"
    r"|i (?:really )?appreciate|this is really helpful|good(?=\s*(?:$|[.!,]))))(?!\w)"
)


def verdict(text: str) -> Verdict:
    """What the words say about the work before them; "" if nothing."""
    first = " ".join(sentences(text)[:3])[:400]
    if asks(first) and not pattern(r"^\W*(?:great|perfect|nice|awesome|excellent|thanks)").match(
        first
    ):
        return ""
    if pattern(_DROPPED).search(first):
        return "dropped"
    if pattern(_BAD).search(first):
        return "bad"
    if pattern(_PRAISE).match(first) and not pattern(
        r"\bbut\b|\bhowever\b|\bexcept\b|\bidea\b|\bwould be\b|^\W*thanks for\b"
    ).search(first):
        return "good"
    return ""


def judging(text: str) -> str:
    """The sentence that holds the verdict, or the first one; "" if there is none."""
    parts = sentences(text)[:3]
    said = (_DROPPED, _BAD, _PRAISE)
    return next((p for one in said for p in parts if pattern(one).search(p)), "".join(parts[:1]))


def verbatim(text: str, piece: str) -> str:
    """The piece as it really stands in the text, typographic apostrophes and all; "" if not."""
    words = [re.escape(word) for word in piece.replace("’", "'").split()]
    found = re.search(r"\s+".join(words), text.replace("’", "'")) if words else None
    return text[found.start() : found.end()] if found else ""


def small_talk(text: str) -> bool:
    """Whether the words are only politeness."""
    return len(text) < 200 and bool(
        pattern(
            r"^(?:(?:hi|hello|hey|there|good (?:morning|evening|afternoon)"
            r"|how are you(?: doing)?(?: today)?|thanks?"
            r"|thank you|thx|bye|goodbye|see you|that'?s (?:it|all)|for (?:today|now|your help"
            r"|the help|asking|checking|the (?:info|information|update)|that|waiting"
            r"|everything)|so much|very much|a lot|good|great|nice|cool|ok(?:ay)?"
            r"|you too|have a (?:nice|good) (?:day|one|evening|weekend)"
            r"|warmup|ping|claude|lol|haha|all i needed|#+stop#+)\W*)+$"
        ).match(text.strip())
    )


def refers_back(sentence: str) -> bool:
    """Whether a request only makes sense with what was said before: `put it there`."""
    polite = (
        rf"^(?:[A-Z]?\d?[).] )?{LEAD}(?:"
        r"(?:can|could|would|will) (?:you|we) "
        r"|(?:i|we)(?:'d| would)? (?:want|need|like)(?: you)? to )?"
        r"(?:please |also |just |help me )*"
    )
    finishing = (
        rf"^{LEAD}(?:commit\b|push\b|ship it|(?:merge|amend|squash) (?:it|that|this|the (?:pr"
        rf"|branch|commits?))"
        r"|open (?:a |the )?(?:pr|pull request)\b)"
    )
    picking = r"\bimplement \d|\b(?:option|step|number|item|point)s? \d|\b\d,\s*\d\b|\binstead\b"
    # `fix this`, `test for that`; not `a script that exports` and `check that it works`.
    pointing = (
        rf"{polite}(?!check|verify|ensure|confirm|see|say)\w+ (?:it|them|that|this|these|those"
        rf"|the (?:same|rest|other))\b"
        r"|^.{0,80}\b(?:this|that|it|them|these|those)\W*(?:\?|$)"
    )
    if any(pattern(source).search(sentence) for source in (finishing, picking, pointing)):
        return True
    fresh = pattern(r"^\W*(?:ok\W+)?(?:now|next)\b").match(sentence)
    return bool(pattern(r"\blet'?s\b").search(sentence)) and not fresh


def orders(text: str) -> bool:
    """Whether words order something that stands on its own, in whatever verb: `expore the repo and
    ...`, `let's update the default to 90`."""
    first = next(iter(sentences(text)), "")
    return (
        len(first.split()) >= 5
        and not pattern(r"\b(?:it|this|that|these|those|them|instead|same|other)\b").search(first)
        and bool(
            pattern(
                rf"^{LEAD}(?:let'?s {VERB}|(?!(?:the|a|an|i|we|you|he|she|they|my|our|your|there"
                rf"|here|no|not|nope"
                r"|nah|dont|don't|if|when|while|where|for|in|on|at|with|of|from|by|as|or|because"
                r"|maybe|only|all"
                r"|some|any|each|every|one|both|what|which|who|how|why|re|let's|instead|rather"
                r"|sorry)\b)"
                r"[a-z]{3,}\b(?! (?:is|are|was|were|has|have|had|should|could|would|will|can|does"
                r"|do|and|or"
                r"|of|to)\b))"
            ).match(first)
        )
        and bool(pattern(rf"^{LEAD}let'?s\b|\b(?:and|then) {VERB}|^{LEAD}{VERB}").search(first))
    )


def _steers(words: str) -> bool:
    """Whether the words turn the work at hand: `no, ...`, `don't ...`, `let's ...`."""
    return bool(
        pattern(
            r"^\W*(?:(?:hmm+|oh|ok(?:ay)?|yes|yeah|and|but|cool|great|sure)\b\W*)*(?:no|nope|not"
            r"|don't|do not|dont|stop|wait|instead|"
            r"(?:it|that)'s (?:not|wrong|a? ?bad)|i think|let'?s|why)\b"
        ).match(words)
        and not pattern(r"^\W*(?:no problem|not sure)").match(words)
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message reads. `words` are the person's own, without what they pasted; `starts`: it
    asks for work that stands on its own."""

    text: str
    words: str
    starts: bool
    asks: bool
    small: bool
    ahead: bool
    verdict: Verdict


def read(text: str) -> Reading:
    """Read a person's message."""
    words = own(text)
    parts = sentences(words)
    asked = [part for part in parts[:6] if requests(part)]
    stands = any(not refers_back(part) for part in asked)
    found = verdict(words)
    if not found and pasted_error(text) and not stands:
        found = "bad"
    return Reading(
        text=text,
        words=words,
        starts=stands and found not in ("bad", "dropped") and not _steers(words),
        asks=bool(parts) and not asked and asks(parts[-1]),
        small=small_talk(words or text),
        ahead=goes_ahead(words),
        verdict=found,
    )
