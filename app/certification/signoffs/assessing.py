"""The assessors' pages of sign-offs: the queue, taking one, judging and signing it, and starting one unasked."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session

from app.catalog.queries import open_product, products
from app.certification.interests import gains
from app.certification.signoffs import actions, queries, queues, words
from app.certification.signoffs.actions import Showing
from app.certification.signoffs.forms import StartForm, TakeForm
from app.certification.signoffs.models import DemonstrationForm
from app.certification.signoffs.pages import judging_page
from app.certification.signoffs.rubrics import VersionedRubric, rubric_of
from app.certification.signoffs.rules import Shown
from app.certification.signoffs.signing import signed_judgement
from app.clock import Now
from app.database import SessionDep
from app.errors import AppError, ConflictError, NotFoundError
from app.people.access import CurrentPerson, Trainer, allow
from app.people.forms import RowId
from app.people.models import Person, Role
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/sign-offs")

Reader = Annotated[CurrentPerson, Depends(allow(Role.TRAINER, Role.COMPLIANCE))]

SHOWN = 100
"""Demonstrations of the queue on its page: the oldest ones, which come first anyway."""


@router.get("")
def show_queue(
    request: Request, session: SessionDep, person: Trainer, moment: Now, show: str = "", product: str = ""
) -> Response:
    """List what waits for an assessor, the oldest first."""
    shown = Shown(show) if show in set(Shown) else Shown.ALL
    queued = queues.queue(session, person.id, SHOWN, shown, product)
    names = queues.rubric_names(session, moment)
    context = {
        "queued": [
            (
                each,
                names.get((each.slug, each.rubric), rubric_of({}, each.rubric).name),
                words.waited(each.since, moment),
            )
            for each in queued
        ],
        "count": queues.waits(session, person.id, shown, product).count,
        "gains": gains(session, person.id, moment),
        "seconds": queues.waits(session, person.id, Shown.SECOND).count,
        "shown": shown,
        "product": product,
        "products": [(each.slug, each.name) for each in products(session)],
        "me": person.id,
        "words": words,
    }
    return page(request, "signoffs/queue.html", context)


@router.get("/people/{person_id}/{slug}/{rubric}")
def show_start(
    request: Request,
    person_id: RowId,
    slug: str,
    rubric: Annotated[str, Path(max_length=80)],
    session: SessionDep,
    person: Trainer,
    moment: Now,
) -> Response:
    """Ask in which form a trainer saw a rep who had not asked."""
    return _start_page(request, session, person, person_id, slug, rubric, moment)


@router.post("/people/{person_id}/{slug}/{rubric}")
def start(
    request: Request,
    person_id: RowId,
    slug: str,
    rubric: Annotated[str, Path(max_length=80)],
    session: SessionDep,
    person: Trainer,
    moment: Now,
    raw: RawForm,
) -> Response:
    """Make the request of a rep who had not asked, and take it."""
    form = bind(StartForm, raw)
    if form.data is None:
        return _start_page(request, session, person, person_id, slug, rubric, moment, form)
    product = open_product(session, slug)
    made = actions.start(session, person, person_id, product.id, rubric, Showing(form.data.form), moment)
    return redirect(request, f"/sign-offs/{made.id}/assess")


def _start_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    person_id: int,
    slug: str,
    rubric: str,
    moment: datetime,
    form: Bound[Any] | None = None,
) -> Response:
    product = open_product(session, slug)
    asked = queries.rubric_in_force(session, product.id, rubric, moment)
    rep = session.get(Person, person_id)
    if asked is None or rep is None or rep.deactivated_at is not None:
        raise NotFoundError(_("There is no such person, or the program does not ask for this demonstration."))
    why = actions.why_not(session, person.id, person_id, product.id, moment)
    context = {
        "rep": rep,
        "product": product,
        "rubric": asked.rubric,
        "refused": words.refusal(why) if why else "",
        "waiting": queries.open_request(session, person_id, product.id, rubric),
        "forms": [
            (each.value, words.form_name(each)) for each in DemonstrationForm if each.value in asked.rubric.forms
        ],
        "form": form or blank(form=asked.rubric.forms[0]),
    }
    return page(request, "signoffs/start.html", context, status=422 if form else 200)


@router.get("/{request_id}")
def show_request(request: Request, request_id: RowId, session: SessionDep, person: Reader, moment: Now) -> Response:
    """Show a demonstration, with what was said of it unless the reader may be asked to look at it again."""
    found = queries.request_by_id(session, request_id)
    if found.person_id == person.id:
        return redirect(request, f"/products/{found.slug}/sign-offs/{found.rubric}")
    return _request_page(request, session, person, found, moment)


def _request_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    found: queries.Request,
    moment: datetime,
    wrong: AppError | None = None,
) -> Response:
    first, second = queries.said_of(session, found.id)
    asked = _rubric(session, found, first, moment)
    judged_by = first.assessor_id if first else None
    why = actions.why_not(session, person.id, found.person_id, found.product_id, moment, judged_by)
    assesses = person.has(Role.TRAINER)
    # whoever may still be asked for a second look must not learn here what the first one said
    blind = bool(first and first.second_wanted and second is None and assesses and why is None)
    past = [] if blind else queries.history(session, found.person_id, found.product_id, found.rubric)
    past = [each for each in past if each.request is None or each.request.id != found.id]
    said = [each for each in (first, second) if each is not None and not blind]
    context = {
        "found": found,
        "file": queries.recordings(session, [found.id]).get(found.id),
        "rubric": asked.rubric if asked else rubric_of({}, found.rubric),
        "asked": asked,
        "said": said,
        "blind": blind,
        "past": past,
        "versions": queries.program_versions(session, [*said, *(each.said for each in past if each.said)]),
        "waited": words.waited(found.asked_at, moment),
        "refused": words.refusal(why) if why and not first else "",
        "assesses": assesses,
        "me": person.id,
        "wrong": wrong.message if wrong else "",
        "words": words,
    }
    return page(request, "signoffs/request.html", context, status=wrong.status if wrong else 200)


def _rubric(
    session: Session, found: queries.Request, first: queries.Said | None, moment: datetime
) -> VersionedRubric | None:
    if first is not None:
        return queries.judged_by(session, first, found.rubric)
    return queries.rubric_in_force(session, found.product_id, found.rubric, moment)


@router.post("/{request_id}/take")
def take(
    request: Request, request_id: RowId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Say that one will judge this."""
    form = bind(TakeForm, raw)
    try:
        actions.take(session, person, request_id, moment, form.data.over if form.data else 0)
    except ConflictError as error:
        return _request_page(request, session, person, queries.request_by_id(session, request_id), moment, error)
    return redirect(request, f"/sign-offs/{request_id}/assess", _("It is yours to judge."))


