"""The author's pages of quizzes and their questions."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import Response

from app.authoring import words
from app.authoring.editing import (
    Editor,
    add_part,
    answer,
    make_id,
    part_of,
    put_part,
    rearrange,
    show,
    with_new_id,
    with_stored_id,
)
from app.authoring.forms import Part
from app.authoring.itemforms import change_item, read_item, show_item
from app.authoring.queries import draft, product
from app.authoring.quizforms import read_quiz, show_quiz
from app.authoring.sheets import Sheet, step_of, typed
from app.authoring.uploads import MediaForm, receive, with_stored_files
from app.authoring.words import choices
from app.catalog.actions import create_content, save_draft
from app.catalog.media import KINDS, media_kind, media_url
from app.catalog.models import Content, ContentKind, Product
from app.catalog.queries import content
from app.catalog.text import LOCALES, localized
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.quizzes.drawing import option_order
from app.quizzes.itemparts import split_gaps, without_gaps
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.items import Cloze, Item, parse_item
from app.quizzes.questions import Question, question_of
from app.web.forms import RawForm
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author", dependencies=[Depends(allow(Role.TRAINER))])


def _quiz(session: Session, slug: str) -> tuple[Content, Product]:
    stored = draft(session, ContentKind.QUIZ, slug)
    owner = session.get(Product, stored.product_id)
    assert owner is not None  # noqa: S101 (a foreign key says so)
    return stored, owner


@router.get("/products/{slug}/quizzes/_new")
def new_quiz(request: Request, slug: str, session: SessionDep) -> Response:
    """Show the form of a new quiz."""
    return _new_page(request, product(session, slug), Sheet(), 200)


@router.post("/products/{slug}/quizzes/_new")
def add_quiz(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Begin a quiz without questions."""
    owner = product(session, slug)
    sheet = typed(raw)
    made = make_id(sheet, "title", "quiz")
    quiz = sheet.get("id").strip()
    part = read_quiz(sheet, {"schema": 1, "id": quiz, "product": slug})
    if content(session, ContentKind.QUIZ, quiz):
        sheet.errors["id"] = _("This id is taken; write another.")
    if part is None or sheet.errors:
        if made and "id" not in sheet.errors:
            sheet.set("id", "")
        return _new_page(request, owner, sheet, 422)
    create_content(session, owner, ContentKind.QUIZ, quiz, part, by=person.email, moment=moment)
    return redirect(request, f"/author/quizzes/{quiz}", _("The quiz is begun. Add its questions."))


def _new_page(request: Request, owner: Product, sheet: Sheet, status: int) -> Response:
    context = {"form": sheet, "product": owner, "locale": current_locale(), "field_label": words.field_label}
    return page(request, "authoring/new_quiz.html", context, status=status)


def _settings(session: Session, slug: str) -> Editor:
    stored, owner = _quiz(session, slug)
    return Editor(
        template="authoring/quiz.html",
        content=stored,
        find=lambda document: {key: value for key, value in document.items() if key != "items"},
        put=lambda document, part: {**part, "items": document.get("items", [])},
        lay=show_quiz,
        read=lambda sheet, part: read_quiz(sheet, {**part, "items": stored.draft.get("items", [])}),
        after=lambda _part: f"/author/quizzes/{slug}",
        view=lambda sheet, _part: {
            "product": owner,
            "slug": slug,
            "types": choices(words.ITEM_TYPES),
            "words": words,
            "shown": choices(words.SHOWN),
            "practice": choices(words.PRACTICE),
            "difficulties": [("", _("Any")), *choices(words.DIFFICULTIES)],
            "sources": _sources(session, slug, sheet),
        },
    )


def _sources(session: Session, slug: str, sheet: Sheet) -> list[tuple[str, str]]:
    """List what a quiz may draw from: itself, and the other quizzes and banks."""
    rows = session.execute(
        select(col(Content.slug), col(Content.draft)["title"])
        .where(col(Content.kind) == ContentKind.QUIZ, col(Content.slug) != slug)
        .order_by(col(Content.slug))
    )
    others = [(row[0], f"{localized(row[1], current_locale())} ({row[0]})") for row in rows]
    chosen = [sheet.get(f"draw.{row}.from") for row in sheet.rows("draw")]
    return words.known([("", _("This quiz")), *others], chosen)


@router.get("/quizzes/{slug}")
def quiz(request: Request, slug: str, session: SessionDep) -> Response:
    """Show a quiz: its settings and its questions."""
    return show(request, _settings(session, slug))


