"""Mails go to a real server over a real connection: taken, refused, put off, or met with silence."""

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import Session, col

from app.config import Settings
from app.database import Database
from app.jobs.models import Job
from app.jobs.worker import Worker
from app.mails.actions import JOB, KEPT_FOR, forget_old, post, try_again
from app.mails.models import Mail
from app.mails.sending import NO_ADDRESS, NO_SERVER, WAITS, Postman
from app.mails.server import CLOSED, TIMED_OUT, UNABLE, UNREACHABLE, UNTRUSTED
from factories import NOW
from mails.servers import Inbox, certificate, closed_port, mail_server, only, raw_server


def posted(database: Database, to: str = "ana@example.com", subject: str = "Two things to do") -> int:
    with database.write() as session:
        mail = post(session, to=to, subject=subject, text="Renew Keeper.", kind="digest", moment=NOW)
        assert mail.id is not None
        return mail.id


def worker(database: Database, url: str, context: ssl.SSLContext | None = None, timeout: float = 10) -> Worker:
    settings = Settings(_env_file=None, smtp_url=url, base_url="https://sales.example.com")
    return Worker(database, {JOB: Postman(settings, context=context, timeout=timeout).job})


def stored(database: Database, mail_id: int) -> tuple[bool, bool, str]:
    """Whether a mail was sent, whether it was set aside, and what was said of it."""
    with database.read() as session:
        mail = session.get_one(Mail, mail_id)
        return mail.sent_at is not None, mail.failed_at is not None, mail.error


def due(database: Database) -> list[timedelta]:
    """In how long each waiting job is due, from `NOW`."""
    with database.read() as session:
        return [moment - NOW for moment in session.scalars(select(col(Job.due_at)))]


@time_machine.travel(NOW, tick=False)
def test_a_mail_is_sent_once_with_what_programs_need_to_know(database: Database) -> None:
    mail_id = posted(database)
    with mail_server(Inbox()) as inbox:
        working = worker(database, f"smtp://127.0.0.1:{inbox.port}")
        working.run_once()
        working.run_once()
    (message,) = inbox.messages
    with database.read() as session:
        message_id = session.get_one(Mail, mail_id).message_id
    headers = {name: message[name] for name in message.keys() if not name.startswith(("X-", "Content", "MIME"))}  # noqa: SIM118 (a message is no mapping)
    assert headers == {
        "From": "Dealworthy <dealworthy@sales.example.com>",
        "To": "ana@example.com",
        "Subject": "Two things to do",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        "Message-ID": f"<{message_id}@sales.example.com>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://sales.example.com/notices/wish>",
    }
    assert (message.get_content().strip(), inbox.recipients) == ("Renew Keeper.", ["ana@example.com"])
    assert (stored(database, mail_id), due(database)) == ((True, False, ""), [])


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("at_recipient", "answer", "set_aside"),
    [
        (False, "451 4.3.0 Try again later", False),
        (False, "554 5.7.1 我们不收这样的邮件", True),
        (True, "450 4.2.1 Mailbox busy", False),
        (True, "550 5.1.1 No such user here", True),
    ],
)
def test_what_a_server_says_is_kept_and_decides_whether_to_try_again(
    database: Database, at_recipient: bool, answer: str, set_aside: bool
) -> None:
    mail_id = posted(database)
    inbox = Inbox(recipient_answer=answer) if at_recipient else Inbox(answers=[answer])
    with mail_server(inbox):
        worker(database, f"smtp://127.0.0.1:{inbox.port}").run_once()
    assert (stored(database, mail_id), inbox.messages) == ((False, set_aside, answer), [])
    assert due(database) == ([] if set_aside else [WAITS[0]])


def test_what_was_put_off_is_sent_later_under_the_same_name(database: Database) -> None:
    mail_id = posted(database)
    with mail_server(Inbox(answers=["451 Later", "452 Later still"])) as inbox:
        working = worker(database, f"smtp://127.0.0.1:{inbox.port}")
        for minutes in (0, 1, 2, 6):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                working.run_once()
    assert (len(inbox.messages), stored(database, mail_id)) == (1, (True, False, ""))


def test_what_never_works_is_set_aside_and_can_be_asked_for_again(database: Database) -> None:
    mail_id = posted(database)
    with mail_server(Inbox(answers=["451 Later"] * (len(WAITS) + 1))) as inbox:
        working = worker(database, f"smtp://127.0.0.1:{inbox.port}")
        moment = NOW
        for wait in (timedelta(), *WAITS):
            moment += wait
            with time_machine.travel(moment, tick=False):
                working.run_once()
        assert (stored(database, mail_id), due(database)) == ((False, True, "451 Later"), [])
        with database.write() as session:
            assert try_again(session, mail_id, moment)
            assert not try_again(session, mail_id, moment)
        with time_machine.travel(moment, tick=False):
            working.run_once()
    assert (len(inbox.messages), stored(database, mail_id)) == (1, (True, False, ""))


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("lines", "close", "sentence"),
    [
        pytest.param((), False, TIMED_OUT, id="no greeting"),
        pytest.param((), True, CLOSED, id="closed at once"),
        pytest.param((b"554 5.3.2 Closed for today\r\n",), True, "554 5.3.2 Closed for today", id="not today"),
        pytest.param((b"220 hello\r\n", b"250 hello\r\n"), False, TIMED_OUT, id="silent after the greeting"),
        pytest.param((b"HTTP/1.1 400 Bad Request\r\n\r\n",), True, CLOSED, id="not a mail server"),
    ],
)
def test_a_server_that_does_not_speak_holds_up_nothing_else(
    database: Database, lines: tuple[bytes, ...], close: bool, sentence: str
) -> None:
    first, second = posted(database), posted(database)
    with raw_server(*lines, close=close) as port:
        # it answers one connection only: asked for the second mail too, it would be another sentence
        worker(database, f"smtp://127.0.0.1:{port}", timeout=0.3).run_once()
    assert [stored(database, mail_id) for mail_id in (first, second)] == [(False, False, sentence)] * 2
    assert due(database) == [WAITS[0]] * 2


