"""Which learner does the work: chosen by option, config, and whether a key is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from acx.config import LEARNERS, Config
from acx.errors import ModelError, UsageError
from acx.learn import checks
from acx.learn.port import Learner
from acx.learn.tidy.step import Tidier
from acx.store import skill_source

if TYPE_CHECKING:
    from acx.engine.anthropic_engine import AnthropicEngine
    from acx.engine.later import Shelf


def chosen(
    config: Config, learner: str = "", model: str = "", shelf: Shelf | None = None
) -> Learner:
    """The learner to use. Raises UsageError for an unknown one, ModelError for a missing key."""
    if _name(config, learner, model) == "offline":
        return offline()
    from acx.learn.model_learner import ModelLearner

    asked = engine(config, model)
    return ModelLearner(asked, f"anthropic {asked.model}", checks.problems, shelf=shelf)


def tidier(config: Config, learner: str = "", model: str = "") -> Tidier:
    """Who tidies: chosen, and raising, as the learner is."""
    if _name(config, learner, model) == "offline":
        from acx.learn.tidy.rules import RuleTidier

        return RuleTidier()
    from acx.learn.tidy.model import ModelTidier

    asked = engine(config, model, "tidy")
    return ModelTidier(asked, f"anthropic {asked.model}")


def _name(config: Config, learner: str, model: str) -> str:
    name = learner or config.learner or ("anthropic" if config.has_credentials else "offline")
    if name not in LEARNERS:
        raise UsageError(f"no learner {name!r}", f"there are: {', '.join(LEARNERS)}")
    if model and name == "offline":
        raise UsageError(
            f"the offline learner asks no model, so {model} is never asked",
            "say --learner anthropic; it needs ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL",
        )
    return name


def unpriced(config: Config, learner: str) -> str:
    """What to do about it where it isn't known what the learner of that name costs, and so no limit
    can be kept; "" if it is known."""
    if learner == "offline":
        return ""
    from acx.engine.prices import PRICED, Tokens, cost

    if cost(learner.partition(" ")[2], Tokens()) is None:
        return f"prices are known of {', '.join(PRICED)}: choose one with --model"
    if config.base_url and not config.full_api:
        return (
            f"if {config.base_url} is a gateway to Anthropic's own API, whose list prices hold, say"
            " `full_api: true` in config.yaml"
        )
    return ""


def offline() -> Learner:
    """The learner that needs no key and no network."""
    from acx.learn.offline import OfflineLearner

    return OfflineLearner(_template)


def _template(name: str) -> Mapping[str, bytes]:
    return skill_source.template(name).files


def engine(config: Config, model: str = "", verb: str = "learn") -> AnthropicEngine:
    """What speaks to the configured model. Raises ModelError for a missing key."""
    if not config.reaches_a_model:
        raise ModelError(
            "the learner anthropic needs a key, and ANTHROPIC_API_KEY is not set",
            "export ANTHROPIC_API_KEY=...",
            f"or {verb} without a model: acx {verb} --learner offline",
            fatal=True,
        )
    from acx.engine.anthropic_engine import AnthropicEngine

    return AnthropicEngine(
        model or config.model,
        api_key=config.api_key or (None if config.auth_token else "none"),
        auth_token=config.auth_token or None,
        base_url=config.base_url or None,
        timeout=config.timeout,
        effort=config.effort,
        full_api=config.full_api,
    )
