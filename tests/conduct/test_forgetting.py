from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind
from app.conduct.forgetting import forget_old
from app.conduct.models import Consequence, Disposition, Finding, SentText, Violation
from app.conduct.reviewing.actions import Decision, decide, follow
from app.conduct.reviewing.recording import Following
from app.conduct.reviewing.rules import Case
from app.errors import ConflictError
from app.people.models import Role
from factories import NOW, person, product, published, redline, sent_text

KEPT = timedelta(days=90)


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
