"""Stored texts are read again after red lines have changed: once for all publications, however often it is tried."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

import writing
from app.audit.models import AuditEntry
from app.authoring.importing import apply, plan
from app.catalog.actions import save_draft
from app.catalog.models import Content, ContentKind, Product
from app.commands.work import HANDLERS, PERIODIC
from app.conduct import rereading
from app.conduct.models import Disposition, Finding
from app.conduct.rescan import enqueue
from app.database import Database
from app.jobs.models import Job
from app.jobs.worker import Worker
from app.people.models import Person, Role
from factories import NOW, person, product, published, redline, sent_text

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def keeper(session: Session) -> Product:
    """A product of which nobody promises a triple profit."""
    owner = product(session)
    publish(session, owner, [redline("triple profit")])
    return owner


@pytest.fixture
def ana(session: Session) -> Person:
    return person(session, "ana@example.com")


def publish(session: Session, owner: Product, rules: list[dict[str, Any]]) -> None:
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules})
    enqueue(session, [owner.id or 0], NOW)


def findings(session: Session) -> list[tuple[str, str, str, bool]]:
    rows = session.scalars(select(Finding).order_by(col(Finding.start), col(Finding.id)))
    return [(each.matched, each.severity, each.state, each.gone_at is not None) for each in rows]


def work(database: Database) -> int:
    with time_machine.travel(LATER, tick=False):
        return Worker(database, HANDLERS).run_once()


def test_what_vanishes_is_gone_and_what_is_new_is_added(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    sent_text(session, ana, "Triple profit, instant growth, free beer.", products=["keeper"])
    publish(session, keeper, [redline("instant growth", "warn"), {**redline("free beer"), "status": "shadow"}])
    session.commit()

    work(database)

    session.expire_all()
    assert findings(session) == [
        ("Triple profit", "block", "active", True),
        ("instant growth", "warn", "active", False),
        ("free beer", "block", "shadow", False),
    ]
    entries = session.execute(select(col(AuditEntry.actor), col(AuditEntry.action), col(AuditEntry.details))).all()
    assert [tuple(row) for row in entries if row.action == "findings.renewed"] == [
        ("system", "findings.renewed", {"added": 2, "gone": 1})
    ]


def test_what_comes_back_is_the_same_finding(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    sent_text(session, ana, "Triple profit.", products=["keeper"])
    for rules in ([redline("something else")], [redline("triple profit")]):
        publish(session, keeper, rules)
        session.commit()
        work(database)

    session.expire_all()
    assert findings(session) == [("Triple profit", "block", "active", False)]


def test_a_rule_that_is_put_in_force_makes_another_finding_than_on_trial(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    publish(session, keeper, [{**redline("triple profit"), "status": "shadow"}])
    sent_text(session, ana, "Triple profit.", products=["keeper"])
    publish(session, keeper, [redline("triple profit")])
    session.commit()

    work(database)

    session.expire_all()
    assert findings(session) == [
        ("Triple profit", "block", "shadow", True),
        ("Triple profit", "block", "active", False),
    ]


def test_what_somebody_decided_stays(session: Session, database: Database, keeper: Product, ana: Person) -> None:
    sent_text(session, ana, "Triple profit.", products=["keeper"])
    decided = session.scalars(select(Finding)).one()
    decided.disposition = Disposition.WRONG_MATCH
    publish(session, keeper, [redline("triple profit", "warn")])
    session.commit()
    work(database)
    publish(session, keeper, [redline("something else")])
    session.commit()
    work(database)

    session.expire_all()
    assert findings(session) == [("Triple profit", "block", "active", False)]


def test_two_publications_make_one_run_over_every_text(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    count = rereading.BATCH + 1
    for _ in range(count):
        sent_text(session, ana, "Instant growth.", products=["keeper"])
    publish(session, keeper, [redline("instant growth", "warn")])
    publish(session, keeper, [redline("instant growth")])
    session.commit()

    assert work(database) == 3  # the beginning and two parts

    session.expire_all()
    assert findings(session) == [("Instant growth", "block", "active", False)] * count
    assert session.scalars(select(Job)).all() == []


def test_a_publication_while_a_run_is_under_way_makes_another(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    sent_text(session, ana, "Instant growth.", products=["keeper"])
    publish(session, keeper, [redline("instant growth", "warn")])
    session.commit()
    read = rereading.prepare(database, {"after": 0}, LATER)
    publish(session, keeper, [redline("instant growth")])
    session.commit()

    with database.write() as storing:
        rereading.store(storing, read, LATER)  # is too late
    work(database)

    session.expire_all()
    assert findings(session) == [("Instant growth", "block", "active", False)]


def test_a_part_that_is_stored_twice_changes_nothing_more(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    """A worker may die after it has stored and before it has said so."""
    sent_text(session, ana, "Instant growth.", products=["keeper"])
    publish(session, keeper, [redline("instant growth")])
    session.commit()
    read = rereading.prepare(database, {"after": 0}, LATER)

    for _ in range(2):
        with database.write() as storing:
            rereading.store(storing, read, LATER)

    session.expire_all()
    assert findings(session) == [("Instant growth", "block", "active", False)]
    assert rereading.prepare(database, {"after": 0}, LATER).reads == []


def test_texts_of_other_products_are_left_alone(
    session: Session, database: Database, keeper: Product, ana: Person
) -> None:
    pay = product(session, "pay", name="Pay")
    published(session, pay, ContentKind.REDLINES, "pay", {"schema": 1, "rules": [redline("instant growth")]})
    sent_text(session, ana, "Instant growth.", products=["pay"])
    publish(session, keeper, [redline("growth")])
    session.commit()

    assert rereading.prepare(database, {"after": 0}, LATER).reads == []


def test_the_worker_does_this_work() -> None:
    assert {"conduct.rescan", "conduct.forget_texts"} <= set(HANDLERS)
    assert "conduct.forget_texts" in PERIODIC


def test_reading_files_and_publishing_on_the_web_ask_for_it(
    session: Session, database: Database, ana: Person, sign_in: Callable[[str], TestClient]
) -> None:
    person(session, "tom@example.com", Role.TRAINER)
    sent_text(session, ana, "We guarantee it. It is fair.")
    apply(session, plan(session, writing.keeper()), NOW)
    session.commit()
    work(database)
    assert findings(session) == [("guarantee", "block", "active", False)]

    session.expire_all()
    content = session.scalars(select(Content).where(col(Content.kind) == ContentKind.REDLINES)).one()
    rules = [*content.draft["rules"], {**redline("fair"), "category": "exaggerated", "status": "shadow"}]
    save_draft(session, content, {**content.draft, "rules": rules}, step=content.step, by="tom@example.com", moment=NOW)
    session.commit()
    with time_machine.travel(NOW, tick=False):
        tom = sign_in("tom@example.com")
        seen = re.search(r'name="seen" value="([^"]+)"', tom.get("/author/products/keeper/publish").text)
        assert seen is not None
        assert tom.post("/author/products/keeper/publish", data={"seen": seen[1]}).status_code == 303
    work(database)

    session.expire_all()
    assert findings(session) == [("guarantee", "block", "active", False), ("fair", "block", "shadow", False)]
