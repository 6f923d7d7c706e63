"""What secrets look like: forms of tokens, and the names, headers and URLs that introduce a secret.

Tables, patterns and guards only; who applies them is `acx.transcripts.redact`. A pattern starts
with plain text or a set of letters, so that the search skips ahead, and nothing unbounded repeats
inside something unbounded: a line of 50 MB takes seconds, not hours. Compiled when first used.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

MARK = "[REDACTED:"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one of `needles` stands, `source` is searched; its group `secret` is what is secret.

    judge  the kind of a match, "" if it is no secret after all
    """

    needles: tuple[str, ...]
    source: str
    judge: Callable[[re.Match[str]], str]

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


# -- tokens that are known by their form ----------------------------------------------------------

_FORMS = r"""
anthropic       sk-ant-         [\w-]{16,}
openai          sk-             (?:proj|svcacct|admin|None)-[\w-]{20,}
openai          sk-             (?:[A-Za-z0-9]{40,}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20,})
openrouter      sk-or-          [\w-]{20,}
langfuse        sk-lf-          [\w-]{20,}
stripe          sk_             (?:live|test)_\w{16,}
stripe          rk_             (?:live|test)_\w{16,}
stripe          whsec_          [A-Za-z0-9+/]{20,}={0,2}
github          ghp_            [A-Za-z0-9]{30,}
github          gho_            [A-Za-z0-9]{30,}
github          ghs_            [A-Za-z0-9]{30,}
github          ghu_            [A-Za-z0-9]{30,}
github          ghr_            [A-Za-z0-9]{30,}
github          github_pat_     \w{22,}
gitlab          glpat-          [\w-]{20,}
gitlab          glrt-           [\w-]{20,}
gitlab          gldt-           [\w-]{20,}
gitlab          glptt-          [\w-]{20,}
aws-key-id      AKIA            [A-Z0-9]{16}(?![A-Za-z0-9])
aws-key-id      ASIA            [A-Z0-9]{16}(?![A-Za-z0-9])
private-key     LS0tLS1CRUdJTiB (?:SU0E|FQyB|PUEV|QUkl|FTkN|EU0E)[A-Za-z0-9+/=]{40,}
gcp             AIza            [\w-]{35}(?![\w-])
google          ya29.           [\w-]{20,}
google          GOCSPX-         [\w-]{20,}
slack           xoxb-           [\w.-]{16,}
slack           xoxp-           [\w.-]{16,}
slack           xoxa-           [\w.-]{16,}
slack           xoxs-           [\w.-]{16,}
slack           xoxr-           [\w.-]{16,}
slack           xoxe-           [\w.-]{16,}
slack           xoxe.           [\w.-]{16,}
slack           xapp-           \d-[\w-]{16,}
slack           hooks.slack.com (?:/services|/workflows)/[\w/]{20,}
npm             npm_            [A-Za-z0-9]{36}(?![A-Za-z0-9])
pypi            pypi-           [\w-]{50,}
rubygems        rubygems_       [0-9a-f]{48}
huggingface     hf_             [A-Za-z0-9]{30,}
sendgrid        SG.             [\w-]{16,}\.[\w-]{16,}
twilio          SK              [0-9a-f]{32}(?![A-Za-z0-9])
digitalocean    dop_v1_         [0-9a-f]{32,}
digitalocean    doo_v1_         [0-9a-f]{32,}
digitalocean    dor_v1_         [0-9a-f]{32,}
linear          lin_            (?:api|oauth)_[A-Za-z0-9]{32,}
notion          ntn_            [A-Za-z0-9]{40,}
notion          secret_         [A-Za-z0-9]{43}(?![A-Za-z0-9])
databricks      dapi            [0-9a-f]{32}(?:-\d)?(?![A-Za-z0-9])
jwt             eyJ             [\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?
shopify         shpat_          [0-9a-fA-F]{32}
shopify         shpss_          [0-9a-fA-F]{32}
shopify         shpca_          [0-9a-fA-F]{32}
shopify         shppa_          [0-9a-fA-F]{32}
vault           hvs.            [\w-]{24,}
vault           hvb.            [\w-]{24,}
terraform       .atlasv1.       [\w-]{50,}
docker          dckr_pat_       [\w-]{20,}
groq            gsk_            [A-Za-z0-9]{40,}
xai             xai-            [A-Za-z0-9]{40,}
perplexity      pplx-           [A-Za-z0-9]{40,}
replicate       r8_             [A-Za-z0-9]{37,}
sentry          sntrys_         [\w+/=-]{40,}
sentry          sntryu_         [0-9a-f]{40,}
grafana         glsa_           \w{32,}
grafana         glc_            [A-Za-z0-9+/=]{32,}
newrelic        NRAK-           [A-Z0-9]{27}
figma           figd_           [\w-]{30,}
atlassian       ATATT3          [\w=-]{40,}
postman         PMAK-           [0-9a-f-]{50,}
supabase        sbp_            [0-9a-f]{40}
planetscale     pscale_tkn_     [\w.-]{30,}
pulumi          pul-            [0-9a-f]{40}
doppler         dp.pt.          [A-Za-z0-9]{40,}
tailscale       tskey-          [A-Za-z]+-[\w-]{16,}
langsmith       lsv2_           (?:pt|sk)_\w{32,}
square          sq0atp-         [\w-]{22,}
square          sq0csp-         [\w-]{22,}
mailgun         key-            [0-9a-f]{32}(?![A-Za-z0-9])
age             AGE-SECRET-KEY- 1[A-Z0-9]{50,}
"""

