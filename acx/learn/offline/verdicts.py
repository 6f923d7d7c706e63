"""Verdicts: what a person's words say of the work before them, and words that say nothing.

Pure, and only about words: what a verdict means for a task is decided in `outcome`.
"""

from __future__ import annotations

from typing import Literal

from acx.learn.offline.requests import requests
from acx.learn.offline.words import asks, pattern, plain, sentences

Verdict = Literal["", "good", "bad", "dropped"]

_DROPPED = (
    r"\b(?:vergiss es|lass es sein|never ?mind|forget (?:it|that|about)|leave (?:it|that|this"
    r"|the [\w-]+(?: [\w-]+)?)(?: out| then| alone| as is| for| be\b"
    r"|\W*$|[,.] ?(?:i|we)(?:'ll| will|'m))"
    r"|dann (?:halt |eben |lieber )(?:nicht|ohne)\b"
    r"|drop (?:it|this|that)\b|scrap (?:it|this|that|the)\b|let'?s not do (?:it|this|that)|abandon"
    r"|\b(?:revert|undo) (?:it|that|this) and\b|\b(?:revert|undo) (?:everything|all)\b"
    r"|(?:please )?(?:revert|undo) (?:it|this|that|your|the) ?(?:change\w*|last"
    r"|commit)?\W*$"
    r"|give up|not worth it"
    r"|i'?ll do (?:it|that|this) (?:by hand|myself|later)"
    r"|i (?:was able to|managed to|could) (?:do|fix|solve|attach|set|get) (?:it|that|this)"
    r"|i(?:'ve| have)? (?:did|done|fixed|solved) (?:it|that|this) (?:myself|by hand|manually))"
)
_RESIGNED = (
    r"\bnot (?:the|an?) (?:\w+ )?(?:result|outcome|answer|ending|fix|solution) (?:that )?(?:i|we)"
    r"(?:'d| had| was| were)? ?(?:want|hop|need|expect|look|wish)\w*"
    r"|\b(?:have to|need to|got to|gotta|will|'ll|can) (?:just |simply )?(?:live|make do|manage"
    r"|cope"
    r"|get by) (?:with|without)\b|\bthen (?:\S+ ){0,4}(?:just|simply) (?:won't|wont|will not"
    r"|can't|cannot)\b|\b(?:can'?t be (?:helped|done)|nothing (?:we|you|one|i) can do|lost cause"
    r"|dead end|(?:a )?waste of time|out of ideas)\b"
    r"|\b(?:oh well|too bad|what a (?:pity|shame)|schade|useless|pointless|no use(?! to"
    r"| for)|na dann"
    r"|dann eben|egal\W*$"
    r"|guess (?:i|we)(?:'ll| will| have to)|(?:i|we)(?:'ll"
    r"| will) (?:just )?(?!try)\w+ .{0,40}\b(?:elsewhere"
    r"|somewhere else|the old way)|thought (?:you|it|this) could)\b"
    r"|\b(?:another time|some other time|ein andermal)\W*$|\bverschieben wir\b"
    r"|\b(?:i'm|we're|i am|we are) giving up\b|\b(?:i'll|we'll) (?:just )?(?:stay with|stick with"
    r"|go back to|keep using) the old\b"
    r"|\b(?:dann )?(?:lassen wir|lass) (?:es|das)(?: halt| eben)?(?: bleiben| sein)?\W*$"
    r"|\bso (?:we|i)(?:'re| are|'m| am) stuck\b|\bso (?:it|that|this) (?:stays|remains) (?:\w+ly )?"
    r"(?:dead|broken|down|off|red|open|unfixed|as it is|like that)\b"
    r"|\bput (?:it|that|this|everything|all(?: of it)?) back\b"
    r"|\bbringt (?:so )?nichts\b|\bgeb(?:e|en)? (?:wir |ich )?(?:es )?auf\b|\bhat (?:so )?keinen"
    r" (?:sinn|zweck)\b|\b(?:damit|ohne|mit dem) .{0,30}\bleben\W*$"
)
"""Whoever makes do without what they wanted: it failed, though nobody says that it is wrong."""
_BAD = (
    r"\bstill (?:has|have|fail\w*|not|broken|doesn'?t|does not|get\w*|see\w*|show\w*|the same|wrong"
    r"|happen\w*|red|nothing|down|empty|crash\w*|throws|hangs)"
    r"|\b(?:doesn'?t|does not|didn'?t|did not|isn'?t|not) work(?:ing)?\b|(?<!\bbe )\bbr(?:oke"
    r"|oken|eaks)\b(?! (?!again|now|since|after|by|for|in|on|when|with|the|my|our|it|all)\w+)"
    r"|\b(?:is|are|now|again) failing\b|\bfails? (?:again|now|with)\b|\bfailed again\b"
    r"|\bsame (?:error|problem|issue)"
    r"|\b(?:bad|terrible|stupid) idea\b|\bnot fixed\b"
    r"|\bthat'?s (?:wrong|not right|not what)|\bnow i'?m getting\b|\bregress"
    r"|\b(?:is|was) (?:wrong|incorrect|not correct)\b|\bdidn'?t (?:help|change|do)\b"
    r"|\b(?:can'?t|cannot|don'?t) see any\b|\b(?:is|are)(?:n'?t| not) (?:really|actually) \w+ing\b"
    # What was said to be there isn't, or what was said to be gone is there again.
    r"|\bi (?:don'?t|do not|can'?t|cannot) (?:see|find) (?:it|them|that)\b"
    r"|\b(?:bug|error|problem|issue|thing|crash|leak) (?:is|are) back\b|\b(?:it|that)'s back\b"
    r"|\b(?:ci|build|pipeline|main|job|it|that)(?:'s| is| are| went)? red\b"
    r"|^(?:nope|no|hm+)?\W*nothing (?:in|at|on|there|here|arrived|came|happen\w*|changed)\b"
    r"|\b(?:never (?:came|arrived|happened|showed up|went through|worked)"
    r"|(?:hasn'?t|didn'?t|has not|did not) (?:come|arrive|happen|show(?:n)? up|appear"
    r"|go(?:ne)? through))\b"
    r"|\b(?:they|he|she) (?:say|says|said|told me|claims?)\b.{0,40}\b(?:no|not|never|nothing)\b"
    r"|\byou said (?:that|so|it)\b.{0,30}\b(?:ago|before|already|done|fixed)\b"
    r"|^(?:that'?s|thats|it'?s|its|this is) (?:way |far |much |a bit |still )*too \w+"
    r"|\bimmer noch (?:nicht|kaputt|falsch|rot|der|die|das)\b|\b(?:geht|läuft|funktioniert|stimmt)"
    r" (?:immer noch |so |leider )?nicht\b|\bdas ist falsch\b"
    r"|^(?:way |far |much )too \w+\W*$"
    r"|\bstill (?:(?:are|is|does|do|wo|ca|has|have|did|was|were)n'?t|cannot) (?!know|sure|under"
    r"|think|decided|like|believe)\w+"
    r"|(?<!\bif )\b(?:it|that|this|they|these|those|\w+s?|\w+ (?:one|part|thing|answer)s?)"
    r" (?:(?:is|are|was|were)n'?t|(?:is|are|was|were) not)"
    r" (?:quite |really |even |at all )?(?:right|correct|true|accurate)\b(?! (?:now|away|after))"
    r"|\byou (?:just |have |again |also |'ve |accidentally )*(?:mixed up|forgot|missed|left out"
    r"|overlooked|swapped|confused|misread|misunderstood|broke)\b(?! to (?:mention|say|tell))"
    r"|\byou (?:\w+ )?\w+ (?:(?:on|in|at|to|into|for) )?the wrong \w+"
    r"|\b(?:returns?|shows?|prints?|sends?|displays?|loads?|contains?) nothing\b"
    r"|^\W*(?:no\W+|but )?i (?:said|asked for|wrote|told you) (?!yes|no\b|ok|thank|that|it\b|to"
    r"|so\b|the\b|him|her|them)\w+[^,]{0,40}$"
    # `it's not`; `the last page comes twice`.
    r"|^(?:no|nope|nein|but|hm+)?\W*(?:it|that|they|he|she|there|this)(?:'s|'re| is| are| did"
    r"| does| do"
    r"| has| have| was| were)(?:n't| not)(?: there| here| so| true)?\W*$"
    r"|^(?:nein\W+)?(?:ist (?:es|sie|er)"
    r"|das ist|stimmt|hat (?:es|er|sie)) (?:aber |leider |doch )*(?:nicht|falsch)\W*$"
    r"|\b(?:the|it|that|this|they|he|she|\w+s)\b.{0,40}\b(?:returns?|shows?|prints?|sends?"
    r"|gives?|writes?"
    r"|says?|displays?|lists?|counts?|appears?|comes?|loads?|opens?|contains?|has|have|got|goes"
    r"|are|is)\b"
    r" (?:\w+ ){0,4}(?:twice|doubled|garbage|upside down|blank|in the wrong \w+|the wrong \w+"
    r""
    r"|too (?:many|few|often)|off by \S+|cut off|garbled|missing|gone again|mixed up)\b(?! (?:if"
    r"|when)\b)"
    r"|\b(?:habe?|hatte) ich (?:doch |aber )?(?:gesagt|geschrieben|bestellt|gemeint)\W*$"
    r"|\b(?:klappt|passt|startet|öffnet|kommt|tut) (?:immer noch |noch immer |so |leider |gar )*"
    r"nicht\b(?! (?:zu|in|an)\b)|\b(?:ist|sind|war|waren) (?:immer noch |leider |doch |ganz )*"
    r"(?:falsch|kaputt|nicht (?:richtig|korrekt|das,? was))\b|\bfehlt (?:immer )?noch\b"
    r"|\b(?:proves|shows|means|does|changes) nothing\b|\b(?:is|are|was) (?:way |far )too"
    r" (?:slow|big|small|long|short|much|late|early)\b"
)
_CONTESTED = (
    r"\byou (?:said|told me|claimed|promised|wrote) (?:it|that|they|he|she|this|those|everything"
    r"|everybody|everyone|all)\b[^?]{3,60}\?\W*$"
)
"""`you said they were told?`: what was reported isn't so."""
_LED = (
    r"^\W*(?:(?:ok(?:ay)?|yes|oh|wow|ah|hey|cool|alright|checked|tested|tried)\b[\s,.!]*)*"
    r"(?:it |that |this |now |everything |content |all )?(?:really |very |so |just )?"
)
_PRAISE = (
    r"(?:perfekt|passt|prima|klasse|läuft(?! nicht)|funktioniert(?! \w* ?nicht)|works?"
    r"|worked(?=\s*(?:$|[.!,]|now|great|well|fine|perfect))|works now|great|perfect|nice"
    r"|awesome|excellent"
    r"|brilliant|amazing|fantastic|wonderful|lovely|super|love it|lgtm"
    r"|looks (?:good|great|right|fine|correct)|well done|good (?:job|work)"
    r"|much better|all good|fixed|that'?s it!|that (?:did it|worked|fixed it)"
    r"|you(?:'re| are) (?:a|the|my) (?:star|best|hero|legend|genius|gem|life ?saver|angel)|you rock"
    r"|du bist (?:spitze|ein schatz|der beste|super|toll)|top|spitze|wunderbar|genial"
    r"|there (?:it is|they are)|da (?:ist es|sind sie)"
    r"|this is really helpful|good(?=\s*(?:$|[.!,])))(?!\w)"
    r"|^\s*[\U0001f389\U0001f44d\U0001f44f\U0001f64c\U0001f64f\U0001f680\u2705\u2764]"
)
_THANKS = (
    r"(?:danke|vielen dank|merci|thanks?|thank you|thx|ta|cheers|i (?:really )?appreciate)(?!\w)"
)
_CONTRAST = r"\bbut\b|\bhowever\b|\bexcept\b|\bidea\b|\bwould be\b|^\W*thanks for\b"
_PASSED_ON = (
    r"^\W*(?:sent|submitted|pushed|merged|committed|deployed|shipped|published|printed)\b[^?]{0,60}"
    r"\b(?:thanks|thank you|thx|ta|cheers)\W*$"
)
"""Who hands work on with thanks has taken it."""
_IS_SO = (
    r"^[^,.?]{2,40}(?:'s|\b(?:is|are|works?|runs?|has|have|got|looks|arrived|connected))\b"
    r"[^,.?]{0,40}, ?(?:thanks|thank you|thx|ta|cheers)\W*$"
)
"""Thanks for something that is so now: `the dashboard is up, thanks`."""
_HANDED = (
    r"^\W*(?:(?:ok(?:ay)?|yes|and)\b\W*)*(?:pushed|merged|committed|shipped|deployed|sent|approved"
    r"|published|submitted)\b[^?]{0,40}$"
)
_CONFIRMS = (
    r"^\W*(?:yes|yay|hooray|woo+hoo+|phew|finally|endlich|juhu|ja)!+"
    r"|^\W*(?:(?:yes|yep|yeah|ja|[ao]h+|ok(?:ay)?|perfect|perfekt|great|right)\b[\s,.!]*)*"
    r"(?:(?:that'?s|thats|this is|these are|those are) (?:exactly |just |precisely |pretty much )?"
    r"(?:what (?:it|they|we|i)(?: \w+)? (?:should|wanted|needed|meant to|had in mind|was after"
    r"|looking)"
    r"|how (?:it|they) should|more like it|the (?:number|one|right \w+|result|figure|stuff"
    r"|ticket)\b)"
    r"|(?:genau|so) (?:so|soll\w*|hab ich|wollte|das))\b"
)
"""`yes! it builds`, `that's what it should look like`: what is there is what was wanted."""
_ENDS_THANKED = (
    r"(?<!no )(?<!no, )(?<!nein )(?<!nein, )\b(?:thanks?(?: you)?(?: (?:so much|a lot|again))?"
    r"|thx|ty|cheers|danke(?: dir| euch| ihnen| schön)?|merci)\W*$"
)
_STATES = (
    r"(?:\b(?:all|everything|alles|is|are|thats|looks?|works?|runs?|has|have|got|came|arrived|fits?"
    r"|does|ist|sind|steht|läuft|hat|haben|there|da)\b|'s\b)"
)
_OPEN = (
    r"\b(?:please|pls|bitte|but|however|except|aber|no|not|nicht|kein\w*|in advance|if|wenn|could"
    r"|would|should|(?:i|we)(?:'ll| will)|too|as well|auch|instead)\b|n'?t\b"
    r"|^\W*(?:and|also|now|then|next|und|jetzt|dann|noch|just|only|the|die|der|das|to|for)\b"
)
"""What leaves something to do in words that end with thanks."""
_RECEIVED = (
    r"\b(?:got (?:it|them|both|all|the|my)"
    r"|(?:i|he|she|they) (?:can )?(?:see|sees|have|has) .{0,40}\bnow"
    r"|arrived|received|(?:it|that)(?:'s| is) there|went through)\b"
)
_LEAVES = (
    r"\b(?:that'?s (?:it|all)\b(?!\s+\w+\s+\w+ed\b)|done for (?:today|now|the day)|closing\b|bye\b"
    r"|good ?night|see you|logging off|signing off|off to \w+)"
)
"""Words with which somebody goes: they end a task and say nothing of how it went."""


