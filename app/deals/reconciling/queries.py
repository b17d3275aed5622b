"""Reading runs: who may see what of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col

from app.deals.lists import Viewer, tree
from app.deals.reconciling.models import Reconciliation
from app.errors import NotFoundError
from app.people.models import Person, Role
from app.web.i18n import gettext as _

PAGE = 25
"""Runs on one page."""
_LINES = cast("QueryableAttribute[list[Any]]", Reconciliation.lines)
_SEE_ALL = frozenset({Role.COMPLIANCE, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Seen:
    """A run with those of its lines that somebody may see: all, or those about people whom they lead."""

    run: Reconciliation
    lines: Sequence[dict[str, Any]]
    everything: bool


def listed(session: Session, viewer: Viewer, page: int) -> tuple[list[Seen], int]:
    """Return one page of the runs, the newest first, and how many there are; who sees everything gets no lines."""
    total = session.scalar(select(func.count()).select_from(Reconciliation)) or 0
    newest = select(Reconciliation).order_by(col(Reconciliation.id).desc()).limit(PAGE).offset((page - 1) * PAGE)
    addresses = _addresses(session, viewer)
    if addresses is None:
        # what is kept of a run may be megabytes, and the counts say enough
        bare = newest.options(defer(_LINES, raiseload=True))
        return [Seen(run, (), everything=True) for run in session.scalars(bare)], total
    return [_seen(run, addresses) for run in session.scalars(newest)], total


def opened(session: Session, viewer: Viewer, run_id: int) -> Seen:
    """Return a run. Raises NotFoundError."""
    run = session.get(Reconciliation, run_id)
    if run is None:
        raise NotFoundError(_("There is no such comparison."))
    return _seen(run, _addresses(session, viewer))


def names(session: Session, lines: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the people in lines, by address."""
    emails = {email for line in lines for email in line["people"]}
    rows = session.execute(select(col(Person.email), col(Person.name)).where(col(Person.email).in_(emails)))
    return {row.email: row.name for row in rows}


def _addresses(session: Session, viewer: Viewer) -> set[str] | None:
    if viewer.roles & _SEE_ALL:
        return None
    led = tree(session, viewer)
    return set(session.scalars(select(col(Person.email)).where(col(Person.id).in_(led))))


def _seen(run: Reconciliation, addresses: set[str] | None) -> Seen:
    if addresses is None:
        return Seen(run, run.lines, everything=True)
    return Seen(run, [line for line in run.lines if not addresses.isdisjoint(line["people"])], everything=False)
