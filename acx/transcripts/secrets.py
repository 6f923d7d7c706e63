"""What secrets look like: forms of tokens, and the names, headers and URLs that introduce a secret.

Patterns only; the forms of tokens are a table of their own, `secret_forms`. Who applies them is
`acx.transcripts.redact`; which of their matches are no secrets, `secret_judges` tells. A pattern
starts with plain text or a set of letters, so that the search skips ahead, and nothing unbounded
repeats inside something unbounded: a line of 50 MB takes seconds, not hours. Compiled when first
used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from acx.transcripts import secret_judges as judges
from acx.transcripts.secret_forms import FORMS

MARK = "[REDACTED:"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one of `needles` stands, `source` is searched; its group `secret` is what is secret.

    judge   the kind of a match, "" if it is no secret after all
    begins  a match can only begin with the needle
    """

    needles: tuple[str, ...]
    source: str
    judge: Callable[[re.Match[str]], str]
    begins: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


# -- tokens that are known by their form ----------------------------------------------------------

# Also after what ends in a letter and is none: the `\n` of a text that was escaped once more than
# it was decoded, the `%3D` of a URL, and the `m` of a terminal's colour code (`K`: grep's).
_BEFORE = (r"\\[nrt]", r"%[0-9A-Fa-f]{2}", *(rf"[\[;]{'[0-9]' * n}[mK]" for n in range(4)))
_START = "(?:(?<![A-Za-z0-9]{0})|" + "|".join(f"(?<={before}{{0}})" for before in _BEFORE) + ")"


def _form(line: str) -> Rule:
    kind, prefix, rest = line.split(maxsplit=2)
    text = re.escape(prefix)
    # terraform's prefix is the middle of the token; a hook's is the middle of a URL
    start = "" if prefix[0] == "." else _START.replace("{0}", text)
    return Rule((prefix,), f"(?P<secret>{text}{start}{rest})", judges.formed(kind), begins=True)


_GAP = r"(?:\s|\\[nrt]|[\"'+,>|\\]|[0-9]{1,6}[|:→\t]){1,16}+"
_SEALED = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\n\\]{1,100}+"
_ENDING = rf"(?:{_GAP})?-----END [A-Z0-9 ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----"
_KEY_BLOCK = (
    r"(?P<secret>-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    rf"(?:{_GAP}{_SEALED})*+(?:{_GAP}[A-Za-z0-9+/=]{{16,}}+)++"
    rf"(?:(?:{_GAP}[A-Za-z0-9+/=]{{1,76}}+)?{_ENDING}|[A-Za-z0-9+/=]*+))"
)
# The last lines of a key, as `tail` shows them.
_KEY_TAIL = (
    rf"(?P<secret>(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{{40,76}}+{_GAP}){{0,60}}"
    rf"[A-Za-z0-9+/=]{{4,76}}+{_ENDING})"
)

_PUTTY = (
    r"Private-Lines: [0-9]{1,3}"
    r"(?P<secret>(?:(?:\s|\\[nr]){1,8}+[A-Za-z0-9+/=]{4,76}+(?![\w:-])){1,60})"
)
_JWK = r"\"d\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<secret>[\w-]{40,1000}+)"
_FREE = _START.replace("{0}", "")  # of tokens that begin with nothing in particular
_ENTRA = rf"(?P<secret>{_FREE}[\w~.-]{{3}}[0-9]Q~[\w~.-]{{30,33}}[\w~-])(?![\w~-])"
_DEVOPS = rf"(?P<secret>{_FREE}[A-Za-z0-9]{{76}}AZDO[A-Za-z0-9]{{4}})(?![A-Za-z0-9])"
_AZURE_AI = rf"(?P<secret>{_FREE}[A-Za-z0-9]{{52}}JQQJ9[A-Za-z0-9]{{27}})(?![A-Za-z0-9])"
_AIRTABLE = rf"(?P<secret>{_FREE}pat[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}})(?![A-Za-z0-9])"
_COOKIE_JAR = r"\t(?:TRUE|FALSE)\t[0-9]{1,12}\t[^\t\r\n]{1,80}\t(?P<secret>[^\s]{10,4000}+)"

