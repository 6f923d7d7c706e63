"""Phrases that move an agent's limits, by what they would do to their reader.

Patterns over a text without its disguises (`acx.learn.disguise.words`), one a line. Not here:
whether a person said it, and whether a sentence forbids what it names (`acx.learn.steering`).
"""

from __future__ import annotations

import re


def _any(text: str) -> str:
    """The lines of a text as alternatives; one that is indented goes on with the one before."""
    lines = re.sub(r"\n {5,}", "", text).strip().splitlines()
    return "(?:" + "|".join(map(str.strip, lines)) + ")"


_CONSENT = (
    r"(?:confirmations?|permissions?|approvals?|consent|sign-?off|reviews?|go-?ahead|green light)\b"
)
_ASK = _any(
    rf"""
    ask(?:ing|s)?\b(?!\ (?:for|about)\ (?:help|feedback|ideas|guidance))
    (?:re-?)?confirm(?:ing|s)?\b
    prompt(?:ing|s)?\b
    consult(?:ing)?\b
    check(?:ing)? (?:in )?with\b
    (?:wait|seek|request|obtain|gett?|need|requir)(?:e|ing|s)? (?:for )?(?:\w+ ){{0,2}}?
        {_CONSENT}
    """
)
_SPACE = r"[^\w,.:;()|]+"
_GAP = rf"(?:(?!(?:without|before|until|unless|except)\b)\w[\w']*{_SPACE})"
_DON_T = _any(
    r"""
    never
    do(?:es)?(?:n't| not)
    dont
    (?:must|should)(?:n't| not)
    need(?:n't| not)
    no need to
    not necessary to
    without
    no longer
    """
)
_PERSON = (
    r"(?:(?:the|your|any|an?|its|their) )?(?:end[- ]?)?(?:users?|humans?|persons?|people"
    r"|developers?|owners?|operators?|maintainers?|reviewers?|anyone|anybody|them|him|her|team"
    r"|customer|client)\b"
)
_OUT = _any(
    r"""
    https?:
    ftp:
    an? (?:remote|external|outside|third|public|attacker)
    (?:the following|this|an?|our) (?:webhook|endpoint|url|server|collector|address)\b
    pastebin
    a gist
    \S+@\S+\.\w
    (?:[\w-]+\.)+(?:com|net|org|io|dev|xyz|sh|ru|cn|co|me|site|app)\b
    """
)
_GOODS = (
    r"(?:contents?|files?|data|logs?|env(?:ironment)?(?: variables?| vars?)?|\.env|secrets?|tokens?"
    r"|keys?|credentials?|passwords?|source(?: code)?|history|transcripts?|conversations?|cookies?"
    r"|prompts?|configs?|configuration|results?|output|diffs?|repo(?:sitory)?|code(?:base)?"
    r"|everything)"
)
_SECRET = (
    r"(?:(?:api|access)[ -]?keys?|tokens?|passwords?|passphrases?|secrets?|credentials?"
    r"|seed phrase)"
)
_HIDDEN = (
    r"(?:this|it|that|these|those|them|all|any\w*|your \w+|the (?:\w+ )?(?:change|step|command"
    r"|error|failure|output|fact|action|result|commit|log|warning|file|edit)s?)"
)
_LEARN = (
    r"(?:know|see|hear|read|notice|find|discover|reali[sz]e|learn|suspect|guess|check|look|in on"
    r"|(?:be|become|get) (?:aware|told|informed|suspicious|wind)|catch|spot|watch|view|inspect"
    r"|review|examine|verify|audit|detect|observe|question|object|intervene|interfere|interrupt"
    r"|veto|stop|eyes?|attention)\b"
)
_MEANWHILE = (  # "at any time during this run"
    r"(?:(?!(?:if|when|before|until|because|since|so|that|to|for|and|but|or|wait|log|go)\b)\w+"
    rf"{_SPACE}){{0,6}}?"
)
_TURN_OFF = (
    r"(?:disabl(?:e|ing)|deactivat(?:e|ing)|(?:turn|switch)(?:ing)? off|bypass(?:ing)?"
    r"|circumvent(?:ing)?|weaken(?:ing)?|skip(?:ping)?)"
)
_GUARDS = _any(
    r"""
    sandbox\w*
    (?:tls|ssl)\b(?! (?:session|compression|renegotiation|tests?|ciphers?|1))
    certificat\w*
    firewall
    antivirus
    defender
    gatekeeper
    selinux
    apparmor
    seccomp
    security\b
    signature (?:check|verif)\w*
    host key\w*
    branch protection
    2fa\b
    mfa\b
    two-factor
    csrf
    auth(?:entication|orization)?\b
    audit log\w*
    (?:secret|vulnerability|malware) scan\w*
    """
)
_AGENT_FILES = _any(
    r"""
    \.(?:claude|codex|gemini|cursor)/\S*(?:settings|config|permissions|hooks|commands|agents|rules)
        \S*
    \.claude\.json
    claude_desktop_config\.json
    (?<![\w/])settings(?:\.local)?\.json
    (?:claude|agents|gemini|copilot-instructions)\.(?:local\.)?md
    \.cursorrules
    \.windsurfrules
    \.?mcp(?:_config|_settings)?\.json
    memory\.md
    """
)
_EDIT = (
    r"(?<!git )\b(?:edit(?:ing)?|chang(?:e|ing)|modify(?:ing)?|add(?:ing)?|writ(?:e|ing)"
    r"|append(?:ing)?|updat(?:e|ing)|set|put|insert(?:ing)?|creat(?:e|ing)|remov(?:e|ing)"
    r"|delet(?:e|ing)|overwrit(?:e|ing)|replac(?:e|ing)|copy(?:ing)?|echo|tee|allow(?:ing)?"
    r"|extend(?:ing)?)\b"
)

