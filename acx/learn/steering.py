"""Steering: words that move an agent's limits, and whether a person said them.

Such a sentence of a lesson waits for a person unless someone in the session said that very thing:
a sentence of theirs that steers the same way and has all the words that carry meaning. What forbids
the same ("never use --no-verify") is no steering. Not here: addresses and commands
(`acx.learn.provenance`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from acx.learn.disguise import words

_CONSENT = r"(?:confirmations?|permissions?|approvals?|consent|sign-?off|reviews?)\b"
_ASK = (
    r"(?:ask(?:ing|s)?\b(?! (?:for|about) (?:help|feedback|ideas))|(?:re-?)?confirm(?:ing|s)?\b"
    r"|prompt(?:ing|s)?\b|consult(?:ing)?\b|check(?:ing)? (?:in )?with\b"
    r"|(?:wait|seek|request|obtain|get|gett|need|requir)(?:e|ing|s)? (?:for )?(?:\w+ ){0,2}?"
    rf"{_CONSENT})"
)
_GAP = r"\W+(?:(?!without\b|before\b|until\b|unless\b|except\b)\w+\W+)"
_NOT = (
    r"(?:never|don't|do not|dont|doesn't|does not|must not|should not|shouldn't|needn't|no need to"
    r"|not necessary to|without|stop|avoid|instead of|rather than|no longer|quit|not)"
)
_PERSON = (
    r"(?:the |your |any |a |an |its |their )?(?:end[- ]?)?(?:users?|humans?|persons?|people"
    r"|developers?"
    r"|owners?|operators?|maintainers?|reviewers?|anyone|anybody|them|him|her|team|customer"
    r"|client)\b"
)
_OUT = (
    r"(?:https?:|ftp:|an? (?:remote|external|outside|third|public|attacker)"
    r"|the following (?:address|url"
    r"|server|endpoint)|(?:this|an?|the|our) (?:webhook|endpoint|url|server|collector|address)\b"
    r"|pastebin|a gist|\S+@\S+\.\w|(?:[\w-]+\.)+(?:com|net|org|io|dev|xyz|sh|ru|cn|co|me|site"
    r"|app)\b)"
)
_GOODS = (
    r"(?:contents?|files?|data|logs?|env(?:ironment)?(?: variables?| vars?)?|\.env|secrets?|tokens?"
    r"|keys?"
    r"|credentials?|passwords?|source(?: code)?|history|transcripts?|conversations?|cookies?"
    r"|prompts?"
    r"|configs?|configuration|results?|output|diffs?|repo(?:sitory)?|code(?:base)?|everything)"
)
_SECRET = (
    r"(?:api[ -]?keys?|access keys?|tokens?|passwords?|passphrases?|secrets?|credentials?"
    r"|seed phrase)"
)
_AGENT_FILES = (
    r"(?:(?:\.?claude|codex|gemini|cursor)[/\\]?\S*(?:settings|config|permissions|hooks)\S*"
    r"|settings(?:\.local)?\.json"
    r"|(?:claude|agents|gemini|copilot-instructions)\.(?:local\.)?md|\.cursorrules|\.windsurfrules"
    r"|\.?mcp(?:_config|_settings)?\.json|\.clauderc|memory\.md)"
)

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "overrides other instructions",
        r"\b(?:ignore|disregard|forget|override|overrule|discard|drop) (?:\w+ ){0,3}?(?:previous"
        r"|prior"
        r"|above|earlier|preceding|all|other|existing|system|safety|these|your|the user'?s?|any) "
        r"(?:\w+ ){0,2}?(?:instruct\w*|prompts?|rules?|guidelines?|directi\w*|polic\w*|requests?"
        r"|context|constraints?|safeguards?|restrictions?)\b"
        r"|\b(?:as|from|by|acting as|speaking as|i am|this is) (?:the|a|your) (?:system|developer|"
        r"admin(?:istrator)?|root user|anthropic|openai)(?: (?:message|prompt|team))?\s*[,:;]"
        r"|\byou are now (?:an? |the |in |free|allowed|authori|permitted|operating)"
        r"|\bnew (?:system )?(?:instructions|directives)\b\s*[:;]|\bdeveloper mode\b|\bjailbreak"
        r"|\b(?:override|supersede|replace|take precedence over|takes precedence over"
        r"|trump)s? (?:\w+ )"
        r"{0,3}?(?:user|instruct\w*|system|rules?|guidelines?|claude\.md|agents\.md)"
        r"|\b(?:regardless of|no matter|even if) (?:what )?(?:the |your )?(?:user|human|developer"
        r"|owner)s?"
        r" (?:say|ask|want|object|refuse|disagree|tell|request|instruct)"
        r"|\b(?:system|hidden|secret) prompt\b.{0,40}\b(?:says|reveal|print|repeat|override)",
    ),
    (
        "hides something from the user",
        rf"\b{_NOT}\W+(?:\w+\W+){{0,3}}?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?"
        rf"|warn(?:ing)?|bother(?:ing)?|let(?:ting)?) {_PERSON}(?! (?:to|how|when) \b)"
        rf"|\b{_NOT}\W+(?:\w+\W+){{0,2}}?(?:mention|reveal|disclos|show|report|say|admit"
        rf"|explain)\w*"
        rf"\W+(?:\w+\W+){{0,5}}?(?:to|from|in front of) {_PERSON}"
        rf"|\b{_NOT}\W+(?:ever )?(?:mention|disclose|reveal)(?:ing)? (?:this|it|that|these)\b"
        rf"|\b(?:hide|hiding|conceal|keep|omit)\w*\W+(?:\w+\W+){{0,6}}?(?:from"
        rf"|secret from) {_PERSON}"
        r"|\b(?:keep|leave) (?:this|it|that|these) (?:\w+ )?(?:secret|hidden|confidential"
        r"|between us|quiet)"
        r"|\b(?:secretly|covertly|stealthily|surreptitiously|behind the scenes)\b"
        r"|\b(?:silently|quietly)\W+(?:run|send|upload|add|install|execute|delete|push|commit|fetch"
        r"|download|append|write|copy|change|disable)\b"
        rf"|\bwithout (?:{_PERSON}'? ?s? )(?:knowing|knowledge|noticing|seeing|awareness)"
        r"|\b(?:delete|remove|clear|wipe|cover)\W+(?:\w+ ){0,3}?(?:shell history|bash history"
        r"|traces|tracks)\b",
    ),
    (
        "sends data away",
        r"\bexfiltrat\w*"
        r"|\b(?:send|upload|post|transmit|forward|leak|share|push|pipe|submit|e-?mail|copy|report"
        r"|deliver"
        rf"|beacon)\w*\W+(?:\S+\s+){{0,6}}?{_GOODS}\W+(?:\S+\s+){{0,6}}?to {_OUT}"
        rf"|\b(?:curl|wget|iwr|irm|invoke-\w+)\b[^\n]{{0,200}}?(?:\s(?:-d|-f|-t|--data\S*|--form\S*"
        rf"|"
        r"--upload-file|--post-file|--post-data|--body-\w+|-infile|-body)[ =]?['\"]?[^\n\s]{0,40}?"
        r"(?:@|\$\(|`|<\()|\?[^\n\s]{0,60}\$\(|/\$\()"
        r"|\b(?:tar|cat|zip|printenv|env|history)\b[^\n]{0,80}\|\s*(?:curl|nc|ncat|netcat|wget"
        r"|ssh)\b"
        rf"|\b(?:print|echo|include|paste|log|write|embed|put|add"
        rf"|append)\W+(?:\w+\W+){{0,4}}?{_SECRET}\W+"
        r"(?:\w+\W+){0,3}?(?:in|into|to|as)\W+(?:\w+\W+){0,3}?(?:output|response|replies|reply"
        r"|commit|message"
        r"|chat|url|comment|issue|pull request|pr|readme|file names?)\b"
        rf"|\bask\w*\W+(?:{_PERSON} )?for (?:\w+ ){{0,3}}?{_SECRET}",
    ),
    (
        "skips confirmation or review",
        rf"\b{_NOT}{_GAP}{{0,4}}?{_ASK}|\b{_NOT}{_GAP}{{0,1}}?review(?:ing)?\b"
        rf"|\bwithout{_GAP}{{0,4}}?{_CONSENT}"
        r"|\b(?:skip|bypass|circumvent|sidestep|omit|suppress|ignore|disable|evade|forgo"
        r"|work around"
        r"|get around|turn off)\w*\W+(?:\w+\W+){0,4}?(?:confirm\w*|approv\w*|permission\w*"
        r"|review\w*"
        r"|prompts?\b|consent|sign-?off|(?:safety|security|permission|pre-?commit|git"
        r"|commit) (?:checks?"
        r"|hooks?|guards?)|hooks\b|guard ?rails?|safeguards?)"
        r"|\bno (?:\w+ )?(?:confirmation|approval|permission|review|consent)s? (?:is "
        r"|are )?(?:needed"
        r"|required|necessary)|\b(?:confirmation|approval|permission|review)s? (?:is|are) (?:not"
        r"|never)"
        r" (?:needed|required|necessary)|\bneeds? no (?:confirmation|approval|permission|review)"
        r"|\bauto(?:matically)?[- ]?(?:approv|accept|confirm|allow)\w*|\byes to (?:all|every)"
        r"|\b(?:answer|say|press|type"
        r"|reply)\W+(?:\w+ )?['\"]?y(?:es)?['\"]? to (?:\w+ ){0,2}?(?:prompts?"
        r"|questions?|confirmations?|everything)|\byes\s*\|"
        r"|\b(?:consider|treat)\W+(?:\w+ ){0,4}?(?:pre-?approved|already approved|authori[sz]ed)\b"
        r"|--dangerously-[\w-]+|--no-verify\b|--yolo\b|\byolo mode\b|--full-auto\b"
        r"|--allow-all[\w-]*"
        r"|--trust-all[\w-]*|bypass ?permissions?\b|danger-full-access|dangerously ?skip\w*"
        r"|--no-gpg-sign\b|\bhusky=0\b|--admin\b(?=[^\n]*merge)|merge\b[^\n]*--admin\b",
    ),
    (
        "always asks",
        r"\balways\W+(?:\w+\W+){0,2}?(?:ask|confirm|get (?:approval|permission)|request (?:approval"
        r"|permission))\b",
    ),
    (
        "loosens permissions",
        r"\bchmod\b[^\n]{0,20}?\s(?:0?[0-7]?777|a\+rwx|a=rwx|ugo\+rwx|o\+w|a\+w|666|u\+s|g\+s"
        r"|[4267]7[0-7]{2})\b"
        r"|\bnopasswd\b|\bpassword-?less sudo\b|\bsudo without (?:a )?password|\bsetenforce 0\b"
        r"|\bicacls\b[^\n]*everyone:|\b(?:grant|give)\W+(?:\w+\W+){0,5}?(?:full|admin\w*|root"
        r"|owner)"
        r" (?:access|permissions?|rights|privileges)|--privileged\b|\bcap-add[ =]all\b",
    ),
    (
        "turns a protection off",
        r"\b(?:disabl|deactivat|turn(?:ing)? off|switch(?:ing)? off|bypass|remov|weaken|circumvent"
        r"|skip"
        r"|ignor)\w*\W+(?:\w+\W+){0,3}?(?:sandbox\w*|tls|ssl|certificat\w*|firewall|antivirus"
        r"|defender"
        r"|gatekeeper|selinux|apparmor|seccomp|security|signature (?:check|verif)\w*|host key\w*"
        r"|branch protection|2fa|mfa|two-factor|csrf|auth(?:entication|orization)?|audit log\w*"
        r"|(?:secret|vulnerability|malware) scan\w*|rate limit\w*)\b"
        r"|--insecure\b|\bcurl\b[^\n]*\s-[a-z]*k[a-z]*\s|\bverify ?= ?false"
        r"|reject_?unauthorized\W{1,4}(?:0|false)"
        r"|\b(?:git_ssl_no_verify|pythonhttpsverify)\b|sslverify\W{1,3}false|strict-ssl\W{1,3}false"
        r"|--trusted-host\b|stricthostkeychecking\W{1,3}no\b|--no-check-certificate\b"
        r"|--no-check-gpg\b"
        r"|--allow-unauthenticated\b|--no-sandbox\b|--disable-web-security\b|--disable-sandbox\b"
        r"|executionpolicy\W+(?:bypass|unrestricted)|csrutil disable|spctl --master-disable"
        r"|com\.apple\.quarantine|--skip-tls-verify|insecure-skip-tls-verify|insecureskipverify",
    ),
    (
        "changes what agents are told or allowed",
        r"\b(?:edit(?:ing)?|chang(?:e|ing)|modify(?:ing)?|add(?:ing)?|writ(?:e|ing)|append(?:ing)?"
        r"|updat(?:e|ing)|set|put|insert(?:ing)?|creat(?:e|ing)|remov(?:e|ing)|delet(?:e|ing)"
        r"|overwrit(?:e|ing)|replac(?:e|ing)|copy(?:ing)?|echo|tee|allow(?:ing)?|extend(?:ing)?)\b"
        rf"[^\n]{{0,80}}?(?<![\w.]){_AGENT_FILES}"
        rf"|{_AGENT_FILES}[^\n]{{0,60}}\b(?:permissions?|allow(?:ed)?|bypass|hooks?)\b"
        r"|\bpermissions?\.(?:allow|deny|defaultmode)|\"(?:allow|defaultmode)\"\s*:"
        r"|\balways ?allow\b"
        r"|\ballowed-?tools\b|\bcore\.hookspath\b|\bauthorized_keys\b|>>?\s*(?:~"
        r"|\$home)?/?\.(?:bash|zsh)\w*"
        r"|>>?\s*(?:~|\$home)/\.profile\b|\bgit config\b[^\n]*\b(?:alias|filter|diff|core\.(?:pager"
        r"|editor|sshcommand))\b",
    ),
    (
        "wants to last beyond its task",
        r"\b(?:remember|memori[sz]e|keep|apply|follow|use|do|repeat|store"
        r"|save)\w*\b[^\n.]{0,60}\b(?:in|for|across)"
        r" (?:all|every|each|any) (?:\w+ )?(?:future |new |other |later |subsequent )?(?:sessions?"
        r"|conversations?"
        r"|chats?|agents?|users?)\b"
        r"|\bin (?:all|every|any) future (?:sessions?|conversations?|chats?|tasks?|projects?)\b"
        r"|\bfrom now on,? you (?:must|will|shall|are|should|have)\b"
        r"|\b(?:copy|add|write|paste|insert|propagate|replicate|include)\W+(?:\w+ ){0,2}?(?:this"
        r"|these) (?:\w+ )?"
        r"(?:lines?|rules?|instructions?|sections?|notes?|paragraphs?|skills?"
        r"|text)\W+(?:\w+ ){0,3}?(?:in|to|into)"
        r" (?:all|every|each|other|any)\b",
    ),
)
KINDS = tuple((what, re.compile(pattern)) for what, pattern in _KINDS)
"""What a sentence would do to its reader, and how such sentences go (see `disguise.words`)."""

_FORBIDS = re.compile(
    r"\b(?:never|don't|do not|dont|must not|mustn't|should not|shouldn't|avoid|refuse to|cannot"
    r"|can't|not (?:allowed|permitted|ok|okay|safe) to|forbidden to|(?:no one|nobody) may|reject"
    r"|instead of|rather than)\b(?P<verb>(?:[^\w,:\n]+[\w'/-]+){0,6}[^\w,:\n]*)$"
)
_URGES = re.compile(
    r"\b(?:hesitat|worr|bother|wait|stop|afraid|forget|fail|mind|fear|refrain|hold back|shy|omit"
    r"|miss"
    r"|think|twice|pause|be\b|have to|need|without|unless|except|but|instead|only|just|simply)"
)
"""What turns a ban that stands before it into the opposite."""

_FORBIDDEN_LATER = re.compile(r"^[`'\"\s]*(?:is|are) (?:forbidden|not allowed|banned|prohibited)\b")


@dataclass(frozen=True, slots=True)
class Steer:
    """A sentence that steers, what it would do, and the words that say so."""

    what: str
    shown: str
    sentence: str


def steers(text: str) -> list[Steer]:
    """What steers in a text, each kind of a sentence once."""
    found: list[Steer] = []
    for sentence in _sentences(words(text)):
        for what, pattern in KINDS:
            for match in pattern.finditer(sentence):
                if not _forbidden(sentence, match):
                    shown = " ".join(match[0].split()).strip(" ,;:-\"'(")
                    found.append(Steer(what, shown, sentence))
                    break
    return found


class Sayings:
    """What people in a session said that steers."""

    def __init__(self, known: str = "") -> None:
        self._known = _content(known)
        self._said: list[tuple[str, frozenset[str]]] = []

    def hear(self, text: str) -> None:
        """Take in a message of a person."""
        sentences = list(_sentences(words(text[:_LONGEST])))
        for at, sentence in enumerate(sentences):
            if sentence.rstrip().endswith("?"):
                continue
            for what, pattern in KINDS:
                if any(not _forbidden(sentence, match) for match in pattern.finditer(sentence)):
                    around = " ".join(sentences[max(at - 1, 0) : at + 2])
                    self._said.append((what, _content(around)))

    def back(self, steer: Steer) -> bool:
        """Whether a person said that very thing: the same kind, and every word that matters."""
        asked = _content(steer.sentence) - self._known
        return any(what == steer.what and asked <= said for what, said in self._said)


_LONGEST = 20_000
"""Characters of a message of a person. What is longer was pasted."""

_BREAK = re.compile(
    r"(?<=[.!?;])[\"')\]]*\s+|\n\s*\n|\n\s*(?=[-+>|#]|\d+[.)]\s|```|~~~)|\s[—–]\s|\s-{2}\s"
)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text; a line that only wraps one goes on."""
    for sentence in _BREAK.split(text):
        joined = re.sub(r"^\s*(?:[-+>#|]+|\d+[.)])\s*", "", sentence)
        joined = " ".join(joined.split())
        if joined:
            yield joined


