"""Statements that are sent again and again say the same as those that SQLAlchemy sends."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select, union_all
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import Product
from app.database import Database, rows
from app.people.models import Person, Role
from factories import person
from tools.statements import count_statements

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMED = select(col(Product.slug), col(Product.name), col(Product.created_at)).where(
    any_of(col(Product.slug), "slugs"), col(Product.created_at) <= bindparam("moment")
)


def _product(session: Session, slug: str) -> None:
    session.add(Product(slug=slug, name={"en": slug.title(), "zh-Hans": "名"}, created_at=MOMENT))


def test_values_and_columns_have_the_types_of_the_product(session: Session) -> None:
    _product(session, "keeper")
    _product(session, "rowing")

    found = rows(session, NAMED, slugs={"keeper"}, moment=MOMENT)

    assert found == [("keeper", {"en": "Keeper", "zh-Hans": "名"}, MOMENT)]
    assert (found[0].slug, found[0].created_at) == ("keeper", MOMENT)


def test_the_second_time_other_values_count(session: Session) -> None:
    _product(session, "keeper")

    assert [len(rows(session, NAMED, slugs=slugs, moment=MOMENT)) for slugs in (["keeper"], [], ["a", "b"])] == [
        1,
        0,
        0,
    ]


def test_a_union_and_constants_in_a_statement(session: Session) -> None:
    known = person(session, "ana@example.com", Role.REP)
    both: Any = union_all(
        select(col(Person.email).label("what"), col(Person.id)).where(col(Person.email).in_(["ana@example.com", "b"])),
        select(col(Person.name), col(Person.id)).where(col(Person.id) == bindparam("person_id")),
    )

    found = rows(session, both, person_id=known.id)

    assert sorted((row.what, row.id) for row in found) == sorted([(known.email, known.id), (known.name, known.id)])


@pytest.mark.parametrize("values", [{}, {"slugs": ["keeper"]}, {"slugs": [], "moment": MOMENT, "more": 1}])
def test_each_value_has_to_be_there_and_no_other(session: Session, values: dict[str, object]) -> None:
    rows(session, NAMED, slugs=["keeper"], moment=MOMENT)

    with pytest.raises(TypeError, match=r"takes \['moment', 'slugs'\]"):
        rows(session, NAMED, **values)


def test_a_moment_without_a_time_zone_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        rows(session, NAMED, slugs=["keeper"], moment=MOMENT.replace(tzinfo=None))


def test_a_text_that_depends_on_its_values_is_refused(session: Session) -> None:
    statement = select(col(Product.id)).where(col(Product.slug).in_(bindparam("slugs", expanding=True)))

    with pytest.raises(TypeError, match="depends on its values"):
        rows(session, statement, slugs=["keeper"])


def test_it_is_counted_and_its_failure_is_one_of_the_database(database: Database) -> None:
    with database.read() as session, count_statements(database) as sent:
        rows(session, NAMED, slugs=[], moment=MOMENT)
    database.dispose()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE product RENAME TO product_elsewhere")

    with database.read() as session, pytest.raises(DBAPIError, match="product") as failed:
        rows(session, NAMED, slugs=[], moment=MOMENT)

    assert len(sent) == 1
    assert not failed.value.connection_invalidated
