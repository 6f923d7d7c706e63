"""A Messages API on the loopback, for tests of what really goes over the wire.

It answers from a list, or by asking a function, on good days (`text`, `call`, `calls`) and bad
ones (`Status`, `Hang`, `Raw`, `DROP`). It streams when it is asked to, and refuses with 400 what
the real one refuses. Not a model, and no mock of our code.

    with LoopbackMessages([call("done", {})]) as api:
        AnthropicEngine("claude-sonnet-5-5", api_key="k", base_url=api.url).complete(...)
        assert api.requests[0]["model"] == "claude-sonnet-5-5"
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {"input_tokens": 1000, "output_tokens": 100}


@dataclass(frozen=True)
class Answer:
    """A message of the model."""

    content: Sequence[Mapping[str, Any]]
    stop_reason: str = "end_turn"
    usage: Mapping[str, Any] = field(default_factory=lambda: USAGE)
    stop_details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Status:
    """An HTTP error, with the body Anthropic's API gives it."""

    code: int
    message: str = "something is wrong"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """Anything at all, with status 200."""

    body: str
    content_type: str = "application/json"


@dataclass(frozen=True)
class Hang:
    """No answer for so many seconds."""

    seconds: float


DROP = object()
"""The connection is closed without a word."""


def text(words: str, stop_reason: str = "end_turn") -> Answer:
    return Answer([{"type": "text", "text": words}], stop_reason)


def call(name: str, input: Any) -> Answer:
    return calls((name, input))


def calls(*named: tuple[str, Any]) -> Answer:
    """One answer that calls several tools; the server gives the calls their ids."""
    blocks = [{"type": "tool_use", "name": name, "input": input} for name, input in named]
    return Answer(blocks, "tool_use")


def refusal(why: str = "") -> Answer:
    details = {"type": "refusal", "category": None, "explanation": why or None}
    return Answer([], "refusal", stop_details=details)


