"""config.yaml and the environment, both handed in, as one frozen `Config`.

Reads no environment and no file by itself. An unknown key or a value of the wrong type is an error
that names it: a typo must not silently change who is asked or what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from acx import yamlfile
from acx.errors import BadInput, unknown

DEFAULT_MODEL = "claude-sonnet-5-5"


@dataclass(frozen=True, slots=True)
class Config:
    """What a person may set once instead of saying it each time.

    space      the space to learn into when none is named
    learner    "anthropic", "offline" or "" (anthropic if a key is set, else offline)
    model      any name the endpoint knows
    review     lessons wait as proposals
    max_cost   USD a run may spend, None for no limit
    max_cost_a_month  USD that all runs of a month (UTC) may spend together, None for no limit
    full_api   whether the server at base_url has all of Anthropic's own API, such as a gateway to
               it: caching, strict tools, batches, and the list prices
    effort     how hard a model of Anthropic's thinks: low, medium, high, xhigh, max; "" for its own
    timeout    seconds a model call may take
    redact     what to redact besides the built-in secrets, as written; `own_rules` reads it
    base_url   of a server that speaks the Messages API; "" for Anthropic's own
    api_key, auth_token  of it; from the environment only
    """

    space: str = ""
    learner: str = ""
    model: str = DEFAULT_MODEL
    review: bool = False
    max_cost: Decimal | None = None
    max_cost_a_month: Decimal | None = None
    effort: str = ""
    full_api: bool = False
    timeout: float = 600.0
    redact: Mapping[str, Any] = field(default_factory=dict)
    api_key: str = ""
    auth_token: str = ""
    base_url: str = ""

    @property
    def has_credentials(self) -> bool:
        return bool(self.api_key or self.auth_token)

    @property
    def reaches_a_model(self) -> bool:
        """Whether a model can be asked: a server of one's own may need no key."""
        return self.has_credentials or bool(self.base_url)


FROM_ENVIRONMENT = {
    "ACX_SPACE": "space",
    "ACX_LEARNER": "learner",
    "ACX_MODEL": "model",
    "ANTHROPIC_API_KEY": "api_key",
    "ANTHROPIC_AUTH_TOKEN": "auth_token",
    "ANTHROPIC_BASE_URL": "base_url",
}
"""Environment variables that set a field; they win over config.yaml."""

SECRET = {"api_key", "auth_token"}
EFFORTS = ("low", "medium", "high", "xhigh", "max")
LEARNERS = ("anthropic", "offline")
HINT = "it holds `key: value` lines, for example `learner: offline`"
LONGEST = 10**9
"""Of seconds or USD: more is a slip, and more than a socket takes."""


def load(text: str, where: str, environment: Mapping[str, str]) -> Config:
    """The configuration from the text of config.yaml and the environment.

    Raises BadInput, naming `where` and the key, for anything that isn't understood.
    """
    config = Config()
    known = {field.name for field in fields(Config)} - SECRET
    # Most homes have no config.yaml, and so no need to load the parser
    values = yamlfile.load(text.encode(errors="replace"), where, HINT) if text.strip() else {}
    for key, value in values.items():
        if key not in known:
            hints = unknown("key", key, known).hints
            raise BadInput(f"{where}: unknown key {key!r}", *hints)
        config = replace(config, **{key: _typed(key, value, where)})
    for variable, key in FROM_ENVIRONMENT.items():
        if environment.get(variable):
            config = replace(config, **{key: _typed(key, environment[variable], variable)})
    return config


def _typed(key: str, value: Any, where: str) -> Any:
    if key == "redact":
        return {} if value is None else value
    if key in ("review", "full_api"):
        if isinstance(value, bool):
            return value
        raise BadInput(f"{where}: {key} must be true or false, not {value!r}")
    if key in ("max_cost", "max_cost_a_month", "timeout"):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal(-1)
        if isinstance(value, bool) or not number.is_finite() or not 0 <= number < LONGEST:
            raise BadInput(f"{where}: {key} must be a number, not {value!r}")
        return float(number) if key == "timeout" else number
    if not isinstance(value, str):
        raise BadInput(f"{where}: {key} must be a text, not {value!r}")
    if key == "effort" and value and value not in EFFORTS:
        raise BadInput(f"{where}: no effort {value!r}", f"there are: {', '.join(EFFORTS)}")
    if key == "learner" and value and value not in LEARNERS:
        raise BadInput(f"{where}: no learner {value!r}", f"there are: {', '.join(LEARNERS)}")
    return value
