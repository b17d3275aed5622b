"""Messages reach real receivers: signed, in order, again where that may help, and nothing is lost or hurt."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from socket import socket
from threading import Event, Thread

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import Session, col
from standardwebhooks import Webhook

from app.audit.models import AuditEntry
from app.config import Settings
from app.database import Database
from app.jobs.models import Job
from app.outbound.client import Timing
from app.webhooks import lanes
from app.webhooks.actions import disable, enable, remove, rotate_secret, send_all_dead_again
from app.webhooks.delivering import AT_ONCE
from app.webhooks.models import WebhookDelivery, WebhookEndpoint
from app.webhooks.rules import GIVEN_UP_AFTER, MOST_TRIES
from app.webhooks.tidying import KEPT_FOR, tidy
from factories import NOW
from outbound.receivers import Behave, Receiver, closed_port, drip, receiving, say, silent
from webhooks.listening import DAY, MINUTE, at, courier, deliveries, endpoint, happen, told, verify, worker

LATER = NOW + 2 * MINUTE
NO = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"


def test_a_message_is_signed_as_the_standard_says_and_delivered_once(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving() as receiver:
        made = endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        with at(LATER):
            assert worker(database, courier(settings)).run_once() == 1
            body = verify(made.secret, receiver.received[0])
    assert body == {
        "type": "certification.suspended",
        "timestamp": "2026-11-23T09:01:00Z",
        "data": {"rep": "ana@example.com"},
    }
    assert receiver.received[0].headers["content-type"] == "application/json"
    assert deliveries(database) == [("delivered", 1, 200)]


def test_the_old_secret_signs_too_for_a_day(database: Database, session: Session, settings: Settings) -> None:
    with receiving() as receiver:
        made = endpoint(session, settings, receiver.url)
        new = rotate_secret(session, made.id, secret_key=settings.secret_key, actor="adam@example.com", moment=NOW)
        session.commit()
        for number, moment in enumerate((NOW + DAY - MINUTE, NOW + DAY)):
            happen(database, f"rep-{number}")
            with at(moment):
                worker(database, courier(settings)).run_once()
                verify(new, receiver.received[number])
    during, after = (each.headers["webhook-signature"].split() for each in receiver.received)
    assert (len(during), len(after)) == (2, 1)
    with at(NOW + DAY):
        Webhook(made.secret).verify(receiver.received[0].body, receiver.received[0].headers)


def test_what_is_refused_is_tried_again_with_the_same_id_until_it_is_given_up(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving(Receiver(answers=[NO] * 100)) as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        moments = [LATER]
        while moments[-1] < LATER + 10 * DAY:
            with at(moments[-1]):
                worker(database, courier(settings)).run_once()
            with database.read() as reading:
                due_at = reading.scalar(select(col(Job.due_at)))
            if due_at is None:
                break
            moments.append(due_at)
    assert deliveries(database) == [("dead", MOST_TRIES, 500)]
    assert len(receiver.received) == MOST_TRIES
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    assert len({each.headers["webhook-signature"] for each in receiver.received}) == MOST_TRIES
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps == sorted(gaps)
    assert timedelta(seconds=5) <= gaps[0] <= timedelta(seconds=6)


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        lambda _connection, _receiver: None,
        lambda connection, _: connection.sendall(b"220 smtp.example.com ESMTP\r\n"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 9000 + b"\r\n", 0),
        drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05),
        lambda connection, _: connection.sendall(b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1/\r\n\r\n"),
    ],
    ids=["silent", "closes", "no HTTP", "huge headers", "slow headers", "redirects"],
)
def test_a_receiver_that_lies_loses_nothing(
    database: Database, session: Session, settings: Settings, behave: Behave
) -> None:
    with receiving(behave=behave) as lying:
        endpoint(session, settings, lying.url)
        session.commit()
        happen(database, "ana")
        with at(LATER):
            worker(database, courier(settings)).run_once()
    assert [(state, tries) for state, tries, _status in deliveries(database)] == [("waiting", 1)]
    with receiving(Receiver(port=lying.port)) as honest, at(LATER + 10 * MINUTE):
        worker(database, courier(settings)).run_once()
    assert told(honest.received) == ["ana"]
    assert [each.headers["webhook-id"] for each in lying.received] == [honest.received[0].headers["webhook-id"]]
    assert deliveries(database) == [("delivered", 2, 200)]


@pytest.mark.parametrize(
    "behave",
    [
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n", 0),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b".", 0.05),
    ],
    ids=["endless", "slow"],
)
def test_a_receipt_counts_whatever_its_body_does(
    database: Database, session: Session, settings: Settings, behave: Behave
) -> None:
    with receiving(behave=behave) as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        with at(LATER):
            worker(database, courier(settings)).run_once()
    assert deliveries(database) == [("delivered", 1, 200)]


def test_a_later_event_of_a_subject_waits_for_the_earlier_and_others_do_not(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving(Receiver(answers=[NO])) as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        for name, subject in (("first", "one"), ("second", "one"), ("other", "two"), ("third", "one")):
            happen(database, name, subject=subject)
        with at(LATER):
            worker(database, courier(settings)).run_once()
        assert told(receiver.received) == ["first", "other"]
        with at(LATER + MINUTE):
            worker(database, courier(settings)).run_once()
    assert told(receiver.received) == ["first", "other", "first", "second", "third"]


def test_a_receiver_may_ask_for_time(database: Database, session: Session, settings: Settings) -> None:
    asks = b"HTTP/1.1 429 Slowly\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
    with receiving(Receiver(answers=[asks])) as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        for minutes, count in ((0, 1), (59, 1), (60, 2)):
            with at(LATER + minutes * MINUTE):
                worker(database, courier(settings)).run_once()
            assert len(receiver.received) == count


def test_gone_stops_the_endpoint_until_somebody_enables_it(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving(Receiver(answers=[GONE])) as receiver:
        made = endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        with at(LATER):
            worker(database, courier(settings)).run_once()
        happen(database, "ben", at=NOW + 3 * MINUTE)
        with at(LATER + DAY):
            worker(database, courier(settings)).run_once()
        assert told(receiver.received) == ["ana"]
        with database.write() as writing:
            assert enable(writing, made.id, actor="adam@example.com", moment=LATER + DAY)
            assert not enable(writing, made.id, actor="adam@example.com", moment=LATER + DAY)
        with at(LATER + DAY):
            worker(database, courier(settings)).run_once()
    assert told(receiver.received) == ["ana", "ana", "ben"]
    with database.read() as reading:
        entries = reading.execute(
            select(col(AuditEntry.actor), col(AuditEntry.action))
            .where(col(AuditEntry.subject) == "CRM")
            .order_by(col(AuditEntry.id))
        ).all()
    assert [tuple(each) for each in entries] == [
        ("adam@example.com", "webhook.created"),
        ("system", "webhook.disabled"),
        ("adam@example.com", "webhook.enabled"),
    ]


def test_an_endpoint_that_fails_for_five_days_is_disabled(
    database: Database, session: Session, settings: Settings
) -> None:
    endpoint(session, settings, f"http://127.0.0.1:{closed_port()}/")
    session.commit()
    happen(database, "ana")
    with at(LATER):
        worker(database, courier(settings)).run_once()
    happen(database, "ben", at=LATER + DAY)
    with at(LATER + GIVEN_UP_AFTER - MINUTE):
        worker(database, courier(settings)).run_once()
    assert _disabled(database) == ""
    happen(database, "cleo", at=LATER + 2 * DAY)
    with at(LATER + GIVEN_UP_AFTER):
        worker(database, courier(settings)).run_once()
    assert _disabled(database) == "Nothing was accepted for five days."


def _disabled(database: Database) -> str:
    with database.read() as session:
        return session.scalar(select(col(WebhookEndpoint.disabled_because))) or ""


def test_what_was_given_up_is_sent_again_in_order(database: Database, session: Session, settings: Settings) -> None:
    with receiving(Receiver(answers=[NO] * 2 * MOST_TRIES)) as receiver:
        made = endpoint(session, settings, receiver.url)
        session.commit()
        for name in ("first", "second"):
            happen(database, name, subject="one")
        for day in range(2 * MOST_TRIES):
            with at(LATER + 2 * day * DAY):
                with database.write() as writing:
                    enable(writing, made.id, actor="adam@example.com", moment=LATER + 2 * day * DAY)
                worker(database, courier(settings)).run_once()
        assert [state for state, _tries, _status in deliveries(database)] == ["dead", "dead"]
        receiver.answers.clear()
        receiver.received.clear()
        when = LATER + 4 * MOST_TRIES * DAY
        with database.write() as writing:
            assert send_all_dead_again(writing, made.id, actor="adam@example.com", moment=when) == 2
            assert send_all_dead_again(writing, made.id, actor="adam@example.com", moment=when) == 0
            enable(writing, made.id, actor="adam@example.com", moment=when)
        with at(when):
            worker(database, courier(settings)).run_once()
    assert told(receiver.received) == ["first", "second"]


def test_a_removed_endpoint_gets_nothing_and_its_secret_is_deleted(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving() as receiver:
        made = endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        with database.write() as writing:
            assert remove(writing, made.id, actor="adam@example.com", moment=LATER) == "CRM"
        happen(database, "ben")
        with at(LATER):
            worker(database, courier(settings)).run_once()
    assert receiver.received == []
    assert deliveries(database) == [("dead", 0, None)]
    with database.read() as reading:
        assert reading.scalar(select(col(WebhookEndpoint.sealed_secret))) == ""


def test_what_happens_while_an_endpoint_is_stopped_waits(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving() as receiver:
        made = endpoint(session, settings, receiver.url)
        disable(session, made.id, actor="adam@example.com", moment=NOW)
        session.commit()
        happen(database, "ana")
        with at(LATER):
            worker(database, courier(settings)).run_once()
        assert receiver.received == []
        with database.write() as writing:
            enable(writing, made.id, actor="adam@example.com", moment=LATER)
        with at(LATER):
            worker(database, courier(settings)).run_once()
    assert told(receiver.received) == ["ana"]


def test_a_secret_that_cannot_be_opened_any_more_is_said_and_nothing_goes_out_unsigned(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving() as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        other = settings.model_copy(update={"secret_key": "another secret of at least thirty-two characters"})
        with at(LATER):
            worker(database, courier(other)).run_once()
    assert receiver.received == []
    with database.read() as reading:
        assert (reading.scalar(select(col(WebhookDelivery.error))) or "").startswith("The secret cannot be read")


def test_a_slow_receiver_holds_up_nobody_else(database: Database, session: Session, settings: Settings) -> None:
    arrived, released = Event(), Event()

    def hold(_connection: socket, _receiver: Receiver) -> None:
        released.wait(20)

    def answer(connection: socket, receiver: Receiver) -> None:
        say(connection, receiver)
        arrived.set()

    with receiving(behave=hold) as slow, receiving(behave=answer) as quick:
        endpoint(session, settings, slow.url, name="slow")
        session.commit()
        for number in range(20):
            happen(database, f"slow-{number}")
        endpoint(session, settings, quick.url, name="quick", at=NOW + MINUTE)
        session.commit()
        happen(database, "quick", at=NOW + 2 * MINUTE)
        stop = Event()
        with time_machine.travel(LATER + MINUTE):
            running = lanes.start(
                database, settings, stop, courier=courier(settings, Timing(connect=2, read=3, post=3))
            )
            assert arrived.wait(20)
            in_time = len(slow.received) <= AT_ONCE
            stop.set()
            released.set()
            _join(running)
    assert in_time
    assert told(quick.received) == ["quick"]


def _join(threads: list[Thread]) -> None:
    for each in threads:
        each.join(30)
        assert not each.is_alive()


def test_two_workers_at_once_deliver_each_message_once_and_in_order(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving() as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        for number in range(24):
            happen(database, f"{number % 4}-{number:02}", subject=f"subject-{number % 4}")
        sending = courier(settings)
        with at(LATER):
            workers = [Thread(target=_until_done(database, worker(database, sending).run_once)) for _ in range(4)]
            for each in workers:
                each.start()
            _join(workers)
    names = told(receiver.received)
    assert len(names) == 24
    for subject in "0123":
        of_subject = [each for each in names if each.startswith(subject)]
        assert of_subject == sorted(of_subject)


def _until_done(database: Database, run_once: Callable[[], int]) -> Callable[[], None]:
    def work() -> None:
        while True:
            run_once()
            with database.read() as session:
                if session.scalar(select(col(Job.id)).limit(1)) is None:
                    return

    return work


def test_old_events_are_forgotten_and_a_lost_job_is_asked_for_again(
    database: Database, session: Session, settings: Settings
) -> None:
    with receiving() as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "old", at=NOW + MINUTE)
        when = NOW + MINUTE + KEPT_FOR
        happen(database, "young", at=when)
        with database.write() as writing:
            for job in writing.scalars(select(Job)):
                job.failed_at = when
        with database.write() as writing:
            tidy(writing, when + MINUTE)
        with at(when + MINUTE):
            worker(database, courier(settings)).run_once()
    assert told(receiver.received) == ["young"]
    assert deliveries(database) == [("delivered", 1, 200)]
    assert json.loads(receiver.received[0].body)["type"] == "certification.suspended"