TOKENS: tuple[Rule, ...] = (
    Rule(("PRIVATE KEY",), _KEY_BLOCK, judges.always("private-key")),
    Rule(("PRIVATE KEY",), _KEY_TAIL, judges.always("private-key")),
    Rule(("Lines: ",), _PUTTY, judges.always("private-key")),
    Rule(("kty",), _JWK, judges.always("private-key")),
    *(_form(line) for line in FORMS.strip().splitlines()),
    Rule((":AA",), r"(?P<secret>[0-9]{8,10}:AA[\w-]{32,34})(?![\w-])", judges.always("telegram")),
    Rule(("/api/webhooks/",), r"/api/webhooks/[0-9]{16,20}/(?P<secret>[\w-]{40,})",
         judges.always("discord")),
    Rule(("AccountKey=", "AccessKey="),
         r"(?:Account|SharedAccess)Key=(?P<secret>[A-Za-z0-9+/]{40,}={0,2})",
         judges.always("azure")),
    Rule(("Q~",), _ENTRA, judges.formed("azure")),
    Rule(("AZDO",), _DEVOPS, judges.always("azure")),
    Rule(("JQQJ9",), _AZURE_AI, judges.always("azure")),
    Rule(("_authToken=",), r"_authToken=(?P<secret>[\w-]{20,200}+)", judges.formed("npm")),
    Rule(("sig=",), r"[?&;]sig=(?P<secret>[A-Za-z0-9%+/]{30,}={0,2})", judges.always("azure")),
    Rule(("-Signature=",), r"X-(?:Amz|Goog)-Signature=(?P<secret>[0-9a-f]{64,1024})",
         judges.always("signed-url")),
    Rule(("E\t/",), _COOKIE_JAR, judges.cookie_value),
)  # fmt: skip

DOTTED: tuple[Rule, ...] = (
    Rule(
        (".",),
        r"(?P<secret>[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,40})(?![\w-])",
        judges.always("discord"),
    ),
    Rule((".",), _AIRTABLE, judges.always("airtable")),
)
"""Tokens that hold no text to search for, only dots at a distance."""


# -- secrets that are known by what introduces them -----------------------------------------------

HINTS = (
    *("pass", "pwd", "secret", "token", "key", "auth", "bearer", "credential"),
    "authorization",
)
"""In lower case. A text with none of them has no named secret."""

_NAME = (
    r"(?P<name>(?:(?i:pass(?:w(?:or[dt]|d)|phrase|(?<=[_-]pass))|pwd|secret|token|credential"
    r"|(?:api|access|account|private|signing|encryption|master)[_ -]?key|auth(?:[_-]?key)?)|_KEY)"
    r"(?i:s|[_ -]?key(?:_?base)?|_?[0-9]{1,2}|_(?:prod|production|dev|test|staging|live|value))?)"
)
_LED = ("api", "access", "account", "private", "signing", "encryption", "master")


def name_starts(text: str, hints: Mapping[str, list[int]]) -> list[int]:
    """Where a name may begin that says its value is a secret, in order, given where hints stand. Of
    `key`, what stands before it tells."""
    starts = [at for hint in _WHOLE for at in hints.get(hint, ())]
    for at in hints.get("key", ()):
        led = at - 1 if at and text[at - 1] in "_ -" else at
        before = text[max(0, led - _LONGEST_LED) : led].lower()
        starts += [led - len(word) for word in _LED if before.endswith(word)]
        if text.startswith("_KEY", at - 1):
            starts.append(at - 1)
    starts.sort()
    return starts


_WHOLE = ("pass", "pwd", "secret", "token", "auth", "credential")
_LONGEST_LED = max(map(len, _LED))

