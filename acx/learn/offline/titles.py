"""Titles: a request in one line of the person's own words, and texts cut so that it shows.

Pure. The sentence is chosen that asks for something or names the thing; nothing is put into the
person's mouth but an imperative where they asked politely. Quotes are in `writing`.
"""

from __future__ import annotations

from acx.learn.offline.requests import bare, named, refers_back, requests
from acx.learn.offline.verdicts import small_talk
from acx.learn.offline.words import (
    LEAD,
    LONGEST_WORDS,
    VERB,
    asks,
    is_code,
    own,
    pattern,
    sentences,
)
from acx.transcripts import signals

LONGEST_TITLE = 72

_EDGES = (
    r"(?:\s+(?:the|a|an|to|of|and|or|in|on|for|with|that|this|is|are|be|by|as|at|from|if|it|its|so"
    r"|but"
    r"|when|while|which|we|i|you|can|should|will|into|about|after|before|because|since|was|were|not"
    r"|do|does|all|there|here|our|my|your))+$"
)
_CLAUSES = (", ", ": ", "; ", " - ", ". ")


def shorten(text: str, most: int = LONGEST_TITLE) -> str:
    """The text, or as much of it as fits: whole clauses, or whole words and then `…`."""
    text = " ".join(text.split())
    if len(text) > most:
        clause = max(text[: most + 2].rfind(mark) for mark in _CLAUSES)
        whole = clause >= most * 0.55 and _even(text[:clause])
        cut = text[:clause] if whole else text[:most].rsplit(" ", 1)[0]
        while not _even(cut) and " " in cut:
            cut, whole = cut.rsplit(" ", 1)[0], False
        cut = pattern(_EDGES).sub("", cut.rstrip(" ,;:-–—.("))
        return cut if whole else f"{cut[: most - 1].rstrip(' ,;:-–—.(')}…"
    return text.strip(" ,;:-–—.")


def _even(text: str) -> bool:
    """Whether nothing is left open: quotation marks, code, brackets."""
    return not (text.count('"') % 2 or text.count("`") % 2 or text.count("(") > text.count(")"))


_TELLS_TROUBLE = r"\b(?:error|exception|traceback|failure|crash|warning|stack ?trace)\b"
_POINTS_ON = r":\s*$|\bthis (?:feedback|error|output|review|comment|message)\b|\bfollowing\b"
_WISH = (
    r"\b(?:i|we)(?:'d| would)? (?:want|like|need|wish)\b|\bhow (?:do|can|could|would) (?:i|we)\b"
    r"|\b(?:can|could|should) (?:we|you|i)\b|\bis there (?:a|any) way\b"
)
_CONTEXT = r"^(?:i'm|i am|we're|we are) (?:currently |now )?(?:working on|on|in|at|looking at)\b"


def title(text: str) -> str:
    """A request in at most 72 characters of the person's own words."""
    plan = (
        pattern(r"^#+ (?:Plan: )?(.+)$").search(text)
        if text.startswith("Implement the following plan")
        else None
    )
    if plan:
        return shorten(f"Implement the plan: {plan[1]}")
    text = named(text[:LONGEST_WORDS].replace("’", "'"))
    words = own(text) or pattern(_MARKS).sub("", text)
    if heading := _heading(text):
        return _finished(heading)
    parts = [part for part in sentences(words) if not small_talk(part)] or [words]
    chosen = _chosen(parts)
    typed = set(words.splitlines())
    pasted = "\n".join(line for line in text.splitlines() if line not in typed)
    error = _answer_to_command(text) or signals.error_line(pasted)
    if pattern(_TELLS_TROUBLE).search(chosen) and pattern(_POINTS_ON).search(words) and error:
        return _finished(f"look into {pattern(_BEFORE_ERROR).sub('', error)}")
    chosen = imperative(chosen)
    after = [part for part in parts[parts.index(_chosen(parts)) + 1 :] if len(part) > 12]
    if after and pattern(_CONTEXT).match(_chosen(parts)):
        return _finished(f"{chosen.rstrip('.,:; ')}: {after[0]}")
    if after and pattern(_POINTS_ON).search(_chosen(parts)) and "\n\n" in text:
        return _finished(f"{shorten(chosen.split(', ')[0], 40).rstrip('…')}: {after[0]}")
    return _finished(chosen)


_MARKS = r"^[ \t]*(?:[>#*|•❯$-]+[ \t]+)+"
"""What stands before words that are quoted, listed or a heading."""

