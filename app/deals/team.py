"""Every write of a deal's team: who is added, removed, supervised."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.deals import words
from app.deals.actions import LOST
from app.deals.decisions import keep
from app.deals.facts import OWNER, DealFacts, Member
from app.deals.gate import states
from app.deals.models import DealMember
from app.deals.saving import Outcome, active_member, check_step, finish, locked, saved, stored_deal
from app.errors import ConflictError, InvalidError
from app.web.i18n import gettext as _


def add_member(
    session: Session,
    deal: DealFacts,
    email: str,
    role: str,
    *,
    step: int,
    by: str,
    moment: datetime,
    supervisor: str = "",
) -> Outcome:
    """Put somebody on a deal, or in another part, where the gate lets them; a second click changes nothing.

    `supervisor` is the address of the cleared colleague beside whom somebody in grace may act. Raises
    StaleDealError, InvalidError for somebody who is not known or not active, ConflictError for the only owner, and for
    the only one who covers a product.
    """
    stored, deal = locked(session, deal)
    present = deal.member(email.strip().lower())
    if present and present.role == role:
        return Outcome(deal)
    check_step(deal, step)
    if present and role != OWNER:
        _keep_an_owner(deal, present)
    member = replace(present or active_member(session, email, role), role=role)
    beside = _supervisor(session, member, supervisor)
    member = replace(member, supervisor_id=beside.person_id if beside else member.supervisor_id)
    others = tuple(each for each in deal.members if each.person_id != member.person_id)
    (state,) = states(session, [replace(deal, members=(*others, member))], moment)
    answer = state.answers[-1]
    if state.stopped([member.email]):
        details = {"role": role}
        keep(session, deal, "member.refused", answer, by=by, moment=moment, details=details)
        return Outcome(deal, (answer,))
    if present:
        _keep_covered(session, deal, state.deal, member, moment)
    row = session.get(DealMember, (deal.id, member.person_id))
    if row is None:
        row = DealMember(deal_id=deal.id, person_id=member.person_id, role=role, added_at=moment, added_by=by)
    row.role = role
    row.supervisor_id = member.supervisor_id
    session.add(row)
    saved(session, stored)
    return finish(session, deal.id, "member.added", answer, by=by, moment=moment, details={"role": role})


def _supervisor(session: Session, member: Member, email: str) -> Member | None:
    named = active_member(session, email, "", field="supervisor") if email else None
    if named is not None and named.person_id == member.person_id:
        detail = _("Nobody supervises themselves. Choose a colleague.")
        raise InvalidError(detail, [{"pointer": "/supervisor", "detail": detail}])
    return named


def _keep_an_owner(deal: DealFacts, member: Member) -> None:
    if member.role == OWNER and sum(each.role == OWNER for each in deal.members) == 1:
        raise ConflictError(_("A deal needs an owner. Add another owner first; nothing was changed."))


def _keep_covered(session: Session, deal: DealFacts, proposed: DealFacts, member: Member, moment: datetime) -> None:
    """Refuse what makes the gate stop a deal, such as that the one goes who covers it, or beside whom another acts."""
    if deal.outcome == LOST:
        return
    before, after = states(session, [deal, proposed], moment)
    for now, then in zip(before.products, after.products, strict=True):
        if then.stops and not now.stops:
            sentence = _(
                "Without %(person)s the team does not cover %(product)s any more. Add somebody who is cleared first; "
                "nothing was changed."
            )
            raise ConflictError(sentence % {"person": member.name, "product": words.name(then.name)})


def remove_member(session: Session, deal: DealFacts, email: str, *, step: int, by: str, moment: datetime) -> Outcome:
    """Take somebody off a deal.

    Raises StaleDealError, and ConflictError for its only owner and for the only one who covers a product.
    """
    stored, deal = locked(session, deal)
    member = deal.member(email.lower())
    if member is None:
        return Outcome(deal)
    check_step(deal, step)
    _keep_an_owner(deal, member)
    others = tuple(
        replace(each, supervisor_id=None) if each.supervisor_id == member.person_id else each
        for each in deal.members
        if each.person_id != member.person_id
    )
    _keep_covered(session, deal, replace(deal, members=others), member, moment)
    session.delete(session.get_one(DealMember, (deal.id, member.person_id)))
    for each in session.scalars(
        select(DealMember).where(col(DealMember.deal_id) == deal.id, col(DealMember.supervisor_id) == member.person_id)
    ):
        each.supervisor_id = None
    saved(session, stored)
    return finish(session, deal.id, "member.removed", None, by=by, moment=moment, person=member)


def name_supervisor(
    session: Session, deal: DealFacts, email: str, supervisor: str, *, step: int, by: str, moment: datetime
) -> Outcome:
    """Name a colleague beside whom a member in grace may act, or nobody.

    The gate is told and not asked: without a colleague the deal is at risk. Raises as `add_member`, but for covering.
    """
    stored, deal = locked(session, deal)
    member = deal.member(email.lower())
    if member is None:
        raise ConflictError(_("This person is not on the deal any more. Nothing was changed."))
    named = _supervisor(session, member, supervisor)
    chosen = named.person_id if named else None
    if chosen == member.supervisor_id:
        return Outcome(deal)
    check_step(deal, step)
    session.get_one(DealMember, (deal.id, member.person_id)).supervisor_id = chosen
    saved(session, stored)
    (now,) = states(session, [stored_deal(session, deal.id)], moment)
    answer = next(answer for each, answer in now.team if each.person_id == member.person_id)
    details = {"supervisor": named.email if named else None}
    return finish(session, deal.id, "supervisor.named", answer, by=by, moment=moment, details=details)