def verdict(text: str) -> Verdict:
    """What the words say about the work before them; "" if nothing."""
    parts = sentences(plain(text))[:3]
    first = " ".join(parts)[:400]
    if asks(first) and not pattern(r"^\W*(?:great|perfect|nice|awesome|excellent|thanks)").match(
        first
    ):
        told = [part for part in parts if not asks(part)]
        denied = any(pattern(_BAD).search(part) for part in told)
        return "bad" if denied or pattern(_CONTESTED).search(first) else ""
    if pattern(f"{_DROPPED}|{_RESIGNED}").search(first):
        return "dropped"
    if any(pattern(_BAD).search(part) for part in parts if not pattern(_SUPPOSES).match(part)):
        return "bad"
    if pattern(_CONTRAST).search(first):
        return ""
    if any(pattern(said).match(first) for said in (_LED + _PRAISE, _LED + _THANKS, _PASSED_ON)):
        return "good"
    if (pattern(_IS_SO).match(first) and not requests(parts[0])) or _confirmed(parts):
        return "good"
    # `merged. nice. jan does the rest tomorrow`
    if (
        len(parts) > 1
        and pattern(_HANDED).match(parts[0])
        and pattern(rf"{_PRAISE}\W*$").match(parts[1])
    ):
        return "good"
    # `tomorrow is fine. thanks, closing`: later words praise where nothing is wanted any more.
    last = parts[-1] if parts else ""
    over = pattern(_LED + _PRAISE).match(last) or (
        pattern(_LED + _THANKS).match(last) and (leaves(last) or pattern(_RECEIVED).search(first))
    )
    return "good" if over and not any(map(asks, parts)) else ""


