"""The job that sends one event to one endpoint: outside a transaction, and again later where that may help.

A worker that is killed between sending and storing sends again, with the same `webhook-id`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import SystemRandom
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.clock import now
from app.config import Settings
from app.database import Database
from app.jobs.worker import Prepared
from app.outbound.client import Client
from app.outbound.errors import OutboundError, TimedOutError
from app.outbound.sealing import SealError, unseal
from app.web.i18n import N_
from app.webhooks import signing
from app.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookEvent
from app.webhooks.queues import is_next, job_prefix, lock_endpoints, send_again, send_later, send_next
from app.webhooks.rules import Result, asked_to_wait, is_given_up, is_redirect, judged, next_try

LABEL = "dealworthy webhook secret"
"""The purpose that secrets of endpoints are sealed for."""
AT_ONCE = 2
"""Requests to one endpoint at the same time, so that a slow one never has all the lanes."""
PAUSE = timedelta(minutes=1)
"""How long an endpoint that did not answer in time is left alone."""

SEALED = N_("The secret cannot be read since DEALWORTHY_SECRET_KEY changed. Make a new secret.")
REDIRECTS = N_("The server leads elsewhere. Redirects are not followed; write the address that it leads to.")
REFUSED = N_("The server did not accept it.")
GONE = N_("The server said that the address is gone (410).")
FAILED_FOR_DAYS = N_("Nothing was accepted for five days.")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is ready but for its signature."""

    endpoint_id: int
    url: str
    secrets: tuple[str, ...]
    message_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try: the status, if there was one, else why not; both for people to read."""

    result: Result
    status: int | None = None
    error: str = ""
    not_before: datetime | None = None
    answer: bytes = b""


@dataclass
class Traffic:
    """Which endpoints have enough to do: as many requests as they may, or too slow a moment ago. For many threads."""

    _lock: Lock = field(default_factory=Lock)
    _under_way: Counter[int] = field(default_factory=Counter)
    _paused: dict[int, datetime] = field(default_factory=dict)

    @contextmanager
    def under_way(self, endpoint_id: int) -> Iterator[bool]:
        """Count a request as long as the block takes; False where there are as many as may be: do not send it now."""
        with self._lock:
            admitted = self._under_way[endpoint_id] < AT_ONCE
            self._under_way[endpoint_id] += 1
        try:
            yield admitted
        finally:
            with self._lock:
                self._under_way[endpoint_id] -= 1

    def pause(self, endpoint_id: int, until: datetime) -> None:
        """Leave an endpoint alone for a while."""
        with self._lock:
            self._paused[endpoint_id] = until

    def avoided(self, moment: datetime) -> list[int]:
        """Return the endpoints that nothing is to be sent to now."""
        with self._lock:
            busy = {each for each, count in self._under_way.items() if count >= AT_ONCE}
            return sorted(busy | {each for each, until in self._paused.items() if until > moment})


class Courier:
    """Sends events for one installation; the job's handler is `job`. One courier serves several lanes at once."""

    def __init__(self, settings: Settings, *, client: Client | None = None, random: SystemRandom | None = None) -> None:
        self._secret_key = settings.secret_key
        self._client = client or Client(settings)
        self._random = random or SystemRandom()
        self._traffic = Traffic()

    @property
    def job(self) -> Prepared:
        """The handler of the job `webhooks.deliver`."""
        return Prepared(self._send, self._store)

    def avoiding(self) -> list[str]:
        """Return what the keys of jobs begin with that are to wait; for the lanes."""
        return [job_prefix(each) for each in self._traffic.avoided(now())]

    def send(self, letter: Letter, moment: datetime) -> Outcome:
        """Sign a message and hand it over. Never raises for what a receiver does."""
        try:
            secrets = [unseal(each, self._secret_key, LABEL) for each in letter.secrets]
        except SealError:
            return Outcome(Result.FAILED, error=SEALED)
        headers = {
            "Content-Type": "application/json",
            **signing.headers(secrets, letter.message_id, moment, letter.body),
        }
        try:
            answer = self._client.post(letter.url, letter.body, headers)
        except TimedOutError as error:
            self._traffic.pause(letter.endpoint_id, now() + PAUSE)
            return Outcome(Result.FAILED, error=error.sentence)
        except OutboundError as error:
            return Outcome(Result.FAILED, error=error.sentence)
        result = judged(answer.status)
        refusal = REDIRECTS if is_redirect(answer.status) else REFUSED
        said = {Result.DELIVERED: "", Result.GONE: GONE}.get(result, refusal)
        wait = asked_to_wait(answer.status, answer.headers, moment)
        return Outcome(result, answer.status, said, wait, answer.body)

    def _send(self, database: Database, payload: Mapping[str, Any]) -> Outcome | None:
        with database.read() as session:
            letter = _letter(session, payload, now()) if is_next(session, payload["delivery"]) else None
        if letter is None:
            return None
        with self._traffic.under_way(letter.endpoint_id) as admitted:
            return self.send(letter, now()) if admitted else None

    def _store(self, session: Session, payload: Mapping[str, Any], outcome: Outcome | None) -> None:
        endpoint_id = session.scalar(
            select(col(WebhookDelivery.endpoint_id)).where(col(WebhookDelivery.id) == payload["delivery"])
        )
        if endpoint_id is None:
            return
        lock_endpoints(session, [endpoint_id])
        delivery = session.get(WebhookDelivery, payload["delivery"], with_for_update=True)
        endpoint = session.get(WebhookEndpoint, endpoint_id)
        if delivery is None or endpoint is None or not _is_due(delivery, payload):
            return
        moment = now()
        if outcome is None:
            if is_next(session, payload["delivery"]):
                send_again(session, delivery, payload, moment)
            return
        _note(delivery, outcome, moment)
        if outcome.result is Result.DELIVERED:
            _end(session, delivery, DeliveryState.DELIVERED, moment)
            endpoint.failing_since = None
        else:
            self._try_later(session, delivery, endpoint, outcome, moment)
        session.flush()

    def _try_later(
        self, session: Session, delivery: WebhookDelivery, endpoint: WebhookEndpoint, outcome: Outcome, moment: datetime
    ) -> None:
        endpoint.failing_since = endpoint.failing_since or moment
        due_at = next_try(delivery.tries, moment, spread=self._random.random(), not_before=outcome.not_before)
        if due_at is None:
            _end(session, delivery, DeliveryState.DEAD, moment)
        else:
            send_later(session, delivery, moment, due_at)
        if outcome.result is Result.GONE:
            _disable(session, endpoint, GONE, moment)
        elif is_given_up(endpoint.failing_since, moment):
            _disable(session, endpoint, FAILED_FOR_DAYS, moment)


