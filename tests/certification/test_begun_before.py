"""What was begun, done or counted before a change answers nothing that it asks, and no later rewriting helps."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Product, Verdict
from app.catalog.queries import content
from app.certification.actions import award_earned
from app.certification.models import CreditKind, RequirementCredit, SignOff, SignOffOutcome
from app.certification.queries import record
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing, StandingVerdict
from app.people.models import Person, Role
from factories import NOW, attest, person, published_quiz, quiz_document, redline, sellable, sitting

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CHANGED = NOW + 30 * DAY
SIGN, QUIZ, SHOW = {"attest": "redlines"}, {"quiz": "keeper-quiz"}, {"sign_off": "demo"}
ITEMS = {"one": 0, "two": 0}
NEW = {"rules": [redline("keeper.new")]}


def change(session: Session, kind: ContentKind, slug: str, changes: dict[str, Any], **publication: Any) -> None:
    stored = content(session, kind, slug)
    assert stored is not None
    at = publication.pop("at", CHANGED)
    save_draft(session, stored, {**stored.draft, **changes}, step=stored.step, by="tom@example.com", moment=at)
    publish(session, stored, origin=Origin.WEB, by="tom@example.com", moment=at, **publication)


def verdict(session: Session, who: Person, what: Product, at: datetime) -> StandingVerdict:
    award_earned(session, who.id or 0, what.id or 0, at)
    found = record(session, who.id or 0, what.id or 0, at)
    assert found is not None
    return found.verdict


def show(session: Session, who: Person, what: Product, at: datetime, rubric: str = "demo") -> None:
    tom = person(session, f"{at:%d-%H-%M}@example.com", Role.TRAINER)
    session.add(
        SignOff(
            person_id=who.id or 0, product_id=what.id or 0, rubric=rubric, outcome=SignOffOutcome.PASSED,
            assessor_id=tom.id or 0, decided_at=at,
        )
    )  # fmt: skip
    session.flush()


def counts(session: Session, who: Person, what: Product, at: datetime, **more: Any) -> RequirementCredit:
    """An equivalence for the demonstration, done on the day on which it was approved."""
    carol = person(session, f"carol-{at:%d-%H-%M}@example.com", Role.COMPLIANCE)
    facts: dict[str, Any] = {"requirement_key": "demo", "requirement_kind": RequirementKind.SIGN_OFF, **more}
    stored = RequirementCredit(
        person_id=who.id or 0, product_id=what.id or 0, kind=CreditKind.EQUIVALENCE, title="Other exam",
        reason="The same.", done_on=at.date(), asked_at=at, asked_by=who.id or 0, approved=True, decided_at=at,
        decided_by=carol.id or 0, **facts,
    )  # fmt: skip
    session.add(stored)
    session.flush()
    return stored


@pytest.mark.parametrize("asks", [Verdict.FULL, Verdict.DELTA_QUIZ])
@pytest.mark.parametrize(("began", "answered"), [(-MINUTE, False), (MINUTE, True)])
def test_a_quiz_answers_a_change_only_if_it_was_begun_after_it(
    session: Session, asks: Verdict, began: timedelta, answered: bool
) -> None:
    keeper, ana = sellable(session, requirements=[SIGN, QUIZ]), person(session, "ana@example.com")
    quiz = published_quiz(session, quiz_document(), owner=keeper)
    sitting(session, quiz, ana, ITEMS, at=NOW + DAY)
    attest(session, ana, keeper, at=NOW + DAY)
    delta = {"keeper-quiz": ["one"]} if asks is Verdict.DELTA_QUIZ else None
    change(session, ContentKind.QUIZ, "keeper-quiz", {"title": "New words"}, verdict=asks, delta=delta,
           deadline=(CHANGED + 9 * DAY).date())  # fmt: skip
    done = CHANGED + 10 * MINUTE
    sitting(session, quiz, ana, ITEMS, at=done, minutes=(done - CHANGED - began) // MINUTE, number=2)
    attest(session, ana, keeper, at=done, number=2)
    after = verdict(session, ana, keeper, CHANGED + 20 * DAY)
    assert (after.standing, after.allowed) == (
        (Standing.CERTIFIED, True) if answered else (Standing.RECERTIFICATION_REQUIRED, False)
    )


def test_an_equivalence_that_ended_renews_nothing_and_answers_no_change(session: Session) -> None:
    keeper = sellable(session, requirements=[SIGN, SHOW], renewal_window_days=90)
    ana, bo = person(session, "ana@example.com"), person(session, "bo@example.com")
    ends = NOW + 365 * DAY
    for who in (ana, bo):
        counts(session, who, keeper, NOW + (who is bo) * MINUTE).ended_at = ends - 10 * DAY
        attest(session, who, keeper, at=NOW + DAY)
    assert verdict(session, ana, keeper, NOW + 2 * DAY).standing is Standing.CERTIFIED
    attest(session, ana, keeper, at=ends - 60 * DAY, number=2)
    assert verdict(session, ana, keeper, ends + 60 * DAY).standing is Standing.EXPIRED
    change(session, ContentKind.REDLINES, "keeper", NEW, verdict=Verdict.FULL, deadline=(CHANGED + DAY).date())
    attest(session, bo, keeper, at=CHANGED + MINUTE, number=2)
    assert not verdict(session, bo, keeper, ends - 5 * DAY).allowed


def test_an_equivalence_of_the_morning_does_not_answer_the_change_of_the_afternoon(session: Session) -> None:
    keeper, ana = sellable(session, requirements=[SIGN, SHOW]), person(session, "ana@example.com")
    counts(session, ana, keeper, NOW)
    attest(session, ana, keeper, at=NOW + DAY)
    counts(session, ana, keeper, CHANGED - MINUTE)
    change(session, ContentKind.REDLINES, "keeper", NEW, verdict=Verdict.FULL, deadline=(CHANGED + DAY).date())
    attest(session, ana, keeper, at=CHANGED + MINUTE, number=2)
    assert not verdict(session, ana, keeper, CHANGED + 3 * DAY).allowed
    counts(session, ana, keeper, CHANGED + 4 * DAY)
    assert verdict(session, ana, keeper, CHANGED + 4 * DAY).allowed


def test_what_a_change_asked_is_still_asked_when_the_program_offers_it_otherwise(session: Session) -> None:
    keeper, ana = sellable(session, requirements=[SIGN, SHOW]), person(session, "ana@example.com")
    show(session, ana, keeper, NOW)
    attest(session, ana, keeper, at=NOW + DAY)
    change(session, ContentKind.REDLINES, "keeper", NEW, verdict=Verdict.FULL, deadline=(CHANGED + DAY).date())
    attest(session, ana, keeper, at=CHANGED + DAY, number=2)
    late = CHANGED + 5 * DAY
    assert not verdict(session, ana, keeper, late).allowed
    for days, offered in enumerate(([SHOW, QUIZ], [QUIZ, SHOW], [SHOW, {"live_session": "day"}])):
        asked = [SIGN, {"any_of": [[each] for each in offered]}]
        change(session, ContentKind.PROGRAM, "keeper", {"requirements": asked}, at=late + (days + 1) * DAY)
        assert not verdict(session, ana, keeper, late + (days + 1) * DAY).allowed
    show(session, ana, keeper, late + 5 * DAY)
    assert verdict(session, ana, keeper, late + 5 * DAY).allowed


def test_a_credit_counts_for_the_one_requirement_that_it_names(session: Session) -> None:
    keeper = sellable(session, requirements=[SIGN, {"sign_off": "all"}, SHOW])
    ana = person(session, "ana@example.com")
    counts(session, ana, keeper, NOW, requirement_key="all")
    attest(session, ana, keeper, at=NOW + DAY)
    missing = verdict(session, ana, keeper, NOW + DAY).missing
    assert [each.requirement.key for each in missing] == ["demo"]


@pytest.mark.parametrize("level", ["keeper", "keeper/lead"])
def test_who_is_late_with_the_product_before_is_not_certified_on_the_next(session: Session, level: str) -> None:
    levels = [{"id": "lead", "name": "Lead", "requirements": [SHOW]}]
    keeper, ana = sellable(session, requirements=[SIGN], levels=levels), person(session, "ana@example.com")
    porter = sellable(session, "porter", requirements=[{"certified": level}, SIGN])
    show(session, ana, keeper, NOW)
    attest(session, ana, keeper, at=NOW + DAY)
    deadline = CHANGED + 5 * DAY
    change(session, ContentKind.REDLINES, "keeper", NEW, verdict=Verdict.ATTEST_AGAIN, deadline=deadline.date())
    attest(session, ana, porter, at=deadline + DAY)
    assert not verdict(session, ana, keeper, deadline + DAY).allowed
    late = verdict(session, ana, porter, deadline + DAY)
    assert (late.allowed, [each.requirement.key for each in late.missing]) == (False, [level])
    attest(session, ana, keeper, at=deadline + 9 * DAY, number=2)
    done = verdict(session, ana, porter, deadline + 9 * DAY)
    assert (done.allowed, done.valid_through) == (True, date(2028, 1, 5))
    assert not verdict(session, ana, porter, deadline + DAY).allowed
