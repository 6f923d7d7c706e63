"""Transcripts of agents that have no reader: none is mistaken for another's.

Hermes writes OpenAI chat, and is read as that.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from acx.errors import BadInput
from acx.transcripts import open_stream, open_transcript
from tests.transcripts.corpus_files import CORPUS, needs_corpus

OTHERS = CORPUS / "other-agents"
STRANGERS = [
    path
    for agent in ("antigravity", "droid", "grok", "kimi")
    for path in sorted((OTHERS / agent).rglob("*"))
    if path.is_file()
]


@pytest.mark.parametrize(
    "records",
    [
        # Droid: a session of its store, and what it streams
        [
            {"type": "session_start", "id": "s", "cwd": "/p", "version": 2},
            {"type": "message", "id": "m", "message": {"role": "user", "content": "hi"}},
        ],
        [
            {"type": "system", "subtype": "init", "sessionId": "s", "cwd": "/p"},
            {"type": "message", "sessionId": "s", "role": "user", "text": "hi"},
            {"type": "tool_call", "id": "c", "toolName": "Execute", "parameters": {}},
        ],
        # Kimi: dotted types as Copilot's, without data; Grok: types instead of roles
        [
            {"type": "metadata", "protocol_version": "1"},
            {"type": "turn.prompt", "input": [{"type": "text", "text": "hi"}]},
            {"type": "context.append_message", "message": {"role": "user", "content": []}},
        ],
        [
            {"type": "user", "content": [{"type": "text", "text": "hi"}]},
            {"type": "assistant", "content": "", "tool_calls": [{"id": "c", "name": "ls"}]},
            {"type": "tool_result", "tool_call_id": "c", "content": "a"},
        ],
    ],
    ids=["droid", "droid-stream", "kimi", "grok"],
)
def test_agents_without_a_reader_are_not_mistaken(records: list[dict[str, Any]]) -> None:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    with pytest.raises(BadInput, match="no known transcript format"):
        open_stream(io.BytesIO(data), "test")


@needs_corpus
@pytest.mark.parametrize("path", STRANGERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_real_files_of_such_agents_are_not_mistaken(path: Path) -> None:
    with pytest.raises(BadInput, match="no known transcript format"):
        open_transcript(path)


@needs_corpus
def test_there_are_such_files() -> None:
    assert len(STRANGERS) == 12


@needs_corpus
def test_hermes_is_openai_chat() -> None:
    opened = open_transcript(OTHERS / "hermes" / "large.json")
    messages = list(opened.messages)
    assert opened.format.name == "openai"
    assert [(m.role, m.origin) for m in messages] == [
        ("user", "human"),
        ("assistant", "agent"),
        ("tool", "harness"),
        ("assistant", "agent"),
    ]
    assert messages[1].calls[0].id == messages[2].results[0].call_id
    assert [warning.what for warning in opened.notes.warnings] == ["unknown role: 'session_meta'"]
