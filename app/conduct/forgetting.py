"""Forgetting the words of texts that were kept long enough. Who decided what about a finding stays."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.audit.actions import record
from app.conduct.models import Finding, SentText

JOB: Final = "conduct.forget_texts"
AT_ONCE: Final = 200
"""Texts that one run forgets."""


def forget_old(session: Session, moment: datetime) -> bool:
    """Empty what people wrote and what findings quote of it; say whether more is left than one run forgets."""
    ids = session.scalars(
        select(col(SentText.id))
        .where(col(SentText.keep_until) <= moment, col(SentText.forgotten_at).is_(None))
        .order_by(col(SentText.id))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return False
    session.execute(
        update(SentText)
        .where(col(SentText.id).in_(ids))
        .values(text="", title="", note="", places=[], forgotten_at=moment)
    )
    session.execute(update(Finding).where(col(Finding.sent_text_id).in_(ids)).values(matched=""))
    record(
        session,
        at=moment,
        actor="system",
        action="texts.forgotten",
        subject=("texts", "sent"),
        details={"texts": len(ids)},
    )
    return len(ids) == AT_ONCE
