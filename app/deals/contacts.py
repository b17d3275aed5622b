"""Every write of the customer's people on a deal."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from app.deals.facts import Contact, DealFacts
from app.deals.models import DealContact
from app.deals.saving import Outcome, check_step, finish, locked, saved


def change_contacts(
    session: Session, deal: DealFacts, contacts: Sequence[Contact], *, step: int, by: str, moment: datetime
) -> Outcome:
    """Store other people of the customer's; whom the team meets changes nothing at the gate. Raises StaleDealError."""
    stored, deal = locked(session, deal)
    if tuple(contacts) == deal.contacts:
        return Outcome(deal)
    check_step(deal, step)
    session.execute(delete(DealContact).where(col(DealContact.deal_id) == deal.id))
    for each in contacts:
        session.add(DealContact(deal_id=deal.id, name=each.name, role=each.role, note=each.note))
        session.flush()
    saved(session, stored)
    details = {"contacts": [len(deal.contacts), len(contacts)]}
    return finish(session, deal.id, "contacts.changed", None, by=by, moment=moment, details=details)
