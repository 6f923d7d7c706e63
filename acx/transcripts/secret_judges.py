"""Judges of what looks like a secret: whether it is one, and of which kind, or a word or code.

Each takes a match with its group `secret`, looks at it and at what stands around it, and gives the
kind, or "" if it is no secret after all. Not in here: what is searched for (`secrets`).
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable

_UNREAL = re.compile(r"[xX]{6}|\*{4}|\.{3}|(?i:[-_]?your[-_])|-here\b")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLACEHOLDER = re.compile(
    r"(?i)\[REDACTED:|^[<$%{*]|\$\{|\$\(|\{\{|\.\.\.|…|xxxx|\*\*\*|(?:\b|[-_])your[-_ ]"
    r"|change.?me|placeholder|(?:\b|[-_])example|process\.env|environ|getenv|-here\b"
)
_WORDS = re.compile(r"[^\W\d_]+(?:[-_.:/ ]+[^\W\d_]+)*[-_.:!?*]*")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d")
_LOCATION = re.compile(r"(?:[./~@#:^\\-]|[a-z]+://|[A-Za-z]:\\)|.*(?:\(\?|\.[a-z]{2,4}$)")


def always(kind: str) -> Callable[[re.Match[str]], str]:
    """For what can't be anything else."""
    return lambda _: kind


def formed(kind: str) -> Callable[[re.Match[str]], str]:
    """For a token that is known by its form: not where a document writes one that is made up."""
    return lambda match: "" if _UNREAL.search(match["secret"]) else kind


def django(match: re.Match[str]) -> str:
    """Of a value of small letters, digits and signs: whether it is drawn by lot, and no call."""
    value = match["secret"]
    drawn = len(re.findall(r"\d", value)) >= 3 and len(re.findall(r"[^a-z\d]", value)) >= 4
    return "secret" if drawn and not _PLACEHOLDER.search(value) else ""


def assigned(match: re.Match[str]) -> str:
    name, value = match["name"], match["secret"]
    quoted = "quote" in match.re.groupindex
    if _PLACEHOLDER.search(value):
        return ""
    if not quoted and not name.isupper() and _IDENTIFIER.fullmatch(value):
        after = match.string[match.end() : match.end() + 1]
        code = after in (")", ",") or (after == ";" and not _in_connection_string(match))
        if code or "." in value or not re.search(r"\d", value):
            return ""
    if re.match("(?i)pas|pwd", name):
        if name.isupper() and not quoted and re.fullmatch(r"(?!password|required)[a-z]{8,}", value):
            return "password"  # as in a .env file, where nothing but values can stand
        ok = _password(value, quoted or name.isupper(), passphrase="phrase" in name.lower())
        return "password" if ok else ""
    if _is_aws(match):
        return "aws-secret-key"
    if not _random(value, name):
        return ""
    kinds = ("token", "secret", "credential", "key")
    return next((kind for kind in kinds if kind in name.lower()), "token")


def _is_aws(match: re.Match[str]) -> bool:
    """Of `aws_secret_access_key`, whose name is matched from `access` on."""
    before = match.string[max(0, match.start() - 12) : match.start()].lower()
    named = "secret_" in before and "access" in match["name"].lower()
    return named and bool(_AWS.fullmatch(match["secret"]))


def _in_connection_string(match: re.Match[str]) -> bool:
    """Whether fields like `Server=db;` stand beside: then a `;` ends a value and no statement."""
    start, end = max(0, match.start() - 200), match.end() + 200
    return bool(_CONNECTION.search(match.string, start, end))


_HEX = re.compile(r"[0-9a-f]+")
_AWS = re.compile(r"[A-Za-z0-9+/]{40}")
_CONNECTION = re.compile(
    r"(?i)\b(?:server|data source|host|user(?: id|name)?|uid|database|initial catalog)"
    r"\s?=[^;\s()]{1,100};"
)
_ENCODED = re.compile(
    r"(?i)(?:sha-?\d|md5|base(?:32|64)|argon2|pbkdf2|utf-?(?:8|16)|[bs]crypt|rfc-?\d|oauth|aes|hs\d"
    r"|x\.?509|blake|ios|http|v\d)"
)
"""What is said of a password, rather than one."""
_OWN = re.compile(r"(?i)\b(?:my|our|mein|unser)(?: \w+)? $")
_SIGNS = re.compile(r"[!@#$%^&*+=~]")
_IS = re.compile(r"(?i) (?:is|was|ist|war|lautet)")


