"""Who is certified is told of changed red lines, where their publication says so."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Verdict
from app.catalog.queries import content as find_content
from app.certification.queries import records
from app.reports.news import News, news
from factories import NOW, attest, course_document, lesson, person, published, redline, sellable

PUBLISHED = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("verdict", "later", "told"),
    [
        (Verdict.NOTIFY, timedelta(days=1), True),
        (Verdict.NOTIFY, timedelta(days=29), True),
        (Verdict.NOTIFY, timedelta(days=31), False),
        (Verdict.NONE, timedelta(days=1), False),
    ],
)
def test_who_is_told_and_for_how_long(session: Session, verdict: Verdict, later: timedelta, *, told: bool) -> None:
    owner = sellable(session)
    rep, newcomer = person(session, "rep@example.com"), person(session, "new@example.com")
    attest(session, rep, owner)
    stored = find_content(session, ContentKind.REDLINES, "keeper")
    assert stored is not None
    rules = {"schema": 1, "rules": [redline("keeper.return")]}
    save_draft(session, stored, rules, step=stored.step, by="trainer@example.com", moment=PUBLISHED)
    by = "trainer@example.com"
    publish(session, stored, origin=Origin.WEB, by=by, moment=PUBLISHED, verdict=verdict, note="One fewer.")

    def of(person_id: int | None, moment: datetime) -> list[News]:
        return news(session, person_id or 0, records(session, [person_id or 0], moment), moment)

    wanted = [News("keeper", "Keeper", PUBLISHED, "One fewer.")] if told else []
    assert of(rep.id, PUBLISHED + later) == wanted
    assert of(newcomer.id, PUBLISHED + later) == []
    attest(session, rep, owner, at=PUBLISHED + timedelta(hours=1), number=2)
    assert of(rep.id, PUBLISHED + later) == []


def test_a_course_that_changed_is_told_of_too(session: Session) -> None:
    owner = sellable(session)
    rep = person(session, "rep@example.com")
    attest(session, rep, owner)
    published(session, owner, ContentKind.COURSE, "keeper", course_document([lesson(1)]))
    stored = find_content(session, ContentKind.COURSE, "keeper")
    assert stored is not None
    by = "trainer@example.com"
    save_draft(session, stored, course_document([lesson(2)]), step=stored.step, by=by, moment=PUBLISHED)
    publish(session, stored, origin=Origin.WEB, by=by, moment=PUBLISHED, verdict=Verdict.NOTIFY, note="Shorter.")
    later = PUBLISHED + timedelta(days=1)
    told = news(session, rep.id or 0, records(session, [rep.id or 0], later), later)
    assert told == [News("keeper", "Keeper", PUBLISHED, "Shorter.", ContentKind.COURSE)]
    assert [(each.of_red_lines, each.url) for each in told] == [(False, "/products/keeper")]
