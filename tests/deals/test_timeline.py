"""The timeline of a deal, who else is free, and what hangs on a supervising colleague, in a browser."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Product
from app.deals.colleagues import Load, loads
from app.deals.models import DealMember
from app.deals.timeline import PAGE, timeline
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, sellable

LATER = NOW + timedelta(hours=1)
SignIn = Callable[[str], TestClient]
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def keeper(session: Session) -> Product:
    return sellable(session)


@pytest.fixture
def miriam(session: Session) -> Person:
    return person(session, "miriam@example.com", Role.MANAGER, name="Miriam Stolz")


def rep(session: Session, name: str, manager: Person, product: Product | None = None) -> Person:
    made = person(session, f"{name.lower()}@example.com", name=name, manager=manager)
    if product:
        attest(session, made, product)
    return made


def test_each_decision_opens_with_its_reasons_and_the_deal_of_then(
    session: Session, keeper: Product, miriam: Person, sign_in: SignIn
) -> None:
    ana = rep(session, "Ana", miriam, keeper)
    rep(session, "Marek", miriam)
    stored = deal(session, products=[keeper], team={"owner": [ana]})
    session.commit()
    browser = sign_in("miriam@example.com")
    browser.post("/deals/D-1/team", data={"person": "marek@example.com", "role": "specialist", "step": 0})
    text = browser.get("/deals/D-1/history").text
    (entry,) = timeline(session, stored.id or 0, LATER + timedelta(minutes=1)).entries
    (given,) = entry.given
    assert (entry.action, given.name, given.role, given.allowed) == ("member.refused", "Marek", "specialist", False)
    for shown in ("Marek refused", "The red lines have not been signed.", f"/decisions/{given.number}"):
        assert shown in text
    session.rollback()
    assert browser.get(f"/decisions/{given.number}").status_code == 200
    then = text.split('<a href="/deals/D-1?as_of=')[1].split('"')[0]
    assert browser.get(f"/deals/D-1?as_of={then}").status_code == 200


def test_a_long_timeline_has_pages(session: Session, keeper: Product, miriam: Person, sign_in: SignIn) -> None:
    deal(session, products=[keeper], team={"owner": [rep(session, "Ana", miriam, keeper)]})
    session.commit()
    browser = sign_in("miriam@example.com")
    facts = {"name": "N", "account": "A", "currency": "EUR", "stage": "discovery"}
    for step in range(PAGE + 2):
        assert browser.post("/deals/D-1", data={**facts, "amount": step + 1, "step": step}).status_code == 303
    shown = [browser.get(f"/deals/D-1/history?page={number}").text.count("Facts changed") for number in (1, 2, 3)]
    assert shown == [PAGE, 2, 0]
    assert f"All {PAGE + 2} decisions" in browser.get("/deals/D-1").text


def test_a_timeline_is_for_those_who_see_the_deal(
    session: Session, keeper: Product, miriam: Person, sign_in: SignIn
) -> None:
    deal(session, products=[keeper], team={"owner": [rep(session, "Ana", miriam, keeper)]})
    rep(session, "Marek", miriam)
    session.commit()
    assert sign_in("marek@example.com").get("/deals/D-1/history").status_code == 404


def test_who_is_cleared_and_on_the_fewest_open_deals_stands_first(
    session: Session, keeper: Product, miriam: Person, sign_in: SignIn
) -> None:
    ana, bea, cleo = (rep(session, name, miriam, keeper) for name in ("Ana", "Bea", "Cleo"))
    rep(session, "Abel", miriam)
    deal(session, products=[keeper], team={"owner": [ana]})
    deal(session, "D-2", products=[keeper], team={"owner": [bea]}, close_date=date(2026, 12, 3))
    deal(session, "D-3", products=[keeper], team={"owner": [bea]}, close_date=None)
    deal(session, "D-4", products=[keeper], team={"owner": [cleo]}, outcome="lost", closed_on=NOW.date())
    session.commit()
    people = [each.id or 0 for each in (ana, bea, cleo)]
    assert loads(session, people, LATER.date()) == {
        people[0]: Load(1, date(2026, 12, 11)),
        people[1]: Load(2, date(2026, 12, 3)),
    }
    session.rollback()
    text = sign_in("miriam@example.com").get("/deals/D-1").text
    free = text.split("Cleared and free")[1].split("</ul>")[0]
    assert free.index("Cleo") < free.index("Bea")
    assert ("On no open deal" in free, "On 2 open deals, the next closes 3 December 2026" in free) == (True, True)
    assert "Abel" not in free


def test_what_hangs_on_a_colleague_is_said(session: Session, miriam: Person, sign_in: SignIn) -> None:
    last_year = NOW - timedelta(days=365)
    keeper = sellable(session, at=last_year)
    ana, marek = rep(session, "Ana", miriam, keeper), rep(session, "Marek", miriam)
    attest(session, marek, keeper, at=last_year)
    stored = deal(session, products=[keeper], team={"owner": [ana], "specialist": [marek]})
    session.flush()
    session.get_one(DealMember, (stored.id, marek.id)).supervisor_id = ana.id
    session.commit()
    text = sign_in("miriam@example.com").get("/deals/D-1").text
    assert "Acts beside Ana. If Ana lapses on 22 November 2027, Marek is not cleared any more." in text


def test_the_list_at_risk_says_who_could_act_and_is_a_file(
    session: Session, keeper: Product, miriam: Person, sign_in: SignIn
) -> None:
    rep(session, "Ana", miriam, keeper)
    marek = rep(session, "Marek", miriam)
    deal(session, products=[keeper], team={"owner": [marek]}, name="=Sooner")
    deal(session, "D-2", products=[keeper], team={"owner": [marek]}, name="Later", close_date=date(2027, 1, 5))
    session.commit()
    browser = sign_in("miriam@example.com")
    text = browser.get("/deals?show=at-risk").text
    assert '<td class="full" data-label="Who can act">Ana</td>' in text
    assert text.index("Sooner") < text.index("Later")
    turned = browser.get("/deals?show=at-risk&sort=-closes").text
    assert turned.index("Later") < turned.index("Sooner")
    lines = browser.get("/deals/at-risk.csv?show=at-risk").text.splitlines()
    assert lines[1] == (
        "D-1,'=Sooner,Harbour Bakery,86000.00,EUR,discovery,2026-12-11,marek@example.com,keeper,"
        "The red lines have not been signed. 1 minute to do."
    )
    assert [line.split(",")[0] for line in lines[2:]] == ["D-2"]
