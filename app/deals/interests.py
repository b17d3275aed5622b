"""Who gains on a deal when a person is certified on a product that the deal carries."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.certification.interests import on_gain, on_interest
from app.clock import local_day
from app.deals.facts import is_open
from app.deals.models import Deal, DealMember, DealProduct


@on_interest
def on_same_deal(session: Session, person_id: int, product_id: int, moment: datetime) -> set[int]:
    """Return everybody on an open deal that carries the product and has the person on its team, supervisors too."""
    shared = (
        select(col(DealMember.deal_id))
        .join(DealProduct, col(DealProduct.deal_id) == col(DealMember.deal_id))
        .join(Deal, col(Deal.id) == col(DealMember.deal_id))
        .where(
            col(DealMember.person_id) == person_id,
            col(DealProduct.product_id) == product_id,
            is_open(local_day(moment)),
        )
    )
    rows = session.execute(
        select(col(DealMember.person_id), col(DealMember.supervisor_id)).where(col(DealMember.deal_id).in_(shared))
    )
    return {each for row in rows for each in row if each is not None}


@on_gain
def by_same_deal(session: Session, person_id: int, moment: datetime) -> set[tuple[int, int]]:
    """Return everybody on an open deal of the person's, or one they supervise on, with each product that it carries."""
    own = (
        select(col(DealMember.deal_id))
        .join(Deal, col(Deal.id) == col(DealMember.deal_id))
        .where(
            or_(col(DealMember.person_id) == person_id, col(DealMember.supervisor_id) == person_id),
            is_open(local_day(moment)),
        )
    )
    rows = session.execute(
        select(col(DealMember.person_id), col(DealProduct.product_id))
        .join(DealProduct, col(DealProduct.deal_id) == col(DealMember.deal_id))
        .where(col(DealMember.deal_id).in_(own), col(DealProduct.product_id).is_not(None))
    )
    return {(row.person_id, row.product_id) for row in rows if row.person_id is not None}