_ASSIGN = (
    r"(?:(?:\\{0,3}[\"'`])?\]?\*{0,2}[ \t]{0,4}"
    r"(?:(?::[ \t]?[A-Za-z][\w.\[\]|, ]{0,30})?(?:=>|:=|=(?![=~>]))|:(?![=:])\*{0,2}|%3[Dd])"
    r"[ \t]{0,4}|[\"'] value=|>(?=[^<>\s]{4,400}</)"
    # the next field of an object: {"name": "DB_PASSWORD", "value": "..."}, also in YAML
    r"|(?:\\{0,3}[\"'])?,?(?:\s|\\n){1,40}+(?:\\{0,3}[\"'])?value(?:\\{0,3}[\"'])?[ \t]?:[ \t]?"
    r"|\\{0,3}[\"'],\\{0,3}[\"']value\\{0,3}[\"']:)"
)
_QUOTED = (
    r"[bruf]{0,2}(?P<quote>\\{0,3}[\"'`])(?P<secret>(?:(?!(?P=quote))[^\r\n]){4,400})(?P=quote)"
)
_BARE_VALUE = r"(?P<secret>(?:[^\s\x1b\"'`,;<>(){}\[\]|\\&]|&(?!\w{1,40}=)){4,400}+)(?![(\[{])"

_USER = r"[^\s\x1b:/@\[\"'`<>\\]"
URLS: tuple[Rule, ...] = (
    Rule(
        ("://",),
        rf"://(?P<secret>{_USER}{{16,200}}+)(?::|:x-oauth-basic)?@(?=[\w\[{{$%.-])",
        judges.user_is_token,
    ),
    Rule(
        ("://",),
        rf"://{_USER}{{0,100}}+:(?P<secret>[^\s\x1b/\"'`<>\\]{{1,200}})@(?=[\w\[{{$%.-])",
        judges.userinfo,
    ),
    Rule(
        ("otpauth://",),
        r"otpauth://[^\s\"'`<>]{1,300}?[?&]secret=(?P<secret>[A-Za-z2-7]{16,200})",
        judges.formed("secret"),
    ),
)

PGPASS = Rule(
    (":5432:", ":5433:", ":6432:", ":6543:", ":*:"),
    r"(?<![\w.:*/-])[\w.*-]{1,100}:(?:[0-9]{4,5}|\*):[\w.*-]{1,64}:[A-Za-z_*][\w.@-]{0,64}"
    r":(?P<secret>(?:\\[:\\]|[^\s:\"'`<>\\]){4,200})(?=\s|[\"'`]|\\n|$)",
    judges.userinfo,
)
"""A line of a .pgpass: host, port, database, user, password."""

AUTHORIZATION = Rule(
    ("authorization",),
    r"[aA](?i:uthorization)(?:\\{0,3}[\"'`])?\s{0,3}[:=]\s{0,3}(?:\\{0,3}[\"'`])?"
    r"(?P<scheme>(?i:bearer|basic|token|digest|api-?key|negotiate|bot|key|ssws|splunk|oauth)"
    r"\s{1,3})?"
    r"(?P<secret>[A-Za-z0-9._~+/=:-]{8,})",
    judges.authorization,
)
COOK = "cook"
COOKIE_AT = COOK.index("k")
COOKIE = Rule(
    (COOK,),
    r"[kK\u212a](?<=[cC][oO][oO][kK\u212a])(?i:ie)(?:\\{0,3}[\"'`])?\s{0,2}:\s{0,2}"
    r"(?:\\{0,3}[\"'`])?(?P<secret>[^\s\"'`;=\\]{1,80}=[^\"'`\r\n\\]{8,4000})",
    judges.cookie,
    begins=True,
)
"""Begins at the `k`: the `coo` may be the end of the value before, which is as long as one can
be."""

ASSIGNED: tuple[Rule, ...] = (
    Rule(HINTS, _NAME + _ASSIGN + _QUOTED, judges.assigned),
    Rule(HINTS, _NAME + _ASSIGN + _BARE_VALUE, judges.assigned),
)
"""Values given to a name. A match can only begin where `name_starts` says."""

OPTION = Rule(
    ("--",),
    r"--(?P<name>[a-zA-Z][\w-]{0,40}+)(?:=|[ \t]{1,3})(?P<quote>[\"']?)"
    r"(?P<secret>[^\s\x1b\"'`,;|<>(){}\[\]\\]{6,400}+)",
    judges.option,
)

