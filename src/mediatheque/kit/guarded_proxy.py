"""A small HTTP proxy on loopback through which other programs fetch, so that the policy holds for them too."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import secrets
import threading
from collections.abc import AsyncIterator, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import h11

from mediatheque.kit.addresses import Address, AddressRefused, Policy
from mediatheque.kit.errors import Invalid, MediathequeError, TooLarge, Unavailable

_USER = "mediatheque"
_READ_BYTES = 65_536
_MOST_PROBLEMS = 20
#: What concerns one connection and not the message (RFC 9110, 7.6.1); `Expect` is answered by nobody here.
_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer upgrade expect".split()
)


@dataclass(frozen=True, slots=True)
class ProxyBounds:
    """What may go through one proxy: bytes in all, connections at once, seconds of waiting."""

    max_bytes: int = 4 << 30
    connections: int = 32
    connect_s: float = 10.0
    head_s: float = 10.0
    idle_s: float = 60.0


class _Streams(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class GuardedProxy:
    """A running proxy: `url` holds its address and credential; open it with `guarded_proxy`."""

    def __init__(self, policy: Policy, bounds: ProxyBounds) -> None:
        self.url = ""
        self.port = 0
        #: Bytes that came from outside.
        self.received = 0
        self._policy, self._bounds = policy, bounds
        password = secrets.token_urlsafe(24)
        self._login = f"{_USER}:{password}"
        self._expected = b"Basic " + base64.b64encode(self._login.encode())
        self._problems: list[MediathequeError] = []
        self._tasks: set[asyncio.Task[None]] = set()
        # Names are asked for in threads of our own: a name server that is silent keeps nobody else waiting.
        self._resolving = ThreadPoolExecutor(8, "guarded-proxy-dns")

    @property
    def problems(self) -> tuple[MediathequeError, ...]:
        """What was refused (AddressRefused, TooLarge) or not reached (Unavailable), the first ones of each run."""
        return tuple(self._problems)

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        """Serve until `stop` is set."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self.url = f"http://{self._login}@127.0.0.1:{self.port}"
        started.set()
        try:
            await stop.wait()
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._resolving.shutdown(wait=False, cancel_futures=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= self._bounds.connections:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._converse(_Streams(reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, client: _Streams) -> None:
        """One connection with its one request; whatever goes wrong ends it, and it alone."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_READ_BYTES)
        try:
            async with asyncio.timeout(self._bounds.head_s):
                request = await _event(connection, client)
            if isinstance(request, h11.Request):
                await self._answer(connection, client, request)
        except (h11.ProtocolError, OSError, TimeoutError, TooLarge):
            client.writer.transport.abort()  # half an answer must not look like a whole one
        finally:
            client.writer.close()

    async def _answer(self, connection: h11.Connection, client: _Streams, request: h11.Request) -> None:
        given = dict(request.headers).get(b"proxy-authorization", b"")
        if not secrets.compare_digest(given, self._expected):
            # ffmpeg gives its credential only when it is asked in this way.
            asks = [(b"Proxy-Authenticate", b'Basic realm="mediatheque"')]
            await _say(connection, client, 407, "This proxy is for one program only.", asks)
            return
        try:
            if request.method == b"CONNECT":
                server = await self._connect(*_authority(request.target))
            else:
                server = await self._connect(*self._named(request.target))
        except MediathequeError as error:
            self._note(error)
            status = 502 if isinstance(error, Unavailable) else 403
            await _say(connection, client, status, str(error))
            return
        try:
            if request.method == b"CONNECT":
                client.writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                await self._tunnel(connection, client, server)
            else:
                await self._forward(connection, client, server, request)
        finally:
            server.writer.close()

    def _named(self, target: bytes) -> tuple[str | Address, int]:
        scheme, host, port = self._policy.endpoint(target.decode("ascii", "replace"))
        if scheme != "http":
            raise Invalid("https:// goes through CONNECT")
        return host, port

    async def _connect(self, host: str | Address, port: int) -> _Streams:
        """A connection to one of the addresses that the policy has just checked."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(2 * self._bounds.connect_s):
                addresses = await loop.run_in_executor(self._resolving, self._policy.reach, host, port)
        except TimeoutError:
            raise Unavailable(f"The name server does not answer for '{host}': try again later") from None
        for address in addresses:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(self._bounds.connect_s):
                    return _Streams(*await asyncio.open_connection(str(address), port))
        raise Unavailable(f"'{host}' does not answer on port {port}: check the link, or try again later")

    async def _forward(
        self, connection: h11.Connection, client: _Streams, server: _Streams, request: h11.Request
    ) -> None:
        """One plain request and its answer, each parsed and written anew: what is framed oddly goes nowhere."""
        found = re.match(rb"(?i)http://([^/?#]*)([^#]*)", request.target)
        assert found is not None
        path = found[2] if found[2].startswith(b"/") else b"/" + found[2]
        host = (b"Host", found[1].rpartition(b"@")[2])
        others = [(name, value) for name, value in _kept(request.headers) if name != b"host"]
        onward = h11.Connection(h11.CLIENT, max_incomplete_event_size=2 * _READ_BYTES)
        asked = h11.Request(
            method=request.method, target=path, headers=[host, *others, (b"Connection", b"close")]
        )
        await _send(onward, server, asked)
        async for event in self._events(connection, client):
            await _send(onward, server, event)
        async for event in self._events(onward, server, counted=True):
            if isinstance(event, h11.Response):
                headers = [*_kept(event.headers), (b"Connection", b"close")]
                event = h11.Response(status_code=event.status_code, reason=event.reason, headers=headers)
            await _send(connection, client, event)

    async def _events(
        self, connection: h11.Connection, streams: _Streams, *, counted: bool = False
    ) -> AsyncIterator[h11.Event]:
        """The message's events up to its end."""
        while True:
            async with asyncio.timeout(self._bounds.idle_s):
                event = await _event(connection, streams)
            if isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError("closed before the end")
            if counted and isinstance(event, h11.Data):
                self._count(len(event.data))
            if not isinstance(event, h11.InformationalResponse):
                yield event
            if isinstance(event, h11.EndOfMessage):
                return

    async def _tunnel(self, connection: h11.Connection, client: _Streams, server: _Streams) -> None:
        """Bytes both ways until one side ends, or nothing moved for a while."""
        loop = asyncio.get_running_loop()
        moved_at = loop.time()

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, counted: bool) -> None:
            nonlocal moved_at
            while chunk := await source.read(_READ_BYTES):
                moved_at = loop.time()
                if counted:
                    self._count(len(chunk))
                sink.write(chunk)
                await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()

        server.writer.write(connection.trailing_data[0])
        pumps = {
            asyncio.create_task(pump(client.reader, server.writer, False)),
            asyncio.create_task(pump(server.reader, client.writer, True)),
        }
        try:
            while pending := [task for task in pumps if not task.done()]:
                left = moved_at + self._bounds.idle_s - loop.time()
                if left <= 0:
                    raise TimeoutError
                done, _ = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in pumps:
                task.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    def _count(self, size: int) -> None:
        self.received += size
        if self.received > self._bounds.max_bytes:
            error = TooLarge(f"What the link leads to is larger than {self._bounds.max_bytes} bytes")
            self._note(error)
            raise error

    def _note(self, error: MediathequeError) -> None:
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.append(error)


@contextmanager
def guarded_proxy(policy: Policy, bounds: ProxyBounds | None = None) -> Generator[GuardedProxy]:
    """A proxy for the time of the context; give its `url` to a program as its HTTP and HTTPS proxy.

    It takes requests with its credential only, resolves names itself, connects to the addresses that `policy`
    has checked, and logs nothing. A refused request is answered with 403 and kept in `problems`.
    """
    proxy = GuardedProxy(policy, bounds or ProxyBounds())
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        try:
            loop.run_until_complete(proxy.serve(started, stop))
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=run, name="guarded-proxy", daemon=True)
    thread.start()
    started.wait()
    try:
        if not proxy.url:
            raise Unavailable("No port of this machine is free for fetching links: close some programs")
        yield proxy
    finally:
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(stop.set)
        thread.join()


