"""Parts of Gemini API contents -> parts of messages; Gemini CLI and Qwen Code hold the same.

In the API's own spelling and in that of its Python library (`function_call`). Not in here: whose
words a text is (`gemini_texts`), and the records that hold contents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from acx.errors import BadInput
from acx.model import Attachment, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.formats.blocks import attachment, unknown
from acx.transcripts.formats.gemini_results import refuses_plan
from acx.transcripts.record import arguments, as_json, kind_of, text_at

CODE = "code_execution"
"""Name of the calls by which the API itself runs code."""

ENDED = {"success": False, "error": True, "cancelled": True}
"""The states of a call that has a result, and whether it failed."""

_ABOUT = {"text", "thought", "thoughtSignature", "thought_signature", "videoMetadata"}
_REFUSED = re.compile(r"(?:\[Operation Cancelled\] Reason: )?User (?:denied|did not allow) ")
_SHELL_HEAD = re.compile(r"(?:Command: .*?\nDirectory: [^\n]*\n)?(?:Output|Stdout): ", re.S)
_SHELL_TAIL = ("Process Group PGID: ", "Background PIDs: ", "Signal: ", "Exit Code: ")
_EXIT_CODE = re.compile(r"Exit Code: (-?\d{1,9})$")


@dataclass(slots=True)
class Calls:
    """The calls of a conversation, to pair results with them that name only the function: such a
    result is of the oldest call of that function that has none yet."""

    made: Counter[str] = field(default_factory=Counter)
    open: dict[str, list[str]] = field(default_factory=dict)

    def made_id(self, name: str, own: str) -> str:
        """The id of a call: its own, or one that says the how many-th of the function it is."""
        self.made[name] += 1
        id = own or f"{name}-{self.made[name]}"
        self.open.setdefault(name, []).append(id)
        return id

    def answered_id(self, name: str, own: str) -> str:
        """The id of the call that a result is of."""
        waiting = self.open.get(name, [])
        id = own or (waiting[0] if waiting else name)
        if id in waiting:
            waiting.remove(id)
        return id


def parts_of(content: Any, calls: Calls) -> Iterator[Part]:
    """The parts of a content: a list of them, a single one, or plain text. Raises BadInput."""
    if isinstance(content, str | dict):
        content = [content]
    if content is None:
        return
    if not isinstance(content, list):
        raise BadInput(f"the message's parts must be text or a list, not {kind_of(content)}")
    for part in content:
        yield from _parts_of({"text": part} if isinstance(part, str) else part, calls)


def said(parts: Iterable[Part]) -> str:
    """The texts, joined by newlines."""
    return "\n".join(part.text for part in parts if isinstance(part, Text))


def split(parts: Iterable[Part]) -> Iterator[tuple[bool, tuple[Part, ...]]]:
    """Runs of results, and of what else there is: each with whether it is results. An image behind
    a result is a part of it."""
    results, run = False, list[Part]()
    for part in parts:
        is_result = isinstance(part, ToolResult) or (results and isinstance(part, Attachment))
        if is_result != results and run:
            yield results, tuple(run)
            run = []
        results = is_result
        run.append(part)
    if run:
        yield results, tuple(run)


def _parts_of(part: Any, calls: Calls) -> Iterator[Part]:
    if not isinstance(part, dict):
        yield unknown(part)
    elif text := text_at(part, "text"):
        yield Thinking(text) if part.get("thought") is True else Text(text)
    elif call := _object(part, "functionCall"):
        name = text_at(call, "name")
        id = calls.made_id(name, text_at(call, "id"))
        yield ToolCall(id, name, arguments(call.get("args")))
    elif response := _object(part, "functionResponse"):
        yield from _result(response, calls)
    elif code := _object(part, "executableCode"):
        given = {key: text_at(code, key) for key in ("language", "code")}
        yield ToolCall(calls.made_id(CODE, text_at(code, "id")), CODE, given)
    elif run := _object(part, "codeExecutionResult"):
        error = text_at(run, "outcome") not in ("", "OUTCOME_OK")
        id = calls.answered_id(CODE, text_at(run, "id"))
        yield ToolResult(id, text_at(run, "output"), error=error)
    elif data := _object(part, "inlineData"):
        yield _attached(data, text_at(data, "data"))
    elif file := _object(part, "fileData"):
        media_type = text_at(file, "mimeType", "mime_type") or "file"
        yield Attachment(media_type, text_at(file, "fileUri", "file_uri"))
    elif part.keys() - _ABOUT:
        yield unknown(part)


def _object(part: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = part.get(name)
    if found is None:
        found = part.get(re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name))
    return found if isinstance(found, dict) else None


def _attached(data: Mapping[str, Any], encoded: str) -> Attachment:
    # Python's library writes base64 in its alphabet for URLs
    source = {
        "type": "base64",
        "media_type": text_at(data, "mimeType", "mime_type"),
        "data": encoded.replace("-", "+").replace("_", "/"),
    }
    return attachment({"source": source, "name": text_at(data, "displayName", "display_name")})


def _result(value: Mapping[str, Any], calls: Calls) -> Iterator[Part]:
    name, response = text_at(value, "name"), value.get("response")
    failed = isinstance(response, dict) and bool(response.get("error"))
    text, code = _response_text(response), None
    if "shell" in name.lower():
        text, code = _unwrapped(text)
    refused = failed and bool(_REFUSED.match(text))
    refused |= refuses_plan(name, text)
    id = calls.answered_id(name, text_at(value, "id"))
    yield ToolResult(id, text, error=failed or None, exit_code=code, rejected=refused)
    nested = value.get("parts")
    for part in nested if isinstance(nested, list) else ():
        if isinstance(part, dict) and (data := _object(part, "inlineData")):
            yield _attached(data, text_at(data, "data"))


def _response_text(response: Any) -> str:
    """What a function gave back: as text where it stands under one of the usual names."""
    if isinstance(response, str):
        return response
    if isinstance(response, dict):
        for key in ("error", "output", "result", "content"):
            if isinstance(response.get(key), str) and response[key]:
                return str(response[key])
    return as_json(response) if response else ""


def _unwrapped(text: str) -> tuple[str, int | None]:
    """What a command printed, without the report around it, and its exit code. A command that
    failed has status "success" all the same."""
    if text.startswith("Command: ") and "\n" not in text:
        text = text.replace("\\n", "\n")  # escaped twice, as in copies made by other programs
    head = _SHELL_HEAD.match(text)
    if not head:
        return text, None
    lines = text[head.end() :].rstrip().split("\n")
    code = None
    for label in _SHELL_TAIL:
        if len(lines) > 1 and lines[-1].startswith(label):
            found = _EXIT_CODE.match(lines.pop())
            code = int(found[1]) if found else None
    if lines[-1] == "Error: (none)":
        lines.pop()
    return "" if lines == ["(empty)"] else "\n".join(lines), code
