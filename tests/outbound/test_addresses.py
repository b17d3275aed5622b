"""Which addresses are public: nothing that leads into a private network, in whatever it is wrapped."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.config import OutboundAllowance, Settings, parse_outbound_allow
from app.outbound.addresses import is_allowed, is_private_target, is_public, parse_address

PUBLIC = ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::200e"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 (an address to refuse)
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.1.1",
    "198.19.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "64:ff9b:1::1",
    "100::1",
    "2001:2::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
]
PRIVATE = st.sampled_from(["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]).flatmap(
    lambda network: st.ip_addresses(v=4, network=network)
)
INSIDE = {
    "mapped": lambda inner: IPv6Address(int(IPv6Address("::ffff:0:0")) | int(inner)),
    "6to4": lambda inner: IPv6Address(int(IPv6Address("2002::1")) | int(inner) << 80),
    "NAT64": lambda inner: IPv6Address(int(IPv6Address("64:ff9b::")) | int(inner)),
    "Teredo client": lambda inner: IPv6Address(int(IPv6Address("2001:0:101:101::")) | (int(inner) ^ 0xFFFFFFFF)),
    "Teredo server": lambda inner: IPv6Address(int(IPv6Address("2001::")) | int(inner) << 64 | 0xFEFEFEFE),
    "compatible": lambda inner: IPv6Address(int(inner)),
    "translated": lambda inner: IPv6Address(int(IPv6Address("::ffff:0:0:0")) | int(inner)),
}


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_that_is_reached_from_anywhere_is_public(text: str) -> None:
    assert is_public(parse_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_with_a_special_purpose_is_not_public(text: str) -> None:
    assert not is_public(parse_address(text))


@pytest.mark.parametrize("wrapped", INSIDE)
@given(inner=PRIVATE)
def test_a_private_address_stays_private_in_whatever_carries_it(wrapped: str, inner: IPv4Address) -> None:
    assert not is_public(inner)
    assert not is_public(INSIDE[wrapped](inner))


@pytest.mark.parametrize("wrapped", ["mapped", "6to4", "NAT64"])
def test_a_public_address_stays_public_in_what_carries_it(wrapped: str) -> None:
    assert is_public(INSIDE[wrapped](IPv4Address("1.1.1.1")))


@given(st.ip_addresses())
def test_what_python_knows_as_special_is_never_public(address: IPv4Address | IPv6Address) -> None:
    special = (
        address.is_private
        or address.is_multicast
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )
    carries_another = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    if special and not carries_another:
        assert not is_public(address)


@given(st.ip_addresses(), st.integers(8, 32))
def test_the_operators_networks_are_allowed_and_nothing_else_that_is_not_public(
    address: IPv4Address | IPv6Address, prefix: int
) -> None:
    network = ip_network((int(address) >> 96 << 96, prefix) if address.version == 6 else (int(address), prefix), False)
    wrapped = parse_outbound_allow(str(network)).networks
    assert is_allowed(ip_address("10.0.0.1"), wrapped) is (ip_address("10.0.0.1") in network)
    assert is_allowed(address, ()) is is_public(address)


def test_a_network_of_the_operators_counts_inside_what_carries_it() -> None:
    networks = (IPv4Network("10.2.0.0/16"), IPv6Network("fd12::/32"))
    assert [
        is_allowed(parse_address(text), networks)
        for text in ("10.2.9.9", "10.3.0.1", "::ffff:10.2.9.9", "64:ff9b::a03:1", "fd12::5", "fd13::5", "1.1.1.1")
    ] == [True, False, True, False, True, False, True]


def test_a_host_is_named_by_its_whole_name_or_by_a_network_that_holds_all_its_addresses() -> None:
    allowance = parse_outbound_allow(" CRM.internal., 10.2.0.0/16 ,localhost, ")
    assert allowance == OutboundAllowance(frozenset({"crm.internal", "localhost"}), (IPv4Network("10.2.0.0/16"),))
    inside, outside = parse_address("10.2.0.1"), parse_address("1.1.1.1")
    assert [
        is_private_target(host, found, allowance)
        for host, found in (
            ("crm.internal", [outside]),
            ("CRM.INTERNAL.", [outside]),
            ("other.crm.internal", [outside]),
            ("elsewhere", [inside]),
            ("elsewhere", [inside, outside]),
            ("elsewhere", []),
        )
    ] == [True, True, False, True, False, False]


@pytest.mark.parametrize("entry", ["10.2.0.1/16", "https://crm", "*.example.com", "a b", "300.1.1.1", "fd00::/200"])
def test_an_entry_that_means_nothing_stops_the_start_with_a_sentence(entry: str) -> None:
    with pytest.raises(ValidationError, match="is no host name, address or network such as"):
        Settings(_env_file=None, outbound_allow=f"crm.internal,{entry}")
