"""What in a text reaches out or destroys: addresses, pipes, credentials, packages, `rm -rf`.

The same rules read a lesson and the session it came from, so that both give the same keys. Pure;
not here: who said it first (`acx.learn.provenance`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from acx.learn.disguise import addresses
from acx.learn.losses import losses


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that must have been said or done in the session.

    kind   "address", "pipe", "credential", "install", "loss" for what can't be taken back, or
           "command" for any other one
    key    what it is compared by: of an address, its host and path
    shown  as a person is told of it
    core   a word that stands in every text that names it, for a quick look
    """

    kind: str
    key: str
    shown: str
    core: str

    def told_by(self, other: Reference) -> bool:
        """Whether a text with the other one named this one."""
        if self.kind != other.kind:
            return False
        if self.kind == "address":
            return _same_place(self.key, other.key)
        return self.key == other.key


_URL = re.compile(r"(?<![a-z0-9])([a-z][a-z0-9+.]{1,30})://([^\s\"'<>`|\\)\]},;]+)")
_NAME = r"(?:xn--)?[a-z0-9_\u00a1-\uffff-]{1,63}"
_BARE = re.compile(
    rf"(?<![\w./@:$\-\\])(?:[\w.+-]+@)?(?:www\.)?((?:{_NAME}\.){{1,8}}([a-z]{{2,24}})"
    rf"|\d{{1,3}}(?:\.\d{{1,3}}){{3}})"
    r"(?![\w(@-]|\.\w)(:\d{2,5})?(:?[/~][^\s\"'<>`|\\)\]},;]*)?"
)
_COMMON_NAMES = """
    com net org io dev xyz top site info biz me cloud online tech app ai co link click live shop
    store ru cn tk ml ga gd cc ws to in us uk de fr nl eu ch at it es pl se jp kr br au ca page
    zip mov icu pw su onion website space fun host press gg im ly tv st
"""
_COMMON = frozenset(_COMMON_NAMES.split())
"""What a name ends in that is rather a host than a file or a method."""

_FILES_NAMES = """
    sh py rs md pl js ts go rb cs ps vi so ps1 cc in me st im at it to us app zip mov
"""
_FILES = frozenset(_FILES_NAMES.split())
"""Endings of hosts that files, methods or sentences have too: hosts only on the net's command."""

_NOT_HOSTS_NAMES = """
    asp.net vb.net ado.net socket.io draw.io next.js node.js ml.net
"""
_NOT_HOSTS = frozenset(_NOT_HOSTS_NAMES.split())
_FILE_OF = re.compile(
    r"(?:proc|make|docker|gem|jenkins|vagrant|rake|brew|pod|tilt|just|task)file\."
)
"""`Procfile.dev`: a file, unless something of the net is said of it."""
_NET = re.compile(
    r"\b(?:curl|wget|fetch|iwr|irm|ssh|scp|sftp|rsync|nc|ncat|netcat|telnet|ftp|ping|dig|nslookup"
    r"|host|download|upload|visit|browse|open|send|post|git clone|remote add|docker (?:pull|run)"
    r"|registry|index-url|proxy)\b"
)
_LOCAL = re.compile(
    r"localhost|(?:[\w-]+\.)*(?:localhost|local|test|invalid|example|internal)"
    r"|(?:[\w-]+\.)?example\.(?:com|org|net)|host\.docker\.internal|[a-z_][\w-]*"
)
"""Hosts that nobody can own elsewhere, and the names of services and variables."""

_VARIABLE = re.compile(r"\$\{[^}]*\}?|\$\(?\w+\)?|\{\{?[^}]*\}?\}?|<[^>]*>?|%\w+%|\[[^\]]*\]?")
_BUCKETS = ("s3", "gs", "az", "abfs", "wasb", "ipfs", "magnet", "data")
_SHARED = re.compile(
    r"(?:.*\.)?(?:github\.com|githubusercontent\.com|gitlab\.com|bitbucket\.org|codeberg\.org"
    r"|sr\.ht|sourceforge\.net|huggingface\.co|npmjs\.(?:com|org)|pypi\.org|crates\.io|docker\.io"
    r"|ghcr\.io|quay\.io|google(?:apis)?\.com|dropbox\.com|amazonaws\.com|windows\.net|medium\.com"
    r"|stackoverflow\.com|reddit\.com|x\.com|twitter\.com|youtube\.com|notion\.(?:so|site)"
    r"|sharepoint\.com|jsdelivr\.net|unpkg\.com|cloudfront\.net|azureedge\.net)"
)
"""Hosts where everybody may put things: who named one named an owner's place there, not all."""

