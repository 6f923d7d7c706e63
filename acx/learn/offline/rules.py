"""Rules: which sentences of a person hold beyond the moment.

Pure, and by the form of a sentence alone: a rule, a ban, a habit, a choice with its reason, what
somebody can't eat. Which sentences belong together, and what becomes a fact, is in `preferences`.
"""

from __future__ import annotations

from acx.learn.offline.people import about_somebody
from acx.learn.offline.standing import STANDING
from acx.learn.offline.words import asks, pattern

_RULE = (
    r"(?:^|[,;:(] ?|\b(?:and|but|or|you|we|i|let's|should|must|please|to|then|so|will"
    r"|shall) )(?:always|never)\b"
    r"|\b(?:always|never)\b.*(?:\bhere\b|\bin this \w+\b|\bbecause\b)"
    r"|\b(?:from now on|in (?:the )?future|going forward|by default"
    r"|as a rule|under no circumstances)\b"
    r"|\b(?:i|we) (?:usually|generally|normally|always|never|strictly) (?!had|get|got|worry|feel"
    r"|felt|been|thought|do\b)\w+"
    r"|^(?:i|we) prefer\b|^prefer\b|^whenever\b|\bmy preference\b"
    r"|\bwe (?:use|run|write|name|follow|stick (?:to|with)|rely on|don't use|do not use"
    r"|avoid)\b(?! (?:it|this|that|them)\b)"
    r"|\blet'?s (?:never|always)\b|\blet'?s not (?:\w+ ){1,3}(?:all|every)\b|\b(?:is"
    r"|are) (?:a must|mandatory|not allowed|forbidden)\b"
    r"|^(?:please )?keep (?:\w+ ){0,4}?(?:in|with|under|below|short|simple|small|separate|minimal"
    r"|up to date|to)\b"
    r"|^(?:please )?(?:don't|do not|dont) ever\b (?!mind|worry|know)\w+"
    r"|^(?:please )?make sure (?:to |you )?(?:always|never)\b|\bmust (?:always|never|not)\b"
    r"|\bshould (?:always|never)\b"
)
_BAN = (
    r"^(?:please )?(?:do not|don't|dont|avoid|stop) (?:ever )?(?:use|using|add|adding|create"
    r"|creating|write|writing"
    r"|commit|committing|push|pushing|overcomplicate|over-?engineer|touch|change|edit|include|mock"
    r"|mocking|guess|assume"
    r"|put|leave|install|skip|make up|repeat|hard-?code|hardcoding|comment|commenting)\b"
)
_HERE = r"\b(?:here|there|now|again|anymore|this|that|these|those|it|them)\b|, "
"""What ties a ban to the work at hand, or hangs a clause about it on the ban."""
CHOICE = (
    r"^(?:no|nope|nah|actually|hmm+|wait|stop)\b[\s,.!:;-]*(?:\w+ )?(?:use|run|prefer"
    r"|call it|name it|stick (?:to|with)|go with)\b"
    r"|^(?:please )?(?:use|run|prefer) .{2,60}?(?:\binstead\b|\brather than\b|, not\b|\bnot \w+\W*$"
    r"|\bover \w+\W*$)"
    r"|^no\b[\s,.!:;-]+(?:we (?:use|always|never|don't|do not|only)|i (?:always|never|prefer)|don't"
    r"|do not|always|never)\b"
)
_REASONED = (
    r"^(?:we|you|they) (?:should(?:n't| not)?|must(?:n't| not)?|have to|need to)\b"
    r".*\b(?:for|because|since|so that|otherwise|as)\b"
)
"""A rule with the reason for it, as it is said when something is refused."""
_OURS = (
    r"(?:^|[,;:] )(?:we|wir) (?:always |only |immer |nur )?(?:use|write|name|number|call|keep"
    r"|store|date"
    r"|tag|count|build|nehmen|schreiben|nutzen|benutzen|nennen|zählen) (?!it\b|this\b|that\b"
    r"|them\b|es\b"
    r"|das\b)\S+"
)
"""How it is done in the house, said of a step that was refused."""
LEANS = (
    r"^(?:and |but |or )?(?:never|not|no)\s+(?:(?:the|a|an|in|on|with|for|at|from|by|to|any|just"
    r"|only"
    r"|even|as)\b|[\w.`'+#-]+\W*$)"
    r"|^(?:and |but )?(?:except|unless|because|since|so that|otherwise|instead of|rather than"
    r"|only (?:if|when|for|in|on|with))\b"
)
"""How a sentence begins that says nothing without the one before: `Never the datetime module.`"""
INSTEAD = r"^(?:please )?(?:use|prefer|run|write|put) .{2,60}\b(?:instead|rather)\b"
_MOMENT = (
    r"\bi(?:'d| would) like to (?:choose|take|book|pick|go with)\b"
    r"|\b(?:yet|for now|right now|just now|this time|for a (?:second|moment|minute)|today"
    r"|at the moment|until|anything|elsewhere|in other places|looks like|seems like|as well"
    r"|(?:other than|except|apart from) (?:this|that|here)"
    r"|before (?:doing|you (?:do|start)))\b|\bdon't (?:worry|know|see|think|understand|remember"
    r"|recall|forget|have|want"
    r"|care|mind|get|need to)\b|\b(?:i|we|it|they|you|that|there|this) (?:do not|don't"
    r"|dont) (?!use\b|write\b|add\b|commit\b|push\b|run\b|need (?:a|an|the|any)\b)"
    r"|\b(?:i|we) (?:always|never) (?:forget|forgot|wonder|had|got|get|worry|feel|felt|know|see"
    r"|\w+ed|heard|saw|knew|understood|went|ate|met|made"
    r"|paid|said|told|gave|took|put|ran|thought|wrote|did|lost|found|came|meant|sent|bought)\b"
    r"|\b(?:is|was|were|are|has|have) (?:never|always)\b|\b(?:it|he|she|they|which|code|test"
    r"|tests) (?:always|never)\b"
    r"|\bgood idea\b|\b(?:i|we) (?:would|could|might|may)\b(?! (?:prefer|rather))|\bnever ?mind\b"
    r"|\bno problem\b|\bif possible\b"
    r"|\bwe (?:used|run into|ran into)\b|\bwe use .* (?:so|because|and after)\b|\bthis (?:file"
    r"|function|line|change|one)\b|^\("
)
_THIS_TIME = r"\b(?:these|this)\b.*\bin (?:the )?future\b|\bmy original\b"
_NOT_A_REASON = (
    r"^\W*(?:stop|wait|skip|no|cancel|not now|hold on|later|let me|i'?ll|i will|i want to"
    r"|never ?mind|continue|go on|yes|ok"
    r"|try again|sorry|one (?:sec|moment)|give me)\b(?!\W+(?:use|we|don't|do not|always|never|run"
    r"|add|prefer|it'?s))"
    r"|\b(?:i already|i've already|first tell me|explain)\b"
)
LEADS = (
    r"^(?:(?:(?:god |oh )?no|nope|nah|nein|nee|ja|und|aber|danke|super|pls|right(?! now| away)"
    r"|actually|hmm+|oh"
    r"|ok(?:ay)?|yes|yeah|hey|wait|stop|well|and"
    r"|also|but|so|btw"
    r"|please|ah|sorry"
    r"|sure|great|nice|cool|good|thanks|perfect|works)\b(?! (?:problem|idea|to)\b)[\s,.!:;-]*)+"
)