def body(payload: Mapping[str, Any]) -> bytes:
    """Write the body of a message; the same event gives the same bytes at each try."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def secrets_in_force(endpoint: Any, moment: datetime) -> tuple[str, ...]:
    """Return the sealed secrets that sign now, the newest first."""
    previous = endpoint.sealed_previous
    if previous is not None and endpoint.previous_until is not None and moment < endpoint.previous_until:
        return (endpoint.sealed_secret, previous)
    return (endpoint.sealed_secret,)


def _letter(session: Session, payload: Mapping[str, Any], moment: datetime) -> Letter | None:
    row = session.execute(
        select(
            col(WebhookDelivery.endpoint_id),
            col(WebhookEndpoint.url),
            col(WebhookEndpoint.sealed_secret),
            col(WebhookEndpoint.sealed_previous),
            col(WebhookEndpoint.previous_until),
            col(WebhookEvent.message_id),
            col(WebhookEvent.payload),
        )
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
        .where(col(WebhookDelivery.id) == payload["delivery"], col(WebhookDelivery.tries) == payload["tries"])
    ).first()
    if row is None:
        return None
    return Letter(row.endpoint_id, row.url, secrets_in_force(row, moment), row.message_id, body(row.payload))


def _is_due(delivery: WebhookDelivery, payload: Mapping[str, Any]) -> bool:
    """Tell whether this try is still the one to be made: nobody else stored its outcome."""
    return delivery.state is DeliveryState.WAITING and delivery.tries == payload["tries"]


def _note(delivery: WebhookDelivery, outcome: Outcome, moment: datetime) -> None:
    delivery.tries += 1
    delivery.tried_at = moment
    delivery.status = outcome.status
    delivery.error = outcome.error


def _end(session: Session, delivery: WebhookDelivery, state: DeliveryState, moment: datetime) -> None:
    """End a delivery; the one after it, of the same subject, is sent next."""
    delivery.state = state
    delivery.ended_at = moment
    session.flush()
    send_next(session, [delivery.endpoint_id], moment, subjects=[delivery.subject])


def _disable(session: Session, endpoint: WebhookEndpoint, because: str, moment: datetime) -> None:
    if endpoint.disabled_at is not None:
        return
    endpoint.disabled_at = moment
    endpoint.disabled_because = because
    session.flush()
    record(
        session,
        at=moment,
        actor="system",
        action="webhook.disabled",
        subject=("webhook", endpoint.name),
        details={"because": because},
    )
