"""Telling transcript formats apart, from the content alone: names and suffixes of files lie.

Not in here: opening files, which is the package's own door.
"""

from __future__ import annotations

from collections.abc import Iterator

from acx.errors import BadInput, unknown
from acx.transcripts.contract import Format, Sample
from acx.transcripts.formats import (
    acx_form,
    ai_sdk,
    aider,
    anthropic_messages,
    chatgpt,
    claude_ai,
    claude_code,
    codex,
    console,
    copilot,
    cursor,
    gemini,
    gemini_cli,
    openai_chat,
    opencode,
    openhands,
    pi,
    plain_text,
    qwen,
    responses,
    specstory,
    swe_agent,
    tau,
    terminal,
)
from acx.transcripts.redact import redact_text

FORMATS: tuple[Format, ...] = (
    aider.FORMAT,
    chatgpt.FORMAT,
    claude_ai.FORMAT,
    responses.FORMAT,
    codex.FORMAT,
    copilot.FORMAT,
    cursor.FORMAT,
    gemini_cli.FORMAT,
    pi.FORMAT,
    qwen.FORMAT,
    claude_code.FORMAT,
    opencode.FORMAT,
    openhands.FORMAT,
    acx_form.FORMAT,
    ai_sdk.FORMAT,
    tau.FORMAT,
    swe_agent.FORMAT,
    gemini.FORMAT,
    anthropic_messages.FORMAT,
    openai_chat.FORMAT,
    specstory.FORMAT,
    terminal.FORMAT,
    console.FORMAT,
    plain_text.FORMAT,
)
"""In the order in which they are tried. Messages of text alone fit Anthropic and OpenAI alike, and
read the same: only what Anthropic's alone have is tested before. Early sessions of Codex hold items
of the Responses API: what has Codex's header is left to it."""


def detect(sample: Sample, name: str = "the transcript") -> tuple[Format, str]:
    """The format of a sample, and why it is taken for that. Raises BadInput that says what was seen
    instead."""
    if not sample.text.strip():
        raise BadInput(f"{name} is empty", "give it again when the session has a message")
    for found in fitting(sample):
        return found
    what, hint = _seen(sample)
    raise BadInput(f"{name}: {what}", hint)


def fitting(sample: Sample) -> Iterator[tuple[Format, str]]:
    """The formats that a sample fits, and why; the first one counts."""
    return ((format, why) for format in FORMATS if (why := format.matches(sample)))


def named(name: str) -> Format:
    """The format of this name. Raises UsageError."""
    for format in FORMATS:
        if format.name == name:
            return format
    raise unknown("transcript format", name, [format.name for format in FORMATS])


def _seen(sample: Sample) -> tuple[str, str]:
    """What a sample is instead of a transcript, and what may help."""
    for magic, kind, command in _PACKED:
        if sample.head.startswith(magic):
            return f"{kind}, not a transcript", f"unpack it first: {command}"
    forced = "if it is one nevertheless, say which: --format NAME (acx session import --help)"
    if "\0" in sample.text or _unprintable(sample.text) > 0.3:
        return "binary data, in no known transcript format", "is it the right file?"
    if sample.records:
        keys = [str(key)[:30] for key in sorted(sample.records[0], key=str)]
        some = ", ".join(keys[:4]) + (", …" if len(keys) > 4 else "")
        what = redact_text(some)[0] or "no fields"
        return f"JSON objects with {what}, in no known transcript format", forced
    start = redact_text(sample.text[:1000])[0].split()[0][:30]
    return f"text that starts with {start!r}, in no known transcript format", forced


_PACKED = (
    (b"PK\x03\x04", "a zip archive", "unzip FILE"),
    (b"\x1f\x8b", "a gzip file", "gunzip FILE"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unzstd FILE"),
)


def _unprintable(text: str) -> float:
    odd = sum(char == "\ufffd" or (char < " " and char not in "\t\n\r\f\x1b") for char in text)
    return odd / len(text)
