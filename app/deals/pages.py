"""What the pages of deals show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.catalog.queries import products
from app.catalog.words import industry
from app.certification.words import days_left
from app.clock import local_day
from app.deals import summary, words
from app.deals.briefing.excerpt import excerpt
from app.deals.colleagues import Standing, standings, supervising
from app.deals.currencies import offered
from app.deals.facts import DealFacts
from app.deals.fieldnotes.pages import on_deal as field_notes_of
from app.deals.gate import DealState, states
from app.deals.lists import Candidate, Opened, Viewer, candidates
from app.deals.proposals import MOST_CONTACTS
from app.deals.queries import Answer
from app.deals.timeline import PAGE, RECENT, timeline
from app.deals.waivers.on_deal import asks_of, on_deal
from app.people.models import Role
from app.web.asof import AsOf
from app.web.forms import Bound, blank
from app.web.templating import page

NAMED = 3
"""Cleared colleagues who are named in a refusal."""
EMPTY_ROWS = 3
"""Rows to write more of the customer's people into."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page says about a change that was not stored: who stopped it, or what else was in the way."""

    status: int = 200
    refused: tuple[Answer, ...] = ()
    problem: str = ""
    form: Bound[Any] | None = None


def deal_page(
    request: Request,
    session: Session,
    viewer: Viewer,
    opened: Opened,
    as_of: datetime,
    *,
    then: AsOf | None = None,
    reply: Reply = Reply(),
) -> Response:
    """Show a deal as of a moment; of a past one, as `then` says, nothing can be changed."""
    past = then is not None and then.past
    deal = opened.deal
    (state,) = states(session, [deal], as_of)
    today = local_day(as_of)
    may_change = opened.may_change and not past
    others = standings(session, viewer, opened, as_of) if may_change else []
    beside = supervising(session, state, others, as_of)
    recent = timeline(session, deal.id, as_of, size=RECENT)
    context = {
        "deal": deal,
        "state": state,
        "verdict": summary.verdict(state, today),
        "refused": summary.refused(reply.refused),
        "ask_links": asks_of(deal, reply.refused),
        "exceptions": None if past else on_deal(session, viewer, opened, state, today),
        "in_grace": [answer for answer in reply.refused if summary.may_be_supervised(answer)],
        "problem": reply.problem,
        "form": reply.form or blank(role="account-manager"),
        "others": others,
        "cleared": [each for each in others if each.answer.allowed],
        "recent": recent,
        "names": {each.slug: words.name(each.name) for each in deal.products},
        "brief": excerpt(session, deal, as_of),
        "field_notes": None if past else field_notes_of(session, viewer.id, deal),
        "may_report": bool(viewer.roles - {Role.REP}),
        "may_change": may_change,
        "as_of": as_of,
        "then": then,
        "past": past,
        "today": today,
        "present": then.today if then is not None else today,
        "words": words,
        "days_left": days_left,
        "industry_name": industry,
        "summary": summary,
        "supervisors": supervisors(state, others),
        "beside": beside,
        "named": NAMED,
    }
    status = then.status if then is not None and then.wrong else reply.status
    return page(request, "deals/deal.html", context, status=status)


def history_page(request: Request, session: Session, deal: DealFacts, as_of: datetime, number: int) -> Response:
    """Show everything that was decided about a deal, a page at a time."""
    context = {
        "deal": deal,
        "timeline": timeline(session, deal.id, as_of, page=number),
        "number": number,
        "size": PAGE,
        "names": {each.slug: words.name(each.name) for each in products(session)},
        "words": words,
    }
    return page(request, "deals/history.html", context)


def supervisors(state: DealState, others: Sequence[Standing]) -> list[Candidate]:
    """Return those who are cleared alone or supervise already: of the team first, then of the others."""
    named = {member.supervisor_id for member in state.deal.members}
    everybody = [(Candidate(member.person_id, member.email, member.name), answer) for member, answer in state.team]
    everybody += [(each.person, each.answer) for each in others]
    return [person for person, answer in everybody if _alone(answer) or person.id in named]


def _alone(answer: Answer) -> bool:
    return all(each.certified for each in answer.products)


def owners(session: Session, viewer: Viewer, led: Collection[int]) -> list[tuple[str, str]]:
    """Return (address, name) of those who may own what somebody creates: managers choose among whom they lead."""
    if Role.ADMIN not in viewer.roles and not led:
        return [(viewer.email, viewer.name)]
    found = candidates(session, viewer, led)
    if Role.ADMIN not in viewer.roles:
        found = [each for each in found if each.id == viewer.id or each.id in set(led)]
    return [(each.email, each.name) for each in found]


def new_page(
    request: Request, session: Session, choices: Sequence[tuple[str, str]], form: Bound[Any], reply: Reply = Reply()
) -> Response:
    """Show the form of a new deal, with those who may own it."""
    context = {"form": form, "owners": choices, "refused": summary.refused(reply.refused), **_choices(session)}
    return page(request, "deals/new.html", context, status=reply.status)


def edit_page(
    request: Request,
    session: Session,
    deal: DealFacts,
    *,
    products_form: Bound[Any] | None = None,
    outcome_form: Bound[Any] | None = None,
    contacts_form: Bound[Any] | None = None,
    reply: Reply = Reply(),
) -> Response:
    """Show all of a deal but its team for changing."""
    context = {
        "deal": deal,
        "form": reply.form or stored_form(deal),
        "products_form": products_form or blank(products=list(deal.slugs)),
        "refused": summary.refused(reply.refused),
        "ask_links": asks_of(deal, reply.refused),
        "problem": reply.problem,
        "outcome_form": outcome_form or blank(outcome="won"),
        "contacts_form": contacts_form or _contacts_form(deal),
        "customer_roles": words.customer_roles(),
        "words": words,
        **_choices(session, deal),
    }
    return page(request, "deals/edit.html", context, status=reply.status)


def _contacts_form(deal: DealFacts) -> Bound[Any]:
    """Give a row for each of the customer's people and a few empty ones."""
    empty = [""] * min(EMPTY_ROWS, MOST_CONTACTS - len(deal.contacts))
    return blank(
        contact_name=[*(each.name for each in deal.contacts), *empty],
        contact_role=[*(each.role for each in deal.contacts), *empty],
        contact_note=[*(each.note for each in deal.contacts), *empty],
    )


def stored_form(deal: DealFacts) -> Bound[Any]:
    """Give the form of a deal's facts as they are stored."""
    names = ("name", "account", "amount", "currency", "stage", "close_date", "region", "industry")
    return blank(**{name: getattr(deal, name) for name in names})


def _choices(session: Session, stored: DealFacts | None = None) -> dict[str, Any]:
    """Return what there is to choose from; what a deal brought from elsewhere is among it."""
    return {
        "stages": words.stages(),
        "industries": words.industries(stored.industry if stored else None),
        "currencies": [(each, each) for each in offered(stored.currency if stored else "")],
        "products": [(each.slug, words.name(each.name)) for each in products(session)],
    }
