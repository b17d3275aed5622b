"""What every change of a deal goes through: its turn, its step, its record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.deals.decisions import keep
from app.deals.facts import DealFacts, Member, deals
from app.deals.gate import DealState
from app.deals.models import Deal
from app.deals.queries import Answer
from app.errors import ConflictError, InvalidError
from app.people.models import Person
from app.web.i18n import gettext as _


class StaleDealError(ConflictError):
    """Somebody else saved the deal after the page was made."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: the deal as it stands now, who stopped the change, who is only warned about.

    `state` is how the whole deal stands at the gate, as it was proposed, where the action was about all of it.
    """

    deal: DealFacts | None
    refused: tuple[Answer, ...] = ()
    warned: tuple[Answer, ...] = ()
    state: DealState | None = None

    @property
    def done(self) -> bool:
        """Whether the change was stored."""
        return not self.refused


def locked(session: Session, deal: DealFacts) -> tuple[Deal, DealFacts]:
    """Wait for whoever is changing the deal, then read it as it is stored now."""
    row = session.get_one(Deal, deal.id, with_for_update=True, populate_existing=True)
    return row, stored_deal(session, deal.id)


def stored_deal(session: Session, deal_id: int) -> DealFacts:
    """Return a deal as it is stored now."""
    (found,) = deals(session, col(Deal.id) == deal_id, None)
    return found


def check_step(deal: DealFacts, step: int) -> None:
    """Refuse what a page sent that was made before the newest save. Raises StaleDealError."""
    if deal.step != step:
        raise StaleDealError(
            _("Somebody saved this deal after you opened it. Nothing of yours was stored; below is what is stored now.")
        )


def saved(session: Session, row: Deal) -> None:
    """Count a save."""
    row.step += 1
    session.flush()


def active_member(session: Session, email: str, role: str, *, field: str = "person") -> Member:
    """Find somebody who may become a member. Raises InvalidError for an address without an active account."""
    row = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name)).where(
            col(Person.email) == email.strip().lower(), col(Person.deactivated_at).is_(None)
        )
    ).first()
    if row is None:
        detail = _("Nobody with this address has an active account.")
        raise InvalidError(_("Nothing was stored."), [{"pointer": f"/{field}", "detail": detail}])
    return Member(row.id, row.email, row.name, role)


def finish(
    session: Session,
    deal_id: int,
    action: str,
    answer: Answer | None,
    *,
    by: str,
    moment: datetime,
    details: dict[str, Any] | None = None,
    person: Member | None = None,
) -> Outcome:
    """Record a change that was stored, and return the deal as it is now."""
    session.flush()
    deal = stored_deal(session, deal_id)
    keep(session, deal, action, answer, by=by, moment=moment, details=details, person=person)
    warned = (answer,) if answer is not None and not answer.allowed else ()
    return Outcome(deal, warned=warned)
