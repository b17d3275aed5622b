"""Appealing against a sanction: who may, what a granted one lifts, and what stays on record."""

from datetime import date, datetime, timedelta
from typing import NamedTuple, Unpack

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.certification.models import AppealOutcome, CertificationEvent, CertificationEventKind
from app.certification.queries import record
from app.certification.rules import Standing
from app.certification.sanctions import appeals
from app.certification.sanctions.actions import Grounds, sanction
from app.certification.sanctions.appeals import Answer
from app.certification.sanctions.queries import appealed, history, queue, steps_taken, waiting
from app.certification.sanctions.rules import Preset, Step, Taken
from app.certification.sanctions.words import reason
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.models import Person, Role
from factories import NOW, attest, person, published_quiz, quiz_document, sellable, single, sitting

GRANT, REFUSE = Answer(AppealOutcome.GRANTED, "Nobody was misled."), Answer(AppealOutcome.UPHELD, "It was a promise.")
ASK, SUSPEND, REVOKE, REINSTATE = (
    CertificationEventKind.RECERTIFICATION,
    CertificationEventKind.SUSPENDED,
    CertificationEventKind.REVOKED,
    CertificationEventKind.REINSTATED,
)


class Who(NamedTuple):
    id: int
    email: str

    @classmethod
    def of(cls, stored: Person) -> "Who":
        return cls(stored.id or 0, stored.email)


