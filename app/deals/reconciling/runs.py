"""The runs that are kept: begun, brought up to date, ended, and the lines that they keep."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.database import stored_id
from app.deals.ledger.content import decided
from app.deals.reconciling.comparing import Compared
from app.deals.reconciling.models import Reconciliation
from app.deals.reconciling.reading import Broken

MOST_LINES = 1_000
"""What differs, of one run, that is kept; all of it goes to whoever asked."""
MOST_PARTS = 10_000
"""Differences, refusals and problems that are kept of one run, on as many lines as they may stand."""
KEPT = timedelta(days=180)
"""How long a run is kept; the audit trail keeps its counts."""
FORGET_JOB = "crm.forget_runs"
HUNG_UP = "hung_up"
"""What is kept of a run whose client went away."""
FAILED = "failed"
_BARE: Mapping[str, Any] = {
    "line": None,
    "known": False,
    "decision": None,
    "stops": False,
    "differences": [],
    "refusals": [],
    "recorded": False,
    "problems": [],
    "people": [],
}


@dataclass(slots=True)
class Counts:
    """How many rows there were, and what of them; one row may be counted as different and as not cleared."""

    rows: int = 0
    same: int = 0
    different: int = 0
    unknown: int = 0
    missing: int = 0
    not_cleared: int = 0
    wrong: int = 0
    recorded: int = 0


def begin(session: Session, *, by: str, recording: bool, moment: datetime, source_id: int | None = None) -> int:
    """Store that a run begins, and return its number."""
    run = Reconciliation(source_id=source_id, asked_by=by, recording=recording, started_at=moment, lines=[])
    session.add(run)
    session.flush()
    return stored_id(run)


def keep(session: Session, run_id: int, counts: Counts, lines: Sequence[Any] | None) -> None:
    """Bring a run up to date; None for `lines` leaves them as they are."""
    values: dict[str, Any] = asdict(counts)
    if lines is not None:
        values["lines"] = lines
    session.execute(update(Reconciliation).where(col(Reconciliation.id) == run_id).values(**values))


def finish(session: Session, run_id: int, counts: Counts, *, by: str, moment: datetime) -> None:
    """Store that a run came to its end."""
    values = {**asdict(counts), "finished_at": moment}
    session.execute(update(Reconciliation).where(col(Reconciliation.id) == run_id).values(**values))
    audit(
        session,
        at=moment,
        actor=by,
        action="deals.reconciled",
        subject=("reconciliation", str(run_id)),
        details=asdict(counts),
    )


def stop(session: Session, run_id: int, error: str, *, by: str, moment: datetime) -> None:
    """Store why a run ended before its end: what it did up to then stays."""
    session.execute(update(Reconciliation).where(col(Reconciliation.id) == run_id).values(error=error[:1000]))
    audit(
        session,
        at=moment,
        actor=by,
        action="deals.reconciling_stopped",
        subject=("reconciliation", str(run_id)),
        details={"error": error[:200]},
    )


def compared_line(row: Compared, *, recorded: bool, problems: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Write down a row that differs or is not cleared, without words, so that it is read in any language."""
    return {
        "kind": "deal",
        "line": row.line,
        "id": row.crm.id,
        "known": row.here is not None,
        "decision": row.state.decision if row.state else None,
        "stops": row.state.stops if row.state else False,
        "differences": [[each.kind, each.what, each.crm, each.here] for each in row.differences],
        "refusals": [
            {
                "rep": each.member.email,
                "role": each.member.role,
                "products": [decided(answer.decision) for answer in each.products],
            }
            for each in row.refusals
        ],
        "recorded": recorded,
        "problems": [list(each) for each in problems],
        "people": sorted(row.people),
    }


def broken_line(row: Broken) -> dict[str, Any]:
    """Write down a row that could not be read."""
    return {**_BARE, "kind": "wrong", "line": row.line, "id": row.id, "problems": [list(each) for each in row.errors]}


def missing_line(reference: str, name: str, people: Sequence[str]) -> dict[str, Any]:
    """Write down an open deal that the CRM did not send."""
    return {**_BARE, "kind": "missing", "id": reference, "name": name, "known": True, "people": list(people)}


def parts_of(line: Mapping[str, Any]) -> int:
    """Count what a line says: it may be about a hundred people and fifty products."""
    refusals = sum(len(each["products"]) for each in line["refusals"])
    return refusals + sum(len(line[name]) for name in ("differences", "problems", "people"))


def forget_old(session: Session, moment: datetime) -> None:
    """Forget the runs that were kept long enough; a worker's work."""
    session.execute(delete(Reconciliation).where(col(Reconciliation.started_at) < moment - KEPT))
