"""The author's pages of the question bank: all items, the versions of one, and whole quizzes to look at or to print."""

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.authoring import words
from app.authoring.changes import Difference, differences
from app.catalog.document import digest
from app.catalog.models import Product
from app.catalog.queries import Version
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import allow
from app.people.models import Role
from app.quizzes.bank import queries
from app.quizzes.bank.rules import BankItem, BankQuiz, Search, found, uses
from app.quizzes.bank.sheet import SheetQuestion, in_order, letter, sheet, sheet_question
from app.quizzes.bank.wording import Mark, compared
from app.quizzes.itemparts import without_gaps
from app.web.i18n import LOCALES, use_locale
from app.web.i18n import gettext as _
from app.web.templating import page

router = APIRouter(prefix="/author", dependencies=[Depends(allow(Role.TRAINER))])

ITEMS_A_PAGE = 50
Number = Annotated[int, Query(ge=1, le=10_000)]
Seed = Annotated[int, Query(ge=1, le=1_000_000)]


async def _search(  # noqa: PLR0913 (each is a field of the form)
    *,
    product: str = "",
    quiz: str = "",
    category: str = "",
    tag: str = "",
    red_line: str = "",
    difficulty: str = "",
    type: str = "",  # noqa: A002 (the name in the address)
    critical: str = "",
    text: str = "",
) -> Search:
    return Search(product, quiz, category.strip(), tag, red_line, difficulty, type, bool(critical), text.strip())


Asked = Annotated[Search, Depends(_search)]


@router.get("/questions")
def show_bank(request: Request, session: SessionDep, search: Asked, number: Number = 1) -> Response:
    """Show the items that somebody looks for, with where each is used and how it performs."""
    quizzes = queries.quizzes(session)
    items = found(quizzes, search)
    pages = max(1, -(-len(items) // ITEMS_A_PAGE))
    here = min(number, pages)
    shown = items[(here - 1) * ITEMS_A_PAGE : here * ITEMS_A_PAGE]
    keys = [item.key for item in shown]
    newest = queries.newest_versions(session, keys)
    context = {
        "search": search,
        "quizzes": quizzes,
        "lines": [(item, uses(item, quizzes), newest.get(item.key), _is_changed(item, newest)) for item in shown],
        "facilities": queries.facilities(session, keys),
        "count": len(items),
        "total": sum(len(quiz.items) for quiz in quizzes),
        "here": here,
        "pages": pages,
        "query": urlencode({name: value for name, value in asdict(search).items() if value}),
        "words": words,
        "without_gaps": without_gaps,
        **_choices(quizzes),
    }
    return page(request, "authoring/questions.html", context)


def _is_changed(item: BankItem, newest: dict[tuple[int, str], queries.Newest]) -> bool:
    published = newest.get(item.key)
    return published is not None and published.digest != digest(item.document)


def _choices(quizzes: list[BankQuiz]) -> dict[str, Any]:
    """List what the filters can be set to: only what some item has."""
    documents = [document for quiz in quizzes for document in quiz.items]
    return {
        "products": {quiz.product: quiz.product_name for quiz in quizzes},
        "categories": sorted({document["category"] for document in documents if document.get("category")}),
        "tags": sorted({tag for document in documents for tag in document.get("tags", ())}),
        "red_lines": sorted({rule for document in documents for rule in document.get("red_line", ())}),
        "types": words.choices(words.ITEM_TYPES),
        "difficulties": words.choices(words.DIFFICULTIES),
    }


@router.get("/quizzes/{slug}/items/{item_id}/versions")
def show_versions(
    request: Request, slug: str, item_id: str, session: SessionDep, before: str = "", after: str = ""
) -> Response:
    """Show every version of an item, and what two of them differ in: the newest and the one before, if not told."""
    version, product, _numbers = queries.quiz_version(session, slug, None)
    stored = queries.versions(session, version.content_id, item_id)
    numbered = {each.number: each for each in stored}
    newer = _one_of(after, numbered) or stored[0].number
    older = _one_of(before, numbered) or max((each for each in numbered if each < newer), default=newer)
    context = {
        "product": product,
        "slug": slug,
        "title": version.document["title"],
        "item_id": item_id,
        "versions": stored,
        "older": older,
        "newer": newer,
        "changes": _marked(differences(numbered[older].document, numbered[newer].document)) if older != newer else [],
        "prompt": stored[0].document["prompt"],
        "without_gaps": without_gaps,
    }
    return page(request, "authoring/item_versions.html", context)


def _one_of(text: str, numbers: dict[int, Any]) -> int | None:
    """Read the number of a version; empty is None. Raises NotFoundError for one that is not there."""
    if not text:
        return None
    for number in numbers:
        if str(number) == text:
            return number
    raise NotFoundError(_("There is no such version."))


def _marked(changes: list[Difference]) -> list[tuple[str, list[tuple[Mark, str]]]]:
    return [(each.where, compared(each.before, each.after)) for each in changes]


@router.get("/quizzes/{slug}/items/{item_id}/versions/{number}")
def show_version(request: Request, slug: str, item_id: str, number: int, session: SessionDep) -> Response:
    """Show one version of an item exactly as a rep sees it, and its key beside it."""
    version, product, _numbers = queries.quiz_version(session, slug, None)
    stored = next(
        (each for each in queries.versions(session, version.content_id, item_id) if each.number == number), None
    )
    if stored is None:
        raise NotFoundError(_("There is no such version."))
    context = {
        "product": product,
        "slug": slug,
        "title": version.document["title"],
        "item_id": item_id,
        "version": stored,
        "each": sheet_question(version.content_id, stored.document, 1),
        "words": words,
    }
    return page(request, "authoring/item_version.html", context)


@router.get("/quizzes/{slug}/preview")
def preview(
    request: Request, slug: str, session: SessionDep, moment: Now, version: str = "", seed: Seed = 1
) -> Response:
    """Show a whole quiz as a rep may be asked it: the working copy, or a published version."""
    context = _sheet(session, slug, version, seed, moment)
    return page(request, "authoring/quiz_preview.html", context)


@router.get("/quizzes/{slug}/print")
def print_quiz(
    *,
    request: Request,
    slug: str,
    session: SessionDep,
    moment: Now,
    version: str = "",
    seed: Seed = 1,
    key: str = "",
    locale: str = "",
) -> Response:
    """Lay a quiz out for paper, with its key or without, in any language."""
    if locale in LOCALES:
        use_locale(locale)
    context = _sheet(session, slug, version, seed, moment)
    context |= {"key": key == "1", "locale": locale, "letter": letter}
    return page(request, "authoring/quiz_print.html", context)


def _sheet(session: Session, slug: str, version: str, seed: int, moment: Now) -> dict[str, Any]:
    chosen, product, numbers = _read(session, slug, version)
    questions: list[SheetQuestion] = (in_order if chosen.document.get("bank") else sheet)(session, chosen, moment, seed)
    return {
        "product": product,
        "slug": slug,
        "title": chosen.document["title"],
        "document": chosen.document,
        "number": chosen.number,
        "numbers": numbers,
        "seed": seed,
        "questions": questions,
        "points": sum(each.item.points for each in questions),
    }


def _read(session: Session, slug: str, version: str) -> tuple[Version, Product, list[int]]:
    if version and not (version.isascii() and version.isdecimal() and len(version) < 10):  # noqa: PLR2004 (digits of an int)
        raise NotFoundError(_("There is no such version."))
    return queries.quiz_version(session, slug, int(version) if version else None)
