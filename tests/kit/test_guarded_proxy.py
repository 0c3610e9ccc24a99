"""Whatever a program fetches through the proxy is held to the policy: every request, every tunnel, every name."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from media_server import MediaServer, Visit, endless, silent
from mediatheque.kit.addresses import AddressRefused, Policy, networks_from
from mediatheque.kit.errors import TooLarge, Unavailable
from mediatheque.kit.guarded_proxy import GuardedProxy, ProxyBounds, guarded_proxy

HOME = Policy(allowed=networks_from("127.0.0.1"))


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[MediaServer]:
    """A second server, at an address that the policy does not allow."""
    with MediaServer(address="127.0.0.2") as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[GuardedProxy]:
    with guarded_proxy(HOME) as proxy:
        yield proxy


def through(proxy: GuardedProxy, **options: object) -> httpx.Client:
    return httpx.Client(proxy=proxy.url, trust_env=False, timeout=10, **options)  # type: ignore[arg-type]


def tell(proxy: GuardedProxy, request: bytes, *, login: bool = True) -> bytes:
    """The raw answer to a raw request."""
    parts = urlsplit(proxy.url)
    credential = base64.b64encode(f"{parts.username}:{parts.password}".encode())
    head, _, body = request.partition(b"\r\n\r\n")
    if login:
        head += b"\r\nProxy-Authorization: Basic " + credential
    with socket.create_connection(("127.0.0.1", proxy.port), 10) as connection:
        connection.sendall(head + b"\r\n\r\n" + body)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
            if answer.startswith(b"HTTP/1.1 200 Connected"):
                break
        return answer


def open_tunnel(proxy: GuardedProxy, server: MediaServer) -> socket.socket:
    parts = urlsplit(proxy.url)
    credential = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    tunnel = socket.create_connection(("127.0.0.1", proxy.port), 10)
    head = f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic {credential}\r\n\r\n"
    tunnel.sendall(head.encode())
    assert tunnel.recv(1000).startswith(b"HTTP/1.1 200")
    return tunnel


def is_hung_up_on(connection: socket.socket) -> bool:
    """Whether the other end closes, whatever it says before."""
    try:
        while connection.recv(65_536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


def test_plain_requests_go_through_with_body_status_and_headers(
    server: MediaServer, proxy: GuardedProxy
) -> None:
    def echo(visit: Visit) -> None:
        body = visit.rfile.read(int(visit.headers.get("Content-Length", 0)))
        visit.reply(visit.command.encode() + b" " + body, status=202, headers={"X-Kept": "yes"})

    server.routes["/echo"] = echo
    with through(proxy) as http:
        posted = http.post(f"{server.url}/echo?a=1", content=b"x" * 300_000)
        assert posted.status_code == 202
        assert posted.content == b"POST " + b"x" * 300_000
        assert posted.headers["X-Kept"] == "yes"
        assert http.head(f"{server.url}/echo").status_code == 202
        assert http.get(f"{server.url}/missing").status_code == 404
    assert server.asked[0] == "/echo?a=1"


def test_what_is_between_program_and_proxy_stays_there(server: MediaServer, proxy: GuardedProxy) -> None:
    server.serve("/x", "hello")
    request = (
        f"GET {server.url}/x HTTP/1.1\r\nHost: elsewhere.example\r\nProxy-Connection: keep-alive\r\n"
        "Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nX-Kept: 2\r\nCookie: a=b"
    ).encode()
    assert tell(proxy, request).endswith(b"hello")
    seen = server.seen[0]
    assert seen["host"] == f"127.0.0.1:{server.port}"
    assert (seen["x-kept"], seen["cookie"], seen["connection"]) == ("2", "a=b", "close")
    assert not {"proxy-authorization", "proxy-connection", "x-mine"} & set(seen)


def test_a_tunnel_carries_bytes_both_ways(server: MediaServer, proxy: GuardedProxy) -> None:
    server.serve("/x", "hello")
    with open_tunnel(proxy, server) as tunnel:
        tunnel.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while chunk := tunnel.recv(1000):
            answer += chunk
    assert answer.endswith(b"hello")


def test_without_its_credential_nothing_goes_through(server: MediaServer, proxy: GuardedProxy) -> None:
    server.serve("/x", "hello")
    for request in (
        f"GET {server.url}/x HTTP/1.1\r\nHost: a",
        f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\nHost: a",
    ):
        for wrong in (
            "",
            "\r\nProxy-Authorization: Basic bWVkaWF0aGVxdWU6eA==",
            "\r\nProxy-Authorization: x",
        ):
            answer = tell(proxy, (request + wrong).encode(), login=False)
            assert answer.startswith(b"HTTP/1.1 407")
            assert b'proxy-authenticate: basic realm="mediatheque"' in answer.lower()
    assert server.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/x",
        "http://2130706434:{port}/x",
        "http://0x7f000002:{port}/x",
        "http://[::ffff:127.0.0.2]:{port}/x",
        "http://[::1]:{port}/x",
        "http://10.0.0.1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:secret@127.0.0.1:{port}/x",
        "http://127.0.0.1:25/x",
        "https://127.0.0.1:{port}/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "/x",
    ],
)
def test_a_plain_request_to_elsewhere_is_refused(
    other: MediaServer, proxy: GuardedProxy, target: str
) -> None:
    answer = tell(proxy, f"GET {target.format(port=other.port)} HTTP/1.1\r\nHost: 127.0.0.1".encode())
    assert answer.startswith(b"HTTP/1.1 403")
    assert len(proxy.problems) == 1
    assert other.asked == []


@pytest.mark.parametrize(
    "target",
    ["127.0.0.2:{port}", "[::1]:{port}", "2130706434:{port}", "localhost.:22", "10.0.0.1:443", "127.0.0.1:6000", "x", "a:b",
     "127.0.0.1:99999999"],
)  # fmt: skip
def test_a_tunnel_to_elsewhere_is_refused(other: MediaServer, proxy: GuardedProxy, target: str) -> None:
    answer = tell(proxy, f"CONNECT {target.format(port=other.port)} HTTP/1.1\r\nHost: a".encode())
    assert answer.startswith(b"HTTP/1.1 403")
    assert other.asked == []


def test_every_redirect_is_judged(server: MediaServer, other: MediaServer, proxy: GuardedProxy) -> None:
    server.redirect("/a", other.serve("/secret", "secret"))
    with through(proxy, follow_redirects=True) as http:
        assert http.get(f"{server.url}/a").status_code == 403
    assert [error.rule for error in proxy.problems if isinstance(error, AddressRefused)] == [
        "loopback (RFC 1122)"
    ]
    assert other.asked == []


def test_names_are_resolved_once_and_by_the_proxy(server: MediaServer, other: MediaServer) -> None:
    server.serve("/x", "hello")
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "10.0.0.1"]]
    with (
        guarded_proxy(Policy(allowed=HOME.allowed, resolver=lambda *_: answers.pop(0))) as proxy,
        through(proxy) as http,
    ):
        url = f"http://rebinding.example:{server.port}/x"
        assert http.get(url).text == "hello"
        assert http.get(url).status_code == 403
        assert http.get(url).status_code == 403
    assert answers == []
    assert server.seen[0]["host"] == f"rebinding.example:{server.port}"


def test_what_cannot_be_reached_is_told(proxy: GuardedProxy) -> None:
    with through(proxy) as http:
        assert http.get("http://127.0.0.1:1024/x?sig=geheim").status_code == 502
    assert isinstance(proxy.problems[0], Unavailable)
    assert "geheim" not in str(proxy.problems[0])


def test_half_an_answer_does_not_look_whole(server: MediaServer, proxy: GuardedProxy) -> None:
    server.routes["/cut"] = lambda visit: visit.reply(
        b"half", headers={"Content-Length": "4000", "Connection": "close"}
    )
    with through(proxy) as http, pytest.raises(httpx.TransportError):
        http.get(f"{server.url}/cut")


@pytest.mark.parametrize("how", ["plain", "tunnel"])
def test_more_than_the_bound_does_not_come_through(server: MediaServer, how: str) -> None:
    server.routes["/endless"] = endless
    with guarded_proxy(HOME, ProxyBounds(max_bytes=1_000_000)) as proxy:
        if how == "plain":
            with through(proxy) as http, pytest.raises(httpx.TransportError):
                http.get(f"{server.url}/endless")
        else:
            with open_tunnel(proxy, server) as tunnel:
                tunnel.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
                assert is_hung_up_on(tunnel)
        assert any(isinstance(error, TooLarge) for error in proxy.problems)
        assert proxy.received < 1_200_000


def test_a_silent_server_is_left(server: MediaServer) -> None:
    over = threading.Event()
    server.routes["/silent"] = silent(over)
    since = time.monotonic()
    with (
        guarded_proxy(HOME, ProxyBounds(idle_s=0.3)) as proxy,
        through(proxy) as http,
        pytest.raises(httpx.TransportError),
    ):
        http.get(f"{server.url}/silent")
    assert time.monotonic() - since < 3
    over.set()


def test_a_program_that_says_nothing_or_too_much_is_left(proxy: GuardedProxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), 10) as flood:
        with contextlib.suppress(ConnectionError):
            flood.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 500_000)
        assert is_hung_up_on(flood)
    with (
        guarded_proxy(HOME, ProxyBounds(head_s=0.2)) as impatient,
        socket.create_connection(("127.0.0.1", impatient.port), 5) as mute,
    ):
        mute.sendall(b"GET /")
        assert is_hung_up_on(mute)


def test_no_more_connections_than_the_bound() -> None:
    with (
        guarded_proxy(HOME, ProxyBounds(connections=2)) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), 0.3) as first,
        socket.create_connection(("127.0.0.1", proxy.port), 0.3) as second,
        socket.create_connection(("127.0.0.1", proxy.port), 5) as third,
    ):
        assert is_hung_up_on(third)
        assert not is_hung_up_on(first)
        assert not is_hung_up_on(second)


def test_it_ends_at_once_and_leaves_no_thread(server: MediaServer) -> None:
    over = threading.Event()
    server.routes["/silent"] = silent(over)
    before = {thread.ident for thread in threading.enumerate()}
    with guarded_proxy(HOME) as proxy:
        asking = threading.Thread(
            target=lambda: tell(proxy, f"GET {server.url}/silent HTTP/1.1\r\nHost: a".encode())
        )
        asking.start()
        time.sleep(0.2)
        since = time.monotonic()
    assert time.monotonic() - since < 1
    with pytest.raises(OSError):  # noqa: PT011
        socket.create_connection(("127.0.0.1", proxy.port), 1)
    asking.join(5)
    over.set()
    left = [
        t.name
        for t in threading.enumerate()
        if t.ident not in before and t.name.startswith("guarded-proxy") and "dns" not in t.name
    ]
    assert left == []


def test_two_proxies_do_not_know_each_other(proxy: GuardedProxy) -> None:
    with guarded_proxy(HOME) as second:
        assert urlsplit(proxy.url).password != urlsplit(second.url).password
        assert proxy.port != second.port
