"""Requests to addresses that people typed in: checked, never redirected, and bounded in time and size.

No proxy of the environment is used, no cookie kept, nothing unpacked that the other side packed. Each request has a
connection of its own.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore2
from httpx2 import URL, InvalidURL

from app.config import Settings
from app.outbound.connecting import Deadline, Guard, GuardedBackend, Resolver, system_resolver
from app.outbound.errors import (
    AddressError,
    BrokenAnswerError,
    OutboundError,
    StatusError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
    UntrustedError,
)
from app.telemetry.said import outbound

LONGEST_URL = 2000
ANSWER = 2048
"""Bytes of an answer's body that are kept of a post; the rest is not read."""
_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65535
_OK = 200
_USER_AGENT = "Dealworthy"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a request may take: to connect, between two signs of life, and in all."""

    connect: float = 5.0
    read: float = 15.0
    post: float = 15.0
    fetch: float = 240.0
    body: float = 2.0
    """For the body of the answer to a post, which does not matter any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers with names in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Target:
    url: URL
    port: int

    @property
    def host(self) -> str:
        return self.url.raw_host.decode("ascii")

    @property
    def encrypted(self) -> bool:
        return self.url.scheme == "https"


class Client:
    """Sends requests for one installation; may be used by several threads at once.

    `resolver` says which addresses a host has, and `context` which certificates are trusted, where not the system does.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        resolver: Resolver = system_resolver,
        context: ssl.SSLContext | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._guard = Guard(settings.outbound, plain_http=not settings.production, resolver=resolver)
        self._context = context or ssl.create_default_context()
        self._timing = timing or Timing()

    def check(self, url: str) -> None:
        """Look whether requests may go to an address now, without sending one. Raises OutboundError if not."""
        self._addresses(_target(url), Deadline(self._timing.connect))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body, and return the answer whatever its status is. Raises OutboundError where there is none."""
        deadline = Deadline(self._timing.post)
        with self._exchange("POST", url, headers, body, deadline) as response:
            deadline.within(self._timing.body)
            return Answer(response.status, _headers(response), _beginning(response))

    def fetch(self, url: str, headers: Mapping[str, str], limit: int) -> Iterator[bytes]:
        """Read what an address holds, piece by piece, up to `limit` bytes.

        Raises OutboundError, at the first piece or later: StatusError for any answer but 200, TooLargeError beyond
        the limit.
        """
        with self._exchange("GET", url, headers, None, Deadline(self._timing.fetch)) as response:
            if response.status != _OK:
                raise StatusError(response.status)
            found = _headers(response)
            # we asked for no packing, and a small packed answer may be a huge one
            if found.get("content-encoding", "identity").lower() != "identity":
                raise BrokenAnswerError
            length = found.get("content-length", "")
            if length.isdecimal() and int(length) > limit:
                raise TooLargeError
            read = 0
            for piece in response.iter_stream():
                read += len(piece)
                if read > limit:
                    raise TooLargeError
                yield piece

    def _addresses(self, target: _Target, deadline: Deadline) -> list[str]:
        seconds = deadline.left(self._timing.connect)
        return self._guard.checked(target.host, target.port, seconds, encrypted=target.encrypted)

    @contextmanager
    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> Iterator[httpcore2.Response]:
        target = _target(url)
        addresses = self._addresses(target, deadline)
        ours = {"Host": target.url.netloc.decode("ascii"), "Connection": "close"}
        own = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
        timing = self._timing
        limits = {"connect": timing.connect, "read": timing.read, "write": timing.read}
        backend = GuardedBackend(addresses, deadline)
        try:
            with (
                outbound(method, target.host) as traced,
                httpcore2.ConnectionPool(ssl_context=self._context, network_backend=backend) as pool,
                pool.stream(
                    method,
                    _core(target),
                    headers=[*{**own, **traced, **headers, **ours}.items()],
                    content=body,
                    extensions={"timeout": limits},
                ) as response,
            ):
                yield response
        except (*_FAILURES, ssl.SSLError, OSError) as error:
            raise _named(error) from error


def _target(url: str) -> _Target:
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise AddressError
    try:
        parsed = URL(url)
        port = _PORTS.get(parsed.scheme, 0) if parsed.port is None else parsed.port
    except (InvalidURL, ValueError) as error:
        raise AddressError from error
    known = parsed.scheme in _PORTS and 0 < port <= _LAST_PORT
    if not known or not parsed.raw_host or parsed.userinfo or parsed.fragment:
        raise AddressError
    return _Target(parsed, port)


def _core(target: _Target) -> httpcore2.URL:
    url = target.url
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


_FAILURES = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
)


def _named(error: BaseException) -> OutboundError:
    if _caused_by_tls(error):
        return UntrustedError()
    match error:
        case httpcore2.TimeoutException() | TimeoutError():
            return TimedOutError()
        case httpcore2.ConnectError():
            return UnreachableError()
        case _:
            return BrokenAnswerError()


def _caused_by_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _beginning(response: httpcore2.Response) -> bytes:
    """Read the first bytes of a body; where it ends early or comes too slowly, what there is."""
    kept = b""
    try:
        for piece in response.iter_stream():
            kept += piece
            if len(kept) >= ANSWER:
                break
    except _FAILURES:
        pass
    return kept[:ANSWER]
