"""The trail can be added to, read back and proved; it cannot be changed."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col

from app.audit.actions import record
from app.audit.models import AuditEntry
from app.audit.rules import FIRST_DIGEST
from factories import NOW


def test_each_entry_carries_the_digest_of_the_one_before(session: Session) -> None:
    for name in ("first", "second", "third"):
        record(session, at=NOW, actor="ana@example.com", action="tested", subject=("thing", name))
    entries = list(session.scalars(select(AuditEntry).order_by(col(AuditEntry.id))))
    assert [entry.id for entry in entries] == [1, 2, 3]
    assert [entry.previous_digest for entry in entries] == [
        FIRST_DIGEST,
        entries[0].digest,
        entries[1].digest,
    ]


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'eve'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_a_change(session: Session, statement: str) -> None:
    record(session, at=NOW, actor="ana@example.com", action="tested", subject=("thing", "first"))
    with pytest.raises(DatabaseError, match="only ever added"):
        session.execute(text(statement))