@router.post("/{request_id}/give-back")
def give_back(request: Request, request_id: RowId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Leave it to somebody else."""
    try:
        actions.give_back(session, person, request_id, moment)
    except ConflictError as error:
        return _request_page(request, session, person, queries.request_by_id(session, request_id), moment, error)
    return redirect(request, "/sign-offs", _("Given back. It waits for somebody else."))


@router.get("/{request_id}/assess")
def show_assess(request: Request, request_id: RowId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Show a demonstration with the rubric to fill in and sign."""
    found = queries.request_by_id(session, request_id)
    if found.closed_at is not None:
        return redirect(request, f"/sign-offs/{request_id}")
    return _assess_page(request, session, person, found, moment)


@router.post("/{request_id}/assess")
def assess(
    request: Request, request_id: RowId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Store a judgement that its assessor signed with their password."""
    found = queries.request_by_id(session, request_id)
    asked = queries.rubric_in_force(session, found.product_id, found.rubric, moment)
    if asked is None:
        raise ConflictError(_("The program does not ask for this demonstration any more. Nothing was stored."))
    actions.refuse_assessor(session, person.id, found.person_id, found.product_id, moment)
    form, judged = signed_judgement(session, person, raw, asked.rubric, moment)
    if judged is None:
        return _assess_page(request, session, person, found, moment, form=form)
    try:
        actions.decide(session, person, request_id, judged, moment)
    except ConflictError as error:
        stored = queries.request_by_id(session, request_id)
        return _assess_page(request, session, person, stored, moment, form=form, wrong=error)
    return redirect(request, f"/sign-offs/{request_id}", _("Signed. %(name)s reads it now.") % {"name": found.rep})


def _assess_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    found: queries.Request,
    moment: datetime,
    *,
    form: Bound[Any] | None = None,
    wrong: AppError | None = None,
) -> Response:
    asked = queries.rubric_in_force(session, found.product_id, found.rubric, moment)
    if asked is None:
        raise ConflictError(_("The program does not ask for this demonstration any more. Nothing was stored."))
    actions.refuse_assessor(session, person.id, found.person_id, found.product_id, moment)
    past = queries.history(session, found.person_id, found.product_id, found.rubric)
    past = [each for each in past if each.request is None or each.request.id != found.id]
    return judging_page(request, session, found, asked, past=past, form=form, wrong=wrong)
