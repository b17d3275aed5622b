"""Pages of incidents: the list, a new one, the case with its decision, and what the person concerned reads."""

from datetime import date, datetime
from math import ceil
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app.catalog.queries import products
from app.clock import Now, Today
from app.database import SessionDep
from app.deals.currencies import offered
from app.deals.incidents import actions, pages, queries, reporting, words
from app.deals.incidents.actions import Decision
from app.deals.incidents.forms import DecisionForm, ListForm, ReportForm, StartForm
from app.deals.incidents.lessonroutes import router as lessons_router
from app.deals.incidents.queries import Filter
from app.deals.incidents.reporting import Source
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError
from app.people import limits
from app.people.access import CurrentPerson, SignedIn, allow
from app.people.forms import RowId
from app.people.models import Role
from app.redlines.checking import rule_set
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.paging import page_number
from app.web.templating import page, redirect

router = APIRouter(prefix="/incidents")
router.include_router(lessons_router)  # before the others, whose addresses have a number where these have a word

Reporter = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.TRAINER, Role.ADMIN))]
Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]
REPORTED_A_WINDOW = 40
"""Incidents that one person reports within `limits.WINDOW`."""


def _typed(request: Request) -> FormData:
    return FormData(list(request.query_params.multi_items()))


@router.get("")
def index(request: Request, session: SessionDep, person: Reporter, moment: Now) -> Response:
    """List the incidents that somebody may see, the open ones first."""
    form = bind(ListForm, _typed(request))
    wanted = form.data or ListForm()
    number = page_number(request)
    found, total = queries.listed(session, person, Filter(wanted.product, wanted.red_line, wanted.status), number)
    context = {
        "found": found,
        "total": total,
        "filter": blank(**wanted.model_dump()),
        "products": [(each.slug, each.name) for each in products(session)],
        "page": number,
        "pages": ceil(total / queries.PAGE),
        "words": words,
        "titles": {name: rule["title"] for name, rule in rule_set(session, (), moment).documents.items()},
        "lessons": person.has(Role.COMPLIANCE, Role.TRAINER),
    }
    return page(request, "incidents/list.html", context)


@router.get("/new")
def new(request: Request, session: SessionDep, person: Reporter, moment: Now, today: Today) -> Response:
    """Ask which product and day an incident is about, then what happened."""
    asked = bind(StartForm, _typed(request))
    start = asked.data or StartForm()
    come_from = reporting.source(session, person, start.deal, start.finding, moment)
    if come_from.finding and come_from.finding.incident_id:
        return redirect(request, f"/incidents/{come_from.finding.incident_id}")
    return _new_page(request, session, come_from, _started(start, come_from, today, asked))


def _started(start: StartForm, come_from: Source, today: date, asked: Bound[Any]) -> Bound[Any]:
    only = come_from.deal.slugs[0] if come_from.deal and len(come_from.deal.slugs) == 1 else ""
    finding = come_from.finding
    form = blank(
        key=token_urlsafe(24),
        product=(finding.slug if finding else start.product or only),
        happened_on=finding.sent_on if finding else start.on,
        currency=come_from.deal.currency if come_from.deal else "EUR",
        origin="complaint",
        red_line=finding.red_line if finding else "",
    )
    if start.on is not None and start.on > today:
        form.values["happened_on"] = ""
        form.errors["on"] = _("This day lies ahead. Choose today or an earlier day.")
    elif "on" in asked.errors:
        form.errors["on"] = asked.errors["on"]
    return form


def _new_page(
    request: Request, session: Session, come_from: Source, form: Bound[Any], problem: str = "", status: int = 200
) -> Response:
    choices = reporting.products_of(products(session), come_from)
    slug, day = form.get("product"), _day(form.get("happened_on"))
    ready = slug in dict(choices) and day is not None
    context = {
        "form": form,
        "start": Bound(values={"product": slug, "on": day or ""}, errors=form.errors),
        "come_from": come_from,
        "products": choices,
        "red_lines": reporting.red_line_choices(session, slug, day) if ready and day else [],
        "ready": ready,
        "day": day,
        "origins": words.origins(),
        "currencies": [(each, each) for each in offered()],
        "problem": problem,
    }
    return page(request, "incidents/new.html", context, status=status)


