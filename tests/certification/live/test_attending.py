"""Presence: by code while the session runs, by hand afterwards, and what it earns."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.live import actions, attending
from app.certification.live.attending import MOST_GUESSES, Outcome, Somebody
from app.certification.live.invitations import Post
from app.certification.live.models import Attendance, LiveSession
from app.certification.live.presence import Presence, presence
from app.certification.live.rules import code_at
from app.certification.models import CertificationPeriod
from app.certification.queries import record
from app.database import Database
from app.errors import ConflictError, ForbiddenError, TooManyRequestsError
from app.people.models import Person, Role
from factories import NOW, person, sellable
from livesessions import LIVE_SESSION, live_date

STARTS = NOW + timedelta(days=7)


def at(minutes: float) -> datetime:
    return STARTS + timedelta(minutes=minutes)


def launch(session: Session, checks: int = 1, percent: int = 100, capacity: int | None = None) -> LiveSession:
    described = {**LIVE_SESSION, "checks": checks, "presence_percent": percent}
    owner = sellable(session, requirements=[{"live_session": "launch-demo"}], live_sessions=[described])
    host = person(session, "trainer@example.com", Role.TRAINER, name="Tom")
    return live_date(session, owner, host, starts_at=STARTS, capacity=capacity)


def enter(session: Session, live: LiveSession, who: Person, code: str, moment: datetime) -> Outcome:
    somebody = Somebody(who.id or 0, who.email)
    return attending.check_in(session, live.id or 0, somebody, code, Post("https://sales.example.com", moment))


def come(session: Session, live: LiveSession, who: Person, moment: datetime) -> Outcome:
    return enter(session, live, who, code_at(live.secret, moment), moment)


def say(session: Session, live: LiveSession, who: Person, *, attended: bool, moment: datetime) -> None:
    tom = session.scalars(select(Person).where(col(Person.email) == "trainer@example.com")).one()
    by = Somebody(tom.id or 0, tom.email)
    attending.judge(session, live.id or 0, who.id or 0, attended=attended, by=by, moment=moment)


def line(session: Session, live: LiveSession, who: Person) -> Presence:
    (found,) = presence(session, live.id or 0, who.id)
    return found


def stored(session: Session) -> list[tuple[bool, bool, str]]:
    rows = session.scalars(select(Attendance).order_by(col(Attendance.id)))
    return [(each.attended, each.by_hand, each.recorded_by) for each in rows]


def is_certified(session: Session, live: LiveSession, who: Person, moment: datetime) -> bool:
    found = record(session, who.id or 0, live.product_id, moment)
    assert found is not None
    return found.verdict.allowed


def test_the_code_of_the_board_gives_presence_and_the_certification(session: Session) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    assert come(session, live, ana, at(5)) is Outcome.PRESENT
    assert come(session, live, ana, at(6)) is Outcome.PRESENT
    assert stored(session) == [(True, False, "ana@example.com")]
    assert list(line(session, live, ana).parts) == [0]
    assert is_certified(session, live, ana, at(7))
    said = select(col(AuditEntry.action)).where(col(AuditEntry.subject).startswith("ana@example.com launch-demo"))
    assert session.scalars(said).all() == ["live_session.checked_in"]


def test_presence_needs_its_share_of_the_parts(session: Session) -> None:
    live, ana = launch(session, checks=3, percent=60), person(session, "ana@example.com")
    assert come(session, live, ana, at(-10)) is Outcome.CHECKED_IN
    assert come(session, live, ana, at(20)) is Outcome.CHECKED_IN
    assert not is_certified(session, live, ana, at(21))
    assert come(session, live, ana, at(70)) is Outcome.PRESENT
    assert sorted(line(session, live, ana).parts) == [0, 2]
    assert is_certified(session, live, ana, at(71))


@pytest.mark.parametrize(
    ("minutes", "outcome"), [(-16, Outcome.CLOSED), (-15, Outcome.PRESENT), (90, Outcome.PRESENT), (91, Outcome.CLOSED)]
)
def test_nobody_checks_in_too_early_or_too_late(session: Session, minutes: int, outcome: Outcome) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    assert come(session, live, ana, at(minutes)) is outcome
    assert len(stored(session)) == (outcome is Outcome.PRESENT)


def test_who_can_read_the_board_from_anywhere_does_not_check_in_with_its_code(session: Session) -> None:
    live, eve = launch(session), person(session, "eve@example.com", Role.REP, Role.TRAINER)
    who = Somebody(eve.id or 0, eve.email, knows_codes=True)
    code = code_at(live.secret, at(5))
    assert attending.check_in(session, live.id or 0, who, code, Post("", at(5))) is Outcome.KNOWS_CODES
    assert stored(session) == []
    say(session, live, eve, attended=True, moment=at(6))
    assert is_certified(session, live, eve, at(7))


def test_nobody_checks_in_to_what_was_cancelled(session: Session) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    actions.cancel_date(session, live.id or 0, reason="Snow.", by="trainer@example.com", desk=Post("", at(-60)))
    assert come(session, live, ana, at(0)) is Outcome.CLOSED
    with pytest.raises(ConflictError, match="cancelled"):
        say(session, live, ana, attended=True, moment=at(1))
    assert stored(session) == []


def test_who_walks_in_takes_a_free_seat_and_nobody_elses(session: Session) -> None:
    live = launch(session, capacity=1)
    ana, ben, cem = (person(session, f"{name}@example.com") for name in ("ana", "ben", "cem"))
    assert come(session, live, ana, at(0)) is Outcome.PRESENT
    assert line(session, live, ana).seated
    actions.register(session, live.id or 0, ben.id or 0, by=ben.email, desk=Post("", at(1)))
    assert [come(session, live, who, at(2)) for who in (ben, cem)] == [Outcome.NO_SEAT, Outcome.NO_SEAT]
    say(session, live, cem, attended=True, moment=at(3))
    assert [each.ruling is not None for each in presence(session, live.id or 0)] == [True, False, True]


def test_two_tabs_that_check_in_at_once_are_one_presence(session: Session, database: Database) -> None:
    live, ana = launch(session, capacity=1), person(session, "ana@example.com")
    session.commit()
    together = Barrier(2)

    def tab(_number: int) -> Outcome:
        together.wait()
        with database.write() as writing:
            return come(writing, live, ana, at(5))

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(tab, range(2))) == [Outcome.PRESENT, Outcome.PRESENT]
    assert stored(session) == [(True, False, "ana@example.com")]
    assert session.scalar(select(func.count()).select_from(CertificationPeriod)) == 1


def test_a_code_is_guessed_a_few_times_only_and_the_fallback_is_no_guess(session: Session) -> None:
    live = launch(session)
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    for _guess in range(MOST_GUESSES):
        assert enter(session, live, ana, "000000x", at(0)) is Outcome.WRONG_CODE
    with pytest.raises(TooManyRequestsError):
        come(session, live, ana, at(1))
    assert enter(session, live, ben, live.fallback_code.lower(), at(1)) is Outcome.PRESENT
    assert [each.way for each in line(session, live, ben).parts.values()] == ["fallback"]
    assert come(session, live, ana, at(20)) is Outcome.PRESENT


def test_the_hand_wins_over_the_code_and_every_word_is_kept(session: Session) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    come(session, live, ana, at(5))
    for _click in range(2):
        say(session, live, ana, attended=False, moment=at(100))
    assert stored(session) == [(True, False, "ana@example.com"), (False, True, "trainer@example.com")]
    ruling = line(session, live, ana).ruling
    assert ruling is not None
    assert (ruling.attended, ruling.by_hand, ruling.recorded_by) == (False, True, "trainer@example.com")
    assert session.scalar(select(func.count()).select_from(CertificationPeriod)) == 1


def test_a_code_after_the_hand_said_absent_changes_nothing(session: Session) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    say(session, live, ana, attended=False, moment=at(0))
    come(session, live, ana, at(5))
    assert list(line(session, live, ana).parts) == [0]
    assert stored(session) == [(False, True, "trainer@example.com")]
    assert not is_certified(session, live, ana, at(6))


def test_presence_said_later_counts_for_the_day_it_was_held(session: Session) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    say(session, live, ana, attended=True, moment=STARTS + timedelta(days=30))
    (held_at,) = session.scalars(select(col(Attendance.held_at))).all()
    assert held_at == STARTS
    (done_on,) = session.scalars(select(col(CertificationPeriod.done_on))).all()
    assert done_on == STARTS.astimezone(UTC).date()


def test_nobody_was_there_before_it_began_and_nobody_vouches_for_themselves(session: Session) -> None:
    live, ana = launch(session), person(session, "ana@example.com")
    with pytest.raises(ConflictError, match="has not begun"):
        say(session, live, ana, attended=True, moment=at(-60))
    tom = session.get_one(Person, live.host_id)
    with pytest.raises(ForbiddenError):
        say(session, live, tom, attended=True, moment=at(5))
    assert stored(session) == []
