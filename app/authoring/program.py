"""The author's page of a program: what must be met to be certified, on each level, and for how long it holds."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.authoring import words
from app.authoring.changes import Difference, differences
from app.authoring.editing import Editor, answer, show
from app.authoring.effects import effect
from app.authoring.forms import Part
from app.authoring.programchoices import groups, level_options, undescribed
from app.authoring.programforms import change_program, read_program, show_program
from app.authoring.queries import Stored, course, draft
from app.authoring.requirementwords import listed
from app.authoring.sheets import Sheet
from app.authoring.words import choices
from app.catalog.models import ContentKind
from app.clock import Now
from app.database import SessionDep, stored_id
from app.deals.policies.queries import policies
from app.deals.words import roles
from app.errors import NotFoundError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.web.forms import sent_form
from app.web.i18n import gettext as _
from app.web.templating import page

router = APIRouter(prefix="/author/products/{slug}/program", dependencies=[Depends(allow(Role.TRAINER))])

_MOST_FIELDS: Final = 8000
"""Twenty rubrics of forty criteria each have a name, a box and three languages."""


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=_MOST_FIELDS) as form:
        yield form


LongForm = Annotated[FormData, Depends(_read)]


def _program(session: SessionDep, slug: str, moment: datetime) -> Editor:
    found = course(session, slug)
    product_id = stored_id(found.product)

    def view(sheet: Sheet, _part: Part) -> Mapping[str, Any]:
        return {
            "slug": slug,
            "name": found.product.name,
            "groups": groups(session, found, sheet),
            "levels": level_options(sheet),
            "undescribed": {
                "rubrics": undescribed(sheet, "rubrics", "sign_off"),
                "live_sessions": undescribed(sheet, "live_sessions", "live_session"),
            },
            "bases": choices(words.BASES),
            "enforcements": choices(words.ENFORCEMENTS),
            "coverages": choices(words.COVERAGES),
            "stages": choices(words.STAGES),
            "forms_shown": choices(words.FORMS),
            "roles": words.known(roles(), sheet.all("roles")),
            "overruled": product_id in policies(session, [product_id], moment),
        }

    return Editor(
        template="authoring/program.html",
        content=draft(session, ContentKind.PROGRAM, slug),
        find=lambda document: document,
        put=lambda _document, part: part,
        lay=show_program,
        read=read_program,
        after=lambda _part: f"/author/products/{slug}/program",
        view=view,
        turn=change_program,
    )


@router.get("")
def program(request: Request, slug: str, session: SessionDep, moment: Now) -> Response:
    """Show what must be met to be certified, and for how long it holds."""
    return show(request, _program(session, slug, moment))


@router.post("")
def save_program(
    request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: LongForm
) -> Response:
    """Store the program."""
    return answer(request, session, _program(session, slug, moment), raw, by=person.email, moment=moment)


@router.get("/effect")
def what_it_does(request: Request, slug: str, session: SessionDep, moment: Now) -> Response:
    """Show what the drafts would do to whom: to people and their certifications, and to deals at the gate."""
    found = course(session, slug)
    stored = found.of(ContentKind.PROGRAM)
    if stored is None:
        raise NotFoundError(_("There is no such document. It may not have been begun."))
    sheet = show_program(stored.content.draft)
    names = {value: text for _heading, options in groups(session, found, sheet) for value, text in options}
    levels = {"": sheet.get("level"), **dict(level_options(sheet)[1:])}
    context = {
        "course": found,
        "stored": stored,
        "effect": effect(session, found, moment) if stored.changed or found.changed else None,
        "terms": _terms(stored),
        "listed": lambda asked: listed(asked, names),
        "level": lambda name: levels.get(name, name),
    }
    return page(request, "authoring/effect.html", context)


def _terms(stored: Stored) -> list[Difference]:
    """Say what else differs between the program that is published and its draft."""
    parts = ("requirements", "levels", "rubrics", "live_sessions")
    old, new = (
        {key: value for key, value in (document or {}).items() if key not in parts}
        for document in (stored.published, stored.content.draft)
    )
    return differences(old, new) if stored.published else []
