"""The job that tells people what is due: in batches, each stored and sent in a short transaction of its own."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.catalog.models import Product
from app.clock import local_day, now
from app.config import Settings
from app.database import Database
from app.jobs.worker import Prepared
from app.mails.actions import post
from app.notices.actions import keep
from app.notices.due import Recipient, due, everybody, recipients
from app.notices.letters import Told, letter
from app.notices.models import Notice, NoticeWish, Rhythm
from app.notices.rules import digest_due

JOB = "notices.tell"
BATCH = 200
"""People looked at together; a transaction that stores their notices is short."""


class Teller:
    """Tells people what is due, for one installation; the job's handler is `job`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def job(self) -> Prepared:
        """The handler of the job `notices.tell`. All its work is done before the transaction that ends the job."""
        return Prepared(self._work, self._done)

    def _work(self, database: Database, _payload: Mapping[str, Any]) -> None:
        self.tell(database, now())

    @staticmethod
    def _done(_session: Session, _payload: Mapping[str, Any], _nothing: None) -> None:
        """Store nothing: each batch has been."""

    def tell(self, database: Database, moment: datetime) -> None:
        """Store and send what is due as of a moment. Doing it again, or twice at once, tells nothing twice."""
        with database.read() as session:
            people = everybody(session)
        for start in range(0, len(people), BATCH):
            batch = people[start : start + BATCH]
            with database.read() as session:
                found = due(session, batch, moment)
            with database.write() as session:
                readers = recipients(session, batch, local_day(moment))
                keep(session, batch, {each.id for each in readers if each.away}, found, moment)
                self._send(session, readers, moment)

    def _send(self, session: Session, readers: Sequence[Recipient], moment: datetime) -> None:
        ids = [each.id for each in readers]
        untold = _untold(session, ids)
        # read after the notices are locked: whoever held them before us has stored what they sent
        wishes = {
            each.person_id: each
            for each in session.scalars(select(NoticeWish).where(col(NoticeWish.person_id).in_(ids)).with_for_update())
        }
        for reader in readers:
            told = untold.get(reader.id, [])
            wish = wishes.get(reader.id)
            with_digest = not reader.away and self._digest_due(wish, moment)
            chosen = [each for each in told if with_digest or each.urgent]
            if not chosen:
                continue
            self._write(session, reader, chosen, moment)
            if with_digest:
                if wish is None:
                    wish = NoticeWish(person_id=reader.id)
                    session.add(wish)
                wish.sent_for = local_day(moment)

    def _digest_due(self, wish: NoticeWish | None, moment: datetime) -> bool:
        local = moment.astimezone(self._settings.zone)
        rhythm, sent_for = (wish.rhythm, wish.sent_for) if wish else (Rhythm.DAILY, None)
        return digest_due(rhythm, sent_for, local, self._settings.notices_hour)

    def _write(self, session: Session, reader: Recipient, chosen: Sequence[Told], moment: datetime) -> None:
        written = letter(reader.name, reader.locale, chosen, self._settings.origin)
        mail = post(
            session,
            to=reader.email,
            subject=written.subject,
            text=written.text,
            kind="urgent" if all(each.urgent for each in chosen) else "digest",
            person_id=reader.id,
            moment=moment,
        )
        session.execute(update(Notice).where(col(Notice.id).in_([each.id for each in chosen])).values(mail_id=mail.id))


def _untold(session: Session, people: Collection[int]) -> Mapping[int, list[Told]]:
    """Return what these people were neither told by mail nor have seen, the urgent first; one statement."""
    found: defaultdict[int, list[Told]] = defaultdict(list)
    rows = session.execute(
        select(
            col(Notice.person_id),
            col(Notice.id),
            col(Notice.kind),
            col(Notice.params),
            col(Notice.url),
            col(Notice.urgent),
            col(Product.name),
        )
        .outerjoin(Product, col(Product.id) == col(Notice.product_id))
        .where(
            col(Notice.person_id).in_(people),
            col(Notice.mail_id).is_(None),
            col(Notice.seen_at).is_(None),
            col(Notice.ended_at).is_(None),
        )
        .order_by(col(Notice.person_id), col(Notice.urgent).desc(), col(Notice.id))
        .with_for_update(of=Notice)
    )
    for person_id, *told in rows:
        found[person_id].append(Told(*told))
    return found
