"""Requests: whether words ask for work, and whether that work stands on its own.

Pure, and only about words: whose task they belong to is decided in `tasks`.
"""

from __future__ import annotations

from itertools import pairwise

from acx.learn.offline.forms import orders
from acx.learn.offline.words import LEAD, VERB, pattern, sentences

_NO_VERB = (
    r"(?!\s*[,:]? ?(?:it|that|this) (?:is|was)|(?: \w+)? (?:stays?|is|was|are|were|fails?|has|had"
    r"|does|did|needs|looks|seems|still)\b)"
)
"""What shows that a verb is a thing: `test stays where it is`, `build number was wrong`."""


_GERMAN = (
    r"(?:(?:und|dann|jetzt|bitte|also|noch|moin|hallo|so|ja|gut|passt|ok)\b[\s,]*)*(?:"
    r"(?:such|buch|reservier|mach|schreib|erstell|änder|füg|lösch|entfern|prüf|schau|zeig|gib"
    r"|schick"
    r"|bau|setz|stell|leg|hol|find|korrigier|benenn|verschieb|kopier|rechne|fass|übersetz|trag|nimm"
    r"|häng|sortier|verschick|\w{3,}isier|starte|teste|richte|räum|plan)e?"
    r" (?:mir|mal|bitte|das|die|den|dem|der|ein\w*|was|noch|doch|uns|alle\w*|nach|auf|im|für|jetzt"
    r"|dazu|dann|nur|mein\w*|unser\w*|\S+ (?:bitte|raus|heraus|zusammen|ein|an|ab|um|auf)\b)\b"
    r"|(?!earlier|easier)\w{3,}iere? (?:mir|mal|bitte|das|den|dem|einen?|uns|noch|dann|doch|für)\b"
    r"|(?:ich|wir) (?:brauchen?|brauch|bräuchten?|hätten? gerne?|möchten?) (?!nicht\b)\S+)"
)
"""`such mir was`, `ich brauche eine Liste`."""


