"""Verdicts: what a person's words say of the work before them, and words that say nothing.

Pure, and only about words: what a verdict means for a task is decided in `outcome`.
"""

from __future__ import annotations

from typing import Literal

from acx.learn.offline.words import asks, pattern, sentences

Verdict = Literal["", "good", "bad", "dropped"]

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
