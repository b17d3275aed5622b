"""Assignments, leave and extensions over HTTP: who may do what for whom, and what the pages say."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.actions import assign
from app.certification.certificates.models import Certificate
from app.certification.models import (
    Assignment,
    AssignmentRule,
    CertificationEventKind,
    CertificationPeriod,
    Leave,
    PeriodExtension,
)
from app.certification.queries import record
from app.certification.sanctions.actions import sanction
from app.database import Database
from app.people.models import Person, Role
from factories import NOW, attest, person, sellable
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]

LATER = {"product": "keeper", "role": "rep", "due_from": "assigned", "due_days": "30"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(session: Session) -> Person:
    """Ana and Ben report to Miriam, Eva to Otto; Keeper asks for a signature."""
    miriam = person(session, "miriam@example.com", Role.MANAGER, name="Miriam")
    otto = person(session, "otto@example.com", Role.MANAGER)
    ana = person(session, "ana@example.com", name="Ana Duarte", manager=miriam)
    person(session, "ben@example.com", name="Ben Cole", manager=miriam)
    person(session, "eva@example.com", name="Eva Brandt", manager=otto)
    person(session, "carol@example.com", Role.COMPLIANCE)
    person(session, "adam@example.com", Role.ADMIN)
    sellable(session, at=NOW - timedelta(days=400))
    session.commit()
    return ana


def asked(session: Session) -> list[tuple[str, date | None]]:
    rows = session.execute(
        select(col(Person.name), col(Assignment.due_on))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .order_by(col(Assignment.id))
    ).all()
    session.rollback()
    return [tuple(row) for row in rows]


def test_a_rule_is_looked_at_first_and_a_managers_is_for_the_own_people(
    ana: Person, session: Session, sign_in: SignIn
) -> None:
    miriam, otto = sign_in("miriam@example.com"), sign_in("otto@example.com")
    look = miriam.post("/team/assignments/rules/new", data={**LATER, "step": "look"})
    assert "This would ask 2 people" in look.text
    assert ("Ana Duarte" in look.text, "Eva Brandt" in look.text) == (True, False)
    assert asked(session) == []
    assert miriam.post("/team/assignments/rules/new", data={**LATER, "step": "make"}).status_code == 303
    assert asked(session) == [("Ana Duarte", date(2026, 12, 23)), ("Ben Cole", date(2026, 12, 23))]
    rule = session.scalars(select(col(AssignmentRule.id))).one()
    session.rollback()
    assert otto.post(f"/team/assignments/rules/{rule}/end").status_code == 404
    assert ("End the rule" in otto.get("/team/assignments").text) is False
    assert sign_in("carol@example.com").post(f"/team/assignments/rules/{rule}/end").status_code == 303
    assert miriam.post(f"/team/assignments/rules/{rule}/end").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"product": "vault"}, "Choose one of the list."),
        ({"team": "99"}, "Choose one of the list."),
        ({"due_from": "launch"}, "Fill this in."),
        ({"due_from": "launch", "launch_on": "2026-11-22"}, "Choose today or a later day."),
        ({"hired_from": "2026-11-02", "hired_through": "2026-11-01"}, "The last day lies before the first."),
        ({"due_days": "-1"}, "Use 0 or more."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    ana: Person, session: Session, sign_in: SignIn, wrong: dict[str, str], sentence: str
) -> None:
    answer = sign_in("carol@example.com").post("/team/assignments/rules/new", data={**LATER, "step": "make", **wrong})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert session.scalars(select(AssignmentRule)).all() == []


def test_a_manager_asks_many_of_the_own_people_at_once(ana: Person, session: Session, sign_in: SignIn) -> None:
    ids = {each.name: each.id for each in session.scalars(select(Person))}
    session.rollback()
    miriam = sign_in("miriam@example.com")
    page = miriam.get("/team/assignments/new?product=keeper")
    assert ("Ana Duarte" in page.text, "Ben Cole" in page.text, "Eva Brandt" in page.text) == (True, True, False)
    url, due = "/team/assignments/new", "2026-12-01"
    own = [str(ids["Ana Duarte"]), str(ids["Ben Cole"])]
    for people, day, status in [
        ([], due, 422),
        (own, "2026-11-01", 422),
        ([*own, str(ids["Eva Brandt"])], due, 404),
        (own, due, 303),
    ]:
        answer = miriam.post(url, data={"product": "keeper", "people": people, "due_on": day})
        assert answer.status_code == status
    assert asked(session) == [("Ana Duarte", date(2026, 12, 1)), ("Ben Cole", date(2026, 12, 1))]


def test_the_list_puts_what_is_overdue_first_and_leaves_out_what_is_done(
    ana: Person, session: Session, database: Database, sign_in: SignIn
) -> None:
    people = {each.name: each for each in session.scalars(select(Person))}
    keeper = sellable(session, "vault", at=NOW - timedelta(days=90))
    days = [("Ben Cole", None), ("Eva Brandt", date(2026, 12, 1)), ("Ana Duarte", date(2026, 11, 20))]
    for name, day in days:
        past = NOW - timedelta(days=60)
        assign(session, people[name].id or 0, keeper.id or 0, due_on=day, by="carol@example.com", moment=past)
    session.commit()
    browser = sign_in("carol@example.com")
    browser.get("/team/assignments")
    with count_statements(database) as statements:
        text = browser.get("/team/assignments").text
    few = len(statements)
    places = [text.index(name) for name in ("Ana Duarte", "Eva Brandt", "Ben Cole")]
    assert (places, "1 assignment is overdue." in text) == (sorted(places), True)
    attest(session, people["Ana Duarte"], keeper)
    for number in range(4):
        late = person(session, f"late{number}@example.com")
        assign(session, late.id or 0, keeper.id or 0, due_on=date(2026, 11, 1), by="x@example.com", moment=NOW)
    session.commit()
    with count_statements(database) as statements:
        text = browser.get("/team/assignments").text
    assert len(statements) == few
    assert ("Ana Duarte" in text, "4 assignments are overdue." in text, "1 is done." in text) == (False, True, True)
    assert "Eva Brandt" not in browser.get("/team/assignments?show=overdue").text


def test_leave_of_the_own_people_and_what_it_does(ana: Person, session: Session, sign_in: SignIn) -> None:
    url = f"/team/people/{ana.id}/leave"
    miriam = sign_in("miriam@example.com")
    data = {"product": "keeper", "due_on": "2026-12-03"}
    assert miriam.post(f"/team/people/{ana.id}/assignments", data=data).status_code == 303
    assert sign_in("otto@example.com").post(url, data={"from_on": "2026-11-25"}).status_code == 404
    wrong = miriam.post(url, data={"from_on": "2026-12-08", "through_on": "2026-11-25"})
    assert (wrong.status_code, "The last day lies before the first." in wrong.text) == (422, True)
    span = {"from_on": "2026-11-25", "through_on": "2026-12-08"}
    assert [miriam.post(url, data=span).status_code for _time in range(2)] == [303, 422]
    text = miriam.get(url).text
    assert "due 3 December 2026 → 17 December 2026" in text
    leave = session.scalars(select(col(Leave.id))).one()
    session.rollback()
    assert miriam.post(f"{url}/{leave}/withdraw").status_code == 303
    assert miriam.post(f"{url}/{leave}/withdraw").status_code == 409
    assert "due 3 December 2026<" in miriam.get(url).text


def test_nobody_records_leave_of_their_own(ana: Person, session: Session, sign_in: SignIn) -> None:
    adam = person(session, "adam.own@example.com", Role.ADMIN)
    session.commit()
    url = f"/team/people/{adam.id}/leave"
    client = sign_in("adam.own@example.com")
    assert (client.get(url).status_code, client.post(url, data={"from_on": "2026-01-01"}).status_code) == (403, 403)
    assert url not in client.get(f"/team/people/{adam.id}").text
    assert client.get(f"/team/people/{ana.id}/leave").status_code == 200


def test_a_leave_gets_its_end_when_that_is_known(ana: Person, session: Session, sign_in: SignIn) -> None:
    url, miriam = f"/team/people/{ana.id}/leave", sign_in("miriam@example.com")
    miriam.post(f"/team/people/{ana.id}/assignments", data={"product": "keeper", "due_on": "2026-12-03"})
    assert miriam.post(url, data={"from_on": "2026-11-25"}).status_code == 303
    leave = session.scalars(select(col(Leave.id))).one()
    session.rollback()
    assert "From 25 November 2026, end not known" in miriam.get(url).text
    for day, sentence in (("2026-11-24", "The last day lies before the first."), ("", "wrong")):
        wrong = miriam.post(f"{url}/{leave}/end", data={"through_on": day})
        assert (wrong.status_code, sentence in wrong.text) == (422, True)
    assert sign_in("otto@example.com").post(f"{url}/{leave}/end", data={"through_on": "2026-12-08"}).status_code == 404
    answers = [miriam.post(f"{url}/{leave}/end", data={"through_on": "2026-12-08"}).status_code for _time in range(2)]
    assert answers == [303, 409]
    text = miriam.get(url).text
    assert ("end not known" in text, "due 3 December 2026 → 17 December 2026" in text) == (False, True)


def test_an_extension_moves_the_last_day_and_keeps_the_baseline(ana: Person, session: Session, sign_in: SignIn) -> None:
    keeper = sellable(session, "vault", at=NOW - timedelta(days=400))
    attest(session, ana, keeper, at=NOW - timedelta(days=360))
    session.commit()
    url = f"/team/people/{ana.id}/periods/{session.scalars(select(col(CertificationPeriod.id))).one()}/extension"
    who, what = ana.id or 0, keeper.id or 0
    session.rollback()
    miriam = sign_in("miriam@example.com")
    assert "27 November 2026" in miriam.get(url).text
    form = {"through": "2026-12-31", "reason": "Back from leave.", "seen": "2026-11-27"}
    for wrong, status in [
        ({"through": "2026-11-27"}, 422),
        ({"through": "2027-05-27"}, 422),
        ({"reason": ""}, 422),
        ({"seen": "2026-11-26"}, 409),
        ({}, 303),
        ({}, 409),
        ({"seen": "2026-12-31", "through": "2027-05-26"}, 303),
    ]:
        assert miriam.post(url, data={**form, **wrong}).status_code == status, wrong
    assert sign_in("otto@example.com").post(url, data=form).status_code == 404
    assert [each.through for each in session.scalars(select(PeriodExtension).order_by(col(PeriodExtension.id)))] == [
        date(2026, 12, 31),
        date(2027, 5, 26),
    ]
    standing = record(session, who, what, NOW)
    assert standing is not None
    assert standing.verdict.valid_through == date(2027, 5, 26)
    assert standing.facts.period is not None
    assert (standing.facts.period.baseline_through, standing.facts.period.window_opens_on) == (
        date(2026, 11, 27),
        date(2026, 10, 29),
    )
    assert len(session.scalars(select(Certificate)).all()) == 3
    extended = col(AuditEntry.action) == "certification.extended"
    trail = select(col(AuditEntry.details)).where(extended).order_by(col(AuditEntry.id))
    assert [each["through"] for each in session.scalars(trail)] == ["2026-12-31", "2027-05-26"]


def test_what_is_revoked_or_renewed_is_not_extended(ana: Person, session: Session, sign_in: SignIn) -> None:
    keeper = sellable(session, "vault", at=NOW - timedelta(days=400))
    attest(session, ana, keeper, at=NOW - timedelta(days=360))
    attest(session, ana, keeper, at=NOW, number=2)
    first, second = session.scalars(select(CertificationPeriod).order_by(col(CertificationPeriod.number)))
    revoked = CertificationEventKind.REVOKED
    sanction(session, ana.id or 0, keeper.id or 0, revoked, reason="Why.", by="carol@example.com", moment=NOW)
    session.commit()
    carol = sign_in("carol@example.com")
    for period in (first, second):
        form = {"through": "2027-12-31", "reason": "More time.", "seen": period.valid_through.isoformat()}
        url = f"/team/people/{ana.id}/periods/{period.id}/extension"
        assert carol.post(url, data=form).status_code == 409
    assert session.scalars(select(PeriodExtension)).all() == []


def test_nobody_extends_their_own(ana: Person, session: Session, sign_in: SignIn) -> None:
    carol = session.scalars(select(col(Person.id)).where(col(Person.email) == "carol@example.com")).one()
    session.rollback()
    assert sign_in("carol@example.com").get(f"/team/people/{carol}/periods/1/extension").status_code == 403


@pytest.mark.parametrize(
    ("there", "typed", "said"),
    [
        (("CN", "PT"), "cn", None),
        (("PT", "CN"), "Cn-East", "Nobody has this region. There are: CN, PT."),
        ((), "CN", "Nobody has a region yet."),
    ],
)
def test_a_rule_is_for_a_region_that_somebody_has(
    ana: Person, session: Session, sign_in: SignIn, there: tuple[str, ...], typed: str, said: str | None
) -> None:
    for number, region in enumerate(there):
        person(session, f"rep{number}@example.com").region = region
    ana.region = ""
    session.commit()
    browser = sign_in("adam@example.com")
    offered = browser.get("/team/assignments/rules/new").text
    assert [region in offered for region in ("CN", "PT")] == [region in there for region in ("CN", "PT")]
    answer = browser.post("/team/assignments/rules/new", data={**LATER, "region": typed, "step": "make"})
    assert answer.status_code == (422 if said else 303)
    assert said is None or said in answer.text
    assert len(session.scalars(select(AssignmentRule)).all()) == (0 if said else 1)
