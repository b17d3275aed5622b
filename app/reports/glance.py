"""What there is to show of somebody at all: one statement, which saves those that would find nothing."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlmodel import Session, col

from app.catalog.models import ContentVersion, Verdict
from app.certification.live.models import LiveSession, Registration
from app.certification.models import CertificationEvent, SignOff
from app.certification.signoffs.models import SignOffRequest
from app.clock import end_of_day, local_day
from app.conduct.models import Violation
from app.database import rows
from app.deals.models import DealMember
from app.quizzes.models import Attempt, SpacedCard
from app.reports.news import TOLD_FOR


class Glance(NamedTuple):
    """What is stored about one person that a page may have to tell; what is not there needs no reading.

    `attempts` wait to be marked, `cards` are questions that are due today and `memories` any that come back, `notices`
    are changes of content that those who are certified are told about.
    """

    sessions: bool
    attempts: bool
    requests: bool
    demonstrations: bool
    deals: bool
    decisions: bool
    violations: bool
    cards: bool
    memories: bool
    notices: bool

    @property
    def waits(self) -> bool:
        """Whether the person may have something to wait for; see `awaiting`."""
        return self.sessions or self.attempts or self.requests


_WHO: BindParameter[int] = bindparam("person_id")
_NOW: BindParameter[datetime] = bindparam("moment")


def _there(*conditions: ColumnElement[bool]) -> Any:
    return select(1).where(*conditions).exists()


_REGISTERED = select(col(Registration.live_session_id)).where(
    col(Registration.person_id) == _WHO, col(Registration.cancelled_at).is_(None)
)
_GLANCE = select(
    _there(
        or_(col(LiveSession.host_id) == _WHO, col(LiveSession.id).in_(_REGISTERED)),
        col(LiveSession.ends_at) >= _NOW,
        col(LiveSession.cancelled_at).is_(None),
    ),
    _there(
        col(Attempt.person_id) == _WHO,
        col(Attempt.finished_at).is_not(None),
        or_(col(Attempt.marked_at).is_(None), col(Attempt.marked_at) > _NOW),
    ),
    _there(
        col(SignOffRequest.person_id) == _WHO,
        or_(col(SignOffRequest.closed_at).is_(None), col(SignOffRequest.closed_at) > _NOW),
    ),
    _there(col(SignOff.person_id) == _WHO),
    _there(col(DealMember.person_id) == _WHO),
    _there(col(CertificationEvent.person_id) == _WHO),
    _there(col(Violation.person_id) == _WHO),
    _there(col(SpacedCard.person_id) == _WHO, col(SpacedCard.due_at) <= bindparam("tonight")),
    _there(col(SpacedCard.person_id) == _WHO),
    _there(col(ContentVersion.verdict) == Verdict.NOTIFY, col(ContentVersion.published_at) > bindparam("told_since")),
)


def glance(session: Session, person_id: int, moment: datetime) -> Glance:
    """Say what there is to read about a person; one statement."""
    found = rows(
        session,
        _GLANCE,
        person_id=person_id,
        moment=moment,
        tonight=end_of_day(local_day(moment)),
        told_since=moment - TOLD_FOR,
    )
    return Glance(*map(bool, found[0]))
