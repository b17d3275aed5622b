"""Taking over past certifications in the browser: choose a file, look at what it would do, then do it."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.certification.past.actions import import_past
from app.certification.past.reading import read_past
from app.certification.past.rules import Plan
from app.clock import Now
from app.database import SessionDep
from app.people.access import Admin, allow
from app.people.models import Role
from app.web.carried import Upload, chosen, pack
from app.web.i18n import gettext as _
from app.web.i18n import ngettext
from app.web.templating import page, redirect

router = APIRouter(prefix="/admin/certifications", dependencies=[Depends(allow(Role.ADMIN))])

_SHOWN = 200
"""Problems or certifications that one page lists."""


def _page(request: Request, plan: Plan | None, content: bytes, name: str, status: int = 200) -> Response:
    carried = pack(content) if plan and not plan.problems else ""
    context = {"plan": plan, "name": name[:200], "carried": carried, "shown": _SHOWN}
    return page(request, "admin/certifications.html", context, status=status)


@router.get("")
def choose_file(request: Request) -> Response:
    """Ask for a file."""
    return _page(request, None, b"", "")


@router.post("")
def preview(request: Request, person: Admin, raw: Upload, session: SessionDep, moment: Now) -> Response:
    """Show what a file would do; nothing is stored."""
    content, name = chosen(raw)
    plan = import_past(session, read_past(content), actor=person.email, moment=moment, dry_run=True)
    return _page(request, plan, content, name, 422 if plan.problems else 200)


@router.get("/apply")
def reloaded(request: Request) -> Response:
    """Send whoever reloads a refused import back to the start."""
    return redirect(request, "/admin/certifications")


@router.post("/apply")
def apply(request: Request, person: Admin, raw: Upload, session: SessionDep, moment: Now) -> Response:
    """Store the file that was looked at; what has changed meanwhile is judged anew."""
    content, name = chosen(raw)
    plan = import_past(session, read_past(content), actor=person.email, moment=moment)
    if plan.problems:
        return _page(request, plan, content, name, 422)
    sentence = ngettext("%(num)s certification is taken over.", "%(num)s certifications are taken over.", len(plan.new))
    same = _("%(count)s were there already.") % {"count": plan.unchanged}
    return redirect(request, "/admin/certifications", f"{sentence % {'num': len(plan.new)}} {same}")
