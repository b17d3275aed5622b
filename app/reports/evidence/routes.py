"""Pages where somebody takes an evidence pack about a person, a product or a deal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from app.catalog.queries import product_by_slug, products
from app.catalog.text import Text, localized
from app.clock import Now
from app.database import Database, SessionDep, reads
from app.deals.facts import deals_by_reference
from app.deals.lists import opened
from app.errors import NotFoundError
from app.people.access import CurrentPerson, SignedIn, allow
from app.people.forms import RowId
from app.people.models import Role
from app.reports import record as reading
from app.reports.evidence.actions import record_pack
from app.reports.evidence.packing import pack
from app.reports.evidence.queries import begun_at
from app.reports.evidence.subjects import Kind, Subject, Wanted
from app.reports.queries import branch
from app.web.asof import as_of
from app.web.forms import Bound, Form, RawForm, bind, blank
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page

router = APIRouter()

Leader = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN))]
Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]
_PIECE = 256 * 1024


class PackForm(Form):
    """The last day that counts, and whether recordings come along."""

    as_of: str = Field(default="", max_length=40)
    recordings: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pack is asked for: about what, by whom, where the form goes, and where its user came from."""

    subject: Subject
    action: str
    crumbs: tuple[tuple[str, str], ...]
    whole: bool
    own: bool = False

    @property
    def may_hear(self) -> bool:
        """Say whether recordings may come along: only their rep and assessors hear them."""
        return self.subject.kind is Kind.PERSON and (self.own or self.whole)


def _show(
    request: Request, place: _Place, moment: datetime, form: Bound[Any] | None = None, status: int = 200
) -> Response:
    today = as_of("", moment).day
    context = {"place": place, "form": form or blank(), "today": today}
    return page(request, "reports/evidence.html", context, status=status)


def _take(
    request: Request, session: Session, viewer: CurrentPerson, place: _Place, moment: datetime, raw: RawForm
) -> Response:
    """Pack, write down that it was taken, and hand it over."""
    form = bind(PackForm, raw)
    then = as_of(form.get("as_of"), moment)
    if then.wrong:
        form.wrong("as_of", then.wrong)
    elif begun_at(session, place.subject) > then.moment:
        form.wrong("as_of", _("There was nothing on record yet on that day."))
    if form.data is None:
        return _show(request, place, moment, form, 422)
    wanted = Wanted(
        subject=place.subject,
        by=viewer.email,
        as_of=then.moment,
        made_at=moment,
        whole=place.whole,
        own=place.own,
        recordings=form.data.recordings and place.may_hear,
    )
    file = TemporaryFile()  # noqa: SIM115 (it is closed when all of it was sent)
    try:
        settings, templates = request.app.state.settings, request.app.state.templates
        packed = pack(session, wanted, file, templates.environment, settings.zone)
        session.close()  # nobody waits for a connection who holds one
        database: Database = request.app.state.database
        with database.write() as writing:
            record_pack(writing, wanted, packed)
    except BaseException:
        file.close()
        raise
    return StreamingResponse(
        _pieces(file),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{wanted.filename}"',
            "Content-Length": str(packed.size),
            "Cache-Control": "no-store",
        },
        background=BackgroundTask(file.close),
    )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _person(session: Session, viewer: CurrentPerson, person_id: int) -> _Place:
    holder = reading.holder(session, person_id)
    below = branch(session, viewer)
    if holder is None or not (below is None or person_id in below):
        raise NotFoundError(_("There is no such person in your part of the company."))
    own = viewer.id == person_id
    return _Place(
        Subject(Kind.PERSON, person_id, holder.email, holder.name),
        f"/team/people/{person_id}/evidence",
        (("/team", _("Team")), (f"/team/people/{person_id}", holder.name)),
        whole=viewer.has(Role.COMPLIANCE, Role.TRAINER) and not own,
        own=own,
    )


@router.get("/team/people/{person_id}/evidence")
def show_person_pack(request: Request, person_id: RowId, session: SessionDep, viewer: Leader, moment: Now) -> Response:
    """Ask for the evidence about a person."""
    return _show(request, _person(session, viewer, person_id), moment)


@router.post("/team/people/{person_id}/evidence")
@reads
def take_person_pack(
    request: Request, person_id: RowId, session: SessionDep, viewer: Leader, moment: Now, raw: RawForm
) -> Response:
    """Hand over the evidence about a person."""
    return _take(request, session, viewer, _person(session, viewer, person_id), moment, raw)


def _own(viewer: CurrentPerson) -> _Place:
    return _Place(
        Subject(Kind.PERSON, viewer.id, viewer.email, viewer.name),
        "/account/evidence",
        (("/account", _("Your account")),),
        whole=False,
        own=True,
    )


@router.get("/account/evidence")
def show_own_pack(request: Request, viewer: SignedIn, moment: Now) -> Response:
    """Ask for the evidence about oneself."""
    return _show(request, _own(viewer), moment)


@router.post("/account/evidence")
@reads
def take_own_pack(request: Request, session: SessionDep, viewer: SignedIn, moment: Now, raw: RawForm) -> Response:
    """Hand over the evidence about oneself."""
    return _take(request, session, viewer, _own(viewer), moment, raw)


def _product(session: Session, slug: str) -> _Place:
    found = product_by_slug(session, slug)
    if found is None or found.id is None:
        raise NotFoundError(_("There is no product at this address."))
    title = localized(cast("Text", found.name), current_locale())
    return _Place(
        Subject(Kind.PRODUCT, found.id, found.slug, title),
        f"/review/evidence?product={quote(found.slug)}",
        (("/review", _("Review")), ("/review/evidence", _("Evidence"))),
        whole=True,
    )


@router.get("/review/evidence")
def show_product_pack(
    request: Request, session: SessionDep, _viewer: Compliance, moment: Now, product: str = ""
) -> Response:
    """Ask for the evidence about a product; without one, choose it."""
    if product:
        return _show(request, _product(session, product), moment)
    return page(request, "reports/evidence_products.html", {"products": products(session)})


@router.post("/review/evidence")
@reads
def take_product_pack(
    request: Request, session: SessionDep, viewer: Compliance, moment: Now, raw: RawForm, product: str = ""
) -> Response:
    """Hand over the evidence about a product."""
    return _take(request, session, viewer, _product(session, product), moment, raw)


def _deal(session: Session, viewer: CurrentPerson, reference: str, moment: datetime) -> _Place:
    if viewer.has(Role.COMPLIANCE):
        found = deals_by_reference(session, [reference], moment).get(reference)
    else:
        found = opened(session, viewer, reference, moment).deal
    if found is None:
        raise NotFoundError(_("There is no such deal, or it is not yours to see."))
    address = f"/deals/{quote(found.reference, safe='')}"
    return _Place(
        Subject(Kind.DEAL, found.id, found.reference, found.name),
        f"{address}/evidence",
        (("/deals", _("Deals")), (address, found.reference)),
        whole=viewer.has(Role.COMPLIANCE, Role.TRAINER),
    )


@router.get("/deals/{reference}/evidence")
def show_deal_pack(request: Request, reference: str, session: SessionDep, viewer: SignedIn, moment: Now) -> Response:
    """Ask for the evidence about a deal."""
    return _show(request, _deal(session, viewer, reference, moment), moment)


@router.post("/deals/{reference}/evidence")
@reads
def take_deal_pack(
    request: Request, reference: str, session: SessionDep, viewer: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Hand over the evidence about a deal."""
    return _take(request, session, viewer, _deal(session, viewer, reference, moment), moment, raw)
