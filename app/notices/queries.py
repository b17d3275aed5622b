"""Every read of notices and mails for pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import Text
from app.mails.models import Mail
from app.notices.models import Notice, NoticeWish, Rhythm

EARLIER = 50
"""How many notices that were seen or have ended a page shows."""
LISTED_MAILS = 100


@dataclass(frozen=True, slots=True)
class ListedNotice:
    """A notice of somebody's, with whether it still asks to be looked at."""

    id: int
    kind: str
    params: Mapping[str, Any]
    url: str
    urgent: bool
    created_at: datetime
    seen_at: datetime | None
    ended_at: datetime | None
    product: Text | None

    @property
    def new(self) -> bool:
        """Whether its person has not looked at it and it still holds."""
        return self.seen_at is None and self.ended_at is None


def notices(session: Session, person_id: int) -> list[ListedNotice]:
    """Return a person's notices: all new ones, the urgent first, then the newest of the others; two statements."""
    found = (
        select(
            col(Notice.id),
            col(Notice.kind),
            col(Notice.params),
            col(Notice.url),
            col(Notice.urgent),
            col(Notice.created_at),
            col(Notice.seen_at),
            col(Notice.ended_at),
            col(Product.name),
        )
        .outerjoin(Product, col(Product.id) == col(Notice.product_id))
        .where(col(Notice.person_id) == person_id)
    )
    is_new = col(Notice.seen_at).is_(None) & col(Notice.ended_at).is_(None)
    newest = (col(Notice.created_at).desc(), col(Notice.id).desc())
    new = session.execute(found.where(is_new).order_by(col(Notice.urgent).desc(), *newest))
    earlier = session.execute(found.where(~is_new).order_by(*newest).limit(EARLIER))
    return [ListedNotice(*row) for row in (*new, *earlier)]


def rhythm_of(session: Session, person_id: int) -> Rhythm:
    """Return how often a person wants to be written to."""
    chosen = session.scalar(select(col(NoticeWish.rhythm)).where(col(NoticeWish.person_id) == person_id))
    return chosen or Rhythm.DAILY


@dataclass(frozen=True, slots=True)
class ListedMail:
    """A mail without its words, which are its reader's."""

    id: int
    kind: str
    to_address: str
    created_at: datetime
    failed_at: datetime | None
    error: str
    has_words: bool


@dataclass(frozen=True, slots=True)
class Mails:
    """What was not sent: how many wait and were set aside, the newest of them, and how many were sent."""

    waiting: int
    set_aside: int
    sent: int
    listed: list[ListedMail]


def mails(session: Session) -> Mails:
    """Return what the page of mails shows; two statements."""
    counted = session.execute(
        select(
            func.count().filter(col(Mail.sent_at).is_(None), col(Mail.failed_at).is_(None)),
            func.count().filter(col(Mail.failed_at).is_not(None)),
            func.count().filter(col(Mail.sent_at).is_not(None)),
        ).select_from(Mail)
    ).one()
    rows = session.execute(
        select(
            col(Mail.id),
            col(Mail.kind),
            col(Mail.to_address),
            col(Mail.created_at),
            col(Mail.failed_at),
            col(Mail.error),
            (col(Mail.text) != "").label("has_words"),
        )
        .where(col(Mail.sent_at).is_(None))
        .order_by(col(Mail.created_at).desc(), col(Mail.id).desc())
        .limit(LISTED_MAILS)
    )
    return Mails(counted[0], counted[1], counted[2], [ListedMail(*row) for row in rows])
