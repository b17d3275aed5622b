"""Deals in a browser: who sees and changes them, how they are listed, and how they were."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.deals.lists import at_risk
from app.deals.models import DealMember
from deals.house import House
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

LATER = NOW + timedelta(hours=1)
SignIn = Callable[[str], TestClient]
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("ana@example.com", 200),
        ("miriam@example.com", 200),
        ("compliance@example.com", 200),
        ("admin@example.com", 200),
        ("marek@example.com", 404),
        ("charlie@example.com", 404),
        ("trainer@example.com", 404),
        ("other-manager@example.com", 404),
    ],
)
def test_a_deal_is_seen_by_its_team_and_those_above(house: House, sign_in: SignIn, email: str, status: int) -> None:
    browser = sign_in(email)
    assert browser.get("/deals/D-1").status_code == status
    assert ("Harbour Bakery Group" in browser.get("/deals").text) == (status == 200)


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("ana@example.com", 200),
        ("miriam@example.com", 200),
        ("admin@example.com", 200),
        ("compliance@example.com", 403),
    ],
)
def test_a_deal_is_changed_by_its_owner_and_those_above(house: House, sign_in: SignIn, email: str, status: int) -> None:
    assert sign_in(email).get("/deals/D-1/edit").status_code == status


def test_a_deal_shows_one_red_line_of_each_of_its_products(house: House, sign_in: SignIn, session: Session) -> None:
    porter = sellable(session, "porter")
    deal(session, "D-2", products=[house.keeper, porter], team={"owner": [house.ana]})
    session.commit()
    text = sign_in("ana@example.com").get("/deals/D-2").text
    shown = [part.partition('"')[0] for part in text.split('class="redline" id="redline-')[1:]]
    assert shown == ["keeper.return", "porter.return"]
    assert '<a href="/products/porter/red-lines">Porter</a>' in text


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\x00", "yesterday"])
def test_a_moment_that_cannot_be_is_said_at_its_field_and_is_now(house: House, sign_in: SignIn, as_of: str) -> None:
    answer = sign_in("ana@example.com").get("/deals/D-1", params={"as_of": as_of})
    assert (answer.status_code, "As of 23 November 2026" in answer.text) == (422, True)
    assert '<span class="wrong" id="f-as-of-wrong">Write a date, such as 2026-11-21.</span>' in answer.text


def test_a_manager_reads_what_is_left_and_the_rep_where_to_do_it(
    house: House, sign_in: SignIn, session: Session
) -> None:
    porter = sellable(session, "porter", name="Porter", requirements=[{"attest": "redlines"}, {"quiz": "porter-quiz"}])
    deal(session, "D-2", products=[porter], team={"owner": [house.ana]})
    session.commit()
    assert '<a href="/products/porter">Finish Porter</a>' in sign_in("miriam@example.com").get("/deals/D-2").text
    own = sign_in("ana@example.com").get("/deals/D-2").text
    assert '<a href="/products/porter/red-lines">Sign the red lines: Porter</a>' in own
    assert '<a href="/quizzes/porter-quiz">Take the quiz: Porter</a>' in own


def test_a_past_moment_shows_the_deal_as_it_was(house: House, sign_in: SignIn, session: Session) -> None:
    attest(session, house.marek, house.keeper)
    session.commit()
    marek = {"person": "marek@example.com", "role": "specialist"}
    for days, path, step in ((3, "team", 0), (5, "team/remove", 1)):
        with time_machine.travel(NOW + timedelta(days=days)):
            browser = sign_in("miriam@example.com")
            assert browser.post(f"/deals/D-1/{path}", data={**marek, "step": step}).status_code == 303
    with time_machine.travel(NOW + timedelta(days=7)):
        browser = sign_in("miriam@example.com")
        on_team = {
            day: "<br><small>Specialist" in browser.get("/deals/D-1", params={"as_of": day}).text
            for day in ("2026-11-24", "2026-11-26", "2026-11-27", "2026-11-28", "2026-12-24")
        }
        assert on_team == {
            "2026-11-24": False,
            "2026-11-26": True,
            "2026-11-27": True,
            "2026-11-28": False,
            "2026-12-24": False,
        }
        ahead = browser.get("/deals/D-1", params={"as_of": "2026-12-24"})
        assert (ahead.status_code, "This day lies ahead." in ahead.text) == (422, True)
        assert "Add somebody" not in browser.get("/deals/D-1", params={"as_of": "2026-11-26"}).text
        assert browser.get("/deals/D-1", params={"as_of": "2026-11-01"}).status_code == 404


def test_lists_are_filtered_and_count_the_money(house: House, sign_in: SignIn, session: Session) -> None:
    deal(session, "D-2", products=[house.keeper], team={"owner": [house.marek]}, stage="proposal", name="Vela Sports")
    session.commit()
    browser = sign_in("miriam@example.com")
    found = {
        query: [name for name in ("Harbour Bakery Group", "Vela Sports") if name in browser.get(f"/deals?{query}").text]
        for query in ("", "show=mine", "show=at-risk", "stage=contract", "q=vela", "page=7", "page=x")
    }
    assert found == {
        "": ["Harbour Bakery Group", "Vela Sports"],
        "show=mine": [],
        "show=at-risk": ["Vela Sports"],
        "stage=contract": [],
        "q=vela": ["Vela Sports"],
        "page=7": [],
        "page=x": ["Harbour Bakery Group", "Vela Sports"],
    }
    assert "€172,000" in browser.get("/deals").text


def test_a_deal_is_at_risk_when_somebody_lapses_before_it_closes(house: House, session: Session) -> None:
    long = deal(session, "D-2", products=[house.keeper], team={"owner": [house.ana]}, stage="proposal")
    long.close_date = (NOW + timedelta(days=400)).date()
    session.commit()
    found = at_risk(session, [house.ana.id or 0], LATER)
    assert [(each.deal.reference, each.risk) for each in found] == [("D-2", "ends_before_close")]


def test_a_deal_says_of_each_person_until_when_they_may_sell(house: House, sign_in: SignIn, session: Session) -> None:
    till = sellable(session, "till", at=NOW - timedelta(days=60))
    for who, ago in ((house.ana, 0), (house.marek, 30), (house.charlie, 30)):
        attest(session, who, till, at=NOW - timedelta(days=ago))
    team = {"owner": [house.ana], "specialist": [house.marek, house.charlie]}
    deal(session, "D-2", products=[till], team=team, close_date=(NOW + timedelta(days=400)).date())
    session.commit()
    text = sign_in("ana@example.com").get("/deals/D-2").text
    assert (
        "Charlie Roe, Marek Nowak: valid through 23 October 2027 (334 days). "
        "Ana Duarte: valid through 22 November 2027 (364 days), and the deal closes on 28 December 2027."
    ) in text


def test_pages_cost_the_same_for_one_deal_and_for_many(
    house: House, sign_in: SignIn, session: Session, application: FastAPI
) -> None:
    deal(session, "D-9", products=[house.keeper], team={"owner": [house.marek]}, stage="proposal")
    session.commit()
    browser = sign_in("miriam@example.com")
    counts = []
    for newcomers in (range(1), range(1, 6)):  # what people did is read of newcomers alone
        for each in newcomers:
            stored = person(session, f"rep{each}@example.com", manager=house.miriam)
            deal(session, f"D-1{each}", products=[house.keeper], team={"owner": [stored]})
            session.add(
                DealMember(
                    deal_id=house.deal.id or 0,
                    person_id=stored.id or 0,
                    role="specialist",
                    added_at=NOW,
                    added_by="x",
                )
            )
        session.commit()
        browser.get("/deals")
        with count_statements(application.state.database) as statements:
            browser.get("/deals")
            browser.get("/deals/D-1")
            browser.get("/deals/D-1/history")
            browser.get("/deals?show=at-risk")
            browser.get("/deals/at-risk.csv")
        counts.append(len(statements))
    assert counts[0] == counts[1]