_SUPPOSES = (
    r"^\W*(?:and |but |so |please )*(?:if|when|whenever|once|in case|make sure|check|see|tell me"
    r"|wenn|falls)\b"
)
"""What might be: no complaint."""


def _confirmed(parts: list[str]) -> bool:
    """Whether somebody sees what they wanted, or only states something and thanks."""
    if any(asks(part) for part in parts):
        return False
    if parts and pattern(_CONFIRMS).match(parts[0]):
        return len(parts) == 1 or not requests(parts[1])
    ends = parts and len(parts) < 3 and pattern(_ENDS_THANKED).search(parts[-1])
    return bool(ends and pattern(_STATES).search(" ".join(parts))) and not any(
        requests(part) or pattern(_OPEN).search(part) or len(part.split()) > 15 for part in parts
    )


_APPROVES = (
    r"^\W*(?:(?:ok(?:ay)?|yes|and|great|nice)\b\W*)*(?:(?:pushed|merged|committed|shipped"
    r"|deployed|sent"
    r"|approved)\b.{0,60}$|now i see (?:it|them)\b|.{0,30}\b(?:ci|build|pipeline|tests?|it|all"
    r"|everything)(?: is| are|'s) (?:green|there|through|fine)\W*$)"
)


def approves(sentence: str) -> bool:
    """Whether a sentence takes the work as done, and does nothing else."""
    return not asks(sentence) and bool(
        verdict(sentence) == "good" or small_talk(sentence) or pattern(_APPROVES).match(sentence)
    )


