"""The dry run says beforehand what the gate answers afterwards."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, col

from app.catalog.queries import product_by_slug
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.clock import end_of_day
from app.database import Database
from app.deals.facts import deals
from app.deals.gate import states
from app.deals.models import Deal
from app.deals.policies import dryrun
from app.deals.policies.dryrun import Trial, beginning, try_out
from app.deals.policies.queries import Policy, of_document
from app.deals.policies.views import opened
from app.deals.waivers.models import Waiver
from factories import NOW, attest, deal, person, sellable
from gatehouse import BLOCK, DAY, FRIDAY, MONDAY, House, house, put
from tools.statements import count_statements

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def at_gate(session: Session) -> House:
    return house(session)


def tried(session: Session, at_gate: House, document: dict[str, Any], as_of: datetime | None = None) -> Trial:
    now = opened(session, "keeper", LATER).now.policy
    return try_out(session, at_gate.product.id, now, of_document(document), as_of or beginning(FRIDAY, LATER))


def stopped(session: Session, as_of: datetime) -> dict[str, list[str]]:
    """What the real gate stops, by deal, with who is in the way."""
    open_deals = deals(session, col(Deal.outcome).is_(None), as_of)
    return {
        state.deal.reference: sorted(member.name for member, _answer in each.blocking)
        for state in states(session, open_deals, as_of)
        for each in state.products
        if each.stops
    }


def test_who_and_what_would_be_stopped_from_friday_on(session: Session, at_gate: House) -> None:
    run = tried(session, at_gate, BLOCK).run
    assert [(each.person.name, each.person.minutes, each.deals, each.money) for each in run.people] == [
        ("Lin", 1, 1, ((Decimal(200), "EUR"),)),
        ("Marek", 1, 2, ((Decimal(30), "EUR"), (Decimal(4), "USD"))),
    ]
    assert [each.reference for each in run.stopped.found] == ["D-lin", "D-marek", "D-both"]
    assert run.stopped.money == ((Decimal(230), "EUR"), (Decimal(4), "USD"))
    assert (run.freed.found, run.quick, run.looked_at, run.total) == ((), 2, 4, 4)


@pytest.mark.parametrize(
    ("before", "document"),
    [
        (None, BLOCK),
        (None, {"requirements": [{"enforcement": "warn"}, {"enforcement": "block", "regions": ["CN"]}]}),
        (None, {"requirements": [{"enforcement": "require_approval", "from_stage": "proposal"}]}),
        (BLOCK, {"requirements": [{"enforcement": "block", "coverage": "one"}]}),
        (BLOCK, {"requirements": [{"enforcement": "block", "roles": ["specialist"]}]}),
        ({"requirements": [{"enforcement": "block", "coverage": "owner"}]}, BLOCK),
        (BLOCK, {"requirements": [{"enforcement": "observe"}]}),
    ],
)
def test_what_it_says_is_what_the_gate_then_does(
    session: Session, at_gate: House, before: dict[str, Any] | None, document: dict[str, Any]
) -> None:
    if before:
        put(session, at_gate, before, starts_on=MONDAY)
    run = tried(session, at_gate, document).run
    friday = beginning(FRIDAY, LATER)
    unchanged = stopped(session, friday)
    put(session, at_gate, document)
    # the evening before, nothing has changed but who lapsed by then; from midnight on it holds
    assert stopped(session, end_of_day(FRIDAY - DAY)) == unchanged
    changed = stopped(session, friday)
    assert {each.reference for each in run.stopped.found} == changed.keys() - unchanged.keys()
    assert {each.reference for each in run.freed.found} == unchanged.keys() - changed.keys()
    newly = {(name, reference) for reference, names in changed.items() for name in names} - {
        (name, reference) for reference, names in unchanged.items() for name in names
    }
    assert sum(each.deals for each in run.people) == len(newly)
    assert {each.person.name for each in run.people} == {name for name, _reference in newly}


def test_what_lapses_by_then_counts_and_later_does_not(session: Session, at_gate: House) -> None:
    on_wednesday = tried(session, at_gate, BLOCK, beginning(MONDAY + 2 * DAY, LATER)).run
    assert [each.person.name for each in on_wednesday.people] == ["Marek"]
    on_thursday = tried(session, at_gate, BLOCK, beginning(MONDAY + 3 * DAY, LATER)).run
    assert [each.person.name for each in on_thursday.people] == ["Lin", "Marek"]


def test_who_needs_a_decision_of_somebody_else_is_not_certified_in_an_hour(session: Session, at_gate: House) -> None:
    assert at_gate.ana.id is not None
    sanction(
        session,
        at_gate.ana.id,
        at_gate.product.id,
        kind=CertificationEventKind.SUSPENDED,
        reason="It was promised",
        case="C-1",
        by="compliance@example.com",
        moment=NOW,
    )
    run = tried(session, at_gate, BLOCK).run
    assert [(each.person.name, each.person.alone) for each in run.people] == [
        ("Lin", True),
        ("Marek", True),
        ("Ana", False),
    ]
    assert run.quick == 2


def test_an_assessor_is_somebody_else(session: Session) -> None:
    at_gate = house(session, requirements=[{"attest": "redlines"}, {"sign_off": "demo"}])
    run = tried(session, at_gate, BLOCK).run
    assert {(each.person.name, each.person.minutes, each.person.alone) for each in run.people} == {
        ("Ana", 20, False),
        ("Lin", 20, False),
        ("Marek", 21, False),
    }
    assert run.quick == 0


def test_how_many_deals_each_requirement_asks_about(session: Session, at_gate: House) -> None:
    asks = [
        {"enforcement": "block"},
        {"enforcement": "block", "from_stage": "proposal"},
        {"enforcement": "block", "regions": ["CN"]},
        {"enforcement": "block", "roles": ["specialist"]},
    ]
    # where the region of a deal is not known, it is taken to be asked
    assert tried(session, at_gate, {"requirements": asks}).asked == (4, 1, 4, 1)


@pytest.mark.parametrize(("days", "names"), [(4, ["Lin"]), (3, ["Lin", "Marek"])])
def test_an_exception_counts_through_its_last_day(
    session: Session, at_gate: House, days: int, names: list[str]
) -> None:
    for found in deals(session, col(Deal.reference).in_(["D-marek", "D-both"]), None):
        waiver = Waiver(
            key=found.reference, deal_id=found.id, person_id=at_gate.marek.id or 0, product_id=at_gate.product.id,
            reason="The demo is booked", codes=[], through=MONDAY + days * DAY, asked_by=at_gate.marek.id or 0,
            asked_at=NOW, approved=True, decided_at=NOW,
        )  # fmt: skip
        session.add(waiver)
    session.flush()
    assert [each.person.name for each in tried(session, at_gate, BLOCK).run.people] == names


def test_what_is_asked_now_changes_nothing(session: Session, at_gate: House) -> None:
    same = opened(session, "keeper", LATER).now.policy
    run = try_out(session, at_gate.product.id, same, same, LATER).run
    assert (run.stops_more, run.freed.found, run.looked_at) == (False, (), 4)


def test_other_products_of_a_deal_are_left_out(session: Session, at_gate: House) -> None:
    porter = sellable(session, "porter")
    deal(session, "D-more", products=[at_gate.keeper, porter], team={"owner": [at_gate.ana]}, close_date=FRIDAY)
    session.commit()
    run = tried(session, at_gate, BLOCK).run
    assert "D-more" not in {each.reference for each in run.stopped.found}
    assert run.total == 5


def test_thousands_of_deals_take_as_many_statements_as_one(
    session: Session, database: Database, at_gate: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statements() -> int:
        with database.read() as reading, count_statements(database) as sent:
            tried(reading, at_gate, BLOCK)
        return len(sent)

    statements()  # documents are read once
    few = statements()
    for number in range(30):
        rep = person(session, f"rep-{number}@example.com")
        attest(session, rep, at_gate.keeper)
        deal(session, f"D-{number}", products=[at_gate.keeper], team={"owner": [rep]}, close_date=FRIDAY + DAY)
    session.commit()
    assert statements() == few
    monkeypatch.setattr(dryrun, "MOST_DEALS", 12)
    assert statements() == few - 2  # everybody on these is certified: what they did is not read, before and after
    run = tried(session, at_gate, BLOCK).run
    assert (run.looked_at, run.total) == (12, 34)


def test_a_product_without_a_deal_stops_nothing(session: Session, at_gate: House) -> None:
    sellable(session, "porter")
    porter = product_by_slug(session, "porter")
    assert porter is not None
    run = try_out(session, porter.id or 0, Policy(()), of_document(BLOCK), NOW).run
    assert (run.stops_more, run.looked_at, run.total) == (False, 0, 0)
