"""Every write of mails: posting one, saying how sending it went, forgetting its words."""

from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import update
from sqlmodel import Session, col

from app.database import stored_id
from app.jobs.actions import enqueue
from app.mails.models import Mail

JOB = "mails.send"
FORGET_JOB = "mails.forget"
KEPT_FOR = timedelta(days=30)
"""How long the words of a mail are kept; that it was sent, when and to whom stays."""
LONGEST_SUBJECT = 300
CALENDAR_METHODS = frozenset({"", "PUBLISH", "REQUEST", "CANCEL"})
"""What may be asked of the reader of a calendar entry (RFC 5546, section 1.4); nothing where none goes along."""


def post(  # noqa: PLR0913 (the parts of a mail, each by its name)
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    kind: str,
    person_id: int | None = None,
    calendar: str = "",
    calendar_method: str = "",
    moment: datetime,
) -> Mail:
    """Store a mail to one address and ask for it to be sent, both with the caller's transaction.

    `kind` names what it is about, such as `digest`. `calendar` is a whole iCalendar text, which goes along as an
    invitation with its `calendar_method`, the same as in its METHOD. ValueError: another method than the known ones,
    or one without the other.
    """
    if calendar_method not in CALENDAR_METHODS or bool(calendar) != bool(calendar_method):
        raise ValueError(f"a calendar needs one of PUBLISH, REQUEST, CANCEL; here it is {calendar_method!r}")
    mail = Mail(
        message_id=token_hex(16),
        kind=kind,
        person_id=person_id,
        to_address=to,
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        text=text,
        calendar=calendar,
        calendar_method=calendar_method,
        created_at=moment,
    )
    session.add(mail)
    session.flush()
    enqueue(session, JOB, {"mail": stored_id(mail)}, moment=moment, due_at=moment)
    return mail


def try_again(session: Session, mail_id: int, moment: datetime) -> bool:
    """Ask once more for a mail that was set aside. False: there is none, or its words are forgotten."""
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.failed_at is None or not mail.text:
        return False
    mail.failed_at = None
    mail.error = ""
    enqueue(session, JOB, {"mail": mail_id}, moment=moment, due_at=moment)
    return True


def forget_old(session: Session, moment: datetime) -> int:
    """Forget the words of mails older than `KEPT_FOR`, whatever became of them, and return of how many."""
    forgotten = session.execute(
        update(Mail)
        .where(col(Mail.created_at) < moment - KEPT_FOR, col(Mail.text) != "")
        .values(subject="", text="", calendar="", calendar_method="")
    )
    return int(forgotten.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result counts rows