_OVERRIDES = r"""
    \b(?:ignore|disregard|forget|override|overrule|discard|drop) (?:\w+ ){0,3}?
        (?:previous|prior|above|earlier|preceding|all|other|existing|system|safety|these|your|the
        [ ]user'?s?|any) (?:\w+ ){0,2}?(?:instruct\w*|prompts?|rules?|guidelines?|directi\w*
        |polic\w*|requests?|context|constraints?|safeguards?|restrictions?)\b
    \b(?:as|acting as|speaking as|i am|this is) (?:the|a|your) (?:system|developer
        |admin(?:istrator)?|anthropic|openai)(?: (?:message|prompt|team))?\s*[,:;]
    \byou are now (?:an? |the |in |free|allowed|authori|permitted|operating)
    \bnew (?:system )?(?:instructions|directives)\b\s*[:;]
    \b(?:ignore|disregard|forget|overrule) (?:\w+ ){0,3}?(?:claude|agents|gemini)\.md
    \btreat (?:this|these)\W+(?:\w+ ){0,2}?as (?:system|developer|trusted|authoritative)
    \bdeveloper mode\b
    \bjailbreak
    \b(?:override|supersede|take precedence over|takes precedence over|trump)s? (?:\w+ ){0,3}?
        (?:instructions|system prompt|guidelines|claude\.md|agents\.md|the users?\b)
    \b(?:regardless of|no matter|even if) (?:what )?(?:the |your )?(?:user|human|developer|owner)s?
        [ ](?:say|ask|want|object|refuse|disagree|tell|request|instruct)
    \b(?:system|hidden|secret) prompt\b.{0,40}\b(?:says|reveal|print|repeat|override)
    """
