from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind
from app.conduct import forgetting
from app.conduct.forgetting import forget_findings, forget_old
from app.conduct.models import Consequence, Disposition, Finding, SentText, Violation
from app.conduct.reviewing.actions import Decision, decide, follow
from app.conduct.reviewing.recording import Following
from app.conduct.reviewing.rules import Case
from app.deals.incidents.models import Incident
from app.errors import ConflictError
from app.people.models import Person, Role
from factories import NOW, person, product, published, redline, sent_text

KEPT = timedelta(days=90)
NEEDED = select(col(Incident.finding_id)).where(col(Incident.finding_id).is_not(None))


@dataclass(frozen=True)
class Somebody:
    id: int
    email: str


def test_words_are_forgotten_and_numbers_stay(session: Session) -> None:
    published(session, product(session), ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline("beer")]})
    ana = person(session, "ana@example.com")
    text = "Secretly, free beer."
    sent_text(session, ana, text, title="Secret title", note="Secret note")
    sent_text(session, ana, text, at=NOW + timedelta(days=1))

    assert forget_old(session, NOW + KEPT) is False

    session.expire_all()
    old, new = session.scalars(select(SentText).order_by(col(SentText.id))).all()
    assert (old.text, old.title, old.note, old.places, old.forgotten_at) == ("", "", "", [], NOW + KEPT)
    assert (new.text, new.forgotten_at) == (text, None)
    assert [
        (each.matched, each.start, each.red_line) for each in session.scalars(select(Finding).order_by(col(Finding.id)))
    ] == [
        ("", 15, "beer"),
        ("beer", 15, "beer"),
    ]
    entries = [(each.actor, each.details) for each in session.scalars(select(AuditEntry).order_by(col(AuditEntry.id)))]
    assert entries[-1] == ("system", {"texts": 1})


def test_nothing_is_forgotten_before_its_day_or_twice(session: Session) -> None:
    sent_text(session, person(session, "ana@example.com"), "Free beer.")

    for moment in (NOW + KEPT - timedelta(seconds=1), NOW + KEPT, NOW + KEPT):
        forget_old(session, moment)

    forgotten = [each for each in session.scalars(select(AuditEntry)) if each.action == "texts.forgotten"]
    assert [each.at for each in forgotten] == [NOW + KEPT]


def test_what_is_decided_while_words_are_forgotten_is_refused(session: Session) -> None:
    published(session, product(session), ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline("beer")]})
    sent_text(session, person(session, "ana@example.com"), "Free beer.")
    carol = Somebody(person(session, "carol@example.com", Role.COMPLIANCE).id or 0, "carol@example.com")
    finding = session.scalars(select(Finding)).one()
    number, as_shown, later = finding.id or 0, Case(forgotten=False, name_opened=True), NOW + KEPT
    decide(session, as_shown, number, Decision(Disposition.CONFIRMED), carol, NOW)
    again = Decision(Disposition.ALLOWED, "A joke.", seen=NOW.isoformat())
    forget_old(session, later)

    with pytest.raises(ConflictError, match="been forgotten"):
        decide(session, as_shown, number, again, carol, later)
    with pytest.raises(ConflictError, match="been forgotten"):
        follow(session, as_shown, number, Following(Consequence.NONE, None, "So."), carol, later)

    assert finding.disposition is Disposition.CONFIRMED
    assert session.scalars(select(Violation)).all() == []


@pytest.mark.parametrize(
    ("disposition", "more", "forgotten"),
    [
        (Disposition.OPEN, {}, False),
        (Disposition.OPEN, {"state": "shadow"}, True),
        (Disposition.OPEN, {"gone_at": NOW}, True),
        (Disposition.ALLOWED, {}, True),
        (Disposition.WRONG_MATCH, {"decided_at": NOW + timedelta(days=390)}, False),
        (Disposition.CONFIRMED, {}, False),
    ],
)
def test_findings_are_forgotten_that_nothing_rests_on(
    session: Session, disposition: Disposition, more: dict[str, Any], forgotten: bool
) -> None:
    finding = found(session)
    finding.disposition, finding.decided_at = disposition, NOW
    for name, value in more.items():
        setattr(finding, name, value)
    later = NOW + timedelta(days=400)
    assert forget_findings(session, later, 365, NEEDED) is False
    assert not gone(session), "its words are not forgotten yet"
    forget_old(session, later)
    for days in (0, 401):
        forget_findings(session, later, days, NEEDED)
        assert not gone(session)
    forget_findings(session, later, 365, NEEDED)
    assert gone(session) is forgotten


def test_a_finding_that_another_repeats_goes_after_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "FINDINGS_AT_ONCE", 1)
    first, second = found(session), found(session, "Again free beer.")
    first.disposition = Disposition.ALLOWED
    second.disposition, second.duplicate_of = Disposition.DUPLICATE, first.id
    later = NOW + timedelta(days=400)
    forget_old(session, later)
    assert [forget_findings(session, later, 365, NEEDED) for _ in range(3)] == [True, True, False]
    assert gone(session)
    details = session.scalars(select(col(AuditEntry.details)).where(col(AuditEntry.action) == "findings.forgotten"))
    assert list(details) == [{"findings": 1}, {"findings": 1}]


def found(session: Session, text: str = "Free beer.") -> Finding:
    if session.scalars(select(Finding)).first() is None:
        published(session, product(session), ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline("beer")]})
    who = session.scalars(select(Person)).first() or person(session, "ana@example.com")
    sent = sent_text(session, who, text)
    return session.scalars(select(Finding).where(col(Finding.sent_text_id) == sent.id)).one()


def gone(session: Session) -> bool:
    return session.scalars(select(col(Finding.id))).first() is None
