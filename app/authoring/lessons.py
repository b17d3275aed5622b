"""The author's pages of lessons."""

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
from app.authoring.forms import Part, read_lesson
from app.authoring.layouts import LESSON
from app.authoring.queries import draft, product
from app.authoring.sheets import Sheet, lay_out, step_of, typed
from app.authoring.words import choices
from app.catalog.actions import save_draft
from app.catalog.content import MAX_BODY
from app.catalog.markdown import Block, RedLineCard, render
from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.catalog.text import LOCALES, localized, nearest
from app.clock import Now
from app.database import SessionDep
from app.deals.words import industries
from app.errors import NotFoundError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.redlines.queries import Card
from app.web.forms import RawForm
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author/products/{slug}/lessons", dependencies=[Depends(allow(Role.TRAINER))])


def _cards(session: Session, slug: str) -> dict[str, Card]:
    stored = content(session, ContentKind.REDLINES, slug)
    return {rule["id"]: card_of(rule) for rule in (stored.draft.get("rules", ()) if stored else ())}


def _drilled(session: Session, slug: str) -> list[tuple[str, str]]:
    """Give the red lines that have sentences to say right, each with its title."""
    stored = content(session, ContentKind.REDLINES, slug)
    rules = stored.draft.get("rules", ()) if stored else ()
    return [(rule["id"], localized(rule["title"], current_locale())) for rule in rules if rule.get("drills")]


def card_of(rule: Part) -> Card:
    """Show a red line's draft as its card."""
    locale = current_locale()
    title = localized(rule["title"], locale)
    said = rule["say_instead"]
    return Card(
        id=rule["id"],
        title=title,
        severity=rule["severity"],
        never_say=localized(rule["never_say"], locale) if "never_say" in rule else title,
        say_instead=tuple(said[nearest(said, locale)]) if said else (),
        why=localized(rule["why"], locale),
    )


def _rendered(sheet: Sheet, locale: str) -> tuple[str, tuple[Block, ...]]:
    """Render the body in a language, or in the nearest that has one."""
    bodies = {each: body for each in LOCALES if (body := sheet.get(f"body.{each}").strip("\n"))}
    if not bodies:
        return locale, ()
    chosen = locale if locale in bodies else nearest(bodies, current_locale())
    return chosen, render(bodies[chosen][:MAX_BODY], chosen)


def _editor(session: Session, slug: str, lesson_id: str | None) -> Editor:
    owner = product(session, slug)
    stored = draft(session, ContentKind.COURSE, slug)
    lessons = stored.draft.get("lessons", [])
    find = part_of("lessons", lesson_id) if lesson_id else lambda _document: None
    if lesson_id and find(stored.draft) is None:
        raise NotFoundError(_("There is no such lesson in this draft. It may have been removed."))
    cards = _cards(session, slug)
    drilled = _drilled(session, slug)

    def view(sheet: Sheet, _part: Part) -> Mapping[str, Any]:
        locale, blocks = _rendered(sheet, current_locale())
        return {
            "product": owner,
            "lesson_id": lesson_id,
            "kinds": choices(words.LESSON_KINDS),
            "topics": choices(words.TOPICS),
            "audiences": choices(words.AUDIENCES),
            "roles": choices(words.CUSTOMER_ROLES),
            "stages": choices(words.STAGES),
            "industries": words.known(industries(), [sheet.get("case.industry"), *sheet.all("talk_track.industry")]),
            "drilled": words.known(drilled, sheet.all("drills")),
            "blocks": blocks,
            "cards": cards,
            "preview_locale": locale,
            "is_card": lambda block: isinstance(block, RedLineCard),
        }

    number = max((each["number"] for each in lessons), default=0) + 1
    return Editor(
        template="authoring/lesson.html",
        content=stored,
        find=find,
        put=put_part("lessons") if lesson_id else add_part("lessons"),
        lay=lambda part: lay_out(part, LESSON),
        read=with_stored_id(read_lesson, lesson_id)
        if lesson_id
        else with_new_id(read_lesson, "lesson", [each["id"] for each in lessons]),
        after=lambda part: f"/author/products/{slug}/lessons/{part['id']}",
        view=view,
        blank={} if lesson_id else {"number": number, "kind": "page", "audience": "internal", "minutes": 5},
    )


@router.post("")
def order(slug: str, request: Request, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Move or remove a lesson; the numbers stay in order."""
    product(session, slug)
    stored = draft(session, ContentKind.COURSE, slug)
    sheet = typed(raw)
    lessons = stored.draft.get("lessons", [])
    numbers = sorted(each["number"] for each in lessons)
    moved = rearrange(lessons, str(raw.get("rows", "")))
    numbered = [{**each, "number": number} for each, number in zip(moved, numbers, strict=False)]
    document = {**stored.draft, "lessons": numbered}
    step = step_of(sheet)
    save_draft(
        session,
        stored,
        document,
        step=step,
        by=person.email,
        moment=moment,
    )
    return redirect(request, f"/author/products/{slug}#lessons", _("Draft saved."))


@router.get("/_new")
def new(request: Request, slug: str, session: SessionDep) -> Response:
    """Show the form of a new lesson."""
    return show(request, _editor(session, slug, None))


@router.post("/_new")
def add(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Store a new lesson at the end of the course."""
    return answer(request, session, _editor(session, slug, None), raw, by=person.email, moment=moment)


@router.get("/{lesson_id}")
def edit(request: Request, slug: str, lesson_id: str, session: SessionDep) -> Response:
    """Show a lesson in its form."""
    return show(request, _editor(session, slug, lesson_id))


@router.post("/{lesson_id}")
def save(
    request: Request, slug: str, lesson_id: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Store a lesson."""
    return answer(request, session, _editor(session, slug, lesson_id), raw, by=person.email, moment=moment)


@router.post("/{lesson_id}/preview")
def preview(request: Request, slug: str, lesson_id: str, session: SessionDep, raw: RawForm) -> Response:
    """Render a body as readers will see it; nothing is stored."""
    product(session, slug)
    locale, blocks = _rendered(typed(raw), str(raw.get("locale", "")))
    context = {
        "slug": slug,
        "lesson_id": lesson_id,
        "title": typed(raw).get(f"title.{locale}") or typed(raw).get("title.en"),
        "blocks": blocks,
        "cards": _cards(session, slug),
        "preview_locale": locale,
        "is_card": lambda block: isinstance(block, RedLineCard),
    }
    return page(request, "authoring/preview.html", context, fragment="preview")
