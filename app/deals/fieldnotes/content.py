"""What a note may have led to: the lessons, red lines and questions of its product, each by its address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.catalog.models import ContentKind
from app.catalog.queries import in_force
from app.catalog.text import localized
from app.quizzes.itemparts import without_gaps
from app.redlines.queries import known_by
from app.web.i18n import current_locale
from app.web.i18n import gettext as _

_KINDS = (ContentKind.COURSE, ContentKind.REDLINES, ContentKind.QUIZ)
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a product's content; `for_trainers` says that others may read neither its words nor its page."""

    url: str
    label: str
    for_trainers: bool = False


def parts(session: Session, product_id: int, slug: str, moment: datetime) -> dict[str, Part]:
    """Return what is published about a product, by address: lessons, red lines, questions; one statement."""
    found: dict[str, Part] = {}
    for version in in_force(session, _KINDS, moment, products=[product_id]):
        for part in _of(version.kind, version.slug, version.document, slug, moment):
            found[part.url] = part
    return found


def _of(kind: ContentKind, own: str, document: Mapping[str, Any], slug: str, moment: datetime) -> Iterator[Part]:
    locale = current_locale()
    if kind is ContentKind.COURSE:
        for each in document["lessons"]:
            title = localized(each["title"], locale)
            yield Part(f"/products/{slug}/lessons/{each['id']}", _("Lesson: %(title)s") % {"title": title})
    elif kind is ContentKind.REDLINES:
        for each in known_by(document["rules"], moment):
            title = localized(each["title"], locale)
            url = f"/products/{slug}/red-lines#redline-{each['id']}"
            yield Part(url, _("Red line: %(title)s") % {"title": title})
    else:
        for each in document["items"]:
            prompt = without_gaps(localized(each["prompt"], locale))[:_LONGEST]
            label = _("Question: %(prompt)s") % {"prompt": prompt}
            yield Part(f"/author/quizzes/{own}/items/{each['id']}", label, for_trainers=True)
