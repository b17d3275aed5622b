"""Forgetting the words of texts that were kept long enough, and later the findings that nothing rests on."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.audit.actions import record
from app.conduct.models import Disposition, Finding, SentText, Violation

JOB: Final = "conduct.forget_texts"
AT_ONCE: Final = 200
"""Texts that one run forgets."""
FINDINGS_JOB: Final = "conduct.forget_findings"
FINDINGS_AT_ONCE: Final = 1_000


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


_DUPLICATE = aliased(Finding)


def forget_findings(session: Session, moment: datetime, days: int, needed: Select[Any]) -> bool:
    """Forget findings made and decided more than `days` days ago in texts whose words are forgotten; 0 days: none.

    Those stay that wait for a decision or were confirmed, that another one is a duplicate of, and those with an id
    in `needed`. Says whether more may be left.
    """
    if not days:
        return False
    before = moment - timedelta(days=days)
    is_open = and_(col(Finding.disposition) == Disposition.OPEN, col(Finding.gone_at).is_(None))
    ids = session.scalars(
        select(col(Finding.id))
        .join(SentText, col(SentText.id) == col(Finding.sent_text_id))
        .where(
            col(SentText.forgotten_at).is_not(None),
            col(Finding.found_at) < before,
            or_(col(Finding.decided_at).is_(None), col(Finding.decided_at) < before),
            ~and_(is_open, col(Finding.state) != "shadow"),
            col(Finding.disposition) != Disposition.CONFIRMED,
            ~exists().where(col(Violation.finding_id) == col(Finding.id)),
            ~exists().where(col(_DUPLICATE.duplicate_of) == col(Finding.id)),
            col(Finding.id).not_in(needed),
        )
        .order_by(col(Finding.id))
        .limit(FINDINGS_AT_ONCE)
        .with_for_update(of=Finding, skip_locked=True)
    ).all()
    if not ids:
        return False
    session.execute(delete(Finding).where(col(Finding.id).in_(ids)), execution_options={"synchronize_session": False})
    record(
        session,
        at=moment,
        actor="system",
        action="findings.forgotten",
        subject=("findings", "sent"),
        details={"findings": len(ids)},
    )
    return len(ids) == FINDINGS_AT_ONCE
