"""Standing rules in plain words: forms of a sentence which say that it holds for long.

Pure: patterns, each with an example. Which sentences count, and what takes a rule back,
is in `rules`.
"""

from __future__ import annotations

from acx.learn.offline.words import VERB

NO_MORE = (
    r"^(?:and |so )?no more (?!questions?\b|time\b|than\b|info|details?\b|of (?:this|that)\b"
    r"|worr|disk"
    r"|excuses?|work\b|space|room\b|memory|money|credits|results?|data\b|errors?\b|to\b)"
    r"\S+(?: \S+){0,4} (?:from|in|into|on|by|with|without|to|at|after|before) \S+"
)
"""`no more hotfixes from branches`."""

NOW_SO = (
    r"\bsince (?:last|this|the) (?:week|month|year|spring|summer|autumn|fall|winter|move|switch"
    r"|upgrade|migration|\w+day)\b.*\b(?:owns?|manages?|handles?|takes? care|lives?|uses?|belongs?"
    r"|must|have to|has to)\b"
    r"|(?<!\bit )(?<!\bthat )(?<!\bthis )\b(?:lives?|belongs?|goes|go) (?:only )?"
    r"(?:in|at|on|under|into|to|through|via) [^,]{3,60}\bnow\b"
)
"""`since last month the platform team owns the cluster`, `the flag lives in the settings now`."""

UNWANTED_EVER = (
    r"^i (?:don't|do not|never) want (?!to\b|it\b|that\b|this\b|them\b)\S.*"
    r"\b(?:on any|in any|for any|ever|every|whatever|whenever|from you|in general)\b"
)
"""`I don't want force pushes from you, on any branch`."""

SAID_FIRST = (
    r"\b(?:don't|do not|dont|never) (?:tell (?:me|us|them|anybody|anyone)|say|claim|report|announce"
    r"|promise|call (?:it|something|anything))\b.{3,80}\b(?:before|until|unless|without)\b \S+"
)
"""`don't tell me it's sent before the server has taken it`."""

LIKED_SO = (
    r"\b(?:that|this)(?:'s| is) how (?:(?:the|our|my) )?(?!it\b|you\b|this\b)\w+ (?:wants?|likes?"
    r"|needs?|expects?) (?:it|them|these|those)\b"
)
"""`gross prices, that's how the board wants it`."""

USUAL = (
    r"^(?:usually|normally|in general),? (?!i'd\b|i would|it (?:works|fails)|this|that)"
    r"(?=.*\b(?:i|me|my|we|us|our)\b)\S+ \S+ \S+"
)
"""`usually six o'clock suits me best`."""

DECLARED = (
    r"^(?:and )?(?:(?:the|our|my|one|house) )?(?:rule|convention|policy|standard)s?"
    r"(?: here| of the house)?(?: is|:)(?: that|:)? "
    r"(?!wrong|broken|missing|not\b|too\b|clear|applied|in\b|there|here|it\b|never (?:hit|reached))"
    r"\S+ \S+ \S+"
    r"|\bwe have an? (?:rule|policy|convention)\b"
    r"|^for the future\W+(?:please |pls )?(?:use|run|keep|ask|show|put|write|make|never|always"
    r"|don't"
    r"|do not|no|only)\b"
)
"""`rule here: one change a request`."""

REASONED_BAN = (
    r"^(?:please )?(?:don't|do not|dont|never|avoid|no) (?:\w+ ){1,2}[^,]{2,60}, ?(?:because "
    r"|as |since )?"
    r"(?:it|that|they|those|this)(?:'?s|'re| is| are) (?:auto-?)?(?:generated|managed|shared"
    r"|production"
    r"|prod\b|live\b|read-?only|owned|synced|vendored|public|overwritten|built|written) ?"
)
"""`don't edit the schema, it's generated`."""

NEEDS = (
    r"\b[A-Z]\w+ (?:has|have|got) an? (?:\w+ ){0,3}(?:allergy|intolerance)\b"
    r"|, (?:i|we) (?:don't|never) (?:eat|drink|fly|smoke|drive)(?: \w+)?\W*$"
)
"""What a person can't have: `Ruth has a bad nut allergy`."""

ONE_EACH = (
    r"^(?:only |just )?(?:one|a single) [\w-]+(?: [\w-]+)? (?:per|for each|for every|at a time)\b"
    r"(?!.*\b(?:is|are|was|were|has|fails?|there)\b)"
)
"""`one service per change`."""