_INBOX = re.compile(
    r"(?:.*\.)?(?:hooks\.slack\.com|discord(?:app)?\.com|api\.telegram\.org|webhook\.site"
    r"|pastebin\.com|gist\.github(?:usercontent)?\.com|transfer\.sh|0x0\.st|file\.io|ix\.io"
    r"|termbin\.com|requestbin\.\w+|pipedream\.net|ngrok(?:-free)?\.\w+|bit\.ly|tinyurl\.com|t\.co"
    r"|t\.me|forms\.gle|docs\.google\.com|drive\.google\.com)"
)
"""Hosts that take anything from anybody, or lead anywhere: only the very same address counts."""

_GET = (
    r"(?:curl(?:\.exe)?|wget|aria2c|lwp-request|iwr|irm|invoke-webrequest|invoke-restmethod"
    r"|certutil|new-object)"
)
_FEED = (
    rf"(?:{_GET}|fetch|https?|base64|openssl|xxd|gunzip|zcat|gzip|cat|echo|printf|gpg|nc|rev|tr)"
)
_RUN = (
    r"(?:sudo\s+(?:-\w+\s+)*|env\s+|/(?:usr/)?(?:local/)?bin/)*"
    r"(?:(?:ba|z|da|k|a|c|tc|fi)?sh\b(?!\w)|iex\b|invoke-expression\b|pwsh\b|powershell\b|cmd\b"
    r"|xargs\b[^|\n]{0,40}\b(?:ba|z)?sh\b|tee\b[^|\n]{0,60}\|\s*(?:ba|z)?sh\b"
    r"|(?:python[\d.]*|node|perl|ruby|php|lua|deno|bun)(?=\s*(?:-(?:\s|$)|$|[|;&\"'`)\n])))"
)
_PIPES = re.compile(
    rf"\b{_FEED}\b[^\n]{{0,400}}?\|&?\s*{_RUN}"
    rf"|(?:\b(?:(?:ba|z|da|k)?sh|eval|source|iex|python[\d.]*)|(?:^|[\s;&|(`])\.)\s+(?:-\w+\s+)*[\"']?(?:<\(|\$\(|`|\("
    rf"|<<<)"
    rf"[^\n]{{0,40}}?\b(?:{_GET}|base64|xxd|openssl|downloadstring)\b"
    rf"|\b(?:python[\d.]*|node|perl|ruby|php|deno"
    rf"|bun)\s+(?:eval\s+)?-+[cer](?:val)?\b[^\n]{{0,300}}?"
    r"(?:urllib|urlopen|urlretrieve|requests\.|https?[:.]|fetch\(|open-uri|lwp|exec\(|eval\("
    r"|b64decode"
    r"|socket)"
    rf"|\b{_GET}\b[^\n]{{0,300}}?(?:&&|;)\s*(?:sudo\s+)?(?:(?:ba|z)?sh\b|chmod\s+\S*x|\./|source\b"
    r"|python[\d.]*\b|powershell)"
    r"|\bdownloadstring\(|/dev/(?:tcp|udp)/\S+|\bnc(?:at)?\b[^\n]{0,60}\s-[a-z]*e\b"
    r"|\bpowershell\b[^\n]{0,80}-e(?:nc(?:odedcommand)?)?\s+[\w+/=]{16,}"
    r"|\b(?:mshta|regsvr32|rundll32)\b[^\n]{0,60}https?:"
)
_CREDENTIALS = re.compile(
    r"(?<![\w])\.(?:ssh|aws|gnupg|kube|docker|azure)/?(?:[\w.*-]+/?)*|(?<!\w)\.(?:netrc|pgpass"
    r"|npmrc|pypirc|git-credentials)\b"
    r"|\.config/(?:gh|gcloud|op|rclone)\b[\w./-]*|\bid_(?:rsa|dsa|ecdsa|ed25519)\b(?!\.pub)"
    r"|/etc/(?:shadow|sudoers)\b|\b(?:dump|read|export|unlock|list|access|extract|copy"
    r"|open)\w*\b[^\n]{0,20}\bkeychain\b"
    r"|\b(?:aws configure get|(?:gh|gcloud) auth (?:token|print-access-token)|op read)\b"
    r"|\bfind-(?:generic|internet)-password\b"
    r"|\bcredential manager\b|\blogin data\b|\bcookies\.sqlite\b|\bwallet\.dat\b|\bseed phrase\b"
    r"|\bmetadata\.google\.internal\b|\b169\.254\.169\.254\b|\.claude/\.credentials\b[\w.]*"
    r"|\b(?:cat|less|more|head|tail|type|get-content|print|read|dump|show|base64|grep|copy|cp|send"
    r"|upload|attach|paste|include|curl)\b(?:[^\n;.]|\./){0,40}(?<![\w.])\.env(?!\.(?:example"
    r"|sample|template|dist)\b)(?:\.\w+)?\b"
    r"|\b(?:contents?|values?) of (?:the |your )?\.env\b"
    r"|(?:^|[`$(;&]\s*|\brun )(?:printenv|env|export -p)\s*(?:\||>)"
)
_TOOLS = (
    r"(?:uv\s+)?pip[\d.]*\s+install|python[\d.]*\s+-m\s+pip\s+install|(?:uv|poetry|cargo)\s+add"
    r"|uv\s+tool\s+install|pipx\s+(?:install|run)|uvx|(?:npm|pnpm|bun"
    r"|yarn)(?:\s+global)?\s+(?:install|i|add)"
    r"|npx|bunx|pnpm\s+dlx|cargo\s+install|gem\s+install|go\s+install|go\s+get|brew\s+(?:install"
    r"|tap)"
    r"|apt(?:-get)?\s+install|dnf\s+install|apk\s+add|composer\s+require|claude\s+mcp\s+add"
    r"|(?:claude\s+)?/?plugin\s+(?:install|marketplace\s+add)|skills\s+add"
    r"|code\s+--install-extension"
)
_INSTALLS = re.compile(rf"\b({_TOOLS})\b((?:[ \t]+[^\s|;&`\"')]+|[ \t]+[\"'][^\"'\n]+[\"'])+)")
_WITH_VALUE = re.compile(
    r"(?<!\S)(?:-[rcetCp]|--(?:requirement|constraint|group|extra|target|prefix|python|with"
    r"|features"
    r"|version|path|scope|transport|registry|index-url|extra-index-url|filter))(?:[ \t]+|=)\S+"
)
_COMMAND = re.compile(
    r"(?m)(?:(?<=`)|^[ \t]*(?:\$ )?)((?:sudo )?(?:make|just|task|mise|npm|npx|yarn|pnpm|bun|git"
    r"|docker|kubectl|helm|terraform|pip3?|uv|poetry|python[\d.]*|node|go|cargo|rm|mv|cp|chmod|chown|curl|wget"
    r"|ssh|scp|rsync|bash|sh|zsh|systemctl|service|kill|pkill|dd|psql|mysql|aws|gcloud|az|gh|brew|apt"
    r"|apt-get|\.{1,2}/\S+|(?:bin|scripts)/\S+)[ \t]+"
    r"(?!(?:has|have|had|is|was|are|were|will|would|can|could|may|must|says?|said|needs?|does|did|and"
    r"|or|fails?|failed)\b)[^`\n]{2,160}?)[ \t]*(?=`|$)"
)
"""A command as a lesson gives it: in a code span, or on a line of its own."""

