"""Past certifications from a file: everything wrong at once, all or nothing, and never over what is stored."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.certification.certificates.models import Certificate
from app.certification.models import CertificationPeriod, PeriodOrigin
from app.certification.past.actions import import_past
from app.certification.past.reading import read_past
from app.certification.past.rules import Plan
from app.certification.queries import record
from app.certification.rules import Standing
from app.cli import main
from app.people.models import Person, Role
from factories import NOW, attest, person, product, sellable

SignIn = Callable[[str], TestClient]

HEADER = "email,product,completed_on,valid_through,evidence,level\n"
PROVEN = "https://old.example.com/4711"


@pytest.fixture(autouse=True)
def _people(session: Session) -> None:
    """Ana and Ben sell Keeper, which certifies for 12 months, and has a level above."""
    person(session, "ana@example.com")
    person(session, "ben@example.com")
    person(session, "adam@example.com", Role.ADMIN)
    levels = [{"id": "expert", "name": "Expert", "requirements": [{"sign_off": "demo"}]}]
    sellable(session, at=NOW - timedelta(days=900), levels=levels)
    product(session, "bare")
    session.commit()


def load(session: Session, text: str, *, dry_run: bool = False) -> Plan:
    return import_past(session, read_past(text.encode()), actor="system", moment=NOW, dry_run=dry_run)


def sentences(session: Session, text: str) -> list[str]:
    return [str(problem) for problem in load(session, text).problems]


def stored(session: Session) -> list[tuple[str, int, date, date, date, PeriodOrigin, str]]:
    """Every period: (level, number, done, window opens, valid through, origin, evidence)."""
    return [
        (each.level, each.number, each.done_on, each.window_opens_on, each.valid_through, each.origin, each.evidence)
        for each in session.scalars(select(CertificationPeriod).order_by(col(CertificationPeriod.id)))
    ]


def test_past_certifications_become_periods_with_certificates(session: Session) -> None:
    text = HEADER + (
        "ana@example.com,keeper,2026-03-02,,,\n"
        f"ANA@example.com,Keeper,2025-03-10,2026-03-31,{PROVEN},standard\n"
        "ana@example.com,keeper,2026-03-02,,Paper,expert\n"
    )
    plan = load(session, text, dry_run=True)
    assert (len(plan.new), stored(session)) == (3, [])
    assert load(session, text) == plan
    imported = PeriodOrigin.IMPORTED
    assert stored(session) == [
        ("", 1, date(2025, 3, 10), date(2026, 3, 2), date(2026, 3, 31), imported, PROVEN),
        # done in the window of the first, so that it is counted from its end
        ("", 2, date(2026, 3, 2), date(2027, 3, 2), date(2027, 3, 31), imported, ""),
        ("expert", 1, date(2026, 3, 2), date(2027, 1, 31), date(2027, 3, 1), imported, "Paper"),
    ]
    ana = session.scalars(select(CertificationPeriod)).first()
    assert ana is not None
    standing = record(session, ana.person_id, ana.product_id, NOW)
    assert standing is not None
    assert (standing.verdict.standing, standing.verdict.valid_through) == (Standing.CERTIFIED, date(2027, 3, 31))
    codes = set(session.scalars(select(col(CertificationPeriod.code))))
    assert {each.code for each in session.scalars(select(Certificate))} == codes
    actions = session.scalars(select(col(AuditEntry.action)).order_by(col(AuditEntry.id).desc()).limit(4))
    assert list(actions) == ["certifications.imported", *["certification.imported"] * 3]


def test_the_second_time_nothing_changes(session: Session) -> None:
    text = HEADER + f"ana@example.com,keeper,2026-03-02,2027-01-01,{PROVEN},\n"
    load(session, text)
    before = stored(session)
    assert load(session, text) == Plan(unchanged=1)
    assert load(session, "email,product,completed_on\nana@example.com,keeper,2026-03-02\n") == Plan(unchanged=1)
    assert stored(session) == before


def test_a_certification_elsewhere_counts_for_the_next_period(session: Session) -> None:
    load(session, HEADER + "ana@example.com,keeper,2025-12-10,,,\n")
    period = session.scalars(select(CertificationPeriod)).one()
    ana, keeper = session.get_one(Person, period.person_id), session.get_one(Product, period.product_id)
    attest(session, ana, keeper)
    assert [(row[1], row[4]) for row in stored(session)] == [(1, date(2026, 12, 9)), (2, date(2027, 12, 9))]


def test_everything_wrong_is_said_at_once_and_nothing_is_stored(session: Session) -> None:
    rows = (
        "nobody@example.com,keeper,2026-03-02,,,\n"
        "ana@example.com,vault,2026-03-02,,,\n"
        "ana@example.com,bare,2026-03-02,,,\n"
        "ana@example.com,keeper,2026-11-24,,,\n"
        "ana@example.com,keeper,2026/1/5,5.1.2027,,\n"
        "ana@example.com,keeper,2026-03-02,2026-03-01,,\n"
        "ana@example.com,keeper,2026-03-02,2036-03-03,,\n"
        "ana@example.com,keeper,2026-03-02,,,master\n"
        "ana@example.com,keeper,,,,\n"
        "ben@example.com,keeper,2026-03-02,,,\n"
        "ben@example.com,keeper,2026-03-02,2026-12-01,,standard\n"
        "not an address,keeper,1926-03-02,,,\n"
    )
    assert sentences(session, HEADER + rows) == [
        "row 2: email: Nobody has the address nobody@example.com.",
        "row 3: product: There is no product vault.",
        "row 4: product: bare has no published program yet.",
        "row 5: completed_on: 2026-11-24 lies in the future.",
        "row 6: completed_on: 2026/1/5 is not written as dates are here. Write 2026-01-05.",
        "row 6: valid_through: 5.1.2027 is not a date. Write year, month and day, such as 2026-01-05.",
        "row 7: valid_through: The last day lies before the first.",
        "row 8: valid_through: A certification holds for ten years at most.",
        "row 9: level: There is no such level; the levels are standard, expert.",
        "row 10: completed_on: Fill this in.",
        "row 12: completed_on: The same certification is in row 11 already.",
        "row 13: email: Write an e-mail address, such as ana@example.com.",
    ]
    assert stored(session) == []


def test_what_is_stored_is_neither_written_over_nor_put_behind(session: Session) -> None:
    load(session, HEADER + f"ana@example.com,keeper,2026-03-02,,{PROVEN},\n")
    ben = session.scalars(select(Person).where(col(Person.email) == "ben@example.com")).one()
    keeper = session.scalars(select(Product).where(col(Product.slug) == "keeper")).one()
    attest(session, ben, keeper, at=NOW - timedelta(days=30))
    before = stored(session)
    rows = (
        "ana@example.com,keeper,2026-03-02,2027-06-01,,\n"
        "ana@example.com,keeper,2025-03-02,,,\n"
        "ben@example.com,keeper,2026-10-24,,,\n"
    )
    assert sentences(session, HEADER + rows) == [
        "row 2: valid_through: It is stored with 2027-03-01; what is stored is never written over.",
        "row 3: completed_on: A later one, of 2 March 2026, is stored already; none is put before it.",
        "row 4: completed_on: On this day it was earned here; what was earned is never written over.",
    ]
    assert sentences(session, HEADER + "ana@example.com,keeper,2026-03-02,,Paper,\n") == [
        "row 2: evidence: It is stored with other evidence; what is stored is never written over."
    ]
    assert stored(session) == before


def test_a_prerequisite_that_was_met_elsewhere_completes_the_way_that_asks_for_it(session: Session) -> None:
    asked = [{"certified": "keeper"}, {"attest": "redlines"}]
    vault = sellable(session, "vault", requirements=asked, at=NOW - timedelta(days=9))
    ana = session.scalars(select(Person).where(col(Person.email) == "ana@example.com")).one()
    attest(session, ana, vault, at=NOW - timedelta(days=2))
    load(session, HEADER + "ana@example.com,keeper,2026-03-02,,,\n")
    assert [(each[1], each[5]) for each in stored(session)] == [(1, PeriodOrigin.IMPORTED), (1, PeriodOrigin.EARNED)]


def test_what_excel_saves_is_read(session: Session) -> None:
    content = "\ufeffemail;product;completed_on;evidence\r\nana@example.com;keeper;2026-03-02;Paper\r\n;;;\r\n"
    assert len(load(session, content).new) == 1
    assert [each[6] for each in stored(session)] == ["Paper"]


def test_the_command_says_what_it_does(
    session: Session,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)
    file = tmp_path / "past.csv"
    file.write_text(HEADER + "ana@example.com,keeper,2026-03-02,,,expert\n", encoding="utf-8")
    command = ["certifications", "import", str(file)]
    line = "new: ana@example.com keeper/expert 2026-03-02 valid through 2027-03-01\n"
    with time_machine.travel(NOW, tick=False):
        answers = [(main(each), capsys.readouterr().out) for each in ([*command, "--dry-run"], command, command)]
        assert answers == [
            (0, f"{line}Nothing was stored (dry run): 1 new, 0 unchanged.\n"),
            (0, f"{line}Stored: 1 new, 0 unchanged.\n"),
            (0, "Stored: 0 new, 1 unchanged.\n"),
        ]
        file.write_text("email,product\n", encoding="utf-8")
        assert main(command) == 1
    assert capsys.readouterr().err == (
        f"{file}: row 1: completed_on: This column is missing in the header.\nNothing was stored.\n"
    )


def test_an_administrator_looks_first_and_then_stores(session: Session, sign_in: SignIn) -> None:
    good = (HEADER + f"ana@example.com,keeper,2026-03-02,,{PROVEN},\n").encode()
    with time_machine.travel(NOW, tick=False):
        browser = sign_in("adam@example.com")
        wrong = browser.post("/admin/certifications", files={"file": ("a.csv", b"email\n")})
        assert (wrong.status_code, "This column is missing in the header." in wrong.text) == (422, True)
        page = browser.post("/admin/certifications", files={"file": ("past.csv", good)})
        assert (page.status_code, "Take over 1 certification" in page.text, stored(session)) == (200, True, [])
        session.rollback()
        carried = page.text.partition('name="carried" value="')[2].partition('"')[0]
        answer = browser.post(
            "/admin/certifications/apply", files={"carried": (None, carried), "name": (None, "past.csv")}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/certifications")
        assert browser.get("/admin/certifications/apply").status_code == 303
    assert len(stored(session)) == 1


def test_nobody_takes_over_a_certification_of_their_own(session: Session) -> None:
    text = (HEADER + "adam@example.com,keeper,2026-03-02,,,\n").encode()
    plan = import_past(session, read_past(text), actor="adam@example.com", moment=NOW)
    assert [str(each) for each in plan.problems] == [
        "row 2: email: Nobody certifies themselves. Somebody else takes over what you have earned."
    ]
    assert stored(session) == []
    assert len(load(session, text.decode()).new) == 1