_KEEP_IT = r"^(?:\W*(?:and|please|but)\W+)*keep (?:it|this|that|them)\b"
"""`keep it short` is about the thing at hand."""
_TODAY = (
    r"\b(?:today|tonight|tomorrow|yesterday|yet|this (?:time|week|once|morning|afternoon)|right now"
    r"|just now|for now|at the moment|just (?:this|that) (?:once|one|time)|(?:just|only) "
    r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day)\b"
)
"""What ties a statement to one day; `now` alone doesn't: `I start at 8 now`."""
_TALE = (
    r"\b(?:they|he|she|people|everyone|everybody|somebody|someone) (?:always )?(?:said|says?|told"
    r"|wrote"
    r"|thinks?|claims?)\b|\b(?:docs?|documentation|page|readme|article|website|blog|post|manual"
    r"|faq|forum"
    r"|book|vendor|support) (?:says?|said|claims?|tells?|recommends?|suggests?)\b|\b(?:lol"
    r"|ha(?:ha)+|hehe|rofl|jk|kidding|note to self)\b|, (?:got it|noted|i see|understood)\W*$"
    r"|[\U0001f600-\U0001f64f\U0001f923]|(?:^"
    r"|\s)[:;]-?[)DP](?:\s|$)"
)
"""Talk about others, and jokes: nobody's rule for the agent."""
_HABIT = (
    r"^(?:i|we) (?:don't|do not|never|only) (?:take|do|go|fly|eat|drink|work|answer|sign|accept|pay"
    r"|ship|merge|deploy|edit|touch|host|store|book|travel)\b(?!\s+(?:it|that|this|anything)\b)"
    r"|^(?:i|we) (?:take|start|finish|stop|work|travel|eat|pay|meet|ship|deploy"
    r"|release)\b.*\b(?:before"
    r"|after|between|until|till|only|at \d|by|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
    r"|^(?:anything|everything|whatever|all|any)\b (?:\S+ ){0,5}(?:i|we) (?:go|take|want|do|pay"
    r"|book|use)\b"
)
_CHANGED = (
    r"\b(?:that|this)(?:'s| has| is) changed\b|\bfrom (?:then|now) on\b"
    r"|\b(?:i|we) (?:start|finish|stop|leave|work|use|live)\b.{1,40}\bnow\b(?! (?:and|then|to)\b)"
    r"|\bnothing (?:before|after|past|on) .*\bany ?more\b"
)
_PEOPLE = (
    r"(?:\b(?:is|are|am)|'s|'m) (?:\w+ )?(?:allergic to|intolerant|vegetarian|vegan|coeliac|celiac"
    r"|diabetic)\b|\b(?:doesn't|does not|can't|cannot) (?:eat|drink) \w+"
    r"|\b(?:\w+'s|my new|(?:his|her|their) new) (?:new |own |private |work |mobile "
    r"|cell )*(?:number|phone"
    r"|mobile|e-?mail(?: address)?|address|birthday|extension)(?: number)? (?:is|has changed"
    r"|changed)\b"
)
_HOUSE = (
    r"^(?:and )?hands off (?!it\b|that\b|this\b)\S"
    r"|\b(?:changes|releases?|deploy\w*|secrets?|migrations?|everything|bookings?|invoices?"
    r"|refunds?)"
    r" (?:go|goes|come|comes|run|runs) (?:only )?(?:through|via)\b"
    r"|(?<!\bit )(?<!\bthat )(?<!\bthis )(?<!\bwhich )\b(?:is|are) (?:never|always"
    r"|only) (?:ever )?(?!reach|call"
    r"|execut|invok|hit|return|trigger|fired|run|used|set|empty|true|false|null|show|display|load"
    r"|sav"
    r"|clos|start|refresh)\w+(?:ed|en|ne|de|lt|ought)\b"
    r"|\b(?:that|this|the same) (?:goes|holds|applies|counts) for (?:all|every|any|each"
    r"|everything)\b"
    r"|^(?:please )?(?:remember|note|keep in mind|bear in mind) (?:that|this)\b|\bfor next time\b"
    r"|\bmeans (?:that )?(?:the|you|your|it)\b.*\byou (?:need|have) (?:to )?\w"
    r"|^you (?:need|have) (?:to )?\S.*\bbefore (?:each|every|any|you|a)\b"
    r"|\bthat(?:'s| is) (?:how|the way) (?:we|i|it's|things are)\b"
)
_NO = (
    r"^no (?!problem|idea|worries|need|luck|longer|one\b|way|thanks|more|such|doubt|matter|wonder"
    r"|reason"
    r"|difference|hurry|rush|clue|no\b|it\b|that\b|this\b|the\b|i\b|we\b|you\b"
    r"|use\b)[^\s,]+(?: (?!needed|found|is|are|was"
    r"|were|exists?|in sight|yet)[^\s,]+){0,6}"
)
"""`no shims on internals`: something isn't wanted, for a reason, or everywhere."""
_WHY = (
    r", (?:and )?(?:that|it|they|we|this|the|last|other|otherwise|because|since|as|people|half"
    r"|nobody"
    r"|somebody|everybody|everyone|i (?:want|need))\b(?:'s)?(?: \S+){2,}"
)
_NOT = (
    r"^(?:before [^,:]{2,30}[:,] )?not (?:with|in|into|on|onto|through|by|via|from|the|a|all"
    r"|every)\b"
    r"[^,]{3,80}"
)
_TELLS = (
    r"^(?:i(?! (?:prefer|want|need)\b)|my|we(?! (?:use|don't use|do not use|name|write|run)\b)"
    r"|anything|everything|whatever)\b"
)
_MEANT = (
    r"\bhow (?:\w+ ){1,2}(?:wants?|likes?|needs?) it\b|\b(?:ab jetzt|künftig|in zukunft|bitte)\b"
    r"|\b(?:use|take) .{3,60}, not\b"
    r"|\bfrom now on\b|\bin (?:the )?future\b|\bgoing forward\b|\bby default\b|\bas a rule\b"
    r"|\bremember\b|\bnote that\b|\bplease\b|\bi prefer\b|^prefer\b|\bwhen(?:ever)? you\b"
    r"|\buse [\w.-]+ (?:for|not|instead|over|rather)\b|\b(?:run|write|commit|push|merge|install"
    r"|format|lint|reply|answer|ask me)\b"
    r"|\b(?:commits?|tests?|branch\w*|code|files?|functions?|deploy\w*|docs)\b"
)
_ONCE = (
    r"^\W*(?:and )?(?:just|only) (?:for )?(?:this|that|the|on|today|now|here|mon|tues|wednes"
    r"|thurs|fri|satur"
    r"|sun|one|once)|\b(?:as an|one|an) exception\b|\b(?:just|only) this (?:once|time)\b"
    r"|^exception\b"
)
"""What takes back that the sentence before holds for long."""
_GENERAL = (
    r"\b(?:people|others?|anybody|everybody|nobody|somebody|half|always|every\w*|each|never|costs?"
    r"|ends up|prod|production|live|customers?|users?|policy|law|logs?|history|shared|money|billed"
    r"|week|weeks|days?|releases?|teams?|backups?|only copy|security|audit|anywhere)\b"
)
"""A reason that speaks of more than this case: else `not there, it's too narrow` is a rule."""
_EVERYWHERE = r"[^,]*(?:\b(?:anywhere|everywhere|ever)\b|, ever\W*$)"
_ACCUSES = (
    r"^(?:and |but |so |no\W+)*you(?: just| already| again| also|'ve| have)* (?!need|must|should"
    r"|always"
    r"|never|only)(?:\w+ed|put|took|made|gave|wrote|forgot|left|sent|said|told|did|set|ran|broke"
    r"|cut)\b"
)
"""What the agent did, in a complaint, is no rule."""
_ELSEWHERE = (
    r"\b(?:from now on|in (?:the )?future),? i(?:'ll| will|'m)\b"
    r"|\b(?:other than|except|apart from) (?:this|that|here)\b"
)
_CANT = (
    r"^(?:also )?you (?:can't|cannot|can not|must not|mustn't|may not|shouldn't"
    r"|should not) (?:just |simply )?"
    r"(?!see|know|find|tell|be|have)\w+ [^,]{3,80}"
)


