"""The matrix over HTTP: whom a manager sees, filters, days, the file, and what it costs."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.database import Database
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, product, sellable
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def miriam(session: Session) -> Person:
    """Miriam leads Ana and Bo, through Bo also Cy; Otto leads Dan. Ana and Dan are certified on Keeper."""
    boss = person(session, "miriam@example.com", Role.MANAGER, name="Miriam")
    ana = person(session, "ana@example.com", name="Ana", manager=boss)
    bo = person(session, "bo@example.com", Role.REP, Role.MANAGER, name="Bo", manager=boss)
    person(session, "cy@example.com", name="Cy", manager=bo)
    other = person(session, "otto@example.com", Role.MANAGER, name="Otto")
    dan = person(session, "dan@example.com", name="Dan", manager=other)
    person(session, "carol@example.com", Role.COMPLIANCE, name="Carol")
    keeper = sellable(session, "keeper", at=NOW - timedelta(days=400))
    attest(session, ana, keeper, at=NOW - timedelta(days=345))
    attest(session, dan, keeper, at=NOW - timedelta(days=100))
    deal(session, "D-1", products=[keeper], team={"owner": [bo], "support": [dan]}, close_date=date(2026, 12, 11))
    deal(session, "D-2", name="Vela", products=[keeper], team={"owner": [ana]}, close_date=date(2027, 1, 22))
    deal(session, "D-3", name="Otto's own", products=[keeper], team={"owner": [dan]}, close_date=date(2026, 12, 1))
    session.commit()
    return boss


def names_in(html: str) -> list[str]:
    return sorted(re.findall(r'<th scope="row"><a class="plain" href="/team/people/\d+">(\w+)</a>', html))


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ("miriam@example.com", ["Ana", "Bo", "Cy"]),
        ("bo@example.com", ["Cy"]),
        ("otto@example.com", ["Dan"]),
        ("carol@example.com", ["Ana", "Bo", "Cy", "Dan"]),
    ],
)
def test_a_manager_sees_the_own_branch_and_compliance_everybody(
    miriam: Person, sign_in: SignIn, viewer: str, seen: list[str]
) -> None:
    browser = sign_in(viewer)
    assert names_in(browser.get("/team").text) == seen
    lines = browser.get("/team.csv").text.splitlines()[1:]
    assert sorted({line.partition(",")[0] for line in lines}) == seen


@pytest.mark.parametrize("path", ["/team", "/team.csv"])
def test_a_rep_has_no_matrix(miriam: Person, sign_in: SignIn, path: str) -> None:
    assert sign_in("ana@example.com").get(path).status_code == 403


def test_the_lead_says_the_numbers(miriam: Person, sign_in: SignIn) -> None:
    text = " ".join(sign_in("miriam@example.com").get("/team").text.split())
    assert "2 of 3 standings are not cleared today. 1 lapses within 30 days." in text
    assert "2 deals worth €172,000 are at risk." in text
    assert "Otto" not in text
    assert "Lapses on 12 December 2026, before the close." in text


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("show=cannot", ["Bo", "Cy"]),
        ("show=lapses", ["Ana"]),
        ("show=cannot&as_of=2026-12-13", ["Bo", "Cy"]),
        ("show=cannot&as_of=2026-12-27", ["Ana", "Bo", "Cy"]),
        ("as_of=2026-11-22", []),
        ("show=nonsense&team=x&page=-1&product=none", ["Ana", "Bo", "Cy"]),
    ],
)
def test_filters_choose_people_as_of_a_day(miriam: Person, sign_in: SignIn, query: str, seen: list[str]) -> None:
    html = sign_in("miriam@example.com").get(f"/team?{query}").text
    assert names_in(html) == seen


@pytest.mark.parametrize(
    ("sort", "order"),
    [("todo", ["Ana", "Bo", "Cy"]), ("name", ["Ana", "Bo", "Cy"]), ("keeper", ["Bo", "Cy", "Ana"])],
)
def test_rows_come_in_the_order_asked_for(miriam: Person, sign_in: SignIn, sort: str, order: list[str]) -> None:
    lines = sign_in("miriam@example.com").get(f"/team.csv?sort={sort}").text.splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == order


def test_the_file_is_exact_and_harmless_to_spreadsheets(miriam: Person, session: Session, sign_in: SignIn) -> None:
    person(session, "eve@example.com", name="=HYPERLINK(1)", manager=miriam)
    session.commit()
    answer = sign_in("miriam@example.com").get("/team.csv?sort=name&as_of=2026-12-01")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="coverage-2026-12-01.csv"'
    assert answer.content.decode() == (
        "\ufeffperson,email,team,product,product_name,standing,word,may_sell_alone,supervised_only,"
        "valid_through,ends_on,days_left,due_on,minutes_left,as_of\r\n"
        "'=HYPERLINK(1),eve@example.com,,keeper,Keeper,not_started,Not started,no,no,,,,,1,2026-12-01\r\n"
        'Ana,ana@example.com,,keeper,Keeper,renewal_open,"Cleared, renew",yes,no,2026-12-12,2026-12-12,11,,1,'
        "2026-12-01\r\n"
        "Bo,bo@example.com,,keeper,Keeper,not_started,Not started,no,no,,,,,1,2026-12-01\r\n"
        "Cy,cy@example.com,,keeper,Keeper,not_started,Not started,no,no,,,,,1,2026-12-01\r\n"
    )


def test_htmx_gets_the_matrix_alone(miriam: Person, sign_in: SignIn) -> None:
    html = sign_in("miriam@example.com").get("/team", headers={"HX-Request": "true"}).text
    assert html.lstrip().startswith('<div class="stack s7" id="coverage">')
    assert names_in(html) == ["Ana", "Bo", "Cy"]


def test_a_manager_of_nobody_is_told_what_goes_here(session: Session, sign_in: SignIn) -> None:
    person(session, "new@example.com", Role.MANAGER)
    session.commit()
    assert "Nobody in your branch yet" in sign_in("new@example.com").get("/team").text


def test_more_than_a_hundred_people_come_in_pages(session: Session, sign_in: SignIn) -> None:
    boss = person(session, "boss@example.com", Role.MANAGER)
    for number in range(101):
        person(session, f"p{number:03}@example.com", manager=boss)
    sellable(session)
    session.commit()
    browser = sign_in("boss@example.com")
    first = browser.get("/team?sort=name").text
    assert "P000 – P099" in first
    assert ">P099</a>" in first
    assert ">P100</a>" not in first
    assert ">P100</a>" in browser.get("/team?sort=name&page=2").text


def test_the_number_of_statements_does_not_grow(session: Session, application: FastAPI, sign_in: SignIn) -> None:
    boss = person(session, "boss@example.com", Role.MANAGER)
    keeper = sellable(session)
    first = person(session, "first@example.com", manager=boss)
    deal(session, "D-0", products=[keeper], team={"owner": [first]})
    session.commit()
    browser = sign_in("boss@example.com")
    database: Database = application.state.database

    def counted() -> int:
        browser.get("/team")  # documents are read once
        with count_statements(database) as statements:
            assert browser.get("/team").status_code == 200
        return len(statements)

    found = [counted()]
    for start, end in ((1, 3), (3, 30)):
        for number in range(start, end):
            member = person(session, f"m{number}@example.com", manager=boss)
            deal(session, f"D-{number}", products=[keeper], team={"owner": [member]})
        sellable(session, f"product-{end}")
        session.commit()
        found.append(counted())
    assert found == [found[0]] * 3


def test_a_product_without_a_program_has_no_column(miriam: Person, session: Session, sign_in: SignIn) -> None:
    product(session, "draft", name="Only a draft")
    session.commit()
    assert "Only a draft" not in sign_in("miriam@example.com").get("/team").text