def spoken(match: re.Match[str]) -> str:
    """Of a value that follows a name in a sentence or a command: only what can't be a word."""
    name, value = match["name"], match["secret"].rstrip(".!?:*")
    if _PLACEHOLDER.search(value) or _ENCODED.match(value):
        return ""
    if _is_aws(match):
        return "aws-secret-key"
    if not re.search(r"\d", value):
        return ""
    if re.match("(?i)pas|pwd", name):
        # "my password is hunter2" tells one, "the password is stored2 in the vault" doesn't
        link = match["link"] or " is"
        own = _OWN.search(match.string, max(0, match.start() - 24), match.start())
        if re.search(r"(?:to|auf|->|-|–|'s)$", link):  # "the password to Server2"
            mixed = re.search("[A-Za-z]", value) and _SIGNS.search(value)
            return "password" if mixed and _password(value, True) else ""
        mixed = re.search(r"[a-z]", value) and re.search(r"[A-Z!@#$%^&*+=~]", value)
        few = _IS.fullmatch(link) and re.fullmatch(r"[a-z]{4,}\d{2,6}", value)
        return "password" if (own or mixed or few) and _password(value, True) else ""
    least = 3.0 if _HEX.fullmatch(value) else 3.5  # of sixteen letters, 32 rarely give less
    machine = len(value) >= 20 and entropy(value) >= least and sum(map(str.isdigit, value)) >= 3
    return "token" if machine and _random(value, name) else ""


def told(match: re.Match[str]) -> str:
    """Of a value that follows a short name: `pass: 12/14` and `pw: Float32` are none."""
    name, value = match["name"].lower(), match["secret"].rstrip(".!?:*")
    if name == "passcode" and re.fullmatch(r"\d{6,8}", value):
        return "password"
    if not (re.search("[A-Za-z]", value) and re.search(r"\d", value)):
        return ""
    code = _IDENTIFIER.fullmatch(value) and re.search("[._]", value)
    if code or _PLACEHOLDER.search(value) or _ENCODED.match(value):
        return ""
    if name == "pass":  # `pass: left-pad@1.3.0`, `PASS: test_a=1`
        sure = bool(re.search(r"[!#$%^&*+~]", value))
    else:
        own = _OWN.search(match.string, max(0, match.start() - 24), match.start())
        cased = re.search("[a-z]", value) and re.search("[A-Z]", value) and len(value) >= 8
        sure = bool(own or _SIGNS.search(value) or (cased and match["link"].strip()))
    return "password" if sure and _password(value, True) else ""


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


def authorization(match: re.Match[str]) -> str:
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


def cookie(match: re.Match[str]) -> str:
    values = re.findall(r"=([^;\s]{8,})", match["secret"])
    real = [v for v in values if re.search(r"\d", v) and not _PLACEHOLDER.search(v)]
    return "cookie" if real else ""


def cookie_value(match: re.Match[str]) -> str:
    """Of a line in a cookie jar, as curl and browsers' exporters write it."""
    value = match["secret"]
    return "cookie" if re.search(r"\d", value) and not _PLACEHOLDER.search(value) else ""


def option(match: re.Match[str]) -> str:
    name, value = match["name"].lower().replace("_", "-"), match["secret"]
    if _PLACEHOLDER.search(value) or _LOCATION.match(value):
        return ""
    if name.endswith(("password", "passwd", "passphrase", "-pass", "-pwd")) or name == "pass":
        return "password" if _password(value, bool(match["quote"])) else ""
    if name.endswith(("token", "secret", "api-key", "apikey", "access-key", "secret-key")):
        return "token" if _random(value, name) else ""
    return ""


def userinfo(match: re.Match[str]) -> str:
    value = match["secret"]
    unreal = _PLACEHOLDER.search(value) or re.fullmatch(r"(?i)pass(?:word|wd)?|pwd|secret", value)
    return "" if unreal else "password"


def user_is_token(match: re.Match[str]) -> str:
    """Of a URL's user without a password: a person's name, or a token in its place."""
    value = match["secret"]
    real = not _PLACEHOLDER.search(value) and (_UUID.fullmatch(value) or _random(value, "key"))
    return "token" if real else ""


def user_option(match: re.Match[str]) -> str:
    value = match["secret"]
    return "password" if not _PLACEHOLDER.search(value) and _password(value, True) else ""
