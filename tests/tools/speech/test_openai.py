"""A transcription server is sent pieces it can take, believed only when its answer makes sense, and explained when not."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mediatheque.kit.errors import Cancelled, Invalid, Unavailable
from mediatheque.tools.speech import Heard, Word, open_speech
from mediatheque.tools.speech.openai import OpenAI
from speaking import SAMPLE_RATE, write_wav

#: As the documentation of the API shows it, shortened.
ANSWER: dict[str, Any] = {
    "task": "transcribe",
    "language": "english",
    "duration": 8.47,
    "text": "The beach was a popular spot. People went swimming.",
    "segments": [
        {"id": 0, "start": 0.0, "end": 1.9, "text": " The beach was a", "avg_logprob": -0.28, "compression_ratio": 1.2,
         "no_speech_prob": 0.009},
        {"id": 1, "start": 1.9, "end": 3.3, "text": " popular spot.", "avg_logprob": -0.28, "compression_ratio": 1.2,
         "no_speech_prob": 0.009},
        {"id": 2, "start": 3.5, "end": 5.0, "text": " People went swimming.", "avg_logprob": -0.3,
         "compression_ratio": 1.2, "no_speech_prob": 0.01},
        {"id": 3, "start": 6.0, "end": 8.0, "text": " Thank you for watching!", "avg_logprob": -1.4,
         "compression_ratio": 1.0, "no_speech_prob": 0.9},
    ],
    "words": [
        {"word": "The", "start": 0.0, "end": 0.24}, {"word": "beach", "start": 0.24, "end": 0.6},
        {"word": "was", "start": 0.6, "end": 1.0}, {"word": "a", "start": 1.0, "end": 1.2},
        {"word": "popular", "start": 1.9, "end": 2.4}, {"word": "spot", "start": 2.4, "end": 3.2},
        {"word": "People", "start": 3.5, "end": 4.0}, {"word": "went", "start": 4.0, "end": 4.3},
        {"word": "swimming", "start": 4.3, "end": 5.0},
    ],
}  # fmt: skip


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that hang up are part of it."""


