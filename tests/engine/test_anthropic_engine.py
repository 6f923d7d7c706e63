"""The real SDK against a Messages API on the loopback, on good days and bad ones."""

from __future__ import annotations

import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

import pytest

from acx.engine.anthropic_engine import AnthropicEngine
from acx.engine.port import Request
from acx.errors import ModelError
from tests.loopback import DROP, Answer, Hang, LoopbackMessages, Raw, Status, call, refusal, text

ASK = Request(system="Be brief.", messages=[{"role": "user", "content": [text("Hi").content[0]]}])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def engine(api: LoopbackMessages, **options: Any) -> AnthropicEngine:
    options = {"api_key": "sk-test", "retries": 0, "timeout": 5, **options}
    return AnthropicEngine("claude-sonnet-5-5", base_url=api.url, **options)


def failure(reply: object, **options: Any) -> tuple[ModelError, int]:
    """The error a reply turns into, and how often the server was asked."""
    with LoopbackMessages(lambda _: reply) as api:
        with pytest.raises(ModelError) as caught:
            engine(api, **options).complete(ASK)
        assert "\n" not in caught.value.message
        return caught.value, len(api.requests)


def test_an_answer_with_text_and_a_call_comes_back_as_plain_values() -> None:
    blocks = [
        {"type": "thinking", "thinking": "", "signature": "c2lnbmVk"},
        {"type": "text", "text": "Looking."},
        {"type": "tool_use", "id": "toolu_7", "name": "view", "input": {"path": "a"}},
    ]
    with LoopbackMessages([Answer(blocks, "tool_use")]) as api:
        reply = engine(api).complete(ASK)
    assert list(reply.content) == blocks  # thinking goes back unchanged, or the history is refused
    assert reply.text == "Looking."
    assert [block["input"] for block in reply.calls] == [{"path": "a"}]
    assert (reply.stop_reason, reply.model) == ("tool_use", "claude-sonnet-5-5")


def test_nothing_is_sent_that_current_models_or_local_servers_refuse() -> None:
    tool = {"name": "t", "description": "d", "input_schema": {"type": "object", "properties": {}}}
    request = Request("Be brief.", ASK.messages, [tool], max_tokens=500, kept=1)
    with LoopbackMessages([text("Hello")]) as api:
        engine(api).complete(request)
    assert api.requests == [
        {
            "model": "claude-sonnet-5-5",
            "max_tokens": 500,
            "system": "Be brief.",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
            "tools": [tool],
        }
    ]


def test_at_anthropic_the_stable_prefix_is_marked_for_the_cache() -> None:
    home = AnthropicEngine("claude-sonnet-5-5", api_key="k")
    mark = {"cache_control": {"type": "ephemeral"}}
    first = {
        "role": "user",
        "content": [{"type": "text", "text": t} for t in ("law", "file", "Hi")],
    }
    said = [{"role": "assistant", "content": [{"type": "text", "text": "Yes?"}]}, ASK.messages[0]]
    sent = home.payload(Request("Be brief.", [first, *said], kept=2))
    assert sent["system"] == [{"type": "text", "text": "Be brief.", **mark}]
    marked = [[block.get("cache_control") for block in m["content"]] for m in sent["messages"]]
    assert marked == [[None, mark["cache_control"], None], [None], [mark["cache_control"]]]
    assert "cache_control" not in ASK.messages[-1]["content"][-1]
    assert "cache_control" not in first["content"][1]


def test_at_anthropic_tools_are_strict_and_effort_is_said() -> None:
    text = {"type": "string", "minLength": 1, "maxLength": 9}
    schema = {
        "type": "object",
        "properties": {"t": {"type": "array", "items": text, "maxItems": 3}},
    }
    tool = {"name": "t", "description": "d", "input_schema": schema}
    request = Request("s", ASK.messages, [tool])
    home = AnthropicEngine("claude-sonnet-5-5", api_key="k", effort="low").payload(request)
    assert home["tools"][0]["strict"] is True
    assert home["tools"][0]["input_schema"]["properties"]["t"]["items"] == {"type": "string"}
    assert home["output_config"] == {"effort": "low"}
    away = AnthropicEngine("m", base_url="http://127.0.0.1:9", effort="low").payload(request)
    assert away["tools"] == [tool] and "output_config" not in away


