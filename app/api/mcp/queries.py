"""What the tools read: products as published, and what may be said about one of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.api.mcp.schemas import TalkTracksCall
from app.catalog.content import Lesson, TalkTrack
from app.catalog.queries import courses, open_product
from app.catalog.queries import products as products_sold
from app.catalog.text import localized, nearest
from app.database import stored_id
from app.deals import words
from app.errors import NotFoundError
from app.redlines.checking import rule_set
from app.redlines.queries import Card, card_of, known_by
from app.web.i18n import current_locale
from app.web.i18n import gettext as _


def products(session: Session, as_of: datetime) -> dict[str, Any]:
    """Return what is published about each product that is sold."""
    sold = products_sold(session)
    published = courses(session, as_of, [stored_id(each) for each in sold])
    locale = current_locale()
    found = []
    for each in sold:
        course = published.get(stored_id(each))
        said = course.document if course else None
        found.append(
            {
                "slug": each.slug,
                "name": words.name(each.name),
                "positioning": {
                    "scene": localized(said.positioning.scene, locale),
                    "audience": localized(said.positioning.audience, locale),
                    "difference": localized(said.positioning.difference, locale),
                }
                if said
                else None,
                "can": [localized(sentence, locale) for sentence in said.can] if said else [],
                "cannot": [localized(sentence, locale) for sentence in said.cannot] if said else [],
            }
        )
    return {"products": found}


def talk_tracks(session: Session, asked: TalkTracksCall, as_of: datetime, origin: str) -> dict[str, Any]:
    """Return the talk tracks that customers may see and that fit, and the approved wordings.

    Raises NotFoundError for a product that is not there or retired, and when nothing is published about it.
    """
    rules = rule_set(session, [asked.product], as_of)
    product = open_product(session, asked.product)
    course = courses(session, as_of, [product.id]).get(product.id)
    if course is None and not rules.rules:
        raise NotFoundError(_("Nothing has been published about this product yet."))
    lessons = course.document.lessons if course else ()
    known = {rule["id"]: rule for rule in reversed(known_by(map(dict, rules.rules), as_of))}
    cards = [card_of(known[name]) for name in sorted(known) if _holds_for(known[name], product.slug)]
    return {
        "product": product.slug,
        "talk_tracks": [
            _track(lesson, track, f"{origin}/products/{product.slug}/lessons/{lesson.id}")
            for lesson, track in _external(lessons)
            if _fits(track, asked)
        ],
        "wordings": [_wording(card) for card in cards],
    }


def _external(lessons: tuple[Lesson, ...]) -> Iterator[tuple[Lesson, TalkTrack]]:
    for lesson in lessons:
        if lesson.kind == "talk_track" and lesson.audience == "external" and lesson.talk_track:
            yield lesson, lesson.talk_track


def _fits(track: TalkTrack, asked: TalkTracksCall) -> bool:
    wanted = ((asked.industry, track.industry), (asked.customer_role, track.role), (asked.stage, track.stage))
    return all(one is None or not some or one in some for one, some in wanted)


def _holds_for(rule: Mapping[str, Any], slug: str) -> bool:
    products = rule.get("applies", {}).get("products", ())
    return not products or slug in products


def _track(lesson: Lesson, track: TalkTrack, url: str) -> dict[str, Any]:
    locale = current_locale()
    return {
        "id": lesson.id,
        "title": localized(lesson.title, locale),
        "fits": {
            "industry": list(track.industry),
            "customer_role": list(track.role),
            "stage": list(track.stage),
        },
        "text": lesson.body[nearest(lesson.body, locale)] if lesson.body else "",
        "url": url,
    }


def _wording(card: Card) -> dict[str, Any]:
    return {
        "red_line": card.id,
        "title": card.title,
        "severity": card.severity,
        "never_say": card.never_say,
        "say_instead": list(card.say_instead),
        "why": card.why,
    }
