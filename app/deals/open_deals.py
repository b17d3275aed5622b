"""Which open deals do people stand on, for which products?"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from app.conduct.checking.nearness import on_nearness
from app.deals.facts import is_open
from app.deals.models import Deal, DealMember, DealProduct


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal that goes on."""

    reference: str
    name: str
    amount: Decimal
    currency: str


def open_deals(
    session: Session, people: Collection[int], products: Collection[int], today: date
) -> dict[tuple[int, int], list[OpenDeal]]:
    """Return the open deals that carry one of the products, by person on their team and product."""
    rows = session.execute(
        select(
            col(DealMember.person_id),
            col(DealProduct.product_id),
            col(Deal.reference),
            col(Deal.name),
            col(Deal.amount),
            col(Deal.currency),
        )
        .join(DealMember, col(DealMember.deal_id) == col(Deal.id))
        .join(DealProduct, col(DealProduct.deal_id) == col(Deal.id))
        .where(
            col(DealMember.person_id).in_(people),
            col(DealProduct.product_id).in_(products),
            is_open(today),
        )
        .order_by(col(Deal.name), col(Deal.id))
    )
    found: dict[tuple[int, int], list[OpenDeal]] = defaultdict(list)
    for person_id, product_id, *deal in rows:
        found[person_id, product_id].append(OpenDeal(*deal))
    return found


@on_nearness
def _products_on_open_deals(session: Session, person_id: int, today: date) -> set[int]:
    """Products of the open deals on whose team somebody is."""
    products = (
        select(col(DealProduct.product_id))
        .join(Deal, col(Deal.id) == col(DealProduct.deal_id))
        .join(DealMember, col(DealMember.deal_id) == col(Deal.id))
        .where(
            col(DealMember.person_id) == person_id,
            is_open(today),
        )
    )
    return set(session.scalars(products.distinct()))
