"""Which open deals became at risk, or are not any more, since endpoints were last told: read in batches.

What was told last is kept for each deal (`DealWatch`). A deal that is looked at for the first time is compared with
how it stood when the oldest endpoint was made, so that nobody is told of what was so before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.clock import local_day, now
from app.database import Database
from app.deals.facts import DealFacts, deals, is_open
from app.deals.gate import DealState, states
from app.deals.models import Deal
from app.deals.rules import Risk
from app.jobs.worker import Prepared
from app.webhooks.events import OF_DEALS, EventType, Fact, known_types
from app.webhooks.models import DealWatch
from app.webhooks.storing import one_at_a_time, store, subscribers

JOB = "webhooks.watch"
EVERY = timedelta(minutes=1)
BATCH = 200
"""Deals looked at together."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A deal as it stands, and how it stood when it was looked at last."""

    state: DealState
    before: Risk | None
    is_new: bool


def watch(database: Database, moment: datetime) -> int:
    """Tell of every open deal whose risk changed; return of how many."""
    with database.read() as session:
        listening = [each for each in subscribers(session) if OF_DEALS & known_types(each.events)]
        if not listening:
            return 0
        since = min(each.created_at for each in listening)
        is_going_on = is_open(local_day(moment))
        ids = [each for each in session.scalars(select(col(Deal.id)).where(is_going_on).order_by(col(Deal.id))) if each]
        watched = set(session.scalars(select(col(DealWatch.deal_id))))
    if not watched <= set(ids):
        with database.write() as session:
            ended = select(col(Deal.id)).where(~is_going_on)
            session.execute(delete(DealWatch).where(col(DealWatch.deal_id).in_(ended)))
    told = 0
    for start in range(0, len(ids), BATCH):
        with database.read() as session:
            found = _changes(session, ids[start : start + BATCH], since, moment)
        if found:
            with database.write() as session:
                told += _tell(session, found, moment)
    return told


def forget_all(session: Session) -> None:
    """Forget what was told: nobody has listened for a while, and deals have changed since."""
    session.execute(delete(DealWatch))


def _changes(session: Session, ids: Sequence[int], since: datetime, moment: datetime) -> list[_Change]:
    """Return the deals among these that changed, or are looked at for the first time."""
    told = dict(
        session.execute(
            select(col(DealWatch.deal_id), col(DealWatch.risk)).where(col(DealWatch.deal_id).in_(ids))
        ).all()
    )
    present = states(session, deals(session, col(Deal.id).in_(ids), moment), moment)
    new = [each.deal.id for each in present if each.deal.id not in told]
    before = {each.deal.id: each.risk for each in _as_they_stood(session, new, since)}
    return [
        _Change(each, before.get(each.deal.id), is_new=True)
        if each.deal.id not in told
        else _Change(each, _risk(told[each.deal.id]), is_new=False)
        for each in present
        if each.deal.id not in told or told[each.deal.id] != each.risk
    ]


def _as_they_stood(session: Session, ids: Sequence[int], since: datetime) -> Sequence[DealState]:
    """Return the deals that were there when the oldest listener came, as of then."""
    if not ids:
        return ()
    there: list[DealFacts] = deals(session, col(Deal.id).in_(ids), since)
    return states(session, there, since)


def _tell(session: Session, changes: Sequence[_Change], moment: datetime) -> int:
    one_at_a_time(session)
    ids = [each.state.deal.id for each in changes]
    rows = {each.deal_id: each for each in session.scalars(select(DealWatch).where(col(DealWatch.deal_id).in_(ids)))}
    found: list[Fact] = []
    for change in changes:
        deal_id, risk = change.state.deal.id, change.state.risk
        row = rows.get(deal_id)
        if row is not None and row.at >= moment:
            continue  # somebody else looked later than we did
        before = _risk(row.risk) if row is not None else change.before
        if row is None:
            row = DealWatch(deal_id=deal_id, changes=0, at=moment)
            session.add(row)
        row.risk, row.at = risk, moment
        if risk != before:
            row.changes += 1
            found.append(_fact(change.state, moment))
    session.flush()
    return store(session, found, moment) if found else 0


def _risk(stored: str | None) -> Risk | None:
    return Risk(stored) if stored else None


def _fact(state: DealState, moment: datetime) -> Fact:
    deal = state.deal
    data: dict[str, Any] = {
        "deal": deal.reference,
        "stage": deal.stage,
        "close_date": deal.close_date.isoformat() if deal.close_date else None,
    }
    if state.risk is None:
        data["covered_through"] = state.ends_on.isoformat() if state.ends_on else None
    else:
        data |= {"risk": state.risk.value, "stopped": state.stops, "people": list(_people(state))}
    return Fact(
        key=f"deal/{deal.id}/{moment.isoformat()}",
        type=EventType.DEAL_AT_RISK if state.risk else EventType.DEAL_CLEARED,
        subject=f"deal/{deal.id}",
        occurred_at=moment,
        data=data,
    )


def _people(state: DealState) -> Iterator[dict[str, Any]]:
    """Return who stands in the way, or will before the deal closes, each once for a product."""
    if state.risk is Risk.NOT_CLEARED:
        for member, answer in state.blocking:
            codes = [reason.code.value for reason in answer.decision.reasons]
            yield {"rep": member.email, "product": answer.decision.product, "reasons": codes}
    else:
        for member, answer in state.lapsing:
            through = answer.decision.valid_through
            yield {
                "rep": member.email,
                "product": answer.decision.product,
                "valid_through": through.isoformat() if through else None,
            }


def _watch(database: Database, _payload: Mapping[str, Any]) -> None:
    watch(database, now())


WATCH = Prepared(_watch)
"""The handler of the job `webhooks.watch`."""
