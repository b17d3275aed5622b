"""What it costs to say where somebody stands does not grow with what others did: every table is read by an index."""

import re
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from app.certification.queries import records
from app.database import Database
from factories import NOW, person, sellable

OF_PEOPLE = {
    "assignment",
    "attempt",
    "attestation",
    "certification_event",
    "certification_period",
    "lesson_progress",
    "requirement_credit",
    "sign_off",
}
SCAN = re.compile(r"^SCAN (\w+)|Seq Scan on (\w+)")


def test_nobody_elses_rows_are_read(session: Session, database: Database) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    session.commit()
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        sent.append((statement, values))

    with database.read() as reading:
        cursor = reading.connection().connection.cursor()
        explain = "EXPLAIN QUERY PLAN"
        if not database.sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")  # what is nearly empty is scanned, whatever there is
            explain = "EXPLAIN"
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            records(reading, [ana.id or 0], NOW, [keeper.id or 0])
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        plans = []
        for statement, values in sent:
            if any(table in statement for table in OF_PEOPLE):
                cursor.execute(f"{explain} {statement}", values)
                plans += [str(row[-1]) for row in cursor.fetchall()]
    read = {table for table in OF_PEOPLE if any(table in line for line in plans)}
    scanned = {name for line in plans for found in SCAN.findall(line) for name in found if name}
    assert (read, scanned & OF_PEOPLE) == (OF_PEOPLE, set())
