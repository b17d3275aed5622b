"""What was done early renews a certification on the day its window opens, with nobody doing anything on it."""

from datetime import date, timedelta

import time_machine
from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.certificates.models import Certificate
from app.certification.models import CertificationPeriod
from app.certification.windows import JOB, award_opened
from app.clock import local_day
from app.commands.work import HANDLERS, PERIODIC
from app.database import Database
from app.jobs.worker import Worker
from factories import NOW, attest, person, sellable

DAY = timedelta(days=1)


def periods(session: Session) -> list[tuple[int, int, date, date]]:
    session.rollback()
    rows = session.scalars(select(CertificationPeriod).order_by(col(CertificationPeriod.id)))
    found = [(each.person_id, each.number, each.done_on, each.valid_through) for each in rows]
    session.rollback()  # on SQLite an open session of a test keeps others from writing
    return found


def test_early_work_is_stored_when_the_window_opens(session: Session, database: Database) -> None:
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    keeper = sellable(session, early_days=10)
    ana_id = ana.id
    attest(session, ana, keeper)
    attest(session, ben, keeper)
    session.commit()
    expires_on = periods(session)[0][-1] + DAY
    opens_on = expires_on - timedelta(days=30)
    opening = NOW + (opens_on - local_day(NOW))
    attest(session, ana, keeper, at=opening - 9 * DAY, number=2)
    attest(session, ben, keeper, at=opening - 11 * DAY, number=2)
    session.commit()
    held = periods(session)

    award_opened(database, opening - DAY)
    assert periods(session) == held

    award_opened(database, opening)
    award_opened(database, opening + DAY)
    renewed = (ana_id, 2, opens_on, expires_on.replace(year=expires_on.year + 1) - DAY)
    assert periods(session) == [*held, renewed]
    stored, certified = select(col(CertificationPeriod.id)), select(col(Certificate.period_id))
    assert set(session.scalars(certified)) == set(session.scalars(stored))


def test_the_worker_stores_them_by_itself(session: Session, database: Database) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, early_days=10)
    attest(session, ana, keeper)
    session.commit()
    ((_ana, _number, _done_on, valid_through),) = periods(session)
    opening = NOW + (valid_through - timedelta(days=29) - local_day(NOW))
    attest(session, ana, keeper, at=opening - DAY, number=2)
    session.commit()
    worker = Worker(database, {JOB: HANDLERS[JOB]}, {JOB: PERIODIC[JOB]})
    with time_machine.travel(opening, tick=False) as clock:
        worker.plan()
        clock.shift(timedelta(minutes=15))
        assert worker.run_once() == 1
    assert [number for _person, number, _done_on, _through in periods(session)] == [1, 2]
