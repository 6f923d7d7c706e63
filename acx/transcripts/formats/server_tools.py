"""What the Messages API's server tools give back (web search and fetch, code execution, search for
tools) -> parts.

Their results hold objects of many kinds, also encrypted ones that are of use to the model alone.
Not in here: results of other tools (`blocks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from acx.model import Attachment, Part, ToolResult
from acx.transcripts.formats.blocks import attachment, result_text
from acx.transcripts.record import text_at


def is_result(block: Any) -> bool:
    """Whether it is a server tool's: the results of all others are called `tool_result` and
    `mcp_tool_result`, and hold what they hold everywhere."""
    kind = block.get("type") if isinstance(block, dict) else None
    return isinstance(kind, str) and kind.endswith("_tool_result") and kind != "mcp_tool_result"


def parts(block: Mapping[str, Any]) -> Iterator[Part]:
    """The result, and the files that came with it. Raises BadInput."""
    content = block.get("content")
    held = content if isinstance(content, dict) else {}
    call, failure = text_at(block, "tool_use_id"), text_at(held, "error_code")
    code = held.get("return_code")
    yield ToolResult(
        call,
        failure or _text(content),
        error=bool(failure) or None,
        exit_code=code if isinstance(code, int) and not isinstance(code, bool) else None,
    )
    inner = held.get("content")
    for item in inner if isinstance(inner, list) else [inner]:
        if isinstance(item, dict) and "file_id" in item:
            yield Attachment("file", text_at(item, "file_id"))
        elif isinstance(item, dict) and not _is_written(item):
            yield attachment(item)


def _text(content: Any) -> str:
    if isinstance(content, list):  # of a web search
        return "\n".join(map(_found, content))
    if not isinstance(content, dict):
        return result_text(content)
    if "stdout" in content or "stderr" in content:
        output = (text_at(content, "stdout"), text_at(content, "stderr"))
        return "\n".join(filter(None, output))
    inner = content.get("content")
    if isinstance(inner, dict):  # a page that was fetched
        page = [text_at(content, "url")]
        if _is_written(inner):
            page.append(inner["source"]["data"])
        return "\n".join(filter(None, page))
    if isinstance(inner, str):  # a file that was viewed
        return inner
    for listed in (content.get("tool_references"), content.get("lines")):
        if isinstance(listed, list):
            return "\n".join(map(_found, listed))
    return result_text(content)


def _found(item: Any) -> str:
    """A search's finding in a line or two."""
    if not isinstance(item, dict):
        return result_text(item)
    named = [text_at(item, key) for key in ("title", "url", "tool_name")]
    return "\n".join(filter(None, named)) or result_text([item])


def _is_written(document: Mapping[str, Any]) -> bool:
    source = document.get("source")
    return (
        isinstance(source, dict)
        and source.get("type") == "text"
        and isinstance(source.get("data"), str)
    )
