"""Answers are kept before they are given, together where many are given at once, and read back as they were."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import Session, col

from app.certification.reasons import Reason, ReasonCode
from app.certification.rules import Standing, StandingVerdict
from app.commands.work import handlers
from app.config import Settings
from app.database import Database
from app.deals.ledger import content
from app.deals.ledger.actions import Ledger, NotKeptError, forget_old, keep
from app.deals.models import KeptClearance
from app.deals.queries import Answer, Asked, Basis, Part, ProductAnswer, Question, clearances
from app.deals.rules import (
    Coverage,
    DealStage,
    Enforcement,
    FailureMode,
    GateRequirement,
    ProductFacts,
    RepStatus,
    Situation,
    all_of,
    decide,
    decide_product,
)
from app.people.tokens import create_token
from factories import NOW, attest, person, sellable
from tools.statements import count_statements

SOON = NOW + timedelta(hours=1)
TODAY = date(2026, 11, 23)


def found_answers(session: Session, number: int = 1) -> list[Answer]:
    """Answers to as many questions, of which every other is a yes."""
    keeper = sellable(session)
    for each in range(number):
        somebody = person(session, f"rep{each}@example.com")
        if each % 2:
            attest(session, somebody, keeper)
    session.commit()
    questions = [Question(rep=f"rep{each}@example.com", products=("keeper",)) for each in range(number)]
    found = clearances(session, questions, SOON)
    session.rollback()
    return found


def kept_ids(session: Session) -> set[str]:
    session.rollback()
    return set(session.scalars(select(col(KeptClearance.id))))


def stop_writers(session: Session) -> None:
    """Begin a transaction that others wait for who want to keep something."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE kept_clearance IN EXCLUSIVE MODE"))
    else:
        session.connection()  # begins a writing transaction, of which there is one at a time


def wait_until(condition: Any) -> None:
    ends = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends, "nothing came of it"
        Event().wait(0.005)


def test_those_who_wait_share_one_commit(session: Session, database: Database) -> None:
    answers = found_answers(session, 8)
    ledger = Ledger(database)
    stop_writers(session)
    with ThreadPoolExecutor(8) as pool, count_statements(database) as statements:
        keeping = [pool.submit(ledger.keep, [each], by="api:CRM", moment=SOON) for each in answers]
        wait_until(lambda: ledger.unanswered == 8)
        assert not any(each.done() for each in keeping)
        session.rollback()
        for each in keeping:
            each.result()
    assert kept_ids(session) == {each.id for each in answers}
    assert sum("INSERT" in each for each in statements) <= 2  # who came first, and all who came while that one waited


def test_one_who_cannot_be_kept_fails_alone(session: Session, database: Database) -> None:
    good, spoiled, also_good = found_answers(session, 3)
    spoiled = replace(spoiled, question=replace(spoiled.question, rep="\ud800@example.com"))  # no bytes say this
    ledger = Ledger(database)
    stop_writers(session)
    with ThreadPoolExecutor(3) as pool:
        first, wrong, last = (
            pool.submit(ledger.keep, [each], by="api:CRM", moment=SOON) for each in (good, spoiled, also_good)
        )
        wait_until(lambda: ledger.unanswered == 3)
        session.rollback()
        first.result()
        last.result()
        with pytest.raises(NotKeptError):
            wrong.result()
    assert kept_ids(session) == {good.id, also_good.id}


def test_the_same_answer_twice_is_one_row(session: Session, database: Database) -> None:
    (answer,) = found_answers(session)
    for by in ("api:CRM", "api:Other"):
        Ledger(database).keep([answer, answer], by=by, moment=SOON)
    assert kept_ids(session) == {answer.id}
    assert session.scalars(select(col(KeptClearance.asked_by))).all() == ["api:CRM"]


