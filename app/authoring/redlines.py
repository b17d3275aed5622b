"""The author's pages of red lines, where every example is tried as it is written."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.authoring import words
from app.authoring.editing import (
    Editor,
    add_part,
    answer,
    part_of,
    put_part,
    rearrange,
    show,
    with_new_id,
    with_stored_id,
)
from app.authoring.forms import Part, read_red_line, show_red_line
from app.authoring.panel import Panel, panel
from app.authoring.queries import draft, product
from app.authoring.sheets import Sheet, step_of, typed
from app.authoring.touching import trial
from app.authoring.trying import try_out
from app.authoring.words import choices
from app.catalog.actions import create_content, save_draft
from app.catalog.models import ContentKind
from app.catalog.queries import content, products
from app.clock import Now
from app.conduct.reviewing.queries import precision
from app.database import SessionDep
from app.deals.words import name
from app.errors import NotFoundError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.redlines.reviewing.actions import note_edits
from app.web.forms import RawForm
from app.web.i18n import gettext as _
from app.web.templating import page, redirect, wants_fragment

router = APIRouter(prefix="/author/products/{slug}/red-lines", dependencies=[Depends(allow(Role.TRAINER))])

_BLANK: Part = {"status": "active", "severity": "block", "category": "guarantee_promissory"}


def editor(session: Session, slug: str, rule_id: str | None, shown: Panel | None = None) -> Editor:
    """Return how a red line is edited; `shown` is what a whole page says about its life."""
    owner = product(session, slug)
    stored = draft(session, ContentKind.REDLINES, slug)
    rules = stored.draft.get("rules", [])
    find = part_of("rules", rule_id) if rule_id else lambda _document: None
    if rule_id and find(stored.draft) is None:
        raise NotFoundError(_("There is no such red line in this draft. It may have been removed."))
    sold = [(each.slug, name(each.name)) for each in products(session)]

    def view(sheet: Sheet, part: Part) -> Mapping[str, Any]:
        return {
            "product": owner,
            "rule_id": rule_id,
            "panel": shown,
            "trial": try_out(sheet, part, rules, rule_id or sheet.get("id").strip() or "new"),
            "statuses": choices(words.STATUSES),
            "severities": choices(words.SEVERITIES),
            "categories": choices(words.CATEGORIES),
            "effects": choices(words.EFFECTS),
            "speakers": choices(words.SPEAKERS),
            "products": words.known(sold, sheet.all("applies.products")),
        }

    return Editor(
        template="authoring/redline.html",
        content=stored,
        find=find,
        put=put_part("rules") if rule_id else add_part("rules"),
        lay=show_red_line,
        read=with_stored_id(read_red_line, rule_id)
        if rule_id
        else with_new_id(read_red_line, "red-line", [each["id"] for each in rules]),
        after=lambda part: f"/author/products/{slug}/red-lines/{part['id']}",
        view=view,
        blank={} if rule_id else _BLANK,
        note=lambda session, before, by, moment: note_edits(session, stored, before, by=by, moment=moment),
    )


@router.post("")
def order(slug: str, request: Request, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Move or remove a red line, or begin the list of a product that has none."""
    owner = product(session, slug)
    stored = content(session, ContentKind.REDLINES, slug)
    if stored is None:
        empty: Part = {"schema": 1, "rules": []}
        create_content(session, owner, ContentKind.REDLINES, slug, empty, by=person.email, moment=moment)
        return redirect(request, f"/author/products/{slug}/red-lines/_new")
    step = step_of(typed(raw))
    rules = rearrange(stored.draft.get("rules", []), str(raw.get("rows", "")))
    before = stored.draft
    save_draft(session, stored, {**before, "rules": rules}, step=step, by=person.email, moment=moment)
    note_edits(session, stored, before, by=person.email, moment=moment)
    return redirect(request, f"/author/products/{slug}#red-lines", _("Draft saved."))


@router.get("/_new")
def new(request: Request, slug: str, session: SessionDep) -> Response:
    """Show the form of a new red line."""
    return show(request, editor(session, slug, None))


@router.post("/_new")
def add(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Store a new red line."""
    return answer(request, session, editor(session, slug, None), raw, by=person.email, moment=moment)


@router.get("/{rule_id}")
def edit(request: Request, slug: str, rule_id: str, session: SessionDep) -> Response:
    """Show a red line in its form, with what its examples do and how far its approval is."""
    return show(request, editor(session, slug, rule_id, _panel(session, slug, rule_id)))


@router.post("/{rule_id}")
def save(
    request: Request, slug: str, rule_id: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Store a red line, also one whose examples do not hold yet: that only keeps it from being published."""
    shown = None if wants_fragment(request) else _panel(session, slug, rule_id)
    return answer(request, session, editor(session, slug, rule_id, shown), raw, by=person.email, moment=moment)


@router.get("/{rule_id}/touches")
def touches(request: Request, slug: str, rule_id: str, session: SessionDep, moment: Now) -> Response:
    """Show what a red line as it is stored would find in texts that were said, and how well it hits."""
    stored = draft(session, ContentKind.REDLINES, slug)
    rule = part_of("rules", rule_id)(stored.draft)
    if rule is None:
        raise NotFoundError(_("There is no such red line in this draft. It may have been removed."))
    context = {
        "product": product(session, slug),
        "rule_id": rule_id,
        "rule": rule,
        "trial": trial(session, slug, rule, moment),
        "hits": precision(session, [rule_id])[rule_id],
    }
    return page(request, "authoring/touches.html", context, fragment="touches")


def _panel(session: Session, slug: str, rule_id: str) -> Panel | None:
    stored = content(session, ContentKind.REDLINES, slug)
    return panel(session, slug, stored, rule_id) if stored else None
