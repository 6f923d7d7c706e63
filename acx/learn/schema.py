"""What is wrong with a tool's input, in words for the model that sent it.

Knows the part of JSON Schema that our tools use: object, array, string, integer, boolean, required,
enum, and lengths. Servers that promise to validate don't all do it, and none checks lengths.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from acx.excerpt import shortened

Schema = Mapping[str, Any]


def complaints(schema: Schema, value: Any, where: str = "input") -> list[str]:
    """Every way in which the value doesn't fit, each with its place; [] if it does."""
    match schema["type"]:
        case "object":
            return _object(schema, value, where)
        case "array":
            return _array(schema, value, where)
        case "string":
            return _string(schema, value, where)
        case "integer":
            # bool is an int in Python, but not in JSON
            whole = isinstance(value, int) and not isinstance(value, bool)
            return [] if whole else [f"{where}: a whole number is needed, not {_shown(value)}"]
        case "boolean":
            truth = isinstance(value, bool)
            return [] if truth else [f"{where}: true or false is needed, not {_shown(value)}"]
    raise ValueError(f"a schema with the type {schema['type']!r}")


def _object(schema: Schema, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: an object is needed, not {_shown(value)}"]
    found = [f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        known = schema["properties"].get(name)
        if known is None:
            allowed = ", ".join(schema["properties"])
            found.append(f"{where}.{name}: not known here; there are {allowed}")
        elif inner is not None or name in schema.get("required", ()):
            found += complaints(known, inner, f"{where}.{name}")
    return found


def _array(schema: Schema, value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: a list is needed, not {_shown(value)}"]
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not least <= len(value) <= most:
        allowed = f"{least} to {most}" if "maxItems" in schema else f"at least {least}"
        return [f"{where}: {allowed} entries are needed, not {len(value)}"]
    return [
        complaint
        for n, item in enumerate(value)
        for complaint in complaints(schema["items"], item, f"{where}[{n}]")
    ]


def _string(schema: Schema, value: Any, where: str) -> list[str]:
    if not isinstance(value, str):
        return [f"{where}: a string is needed, not {_shown(value)}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: one of {', '.join(schema['enum'])} is needed, not {_shown(value)}"]
    if len(value.strip()) < schema.get("minLength", 0):
        return [f"{where}: must not be empty"]
    most = schema.get("maxLength")
    if most is not None and len(value) > most:
        return [f"{where}: at most {most} characters, these are {len(value)}"]
    return []


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        text = "something nested too deep"
    return shortened(text, 60)
