"""The rep's pages of sign-offs: what is asked, asking for it, what was said; and recordings."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app.catalog.queries import OpenProduct, open_product
from app.certification.signoffs import actions, queries, words
from app.certification.signoffs.actions import Showing
from app.certification.signoffs.assessing import router as assessing_router
from app.certification.signoffs.comparing import router as comparing_router
from app.certification.signoffs.forms import asking
from app.certification.signoffs.models import DemonstrationForm
from app.certification.signoffs.pages import status_of
from app.certification.signoffs.rubrics import rubric_of
from app.clock import Now
from app.database import SessionDep
from app.errors import AppError, ConflictError, NotFoundError
from app.people import limits
from app.people.access import CurrentPerson, SignedIn
from app.people.forms import RowId
from app.people.models import Role
from app.web.forms import Bound, blank, sent_form
from app.web.i18n import gettext as _
from app.web.ranges import ranged
from app.web.routing import gathered
from app.web.templating import page, redirect

# comparing comes before the other, whose addresses have a number where these have a word
router = gathered((comparing_router, assessing_router))

MOST_RECORDINGS = 10
"""Recordings that one person may send within `limits.WINDOW`."""

RubricId = Annotated[str, Path(max_length=80)]


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=8) as form:
        yield form


_Sent = Annotated[FormData, Depends(_read)]


@router.get("/products/{slug}/sign-offs/{rubric}")
def show(request: Request, slug: str, rubric: RubricId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show what a demonstration asks, and where the person stands with it."""
    return _page(request, session, person, open_product(session, slug), rubric, moment)


@router.post("/products/{slug}/sign-offs/{rubric}")
def ask(
    request: Request,
    slug: str,
    rubric: RubricId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    raw: _Sent,
) -> Response:
    """Ask for a demonstration to be looked at."""
    product = open_product(session, slug)
    asked = queries.rubric_in_force(session, product.id, rubric, moment)
    if asked is None:
        raise NotFoundError(_("The program does not ask for this demonstration."))
    form, recording = asking(raw, asked.rubric)
    if form.data is None:
        return _page(request, session, person, product, rubric, moment, form=form)
    if recording is not None:
        limits.count(session, f"recording:{person.id}", MOST_RECORDINGS, moment)
    showing = Showing(form.data.form, form.data.link, form.data.note, recording)
    try:
        actions.ask(session, person, product.id, rubric, showing, moment)
    except ConflictError as error:
        return _page(request, session, person, product, rubric, moment, form=form, wrong=error)
    return redirect(request, f"/products/{slug}/sign-offs/{rubric}", _("Sent. It waits for an assessor."))


@router.post("/products/{slug}/sign-offs/{rubric}/{request_id}/withdraw")
def withdraw(
    request: Request,
    slug: str,
    rubric: RubricId,
    request_id: RowId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
) -> Response:
    """Take a request back that nobody has decided yet."""
    product = open_product(session, slug)
    try:
        actions.withdraw(session, person, request_id, moment)
    except ConflictError as error:
        return _page(request, session, person, product, rubric, moment, wrong=error)
    return redirect(request, f"/products/{slug}/sign-offs/{rubric}", _("Withdrawn. You may ask again."))


def _page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    product: OpenProduct,
    rubric: str,
    moment: datetime,
    *,
    form: Bound[Any] | None = None,
    wrong: AppError | None = None,
) -> Response:
    asked = queries.rubric_in_force(session, product.id, rubric, moment)
    past = queries.history(session, person.id, product.id, rubric)
    if asked is None and not past:
        raise NotFoundError(_("The program does not ask for this demonstration."))
    waiting = queries.open_request(session, person.id, product.id, rubric)
    described = asked.rubric if asked else rubric_of({}, rubric)
    context = {
        "product": product,
        "asked": asked,
        "rubric": described,
        "waiting": waiting,
        "waited": words.waited(waiting.asked_at, moment) if waiting else "",
        "file": queries.recordings(session, [waiting.id]).get(waiting.id) if waiting else None,
        "past": past,
        "versions": queries.program_versions(session, [each.said for each in past if each.said]),
        "forms": [(each, words.form_name(DemonstrationForm(each))) for each in described.forms],
        "form": form or blank(form=described.forms[0]),
        "wrong": wrong.message if wrong else "",
        "words": words,
    }
    return page(request, "signoffs/ask.html", context, status=status_of(form, wrong))


@router.get("/recordings/{recording_id}")
def show_recording(request: Request, recording_id: RowId, session: SessionDep, person: SignedIn) -> Response:
    """Give a recording to its rep and to assessors, as a file that nothing runs, and in parts to a player."""
    found = queries.recording(session, recording_id)
    if found is None or not (found.person_id == person.id or person.has(Role.TRAINER)):
        raise NotFoundError(_("There is no such recording, or it is not for you."))
    return ranged(
        request,
        lambda start, length: queries.recording_bytes(session, found.id, start, length),
        size=found.size,
        digest=found.digest,
        content_type=found.content_type,
        headers={
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        },
    )