_HIDES = rf"""
    \b{_DON_T}{_SPACE}{_GAP}{{0,3}}?(?:tell|inform|notify|alert|warn|bother)(?:ing)? {_PERSON}
    \b(?:avoid|{_DON_T}){_SPACE}{_GAP}{{0,3}}?let(?:ting)? {_PERSON}(?:,[^,.:;]{{0,40}},)?
        {_SPACE}{_MEANWHILE}{_LEARN}
    \b{_DON_T}{_SPACE}{_GAP}{{0,2}}?(?:mention|reveal|disclos|show|report|say|admit|explain)\w*
        \W+(?:\w+\W+){{0,5}}?(?:to|from|in front of) {_PERSON}
    \b(?!does|did){_DON_T}\W+(?:ever )?(?:mention|disclose|reveal)(?:ing)? (?:this|it|that|these)\b
    \b(?:agent|assistant|claude|codex|one|who\w*|reports?|summary|repl(?:y|ies)|answers?|messages?)
        [ ](?:\w+ ){{0,2}}?(?:does|do|did)(?:n't| not)\W+(?:ever )?(?:mention|disclose|reveal)
        [ ](?:this|it|that|these)\b
    \b(?:hid(?:e|ing)|conceal\w*|keep|omit\w*) {_HIDDEN}\W+(?:\w+\W+){{0,4}}?from {_PERSON}
    \b(?:keep|leave) (?:this|it|that|these) (?:\w+ )?(?:secret|hidden|confidential|between us|quiet)
    \b(?:secretly|covertly|stealthily|surreptitiously)\b
    \b(?:silently|quietly)\W+(?:run|send|upload|add|install|execute|delete|push|commit)\b
    \b(?:silently|quietly)\W+(?:fetch|download|append|write|copy|change|disable)\b
    \b{_PERSON} (?:do(?:es)?(?:n't| not)|need(?:n't| not)|(?:must|should)(?:n't| not))
        [ ](?:(?:need|have) to )?(?:be told|be informed|know|notice|find out)\b
    \bkeep(?:ing)? {_PERSON} (?:unaware|uninformed|in the dark)
    \b(?:if|when|should) [^.\n]{{0,30}}\b(?:ask|asks|asked|wonders?),? (?:\w+ )?
        (?:say|claim|deny|pretend|lie|answer that|reply that)\b
    \b(?:do|run|push|send|install) (?:this|it|that) (?:quietly|silently|secretly)\b
    \bwithout {_PERSON}'? ?s? (?:knowing|knowledge|noticing|seeing|awareness)
    \b(?:delete|remove|clear|wipe|cover)\W+(?:\w+ ){{0,3}}?
        (?:(?:ba|z|)sh(?:ell)? history|traces|tracks)\b
    """
_SENDS = rf"""
    \bexfiltrat\w*
    \b(?:send|upload|post|transmit|forward|leak|share|push|pipe|submit|e-?mail|copy|report|deliver)
        (?:t?ing)?\W+(?:\S+\s+){{0,6}}?{_GOODS}\W+(?:\S+\s+){{0,6}}?to {_OUT}
    \b(?:curl|wget|iwr|irm|invoke-\w+)\b[^\n]{{0,200}}?\s(?:-d|-f|-t|--data\S*|--form\S*
        |--upload-file|--post-file|--post-data|--body-\w+|-infile|-body)[ =]?
        ['\"]?[^\n\s]{{0,40}}?(?:@|\$\(|`|<\()
    \b(?:curl|wget|iwr|irm)\b[^\n]{{0,200}}?[?/=.]\$\(
    \b(?:tar|cat|zip|printenv|env|history)\b[^\n]{{0,80}}\|\s*(?:curl|nc|ncat|netcat|wget|ssh)\b
    \b(?:print|echo|include|paste|log|write|embed|put|add|append)\W+(?:\w+\W+){{0,4}}?{_SECRET}\W+
        (?:\w+\W+){{0,3}}?(?:in|into|to|as)\W+(?:\w+\W+){{0,3}}?(?:output|response|reply|replies
        |commit|message|chat|url|comment|issue|pull request|pr|readme|file names?)\b
    \bask\w*\W+(?:{_PERSON} )?for (?:\w+ ){{0,3}}?{_SECRET}
    """