# Also after the `\n` of a text that was escaped once more than it was decoded.
_START = r"(?:(?<![A-Za-z0-9]{0})|(?<=\\[nrt]{0}))"
_UNREAL = re.compile(r"[xX]{6}|\*{4}|\.{3}|(?i:[-_]?your[-_])|-here\b")


def _form(line: str) -> Rule:
    kind, prefix, rest = line.split(maxsplit=2)
    text = re.escape(prefix)
    # terraform's prefix is the middle of the token; a hook's is the middle of a URL
    start = "" if prefix[0] == "." else _START.replace("{0}", text)

    def judge(match: re.Match[str]) -> str:
        return "" if _UNREAL.search(match["secret"]) else kind

    return Rule((prefix,), f"(?P<secret>{text}{start}{rest})", judge)


def _always(kind: str) -> Callable[[re.Match[str]], str]:
    return lambda _: kind


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

TOKENS: tuple[Rule, ...] = (
    Rule(("PRIVATE KEY",), _KEY_BLOCK, _always("private-key")),
    Rule(("PRIVATE KEY",), _KEY_TAIL, _always("private-key")),
    *(_form(line) for line in _FORMS.strip().splitlines()),
    Rule((":AA",), r"(?P<secret>[0-9]{8,10}:AA[\w-]{32,34})(?![\w-])", _always("telegram")),
    Rule(("/api/webhooks/",), r"/api/webhooks/[0-9]{16,20}/(?P<secret>[\w-]{40,})",
         _always("discord")),
    Rule(("AccountKey=",), r"AccountKey=(?P<secret>[A-Za-z0-9+/]{40,}={0,2})", _always("azure")),
    Rule(("sig=",), r"[?&;]sig=(?P<secret>[A-Za-z0-9%+/]{30,}={0,2})", _always("azure")),
)  # fmt: skip

DOTTED = Rule(
    (".",),
    r"(?P<secret>[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,40})(?![\w-])",
    _always("discord"),
)
"""Discord's tokens hold no text to search for, only two dots at a distance."""


# -- secrets that are known by what introduces them -----------------------------------------------

NAME_HINTS = ("pass", "pwd", "secret", "token", "key", "auth", "cookie", "bearer", "credential")
"""In lower case. A text with none of them has no named secret."""

# Three letters, of which each may be one of few, let the search skip 20 times faster than words
# that are searched for regardless of case.
_NAME = (
    r"(?P<name>[pPsStTaAcCeEmM_][aAwWeEoOpPcCrRiInNuUK][sSdDcCkKiIeErRgGtTE]"
    r"(?<=(?i:pas|pwd|sec|tok|api|acc|cre|pri|sig|enc|aut|mas|_ke))"
    r"(?i:(?<=pas)(?:sw(?:or)?d|sphrase|s(?<=[_-]pass))|(?<=pwd)|(?<=sec)ret|(?<=tok)en"
    r"|(?<=api)[_-]?key|(?<=acc)(?:ess|ount)[_-]?key|(?<=cre)dential|(?<=pri)vate[_-]?key"
    r"|(?<=sig)ning[_-]?key|(?<=enc)ryption[_-]?key|(?<=aut)h(?:[_-]?key)?|(?<=mas)ter[_-]?key"
    r"|(?-i:(?<=_KE)Y))"
    r"(?i:s|[_-]?key(?:_?base)?|_?[0-9]{1,2}|_(?:prod|production|dev|test|staging|live|value))?)"
)
_ASSIGN = (
    r"(?:(?:\\{0,3}[\"'`])?\]?[ \t]{0,4}"
    r"(?:(?::[ \t]?[A-Za-z][\w.\[\]|, ]{0,30})?(?:=>|:=|=(?![=~>]))|:(?![=:]))[ \t]{0,4}"
    r"|[\"'] value=|>(?=[^<>\s]{4,400}</))"
)
_QUOTED = (
    r"[bruf]{0,2}(?P<quote>\\{0,3}[\"'`])(?P<secret>(?:(?!(?P=quote))[^\r\n]){4,400})(?P=quote)"
)
_BARE_VALUE = r"(?P<secret>(?:[^\s\"'`,;<>(){}\[\]|\\&]|&(?!\w{1,40}=)){4,400}+)(?![(\[{])"

