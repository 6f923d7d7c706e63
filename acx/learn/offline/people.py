"""People: what is so with somebody, told of oneself or of a third person, and holds for long.

Pure: patterns by the form of a sentence, each with an example. A name alone shows no person (tools
have names too): an office, a title, `he` or `she`, or what only people do must stand beside it.
"""

from __future__ import annotations

from acx.learn.offline.words import pattern

_ROLE = (
    r"(?:boss|chef(?:in)?|wife|husband|partner|mother|father|mum|mom|dad|son|daughter|sister"
    r"|brother"
    r"|colleague|kolleg(?:e|in)|client|kund(?:e|in)|customer|accountant|(?:tax )?advis[eo]r|lawyer"
    r"|manager|c[eftoi]o|director|chair|designer|editor|teacher|doctor|landlord|secretary|assistant"
    r"|reviewer|auditor|supervisor|professor|neighbou?r|friend|guest|frau|mann|steuerberater(?:in)?"
    r"|chef|mutter|vater|tochter|sohn|board|controlling|finance|legal|accounting|team ?lead)"
)
_SOMEBODY = (
    rf"(?:(?:my|our|his|her|the|mein\w*|unser\w*|der|die) (?:\w+ )?{_ROLE}\b"
    r"(?:(?:,? \(?|, )?(?-i:(?:(?:Mr|Mrs|Ms|Dr|Frau|Herr)\.? )?[A-Z][a-zäöü]+)\)?)?"
    rf"|(?-i:[A-Z][a-zäöü]+),? \(?(?:(?:is|ist) )?(?:my|our|the|mein\w*"
    rf"|unser\w*) (?:\w+ )?{_ROLE}\b\)?,?"
    r"|(?-i:(?:Mr|Mrs|Ms|Dr|Frau|Herr)\.? [A-Z][a-zäöü]+))"
)
_TRAIT = (
    r"(?:(?:can't|cannot|can not|cant|doesn't|does not|won't|never|always|only|generally|usually)"
    r" (?:\w+ )?(?:tell|see|hear|eat|drink|read|use|take|like|want|accept|sign|approve|answer|open"
    r"|travel|fly|speak|work|distinguish)s?\b"
    r"|(?:eats?|drinks?|speaks?|prefers?|hates?|insists?|refuses?|loves|expects|detests|isst|trinkt"
    r"|spricht|hasst|besteht|mag|verträgt|will (?:immer|nie|nur)|liest (?:immer|nie|nur))\b"
    r"|(?:gives|will give) (?:me|us) (?:hell|grief|trouble|a hard time)\b"
    r"|(?:is|ist) (?:\w+ )?(?:colou?r-?blind|allergi(?:c|sch)|vegetarian|vegan|vegetari(?:er"
    r"|sch)\w*"
    r"|deaf|farbenblind|taub|dyslexic|left-handed|coeliac|celiac|diabeti\w+|lactose\w*)\b"
    r"|(?:kann|darf) (?:\w+ ){0,4}nicht (?:sehen|essen|trinken|lesen|unterscheiden|fliegen)\b)"
)
THIRD = rf"(?:^|[,;:] |\b(?:and|because|since|but|as|und|weil|aber|denn) ){_SOMEBODY} {_TRAIT}"
"""`Ines (our editor) never reads attachments`, `meine chefin hasst tabellen`."""

SAME = (
    rf"\b(?:(?:my|our|mein\w*|unser\w*) (?:\w+ )?)?{_ROLE}\b[^.;]*, (?:s?he|er|sie|der"
    rf"|die) (?:{_TRAIT}|(?:needs?|braucht) (?:an?|the"
    rf"|ein\w*|no|kein\w*)\b)"
)
"""`my brother comes too, he needs a ramp`."""
FOR_ME = (
    r"(?:^|, ?)(?:no|nothing|never|not|only) (?!problem|need|idea|thanks)[^,]{2,50} for (?:me"
    r"|us)\b[^,]{0,10}"
    r", (?:i|we|because|since|my|our)\b \S+ \S+"
)
"""`nothing after nine for me, I have to get up early`."""

POINTS = rf"^(?:and |but |und )?(?:s?he|they|er|sie|der|die) {_TRAIT}"
"""`he only drinks tea`: who that is stands in the sentence before."""

NAMED = (
    rf"\b{_ROLE}\b|\b(?-i:(?:with|for|to|from|by|mit|für|von|bei) [A-Z][a-zäöü]+)"
    r"|(?-i:(?!^)\b[A-Z][a-zäöü]+)\b"
)

BODY = (
    r"\b(?:because of|due to|wegen|on account of|thanks to) (?:my|the|our|his|her|mein\w*|der"
    r"|dem|des"
    r"|meine[mrs]) (?:\w+ )?(?:knee|back|leg|eyes?|hip|hearing|neck|wrist|hands?|heart|stomach"
    r"|asthma"
    r"|allergy|migraines?|pregnancy|pacemaker|wheelchair|kids?|dog|knies?|rücken\w*|bein\w*|augen"
    r"|hüfte|herz\w*|magen\w*|allergie|migräne|rollstuhl\w*|kinder|hund\w*)\b"
    r"|\b(?:geht|klappt|funktioniert|passt) (?:bei|für|mit) (?:mir|mich|uns) "
    r"(?:gar |leider |überhaupt |einfach |prinzipiell )*nicht(?! (?:heute|morgen"
    r"|diese)) (?:wegen|weil)\b"
    r"|\b(?:doesn't|don't|never) works? for (?:me|us),? (?:because|since|due|as)\b"
)
"""`no window seat, because of my back`: a body is the same next time."""

