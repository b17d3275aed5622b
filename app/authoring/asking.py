"""Sending a red line for approval, and taking the request back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field, StringConstraints
from sqlmodel import Session
from starlette.responses import Response

from app.authoring.changes import differences
from app.authoring.panel import faults, panel
from app.authoring.queries import draft, product
from app.catalog.models import Content, ContentKind
from app.clock import Now
from app.database import SessionDep
from app.errors import ConflictError, NotFoundError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.redlines.reviewing import actions, words
from app.web.forms import Bound, Form, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(
    prefix="/author/products/{slug}/red-lines/{rule_id}/approval", dependencies=[Depends(allow(Role.TRAINER))]
)


class AskForm(Form):
    """Why a red line changes; `seen` names the words that the page showed."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    seen: str = ""


class WithdrawForm(Form):
    """Which request is taken back."""

    review: Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get("")
def wish(request: Request, slug: str, rule_id: str, session: SessionDep) -> Response:
    """Show what would be sent for approval."""
    return _page(request, session, slug, rule_id, blank())


@router.post("")
def ask(
    request: Request, slug: str, rule_id: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Ask for an approval of the red line as it is stored."""
    form = bind(AskForm, raw)
    if form.data is None:
        return _page(request, session, slug, rule_id, form, status=422)
    stored = _locked(session, slug)
    try:
        actions.ask(
            session,
            stored,
            rule_id,
            reason=form.data.reason,
            seen=form.data.seen,
            complete=not faults(session, slug, rule_id),
            by=person,
            moment=moment,
        )
    except ConflictError as error:
        form.wrong("", error.message)
        return _page(request, session, slug, rule_id, form, status=error.status)
    return redirect(request, _editor(slug, rule_id), _("Sent for approval. You will see here what is said of it."))


@router.post("/withdraw")
def withdraw(
    request: Request, slug: str, rule_id: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Take a request for approval back."""
    form = bind(WithdrawForm, raw)
    if form.data is None:
        raise NotFoundError(_("There is no such request. Its draft may have been discarded."))
    actions.withdraw(session, form.data.review, by=person, moment=moment)
    return redirect(request, _editor(slug, rule_id), _("The request is withdrawn."))


def _locked(session: Session, slug: str) -> Content:
    stored = draft(session, ContentKind.REDLINES, slug)
    session.refresh(stored, with_for_update=True)
    return stored


def _editor(slug: str, rule_id: str) -> str:
    return f"/author/products/{slug}/red-lines/{rule_id}"


def _page(
    request: Request, session: Session, slug: str, rule_id: str, form: Bound[AskForm], *, status: int = 200
) -> Response:
    stored = draft(session, ContentKind.REDLINES, slug)
    found = panel(session, slug, stored, rule_id)
    if found.life.after is None:
        raise NotFoundError(_("There is no such red line in this draft. It may have been removed."))
    context = {
        "product": product(session, slug),
        "editor": _editor(slug, rule_id),
        "panel": found,
        "why_not": words.refusal(found.refusal) if found.refusal else "",
        "changes": differences(found.life.before, found.life.after),
        "form": form,
    }
    return page(request, "authoring/ask.html", context, status=status)
