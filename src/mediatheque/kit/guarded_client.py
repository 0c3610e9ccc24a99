"""Fetch what a link names over connections to checked addresses only, within bounds of size and time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpcore
import httpx

from mediatheque.kit.addresses import AddressRefused, Policy
from mediatheque.kit.errors import Invalid, NotFound, TooLarge, Unavailable
from mediatheque.kit.http import redact

_USER_AGENT = "Mozilla/5.0 (compatible; Mediatheque/0.1; a personal media library)"
#: Decoders that cannot be made to unpack one read of 64 KiB into more than 66 MB.
_ENCODINGS = ("", "identity", "gzip", "deflate")
_CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one fetch may take, with all its redirects: bytes as received and as unpacked, seconds, redirects."""

    max_bytes: int = 16 << 20
    total_s: float = 60.0
    idle_s: float = 15.0
    redirects: int = 5


class Answer(NamedTuple):
    """A whole answer; `url` is where the last redirect led."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class _Budget:
    """What is left of the bounds."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._ends_at = time.monotonic() + bounds.total_s
        self._bytes = 0

    def seconds(self, asked: float | None) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise Unavailable(
                f"The server gave no whole answer within {self._bounds.total_s:g} s: try again later"
            )
        return min(left, self._bounds.idle_s, *(() if asked is None else (asked,)))

    def spend(self, count: int) -> None:
        self._bytes += count
        self.check(self._bytes)

    def check(self, count: int) -> None:
        if count > self._bounds.max_bytes:
            raise TooLarge(
                f"The link's answer is larger than {self._bounds.max_bytes} bytes, more than is read of such: "
                "check that it leads to what you mean"
            )


class _Stream(httpcore.NetworkStream):
    """A connection whose every read and write is paid from the budget, headers and handshake included."""

    def __init__(self, stream: httpcore.NetworkStream, budget: _Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._stream.read(max_bytes, self._budget.seconds(timeout))
        self._budget.spend(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._budget.seconds(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        # The name is still the URL's, so the certificate is checked for it and not for the address.
        within = self._budget.seconds(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, within), self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Resolves, checks and connects to the very addresses that were checked: no answer of DNS comes between."""

    def __init__(self, policy: Policy, budget: _Budget) -> None:
        self._policy, self._budget = policy, budget
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._policy.reach(host, port):
            within = min(_CONNECT_S, self._budget.seconds(timeout))
            try:
                stream = self._sockets.connect_tcp(str(address), port, within, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._budget)
        raise failure or httpcore.ConnectError("no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise AddressRefused("A link does not lead into a file of this machine: give a web address", "socket")

    def sleep(self, seconds: float) -> None:
        self._sockets.sleep(seconds)


class GuardedTransport(httpx.HTTPTransport):
    """A transport for one fetch: its bounds count from here, and each of its requests is judged by the policy."""

    def __init__(self, policy: Policy, bounds: Bounds) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context)
        self._policy = policy
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_keepalive_connections=0,
            network_backend=_Backend(policy, _Budget(bounds)),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As its parent; raises AddressRefused, TooLarge and Unavailable, and what httpx raises."""
        self._policy.endpoint(str(request.url))
        return super().handle_request(request)


@contextmanager
def open_url(
    url: str, policy: Policy, bounds: Bounds | None = None, headers: Mapping[str, str] | None = None
) -> Generator[httpx.Response]:
    """The successful answer at a link, its body still to be read, after at most `bounds.redirects` redirects.

    Proxies of the environment are not used: behind one, nothing could be said about the address.
    Raises Invalid (the link cannot be used; AddressRefused: it may not), NotFound, TooLarge or Unavailable
    (another time it may work), also while the body is read.
    """
    bounds = bounds or Bounds()
    policy.endpoint(url)
    asked = {"User-Agent": _USER_AGENT, "Accept-Encoding": "gzip", **(headers or {})}
    transport = GuardedTransport(policy, bounds)
    with httpx.Client(
        transport=transport, follow_redirects=True, max_redirects=bounds.redirects, trust_env=False
    ) as client:
        try:
            with client.stream("GET", url, headers=asked) as response:
                _check(response, bounds)
                yield response
        except httpx.TooManyRedirects:
            raise Invalid(
                f"The link redirects more than {bounds.redirects} times: open it in a browser and give the "
                "address where it ends"
            ) from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise AddressRefused(
                f"The link redirects to what is no web address ({redact(str(error))}): give another", "scheme"
            ) from None
        except httpx.RequestError as error:
            said = redact(str(error)) or "no answer in time"
            raise Unavailable(
                f"{_host(url)} cannot be read ({type(error).__name__}: {said}): check that the link opens in a "
                "browser, or try again later"
            ) from None


def fetch(
    url: str, policy: Policy, bounds: Bounds | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """The whole answer at a link; raises as `open_url`."""
    bounds = bounds or Bounds()
    budget = _Budget(bounds)
    with open_url(url, policy, bounds, headers) as response:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            budget.check(len(body))
        return Answer(str(response.url), dict(response.headers), bytes(body))


def _check(response: httpx.Response, bounds: Bounds) -> None:
    status, host = response.status_code, response.url.host
    if status in (404, 410):
        raise NotFound(f"{host} has nothing at this link (HTTP {status}): check it for typing errors")
    if status in (401, 402, 403, 407):
        raise Invalid(f"{host} does not let us in (HTTP {status}): upload the file instead")
    if not response.is_success:
        raise Unavailable(f"{host} answers with HTTP {status}: check the link, or try again later")
    if (encoding := response.headers.get("Content-Encoding", "").lower()) not in _ENCODINGS:
        raise Unavailable(f"{host} packs its answer as '{encoding[:20]}', which was not asked for")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal():
        _Budget(bounds).check(int(length[:20]))


def _host(url: str) -> str:
    return httpx.URL(url).host