_REGISTRY = re.compile(
    r"(?<![\w/:.@-])(?:registry\.terraform\.io|registry\.npmjs\.org|pypi\.org|files\.pythonhosted\.org"
    r"|(?:registry-1\.)?docker\.io|(?:index\.)?crates\.io|proxy\.golang\.org|repo\.maven\.apache\.org"
    r"|rubygems\.org)/[\w./@:+-]+"
)
_FAILS = re.compile(
    r"(?i)\b(?:errors?|fail(?:s|ed|ure)?|doesn't|didn't|couldn't|can't|(?:does|did|could|can) ?not"
    r"|not found|denied|refused|forbidden|unauthorized|timed? ?out|40[0-9]|50[0-9]|mismatch)\b"
)
_SPAN = re.compile(r"`[^`\n]+`|(?<!\w)\"(?=\S)[^\"`\n]+(?:\n[^\"`\n]+){0,3}(?<=\S)\"(?!\w)")
"""What is quoted; in quotation marks also over a few lines."""
_ORDERS = re.compile(
    r"(?i)\b(?:use|pull|install|add|run|take|get|try|fetch|download|see|visit|open|clone|go|switch"
    r"|replace|instead|please|should|must)\b"
)
_ADVICE = re.compile(
    r"(?i)\b(?:moved?|works|right|correct|unless|otherwise|pin|point|prefer|better|now)\b"
    r"|\b(?:image|source)\s*[:=]|\bfrom\s+$"
)
_CI_RUNS = re.compile(
    r"(?i)(\b(?:ci|job|workflow|pipeline) (?:runs|ran) )`[^`\n]+`"
    r"|`[^`\n]+`(?= (?:fails|failed|breaks|broke|stops|stopped) in (?:the )?"
    r"(?:ci|job|workflow|pipeline)\b)"
)
_LEADS = re.compile(r"(?i)\b(?:first|before|each|every|always)\b")
_DO_SO = re.compile(
    r"(?i)\b(?:runs?|do|use|try|start|start\s+with|call|execute|repeat)\s+(?:it|this|that|them|so"
    r"|the\s+same)\b|\bby\s+hand\b|\byourself\b|\bso\s+(?:do|should)\s+you\b|\bfirst\b"
)
"""What makes an order of what somebody else was said to run."""

