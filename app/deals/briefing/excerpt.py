"""What the page of a deal shows of its brief: the first red lines, and the talk tracks that fit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from sqlmodel import Session

from app.catalog.queries import courses
from app.catalog.text import Text
from app.deals.briefing import rules
from app.deals.briefing.queries import meeting_of
from app.deals.facts import DealFacts
from app.redlines.queries import Card, cards_of

SHOWN = 2
"""Red lines on the page of a deal, of as many products as there are; the rest is one click away."""


@dataclass(frozen=True, slots=True)
class Track:
    """A talk track, and where it is read."""

    title: Text
    product: str | dict[str, str]
    url: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first red lines with one wording each, how many there are in all, and the talk tracks."""

    cards: tuple[Card, ...]
    red_lines: int
    tracks: tuple[Track, ...]


def excerpt(session: Session, deal: DealFacts, as_of: datetime) -> Excerpt:
    """Return what a deal's team should have read, as published at `as_of`."""
    by_product = list(cards_of(session, [each.id for each in deal.products], as_of).values())
    in_turn = [card for row in zip_longest(*by_product) for card in row if card is not None]
    shown = tuple(replace(card, say_instead=card.say_instead[:1]) for card in in_turn[:SHOWN])
    return Excerpt(shown, len(in_turn), tuple(_tracks(session, deal, as_of)))


def _tracks(session: Session, deal: DealFacts, as_of: datetime) -> Iterator[Track]:
    published = courses(session, as_of, [each.id for each in deal.products])
    for product in deal.products:
        course = published.get(product.id)
        for lesson in rules.tracks(course.document.lessons, meeting_of(deal)) if course else ():
            url = f"/products/{product.slug}/lessons/{lesson.id}"
            yield Track(lesson.title, product.name, url, lesson.minutes)
