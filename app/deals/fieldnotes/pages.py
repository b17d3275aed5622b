"""What the pages of field notes show."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.deals.facts import DealFacts
from app.deals.fieldnotes import queries, words
from app.deals.fieldnotes.content import parts
from app.deals.fieldnotes.queries import Note
from app.deals.fieldnotes.rules import Deed, possible
from app.deals.fieldnotes.rules import Note as Standing
from app.people.access import CurrentPerson
from app.people.models import Role
from app.web.forms import Bound, blank
from app.web.i18n import gettext as _
from app.web.templating import page


def on_deal(session: Session, viewer_id: int, deal: DealFacts, *, form: Bound[Any] | None = None) -> dict[str, Any]:
    """Return what `fieldnotes/on_deal.html` needs on the page of a deal that the viewer may see; one statement."""
    only = deal.products[0].slug if len(deal.products) == 1 else ""
    return {
        "notes": queries.notes_of(session, deal.id),
        "may_write": bool(deal.products) and any(each.person_id == viewer_id for each in deal.members),
        "form": form or blank(key=token_urlsafe(24), product=only),
        "words": words,
    }


def note_page(
    request: Request,
    session: Session,
    viewer: CurrentPerson,
    note: Note,
    moment: datetime,
    *,
    form: Bound[Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """Show a note with what became of it, and to trainers what they may do."""
    trainer = viewer.has(Role.TRAINER)
    deeds = possible(Standing(note.status, note.taken_by), viewer.id) if trainer else []
    content = parts(session, note.product_id, note.slug, moment)
    context = {
        "note": note,
        "age": words.age(note.at, moment),
        "led_to": content.get(note.led_to),
        "trainer": trainer,
        "deeds": {each.value for each in deeds},
        "parts": [(each.url, each.label) for each in content.values()] if {Deed.ANSWER, Deed.CLOSE} & {*deeds} else [],
        "sees_deal": queries.sees_deal(session, viewer, note),
        "form": form or blank(led_to=note.led_to if note.led_to in content else "", led_to_words=""),
        "problem": problem,
        "words": words,
    }
    return page(request, "fieldnotes/note.html", context, status=status)


def said_led_to(chosen: str, own_words: str, choices: dict[str, Any], form: Bound[Any]) -> str | None:
    """Read what a note led to: a part of the content, or own words; None where it is neither of the parts."""
    if chosen and chosen not in choices:
        form.wrong("led_to", _("Choose one of the list."))
        return None
    return chosen or own_words
