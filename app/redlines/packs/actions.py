"""Every write of rule packs: a version is read from a file, and approved by somebody else."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.document import digest
from app.errors import ConflictError, InvalidError
from app.redlines.models import RulePack, RulePackVersion
from app.web.i18n import gettext as _


def read_version(session: Session, document: dict[str, Any], *, by: str, moment: datetime) -> RulePackVersion | None:
    """Store a rule pack as its next version, which waits for its approval.

    A document that equals the newest version makes none: returns None. Raises InvalidError when another document
    was read under the same version before, since a product may hold on to it by that name.
    """
    header = document["pack"]
    pack = _pack(session, header["id"], moment)
    versions = list(
        session.scalars(
            select(RulePackVersion)
            .where(col(RulePackVersion.rule_pack_id) == pack.id)
            .order_by(col(RulePackVersion.number).desc())
        )
    )
    if versions and versions[0].digest == digest(document):
        return None
    if any(each.document["pack"]["version"] == header["version"] for each in versions):
        message = _("The version %(version)s of %(pack)s is stored already and says something else; give it another.")
        raise InvalidError(message % {"version": header["version"], "pack": header["id"]})
    assert pack.id is not None  # noqa: S101 (it has been flushed)
    version = RulePackVersion(
        rule_pack_id=pack.id,
        number=len(versions) + 1,
        document=document,
        digest=digest(document),
        read_at=moment,
        read_by=by,
    )
    session.add(version)
    session.flush()
    _record(session, version, "rule_pack.read", by=by, moment=moment)
    return version


def approve(session: Session, version: RulePackVersion, *, by: str, moment: datetime) -> None:
    """Put a version in force for the products that subscribe to it. Raises ConflictError when it is already."""
    session.refresh(version, with_for_update=True)
    if version.approved_at is not None:
        raise ConflictError(_("This version was approved already."))
    version.approved_at = moment
    version.approved_by = by
    session.flush()
    _record(session, version, "rule_pack.approved", by=by, moment=moment)


def _pack(session: Session, slug: str, moment: datetime) -> RulePack:
    """Find a pack, or begin it, so that two who read its first version at once make one."""
    found = session.scalar(select(RulePack).where(col(RulePack.slug) == slug).with_for_update())
    if found is None:
        found = RulePack(slug=slug, created_at=moment)
        session.add(found)
        session.flush()
    return found


def _record(session: Session, version: RulePackVersion, action: str, *, by: str, moment: datetime) -> None:
    header = version.document["pack"]
    record(
        session,
        at=moment,
        actor=by,
        action=action,
        subject=("rule_pack", header["id"]),
        details={"version": header["version"], "digest": version.digest},
    )
