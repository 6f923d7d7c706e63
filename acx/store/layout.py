"""Where everything lies: each path of a home and of a space is made here and nowhere else.

Knows names, not contents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from acx.errors import BadInput

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""Names of spaces and ids of sessions: safe as a folder, a ref and a trailer on every system."""

RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}

SKILLS = "skills"
SPACE_FILE = "space.yaml"
PROPOSALS = "refs/heads/acx/proposals/"
REJECTED = "refs/acx/rejected/"
PROPOSED = "Acx-Proposed"
"""The trailer that says when a proposal was made, finer than a commit's date."""


def checked_name(name: str, what: str) -> str:
    """The name, if it is one. Raises BadInput for anything that could leave its folder."""
    bad = (
        not NAME.fullmatch(name)
        or name.endswith((".", ".lock"))
        or ".." in name
        or name.split(".")[0].lower() in RESERVED
    )
    if bad:
        raise BadInput(
            f"{name!r} can't be the {what}",
            "use letters, digits, '-', '_' and '.', starting with a letter or digit (at most 100)",
        )
    return name


@dataclass(frozen=True, slots=True)
class Home:
    """The folder acx keeps its things in."""

    path: Path

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def spaces(self) -> Path:
        return self.path / "spaces"

    @property
    def forgotten(self) -> Path:
        """Repositories of deleted spaces that lived in the home."""
        return self.path / "forgotten"

    @property
    def sessions(self) -> Path:
        return self.path / "sessions"

    @property
    def batches(self) -> Path:
        """Batches that were sent to a model, and their answers."""
        return self.path / "batches"

    @property
    def gates(self) -> Path:
        """Which gates may be run on this machine: the folder of a space -> its command."""
        return self.path / "gates.yaml"

    @property
    def spending(self) -> Path:
        """What models cost, a line a call."""
        return self.path / "spending.jsonl"

    def space(self, name: str) -> Path:
        return self.spaces / checked_name(name, "name of a space")

    def session(self, session_id: str) -> SessionFolder:
        return SessionFolder(self.sessions / checked_name(session_id, "id of a session"))


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """The files of one session."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def about(self) -> Path:
        return self.path / "session.yaml"

    @property
    def messages(self) -> Path:
        return self.path / "messages.jsonl"

    @property
    def tasks(self) -> Path:
        return self.path / "tasks.jsonl"

    @property
    def lock(self) -> Path:
        """Held while session.yaml or the messages are written."""
        return self.path / ".lock"

    @property
    def learning(self) -> Path:
        """Held while the session is learned: what `running` means."""
        return self.path / ".learning"

    @property
    def importing(self) -> Path:
        """Held while a transcript is compared with the messages and what is new of it added."""
        return self.path / ".importing"