_SELF = (
    r"\b(?:always|never|immer|nie)\W+(?:always|never|immer|nie)\b"
    r"|^(?:and |but |so )?(?:always|never) (?:sure|certain|ready|again|mind|ever|enough"
    r"|easy|fun|funny"
    r"|happy|bored|been|had|got|knew|know|seen|heard|thought|wanted|liked|loved|hated|tried|mixed"
    r"|(?:get|forget|remember|understand|understood|mix|confuse|lose|like|love|hate|need|know|think"
    r"|feel|fall|find|trust|believe) (?:it|that|this|them|those|these|me|up|why|how|what|where|when"
    r"|which)|(?:the )?same|a (?:good|bad) \w+)\b"
    r"|\b(?:i|we) (?:always|never|usually) (?:mix|confuse|lose|remember|understand|like|love|laugh"
    r"|cry|sleep|dream|fall|miss|hate|panic|need)\b"
)
"""A remark about oneself in the words of a rule: `never sure w/ that`, `always get that wrong`."""


def reasons(sentence: str) -> bool:
    """Whether a reason for refusing something holds a rule."""
    if pattern(_NOT_A_REASON).search(sentence) or pattern(_MOMENT).search(sentence):
        return False
    bare = pattern(LEADS).sub("", sentence)
    if pattern(_OURS).search(sentence) and not pattern(_TODAY).search(sentence):
        return True
    if pattern(_BAN).search(bare):
        return not pattern(r"\b(?:yet|here|there|now|again|anymore)\b").search(bare)
    return bool(pattern(_REASONED).search(bare)) and not pattern(
        r"\b(?:it|its|this|that|these|those|them|there)\b"
    ).search(bare)


