"""Who gains on a deal when a person is certified on a product that the deal carries."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.certification.interests import on_interest
from app.clock import local_day
from app.deals.models import Deal, DealMember, DealProduct

DELIVERY = "delivery"


@on_interest
def on_same_deal(session: Session, person_id: int, product_id: int, moment: datetime) -> set[int]:
    """Return everybody on an open deal that carries the product and has the person on its team, supervisors too.

    A deal is over once it is delivered and the day on which it was to close has passed.
    """
    shared = (
        select(col(DealMember.deal_id))
        .join(DealProduct, col(DealProduct.deal_id) == col(DealMember.deal_id))
        .join(Deal, col(Deal.id) == col(DealMember.deal_id))
        .where(
            col(DealMember.person_id) == person_id,
            col(DealProduct.product_id) == product_id,
            or_(
                col(Deal.stage) != DELIVERY,
                col(Deal.close_date).is_(None),
                col(Deal.close_date) >= local_day(moment),
            ),
        )
    )
    rows = session.execute(
        select(col(DealMember.person_id), col(DealMember.supervisor_id)).where(col(DealMember.deal_id).in_(shared))
    )
    return {each for row in rows for each in row if each is not None}