_LIMIT = (
    r"\b(?:max(?:imum|imal)?|at most|no more than|not more than|up to|höchstens|nicht mehr als"
    r"|bis zu"
    r"|under|unter|below|limit(?: is)?)\.? (?:of )?[€$£]?\d[\d.,]*"
)
_AUTHORITY = (
    r"\b(?:company|firm|firma|employer|policy|insurance|law|contract|university|department|client"
    r"|board|finance|accounting|arbeitgeber|versicherung|vertrag|gesetz|chef\w*|boss|budget|we"
    r"|wir)\b"
)
LIMITED = (
    rf"{_LIMIT}[^.;]*[,;] ?(?:[^.;]*{_AUTHORITY} (?:\S+ )?(?:only |nur |nicht |doesn't |won't "
    rf"|don't )*"
    r"(?:pays?|covers?|reimburses?|refunds?|allows?|approves?|accepts?|zahlt|erstattet|übernimmt"
    r"|erlaubt|says)\b|(?:mehr|more)(?: than that)? (?:\w+ )?(?:zahlt|erstattet|übernimmt|pays?"
    r"|isn't"
    r"|is not|geht|the (?:company|firm|insurance|policy)|die firma|der arbeitgeber)\b[^.;]*)"
)
"""`at most 90 a night, the company doesn't pay more`: a limit that somebody else has set."""

_VERBS = (
    r"(?!had|got|was|were|did|hatte|war|muss|will|hab\b|habe|dachte|think|know|see|hope|glaub)\w+"
)
OWN = (
    rf"\bich {_VERBS} (?:eigentlich |meistens |sonst |in der regel )?(?:immer|nie|grundsätzlich|nur"
    r" noch|ausschließlich)\b(?! (?:noch|wieder)\b)"
    rf"|\bwir {_VERBS} (?:hier |bei uns )?(?:immer|nie|grundsätzlich|nur noch|ausschließlich|nur)\b"
    r"|\b(?:mach|mache|nehm|nehme|ess|esse|trink|trinke|flieg|fliege|fahr|fahre) ich (?:\w+ )?"
    r"(?:nicht|nie|nur|immer)(?! (?:heute|morgen|jetzt|mehr)\b)\W*(?:$|,)"
    r"|\b(?:i|we) (?!only\b)(?:fly|travel|eat|drink|work|take|use|book|pay|ship|deploy|write|read"
    r"|sleep|drive) (?:\S+ ){0,4}only (?:by|at|in|on|with|during|from|the)\b"
    r"|\b(?:i|we) (?:don't|do not|never|no longer) (?:fly|travel|eat|drink|use|book|take|deploy"
    r"|ship"
    r"|sleep|drive) \S.*\b(?:any ?more)\b|\b(?:i|we) no longer (?:fly|travel|eat|drink|use|book"
    r"|take"
    r"|deploy|ship|write|support|work)\b"
)
"""`ich zahl nur noch mit karte`, `I don't fly with them anymore`."""

_WHEN = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember|last \w+|this \w+|the (?:move|switch"
    r"|merger"
    r"|first|new year)|letzte\w* \w+|diese\w* \w+|dem \w+|der \w+|(?:19|20)\d\d|\w+day)"
)
SINCE = (
    rf"\bsince {_WHEN},? (?:i|we|it|our \w+|my \w+)(?:'ve|'s|'re| have| has| am| are| is| use| live"
    rf"| work) (?!seen|had (?:a )?(?:problem|error)|getting|noticed|been (?:see|gett|hav))"
    rf"|\b(?:i|we)(?:'ve| have| use| live| work|'m| am|'re| are) (?:had |been |got )?(?!seeing"
    rf"|getting"
    rf"|having|noticing|trying|waiting|stuck)[^.;,]{{3,60}} since {_WHEN}\b"
    rf"|\b(?:hab|habe|haben|nutz\w*|bin|sind|wohn\w*|arbeit\w*|fahr\w*|zahl\w*) (?:ich "
    rf"|wir )?(?:jetzt )?"
    rf"seit {_WHEN} (?!das problem|probleme|fehler|schwierig)\S+"
    rf"|\bseit {_WHEN} (?:hab|habe|haben|nutz\w*|bin|sind|wohn\w*|arbeit\w*|fahr\w*|zahl\w*|gilt) "
    rf"(?:ich |wir )?(?!das problem|probleme|fehler|schwierig)\S+"
    r"|\bgib(?:t'?s|t es) (?:\w+ )?nicht mehr, \S+ \S+"
)
"""`since june we're on the large plan`: how it is now, and wasn't before."""

FORMS = (THIRD, SAME, FOR_ME, BODY, LIMITED, OWN, SINCE)


def about_somebody(sentence: str) -> bool:
    """Whether a sentence tells what holds for a person."""
    return any(pattern(form).search(sentence) for form in FORMS)


def points_at(sentence: str, before: str) -> bool:
    """Whether a sentence tells something of the person whom the sentence before names."""
    return bool(pattern(POINTS).search(sentence) and pattern(NAMED).search(before))