_SKIPS = rf"""
    \b{_DON_T}{_SPACE}{_GAP}{{0,4}}?{_ASK}
    \b(?:not(?: to)?|stop|avoid|instead of|rather than|quit){_SPACE}(?:\w+ly |ever |always )?{_ASK}
    \bwithout{_SPACE}{_GAP}{{0,4}}?{_CONSENT}
    \b(?:skip|bypass|circumvent|sidestep|omit|suppress|ignore|disable|evade|forgo|work around
        |get around|turn off)\w*{_SPACE}(?:\w+{_SPACE}){{0,4}}?(?:confirm\w*|approv\w*
        |permission\w*|review\w*|prompts?\b|consent|sign-?off|hooks\b|guard ?rails?|safeguards?
        |(?:safety|security|permission|pre-?commit|git|commit) (?:checks?|hooks?|guards?))
    \bno (?:\w+ )?(?:confirmation|approval|permission|review|consent) (?:is )?
        (?:need|requir|necessary)
    \b(?:confirmation|approval|permission|review)s? (?:is|are) (?:not|never)
        [ ](?:need|requir|necessary)
    \bneeds? no (?:confirmation|approval|permission|review)
    \bauto(?:matically)?[- ]?(?:approv|accept|confirm|allow)\w*
    \b(?:accept|approve|allow|confirm|grant)(?:ing)? (?:\w+ ){{0,3}}?(?:automatically|blindly)\b
    \bassum(?:e|ing) (?:\w+ )?(?:consent|approval|permission|yes)\b
    \banswer(?:ing)?\W+(?:\w+ ){{0,3}}?(?:prompts?|questions?|confirmations?) with ['\"]?y
    \bno questions asked\b
    \bapproval[_ -]?policy\W+(?:is |to )?['\"]?never
    --ask-for-approval never
    \bacceptedits\b
    \b(?:override|overrule|defeat)\W+(?:\w+ ){{0,2}}?(?:safety|security|permission)
        [ ](?:checks?|guards?)
    \b(?:reviews?|confirmations?|approvals?|hooks)\b[^.\n]{{0,40}}\b
        (?:can|may|should|must) (?:\w+ly )?be
        [ ](?:\w+ly )?(?:disabled|skipped|turned off|bypassed|ignored|omitted)
    \byes to (?:all|every)
    \b(?:answer|say|press|type|reply)\W+(?:\w+ )?['\"]?y(?:es)?['\"]? to (?:\w+ ){{0,2}}?
        (?:prompts?|questions?|confirmations?|everything)
    \byes\s*\|\s*(?:sudo |env )?(?:make|apt|npm|npx|pip|terraform|ssh|rm|cp|mv|git|docker
        |kubectl|sh)\b
    \byes\s*\|\s*(?:\./|bash\b|python|yarn\b|\w+\.sh\b)
    \b(?:consider|treat)\W+(?:\w+ ){{0,4}}?(?:already approved|authori[sz]ed)\b
    \bpre-?(?:approved|authori[sz]ed)\b
    --dangerously-[\w-]+
    --no-verify\b
    --yolo\b
    \byolo mode\b
    --full-auto\b
    --allow-all[\w-]*
    --trust-all[\w-]*
    \bbypass ?permissions?\b
    danger-full-access
    dangerously ?skip\w*
    --no-gpg-sign\b
    \bhusky=0\b
    \bmerge\b[^\n]{{0,200}}?\s--admin\b
    """
_ASKS = r"""
    \balways\W+(?:\w+\W+){0,2}?(?:ask\b(?! for (?:help|guidance|feedback))|confirm\b)
    \balways\W+(?:\w+\W+){0,2}?(?:get|request) (?:approval|permission)\b
    """
_LOOSENS = r"""
    \bchmod\b[^\n]{0,20}?\s(?:[0-7]?777|[0-7]?666|[ug]\+s|[4267]7[0-7]{2})\b
    \bchmod\b[^\n]{0,20}?\s(?:a|ugo|o)[+=]r?wx?\b
    \bnopasswd\b
    \bpassword-?less sudo\b
    \bsudo without (?:a )?password
    \bsudo (?:for|with) (?:everything|all|any|every)
    \bsetenforce 0\b
    \s(?:-v|--volume)[ =]/:/
    \bicacls\b[^\n]{0,200}?everyone:
    \b(?:grant|give)\W+(?:\w+\W+){0,5}?(?:full|admin\w*|root|owner) (?:access|permissions?|rights)
    --privileged\b
    \bcap-add[ =]all\b
    """
