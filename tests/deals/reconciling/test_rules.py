"""What differs between a deal as the CRM has it and as it is stored here: a table of cases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.deals.facts import DealFacts, DealProductFacts, Member
from app.deals.reconciling.rules import (
    CrmDeal,
    CrmMember,
    Difference,
    DifferenceKind,
    differences,
    lacking,
    proposed,
)

KEEPER = DealProductFacts(1, "keeper", "Keeper")
PILOT = DealProductFacts(2, "pilot", "Pilot")
ANA = Member(1, "ana@example.com", "Ana", "owner", supervisor_id=9)
BEN = Member(2, "ben@example.com", "Ben", "specialist")
HERE = DealFacts(
    id=7,
    reference="D-1",
    name="Harbour Bakery Group",
    account="Harbour Bakery",
    amount=Decimal("86000.00"),
    currency="EUR",
    stage="proposal",
    close_date=date(2026, 12, 11),
    region=None,
    industry="retail",
    step=3,
    products=(KEEPER,),
    members=(ANA, BEN),
)


def crm(**given: Any) -> CrmDeal:
    names = {"products", "team"}
    facts = {name: value for name, value in given.items() if name not in names}
    return CrmDeal("D-1", facts, **{name: value for name, value in given.items() if name in names})


CASES: dict[str, tuple[CrmDeal, tuple[Difference, ...]]] = {
    "nothing but the id": (crm(), ()),
    "everything the same": (
        crm(
            name="Harbour Bakery Group",
            amount=Decimal(86000),
            close_date=date(2026, 12, 11),
            region=None,
            products=("keeper",),
            team=(CrmMember("ben@example.com", "specialist"), CrmMember("ana@example.com", "owner")),
        ),
        (),
    ),
    "another stage": (
        crm(stage="contract"),
        (Difference(DifferenceKind.OTHER_FACT, "stage", "contract", "proposal"),),
    ),
    "another amount": (
        crm(amount=Decimal("1E+5")),
        (Difference(DifferenceKind.OTHER_FACT, "amount", "100000", "86000.00"),),
    ),
    "no close date there": (
        crm(close_date=None),
        (Difference(DifferenceKind.OTHER_FACT, "close_date", None, "2026-12-11"),),
    ),
    "a region there": (
        crm(region="DE"),
        (Difference(DifferenceKind.OTHER_FACT, "region", "DE", None),),
    ),
    "won there": (
        crm(outcome="won"),
        (Difference(DifferenceKind.OTHER_FACT, "outcome", "won", None),),
    ),
    "another product": (
        crm(products=("pilot",)),
        (
            Difference(DifferenceKind.PRODUCT_MISSING_HERE, "pilot"),
            Difference(DifferenceKind.PRODUCT_NOT_IN_CRM, "keeper"),
        ),
    ),
    "somebody more, somebody less, another part": (
        crm(team=(CrmMember("cleo@example.com", "owner"), CrmMember("ben@example.com", "customer-success"))),
        (
            Difference(DifferenceKind.MEMBER_MISSING_HERE, "cleo@example.com", "owner", None),
            Difference(DifferenceKind.MEMBER_NOT_IN_CRM, "ana@example.com", None, "owner"),
            Difference(DifferenceKind.OTHER_ROLE, "ben@example.com", "customer-success", "specialist"),
        ),
    ),
    "nobody there": (
        crm(team=()),
        (
            Difference(DifferenceKind.MEMBER_NOT_IN_CRM, "ana@example.com", None, "owner"),
            Difference(DifferenceKind.MEMBER_NOT_IN_CRM, "ben@example.com", None, "specialist"),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_differs(case: str) -> None:
    given, expected = CASES[case]
    assert differences(given, HERE) == expected


def test_a_deal_that_is_not_here_is_the_whole_difference() -> None:
    assert differences(crm(stage="contract"), None) == (Difference(DifferenceKind.UNKNOWN_DEAL, "D-1"),)


def test_the_deal_as_the_crm_has_it_keeps_what_was_not_given_and_who_supervises_whom() -> None:
    given = crm(
        stage="contract", team=(CrmMember("ana@example.com", "specialist"), CrmMember("x@example.com", "owner"))
    )
    found = proposed(given, HERE, {}, {})
    assert (found.stage, found.account, found.products) == ("contract", "Harbour Bakery", (KEEPER,))
    assert found.members == (
        Member(1, "ana@example.com", "Ana", "specialist", supervisor_id=9),
        Member(0, "x@example.com", "x@example.com", "owner"),
    )


def test_a_deal_that_is_not_here_is_made_of_what_is_known_and_of_names_of_what_is_not() -> None:
    given = crm(products=("pilot", "gone"), team=(CrmMember("ben@example.com", "owner"),))
    found = proposed(given, None, {"pilot": PILOT}, {"ben@example.com": Member(2, "ben@example.com", "Ben", "")})
    assert found.products == (PILOT, DealProductFacts(0, "gone", "gone"))
    assert found.members == (Member(2, "ben@example.com", "Ben", "owner"),)
    assert (found.id, found.stage, found.region) == (0, "", None)


def test_what_a_row_lacks_to_be_stored() -> None:
    assert lacking(crm()) == ("name", "account", "amount", "currency", "stage", "products", "team")
    whole = crm(
        name="A", account="B", amount=Decimal(1), currency="EUR", stage="proposal", products=("keeper",), team=()
    )
    assert lacking(whole) == ()