def test_what_cannot_be_kept_is_not_answered(application: FastAPI, session: Session) -> None:
    found_answers(session, 2)
    secret = create_token(session, "crm", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.execute(text("DROP TABLE kept_clearance"))
    session.commit()
    with TestClient(application) as client:
        answer = client.get(
            "/api/v1/clearance",
            params={"rep": "rep1@example.com", "product": "keeper"},
            headers={"authorization": f"Bearer {secret}"},
        )
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "allowed" not in answer.text


def test_old_answers_are_forgotten_but_for_those_that_changed_a_deal(session: Session, settings: Settings) -> None:
    old, old_of_deal, new = found_answers(session, 3)
    keep(session, [(old, None), (old_of_deal, "01KAJX9ZG05R8H3K0T7Q2M4V6N")], by="api:CRM", moment=NOW)
    keep(session, [(new, None)], by="api:CRM", moment=NOW + timedelta(days=1))
    forget_old(session, NOW + timedelta(days=400, seconds=1), settings.keep_clearances_days)
    assert set(session.scalars(select(col(KeptClearance.id)))) == {old_of_deal.id, new.id}
    assert "deals.forget_clearances" in handlers(settings)


DAYS = st.none() | st.dates(date(2026, 11, 20), date(2026, 11, 26))
TEXTS = st.text("abc $", max_size=4)
PARAMS = st.dictionaries(
    TEXTS, TEXTS | st.integers(0, 99) | DAYS.filter(bool) | st.dictionaries(st.sampled_from(["en", "zh-Hans"]), TEXTS)
)
VERDICTS = st.builds(
    lambda standing, allowed, supervised, days, reasons: StandingVerdict(
        standing=standing,
        allowed=allowed,
        supervised_only=supervised,
        valid_through=days[0],
        ends_on=days[1],
        days_left=None,
        window_opens_on=None,
        grace_through=None,
        recertify_by=None,
        missing=(),
        reasons=tuple(reasons),
    ),
    st.sampled_from(Standing),
    st.booleans(),
    st.booleans(),
    st.tuples(DAYS, DAYS),
    st.lists(st.builds(Reason, st.sampled_from(ReasonCode), PARAMS, st.integers(0, 60)), max_size=3),
)
REQUIREMENTS = st.builds(
    GateRequirement,
    level=st.sampled_from(["", "expert"]),
    regions=st.frozensets(st.sampled_from(["EU", "CN"])),
    from_stage=st.sampled_from(DealStage),
    roles=st.frozensets(st.sampled_from(["owner", "specialist"])),
    coverage=st.sampled_from(Coverage),
    enforcement=st.sampled_from(Enforcement),
)
SITUATIONS = st.builds(
    Situation,
    stage=st.none() | st.sampled_from([*DealStage, "someday"]),
    region=st.sampled_from([None, "EU", "US"]),
    role=st.sampled_from([None, "owner"]),
)
FACTS = st.builds(
    ProductFacts,
    product=st.just("keeper"),
    known=st.booleans(),
    rep=st.sampled_from(RepStatus),
    requirement=st.none() | REQUIREMENTS,
    level_known=st.booleans(),
    verdict=st.none() | VERDICTS,
    waived_through=DAYS,
    supervisor_cleared=st.booleans(),
)


@given(SITUATIONS, st.lists(FACTS, min_size=1, max_size=3))
def test_the_rule_decides_the_same_on_what_was_kept(situation: Situation, facts: list[ProductFacts]) -> None:
    given_facts = [replace(each, situation=situation) for each in facts]
    parts = tuple(Part(each, decide_product(each, TODAY)) for each in given_facts)
    decision = all_of([each.decision for each in parts])
    question = Question(rep="Ana@example.com", deal="D-1")
    asked = Asked(question=question, products=("keeper",), situation=situation, supervisor_id=3, deal_id=7)
    answer = Answer(
        question=question,
        asked=asked,
        as_of=SOON,
        person_id=1,
        name="Ana",
        clearance=decide([decision]),
        products=(ProductAnswer(decision, Basis(1, 2, 3, 4, 5), "Keeper", None, parts, FailureMode.OPEN),),
    )
    written = json.loads(
        json.dumps([content.asked(answer), content.facts(answer), content.answered(answer)["products"]])
    )
    assert content.given(written[1][0], written[0]) == given_facts
    assert content.decided_again(written[1][0], written[0], TODAY) == decision
    assert content.decision(written[2][0]) == decision
    assert content.basis(written[2][0]) == Basis(1, 2, 3, 4, 5)
    assert content.asked_again(written[0]) == replace(asked, question=replace(question, rep="ana@example.com"))