def requests(sentence: str) -> bool:
    """Whether a sentence asks for work."""
    filler = r"(?:please |also |now |then |just |maybe |help me (?:to )?|try to )*(?!go ahead)"
    return bool(
        pattern(
            rf"^(?:[A-Z]?\d?[).] )?{LEAD}(?:"
            rf"(?:can|could|would|will) (?:you|we|u) {filler}(?!tell|confirm|explain\b){VERB}"
            rf"|{filler}{VERB}{_NO_VERB}"
            rf"|let'?s {filler}{VERB}|help me\b"
            rf"|i(?:'d| would) (?:appreciate|love) it if you (?:can|could|would) {VERB}"
            rf"|(?:i|we)(?:'d| would)? (?:want|need|like|have|wish|am looking"
            rf"|'m looking)(?: you)? to {VERB}"
            rf"|(?:i'm|i am|we're) (?:looking to|trying to|working on)\b"
            rf"|i(?:'d| would) like (?:to|you to|a|an)\b|(?:i|we) (?:need|want) (?!to (?:know|see"
            rf"|think|say)|it\b|that\b|this\b|you\b|them\b)\w+ \w+"
            rf"|{_GERMAN}"
            r"|(?:bitte |kannst du |könntest du |würdest du |mal |noch |auch )+(?!nicht|nie\b|immer"
            r"|niemals|denk)(?:\S+ ){1,12}?\w*(?:en|ern|eln|füg\w*|mach\w*|erstell\w*|änder\w*)\b"
            rf"|we (?:should|must|need to|have to|could) {filler}{VERB}"
            r"|need (?:an?|to (?!lie\b|sleep|sit|eat|go\b|leave|think|rest|pee|breathe|stop"
            r"|get (?:up"
            r"|going|home)|be\b|know|see))\b)"
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


def bare(sentence: str) -> bool:
    """Whether a request names nothing: `find out why and fix it`. What it is about stands in the
    sentence before."""
    return bool(
        pattern(
            rf"^{LEAD}(?:(?:(?:can|could|would|will) (?:you|we)|please|pls|go|try to) )*(?:"
            r"find (?:it|out)|find the (?:cause|reason|bug)|fix|repair|solve|check|(?:have|take) a"
            r" look|look into|investigate|debug|get (?:it|that|this) (?:running|working|done)|help"
            r"|shorten|change|correct|update|redo)"
            r"(?:\W+(?:it|that|this|why|and|then|please|pls|at|for|me|us|fix|find|look|check|out|up"
            r"|again|asap|quickly|now))*\W*$"
        ).match(sentence)
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
    # `a label on mails like that`, `one more of those`; `make the font bigger` of what is there.
    alike = r"\b(?:like (?:that|this|those|these)|of (?:that|this) (?:kind|sort)|of those)\b"
    adjusting = (
        rf"^{LEAD}(?:(?:can|could|would) you )?(?:please )?make (?:the|its|all|that|this|these"
        rf"|those"
        r"|them|it) (?:\S+ ){0,5}?(?:a bit |one size |slightly |much )?(?:bigg|small|larg|short"
        r"|long"
        r"|dark|light|bold|wid|narrow|thick|thinn|high|low|bright)er\b"
    )
    pointing = (
        rf"{polite}(?!check|verify|ensure|confirm|see|say)\w+ (?:it|them|that|this|these|those"
        rf"|the (?:same|rest|other))\b"
        r"|^.{0,80}\b(?:this|that|it|them|these|those)\W*(?:\?|$)"
    )
    # `make an album and upload it`: what it points to is named in the same breath.
    inner = (
        r"\b((?:an?|all|every|my|our|the \w+) \w+.*?),? (?:and|then) (?:\w+ ){1,2}(?:it|them)\b.*$"
    )
    sentence = pattern(inner).sub(r"\1", sentence)
    german = (
        r"^\W*(?:(?:und|dann|bitte) )*(?:k[aö]nn\w*|würde\w*) (?:du|sie|ihr) (?:das|es|ihn|die)\b"
    )
    forms = (finishing, picking, pointing, alike, adjusting, german)
    if any(pattern(source).search(sentence) for source in forms):
        return True
    fresh = pattern(r"^\W*(?:ok\W+)?(?:now|next)\b").match(sentence)
    # `let's ...` mostly goes on with the same; not where all that it orders is named.
    goes_on = pattern(r"\blet'?s\b").search(sentence) and not orders(sentence)
    return bool(goes_on) and not fresh


def looks(words: str, asks: bool) -> bool:
    """Whether words only want to know how something is: work that is ordered next is another
    thing. Who asks why wants it repaired."""
    checks = rf"^{LEAD}(?:(?:can|could|would) you )?(?:check|see|look up) (?:if|whether|when|who)\b"
    why = (
        r"\b(?:why|what'?s (?:going on|wrong|happening|the (?:problem|cause))"
        r"|how (?:do|can|could))\b"
    )
    last = (sentences(words) or [""])[-1]
    return bool((asks or pattern(checks).match(last)) and not pattern(why).search(words))


def works(sentence: str) -> bool:
    """Whether a sentence orders work and says a little about it, not another look."""
    look = (
        rf"^{LEAD}(?:(?:can|could|would) you )?"
        r"(?:check|find|show|list|explain|look|read|open|print)\b"
    )
    return len(sentence.split()) >= 5 and requests(sentence) and not pattern(look).match(sentence)


_LEFT_OUT = (
    r"^\W*(?:(?:ok(?:ay)?|so|great|good)\W+)?(?:and|now|next|also|plus)\W+(?:then |for )?"
    r"(?-i:(?!(?:I|It|Is|The|This|That|We|You|He|She|They|My|Your|What|Why|How)\b)[A-Z]\w|\d)"
    r"|^\W*(?:(?:ok(?:ay)?|so|great|good)\W+)?(?:(?:and|now|next|also|then|please|do)\W+)*"
    r"(?:the )?same (?:thing )?(?:for|with|in|on) \S"
    r"|^\W*(?:(?:and|now|then)\W+)+(?:the|my|our) (?:other|next|second|third|last) \w+"
    r"(?: (?:one|file))?(?: too| as well| please| pls)?\W*$"
    r"|^\W*(?:(?:ok(?:ay)?|and|now|then|please|can you|could you)\W+)*(?:do|repeat|apply) "
    r"(?:exactly )?(?:the same|that|this|it)(?: thing)?(?: again)? (?:for|with|in|on|to) \S"
    r"|^\W*(?:ditto|same (?:again|here|procedure|story)|likewise) (?:for|with|on|in) \S"
    r"|^\W*(?:(?:ok|und|jetzt|dann|bitte|nun|mach)\W+)*(?:noch )?(?:das|die) (?:gleiche?|selbe"
    r"|ganze)"
    r" (?:jetzt |nochmal |noch |bitte )*(?:für|mit|bei|in|auf) \S"
    r"|^\W*(?:(?:das|die|den) )?(?:gleiche|selbe|dasselbe|genauso)\b.{0,20}\b(?:für|mit|bei) \S"
)
"""A request without its verb: `and Lyon on the 3rd`, `the same for staging`."""


_THEN_THE = (
    r"^\W*(?:(?:ok(?:ay)?|and|now|then|next|und|jetzt|dann|nun)\W+)+(?:noch )?(?:the|my|our|die"
    r"|das|den"
    r"|der|mein\w*|unser\w*) \w+(?: (?!is\b|are\b|ist\b|sind\b|was\b|has\b|hat\b)\w+){0,5}"
    r"(?:,? (?:please|pls|bitte|too|auch))?\W*$"
)
_ALSO_THE = (
    r"^\W*(?:(?:and|ok(?:ay)?)\W+)?(?:also|then|next|plus|auch|außerdem)\b,? (?:the|our|my|all"
    r"|every|die"
    r"|der|das|den)"
    r" \w+(?: \w+){0,3}(?:: \S+ \S+ \S+| (?:should|must|needs? to|has to|have to|soll\w*|muss)\b)"
)
_ALSO_DO = r"\b(?:also|as well|another|one more|auch noch|außerdem)\b"


def comes_next(sentence: str) -> bool:
    """Whether a sentence, after praise, wants something else without being a plain request: `and
    now the list of rooms`, `also the limiter: it should ...`, `can you also find out about it`."""
    if pattern(_THEN_THE).match(sentence) or pattern(_ALSO_THE).match(sentence):
        return True
    return (
        len(sentence.split()) >= 6
        and requests(sentence)
        and bool(pattern(_ALSO_DO).search(sentence))
        and not limits(sentence)
        and not pattern(r"^\W*(?:\w+\W+){0,5}(?:it|that|this|them)\b").match(sentence)
    )


def left_out(words: str) -> bool:
    """Whether words want for another thing what was done for the one before."""
    return len(words.split()) >= 4 and bool(pattern(_LEFT_OUT).match(words))


_COUNTED = (
    rf"^{LEAD}(?:i (?:have|need|want) )?(?:two|three|four|[2-4]|a couple of|a few|several) "
    r"(?:\w+ )?(?:things?|tasks?|requests?|changes|fixes|jobs|items)(?: please| for you)?"
    r"\s*[:.,-]\s*"
)
_BETWEEN = (
    rf",? and (?:also |then )?(?={VERB})|[,;.]\s+(?:and |also |then |second(?:ly)?,? )*(?={VERB})"
    rf"|\s*(?:^|\s)[(]?[1-4a-d][.)]\s+(?={VERB})|\n+\W*(?={VERB})"
)


def several(words: str) -> tuple[str, ...]:
    """The requests of a message that says that it has more than one: `two things: fix the crash,
    and raise the minimum`, or goes on with `and a ...`. None where it is only one."""
    if listed := _listed(words):
        return listed
    if found := pattern(_COUNTED).match(words):
        parts = [part.strip() for part in pattern(_BETWEEN).split(words[found.end() :])]
        parts = [part for part in parts if part and requests(part) and not refers_back(part)]
        return tuple(parts) if len(parts) > 1 else ()
    parts = sentences(words)
    for before, part in pairwise(parts[:6]):
        if pattern(_AND_A).match(part) and requests(before):
            return () if refers_back(before.split(",")[0]) else (before, part)
    return ()


_MANY = (
    r"\b(two|three|four|2|3|4|zwei|drei) (?:\w+ )?(?:things?|tasks?|requests?|questions?|jobs?"
    r"|items?"
    r"|points?|dinge?|sachen|fragen|aufgaben)(?: please| pls| for you| today)?\s*[:.-]\s+"
)
_WANTED = r"\b(?:please|pls|can you|could you|need|want|todo|to ?do|things|tasks|bitte|brauche)\b"
_NEXT_PART = (
    rf"[;,]?\s*\b(?:and|und|then|plus)\b (?:also |then |auch )?(?=(?:which|what|how|why|who|when"
    rf"|where"
    rf"|wie|was|wann|welche\w*|warum|the|a|an|ein\w*|die|der|das)\b|{VERB})|;\s+|\n+\W*"
    rf"|[.?]\s+(?=\S)"
)


def _listed(words: str) -> tuple[str, ...]:
    """The requests of a list, whatever their form: as many as were announced (`two things: the
    total, and which day was best`), or numbered after a word that asks (`pls 1. ... 2. ...`)."""
    if found := pattern(_MANY).search(words):
        most = {"two": 2, "zwei": 2, "three": 3, "drei": 3, "four": 4}.get(found[1].lower(), 0)
        parts = [p.strip(" ,;") for p in pattern(_NEXT_PART).split(words[found.end() :]) if p]
        parts = [part for part in parts if part]
        whole = all(len(p.split()) >= 3 and not _tells(p) and not refers_back(p) for p in parts)
        most = most or int(found[1])
        if len(parts) == most and whole:
            return tuple(parts)
        if coarse := _coarsely(words[found.end() :], most):
            return coarse
    found = pattern(r"^([^\n]{0,160}?)(?:^|\s)[(]?1[.):]\s+(\S.{3,}?)[\s,;]+[(]?2[.):]\s+").search(
        words
    )
    if not found or not pattern(_WANTED).search(found[1]) or pattern(_STEPS).search(found[1]):
        return ()
    rest = pattern(r"[\s,;]+[(]?[3-6][.):]\s+").split(words[found.end() :])
    parts = [part.strip(" ,;") for part in (found[2], *rest)]
    whole = all(len(part.split()) >= 3 and not _tells(part) for part in parts)
    return tuple(sentences(part)[0] for part in parts) if whole else ()


def _coarsely(words: str, most: int) -> tuple[str, ...]:
    """As many requests as were announced, where each may be told in several sentences: the next
    one begins after a full stop with `and`, or with `, and the`."""
    for mark in (
        r"[.;]\s+(?:and|also|then|und)\s+",
        r",\s+(?:and|und)\s+(?=(?:the|a|my|our|die|der|das)\b)",
    ):
        parts = [part.strip(" ,;") for part in pattern(mark).split(words)]
        if len(parts) == most and all(len(p.split()) >= 4 and not _tells(p) for p in parts):
            return tuple(sentences(part)[0] for part in parts)
    return ()


_STEPS = r"\b(?:steps?|reproduce|repro|when i|if i|options?|either|noticed|found|happens?|did)\b"
"""What makes numbered points the story of one thing."""


def _tells(part: str) -> bool:
    """Whether a point tells of something instead of wanting it."""
    return bool(
        pattern(
            r"^\W*(?:i|we|it|they|he|she|you|there|this|that|ich|wir|es)(?: \w+)? (?!would|'d|need"
            r"|want|like)"
        ).match(part)
    )


_AND_A = r"^(?:and|plus|also),? (?:an?|another|one more) (?!bit\b|lot\b|few\b|little\b)[\w']+ \w+"

_BACK = (
    r"(?<!goes )(?<!went )(?<!dates )\b(?:(?:back|return(?:ing)?) to|what about) (?:the |our "
    r"|my |that )?(?!back\b)([a-z][\w.-]{3,})|(?:^|[.!,] )and (?:the|our|my) ([a-z][\w-]{3,})\?"
)
_MEANWHILE = r"\b(?:in the meantime|meanwhile|while (?:you|we|i) wait|instead,? (?:please )?do)\b"


def back_to(words: str) -> str:
    """What somebody comes back to: `ok back to the importer`; "" if nothing."""
    first = " ".join(sentences(words)[:2])[:100]
    return (found[1] or found[2]).lower() if (found := pattern(_BACK).search(first)) else ""


def meanwhile(sentence: str) -> bool:
    """Whether a sentence gives something else to do while the rest waits."""
    mine = r"^\W*(?:(?:and|so|but)\W+)*(?:i|we|they|he|she|it)(?:'\w+)?\b"
    return (
        len(sentence.split()) >= 5
        and bool(pattern(_MEANWHILE).search(sentence))
        and not pattern(mine).match(sentence)
    )


_NEXT = (
    r"^\W*(?:(?:and|ok(?:ay)?|so|oh|hm+)\W+)*(?:next(?: (?:thing|one|up|task))?\s*[:,.]"
    r"|next (?:thing|task|up)\b|(?:another|a new|new) (?:thing|question|task|topic|request)\b"
    r"|(?:one|a) (?:more|last|other|further) (?:thing|question|request)\b|one thing\b"
    r"|one more\s*[:,.-]|(?:btw|by the way|übrigens|apropos|noch (?:was|etwas|eins))\b"
    r"|(?:different|other|unrelated) (?:thing|topic|question)\b|something else\b"
    r"|on to (?:the|another)\b)"
)
_LATER = (
    r"^\W*(?:and )?(?:(?:when|once|after|as soon as) (?:you(?:'re| are)|that(?:'s| is)|it's)"
    r"|after (?:that|this)|afterwards|then|next|also)\b"
)
_LIMITS = (
    rf"^{LEAD}(?:please |pls |let'?s |i(?:'d| would) like to |i want to )?"
    r"(?:use|keep|leave|prefer|stick (?:to|with)|run it"
    r"|make (?:it|sure)|ensure)\b"
)
"""How a sentence begins that says how the work at hand is to be done."""

_WISHES = (
    r"[,;] ?(?:and |so )?(?:(?:can|could|would|will) you|please|pls) (?:please |also )?"
    rf"(?!use){VERB}"
    r"|\b(?:please|pls)\W*(?:$|,)|\bneeds? (?:a|an|another|one more)\b"
    r"|\b(?:is there|do you have|do you know) (?:a|any|some) (?:way|chance|possibility)\b"
)


def turns_to(words: str) -> bool:
    """Whether words say that something else comes now: `next thing: ...`."""
    return len(words.split()) >= 4 and bool(pattern(_NEXT).match(words))


def named(words: str) -> str:
    """Words without those that only say that something else comes now, or when."""
    when = (
        r"^\W*(?:when|once|after|as soon as) (?:you|that(?:'s| is)|it's)\b[^,.]{2,30}?"
        rf"(?:, ?| (?={VERB}))"
    )
    return pattern(rf"{_NEXT}[\s:,.-]*|{when}").sub("", words, count=1) or words


def comes_later(words: str) -> bool:
    """Whether words said while the agent works are for later: `when you're done, ...`."""
    return bool(pattern(_LATER).match(words))


def limits(sentence: str) -> bool:
    """Whether a sentence only says how: `use tabs there`."""
    return bool(pattern(_LIMITS).match(sentence))


def wishes(sentence: str) -> bool:
    """Whether a sentence wants something done, in whatever words, and says what."""
    clause = sentence.split(",")[0]
    if limits(sentence) or len(sentence.split()) < 4:
        return False
    if requests(sentence):
        return not refers_back(clause)
    return bool(pattern(_WISHES).search(sentence))
