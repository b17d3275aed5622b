"""What differs between a deal as the CRM has it and as it is stored here.

Only what the CRM gave is compared: a row without a close date says nothing about the close date.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.deals.facts import DealFacts, DealProductFacts, Member

FACTS = (
    "name",
    "account",
    "amount",
    "currency",
    "stage",
    "close_date",
    "region",
    "industry",
    "outcome",
    "closed_on",
)
"""What a row may say of a deal, besides its products and its team."""

NEEDED = ("name", "account", "amount", "currency", "stage")
"""What no deal can be stored without."""


class DifferenceKind(StrEnum):
    """How a deal there differs from the deal here; part of the public API."""

    UNKNOWN_DEAL = "unknown_deal"
    OTHER_FACT = "other_fact"
    PRODUCT_MISSING_HERE = "product_missing_here"
    PRODUCT_NOT_IN_CRM = "product_not_in_crm"
    MEMBER_MISSING_HERE = "member_missing_here"
    MEMBER_NOT_IN_CRM = "member_not_in_crm"
    OTHER_ROLE = "other_role"


@dataclass(frozen=True, slots=True)
class CrmMember:
    """Somebody on the team in the CRM, by e-mail address in lower case."""

    rep: str
    role: str


@dataclass(frozen=True, slots=True)
class CrmDeal:
    """A deal as the CRM has it; `facts` holds only those that were given, and None means not given."""

    id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[str, ...] | None = None
    team: tuple[CrmMember, ...] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: which fact, product or person it is about, and what it is there and here."""

    kind: DifferenceKind
    what: str
    crm: str | None = None
    here: str | None = None


def differences(crm: CrmDeal, here: DealFacts | None) -> tuple[Difference, ...]:
    """List what differs, the facts first, then the products, then the people."""
    if here is None:
        return (Difference(DifferenceKind.UNKNOWN_DEAL, crm.id),)
    return (*_facts(crm, here), *_products(crm, here), *_team(crm, here))


def lacking(crm: CrmDeal) -> tuple[str, ...]:
    """List what a row leaves out without which a deal cannot be stored that is not here yet."""
    facts = tuple(name for name in NEEDED if name not in crm.facts)
    return (*facts, *(["products"] if crm.products is None else []), *(["team"] if crm.team is None else []))


def proposed(
    crm: CrmDeal,
    here: DealFacts | None,
    products: Mapping[str, DealProductFacts],
    people: Mapping[str, Member],
) -> DealFacts:
    """Return the deal as it would be here if the CRM were right.

    `products` (by slug) and `people` (by address) are those that are known; whoever and whatever is not stays in,
    without a number, so that the gate says that it does not know them.
    """
    base = here or _nothing_known(crm.id)
    changed: dict[str, Any] = dict(crm.facts)
    if crm.products is not None:
        changed["products"] = tuple(products.get(slug) or DealProductFacts(0, slug, slug) for slug in crm.products)
    if crm.team is not None:
        changed["members"] = tuple(_member(each, base, people) for each in crm.team)
    return replace(base, **changed)


def _nothing_known(reference: str) -> DealFacts:
    # an empty stage and no region are no doubt in favour of the deal: the gate takes the unknown to need clearance
    return DealFacts(
        id=0,
        reference=reference,
        name=reference,
        account="",
        amount=Decimal(0),
        currency="",
        stage="",
        close_date=None,
        region=None,
        industry=None,
        step=0,
        products=(),
        members=(),
    )


def _member(crm: CrmMember, base: DealFacts, people: Mapping[str, Member]) -> Member:
    stored = next((each for each in base.members if each.email == crm.rep), None)
    if stored is not None:
        return replace(stored, role=crm.role)
    known = people.get(crm.rep)
    return replace(known, role=crm.role) if known else Member(0, crm.rep, crm.rep, crm.role)


def _facts(crm: CrmDeal, here: DealFacts) -> Iterable[Difference]:
    for name in FACTS:
        if name in crm.facts and crm.facts[name] != getattr(here, name):
            yield Difference(DifferenceKind.OTHER_FACT, name, _written(crm.facts[name]), _written(getattr(here, name)))


def _products(crm: CrmDeal, here: DealFacts) -> Iterable[Difference]:
    if crm.products is None:
        return
    for slug in sorted(set(crm.products) - set(here.slugs)):
        yield Difference(DifferenceKind.PRODUCT_MISSING_HERE, slug)
    for slug in sorted(set(here.slugs) - set(crm.products)):
        yield Difference(DifferenceKind.PRODUCT_NOT_IN_CRM, slug)


def _team(crm: CrmDeal, here: DealFacts) -> Iterable[Difference]:
    if crm.team is None:
        return
    there = {each.rep: each.role for each in crm.team}
    stored = {each.email: each.role for each in here.members}
    for rep in sorted(there.keys() - stored.keys()):
        yield Difference(DifferenceKind.MEMBER_MISSING_HERE, rep, there[rep])
    for rep in sorted(stored.keys() - there.keys()):
        yield Difference(DifferenceKind.MEMBER_NOT_IN_CRM, rep, None, stored[rep])
    for rep in sorted(there.keys() & stored.keys()):
        if there[rep] != stored[rep]:
            yield Difference(DifferenceKind.OTHER_ROLE, rep, there[rep], stored[rep])


def _written(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else f"{value:f}" if isinstance(value, Decimal) else str(value)
