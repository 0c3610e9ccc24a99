"""A local server of pages, media and mischief, for what fetches links."""

from __future__ import annotations

import contextlib
import io
import ssl
import struct
import threading
import wave
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Route = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    """One request; a route answers it through `reply` or writes to `wfile` what it likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    routes: dict[str, Route]
    asked: list[str]
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(self.path)
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        with contextlib.suppress(OSError, ValueError):  # the client may have given up
            self.routes.get(path, missing)(self)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def reply(
        self,
        body: bytes | str = b"",
        content_type: str = "text/html; charset=utf-8",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        sent = {"Content-Type": content_type, "Content-Length": str(len(body))} | (headers or {})
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that hang up are what is tested."""


class MediaServer:
    """Serves `routes` by path; `asked` are the requests as they came, `seen` their headers."""

    def __init__(self, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[str] = []
        self.seen: list[dict[str, str]] = []
        told = {"routes": self.routes, "asked": self.asked, "seen": self.seen}
        self.server = _QuietServer((address, 0), type("Told", (Visit,), told))
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"{'https' if tls else 'http'}://{address}:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> MediaServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def serve(self, path: str, body: bytes | str, content_type: str = "text/html; charset=utf-8") -> str:
        """Serve this at `path`; its URL."""
        self.routes[path] = lambda visit: visit.reply(body, content_type)
        return self.url + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        self.routes[path] = lambda visit: visit.reply(b"", status=status, headers={"Location": to})
        return self.url + path


def missing(visit: Visit) -> None:
    visit.reply("nothing here", status=404)


def endless(visit: Visit) -> None:
    """A body without an end or a length."""
    visit.send_response(200)
    visit.send_header("Content-Type", "audio/mpeg")
    visit.send_header("Connection", "close")
    visit.end_headers()
    while True:
        visit.wfile.write(b"\0" * 65_536)


def dripping(pause: threading.Event, seconds: float = 0.1) -> Route:
    """Headers and body one byte at a time, until `pause` is set."""

    def drip(visit: Visit) -> None:
        visit.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nX-Long: ")
        while not pause.wait(seconds):
            visit.wfile.write(b"x")
            visit.wfile.flush()

    return drip


def silent(pause: threading.Event) -> Route:
    """Accepts the request and never says anything, until `pause` is set."""
    return lambda visit: pause.wait(60) and None


def wav(seconds: float = 1.0, rate: int = 8_000) -> bytes:
    """A whole WAV of a quiet square wave."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(
            b"".join(struct.pack("<h", 800 if n // 20 % 2 else -800) for n in range(int(rate * seconds)))
        )
    return out.getvalue()


def mp3(frames: int = 40) -> bytes:
    """Silent MPEG-1 layer III frames: 64 kbit/s, 44.1 kHz, mono, 26 ms each."""
    frame = b"\xff\xfb\x50\xc4" + b"\0" * 204
    return frame * frames


def mpeg_ts(packets: int = 200) -> bytes:
    """Null packets of an MPEG transport stream, as segments of HLS are made of."""
    return (b"\x47\x1f\xff\x10" + b"\xff" * 184) * packets
