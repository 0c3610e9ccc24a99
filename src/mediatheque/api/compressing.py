"""Answers as JSON are sent compressed to who takes that: lists of titles shrink to a sixth.

Only what is whole, JSON and no secret is: streams and files go as they are, and so does what holds a token, of which
the length of a compressed answer would tell something (the attack called BREACH).
"""

from __future__ import annotations

import gzip
import re

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Below this a packet holds it anyway.
SMALLEST = 1024
#: Longer ones keep nobody waiting: they are compressed in a thread.
_LONG = 128 << 10
#: 6 kB take 0.1 ms at this level, and are 4 % larger than at the slowest.
_LEVEL = 4
#: What answers with tokens and keys.
_SECRET = re.compile(r"/api/(auth|session|tickets)(/|$)|/api/media/\d+/play$")


class CompressedJson:
    """Compresses such answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_welcome(scope) or _SECRET.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        started: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and _is_json(message):
                started = message  # what it says depends on what follows
                return
            if started is not None:
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    await _compress(started, message)
                await send(started)
                started = None
            await send(message)

        await self._app(scope, receive, send_compressed)


def _is_welcome(scope: Scope) -> bool:
    accepted = Headers(scope=scope).get("accept-encoding", "")
    return (
        scope["path"].startswith("/api/")
        and re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", accepted) is not None
    )


def _is_json(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    kind = headers.get("content-type", "").partition(";")[0].strip()
    return (
        message["status"] != 206
        and kind in ("application/json", "application/problem+json")
        and "content-encoding" not in headers
        # Files of recordings, which are asked for in ranges of what they are.
        and "accept-ranges" not in headers
    )


async def _compress(started: Message, body: Message) -> None:
    """Make both messages those of a compressed answer, if that is worth it."""
    headers = MutableHeaders(raw=started["headers"])
    headers.add_vary_header("Accept-Encoding")
    plain: bytes = body.get("body", b"")
    if len(plain) < SMALLEST:
        return
    if len(plain) < _LONG:
        packed = gzip.compress(plain, _LEVEL, mtime=0)
    else:
        packed = await to_thread.run_sync(gzip.compress, plain, _LEVEL)
    body["body"] = packed
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    if (etag := headers.get("etag")) is not None and not etag.startswith("W/"):
        headers["ETag"] = f"W/{etag}"  # the same, but not byte for byte
