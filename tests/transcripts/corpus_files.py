"""Which files of the corpus are in which format: told by hand, by looking at them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus is not beside this checkout (../shared/corpus)"
)

FILES: dict[str, list[str]] = {
    "aider": ["aider/*.md"],
    "ai-sdk": ["vercel-ui-message/*.json"],
    "anthropic": ["anthropic-messages/*.json"],
    "chatgpt": ["chatgpt-export/conversations.json"],
    "claude-code": [
        "claude-code/entire/*.jsonl",
        "claude-code/codemie/**/*.jsonl",
        "claude-code/claude-code-log/*.jsonl",
        "claude-code/agent-sessions/**/*.jsonl",
    ],
    "codex": ["codex/*/*.jsonl"],
    "console": ["plain-text/console-paste/*.md"],
    "copilot": ["other-agents/copilot/**/*.jsonl"],
    "cursor": ["other-agents/cursor/**/*.jsonl"],
    "gemini-cli": [
        "gemini-cli/codemie/*.json",
        "gemini-cli/entire/*.json",
        "gemini-cli/agent-sessions/[jls][sma]*",  # not schema_drift.json, whose list is `history`
    ],
    "openai": ["openai-chat/openhands-llm-logs/*.json"],
    "opencode": [
        "opencode/agent-sessions/storage_legacy",
        "opencode/agent-sessions/storage_v2",
        "opencode/codemie/storage",
    ],
    "openhands": ["openhands/v0/*.json", "openhands/sdk-v1/*", "openhands/*.json"],
    "pi": ["other-agents/pi/*.jsonl", "other-agents/openclaw/*.jsonl"],
    "qwen": ["other-agents/qwen/*.jsonl"],
    "specstory": ["plain-text/specstory/*.md"],
    "swe-agent": ["swe-agent/*.traj", "swe-agent/mini/*.traj.json"],
    "tau": ["openai-chat/tau*/*.json", "plain-text/tau-bench-few-shot/*.jsonl"],
}
"""By the format's name; a folder is one or more transcripts of many files."""


def files() -> Iterator[tuple[str, Path]]:
    """Every transcript of the corpus with its format; none where the corpus is missing."""
    for format, patterns in FILES.items():
        for pattern in patterns:
            for path in sorted(CORPUS.glob(pattern)):
                yield format, path


def name(value: object) -> str:
    """How pytest calls a file."""
    return value.relative_to(CORPUS).as_posix() if isinstance(value, Path) else str(value)
