"""Putting whole deals, as a CRM or a file says they are: facts, products, team and the customer's people at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.deals.actions import Facts
from app.deals.decisions import Decided, keep_all
from app.deals.facts import Contact, DealFacts, deals
from app.deals.gate import DealState, states
from app.deals.models import Deal, DealContact, DealMember, DealProduct
from app.deals.proposals import Proposal, TeamPart, Wanted, proposals
from app.deals.saving import Outcome
from app.errors import InvalidError
from app.web.i18n import gettext as _

RECONCILED = "deal.reconciled"
CREATED = "deal.created"
REPLACED = "deal.replaced"


def put(  # noqa: PLR0913 (a whole deal has these parts)
    session: Session,
    reference: str,
    facts: Facts,
    products: Sequence[str],
    team: Sequence[TeamPart],
    contacts: Sequence[Contact] | None,
    *,
    by: str,
    moment: datetime,
    enforce: bool = True,
) -> Outcome:
    """Create or replace a whole deal; None for `contacts` leaves them as they are.

    The gate is asked about the whole deal as it would be. Where that stops, nothing of it is stored, and the outcome
    carries who is in the way and how everybody stands; the refusal itself is kept, so the transaction is to be
    committed. A deal that is lost stops nobody. A deal that is the same already keeps its step, and no decision is
    made; `state` says how it stands. Without `enforce` it is stored whoever is in the way: the CRM has it like that.

    Raises InvalidError with a JSON pointer for each unknown product, person or part, for somebody who is named
    twice, and for a team without an owner.
    """
    wanted = Wanted(reference=reference, facts=facts, products=products, team=team, contacts=contacts)
    try:
        with session.begin_nested():
            return _put(session, wanted, by=by, moment=moment, enforce=enforce)
    except IntegrityError:
        # somebody else stored a deal of this reference first: it is there now, and is replaced
        return _put(session, wanted, by=by, moment=moment, enforce=enforce)


def _put(session: Session, wanted: Wanted, *, by: str, moment: datetime, enforce: bool) -> Outcome:
    (proposal,) = proposals(session, [wanted], moment, enforce=enforce)
    if proposal.problems:
        raise InvalidError(_("Nothing was stored."), proposal.problems)
    (outcome,) = put_all(session, [proposal], by=by, moment=moment, enforce=enforce)
    return outcome


def is_stopped(proposal: Proposal, state: DealState) -> bool:
    """Tell whether the gate stops a proposal. A deal that is the same already, or is lost, stops nobody."""
    return proposal.changes and not proposal.is_lost and state.stops


def put_all(
    session: Session,
    found: Sequence[Proposal],
    *,
    by: str,
    moment: datetime,
    enforce: bool = True,
    standing: Sequence[DealState] | None = None,
) -> list[Outcome]:
    """Store proposals without problems, each where the gate lets it; else as `put`. Constant statements.

    `standing` is how they stand at the gate, where that has been asked.
    """
    standing = standing or states(session, [each.deal for each in found], moment)
    refused = {
        number: tuple(state.stopped()) or state.answers
        for number, (proposal, state) in enumerate(zip(found, standing, strict=True))
        if enforce and is_stopped(proposal, state)
    }
    accepted = [each for number, each in enumerate(found) if number not in refused and each.changes]
    now = _store(session, accepted, by, moment)
    outcomes, decided = [], []
    for number, (proposal, state) in enumerate(zip(found, standing, strict=True)):
        stopping = refused.get(number, ())
        deal = proposal.stored if number in refused else now.get(proposal.deal.reference, proposal.stored)
        if number in refused:
            decided.append(_refusal(proposal, state))
        elif proposal.changes and deal is not None:
            decided.append(_decision(proposal, state, deal, enforce=enforce))
        shown = state if deal is None or number in refused else replace(state, deal=deal)
        warned = () if number in refused else tuple(each for each in state.answers if not each.allowed)
        outcomes.append(Outcome(deal, stopping, warned, shown))
    if decided:
        keep_all(session, decided, by=by, moment=moment)
    return outcomes


def _refusal(proposal: Proposal, state: DealState) -> Decided:
    deal = proposal.deal
    named = {"reference": deal.reference, "name": deal.name, "account": deal.account}
    return Decided(
        deal=proposal.stored,
        action="deal.change_refused" if proposal.stored else "deal.refused",
        answer=next(iter(state.stopped()), None),
        details={**named, **_differences(proposal)},
        team=state.answers,
    )


def _decision(proposal: Proposal, state: DealState, deal: DealFacts, *, enforce: bool) -> Decided:
    action = (REPLACED if proposal.stored else CREATED) if enforce else RECONCILED
    return Decided(deal=deal, action=action, details=_differences(proposal), team=state.answers)


def _differences(proposal: Proposal) -> dict[str, Any]:
    """Say what is different from what is stored, as [before, after]; of a new deal, nothing was before."""
    before, after = proposal.stored, proposal.deal
    if before is None:
        return {}
    found = {
        name: [_plain(getattr(before, name)), _plain(getattr(after, name))]
        for name in Facts.__slots__
        if getattr(before, name) != getattr(after, name)
    }
    if before.slugs != after.slugs:
        found["products"] = [list(before.slugs), list(after.slugs)]
    if before.members != after.members:
        found["team"] = [[[each.person_id, each.role] for each in deal.members] for deal in (before, after)]
    if before.contacts != after.contacts:
        found["contacts"] = [len(before.contacts), len(after.contacts)]
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def _store(session: Session, found: Sequence[Proposal], by: str, moment: datetime) -> dict[str, DealFacts]:
    """Store proposals and return the deals as they are now, by reference."""
    if not found:
        return {}
    references = [each.deal.reference for each in found]
    new = [each.deal for each in found if each.stored is None]
    if new:
        made = {"step": 0, "created_at": moment, "created_by": by}
        session.execute(insert(Deal), [{"reference": each.reference, **made, **_columns(each)} for each in new])
    chosen = col(Deal.reference).in_(references)
    rows = {row.reference: row for row in session.scalars(select(Deal).where(chosen))}
    for each in found:
        row = rows[each.deal.reference]
        if each.stored is not None:
            row.step += 1
            for name, value in _columns(each.deal).items():
                setattr(row, name, value)
    session.flush()
    ids = {reference: row.id or 0 for reference, row in rows.items()}
    _store_products(session, found, ids)
    _store_members(session, found, ids, by, moment)
    _store_contacts(session, found, ids)
    return {each.reference: each for each in deals(session, chosen, None)}


def _columns(deal: DealFacts) -> dict[str, Any]:
    return {name: getattr(deal, name) for name in Facts.__slots__}


def _store_products(session: Session, found: Sequence[Proposal], ids: dict[str, int]) -> None:
    changed = [each for each in found if each.stored is None or each.stored.products != each.deal.products]
    numbers = [ids[each.deal.reference] for each in changed]
    session.execute(delete(DealProduct).where(col(DealProduct.deal_id).in_(numbers)))
    rows = [
        {"deal_id": ids[each.deal.reference], "product_id": product.id}
        for each in changed
        for product in each.deal.products
    ]
    if rows:
        session.execute(insert(DealProduct), rows)


def _store_members(session: Session, found: Sequence[Proposal], ids: dict[str, int], by: str, moment: datetime) -> None:
    changed = [each for each in found if each.stored is None or each.stored.members != each.deal.members]
    chosen = col(DealMember.deal_id).in_([ids[each.deal.reference] for each in changed])
    columns = (col(DealMember.deal_id), col(DealMember.person_id), col(DealMember.added_at), col(DealMember.added_by))
    since = {(row[0], row[1]): (row[2], row[3]) for row in session.execute(select(*columns).where(chosen))}
    session.execute(delete(DealMember).where(chosen))
    rows = []
    for each in changed:
        deal_id = ids[each.deal.reference]
        for member in each.deal.members:
            added_at, added_by = since.get((deal_id, member.person_id), (moment, by))
            rows.append(
                {
                    "deal_id": deal_id,
                    "person_id": member.person_id,
                    "role": member.role,
                    "supervisor_id": member.supervisor_id,
                    "added_at": added_at,
                    "added_by": added_by,
                }
            )
    if rows:
        session.execute(insert(DealMember), rows)


def _store_contacts(session: Session, found: Sequence[Proposal], ids: dict[str, int]) -> None:
    changed = [each for each in found if (each.stored.contacts if each.stored else ()) != each.deal.contacts]
    numbers = [ids[each.deal.reference] for each in changed]
    session.execute(delete(DealContact).where(col(DealContact.deal_id).in_(numbers)))
    rows = [
        {"deal_id": ids[each.deal.reference], "name": contact.name, "role": contact.role, "note": contact.note}
        for each in changed
        for contact in each.deal.contacts
    ]
    if rows:
        session.execute(insert(DealContact), rows)