def thanks(text: str) -> bool:
    """Whether good words are only polite: they thank, and don't say that anything works."""
    return not any(pattern(_LED + _PRAISE).match(part) for part in sentences(text)[:3])


_PUT_OFF = (
    r"\bnot (?:right )?now\b(?!,? but)|^\W*(?:(?:maybe|rather|ok(?:ay)?|no|then|lieber|dann)\b\W*)*"
    r"(?:tonight|later|tomorrow|another (?:day|time)|next week|on \w+day|after (?:lunch"
    r"|work|dinner)"
    r"|heute abend|später|nachher|morgen|ein andermal)(?: then| dann| pls| please)?\W*$"
    r"|\b(?:jetzt nicht|nicht jetzt|erst (?:morgen|später|nachher)|(?:mach|machen) (?:ich"
    r"|wir) (?:morgen"
    r"|später|nachher)|(?:let'?s|we(?:'ll| will)|i(?:'ll| will)) (?:do|look at|get to"
    r"|finish) (?:it|that"
    r"|this) (?:later|tomorrow|tonight|next week|another day))\b"
)


def postpones(text: str) -> bool:
    """Whether somebody puts off what is at hand: `not now, tonight`."""
    return any(pattern(_PUT_OFF).search(part) and not asks(part) for part in sentences(text)[-3:])


