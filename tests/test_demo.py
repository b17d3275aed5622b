"""The demonstration: the content that is shipped, and people who have learned, answered and forgotten some of it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind
from app.catalog.queries import content
from app.certification.models import CertificationPeriod
from app.cli import main
from app.commands.demo_story import FORMER_COLLEAGUES, REPS, SHOPFRONT
from app.conduct.models import Consequence, Disposition, Finding, Violation
from app.config import Settings
from app.database import Database
from app.people.models import Person
from app.quizzes.analysis.flags import FlagKind
from app.quizzes.analysis.queries import Wanted, quiz
from app.quizzes.analysis.reading import Results, results
from app.quizzes.models import Accommodation, Attempt, AttemptItem, Essay, EssayState, ItemReport
from app.quizzes.spaced.queries import today_of
from app.quizzes.statistics import FEWEST_ATTEMPTS
from app.redlines.models import RedLineReview, ReviewState
from app.redlines.proof import prove

A_SUNDAY_NIGHT = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


@pytest.fixture
def told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """An installation that was just filled, on a day and at an hour when hardly anybody works."""
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", settings.database_url)
    with time_machine.travel(A_SUNDAY_NIGHT, tick=False):
        assert [main(["import"]), main(["seed"])] == [0, 0]
        database = Database(settings.database_url)
        with database.read() as session:
            yield session
        database.dispose()


def numbers_of(analysis: Results) -> dict[str, float | None]:
    return {each.name: each.analysis.statistics.discrimination for each in analysis.items}


def test_the_demonstration_has_something_of_everything(told: Session, settings: Settings) -> None:
    ana = told.scalars(select(Person).where(col(Person.email) == "rep@example.com")).one()
    today = today_of(told, ana.id or 0, A_SUNDAY_NIGHT, settings.zone)
    assert (today.count, today.round_id) == (3, None) if today else False

    essays = told.execute(
        select(col(Person.email), col(Essay.state))
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .join(Person, col(Person.id) == col(Attempt.person_id))
    )
    assert {row[0]: row[1] for row in essays} == {
        "sofia.ribeiro@example.com": EssayState.WAITING,
        "teo.lindqvist@example.com": EssayState.RETURNED,
    }

    assert told.scalars(select(col(ItemReport.item)).where(col(ItemReport.settled_at).is_(None))).all() == [
        "sm-commission-sum"
    ]
    given = told.execute(
        select(col(Person.email), col(Content.slug), col(Accommodation.extra_time_percent))
        .join(Person, col(Person.id) == col(Accommodation.person_id))
        .join(Content, col(Content.id) == col(Accommodation.content_id))
    )
    assert given.all() == [("zhou.hang@example.com", SHOPFRONT, 50)]


def test_enough_people_answered_one_quiz_for_its_analysis_to_say_something(told: Session) -> None:
    analysis = results(told, quiz(told, SHOPFRONT), Wanted())
    assert analysis.overview.first_attempts == len(FORMER_COLLEAGUES) + 11
    asked_often = [each for each in analysis.items if each.analysis.statistics.attempts >= FEWEST_ATTEMPTS]
    assert len(asked_often) > len(analysis.items) / 2
    assert all(each.analysis.seconds for each in analysis.items)
    assert any(number is not None for number in numbers_of(analysis).values())
    flagged = {flag.kind for each in analysis.items for flag in each.flags}
    assert {FlagKind.REPORTED, FlagKind.UNUSED} <= flagged
    take_rate = next(each for each in analysis.items if each.name == "sm-take-rate")
    chosen = {choice.text: choice.everybody for choice in take_rate.parts[0].options}
    assert chosen["€4, the lowest commission in the market."] == 0


def test_who_has_left_is_certified_for_nothing(told: Session) -> None:
    certified = select(col(CertificationPeriod.person_id))
    former = select(func.count()).select_from(Person).where(col(Person.deactivated_at).is_not(None))
    assert told.scalar(former) == len(FORMER_COLLEAGUES)
    assert told.scalar(former.where(col(Person.id).in_(certified))) == 0
    active = select(func.count()).select_from(Person).where(col(Person.email).in_([rep.email for rep in REPS]))
    assert told.scalar(active.where(col(Person.id).in_(certified))) == len(REPS)


def test_compliance_has_something_to_decide_and_has_decided(told: Session) -> None:
    found = set(told.scalars(select(col(Finding.disposition))))
    assert {Disposition.OPEN, Disposition.CONFIRMED, Disposition.ALLOWED} <= found
    sent = told.execute(
        select(col(Person.email), col(Violation.consequence)).join(Person, col(Person.id) == col(Violation.person_id))
    )
    assert [tuple(row) for row in sent] == [("marek.nowak@example.com", Consequence.COACHING)]


def test_a_changed_red_line_waits_for_compliance_and_another_is_on_trial(told: Session) -> None:
    waiting = told.execute(select(col(RedLineReview.red_line), col(RedLineReview.state))).all()
    assert [tuple(row) for row in waiting] == [("waf.zero-false-positives", ReviewState.OPEN)]
    stored = content(told, ContentKind.REDLINES, "perimeter-waf")
    rules = stored.draft["rules"] if stored else []
    assert [rule["id"] for rule in rules if rule["status"] == "shadow"] == ["waf.no-latency"]
    assert prove(rules) == []
