"""The job stores what is due, sends it once in the reader's language and rhythm, and ends what no longer holds."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.models import Assignment, CertificationEvent, CertificationEventKind, Leave
from app.config import Settings
from app.database import Database
from app.mails.models import Mail
from app.notices.models import Notice, NoticeWish, Rhythm
from app.notices.telling import Teller
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, sellable

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def teller(timezone: str = "UTC") -> Teller:
    return Teller(Settings(_env_file=None, base_url="https://sales.example.com", timezone=timezone))


def assign(session: Session, who: Person, what: Product, due_on: date | None, at: datetime = MONDAY) -> None:
    session.add(
        Assignment(
            person_id=who.id or 0,
            product_id=what.id or 0,
            due_on=due_on,
            assigned_at=at,
            assigned_by="manager@example.com",
        )
    )
    session.flush()


def suspend(session: Session, who: Person, what: Product, at: datetime = MONDAY) -> None:
    session.add(
        CertificationEvent(
            person_id=who.id or 0,
            product_id=what.id or 0,
            kind=CertificationEventKind.SUSPENDED,
            reason="A return was promised.",
            at=at,
            by="compliance@example.com",
        )
    )
    session.flush()


def mails(database: Database) -> list[tuple[str, str, str]]:
    """To whom, of what kind, about what, in the order in which they were posted."""
    with database.read() as session:
        rows = session.execute(select(col(Mail.to_address), col(Mail.kind), col(Mail.subject)).order_by(col(Mail.id)))
        return [(row.to_address, row.kind, row.subject) for row in rows]


def open_kinds(database: Database, email: str) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(col(Notice.kind))
                .join(Person, col(Person.id) == col(Notice.person_id))
                .where(col(Person.email) == email, col(Notice.ended_at).is_(None))
                .order_by(col(Notice.id))
            )
        )


def test_what_is_new_comes_in_one_mail_that_says_what_to_do(database: Database) -> None:
    with database.write() as session:
        keeper, till = sellable(session, at=MONDAY), sellable(session, "till", at=MONDAY)
        ana = person(session, "ana@example.com", name="Ana Duarte")
        assign(session, ana, keeper, date(2026, 12, 31))
        assign(session, ana, till, None)
    for minutes in (0, 5, 10):
        teller().tell(database, MONDAY + timedelta(minutes=minutes))
    with database.read() as session:
        (mail,) = session.scalars(select(Mail))
    assert (mail.to_address, mail.kind, mail.person_id is None) == ("ana@example.com", "digest", False)
    assert mail.subject == "Get certified on Keeper by 31 December 2026, and 1 more"
    assert mail.text == (
        "Hello Ana Duarte,\n\n"
        "Get certified on Keeper by 31 December 2026\nhttps://sales.example.com/products/keeper\n\n"
        "Get certified on Till\nhttps://sales.example.com/products/till\n\n"
        "-- \nAll that you were told: https://sales.example.com/notices\n"
        "How often you are written to: https://sales.example.com/notices/wish\n"
    )


def test_a_digest_waits_for_its_hour_in_the_time_of_the_site(database: Database) -> None:
    with database.write() as session:
        keeper, ana = sellable(session, at=MONDAY - DAY), person(session, "ana@example.com")
        assign(session, ana, keeper, None, MONDAY - DAY)
    shanghai = teller("Asia/Shanghai")  # eight hours before
    shanghai.tell(database, datetime(2026, 11, 22, 23, 55, tzinfo=UTC))
    assert (mails(database), open_kinds(database, "ana@example.com")) == ([], ["assigned"])
    shanghai.tell(database, datetime(2026, 11, 23, 0, 0, tzinfo=UTC))
    assert len(mails(database)) == 1


def test_what_cannot_wait_comes_at_once_and_the_rest_in_the_morning(database: Database) -> None:
    with database.write() as session:
        keeper, till = sellable(session, at=NOW - 9 * DAY), sellable(session, "till", at=NOW - 9 * DAY)
        ana = person(session, "ana@example.com")
        attest(session, ana, keeper, at=NOW - 9 * DAY)
        suspend(session, ana, keeper, NOW)
        assign(session, ana, till, None, NOW)
    night = NOW.replace(hour=23)
    teller().tell(database, night)
    assert mails(database) == [("ana@example.com", "urgent", "Your certification on Keeper is suspended")]
    teller().tell(database, night + timedelta(hours=9))
    assert mails(database)[1:] == [("ana@example.com", "digest", "Get certified on Till, and 1 more")]


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [(Rhythm.AT_ONCE, [0, 1, 2]), (Rhythm.DAILY, [0, 1, 2]), (Rhythm.WEEKLY, [0, 7])],
)
def test_people_are_written_to_as_often_as_they_wish(database: Database, rhythm: Rhythm, days: list[int]) -> None:
    with database.write() as session:
        ana = person(session, "ana@example.com")
        session.add(NoticeWish(person_id=ana.id or 0, rhythm=rhythm))
        products = [sellable(session, f"product-{number}", at=MONDAY - DAY) for number in range(3)]
    sent = []
    for day in range(8):
        with database.write() as session:
            if day < len(products):
                assign(session, ana, products[day], None, MONDAY + day * DAY)
        before = len(mails(database))
        teller().tell(database, MONDAY + day * DAY)
        if len(mails(database)) > before:
            sent.append(day)
    assert sent == days


def test_on_leave_people_hear_only_what_cannot_wait_and_the_rest_when_they_are_back(database: Database) -> None:
    with database.write() as session:
        keeper, till = sellable(session, at=NOW - 9 * DAY), sellable(session, "till", at=NOW - 9 * DAY)
        ana = person(session, "ana@example.com")
        attest(session, ana, keeper, at=NOW - 40 * DAY + 31 * DAY)
        session.add(
            Leave(
                person_id=ana.id or 0,
                from_on=MONDAY.date(),
                through_on=MONDAY.date() + DAY,
                recorded_at=NOW,
                recorded_by="manager@example.com",
            )
        )
        assign(session, ana, till, None)
        suspend(session, ana, keeper)
    teller().tell(database, MONDAY)
    teller().tell(database, MONDAY + DAY)
    assert mails(database) == [("ana@example.com", "urgent", "Your certification on Keeper is suspended")]
    teller().tell(database, MONDAY + 2 * DAY)
    assert [kind for _to, kind, _subject in mails(database)] == ["urgent", "digest"]


def test_who_was_deactivated_hears_nothing(database: Database) -> None:
    with database.write() as session:
        keeper, ana = sellable(session, at=MONDAY), person(session, "ana@example.com")
        assign(session, ana, keeper, None)
        suspend(session, ana, keeper)
        ana.deactivated_at = MONDAY
    teller().tell(database, MONDAY)
    assert (mails(database), open_kinds(database, "ana@example.com")) == ([], [])


def test_a_notice_ends_with_what_it_is_about_and_is_not_sent_twice_when_that_comes_back(database: Database) -> None:
    with database.write() as session:
        keeper, ana = sellable(session, at=NOW - DAY), person(session, "ana@example.com")
        assign(session, ana, keeper, date(2026, 12, 1), NOW - 20 * DAY)
        deal(session, products=[keeper], team={"owner": [ana]}, at=NOW)
    teller().tell(database, NOW)
    assert open_kinds(database, "ana@example.com") == ["blocked", "due"]
    with database.write() as session:
        attest(session, session.get_one(Person, ana.id), session.get_one(Product, keeper.id), at=NOW)
    teller().tell(database, NOW + DAY)
    assert open_kinds(database, "ana@example.com") == ["certified"]
    with database.write() as session:
        suspend(session, ana, keeper, NOW + 2 * DAY)
        session.execute(update(Notice).values(ended_at=NOW + DAY))  # as if all of it had been over
    teller().tell(database, NOW + 2 * DAY)
    assert open_kinds(database, "ana@example.com") == ["certified", "blocked", "suspended"]
    assert [subject for _to, _kind, subject in mails(database)][2:] == [
        "Your certification on Keeper is suspended, and 1 more"
    ]


def test_a_reader_is_written_to_in_their_language(database: Database) -> None:
    with database.write() as session:
        keeper = sellable(session, at=MONDAY)
        mei = person(session, "mei@example.com", name="梅")
        mei.locale = "zh-Hans"
        assign(session, mei, keeper, date(2026, 12, 31))
    teller().tell(database, MONDAY)
    with database.read() as session:
        assert "2026 年 12 月 31 日" in session.scalars(select(Mail)).one().subject


class Killed(BaseException):
    """As SIGKILL: nothing of the worker runs any more."""


class KilledTeller(Teller):
    """Dies when it is about to post a mail, after it has stored what it is about."""

    def _write(self, *_: Any) -> None:
        raise Killed


def test_a_worker_that_is_killed_between_storing_and_sending_loses_and_doubles_nothing(database: Database) -> None:
    with database.write() as session:
        assign(session, person(session, "ana@example.com"), sellable(session, at=MONDAY), None)
    with pytest.raises(Killed):
        KilledTeller(Settings(_env_file=None)).tell(database, MONDAY)
    teller().tell(database, MONDAY)
    teller().tell(database, MONDAY)
    assert len(mails(database)) == 1


def test_two_workers_at_once_tell_everything_once(database: Database) -> None:
    with database.write() as session:
        keeper = sellable(session, at=MONDAY)
        people = [person(session, f"rep{number}@example.com", at=MONDAY) for number in range(12)]
        for each in people:
            assign(session, each, keeper, None)
            deal(session, f"D-{each.id}", products=[keeper], team={"owner": [each]}, at=MONDAY)

    def work(_number: int) -> None:
        teller().tell(database, MONDAY)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert sorted(to for to, _kind, _subject in mails(database)) == sorted(each.email for each in people)
    with database.read() as session:
        told = session.execute(select(col(Notice.person_id), col(Notice.kind), col(Notice.mail_id))).all()
    assert len(told) == 24
    assert all(row.mail_id is not None for row in told)


def test_a_manager_hears_of_the_people_who_report_to_them(database: Database) -> None:
    with database.write() as session:
        keeper = sellable(session, at=NOW - 400 * DAY)
        lead = person(session, "lead@example.com", Role.MANAGER)
        ana = person(session, "ana@example.com", manager=lead, at=NOW - 400 * DAY)
        attest(session, ana, keeper, at=NOW - 360 * DAY)  # valid through 27 November
        deal(session, products=[keeper], team={"owner": [ana]}, at=NOW)
    teller().tell(database, NOW)
    assert open_kinds(database, "lead@example.com") == ["team_deal", "team_ends"]
    assert open_kinds(database, "ana@example.com") == ["ends_before_close", "ends_soon"]
    assert [(to, kind) for to, kind, _subject in mails(database)] == [
        ("lead@example.com", "digest"),
        ("ana@example.com", "digest"),
    ]


def seen(database: Database, ids: Collection[int]) -> None:
    with database.write() as session:
        for notice in session.scalars(select(Notice).where(col(Notice.id).in_(ids))):
            notice.seen_at = MONDAY


def test_what_somebody_has_seen_is_not_sent_to_them(database: Database) -> None:
    with database.write() as session:
        assign(session, person(session, "ana@example.com"), sellable(session, at=NOW - DAY), None, NOW - DAY)
    teller().tell(database, MONDAY - timedelta(hours=2))
    with database.read() as session:
        ids = list(session.scalars(select(col(Notice.id))))
    seen(database, [each for each in ids if each is not None])
    teller().tell(database, MONDAY)
    assert mails(database) == []