def ruling(sentence: str) -> bool:
    return not asks(sentence) and (lasting(sentence) or bans(sentence))


def bans(sentence: str) -> bool:
    """A ban that holds beyond the work at hand."""
    bare = pattern(LEADS).sub("", sentence)
    return bool(pattern(_BAN).search(bare)) and not pattern(f"{_HERE}|{_MOMENT}").search(bare)


def loose(sentence: str) -> bool:
    """Whether a rule is one by its form only, or tells how it is with somebody: where nobody works,
    such things are said without meaning the agent."""
    bare = pattern(LEADS).sub("", sentence)
    return _holds(sentence) or bool(pattern(_TELLS).search(bare))


def meant(sentence: str) -> bool:
    """Whether a rule says in so many words that it is for the agent, and for long."""
    return bool(pattern(_MEANT).search(sentence) or pattern(CHOICE).search(sentence))


def _holds(sentence: str) -> bool:
    """A statement that is a rule by its form, without a word like `always`."""
    if pattern(_TODAY).search(sentence) or pattern(_TALE).search(sentence):
        return False
    bare = pattern(LEADS).sub("", sentence)
    plain = any(pattern(form).search(bare) for form in (_HABIT, _CHANGED, _PEOPLE, _HOUSE))
    plain = plain or about_somebody(bare)
    if plain or any(pattern(form).search(said) for form in STANDING for said in (bare, sentence)):
        return True
    reasoned = any(pattern(form + _WHY).match(bare) for form in (_NOT, _CANT))
    return unwanted(sentence) or (reasoned and bool(pattern(_GENERAL).search(sentence)))


