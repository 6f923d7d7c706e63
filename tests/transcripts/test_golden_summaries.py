"""What readers find, against summaries that somebody made by hand from the raw files, without the
readers: `golden/summaries.json`, whose notes say what was doubtful."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from acx.model import Message, Text
from acx.transcripts import found, open_source
from acx.transcripts.contract import Conversation
from tests.transcripts.corpus_files import CORPUS, needs_corpus

pytestmark = needs_corpus
GOLDEN: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "golden" / "summaries.json").read_text("utf-8")
)
NOT_COMPARED = {"note", "conversations", "index", "each", "others", "sessions", "lines_1_26"}
"""Keys that say where to look, and those that are looked at by a test of their own."""

Told = list[tuple[Conversation, list[Message]]]


def told(file: str) -> Told:
    return [
        (about, list(messages))
        for source in found(CORPUS / file)
        for about, messages in open_source(source).conversations()
    ]


def summary(about: Conversation, messages: list[Message]) -> dict[str, Any]:
    human = [m for m in messages if m.origin == "human" and (m.text.strip() or m.event)]
    agent = [m for m in messages if m.role == "assistant" and m.origin in ("agent", "subagent")]
    texts = [part.text.strip() for m in agent for part in m.parts if isinstance(part, Text)]
    calls = [call for m in messages for call in m.calls]
    results = [result for m in messages for result in m.results]
    codes = Counter(str(r.exit_code) for r in results if r.exit_code is not None)
    times = [m.ts for m in messages if m.ts]
    return {
        "human": [f"{len(m.text.strip())} {m.event}".strip() for m in human],
        "nonspace": [f"~{len(''.join(m.text.split()))} {m.event}".strip() for m in human],
        "agent_text": sum(map(len, texts)),
        "agent_text_nonspace": sum(len("".join(text.split())) for text in texts),
        "calls": dict(sorted(Counter(call.name for call in calls).items())),
        "calls_total": len(calls),
        "results": len(results),
        "paired": sum(r.call_id in {call.id for call in calls} for r in results),
        "errors": sum(r.error is True for r in results),
        "exit_codes": dict(sorted(codes.items())),
        "rejected": sum(r.rejected for r in results),
        "compactions": sum(m.event == "compaction" for m in messages),
        "attachments": None,
        "harness_words": None,
        "subagent": any(m.origin == "subagent" for m in messages),
        "first_ts": min(times, default=""),
        "last_ts": max(times, default=""),
        "model": list(dict.fromkeys(m.model for m in messages if m.model)),
        "session_id": about.id,
        "cwd_length": len(about.cwd),
    }


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, str]:
    """What the hand-made summary says otherwise, by key."""
    wrong: dict[str, str] = {}
    for key, value in expected.items():
        name = key.removesuffix("_either")
        if name in NOT_COMPARED or name.endswith("record_ts") or actual.get(name) is None:
            continue
        right = value if key != name else [value]
        got = actual[name]
        if name == "human" and any("~" in str(said) for said in value):
            got = actual["nonspace"]
        if name.endswith("_ts"):
            right, got = [_seconds(one) for one in right], _seconds(got)
        if got not in right:
            wrong[key] = f"{got!r}, by hand {value!r}"
    return wrong


def _seconds(ts: str) -> str:
    return re.sub(r"\.\d+", "", ts)


@pytest.mark.parametrize("file", GOLDEN)
def test_a_reader_finds_what_a_person_finds(file: str) -> None:
    expected = GOLDEN[file]
    conversations = told(file)
    assert len(conversations) == expected["conversations"]
    about, messages = conversations[expected.get("index", 0)]
    assert differences(expected, summary(about, messages)) == {}
    for index, one in enumerate(expected.get("each", ())):
        assert differences(one, summary(*conversations[index])) == {}
    for index, one in expected.get("others", {}).items():
        assert differences(one, summary(*conversations[int(index)])) == {}
    for about, messages in conversations:
        if about.id in expected.get("sessions", {}):
            assert differences(expected["sessions"][about.id], summary(about, messages)) == {}
