from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind
from app.conduct.forgetting import forget_old
from app.conduct.models import Finding, SentText
from factories import NOW, person, product, published, redline, sent_text

KEPT = timedelta(days=90)


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
