"""Who may read the metrics: whoever has the token, and in development this machine itself.

In production the token alone counts. A proxy on the same machine also comes from it, and may hand on any `Host` that a
visitor writes, so nothing in a request proves that nobody stands behind it. Where no token is wanted, `--metrics-port`
opens a port of its own that no proxy knows.
"""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

_TELLS_OF_A_PROXY: Final = ("forwarded", "via", "x-real-ip")
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def may_read_metrics(headers: Mapping[str, str], client: str, *, token: str, trust_loopback: bool) -> bool:
    """Say whether a request gets the metrics; `headers` by names in lower case, `client` is its network address."""
    if token and hmac.compare_digest(headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        return True
    return trust_loopback and _is_loopback(client) and not _proxied(headers) and _asks_loopback(headers.get("host", ""))


def _is_loopback(client: str) -> bool:
    try:
        return ip_address(client).is_loopback
    except ValueError:
        return False


def _proxied(headers: Mapping[str, str]) -> bool:
    return any(name in _TELLS_OF_A_PROXY or name.startswith("x-forwarded") for name in headers)


def _asks_loopback(host: str) -> bool:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host) in _LOOPBACK_NAMES
