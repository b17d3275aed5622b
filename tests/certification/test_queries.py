"""Standing from stored facts, as of a moment: what was known then, and in how many statements."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Product, Verdict
from app.catalog.queries import content
from app.certification.actions import assign
from app.certification.certificates.queries import find
from app.certification.models import Assignment, CertificationEventKind
from app.certification.queries import periods, record, records
from app.certification.reasons import ReasonCode
from app.certification.rules import Standing, StandingVerdict
from app.certification.sanctions.actions import sanction
from app.database import Database
from app.people.models import Person
from factories import NOW, attest, person, sellable
from tools.statements import count_statements

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def verdict_of(session: Session, who: Person, what: Product, at: datetime) -> StandingVerdict:
    found = record(session, who.id or 0, what.id or 0, at)
    assert found is not None
    return found.verdict


def republish(
    session: Session, what: Product, verdict: Verdict, *, at: datetime, deadline: date | None, text: str = "New"
) -> None:
    redlines = content(session, ContentKind.REDLINES, what.slug)
    assert redlines is not None
    document = {**redlines.draft, "note": text}
    save_draft(session, redlines, document, step=redlines.step, by="tom@example.com", moment=at)
    publish(session, redlines, origin=Origin.WEB, by="tom@example.com", moment=at, verdict=verdict, deadline=deadline)


def test_the_answer_is_what_was_known_at_the_moment(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper, at=NOW)
    assert record(session, ana.id or 0, keeper.id or 0, NOW - 2 * DAY) is None
    assert verdict_of(session, ana, keeper, NOW - HOUR).standing is Standing.NOT_STARTED
    assert verdict_of(session, ana, keeper, NOW).standing is Standing.CERTIFIED
    assert verdict_of(session, ana, keeper, NOW + timedelta(days=365)).standing is Standing.IN_GRACE


def test_a_suspension_holds_from_its_moment_until_the_reinstatement(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    attest(session, ana, keeper)
    for kind, at in (
        (CertificationEventKind.SUSPENDED, NOW + HOUR),
        (CertificationEventKind.REINSTATED, NOW + 3 * HOUR),
    ):
        sanction(session, ana.id or 0, keeper.id or 0, kind, reason="Why.", by="carol@example.com", moment=at)
    standings = [verdict_of(session, ana, keeper, NOW + hours * HOUR).standing for hours in (0, 1, 2, 3)]
    assert standings == [Standing.CERTIFIED, Standing.SUSPENDED, Standing.SUSPENDED, Standing.CERTIFIED]


def test_renewing_adds_a_period_and_keeps_the_first(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    attest(session, ana, keeper)
    opens = NOW + timedelta(days=345)
    assert verdict_of(session, ana, keeper, opens).standing is Standing.RENEWAL_OPEN
    attest(session, ana, keeper, at=opens, number=2)
    assert verdict_of(session, ana, keeper, opens).standing is Standing.CERTIFIED
    held = periods(session, ana.id or 0)
    assert [(each.number, each.valid_through, each.redlines_version) for each in held] == [
        (2, date(2028, 11, 22), 1),
        (1, date(2027, 11, 22), 1),
    ]
    first = find(session, held[1].code)
    assert first is not None
    assert (first.snapshot.holder, first.snapshot.period, first.renewed) == ("Ana", 1, True)


def test_signing_again_is_due_by_the_deadline_and_old_signatures_do_not_count(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper)
    republish(session, keeper, Verdict.ATTEST_AGAIN, at=NOW + 10 * DAY, deadline=date(2026, 12, 10))
    due = verdict_of(session, ana, keeper, NOW + 10 * DAY)
    assert (due.standing, due.allowed, due.recertify_by) == (
        Standing.RECERTIFICATION_REQUIRED,
        True,
        date(2026, 12, 10),
    )
    assert [each.minutes for each in due.missing] == [1]
    overdue = verdict_of(session, ana, keeper, NOW + 18 * DAY)
    assert (overdue.allowed, overdue.reasons[0].code) == (False, ReasonCode.RECERTIFICATION_OVERDUE)
    attest(session, ana, keeper, at=NOW + 18 * DAY)
    assert verdict_of(session, ana, keeper, NOW + 18 * DAY).standing is Standing.CERTIFIED


def test_a_change_later_on_the_day_of_certification_asks_again(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper, at=NOW)
    republish(session, keeper, Verdict.ATTEST_AGAIN, at=NOW + HOUR, deadline=date(2026, 12, 10))
    assert verdict_of(session, ana, keeper, NOW).standing is Standing.CERTIFIED
    assert verdict_of(session, ana, keeper, NOW + HOUR).standing is Standing.RECERTIFICATION_REQUIRED
    attest(session, ana, keeper, at=NOW + 2 * HOUR)
    assert verdict_of(session, ana, keeper, NOW + 2 * HOUR).standing is Standing.CERTIFIED


@pytest.mark.parametrize(
    ("verdict", "standing"),
    [
        (Verdict.NONE, Standing.CERTIFIED),
        (Verdict.NOTIFY, Standing.CERTIFIED),
        (Verdict.ATTEST_AGAIN, Standing.RECERTIFICATION_REQUIRED),
        (Verdict.DELTA_QUIZ, Standing.RECERTIFICATION_REQUIRED),
        (Verdict.FULL, Standing.RECERTIFICATION_REQUIRED),
    ],
)
def test_the_verdict_of_a_publication_decides_who_is_asked(
    session: Session, verdict: Verdict, standing: Standing
) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper)
    republish(session, keeper, verdict, at=NOW + DAY, deadline=date(2026, 12, 10))
    assert verdict_of(session, ana, keeper, NOW + DAY).standing is standing


def test_a_due_date_is_what_the_first_period_counts_from(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    assign(session, ana.id or 0, keeper.id or 0, due_on=date(2026, 12, 24), by="m@example.com", moment=NOW)
    found = record(session, ana.id or 0, keeper.id or 0, NOW)
    assert found is not None
    assert (found.assigned, found.due_on) == (True, date(2026, 12, 24))
    attest(session, ana, keeper)
    assert verdict_of(session, ana, keeper, NOW).valid_through == date(2027, 12, 23)


def test_another_due_date_leaves_the_earlier_answers_as_they_were(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    days = [date(2026, 12, 24), date(2026, 12, 24), date(2027, 1, 15)]
    for asked, due_on in enumerate(days):
        assign(session, ana.id or 0, keeper.id or 0, due_on=due_on, by="m@example.com", moment=NOW + asked * DAY)
    found = [record(session, ana.id or 0, keeper.id or 0, NOW + asked * DAY) for asked in (-1, 0, 1, 2)]
    assert [each and each.due_on for each in found] == [None, *days]
    assert len(session.scalars(select(Assignment)).all()) == 2


def test_one_persons_facts_are_not_anothers(session: Session) -> None:
    ana, bo = person(session, "ana@example.com"), person(session, "bo@example.com")
    keeper, waf = sellable(session, "keeper"), sellable(session, "waf")
    attest(session, ana, keeper)
    attest(session, bo, waf)
    found = records(session, [ana.id or 0, bo.id or 0], NOW)
    assert {key: each.verdict.allowed for key, each in found.items()} == {
        (ana.id, keeper.id): True,
        (ana.id, waf.id): False,
        (bo.id, keeper.id): False,
        (bo.id, waf.id): True,
    }


@pytest.mark.parametrize("people", [1, 30])
@pytest.mark.parametrize("products", [1, 3])
def test_the_number_of_statements_is_constant(session: Session, database: Database, people: int, products: int) -> None:
    ids: Sequence[int] = [person(session, f"p{number}@example.com").id or 0 for number in range(people)]
    for number in range(products):
        sellable(session, f"product-{number}")
    session.commit()
    with database.read() as reading:
        records(reading, ids, NOW)  # documents are read once
        with count_statements(database) as statements:
            assert len(records(reading, ids, NOW)) == people * products
    assert len(statements) == 4