class LoopbackMessages:
    """The server, while the `with` block runs. `requests` and `headers` are those received."""

    def __init__(self, replies: Sequence[Any] | Callable[[Mapping[str, Any]], Any]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._given = replies if callable(replies) else iter(replies)
        self._lock = threading.Lock()
        self.batches = Batches(self)
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> LoopbackMessages:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _next(self, request: dict[str, Any], headers: dict[str, str]) -> Any:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            if why := objection(request):
                return Status(400, why)
            if callable(self._given):
                return self._given(request)
            return next(self._given, Status(400, "the test has no further reply"))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path.split("?")[0] == "/v1/messages/batches":
                    self._send(200, json.dumps(api.batches.create(body, self.headers)))
                    return
                if self.path.split("?")[0] != "/v1/messages":
                    self._send(404, json.dumps({"error": {"message": f"no {self.path}"}}))
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._answer(api._next(body, headers), body)

            def do_GET(self) -> None:
                *_, name, what = ["", *self.path.split("?")[0].split("/")]
                if what == "results":
                    self._send(200, api.batches.results(name), "application/x-jsonl")
                else:
                    self._send(200, json.dumps(api.batches.about(what)))

            def _answer(self, reply: Any, request: Mapping[str, Any]) -> None:
                if isinstance(reply, Hang):
                    api._closing.wait(reply.seconds)
                elif isinstance(reply, Status):
                    error = {"type": "api_error", "message": reply.message}
                    body = json.dumps({"type": "error", "error": error})
                    self._send(reply.code, body, headers=reply.headers)
                elif isinstance(reply, Raw):
                    self._send(200, reply.body, reply.content_type)
                elif isinstance(reply, Answer):
                    message = _message(reply, request["model"], len(api.requests))
                    if request.get("stream"):
                        self._send(200, "".join(_events(message)), "text/event-stream")
                    else:
                        self._send(200, json.dumps(message))
                else:
                    assert reply is DROP
                self.close_connection = True

            def _send(
                self,
                status: int,
                body: str,
                content_type: str = "application/json",
                headers: Mapping[str, str] | None = None,
            ) -> None:
                data = body.encode()
                self.send_response(status)
                self.send_header("content-type", content_type)
                self.send_header("content-length", str(len(data)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class Batches:
    """The batches of a server. Those in `done` have ended; questions named in `lost` expired."""

    def __init__(self, api: LoopbackMessages) -> None:
        self._api = api
        self.sent: dict[str, list[dict[str, Any]]] = {}
        self.done = False
        self.lost: set[int] = set()

    def create(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        name = f"msgbatch_{len(self.sent) + 1}"
        self.sent[name] = list(body["requests"])
        return self.about(name)

    def about(self, name: str) -> dict[str, Any]:
        ended = "ended" if self.done else "in_progress"
        url = f"{self._api.url}/v1/messages/batches/{name}/results"
        time = "2026-06-10T00:00:00Z"
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": ended,
            "request_counts": dict.fromkeys(
                ("processing", "succeeded", "errored", "canceled", "expired"), 0
            ),
            "created_at": time,
            "expires_at": time,
            "results_url": url if self.done else None,
        }

    def results(self, name: str) -> str:
        """The answers, last question first: a batch promises no order."""
        lines = []
        for n, asked in reversed(list(enumerate(self.sent[name]))):
            result: dict[str, Any] = {"type": "expired"}
            if n not in self.lost:
                reply = self._api._next(asked["params"], {})
                message = _message(reply, asked["params"]["model"], 1000 + n)
                result = {"type": "succeeded", "message": message}
            lines.append(json.dumps({"custom_id": asked["custom_id"], "result": result}) + "\n")
        return "".join(lines)


def objection(request: Mapping[str, Any]) -> str:
    """Why the real API would answer 400; "" if it would not."""
    for name in ("temperature", "top_p", "top_k"):
        if name in request:
            return f"{name}: not supported"
    if request.get("tool_choice", {}).get("type") in ("any", "tool"):
        return "tool_choice: forced tools are not supported"
    open_calls: list[str] = []
    seen: set[str] = set()
    for n, message in enumerate(request["messages"]):
        results = [b["tool_use_id"] for b in message["content"] if b["type"] == "tool_result"]
        first = [block["type"] for block in message["content"]][: len(results)]
        if sorted(results) != sorted(open_calls) or set(first) - {"tool_result"}:
            return f"messages.{n}: each tool_use needs its tool_result, first in the next message"
        if message["role"] != ("assistant" if n % 2 else "user") or not message["content"]:
            return f"messages.{n}: roles must alternate, and content must not be empty"
        for block in message["content"]:
            if block["type"] == "text" and not block["text"].strip():
                return f"messages.{n}: text content blocks must contain non-whitespace text"
            if block["type"] == "tool_use" and not isinstance(block["input"], dict):
                return f"messages.{n}: tool_use.input: should be a dictionary"
        open_calls = [b["id"] for b in message["content"] if b["type"] == "tool_use"]
        if seen & set(open_calls) or len(set(open_calls)) < len(open_calls):
            return f"messages.{n}: tool_use ids must be unique"
        seen |= set(open_calls)
    return "" if n % 2 == 0 else "the conversation must end with a user message"


def _message(answer: Answer, model: str, number: int) -> dict[str, Any]:
    content = [
        {"id": f"toolu_{number}_{n}", **block} if block.get("type") == "tool_use" else block
        for n, block in enumerate(answer.content)
    ]
    return {
        "id": "msg_loopback",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": answer.stop_reason,
        "stop_sequence": None,
        "stop_details": answer.stop_details,
        "usage": dict(answer.usage),
    }


def _events(message: dict[str, Any]) -> Iterator[str]:
    """The same message as server-sent events."""

    def event(kind: str, **data: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"

    yield event("message_start", message={**message, "content": [], "stop_reason": None})
    for n, block in enumerate(message["content"]):
        if block["type"] == "tool_use":
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        else:
            start = {**block, "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        yield event("content_block_start", index=n, content_block=start)
        yield event("content_block_delta", index=n, delta=delta)
        yield event("content_block_stop", index=n)
    end = {key: message[key] for key in ("stop_reason", "stop_sequence", "stop_details")}
    yield event("message_delta", delta=end, usage=message["usage"])
    yield event("message_stop")
