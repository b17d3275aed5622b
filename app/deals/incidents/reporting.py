"""Reading what somebody reports as an incident: whose deal it may be, whom it may concern, which red line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.clock import local_day
from app.conduct.models import Disposition, Finding, NameOpening, SentText
from app.deals import lists
from app.deals.facts import DealFacts
from app.deals.incidents import queries
from app.deals.incidents.actions import Report
from app.deals.incidents.forms import ReportForm
from app.deals.incidents.models import Incident, Origin
from app.errors import NotFoundError
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from app.redlines.queries import card_of
from app.web.forms import Bound
from app.web.i18n import gettext as _

_KNOWS_ALL = (Role.COMPLIANCE, Role.TRAINER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class OfFinding:
    """A confirmed finding from which an incident is opened, with whose text it stands in."""

    id: int
    red_line: str
    slug: str
    person_id: int
    person: str
    sent_on: date
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the form was opened from: a deal, a finding, or neither."""

    deal: DealFacts | None = None
    finding: OfFinding | None = None


def source(session: Session, viewer: CurrentPerson, reference: str, finding_id: int | None, moment: datetime) -> Source:
    """Return where an incident comes from. Raises NotFoundError for what the viewer may not see."""
    deal = lists.opened(session, viewer, reference, moment).deal if reference else None
    return Source(deal, _finding(session, viewer, finding_id) if finding_id is not None else None)


def _finding(session: Session, viewer: CurrentPerson, finding_id: int) -> OfFinding:
    """Find a confirmed finding whose name the viewer has opened: an incident from it tells whose it is."""
    row = session.execute(
        select(
            col(Finding.id),
            col(Finding.red_line),
            col(Product.slug),
            col(SentText.products),
            col(SentText.person_id),
            col(Person.name),
            col(SentText.sent_at),
            col(Incident.id),
        )
        .join(SentText, col(SentText.id) == col(Finding.sent_text_id))
        .join(Person, col(Person.id) == col(SentText.person_id))
        .join(NameOpening, col(NameOpening.sent_text_id) == col(SentText.id))
        .outerjoin(Product, col(Product.id) == col(Finding.product_id))
        .outerjoin(Incident, col(Incident.finding_id) == col(Finding.id))
        .where(
            col(Finding.id) == finding_id,
            col(Finding.disposition) == Disposition.CONFIRMED,
            col(NameOpening.person_id) == viewer.id,
            col(SentText.person_id) != viewer.id,
        )
    ).first()
    if row is None or not viewer.has(Role.COMPLIANCE):
        raise NotFoundError(_("There is no such finding that is confirmed and whose name is open to you."))
    slug = row[2] or next(iter(row[3]), "")
    return OfFinding(row[0], row[1], slug, row[4], row[5], local_day(row[6]), row[7])


def red_line_choices(session: Session, slug: str, day: date) -> list[tuple[str, str]]:
    """Return (id, title) of the red lines of a product as of a day, by title."""
    found = [(name, card_of(rule).title) for name, rule in queries.red_lines_on(session, slug, day).items()]
    return sorted(found, key=lambda each: each[1])


def report_of(
    session: Session, viewer: CurrentPerson, form: Bound[ReportForm], come_from: Source, today: date
) -> Report | None:
    """Read what was sent; None where something has to be mended, which `form` says."""
    data = form.data
    if data is None:
        return None
    finding = come_from.finding
    sold = session.execute(select(col(Product.id), col(Product.slug)).where(col(Product.slug) == data.product)).first()
    if sold is None or (come_from.deal is not None and data.product not in come_from.deal.slugs):
        form.wrong("product", _("Choose one of the list."))
        return None
    if data.happened_on > today:
        form.wrong("happened_on", _("This day lies ahead. Choose today or an earlier day."))
        return None
    red_line = finding.red_line if finding else data.red_line
    if red_line and not finding and red_line not in queries.red_lines_on(session, data.product, data.happened_on):
        form.wrong("red_line", _("Choose a red line that was in force on that day."))
        return None
    person_id = finding.person_id if finding else None
    if finding is None and data.person:
        person_id = queries.account(session, data.person, _may_name(session, viewer, come_from.deal))
        if person_id is None:
            form.wrong("person", _("There is no such person in your part of the company."))
            return None
    return Report(
        product_id=sold.id,
        origin=Origin.FINDING if finding else data.origin,
        title=data.title,
        text=data.text,
        happened_on=data.happened_on,
        red_line=red_line,
        deal_id=come_from.deal.id if come_from.deal else None,
        person_id=person_id,
        finding_id=finding.id if finding else None,
        cost=data.cost,
        currency=data.currency,
    )


def _may_name(session: Session, viewer: CurrentPerson, deal: DealFacts | None) -> list[int] | None:
    """Return whom a viewer may name: everybody, or those whom they lead and those on the deal."""
    if viewer.has(*_KNOWS_ALL):
        return None
    return [*lists.tree(session, viewer), *(each.person_id for each in (deal.members if deal else ()))]


def products_of(sold: list[Any], come_from: Source) -> list[tuple[str, Any]]:
    """Return (slug, name) of the products to choose from: those of the deal, or all."""
    if come_from.deal is not None:
        return [(each.slug, each.name) for each in come_from.deal.products]
    return [(each.slug, each.name) for each in sold]
