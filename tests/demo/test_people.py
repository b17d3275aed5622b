"""The demonstration: the content that is shipped, and people who have learned, answered and forgotten some of it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind
from app.catalog.queries import content
from app.certification.live.models import Attendance, LiveSession, Registration
from app.certification.models import (
    Appeal,
    AssignmentRule,
    CertificationEvent,
    CertificationPeriod,
    Leave,
    PeriodExtension,
    PeriodOrigin,
    RequirementCredit,
    SignOff,
    SignOffOutcome,
)
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing
from app.certification.signoffs.models import SignOffRequest
from app.commands.demo_story import FORMER_COLLEAGUES, REPS, SHOPFRONT
from app.conduct.models import Consequence, Disposition, Finding, Violation
from app.notices.models import Notice
from app.notices.rules import Kind
from app.people.models import Person
from app.quizzes.analysis.flags import FlagKind
from app.quizzes.analysis.queries import Wanted, quiz
from app.quizzes.analysis.reading import Results, results
from app.quizzes.models import Accommodation, Attempt, AttemptItem, Essay, EssayState, ItemReport
from app.quizzes.spaced.queries import today_of
from app.quizzes.statistics import FEWEST_ATTEMPTS
from app.redlines.models import RedLineReview, ReviewState
from app.redlines.proof import prove
from telling import A_SUNDAY_NIGHT, verdict_of, with_email


def numbers_of(analysis: Results) -> dict[str, float | None]:
    return {each.name: each.analysis.statistics.discrimination for each in analysis.items}


def test_the_demonstration_has_something_of_everything(told: Session) -> None:
    ana = told.scalars(select(Person).where(col(Person.email) == "rep@example.com")).one()
    today = today_of(told, ana.id or 0, A_SUNDAY_NIGHT, ZoneInfo("UTC"))
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
    assert {tuple(row) for row in sent if row.consequence is not Consequence.NONE} == {
        ("marek.nowak@example.com", Consequence.COACHING),
        ("teo.lindqvist@example.com", Consequence.COACHING),
        ("wang.siyuan@example.com", Consequence.SUSPENSION),
    }


def test_a_changed_red_line_waits_for_compliance_and_another_is_on_trial(told: Session) -> None:
    waiting = told.execute(select(col(RedLineReview.red_line), col(RedLineReview.state))).all()
    assert [tuple(row) for row in waiting] == [("waf.zero-false-positives", ReviewState.OPEN)]
    stored = content(told, ContentKind.REDLINES, "perimeter-waf")
    rules = stored.draft["rules"] if stored else []
    assert [rule["id"] for rule in rules if rule["status"] == "shadow"] == ["waf.no-latency"]
    assert prove(rules) == []


def test_demonstrations_wait_were_returned_and_divided_two_assessors(told: Session) -> None:
    said = with_email(
        told, col(SignOff.rubric), col(SignOff.outcome), col(SignOff.second_of).is_not(None), of=col(SignOff.person_id)
    )
    assert said >= {
        ("rep2@example.com", "handover-call", SignOffOutcome.RETURNED, False),
        ("konstantinos.papadimitriou@example.com", "owner-visit", SignOffOutcome.PASSED, False),
        ("konstantinos.papadimitriou@example.com", "owner-visit", SignOffOutcome.RETURNED, True),
        ("wang.siyuan@example.com", "owner-visit", SignOffOutcome.FAILED, False),
    }
    waiting = select(col(Person.email), col(SignOffRequest.asked_at)).join(
        Person, col(Person.id) == col(SignOffRequest.person_id)
    )
    assert told.execute(waiting.where(col(SignOffRequest.closed_at).is_(None))).all() == [
        ("rep@example.com", A_SUNDAY_NIGHT - timedelta(days=6))
    ]
    second = {tuple(row) for row in told.execute(select(col(SignOff.second_wanted), col(SignOff.second_of)))}
    assert (True, None) in second
    held = with_email(told, col(CertificationPeriod.level), of=col(CertificationPeriod.person_id))
    assert held >= {("konstantinos.papadimitriou@example.com", "senior"), ("hannah.weiss@example.com", "lead")}


def test_live_sessions_are_to_come_were_held_and_cancelled(told: Session) -> None:
    rows = told.execute(
        select(col(LiveSession.starts_at), col(LiveSession.cancelled_at).is_not(None)).order_by(
            col(LiveSession.starts_at)
        )
    )
    assert [(row[0] > A_SUNDAY_NIGHT, row[1]) for row in rows] == [
        (False, False),
        (True, False),
        (True, True),
        (True, False),
    ]
    registered = told.execute(
        select(col(Person.email), col(Registration.seated_at).is_not(None))
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .join(LiveSession, col(LiveSession.id) == col(Registration.live_session_id))
        .where(col(LiveSession.key) == "knowledge-clinic")
    )
    assert {tuple(row) for row in registered} == {
        ("rep2@example.com", True),
        ("chen.jiayi@example.com", True),
        ("zhou.hang@example.com", False),
    }
    came = with_email(told, col(Attendance.attended), col(Attendance.by_hand), of=col(Attendance.person_id))
    assert came == {
        ("hannah.weiss@example.com", True, False),
        ("ines.carvalho@example.com", True, False),
        ("konstantinos.papadimitriou@example.com", True, True),
    }


def test_a_changed_lesson_asks_some_of_the_certified_and_a_renewal_is_open(told: Session) -> None:
    waf, shopfront = "perimeter-waf", "shopfront-messaging"
    assert {
        (email, slug): verdict_of(told, email, slug).standing
        for email, slug in [
            ("rep@example.com", waf),
            ("rep2@example.com", waf),
            ("daniel.okafor@example.com", waf),
            ("teo.lindqvist@example.com", shopfront),
            ("chen.jiayi@example.com", shopfront),
        ]
    } == {
        ("rep@example.com", waf): Standing.RENEWAL_OPEN,
        ("rep2@example.com", waf): Standing.RECERTIFICATION_REQUIRED,
        ("daniel.okafor@example.com", waf): Standing.CERTIFIED,
        ("teo.lindqvist@example.com", shopfront): Standing.RENEWAL_OPEN,
        ("chen.jiayi@example.com", shopfront): Standing.RECERTIFICATION_REQUIRED,
    }
    missing = verdict_of(told, "rep2@example.com", waf).missing
    assert [each.requirement.kind for each in missing] == [RequirementKind.DELTA_QUIZ]


def test_what_managers_and_compliance_decide_is_there_and_waits_for_somebody_else(told: Session) -> None:
    rules = told.execute(select(col(AssignmentRule.region), col(AssignmentRule.created_by)))
    assert [tuple(row) for row in rules] == [("CN", "manager@example.com")]
    away = {row[0] for row in with_email(told, of=col(Leave.person_id))}
    assert away == {"konstantinos.papadimitriou@example.com"}
    assert with_email(told, col(RequirementCredit.approved), of=col(RequirementCredit.person_id)) == {
        ("teo.lindqvist@example.com", True),
        ("zhou.hang@example.com", None),
    }
    assert told.scalars(select(col(PeriodExtension.by))).all() == ["manager@example.com"]
    imported = select(col(CertificationPeriod.evidence)).where(col(CertificationPeriod.origin) == PeriodOrigin.IMPORTED)
    assert len(told.scalars(imported).all()) == 1
    appeals = told.execute(
        select(col(Appeal.outcome), col(CertificationEvent.by)).join(
            CertificationEvent, col(CertificationEvent.id) == col(Appeal.event_id)
        )
    )
    assert [tuple(row) for row in appeals] == [(None, "compliance@example.com")]
    told_of_it = {
        row[0] for row in with_email(told, col(Notice.kind), of=col(Notice.person_id)) if row[1] == Kind.APPEAL_WAITING
    }
    assert told_of_it == {"compliance2@example.com"}


def test_everybody_who_has_something_to_do_is_told(told: Session) -> None:
    kinds = with_email(told, col(Notice.kind), of=col(Notice.person_id))
    assert kinds >= {
        ("compliance@example.com", Kind.WAIVER_WAITING),
        ("compliance@example.com", Kind.EMERGENCY_WAITING),
        ("compliance@example.com", Kind.INCIDENTS_WAITING),
        ("trainer@example.com", Kind.FIELD_NOTES_WAITING),
        ("rep@example.com", Kind.WINDOW_OPEN),
        ("rep2@example.com", Kind.SIGN_OFF_RETURNED),
        ("rep2@example.com", Kind.CHANGED),
        ("ines.carvalho@example.com", Kind.SUSPENDED),
        ("chen.jiayi@example.com", Kind.RECERTIFY),
        ("trainer@example.com", Kind.SIGN_OFFS_WAITING),
        ("manager@example.com", Kind.TEAM_EXPIRED),
    }