GERMAN = (
    r"\b(?:ab (?:jetzt|sofort)|von (?:jetzt|nun) an|in zukunft|künftig|grundsätzlich)\b"
    r"|^(?:bitte )?(?:immer|nie|niemals) (?:(?!so\b|noch\b|wieder\b|im leben)\S+ )+\w+n\W*$"
    r"|\bbitte (?:immer|nie|niemals) \S+|^ich (?:bevorzuge|möchte (?:immer|nie|lieber))\b"
    r"|^wir (?:benutzen|verwenden|nutzen|nehmen) (?:hier|immer|nur|keine?)\b"
    r"|^(?:bitte )?(?:nimm|benutze?|verwende?) .{2,60}\bstatt\b"
)
"""`bitte nie direkt auf main pushen`."""

STAYS = (
    r"^(?!.*—)(?:the |our |my )?(?!it\b|that\b|this\b|everything\b|there\b|error|problem|page"
    r"|screen|bug"
    r"|build\b)\S+(?: \S+)? "
    r"(?:stays?|remains?|bleibt|bleiben) (?:always |immer |as |unter|under |in the |in |out of "
    r"|at |on "
    r"|with )?(?!the same|red\b|broken|empty (?:when|if|after|even)|stuck|blank|at 0|running)\S+"
    r"(?: \S+){0,4}, (?:because |since |as |weil |denn |sonst |otherwise )?(?!but|and|so"
    r"|even)\S+ \S+ \S+"
)
"""`the main branch stays releasable, sales demos from it`."""

EVERY_TIME = (
    rf"^(?:please |pls |always )?{VERB} .*\b(?:every|each) time(?: (?:you|we|i|there|a|an|the|it"
    rf"|someone"
    r"|somebody)\b|\W*$)"
    r"|^(?:every|each) time (?:you|we|there|a|an|somebody|someone)\b[^,]{3,60}, (?:please )?"
    rf"(?:{VERB}|ask|tell|warn|remind|count|weigh|measure|note)"
    r"|^(?!(?:i|we|it|they|he|she|this|that|there|the|why|what"
    r"|you)\b)\w+ .*\bbefore you \w+[^,]{0,40}, "
    r"(?:every|each) time\b"
    r"|^(?:jedes ?mal|immer),? wenn (?:du|wir|ein\w*|es)\b.*\b(?:bitte|musst|sollst|soll|erst)\b"
)
"""`weigh it before you pack, every time there's a new box`."""

THEIRS = (
    r"\b(?:theirs|ours|mine|his|hers|deren \w+|unsere?|meine?) (?:is|are|ist|sind)"
    r" (?:always|never|only|immer|nie|nur) "
)
"""`ours are always metric`."""

ASK_ME = (
    r"^(?:please |pls |always |just )*(?:ask|check with|tell|warn|show|consult|run (?:it|them"
    r"|everything)"
    r" by) (?:me|us|(?-i:[A-Z][a-z]+)|legal|finance)(?: first)?,? (?:before|whenever|each time"
    r"|every time"
    r"|if ever) (?:you (?!do (?:that|this|it)\b|go on|continue|start\b)\w+ (?!it\b|this\b|that\b"
    r"|them\b)"
    r"\S+|(?!doing|it\b|this\b|that\b|the next)\w+ing (?!it\b|this\b|that\b|them\b|the\b)\S+|any\b"
    r"|each\b|every\b|anything\b)"
    r"|^(?:bitte )?frag(?:e|t)? (?:mich|uns) (?:immer |erst |vorher )*,? ?(?:bevor"
    r"|ehe) du (?!weiter|das\b"
    r"|es\b)\w+"
)
"""`ask me before you buy anything`."""

HATES = (
    r"^(?:i|we) (?:really |just |personally )?(?:hate|can't stand|cannot stand|loathe|detest"
    r"|dislike"
    r"|strongly prefer|would rather have|'d rather have)(?: it when you| getting| reading"
    r"| seeing)? "
    r"(?!it\b|this\b|that\b|these\b|those\b|when\b|how\b|my\b|mondays|mornings|to\b|being|the\b"
    r"|him|her"
    r"|them|you\b|computers?|printers?|waiting|bugs)\w+"
    r"|^ich (?:hasse|mag keine|ertrage keine|kann keine?) (?!es|das|diese|montag)\w+"
)
"""`I hate nested ternaries`."""

