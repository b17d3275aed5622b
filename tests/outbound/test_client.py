"""What the client does with servers of every kind: real ones, on this machine."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import pytest

from app.config import Environment, Settings
from app.outbound.client import ANSWER, Answer, Client, Timing
from app.outbound.errors import (
    AddressError,
    BrokenAnswerError,
    ForbiddenAddressError,
    OutboundError,
    StatusError,
    TimedOutError,
    TooLargeError,
    UnencryptedError,
    UnknownHostError,
    UnreachableError,
    UntrustedError,
)
from mails.servers import certificate
from outbound.receivers import Behave, Receiver, closed_port, drip, receiving, silent

SHORT = Timing(connect=2, read=0.3, post=0.6, fetch=0.6, body=0.2)
GENEROUS = 5
"""Seconds after which a bounded request would have to be over on the slowest machine."""


def client(allow: str = "127.0.0.0/8", timing: Timing | None = None) -> Client:
    return Client(Settings(_env_file=None, outbound_allow=allow), timing=timing)


def at(*addresses: str) -> Client:
    """A client for which every name has these addresses, on an installation that allows nothing more."""
    return Client(Settings(_env_file=None), resolver=lambda _host, _port: addresses)


def test_a_post_carries_the_body_and_headers_and_brings_back_the_answer() -> None:
    with receiving(
        Receiver(answers=[b"HTTP/1.1 422 No\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwhy?"])
    ) as receiver:
        answer = client().post(f"{receiver.url}?a=b", b'{"a": 1}', {"Content-Type": "application/json"})
    assert answer == Answer(422, {"retry-after": "7", "content-length": "4"}, b"why?")
    request = receiver.received[0]
    assert (request.line, request.body) == ("POST /hooks?a=b HTTP/1.1", b'{"a": 1}')
    assert request.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "user-agent": "Dealworthy",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "content-length": "8",
        "connection": "close",
    }


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["1.1.1.1", "192.168.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"], ["169.254.169.254"]],
)
def test_a_public_name_with_one_private_address_is_refused(addresses: list[str]) -> None:
    with pytest.raises(ForbiddenAddressError):
        at(*addresses).check("https://hooks.example.com/")


def test_a_public_name_is_fine() -> None:
    at("93.184.215.14", "2606:4700::1111").check("https://hooks.example.com/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]", "localhost"]
)
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        client(allow="").check(f"https://{host}:{closed_port()}/")


def test_a_name_that_changes_its_address_after_the_check_leads_nowhere_else() -> None:
    """The resolver is the attacker's: it says an allowed address once, and one of ours ever after."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2" if len(asked) == 1 else "127.0.0.1"]

    sending = Client(Settings(_env_file=None, outbound_allow="127.0.0.2"), resolver=rebinding)
    with receiving(Receiver(host="127.0.0.2")) as allowed, receiving(Receiver(port=allowed.port)) as ours:
        assert sending.post(f"http://attacker.example:{ours.port}/", b"", {}).status == 200
        with pytest.raises(ForbiddenAddressError):
            sending.post(f"http://attacker.example:{ours.port}/", b"", {})
    assert (len(asked), len(allowed.received), ours.received) == (2, 1, [])


def test_the_checked_address_is_the_one_that_is_connected_to() -> None:
    with receiving() as receiver:
        found = Client(
            Settings(_env_file=None, outbound_allow="crm.internal"), resolver=lambda _host, _port: ["127.0.0.1"]
        ).post(f"http://crm.internal:{receiver.port}/", b"", {})
    assert found.status == 200
    assert receiver.received[0].headers["host"] == f"crm.internal:{receiver.port}"


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with receiving() as receiver:
        answer = Client(
            Settings(_env_file=None, outbound_allow="two.internal"),
            resolver=lambda _host, _port: ["127.0.0.2", "127.0.0.1"],
        ).post(f"http://two.internal:{receiver.port}/", b"", {})
    assert answer.status == 200


def test_encryption_checks_the_name_that_was_typed_in_not_the_address(tmp_path: Path) -> None:
    own = certificate(tmp_path)
    settings = Settings(_env_file=None, outbound_allow="127.0.0.0/8,named.internal")
    trusting = Client(settings, resolver=lambda _host, _port: ["127.0.0.1"], context=own.for_client())
    with receiving(context=own.for_server()) as receiver:
        assert trusting.post(f"https://127.0.0.1:{receiver.port}/", b"", {}).status == 200
        with pytest.raises(UntrustedError):
            trusting.post(f"https://named.internal:{receiver.port}/", b"", {})
        with pytest.raises(UntrustedError):
            client().post(f"https://127.0.0.1:{receiver.port}/", b"", {})


