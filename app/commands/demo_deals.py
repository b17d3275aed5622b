"""The demonstration's deals: how they began, who joined or was refused, whom they meet, which exceptions there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from sqlmodel import Session

from app.catalog.models import Product
from app.clock import local_day
from app.commands.demo_sales import DEALS, FIRST_REFERENCE, Joining, Sale
from app.commands.demo_waivers import DemoWaivers, Step
from app.database import stored_id
from app.deals.actions import close
from app.deals.contacts import change_contacts
from app.deals.models import Deal, DealMember, DealProduct
from app.deals.saving import finish, stored_deal
from app.deals.team import add_member
from app.people.models import Person

BEGAN_DAYS_AGO: Final = 30
"""When the deals were created and their first people put on them, before the gate was asked."""
MET_DAYS_AGO: Final = 29
"""When the customer's people were written down."""


@dataclass(frozen=True)
class DemoDeals:
    """Stores the deals of the story as of a moment."""

    session: Session
    products: Mapping[str, Product]
    people: Mapping[str, Person]
    moment: datetime

    def fill(self) -> None:
        """Store every deal, then let happen what happened to them, in its order."""
        steps = list(DemoWaivers(self.session, self.people, self.moment).steps())
        for number, sale in enumerate(DEALS, start=FIRST_REFERENCE):
            steps.extend(self._steps(self._begin(f"D-{number}", sale), sale))
        for _moment, step in sorted(steps, key=lambda each: each[0]):
            step()

    def _steps(self, deal_id: int, sale: Sale) -> Iterator[Step]:
        yield self._ago(MET_DAYS_AGO), partial(self._meet, deal_id, sale)
        for joining in sale.later:
            yield self._ago(joining.days_ago, joining.hours), partial(self._join, deal_id, joining)
        if sale.outcome is not None:
            yield self._ago(sale.closed), partial(self._close, deal_id, sale)

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

    def _meet(self, deal_id: int, sale: Sale) -> None:
        deal = stored_deal(self.session, deal_id)
        at = self._ago(MET_DAYS_AGO)
        change_contacts(self.session, deal, sale.contacts, step=deal.step, by=sale.team[0], moment=at)

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

    def _close(self, deal_id: int, sale: Sale) -> None:
        deal = stored_deal(self.session, deal_id)
        at = self._ago(sale.closed)
        close(self.session, deal, sale.outcome, local_day(at), step=deal.step, by=sale.team[0], moment=at)
