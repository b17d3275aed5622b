"""Discarding drafts: what would be lost, and the way back to what is published."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Depends, Request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.audit.actions import record
from app.authoring import words
from app.authoring.changes import differences
from app.authoring.queries import Course, Stored, course
from app.catalog.actions import save_draft
from app.clock import Now
from app.database import SessionDep
from app.errors import ConflictError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.redlines.reviewing import actions as reviews
from app.web.forms import RawForm
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author/products/{slug}/discard", dependencies=[Depends(allow(Role.TRAINER))])


@dataclass(frozen=True, slots=True)
class Wish:
    """What an author asked to discard; `seen` is what the page showed."""

    names: Collection[str]
    seen: str


@router.get("")
def ask(request: Request, slug: str, session: SessionDep) -> Response:
    """Show what would be lost, document by document."""
    return _page(request, course(session, slug), None)


@router.post("")
def discard(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Go back to the published version of what was ticked; what was never published is removed."""
    for stored in course(session, slug).documents:
        session.refresh(stored.content, with_for_update=True)
    found = course(session, slug)
    wish = _wish(raw)
    if wish.seen != found.seen:
        return _page(request, found, wish, status=409)
    if not any(stored.number for stored in found.documents):
        remove_product(session, found, by=person.email, moment=moment)
        return redirect(request, "/author", _("The product is removed. Nobody had seen it."))
    chosen = [stored for stored in found.changed if name_of(stored) in wish.names]
    if not chosen:
        return _page(request, found, wish, status=422)
    for stored in chosen:
        discard_draft(session, stored, by=person.email, moment=moment)
    return redirect(request, f"/author/products/{slug}", _("Discarded. The draft is what is published again."))


def _wish(raw: FormData) -> Wish:
    return Wish([str(each) for each in raw.getlist("document")], str(raw.get("seen", "")))


def name_of(stored: Stored) -> str:
    """Name a document in a form."""
    return f"{stored.content.kind.value}:{stored.content.slug}"


def discard_draft(session: Session, stored: Stored, *, by: str, moment: datetime) -> None:
    """Make the published version the draft again; a document that was never published is removed."""
    content = stored.content
    lost = {"digest": content.draft_digest, "back_to_version": stored.number, "changed_by": content.changed_by}
    if stored.published is None:
        reviews.forget(session, content)
        session.delete(content)
        session.flush()
    else:
        save_draft(session, content, stored.published, step=content.step, by=by, moment=moment)
        reviews.settle(session, content, by=by, moment=moment)
    subject = (content.kind.value, content.slug)
    record(session, at=moment, actor=by, action="content.draft_discarded", subject=subject, details=lost)


def remove_product(session: Session, found: Course, *, by: str, moment: datetime) -> None:
    """Remove a product of which nothing was ever published.

    Raises ConflictError when a deal or an assignment names it already.
    """
    slug = found.product.slug
    try:
        with session.begin_nested():
            for stored in found.documents:
                discard_draft(session, stored, by=by, moment=moment)
            session.delete(found.product)
            session.flush()
    except IntegrityError as error:
        message = _("This product cannot be removed: a deal or an assignment names it already.")
        raise ConflictError(message) from error
    record(session, at=moment, actor=by, action="product.discarded", subject=("product", slug))


def _page(request: Request, found: Course, wish: Wish | None, *, status: int = 200) -> Response:
    context = {
        "course": found,
        "changes": [
            (name_of(stored), stored, differences(stored.published, stored.content.draft)) for stored in found.changed
        ],
        "ticked": [name_of(stored) for stored in found.changed] if wish is None else wish.names,
        "published": any(stored.number for stored in found.documents),
        "nothing_ticked": status == 422,  # noqa: PLR2004 (Unprocessable Content)
        "stale": status == 409,  # noqa: PLR2004 (Conflict)
        "words": words,
    }
    return page(request, "authoring/discard.html", context, status=status)
