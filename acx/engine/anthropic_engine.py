"""The engine that speaks to the Messages API through Anthropic's SDK: the one door to `anthropic`.

Any server with a `/v1/messages` will do (Ollama, llama.cpp, vLLM, LM Studio, a proxy). What such
servers lack is left out for every host but Anthropic's own: prompt caching, prices. Never sent, as
current models refuse it: a forced tool, sampling parameters, a prefilled answer, a thinking budget.
The SDK is imported with the first call, since the import alone takes seconds.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from acx.engine.port import Reply, Request, faulty, whole
from acx.engine.prices import Tokens, cost
from acx.errors import ModelError
from acx.excerpt import shortened
from acx.model import Usage

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import Message

HOME = "https://api.anthropic.com"

STREAM_ABOVE = 16_000
"""max_tokens. The SDK refuses to wait for more than 21,333 without streaming; long answers through
proxies die on idle connections sooner than that."""

CONNECT = 10.0
"""Seconds. A host that doesn't take the connection by then won't."""

_BREAKPOINT = {"type": "ephemeral"}

_TOO_LONG = re.compile(
    r"(?i)too long|context (?:length|window|size)|maximum context|exceeds? .*context"
)
"""How servers say that a prompt is longer than they can read; the status is 400, or 413."""


class AnthropicEngine:
    """An `Engine`. Nothing is read from the environment but what the HTTP library needs (proxies).

    timeout  seconds for a whole answer, or for the gap between two pieces of a streamed one
    retries  further attempts after 408, 409, 429, 5xx and lost connections; the SDK waits between
             them as the server asks, else 0.5 to 8 seconds
    effort   low, medium, high, xhigh or max; "" for the model's own default
    full_api  whether the host has all of Anthropic's own API, such as a gateway to it
    """

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None = None,
        auth_token: str | None = None,
        base_url: str | None = None,
        timeout: float = 600.0,
        retries: int = 2,
        effort: str = "",
        full_api: bool = False,
    ) -> None:
        self.model = model
        self._effort = effort
        self._base_url = base_url or HOME
        host = urlsplit(self._base_url).hostname or ""
        self._at_home = full_api or host == "anthropic.com" or host.endswith(".anthropic.com")
        if not api_key and not auth_token:
            if self._at_home:
                raise ModelError(
                    "no API key for the Anthropic API",
                    "export ANTHROPIC_API_KEY=...",
                    "or learn without a model: --learner offline",
                    fatal=True,
                )
            auth_token = "none"  # local servers ask for no key, but the SDK insists on one
        self._api_key = api_key or None
        self._auth_token = auth_token or None
        self._timeout = timeout
        self._retries = retries
        self._client: anthropic.Anthropic | None = None

    def complete(self, request: Request) -> Reply:
        """Ask the model. Raises ModelError: fatal, transient, or of this request alone."""
        payload = self.payload(request)
        with self._explained():
            if request.max_tokens > STREAM_ABOVE:
                with self._connected().messages.stream(**payload) as stream:
                    message = stream.get_final_message()
            else:
                message = self._connected().messages.create(**payload)
            return self._reply(message)

    def send(self, requests: Mapping[str, Request]) -> str:
        """Ask several questions in a batch, at half the price. Returns the batch's id.

        The names come back with the answers: up to 64 letters, digits, `-` and `_`.
        """
        asked: Any = [
            {"custom_id": name, "params": self.payload(request)}
            for name, request in requests.items()
        ]
        with self._explained():
            return self._connected().messages.batches.create(requests=asked).id

    def results(self, batch: str) -> dict[str, Reply | ModelError] | None:
        """The answers of a batch by the names of the questions; None while it is worked on."""
        with self._explained():
            batches = self._connected().messages.batches
            if batches.retrieve(batch).processing_status != "ended":
                return None
            found: dict[str, Reply | ModelError] = {}
            for line in batches.results(batch):
                result = line.result
                if result.type == "succeeded":
                    found[line.custom_id] = self._reply(result.message, batch=True)
                else:
                    found[line.custom_id] = ModelError(f"the batch {batch} {result.type}")
            return found

    def _connected(self) -> anthropic.Anthropic:
        import anthropic

        if self._client is None:
            self._client = anthropic.Anthropic(
                api_key=self._api_key,
                auth_token=self._auth_token,
                base_url=self._base_url,
                timeout=anthropic.Timeout(self._timeout, connect=min(self._timeout, CONNECT)),
                max_retries=self._retries,
            )
        return self._client

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """What goes wrong inside becomes a ModelError that says what to do."""
        import anthropic

        try:
            yield
        except ModelError:
            raise
        except anthropic.APITimeoutError as error:
            raise ModelError(
                f"{self._where}: no answer within {self._timeout:g} seconds",
                "run the same command again: what was learned is kept",
                transient=True,
            ) from error
        except anthropic.APIConnectionError as error:
            raise ModelError(
                f"{self._where}: can't be reached ({error.__cause__ or error})",
                "check the network, and ANTHROPIC_BASE_URL if it is set",
                transient=True,
            ) from error
        except anthropic.APIStatusError as error:
            raise self._refused(error.status_code, error.api_message or error.message) from error
        except anthropic.AnthropicError as error:
            raise ModelError(f"{self._where}: {_line(str(error))}") from error
        except Exception as error:
            # A server that answers 200 with something else (a proxy's login page, torn events,
            # JSON nested a thousand deep): the SDK doesn't validate, so it shows wherever the
            # answer is first used, as whatever that place raises.
            raise self._not_messages(str(error) or type(error).__name__) from error

    def payload(self, request: Request) -> dict[str, Any]:
        """The request as it goes over the wire."""
        payload: dict[str, Any] = {
            "model": self.model,
            "max_tokens": request.max_tokens,
            "system": request.system,
            "messages": list(request.messages),
        }
        if request.tools:
            payload["tools"] = list(request.tools)
        if self._at_home:
            system = {"type": "text", "text": request.system, "cache_control": _BREAKPOINT}
            payload["system"] = [system]
            payload["tools"] = [strict(tool) for tool in request.tools]
            payload["messages"] = _with_breakpoints(payload["messages"], request.kept)
            if self._effort:
                payload["output_config"] = {"effort": self._effort}
        return payload

    def _reply(self, message: Message, batch: bool = False) -> Reply:
        usage = self._usage(message, batch)
        try:
            blocks = whole(
                [block.to_dict(mode="json", warnings=False) for block in message.content]
            )
            wrong = faulty(blocks)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            wrong = str(error)
        if wrong:
            raise self._not_messages(wrong, usage)
        details = message.stop_details
        return Reply(
            content=tuple(blocks),
            stop_reason=message.stop_reason or "",
            usage=usage,
            model=message.model or self.model,
            stop_note=(details.explanation or details.category or "") if details else "",
        )

    def _usage(self, message: Message, batch: bool) -> Usage:
        """What the call used. Servers may leave any of the counts out."""
        said = message.usage
        tokens = Tokens(
            input=_count(said, "input_tokens"),
            output=_count(said, "output_tokens"),
            cache_read=_count(said, "cache_read_input_tokens"),
            cache_write=_count(said, "cache_creation_input_tokens"),
        )
        return Usage(
            input=tokens.prompt,
            output=tokens.output,
            cached=tokens.cache_read,
            calls=1,
            cost=cost(message.model or self.model, tokens, batch) if self._at_home else None,
        )

    def _refused(self, status: int, message: str) -> ModelError:
        said = f"{self._where}: {_line(message)} ({status})"
        if status in (401, 403):
            return ModelError(
                f"{self._where} doesn't accept the key: {_line(message)} ({status})",
                "set a valid ANTHROPIC_API_KEY, or learn without a model: --learner offline",
                fatal=True,
            )
        if status == 402:
            return ModelError(said, "add credit to the account the key belongs to", fatal=True)
        if status == 404:
            return ModelError(
                f"{self._where} doesn't know the model {self.model}: {_line(message)} (404)",
                "name another one: --model claude-haiku-5-5; check ANTHROPIC_BASE_URL if it is set",
                fatal=True,
            )
        if status in (408, 409, 429) or status >= 500:
            tries = f"after {self._retries + 1} attempts" if self._retries else "at once"
            return ModelError(
                f"{self._where} gave up {tries}: {_line(message)} ({status})",
                "run the same command again later: what was learned is kept",
                transient=True,
            )
        return ModelError(said, too_long=status == 413 or bool(_TOO_LONG.search(message)))

    def _not_messages(self, why: str, usage: Usage | None = None) -> ModelError:
        return ModelError(
            f"{self._where}: the answer isn't one of the Messages API ({_line(why)})",
            "check ANTHROPIC_BASE_URL: it is the server's root, without /v1",
            usage=usage,
        )

    @property
    def _where(self) -> str:
        return urlsplit(self._base_url).netloc or self._base_url


def _with_breakpoints(messages: list[Mapping[str, Any]], kept: int) -> list[Mapping[str, Any]]:
    """The messages with two blocks marked, up to which all can be cached: the last of those that
    other conversations begin with too, and the last of all, which the next turn repeats."""
    marked = [(0, kept - 1)] if kept else []
    marked.append((len(messages) - 1, len(messages[-1]["content"]) - 1))
    messages = list(messages)
    for place, number in marked:
        blocks = list(messages[place]["content"])
        blocks[number] = {**blocks[number], "cache_control": _BREAKPOINT}
        messages[place] = {**messages[place], "content": blocks}
    return messages


_UNKNOWN_TO_STRICT = frozenset(("minLength", "maxLength", "minItems", "maxItems"))


def strict(tool: Mapping[str, Any]) -> dict[str, Any]:
    """The tool so that the API itself sees to the names and types of a call's input. Lengths it
    doesn't know: those are checked by whoever reads the answer."""
    return {**tool, "input_schema": _without_lengths(tool["input_schema"]), "strict": True}


def _without_lengths(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {
            key: _without_lengths(inner)
            for key, inner in schema.items()
            if key not in _UNKNOWN_TO_STRICT
        }
    return [_without_lengths(inner) for inner in schema] if isinstance(schema, list) else schema


def _count(usage: Any, name: str) -> int:
    given = getattr(usage, name, None)
    return given if isinstance(given, int) and given > 0 else 0


def _line(text: str) -> str:
    """A message of a server on one line: some send a whole page."""
    return shortened(" ".join(text.split()), 300)
