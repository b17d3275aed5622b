"""Connections to checked addresses: a name is resolved once, every address it has is checked, and those are used.

Nobody can answer one address to the check and another to the connection (DNS rebinding), since the name is not
looked up again. The whole exchange has one deadline, whatever the other side does to keep us waiting.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from httpcore2 import (
    SOCKET_OPTION,
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadTimeout,
    SyncBackend,
    WriteTimeout,
)

from app.config import OutboundAllowance
from app.outbound.addresses import Address, is_allowed, is_private_target, parse_address
from app.outbound.errors import ForbiddenAddressError, TimedOutError, UnencryptedError, UnknownHostError

Resolver = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host, as text. Raises OSError where it has none."""


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the operating system for the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline:
    """A moment after which an exchange is over; it can only be moved closer."""

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds

    def within(self, seconds: float) -> None:
        """Let at most so many more seconds pass."""
        self._ends = min(self._ends, monotonic() + seconds)

    def left(self, longest: float | None = None) -> float:
        """Return the seconds that are left, at most `longest`; 0 when none are."""
        left = max(0.0, self._ends - monotonic())
        return left if longest is None else min(left, longest)


class Guard:
    """Says where requests may go, for one installation."""

    def __init__(self, allowance: OutboundAllowance, *, plain_http: bool, resolver: Resolver = system_resolver) -> None:
        self._allowance = allowance
        self._plain_http = plain_http
        self._resolver = resolver

    def checked(self, host: str, port: int, seconds: float, *, encrypted: bool) -> list[str]:
        """Resolve a host and return its addresses, all of them allowed.

        Raises ForbiddenAddressError where one is not, UnencryptedError where `http://` is not for this one, and
        UnknownHostError or TimedOutError where there is no answer.
        """
        if not encrypted and not self._plain_http:
            raise UnencryptedError
        addresses = [parse_address(text) for text in self._resolved(host, port, seconds)]
        if not self._may_reach(host, addresses):
            raise ForbiddenAddressError
        if not encrypted and not is_private_target(host, addresses, self._allowance):
            raise UnencryptedError
        return [str(address) for address in addresses]

    def _may_reach(self, host: str, addresses: Sequence[Address]) -> bool:
        if is_private_target(host, addresses, self._allowance):
            return True
        return all(is_allowed(address, self._allowance.networks) for address in addresses)

    def _resolved(self, host: str, port: int, seconds: float) -> Sequence[str]:
        # the operating system's lookup knows no time limit, so it is left behind in a thread when it takes too long
        answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        Thread(target=look_up, name="look-up", daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty as error:
            raise TimedOutError from error
        if isinstance(answer, Exception) or not answer:
            raise UnknownHostError
        return answer


class GuardedBackend(NetworkBackend):
    """Opens connections for one exchange, to addresses that were checked before."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._network = SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 (the name was resolved and checked; it is not looked up again)
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """Connect to the first of the addresses that answers."""
        failed: Exception = ConnectError()
        for address in self._addresses:
            left = self._deadline.left(timeout)
            if not left:
                raise ConnectTimeout
            try:
                stream = self._network.connect_tcp(address, port, left, local_address, socket_options)
            except (ConnectError, ConnectTimeout) as error:
                failed = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failed


class _BoundedStream(NetworkStream):
    """A connection on which each wait ends with the exchange's deadline."""

    def __init__(self, stream: NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline.left(timeout)
        if not left:
            raise ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._deadline.left(timeout)
        if not left:
            raise WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        left = self._deadline.left(timeout)
        if not left:
            raise ConnectTimeout
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
