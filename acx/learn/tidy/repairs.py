"""Repairs by rule: names and descriptions of skills that the format refuses.

An agent doesn't load a skill whose front matter is broken: what it holds is lost until somebody
looks. A folder is never renamed (people link to it), and what can't be repaired without guessing is
left and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from acx import skillfile
from acx.frontmatter import Page, read, scalar, with_field
from acx.learn.tidy.page import parsed
from acx.learn.tidy.places import folder, is_main, is_page
from acx.learn.tidy.step import Left, TidyStep
from acx.model import SkillTree

_REPAIRED = re.compile(r"`(?:name|description)`|not YAML|front matter")
"""Which problems these repairs are about."""

_HOW_IT_IS_KEPT = frozenset(
    ("when to read what", "files", "further files", "adding and updating", "overview", "usage")
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def repairs(tree: SkillTree) -> Iterator[TidyStep]:
    """A step for each SKILL.md that can be put right."""
    for path in filter(is_main, tree.paths()):
        text = (tree.read(path) or b"").decode(errors="replace")
        name = path.split("/")[1]
        broken = _broken(text, name)
        if not broken or not (repaired := _repaired(tree, path, text, name)):
            continue
        if len(_errors(repaired, name)) < len(_errors(text, name)):
            yield TidyStep(
                "repair",
                f"Repair the front matter of {name}",
                "The format's readers would not load the skill: "
                + "; ".join(one.message for one in broken)
                + ".",
                {path: repaired.encode()},
                key=f"repair\0{path}",
            )


def unrepaired(tree: SkillTree) -> Iterator[Left]:
    """What is wrong with names and descriptions, and is for a person."""
    for path in filter(is_main, tree.paths()):
        text = (tree.read(path) or b"").decode(errors="replace")
        for problem in _broken(text, path.split("/")[1]):
            yield Left(f"{path}: {problem.message}")


def _errors(text: str, name: str) -> list[skillfile.Problem]:
    return [one for one in skillfile.problems(text, name) if one.severity == "error"]


def _broken(text: str, name: str) -> list[skillfile.Problem]:
    return [one for one in _errors(text, name) if _REPAIRED.search(one.message)]


def _repaired(tree: SkillTree, path: str, text: str, name: str) -> str:
    """The text with a name and a description; "" where its front matter can't be read at all."""
    text = text.removeprefix("\ufeff")
    if not text.startswith("---"):
        description = _derived(tree, path, text, name)
        return skillfile.render(name, description, text) if description else ""
    page = read(text, lenient=True)
    if page.broken:
        return ""
    if read(text).broken:  # a colon that isn't quoted, mostly: each value is written anew
        for key, value in page.values.items():
            if isinstance(value, str) and value:
                text = with_field(text, key, value.strip())
    if page.values.get("name") != name:
        text = _with(text, page, "name", name)
    given = page.values.get("description")
    if not isinstance(given, str) or not given.strip():
        if description := _derived(tree, path, page.body, name):
            text = _with(text, page, "description", description)
    elif len(given) > skillfile.LONGEST["description"]:
        text = _shortened(text, page, given)
    return text


def _with(text: str, page: Page, key: str, value: str) -> str:
    """The text with a field, put at the top of the front matter if it isn't there yet."""
    if key in page.values:
        return with_field(text, key, value)
    first, rest = text.split("\n", 1)
    return f"{first}\n{key}: {scalar(value)}\n{rest}"


def _shortened(text: str, page: Page, description: str) -> str:
    """What is too long for a description goes on as the first paragraph of the body."""
    most = skillfile.LONGEST["description"]
    words = " ".join(description.split())
    sentences = _SENTENCE.split(words)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + 1 + len(sentence) > most:
            break
        kept = f"{kept} {sentence}"
    rest = words[len(kept) :].strip()
    if len(kept) > most:
        kept, rest = kept[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…", words
    text = with_field(text, "description", kept)
    body = read(text, lenient=True).body
    head, _, below = body.partition("\n") if body.startswith("# ") else ("", "", body)
    parts = [part for part in (head, rest, below.strip()) if part]
    if not body or body not in text:  # it has other line ends
        return f"{text.rstrip()}\n\n{rest}\n"
    return text[: text.rindex(body)] + "\n\n".join(parts) + "\n"


def _derived(tree: SkillTree, path: str, body: str, name: str) -> str:
    """A description from what the skill holds; "" where that is nothing."""
    blocks = parsed(body.encode())
    first = next((b.text for b in blocks if b.kind == "paragraph"), "")
    if not first:
        first = next((b.text for b in blocks if b.kind in ("bullet", "number")), "")
        first = re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", first)
    titles = [b.title for b in blocks if b.kind == "heading"]
    titles += _titles(tree, path)
    if not first and not titles:
        return ""
    about = [_plain(one) for one in titles if one.lower() not in _HOW_IT_IS_KEPT]
    about = list(dict.fromkeys(one for one in about if one))[:6] or [name.replace("-", " ")]
    sentence = _plain(_SENTENCE.split(" ".join(first.split()))[0])[:300].rstrip(".!?:; ")
    sentence = sentence or f"What is known about {name.replace('-', ' ')}"
    return f"{sentence}. Use this skill when a task is about {_listed(about)}."


def _titles(tree: SkillTree, path: str) -> list[str]:
    """The titles of the skill's other pages."""
    found = []
    for other in tree.paths():
        if folder(other) == folder(path) and not is_main(other) and is_page(other):
            headings = (b for b in parsed(tree.read(other)) if b.kind == "heading")
            found += [block.title for block in headings][:1]
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[`*<>\[\]#]|\(https?:[^)]*\)", "", text).split())


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"
