"""A product as it was on a past day: the texts then in force, with their versions, to read and nothing else."""

from collections.abc import Mapping

from fastapi import Request, Response
from sqlmodel import Session

from app.catalog.content import Lesson
from app.catalog.markdown import Html, render
from app.catalog.models import ContentKind
from app.catalog.queries import courses, in_force, open_product
from app.catalog.text import localized, nearest
from app.redlines.queries import cards
from app.reports.courses import facts
from app.web.asof import AsOf
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page


def past_page(request: Request, session: Session, slug: str, then: AsOf) -> Response:
    """Show what was published about a product by the end of a day."""
    product = open_product(session, slug)
    course = courses(session, then.moment, [product.id]).get(product.id)
    context = {
        "then": then,
        "slug": product.slug,
        "name": localized(product.name, current_locale()),
        "product": course.document if course else None,
        "lessons": [(each, facts(each), *_body(each)) for each in course.document.lessons] if course else [],
        "red_lines": list(cards(session, product.id, then.moment).values()),
        "versions": _versions(session, product.id, then),
    }
    return page(request, "reports/product_past.html", context)


def _body(lesson: Lesson) -> tuple[str, list[Html]]:
    """Render the text of a lesson; its red lines stand below, as they were."""
    if not lesson.body:
        return current_locale(), []
    locale = nearest(lesson.body, current_locale())
    return locale, [each for each in render(lesson.body[locale], locale) if isinstance(each, Html)]


def _versions(session: Session, product_id: int, then: AsOf) -> list[tuple[str, int, object]]:
    """Return the name, the number and the publication of each text in force."""
    kinds: Mapping[ContentKind, str] = {
        ContentKind.COURSE: _("Course"),
        ContentKind.PROGRAM: _("Program"),
        ContentKind.REDLINES: _("Red lines"),
    }
    return [
        (
            kinds.get(each.kind) or localized(each.document["title"], current_locale()),
            each.number,
            each.published_at,
        )
        for each in in_force(session, list(ContentKind), then.moment, products=[product_id])
    ]