_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLACEHOLDER = re.compile(
    r"(?i)\[REDACTED:|^[<$%{*]|\$\{|\$\(|\{\{|\.\.\.|…|xxxx|\*\*\*|(?:\b|[-_])your[-_ ]"
    r"|change.?me|placeholder|(?:\b|[-_])example|process\.env|environ|getenv|-here\b"
)
_WORDS = re.compile(r"[^\W\d_]+(?:[-_.:/ ]+[^\W\d_]+)*[-_.:!?*]*")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d")
_LOCATION = re.compile(r"(?:[./~@#:^\\-]|[a-z]+://|[A-Za-z]:\\)|.*(?:\(\?|\.[a-z]{2,4}$)")


def _assigned(match: re.Match[str]) -> str:
    name, value = match["name"], match["secret"]
    quoted = "quote" in match.re.groupindex
    if _PLACEHOLDER.search(value):
        return ""
    if not quoted and not name.isupper() and _IDENTIFIER.fullmatch(value):
        after = match.string[match.end() : match.end() + 1]
        if after in (")", ",", ";") or "." in value or not re.search(r"\d", value):
            return ""
    if re.match("(?i)pas|pwd", name):
        if name.isupper() and not quoted and re.fullmatch(r"(?!password|required)[a-z]{8,}", value):
            return "password"  # as in a .env file, where nothing but values can stand
        ok = _password(value, quoted or name.isupper(), passphrase="phrase" in name.lower())
        return "password" if ok else ""
    before = match.string[max(0, match.start() - 12) : match.start()].lower()
    if "secret_" in before and "access" in name.lower() and len(value) == 40:
        return "aws-secret-key"
    if not _random(value, name):
        return ""
    kinds = ("token", "secret", "credential", "key")
    return next((kind for kind in kinds if kind in name.lower()), "token")


_OWN = re.compile(r"(?i)\b(?:my|our)(?: \w+)? $")


def _spoken(match: re.Match[str]) -> str:
    """Of a value that follows a name in a sentence or a command: only what can't be a word."""
    name, value = match["name"], match["secret"].rstrip(".!?:")
    if _PLACEHOLDER.search(value) or not re.search(r"\d", value):
        return ""
    if re.match("(?i)pas", name):
        # "my password is hunter2" tells one, "the password is stored2 in the vault" doesn't
        own = _OWN.search(match.string, max(0, match.start() - 24), match.start())
        mixed = re.search(r"[a-z]", value) and re.search(r"[A-Z!@#$%^&*+=~]", value)
        return "password" if (own or mixed) and _password(value, True) else ""
    machine = len(value) >= 20 and entropy(value) >= 3.5 and sum(map(str.isdigit, value)) >= 3
    return "token" if machine and _random(value, name) else ""


def _password(value: str, stated: bool, *, passphrase: bool = False) -> bool:
    """`stated`: in quotes or to a name in capitals, so that it's a value and not code or prose."""
    if len(value) < 6 or len(value) > 200 or _LOCATION.match(value):
        return False
    if re.search(r"\s", value):
        return passphrase and value.count(" ") >= 3
    if _WORDS.fullmatch(value):
        return stated and value.count("-") >= 3 and len(value) >= 20
    return bool(re.search(r"\d", value)) or (stated and bool(re.search(r"\w[@#$%^&+=~!]\w", value)))


def _random(value: str, name: str) -> bool:
    """Whether a value to the name of a key or token is made by a machine: long, mixed, no code."""
    shortest = 8 if name.lower().startswith("secret") else 12 if name != "_KEY" else 16
    if len(value) < shortest or re.search(r"[^\w+/=.:~%@!#$^*-]", value, re.A):
        return False
    if _DATE.search(value) or _LOCATION.match(value) or _WORDS.fullmatch(value):
        return False
    if _UUID.fullmatch(value):
        return "token" not in name.lower()
    digits = sum(c.isdigit() for c in value)
    if digits == len(re.sub(r"[\W_]", "", value)):
        return False
    if not digits:
        return name.isupper() and len(value) >= 20 and entropy(value) >= 4
    named = all(re.fullmatch(r"[A-Za-z]*\d{0,3}", piece) for piece in re.split(r"[\W_]", value))
    few = digits <= (3 if re.search(r"[-_.:/]", value) else 2)
    return entropy(value) >= 2.9 and not (named and few)


