"""A spot recertification that follows from a violation, and the step that fits."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.models import CertificationEvent, CertificationEventKind
from app.certification.queries import record
from app.certification.rules import Standing
from app.certification.sanctions.queries import history
from app.certification.sanctions.rules import Step, Why
from app.conduct.models import Consequence, Disposition, Finding, Violation
from app.conduct.reviewing.actions import follow
from app.conduct.reviewing.ladder import fitting, taken_with
from app.conduct.reviewing.recording import Following
from app.conduct.reviewing.rules import Case
from app.errors import InvalidError
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from factories import NOW, person, published_quiz, quiz_document, sellable, sent_text, single, sitting

DEADLINE = date(2026, 12, 7)
CONFIRMED = Case(Disposition.CONFIRMED, name_opened=True)


@pytest.fixture
def ana(session: Session) -> Person:
    return person(session, "ana@example.com")


@pytest.fixture
def keeper(session: Session, ana: Person) -> int:
    """Keeper asks for a quiz, which Ana has passed."""
    before = NOW - timedelta(days=9)
    product = sellable(session, requirements=[{"quiz": "keeper-quiz"}], at=before)
    version = published_quiz(session, quiz_document(items=[single("one")]), owner=product, at=before)
    sitting(session, version, ana, {"one": 0}, at=NOW - timedelta(days=5))
    return product.id or 0


def breach(session: Session, who: Person) -> int:
    text = sent_text(session, who, "We guarantee keeper.return.", products=["keeper"])
    finding = session.scalars(select(Finding).where(col(Finding.sent_text_id) == text.id)).one()
    finding.disposition = Disposition.CONFIRMED
    session.flush()
    return finding.id or 0


@pytest.fixture
def carol(session: Session) -> CurrentPerson:
    stored = person(session, "carol@example.com", Role.COMPLIANCE)
    return CurrentPerson(stored.id or 0, stored.email, stored.name, frozenset({Role.COMPLIANCE}), session_id=1)


def test_the_quiz_is_asked_for_again_by_a_day(session: Session, ana: Person, keeper: int, carol: CurrentPerson) -> None:
    asked = Following(Consequence.RECERTIFICATION, keeper, "Gaps.", DEADLINE)
    made = follow(session, CONFIRMED, breach(session, ana), asked, carol, NOW)
    (event,) = history(session, ana.id or 0)
    assert (event.kind, event.deadline, event.case, event.red_line, made.certification_event_id) == (
        CertificationEventKind.RECERTIFICATION,
        DEADLINE,
        f"violation {made.id}",
        "About keeper.return",
        event.id,
    )
    found = record(session, ana.id or 0, keeper, NOW + timedelta(hours=1))
    assert found is not None
    assert (found.verdict.standing, found.verdict.recertify_by) == (Standing.RECERTIFICATION_REQUIRED, DEADLINE)


def test_without_a_day_nothing_is_stored(session: Session, ana: Person, keeper: int, carol: CurrentPerson) -> None:
    finding = breach(session, ana)
    with pytest.raises(InvalidError) as refused:
        follow(session, CONFIRMED, finding, Following(Consequence.RECERTIFICATION, keeper, "Gaps."), carol, NOW)
    assert refused.value.context == {"field": "deadline"}
    assert session.scalars(select(Violation)).all() == []
    assert session.scalars(select(CertificationEvent)).all() == []


def test_the_step_that_fits_grows_with_what_stands_on_record(
    session: Session, ana: Person, keeper: int, carol: CurrentPerson
) -> None:
    kinds = list(CertificationEventKind)
    proposals = []
    for consequence in (Consequence.NONE, Consequence.COACHING, Consequence.RECERTIFICATION, Consequence.SUSPENSION):
        asked = Following(consequence, keeper, "Why.", DEADLINE)
        follow(session, CONFIRMED, breach(session, ana), asked, carol, NOW)
        taken = taken_with(session, ana.id or 0, history(session, ana.id or 0))
        proposals.append(fitting(taken, kinds, NOW.date()))
    assert [(each.step, each.why) for each in proposals] == [
        (Step.COACHING, Why.NOTHING_ON_RECORD),
        (Step.RECERTIFICATION, Why.NEXT),
        (Step.SUSPENSION, Why.NEXT),
        (Step.REVOCATION, Why.NEXT),
    ]
