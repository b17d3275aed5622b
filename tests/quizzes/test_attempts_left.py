"""How many attempts somebody has: those since the last one that passed count, and those at a change do not."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.certification.actions import award_earned
from app.certification.models import CertificationEventKind
from app.certification.queries import record
from app.certification.rules import Standing
from app.certification.sanctions.actions import sanction
from app.people.access import CurrentPerson
from app.quizzes.actions import finish_overdue, save
from app.quizzes.holding import hold_place
from app.quizzes.startactions import start
from factories import NOW, person, published_quiz, quiz_document, sellable, single, sitting

SignIn = Callable[[str], TestClient]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILED, PASSED = {"one": 1}, {"one": 0}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("history", "changes", "says", "status"),
    [
        ("", "", "3 of 3 left", 303),
        ("ff", "", "1 of 3 left", 303),
        ("fff", "", "0 of 3 left", 409),
        ("ffp", "", "3 of 3 left", 303),
        ("ffpff", "", "1 of 3 left", 303),
        ("pfff", "", "0 of 3 left", 409),
        ("fffpp", "", "3 of 3 left", 303),
        ("ff", "ffff", "1 of 3 left", 303),
        ("fff", "p", "0 of 3 left", 409),
    ],
)
def test_the_page_says_how_many_are_left_and_start_agrees(
    session: Session, sign_in: SignIn, history: str, changes: str, says: str, status: int
) -> None:
    """Each attempt of `history` and, at the questions about a change, of `changes`: f failed, p passed."""
    ana = person(session, "ana@example.com")
    version = published_quiz(session, quiz_document(items=[single("one")], attempts=3), at=NOW - 99 * DAY)
    for number, outcome in enumerate(history, start=1):
        sitting(
            session, version, ana, PASSED if outcome == "p" else FAILED, at=NOW - (50 - number) * DAY, number=number
        )
    for number, outcome in enumerate(changes, start=1):
        at = NOW - (20 - number) * DAY
        made = sitting(session, version, ana, PASSED if outcome == "p" else FAILED, at=at, number=-number)
        made.delta_of = version.id
    session.commit()
    client = sign_in("ana@example.com")
    assert says in client.get("/quizzes/keeper-quiz").text
    assert client.post("/quizzes/keeper-quiz/attempts").status_code == status


def test_the_newest_attempts_are_listed_and_all_of_them_where_they_are_asked_for(
    session: Session, sign_in: SignIn
) -> None:
    ana = person(session, "ana@example.com")
    version = published_quiz(session, quiz_document(items=[single("one")]), at=NOW - 99 * DAY)
    made = [
        sitting(session, version, ana, FAILED, at=NOW - (50 - number) * DAY, number=number).id
        for number in range(1, 13)
    ]
    session.commit()
    client = sign_in("ana@example.com")
    link, listed = "/quizzes/keeper-quiz?attempts=all#past", re.compile(r'<td><a href="/attempts/(\d+)">')
    newest, every = (client.get(f"/quizzes/keeper-quiz{asked}").text for asked in ("", "?attempts=all"))
    assert [int(each) for each in listed.findall(newest)] == made[:1:-1]
    assert [int(each) for each in listed.findall(every)] == made[::-1]
    assert (link in newest, link in every) == (True, False)


def test_whoever_passed_with_the_last_attempt_meets_a_spot_recertification_and_renews(session: Session) -> None:
    ana = person(session, "ana@example.com")
    keeper = sellable(session, requirements=[{"quiz": "keeper-quiz"}], at=NOW - 99 * DAY)
    document = quiz_document(items=[single("one")], attempts=2, cooldown_hours=24, time_limit_minutes=20)
    version = published_quiz(session, document, owner=keeper, at=NOW - 99 * DAY)
    sitting(session, version, ana, FAILED, at=NOW - 3 * DAY)
    sitting(session, version, ana, PASSED, at=NOW - HOUR, number=2)
    me, what = CurrentPerson(ana.id or 0, ana.email, ana.name, frozenset(), 0), keeper.id or 0
    award_earned(session, me.id, what, NOW - HOUR)
    asked = CertificationEventKind.RECERTIFICATION
    sanction(
        session, me.id, what, asked, reason="A call.", deadline=date(2026, 12, 7), by="cora@example.com", moment=NOW
    )

    stood = []
    for moment in (NOW + HOUR, NOW + 350 * DAY):
        before = record(session, me.id, what, moment)
        attempt = start(session, me, "keeper-quiz", moment)
        assert attempt is not None
        save(session, me, hold_place(session, me.id, attempt, 1), step=0, answer=0, flag=None, moment=moment)
        finish_overdue(session, moment + HOUR)
        after = record(session, me.id, what, moment + HOUR)
        stood.append([each and each.verdict.standing for each in (before, after)])
    assert stood == [
        [Standing.RECERTIFICATION_REQUIRED, Standing.CERTIFIED],
        [Standing.RENEWAL_OPEN, Standing.CERTIFIED],
    ]