def _authority(target: bytes) -> tuple[str, int]:
    """Host and port of a CONNECT."""
    host, _, port = target.decode("ascii", "replace").rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port[:6]) > 65_535:
        raise AddressRefused("What is to be connected to is no host and port", "scheme")
    return host, int(port)


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers that concern the message; a connection may name more that do not."""
    headers = tuple(headers)
    named = b",".join(value for name, value in headers if name == b"connection").lower()
    dropped = _HOP_BY_HOP | {token.strip() for token in named.split(b",")}
    return [(name, value) for name, value in headers if name not in dropped]


async def _event(connection: h11.Connection, streams: _Streams) -> h11.Event:
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await streams.reader.read(_READ_BYTES))
        elif event is h11.PAUSED:
            raise h11.RemoteProtocolError("nothing more is expected")
        else:
            return event  # pyright: ignore[reportReturnType]


async def _send(connection: h11.Connection, streams: _Streams, event: h11.Event) -> None:
    if data := connection.send(event):
        streams.writer.write(data)
    await streams.writer.drain()


async def _say(
    connection: h11.Connection,
    client: _Streams,
    status: int,
    text: str,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    body = text.encode()
    told = [
        (b"Content-Type", b"text/plain; charset=utf-8"),
        (b"Content-Length", str(len(body)).encode()),
        (b"Connection", b"close"),
        *(headers or []),
    ]
    await _send(connection, client, h11.Response(status_code=status, headers=told))
    await _send(connection, client, h11.Data(data=body))
    await _send(connection, client, h11.EndOfMessage())
