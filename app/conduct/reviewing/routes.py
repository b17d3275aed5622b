"""Pages of compliance: what waits, one text with its findings, and how well the red lines hit."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import FormData

from app.certification.sanctions.queries import waiting as waiting_appeals
from app.certification.sanctions.rules import RECERTIFY_DAYS
from app.certification.sanctions.words import proposal
from app.clock import Now, local_day
from app.conduct import marks
from app.conduct.reviewing import actions, listing, words
from app.conduct.reviewing.actions import Decision
from app.conduct.reviewing.forms import DecisionForm, OpeningForm, QueueFilter, ViolationForm
from app.conduct.reviewing.ladder import CONSEQUENCE_OF
from app.conduct.reviewing.queries import waits
from app.conduct.reviewing.reading import Review, Reviewed, review
from app.conduct.reviewing.recording import Following
from app.conduct.reviewing.rules import closed
from app.conduct.reviewing.scoring import ORDERS, scored
from app.database import SessionDep
from app.errors import AppError, ConflictError, InvalidError, NotFoundError
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.redlines.packs.queries import versions
from app.redlines.reviewing.queries import waiting
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/review")

Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def show_queue(request: Request, session: SessionDep, person: Compliance, moment: Now) -> Response:
    """Show what waits for compliance: red lines, packs, and texts with findings."""
    form = bind(QueueFilter, FormData(list(request.query_params.multi_items())))
    wanted = form.data or QueueFilter()
    context = {
        "red_lines": waiting(session),
        "packs": [each for each in versions(session) if each.approved_at is None],
        "listing": listing.texts(session, wanted, person.id),
        "waits": waits(session, person.id),
        "appeals": waiting_appeals(session, person.id, person.email, local_day(moment)),
        "filter": blank(**wanted.model_dump()),
        "older": _older(request),
        "products": listing.product_choices(session),
        "found": listing.red_line_choices(session),
        "words": words,
        "marks": marks,
    }
    return page(request, "review/queue.html", context, fragment="texts")


def _older(request: Request) -> str:
    """Return the address of this list, to which the beginning of the next page is added."""
    kept = request.url.remove_query_params("before").query
    return f"/review?{kept}&" if kept else "/review?"


@router.get("/rules")
def show_rules(request: Request, session: SessionDep, _person: Compliance, moment: Now) -> Response:
    """Show how well each red line hits."""
    asked = request.query_params.get("sort", "")
    sort = asked if asked in ORDERS else "found"
    context = {"rules": scored(session, sort, moment), "sort": sort, "words": words}
    return page(request, "review/rules.html", context)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A form that has to be mended, of the finding `of` or of the name, and what is to be said above the page."""

    name: str = ""
    of: int = 0
    form: Bound[Any] = field(default_factory=blank)
    message: str = ""
    status: int = 422


@router.get("/texts/{text_id}")
def show_text(request: Request, text_id: Id, session: SessionDep, person: Compliance, moment: Now) -> Response:
    """Show a text with its findings; not whose it is."""
    return _page(request, review(session, text_id, person.id, moment), local_day(moment))


def _page(request: Request, found: Review, today: date, wrong: _Wrong | None = None) -> Response:
    wrong = wrong or _Wrong(status=200)
    context = {
        "text": found,
        "pieces": marks.pieces(found.text, found.findings) if found.forgotten_at is None else [],
        "wrong": wrong,
        "blank": blank,
        "closed": closed,
        "words": words,
        "marks": marks,
        "kind_of": {consequence.value: kind.value for kind, consequence in CONSEQUENCE_OF.items()},
        "proposal": proposal,
        "recertify_by": today + timedelta(days=RECERTIFY_DAYS),
    }
    return page(request, "review/text.html", context, status=wrong.status)


@router.post("/texts/{text_id}/name")
def open_name(
    request: Request, text_id: Id, session: SessionDep, person: Compliance, moment: Now, raw: RawForm
) -> Response:
    """Open the name behind a text, with a reason that is put on record."""
    found = review(session, text_id, person.id, moment)
    form = bind(OpeningForm, raw)
    if form.data is None:
        return _page(request, found, local_day(moment), _Wrong("name", 0, form))
    actions.open_name(session, text_id, person, form.data.reason, moment)
    return redirect(request, f"/review/texts/{text_id}", _("The name is open to you. That is on record."))


def _finding(found: Review, finding_id: int) -> Reviewed:
    for each in found.findings:
        if each.id == finding_id:
            return each
    raise NotFoundError(_("This finding is no longer made: the red lines have changed."))


@router.post("/texts/{text_id}/findings/{finding_id}")
def decide(
    request: Request,
    text_id: Id,
    finding_id: Id,
    session: SessionDep,
    person: Compliance,
    moment: Now,
    raw: RawForm,
) -> Response:
    """Decide about a finding, or decide again."""
    found = review(session, text_id, person.id, moment)
    each = _finding(found, finding_id)
    form = bind(DecisionForm, raw)
    if form.data is None:
        return _page(request, found, local_day(moment), _Wrong("decision", finding_id, form))
    given = Decision(form.data.disposition, form.data.note, form.data.original, form.data.seen)
    try:
        actions.decide(session, each.case, finding_id, given, person, moment)
    except (ConflictError, InvalidError) as error:
        wrong = _mend("decision", finding_id, form, error)
        return _page(request, review(session, text_id, person.id, moment), local_day(moment), wrong)
    return redirect(request, f"/review/texts/{text_id}#f{each.number}", _("Decided."))


@router.post("/texts/{text_id}/findings/{finding_id}/violation")
def follow(
    request: Request,
    text_id: Id,
    finding_id: Id,
    session: SessionDep,
    person: Compliance,
    moment: Now,
    raw: RawForm,
) -> Response:
    """Say what follows from a confirmed finding."""
    found = review(session, text_id, person.id, moment)
    each = _finding(found, finding_id)
    form = bind(ViolationForm, raw)
    if form.data is None:
        return _page(request, found, local_day(moment), _Wrong("violation", finding_id, form))
    given = Following(form.data.consequence, _product(each, form.data.product), form.data.reason, form.data.deadline)
    try:
        actions.follow(session, each.case, finding_id, given, person, moment)
    except (ConflictError, InvalidError) as error:
        wrong = _mend("violation", finding_id, form, error)
        return _page(request, review(session, text_id, person.id, moment), local_day(moment), wrong)
    return redirect(request, f"/review/texts/{text_id}#f{each.number}", _("It is on record."))


def _product(each: Reviewed, slug: str) -> int | None:
    """Return the product that was chosen, or the only one there is; None where none of them is meant."""
    if len(each.holders) == 1:
        return each.holders[0].id
    return next((holder.id for holder in each.holders if holder.slug == slug), None)


def _mend(name: str, of: int, form: Bound[Any], error: AppError) -> _Wrong:
    if isinstance(error, InvalidError) and "field" in error.context:
        form.wrong(error.context["field"], error.message)
        return _Wrong(name, of, form)
    return _Wrong(name, of, form, error.message, error.status)