_SOURCE = re.compile(r"(?:git\+|github:|gitlab:|bitbucket:|git@|https?:|ssh:|[\w.-]+/[\w.-]+)")


def references(text: str) -> list[Reference]:
    """All that reaches out in a text, each once, in the order of kinds: commands first."""
    plain = addresses(text)
    lost = (Reference("loss", key, shown, core) for key, shown, core in losses(plain))
    found = [*lost, *_pipes(plain), *_credentials(plain), *_installs(plain)]
    found += _addresses(plain)
    found += _commands(plain)
    return list(
        {(reference.kind, reference.key): reference for reference in reversed(found)}.values()
    )[::-1]


def wanted(text: str) -> list[Reference]:
    """What a lesson's text reaches out to, without what it only reports: packages that a quoted
    error names at the registry where its tool gets all of them, and plain commands of the CI.

    What the CI is said to fetch, pipe or destroy counts like all else: who reads it may do it too.
    """
    text = _SPAN.sub(
        lambda span: _REGISTRY.sub("", span[0]) if _is_error(span[0]) else span[0], text
    )
    told = {reference.key for reference in references(_CI_RUNS.sub(_unless_ordered, text))}
    return [one for one in references(text) if one.kind != "command" or one.key in told]


def _is_error(quoted: str) -> bool:
    parts = _REGISTRY.split(quoted)  # a name may hold any word
    told = any(map(_FAILS.search, parts))
    return told and not any(_ORDERS.search(part) or _ADVICE.search(part) for part in parts)


def _unless_ordered(run: re.Match[str]) -> str:
    """What is left of a command of the CI: all of it where the reader is to run it as well."""
    text = run.string
    before = re.split(r"[.!?]\s|\n\s*\n", text[max(0, run.start() - 200) : run.start()])[-1]
    before = re.sub("`[^`]*`", "", before)
    led = text[: run.start()].rstrip().endswith(":") or _LEADS.search(before)
    ordered = run[1] is None and (led or _ORDERS.search(before))
    if ordered or _DO_SO.search(text, run.end(), run.end() + 120):
        return run[0]
    return run[1] or ""


def _addresses(text: str) -> Iterator[Reference]:
    for line in text.split("\n"):
        if "." not in line and "://" not in line:
            continue
        taken: list[tuple[int, int]] = []
        for found in _URL.finditer(line):
            taken.append(found.span())
            yield from _url(found[1], found[2])
            for inner in _URL.finditer(found[2]):
                yield from _url(inner[1], inner[2])
        net = _NET.search(line) is not None
        for found in _BARE.finditer(line):
            if any(start <= found.start() < end for start, end in taken):
                continue
            if _hostlike(found, net):
                yield from _address(found[1], (found[4] or "").replace(":", "/", 1))


