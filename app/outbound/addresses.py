"""Which addresses we connect to: those of the public internet, and what the operator of the installation allows.

What is not public follows the registries of special-purpose addresses (RFC 6890 and what IANA added since), written
out here because Python's own lists differ between its releases.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from app.config import Network, OutboundAllowance

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by carriers
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, where clouds keep their metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4, deprecated
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_UNICAST_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: judged by what it carries
            "3fff::/20",  # documentation
        ),
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052, section 2.1)."""
_LOW_32 = 0xFFFFFFFF


def parse_address(text: str) -> Address:
    """Read an address as a resolver writes it, with or without the scope that link-local ones have."""
    return ip_address(text.partition("%")[0])


def carried(address: Address) -> tuple[Address, ...]:
    """Return where packets to an address really go: what it carries inside, else itself."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address in _MAPPED or address in _TRANSLATED:
        return (IPv4Address(int(address) & _LOW_32),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    return (address,)


def is_public(address: Address) -> bool:
    """Tell whether an address is a unicast one that is reached from anywhere, whatever it carries inside."""
    return all(_is_public(each) for each in carried(address))


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Tell whether we connect to an address: it is public, or in one of the operator's networks."""
    allowed = tuple(networks)
    return all(_is_public(each) or _is_in(each, allowed) for each in carried(address))


def is_private_target(host: str, addresses: Iterable[Address], allowance: OutboundAllowance) -> bool:
    """Tell whether the operator named this target: its host, or a network that holds all of its addresses."""
    found = tuple(addresses)
    if host.lower().rstrip(".") in allowance.hosts:
        return True
    return bool(found) and all(_is_in(part, allowance.networks) for each in found for part in carried(each))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
