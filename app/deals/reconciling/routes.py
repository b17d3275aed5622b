"""The pages on which runs are read, and the addresses of the CRM are looked after."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import Now
from app.database import Database, SessionDep, reads
from app.deals.reconciling import queries, sources, words
from app.deals.reconciling.forms import SourceFormFields
from app.deals.reconciling.models import SourceForm
from app.errors import InvalidError
from app.outbound.client import Client, Timing
from app.outbound.errors import OutboundError
from app.people.access import Admin, CurrentPerson, allow
from app.people.forms import RowId
from app.people.models import Role
from app.web.csvfile import csv_file
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.paging import page_number
from app.web.templating import page, redirect

router = APIRouter()

PATIENCE = Timing(connect=3)
"""Seconds that somebody who types in an address waits at most."""
Reader = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN))]
_HEAD = ("Line", "Deal", "What", "Rep", "Product", "In the CRM", "Here", "Taken over")


@router.get("/reconciliations")
def index(request: Request, session: SessionDep, person: Reader) -> Response:
    """List the runs."""
    number = page_number(request)
    found, total = queries.listed(session, person, number)
    context = {"found": found, "page": number, "pages": ceil(total / queries.PAGE), "words": words}
    return page(request, "reconciling/list.html", context)


@router.get("/reconciliations/{run_id}")
def one(request: Request, session: SessionDep, person: Reader, run_id: RowId) -> Response:
    """Show what a run found, as far as somebody may see it."""
    seen = queries.opened(session, person, run_id)
    context = {"seen": seen, "run": seen.run, "names": queries.names(session, seen.lines), "words": words}
    return page(request, "reconciling/run.html", context)


@router.get("/reconciliations/{run_id}/lines.csv")
def download(session: SessionDep, person: Reader, run_id: RowId) -> Response:
    """Give the same as a file, one row for each thing that differs and for each answer that is no."""
    seen = queries.opened(session, person, run_id)
    return csv_file(f"reconciliation-{run_id}.csv", _HEAD, (row for line in seen.lines for row in _rows(line)))


def _rows(line: dict[str, Any]) -> list[tuple[Any, ...]]:
    where = (line["line"], line["id"])
    recorded = "yes" if line["recorded"] else "no"
    if line["kind"] == "missing":
        return [(*where, "missing", None, None, None, None, recorded)]
    rows: list[tuple[Any, ...]] = [
        (
            *where,
            kind,
            what if "member" in kind or "role" in kind else None,
            what if "product" in kind else None,
            f"{what}: {crm}" if kind == "other_fact" else crm,
            here,
            recorded,
        )
        for kind, what, crm, here in line["differences"]
    ]
    for refusal in line["refusals"]:
        for product in refusal["products"]:
            codes = " ".join(reason["code"] for reason in product["reasons"])
            rows.append((*where, product["decision"], refusal["rep"], product["product"], codes, None, recorded))
    rows += [
        (*where, "wrong", None, None, f"{place} {detail}".strip(), None, recorded) for place, detail in line["problems"]
    ]
    return rows


@router.get("/admin/crm")
def crm(request: Request, session: SessionDep, _person: Admin) -> Response:
    """List the addresses from which the CRM's deals are fetched."""
    return _list_page(request, session, blank(form=SourceForm.CSV.value, every_hours=24))


def _list_page(request: Request, session: Session, form: Bound[Any], status: int = 200) -> Response:
    context = {"found": sources.listed(session), "form": form, "words": words}
    return page(request, "reconciling/sources.html", context, status=status)


@router.post("/admin/crm")
@reads
def add(request: Request, session: SessionDep, person: Admin, raw: RawForm, moment: Now) -> Response:
    """Store an address."""
    form = _bound(request, raw)
    secret = request.app.state.settings.secret_key
    if form.data:
        try:
            with _writing(request, session) as writing:
                sources.add(writing, form.data.wish(), secret_key=secret, by=person.email, moment=moment)
        except InvalidError as error:
            _show(form, error)
    if form.data is None:
        return _list_page(request, session, _hidden(form), 422)
    return redirect(request, "/admin/crm", _("Saved. It is fetched now; the result stands here in a moment."))


@router.get("/admin/crm/{source_id}")
def source(request: Request, session: SessionDep, _person: Admin, source_id: RowId) -> Response:
    """Show an address for changing."""
    found = sources.find(session, source_id)
    names = ("name", "url", "every_hours")
    values = {name: getattr(found, name) for name in names}
    form = blank(**values, form=found.form.value, recording="true" if found.recording else "")
    return _source_page(request, session, source_id, form)


def _source_page(request: Request, session: Session, source_id: int, form: Bound[Any], status: int = 200) -> Response:
    (found,) = (each for each in sources.listed(session) if each.source.id == source_id)
    context = {"source": found.source, "run": found.run, "form": form, "words": words}
    return page(request, "reconciling/source.html", context, status=status)


@router.post("/admin/crm/{source_id}")
@reads
def change(
    request: Request, session: SessionDep, person: Admin, source_id: RowId, raw: RawForm, moment: Now
) -> Response:
    """Store other values of an address."""
    sources.find(session, source_id)
    form = _bound(request, raw)
    secret = request.app.state.settings.secret_key
    if form.data:
        try:
            with _writing(request, session) as writing:
                sources.change(writing, source_id, form.data.wish(), secret_key=secret, by=person.email, moment=moment)
        except InvalidError as error:
            _show(form, error)
    if form.data is None:
        return _source_page(request, session, source_id, _hidden(form), 422)
    return redirect(request, f"/admin/crm/{source_id}", _("Saved."))


@router.post("/admin/crm/{source_id}/pull")
def pull(request: Request, session: SessionDep, person: Admin, source_id: RowId, moment: Now) -> Response:
    """Fetch an address now."""
    sources.pull_now(session, source_id, by=person.email, moment=moment)
    return redirect(request, f"/admin/crm/{source_id}", _("It is fetched now; the result stands here in a moment."))


@router.post("/admin/crm/{source_id}/stop")
def stop(request: Request, session: SessionDep, person: Admin, source_id: RowId, moment: Now) -> Response:
    """Fetch an address no more."""
    sources.stop(session, source_id, by=person.email, moment=moment)
    return redirect(request, f"/admin/crm/{source_id}", _("It is not fetched any more."))


@contextmanager
def _writing(request: Request, session: Session) -> Iterator[Session]:
    """Write only now that the name was looked up, so that nobody waits for that."""
    session.rollback()  # hands its connection back, so that no request ever holds two
    database: Database = request.app.state.database
    with database.write() as writing:
        yield writing


def _bound(request: Request, raw: RawForm) -> Bound[SourceFormFields]:
    form = bind(SourceFormFields, raw)
    if form.data:
        try:
            Client(request.app.state.settings, timing=PATIENCE).check(form.data.url)
        except OutboundError as error:
            form.wrong("url", _(error.sentence))
    return form


def _show(form: Bound[Any], error: InvalidError) -> None:
    for each in error.errors:
        form.wrong(each["pointer"].strip("/"), each["detail"])


def _hidden(form: Bound[Any]) -> Bound[Any]:
    """Never write a header back into a page."""
    form.values.pop("header", None)
    return form
