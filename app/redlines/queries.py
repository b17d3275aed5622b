"""Every read of red lines."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, ContentVersion
from app.catalog.queries import Version, in_force
from app.catalog.text import localized, nearest
from app.clock import local_day
from app.redlines.models import Attestation
from app.web.i18n import current_locale

_SEVERITIES = ("block", "warn", "coach")
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Card:
    """One red line in the reader's language, as the red-line card shows it."""

    id: str
    title: str
    severity: str
    never_say: str
    say_instead: tuple[str, ...]
    why: str


def cards(session: Session, product_id: int, as_of: datetime) -> dict[str, Card]:
    """Return the active red lines of a product that were in force at `as_of`, by their ids."""
    versions = in_force(session, [ContentKind.REDLINES], as_of, products=[product_id])
    return {rule["id"]: card_of(rule) for version in versions for rule in _in_force(version, as_of)}


def cards_of(session: Session, products: Collection[int], as_of: datetime) -> dict[int, list[Card]]:
    """Return the active red lines of several products at once, by product, those that stop a pitch first."""
    return {
        version.product_id: [
            card_of(rule)
            for rule in sorted(_in_force(version, as_of), key=lambda rule: _SEVERITIES.index(rule["severity"]))
        ]
        for version in in_force(session, [ContentKind.REDLINES], as_of, products=products)
    }


def _in_force(version: Version, as_of: datetime) -> list[dict[str, Any]]:
    return known_by(version.document["rules"], as_of)


def known_by(rules: Iterable[dict[str, Any]], as_of: datetime) -> list[dict[str, Any]]:
    """List the rules that people must know: active, and effective on the day (half-open, as `Effective.covers`)."""
    day = local_day(as_of).isoformat()
    found = []
    for rule in rules:
        effective = rule.get("effective", {})
        begun = (effective.get("from") or "") <= day
        if rule["status"] == "active" and begun and (not effective.get("until") or day < effective["until"]):
            found.append(rule)
    return found


def card_of(rule: Mapping[str, Any], locale: str | None = None) -> Card:
    """Return the card of a red line's document, in the reader's language unless `locale` is another."""
    locale = locale or current_locale()
    title = localized(rule["title"], locale)
    return Card(
        id=rule["id"],
        title=title,
        severity=rule["severity"],
        never_say=localized(rule["never_say"], locale) if "never_say" in rule else _example(rule, locale) or title,
        say_instead=tuple(rule["say_instead"][nearest(rule["say_instead"], locale)]),
        why=localized(rule["why"], locale),
    )


def _example(rule: Mapping[str, Any], locale: str) -> str:
    """Return a sentence that crosses a red line, in the language of `locale` where there is one."""
    sentences: list[str] = rule.get("examples", {}).get("must_flag", [])
    spoken = [each for each in sentences if bool(_HAN.search(each)) is locale.startswith("zh")]
    return next(iter([*spoken, *sentences]), "")


@dataclass(frozen=True, slots=True)
class RedLines:
    """A product's red lines in force: one version, with its cards, and the rule packs it subscribes to."""

    version_id: int
    number: int
    published_at: datetime
    cards: tuple[Card, ...]
    subscriptions: tuple[Mapping[str, str], ...] = ()


def red_lines(session: Session, product_id: int, as_of: datetime) -> RedLines | None:
    """Return the red lines of a product in force at `as_of`; None when it has none to show."""
    for version in in_force(session, [ContentKind.REDLINES], as_of, products=[product_id]):
        shown = tuple(card_of(rule) for rule in _in_force(version, as_of))
        if shown:
            packs = tuple(version.document.get("packs", ()))
            return RedLines(version.id, version.number, version.published_at, shown, packs)
    return None


@dataclass(frozen=True, slots=True)
class Signature:
    """One of a person's signatures under one version of the red lines."""

    version_id: int
    version: int
    number: int
    signed_name: str
    meaning: str
    locale: str
    signed_at: datetime


def signatures(session: Session, person_id: int, product_id: int) -> list[Signature]:
    """Return a person's signatures under a product's red lines, the newest first."""
    rows = session.execute(
        select(
            col(Attestation.content_version_id),
            col(ContentVersion.number),
            col(Attestation.number),
            col(Attestation.signed_name),
            col(Attestation.meaning),
            col(Attestation.locale),
            col(Attestation.signed_at),
        )
        .join(ContentVersion, col(ContentVersion.id) == col(Attestation.content_version_id))
        .where(col(Attestation.person_id) == person_id, col(Attestation.product_id) == product_id)
        .order_by(col(Attestation.signed_at).desc(), col(Attestation.id).desc())
    )
    return [Signature(*row) for row in rows]


def signature(session: Session, person_id: int, version_id: int, number: int) -> Attestation | None:
    """Find one signature, for the action that must not make it twice."""
    return session.scalar(
        select(Attestation).where(
            col(Attestation.person_id) == person_id,
            col(Attestation.content_version_id) == version_id,
            col(Attestation.number) == number,
        )
    )
