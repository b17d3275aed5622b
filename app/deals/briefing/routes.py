"""The brief of a deal, for the team and for the customer."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.catalog import words as catalog_words
from app.clock import Now, Today
from app.database import SessionDep
from app.deals import lists, summary, words
from app.deals.briefing import queries
from app.deals.gate import states
from app.people.access import SignedIn
from app.web.templating import page

router = APIRouter(prefix="/deals/{reference}/brief")


@router.get("")
def show_brief(
    request: Request,
    reference: str,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    today: Today,
    view: str = "",
) -> Response:
    """Show what to have at hand; `?view=external` is the page that may be left with the customer."""
    deal = lists.opened(session, person, reference, moment).deal
    if view == "external":
        context = {"deal": deal, "products": queries.external(session, deal, moment), "catalog_words": catalog_words}
        return page(request, "briefing/external.html", context)
    (state,) = states(session, [deal], moment)
    context = {
        "deal": deal,
        "state": state,
        "verdict": summary.verdict(state, today),
        "products": queries.products(session, deal, moment),
        "notes": queries.notes(session, deal, moment),
        "names": {member.person_id: member.name for member in deal.members},
        "words": words,
        "catalog_words": catalog_words,
        "today": today,
    }
    return page(request, "briefing/brief.html", context)