def unwanted(sentence: str) -> bool:
    """Whether a sentence says of a thing that there must be none: its `no` isn't an answer."""
    bare = pattern(r"^(?:(?:and|but|also|so|please|ok(?:ay)?|oh|well)\b\W*)+").sub("", sentence)
    reasoned = pattern(_NO + _WHY).match(bare) and pattern(_GENERAL).search(bare)
    return bool(reasoned or pattern(_NO + _EVERYWHERE).match(bare))


def momentary(sentence: str) -> bool:
    """Whether a sentence is about one day: a rule isn't told together with it."""
    return bool(pattern(_TODAY).search(sentence))


def once(sentence: str) -> bool:
    """Whether a sentence says that the one before it is for this time only."""
    return bool(pattern(_ONCE).search(sentence)) and len(sentence.split()) <= 8


def lasting(sentence: str) -> bool:
    """Whether a sentence states what holds from now on."""
    if any(pattern(form).search(sentence) for form in (_ELSEWHERE, _ACCUSES, _SELF)):
        return False
    if _holds(sentence):
        return True
    if pattern(_TALE).search(sentence) or pattern(_KEEP_IT).search(sentence):
        return False
    bare = pattern(LEADS).sub("", sentence)
    plain = pattern(r"^(?:never|always) (?!mind\b)[a-z]").match(bare)
    # `never edit it there, it only lives until ...`: a rule may speak of time in its reason.
    if not plain and pattern(_MOMENT).search(sentence):
        return False
    today = pattern(_TODAY).search(sentence.split(", ")[0])
    if today or pattern(_THIS_TIME).search(sentence):
        return False
    return bool(
        pattern(_RULE).search(bare)
        or pattern(CHOICE).search(sentence)
        or pattern(CHOICE).search(bare)
    )
