"""Who sent a text: a number in place of the name, until a reviewer opens it with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, func, select
from sqlmodel import Session, col

from app.conduct.models import NameOpening, SentText


@dataclass(frozen=True, slots=True)
class Opening:
    """A reviewer's opening of a name."""

    reason: str
    at: datetime


def numbers() -> Subquery:
    """Number everybody who sent a text, by their first one: (person_id, number). It tells nothing about who it is."""
    first = func.min(col(SentText.id))
    return (
        select(col(SentText.person_id).label("person_id"), func.row_number().over(order_by=first).label("number"))
        .group_by(col(SentText.person_id))
        .subquery("sender")
    )


def opening(session: Session, sent_text_id: int, reviewer_id: int) -> Opening | None:
    """Return a reviewer's opening of the name behind a text."""
    row = session.execute(
        select(col(NameOpening.reason), col(NameOpening.at)).where(
            col(NameOpening.sent_text_id) == sent_text_id, col(NameOpening.person_id) == reviewer_id
        )
    ).first()
    return Opening(*row) if row else None
