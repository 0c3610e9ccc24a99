"""A link is fetched from the address that was checked, on every hop, and never beyond its bounds."""

from __future__ import annotations

import gzip
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from media_server import MediaServer, dripping, endless, silent
from mediatheque.kit.addresses import AddressRefused, Policy, networks_from
from mediatheque.kit.errors import Invalid, NotFound, TooLarge, Unavailable
from mediatheque.kit.guarded_client import Bounds, fetch, open_url

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


def test_a_link_is_read_through_its_redirects(server: MediaServer) -> None:
    server.serve("/talk", "hello", "text/plain")
    server.redirect("/a", "/b")
    server.redirect("/b", f"{server.url}/talk", 301)
    answer = fetch(f"{server.url}/a", HOME)
    assert answer.body == b"hello"
    assert answer.url == f"{server.url}/talk"
    assert answer.headers["content-type"] == "text/plain"


def test_without_leave_no_private_address_is_connected_to(server: MediaServer) -> None:
    url = server.serve("/talk", "secret")
    with pytest.raises(AddressRefused, match="loopback"):
        fetch(url, Policy())
    assert server.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_not_followed(
    server: MediaServer, other: MediaServer, status: int
) -> None:
    secret = other.serve("/secret", "secret")
    server.redirect("/a", "/b")
    server.redirect("/b", secret, status)
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
        fetch(f"{server.url}/a", HOME)
    assert other.asked == []


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/", "http://a:b@127.0.0.1/", "http://[::1]:25/"],
)
def test_a_redirect_to_something_else_than_a_web_address_is_not_followed(
    server: MediaServer, to: str
) -> None:
    server.redirect("/a", to)
    with pytest.raises(AddressRefused):
        fetch(f"{server.url}/a", HOME)


def test_redirects_have_an_end(server: MediaServer) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(Invalid, match="more than 5 times"):
        fetch(f"{server.url}/a", HOME)
    assert len(server.asked) == 6


class Rebinding:
    """A name server that answers differently every time, as one of an attacker does."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def __call__(self, _host: str, _port: int) -> Sequence[str]:
        return [self.answers.pop(0)]


def test_the_connection_goes_to_the_address_that_was_checked(server: MediaServer, other: MediaServer) -> None:
    # A second question would be answered with the private address; the first answer is what is connected to.
    server.serve("/talk", "hello")
    rebinding = Rebinding("127.0.0.1", "127.0.0.2")
    policy = Policy(allowed=HOME.allowed, resolver=rebinding)
    assert fetch(f"http://rebinding.example:{server.port}/talk", policy).body == b"hello"
    assert rebinding.answers == ["127.0.0.2"]
    assert server.seen[0]["host"] == f"rebinding.example:{server.port}"


def test_an_answer_of_dns_that_turns_private_is_refused_at_the_next_hop(
    server: MediaServer, other: MediaServer
) -> None:
    policy = Policy(allowed=HOME.allowed, resolver=Rebinding("127.0.0.1", "127.0.0.2"))
    server.redirect("/a", f"http://rebinding.example:{other.port}/secret")
    with pytest.raises(AddressRefused):
        fetch(f"http://rebinding.example:{server.port}/a", policy)
    assert other.asked == []


def test_the_next_address_is_tried_when_one_does_not_answer(server: MediaServer) -> None:
    server.serve("/talk", "hello")
    policy = Policy(allowed=networks_from("127.0.0.0/8"), resolver=lambda *_: ["127.0.0.9", "127.0.0.1"])
    assert fetch(f"http://two.example:{server.port}/talk", policy).body == b"hello"


def test_a_proxy_of_the_environment_is_not_used(
    server: MediaServer, other: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", other.url)
    monkeypatch.setenv("ALL_PROXY", other.url)
    assert fetch(server.serve("/talk", "hello"), HOME).body == b"hello"


def test_what_goes_on_for_ever_is_left(server: MediaServer) -> None:
    server.routes["/endless"] = endless
    with pytest.raises(TooLarge, match="100000 bytes"):
        fetch(f"{server.url}/endless", HOME, Bounds(max_bytes=100_000))


def test_what_announces_too_much_is_not_read(server: MediaServer) -> None:
    server.routes["/big"] = lambda visit: visit.reply(b"x", headers={"Content-Length": str(10**18)})
    with pytest.raises(TooLarge), open_url(f"{server.url}/big", HOME):
        pass


def test_what_unpacks_to_too_much_is_left(server: MediaServer) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.routes["/bomb"] = lambda visit: visit.reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        fetch(f"{server.url}/bomb", HOME, Bounds(max_bytes=1_000_000))
    server.routes["/br"] = lambda visit: visit.reply(b"x", headers={"Content-Encoding": "br"})
    with pytest.raises(Unavailable, match="'br'"):
        fetch(f"{server.url}/br", HOME)


@pytest.mark.parametrize("hindrance", ["dripping", "silent"])
def test_a_server_that_takes_for_ever_is_left_in_time(server: MediaServer, hindrance: str) -> None:
    over = threading.Event()
    server.routes["/slow"] = dripping(over) if hindrance == "dripping" else silent(over)
    since = time.monotonic()
    with pytest.raises(Unavailable):
        fetch(f"{server.url}/slow", HOME, Bounds(total_s=0.6, idle_s=0.4))
    assert time.monotonic() - since < 2
    over.set()


def test_an_answer_that_ends_early_is_none(server: MediaServer) -> None:
    server.routes["/cut"] = lambda visit: visit.reply(
        b"half", headers={"Content-Length": "4000", "Connection": "close"}
    )
    with pytest.raises(Unavailable):
        fetch(f"{server.url}/cut", HOME)


def test_headers_without_an_end_are_left(server: MediaServer) -> None:
    server.routes["/heads"] = lambda visit: visit.wfile.write(
        b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 2_000_000 + b"\r\n\r\n"
    )
    with pytest.raises(Unavailable):
        fetch(f"{server.url}/heads", HOME)


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NotFound), (410, NotFound), (401, Invalid), (403, Invalid), (500, Unavailable)],
)
def test_a_refusal_says_what_to_do(server: MediaServer, status: int, error: type[Exception]) -> None:
    server.routes["/x"] = lambda visit: visit.reply("no", status=status)
    with pytest.raises(error, match=f"HTTP {status}"):
        fetch(f"{server.url}/x?token=geheim", HOME)


def test_nothing_that_a_link_keeps_secret_gets_into_an_error() -> None:
    with pytest.raises(Unavailable) as failed:
        fetch("http://127.0.0.1:1024/x?sig=geheim", HOME)
    assert "geheim" not in str(failed.value)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for talks.example, and a server's context with it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "talks.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("talks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "talks.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        made.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    asked_for: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    policy = Policy(allowed=HOME.allowed, resolver=lambda *_: ["127.0.0.1"])
    with MediaServer(tls=context) as server:
        server.serve("/talk", "hello")
        assert fetch(f"https://talks.example:{server.port}/talk", policy).body == b"hello"
        with pytest.raises(Unavailable, match="certificate"):
            fetch(f"https://other.example:{server.port}/talk", policy)
    assert asked_for == ["talks.example", "other.example"]


def test_the_policy_of_tests_allows_one_address() -> None:
    assert HOME.check(ipaddress.ip_address("127.0.0.1"))
    with pytest.raises(AddressRefused):
        HOME.check(ipaddress.ip_address("127.0.0.2"))
