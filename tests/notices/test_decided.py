"""What others decide about somebody's certification is told with its reason, and stops when it is over."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Verdict
from app.catalog.queries import content
from app.certification.extending.queries import period
from app.certification.live.models import LiveSession
from app.certification.models import (
    AppealOutcome,
    CertificationEventKind,
    CertificationPeriod,
    PeriodExtension,
)
from app.clock import local_day
from app.database import stored_id
from app.notices.decided import sanctioned
from app.notices.due import due
from app.notices.rules import Due, Kind
from app.notices.words import line
from app.people.models import Person
from factories import NOW, attest, person, published_quiz, quiz_document, redline, sellable, single, sitting
from notices.company import DAY, LATER, Company

DEADLINE = date(2026, 12, 7)


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def of(company: Company, who: Person, moment: datetime = LATER) -> list[Due]:
    return due(company.session, [stored_id(who)], moment)


def said(company: Company, who: Person, moment: datetime = LATER) -> list[tuple[str, str, str]]:
    """What somebody is told: its sentence, what is said below, and where it leads."""
    found = ((line(each.kind, each.params, "Keeper"), each.url) for each in of(company, who, moment))
    return sorted((words.title, words.text, url) for words, url in found)


APPEAL = "If this is wrong, you can appeal."


@pytest.mark.parametrize(
    ("kind", "facts", "title", "text"),
    [
        (
            CertificationEventKind.SUSPENDED,
            {"preset": "looked_into", "reason": "Call of 3 May."},
            "Your certification on Keeper is suspended",
            "Something was reported. The certification waits until it has been looked into. Call of 3 May. " + APPEAL,
        ),
        (
            CertificationEventKind.REVOKED,
            {"preset": "customer_harmed", "reason": "A customer was misled and came to harm."},
            "Your certification on Keeper is revoked",
            "A customer was misled and came to harm. " + APPEAL,
        ),
        (
            CertificationEventKind.REVOKED,
            {"reason": "In my own words.", "preset": "of a later version"},
            "Your certification on Keeper is revoked",
            "In my own words. " + APPEAL,
        ),
        (
            CertificationEventKind.RECERTIFICATION,
            {"preset": "gaps", "reason": "Prices above all.", "deadline": DEADLINE},
            "Take the quiz on Keeper again by 7 December 2026",
            "What was said shows gaps that the quiz should close. Prices above all. " + APPEAL,
        ),
    ],
)
def test_a_sanction_is_told_with_its_reason_and_the_way_to_appeal(
    company: Company, kind: CertificationEventKind, facts: dict[str, Any], title: str, text: str
) -> None:
    event = company.event(kind, **facts)
    assert said(company, company.rep) == [(title, text, f"/certifications/appeals/{event.id}")]


def test_only_the_newest_decision_holds_and_its_end_says_why(company: Company) -> None:
    company.event(CertificationEventKind.SUSPENDED)
    revoked = company.event(CertificationEventKind.REVOKED)
    assert [each.url for each in of(company, company.rep)] == [f"/certifications/appeals/{revoked.id}"]
    company.event(CertificationEventKind.REINSTATED, preset="unfounded", reason="The recording says otherwise.")
    assert said(company, company.rep) == [
        (
            "Your certification on Keeper is given back",
            "It was looked into, and there was nothing to it. The recording says otherwise.",
            "/products/keeper",
        )
    ]


@pytest.mark.parametrize("days", [1, 29, 30, 31, 32, 400])
def test_a_suspension_is_told_until_the_moment_it_is_lifted(company: Company, days: int) -> None:
    lifted_at = NOW + days * DAY
    company.event(CertificationEventKind.SUSPENDED)
    company.event(CertificationEventKind.REINSTATED, at=lifted_at)

    def told(moment: datetime) -> list[Kind]:
        decided = {Kind.SUSPENDED, Kind.REINSTATED}
        return [each.kind for each in of(company, company.rep, moment) if each.kind in decided]

    def decided_by(moment: datetime) -> list[Kind]:
        return [each.kind for each in sanctioned(company.session, [stored_id(company.rep)], moment)]

    each_day = {day for day in range(days) if day <= 32 or day % 30 == 0 or day == days - 1}
    assert told(NOW - timedelta(seconds=1)) == []
    assert told(NOW) == [Kind.SUSPENDED]
    assert {tuple(decided_by(NOW + day * DAY)) for day in each_day} == {(Kind.SUSPENDED,)}
    assert told(lifted_at - timedelta(seconds=1)) == [Kind.SUSPENDED]
    assert told(lifted_at) == [Kind.REINSTATED]


def test_what_was_asked_for_again_is_over_when_it_is_done(company: Company) -> None:
    company.event(CertificationEventKind.RECERTIFICATION, deadline=DEADLINE)
    last = datetime(2026, 12, 6, 9, tzinfo=UTC)
    assert [each.kind for each in of(company, company.rep, last)] == [Kind.CATCH_UP, Kind.RECERTIFY]
    attest(company.session, company.rep, company.keeper, at=NOW + 2 * DAY, number=2)
    assert of(company, company.rep, last) == []


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (AppealOutcome.GRANTED, "The appeal is granted. You were right."),
        (AppealOutcome.UPHELD, "The decision stands. You were right."),
    ],
)
def test_an_appeal_is_told_when_it_is_asked_for_and_when_it_is_decided(
    company: Company, outcome: AppealOutcome, text: str
) -> None:
    event = company.appeal()
    url = f"/certifications/appeals/{event}"
    title = "Your appeal about Keeper is being looked at, until 3 December 2026"
    assert said(company, company.rep) == [(title, "", url)]
    facts = {"outcome": outcome, "answer": "You were right.", "decided_at": NOW, "decided_by": "cleo@example.com"}
    company.settle(**facts)
    assert said(company, company.rep) == [("Your appeal about Keeper is decided", text, url)]


@pytest.mark.parametrize(
    ("facts", "sentence", "text"),
    [
        ({"approved": True}, "“Lesson: Lesson 1” counts as done for Keeper", ""),
        (
            {"approved": False, "answer": "It is another version."},
            "“Lesson: Lesson 1” does not count as done for Keeper",
            "It is another version.",
        ),
        (
            {"approved": True, "ended_at": NOW, "ended_because": "Withdrawn there."},
            "“Lesson: Lesson 1” counts no longer for Keeper",
            "Withdrawn there.",
        ),
    ],
)
def test_a_credit_is_told_to_whom_it_is_for_and_to_whoever_asked(
    company: Company, sign_in: Callable[[str], TestClient], facts: dict[str, Any], sentence: str, text: str
) -> None:
    asker = stored_id(company.lead())
    credit = company.credit(decided_at=NOW, decided_by=company.decider.id, asked_by=asker, **facts)
    own = (sentence, text, f"/certifications/keeper/credits#credit-{credit.id}")
    url = f"/team/people/{company.rep.id}/credits/keeper#credit-{credit.id}"
    assert said(company, company.rep) == [own]
    assert said(company, company.lead()) == [(f"{company.rep.name}: {sentence}", text, url)]
    company.session.commit()
    assert sign_in("lead@example.com").get(url).status_code == 200
    assert sign_in("ana@example.com").get(own[2]).status_code == 200


def test_who_asked_for_themselves_is_told_once(company: Company) -> None:
    company.credit(decided_at=NOW, approved=True, decided_by=company.decider.id, asked_by=stored_id(company.rep))
    assert [each.params["name"] for each in of(company, company.rep)] == [""]


def test_more_time_is_told_with_its_reason_and_only_the_last(company: Company) -> None:
    found = company.session.scalars(select(col(CertificationPeriod.id))).one()
    assert found is not None
    for days in (400, 420):
        through = local_day(NOW) + days * DAY
        facts: dict[str, Any] = {"reason": f"{days} days.", "at": NOW, "by": "lead@example.com"}
        company.add(PeriodExtension(period_id=found, through=through, **facts))
    held = period(company.session, stored_id(company.rep), found)
    assert held is not None
    assert held.dates.valid_through == date(2028, 1, 17)
    title = "You got more time: Keeper is valid through 17 January 2028"
    assert said(company, company.rep) == [(title, "420 days.", "/certifications")]


def soon(company: Company, moment: datetime) -> list[Due]:
    return [each for each in of(company, company.rep, moment) if each.kind is Kind.SESSION_SOON]


@pytest.fixture
def live(company: Company) -> LiveSession:
    """Late in the evening of 27 November in UTC, where the site is; the next morning where it takes place."""
    begins = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    return company.live(starts_at=begins, ends_at=begins + timedelta(hours=1), place="Room 4")


def test_a_live_session_is_at_hand_from_the_day_before_until_it_begins(company: Company, live: LiveSession) -> None:
    company.register(live, seated_at=NOW - DAY)
    assert soon(company, datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)) == []
    (told,) = soon(company, datetime(2026, 11, 26, tzinfo=UTC))
    words = line(told.kind, told.params, "Keeper")
    assert (words.title, words.text, told.url) == (
        "Live session on 28 November 2026: Workshop",
        "It begins at 07:30 (Asia/Shanghai); 27 November 2026, 23:30 (UTC). Room 4",
        f"/sessions/{live.id}",
    )
    assert soon(company, live.starts_at - timedelta(seconds=1)) == [told]
    assert soon(company, live.starts_at) == []


def test_a_session_that_is_moved_is_told_anew_and_one_that_is_cancelled_no_more(
    company: Company, live: LiveSession
) -> None:
    company.register(live, seated_at=NOW - DAY)
    eve = datetime(2026, 11, 27, 9, tzinfo=UTC)
    (before,) = soon(company, eve)
    live.starts_at += timedelta(hours=1)
    company.session.flush()
    (after,) = soon(company, eve)
    assert before.key != after.key
    live.cancelled_at = eve
    company.session.flush()
    assert soon(company, eve) == []


@pytest.mark.parametrize("facts", [{}, {"seated_at": NOW - DAY, "cancelled_at": NOW}])
def test_who_has_no_seat_is_not_reminded(company: Company, live: LiveSession, facts: dict[str, Any]) -> None:
    company.register(live, **facts)
    assert soon(company, datetime(2026, 11, 27, 9, tzinfo=UTC)) == []


def test_questions_about_a_change_are_told_with_their_deadline_and_their_own_page(session: Session) -> None:
    before = NOW - 9 * DAY
    asked = [{"attest": "redlines"}, {"quiz": "keeper-quiz"}]
    keeper, ana = sellable(session, requirements=asked, at=before), person(session, "ana@example.com", at=before)
    items = [single("price", red_line=["keeper.price"], critical=True), single("two"), single("three")]
    quiz = published_quiz(session, quiz_document(items=items), owner=keeper, at=before)
    sitting(session, quiz, ana, {"price": 0, "two": 0, "three": 0}, at=before + DAY)
    attest(session, ana, keeper, at=before + DAY)
    stored = content(session, ContentKind.REDLINES, "keeper")
    assert stored is not None
    rules = {"schema": 1, "rules": [redline("keeper.return"), redline("keeper.price")]}
    save_draft(session, stored, rules, step=stored.step, by="tom@example.com", moment=NOW)
    version = publish(
        session,
        stored,
        origin=Origin.WEB,
        by="tom@example.com",
        moment=NOW,
        verdict=Verdict.DELTA_QUIZ,
        deadline=DEADLINE,
        delta={"keeper-quiz": ["price"]},
        note="New prices.",
    )
    assert version is not None
    (told,) = [each for each in due(session, [stored_id(ana)], NOW) if each.kind is Kind.CHANGED]
    words = line(told.kind, told.params, "Keeper")
    assert (words.text, told.url) == (
        "New prices. Answer the questions about the change by 7 December 2026.",
        f"/quizzes/keeper-quiz/changes/{version.id}",
    )
