"""Taking over what the CRM says, whoever is in the way there: the deal is at risk here then, and people are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.deals.actions import Facts
from app.deals.facts import DealFacts, deals
from app.deals.models import Deal
from app.deals.proposals import Proposal, TeamPart, Wanted, proposals
from app.deals.reconciling.rules import CrmDeal, lacking, proposed
from app.deals.replacing import put_all
from app.web.i18n import gettext as _

Problems = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Recorded:
    """Which deals are stored as the CRM has them, by reference, and what kept others from being so."""

    done: set[str] = field(default_factory=set)
    problems: dict[str, Problems] = field(default_factory=dict)


def record(session: Session, crm: Sequence[CrmDeal], *, by: str, moment: datetime) -> Recorded:
    """Store deals as the CRM has them, each for another reference; what was not given stays as it is."""
    found = Recorded()
    chosen = col(Deal.reference).in_([each.id for each in crm])
    # what a row leaves out is kept, so nobody may change it between reading and storing
    session.scalars(select(Deal).where(chosen).order_by(col(Deal.reference)).with_for_update()).all()
    here = {each.reference: each for each in deals(session, chosen, None)}
    storable = []
    for each in crm:
        missing = lacking(each) if each.id not in here else ()
        if missing:
            sentence = _("A deal that is not here yet needs this.")
            found.problems[each.id] = tuple((f"/{name}", sentence) for name in missing)
        else:
            storable.append(each)
    _store(session, _read(session, storable, here, moment), found, by, moment)
    return found


def _read(session: Session, crm: Sequence[CrmDeal], here: Mapping[str, DealFacts], moment: datetime) -> list[Proposal]:
    wanted = [_wanted(proposed(each, here.get(each.id), {}, {})) for each in crm]
    return proposals(session, wanted, moment, enforce=False)


def _store(session: Session, read: Sequence[Proposal], found: Recorded, by: str, moment: datetime) -> None:
    for each in read:
        if each.problems:
            found.problems[each.deal.reference] = tuple(
                (problem["pointer"], problem["detail"]) for problem in each.problems
            )
    sound = [each for each in read if not each.problems]
    put_all(session, sound, by=by, moment=moment, enforce=False)
    found.done.update(each.deal.reference for each in sound if each.changes)


def _wanted(deal: DealFacts) -> Wanted:
    return Wanted(
        reference=deal.reference,
        facts=Facts(**{name: getattr(deal, name) for name in Facts.__slots__}),
        products=deal.slugs,
        # CRMs know nothing of supervisors, so who has one keeps them
        team=[TeamPart(each.email, each.role, supervisor=None) for each in deal.members],
    )
