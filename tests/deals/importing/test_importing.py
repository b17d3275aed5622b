"""A file of deals: stored as a whole, judged by the gate, and nothing new the second time."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.deals.facts import Contact, DealFacts, deals
from app.deals.importing.actions import Plan, import_deals
from app.deals.importing.reading import COLUMNS, read_deals
from app.deals.models import Deal, DealMember
from app.people.models import Role
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

LATER = NOW + timedelta(hours=1)
HEADER = ",".join(COLUMNS)
GOOD = (
    "CRM-1,Harbour Bakery Group,Harbour Bakery,86000.50,EUR,proposal,2026-12-11,PT,bakery,"
    "keeper,ana@example.com:owner,Rita Amaral:owner:Effort; Rui:it,,"
)
STOPPED = "CRM-2,Vela,Vela Sports,1000,EUR,proposal,,,,keeper,ana@example.com:owner;marek@example.com:specialist,,,"
LOST = STOPPED.removesuffix(",,") + ",lost,2026-11-20"
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture(autouse=True)
def house(session: Session) -> None:
    """Miriam leads Ana (cleared for Keeper, which blocks) and Marek (not); Charlie works elsewhere."""
    miriam = person(session, "miriam@example.com", Role.MANAGER)
    keeper = sellable(session)
    attest(session, person(session, "ana@example.com", name="Ana Duarte", manager=miriam), keeper)
    person(session, "marek@example.com", name="Marek Nowak", manager=miriam)
    attest(session, person(session, "charlie@example.com"), keeper)
    person(session, "admin@example.com", Role.ADMIN)
    session.commit()


def load(session: Session, *lines: str, header: str = HEADER, **more: Any) -> Plan:
    file = read_deals("\n".join((header, *lines)).encode())
    return import_deals(session, file, None, by="system", moment=LATER, **more)


def counted(plan: Plan) -> tuple[int, int, int]:
    return plan.new, plan.changed, plan.unchanged


def stored(session: Session) -> dict[str, DealFacts]:
    return {each.reference: each for each in deals(session, col(Deal.id) > 0, None)}


def recorded(session: Session) -> list[str]:
    chosen = select(col(AuditEntry.action)).where(col(AuditEntry.subject_kind).in_(("deal", "deals")))
    return list(session.scalars(chosen.order_by(col(AuditEntry.id))))


def test_a_file_is_stored_once(session: Session) -> None:
    assert counted(load(session, GOOD, LOST)) == (2, 0, 0)
    found = stored(session)
    first = found["CRM-1"]
    assert (first.name, first.amount, first.close_date) == (
        "Harbour Bakery Group",
        Decimal("86000.50"),
        date(2026, 12, 11),
    )
    assert (first.region, first.industry, first.slugs) == ("PT", "bakery", ("keeper",))
    assert [(each.email, each.role) for each in first.members] == [("ana@example.com", "owner")]
    assert first.contacts == (Contact("Rita Amaral", "owner", "Effort"), Contact("Rui", "it"))
    assert (found["CRM-2"].outcome, found["CRM-2"].closed_on) == ("lost", date(2026, 11, 20))
    assert counted(load(session, GOOD, LOST)) == (0, 0, 2)
    assert stored(session) == found


def test_columns_that_are_left_out_change_nothing(session: Session) -> None:
    load(session, GOOD)
    (before,) = stored(session).values()
    member = session.scalars(select(DealMember)).one()
    member.supervisor_id = 1
    session.flush()
    short = "id,name,account,amount,currency,stage,products,team"
    plan = load(session, "CRM-1,Harbour,Harbour Bakery,5,EUR,proposal,keeper,ana@example.com:owner", header=short)
    (after,) = stored(session).values()
    assert counted(plan) == (0, 1, 0)
    assert (after.name, after.amount, after.step) == ("Harbour", Decimal(5), 1)
    assert (after.close_date, after.region, after.contacts) == (before.close_date, before.region, before.contacts)
    assert after.members[0].supervisor_id == 1


def test_a_dry_run_stores_nothing(session: Session) -> None:
    assert counted(load(session, GOOD, dry_run=True)) == (1, 0, 0)
    assert (stored(session), recorded(session)) == ({}, [])


def test_what_the_gate_stops_stops_the_file(session: Session) -> None:
    plan = load(session, GOOD, STOPPED)
    assert plan.refused
    assert [(each.row, each.reference, each.reasons) for each in plan.stopped] == [
        (3, "CRM-2", (("Marek Nowak", "Keeper: The red lines have not been signed."),))
    ]
    assert stored(session) == {}
    assert recorded(session) == ["deals.import_stopped"]


def test_what_the_crm_says_can_be_recorded_all_the_same(session: Session) -> None:
    plan = load(session, GOOD, STOPPED, record_stopped=True)
    assert (plan.refused, len(plan.stopped), set(stored(session))) == (False, 1, {"CRM-1", "CRM-2"})
    assert recorded(session) == ["deal.reconciled", "deal.reconciled", "deals.imported"]


@pytest.mark.parametrize(
    ("before", "after", "column", "words"),
    [
        ("CRM-1", "a/b", "id", "Use letters, digits and hyphens"),
        ("CRM-1", "import", "id", "Use letters, digits and hyphens"),
        ("Harbour Bakery Group", "", "name", "Fill this in."),
        ("86000.50", "86.000,5", "amount", "is not an amount"),
        ("86000.50", "-1", "amount", "is not an amount"),
        ("86000.50", "1e9", "amount", "is not an amount"),
        ("EUR", "eur", "currency", "Choose one of EUR, USD"),
        ("proposal", "signed", "stage", "Choose one of discovery"),
        ("2026-12-11", "11.12.2026", "close_date", "is not a date"),
        ("keeper,", "nothing,", "products", "There is no product nothing."),
        ("keeper,", ",", "products", "Choose at least one product."),
        (":owner,", ",", "team", "Write everybody as address:part"),
        (":owner,", ":chief,", "team", "There is no such part in a deal: chief"),
        (":owner,", ":specialist,", "team", "A deal needs an owner."),
        ("ana@example.com", "nobody@example.com", "team", "nobody@example.com is known here"),
        ("Rui:it", "Rui:king", "contacts", "Write everybody as name:part:note"),
        (",,", ",drawn,", "outcome", "Choose one of won, lost."),
    ],
)
def test_what_is_wrong_is_said_with_its_row_and_column(
    session: Session, before: str, after: str, column: str, words: str
) -> None:
    lines = [LOST, GOOD.replace(before, after, 1) if before != ",," else GOOD.removesuffix(",,") + after]
    header = HEADER
    text = "\n".join((header, *lines)).replace("86.000,5", '"86.000,5"')
    plan = import_deals(session, read_deals(text.encode()), None, by="system", moment=LATER)
    assert {(each.row, each.column) for each in plan.problems} == {(3, column)}
    assert words in plan.problems[0].sentence
    assert stored(session) == {}


def test_an_id_stands_once_in_a_file(session: Session) -> None:
    plan = load(session, GOOD, GOOD)
    assert [str(each) for each in plan.problems] == ["row 3: id: This id stands in row 2 already."]


def test_statements_do_not_grow_with_the_rows_of_a_batch(session: Session, application: FastAPI) -> None:
    counts = []
    for number in (1, 2):
        lines = [GOOD.replace("CRM-1", f"CRM-{number}-{each}") for each in range(number * 20)]
        file = read_deals("\n".join((HEADER, *lines)).encode())
        with application.state.database.write() as own, count_statements(application.state.database) as statements:
            import_deals(own, file, None, by="system", moment=LATER)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def uploaded(browser: TestClient, *lines: str, path: str = "") -> Any:
    content = "\n".join((HEADER, *lines)).encode()
    return browser.post(f"/deals/import{path}", files={"file": ("deals.csv", content, "text/csv")})


def test_a_manager_looks_at_a_file_and_stores_it(session: Session, sign_in: Callable[[str], TestClient]) -> None:
    browser = sign_in("miriam@example.com")
    assert browser.get("/deals/import").status_code == 200
    looked_at = uploaded(browser, GOOD)
    assert (looked_at.status_code, "Store 1 deal" in looked_at.text) == (200, True)
    session.rollback()
    assert stored(session) == {}
    session.rollback()
    carried = looked_at.text.split('name="carried" value="')[1].split('"')[0]
    applied = browser.post("/deals/import/apply", data={"carried": carried}, files={"none": b""})
    assert (applied.status_code, applied.headers["location"]) == (303, "/deals")
    assert set(stored(session)) == {"CRM-1"}


def test_a_page_never_stores_what_the_gate_stops(session: Session, sign_in: Callable[[str], TestClient]) -> None:
    answer = uploaded(sign_in("admin@example.com"), STOPPED, path="/apply")
    assert (answer.status_code, "The red lines have not been signed." in answer.text) == (422, True)
    assert stored(session) == {}


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("charlie@example.com", "charlie@example.com is not one of those whom you may put on a deal."),
        ("nobody@example.com", "nobody@example.com is not one of those whom you may put on a deal."),
    ],
)
def test_a_manager_names_nobody_beyond_reach(
    session: Session, sign_in: Callable[[str], TestClient], email: str, words: str
) -> None:
    answer = uploaded(sign_in("miriam@example.com"), GOOD.replace("ana@example.com", email))
    assert (answer.status_code, words in answer.text) == (422, True)


def test_a_manager_takes_over_no_deal_of_others(session: Session, sign_in: Callable[[str], TestClient]) -> None:
    deal(session, "CRM-1", team={"owner": [person(session, "far@example.com")]})
    session.commit()
    answer = uploaded(sign_in("miriam@example.com"), GOOD)
    assert (answer.status_code, "it is not yours to change" in answer.text) == (422, True)


def test_reps_import_nothing(session: Session, sign_in: Callable[[str], TestClient]) -> None:
    assert uploaded(sign_in("ana@example.com"), GOOD).status_code == 403
    assert stored(session) == {}
