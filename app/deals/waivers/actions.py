"""Every write of exceptions that are asked for: asking, deciding, ending."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.clock import local_day
from app.database import stored_id
from app.deals.decisions import in_turn, keep
from app.deals.facts import DealFacts
from app.deals.lists import Opened, Viewer
from app.deals.models import Deal
from app.deals.saving import active_member, locked, stored_deal
from app.deals.waivers import words
from app.deals.waivers.cases import Place, Standing, somebody, standings
from app.deals.waivers.models import Waiver
from app.deals.waivers.queries import Scope
from app.deals.waivers.rules import (
    LONGEST,
    Decider,
    WaiverState,
    decider_refusals,
    lapses_soon,
    state,
    term_refusals,
)
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.models import Person, Role
from app.people.queries import managers_above
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An exception for a person (an address) and a product (a slug); `key` names the form that it was written on."""

    person: str
    product: str
    reason: str
    through: date
    key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exception that there is now, and whether it is a new one."""

    id: int
    new: bool


def may_ask(opened: Opened, viewer: Viewer, email: str) -> bool:
    """Tell whether somebody may ask for a person: who may change the deal for anybody, other members for themselves."""
    return opened.may_change or (viewer.email == email and opened.deal.member(email) is not None)


def ask(session: Session, opened: Opened, wish: Wish, *, by: Viewer, moment: datetime) -> Outcome:
    """Ask for an exception; one that waits already, or holds for days to come, is that one.

    Raises ForbiddenError, InvalidError naming each field that is wrong, and ConflictError where none would help.
    """
    if not may_ask(opened, by, wish.person):
        raise ForbiddenError(_("You can ask for yourself; for others the deal's owner or a manager of its team asks."))
    prepared = prepare(session, opened.deal, wish, by=by, moment=moment)
    if isinstance(prepared, Outcome):
        return prepared
    check_term(prepared.today, wish.through)
    waiver = prepared.waiver
    session.add(waiver)
    session.flush()
    note(session, prepared.deal, "waiver.asked", waiver, prepared.standing, by=by, at=prepared.at, reason=wish.reason)
    return Outcome(stored_id(waiver), new=True)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An exception that may be stored, with what was found out about it; the deal is locked."""

    waiver: Waiver
    deal: DealFacts
    standing: Standing
    at: datetime

    @property
    def today(self) -> date:
        """The day on which it is asked for."""
        return local_day(self.at)


def prepare(
    session: Session, deal: DealFacts, wish: Wish, *, by: Viewer, moment: datetime, emergency: bool = False
) -> Prepared | Outcome:
    """Lock the deal and make the exception, unless there is one already. Raises as `ask`.

    In an emergency, what only waits for a decision is not one yet.
    """
    row, deal = locked(session, deal)
    key = f"{by.id}:{wish.key}"[:64]
    again = session.scalar(select(col(Waiver.id)).where(col(Waiver.key) == key))
    if again is not None:
        return Outcome(again, new=False)
    person = deal.member(wish.person) or active_member(session, wish.person, "")
    product_id = session.scalar(
        select(col(Product.id)).where(col(Product.slug) == wish.product, col(Product.retired_at).is_(None))
    )
    if product_id is None:
        raise _wrong("product", _("Choose one of the list."))
    at = in_turn(session, deal.id, moment)
    there = _there(session, (deal.id, person.person_id, product_id), local_day(at), emergency=emergency)
    if there is not None:
        return Outcome(there, new=False)
    (standing,) = standings(session, [Place(deal, person, wish.product, row.outcome is not None)], at)
    if standing.obstacle:
        raise ConflictError(words.obstacle(standing.obstacle, person.name))
    waiver = Waiver(
        key=key,
        deal_id=deal.id,
        person_id=person.person_id,
        product_id=product_id,
        reason=wish.reason,
        codes=standing.codes,
        through=wish.through,
        asked_by=by.id,
        asked_at=at,
    )
    return Prepared(waiver, deal, standing, at)


def _there(session: Session, scope: Scope, today: date, *, emergency: bool) -> int | None:
    """Return the exception that waits for a decision, or holds for longer than the last few days.

    Who gives one in an emergency is led to what holds, on its last days too, and to nothing that waits.
    """
    deal_id, person_id, product_id = scope
    rows = session.execute(
        select(col(Waiver.id), col(Waiver.approved), col(Waiver.through)).where(
            col(Waiver.deal_id) == deal_id,
            col(Waiver.person_id) == person_id,
            col(Waiver.product_id) == product_id,
            col(Waiver.approved).is_not(False),
            col(Waiver.ended_at).is_(None),
            col(Waiver.through) >= today,
        )
    )
    if emergency:
        return next((row.id for row in rows if row.approved), None)
    return next((row.id for row in rows if row.approved is None or not lapses_soon(row.through, today)), None)


def _wrong(field: str, detail: str) -> InvalidError:
    return InvalidError(_("Nothing was stored."), [{"pointer": f"/{field}", "detail": detail}])


def check_term(today: date, through: date) -> None:
    """Refuse a last day that has passed or is too far away. Raises InvalidError."""
    refusals = term_refusals(today, through, LONGEST)
    if refusals:
        raise _wrong("through", words.refusals(refusals))


