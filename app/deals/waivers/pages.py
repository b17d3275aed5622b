"""What the pages of exceptions show."""

from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any

from fastapi import Request
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import Response

from app.catalog.models import Product
from app.clock import local_day
from app.database import stored_id
from app.deals import lists, summary
from app.deals import words as deal_words
from app.deals.facts import DealFacts, Member
from app.deals.lists import Opened, Viewer
from app.deals.models import Decision
from app.deals.waivers import listing, words
from app.deals.waivers.actions import decider, may_end
from app.deals.waivers.cases import Place, Standing, on_deal, standings, standings_of
from app.deals.waivers.emergencies import may_give
from app.deals.waivers.listing import Listed
from app.deals.waivers.rules import (
    LONGEST,
    LONGEST_EMERGENCY,
    WaiverState,
    decider_refusals,
    giver_refusals,
    reviewer_refusals,
)
from app.web.forms import Bound, blank
from app.web.i18n import gettext as _
from app.web.templating import page


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page says about something that was not stored."""

    form: Bound[Any] | None = None
    problem: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """For whom and what an exception is asked, how the gate answers, and those that wait or hold already."""

    person: Member
    product: Product
    standing: Standing
    there: tuple[Listed, ...]

    def instead(self, today: date, *, emergency: bool) -> Listed | None:
        """Return the exception that makes another needless; in an emergency, only one that holds."""
        if emergency:
            return next((each for each in self.there if each.approved), None)
        return next((each for each in self.there if not (each.approved and each.lapses_soon(today))), None)


def chosen(session: Session, viewer: Viewer, opened: Opened, email: str, slug: str, moment: datetime) -> Chosen | None:
    """Return what the address asks for, or None where it is nobody or nothing that this viewer may ask about."""
    email = email.strip().lower()
    person = opened.deal.member(email)
    anybody = opened.may_change or may_give(opened, viewer)
    # else a form would tell how colleagues stand on products that this deal does not carry
    if not anybody and (email != viewer.email or slug not in opened.deal.slugs):
        return None
    if person is None and anybody:
        found = lists.candidates(session, viewer, opened.led, email)
        person = Member(found[0].id, found[0].email, found[0].name, "") if found else None
    product = session.scalar(select(Product).where(col(Product.slug) == slug, col(Product.retired_at).is_(None)))
    if person is None or product is None:
        return None
    today = local_day(moment)
    scope = (person.person_id, stored_id(product))
    there = [
        each
        for each in listing.of_deal(session, opened.deal.id)
        if (each.person_id, each.product_id) == scope and each.state(today) in {WaiverState.WAITING, WaiverState.HOLDS}
    ]
    closed = listing.is_closed(session, opened.deal.id)
    (standing,) = standings(session, [Place(opened.deal, person, slug, closed)], moment)
    return Chosen(person, product, standing, tuple(there))


def ask_page(
    request: Request,
    session: Session,
    viewer: Viewer,
    opened: Opened,
    found: Chosen | None,
    moment: datetime,
    *,
    emergency: bool = False,
    reply: Reply = Reply(),
) -> Response:
    """Show the form of an exception, or the choice of a person and a product before it."""
    today = local_day(moment)
    longest = today + (LONGEST_EMERGENCY if emergency else LONGEST)
    refusals = giver_refusals(viewer.id, found.person.person_id, on_deal(opened.deal)) if found and emergency else ()
    blocked = words.obstacle(found.standing.obstacle, found.person.name) if found and found.standing.obstacle else ""
    context = {
        "deal": opened.deal,
        "found": found,
        "there": found.instead(today, emergency=emergency) if found else None,
        "blocked": words.refusals(refusals) or blocked,
        "emergency": emergency,
        "may_give": may_give(opened, viewer),
        "form": reply.form or blank(through=_until(opened.deal, today, longest), key=token_urlsafe(16)),
        "problem": reply.problem,
        "today": today,
        "longest": longest,
        "people": _people(session, viewer, opened),
        "products": [(each.slug, deal_words.name(each.name)) for each in opened.deal.products],
        "choice": blank(person=request.query_params.get("person", ""), product=request.query_params.get("product", "")),
        "words": words,
        "deal_words": deal_words,
        "helps": summary.helps(found.standing.now, own=found.person.person_id == viewer.id) if found else [],
    }
    return page(request, "waivers/ask.html", context, status=reply.status)


def _until(deal: DealFacts, today: date, longest: date) -> date:
    """Return the last day to propose: an exception need not outlive its deal."""
    return min(longest, deal.close_date) if deal.close_date and deal.close_date >= today else longest


def _people(session: Session, viewer: Viewer, opened: Opened) -> list[tuple[str, str]]:
    members = [(each.email, each.name) for each in opened.deal.members]
    if not opened.may_change and not may_give(opened, viewer):
        return [each for each in members if each[0] == viewer.email]
    others = [(each.email, each.name) for each in lists.candidates(session, viewer, opened.led)]
    return list(dict.fromkeys([*members, *others]))


def waiver_page(
    request: Request,
    session: Session,
    viewer: Viewer,
    waiver_id: int,
    moment: datetime,
    *,
    part: str = "",
    reply: Reply = Reply(),
) -> Response:
    """Show one exception with all that is known about it, and what the viewer may do; `reply` is about one `part`."""
    seen = listing.reach(session, viewer)
    one = listing.opened(session, seen, waiver_id)
    (standing,) = standings_of(session, [one], moment)
    today = local_day(moment)
    stands = one.state(today)
    who, case = decider(session, viewer, one.person_id), standing.case(one.asked_by)
    refusals = decider_refusals(who, case)
    last = min(one.through, today + LONGEST)
    members = {each.person_id for each in standing.place.deal.members}
    context = {
        "one": one,
        "state": words.state(stands),
        "review": words.review(one.review) if one.review else None,
        "standing": standing,
        "deal_state": deal_words.state_of(standing.now.products[0]),
        "notes": _notes(session, one, standing, stands, members),
        "earlier": listing.before(session, one),
        "waits": stands is WaiverState.WAITING,
        "holds": stands is WaiverState.HOLDS,
        "may_decide": stands is WaiverState.WAITING and not refusals,
        "why_not": words.refusals(refusals) if stands is WaiverState.WAITING and (who.compliance or who.leads) else "",
        "may_end": may_end(one.asked_by, one.decided_by, stands, viewer),
        "may_review": one.to_review and not reviewer_refusals(who, case),
        "useless": standing.obstacle is not None,
        "sees_deal": seen.everything or not members.isdisjoint({viewer.id, *seen.led}),
        "forms": {"decide": blank(through=last), "end": blank(), "review": blank()}
        | ({part: reply.form} if reply.form else {}),
        "problem": reply.problem,
        "today": today,
        "longest": last,
        "words": words,
        "deal_words": deal_words,
        "helps": summary.helps(standing.now, own=one.person_id == viewer.id),
    }
    return page(request, "waivers/waiver.html", context, status=reply.status)


def _notes(session: Session, one: Listed, standing: Standing, stands: WaiverState, members: set[int]) -> list[str]:
    """Say what has become of the deal and its people, as far as it matters for the exception."""
    notes = []
    if stands in {WaiverState.WAITING, WaiverState.HOLDS}:
        if standing.obstacle:
            notes.append(words.obstacle(standing.obstacle, one.person))
        if one.person_id not in members:
            notes.append(_left(session, one) % {"person": one.person})
        if one.slug not in standing.place.deal.slugs:
            notes.append(_("The deal does not carry this product. The exception counts once it does."))
    if one.approved and one.decided_by in on_deal(standing.place.deal):
        notes.append(_("%(decider)s, who gave it, is on this deal now.") % {"decider": one.decider})
    return notes


def _left(session: Session, one: Listed) -> str:
    removed = session.scalar(
        select(col(Decision.id))
        .where(
            col(Decision.deal_id) == one.deal_id,
            col(Decision.person_id) == one.person_id,
            col(Decision.action) == "member.removed",
            col(Decision.decided_at) >= one.asked_at,
        )
        .limit(1)
    )
    if removed is not None:
        return _("%(person)s has left the deal. The exception counts only if they come back.")
    return _("%(person)s is not on the deal yet. The exception counts once they are added.")
