"""Every read of what a quiz may draw: its own items, and those of the quizzes and banks that its rules name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion
from app.catalog.queries import Version, in_force
from app.quizzes import queries
from app.quizzes.drawing import Lot, Rule, draw_lots

Key = tuple[int, str]
"""What an item is known by: the quiz that it belongs to, and its id there."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What one rule may take: the wording of every item that fits, and how many of them it takes."""

    items: Mapping[Key, dict[str, Any]]
    count: int | None

    @property
    def takes_all(self) -> bool:
        """Whether it takes everything there is, so that nothing has to be chosen."""
        return self.count is None or self.count >= len(self.items)

    def lot(self, times_seen: Mapping[Key, int]) -> Lot:
        """Return what there is to draw from for somebody who has seen the items so often."""
        return Lot({key: times_seen.get(key, 0) for key in self.items}, self.count)


@dataclass(frozen=True, slots=True)
class Source:
    """A published quiz or bank as rules draw from it."""

    content_id: int
    items: Sequence[dict[str, Any]]

    def that_fit(self, rule: Rule) -> dict[Key, dict[str, Any]]:
        """Return the items that a rule may take."""
        return {(self.content_id, item["id"]): item for item in self.items if rule.fits(item)}


def candidates(session: Session, version: Version, moment: datetime) -> list[Candidates]:
    """Return what each rule of a quiz may take; a quiz that draws by a number has one that takes so many of its own.

    A source that is not published has nothing. Two statements at most, and one for documents that are new here.
    """
    draw = queries.settings_of(version.document).draw
    own = Source(version.content_id, version.document["items"])
    if not isinstance(draw, tuple):
        return [Candidates(own.that_fit(Rule()), draw)]
    found = named_sources(session, draw, moment)
    pools = [own if rule.source is None else found.get((rule.source, rule.version), Source(0, [])) for rule in draw]
    return [Candidates(pool.that_fit(rule), rule.count) for rule, pool in zip(draw, pools, strict=True)]


def wordings(found: Iterable[Candidates]) -> dict[Key, dict[str, Any]]:
    """Return every item that may be drawn; of one that stands in several versions, the wording of the first rule."""
    chosen: dict[Key, dict[str, Any]] = {}
    for each in found:
        chosen = {**each.items, **chosen}
    return chosen


def drawn(found: Sequence[Candidates], times_seen: Mapping[Key, int], rng: Random) -> dict[Key, dict[str, Any]]:
    """Draw the items that an attempt asks, in the order of the rules, each in the wording of the rule that took it."""
    shares = draw_lots([each.lot(times_seen) for each in found], rng)
    return {key: each.items[key] for each, share in zip(found, shares, strict=True) for key in share}


def named_sources(session: Session, rules: Iterable[Rule], moment: datetime) -> dict[tuple[str, int | None], Source]:
    """Return the quizzes and banks that rules name, by id and pinned version; those not published are not there."""
    wanted = {(rule.source, rule.version) for rule in rules if rule.source is not None}
    newest = [slug for slug, number in wanted if number is None]
    pinned = [(slug, number) for slug, number in wanted if number is not None]
    found: dict[tuple[str, int | None], Source] = {}
    for each in in_force(session, [ContentKind.QUIZ], moment, slugs=newest) if newest else ():
        found[each.slug, None] = Source(each.content_id, each.document["items"])
    rows = (
        session.execute(
            select(col(Content.slug), col(ContentVersion.number), col(Content.id), col(ContentVersion.document))
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(Content.kind) == ContentKind.QUIZ, tuple_(col(Content.slug), col(ContentVersion.number)).in_(pinned)
            )
        )
        if pinned
        else ()
    )
    for slug, number, content_id, document in rows:
        found[slug, number] = Source(content_id, document["items"])
    return found
