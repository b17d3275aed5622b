"""How many people could act under what is asked, requirement by requirement."""

from typing import Any

import pytest
from sqlmodel import Session

from app.catalog.models import Product
from app.certification.queries import programs
from app.database import Database
from app.deals.policies.pool import Share, pools, shares
from app.deals.policies.queries import of_document
from app.deals.policies.rules import Pool
from app.people.models import Person, Role
from app.people.queries import person_by_email
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

LEAD = [{"id": "lead", "name": "Lead", "requirements": [{"sign_off": "demo"}]}]


@pytest.fixture
def keeper(session: Session) -> Product:
    """Four active reps: Ana (CN) and Ben (DE) are certified, Cai (CN) and Dee (nowhere) are not."""
    owner = sellable(session, levels=LEAD)
    for name, region, is_certified in [
        ("ana", "CN", True), ("ben", "DE", True), ("cai", "CN", False), ("dee", None, False),
    ]:  # fmt: skip
        stored = person(session, f"{name}@example.com")
        stored.region = region
        if is_certified:
            attest(session, stored, owner)
    gone = person(session, "gone@example.com")
    attest(session, gone, owner)
    gone.deactivated_at = NOW
    attest(session, person(session, "trainer@example.com", Role.TRAINER), owner)
    session.flush()
    return owner


def called(session: Session, name: str) -> Person:
    somebody = person_by_email(session, f"{name}@example.com")
    assert somebody is not None
    return somebody


def found(session: Session, what: Product, *requirements: dict[str, Any]) -> list[Pool]:
    program = programs(session, NOW)[what.id or 0]
    document = {"requirements": [{"enforcement": "block", **each} for each in requirements]}
    return pools(session, what.id or 0, of_document(document), program, NOW)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ({}, Pool(4, 2, None, None)),
        ({"regions": ["CN"]}, Pool(4, 2, 2, 1)),
        ({"regions": ["CN", "DE"]}, Pool(4, 2, 3, 2)),
        ({"regions": ["FR"]}, Pool(4, 2, 0, 0)),
        ({"level": "standard"}, Pool(4, 2, None, None)),
        ({"level": "lead"}, Pool(4, 0, None, None)),
        ({"level": "gone", "regions": ["CN"]}, Pool(4, 0, 2, 0)),
    ],
)
def test_each_condition_is_counted(
    session: Session, keeper: Product, requirement: dict[str, Any], expected: Pool
) -> None:
    assert found(session, keeper, requirement) == [expected]


def test_each_requirement_has_its_own_pool(session: Session, keeper: Product) -> None:
    assert [each.qualified for each in found(session, keeper, {}, {"regions": ["CN"]}, {"level": "lead"})] == [2, 1, 0]


@pytest.mark.parametrize(
    ("pool", "empty", "thin"),
    [
        (Pool(4, 0, None, None), True, True),
        (Pool(40, 9, 5, 0), True, True),
        (Pool(40, 9, 5, 2), False, True),
        (Pool(40, 4, None, None), False, False),
        (Pool(41, 4, None, None), False, True),
    ],
)
def test_nobody_and_hardly_anybody(pool: Pool, *, empty: bool, thin: bool) -> None:
    assert (pool.is_empty, pool.is_thin) == (empty, thin)


def test_of_those_who_sell_it_or_are_asked_to(session: Session, keeper: Product, database: Database) -> None:
    keeper_id = keeper.id or 0
    porter = sellable(session, "porter")
    asked = {each.id or 0: of_document({"requirements": [{"enforcement": "block"}]}) for each in (keeper, porter)}

    def share() -> tuple[dict[int, Share], int]:
        session.commit()
        with database.read() as reading:
            known = programs(reading, NOW)
            with count_statements(database) as sent:
                return shares(reading, asked, known, NOW), len(sent)

    assert share()[0][keeper_id] == Share(0, 0)
    ana, ben, cai, dee = (called(session, name) for name in ("ana", "ben", "cai", "dee"))
    deal(session, "D-1", products=[keeper], team={"owner": [ana], "specialist": [cai]})
    one, statements = share()
    assert (one[keeper_id], one[porter.id or 0]) == (Share(1, 2), Share(0, 0))
    deal(session, "D-2", products=[keeper, porter], team={"owner": [dee]})
    deal(session, "D-3", products=[keeper], team={"owner": [ben]}, outcome="lost")
    assert share() == ({keeper_id: Share(1, 3), porter.id or 0: Share(0, 1)}, statements)
