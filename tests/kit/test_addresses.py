"""Links reach public addresses only, however an address is written and whatever DNS answers."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.kit.addresses import AddressRefused, Policy, host_of, networks_from
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.settings import read_settings


def answering(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda _host, _port: addresses


PUBLIC = "93.184.216.34"
PUBLIC_V6 = "2606:2800:220:1::1"


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        # every special range, at both its ends
        ("http://0.0.0.0/", "this network"),
        ("http://0.255.255.255/", "this network"),
        ("http://10.0.0.0/", "private"),
        ("http://10.255.255.255/", "private"),
        ("http://100.64.0.1/", "carrier-grade NAT"),
        ("http://100.127.255.255/", "carrier-grade NAT"),
        ("http://127.0.0.1/", "loopback"),
        ("http://127.255.255.254/", "loopback"),
        ("http://169.254.0.1/", "link-local"),
        ("http://172.16.0.1/", "private"),
        ("http://172.31.255.255/", "private"),
        ("http://192.0.0.8/", "protocol assignments"),
        ("http://192.0.2.1/", "documentation"),
        ("http://192.168.0.1/", "private"),
        ("http://198.18.0.1/", "benchmarking"),
        ("http://198.19.255.255/", "benchmarking"),
        ("http://198.51.100.9/", "documentation"),
        ("http://203.0.113.9/", "documentation"),
        ("http://224.0.0.1/", "multicast"),
        ("http://239.255.255.255/", "multicast"),
        ("http://240.0.0.1/", "reserved"),
        ("http://255.255.255.255/", "reserved"),
        ("http://[::]/", "unspecified"),
        ("http://[::1]/", "loopback"),
        ("http://[0:0:0:0:0:0:0:1]/", "loopback"),
        ("http://[fc00::1]/", "unique local"),
        ("http://[fdff::1]/", "unique local"),
        ("http://[fe80::1]/", "link-local"),
        ("http://[fec0::1]/", "site-local"),
        ("http://[ff02::1]/", "multicast"),
        ("http://[2001:db8::1]/", "documentation"),
        ("http://[3fff::1]/", "documentation"),
        ("http://[100::1]/", "discard-only"),
        ("http://[2001:2::1]/", "protocol assignments"),
        ("http://[4000::1]/", "reserved"),
        ("http://[5f00::1]/", "reserved"),
        # what a cloud gives its machines
        ("http://169.254.169.254/latest/meta-data/", "metadata"),
        ("http://169.254.170.2/v2/credentials", "metadata"),
        ("http://100.100.100.200/latest/meta-data", "metadata"),
        ("http://168.63.129.16/machine", "metadata"),
        ("http://[fd00:ec2::254]/latest/meta-data", "metadata"),
        ("http://[::ffff:169.254.169.254]/", "metadata"),
        ("http://[64:ff9b::a9fe:a9fe]/", "metadata"),
        ("http://2852039166/", "metadata"),
        ("http://0xA9FEA9FE/", "metadata"),
        ("http://0251.0376.0251.0376/", "metadata"),
        # other ways to write IPv4
        ("http://2130706433/", "loopback"),
        ("http://127.1/", "loopback"),
        ("http://127.0.1/", "loopback"),
        ("http://0/", "this network"),
        ("http://0x7f.1/", "loopback"),
        ("http://0x7f000001/", "loopback"),
        ("http://0X7F.0.0.0X1/", "loopback"),
        ("http://0177.0.0.1/", "loopback"),
        ("http://017700000001/", "loopback"),
        ("http://127.0.0.1./", "loopback"),
        ("http://10.1/", "private"),
        ("http://3232235521/", "private"),
        ("http://①②⑦.⓪.⓪.①/", "loopback"),
        ("http://127。0。0。1/", "loopback"),
        ("http://１２７.0.0.1/", "loopback"),
        # IPv4 within IPv6
        ("http://[::ffff:127.0.0.1]/", "loopback"),
        ("http://[::ffff:7f00:1]/", "loopback"),
        ("http://[::ffff:0:10.0.0.1]/", "private"),
        ("http://[::127.0.0.1]/", "loopback"),
        ("http://[::10.0.0.1]/", "private"),
        ("http://[64:ff9b::7f00:1]/", "loopback"),
        ("http://[64:ff9b::192.168.1.1]/", "private"),
        ("http://[64:ff9b:1::808:808]/", "local NAT64"),
        ("http://[2002:7f00:1::]/", "loopback"),
        ("http://[2002:c0a8:0101::1]/", "private"),
        ("http://[2001:0:0a00:0001::1]/", "private"),
        ("http://[2001:0:808:808:0:0:f5ff:fffe]/", "private"),
        ("http://[2001:0:808:808:0:0:f7f7:f7f7]/", "protocol assignments"),
        ("http://[2606:4700::5efe:10.0.0.1]/", "private"),
        ("http://[2606:4700::200:5efe:10.0.0.1]/", "private"),
        ("http://[fe80::1%25eth0]/", "zone"),
        ("http://[::1%25lo]/", "zone"),
        ("http://[2606:4700::1%25eth0]/", "zone"),
        # names of this machine
        ("http://localhost/", "loopback"),
        ("http://LOCALHOST:8686/", "loopback"),
        ("http://localhost./", "loopback"),
        ("http://anything.localhost/", "loopback"),
        # other schemes, credentials, ports
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.org/x", "scheme"),
        ("gopher://example.org:6379/_x", "scheme"),
        ("data:text/html,x", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("rtmp://example.org/live", "scheme"),
        ("http://user:secret@example.org/", "credentials"),
        ("http://user@example.org/", "credentials"),
        ("http://@example.org/", "credentials"),
        ("http://example.org:25/", "port"),
        ("http://example.org:22/", "port"),
        ("http://example.org:6000/", "port"),
        ("http://example.org:0/", "port"),
    ],
)
def test_a_link_that_leads_where_links_may_not_is_refused_by_name_of_the_rule(url: str, rule: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        Policy(resolver=answering(PUBLIC)).judge(url)
    assert refused.value.rule.startswith(rule) or rule in refused.value.rule


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/x",
        "http://",
        "http:///x",
        "http://[1",
        "http://[::1",
        "http://[::g]/",
        "http://exa mple.org/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org\r\nHost: other/",
        "http://example.org:99999/",
        "http://example.org:-1/",
        "http://exam%70le.org/",
        "http://127.0.0.256/",
        "http://1.2.3.4.5/",
        "http://08.1.1.1/",
        "http://1_0.1/",
        "http://0o7.1/",
        "http://4294967296/",
        "http://a..example.org/",
        "http://.example.org/",
        f"http://{'a' * 64}.org/",
        f"http://{'a.' * 127}org/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        Policy(resolver=answering(PUBLIC)).judge(url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://93.184.216.34/", PUBLIC),
        ("https://134744072/", "8.8.8.8"),
        ("http://[2606:4700:4700::1111]:8080/", "2606:4700:4700::1111"),
        ("http://[::ffff:8.8.8.8]/", "8.8.8.8"),
        ("http://[64:ff9b::808:808]/", "64:ff9b::808:808"),
        ("http://[2002:808:808::1]/", "2002:808:808::1"),
        ("https://example.org./talk", PUBLIC),
        ("https://EXAMPLE.org/talk", PUBLIC),
        ("https://bücher.example/", PUBLIC),
        ("https://my_podcast.example.org/", PUBLIC),
        ("http://1.example.org/", PUBLIC),
    ],
)
def test_a_public_link_is_allowed_and_its_addresses_are_told(url: str, address: str) -> None:
    found = Policy(resolver=answering(PUBLIC)).judge(url)
    assert found == (ipaddress.ip_address(address),)


@pytest.mark.parametrize("private", ["10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1%2"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_private_answer_of_dns_is_enough_to_refuse(private: str, place: int) -> None:
    answers = [PUBLIC, PUBLIC_V6]
    answers.insert(place, private)
    with pytest.raises(AddressRefused) as refused:
        Policy(resolver=answering(*answers)).judge("https://half-private.example/")
    # Where the name leads inside a network is nothing for who merely gave a link.
    assert private not in str(refused.value)
    assert "MEDIATHEQUE_ALLOW_PRIVATE_ADDRESSES" in str(refused.value)


def test_a_name_is_asked_for_in_its_one_form() -> None:
    asked: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return [PUBLIC, PUBLIC]

    found = Policy(resolver=resolver).judge("https://BÜCHER.Example.:8443/x")
    assert asked == [("xn--bcher-kva.example", 8443)]
    assert found == (ipaddress.ip_address(PUBLIC),)


def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    for resolver in (unknown, answering()):
        with pytest.raises(Unavailable, match=r"nowhere\.example"):
            Policy(resolver=resolver).judge("https://nowhere.example/")


def test_a_setting_opens_the_networks_it_names_and_no_other() -> None:
    policy = Policy.from_setting("192.168.1.0/24, 10.0.0.5 fd12::/16")
    for url in (
        "http://192.168.1.20:8096/x",
        "http://10.0.0.5/",
        "http://[::ffff:192.168.1.20]/",
        "http://[fd12::1]/",
    ):
        assert policy.judge(url)
    for url in ("http://192.168.2.1/", "http://10.0.0.6/", "http://127.0.0.1/", "http://[fd13::1]/"):
        with pytest.raises(AddressRefused):
            policy.judge(url)


def test_metadata_is_opened_by_its_very_address_only() -> None:
    for setting in ("0.0.0.0/0, ::/0", "169.254.0.0/16"):
        with pytest.raises(AddressRefused, match="metadata"):
            Policy.from_setting(setting).judge("http://169.254.169.254/")
    assert Policy.from_setting("169.254.169.254").judge("http://169.254.169.254/")


def test_credentials_in_a_link_are_taken_where_that_is_allowed() -> None:
    policy = Policy(may_carry_credentials=True, resolver=answering(PUBLIC))
    assert policy.endpoint("https://user:secret@example.org/feed") == ("https", "example.org", 443)


@pytest.mark.parametrize("setting", ["192.168.1.1/24", "home", "1.2.3", "10.0.0.0/33"])
def test_a_setting_that_cannot_be_read_is_named(setting: str) -> None:
    with pytest.raises(Invalid, match=r"192\.168\.1\.0/24"):
        networks_from(setting)
    with pytest.raises(Invalid, match="MEDIATHEQUE_ALLOW_PRIVATE_ADDRESSES"):
        read_settings(allow_private_addresses=setting)


@given(st.ip_addresses(v=4))
def test_every_way_to_write_an_ipv4_address_is_that_address(address: ipaddress.IPv4Address) -> None:
    number, (a, b, c, d) = int(address), address.packed
    forms = (
        str(address),
        f"{number}",
        f"0x{number:x}",
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"0x{a:X}.0{b:o}.{c}.{d}.",
    )
    assert {host_of(form) for form in forms} == {address}


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_reached_through_ipv6_that_is_not_reached_plainly(
    address: ipaddress.IPv4Address,
) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(0x64FF9B << 96 | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),
    ]
    policy = Policy()

    def may_be_reached(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        try:
            policy.check(address)
        except AddressRefused:
            return False
        return True

    assert {may_be_reached(each) for each in wrapped} == {may_be_reached(address)}


@given(st.ip_addresses(v=4))
def test_nothing_that_python_calls_private_is_reached(address: ipaddress.IPv4Address) -> None:
    try:
        Policy().check(address)
    except AddressRefused:
        return
    assert address.is_global
    assert not address.is_multicast
    assert not address.is_reserved


@given(st.text(max_size=40))
def test_no_text_makes_judging_fail_in_another_way(text: str) -> None:
    policy = Policy(resolver=answering(PUBLIC))
    for url in (text, f"http://{text}/", f"http://[{text}]/", f"http://{text}@10.0.0.1/"):
        try:
            addresses = policy.judge(url)
        except (Invalid, Unavailable):
            continue
        assert all(address.is_global for address in addresses)
