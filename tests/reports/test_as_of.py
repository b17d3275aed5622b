"""Pages as of a past day: the standing, the rules and the texts of then, nothing to change, and no other day."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.database import Database
from app.people.models import Person, Role
from factories import NOW, attest, course_document, deal, lesson, person, published, redline, sellable
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
BEFORE = "2026-11-02"
"""The day on which Ana was certified, under the first red lines."""
FIRST = NOW - timedelta(days=30)
SIGNED = NOW - timedelta(days=21)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(session: Session) -> Person:
    """Ana signed the red lines 21 days ago; since then other red lines came, and yesterday she was suspended."""
    boss = person(session, "miriam@example.com", Role.MANAGER, name="Miriam", at=FIRST)
    rep = person(session, "ana@example.com", name="Ana", manager=boss, at=FIRST)
    person(session, "new@example.com", name="Newcomer", manager=boss, at=NOW - timedelta(days=1))
    person(session, "carol@example.com", Role.COMPLIANCE, at=FIRST)
    keeper = sellable(session, at=FIRST)
    published(session, keeper, ContentKind.COURSE, "keeper", course_document([lesson(1)]), at=FIRST)
    attest(session, rep, keeper, at=SIGNED)
    deal(session, products=[keeper], team={"owner": [rep]}, at=SIGNED)
    later = {"schema": 1, "rules": [redline("keeper.later")]}
    published(session, keeper, ContentKind.REDLINES, "keeper", later, at=NOW - timedelta(days=5))
    course = course_document([lesson(1), lesson(2)])
    published(session, keeper, ContentKind.COURSE, "keeper", course, at=NOW - timedelta(days=5))
    sanction(
        session,
        rep.id or 0,
        keeper.id or 0,
        CertificationEventKind.SUSPENDED,
        reason="Said too much.",
        by="carol@example.com",
        moment=NOW - timedelta(days=1),
    )
    session.commit()
    return rep


def test_the_record_of_a_past_day_knows_nothing_of_what_came_later(ana: Person, sign_in: SignIn) -> None:
    browser = sign_in("carol@example.com")
    then = browser.get(f"/team/people/{ana.id}", params={"as_of": BEFORE}).text
    now = browser.get(f"/team/people/{ana.id}").text
    words = (
        "As of 2 November 2026",
        "Could sell 1 of 1 product alone",
        "Red lines signed, version 1",
        "Said too much.",
    )
    assert [each in then for each in words] == [True, True, True, False]
    assert [each in now for each in words] == [False, False, True, True]
    before_that = browser.get(f"/team/people/{ana.id}", params={"as_of": "2026-11-01"}).text
    assert [each in before_that for each in ("Could sell 0 of 1", "Red lines signed")] == [True, False]


@pytest.mark.parametrize("path", ["/team/people/{ana}", "/deals/D-1", "/products/keeper", "/products/keeper/red-lines"])
def test_nothing_can_be_changed_in_the_past(ana: Person, sign_in: SignIn, path: str) -> None:
    for viewer in ("miriam@example.com", "carol@example.com"):
        answer = sign_in(viewer).get(path.format(ana=ana.id), params={"as_of": BEFORE})
        own = answer.text.partition("<main")[2].partition("</main>")[0]
        assert (answer.status_code, own.count('method="post"'), "Nothing can be changed here." in own) == (200, 0, True)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("soon", "Write a date, such as 2026-11-21."),
        ("2026-02-30", "Write a date, such as 2026-11-21."),
        ("0001-01-01", "Write a date, such as 2026-11-21."),
        ("2026-11-24", "This day lies ahead. Choose today or an earlier day."),
    ],
)
@pytest.mark.parametrize(
    "path", ["/team/people/{ana}", "/deals/D-1", "/products/keeper", "/products/keeper/red-lines", "/team"]
)
def test_a_wrong_day_is_said_at_its_field(ana: Person, sign_in: SignIn, path: str, day: str, told: str) -> None:
    answer = sign_in("carol@example.com").get(path.format(ana=ana.id), params={"as_of": day})
    if path == "/team" and told.startswith("This day"):  # the matrix looks ahead, and says so
        assert (answer.status_code, "if nothing happens until then" in answer.text) == (200, True)
    else:
        assert (answer.status_code, f'id="f-as-of-wrong">{told}</span>' in answer.text) == (422, True)


def test_a_product_shows_the_texts_then_in_force_with_their_versions(ana: Person, sign_in: SignIn) -> None:
    browser = sign_in("ana@example.com")
    then = browser.get("/products/keeper", params={"as_of": BEFORE}).text
    now = browser.get("/products/keeper").text
    words = ("Course · version 1", "What lesson 1 says.", "Lesson 2", "About keeper.return", "About keeper.later")
    assert [each in then for each in words] == [True, True, False, True, False]
    assert [each in now for each in words] == [False, False, True, False, True]
    lines = browser.get("/products/keeper/red-lines", params={"as_of": BEFORE}).text
    assert [each in lines for each in ("Version 1,", "About keeper.return", "About keeper.later")] == [
        True,
        True,
        False,
    ]
    assert "Nothing was published on that day" in browser.get("/products/keeper?as_of=2026-10-01").text


def test_the_matrix_of_a_past_day_has_the_people_of_then_and_leads_to_their_records(
    ana: Person, sign_in: SignIn
) -> None:
    browser = sign_in("miriam@example.com")
    then = browser.get("/team", params={"as_of": BEFORE}).text
    assert f'href="/team/people/{ana.id}?as_of={BEFORE}#product-keeper"' in then
    assert [each in then for each in ("Newcomer", "0 of 1 standings are not cleared on this day")] == [False, True]
    assert "Newcomer" in browser.get("/team").text
    assert browser.get("/team.csv", params={"as_of": "soon"}).status_code == 422


def test_the_deal_of_a_past_day_is_cleared_by_the_rules_of_then(ana: Person, sign_in: SignIn) -> None:
    browser = sign_in("miriam@example.com")
    standings = {
        day: "Suspended" in browser.get("/deals/D-1", params={"as_of": day}).text for day in (BEFORE, "2026-11-22", "")
    }
    assert standings == {BEFORE: False, "2026-11-22": True, "": True}


def test_who_has_left_a_deal_was_on_it(ana: Person, session: Session, sign_in: SignIn) -> None:
    carol = sign_in("carol@example.com")
    person(session, "adam@example.com", Role.ADMIN, at=FIRST)
    beside = person(session, "bea@example.com", at=FIRST, name="Bea")
    deal(session, "D-2", name="Vela", products=[], team={"owner": [ana]}, at=SIGNED)
    session.commit()
    adam = sign_in("adam@example.com")
    bea = {"person": "bea@example.com", "role": "specialist"}
    for days, path, step in ((10, "team", 0), (5, "team/remove", 1)):
        with time_machine.travel(NOW - timedelta(days=days)):
            assert adam.post(f"/deals/D-2/{path}", data={**bea, "step": step}).status_code == 303
    told = {
        day: "Vela" in carol.get(f"/team/people/{beside.id}", params={"as_of": day}).text
        for day in ("2026-11-12", "2026-11-15", "")
    }
    assert told == {"2026-11-12": False, "2026-11-15": True, "": False}


def test_a_day_ends_in_the_time_zone_of_the_site(ana: Person, sign_in: SignIn) -> None:
    # signed at 09:00 UTC on the 2nd: that day knows of it, the one before does not
    browser = sign_in("miriam@example.com")
    told = [
        "Red lines signed" in browser.get(f"/team/people/{ana.id}", params={"as_of": day}).text
        for day in ("2026-11-01", BEFORE, "2026-11-02T08:59", "2026-11-02T09:00")
    ]
    assert told == [False, True, False, True]


def test_the_past_costs_no_more_for_more_products(
    ana: Person, database: Database, session: Session, sign_in: SignIn
) -> None:
    paths = (f"/team/people/{ana.id}?as_of={BEFORE}", f"/products/keeper?as_of={BEFORE}", f"/team?as_of={BEFORE}")
    browser = sign_in("miriam@example.com")

    def cost() -> list[int]:
        found = []
        for path in paths:
            browser.get(path)
            with count_statements(database) as statements:
                browser.get(path)
            found.append(len(statements))
        return found

    before = cost()
    for name in ("porter", "signal", "teller"):
        attest(session, ana, sellable(session, name, at=FIRST), at=SIGNED)
    session.commit()
    assert cost() == before