def _forbidden(sentence: str, match: re.Match[str]) -> bool:
    """Whether the sentence bans what the match says, rather than asking for it."""
    if _FORBIDDEN_LATER.match(sentence[match.end() :]):
        return True
    ban = _FORBIDS.search(sentence[: match.start()])
    return ban is not None and not _URGES.search(ban["verb"])


_EMPTY_NAMES = """
    a an the and or but so if then when whenever while as at by for from in into is are be been
    was were it its this that these those to of on with you your i me my we our us they them their
    he she just please can could should must may might will would shall do does did done have has
    had always first also again ok okay yes no not never don't dont doesn't without need needs
    want wants let let's now next here there before after user users said say says reported agent
    key decisions learnings summary fact facts applies rule more anymore simply only really so
    that which who what too up out about stop using use get
"""
_EMPTY = frozenset(_EMPTY_NAMES.split())
_SAME_NAMES = """
    ask asking asks confirm confirming confirmation confirmations permission permissions approval
    ask approvals approve consent prompt prompts prompting
    skip skipping bypass bypassing omit ignore
    run running runs execute executing launch
    disable disabling deactivate off
    everything anything all any every whatever each
"""
_SAME = {word: row.split()[0] for row in _SAME_NAMES.strip().splitlines() for word in row.split()}
"""Words that mean the same here, by their first."""


def _content(text: str) -> frozenset[str]:
    """The words that carry meaning, without their endings. Dates carry none."""
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b", "", text)
    found = re.findall(r"--?[a-z][\w-]+|[^\W_][\w'/.+-]*[^\W_]|[^\W_]", text)
    return frozenset(_stem(word) for word in found if word not in _EMPTY)


def _stem(word: str) -> str:
    if word in _SAME:
        return _SAME[word]
    if len(word) > 4 and word.isalpha():
        word = re.sub(r"(?:ations?|ings?|ed|es|s)$", "", word)
        word = re.sub(r"(.)\1$", r"\1", word.removesuffix("e"))
    return _SAME.get(word, word)