_SECTION = (
    r"^(?:#+ |\*\*|)(?:bug (?:summary|report)|description|summary|problem|motivation"
    r"|steps to reproduce"
    r"|expected|actual|reproduc\w+|describe the|proposed|environment|versions?|context"
    r"|background)\b"
    r"[^.?!]{0,40}$"
)


def _heading(text: str) -> str:
    """The first line of an issue, which is its title; "" where the text isn't one."""
    first, _, rest = text.strip().partition("\n")
    first = pattern(_MARKS).sub("", first).strip().rstrip(":")
    labelled = pattern(r"^\[[\w -]{2,20}\]:? ?(?=\S)").match(first)
    follows = next((line.strip() for line in rest.splitlines() if line.strip()), "")
    issue = labelled or (follows and pattern(_SECTION).match(follows))
    named = not issue and is_code(" ".join(first.split()[:-1])) and len(rest) > 200
    if not (issue or named) or not 2 < len(first.split()) <= 20:
        return ""
    # A title that begins with code: the code is marked, so that it doesn't read as words.
    code = pattern(r"^([\w.]+ = [\w.]+\([^()]*\))(?= \w)").match(first)
    return f"`{code[1]}`{first[code.end() :]}" if code and "`" not in first else first


_BEFORE_ERROR = r"^(?:\S*?[\w)]\.\w{1,5}[:(]\d+(?:[:,]\d+)?\)?:?|Error:|error:)\s+"


def _finished(text: str) -> str:
    text = pattern(r"https?://\S+").sub("(link)", text).replace("**", "")
    short = shorten(pattern(_MARKS).sub("", text).rstrip("? "))
    # A name like `linear_model.Ridge` stays as it is.
    plain = pattern(r"^[a-z][\w'-]*(?=[\s,:]|$)").match(short) and "_" not in short.split()[0]
    return (short[:1].upper() + short[1:] if plain else short) or "Untitled request"


def _chosen(parts: list[str]) -> str:
    """The sentence that says best what is wanted: a request, a wish, a question, or the first."""
    for wanted in (_stands, _wishes, _questions):
        if found := next((part for part in parts[:6] if wanted(part)), ""):
            at = parts.index(found)
            # `but we would want ...` is half a thought: it begins with the sentence before it.
            leans = at and pattern(r"^(?:but|so|or|because)\b").match(found)
            return parts[at - 1] if leans and len(parts[at - 1].split()) > 4 else found
    return next((part for part in parts if len(part) > 12), parts[0])


def _stands(part: str) -> bool:
    return (
        requests(part)
        and not bare(part)
        and not pattern(_CONTEXT).match(part)
        and (len(part.split()) > 6 or not refers_back(part))
    )


def _wishes(part: str) -> bool:
    return bool(pattern(_WISH).search(part)) and len(part.split()) > 4 and not refers_back(part)


def _questions(part: str) -> bool:
    return (
        part.endswith("?")
        and asks(part)
        and len(part.split()) > 2
        and not (bare(part) or refers_back(part))
    )


def _answer_to_command(text: str) -> str:
    """A pasted command with what it answered: `deploy staging: no such target`; "" if none."""
    found = pattern(r"^[ \t]*(?:❯|\$|%|>) (\S.{2,80})\n[ \t]*(\S.{5,200})$").search(text)
    return f"{found[1]}: {found[2]}" if found else ""


def imperative(sentence: str) -> str:
    """A request without its polite or hesitant beginning, where an imperative is left."""
    text = pattern(rf"^(?:[A-Z]?\d*[).:]\s+)?{LEAD}(?:but )?").sub("", sentence) or sentence
    polite = r"(?:please |also |just |now |then |maybe |help me (?:to )?|try to )*"
    for lead in (
        rf"^(?:can|could|would|will) (?:you|we|u) {polite}(?=\w)",
        rf"^let'?s {polite}(?={VERB})",
        rf"^(?:i|we)(?:'d| would)? (?:want|like|need|wish)(?: you)? to {polite}(?=\w)",
        rf"^we (?:should|must|have to|could) {polite}(?={VERB})",
        rf"^(?:i'm|i am|we're) (?:looking|trying) to (?={VERB})",
        r"^(?:(?:i|we)(?:'d| would)? (?:need|want|like) |need )(?=(?:a|an|some) (?!help"
        r"|assistance|advice|hand))",
        rf"^need to (?={VERB})",
        rf"^(?:please|help me(?: to)?) {polite}(?=\w)",
    ):
        text, found = pattern(lead).subn("", text, count=1)
        if found:
            break
    return pattern(r"^(?:i'm|i am|we're|we are) (?:currently |now )?working on\b").sub(
        "work on", text
    )