@pytest.mark.parametrize(
    ("environment", "allow", "url", "error"),
    [
        (Environment.DEVELOPMENT, "", "http://1.1.1.1/", UnencryptedError),
        (Environment.PRODUCTION, "127.0.0.0/8", "http://127.0.0.1/", UnencryptedError),
        (Environment.DEVELOPMENT, "127.0.0.0/8", "http://127.0.0.1/", None),
        (Environment.PRODUCTION, "127.0.0.0/8", "https://127.0.0.1/", None),
    ],
)
def test_plain_http_is_for_what_the_operator_allows_in_development(
    environment: Environment, allow: str, url: str, error: type[OutboundError] | None
) -> None:
    asking = Client(Settings(_env_file=None, env=environment, outbound_allow=allow))
    if error is None:
        asking.check(url)
    else:
        with pytest.raises(error):
            asking.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user:password@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://exam ple.com/",
        "https://example.com/\r\nX: y",
        "https://exa\u200bmple.com/",
        f"https://example.com/{'a' * 2000}",
    ],
)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(AddressError):
        at("1.1.1.1").check(url)


def test_no_redirect_is_followed_and_no_proxy_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as elsewhere, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        receiver.answers += [f"HTTP/1.1 307 Go\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n".encode()] * 2
        assert client().post(receiver.url, b"", {}).status == 307
        with pytest.raises(StatusError) as caught:
            list(client().fetch(receiver.url, {}, 100))
    assert caught.value.status == 307
    assert (len(receiver.received), elsewhere.received, proxy.received) == (2, [], [])


ENDLESS = drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n", 0)
SLOW_BODY = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b".", 0.05)


@pytest.mark.parametrize(
    ("behave", "beginning"),
    [
        (ENDLESS, b"x" * 1024),
        (SLOW_BODY, b"."),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), b"half"),
    ],
    ids=["endless", "slow", "cut short"],
)
def test_a_status_counts_whatever_the_body_does_after_it(behave: Behave, beginning: bytes) -> None:
    began = monotonic()
    with receiving(behave=behave) as receiver:
        answer = client(timing=SHORT).post(receiver.url, b"", {})
    assert answer.status == 200
    assert answer.body.startswith(beginning)
    assert len(answer.body) <= ANSWER
    assert monotonic() - began < GENEROUS


@pytest.mark.parametrize(
    ("behave", "error"),
    [
        (silent, TimedOutError),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05), TimedOutError),
        (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05), TimedOutError),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 9000 + b"\r\n", 0), BrokenAnswerError),
        (lambda _connection, _receiver: None, BrokenAnswerError),
        (lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH\r\n"), BrokenAnswerError),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le"), BrokenAnswerError),
    ],
    ids=["silent", "slow headers", "endless 100", "huge headers", "closed", "no HTTP", "cut short"],
)
def test_no_status_is_an_error_with_a_name_and_in_time(behave: Behave, error: type[OutboundError]) -> None:
    began = monotonic()
    with receiving(behave=behave) as receiver, pytest.raises(error):
        client(timing=SHORT).post(receiver.url, b"", {})
    assert monotonic() - began < GENEROUS


def test_nobody_there_and_no_such_name_are_told_apart() -> None:
    with pytest.raises(UnreachableError) as caught:
        client().post(f"http://127.0.0.1:{closed_port()}/", b"", {})
    assert type(caught.value) is UnreachableError

    def no_such(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(UnknownHostError):
        Client(Settings(_env_file=None), resolver=no_such).check("https://nowhere.example/")


def test_a_pull_streams_what_is_there() -> None:
    body = b"row\n" * 100_000
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with receiving(Receiver(answers=[head + body])) as receiver:
        pieces = list(client().fetch(receiver.url, {"Authorization": "Bearer x"}, len(body)))
    assert b"".join(pieces) == body
    assert len(pieces) > 1
    assert receiver.received[0].headers["authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("behave", "error"),
    [
        (ENDLESS, TooLargeError),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), TooLargeError),
        (SLOW_BODY, TimedOutError),
        (
            lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            BrokenAnswerError,
        ),
        (
            lambda connection, _: connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"
            ),
            BrokenAnswerError,
        ),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), StatusError),
    ],
    ids=["endless", "too long", "slow", "cut short", "packed", "missing"],
)
def test_a_pull_never_takes_a_part_for_the_whole(behave: Behave, error: type[OutboundError]) -> None:
    with receiving(behave=behave) as receiver, pytest.raises(error):
        list(client(timing=SHORT).fetch(receiver.url, {}, 5000))
