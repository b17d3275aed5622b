"""Pages of field notes: written on a deal, the queue of the trainers, one note with its answer."""

from math import ceil
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app.catalog.queries import products
from app.clock import Now
from app.database import SessionDep
from app.deals import lists
from app.deals.facts import DealFacts
from app.deals.fieldnotes import actions, pages, queries, words
from app.deals.fieldnotes.actions import Heard
from app.deals.fieldnotes.content import parts
from app.deals.fieldnotes.forms import AnswerForm, CloseForm, ListForm, NoteForm
from app.deals.fieldnotes.models import NoteRoot
from app.deals.fieldnotes.queries import Filter
from app.errors import ConflictError, ForbiddenError
from app.people import limits
from app.people.access import CurrentPerson, SignedIn, Trainer
from app.people.forms import RowId
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.paging import page_number
from app.web.templating import page, redirect

router = APIRouter()

WRITTEN_A_WINDOW = 40
"""Field notes of one person within `limits.WINDOW`."""


@router.post("/deals/{reference}/field-notes")
def write(
    request: Request, reference: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Write down what a customer said; a second click stores one note."""
    deal = lists.opened(session, person, reference, moment).deal
    if deal.member(person.email) is None:
        raise ForbiddenError(_("Field notes are written by those who are on the deal."))
    form = bind(NoteForm, raw)
    heard = _heard(deal, form)
    if heard is None or form.data is None:
        return _write_page(request, session, person, deal, form, status=422)
    limits.count(session, f"field-note:{person.id}", WRITTEN_A_WINDOW, moment)
    try:
        actions.write(session, deal.id, heard, form.data.key, person, moment)
    except ConflictError as error:
        return _write_page(request, session, person, deal, form, problem=error.message, status=409)
    return redirect(request, f"{_address(deal)}#field-notes", _("Written down. A trainer of the product answers it."))


def _address(deal: DealFacts) -> str:
    return f"/deals/{quote(deal.reference, safe='')}"


def _heard(deal: DealFacts, form: Bound[NoteForm]) -> Heard | None:
    data = form.data
    if data is None:
        return None
    product = next((each for each in deal.products if each.slug == data.product), None)
    if product is None:
        form.wrong("product", _("Choose one of the list."))
        return None
    return Heard(product.id, data.kind, data.text, data.root, data.root_text)


def _write_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    deal: DealFacts,
    form: Bound[Any],
    *,
    problem: str = "",
    status: int,
) -> Response:
    context = {"deal": deal, "field_notes": pages.on_deal(session, person.id, deal, form=form), "problem": problem}
    return page(request, "fieldnotes/write.html", context, status=status)


@router.get("/field-notes")
def show_queue(request: Request, session: SessionDep, _trainer: Trainer, moment: Now) -> Response:
    """Show what customers said, the oldest first, and how often each root is named."""
    asked = bind(ListForm, FormData(list(request.query_params.multi_items())))
    wanted = asked.data or ListForm()
    number = page_number(request)
    found, total = queries.queue(session, Filter(**wanted.model_dump()), number)
    context = {
        "found": [(each, words.age(each.at, moment)) for each in found],
        "total": total,
        "patterns": queries.patterns(session),
        "roots": list(NoteRoot),
        "filter": blank(**wanted.model_dump()),
        "products": [(each.slug, each.name) for each in products(session)],
        "page": number,
        "pages": ceil(total / queries.PAGE),
        "words": words,
    }
    return page(request, "fieldnotes/queue.html", context)


@router.get("/field-notes/{note_id}")
def show(request: Request, note_id: RowId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show one note."""
    return pages.note_page(request, session, person, queries.note(session, person, note_id), moment)


@router.post("/field-notes/{note_id}/take")
def take(request: Request, note_id: RowId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Say that one will answer a note."""
    queries.note(session, person, note_id)
    try:
        actions.take(session, note_id, person, moment)
    except ConflictError as error:
        return _stopped(request, session, person, note_id, moment, error)
    return redirect(request, f"/field-notes/{note_id}", _("It is yours to answer."))


@router.post("/field-notes/{note_id}/give-back")
def give_back(request: Request, note_id: RowId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Let another trainer answer a note."""
    queries.note(session, person, note_id)
    try:
        actions.give_back(session, note_id, person, moment)
    except ConflictError as error:
        return _stopped(request, session, person, note_id, moment, error)
    return redirect(request, "/field-notes", _("Given back. Another trainer may take it."))


@router.post("/field-notes/{note_id}/answer")
def answer(
    request: Request, note_id: RowId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Answer a note; its author is told."""
    form = bind(AnswerForm, raw)
    note = queries.note(session, person, note_id)
    led_to = _led_to(session, note, form, moment)
    if led_to is None or form.data is None:
        return pages.note_page(request, session, person, note, moment, form=form, status=422)
    try:
        actions.answer(session, note_id, form.data.answer, led_to, person, moment)
    except ConflictError as error:
        return _stopped(request, session, person, note_id, moment, error, form)
    return redirect(request, f"/field-notes/{note_id}", _("Answered. Who wrote it is told."))


@router.post("/field-notes/{note_id}/close")
def close(
    request: Request, note_id: RowId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Close a note that is answered."""
    form = bind(CloseForm, raw)
    note = queries.note(session, person, note_id)
    led_to = _led_to(session, note, form, moment)
    if led_to is None or form.data is None:
        return pages.note_page(request, session, person, note, moment, form=form, status=422)
    try:
        actions.close(session, note_id, led_to, person, moment)
    except ConflictError as error:
        return _stopped(request, session, person, note_id, moment, error, form)
    return redirect(request, f"/field-notes/{note_id}", _("Closed."))


def _led_to(
    session: Session, note: queries.Note, form: Bound[AnswerForm] | Bound[CloseForm], moment: Now
) -> str | None:
    if form.data is None:
        return None
    content: dict[str, Any] = dict(parts(session, note.product_id, note.slug, moment))
    return pages.said_led_to(form.data.led_to, form.data.led_to_words, content, form)


def _stopped(
    request: Request,
    session: Session,
    person: CurrentPerson,
    note_id: int,
    moment: Now,
    error: ConflictError,
    form: Bound[Any] | None = None,
) -> Response:
    now = queries.note(session, person, note_id)
    return pages.note_page(request, session, person, now, moment, form=form, problem=error.message, status=409)