EVERYWHERE = (
    r"\b(?:we|i|they) (?:do|have|handle|write|keep|name|build) (?:it|this|that|them|these) "
    r"(?:like (?:that|this)|so|this way|that way|the same way) (?:in|for|on|with|at) (?:every"
    r"|all|each)\b"
    r"|\b(?:das|so) machen wir (?:überall|immer|bei allen?|in allen?)\b"
    r"|\bbei uns (?:immer|nie|niemals|grundsätzlich|nur|ausschließlich)\b"
    r"|^(?!(?:es|das|er|sie|ich|du)\b)\w+ (?:gehen|kommen|werden|sind|heißen|stehen"
    r"|bleiben) (?:\S+ ){0,2}"
    r"(?:immer|nie|niemals|grundsätzlich|nur) (?!noch|wieder|mehr)\S+"
)
"""`we do it like that in every service`, `preise gehen bei uns immer brutto raus`."""

NOTHING_EVER = (
    r"^(?:and |but |so )?(?:nothing|nobody|no one|no \w+|kein\w* \w+|nichts|niemand) (?:ever "
    r"|must ever "
    r"|may |darf |wird (?:je|jemals) )(?:gets? |is |goes |be |ever )?(?!happen|came|comes|work"
    r"|chang"
    r"|reach|saw|see|said)\w+"
)
"""`nothing ever leaves the house without a label`."""

ELSEWHERE = (
    r"\b(?:not in(?:to)?|nicht in(?:s)?|never in) \S+.{0,80}, (?:it|that|they|those|das|der|die)\b"
    r"(?: \w+)? (?:comes?|belongs?|goes|go|lives?|stays?|kommt|gehört|steht) (?:from|in|into|to"
    r"|aus|ins?)"
    r" \S+"
)
"""`the password not in the script, it comes from the keyring`."""

EVER = (
    r"^(?:no|nothing|nobody|never|don't|do not|dont) (?!worr|mind|problem|one ever)(?:(?!it\b"
    r"|that\b|this\b"
    r"|them\b)\S+ ){2,12}ever(?: again)?\W*$|\balways (?!\w+ed\b)[\w ]{3,30} for (?:me|us)\b"
)
"""`nothing before nine for me, ever`, `always metric for me`."""

NOBODY = (
    r"^(?:nobody|no one|everybody|everyone) (?!knows|cares|says|said|uses it|likes|is|was|has|had"
    r"|can|could|got"
    r"|else)\w+s (?:\S+ ){1,8}(?:here|around here|in this \w+|with us|at ours)\W*$"
)
"""`nobody deploys from a laptop here`."""

STANDING = (
    EVER,
    NOBODY,
    STAYS,
    EVERY_TIME,
    THEIRS,
    ASK_ME,
    HATES,
    NOTHING_EVER,
    EVERYWHERE,
    ELSEWHERE,
    NO_MORE,
    NOW_SO,
    UNWANTED_EVER,
    SAID_FIRST,
    LIKED_SO,
    USUAL,
    DECLARED,
    REASONED_BAN,
    NEEDS,
    GERMAN,
)

INCIDENT = (
    r"\bwe (?:had|did|tried) (?:that|this|it|the|all|one)\b[^.]{0,80},|\btook (?:me|us) "
    r"(?:an?|two|three|\d|all|hours|days|weeks)\b|\bcosts? us\b|\bburn(?:ed|t) (?:us|by)\b"
    r"|\b(?:tripled|doubled) (?:the|our)\b|\bwe(?:'ve| have) been (?:through|there)\b"
)
"""What somebody tells of what came of it: a correction with it isn't for the moment."""

EXCEPTION = r",? (?:but|only) (?:just )?(?:for )?(?:this|today|tonight|tomorrow|now|on)\b.*$"
"""What takes back a habit for once: `..., but this friday make it 8`."""

CLAUSE = r"(?:,|\band\b|\bbut\b) (i (?:always|usually|generally) (?!\w+ed\b)\w+.*)$"
"""A habit that is told as the reason for a request."""

ABOUT_THEM = (
    r"\b(?:he|she) (?:never|always|only|prefers?|hates|won't|doesn't) (?!work|fail)\w+"
    r"|\b(?:write|call|text|message|mail|reach) (?:him|her|them) (?:on|by|via|at) \w+"
    r"|\b(?:it'?s|is|now) [+(]?\d[\d ()/-]{6,}\d\b|\b[\w.+-]+@[\w-]+\.\w+[\w.]*\b"
)
"""What is said of somebody who was named before: how to reach them, what they do."""