def test_credentials_are_those_handed_in_and_never_the_environments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-the-environment")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    with LoopbackMessages(lambda _: text("Hello")) as api:
        engine(api, api_key="mine").complete(ASK)
        engine(api, api_key=None, auth_token="token").complete(ASK)
        engine(api, api_key=None).complete(ASK)
    assert [sent["authorization"] for sent in api.headers] == [
        "Bearer mine",
        "Bearer token",
        "Bearer none",
    ]
    with pytest.raises(ModelError, match="no API key") as caught:
        AnthropicEngine("claude-sonnet-5-5")
    assert caught.value.fatal


def test_tokens_are_counted_and_a_foreign_host_has_an_unknown_price() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 7,
        "cache_read_input_tokens": 300,
        "cache_creation_input_tokens": 40,
    }
    with LoopbackMessages([Answer(text("Hi").content, usage=usage)]) as api:
        said = engine(api).complete(ASK).usage
    assert (said.input, said.output, said.cached, said.calls) == (350, 7, 300, 1)
    assert said.cost is None


def test_at_anthropic_a_call_has_its_price(monkeypatch: pytest.MonkeyPatch) -> None:
    # The host decides; so the host's name is kept and its address is the loopback's.
    with LoopbackMessages([text("Hi")]) as api:
        port = api.url.rsplit(":", 1)[1]
        monkeypatch.setenv("NO_PROXY", "*")
        import socket

        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda _, *rest, **kw: real("127.0.0.1", *rest, **kw)
        )
        home = AnthropicEngine(
            "claude-sonnet-5-5", api_key="k", base_url=f"http://api.anthropic.com:{port}"
        )
        assert home.complete(ASK).usage.cost == Decimal("0.003")
    assert api.requests[0]["system"][0]["cache_control"] == {"type": "ephemeral"}


def test_counts_a_server_leaves_out_are_zero() -> None:
    with LoopbackMessages([Answer(text("Hi").content, usage={})]) as api:
        assert engine(api).complete(ASK).usage.input == 0


def test_a_long_answer_is_streamed() -> None:
    with LoopbackMessages([call("report", {"a": [1, 2]})]) as api:
        reply = engine(api).complete(Request("s", ASK.messages, max_tokens=64_000))
    assert api.requests[0]["stream"] is True
    assert reply.calls[0]["input"] == {"a": [1, 2]}
    assert reply.usage.output == 100


def test_a_cut_off_answer_and_a_refusal_are_told_by_the_stop_reason() -> None:
    with LoopbackMessages([text("Half", "max_tokens"), refusal("not this")]) as api:
        asked = engine(api)
        assert asked.complete(ASK).stop_reason == "max_tokens"
        refused = asked.complete(ASK)
    assert (refused.stop_reason, refused.stop_note) == ("refusal", "not this")
    assert refused.usage.calls == 1


@pytest.mark.parametrize("code", [401, 403])
def test_a_wrong_key_is_fatal(code: int) -> None:
    error, asked = failure(Status(code, "invalid x-api-key"), retries=2)
    assert "doesn't accept the key: invalid x-api-key" in error.message
    assert (error.fatal, error.transient, asked) == (True, False, 1)
    assert "--learner offline" in error.hints[0]


def test_an_unknown_model_is_fatal() -> None:
    error, _ = failure(Status(404, "model: claude-sonnet-5-5"))
    assert "doesn't know the model claude-sonnet-5-5" in error.message
    assert error.fatal


def test_a_bad_request_says_what_the_server_said_and_concerns_this_request_alone() -> None:
    error, asked = failure(Status(400, "prompt is too long:\n 210000 tokens"), retries=2)
    assert "prompt is too long: 210000 tokens (400)" in error.message
    assert (error.fatal, error.transient, asked) == (False, False, 1)


@pytest.mark.parametrize("code", [408, 409, 429, 500, 503, 529])
def test_an_overloaded_server_may_do_better_later(code: int) -> None:
    error, asked = failure(Status(code, "busy"))
    assert f"busy ({code})" in error.message
    assert (error.transient, error.fatal, asked) == (True, False, 1)


def test_what_passes_is_retried_as_the_server_asks() -> None:
    soon = {"retry-after-ms": "1"}
    replies = [Status(429, "slow down", soon), Status(529, "overloaded", soon), text("Hello")]
    with LoopbackMessages(replies) as api:
        assert engine(api, retries=2).complete(ASK).text == "Hello"
    assert len(api.requests) == 3