def decide(
    session: Session, waiver_id: int, *, approve: bool, answer: str, through: date | None, by: Viewer, moment: datetime
) -> Waiver:
    """Give an exception, for no longer than was asked for, or refuse it; a second click changes nothing.

    Raises ForbiddenError for who may not decide, ConflictError where there is nothing to decide or none would help,
    InvalidError for a last day that cannot be.
    """
    waiver, deal, standing, at = locked_waiver(session, waiver_id, moment)
    if waiver.approved is approve and waiver.decided_by == by.id and waiver.ended_at is None:
        return waiver
    if state_of(waiver, at) is not WaiverState.WAITING:
        raise ConflictError(_("There is nothing to decide any more: look at it again first."))
    refusals = decider_refusals(decider(session, by, waiver.person_id), standing.case(waiver.asked_by))
    if refusals:
        raise ForbiddenError(words.refusals(refusals))
    if approve:
        _check_helps(standing)
        chosen = through or waiver.through
        if chosen > waiver.through:
            raise _wrong("through", _("Choose the day that was asked for, or an earlier one."))
        check_term(local_day(at), chosen)
        waiver.through = chosen
    waiver.approved = approve
    waiver.answer = answer
    waiver.decided_by = by.id
    waiver.decided_at = at
    session.flush()
    action = "waiver.approved" if approve else "waiver.refused"
    note(session, deal, action, waiver, again(session, standing, at), by=by, at=at, reason=answer)
    return waiver


def _check_helps(standing: Standing) -> None:
    if standing.obstacle:
        sentence = words.obstacle(standing.obstacle, standing.place.person.name)
        raise ConflictError(_("%(why)s Refuse it, or leave it.") % {"why": sentence})


def end(session: Session, waiver_id: int, *, reason: str, by: Viewer, moment: datetime) -> Waiver:
    """End an exception before its time, or take back what nobody has decided; a second click changes nothing.

    Raises ForbiddenError for others than who asked, who decided and compliance, ConflictError where it is over.
    """
    waiver, deal, standing, at = locked_waiver(session, waiver_id, moment)
    if waiver.ended_by == by.id:
        return waiver
    stands = state_of(waiver, at)
    if stands not in {WaiverState.WAITING, WaiverState.HOLDS}:
        raise ConflictError(_("It does not hold any more: look at it again first."))
    if not may_end(waiver.asked_by, waiver.decided_by, stands, by):
        raise ForbiddenError(_("Who asked for it, who gave it, or compliance can end it."))
    waiver.ended_at = at
    waiver.ended_by = by.id
    waiver.ended_because = reason
    session.flush()
    action = "waiver.withdrawn" if stands is WaiverState.WAITING else "waiver.ended"
    note(session, deal, action, waiver, again(session, standing, at), by=by, at=at, reason=reason)
    return waiver


def may_end(asked_by: int, decided_by: int | None, stands: WaiverState, viewer: Viewer) -> bool:
    """Tell whether somebody may end an exception; what waits is taken back by who asked, others decide."""
    if stands is WaiverState.WAITING:
        return viewer.id == asked_by
    return stands is WaiverState.HOLDS and (viewer.id in {asked_by, decided_by} or Role.COMPLIANCE in viewer.roles)


def decider(session: Session, viewer: Viewer, person_id: int) -> Decider:
    """Return what somebody is to a person, as far as deciding goes."""
    leads = Role.MANAGER in viewer.roles and viewer.id in managers_above(session, person_id)
    return Decider(id=viewer.id, compliance=Role.COMPLIANCE in viewer.roles, leads=leads and viewer.id != person_id)


def state_of(waiver: Waiver, at: datetime) -> WaiverState:
    """Say where an exception stands at a moment."""
    ended = waiver.ended_at is not None
    return state(approved=waiver.approved, ended=ended, through=waiver.through, today=local_day(at))


def locked_waiver(session: Session, waiver_id: int, moment: datetime) -> tuple[Waiver, DealFacts, Standing, datetime]:
    """Wait for whoever changes the deal or decides on it, then read the exception and how the gate answers."""
    deal_id = session.scalar(select(col(Waiver.deal_id)).where(col(Waiver.id) == waiver_id))
    if deal_id is None:
        raise NotFoundError(_("There is no such exception, or it is not yours to see."))
    row = session.get_one(Deal, deal_id, with_for_update=True, populate_existing=True)
    deal = stored_deal(session, deal_id)
    waiver = session.get_one(Waiver, waiver_id, populate_existing=True)
    at = in_turn(session, deal_id, moment)
    who = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name)).where(col(Person.id) == waiver.person_id)
    ).one()
    slug = session.scalars(select(col(Product.slug)).where(col(Product.id) == waiver.product_id)).one()
    person = somebody(deal, who.id, who.email, who.name)
    (standing,) = standings(session, [Place(deal, person, slug, row.outcome is not None)], at)
    return waiver, deal, standing, at


def again(session: Session, standing: Standing, at: datetime) -> Standing:
    """Ask the gate once more, after something was stored."""
    return standings(session, [standing.place], at)[0]


def note(
    session: Session,
    deal: DealFacts,
    action: str,
    waiver: Waiver,
    standing: Standing,
    *,
    by: Viewer,
    at: datetime,
    reason: str,
) -> None:
    """Keep on the deal's timeline, and in the audit trail, what was done about an exception."""
    details: dict[str, Any] = {
        "waiver": stored_id(waiver),
        "product": standing.place.product,
        "through": waiver.through.isoformat(),
        "reason": reason,
    }
    keep(session, deal, action, standing.now, by=by.email, moment=at, details=details)
