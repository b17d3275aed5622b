"""Every write of a deal and its products. Each asks the gate first and records what it answered."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col
from ulid import ULID

from app.catalog.models import Product
from app.deals.decisions import keep
from app.deals.facts import OWNER, DealFacts, DealProductFacts
from app.deals.gate import states
from app.deals.models import Deal, DealMember, DealProduct
from app.deals.queries import Answer
from app.deals.rules import DealStage
from app.deals.saving import Outcome, active_member, check_step, finish, locked, saved, stored_deal
from app.errors import InvalidError
from app.people.models import Person
from app.web.i18n import gettext as _

LOST = "lost"
"""The outcome of a deal that ends for nothing: nobody acts on it any more, so the gate stops nobody."""
TWICE_WITHIN_SECONDS = 60
"""The same deal stored again by the same person within this time is a second click."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a deal that people write; `outcome` is "won" or "lost", with the day, once it is closed."""

    name: str
    account: str
    amount: Decimal
    currency: str
    stage: str
    close_date: date | None
    region: str | None
    industry: str | None
    outcome: str | None = None
    closed_on: date | None = None


def create(
    session: Session, facts: Facts, reference: str, products: Sequence[str], owner: str, *, by: str, moment: datetime
) -> Outcome:
    """Store a deal whose owner may own it. Raises InvalidError for a taken reference or an unknown product or owner."""
    creator = session.scalar(select(Person).where(col(Person.email) == by).with_for_update(key_share=True))
    again = _newest(session, facts, by, moment) if creator is not None else None
    if again is not None and _is_same(again, reference, products, owner):
        return Outcome(again)
    member = active_member(session, owner, OWNER)
    carried = _carried(session, products)
    if reference and session.scalar(select(col(Deal.id)).where(col(Deal.reference) == reference)) is not None:
        raise InvalidError(
            _("The deal was not stored."),
            [{"pointer": "/reference", "detail": _("There is a deal with this reference already.")}],
        )
    proposed = DealFacts(
        id=0, reference=reference or "", step=0, products=carried, members=(member,), **_columns(facts)
    )
    (state,) = states(session, [proposed], moment)
    refused = state.stopped()
    if refused:
        details = {"name": facts.name, "account": facts.account}
        keep(session, None, "deal.refused", refused[0], by=by, moment=moment, details=details)
        return Outcome(None, tuple(refused))
    stored = Deal(reference=reference or f"new-{ULID()}", created_at=moment, created_by=by, **_columns(facts))
    session.add(stored)
    session.flush()
    assert stored.id is not None  # noqa: S101 (a stored deal has one)
    if not reference:
        stored.reference = _free_reference(session, stored.id)
    session.add_all(DealProduct(deal_id=stored.id, product_id=each.id) for each in carried)
    session.add(DealMember(deal_id=stored.id, person_id=member.person_id, role=OWNER, added_at=moment, added_by=by))
    session.flush()
    return finish(session, stored.id, "deal.created", state.answers[0], by=by, moment=moment)


def _newest(session: Session, facts: Facts, by: str, moment: datetime) -> DealFacts | None:
    newest = session.scalar(select(Deal).where(col(Deal.created_by) == by).order_by(col(Deal.id).desc()).limit(1))
    if newest is None or (moment - newest.created_at).total_seconds() > TWICE_WITHIN_SECONDS:
        return None
    if any(getattr(newest, name) != value for name, value in _columns(facts).items()):
        return None
    return stored_deal(session, newest.id or 0)


def _is_same(deal: DealFacts, reference: str, products: Sequence[str], owner: str) -> bool:
    owned = deal.owner is not None and deal.owner.email == owner.strip().lower()
    return owned and set(deal.slugs) == set(products) and reference in {"", deal.reference}


def _free_reference(session: Session, deal_id: int) -> str:
    number = deal_id
    while session.scalar(select(col(Deal.id)).where(col(Deal.reference) == f"D-{number}")) is not None:
        number += 1
    return f"D-{number}"


