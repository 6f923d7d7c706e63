"""Places: where coding agents keep their transcripts on this machine.

Facts about other programs, in one table. Environment, home and working folder are handed in. Not in
here: what the files look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acx.errors import NotFound, unknown


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or file pattern of an agent.

    folder    below the home, or below what `variable` names if it is set
    pattern   what to take in it
    variable  the environment variable that moves the folder, "" if none does
    moved     what `variable`'s value replaces: the first part of `folder`
    """

    folder: str
    pattern: str = "."
    variable: str = ""
    moved: str = ""

    def paths(self, env: Mapping[str, str], home: Path) -> list[Path]:
        base = self.base(env, home)
        if self.pattern == ".":
            return [base] if base.exists() else []
        return sorted(base.glob(self.pattern)) if base.is_dir() else []

    def base(self, env: Mapping[str, str], home: Path) -> Path:
        if self.variable and env.get(self.variable):
            rest = self.folder.removeprefix(self.moved).lstrip("/")
            return Path(env[self.variable]).expanduser() / rest
        return home / self.folder


PLACES: Mapping[str, tuple[Place, ...]] = {
    "claude-code": (Place(".claude/projects", ".", "CLAUDE_CONFIG_DIR", ".claude"),),
    "codex": (
        Place(".codex/sessions", ".", "CODEX_HOME", ".codex"),
        Place(".codex/archived_sessions", ".", "CODEX_HOME", ".codex"),
    ),
    "copilot": (Place(".copilot/session-state", ".", "COPILOT_HOME", ".copilot"),),
    "cursor": (
        # without subagents/: their files don't say that no person speaks in them
        Place(".cursor/projects", "*/agent-transcripts/*/*.jsonl"),
        Place(".cursor/projects", "*/agent-transcripts/*.jsonl"),
        Place(".cursor/projects", "*/agent-transcripts/*.txt"),
    ),
    "gemini-cli": (Place(".gemini/tmp", "*/chats", "GEMINI_CLI_HOME"),),
    "openclaw": (Place(".openclaw/agents", "*/sessions", "OPENCLAW_STATE_DIR", ".openclaw"),),
    "opencode": (Place(".local/share/opencode", ".", "XDG_DATA_HOME", ".local/share"),),
    "openhands": (
        Place(".openhands/conversations", ".", "OPENHANDS_PERSISTENCE_DIR", ".openhands"),
        Place(".openhands/sessions", ".", "FILE_STORE_PATH", ".openhands"),
    ),
    "pi": (Place(".pi/agent/sessions", ".", "PI_CODING_AGENT_DIR", ".pi/agent"),),
    "qwen": (
        Place(".qwen/projects", "*/chats", "QWEN_HOME", ".qwen"),
        Place(".qwen/tmp", "*/chats", "QWEN_HOME", ".qwen"),
    ),
}
"""By the agent's name, which is that of its format but for OpenClaw, whose format is pi's."""

HERE: Mapping[str, str] = {
    "aider": ".aider.chat.history.md",
    "specstory": ".specstory/history",
}
"""Agents that keep their transcripts in the project: in the working folder or one above it."""


def places(agent: str, env: Mapping[str, str], home: Path, here: Path) -> list[Path]:
    """The files and folders of an agent that are there. Raises UsageError for an unknown agent, and
    NotFound that says where was looked."""
    if agent in HERE:
        tried = [folder / HERE[agent] for folder in (here, *here.parents)]
        found = [path for path in tried if path.exists()][:1]
        looked = f"{HERE[agent]} in {here} and above it"
    elif agent in PLACES:
        found = [path for place in PLACES[agent] for path in place.paths(env, home)]
        looked = ", ".join(str(place.base(env, home)) for place in PLACES[agent])
    else:
        raise unknown("agent", agent, {*PLACES, *HERE})
    if not found:
        raise NotFound(
            f"no transcripts of {agent} on this machine (looked for {looked})",
            "name the files instead: acx session import FILE...",
        )
    return found
