"""Sanctions and appeals over HTTP: what compliance sees before it decides, what the rep is told, who answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.models import Appeal, CertificationEvent, CertificationEventKind
from app.conduct.models import Consequence, Disposition, Finding, Violation
from app.database import Database
from app.people.models import Person, Role
from factories import (
    NOW,
    attest,
    deal,
    person,
    published_quiz,
    quiz_document,
    sellable,
    sent_text,
    single,
    sitting,
)
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
ROWS = 8


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper(session: Session) -> Product:
    return sellable(session, at=NOW - timedelta(days=9))


@pytest.fixture
def ana(session: Session, keeper: Product) -> Person:
    """Ana is certified on Keeper and on a deal with it; Carol and Cora are in compliance."""
    rep = person(session, "ana@example.com", Role.REP, name="Ana")
    person(session, "ben@example.com", Role.REP)
    person(session, "carol@example.com", Role.COMPLIANCE, name="Carol")
    person(session, "cora@example.com", Role.COMPLIANCE, name="Cora")
    attest(session, rep, keeper, at=NOW - timedelta(days=1))
    deal(session, products=[keeper], team={"owner": [rep]})
    session.commit()
    return rep


def violation(session: Session, who: Person, what: Product) -> Violation:
    """A confirmed breach for which coaching was decided."""
    text = sent_text(session, who, f"Hello. We guarantee {what.slug}.return. Bye.", products=[what.slug])
    finding = session.scalars(select(Finding).where(col(Finding.sent_text_id) == text.id)).first()
    assert finding is not None
    finding.disposition = Disposition.CONFIRMED
    made = Violation(
        finding_id=finding.id or 0,
        person_id=who.id or 0,
        product_id=what.id,
        consequence=Consequence.COACHING,
        reason="Say it right.",
        at=NOW,
        by="carol@example.com",
    )
    session.add(made)
    session.commit()
    return made


def suspend(browser: TestClient, who: Person, **changed: str) -> int:
    data = {"product": "keeper", "kind": "suspended", "reason": "Promised a return.", "confirmed": "yes", **changed}
    return browser.post(f"/team/people/{who.id}/sanctions", data=data).status_code


def newest_event(session: Session) -> int:
    found = session.scalars(select(col(CertificationEvent.id)).order_by(col(CertificationEvent.id).desc())).first()
    session.rollback()  # nobody else writes on SQLite while this session is in a transaction
    return found or 0


def test_compliance_sees_what_fits_and_what_it_would_stop(ana: Person, sign_in: SignIn) -> None:
    text = sign_in("carol@example.com").get(f"/team/people/{ana.id}").text
    assert "Coaching: nothing stands on record in the last 24 months." in text
    assert "1 open deal stops at once." in text
    assert "€86,000" in text.partition("What a suspension or a revocation does now")[2]


def test_a_violation_is_the_case_and_a_further_step_needs_own_words(
    ana: Person, keeper: Product, session: Session, sign_in: SignIn
) -> None:
    number = violation(session, ana, keeper).id
    carol = sign_in("carol@example.com")
    text = carol.get(f"/team/people/{ana.id}?violation={number}").text
    assert f'value="violation {number}"' in text
    assert "Suspension: it is the next possible step after “Coaching” on 23 November 2026." in text

    case = f"violation {number}"
    assert suspend(carol, ana, kind="revoked", reason="", preset="red_line", case=case) == 422
    assert suspend(carol, ana, kind="suspended", reason="", preset="unfounded", case=case) == 422
    assert suspend(carol, ana, reason="", preset="red_line", case=case, seen="0") == 303
    assert suspend(carol, ana, kind="revoked", seen="0") == 409
    (event,) = session.scalars(select(CertificationEvent)).all()
    assert (event.preset, event.reason, event.case, event.by) == (
        "red_line",
        "A red line was crossed in front of a customer.",
        case,
        "carol@example.com",
    )


def test_the_rep_is_told_appeals_and_is_cleared_again(
    ana: Person, keeper: Product, session: Session, sign_in: SignIn
) -> None:
    case = f"violation {violation(session, ana, keeper).id}"
    carol, rep, cora = (sign_in(f"{name}@example.com") for name in ("carol", "ana", "cora"))
    assert suspend(carol, ana, case=case) == 303
    own = f"/certifications/appeals/{newest_event(session)}"

    home = rep.get("/").text
    assert "Your certification for Keeper is suspended" in home
    for page in (home, rep.get("/certifications").text):
        assert "Promised a return." in page
        assert "Decided by Carol on 23 November 2026" in page
        assert "Appeal possible through 23 December 2026 (30 days)" in page
        assert own in page
    assert sign_in("ben@example.com").get(own).status_code == 404
    assert rep.post(own, data={"text": " "}).status_code == 422
    assert rep.post(own, data={"text": "It was a quote."}).status_code == 303
    assert rep.post(own, data={"text": "It was a quote."}).status_code == 409

    address = f"/review/appeals/{session.scalars(select(col(Appeal.id))).one()}"
    session.rollback()
    assert "1 appeal waits for a decision." in cora.get("/").text
    assert "appeal waits" not in carol.get("/").text
    assert "1 appeal to decide" in cora.get("/review").text
    assert "Decision due by 7 December 2026 (14 days)" in cora.get("/review/appeals").text
    text = cora.get(address).text
    for part in (
        "It was a quote.",
        "Promised a return.",
        "We guarantee keeper.return.",
        "Violation 1",
        "Say it right.",
    ):
        assert part in text

    answer = {"outcome": "granted", "answer": "The customer asked for it."}
    assert "You took this decision yourself." in carol.get(address).text
    assert carol.post(address, data=answer).status_code == 403
    assert rep.get(address).status_code == 403
    assert cora.post(address, data={**answer, "answer": ""}).status_code == 422
    assert cora.post(address, data={**answer, "outcome": "withdrawn"}).status_code == 422
    assert cora.post(address, data=answer).status_code == 303
    assert cora.post(address, data=answer).status_code == 409

    assert "is suspended" not in rep.get("/").text
    told = rep.get(own).text
    assert ("Appeal granted" in told, "The customer asked for it." in told) == (True, True)
    record = carol.get(f"/team/people/{ana.id}").text
    assert "Appeal granted" in record
    assert "Coaching" not in record.partition("What fits")[2].partition("</p>")[0].partition(":")[0]


def test_an_appeal_is_withdrawn_by_the_rep(ana: Person, session: Session, sign_in: SignIn) -> None:
    carol, rep = sign_in("carol@example.com"), sign_in("ana@example.com")
    suspend(carol, ana)
    own = f"/certifications/appeals/{newest_event(session)}"
    assert rep.post(f"{own}/withdraw").status_code == 409
    rep.post(own, data={"text": "It was a quote."})
    assert rep.post(f"{own}/withdraw").status_code == 303
    assert "Appeal withdrawn" in rep.get(own).text
    assert "No appeal waits" in carol.get("/review/appeals").text


def test_an_overdue_appeal_is_shown_to_compliance(ana: Person, session: Session, sign_in: SignIn) -> None:
    suspend(sign_in("carol@example.com"), ana)
    sign_in("ana@example.com").post(
        f"/certifications/appeals/{newest_event(session)}", data={"text": "It was a quote."}
    )
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        cora = sign_in("cora@example.com")
        assert "1 overdue" in cora.get("/").text
        assert "Decision was due on 7 December 2026 (1 day ago)" in cora.get("/review/appeals").text


def test_a_mild_product_is_not_stopped_and_a_colleague_may_cover(
    ana: Person, session: Session, sign_in: SignIn
) -> None:
    mild = sellable(session, "mild", enforcement="warn", at=NOW - timedelta(days=9))
    covered = sellable(session, "covered", coverage="one", at=NOW - timedelta(days=9))
    ben = session.scalars(select(Person).where(col(Person.email) == "ben@example.com")).one()
    for who, what in ((ana, mild), (ana, covered), (ben, covered)):
        attest(session, who, what, at=NOW - timedelta(days=1))
    deal(session, "D-2", products=[mild], team={"owner": [ana]}, amount=Decimal(5))
    deal(session, "D-3", products=[covered], team={"owner": [ana], "support": [ben]})
    session.commit()
    text = sign_in("carol@example.com").get(f"/team/people/{ana.id}").text
    effects = [part.partition("<form")[0] for part in text.split("What a suspension or a revocation does now</h3>")[1:]]
    sentences = [effect.partition("<p>")[2].partition("</p>")[0].partition("<")[0].strip() for effect in effects]
    assert sorted(sentences) == [
        "1 open deal is not cleared any more.",
        "1 open deal stops at once.",
        "No open deal stops by it.",
    ]


PAGES = [
    ("carol@example.com", "/team/people/{person}"),
    ("carol@example.com", "/review/appeals"),
    ("carol@example.com", "/review/appeals/{appeal}"),
    ("ana@example.com", "/certifications"),
    ("ana@example.com", "/certifications/appeals/{event}"),
    ("ana@example.com", "/"),
]


def test_each_page_takes_as_many_statements_for_many_rows_as_for_one(
    ana: Person, session: Session, database: Database, sign_in: SignIn
) -> None:
    browsers = {viewer: sign_in(viewer) for viewer, _page in PAGES}

    def grow(start: int, stop: int) -> dict[str, int]:
        for number in range(start, stop):
            other = sellable(session, f"product-{number}", at=NOW - timedelta(days=9))
            attest(session, ana, other, at=NOW - timedelta(days=1))
            deal(session, f"E-{number}", products=[other], team={"owner": [ana]})
            violation(session, ana, other)
            event = CertificationEvent(
                person_id=ana.id or 0,
                product_id=other.id or 0,
                kind=CertificationEventKind.SUSPENDED,
                reason="Why.",
                at=NOW,
                by="cora@example.com",
            )
            session.add(event)
            session.flush()
            appeal = Appeal(
                event_id=event.id or 0, person_id=ana.id or 0, text="No.", asked_at=NOW, decide_by=NOW.date()
            )
            session.add(appeal)
        session.commit()
        ids = {"person": ana.id, "event": event.id, "appeal": appeal.id}
        return {page: statements(viewer, page.format(**ids)) for viewer, page in PAGES}

    def statements(viewer: str, address: str) -> int:
        assert browsers[viewer].get(address).status_code == 200
        with count_statements(database) as found:
            assert browsers[viewer].get(address).status_code == 200
        return len(found)

    one = grow(0, 1)
    assert grow(1, ROWS) == one


def test_who_must_pass_a_quiz_again_is_told_why(ana: Person, session: Session, sign_in: SignIn) -> None:
    other = sellable(session, "other", requirements=[{"quiz": "other-quiz"}], at=NOW - timedelta(days=9))
    quiz = quiz_document("other-quiz", [single("one")], product="other")
    version = published_quiz(session, quiz, owner=other, at=NOW - timedelta(days=9))
    sitting(session, version, ana, {"one": 0}, at=NOW - timedelta(days=1))
    session.commit()
    asked = {"product": "other", "kind": "recertification", "reason": "Gaps."}
    carol, rep = sign_in("carol@example.com"), sign_in("ana@example.com")
    assert suspend(carol, ana, **asked, deadline="") == 422
    assert suspend(carol, ana, **asked, deadline="2026-11-30") == 303

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        home = rep.get("/").text
        assert "Pass the quiz of Other again" in home
        assert "You were asked to pass its quiz again by 30 November 2026." in home
        sitting(session, version, ana, {"one": 0}, number=2, at=NOW + timedelta(minutes=30))
        session.commit()
        assert "Pass the quiz of Other again" not in rep.get("/").text
