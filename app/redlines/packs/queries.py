"""Every read of rule packs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.catalog.queries import Version, in_force
from app.database import stored_id
from app.redlines.models import RulePack, RulePackVersion
from app.redlines.queries import Card, card_of, known_by


@dataclass(frozen=True, slots=True)
class PackVersion:
    """An approved version of a rule pack. Callers must not change the document."""

    id: int
    slug: str
    number: int
    document: dict[str, Any]
    digest: str
    approved_at: datetime

    @property
    def version(self) -> str:
        """The version as the pack's author calls it."""
        return str(self.document["pack"]["version"])


def approved(session: Session, slugs: Collection[str], as_of: datetime) -> dict[str, list[PackVersion]]:
    """Return the versions of rule packs that were approved by `as_of`, by pack, the newest approval first."""
    found: dict[str, list[PackVersion]] = {}
    if not slugs:
        return found
    for row in session.execute(
        select(
            col(RulePackVersion.id),
            col(RulePack.slug),
            col(RulePackVersion.number),
            col(RulePackVersion.document),
            col(RulePackVersion.digest),
            col(RulePackVersion.approved_at),
        )
        .join(RulePack, col(RulePack.id) == col(RulePackVersion.rule_pack_id))
        .where(col(RulePack.slug).in_(slugs), col(RulePackVersion.approved_at) <= as_of)
        .order_by(col(RulePackVersion.approved_at).desc(), col(RulePackVersion.number).desc())
    ):
        found.setdefault(row.slug, []).append(PackVersion(*row))
    return found


@dataclass(frozen=True, slots=True)
class HeldPack:
    """A rule pack that holds for a product, as people read it."""

    name: str | dict[str, str]
    version: str
    cards: tuple[Card, ...]


def held(session: Session, subscriptions: Collection[Mapping[str, str]], as_of: datetime) -> list[HeldPack]:
    """Return the rule packs that subscriptions mean at `as_of`, without those that nobody has approved yet."""
    versions_of = approved(session, {each["pack"] for each in subscriptions}, as_of)
    found = []
    for each in subscriptions:
        pack = chosen(versions_of.get(each["pack"], ()), each.get("version"))
        if pack is not None:
            cards = tuple(card_of(rule) for rule in known_by(pack.document["rules"], as_of))
            found.append(HeldPack(pack.document["pack"]["name"], pack.version, cards))
    return found


def newest(session: Session, slugs: Collection[str]) -> dict[str, RulePackVersion]:
    """Return the last version that was read of each of these rule packs, approved or not."""
    rows = session.execute(
        select(col(RulePack.slug), RulePackVersion)
        .join(RulePack, col(RulePack.id) == col(RulePackVersion.rule_pack_id))
        .where(col(RulePack.slug).in_(slugs))
        .order_by(col(RulePackVersion.number))
    )
    return {row[0]: row[1] for row in rows}


def chosen(versions: Collection[PackVersion], version: str | None) -> PackVersion | None:
    """Return the version that a subscription means: the one it names, else the newest."""
    return next((each for each in versions if version is None or each.version == version), None)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version that was read, for lists; `approved_by` is empty while it waits."""

    id: int
    slug: str
    number: int
    header: dict[str, Any]
    rules: int
    read_at: datetime
    read_by: str
    approved_at: datetime | None
    approved_by: str


def versions(session: Session, slug: str | None = None) -> list[StoredVersion]:
    """Return every version of every rule pack, or of one, by pack, the newest first; one statement."""
    wanted = (
        select(col(RulePack.slug), RulePackVersion)
        .join(RulePack, col(RulePack.id) == col(RulePackVersion.rule_pack_id))
        .order_by(col(RulePack.slug), col(RulePackVersion.number).desc())
    )
    if slug is not None:
        wanted = wanted.where(col(RulePack.slug) == slug)
    return [
        StoredVersion(
            stored_id(version),
            pack,
            version.number,
            version.document["pack"],
            len(version.document["rules"]),
            version.read_at,
            version.read_by,
            version.approved_at,
            version.approved_by or "",
        )
        for pack, version in session.execute(wanted)
    ]


def version(session: Session, slug: str, number: int) -> RulePackVersion | None:
    """Find one version of a rule pack."""
    return session.scalar(
        select(RulePackVersion)
        .join(RulePack, col(RulePack.id) == col(RulePackVersion.rule_pack_id))
        .where(col(RulePack.slug) == slug, col(RulePackVersion.number) == number)
    )


def subscribers(session: Session, as_of: datetime) -> dict[str, list[Version]]:
    """Return which products' red lines in force name each rule pack."""
    found: dict[str, list[Version]] = {}
    for published in in_force(session, [ContentKind.REDLINES], as_of):
        for each in published.document.get("packs", ()):
            found.setdefault(each["pack"], []).append(published)
    return found
