"""Discarding drafts: back to what is published, nothing unseen, and what was never published goes."""

import re
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.audit.models import AuditEntry
from app.catalog.models import Content, ContentKind, Product
from app.database import Database
from app.deals.models import Deal, DealProduct
from factories import NOW
from writing import COURSE, HUB, PROGRAM, draft, fields

QUIZ = {"title.en": "Prices", "pass_percent": "75"}


def change_facts_and_program(trainer: TestClient) -> None:
    facts, program = f"{HUB}/facts", f"{HUB}/program"
    trainer.post(facts, data=fields(trainer.get(facts).text) | {"name.en": "Keeper Plus"})
    trainer.post(program, data=fields(trainer.get(program).text) | {"valid_months": "24"})


def page(trainer: TestClient, hub: str = HUB) -> tuple[str, str]:
    """The page that asks, and what it showed."""
    html = trainer.get(f"{hub}/discard").text
    seen = re.search(r'name="seen" value="([^"]*)"', html)
    assert seen is not None
    return html, seen[1]


def audited(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        rows = session.execute(
            select(col(AuditEntry.action), col(AuditEntry.subject_kind), col(AuditEntry.subject))
            .where(col(AuditEntry.action).like("%discarded"))
            .order_by(col(AuditEntry.id))
        )
        return [(row[0], row[1], row[2]) for row in rows]


def begin(trainer: TestClient) -> str:
    said = {"name.en": "Paylink"} | {f"positioning.{each}.en": "x" for each in ("scene", "audience", "difference")}
    return trainer.post("/author/products/new", data=said).headers["location"]


def test_only_what_was_ticked_goes_back_to_the_published_version(trainer: TestClient, database: Database) -> None:
    change_facts_and_program(trainer)
    html, seen = page(trainer)
    assert "Keeper Plus" in html
    assert html.count("Back to version 1") == 2
    answer = trainer.post(f"{HUB}/discard", data={"seen": seen, "document": "course:keeper"})
    assert (answer.status_code, answer.headers["location"]) == (303, HUB)
    assert draft(database, ContentKind.COURSE) == {**COURSE, "lessons": draft(database, ContentKind.COURSE)["lessons"]}
    assert draft(database, ContentKind.PROGRAM) == {**PROGRAM, "valid_months": 24}
    assert audited(database) == [("content.draft_discarded", "course", "keeper")]
    assert "Nothing to publish" not in trainer.get(f"{HUB}/publish").text


def test_a_quiz_that_was_never_published_is_removed(trainer: TestClient, database: Database) -> None:
    trainer.post(f"{HUB}/quizzes/_new", data=QUIZ)
    html, seen = page(trainer)
    assert "It was never published, so it is removed." in html
    trainer.post(f"{HUB}/discard", data={"seen": seen, "document": "quiz:prices"})
    assert trainer.get("/author/quizzes/prices").status_code == 404
    assert audited(database) == [("content.draft_discarded", "quiz", "prices")]
    assert "Nothing to discard" in trainer.get(f"{HUB}/discard").text


@pytest.mark.parametrize(
    ("wish", "status", "said"),
    [
        ({"seen": "another", "document": "course:keeper"}, 409, "a draft changed after you opened this page"),
        ({}, 422, "tick what should go"),
        ({"document": ["quiz:nowhere", "redlines:keeper"]}, 422, "tick what should go"),
    ],
)
def test_nothing_is_discarded_unseen_or_unasked(
    trainer: TestClient, database: Database, wish: dict[str, Any], status: int, said: str
) -> None:
    change_facts_and_program(trainer)
    answer = trainer.post(f"{HUB}/discard", data={"seen": page(trainer)[1], **wish})
    assert (answer.status_code, said in answer.text) == (status, True)
    assert draft(database, ContentKind.COURSE)["name"]["en"] == "Keeper Plus"
    assert audited(database) == []


def test_a_product_that_was_never_published_is_removed_with_all_that_is_written(
    trainer: TestClient, database: Database
) -> None:
    hub = begin(trainer)
    html, seen = page(trainer, hub)
    assert "Remove this product?" in html
    assert trainer.post(f"{hub}/discard", data={"seen": seen}).headers["location"] == "/author"
    with database.read() as session:
        assert session.scalars(select(col(Product.slug))).all() == ["keeper"]
        assert session.scalars(select(col(Content.slug)).where(col(Content.slug) == "paylink")).all() == []
    assert audited(database)[-1] == ("product.discarded", "product", "paylink")
    assert begin(trainer) == hub


def test_a_product_that_a_deal_names_already_stays(trainer: TestClient, database: Database) -> None:
    hub = begin(trainer)
    with database.write() as session:
        deal = Deal(reference="D-1", name="Corner", account="Corner Ltd", amount=Decimal(1), currency="EUR",
                    stage="discovery", created_at=NOW, created_by="system")  # fmt: skip
        product = session.scalars(select(Product).where(col(Product.slug) == "paylink")).one()
        session.add(deal)
        session.flush()
        session.add(DealProduct(deal_id=deal.id or 0, product_id=product.id or 0))
    refused = trainer.post(f"{hub}/discard", data={"seen": page(trainer, hub)[1]})
    assert (refused.status_code, "a deal or an assignment names it already" in refused.text) == (409, True)
    assert draft(database, ContentKind.COURSE, "paylink")["name"] == {"en": "Paylink"}
    assert audited(database) == []
