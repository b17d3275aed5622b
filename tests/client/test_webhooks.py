"""The client believes the messages that the product signs, with either secret of a change, and no others."""

from datetime import UTC, datetime, timedelta

import pytest

from app.webhooks import signing
from docs.client.dealworthy_client import WebhookError, verify_webhook

BODY = b'{"type": "deal.at_risk", "data": {"deal": "D-1"}}'
OLD, NEW = signing.new_secret(), signing.new_secret()


def sent(*secrets: str, ago: timedelta = timedelta(0)) -> dict[str, str]:
    headers = signing.headers(secrets, "msg_1", datetime.now(UTC) - ago, BODY)
    return {name.title(): value for name, value in headers.items()}


@pytest.mark.parametrize("signed", [(OLD,), (NEW,), (NEW, OLD)])
def test_either_secret_of_a_change_is_enough(signed: tuple[str, ...]) -> None:
    assert verify_webhook([OLD, NEW], sent(*signed), BODY)["data"] == {"deal": "D-1"}


@pytest.mark.parametrize(
    ("headers", "body", "sentence"),
    [
        ({}, BODY + b" ", "not genuine"),
        ({"Webhook-Id": "msg_2"}, BODY, "not genuine"),
        ({"Webhook-Signature": "v1,\N{SNOWMAN}"}, BODY, "not genuine"),
        ({"Webhook-Signature": ""}, BODY, "not genuine"),
        ({"Webhook-Id": ""}, BODY, "not signed"),
        ({"Webhook-Timestamp": "²"}, BODY, "not signed"),
    ],
)
def test_what_was_changed_is_refused(headers: dict[str, str], body: bytes, sentence: str) -> None:
    with pytest.raises(WebhookError, match=sentence):
        verify_webhook(OLD, {**sent(OLD), **headers}, body)


def test_a_message_with_another_time_is_refused() -> None:
    headers = sent(OLD)
    later = str(int(headers["Webhook-Timestamp"]) + 1)
    with pytest.raises(WebhookError, match="not genuine"):
        verify_webhook(OLD, {**headers, "Webhook-Timestamp": later}, BODY)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_message_is_refused(minutes: int) -> None:
    late = sent(OLD, ago=timedelta(minutes=minutes))
    with pytest.raises(WebhookError, match="too old"):
        verify_webhook(OLD, late, BODY)
    assert verify_webhook(OLD, late, BODY, tolerance=600)["type"] == "deal.at_risk"


def test_another_secret_is_refused() -> None:
    with pytest.raises(WebhookError, match="not genuine"):
        verify_webhook(NEW, sent(OLD), BODY)