def leaves(text: str) -> bool:
    """Whether somebody goes with these words: nothing is left to do or to say."""
    return len(text) < 200 and bool(pattern(_LEAVES).search(text))


_TROUBLE = (
    r"\b(?:broken|broke|wrong|twice|missing|slow|error|errors|fails?|failed|empty|lost|stuck"
    r"|nothing"
    r"|kaputt|falsch|fehlt|langsam|weg|doppelt|not|never|no|too|nicht|nie|kein\w*|complain\w*"
    r"|bugs)\b|n't\b"
)


def troubled(text: str) -> bool:
    """Whether words say that something isn't as it should be, or isn't at all."""
    return bool(pattern(_TROUBLE).search(text))


def judging(text: str) -> str:
    """The sentence that holds the verdict, or the first one; "" if there is none."""
    parts = sentences(text)[:3]
    said = (_DROPPED, _RESIGNED, _BAD, _CONFIRMS, _LED + _PRAISE, _LED + _THANKS, _PASSED_ON)
    return next((p for one in said for p in parts if pattern(one).search(p)), "".join(parts[:1]))


JEST = (
    r"\b(?:(?:ha){2,}h?|(?:he){2,}|hihi|lo+l|rofl|lmao|jk|just kidding|pf+t?)\b"
    r"|[\U0001f600-\U0001f606\U0001f923\U0001f61c\U0001f609]|(?:^|\s)[:;]-?[)DP](?:\s|$)"
)
"""Laughter: with it, before any work, even a question is a riddle, and `from now on` a joke."""