def change(session: Session, deal: DealFacts, facts: Facts, *, step: int, by: str, moment: datetime) -> Outcome:
    """Store other facts. A later stage, another region, winning and reopening ask the gate for everybody.

    Raises StaleDealError.
    """
    stored, deal = locked(session, deal)
    columns = _columns(facts)
    changed = {name: value for name, value in columns.items() if getattr(deal, name) != value}
    if not changed:
        return Outcome(deal)
    check_step(deal, step)
    proposed = replace(deal, **changed)
    if _asks_more(deal, proposed) and (refused := _stopped(session, proposed, moment)):
        details = {name: _plain(value) for name, value in changed.items()}
        keep(session, deal, "deal.change_refused", refused[0], by=by, moment=moment, details=details)
        return Outcome(deal, tuple(refused))
    for name, value in changed.items():
        setattr(stored, name, value)
    saved(session, stored)
    details = {name: [_plain(getattr(deal, name)), _plain(value)] for name, value in changed.items()}
    return finish(session, deal.id, _done(deal, proposed), None, by=by, moment=moment, details=details)


def close(
    session: Session,
    deal: DealFacts,
    outcome: str | None,
    closed_on: date | None,
    *,
    step: int,
    by: str,
    moment: datetime,
) -> Outcome:
    """Close a deal as "won" or "lost" on a day, or open it again with None. As `change`: losing asks nobody."""
    facts = replace(facts_of(deal), outcome=outcome, closed_on=closed_on if outcome else None)
    return change(session, deal, facts, step=step, by=by, moment=moment)


def facts_of(deal: DealFacts) -> Facts:
    """Return the facts of a deal as people write them."""
    return Facts(**{name: getattr(deal, name) for name in Facts.__slots__})


def _done(before: DealFacts, after: DealFacts) -> str:
    if after.outcome == before.outcome:
        return "deal.changed"
    return f"deal.{after.outcome}" if after.outcome else "deal.reopened"


def change_products(
    session: Session, deal: DealFacts, products: Collection[str], *, step: int, by: str, moment: datetime
) -> Outcome:
    """Store other products; a new one asks the gate for everybody. Raises StaleDealError and InvalidError."""
    stored, deal = locked(session, deal)
    if set(products) == set(deal.slugs):
        return Outcome(deal)
    check_step(deal, step)
    carried = _carried(session, products)
    added = tuple(each for each in carried if each.slug not in deal.slugs)
    details = {"added": [each.slug for each in added], "removed": sorted(set(deal.slugs) - set(products))}
    # only what is new may stop: whoever lapsed for another product is no reason to refuse this one
    if added and (refused := _stopped(session, replace(deal, products=added), moment)):
        keep(session, deal, "products.refused", refused[0], by=by, moment=moment, details=details)
        return Outcome(deal, tuple(refused))
    wanted = {each.id for each in carried}
    for row in session.scalars(select(DealProduct).where(col(DealProduct.deal_id) == deal.id)):
        if row.product_id not in wanted:
            session.delete(row)
    session.add_all(DealProduct(deal_id=deal.id, product_id=each.id) for each in added)
    saved(session, stored)
    return finish(session, deal.id, "products.changed", None, by=by, moment=moment, details=details)


def _asks_more(deal: DealFacts, proposed: DealFacts) -> bool:
    order = [stage.value for stage in DealStage]
    later = (
        proposed.stage not in order
        or deal.stage not in order
        or (order.index(proposed.stage) > order.index(deal.stage))
    )
    moved = (proposed.stage != deal.stage and later) or proposed.region != deal.region
    return proposed.outcome != LOST and (moved or proposed.outcome != deal.outcome)


def _stopped(session: Session, proposed: DealFacts, moment: datetime) -> list[Answer]:
    (state,) = states(session, [proposed], moment)
    return state.stopped()


def _columns(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.__slots__}


def _carried(session: Session, slugs: Iterable[str]) -> tuple[DealProductFacts, ...]:
    wanted = set(slugs)
    rows = session.execute(
        select(col(Product.id), col(Product.slug), col(Product.name))
        .where(col(Product.slug).in_(wanted))
        .order_by(col(Product.slug))
    ).all()
    if not wanted or len(rows) != len(wanted):
        detail = _("Choose at least one product of the list.")
        raise InvalidError(_("Nothing was stored."), [{"pointer": "/products", "detail": detail}])
    return tuple(DealProductFacts(row.id, row.slug, row.name) for row in rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