@router.post("/quizzes/{slug}")
def save_quiz(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Store the settings of a quiz."""
    return answer(request, session, _settings(session, slug), raw, by=person.email, moment=moment)


@router.post("/quizzes/{slug}/items")
def order(slug: str, request: Request, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Move or remove a question, or mark it critical."""
    stored, _owner = _quiz(session, slug)
    step = step_of(typed(raw))
    wish = str(raw.get("rows", ""))
    items = rearrange(stored.draft.get("items", []), wish)
    if wish.startswith("critical:"):
        items = [_turned(each) if each["id"] == wish.partition(":")[2] else each for each in items]
    save_draft(
        session,
        stored,
        {**stored.draft, "items": items},
        step=step,
        by=person.email,
        moment=moment,
    )
    return redirect(request, f"/author/quizzes/{slug}#items", _("Draft saved."))


def _turned(item: Part) -> Part:
    rest = {key: value for key, value in item.items() if key != "critical"}
    return rest if item.get("critical") else {**rest, "critical": True}


def _editor(
    session: Session, slug: str, item_id: str | None, kind: str = "single", by: str = "", moment: datetime | None = None
) -> Editor:
    stored, owner = _quiz(session, slug)
    items = stored.draft.get("items", [])
    find = part_of("items", item_id) if item_id else lambda _document: None
    if item_id and find(stored.draft) is None:
        raise NotFoundError(_("There is no such question in this draft. It may have been removed."))
    course = content(session, ContentKind.COURSE, owner.slug)
    redlines = content(session, ContentKind.REDLINES, owner.slug)
    kind = kind if kind in words.ITEM_TYPES else "single"

    def view(sheet: Sheet, part: Part) -> Mapping[str, Any]:
        return {
            "product": owner,
            "slug": slug,
            "item_id": item_id,
            "kind": sheet.get("type") if sheet.get("type") in words.ITEM_TYPES else kind,
            "types": choices(words.ITEM_TYPES),
            "lessons": [
                (each["id"], words.called(each)) for each in (course.draft.get("lessons", ()) if course else ())
            ],
            "rules": [
                (each["id"], words.called(each)) for each in (redlines.draft.get("rules", ()) if redlines else ())
            ],
            "question": _question(sheet, part),
            "named_gaps": {gap for each in LOCALES for _, gap in split_gaps(sheet.get(f"prompt.{each}")) if gap},
            "gap_types": choices(words.GAP_TYPES),
            "difficulties": [("", _("Not said")), *choices(words.DIFFICULTIES)],
            "categories": sorted({each["category"] for each in items if "category" in each}),
            "endings": ",".join(sorted({each.content_type for each in KINDS})),
            "media_url": media_url,
            "media_kind": media_kind,
            "without_gaps": without_gaps,
        }

    read = with_stored_files(session, read_item)
    return Editor(
        template="authoring/item.html",
        content=stored,
        find=find,
        put=put_part("items") if item_id else add_part("items"),
        lay=show_item,
        read=with_stored_id(read, item_id)
        if item_id
        else with_new_id(read, "question", [each["id"] for each in items]),
        after=lambda part: f"/author/quizzes/{slug}/items/{part['id']}",
        view=view,
        blank={} if item_id else {"type": kind},
        turn=change_item,
        receive=lambda sheet, raw: receive(session, sheet, raw, by=by, moment=moment) if moment else None,
    )


def _question(sheet: Sheet, before: Part) -> Question | None:
    """Show the question as a rep sees it, once it is one."""
    trial = sheet.copy()
    if not trial.get("id").strip():
        trial.set("id", "new")
    part = read_item(trial, before)
    if part is None:
        return None
    return question_of(
        DrawnItem(
            position=1,
            document=part,
            option_order=_written_order(parse_item(part)),
            answer=None,
            flagged=False,
            answered_at=None,
            points=None,
            correct=None,
        )
    )


def _written_order(item: Item) -> list[int]:
    """Give everything that is shuffled in the order in which it is written."""
    chance = Random(0)  # noqa: S311 (what it shuffles is sorted again)
    if isinstance(item, Cloze):
        return [place for gap in item.gaps for place in sorted(option_order(gap, chance))]
    return sorted(option_order(item, chance))


@router.get("/quizzes/{slug}/items/_new")
def new(request: Request, slug: str, session: SessionDep, kind: str = "single") -> Response:
    """Show the form of a new question of a type."""
    return show(request, _editor(session, slug, None, kind))


@router.post("/quizzes/{slug}/items/_new")
def add(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: MediaForm) -> Response:
    """Store a new question at the end of the quiz."""
    editor = _editor(session, slug, None, str(raw.get("type", "single")), person.email, moment)
    return answer(request, session, editor, raw, by=person.email, moment=moment)


@router.get("/quizzes/{slug}/items/{item_id}")
def edit(request: Request, slug: str, item_id: str, session: SessionDep) -> Response:
    """Show a question in its form, and as a rep sees it."""
    return show(request, _editor(session, slug, item_id))


@router.post("/quizzes/{slug}/items/{item_id}")
def save(
    request: Request, slug: str, item_id: str, session: SessionDep, person: Trainer, moment: Now, raw: MediaForm
) -> Response:
    """Store a question."""
    return answer(
        request,
        session,
        _editor(session, slug, item_id, by=person.email, moment=moment),
        raw,
        by=person.email,
        moment=moment,
    )
