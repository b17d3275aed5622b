"""What else counts: somebody else decides, it counts for the next award, and ends without taking anything back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.certification.credits.actions import Wish, ask, decide, end
from app.certification.credits.queries import credit, creditable
from app.certification.credits.rules import CreditState, may_decide, state
from app.certification.models import CertificationPeriod, CreditKind, RequirementCredit
from app.certification.queries import programs, record
from app.certification.requirements import RequirementKind
from app.database import Database
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.models import Person, Role
from factories import NOW, attest, lesson, person, published_quiz, quiz_document, taught
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]

TODAY = NOW.date()
QUIZ = (RequirementKind.QUIZ, "keeper-quiz")
LESSONS = (RequirementKind.LESSON, "all")
PROOF = "https://other.example.com/certificates/7"


@pytest.mark.parametrize(
    ("approved", "ended", "through", "found"),
    [
        (None, False, None, CreditState.WAITING),
        (None, True, None, CreditState.WITHDRAWN),
        (False, False, None, CreditState.REFUSED),
        (True, False, None, CreditState.COUNTS),
        (True, False, TODAY, CreditState.COUNTS),
        (True, False, TODAY - timedelta(days=1), CreditState.EXPIRED),
        (True, True, None, CreditState.ENDED),
    ],
)
def test_where_a_credit_stands(approved: bool | None, ended: bool, through: date | None, found: CreditState) -> None:
    assert state(approved=approved, ended=ended, through=through, today=TODAY) is found


def test_neither_who_asked_nor_for_whom_it_counts_decides() -> None:
    assert [may_decide(who, person_id=1, asked_by=2) for who in (1, 2, 3)] == [False, False, True]


@pytest.fixture
def keeper(session: Session) -> Product:
    """Keeper asks for two lessons, the red lines and a quiz; Ana sells it, Miriam leads her, Carol and Cleo decide."""
    boss = person(session, "miriam@example.com", Role.MANAGER, Role.COMPLIANCE)
    person(session, "ana@example.com", manager=boss)
    person(session, "otto@example.com", Role.MANAGER)
    person(session, "carol@example.com", Role.COMPLIANCE)
    asked = [{"lesson": "all"}, {"attest": "redlines"}, {"quiz": "keeper-quiz"}]
    owner = taught(session, [lesson(1), lesson(2)], requirements=asked, at=NOW - timedelta(days=400))
    published_quiz(session, quiz_document(), owner=owner, at=NOW - timedelta(days=400))
    session.commit()
    return owner


def who(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(col(Person.email) == f"{name}@example.com")).one()


def wish(requirement: tuple[RequirementKind, str] = QUIZ, **more: Any) -> Wish:
    facts = {"kind": CreditKind.EQUIVALENCE, "reason": "The same questions.", "title": "Vendor exam", "done_on": TODAY}
    return Wish(**{**facts, "requirement": requirement, "evidence_url": PROOF, **more})


def counted(session: Session, by: Person, what: Product, each: Wish) -> RequirementCredit:
    """What Ana was given."""
    found = ask(session, who(session, "ana").id or 0, what.id or 0, each, by=_somebody(by), moment=NOW)
    return decide(session, found.id or 0, approve=True, answer="", by=_somebody(who(session, "carol")), moment=NOW)


class _Somebody:
    def __init__(self, id_: int, email: str) -> None:
        self.id = id_
        self.email = email


def _somebody(each: Person) -> _Somebody:
    return _Somebody(each.id or 0, each.email)


def test_everything_but_a_signature_may_be_credited(session: Session, keeper: Product) -> None:
    program = programs(session, NOW)[keeper.id or 0]
    assert creditable(program) == [
        LESSONS,
        (RequirementKind.LESSON, "lesson-1"),
        (RequirementKind.LESSON, "lesson-2"),
        QUIZ,
    ]
    each, ana = wish((RequirementKind.ATTESTATION, "redlines")), _somebody(who(session, "ana"))
    with pytest.raises(InvalidError) as refused:
        ask(session, 1, keeper.id or 0, each, by=ana, moment=NOW)
    assert refused.value.errors == [{"pointer": "/requirement", "detail": "Choose one of the list."}]


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({"title": "", "done_on": None, "evidence_url": ""}, ["/title", "/done_on", "/evidence_url"]),
        ({"done_on": TODAY + timedelta(days=1)}, ["/done_on"]),
        ({"through": TODAY - timedelta(days=1)}, ["/through"]),
        ({"evidence_url": "javascript:alert(1)"}, ["/evidence_url"]),
        ({"kind": CreditKind.EXEMPTION}, ["/through"]),
    ],
)
def test_a_wish_that_is_not_complete_is_refused(
    session: Session, keeper: Product, more: dict[str, Any], places: list[str]
) -> None:
    with pytest.raises(InvalidError) as refused:
        ask(session, 1, keeper.id or 0, wish(**more), by=_somebody(who(session, "ana")), moment=NOW)
    assert sorted(each["pointer"] for each in refused.value.errors) == sorted(places)


def test_what_is_approved_completes_the_way_and_ending_it_takes_nothing_back(session: Session, keeper: Product) -> None:
    ana, miriam = who(session, "ana"), who(session, "miriam")
    attest(session, ana, keeper)
    counted(session, ana, keeper, wish())
    assert session.scalars(select(CertificationPeriod)).all() == []
    through = date(2028, 1, 1)
    lessons = counted(session, miriam, keeper, wish(LESSONS, kind=CreditKind.EXEMPTION, through=through))
    period = session.scalars(select(CertificationPeriod)).one()
    assert (period.done_on, lessons.done_on) == (TODAY, TODAY)
    later = NOW + timedelta(days=2)
    end(session, lessons.id or 0, reason="It was a mistake.", by=_somebody(who(session, "carol")), moment=later)
    with pytest.raises(ConflictError):
        end(session, lessons.id or 0, reason="Again.", by=_somebody(miriam), moment=later)
    standing = record(session, ana.id or 0, keeper.id or 0, later)
    assert standing is not None
    assert (standing.verdict.allowed, standing.verdict.valid_through) == (True, period.valid_through)
    # when the window is open, the lessons are to be done: what is left of the credits does not renew
    renewal = record(session, ana.id or 0, keeper.id or 0, NOW + timedelta(days=350))
    assert renewal is not None
    assert {each.requirement.kind for each in renewal.verdict.missing} == {
        RequirementKind.LESSON,
        RequirementKind.ATTESTATION,
        RequirementKind.QUIZ,
    }
    actions = session.scalars(select(col(AuditEntry.action)).where(col(AuditEntry.action).like("credit.%")))
    assert sorted(actions) == [*["credit.approved"] * 2, *["credit.asked"] * 2, "credit.ended"]


def test_one_decision_and_by_somebody_else(session: Session, keeper: Product) -> None:
    ana, miriam, carol = (who(session, name) for name in ("ana", "miriam", "carol"))
    asked = ask(session, ana.id or 0, keeper.id or 0, wish(), by=_somebody(miriam), moment=NOW)
    with pytest.raises(ConflictError):
        ask(session, ana.id or 0, keeper.id or 0, wish(), by=_somebody(ana), moment=NOW)
    for each in (ana, miriam):
        with pytest.raises(ForbiddenError):
            decide(session, asked.id or 0, approve=True, answer="", by=_somebody(each), moment=NOW)
    decide(session, asked.id or 0, approve=False, answer="It is another exam.", by=_somebody(carol), moment=NOW)
    with pytest.raises(ConflictError):
        decide(session, asked.id or 0, approve=True, answer="", by=_somebody(carol), moment=NOW)
    with pytest.raises(ConflictError):
        end(session, asked.id or 0, reason="Why.", by=_somebody(carol), moment=NOW)
    with pytest.raises(NotFoundError):
        decide(session, 99, approve=True, answer="", by=_somebody(carol), moment=NOW)
    ask(session, ana.id or 0, keeper.id or 0, wish(), by=_somebody(ana), moment=NOW)


FORM = {
    "kind": "equivalence",
    "requirement": "quiz:keeper-quiz",
    "title": "Vendor exam",
    "done_on": "2026-11-20",
    "evidence_url": PROOF,
    "reason": "The same questions.",
}


def test_a_rep_asks_and_compliance_decides_in_the_browser(keeper: Product, session: Session, sign_in: SignIn) -> None:
    session.rollback()
    with time_machine.travel(NOW, tick=False):
        ana, carol = sign_in("ana@example.com"), sign_in("carol@example.com")
        wrong = ana.post("/certifications/keeper/credits", data={**FORM, "evidence_url": ""})
        assert (wrong.status_code, "Give a link to the evidence" in wrong.text) == (422, True)
        assert ana.post("/certifications/keeper/credits", data=FORM).status_code == 303
        assert "Waits for a decision" in ana.get("/certifications/keeper/credits").text
        assert "Quiz: Keeper quiz" in carol.get("/review/credits").text
        refusal = carol.post("/review/credits/1", data={"decision": "refuse"})
        assert (refusal.status_code, "Say why not" in refusal.text) == (422, True)
        assert carol.post("/review/credits/1", data={"decision": "approve"}).status_code == 303
        assert carol.post("/review/credits/1", data={"decision": "approve"}).status_code == 409
        assert carol.post("/review/credits/1/end", data={"reason": "It was withdrawn."}).status_code == 303
        assert "It was withdrawn." in ana.get("/certifications/keeper/credits").text
    found = credit(session, 1)
    assert found is not None
    assert (found.asker, found.decider, found.ender, found.state(TODAY)) == ("Ana", "Carol", "Carol", CreditState.ENDED)


def test_who_asked_takes_it_back_while_nobody_has_decided(keeper: Product, session: Session, sign_in: SignIn) -> None:
    session.rollback()
    with time_machine.travel(NOW, tick=False):
        ana, carol, miriam = (sign_in(f"{name}@example.com") for name in ("ana", "carol", "miriam"))
        url = "/certifications/keeper/credits"
        team = f"/team/people/{who(session, 'ana').id}/credits/keeper"
        session.rollback()
        ana.post(url, data=FORM)
        assert ("/credits/1/withdraw" in ana.get(url).text, "/withdraw" in miriam.get(team).text) == (True, False)
        assert miriam.post(f"{team}/1/withdraw").status_code == 404
        assert miriam.post("/certifications/keeper/credits/1/withdraw").status_code == 404
        assert [ana.post(f"{url}/1/withdraw").status_code for _time in range(2)] == [303, 409]
        assert "Quiz: Keeper quiz" not in carol.get("/review/credits").text
        assert "Withdrawn" in carol.get("/review/credits/1").text
        assert carol.post("/review/credits/1", data={"decision": "approve"}).status_code == 409
        assert miriam.post(team, data=FORM).status_code == 303  # the place is free again
        assert carol.post("/review/credits/2", data={"decision": "approve"}).status_code == 303
        assert miriam.post(f"{team}/2/withdraw").status_code == 409
    states = [found.state(TODAY) for number in (1, 2) if (found := credit(session, number))]
    assert states == [CreditState.WITHDRAWN, CreditState.COUNTS]


@pytest.mark.parametrize(
    ("viewer", "reads", "asks"),
    [("miriam", 200, 303), ("otto", 404, 404), ("carol", 200, 403), ("ana", 403, 403)],
)
def test_who_asks_for_somebody(
    keeper: Product, session: Session, sign_in: SignIn, viewer: str, reads: int, asks: int
) -> None:
    url = f"/team/people/{who(session, 'ana').id}/credits/{keeper.slug}"
    session.rollback()
    with time_machine.travel(NOW, tick=False):
        browser = sign_in(f"{viewer}@example.com")
        assert (browser.get(url).status_code, browser.post(url, data=FORM).status_code) == (reads, asks)


def test_the_queue_takes_as_many_statements_for_many(
    keeper: Product, session: Session, database: Database, sign_in: SignIn
) -> None:
    counts = []
    ana = who(session, "ana")
    for requirement in (LESSONS, QUIZ, (RequirementKind.LESSON, "lesson-1")):
        ask(session, ana.id or 0, keeper.id or 0, wish(requirement), by=_somebody(ana), moment=NOW)
        session.commit()
        with time_machine.travel(NOW, tick=False):
            browser = sign_in("carol@example.com")
            with count_statements(database) as statements:
                assert browser.get("/review/credits").status_code == 200
        counts.append(len(statements))
    assert len(set(counts)) == 1
