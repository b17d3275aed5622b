"""Where the CRM's deals are fetched from: every write of these addresses, and reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.database import stored_id
from app.deals.reconciling.models import CrmSource, Reconciliation, SourceForm
from app.errors import InvalidError, NotFoundError
from app.jobs.actions import enqueue
from app.outbound.sealing import seal
from app.web.i18n import gettext as _

LABEL = "dealworthy crm source"
"""What the Authorization header is sealed for."""
PULL_JOB = "crm.pull"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an administrator writes. An empty header leaves the one that is stored as it is."""

    name: str
    url: str
    form: SourceForm
    header: str
    every_hours: int
    recording: bool


def add(session: Session, wish: Wish, *, secret_key: str, by: str, moment: datetime) -> int:
    """Store an address, which is fetched at once. Raises InvalidError for a name that is taken."""
    _refuse_taken(session, wish.name, None)
    source = CrmSource(
        **_columns(wish),
        sealed_header=seal(wish.header, secret_key, LABEL) if wish.header else "",
        created_at=moment,
        created_by=by,
        due_at=moment,
    )
    session.add(source)
    session.flush()
    ask(session, stored_id(source), moment)
    _audit(session, source, "crm_source.added", by, moment)
    return stored_id(source)


def change(session: Session, source_id: int, wish: Wish, *, secret_key: str, by: str, moment: datetime) -> None:
    """Store other values; the next time comes by the new rhythm. Raises InvalidError, NotFoundError.

    The header is forgotten when the address changes: it was meant for the other one.
    """
    source = find(session, source_id)
    _refuse_taken(session, wish.name, source_id)
    moved = source.url != wish.url
    for name, value in _columns(wish).items():
        setattr(source, name, value)
    if wish.header or moved:
        source.sealed_header = seal(wish.header, secret_key, LABEL) if wish.header else ""
    if source.stopped_at is None:
        latest = moment + timedelta(hours=wish.every_hours)
        source.due_at = min(source.due_at or latest, latest)
    session.flush()
    _audit(session, source, "crm_source.changed", by, moment)


def stop(session: Session, source_id: int, *, by: str, moment: datetime) -> None:
    """Fetch an address no more; again, it changes nothing."""
    source = find(session, source_id)
    if source.stopped_at is None:
        source.stopped_at, source.due_at = moment, None
        session.flush()
        _audit(session, source, "crm_source.stopped", by, moment)


def pull_now(session: Session, source_id: int, *, by: str, moment: datetime) -> None:
    """Fetch an address as soon as a worker is free, and from then on in its rhythm, also where it was stopped."""
    source = find(session, source_id)
    source.stopped_at, source.due_at = None, moment
    session.flush()
    ask(session, source_id, moment)
    _audit(session, source, "crm_source.asked", by, moment)


def ask(session: Session, source_id: int, moment: datetime) -> None:
    """Ask for a fetch, unless one waits already."""
    enqueue(session, PULL_JOB, {"source": source_id}, moment=moment, due_at=moment, key=f"{PULL_JOB}:{source_id}")


def plan(session: Session, moment: datetime) -> None:
    """Ask for a fetch of every address whose time has come."""
    due = session.scalars(
        select(col(CrmSource.id)).where(col(CrmSource.stopped_at).is_(None), col(CrmSource.due_at) <= moment)
    )
    for source_id in due.all():
        ask(session, source_id or 0, moment)


def find(session: Session, source_id: int) -> CrmSource:
    """Return an address. Raises NotFoundError."""
    source = session.get(CrmSource, source_id)
    if source is None:
        raise NotFoundError(_("There is no such address of a CRM."))
    return source


@dataclass(frozen=True, slots=True)
class Listed:
    """An address with its newest run, if it has had one."""

    source: CrmSource
    run: Any


def listed(session: Session) -> Sequence[Listed]:
    """Return all addresses by name, each with its newest run; one statement."""
    newest = (
        select(func.max(col(Reconciliation.id)))
        .where(col(Reconciliation.source_id).is_not(None))
        .group_by(col(Reconciliation.source_id))
    )
    rows = session.execute(
        select(
            CrmSource,
            col(Reconciliation.id),
            col(Reconciliation.started_at),
            col(Reconciliation.finished_at),
            col(Reconciliation.error),
        )
        .outerjoin(
            Reconciliation, (col(Reconciliation.source_id) == col(CrmSource.id)) & col(Reconciliation.id).in_(newest)
        )
        .order_by(func.lower(col(CrmSource.name)), col(CrmSource.id))
    )
    return [Listed(row[0], row if row[1] is not None else None) for row in rows]


def _columns(wish: Wish) -> dict[str, Any]:
    names = ("name", "url", "form", "every_hours", "recording")
    return {name: getattr(wish, name) for name in names}


def _refuse_taken(session: Session, name: str, source_id: int | None) -> None:
    other = session.scalar(select(col(CrmSource.id)).where(col(CrmSource.name) == name))
    if other is not None and other != source_id:
        detail = _("There is an address with this name already.")
        raise InvalidError(_("Nothing was stored."), [{"pointer": "/name", "detail": detail}])


def _audit(session: Session, source: CrmSource, action: str, by: str, moment: datetime) -> None:
    details = {"url": source.url, "every_hours": source.every_hours, "recording": source.recording}
    audit(session, at=moment, actor=by, action=action, subject=("crm source", source.name), details=details)
