"""Small YAML files that people edit (space.yaml, session.yaml, config.yaml): bytes <-> a mapping.

Read from events and not by a loader's own types: a date that doesn't exist, a number of a thousand
digits, a tower of brackets or a bomb of aliases in a cloned repository is then nothing but text or
one clear error. Knows no paths and no fields; front matter is read in `acx.frontmatter`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from acx.errors import BadInput

LARGEST = 2**20
"""Bytes. The longest honest file is a space's `meta`, some hundred bytes."""

DEEPEST = 20
"""Levels; ours have two."""

WORDS = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
"""What a scalar without quotes means besides text and whole numbers, as in YAML 1.1."""

WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.A)


def load(text: bytes, where: str, *hints: str) -> dict[str, Any]:
    """The mapping that a file holds; an empty file is an empty one.

    Values are text, whole numbers, booleans, None, lists and mappings; never dates or floats.
    Raises BadInput, naming `where` and the line, for anything else.
    """
    if len(text) > LARGEST:
        raise BadInput(f"{where}: more than {LARGEST // 2**20} MB of YAML", *hints)
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        value = _document(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        deep = _TOO_DEEP if "nesting depth" in (error.problem or "") else ""  # says libyaml 0.2.6
        ours = f": {deep or error.problem}" if deep or error.note == OURS else ""
        raise BadInput(f"{where}, line {line}: not valid YAML{ours}", *hints) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count(b"\n") + 1
        raise BadInput(f"{where}, line {line}: not valid YAML", *hints) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadInput(f"{where}, line 1: not valid YAML", *hints) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInput(f"{where}: expected `key: value` lines", *hints)
    return value


def dump(value: Mapping[str, Any]) -> bytes:
    """The mapping as a file that `load` reads; keys keep their order."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Lone surrogates, as paths that aren't UTF-8 bring them, would make it unreadable."""

    Dumper.add_representer(
        str, lambda dumper, text: dumper.represent_str(text.encode(errors="replace").decode())
    )
    return yaml.dump(dict(value), Dumper=Dumper, sort_keys=False, allow_unicode=True).encode()


_TOO_DEEP = "nested too deeply"
OURS = "acx"
"""Marks the errors whose problem is told in our words."""


def _refused(event: Any, problem: str) -> Exception:
    import yaml

    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark, note=OURS)


def _document(events: Iterator[Any]) -> Any:
    import yaml

    value: Any = None
    started = False
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if started:
                raise _refused(event, "a second document")
            started = True
            value = _value(next(events), events, 0)
    return value


def _value(event: Any, events: Iterator[Any], depth: int) -> Any:
    import yaml

    if depth > DEEPEST:
        raise _refused(event, _TOO_DEEP)
    if isinstance(event, yaml.AliasEvent):
        raise _refused(event, f"the alias *{event.anchor}; write the value out")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_value(event, events, depth + 1))
        return items
    values: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused(event, "a key that isn't text")
        values[event.value] = _value(next(events), events, depth + 1)
    return values


def _scalar(event: Any) -> str | int | bool | None:
    text: str = event.value
    if event.style or event.tag:  # quoted, a block of lines, or said to be something
        return text
    if text in WORDS:
        return WORDS[text]
    return int(text) if WHOLE.fullmatch(text) else text
