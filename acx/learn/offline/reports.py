"""Reports: what an agent's words say of its own work: done, to come, gone wrong, out of its reach.

Pure, and only about words: what they mean for a task is decided in `outcome`.
"""

from __future__ import annotations

from acx.learn.offline.closing import statement
from acx.learn.offline.words import pattern, plain, sentences
from acx.learn.offline.writing import quoted


def claims(text: str) -> str:
    """The sentence in which an agent reports that it has finished; "" if it doesn't."""
    for part in sentences(text[:600])[:2]:
        if pattern(
            r"^(?:all )?done\b|\b(?:has|have|is|are|been|now)\b.{0,40}\b(?:completed?|done|finished"
            r"|implemented|fixed)\b"
        ).search(part) and not part.endswith(("?", ":")):
            return quoted(part, 120)
    return ""


_ANNOUNCED = (
    r"^\W*(?:(?:now|next|then|first|so|ok(?:ay)?|great|good|perfect|alright)\b\W*)*"
    r"(?:let me (?!know)|let's |i'?ll (?:now |first |also |then |next )*(?!be\b|wait|hold|stop"
    r"|leave|keep"
    r"|skip|stand|do (?:so|that|it)\b|need\b)"
    r"|i(?: wi|')ll (?:now|first|start|continue|proceed|read|check|run|look|create|add|append|fix"
    r"|try)\b"
    r"|i'?m (?:now )?going to |i am (?:now )?going to )"
)
_WAITS = (
    r"\b(?:once|if|when(?:ever)?|after|until|unless|as soon as|before) (?:you|that|it|they|we|i)\b"
    r"|[?]\W*$"
)
OFFERS = (
    r"\b(?:what|how) (?:would you like|can i (?:help|do|assist)|may i)|\banything else\b"
    r"|\bwould you like (?:me )?to (?:do|know|use|try|start)\b"
)
"""Questions that any request answers."""


def announces(sentence: str) -> bool:
    """Whether an agent says what it is about to do: `Now I'll read the file`."""
    return bool(pattern(_ANNOUNCED).search(sentence)) and not pattern(_WAITS).search(sentence)


_ADMITS = (
    r"\bi (?:misread|misunderstood|misinterpreted|overlooked|broke|was wrong|made (?:a"
    r"|the) mistake)\b"
    r"|\bmy (?:mistake|bad|error)\b|\bapologi[sz]e for (?:the|my|that) (?:oversight|mistake|error"
    r"|mess)"
    r"|\b(?:that|this|it|(?:my|the) (?:last |previous |proposed )?(?:change|fix|approach|patch|edit"
    r"|command|tests?))"
    r" (?:did(?:n't| not) work|(?:has|have)(?:n't| not) worked)\b"
    r"|\b(?:tests?|scripts?|commands?|builds?|suite)\b.{0,30}\b(?:timed out|(?:is|are|keeps?"
    r"|still) timing out"
    r"|still fail(?:s|ing)?)\b"
    r"|\b(?:command|build|script|tests?) (?:has |have )?failed\b"
    r"|\bmay have (?:introduced|broken|caused)\b|\blet me (?:undo|revert|take (?:it|that"
    r"|this) back)\b"
)


def admits(text: str) -> str:
    """The sentence in which an agent admits that its work went wrong, in a message that doesn't
    report a repair; "" if it doesn't."""
    if statement(text)[1]:
        return ""
    parts = sentences(text[:1000])[:5]
    return next((quoted(part, 120) for part in parts if pattern(_ADMITS).search(part)), "")


_UNSOLVED = (
    r"^\W*(?:so |but )?(?:still |it(?:'s| is) |this is |that's |remains )?(?:(?:not"
    r"|un) ?(?:yet )?(?:re)?"
    r"(?:solved|fixed|repaired|resolved|reached)|nicht gelöst|ungelöst)\b(?! (?:by|in) )"
    r"|\b(?:problem|issue|bug|error|question|it|this) (?:is|remains|stays) (?:still |therefore )?"
    r"(?:unsolved|unfixed|unresolved|not (?:yet )?(?:solved|fixed|resolved))\b"
    r"|\bthere(?:'s| is| was) (?:so |therefore )?no way (?:in|to|around|of|with)\b"
    r"|\b(?:lässt sich|ist) (?:\S+ ){0,3}nicht (?:lösen|beheben|lösbar|möglich)\b"
)


def unsolved(text: str) -> str:
    """The sentence in which an agent says, among what it did, that the aim wasn't reached; "" if
    it doesn't. It stands at the end of a report."""
    parts = sentences(text[-600:])[-3:]
    return next((quoted(part, 120) for part in parts if pattern(_UNSOLVED).search(part)), "")


