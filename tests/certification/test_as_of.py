"""A question about a past moment has one answer for ever, whatever is published, decided or done afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from app.catalog.models import ContentKind
from app.certification.actions import assign
from app.certification.models import CertificationEventKind
from app.certification.queries import record
from app.certification.rules import StandingVerdict
from app.certification.sanctions.actions import sanction
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes.actions import finish, save
from app.quizzes.holding import hold_place
from app.quizzes.startactions import start
from factories import (
    NOW,
    attest,
    course_document,
    lesson,
    person,
    published,
    published_quiz,
    quiz_document,
    redline,
    single,
    taught,
)

DAY = timedelta(days=1)
MOMENTS = [NOW + timedelta(hours=12 * halves) for halves in range(40)]
ASKED = [{"attest": "redlines"}, {"quiz": "keeper-quiz"}]


def test_what_comes_later_changes_no_answer_about_before(session: Session) -> None:
    ana = person(session, "ana@example.com")
    keeper = taught(session, [lesson(1)], requirements=ASKED)
    published_quiz(session, quiz_document(items=[single("one")], time_limit_minutes=60), owner=keeper)
    who, what = ana.id or 0, keeper.id or 0

    def answers(until: datetime, since: datetime = NOW) -> list[StandingVerdict | None]:
        found = [record(session, who, what, moment) for moment in MOMENTS if since <= moment < until]
        return [each.verdict if each else None for each in found]

    def decided(kind: CertificationEventKind, at: datetime) -> None:
        sanction(session, who, what, kind, reason="Why.", by="carol@example.com", moment=at)

    program = {
        "requirements": [*ASKED, {"lesson": "all"}, {"sign_off": "demo"}],
        "valid_months": 1,
        "basis": "completion",
        "renewal_window_days": 5,
        "grace_days": 0,
        "enforcement": "block",
    }
    steps: list[Callable[[datetime], object]] = [
        lambda at: assign(session, who, what, due_on=at.date() + 30 * DAY, by="m@example.com", moment=at),
        lambda at: attest(session, ana, keeper, at=at),
        lambda at: pass_quiz(session, ana, at),
        lambda at: decided(CertificationEventKind.SUSPENDED, at),
        lambda at: decided(CertificationEventKind.REINSTATED, at),
        lambda at: published(
            session, keeper, ContentKind.COURSE, "keeper", course_document([lesson(1), lesson(2)]), at=at
        ),
        lambda at: published(
            session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline("new")]}, at=at
        ),
        lambda at: published(session, keeper, ContentKind.PROGRAM, "keeper", program, at=at),
        lambda at: published_quiz(session, quiz_document(items=[single("two")]), owner=keeper, at=at),
        lambda at: attest(session, ana, keeper, at=at, number=2),
        lambda at: decided(CertificationEventKind.REVOKED, at),
    ]
    before: list[StandingVerdict | None] = []
    last = NOW
    for number, step in enumerate(steps):
        at = NOW + (number + 1) * DAY + timedelta(hours=3)
        before += answers(at, last)
        last = at
        step(at)
        session.flush()
        assert answers(at) == before, number
    assert [each.allowed for each in answers(NOW + 20 * DAY) if each].count(True) > 10


def pass_quiz(session: Session, who: Person, at: datetime) -> None:
    """Answer the one question, and leave the attempt to be finished when its time is long over."""
    me = CurrentPerson(who.id or 0, who.email, who.name, frozenset(), 0)
    attempt = start(session, me, "keeper-quiz", at - timedelta(hours=20)) or 0
    save(
        session,
        me,
        hold_place(session, me.id, attempt, 1),
        step=0,
        answer=0,
        flag=None,
        moment=at - timedelta(hours=20),
    )
    finish(session, me, attempt, at)
