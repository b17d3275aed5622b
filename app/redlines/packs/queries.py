"""Every read of rule packs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.redlines.models import RulePack, RulePackVersion


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
