"""The job that sends one mail: outside a transaction, and again later where that may help."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlmodel import Session, col

from app.clock import now
from app.config import Settings
from app.database import Database
from app.jobs.actions import enqueue
from app.jobs.worker import Prepared
from app.mails.actions import JOB
from app.mails.models import Mail
from app.mails.server import TIMEOUT, Conversation, Outcome, Result
from app.mails.writing import AddressError, Letter, message
from app.web.i18n import N_

NO_SERVER = N_("Not sent: no mail server is set.")
NO_ADDRESS = N_("This is not an address that mail can be sent to.")

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""How long to wait after each try that did not work; after the last of them the mail is set aside."""
PAUSE = timedelta(minutes=1)
"""How long a server that could not be reached is left alone, so that one that hangs does not hold up other work."""


class Postman:
    """Sends mails for one installation; the job's handler is `job`."""

    def __init__(self, settings: Settings, *, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT) -> None:
        self._sender = settings.sender
        self._wishes = f"{settings.origin}/notices/wish"
        self._conversation: Conversation | None = None
        if settings.mail_server is not None:
            self._conversation = Conversation(
                settings.mail_server,
                host=urlsplit(settings.origin).hostname or "localhost",
                context=context or ssl.create_default_context(),
                timeout=timeout,
            )
        self._down = Outcome(Result.DOWN)
        self._down_until = datetime.min.replace(tzinfo=UTC)

    @property
    def job(self) -> Prepared:
        """The handler of the job `mails.send`. One mail after another goes over one connection."""
        return Prepared(self._send, self._store, self._rest)

    def _rest(self) -> None:
        if self._conversation is not None:
            self._conversation.end()

    def _send(self, database: Database, payload: Mapping[str, Any]) -> Outcome | None:
        with database.read() as session:
            letter = _waiting(session, payload["mail"])
        if letter is None:
            return None
        if self._conversation is None:
            return Outcome(Result.REFUSED, NO_SERVER)
        if now() < self._down_until:
            return self._down
        try:
            written = message(letter, sender=self._sender, wishes=self._wishes)
        except AddressError:
            return Outcome(Result.REFUSED, NO_ADDRESS)
        outcome = self._conversation.deliver(written)
        if outcome.result is Result.DOWN:
            self._down, self._down_until = outcome, now() + PAUSE
        return outcome

    @staticmethod
    def _store(session: Session, payload: Mapping[str, Any], outcome: Outcome | None) -> None:
        mail = session.get(Mail, payload["mail"], with_for_update=True)
        if outcome is None or mail is None:
            return
        moment = now()
        mail.error = outcome.error
        tries = payload.get("tries", 0)
        if outcome.result is Result.SENT:
            mail.sent_at = moment
        elif outcome.result is Result.REFUSED or tries >= len(WAITS):
            mail.failed_at = moment
        else:
            again = {"mail": payload["mail"], "tries": tries + 1}
            enqueue(session, JOB, again, moment=moment, due_at=moment + WAITS[tries])
        session.flush()


def _waiting(session: Session, mail_id: int) -> Letter | None:
    row = session.execute(
        select(
            col(Mail.message_id),
            col(Mail.to_address),
            col(Mail.subject),
            col(Mail.text),
            col(Mail.calendar),
            col(Mail.calendar_method),
            col(Mail.created_at),
        ).where(col(Mail.id) == mail_id, col(Mail.sent_at).is_(None), col(Mail.failed_at).is_(None))
    ).first()
    return Letter(*row) if row else None
