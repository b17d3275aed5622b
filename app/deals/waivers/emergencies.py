"""Exceptions that somebody gives at once, in an emergency, and that compliance reviews afterwards."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.database import stored_id
from app.deals.lists import Opened, Viewer
from app.deals.waivers import words
from app.deals.waivers.actions import Outcome, Wish, again, decider, locked_waiver, note, prepare, state_of
from app.deals.waivers.cases import on_deal
from app.deals.waivers.models import Review, Waiver
from app.deals.waivers.rules import (
    LONGEST_EMERGENCY,
    WaiverState,
    giver_refusals,
    reviewer_refusals,
    term_refusals,
)
from app.errors import ConflictError, ForbiddenError, InvalidError
from app.people.models import Role
from app.web.i18n import gettext as _


def may_give(opened: Opened, viewer: Viewer) -> bool:
    """Tell whether somebody may give one in an emergency: a manager of the team, compliance, administrators."""
    leads = any(member.person_id in opened.led for member in opened.deal.members)
    return leads or bool(viewer.roles & {Role.COMPLIANCE, Role.ADMIN})


def give(session: Session, opened: Opened, wish: Wish, *, by: Viewer, moment: datetime) -> Outcome:
    """Give an exception at once, through the next day at the latest. The password has been confirmed before.

    Raises ForbiddenError, InvalidError naming each field that is wrong, and ConflictError where none would help or the
    one before it has not been reviewed.
    """
    if not may_give(opened, by):
        raise ForbiddenError(_("In an emergency a manager of the deal's team, compliance or an administrator decides."))
    prepared = prepare(session, opened.deal, wish, by=by, moment=moment, emergency=True)
    if isinstance(prepared, Outcome):
        return prepared
    waiver, deal, at = prepared.waiver, prepared.deal, prepared.at
    refusals = giver_refusals(by.id, waiver.person_id, on_deal(deal))
    if refusals:
        raise ForbiddenError(words.refusals(refusals))
    _check_reviewed(session, waiver)
    if term_refusals(prepared.today, wish.through, LONGEST_EMERGENCY):
        detail = _("In an emergency an exception holds through tomorrow at the latest. Choose today or tomorrow.")
        raise InvalidError(_("Nothing was stored."), [{"pointer": "/through", "detail": detail}])
    waiver.break_glass = True
    waiver.approved = True
    waiver.decided_by = by.id
    waiver.decided_at = at
    session.add(waiver)
    session.flush()
    standing = again(session, prepared.standing, at)
    note(session, deal, "waiver.given", waiver, standing, by=by, at=at, reason=wish.reason)
    return Outcome(stored_id(waiver), new=True)


def _check_reviewed(session: Session, waiver: Waiver) -> None:
    unreviewed = select(col(Waiver.id)).where(
        col(Waiver.deal_id) == waiver.deal_id,
        col(Waiver.person_id) == waiver.person_id,
        col(Waiver.product_id) == waiver.product_id,
        col(Waiver.break_glass).is_(True),
        col(Waiver.review).is_(None),
    )
    if session.scalar(unreviewed.limit(1)) is not None:
        raise ConflictError(
            _("One that was given in an emergency waits for its review. Another is given after that, or asked for.")
        )


def review(session: Session, waiver_id: int, *, found: Review, note_: str, by: Viewer, moment: datetime) -> Waiver:
    """Say what was found about an emergency; what is faulted ends at once. A second click changes nothing.

    Raises ForbiddenError for who may not review, ConflictError where somebody else was faster.
    """
    waiver, deal, standing, at = locked_waiver(session, waiver_id, moment)
    if waiver.review is found and waiver.reviewed_by == by.id:
        return waiver
    if not waiver.break_glass or waiver.review is not None:
        raise ConflictError(_("There is nothing to review any more: look at it again first."))
    refusals = reviewer_refusals(decider(session, by, waiver.person_id), standing.case(waiver.asked_by))
    if refusals:
        raise ForbiddenError(words.refusals(refusals))
    waiver.review = found
    waiver.review_note = note_
    waiver.reviewed_by = by.id
    waiver.reviewed_at = at
    if found is Review.FAULTED and state_of(waiver, at) is WaiverState.HOLDS:
        waiver.ended_at = at
        waiver.ended_by = by.id
        waiver.ended_because = note_
    session.flush()
    action = f"waiver.{found.value}"
    note(session, deal, action, waiver, again(session, standing, at), by=by, at=at, reason=note_)
    return waiver
