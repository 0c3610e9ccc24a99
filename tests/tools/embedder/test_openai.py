"""An embeddings server is asked in batches, believed only when its answer makes sense, and explained when not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.tools.embedder import open_embedder
from mediatheque.tools.embedder.openai import OpenAI


def vector_of(text: str) -> list[float]:
    return [float(len(text)), float(text.count("a")), 3.0, 4.0]


class Server:
    """A local server that speaks as much of the embeddings API as Ollama does."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.failures: list[int] = []
        self.rows: Callable[[list[str]], Any] = lambda texts: [
            # Last first: the order is told by `index` alone.
            {"object": "embedding", "index": i, "embedding": vector_of(texts[i])}
            for i in reversed(range(len(texts)))
        ]
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append(question)
                server.keys.append(self.headers["Authorization"])
                if server.failures:
                    status, body = server.failures.pop(0), b"{}"
                elif self.path != "/v1/embeddings" or question["model"] != "nomic-embed-text":
                    status, body = 404, b'{"error": {"message": "model not found"}}'
                else:
                    status, body = 200, json.dumps({"data": server.rows(question["input"])}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def open_it(server: Server, key: str | None = None, more: str = "") -> OpenAI:
    opened = open_embedder(f"openai+{server.url}?model=nomic-embed-text{more}", models_dir=None, key=key)
    assert isinstance(opened, OpenAI)
    return opened


def test_texts_are_asked_for_in_batches_and_come_back_in_order(server: Server) -> None:
    texts = [("a" * (i % 7)) + "b" * i + "!" for i in range(70)]
    embedder = open_it(server, key="a-secret")
    vectors = embedder.embed(texts)
    expected = np.array([vector_of(text) for text in texts])
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert [len(question["input"]) for question in server.asked] == [32, 32, 6]
    assert set(server.keys) == {"Bearer a-secret"}
    assert embedder.name == "nomic-embed-text"


def test_the_dimension_is_learned_from_the_first_answer(server: Server) -> None:
    embedder = open_it(server)
    assert server.asked == []
    assert embedder.dimensions == 4
    assert embedder.dimensions == 4
    assert len(server.asked) == 1
    assert embedder.embed([]).shape == (0, 4)
    assert server.keys == [None]


def test_a_shortened_model_is_another_vector_space(server: Server) -> None:
    embedder = open_it(server, more="&dimensions=4")
    assert embedder.name == "nomic-embed-text@4"
    embedder.embed(["a"])
    assert server.asked[0]["dimensions"] == 4


def test_a_passing_failure_is_tried_again(server: Server) -> None:
    server.failures = [503]
    assert open_it(server).embed(["abc"]).shape == (1, 4)
    assert len(server.asked) == 2


def test_a_missing_model_says_how_to_get_it(server: Server) -> None:
    embedder = OpenAI(server.url, "other")
    with pytest.raises(Unavailable, match="ollama pull other"):
        embedder.embed(["abc"])


def test_a_refused_key_names_the_setting(server: Server) -> None:
    server.failures = [401]
    with pytest.raises(Invalid, match="MEDIATHEQUE_EMBEDDER_KEY"):
        open_it(server, key="wrong").embed(["abc"])


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        OpenAI("http://127.0.0.1:9/v1", "nomic-embed-text", deadline_s=0.2).embed(["abc"])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"index": 0, "embedding": [0.0, 0.0]}], "zeros"),
        ([{"index": 0, "embedding": [float("nan"), 1.0]}], "no numbers"),
        ([], "something else"),
        ([{"index": 0}], "something else"),
        ([{"index": 0, "embedding": "AAAA"}], "something else"),
        ([{"index": 0, "embedding": []}], "zeros"),
        (None, "something else"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(server: Server, rows: Any, says: str) -> None:
    server.rows = lambda texts: rows
    with pytest.raises(Unavailable, match=says):
        open_it(server).embed(["abc"])


def test_vectors_that_change_their_length_are_refused(server: Server) -> None:
    embedder = open_it(server)
    embedder.embed(["abc"])
    server.rows = lambda texts: [{"index": 0, "embedding": [1.0, 2.0]}]
    with pytest.raises(Unavailable, match="2 numbers after such of 4"):
        embedder.embed(["abc"])


@pytest.mark.parametrize(
    "setting",
    ["openai", "openai+http://localhost/v1", "openai+ftp://host/v1?model=m", "openai+http:///v1?model=m"],
)
def test_a_setting_without_server_or_model_shows_how_to_write_it(setting: str) -> None:
    with pytest.raises(Invalid, match="openai\\+http://localhost:11434/v1\\?model=nomic-embed-text"):
        open_embedder(setting, models_dir=None, key=None)


def test_a_misspelt_option_is_not_ignored() -> None:
    with pytest.raises(Invalid, match="takes model="):
        open_embedder("openai+http://host/v1?model=m&dimension=3", models_dir=None, key=None)
