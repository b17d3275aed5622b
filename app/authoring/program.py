"""The author's page of a program: what must be met to be certified, on each level, and for how long it holds."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.authoring import words
from app.authoring.editing import Editor, answer, show
from app.authoring.forms import Part
from app.authoring.programchoices import groups, level_options, undescribed
from app.authoring.programforms import change_program, read_program, show_program
from app.authoring.queries import course, draft
from app.authoring.sheets import Sheet
from app.authoring.words import choices
from app.catalog.models import ContentKind
from app.clock import Now
from app.database import SessionDep
from app.deals.words import roles
from app.people.access import Trainer, allow
from app.people.models import Role
from app.web.forms import sent_form

router = APIRouter(prefix="/author/products/{slug}/program", dependencies=[Depends(allow(Role.TRAINER))])

_MOST_FIELDS: Final = 8000
"""Twenty rubrics of forty criteria each have a name, a box and three languages."""


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=_MOST_FIELDS) as form:
        yield form


LongForm = Annotated[FormData, Depends(_read)]


def _program(session: SessionDep, slug: str) -> Editor:
    found = course(session, slug)

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
def program(request: Request, slug: str, session: SessionDep) -> Response:
    """Show what must be met to be certified, and for how long it holds."""
    return show(request, _program(session, slug))


@router.post("")
def save_program(
    request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: LongForm
) -> Response:
    """Store the program."""
    return answer(request, session, _program(session, slug), raw, by=person.email, moment=moment)