@time_machine.travel(NOW, tick=False)
def test_a_server_that_is_not_there_is_tried_again(database: Database) -> None:
    mail_id = posted(database)
    worker(database, f"smtp://127.0.0.1:{closed_port()}").run_once()
    assert (stored(database, mail_id), due(database)) == ((False, False, UNREACHABLE), [WAITS[0]])


@time_machine.travel(NOW, tick=False)
def test_without_a_mail_server_mails_are_kept_and_not_tried_again(database: Database) -> None:
    mail_id = posted(database)
    assert worker(database, "").run_once() == 1
    assert (stored(database, mail_id), due(database)) == ((False, True, NO_SERVER), [])


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    "to", ["", "nobody", "ana@example.com\r\nBcc: eve@example.com", "ana@example.com, eve@example.com"]
)
def test_what_is_no_address_gets_nothing(database: Database, to: str) -> None:
    mail_id = posted(database, to=to)
    with mail_server(Inbox()) as inbox:
        worker(database, f"smtp://127.0.0.1:{inbox.port}").run_once()
    assert (stored(database, mail_id), inbox.raw) == ((False, True, NO_ADDRESS), [])


def test_a_worker_that_is_killed_after_sending_sends_the_same_mail_again(database: Database) -> None:
    posted(database)
    with mail_server(Inbox()) as inbox:
        settings = Settings(_env_file=None, smtp_url=f"smtp://127.0.0.1:{inbox.port}")
        job = Postman(settings).job

        class Killed(BaseException):
            """As SIGKILL: nothing of the worker runs any more."""

        def killed(*_: Any) -> None:
            raise Killed

        with time_machine.travel(NOW, tick=False), pytest.raises(Killed):
            Worker(database, {JOB: type(job)(job.prepare, killed)}).run_once()
        with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
            assert Worker(database, {JOB: job}).run_once() == 0
        with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
            assert Worker(database, {JOB: job}).run_once() == 1
    first, second = inbox.raw
    assert first == second


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("url", "trusted", "sent", "error"),
    [
        ("smtp+starttls://ana:p%40ss@127.0.0.1:{port}", True, True, ""),
        ("smtp+starttls://ana:wrong@127.0.0.1:{port}", True, False, "535 5.7.8 Authentication credentials invalid"),
        ("smtp+starttls://ana:p%40ss@127.0.0.1:{port}", False, False, UNTRUSTED),
        ("smtp://ana:p%40ss@127.0.0.1:{port}", True, False, UNABLE),
        ("smtp://127.0.0.1:{port}", True, False, "530 Must issue a STARTTLS command first"),
    ],
)
def test_a_server_that_asks_for_encryption_and_a_password_gets_both(
    database: Database, tmp_path: Path, url: str, trusted: bool, sent: bool, error: str
) -> None:
    mail_id = posted(database)
    own = certificate(tmp_path)
    options = {
        "tls_context": own.for_server(),
        "require_starttls": True,
        "auth_required": True,
        "authenticator": only(b"ana", b"p@ss"),
    }
    with mail_server(Inbox(), **options) as inbox:
        context = own.for_client() if trusted else ssl.create_default_context()
        worker(database, url.format(port=inbox.port), context).run_once()
    assert (inbox.encrypted, stored(database, mail_id)) == ([True] if sent else [], (sent, False, error))


@time_machine.travel(NOW, tick=False)
def test_a_connection_can_be_encrypted_from_its_first_byte(database: Database, tmp_path: Path) -> None:
    mail_id = posted(database)
    own = certificate(tmp_path)
    with mail_server(Inbox(), ssl_context=own.for_server()) as inbox:
        worker(database, f"smtps://127.0.0.1:{inbox.port}", own.for_client()).run_once()
    assert (len(inbox.messages), stored(database, mail_id)) == (1, (True, False, ""))


def test_words_are_forgotten_and_the_fact_stays(session: Session) -> None:
    mails = [
        post(session, to="ana@example.com", subject="Hello", text="Words", kind="digest", moment=NOW - age)
        for age in (KEPT_FOR + timedelta(seconds=1), KEPT_FOR)
    ]
    assert (forget_old(session, NOW), forget_old(session, NOW)) == (1, 0)
    session.expire_all()
    assert [(each.to_address, each.subject, each.text) for each in mails] == [
        ("ana@example.com", "", ""),
        ("ana@example.com", "Hello", "Words"),
    ]