def laughs(text: str) -> bool:
    """Whether somebody laughs: not at a smiley, which only is kind."""
    return bool(
        pattern(r"\b(?:(?:ha){2,}h?|lo+l|rofl|lmao|pf+t?)\b|[\U0001f602\U0001f923]").search(text)
    )


_CONTESTS = (
    r"^\W*(?:and |but |hm+,? |huh,? |wait,? )*(?:who (?:says|said|told you|asked you|decided)"
    r"|says who|since when|where (?:did|do) you (?:get|have|take)|(?:i|we|nobody) never (?:said"
    r"|asked|wanted|told)|nobody (?:said|asked|told)|wer sagt|seit wann|wo steht)\b"
)


def contests(text: str) -> bool:
    """Whether words deny what the agent has said or done: what follows is how it really is."""
    return verdict(text) == "bad" or bool(pattern(_CONTESTS).match(text))


_POLITE = (
    r"^(?:(?:hi|hello|hey|there|all|(?:good )?(?:morning|evening|afternoon)|thanks?|thank you|thx"
    r"|ta"
    r"|cheers|bye|goodbye|(?:good ?)?night|see you|that'?s (?:it|all)|done|for (?:today|now"
    r"|your help"
    r"|the help|asking|checking|the (?:info|information|update)|that|waiting|everything)|so much"
    r"|very much|a lot|good|great|nice|cool|ok(?:ay)?|makes sense|i see|understood|got it"
    r"|fair enough"
    r"|you too|too|have a (?:nice|good|great|lovely)"
    r" (?:day|one|evening|weekend)|how are you(?: doing)?(?: today)?"
    r"|warmup|ping|claude|gemini|codex|lol|haha|k|all i needed|nothing(?: really| much)?|not much"
    r"|not really|same(?: here)?|honestly|true|fair|long day|i'?m off|#+stop#+)\W*)+$"
)
_SOCIAL = (
    r"^(?:(?:so|and|hey|hi|hello|ok(?:ay)?|oh|well|morning|haha)\b\W*)*(?:"
    r"how(?:'s| is| are| was| were|s)? (?:you|u|your|ya|it going|life|things|everything|the weather"
    r"|the weekend)\b"
    r"|(?:\w+,? )?(?:you|u) (?:there|awake|up|around)\W*$|what'?s (?:up|new)\W*$|(?:happy"
    r"|merry) \w+\W*$"
    r"|(?:are|r|do|did|have) (?:you|u) (?:there|awake|real|human|alive|sleep\w*|dream\w*|ever|bored"
    r"|tired|feel\w*|like|love|enjoy|have (?:feelings|weekends|plans|a favou?rite))\b"
    r"|(?:it'?s )?(?:(?:such|so|what) )?(?:a )?(?:nice|lovely|terrible|awful|hot|cold|rainy|sunny) "
    r"(?:weather|day|morning|here|outside|out|today)\b"
    r"|i'?m (?:just )?(?:bored|tired|hungry|sleepy|fine|ok(?:ay)?|back|procrastinating|killing time"
    r"|chatting|saying hi)\b"
    r"|(?:just )?(?:saying hi|testing|checking in|killing time|dropping by|chatting"
    r"|waiting (?:for|till|until))"
    # Who asks so knows, or wants a nod.
    r"|did you (?:know|ever (?:see|hear|notice)) (?:that )?(?!wh|how|if\b|any)\w+"
    r"|(?:it|that)'?s (?:always|never|just|such|so) [^?]{3,80}, (?:isn'?t (?:it|that)|right|eh)\W*$"
    r"|(?:we|they|somebody|someone) should (?:really )?(?:call|name) (?:it|that|this)\b)"
)


def small_talk(text: str) -> bool:
    """Whether the words are only politeness, or ask how somebody is."""
    if len(text) >= 200:
        return False
    text = plain(text)
    parts = sentences(text)
    return bool(pattern(_POLITE).match(text.strip())) or (
        bool(parts)
        and all(pattern(_POLITE).match(part) or pattern(_SOCIAL).match(part) for part in parts)
    )