def entropy(value: str) -> float:
    """Shannon's, in bits a character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def _authorization(match: re.Match[str]) -> str:
    value = match["secret"]
    if _PLACEHOLDER.search(value):
        return ""
    if (match["scheme"] or "").strip().lower() == "basic":
        try:
            return "authorization" if b":" in b64decode(value, validate=True) else ""
        except ValueError:
            return ""
    if not match["scheme"] and _IDENTIFIER.fullmatch(value):
        return ""
    return "authorization" if len(value) >= 12 and re.search(r"\d", value) else ""


def _cookie(match: re.Match[str]) -> str:
    values = re.findall(r"=([^;\s]{8,})", match["secret"])
    real = [v for v in values if re.search(r"\d", v) and not _PLACEHOLDER.search(v)]
    return "cookie" if real else ""


def _option(match: re.Match[str]) -> str:
    name, value = match["name"].lower().replace("_", "-"), match["secret"]
    if _PLACEHOLDER.search(value) or _LOCATION.match(value):
        return ""
    if name.endswith(("password", "passwd", "passphrase")):
        return "password" if _password(value, bool(match["quote"])) else ""
    if name.endswith(("token", "secret", "api-key", "apikey", "access-key", "secret-key")):
        return "token" if _random(value, name) else ""
    return ""


def _userinfo(match: re.Match[str]) -> str:
    value = match["secret"]
    unreal = _PLACEHOLDER.search(value) or re.fullmatch(r"(?i)pass(?:word|wd)?|pwd|secret", value)
    return "" if unreal else "password"


def _user_option(match: re.Match[str]) -> str:
    value = match["secret"]
    return "password" if not _PLACEHOLDER.search(value) and _password(value, True) else ""


URLS = Rule(
    ("://",),
    r"://[^\s:/@\"'`<>\\]{0,100}+:(?P<secret>[^\s/\"'`<>\\]{1,200})@(?=[\w\[{$%.-])",
    _userinfo,
)

NAMED: tuple[Rule, ...] = (
    Rule(
        ("authorization",),
        r"[aA](?i:uthorization)(?:\\{0,3}[\"'`])?\s{0,3}[:=]\s{0,3}(?:\\{0,3}[\"'`])?"
        r"(?P<scheme>(?i:bearer|basic|token|digest|apikey|negotiate)\s{1,3})?"
        r"(?P<secret>[A-Za-z0-9._~+/=:-]{8,})",
        _authorization,
    ),
    Rule(
        ("cookie",),
        r"[cC](?i:ookie)(?:\\{0,3}[\"'`])?\s{0,2}:\s{0,2}(?:\\{0,3}[\"'`])?"
        r"(?P<secret>[^\s\"'`;=\\]{1,80}=[^\"'`\r\n\\]{8,4000})",
        _cookie,
    ),
    Rule(NAME_HINTS, _NAME + _ASSIGN + _QUOTED, _assigned),
    Rule(NAME_HINTS, _NAME + _ASSIGN + _BARE_VALUE, _assigned),
    Rule(
        NAME_HINTS,
        r"--(?P<name>[a-zA-Z][\w-]{0,40}+)(?:=|[ \t]{1,3})(?P<quote>[\"']?)"
        r"(?P<secret>[^\s\"'`,;|<>(){}\[\]\\]{6,400}+)",
        _option,
    ),
)
BEARER = Rule(
    ("Bearer ", "bearer "),
    r"(?P<scheme>[bB]earer)[ \t]{1,3}(?P<secret>[\w.~+/=-]{16,})",
    _authorization,
)
SPOKEN = Rule(
    ("assword ", "oken ", "OKEN ", "KEY "),
    _NAME + r"(?: is| was)?:?[ \t]{1,3}(?P<quote>[\"'`]?)"
    r"(?P<secret>[^\s\"'`,;<>(){}\[\]|\\]{6,400}+)",
    _spoken,
)
COMMANDS: tuple[Rule, ...] = (
    Rule(
        ("curl",),
        r"-u[ =]{0,2}[\"']?[\w.@-]{1,80}:(?P<secret>[^\s\"'`$<{]{4,200})",
        _user_option,
    ),
    Rule(
        ("sshpass", "mysql", "login"),
        r"(?:sshpass|mysql|mysqldump|login)\b(?: [^\s|;&]{1,80}){0,8}? -p[ =]?[\"']?"
        r"(?P<secret>[^\s\"'`$<{]{6,200})",
        _user_option,
    ),
)
