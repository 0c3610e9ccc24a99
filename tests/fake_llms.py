"""Language models as a local server: OpenAI's, Ollama's and Gemini's APIs in the shapes that they document.

What a model says is a function of the tests: these servers are about the wire.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "llm-key-0123456789abcdef"
MODEL = "parrot"


@dataclass
class Question:
    """What was asked: the conversation as (role, text), and the request as it came."""

    turns: list[tuple[str, str]]
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def text(self) -> str:
        """All that the model was told."""
        return "\n".join(text for _, text in self.turns)


@dataclass
class Fault:
    """An answer that comes before the true ones; `cut_after`: so many bytes of the true answer, then nothing."""

    status: int = 500
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut_after: int | None = None
    delay_s: float = 0.0


class FakeLlm:
    """A server for all three APIs, each below its usual path; `refuses` names fields that this one does not know."""

    def __init__(self, say: Callable[[Question], str]) -> None:
        self.say = say
        self.asked: list[Question] = []
        self.faults: list[Fault] = []
        self.refuses: dict[str, str] = {}
        self.streams = True
        fake = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with contextlib.suppress(OSError):  # the client may have given up
                    self.send(*fake.answer(self.path, dict(self.headers), body))

            def send(self, status: int, kind: str, pieces: list[bytes], delay_s: float) -> None:
                time.sleep(delay_s)
                self.send_response(status)
                for name, value in fake.last_headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", kind)
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        self.last_headers: Mapping[str, str] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def setting(self, api: str = "openai") -> str:
        """As `MEDIATHEQUE_LLM` names it."""
        path = {"openai": "/v1", "ollama": "", "gemini": "/v1beta"}[api]
        return f"{api}+{self.url}{path}?model={MODEL}"

    def answer(
        self, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, str, list[bytes], float]:
        fault = self.faults.pop(0) if self.faults else None
        self.last_headers = fault.headers if fault else {}
        question = Question(_turns(body), body, {name.lower(): value for name, value in headers.items()})
        self.asked.append(question)
        if fault and fault.cut_after is None:
            return fault.status, "application/json", [json.dumps(fault.body).encode()], fault.delay_s
        for name, why in self.refuses.items():
            if name in json.dumps(body):
                return 400, "application/json", [json.dumps({"error": {"message": why}}).encode()], 0.0
        status, kind, pieces = self._reply(path, question)
        if fault and fault.cut_after is not None:
            pieces = [b"".join(pieces)[: fault.cut_after]]
        return status, kind, pieces, 0.0

    def _reply(self, path: str, question: Question) -> tuple[int, str, list[bytes]]:
        if path == "/v1/chat/completions":
            return self._openai(question)
        if path == "/api/chat":
            return self._ollama(question)
        if found := re.fullmatch(r"/v1beta/models/([^:]+):(\w+)(\?alt=sse)?", path):
            return self._gemini(question, found[1], found[2])
        return 404, "application/json", [b'{"error": {"message": "no such path"}}']

    def _openai(self, question: Question) -> tuple[int, str, list[bytes]]:
        if question.headers.get("authorization") != f"Bearer {KEY}":
            said = f"Incorrect API key provided: {question.headers.get('authorization')}"
            return 401, "application/json", [json.dumps({"error": {"message": said}}).encode()]
        if question.body["model"] != MODEL:
            return 404, "application/json", [b'{"error": {"message": "The model does not exist"}}']
        text = self.say(question)
        if not self.streams:
            message = {"role": "assistant", "content": text}
            return 200, "application/json", [json.dumps({"choices": [{"message": message}]}).encode()]
        deltas: list[dict[str, Any]] = [
            {"role": "assistant", "content": ""},
            *({"content": p} for p in _cut(text)),
            {},
        ]
        events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas] + [
            {"choices": [], "usage": {}}
        ]
        sent = [
            b": ping\n\n",
            *(f"data: {_json(event)}\n\n".encode() for event in events),
            b"data: [DONE]\n\n",
        ]
        return 200, "text/event-stream", sent

    def _ollama(self, question: Question) -> tuple[int, str, list[bytes]]:
        if question.body["model"] != MODEL:
            said = f"model '{question.body['model']}' not found"
            return 404, "application/json", [json.dumps({"error": said}).encode()]
        lines = [
            {"message": {"role": "assistant", "content": p}, "done": False} for p in _cut(self.say(question))
        ]
        lines.append({"message": {"role": "assistant", "content": ""}, "done": True})
        return 200, "application/x-ndjson", [f"{_json(line)}\n".encode() for line in lines]

    def _gemini(self, question: Question, model: str, method: str) -> tuple[int, str, list[bytes]]:
        if question.headers.get("x-goog-api-key") != KEY:
            said = {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}
            return 400, "application/json", [json.dumps({"error": said}).encode()]
        if model != MODEL:
            return 404, "application/json", [json.dumps({"error": {"message": "model not found"}}).encode()]
        text = self.say(question)
        parts = [[{"text": "hm", "thought": True}], *([{"text": piece}] for piece in _cut(text))]
        if method == "generateContent":
            whole = {
                "candidates": [{"content": {"role": "model", "parts": [p for each in parts for p in each]}}]
            }
            return 200, "application/json", [json.dumps(whole, indent=2).encode()]
        events = [{"candidates": [{"content": {"role": "model", "parts": part}}]} for part in parts]
        return 200, "text/event-stream", [f"data: {_json(event)}\r\n\r\n".encode() for event in events]


def _json(value: Any) -> str:
    # Not escaped: U+2028 in the text is no end of a line.
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> list[str]:
    return re.findall(r".{1,7}", text, re.DOTALL)


def _turns(body: dict[str, Any]) -> list[tuple[str, str]]:
    if "contents" in body:
        told = [("system", part["text"]) for part in body.get("systemInstruction", {}).get("parts", [])]
        return told + [(c["role"], part["text"]) for c in body["contents"] for part in c["parts"]]
    return [(message["role"], message["content"]) for message in body["messages"]]
