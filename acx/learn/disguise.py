"""Text without its disguises: as a shell, a browser or a model would take it.

Two views. For words: lower case, look-alike letters as the Latin ones they stand for, no markup
within words. For addresses: nothing replaced that would make a stranger's host look like a known
one. Not here: what is looked for in them (`acx.learn.steering`, `acx.learn.provenance`).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from acx.learn.message import visible

_LOOKALIKES = str.maketrans(
    "аВсԁеһіјӏКМОорԛгѕТуѵԝхАЕНРСХЅІЈУαΑΒεΕιΙΚΜνΝοΟρΡτΤυΥχΧΖωɑɡıƖ",
    "aBcdehijlKMOopqrsTyvwxAEHPCXSIJYaABeEiIKMvNoOpPtTuYxXZwagil",
)
"""Cyrillic, Greek and phonetic letters that look like a Latin one, capitals where only they do."""

_CYRILLIC_LOOKALIKES = frozenset("аВсԁеһіјӏКМОорԛѕТуѵԝхАЕНРСХЅІЈУ")
_QUOTES = str.maketrans("‘’‚‛′“”„‟″", "'''''\"\"\"\"\"")
_DASHES = str.maketrans("‐‑‒–—−", "------")
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))", re.I)
_CONTINUED = re.compile(r"(?:\\|(?<=[ \t])[\^`])[ \t]{0,80}\r?\n[ \t]*(?:>[ \t]*)?")
"""A command that goes on in the next line: in a Unix shell, in cmd and in PowerShell."""

_TAG = re.compile(
    r"</?(?:a|b|i|u|s|em|strong|span|wbr|font|code|kbd|sub|sup|mark|small|br)\b[^>]{0,300}>"
)
_EMPHASIS = re.compile(r"\*+|~~|`+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")
_DOTS = re.compile(r"\s?[\[({]\s?(?:\.|dot|punkt)\s?[\])}]\s?|(?<=\w)\sdot\s(?=\w)|[。．｡]", re.I)
_SCHEME = re.compile(r"\bh(?:xx|\*\*|__)p(s?)(?=[:\[(])|\bmeow(?=://)", re.I)
_COLON = re.compile(r"(?<=[a-z])\s?[\[({]\s?:(?://)?\s?[\])}](?://)?", re.I)
_BROKEN = re.compile(r"(?<=://)\s+")
_BLANK = re.compile(r"\$\{?IFS\}?")


def words(text: str) -> str:
    """The text for looking for phrases: what a reader understands, whatever letters it is in."""
    text = _decoded(text).translate(_LOOKALIKES).translate(_QUOTES).translate(_DASHES)
    text = _TAG.sub("", _EMPHASIS.sub("", _unbroken(text)))
    # a shell joins what empty quotes and backslashes part: c""url, c\url
    text = re.sub(r"(?<=\w)(?:''|\"\")(?=\w)|\\(?=[\w\-])", "", text)
    return _BLANK.sub(" ", text).lower()


def addresses(text: str) -> str:
    """The text for looking for addresses and commands; lower case, escapes and fangs undone."""
    text = _unbroken(_decoded(unquote(unquote(text))).translate(_QUOTES))
    text = _TAG.sub("", re.sub(r"\*\*|~~", "", text))
    text = _DOTS.sub(".", _SCHEME.sub(r"http\1", text))
    text = re.sub(r"(?<=\w)(?:''|\"\")(?=\w)|\\(?=[\w\-])", "", text)
    return _BLANK.sub(" ", _BROKEN.sub("", _COLON.sub("://", text))).lower()


def mixed(text: str) -> Iterator[str]:
    """Words of Latin letters among which some Cyrillic ones pass for Latin."""
    for word in re.findall(r"[^\W\d_]+", text):
        strange = {char for char in word if "Ѐ" <= char <= "ԯ"}
        if strange and strange <= _CYRILLIC_LOOKALIKES and re.search("[A-Za-z]", word):
            yield word


def _decoded(text: str) -> str:
    """Without what isn't seen, and with escapes and entities as the characters they stand for."""
    text = html.unescape(visible(text))
    text = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    return unicodedata.normalize("NFKC", text)


def _unbroken(text: str) -> str:
    return _CONTINUED.sub(" ", text)