def _url(scheme: str, rest: str) -> Iterator[Reference]:
    if scheme == "file":
        return
    authority, slash, path = rest.rstrip(".:!?*").partition("/")
    host = re.sub(r":\d*$", "", re.split(r"[?#]", authority)[0].rpartition("@")[2])
    if scheme.removeprefix("git+") in _BUCKETS:
        key = f"{scheme}:{host}"
        yield Reference("address", f"{key}/", f"{scheme}://{host}", host)
        return
    yield from _address(host, slash + path, f"{scheme}://")


def _address(host: str, path: str, scheme: str = "") -> Iterator[Reference]:
    host = _VARIABLE.sub("", host).strip(".").removeprefix("www.")
    if not host or _harmless(host, "" if scheme else path.rstrip(".")):
        return
    place = f"{host}/{path.strip('/').rstrip('.,:;!?*')}"
    core = max(re.split(r"[.\[\]:]", host), key=len)
    yield Reference("address", place, f"{scheme}{place}".rstrip("/")[:70], core)


def _harmless(host: str, path: str) -> bool:
    """Whether nobody elsewhere is reached there: a name or number of this machine, or a private
    network as a whole (`192.168.20.0/24`)."""
    if _LOCAL.fullmatch(host):
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    network = host.endswith(".0") and re.fullmatch(r"/(?:[89]|[12]\d|30)", path) is not None
    return address.is_loopback or address.is_unspecified or (network and address.is_private)


def _hostlike(found: re.Match[str], net: bool) -> bool:
    """Whether a name with dots is a host, and not a file, a method or the end of a sentence."""
    name, ending = found[1], found[2] or ""
    if name in _NOT_HOSTS or (_FILE_OF.match(name) and not (net or found[4])):
        return False
    if not ending:  # four numbers: an address or a version
        return all(int(part) < 256 for part in name.split("."))
    if ending in _FILES:
        return net and (name.startswith("www.") or bool(found[4])) and ending in _COMMON | {"sh"}
    return ending in _COMMON


def _pipes(text: str) -> Iterator[Reference]:
    for found in _PIPES.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        line = text[start : end if end >= 0 else len(text)]
        squeezed = re.sub(r"[\"'`\s]+", " ", found[0]).strip()
        places = sorted({reference.key for reference in _addresses(line)})
        core = _core(" ".join(places) or squeezed)
        yield Reference("pipe", " ".join(places) or squeezed, squeezed[:60], core)


def _credentials(text: str) -> Iterator[Reference]:
    for found in _CREDENTIALS.finditer(text):
        shown = " ".join(found[0].split()).strip("`$(;&| ")
        if re.search(r"\.env\b", shown):
            yield Reference("credential", "contents of .env", shown[:60], ".env")
        else:
            yield Reference("credential", shown.rstrip("/.*"), shown[:60], _core(shown))


def _installs(text: str) -> Iterator[Reference]:
    for found in _INSTALLS.finditer(text):
        tool = " ".join(found[1].split())
        for option in re.finditer(r"--((?:extra-)?index-url|registry|source)[ =]+(\S+)", found[2]):
            yield Reference(
                "install", option[2], f"{tool} --{option[1]} {option[2]}"[:70], option[1]
            )
        one = tool in ("npx", "bunx", "uvx", "pnpm dlx", "pipx run")
        for word in _WITH_VALUE.sub(" ", found[2]).split():
            name = word.strip("\"'`.,:")
            if name.startswith(("-", ".", "/", "~", "$", "<", "@types/", "{", "[")) or not name:
                continue
            if not re.match(r"[@\w]", name):
                break
            key = name if _SOURCE.match(name) else re.split(r"(?<=.)[@=<>~!\[]", name)[0]
            yield Reference("install", key, f"{tool} {name}"[:70], _core(key))
            if one:
                break


def _commands(text: str) -> Iterator[Reference]:
    for found in _COMMAND.finditer(text):
        squeezed = " ".join(found[1].split())
        yield Reference("command", squeezed, squeezed[:60], _core(squeezed))


def _core(name: str) -> str:
    found: list[str] = re.findall(r"[\w-]+", name)
    return max(found, key=len, default=name)


def _same_place(asked: str, said: str) -> bool:
    """Whether who said one address has named the other one too."""
    host, _, path = asked.partition("/")
    other, _, told = said.partition("/")
    if host != other:
        return False
    if _INBOX.fullmatch(host):
        return path == told
    if _SHARED.fullmatch(host):
        parts, known = path.split("/"), told.split("/")
        return not path or parts[:2] == known[:2]
    return True
