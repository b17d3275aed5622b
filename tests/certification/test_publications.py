"""What a publication does to those who learn and to those who are certified, and what it leaves alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, LessonProgress, Origin, Product, Verdict
from app.catalog.queries import content, in_force
from app.certification.actions import award_waiting, lock_waiting
from app.certification.programs import attestation, expand
from app.certification.queries import periods, record
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing, StandingVerdict
from app.people.models import Person
from factories import NOW, attest, lesson, person, published, redline, sellable, taught

DAY = timedelta(days=1)
SIGN = {"attest": "redlines"}
SHOW = {"sign_off": "demo"}


def change(session: Session, what: Product, kind: ContentKind, *, days: int, **changes: Any) -> None:
    """Publish a document with changes, so many days after NOW, as a trainer does."""
    verdict = changes.pop("verdict", Verdict.NONE)
    stored = content(session, kind, what.slug)
    assert stored is not None
    at = NOW + days * DAY
    waiting = lock_waiting(session, [what.id or 0], at)
    save_draft(session, stored, {**stored.draft, **changes}, step=stored.step, by="tom@example.com", moment=at)
    publish(session, stored, origin=Origin.WEB, by="tom@example.com", moment=at, verdict=verdict,
            deadline=at.date() + 10 * DAY)  # fmt: skip
    award_waiting(session, waiting, at)


def standing_of(session: Session, who: Person, what: Product, days: int) -> StandingVerdict:
    found = record(session, who.id or 0, what.id or 0, NOW + days * DAY)
    assert found is not None
    return found.verdict


def complete(session: Session, who: Person, what: Product, lesson_id: str) -> None:
    session.add(
        LessonProgress(
            person_id=who.id or 0,
            product_id=what.id or 0,
            lesson=lesson_id,
            opened_at=NOW,
            watched=[],
            completed_at=NOW,
        )
    )
    session.flush()


def test_a_draft_changes_nobodys_standing(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper)
    program = content(session, ContentKind.PROGRAM, "keeper")
    assert program is not None
    before = record(session, ana.id or 0, keeper.id or 0, NOW + DAY)
    save_draft(session, program, {**program.draft, "requirements": [SIGN, SHOW], "valid_months": 1},
               step=program.step, by="tom@example.com", moment=NOW)  # fmt: skip
    assert record(session, ana.id or 0, keeper.id or 0, NOW + DAY) == before


def test_a_harder_program_asks_nothing_before_the_renewal(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper)
    change(session, keeper, ContentKind.PROGRAM, days=1, requirements=[SIGN, SHOW], valid_months=2, grace_days=0)
    verdict = standing_of(session, ana, keeper, 2)
    assert (verdict.standing, verdict.valid_through, verdict.missing) == (
        Standing.CERTIFIED,
        date(2027, 11, 22),
        (),
    )
    renewal = standing_of(session, ana, keeper, 340)
    assert (renewal.standing, [each.requirement.kind for each in renewal.missing]) == (
        Standing.RENEWAL_OPEN,
        [RequirementKind.ATTESTATION, RequirementKind.SIGN_OFF],
    )
    assert [each.program_version for each in periods(session, ana.id or 0)] == [1]


def test_a_harder_program_reopens_no_change_that_was_caught_up_with(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper)
    new_rules = [redline("keeper.new")]
    change(session, keeper, ContentKind.REDLINES, days=1, rules=new_rules, verdict=Verdict.FULL)
    attest(session, ana, keeper, at=NOW + 2 * DAY)
    change(session, keeper, ContentKind.PROGRAM, days=3, requirements=[SIGN, SHOW])
    assert standing_of(session, ana, keeper, 60).standing is Standing.CERTIFIED


def test_a_harder_program_with_a_verdict_asks_for_what_it_added(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - DAY)
    attest(session, ana, keeper)
    change(session, keeper, ContentKind.PROGRAM, days=1, requirements=[SIGN, SHOW], verdict=Verdict.FULL)
    verdict = standing_of(session, ana, keeper, 2)
    assert (verdict.standing, [each.requirement.kind for each in verdict.missing]) == (
        Standing.RECERTIFICATION_REQUIRED,
        [RequirementKind.ATTESTATION, RequirementKind.SIGN_OFF],
    )


def test_a_new_lesson_takes_nothing_away_and_is_asked_for_at_the_renewal(session: Session) -> None:
    ana = person(session, "ana@example.com")
    keeper = taught(session, [lesson(1)], at=NOW - DAY)
    complete(session, ana, keeper, "lesson-1")
    attest(session, ana, keeper)
    change(session, keeper, ContentKind.COURSE, days=1, lessons=[lesson(1), lesson(2)])
    assert standing_of(session, ana, keeper, 2).standing is Standing.CERTIFIED
    renewal = standing_of(session, ana, keeper, 340)
    assert [each.requirement.key for each in renewal.missing] == ["lesson-2", "redlines"]


@pytest.mark.parametrize("kind", [ContentKind.PROGRAM, ContentKind.COURSE])
def test_who_has_done_all_that_an_easier_product_asks_gets_the_certificate_at_once(
    session: Session, kind: ContentKind
) -> None:
    ana, bo = person(session, "ana@example.com"), person(session, "bo@example.com")
    keeper = taught(session, [lesson(1), lesson(2)], at=NOW - DAY)
    complete(session, ana, keeper, "lesson-1")
    complete(session, bo, keeper, "lesson-1")
    attest(session, ana, keeper)
    easier = {
        ContentKind.PROGRAM: {"requirements": [{"lesson": "lesson-1"}, SIGN]},
        ContentKind.COURSE: {"lessons": [lesson(1)]},
    }[kind]
    harder = {
        ContentKind.PROGRAM: {"requirements": [{"lesson": "all"}, SIGN]},
        ContentKind.COURSE: {"lessons": [lesson(1), lesson(2)]},
    }[kind]
    change(session, keeper, kind, days=5, **easier)
    assert [each.done_on for each in periods(session, ana.id or 0)] == [NOW.date()]
    assert periods(session, bo.id or 0) == []
    change(session, keeper, kind, days=6, **harder)
    standings = [standing_of(session, ana, keeper, days).standing for days in (4, 5, 6)]
    assert standings == [Standing.IN_PROGRESS, Standing.CERTIFIED, Standing.CERTIFIED]


def test_a_certificate_cites_the_red_lines_that_were_signed(session: Session) -> None:
    ana = person(session, "ana@example.com")
    keeper = taught(session, [lesson(1)], at=NOW - DAY)
    attest(session, ana, keeper)
    change(session, keeper, ContentKind.REDLINES, days=1, rules=[redline("keeper.new")])
    complete(session, ana, keeper, "lesson-1")
    change(session, keeper, ContentKind.COURSE, days=2, can=["Keep two lists."])
    assert [each.redlines_version for each in periods(session, ana.id or 0)] == [1]


def test_reading_takes_as_long_as_the_active_red_lines(session: Session) -> None:
    keeper = sellable(session)
    rules = [redline("a"), {**redline("b"), "status": "retired"}, {**redline("c"), "status": "draft"}]
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules}, at=NOW + DAY)
    by_kind = {each.kind: each for each in in_force(session, list(ContentKind), NOW + DAY)}
    program = expand(by_kind[ContentKind.PROGRAM], course=None, redlines=by_kind[ContentKind.REDLINES], quizzes=[])
    assert [(each, each.minutes) for each in program.requirements] == [(attestation(), 1)]
