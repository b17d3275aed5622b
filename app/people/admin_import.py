"""Loading people from a file in the browser: choose, look at what it would do, then do it."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.people.access import Admin, allow
from app.people.csvfile import read_people
from app.people.import_rules import Plan
from app.people.importing import import_people
from app.people.models import Role
from app.web.carried import Upload, chosen, pack
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/admin/people/import", dependencies=[Depends(allow(Role.ADMIN))])

_SHOWN = 200
"""Problems, people or changes that one page lists."""


def _import_page(request: Request, plan: Plan | None, content: bytes, name: str, status: int = 200) -> Response:
    context = {"plan": plan, "name": name[:200], "carried": "", "shown": _SHOWN}
    if plan and not plan.problems:
        context["carried"] = pack(content)
    return page(request, "admin/import.html", context, status=status)


@router.get("")
def choose_file(request: Request) -> Response:
    """Ask for a file."""
    return _import_page(request, None, b"", "")


@router.post("")
def preview(request: Request, person: Admin, raw: Upload, session: SessionDep, moment: Now) -> Response:
    """Show what a file would do; nothing is stored."""
    content, name = chosen(raw)
    plan = import_people(session, read_people(content), actor=person.email, moment=moment, dry_run=True)
    return _import_page(request, plan, content, name, 422 if plan.problems else 200)


@router.get("/apply")
def reloaded(request: Request) -> Response:
    """Send whoever reloads a refused import back to the start."""
    return redirect(request, "/admin/people/import")


@router.post("/apply")
def apply(request: Request, person: Admin, raw: Upload, session: SessionDep, moment: Now) -> Response:
    """Store the file that was looked at; what has changed meanwhile is judged anew."""
    content, name = chosen(raw)
    plan = import_people(session, read_people(content), actor=person.email, moment=moment)
    if plan.problems:
        return _import_page(request, plan, content, name, 422)
    sentence = _("Stored: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.") % {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
    }
    return redirect(request, "/admin/people", sentence)
