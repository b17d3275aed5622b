"""The demonstration's deals: how they began, and who was put on them, or refused, on which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from app.catalog.models import Product
from app.clock import local_day
from app.commands.demo_story import DEALS, FIRST_REFERENCE, Joining, Sale
from app.database import stored_id
from app.deals.models import Deal, DealMember, DealProduct
from app.deals.saving import finish, stored_deal
from app.deals.team import add_member
from app.people.models import Person

BEGAN_DAYS_AGO = 30
"""When the deals were created and their first people put on them, before the gate was asked."""


@dataclass(frozen=True)
class DemoDeals:
    """Stores the deals of the story as of a moment."""

    session: Session
    products: Mapping[str, Product]
    people: Mapping[str, Person]
    moment: datetime

    def fill(self) -> None:
        """Store every deal, then ask the gate about everybody who joined later."""
        for number, sale in enumerate(DEALS, start=FIRST_REFERENCE):
            deal_id = self._begin(f"D-{number}", sale)
            for joining in sale.later:
                self._join(deal_id, joining)

    def _ago(self, days: int, hours: int = 0) -> datetime:
        return self.moment - timedelta(days=days, hours=hours)

    def _begin(self, reference: str, sale: Sale) -> int:
        began, owner = self._ago(BEGAN_DAYS_AGO), sale.team[0]
        deal = Deal(
            reference=reference,
            name=sale.name,
            account=sale.account,
            amount=Decimal(sale.amount),
            currency=sale.currency,
            stage=sale.stage,
            close_date=local_day(self.moment) + timedelta(days=sale.closes_in),
            region=sale.region,
            industry=sale.industry,
            created_at=began,
            created_by=owner,
        )
        self.session.add(deal)
        self.session.flush()
        deal_id = stored_id(deal)
        self.session.add_all(
            DealProduct(deal_id=deal_id, product_id=stored_id(self.products[slug])) for slug in sale.products
        )
        self.session.add_all(
            DealMember(
                deal_id=deal_id,
                person_id=stored_id(self.people[email]),
                role="account-manager" if place else "owner",
                added_at=began,
                added_by=owner,
            )
            for place, email in enumerate(sale.team)
        )
        finish(self.session, deal_id, "deal.created", None, by=owner, moment=began)
        return deal_id

    def _join(self, deal_id: int, joining: Joining) -> None:
        deal = stored_deal(self.session, deal_id)
        add_member(
            self.session,
            deal,
            joining.email,
            joining.role,
            step=deal.step,
            by=joining.by,
            moment=self._ago(joining.days_ago, joining.hours),
            supervisor=joining.beside,
        )
