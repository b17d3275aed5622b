"""What to have at hand in the meeting: the red lines of a deal's products, and the talk tracks that fit it."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from sqlmodel import Session

from app.catalog.models import ContentKind
from app.catalog.queries import in_force
from app.catalog.text import Text
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
class Brief:
    """The first red lines with one wording each, how many there are in all, and the talk tracks."""

    cards: tuple[Card, ...]
    red_lines: int
    tracks: tuple[Track, ...]


def brief(session: Session, deal: DealFacts, as_of: datetime) -> Brief:
    """Return what a deal's team should have read, as published at `as_of`."""
    by_product = list(cards_of(session, [each.id for each in deal.products], as_of).values())
    in_turn = [card for row in zip_longest(*by_product) for card in row if card is not None]
    shown = tuple(replace(card, say_instead=card.say_instead[:1]) for card in in_turn[:SHOWN])
    return Brief(shown, len(in_turn), tuple(_tracks(session, deal, as_of)))


def _tracks(session: Session, deal: DealFacts, as_of: datetime) -> list[Track]:
    names = {each.id: each for each in deal.products}
    return [
        Track(
            lesson["title"],
            names[version.product_id].name,
            f"/products/{names[version.product_id].slug}/lessons/{lesson['id']}",
            lesson["minutes"],
        )
        for version in in_force(session, [ContentKind.COURSE], as_of, products=list(names))
        for lesson in version.document.get("lessons", [])
        if lesson["kind"] == "talk_track" and _fits(lesson.get("talk_track", {}), deal)
    ]


def _fits(track: dict[str, list[str]], deal: DealFacts) -> bool:
    industries, stages = track.get("industry", []), track.get("stage", [])
    return (not industries or deal.industry in industries) and (not stages or deal.stage in stages)
