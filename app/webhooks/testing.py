"""The test button: a message is sent now, once, and nothing is kept of it but who asked."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlmodel import Session, col, select

from app.errors import NotFoundError
from app.web.i18n import gettext as _
from app.webhooks.delivering import Courier, Letter, Outcome, body, secrets_in_force
from app.webhooks.events import TEST, payload
from app.webhooks.models import WebhookEndpoint
from app.webhooks.rules import Result
from app.webhooks.signing import new_message_id

SHOWN = 500
"""Characters of the answer that are shown."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test: `milliseconds` until the answer, and its beginning."""

    outcome: Outcome
    milliseconds: int
    message_id: str

    @property
    def accepted(self) -> bool:
        """Whether the receiver took it."""
        return self.outcome.result is Result.DELIVERED

    @property
    def answer(self) -> str:
        """The beginning of the answer, as far as it is text."""
        read = self.outcome.answer.decode("utf-8", "replace")
        return "".join(
            letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in read
        )[:SHOWN]


def letter_for_test(session: Session, endpoint_id: int, moment: datetime) -> Letter:
    """Write a test to an endpoint. Raises NotFoundError."""
    endpoint = session.scalar(
        select(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.removed_at).is_(None))
    )
    if endpoint is None:
        raise NotFoundError(_("There is no such endpoint."))
    return Letter(
        endpoint_id,
        endpoint.url,
        secrets_in_force(endpoint, moment),
        new_message_id(),
        body(payload(TEST, moment, {"endpoint": endpoint.name})),
    )


def send_test(courier: Courier, letter: Letter, moment: datetime) -> Tried:
    """Send a test and measure how long the answer takes."""
    began = monotonic()
    outcome = courier.send(letter, moment)
    return Tried(outcome, round((monotonic() - began) * 1000), letter.message_id)