_WONT = (
    r"\b(?:i|we)(?:'m| am| was|'ve been)? (?:\w+ )?(?:couldn't|could not|unable to|not able to"
    r"|wasn't able to"
    r"|failed to|not (?:allowed|permitted) to|have no (?:access|way|permission|means|rights?|tool)"
    r"|don't have (?:access|permission|a way|the rights?|any way)"
    r"|(?:can't|cannot|can not)(?! (?:wait|watch|taste|feel|smell|eat|drink|sleep"
    r"|see any|find any (?:other|more)|stress|recommend|thank)\b)"
    r"|won't (?:help|be able|get|write|do|give|share|hand|make|go|read|tell)|don't hand)\b"
    r"|\b(?:not|isn't|aren't|wasn't) (?:\w+ )?possible\b|\bimpossible\b"
    r"|\bnot (?:supported|available|offered|allowed|permitted) (?:here|from|for|by|on|in|any)"
    r"|\b(?:does not|doesn't|don't|no longer) (?:support|expose|allow|offer|provide|accept"
    r"|answer)s?\b"
    r"|\b(?:is not|isn't|aren't) (?:supported|reachable|available)\b|\bunreachable\b"
    r"|\bonly supports?\b"
    r"|\bthere(?:'s| is) no way\b|\b(?:neither|none of|no) (?:way|option|attempt)s? (?:works?"
    r"|worked|left)\b"
    r"|\bnothing (?:more |else )?(?:i|we|one) can do\b"
    r"|\bonly (?:the |an? |your )?(?:\w+ ){1,3}can (?!see|be)\w+|\bagainst (?:\w+ ){0,2}(?:policy"
    r"|rules)\b"
    r"|\b(?:policy|rules?) (?:\w+ )?(?:forbids?|says no|prohibits?)\b|\bpermission denied\b"
    r"|\bread-only for me\b"
    r"|\b(?:have|had) to (?:decline|refuse)\b|\boutside (?:of )?what (?:i|we)\b|\bout of (?:my"
    r"|our) hands\b"
    r"|\b(?:there(?:'s| is| are|'re)|shows?|has|have) no (?:free|available|open|record|such|entry"
    r"|slots?|seats?|trace)\b"
    r"|\bno (?:\S+ ){1,3}from (?:me|us)\b"
    r"|\b(?:no further ideas|out of ideas|nothing left to)\b"
    r"|\bwe (?:don't|do not|no longer) (?:discuss|repair|ship|deliver|sell|share|serve|cover"
    r"|refund|give)\b"
    r"|\b(?:needs?|takes|requires?) (?:an? |the )?(?:admin\w*|supervisor|manager"
    r"|approval)\b(?! \w+ed\b)"
    r"|\b(?:unfortunately|i'm afraid|leider)\b.{0,60}(?:\b(?:no|not|closed|nicht|kein\w*)\b|n't\b)"
    r"|\b(?:darf|kann|können|dürfen) (?:ich|wir|man) (?:\S+ ){0,6}nicht\b"
    r"|\bdas darf ich\b.{0,20}\bnicht\b"
    r"|\bfehl(?:t|en) (?:mir|uns) (?:\S+ )?(?:berechtigung|rechte|zugriff|zugang)\b"
    r"|\bkann (?:ich|man|wir) (?:\S+ ){0,8}nicht\b|\b(?:ich|wir) (?:kann|können|darf"
    r"|dürfen) (?:\S+ ){0,8}nicht\b"
    r"|\b(?:lässt|ließ) (?:\S+ ){0,4}(?:sich )?(?:\S+ ){0,3}nicht\b|\bnicht (?:möglich|erlaubt"
    r"|erreichbar)\b"
    r"|\bkein(?:e|en)? (?:zugriff|zugang|berechtigung|rechte|möglichkeit)\b"
    r"|\bgeht (?:\S+ ){0,5}nicht\b"
    r"|\b(?:das |beides )?kann nur (?:der|die|das|ein)\b|\blehnt (?:\S+ ){1,6}ab\b"
)
"""What somebody can't or mustn't do, or a service doesn't."""
_BUT_DID = (
    r"(?:\b(?:so|instead|but)|;) (?:i|we)(?:'ve| have)? (?!can|could|cannot|don't|have (?:to|no)"
    r"|had to)\w+|\b(?:so it|and it"
    r"|now it|it now)\b"
    r"|\bstattdessen\b|\bnow (?:works?|passes)\b"
)
"""What was done all the same."""
MOST_TOLD = 5
"""Sentences of a message that says hardly anything but that it can't be done."""


def gives_up(text: str) -> str:
    """The sentence in which an agent says that it can't do it; "" if it doesn't. It stands at the
    beginning, or anywhere in a few words."""
    parts = sentences(text[:1500])
    looked = parts if len(parts) <= MOST_TOLD and "```" not in text else parts[:3]
    for at, part in enumerate(looked):
        said = plain(part)
        if pattern(_WONT).search(said) and not part.endswith("?"):
            after = " ".join(parts[at : at + 2])
            return "" if pattern(_BUT_DID).search(after) else part
    return ""


_PROMISED = (
    r"\bI(?:'ll| will) (?:\w+ )?(?:check|look|try|report|come back|pass|finish|continue|hand"
    r"|let you know"
    r"|tell you|get back|update you|wait)\b|\bich (?:warte|melde mich|prüfe|schaue|mache)\b"
    r"|\b(?:setze|mache|schicke|reiche|gebe|prüfe) ich\b"
)
_LATER = (
    r"\b(?:as soon as|once|when|until|in a (?:few|minute)|after|tonight|tomorrow|later|sobald"
    r"|gleich|wenn|dann|morgen|ich warte)\b"
)


def promises(text: str) -> bool:
    """Whether an agent's last sentence leaves the rest for later: `once it's here I'll send it`."""
    last = (sentences(text[-600:]) or [""])[-1]
    return bool(pattern(_PROMISED).search(last) and pattern(_LATER).search(last))


_HEDGED = (
    r"\b(?:may|might|perhaps|maybe|probably|possibly|likely|seems?|suspect|guess|could be|not sure"
    r"|unclear|unfortunately|sorry|leider|vielleicht|vermutlich|wahrscheinlich|tut mir leid)\b"
)


def guesses(text: str) -> bool:
    """Whether an answer is a guess or regrets: who was told of trouble hasn't been helped by it."""
    return bool(pattern(_HEDGED).search(text[:1500]))