class Case:
    """Ana is certified on Keeper; Carol and Cora are in compliance."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.person = person(session, "ana@example.com", name="Ana")
        self.ana = Who.of(self.person)
        self.carol = Who.of(person(session, "carol@example.com", Role.COMPLIANCE))
        self.cora = Who.of(person(session, "cora@example.com", Role.COMPLIANCE))
        self.keeper: Product = sellable(session, at=NOW - timedelta(days=30))
        attest(session, self.person, self.keeper, at=NOW - timedelta(days=20))

    def decide(
        self,
        kind: CertificationEventKind,
        at: datetime = NOW,
        reason: str = "Promised a return.",
        **grounds: Unpack[Grounds],
    ) -> int:
        event = sanction(
            self.session,
            self.ana.id,
            self.keeper.id or 0,
            kind,
            reason=reason,
            by=self.carol.email,
            moment=at,
            **grounds,
        )
        return event.id or 0

    def standing(self, at: datetime = NOW) -> Standing | None:
        found = record(self.session, self.ana.id, self.keeper.id or 0, at)
        return found.verdict.standing if found else None

    def refused(self, event_id: int, at: datetime = NOW) -> type[AppError] | None:
        try:
            appeals.ask(self.session, event_id, self.ana, "It was a quote.", at)
        except AppError as error:
            return type(error)
        return None


@pytest.fixture
def case(session: Session) -> Case:
    return Case(session)


def test_a_granted_appeal_lifts_the_sanction_with_its_answer(case: Case) -> None:
    event = case.decide(SUSPEND, case="violation 3")
    appeal = appeals.ask(case.session, event, case.ana, " It was a quote. ", NOW)
    assert (appeal.text, appeal.decide_by, case.standing()) == (
        "It was a quote.",
        date(2026, 12, 7),
        Standing.SUSPENDED,
    )

    later = NOW + timedelta(days=2)
    assert appeals.decide(case.session, appeal.id or 0, GRANT, case.cora, later)

    assert case.standing(later) is Standing.CERTIFIED
    found = [(each.kind, each.reason, each.case, each.by, each.stands) for each in history(case.session, case.ana.id)]
    assert found == [
        (REINSTATE, "Nobody was misled.", "violation 3", "cora@example.com", False),
        (SUSPEND, "Promised a return.", "violation 3", "carol@example.com", False),
    ]
    trail = case.session.execute(select(col(AuditEntry.action), col(AuditEntry.actor)).order_by(col(AuditEntry.id)))
    assert [tuple(row) for row in trail][-4:] == [
        ("certification.suspended", "carol@example.com"),
        ("appeal.asked", "ana@example.com"),
        ("appeal.granted", "cora@example.com"),
        ("certification.reinstated", "cora@example.com"),
    ]
    overturned = Taken(Step.SUSPENSION, NOW.date(), overturned=True)
    assert steps_taken(history(case.session, case.ana.id)) == [overturned]


def test_a_refused_appeal_leaves_the_sanction_and_there_is_no_second_one(case: Case) -> None:
    event = case.decide(REVOKE)
    appeal = appeals.ask(case.session, event, case.ana, "It was a quote.", NOW)
    assert not appeals.decide(case.session, appeal.id or 0, REFUSE, case.cora, NOW)
    assert (case.standing(), case.refused(event)) == (Standing.REVOKED, ConflictError)
    with pytest.raises(ConflictError):
        appeals.decide(case.session, appeal.id or 0, GRANT, case.cora, NOW)


def test_an_appeal_is_withdrawn_and_not_decided_any_more(case: Case) -> None:
    event = case.decide(SUSPEND)
    appeal = appeals.ask(case.session, event, case.ana, "It was a quote.", NOW)
    appeals.withdraw(case.session, event, case.ana, NOW)
    assert appealed(case.session, appeal.id or 0).appeal is not None
    assert queue(case.session).open == []
    with pytest.raises(ConflictError):
        appeals.withdraw(case.session, event, case.ana, NOW)
    with pytest.raises(ConflictError):
        appeals.decide(case.session, appeal.id or 0, GRANT, case.cora, NOW)
    assert case.standing() is Standing.SUSPENDED


def test_who_may_appeal_and_who_may_answer(case: Case) -> None:
    event = case.decide(SUSPEND)
    with pytest.raises(NotFoundError):
        appeals.ask(case.session, event, case.cora, "Let her go.", NOW)
    with pytest.raises(InvalidError):
        appeals.ask(case.session, event, case.ana, "  ", NOW)
    assert case.refused(event, NOW + timedelta(days=31)) is ConflictError
    appeal = appeals.ask(case.session, event, case.ana, "It was a quote.", NOW + timedelta(days=30))
    for decider, answer, error in (
        (case.carol, GRANT, ForbiddenError),
        (case.ana, GRANT, ForbiddenError),
        (case.cora, Answer(AppealOutcome.GRANTED, " "), InvalidError),
    ):
        with pytest.raises(error):
            appeals.decide(case.session, appeal.id or 0, answer, decider, NOW)
    today = NOW.date() + timedelta(days=45)
    counted = [waiting(case.session, each.id, each.email, today) for each in (case.cora, case.carol, case.ana)]
    assert [(each.count, each.overdue) for each in counted] == [(1, 1), (0, 0), (0, 0)]


def test_granting_does_not_lift_what_took_the_place_of_the_sanction(case: Case) -> None:
    suspended = case.decide(SUSPEND)
    appeal = appeals.ask(case.session, suspended, case.ana, "It was a quote.", NOW)
    revoked = case.decide(REVOKE, NOW + timedelta(days=1))
    assert not appeals.decide(case.session, appeal.id or 0, GRANT, case.cora, NOW + timedelta(days=2))
    assert case.standing(NOW + timedelta(days=2)) is Standing.REVOKED
    assert case.refused(revoked, NOW + timedelta(days=3)) is None


def test_what_was_lifted_is_not_appealed_against(case: Case) -> None:
    event = case.decide(SUSPEND)
    case.decide(REINSTATE, reason="", preset=Preset.UNFOUNDED)
    assert case.refused(event) is ConflictError
    (lifted, suspended) = history(case.session, case.ana.id)
    assert (reason(lifted), reason(suspended)) == (
        "It was looked into, and there was nothing to it.",
        "Promised a return.",
    )
    assert steps_taken([lifted, suspended]) == [Taken(Step.SUSPENSION, NOW.date(), overturned=True)]


def test_a_spot_recertification_is_met_by_the_quiz_or_lifted_by_an_appeal(session: Session, case: Case) -> None:
    quiz = sellable(session, "quizzed", requirements=[{"quiz": "quizzed-quiz"}], at=NOW - timedelta(days=30))
    case.keeper = quiz
    document = quiz_document("quizzed-quiz", [single("one")], product="quizzed")
    version = published_quiz(session, document, owner=quiz, at=NOW - timedelta(days=30))
    sitting(session, version, case.person, {"one": 0}, at=NOW - timedelta(days=9))
    assert case.standing() is Standing.CERTIFIED
    with pytest.raises(InvalidError):
        case.decide(ASK)

    event = case.decide(ASK, deadline=date(2026, 12, 7))
    assert case.standing(NOW + timedelta(hours=1)) is Standing.RECERTIFICATION_REQUIRED
    with pytest.raises(ConflictError):
        case.decide(ASK, NOW + timedelta(hours=1), deadline=date(2026, 12, 7))
    appeal = appeals.ask(session, event, case.ana, "I know it.", NOW + timedelta(hours=1))
    assert appeals.decide(session, appeal.id or 0, GRANT, case.cora, NOW + timedelta(hours=2))
    assert case.standing(NOW + timedelta(hours=2)) is Standing.CERTIFIED

    again = case.decide(ASK, NOW + timedelta(days=1), deadline=date(2026, 12, 7))
    sitting(session, version, case.person, {"one": 0}, number=2, at=NOW + timedelta(days=2))
    assert case.standing(NOW + timedelta(days=30)) is Standing.CERTIFIED
    met = appeals.ask(session, again, case.ana, "I knew it.", NOW + timedelta(days=3))
    assert not appeals.decide(session, met.id or 0, GRANT, case.cora, NOW + timedelta(days=4))


def test_a_case_that_is_over_stays_on_record(case: Case) -> None:
    event = case.decide(SUSPEND)
    appeal = appeals.ask(case.session, event, case.ana, "It was a quote.", NOW)
    appeals.decide(case.session, appeal.id or 0, GRANT, case.cora, NOW)
    kept = case.session.scalars(select(CertificationEvent).order_by(col(CertificationEvent.id)))
    assert [each.kind for each in kept] == [SUSPEND, REINSTATE]
    assert [each.id for each in queue(case.session).closed] == [event]
    assert record(case.session, case.ana.id, case.keeper.id or 0, NOW - timedelta(days=1)) is not None


def test_a_new_address_makes_nobody_somebody_else(session: Session) -> None:
    case = Case(session)
    event = case.decide(SUSPEND)
    appeal = appeals.ask(session, event, case.ana, "It was a quote.", NOW)
    session.get_one(Person, case.carol.id).email = "carol.new@example.com"
    session.flush()
    carol = Who(case.carol.id, "carol.new@example.com")
    assert waiting(session, carol.id, carol.email, NOW.date()).count == 0
    with pytest.raises(ForbiddenError, match="You took this decision yourself"):
        appeals.decide(session, appeal.id or 0, GRANT, carol, NOW)
    assert waiting(session, case.cora.id, case.cora.email, NOW.date()).count == 1
    assert appeals.decide(session, appeal.id or 0, GRANT, case.cora, NOW)
