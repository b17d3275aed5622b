"""What a matrix says in few words is what the records say, for whatever lives people had."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlmodel import Session, col, select

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Product, Verdict
from app.catalog.queries import content as find_content
from app.certification.models import (
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodExtension,
)
from app.certification.outlook import FEW, outlook, outlooks
from app.certification.queries import records
from app.certification.rules import Standing
from app.database import Database, stored_id
from app.people.models import Person
from factories import NOW, attest, person, redline, sellable
from tools.statements import count_statements

DAY = timedelta(days=1)
PEOPLE = 40
CHANGED = NOW - 200 * DAY


def live(session: Session, who: Person, what: Product, chance: Random) -> None:
    """Let somebody sign now and then over two years, and have things decided about them."""
    last = -800
    for number in range(1, chance.randrange(1, 5)):
        last += chance.randrange(60, 420)
        if last <= 0:
            attest(session, who, what, at=NOW + last * DAY, number=number)
    if chance.random() < 0.2:
        kind = chance.choice(list(CertificationEventKind))
        session.add(
            CertificationEvent(
                person_id=stored_id(who),
                product_id=stored_id(what),
                kind=kind,
                reason="said",
                by="c@example.com",
                at=NOW - chance.randrange(1, 300) * DAY,
                deadline=date(2026, 12, 31) if kind is CertificationEventKind.RECERTIFICATION else None,
            )
        )
    session.flush()
    periods = session.exec(
        select(CertificationPeriod).where(
            col(CertificationPeriod.person_id) == who.id, col(CertificationPeriod.product_id) == what.id
        )
    ).all()
    if periods and chance.random() < 0.3:
        longer = periods[-1].valid_through + 20 * DAY
        session.add(PeriodExtension(period_id=periods[-1].id or 0, through=longer, reason="ill", at=NOW, by="c"))


@pytest.fixture
def company(session: Session) -> tuple[list[int], list[int]]:
    """Forty people with lives of their own on three products, of which one asked all of them to sign again."""
    chance = Random(7)  # noqa: S311 (the same lives in every run)
    both = [{"attest": "redlines"}, {"quiz": "wisp-quiz"}]
    sold = [sellable(session, slug, at=NOW - 900 * DAY) for slug in ("keeper", "vela")]
    sold.append(sellable(session, "wisp", requirements=both, at=NOW - 900 * DAY))
    people = [person(session, f"p{number}@example.com") for number in range(PEOPLE)]
    for who in people:
        for what in sold:
            live(session, who, what, chance)
    again = {"schema": 1, "rules": [redline("vela.again")]}
    content = find_content(session, ContentKind.REDLINES, "vela")
    assert content is not None
    save_draft(session, content, again, step=content.step, by="t@example.com", moment=CHANGED)
    publish(session, content, origin=Origin.WEB, by="t@example.com", moment=CHANGED, verdict=Verdict.ATTEST_AGAIN)
    session.commit()
    return [stored_id(each) for each in people], [stored_id(each) for each in sold]


def test_an_outlook_says_what_the_record_says(session: Session, company: tuple[list[int], list[int]]) -> None:
    people, products = company
    for days in (-600, -200, -30, 0, 25, 60, 400):
        moment = NOW + days * DAY
        found = records(session, people, moment, products)
        assert outlooks(session, people, moment, products) == {key: outlook(found[key]) for key in found}, days


def test_the_lives_are_of_every_kind(session: Session, company: tuple[list[int], list[int]]) -> None:
    people, products = company
    found = {
        each.standing
        for days in (-30, 0, 400)
        for each in outlooks(session, people, NOW + days * DAY, products).values()
    }
    assert found >= set(Standing) - {Standing.IN_GRACE}


def test_more_people_cost_no_more_statements(
    session: Session, database: Database, company: tuple[list[int], list[int]]
) -> None:
    people, products = company
    counts = []
    for whom in (people[:10], people):
        outlooks(session, whom, NOW, products)
        with count_statements(database) as statements:
            outlooks(session, whom, NOW, products)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert len(people) * len(products) < FEW


def test_what_people_share_says_nothing_of_minutes(session: Session) -> None:
    """Requirements are equal whatever minutes they take, so what is kept by them must not name any."""
    sold, who = sellable(session), person(session, "ana@example.com")
    found = outlooks(session, [stored_id(who)], NOW, [stored_id(sold)])
    known = records(session, [stored_id(who)], NOW, [stored_id(sold)])[stored_id(who), stored_id(sold)]
    assert [each.minutes for each in known.verdict.missing] == [1]
    assert [(each.standing, each.missing) for each in found.values()] == [(Standing.NOT_STARTED, ())]
