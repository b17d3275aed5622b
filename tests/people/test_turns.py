"""Who has the turn to write about a person lets others name that person: these may hold the audit trail already."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from app.certification.actions import one_at_a_time
from app.database import Database, stored_id
from app.people.models import Person, PersonRole, Role
from app.people.once import stored_before
from factories import person


def _send_a_form(session: Session, person_id: int) -> None:
    nothing = select(Person).where(col(Person.email) == "nobody@example.com")
    assert stored_before(session, nothing, person_id, lambda each: each.id) is None


@pytest.mark.parametrize("take_turn", [one_at_a_time, _send_a_form])
def test_a_person_is_named_while_somebody_has_the_turn(
    database: Database, take_turn: Callable[[Session, int], None]
) -> None:
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    with database.write() as session:
        ana = stored_id(person(session, "ana@example.com", Role.REP))
    with database.write() as having:
        take_turn(having, ana)
        with database.write() as naming:
            naming.execute(text("SET LOCAL lock_timeout = '2s'"))
            naming.add(PersonRole(person_id=ana, role=Role.TRAINER))
    with database.read() as session:
        roles = session.scalars(select(col(PersonRole.role)).where(col(PersonRole.person_id) == ana))
        assert set(roles) == {Role.REP, Role.TRAINER}