_UNPROTECTS = rf"""
    \b{_TURN_OFF}{_SPACE}(?:(?!(?:from|in|for|of|with|to)\b)\w+{_SPACE}){{0,3}}?{_GUARDS}
    \b(?:turn|switch)(?:ing)? (?:\w+ ){{0,2}}?{_GUARDS}(?: \w+){{0,6}} off\b
    {_GUARDS}[^.\n]{{0,40}}\b(?:can|may|should|must) (?:\w+ly )?be (?:\w+ly )?
        (?:disabled|skipped|turned off|bypassed|ignored)
    --insecure\b(?!-)
    \bcurl\b[^\n]{{0,200}}?\s-[a-z]{{0,9}}k[a-z]{{0,9}}\s
    \bverify ?= ?false
    reject_?unauthorized\W{{1,4}}(?:0|false)
    \b(?:git_ssl_no_verify|pythonhttpsverify)\b
    (?:sslverify|strict-ssl)\W{{1,3}}false
    (?<!\w)--trusted-host\b
    stricthostkeychecking\W{{1,3}}no\b
    --no-check-(?:certificate|gpg)\b
    --allow-unauthenticated\b
    --no-sandbox\b
    --disable-(?:web-security|sandbox)\b
    executionpolicy\W+(?:bypass|unrestricted)
    csrutil disable
    spctl --master-disable
    com\.apple\.quarantine
    insecure-?skip-?(?:tls-?)?verify
    --skip-tls-verify
    """
_RECONFIGURES = rf"""
    {_EDIT}[^\n]{{0,80}}?(?<![\w.]){_AGENT_FILES}
    {_AGENT_FILES}[^\n]{{0,60}}\b(?:permissions?|allow(?:ed)?|bypass|hooks?)\b
    \bpermissions?\.(?:allow|deny|defaultmode)
    \"(?:allow|defaultmode)\"\s*:
    \balways ?allow\b
    \ballowed-?tools\b
    \bcore\.(?:hookspath|pager|editor|sshcommand)\b
    \bauthorized_keys\b
    >>?\s*(?:~|\$home)?/?\.(?:bash|zsh|profile)\w*
    """
_LASTS = r"""
    \b(?:remember|memori[sz]e|keep|apply|follow|use|do|repeat|store|save)\b[^\n.]{0,60}\b(?:in|for
        |across) (?:all|every|each|any) (?:\w+ )?(?:future |new |other |later )?
        (?:sessions?|conversations?|chats?|agents?|users?)\b
    \bin (?:all|every|any) future (?:sessions?|conversations?|chats?|tasks?|projects?)\b
    \bfrom now on,? you (?:must|will|shall|are|should|have)\b
    \b(?:copy|add|write|paste|insert|propagate|replicate|include)\W+(?:\w+ ){0,2}?(?:this|these) """
_LASTS += (
    r"""(?:\w+ )?(?:lines?|rules?|instructions?|sections?|notes?|paragraphs?|skills?|text)\W+"""
)
_LASTS += r"""(?:\w+ ){0,3}?(?:in|to|into) (?:all|every|each|other|any)\b
    """

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(_any(patterns)))
    for what, patterns in (
        ("overrides other instructions", _OVERRIDES),
        ("hides something from the user", _HIDES),
        ("sends data away", _SENDS),
        ("skips confirmation or review", _SKIPS),
        ("always asks", _ASKS),
        ("loosens permissions", _LOOSENS),
        ("turns a protection off", _UNPROTECTS),
        ("changes what agents are told or allowed", _RECONFIGURES),
        ("wants to last beyond its task", _LASTS),
    )
)
"""What a phrase would do to its reader, the worst first, and how such phrases go."""
