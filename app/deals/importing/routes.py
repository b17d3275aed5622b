"""Loading deals from a file in the browser: choose, look at what it would do, then do it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.deals.importing.actions import Plan, import_deals, reach
from app.deals.importing.reading import read_deals
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.web.carried import Upload, chosen, pack
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

Importer = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.ADMIN))]

router = APIRouter(prefix="/import")

_SHOWN = 200
"""Problems or stopped rows that one page lists."""


def _import_page(request: Request, plan: Plan | None, content: bytes, name: str) -> Response:
    carried = pack(content) if plan and not plan.refused else ""
    context = {"plan": plan, "name": name[:200], "carried": carried, "shown": _SHOWN}
    return page(request, "deals/import.html", context, status=422 if plan and plan.refused else 200)


@router.get("")
def choose_file(request: Request, _person: Importer) -> Response:
    """Ask for a file."""
    return _import_page(request, None, b"", "")


@router.post("")
def preview(request: Request, person: Importer, raw: Upload, session: SessionDep, moment: Now) -> Response:
    """Show what a file would do and whom the gate stops; nothing is stored."""
    content, name = chosen(raw)
    within = reach(session, person)
    plan = import_deals(session, read_deals(content), within, by=person.email, moment=moment, dry_run=True)
    return _import_page(request, plan, content, name)


@router.get("/apply")
def reloaded(request: Request, _person: Importer) -> Response:
    """Send whoever reloads a refused import back to the start."""
    return redirect(request, "/deals/import")


@router.post("/apply")
def apply(request: Request, person: Importer, raw: Upload, session: SessionDep, moment: Now) -> Response:
    """Store the file that was looked at; what has changed meanwhile is judged anew."""
    content, name = chosen(raw)
    plan = import_deals(session, read_deals(content), reach(session, person), by=person.email, moment=moment)
    if plan.refused:
        return _import_page(request, plan, content, name)
    sentence = _("Stored: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.") % {
        "new": plan.new,
        "changed": plan.changed,
        "unchanged": plan.unchanged,
    }
    return redirect(request, "/deals", sentence)
