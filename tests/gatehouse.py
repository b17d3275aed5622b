"""A product that only warns so far, and deals on which a stricter gate would matter."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from app.catalog.models import Product
from app.catalog.queries import OpenProduct
from app.deals.policies.actions import Wanted, set_policy
from app.deals.policies.content import PolicyDocument
from app.deals.policies.history import histories
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, sellable

DAY = timedelta(days=1)
MONDAY = NOW.date()
FRIDAY = MONDAY + 4 * DAY
EARLIER = NOW - 28 * DAY
BLOCK = {"requirements": [{"enforcement": "block"}]}


@dataclass
class House:
    """Ana is certified, Lin until Wednesday, Marek was never; all sell Keeper, whose program warns."""

    keeper: Product
    ana: Person
    lin: Person
    marek: Person

    @property
    def product(self) -> OpenProduct:
        return OpenProduct(self.keeper.id or 0, self.keeper.slug, "Keeper")


def house(session: Session, **program: Any) -> House:
    terms = {"enforcement": "warn", "valid_months": 1, "grace_days": 0, "renewal_window_days": 10, **program}
    keeper = sellable(session, at=EARLIER, **terms)
    miriam = person(session, "miriam@example.com", Role.MANAGER, name="Miriam", at=EARLIER)
    person(session, "compliance@example.com", Role.COMPLIANCE, at=EARLIER)
    person(session, "admin@example.com", Role.ADMIN, at=EARLIER)
    person(session, "trainer@example.com", Role.TRAINER, at=EARLIER)
    ana, lin, marek = (
        person(session, f"{name.lower()}@example.com", name=name, manager=miriam, at=EARLIER)
        for name in ("Ana", "Lin", "Marek")
    )
    ana.region = lin.region = "CN"
    attest(session, ana, keeper, at=NOW)
    # a month from then: valid through Wednesday
    attest(session, lin, keeper, at=EARLIER)
    sold: list[tuple[str, int, str, list[Person], dict[str, Any]]] = [
        ("D-ana", 1000, "EUR", [ana], {}),
        ("D-lin", 200, "EUR", [lin], {}),
        ("D-marek", 30, "EUR", [marek], {"stage": "proposal"}),
        ("D-both", 4, "USD", [marek, ana], {"region": "CN"}),
        ("D-over", 5000, "EUR", [marek], {"outcome": "won", "closed_on": date(2026, 11, 20)}),
    ]
    for reference, amount, currency, members, facts in sold:
        team = {"owner": members[:1], "specialist": members[1:]}
        deal(session, reference, products=[keeper], team=team, amount=Decimal(amount), currency=currency, at=EARLIER,
             close_date=FRIDAY + 20 * DAY, **facts)  # fmt: skip
    session.commit()
    return House(keeper, ana, lin, marek)


def wanted(document: dict[str, Any], starts_on: date = FRIDAY, ends_on: date | None = None) -> Wanted:
    return Wanted(PolicyDocument.model_validate(document), starts_on, ends_on, "Everybody had the time to learn")


def put(session: Session, at_gate: House, document: dict[str, Any], *, starts_on: date = FRIDAY, **more: Any) -> int:
    """Set a policy as compliance, an hour after NOW unless `moment` says otherwise."""
    product_id = at_gate.product.id
    said = {
        "step": histories(session, [product_id])[product_id].step,
        "by": "compliance@example.com",
        "moment": NOW + timedelta(hours=1),
        **more,
    }
    ends_on = said.pop("ends_on", None)
    return set_policy(session, at_gate.product, wanted(document, starts_on, ends_on), **said)
