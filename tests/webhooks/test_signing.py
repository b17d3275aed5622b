"""Signatures are those of the standard: its example, its library, and nothing that differs in one bit."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from app.webhooks import signing

# from the specification and the test vectors of its libraries
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
THEN = datetime.fromtimestamp(TIMESTAMP, UTC)

secrets = st.binary(min_size=24, max_size=64).map(lambda raw: "whsec_" + base64.b64encode(raw).decode())


def test_the_example_of_the_standard() -> None:
    assert signing.sign(SECRET, MESSAGE_ID, TIMESTAMP, BODY) == SIGNATURE
    assert signing.headers([SECRET], MESSAGE_ID, THEN, BODY) == {
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": str(TIMESTAMP),
        "webhook-signature": SIGNATURE,
    }


@given(secrets, st.text().filter(lambda text: text.encode("utf-8", "ignore").decode() == text))
def test_the_library_of_the_standard_takes_what_we_sign(secret: str, text: str) -> None:
    sent = signing.headers([secret], signing.new_message_id(), datetime.now(UTC), text.encode())
    Webhook(secret).verify(text, sent, json_parse=False)


@given(secrets, st.text())
def test_we_take_what_the_library_signs(secret: str, text: str) -> None:
    signature = Webhook(secret).sign("msg_1", THEN, text)
    sent = {"webhook-id": "msg_1", "webhook-timestamp": str(TIMESTAMP), "webhook-signature": signature}
    assert signing.is_genuine(secret, sent, text.encode(), THEN)


def test_two_secrets_sign_during_a_rotation_and_either_is_enough() -> None:
    old, new = signing.new_secret(), signing.new_secret()
    now = datetime.now(UTC)
    sent = signing.headers([new, old], "msg_1", now, BODY)
    for secret in (old, new):
        Webhook(secret).verify(BODY, sent)
        assert signing.is_genuine(secret, sent, BODY, now)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(BODY, sent)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(TIMESTAMP + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "²"},
        {"webhook-signature": SIGNATURE.replace("v1,", "v2,")},
        {"webhook-signature": SIGNATURE[:-2]},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,\N{SNOWMAN}"},
    ],
)
def test_what_was_changed_is_not_genuine(changed: dict[str, str]) -> None:
    sent = {**signing.headers([SECRET], MESSAGE_ID, THEN, BODY), **changed}
    assert not signing.is_genuine(SECRET, sent, BODY, THEN)


@pytest.mark.parametrize(("minutes", "genuine"), [(-6, False), (-5, True), (0, True), (5, True), (6, False)])
def test_a_message_is_genuine_for_five_minutes(minutes: int, *, genuine: bool) -> None:
    sent = signing.headers([SECRET], MESSAGE_ID, THEN, BODY)
    assert signing.is_genuine(SECRET, sent, BODY, THEN + timedelta(minutes=minutes)) is genuine
    assert not signing.is_genuine(SECRET, sent, BODY + b" ", THEN)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_" + base64.b64encode(b"x" * 65).decode(), "é"]
)
def test_a_secret_has_24_to_64_bytes(secret: str) -> None:
    with pytest.raises(ValueError, match="a secret"):
        signing.key(secret)


def test_our_secrets_are_secrets() -> None:
    assert len(signing.key(signing.new_secret())) == signing.OURS
    assert signing.new_secret() != signing.new_secret()
