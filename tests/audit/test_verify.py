"""Somebody who can reach the database itself can change a row, but not unnoticed."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.audit.actions import Event, record_all
from app.audit.queries import Proof, verify
from app.audit.rules import Break
from factories import NOW


@pytest.fixture
def trail(session: Session) -> Session:
    events = [Event("tested", ("thing", str(number)), {"数": number}) for number in range(1, 8)]
    record_all(session, at=NOW, actor="ana@example.com", events=events)
    session.commit()
    return session


def tamper(session: Session, statement: str) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(text("DROP TRIGGER audit_entry_no_delete"))
    else:
        session.execute(text("DROP TRIGGER audit_entry_no_change ON audit_entry"))
        session.execute(text("DROP TRIGGER audit_entry_no_delete ON audit_entry"))
    session.execute(text(statement))
    session.commit()


def outcome(proof: Proof) -> tuple[int, int | None, Break | None]:
    return proof.entries, proof.broken, proof.why


@pytest.mark.parametrize("chunk", [1, 3, 7, 1000])
def test_an_untouched_trail_holds_however_it_is_read(trail: Session, chunk: int) -> None:
    assert outcome(verify(trail, chunk)) == (7, None, None)


def test_an_empty_trail_holds(session: Session) -> None:
    assert verify(session) == Proof(0, "0" * 64)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET actor = 'eve@example.com' WHERE id = 4", (3, 4, Break.ALTERED)),
        ("UPDATE audit_entry SET details = '{}' WHERE id = 1", (0, 1, Break.ALTERED)),
        ("UPDATE audit_entry SET previous_digest = digest WHERE id = 7", (6, 7, Break.UNCHAINED)),
        ("DELETE FROM audit_entry WHERE id = 5", (4, 5, Break.MISSING)),
        ("DELETE FROM audit_entry WHERE id = 1", (0, 1, Break.MISSING)),
        ("UPDATE audit_entry SET id = 99 WHERE id = 7", (6, 7, Break.MISSING)),
    ],
)
def test_a_change_is_found_at_its_entry(trail: Session, statement: str, found: tuple[int, int, Break]) -> None:
    tamper(trail, statement)
    assert outcome(verify(trail, 2)) == found


def test_a_trail_that_was_cut_off_ends_in_another_digest(trail: Session) -> None:
    before = verify(trail)
    trail.rollback()
    tamper(trail, "DELETE FROM audit_entry WHERE id = 7")
    after = verify(trail)
    assert (after.why, after.entries, after.last_digest == before.last_digest) == (None, 6, False)
