"""The sums of a company are those of its standings, of a large one as of the moment that is said."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as configured
from hypothesis import strategies as st
from sqlmodel import Session

from app.certification import summary as summaries
from app.certification.outlook import outlook
from app.certification.queries import records
from app.certification.summary import Sums, added_up, prepare, store, summary
from app.clock import now
from app.commands.work import HANDLERS, PERIODIC
from app.database import Database, stored_id
from certification.test_outlook import live
from factories import NOW, person, sellable
from tools.statements import count_statements

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@configured(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), people=st.integers(1, 6), days=st.integers(0, 400))
def test_the_sums_are_those_of_the_records(session: Session, seed: int, people: int, days: int) -> None:
    chance = Random(seed)  # noqa: S311 (lives that can be lived again)
    with session.begin_nested() as lived:
        sold = [sellable(session, slug, at=NOW - 900 * DAY) for slug in (f"keeper-{seed}", f"vela-{seed}")]
        whom = [person(session, f"p{number}-{seed}@example.com") for number in range(people)]
        for who in whom:
            for what in sold:
                live(session, who, what, chance)
        products, moment = [stored_id(each) for each in sold], NOW + days * DAY
        known = records(session, [stored_id(each) for each in whom], moment, products)
        expected = {
            product_id: Sums(
                people,
                sum(not each.may_sell for each in found),
                sum(each.days_left is not None and each.days_left <= 30 for each in found),
            )
            for product_id in products
            if (found := [outlook(each) for (_person, of), each in known.items() if of == product_id])
        }
        assert added_up({key: outlook(each) for key, each in known.items()}) == expected
        shown = summary(session, moment)
        assert shown is not None
        assert {key: shown.sums[key] for key in products} == expected
        lived.rollback()


@pytest.fixture
def large(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company that counts as large, with lives of every kind."""
    monkeypatch.setattr(summaries, "LARGE", 6)
    chance = Random(11)  # noqa: S311 (the same lives in every run)
    sold = [sellable(session, slug, at=NOW - 900 * DAY) for slug in ("keeper", "vela")]
    for number in range(5):
        who = person(session, f"p{number}@example.com")
        for what in sold:
            live(session, who, what, chance)
    session.commit()


@pytest.mark.usefixtures("large")
def test_a_large_company_is_added_up_by_the_job_alone(
    session: Session, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert summary(session, now()) is None
    assert PERIODIC[summaries.JOB] == summaries.EVERY
    assert summaries.JOB in HANDLERS
    found = prepare(database, {})
    assert found is not None
    assert found.whole.standings == 10
    for _twice in range(2):
        store(session, {}, found)
    session.commit()
    kept = summary(session, now())
    assert kept == found
    assert not found.live
    monkeypatch.setattr(summaries, "LARGE", 1_000)
    store(session, {}, None)
    live_now = summary(session, found.moment)
    assert live_now is not None
    assert (live_now.sums, live_now.live) == (found.sums, True)


@pytest.mark.usefixtures("large")
def test_a_company_that_is_small_again_is_added_up_when_asked(
    session: Session, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(session, {}, prepare(database, {}))
    session.commit()
    monkeypatch.setattr(summaries, "LARGE", 1_000)
    assert prepare(database, {}) is None
    store(session, {}, None)
    found = summary(session, now())
    assert found is not None
    assert found.live


@pytest.mark.usefixtures("large")
def test_what_is_kept_takes_two_statements(session: Session, database: Database) -> None:
    store(session, {}, prepare(database, {}))
    session.commit()
    summary(session, now())
    with count_statements(database) as statements:
        summary(session, now())
    assert len(statements) == 2
