"""The author's pages of products: the overview, a new product, and its facts."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.audit.actions import record
from app.authoring import words
from app.authoring.editing import Editor, answer, make_id, show
from app.authoring.forms import read_facts, show_facts
from app.authoring.hindrances import hindered, stages
from app.authoring.links import linked
from app.authoring.queries import course, courses, draft, product
from app.authoring.sheets import Sheet, typed
from app.catalog.actions import create_content, create_product
from app.catalog.document import SLUG
from app.catalog.models import ContentKind
from app.catalog.queries import product_by_slug
from app.clock import Now
from app.database import SessionDep
from app.people.access import Trainer, allow
from app.people.models import Role
from app.web.forms import RawForm
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author", dependencies=[Depends(allow(Role.TRAINER))])

_NEW_PROGRAM: dict[str, Any] = {
    "requirements": [{"lesson": "all"}, {"attest": "redlines"}],
    "valid_months": 12,
    "basis": "expiry",
    "renewal_window_days": 30,
    "grace_days": 14,
    "enforcement": "observe",
}


@router.get("")
def overview(request: Request, session: SessionDep) -> Response:
    """Show every product with what is published, what was changed since, and what hinders publishing."""
    return page(request, "authoring/overview.html", {"courses": courses(session)})


@router.get("/products/new")
def new_product(request: Request) -> Response:
    """Show the form of a new product."""
    return _new_page(request, Sheet(), 200)


@router.post("/products/new")
def add_product(request: Request, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Begin a product: its facts, a usual program that only observes, and no red lines yet."""
    sheet = typed(raw)
    made = make_id(sheet, "name", "product")
    slug = sheet.get("id").strip()
    facts = read_facts(sheet, {"schema": 1, "id": slug})
    if slug == "new" or product_by_slug(session, slug):
        sheet.errors["id"] = _("This id is taken; write another.")
    if facts is None or sheet.errors:
        if made and "id" not in sheet.errors:
            sheet.set("id", "")
        return _new_page(request, sheet, 422)
    stored = create_product(session, slug, facts["name"], moment)
    documents = {
        ContentKind.COURSE: facts,
        ContentKind.PROGRAM: _NEW_PROGRAM,
        ContentKind.REDLINES: {"schema": 1, "rules": []},
    }
    for kind, document in documents.items():
        create_content(session, stored, kind, slug, document, by=person.email, moment=moment)
    record(session, at=moment, actor=person.email, action="product.created", subject=("product", slug))
    return redirect(request, f"/author/products/{slug}", _("The product is begun. Nobody else sees it yet."))


def _new_page(request: Request, sheet: Sheet, status: int) -> Response:
    context = {"form": sheet, "locale": current_locale(), "field_label": words.field_label, "pattern": SLUG}
    return page(request, "authoring/new_product.html", context, status=status)


@router.get("/products/{slug}")
def hub(request: Request, slug: str, session: SessionDep) -> Response:
    """Show everything about one product, each part with its way to edit."""
    found = course(session, slug)
    context = {
        "course": found,
        "problems": linked(found),
        "hindered": hindered(session, found),
        "stages": stages(session, found),
        "words": words,
    }
    return page(request, "authoring/product.html", context)


def _facts(session: SessionDep, slug: str) -> Editor:
    content = draft(session, ContentKind.COURSE, product(session, slug).slug)
    return Editor(
        template="authoring/facts.html",
        content=content,
        find=lambda document: document,
        put=lambda _document, part: part,
        lay=show_facts,
        read=read_facts,
        after=lambda _part: f"/author/products/{slug}/facts",
    )


@router.get("/products/{slug}/facts")
def facts(request: Request, slug: str, session: SessionDep) -> Response:
    """Show what the product says of itself."""
    return show(request, _facts(session, slug))


@router.post("/products/{slug}/facts")
def save_facts(
    request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Store what the product says of itself."""
    return answer(request, session, _facts(session, slug), raw, by=person.email, moment=moment)
