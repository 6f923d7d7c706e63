"""What every verb is handed: the home, the environment, the clock, a source of ids.

The only place where the real ones are made is `Context.real`; tests make their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from acx import config, files
from acx.config import Config
from acx.errors import NotFound, UsageError
from acx.store.layout import Home
from acx.store.sessions import Sessions
from acx.store.spending import Spending
from acx.transcripts.own_rules import NO_RULES, Rules, rules_of

if TYPE_CHECKING:
    from acx.store.shelf import Batches
    from acx.store.spaces import Spaces


@dataclass(frozen=True)
class Context:
    """The world of a verb. `token` gives eight hex digits that weren't given before."""

    home: Home
    env: Mapping[str, str]
    now: Callable[[], datetime]
    token: Callable[[], str]

    @classmethod
    def real(cls, home: Path | None = None, env: Mapping[str, str] | None = None) -> Context:
        """The person's own world: `ACX_HOME`, else ~/.acx, and the clock on the wall."""
        env = os.environ if env is None else env
        path = home or Path(env.get("ACX_HOME") or Path("~/.acx").expanduser())
        return cls(
            Home(path.absolute()), env, lambda: datetime.now(UTC), lambda: os.urandom(4).hex()
        )

    @property
    def config(self) -> Config:
        return self._configured[0]

    @property
    def rules(self) -> Rules:
        """What config.yaml adds to redaction."""
        return self._configured[1]

    @cached_property
    def _configured(self) -> tuple[Config, Rules]:
        """Both at once, so that a bad pattern is told by whatever reads the file first."""
        try:
            text = self.home.config.read_text(encoding="utf-8")
        except FileNotFoundError:
            text = ""
        except UnicodeDecodeError:
            text = "\0"  # not YAML either, and reported as such
        except OSError as error:
            raise files.explain(error, self.home.config) from error
        where = str(self.home.config)
        found = config.load(text, where, self.env)
        return found, NO_RULES if found.redact == {} else rules_of(found.redact, where)

    @property
    def sessions(self) -> Sessions:
        """The stored sessions; what is added to them is redacted by the rules of config.yaml."""
        return Sessions(self.home, lambda: self.rules)

    @property
    def batches(self) -> Batches:
        from acx.store.shelf import Batches

        return Batches(self.home.batches)

    @property
    def spending(self) -> Spending:
        return Spending(self.home.spending)

    @property
    def spaces(self) -> Spaces:
        from acx.store.spaces import Spaces  # git's part of the store, which appending needs not

        return Spaces(self.home, self.env)

    def space_name(self, text: str = "", say: str = "--space NAME") -> str:
        """The space a person means: the named one, the configured one, or the only one. `say` is
        how it is named where there are several."""
        if text:
            return self.spaces.find(text)
        names = self.spaces.names()
        if wanted := self.config.space:
            try:
                return self.spaces.find(wanted)
            except NotFound:
                where = "ACX_SPACE" if self.env.get("ACX_SPACE") else str(self.home.config)
                there = f"there are {', '.join(names)}: correct it, or say {say}"
                raise NotFound(
                    f"{where}: there is no space {wanted!r}",
                    there if names else f"acx space create {wanted}",
                ) from None
        if len(names) == 1:
            return names[0]
        if not names:
            raise NotFound("there is no space yet", "acx space create NAME")
        raise UsageError(f"which space? There are {', '.join(names)}", f"say it: {say}")

    def stamp(self) -> str:
        """Now, as session.yaml and space.yaml say it."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