def test_retries_end() -> None:
    error, asked = failure(Status(429, "slow down", {"retry-after-ms": "1"}), retries=2)
    assert "gave up after 3 attempts: slow down (429)" in error.message
    assert asked == 3


def test_a_server_that_hangs_is_left_in_time() -> None:
    start = time.monotonic()
    error, _ = failure(Hang(30), timeout=0.2)
    assert "no answer within 0.2 seconds" in error.message
    assert error.transient
    assert time.monotonic() - start < 10


def test_a_dropped_connection_and_an_absent_server_are_named() -> None:
    error, _ = failure(DROP)
    assert "can't be reached" in error.message
    assert error.transient
    absent = AnthropicEngine("m", base_url="http://127.0.0.1:9", retries=0)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9: can't be reached"):
        absent.complete(ASK)


@pytest.mark.parametrize(
    "reply",
    [
        Raw("<html><title>Log in</title></html>", "text/html"),
        Raw("{}"),
        Raw("[]"),
        Raw('{"content": null, "usage": null}'),
        Raw('{"content": [{"no": "type"}], "usage": {}}'),
        Raw('{"content": ["words"], "usage": {}}'),
        Raw('{"content": [{"type": "text", "text": "cut'),
    ],
)
def test_what_isnt_a_message_is_said_to_be_none(reply: Raw) -> None:
    error, _ = failure(reply)
    assert "isn't one of the Messages API" in error.message
    assert "ANTHROPIC_BASE_URL" in error.hints[0]


DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        '{"content": ' + "[" * DEEP + "]" * DEEP + "}",
        '{"content": [{"type": "text", "text": "x", "more": '
        + '{"a":' * DEEP + "1" + "}" * DEEP + "}]}",
        "[" * DEEP,
        '{"content": [{"type": "text", "text": 1' + "0" * 9_000 + "}]}",
    ],
    ids=["nested content", "nested block", "torn", "a number of 9000 digits"],
)  # fmt: skip
def test_json_that_python_can_not_read_is_no_message(body: str) -> None:
    error, _ = failure(Raw(body))
    assert "isn't one of the Messages API" in error.message


def test_torn_and_disordered_events_are_no_message() -> None:
    start = 'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 3}\n\n'
    long = Request("s", ASK.messages, max_tokens=64_000)
    for body in (start, "event: message_start\ndata: {}\n\n", "data: [\n\n", ""):
        sent = Raw(body, "text/event-stream")
        with LoopbackMessages([sent]) as api, pytest.raises(ModelError):
            engine(api).complete(long)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "text", "text": 5},
        {"type": "text"},
        {"type": "tool_use", "id": "t", "name": "done"},
        {"type": "tool_use", "id": "t", "name": ["done"], "input": {}},
        {"type": "tool_use", "id": None, "name": "done", "input": {}},
        {"type": 7, "text": "x"},
        {"text": "x"},
    ],
    ids=str,
)
def test_a_block_that_isnt_as_the_api_defines_it_is_an_error_that_was_paid_for(
    block: dict[str, Any],
) -> None:
    error, _ = failure(Answer([block]))
    assert "isn't one of the Messages API" in error.message
    assert not error.fatal and not error.transient
    assert (error.usage.input, error.usage.output, error.usage.calls) == (1000, 100, 1)


def test_half_a_character_is_replaced() -> None:
    with LoopbackMessages([call("done", {"a": ["x\ud800"]})]) as api:
        assert engine(api).complete(ASK).calls[0]["input"] == {"a": ["x?"]}


def test_counts_that_are_none_count_nothing() -> None:
    usage = {"input_tokens": "many", "output_tokens": -3, "cache_read_input_tokens": [1]}
    with LoopbackMessages([Answer(text("Hi").content, usage=usage)]) as api:
        said = engine(api).complete(ASK).usage
    assert (said.input, said.output, said.cached, said.calls) == (0, 0, 0, 1)


def test_the_sdk_is_imported_with_the_first_call_only() -> None:
    code = (
        "import sys; from acx.engine.anthropic_engine import AnthropicEngine;"
        "AnthropicEngine('m', api_key='k'); assert 'anthropic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
