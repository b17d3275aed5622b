"""The pages of the gate: what each is rendered from."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import local_day
from app.deals import words as deal_words
from app.deals.policies import words
from app.deals.policies.actions import check_days
from app.deals.policies.dryrun import MOST_DEALS
from app.deals.policies.forms import MOST_ROWS, Sheet
from app.deals.policies.history import SetPolicy
from app.deals.policies.pool import known_regions, pools
from app.deals.policies.rules import phase
from app.deals.policies.views import Opened, Tried, glances, new_sheet, roles_of, tried, withdrawn
from app.errors import InvalidError
from app.people.access import CurrentPerson
from app.people.forms import show_errors
from app.people.models import Role
from app.web.forms import Bound
from app.web.templating import page, wants_fragment

MOST_SHOWN = 50
"""How many people or deals a list names; the rest are counted."""
KEEPERS = (Role.COMPLIANCE, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Reply:
    """How a page answers a form: its status, what went wrong with all of it, and which part htmx gets."""

    status: int = 200
    problem: str = ""
    fragment: str | None = None


def index_page(request: Request, session: Session, person: CurrentPerson, moment: datetime) -> Response:
    """Show every product with what the gate asks now and next."""
    context = {"glances": glances(session, moment), "words": words, "may_change": person.has(*KEEPERS)}
    return page(request, "gate/list.html", context)


def product_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    found: Opened,
    moment: datetime,
    *,
    sheet: Sheet | None = None,
    reply: Reply | None = None,
) -> Response:
    """Show one product: its days and, to those who may change them, the form with what it would do."""
    reply = reply or Reply()
    today = local_day(moment)
    context: dict[str, Any] = {
        "found": found,
        "program": found.program,
        "words": words,
        "today": today,
        "problem": reply.problem,
        "may_change": person.has(*KEEPERS),
    }
    if found.program and person.has(*KEEPERS):
        sheet = sheet or new_sheet(found, found.program, today)
        context |= _editor(session, found, sheet, moment)
    if not (reply.fragment and wants_fragment(request)):
        context["pools"] = (
            pools(session, found.product.id, found.now.policy, found.program, moment) if found.program else []
        )
    return page(request, "gate/product.html", context, fragment=reply.fragment, status=reply.status)


def _editor(session: Session, found: Opened, sheet: Sheet, moment: datetime) -> dict[str, Any]:
    assert found.program is not None  # noqa: S101 (asked for by the caller)
    return {
        "sheet": sheet,
        "form": sheet.form,
        "tried": _tried(session, found, sheet, moment),
        "levels": words.levels(found.program),
        "roles": roles_of(found),
        "stages": deal_words.stages(),
        "regions": known_regions(session),
        "most_rows": MOST_ROWS,
        "most_deals": MOST_DEALS,
        "most_shown": MOST_SHOWN,
    }


def _tried(session: Session, found: Opened, sheet: Sheet, moment: datetime) -> Tried | None:
    """Try out what was typed, where it can be read; what is wrong with the days is said in the form."""
    days = _days(sheet)
    if sheet.document is None or days is None or found.program is None:
        return None
    try:
        check_days(*days, local_day(moment))
    except InvalidError as error:
        show_errors(sheet.form, error)
        return None
    return tried(session, found, found.program, sheet.document, days, moment)


def _days(sheet: Sheet) -> tuple[date, date | None] | None:
    """Return the first and the last day as typed."""
    try:
        starts_on, ends_on = (sheet.form.get(name) for name in ("starts_on", "ends_on"))
        return date.fromisoformat(starts_on.strip()), date.fromisoformat(ends_on.strip()) if ends_on.strip() else None
    except ValueError:
        return None


def withdraw_page(
    request: Request,
    session: Session,
    found: Opened,
    policy: SetPolicy,
    form: Bound[Any],
    moment: datetime,
    *,
    reply: Reply | None = None,
) -> Response:
    """Ask whether a policy is to be taken back or ended, and say what that would do."""
    reply = reply or Reply()
    today = local_day(moment)
    context = {
        "found": found,
        "program": found.program,
        "made": policy,
        "phase": phase(policy.term, today),
        "trial": withdrawn(session, found, policy, moment),
        "form": form,
        "words": words,
        "today": today,
        "problem": reply.problem,
        "most_deals": MOST_DEALS,
        "most_shown": MOST_SHOWN,
    }
    return page(request, "gate/withdraw.html", context, status=reply.status)
