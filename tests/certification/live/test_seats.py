"""Seats and the waiting list: who gets a seat, who is told, and what happens when two want the last one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, NamedTuple

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.live import actions, queries
from app.certification.live.actions import Details
from app.certification.live.invitations import Post
from app.certification.live.models import LiveSession, Registration
from app.certification.live.queries import asked
from app.database import Database
from app.errors import ConflictError, InvalidError
from app.mails.models import Mail
from app.people.actions import deactivate
from app.people.models import Person, Role
from factories import NOW, person, sellable
from livesessions import LIVE_SESSION, live_date

MONDAY = NOW + timedelta(days=7)
DESK = Post("https://sales.example.com", NOW)


def keeper(session: Session) -> Product:
    return sellable(session, requirements=[{"live_session": "launch-demo"}], live_sessions=[LIVE_SESSION])


def launch(session: Session, capacity: int | None = 1) -> LiveSession:
    host = person(session, "trainer@example.com", Role.TRAINER, name="Tom")
    return live_date(session, keeper(session), host, starts_at=MONDAY, timezone="Europe/Lisbon", capacity=capacity)


def rep(session: Session, name: str, locale: str = "en") -> Person:
    somebody = person(session, f"{name}@example.com")
    somebody.locale = locale
    session.flush()
    return somebody


def register(session: Session, live: LiveSession, who: Person) -> Registration:
    return actions.register(session, live.id or 0, who.id or 0, by=who.email, desk=DESK)


def leave(session: Session, live: LiveSession, who: Person) -> None:
    actions.leave(session, live.id or 0, who.id or 0, by=who.email, desk=DESK)


class Sent(NamedTuple):
    to: str
    kind: str
    method: str
    sequence: int | None


def sent(session: Session) -> list[Sent]:
    """Who got which mail, in order, with what its calendar entry says; all entries must have one uid."""
    found, uids = [], set()
    for mail in session.scalars(select(Mail).order_by(col(Mail.id))):
        sequence = None
        if mail.calendar:
            calendar: Any = Calendar.from_ical(mail.calendar)
            (event,) = calendar.walk("VEVENT")
            assert calendar["method"] == mail.calendar_method
            sequence = int(event["sequence"])
            uids.add(str(event["uid"]))
        found.append(
            Sent(mail.to_address.split("@")[0], mail.kind.removeprefix("live_session."), mail.calendar_method, sequence)
        )
    assert len(uids) <= 1
    return found


def test_a_date_has_the_length_and_the_checks_that_the_program_says_now(session: Session) -> None:
    live = launch(session)
    assert (live.title, live.ends_at - live.starts_at, live.parts, live.presence_percent, live.sequence) == (
        "Launch demo",
        timedelta(minutes=90),
        1,
        100,
        0,
    )


def test_a_form_that_is_sent_twice_sets_one_date(session: Session) -> None:
    live = launch(session)
    host, owner = session.get_one(Person, live.host_id), session.get_one(Product, live.product_id)
    assert live_date(session, owner, host, starts_at=MONDAY).id == live.id
    assert live_date(session, owner, host, starts_at=MONDAY + timedelta(hours=2)).id != live.id


def test_what_is_asked_for_and_not_described_takes_an_hour(session: Session) -> None:
    sellable(session, requirements=[{"any_of": [{"attest": "redlines"}, {"live_session": "visit"}]}])
    found = asked(session, "keeper", "visit", NOW)
    assert (found.name, found.minutes, found.checks, found.presence_percent) == ("visit", 60, 1, 100)


def test_who_comes_first_sits_and_who_waits_longest_follows(session: Session) -> None:
    live = launch(session, capacity=1)
    ana, ben, cem = (rep(session, name) for name in ("ana", "ben", "cem"))
    for somebody in (ana, ana, ben, cem):
        register(session, live, somebody)
    lines = [queries.date_of(session, live.id or 0, who.id or 0, NOW) for who in (ana, ben, cem)]
    assert [(each.seated, each.waiting, bool(each.seated_at)) for each in lines] == [
        (1, 2, True),
        (1, 2, False),
        (1, 2, False),
    ]
    assert [each.place_in_line for each in lines[1:]] == [1, 2]
    leave(session, live, ana)
    leave(session, live, ana)
    register(session, live, ana)
    assert [each.person.email for each in queries.registered(session, live.id or 0) if each.registration.seated_at] == [
        "ben@example.com"
    ]
    leave(session, live, ben)
    assert sent(session) == [
        ("ana", "invitation", "REQUEST", 0),
        ("ana", "left", "CANCEL", 1),
        ("ben", "seat", "REQUEST", 1),
        ("ben", "left", "CANCEL", 2),
        ("cem", "seat", "REQUEST", 2),
    ]


def test_two_who_race_for_the_last_seat_get_one_seat_and_one_wait(session: Session, database: Database) -> None:
    live = launch(session, capacity=1)
    people = [rep(session, name) for name in ("ana", "ben")]
    session.commit()
    together = Barrier(2)

    def come(who: Person) -> bool:
        together.wait()
        with database.write() as writing:
            return register(writing, live, who).seated_at is not None

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(come, people)) == [False, True]
    assert len(sent(session)) == 1


def test_one_who_clicks_twice_at_once_is_registered_once(session: Session, database: Database) -> None:
    live, ana = launch(session, capacity=2), rep(session, "ana")
    session.commit()
    together = Barrier(2)

    def come(_click: int) -> int | None:
        together.wait()
        with database.write() as writing:
            return register(writing, live, ana).id

    with ThreadPoolExecutor(2) as threads:
        assert len(set(threads.map(come, range(2)))) == 1
    assert sent(session) == [("ana", "invitation", "REQUEST", 0)]


def test_somebody_who_left_the_company_takes_no_seat(session: Session) -> None:
    live = launch(session, capacity=1)
    ana, ben, cem = (rep(session, name) for name in ("ana", "ben", "cem"))
    register(session, live, ana)
    register(session, live, ben)
    deactivate(session, ana.id or 0, actor="admin@example.com", moment=NOW)
    assert register(session, live, cem).seated_at is None
    assert [(each.to, each.kind) for each in sent(session)] == [("ana", "invitation"), ("ben", "seat")]


def details(live: LiveSession, **changed: object) -> Details:
    kept = {name: getattr(live, name) for name in Details.__dataclass_fields__}
    return Details(**{**kept, **changed})


def change(session: Session, live: LiveSession, sequence: int = 0, **changed: object) -> LiveSession:
    return actions.change_date(
        session,
        live.id or 0,
        details(live, **changed),
        reason="The room is flooded.",
        sequence=sequence,
        by="trainer@example.com",
        desk=DESK,
    )


def test_a_change_is_told_to_all_and_more_seats_to_those_who_get_one(session: Session) -> None:
    live = launch(session, capacity=1)
    live.join_url = "https://meet.example.com/secret"
    ana, ben = rep(session, "ana"), rep(session, "ben", "zh-Hans")
    register(session, live, ana)
    register(session, live, ben)
    change(session, live)
    change(session, live, starts_at=MONDAY + timedelta(days=1), place="第四会议室")
    assert live.ends_at == MONDAY + timedelta(days=1, minutes=90)
    change(session, live, sequence=1, capacity=2)
    assert sent(session) == [
        ("ana", "invitation", "REQUEST", 0),
        ("ana", "update", "REQUEST", 1),
        ("ben", "update", "", None),
        ("ben", "seat", "REQUEST", 2),
    ]
    mails = session.scalars(select(Mail).order_by(col(Mail.id))).all()
    assert mails[1].subject == "Changed: Launch demo · Keeper, 1 December 2026, 09:00"
    assert mails[1].text.splitlines() == [
        "This live session was changed. What it says below holds from now on.",
        "Why: The room is flooded.",
        "",
        "Launch demo · Keeper",
        "Tuesday, 1 December 2026, 09:00–10:30 (Europe/Lisbon)",
        "Where: 第四会议室",
        "Join here: https://meet.example.com/secret",
        "Host: Tom",
        f"All about it, and where you check in: https://sales.example.com/sessions/{live.id}",
    ]
    assert "上线演示 · Keeper" in mails[3].text
    assert ["https://meet.example.com/secret" in each.text for each in mails] == [True, True, False, True]


def test_seats_that_are_given_stay(session: Session) -> None:
    live = launch(session, capacity=None)
    for name in ("ana", "ben"):
        register(session, live, rep(session, name))
    with pytest.raises(InvalidError) as refused:
        change(session, live, capacity=1)
    assert refused.value.errors == [
        {"pointer": "/capacity", "detail": "2 seats are given already; nobody loses a seat. Write that number or more."}
    ]
    assert change(session, live, capacity=2).capacity == 2


def test_two_who_change_a_date_do_not_undo_each_other(session: Session) -> None:
    live = launch(session)
    change(session, live, place="Room 5")
    with pytest.raises(ConflictError):
        change(session, live, place="Room 6")
    assert (live.place, live.sequence) == ("Room 5", 1)


def test_a_cancellation_is_told_once_and_ends_everything(session: Session) -> None:
    live = launch(session, capacity=1)
    ana, ben = rep(session, "ana"), rep(session, "ben")
    register(session, live, ana)
    register(session, live, ben)
    for _click in range(2):
        actions.cancel_date(session, live.id or 0, reason="Tom is ill.", by="trainer@example.com", desk=DESK)
    assert sent(session)[1:] == [("ana", "cancellation", "CANCEL", 1), ("ben", "cancellation", "", None)]
    for refused in (register, leave):
        with pytest.raises(ConflictError, match="cancelled"):
            refused(session, live, ana)
    with pytest.raises(ConflictError, match="cancelled"):
        change(session, live, sequence=1, place="Room 5")


def test_nobody_registers_for_or_changes_what_is_over_nor_leaves_what_has_begun(session: Session) -> None:
    live, ana, ben = launch(session, capacity=None), rep(session, "ana"), rep(session, "ben")
    register(session, live, ana)
    during, after = (Post("", MONDAY + timedelta(minutes=minutes)) for minutes in (1, 91))
    with pytest.raises(ConflictError, match="begun"):
        actions.leave(session, live.id or 0, ana.id or 0, by=ana.email, desk=during)
    with pytest.raises(ConflictError, match="over"):
        actions.register(session, live.id or 0, ben.id or 0, by=ben.email, desk=after)
    with pytest.raises(ConflictError, match="over"):
        actions.cancel_date(session, live.id or 0, reason="Late.", by="trainer@example.com", desk=after)
    with pytest.raises(InvalidError, match="over already"):
        change(session, live, starts_at=NOW - timedelta(days=1))
