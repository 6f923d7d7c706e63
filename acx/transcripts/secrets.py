"""What secrets look like: forms of tokens, and the names, headers and URLs that introduce a secret.

Tables and patterns only; who applies them is `acx.transcripts.redact`, and what of their matches is
no secret is told by `secret_judges`. A pattern starts with plain text or a set of letters, so that
the search skips ahead, and nothing unbounded repeats inside something unbounded: a line of 50 MB
takes seconds, not hours. Compiled when first used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from acx.transcripts import secret_judges as judges

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

# Also after what ends in a letter and is none: the `\n` of a text that was escaped once more than
# it was decoded, the `%3D` of a URL, and the `m` of a terminal's colour code (`K`: grep's).
_BEFORE = (r"\\[nrt]", r"%[0-9A-Fa-f]{2}", *(rf"[\[;]{'[0-9]' * n}[mK]" for n in range(4)))
_START = "(?:(?<![A-Za-z0-9]{0})|" + "|".join(f"(?<={before}{{0}})" for before in _BEFORE) + ")"


def _form(line: str) -> Rule:
    kind, prefix, rest = line.split(maxsplit=2)
    text = re.escape(prefix)
    # terraform's prefix is the middle of the token; a hook's is the middle of a URL
    start = "" if prefix[0] == "." else _START.replace("{0}", text)
    return Rule((prefix,), f"(?P<secret>{text}{start}{rest})", judges.formed(kind))


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
    Rule(("PRIVATE KEY",), _KEY_BLOCK, judges.always("private-key")),
    Rule(("PRIVATE KEY",), _KEY_TAIL, judges.always("private-key")),
    *(_form(line) for line in _FORMS.strip().splitlines()),
    Rule((":AA",), r"(?P<secret>[0-9]{8,10}:AA[\w-]{32,34})(?![\w-])", judges.always("telegram")),
    Rule(("/api/webhooks/",), r"/api/webhooks/[0-9]{16,20}/(?P<secret>[\w-]{40,})",
         judges.always("discord")),
    Rule(("AccountKey=",), r"AccountKey=(?P<secret>[A-Za-z0-9+/]{40,}={0,2})",
         judges.always("azure")),
    Rule(("_authToken=",), r"_authToken=(?P<secret>[\w-]{20,200}+)", judges.formed("npm")),
    Rule(("sig=",), r"[?&;]sig=(?P<secret>[A-Za-z0-9%+/]{30,}={0,2})", judges.always("azure")),
)  # fmt: skip

DOTTED = Rule(
    (".",),
    r"(?P<secret>[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,40})(?![\w-])",
    judges.always("discord"),
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
    r"|(?<=api)[_ -]?key|(?<=acc)(?:ess|ount)[_ -]?key|(?<=cre)dential|(?<=pri)vate[_ -]?key"
    r"|(?<=sig)ning[_ -]?key|(?<=enc)ryption[_ -]?key|(?<=aut)h(?:[_-]?key)?|(?<=mas)ter[_ -]?key"
    r"|(?-i:(?<=_KE)Y))"
    r"(?i:s|[_ -]?key(?:_?base)?|_?[0-9]{1,2}|_(?:prod|production|dev|test|staging|live|value))?)"
)
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

NAMED: tuple[Rule, ...] = (
    Rule(
        ("authorization",),
        r"[aA](?i:uthorization)(?:\\{0,3}[\"'`])?\s{0,3}[:=]\s{0,3}(?:\\{0,3}[\"'`])?"
        r"(?P<scheme>(?i:bearer|basic|token|digest|apikey|negotiate)\s{1,3})?"
        r"(?P<secret>[A-Za-z0-9._~+/=:-]{8,})",
        judges.authorization,
    ),
    Rule(
        ("cookie",),
        r"[cC](?i:ookie)(?:\\{0,3}[\"'`])?\s{0,2}:\s{0,2}(?:\\{0,3}[\"'`])?"
        r"(?P<secret>[^\s\"'`;=\\]{1,80}=[^\"'`\r\n\\]{8,4000})",
        judges.cookie,
    ),
    Rule(NAME_HINTS, _NAME + _ASSIGN + _QUOTED, judges.assigned),
    Rule(NAME_HINTS, _NAME + _ASSIGN + _BARE_VALUE, judges.assigned),
    Rule(
        NAME_HINTS,
        r"--(?P<name>[a-zA-Z][\w-]{0,40}+)(?:=|[ \t]{1,3})(?P<quote>[\"']?)"
        r"(?P<secret>[^\s\x1b\"'`,;|<>(){}\[\]\\]{6,400}+)",
        judges.option,
    ),
)
BEARER = Rule(
    ("Bearer ", "bearer "),
    r"(?P<scheme>[bB]earer)[ \t]{1,3}(?P<secret>[\w.~+/=-]{16,})",
    judges.authorization,
)
SPOKEN = Rule(
    ("assword ", "oken ", "OKEN ", "key ", "KEY "),
    _NAME + r"(?: is| was)?:?[ \t]{1,3}(?P<quote>[\"'`]?)"
    r"(?P<secret>[^\s\x1b\"'`,;<>(){}\[\]|\\]{6,400}+)",
    judges.spoken,
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