def _day(typed: Any) -> date | None:
    if isinstance(typed, date):
        return typed
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        return None


@router.post("")
def report(
    request: Request, session: SessionDep, person: Reporter, moment: Now, today: Today, raw: RawForm
) -> Response:
    """Store an incident; a second click stores one."""
    form = bind(ReportForm, raw)
    where = form.data or StartForm()
    come_from = reporting.source(session, person, where.deal, where.finding, moment)
    if come_from.finding and come_from.finding.incident_id:
        return redirect(request, f"/incidents/{come_from.finding.incident_id}")
    told = reporting.report_of(session, person, form, come_from, today)
    if told is None or form.data is None:
        return _new_page(request, session, come_from, form, status=422)
    limits.count(session, f"incident:{person.id}", REPORTED_A_WINDOW, moment)
    try:
        stored = actions.report(session, told, form.data.key, person, moment)
    except ConflictError as error:
        return _new_page(request, session, come_from, form, error.message, 409)
    if told.person_id == person.id:
        return redirect(request, "/incidents", _("It is on record. A colleague decides about it."))
    return redirect(request, f"/incidents/{stored.id}", _("It is on record."))


@router.get("/{incident_id}")
def show(request: Request, incident_id: RowId, session: SessionDep, person: Reporter, moment: Now) -> Response:
    """Show one incident with everything that belongs to it."""
    return pages.case_page(request, session, person, queries.opened(session, person, incident_id), moment)


@router.get("/{incident_id}/decision")
def show_decision(request: Request, incident_id: RowId, session: SessionDep, person: SignedIn) -> Response:
    """Show whom a confirmed incident is about what was decided, and why."""
    return pages.decision_page(request, session, person.id, queries.own(session, person.id, incident_id))


@router.post("/{incident_id}")
def decide(
    request: Request, incident_id: RowId, session: SessionDep, person: Compliance, moment: Now, raw: RawForm
) -> Response:
    """Dismiss an incident, or confirm it and say what follows."""
    incident = queries.opened(session, person, incident_id)
    form = bind(DecisionForm, raw)
    given = _given(session, incident, form)
    if given is None:
        return pages.case_page(request, session, person, incident, moment, form=form, status=422)
    try:
        actions.decide(session, incident_id, given, person, moment)
    except (ConflictError, ForbiddenError, InvalidError) as error:
        return _mended(request, session, person, incident_id, moment, form, error)
    said = _("Confirmed.") if given.outcome == "confirmed" else _("Dismissed.")
    return redirect(request, f"/incidents/{incident_id}", said)


def _given(session: Session, incident: queries.Facts, form: Bound[DecisionForm]) -> Decision | None:
    data = form.data
    if data is None:
        return None
    named = None
    if incident.person_id is None and data.person:
        named = queries.account(session, data.person, None)
        if named is None:
            form.wrong("person", _("There is no active account with this address."))
            return None
    return Decision(data.outcome, data.note, named, data.consequence, data.reason, data.deadline, data.to_discuss)


def _mended(
    request: Request,
    session: Session,
    person: CurrentPerson,
    incident_id: int,
    moment: datetime,
    form: Bound[Any],
    error: AppError,
) -> Response:
    now = queries.opened(session, person, incident_id)
    if isinstance(error, InvalidError) and "field" in error.context:
        form.wrong(error.context["field"], error.message)
        return pages.case_page(request, session, person, now, moment, form=form, status=422)
    return pages.case_page(request, session, person, now, moment, form=form, problem=error.message, status=error.status)