BEARER = Rule(
    ("Bearer ", "bearer "),
    r"(?P<scheme>[bB]earer)[ \t]{1,3}(?P<secret>[\w.~+/=-]{16,})",
    judges.authorization,
)
_ABOUT = r"(?: (?:for|of|to|on|at|I|i|we|für|fürs|zum|vom|von|am)(?: [\w'.-]{1,20}){1,8}?)"
_IS = (
    r"(?:(?: is| was)?(?: now)? (?:changed|set|reset) to|(?: ist| wurde)? (?:geändert|gesetzt) auf"
    r"| (?i:is|was|ist|war|lautet|heißt|should be|will be)(?: (?i:now|still|jetzt))?"
    r"|'s| to| auf| ?->| [-–](?= ))"
)
_WORD = r"\*{0,2}(?P<secret>[^\s\x1b\"'`,;<>(){}\[\]|\\]{6,400}+)"
SPOKEN = Rule(
    ("assword ", "asswort ", "oken ", "OKEN ", "key ", "KEY "),
    _NAME + rf"(?P<link>{_ABOUT}?{_IS})?:?[ \t]{{1,3}}(?P<quote>[\"'`]?)" + _WORD,
    judges.spoken,
)
"""Begins where `name_starts` says, too."""

TOLD = Rule(
    (
        *("pw:", "pw=", "pw ", "PW:", "PW=", "PW ", "Pw:", "ennwort", "asscode", "wd is"),
        *("pass:", "pass=", "pass =", "pass is", "Pass:", "Pass is", "PASS:", "PASS="),
    ),
    r"(?<![\w.$/-])(?P<name>(?i:pw|pass|pwd|kennwort|passcode))"
    rf"(?P<link>{_ABOUT}?{_IS}:?[ \t]|[ \t]?[:=]|[ \t])[ \t]{{0,3}}"
    rf"(?P<quote>[\"'`]?){_WORD}(?![(\[{{])",
    judges.told,
)
"""Short names of passwords, which stand for much else."""

PIN = Rule(
    ("pin is ", "PIN is ", "pin ist ", "PIN ist "),
    r"(?<![\w-])(?i:my|our|your|his|her|the|card|phone|sim|meine|deine|die)[ ](?i:pin)[ ]ist?[ ]"
    r"(?P<secret>[0-9]{4,8})(?![\w-]|[.,][0-9])",
    judges.always("password"),
)

NETRC = Rule(
    ("login",),
    r"machine[ \t\r\n]{1,9}[^\s.]{1,100}\.[^\s]{1,200}[ \t\r\n]{1,9}login[ \t\r\n]{1,9}[^\s]{1,200}"
    r"[ \t\r\n]{1,9}password[ \t]{1,9}(?P<secret>[^\s\"'`<>\\]{4,400}+)",
    judges.userinfo,
)
COMMANDS: tuple[Rule, ...] = (
    Rule(
        ("curl",),
        r"-(?:u|U|-user|-proxy-user)[ =]{0,2}[\"']?[\w.@-]{1,80}:(?P<secret>[^\s\"'`$<{]{4,200})",
        judges.user_option,
    ),
    Rule(
        ("curl",),
        r"-(?:b|-cookie)[ =]{0,2}[\"']?(?P<secret>[^\s\"'`;=\\]{1,80}=[^\"'`\r\n\\]{8,4000})",
        judges.cookie,
    ),
    Rule(
        ("sshpass", "mysql", "login"),
        r"(?:sshpass|mysql|mysqldump|login)\b(?: [^\s|;&]{1,80}){0,8}? -p[ =]?[\"']?"
        r"(?P<secret>[^\s\"'`$<{]{6,200})",
        judges.user_option,
    ),
)

DJANGO = Rule(
    ("SECRET_KEY",),
    r"SECRET_KEY[ \t]{0,3}[=:][ \t]{0,3}(?P<secret>[a-z0-9!@#$%^&*(_=+)-]{32,100}+)(?![\w.\[])",
    judges.django,
)
"""What `startproject` makes, as it stands in a .env: it may have brackets, which no other value has
that isn't in quotes."""

LITERAL: tuple[Rule, ...] = (*TOKENS, BEARER, *COMMANDS, *URLS, PGPASS, NETRC, DJANGO, TOLD, PIN)
"""Rules with needles that stand in a text as they are, in the order in which they are tried."""
