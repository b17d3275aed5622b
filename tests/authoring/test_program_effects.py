"""What a program would do to whom is said before it is published, and is what publishing it then does."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session

from app.authoring.effects import MOST_SHOWN, Effect, Many, Stopped, effect
from app.authoring.queries import course, draft
from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, LessonProgress, Origin, Product
from app.certification.actions import award_waiting, lock_waiting
from app.certification.dates import add_months
from app.certification.queries import record
from app.certification.rules import Standing
from app.clock import local_day
from app.database import Database
from app.people.models import Person, Role
from factories import NOW, attest, deal, lesson, person, signed_in, taught
from tools.statements import count_statements

LEARN = {"lesson": "all"}
SIGN = {"attest": "redlines"}
LATER = NOW + timedelta(days=100)
Touches = list[tuple[str, str, list[str], list[str]]]


@pytest.fixture
def keeper(session: Session) -> Product:
    """A product with two lessons: one person is certified, one signed and did one lesson, one is done but unsigned."""
    owner = taught(session, [lesson(1), lesson(2)])
    for name, lessons, signs in (("Ana", (1, 2), True), ("Ben", (1,), True), ("Cai", (1, 2), False)):
        somebody = person(session, f"{name.lower()}@example.com")
        for number in lessons:
            learn(session, somebody, owner, number)
        if signs:
            attest(session, somebody, owner)
    person(session, "nobody@example.com")
    return owner


def learn(session: Session, who: Person, what: Product, number: int) -> None:
    session.add(
        LessonProgress(
            person_id=who.id or 0,
            product_id=what.id or 0,
            lesson=f"lesson-{number}",
            opened_at=NOW,
            watched=[],
            completed_at=NOW,
        )
    )
    session.flush()


def write(session: Session, slug: str = "keeper", kind: ContentKind = ContentKind.PROGRAM, **change: Any) -> None:
    """Change a draft."""
    stored = draft(session, kind, slug)
    save_draft(session, stored, {**stored.draft, **change}, step=stored.step, by="trainer@example.com", moment=LATER)


def found(session: Session, slug: str = "keeper") -> Effect:
    return effect(session, course(session, slug), LATER)


def said(group: Many[Any]) -> Touches:
    return [
        (each.name, each.level, [one.key for one in each.added], [one.key for one in each.dropped])
        for each in group.shown
    ]


def test_more_and_less_to_do_certified_at_once_and_who_keeps_a_period(session: Session, keeper: Product) -> None:
    write(session, requirements=[{"lesson": "lesson-2"}, {"live_session": "clinic"}, SIGN])
    more = found(session)
    assert (more.people, more.running) == (3, 1)
    assert said(more.more) == [("Ben", "", ["clinic"], []), ("Cai", "", ["clinic"], [])]
    assert said(more.later) == [("Ana", "", ["clinic"], ["lesson-1"])]
    assert (said(more.less), said(more.awarded), said(more.renewed)) == ([], [], [])

    write(session, requirements=[{"any_of": [[SIGN], [LEARN, {"sign_off": "pitch"}]]}])
    less = found(session)
    assert said(less.awarded) == [("Ben", "", [], [])]
    assert said(less.more) == said(less.less) == []

    write(session, requirements=[{"lesson": "lesson-1"}, {"quiz": "keeper-quiz"}, SIGN])
    assert said(found(session).more) == [("Ben", "", ["keeper-quiz"], ["lesson-2"]), ("Cai", "", ["keeper-quiz"], [])]

    write(session, requirements=[{"lesson": "lesson-1"}, {"lesson": "lesson-2"}, {"sign_off": "pitch"}])
    assert said(found(session).less) == []


def test_what_is_said_is_what_publishing_does(session: Session, keeper: Product) -> None:
    write(session, requirements=[{"any_of": [[SIGN], [LEARN, {"sign_off": "pitch"}]]}], valid_months=6)
    told = found(session)
    before = {each.person_id: each.valid_through for each in told.awarded.shown}
    ana = next(each for each in told.renewed.shown if each.name == "Ana")
    held = record(session, ana.person_id, keeper.id or 0, LATER)
    assert held is not None

    waiting = lock_waiting(session, [keeper.id or 0], LATER)
    stored = draft(session, ContentKind.PROGRAM, "keeper")
    publish(session, stored, origin=Origin.WEB, by="trainer@example.com", moment=LATER)
    award_waiting(session, waiting, LATER)

    after = {each: record(session, each, keeper.id or 0, LATER) for each in (*before, ana.person_id)}
    assert {name: each.verdict.standing for name, each in after.items() if each and name in before} == dict.fromkeys(
        before, Standing.CERTIFIED
    )
    assert {name: each.verdict.valid_through for name, each in after.items() if each and name in before} == before
    kept = after[ana.person_id]
    assert kept is not None
    assert (kept.period_id, kept.verdict.valid_through) == (held.period_id, held.verdict.valid_through)
    assert found(session).awarded.count == 0


def test_what_was_done_too_long_ago_certifies_nobody_at_once(session: Session, keeper: Product) -> None:
    write(
        session,
        requirements=[{"any_of": [[SIGN], [LEARN, {"sign_off": "pitch"}]]}],
        valid_months=1,
        renewal_window_days=7,
    )
    assert found(session).awarded.count == 0


def test_the_end_of_the_next_period_is_told_where_it_moves(session: Session, keeper: Product) -> None:
    usual = draft(session, ContentKind.PROGRAM, "keeper").draft
    for change, ends in (
        ({"valid_months": 6}, [("Ana", date(2028, 11, 22), date(2028, 5, 22))]),
        ({"grace_days": 30}, []),
        ({"enforcement": "warn"}, []),
    ):
        write(session, **{**usual, **change})
        told = [(each.name, each.next_before, each.next_after) for each in found(session).renewed.shown]
        assert told == ends


def test_who_lapsed_is_told_what_renewing_today_would_give(session: Session, keeper: Product) -> None:
    write(session, valid_months=6)
    today = NOW + timedelta(days=500)
    told = effect(session, course(session, "keeper"), today).renewed.shown
    ends = [add_months(local_day(today), months) - timedelta(days=1) for months in (12, 6)]
    assert [(each.name, each.next_before, each.next_after) for each in told] == [("Ana", *ends)]


def test_a_level_and_what_deals_ask_for_stop_deals_and_free_them(session: Session, keeper: Product) -> None:
    team = {"owner": [person(session, "dee@example.com")]}
    deal(session, "D-1", products=[keeper], team=team, stage="discovery", close_date=None)
    deal(session, "D-2", products=[keeper], team=team, stage="contract", close_date=None, amount=Decimal(10))
    deal(session, "D-3", products=[keeper], team=team, close_date=date(2020, 1, 1))
    senior = {"id": "senior", "name": "Senior", "requirements": [{"sign_off": "pitch"}]}

    write(session, from_stage="contract")
    freed = found(session)
    assert freed.freed.deals == Many(1, (Stopped("D-1", "Harbour Bakery Group", Decimal(86000), "EUR"),))
    assert (freed.freed.money, freed.stopped.deals.count) == ((("EUR", Decimal(86000)),), 0)

    write(session, from_stage="discovery", coverage="every", enforcement="observe")
    assert (found(session).freed.deals.count, found(session).stopped.deals.count) == (2, 0)

    write(session, enforcement="block", levels=[senior], deal_level="senior")
    leveled = found(session)
    assert [(each.level, [one.key for one in each.added]) for each in leveled.asked] == [("senior", ["pitch"])]
    assert (leveled.more.count, leveled.later.count) == (0, 0)


def test_the_first_program_and_other_drafts_of_the_product_count(session: Session, keeper: Product) -> None:
    write(session, kind=ContentKind.COURSE, lessons=[lesson(1), lesson(2), lesson(3)])
    assert said(found(session).more) == [("Ben", "", ["lesson-3"], []), ("Cai", "", ["lesson-3"], [])]
    assert said(found(session).later) == [("Ana", "", ["lesson-3"], [])]


def test_the_page_is_there_for_trainers_and_takes_as_many_statements_for_sixty_people_as_for_three(
    session: Session, application: FastAPI, database: Database, keeper: Product
) -> None:
    person(session, "trainer@example.com", Role.TRAINER)
    write(session, requirements=[LEARN, SIGN, {"sign_off": "pitch"}], grace_days=20)
    session.commit()
    with time_machine.travel(LATER):
        trainer = signed_in(application, "trainer@example.com")
    url = "/author/products/keeper/program/effect"
    with time_machine.travel(LATER), count_statements(database) as few:
        page = trainer.get(url).text
    assert "Show pitch" in page
    assert "1 period runs. It keeps its days and its version." in page
    with time_machine.travel(LATER):
        review = trainer.get("/author/products/keeper/publish").text
    assert f'href="{url}"' in review
    for number in range(60):
        learn(session, person(session, f"p{number}@example.com"), keeper, 1)
    session.commit()
    with time_machine.travel(LATER), count_statements(database) as many:
        assert "and 12 more" in trainer.get(url).text
    assert len(many) == len(few)
    assert MOST_SHOWN == 50


def test_what_open_deals_feel_at_once_is_said_before_it_is_published(
    session: Session, application: FastAPI, keeper: Product
) -> None:
    assert keeper.id
    person(session, "trainer@example.com", Role.TRAINER)
    reviews = []
    for change in ({"grace_days": 20}, {"from_stage": "contract", "regions": ["cn"]}):
        write(session, **change)
        session.commit()
        with time_machine.travel(LATER):
            reviews.append(signed_in(application, "trainer@example.com").get("/author/products/keeper/publish").text)
    assert ["Open deals feel this at once" in each for each in reviews] == [False, True]
    assert "next period: From deal stage, Regions. A deal may stop" in reviews[1]