class Server:
    """A local server that speaks as much of the transcription API as is used of it."""

    def __init__(self) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.seconds: list[float] = []
        self.sizes: list[int] = []
        self.keys: list[str | None] = []
        self.failures: list[int] = []
        self.answer: Any = ANSWER
        self.wait_s = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.take(self.headers["Content-Type"], body)
                server.keys.append(self.headers["Authorization"])
                time.sleep(server.wait_s)
                status = server.failures.pop(0) if server.failures else 200
                if self.path != "/v1/audio/transcriptions":
                    status = 404
                answer = json.dumps(server.answer if status == 200 else {"error": {"message": "no"}}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.http = _QuietServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"

    def take(self, content_type: str, body: bytes) -> None:
        form: dict[str, list[str]] = {}
        for part in message_from_bytes(
            b"Content-Type: " + content_type.encode() + b"\n\n" + body
        ).get_payload():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if name == "file":
                assert part.get_content_type() == "audio/flac"
                self.sizes.append(len(content))
                with av.open(io.BytesIO(content)) as sound:
                    self.seconds.append(sum(f.samples for f in sound.decode(audio=0)) / SAMPLE_RATE)
            else:
                form.setdefault(name, []).append(content.decode())
        self.forms.append(form)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return noise(tmp_path / "noise.wav", 9)


def noise(path: Path, seconds: int) -> Path:
    write_wav(path, np.random.default_rng(1).normal(0, 0.2, seconds * SAMPLE_RATE).astype(np.float32))
    return path


def listen(server: Server, sound: Path, *, key: str | None = None, **more: Any) -> list[Heard]:
    opened = open_speech(f"openai+{server.url}?model=whisper-1", models_dir=None, key=key)
    try:
        return list(opened.listen(sound, **more).heard)
    finally:
        opened.close()


def test_sentences_come_with_their_words_and_what_was_imagined_does_not(server: Server, sound: Path) -> None:
    heard = listen(server, sound, key="a-secret")
    assert [(h.start_ms, h.end_ms, h.text) for h in heard] == [
        (0, 3300, "The beach was a popular spot."),
        (3500, 5000, "People went swimming."),
    ]
    assert heard[1].words[0] == Word(3500, 4000, "People")
    assert [len(h.words) for h in heard] == [6, 3]
    (form,) = server.forms
    assert form["model"] == ["whisper-1"]
    assert form["response_format"] == ["verbose_json"]
    assert form["timestamp_granularities[]"] == ["word", "segment"]
    assert "language" not in form
    assert server.keys == ["Bearer a-secret"]
    assert server.seconds == [pytest.approx(9.0)]


def test_the_language_is_a_code_either_way(server: Server, sound: Path) -> None:
    opened = OpenAI(server.url, "whisper-1")
    assert opened.listen(sound).language == "en"
    server.answer = ANSWER | {"language": "pt-BR"}
    assert opened.listen(sound, language="pt_BR").language == "pt"
    assert server.forms[-1]["language"] == ["pt"]
    opened.close()


def test_a_long_recording_is_sent_in_pieces_that_a_server_takes(server: Server, tmp_path: Path) -> None:
    heard = listen(server, noise(tmp_path / "long.wav", 1500))
    assert len(server.seconds) >= 3
    assert sum(server.seconds) == pytest.approx(1500, abs=0.01)
    assert max(server.sizes) < 25_000_000
    # The language that the first piece is in is told of the others.
    assert [form.get("language") for form in server.forms][1:] == [["en"]] * (len(server.forms) - 1)
    starts = [h.start_ms for h in heard]
    assert starts == sorted(starts)
    assert starts[2] == round(server.seconds[0] * 1000)


def test_silence_is_not_sent(server: Server, tmp_path: Path) -> None:
    write_wav(tmp_path / "silence.wav", np.zeros(SAMPLE_RATE * 5, np.float32))
    assert listen(server, tmp_path / "silence.wav") == []
    assert server.forms == []


def test_listening_can_begin_later(server: Server, sound: Path) -> None:
    heard = listen(server, sound, from_ms=4000)
    assert server.seconds == [pytest.approx(5.0)]
    assert heard[0].start_ms == 4000


def test_cancelling_does_not_wait_for_the_answer(server: Server, sound: Path) -> None:
    server.wait_s = 3.0
    began_at = time.monotonic()
    with pytest.raises(Cancelled):
        listen(server, sound, is_cancelled=lambda: time.monotonic() > began_at + 0.3)
    assert time.monotonic() - began_at < 1.3


def test_a_passing_failure_is_tried_again(server: Server, sound: Path) -> None:
    server.failures = [503]
    assert listen(server, sound)
    assert len(server.forms) == 2


def test_what_is_wrong_is_said(server: Server, sound: Path) -> None:
    server.failures = [401]
    with pytest.raises(Invalid, match="MEDIATHEQUE_SPEECH_KEY") as refused:
        listen(server, sound, key="hush-hush")
    assert "hush-hush" not in str(refused.value)
    for answer, says in (
        ({"text": "Hello"}, "whisper-1"),
        ({"segments": [{"start": "x"}]}, "something else"),
    ):
        server.answer = answer
        with pytest.raises(Unavailable, match=says):
            listen(server, sound)
    lost = OpenAI(f"{server.url}/elsewhere", "whisper-1")
    with pytest.raises(Unavailable, match="end in /v1"):
        lost.listen(sound)
    lost.close()
    gone = OpenAI("http://127.0.0.1:9/v1", "whisper-1", deadline_s=0.2)
    with pytest.raises(Unavailable, match="cannot be reached"):
        gone.listen(sound)
    gone.close()


def test_addresses_that_cannot_be_used_are_named() -> None:
    for setting in (
        "openai",
        "openai+https://x/v1",
        "openai+ftp://x?model=y",
        "openai+http://x?model=y&beam=5",
    ):
        with pytest.raises(Invalid, match="write it like"):
            open_speech(setting, models_dir=None, key=None)
