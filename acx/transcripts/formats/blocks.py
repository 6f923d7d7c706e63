"""Content blocks of the Anthropic Messages API -> parts; Claude Code's transcripts hold the same.

Blocks of server tools (web search, code execution) are calls and results like any other. Not in
here: whose words a text is, which is for each reader to tell.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from acx.errors import BadInput
from acx.model import Attachment, Part, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.record import arguments, as_json, kind_of, text_at

# a tuple: a set would want the kinds it is asked for to be hashable, and they may be lists
_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")


def is_result(block: Any) -> bool:
    return isinstance(block, dict) and str(block.get("type", "")).endswith("tool_result")


def is_anthropic(block: Any) -> bool:
    """Whether only the Messages API has such a block. Text blocks look alike everywhere."""
    if not isinstance(block, dict):
        return False
    kind = block.get("type")
    return (
        kind in _CALLS
        or kind in ("thinking", "redacted_thinking")
        or is_result(block)
        or (kind in ("image", "document") and "source" in block)
    )


def listed(content: Any) -> list[Any]:
    """The content as a list of blocks: text is one block, nothing is none. Raises BadInput."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if content is None:
        return []
    if not isinstance(content, list):
        raise BadInput(f"the message's content must be text or a list, not {kind_of(content)}")
    return content


def parts_of(blocks: Iterable[Any]) -> tuple[Part, ...]:
    """The parts of some blocks, in order. An answer broken up by citations is one text."""
    parts: list[Part] = []
    cited = False
    for block in blocks:
        here = isinstance(block, dict) and bool(block.get("citations"))
        for part in _parts_of(block):
            last = parts[-1] if parts else None
            if (cited or here) and isinstance(part, Text) and isinstance(last, Text):
                parts[-1] = Text(last.text + part.text)
            else:
                parts.append(part)
        cited = here
    return tuple(parts)


def attachment(block: Mapping[str, Any]) -> Attachment:
    """What is known of an image or document that isn't kept."""
    source = block.get("source")
    source = source if isinstance(source, dict) else {}
    name = text_at(block, "title", "name") or text_at(source, "url", "file_id")
    media_type = text_at(source, "media_type") or text_at(block, "type") or "unknown"
    raw = text_at(source, "data").encode("utf-8", "replace")
    if source.get("type") == "base64":
        try:
            raw = b64decode(raw, validate=True)
        except ValueError:
            raw = b""
    return _attached(media_type, name, raw) if raw else Attachment(media_type, name)


def unknown(block: Any) -> Attachment:
    """A block of a kind not known here: its name, size and hash, so that it isn't lost unseen."""
    raw = as_json(block).encode("utf-8", "replace")
    name = text_at(block, "type") if isinstance(block, dict) else ""
    return _attached("application/json", name, raw)


def result_text(content: Any) -> str:
    """The text of a tool's result in any of its forms; images are left to `parts_of`."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(text for text in map(_item_text, content) if text)
    if isinstance(content, dict):
        output = [text_at(content, "stdout"), text_at(content, "stderr")]
        return "\n".join(text for text in output if text) or as_json(content)
    return "" if content is None else as_json(content)


def _attached(media_type: str, name: str, raw: bytes) -> Attachment:
    from hashlib import sha256  # loads OpenSSL, 2 ms: not for messages without attachments

    return Attachment(media_type, name, len(raw), sha256(raw).hexdigest())


def _item_text(item: Any) -> str:
    if isinstance(item, dict):
        if item.get("type") in ("image", "document"):
            return ""
        return item["text"] if isinstance(item.get("text"), str) else as_json(item)
    return item if isinstance(item, str) else as_json(item)


def _parts_of(block: Any) -> Iterator[Part]:
    if isinstance(block, str):
        block = {"type": "text", "text": block}
    if not isinstance(block, dict):
        yield unknown(block)
        return
    kind = block.get("type")
    if kind == "text" or (kind is None and "text" in block):
        if text := text_at(block, "text"):
            yield Text(text)
    elif kind == "thinking":
        if text := text_at(block, "thinking", "text"):
            yield Thinking(text)
    elif kind == "redacted_thinking":
        return
    elif kind in _CALLS:
        name = text_at(block, "name")
        yield ToolCall(text_at(block, "id"), name, arguments(block.get("input")))
    elif is_result(block):
        yield from _result(block)
    elif kind in ("image", "document"):
        yield attachment(block)
    else:
        yield unknown(block)


def _result(block: Mapping[str, Any]) -> Iterator[Part]:
    content = block.get("content")
    error = block.get("is_error")
    code = content.get("return_code") if isinstance(content, dict) else None
    yield ToolResult(
        text_at(block, "tool_use_id"),
        result_text(content),
        error=error if isinstance(error, bool) else None,
        exit_code=code if isinstance(code, int) and not isinstance(code, bool) else None,
    )
    for item in content if isinstance(content, list) else ():
        if isinstance(item, dict) and item.get("type") in ("image", "document"):
            yield attachment(item)
