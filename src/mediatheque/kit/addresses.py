"""Which addresses a user's link may reach: one policy, for every URL, every answer of DNS and every redirect."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple, NoReturn, Self, TypeAlias
from urllib.parse import SplitResult, urlsplit

import idna

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.special_addresses import METADATA, Address, embedded, special_rule

Network: TypeAlias = IPv4Network | IPv6Network
#: A name and a port to the addresses behind it, as text; raises OSError for a name that nobody knows.
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]

SETTING = "MEDIATHEQUE_ALLOW_PRIVATE_ADDRESSES"
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: More than any honest name has; a name with thousands would keep us connecting for hours.
_MOST_ADDRESSES = 16


class AddressRefused(Invalid):
    """A link leads where links may not; `rule` names what forbids it, the message what would allow it."""

    def __init__(self, message: str, rule: str) -> None:
        super().__init__(message)
        self.rule = rule


class Endpoint(NamedTuple):
    """Where a URL leads: a name in its ASCII form, or the address itself where the URL names one."""

    scheme: str
    host: str | Address
    port: int


#: Ports of other protocols, which an HTTP request could make do something (WHATWG Fetch, "port blocking").
_BAD_PORTS = frozenset(
    int(port)
    for port in [
        "0",
        "1",
        "7",
        "9",
        "11",
        "13",
        "15",
        "17",
        "19",
        "20",
        "21",
        "22",
        "23",
        "25",
        "37",
        "42",
        "43",
        "53",
        "69",
        "77",
        "79",
        "87",
        "95",
        "101",
        "102",
        "103",
        "104",
        "109",
        "110",
        "111",
        "113",
        "115",
        "117",
        "119",
        "123",
        "135",
        "137",
        "139",
        "143",
        "161",
        "179",
        "389",
        "427",
        "465",
        "512",
        "513",
        "514",
        "515",
        "526",
        "530",
        "531",
        "532",
        "540",
        "548",
        "554",
        "556",
        "563",
        "587",
        "601",
        "636",
        "989",
        "990",
        "993",
        "995",
        "1719",
        "1720",
        "1723",
        "2049",
        "3659",
        "4045",
        "4190",
        "5060",
        "5061",
        "6000",
        "6566",
        "6665",
        "6666",
        "6667",
        "6668",
        "6669",
        "6679",
        "6697",
        "10080",
    ]
)


def ask_dns(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def networks_from(text: str) -> tuple[Network, ...]:
    """The networks and addresses in a list with commas or spaces; raises Invalid naming the wrong one."""
    networks: list[Network] = []
    for word in re.split(r"[,\s]+", text.strip()):
        try:
            if word:
                networks.append(ipaddress.ip_network(word))
        except ValueError as error:
            raise Invalid(
                f"'{word}' is neither an address nor a network ({error}): "
                "write addresses like 192.168.1.20 and networks like 192.168.1.0/24, separated by commas"
            ) from None
    return tuple(networks)


@dataclass(frozen=True, slots=True)
class Policy:
    """Public addresses only, and those of `allowed`, whose networks may be private.

    `resolver` stands for DNS. `may_carry_credentials` lets a URL hold a user and a password.
    """

    allowed: tuple[Network, ...] = ()
    may_carry_credentials: bool = False
    resolver: Resolver = ask_dns

    @classmethod
    def from_setting(cls, text: str) -> Self:
        """The policy for what `MEDIATHEQUE_ALLOW_PRIVATE_ADDRESSES` says; raises Invalid if it cannot be read."""
        return cls(allowed=networks_from(text))

    def judge(self, url: str) -> tuple[Address, ...]:
        """The addresses behind a URL, all of them allowed; raises as `endpoint` and `reach`.

        A name may have other addresses a moment later: who fetches it connects through `reach`,
        as `kit.guarded_client` and `kit.guarded_proxy` do, again for every redirect.
        """
        _, host, port = self.endpoint(url)
        return self.reach(host, port)

    def endpoint(self, url: str) -> Endpoint:
        """Where a URL leads, without asking DNS; raises AddressRefused or, for what is no URL, Invalid."""
        parts, port = _split(url)
        if parts.scheme not in _DEFAULT_PORTS:
            raise AddressRefused(
                f"A link starts with https:// or http://, and this one with '{parts.scheme[:20]}:': "
                "give the web address of the recording or of its page",
                "scheme",
            )
        if "@" in parts.netloc and not self.may_carry_credentials:
            raise AddressRefused(
                "A link with a user name or a password in it is not opened: remove what stands before the '@'",
                "credentials",
            )
        host = host_of(parts.hostname or "")
        port = _DEFAULT_PORTS[parts.scheme] if port is None else port
        _check_port(port)
        if not isinstance(host, str):
            self.check(host)
        return Endpoint(parts.scheme, host, port)

    def reach(self, host: str | Address, port: int) -> tuple[Address, ...]:
        """The addresses to connect to for a host; raises AddressRefused if even one is not allowed.

        One of several would do for an attacker, whose name server chooses which of them comes first.
        Raises Unavailable for a name that nobody knows.
        """
        _check_port(port)
        host = host_of(host) if isinstance(host, str) else host
        if not isinstance(host, str):
            return (self.check(host),)
        if host == "localhost" or host.endswith(".localhost"):  # RFC 6761: never asked of DNS
            return (self.check(IPv4Address("127.0.0.1"), host),)
        try:
            answers = self.resolver(host, port)
        except (OSError, UnicodeError):
            answers = ()
        if not answers:
            raise Unavailable(
                f"The host '{host}' is not known: check the link for typing errors and the network connection"
            )
        addresses = tuple(dict.fromkeys(self.check(_address(answer), host) for answer in answers))
        return addresses[:_MOST_ADDRESSES]

    def check(self, address: Address, name: str | None = None) -> Address:
        """`address` in its plain form; raises AddressRefused. `name` is what led to it, for the message."""
        plain = _unmapped(address)
        if rule := self._forbidding(plain):
            _refuse(plain, name, rule)
        return plain

    def _forbidding(self, address: Address) -> str | None:
        """The rule that forbids an address, None for one that may be reached."""
        if address in METADATA:
            named = IPv4Network(address) if address.version == 4 else IPv6Network(address)
            return None if named in self.allowed else "a cloud's metadata service"
        if any(address in network for network in self.allowed):
            return None
        for inner in embedded(address) if isinstance(address, IPv6Address) else ():
            if rule := self._forbidding(inner):
                return f"{rule}, inside an IPv6 address"
        return special_rule(address)


def host_of(text: str) -> str | Address:
    """A URL's host in one form: an address for every way to write one, else a lower-case ASCII name.

    Numbers are read as browsers read them (WHATWG URL, "IPv4 parser"): 2130706433, 0x7f.1 and 017700000001
    are 127.0.0.1. Raises Invalid for what can be no host, AddressRefused for an IPv6 address with a zone.
    """
    host = text.removeprefix("[").removesuffix("]")
    if ":" in host:
        if "%" in host:
            raise AddressRefused(
                "An address with a zone ('%') names an interface of this machine, which a link may not: "
                "give a public address",
                "zone",
            )
        return _address(host)
    if not host.isascii():
        try:
            host = idna.uts46_remap(host, std3_rules=False)  # full-width digits and dots become plain ones
            host = host if host.isascii() else idna.encode(host).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            _no_host(text)
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(re.fullmatch(r"[a-z0-9_-]{1,63}", label) for label in labels):
        _no_host(text)
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return _ipv4_of_numbers(labels, text)
    return host


def _ipv4_of_numbers(labels: Sequence[str], text: str) -> IPv4Address:
    try:
        *first, last = (_number(label) for label in labels)
    except ValueError:
        _no_host(text)
    # The last number fills the bytes that are left: 127.1 is 127.0.0.1.
    if len(first) > 3 or any(n > 255 for n in first) or last >= 256 ** (4 - len(first)):
        _no_host(text)
    return IPv4Address(sum(n << (24 - 8 * place) for place, n in enumerate(first)) + last)


def _number(label: str) -> int:
    if re.fullmatch(r"0x[0-9a-f]*", label):
        return int(label[2:] or "0", 16)
    if not label.isdecimal():  # int() would read "1_0", "-1" and "0o7"
        raise ValueError(label)
    return int(label, 8 if label.startswith("0") and len(label) > 1 else 10)


def _split(url: str) -> tuple[SplitResult, int | None]:
    """The parts of a URL that every program splits alike; what they might split differently is no URL here."""
    try:
        if not re.search(r"[\x00-\x20\x7f\\]", url):
            parts = urlsplit(url)
            if parts.scheme and (parts.hostname or parts.scheme not in _DEFAULT_PORTS):
                return parts, parts.port
    except ValueError:
        pass
    raise Invalid("This is no web address: give one like https://example.org/talk.mp3")


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        _no_host(text)


def _no_host(text: str) -> NoReturn:
    raise Invalid(f"'{text[:80]}' is no host: check the link for typing errors")


def _check_port(port: int) -> None:
    if port in _BAD_PORTS:
        raise AddressRefused(
            f"Port {port} belongs to another protocol than the web's, so no link is opened there: "
            "give a link without it, or let the server listen on another port",
            "port",
        )


def _unmapped(address: Address) -> Address:
    """::ffff:10.0.0.1 is 10.0.0.1: a connection to one is a connection to the other."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _refuse(address: Address, name: str | None, rule: str) -> NoReturn:
    # Where a name leads inside somebody's network is not told to who only gave the name.
    what, entry = (f"'{name}'", "its network") if name else (str(address), str(address))
    raise AddressRefused(
        f"{what} is no public address but {rule}, where links may not lead: give a public link, or upload the "
        f"file instead; an administrator whose media server it is can add {entry} to {SETTING}",
        rule,
    )
