"""Letting go of entries that are in an archive: where the trail begins then, and the deletion in small steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from app.audit.actions import record, take_chain
from app.audit.models import AuditAnchor, AuditEntry
from app.audit.queries import newest_anchor
from app.audit.rules import ARCHIVED, FIRST_DIGEST, Chain

AT_ONCE: Final = 5_000
"""Entries that one transaction deletes, so that whoever writes does not wait for long."""


class NotJoinedError(Exception):
    """An archive does not continue those before it, or is not of this trail."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What a proved archive holds: its first entry and what that follows from, its last, and the file's SHA-256."""

    first: int
    last: int
    previous_digest: str
    last_digest: str
    before: datetime
    sha256: str
    file: str


def beginning(session: Session) -> Chain:
    """Return the last entry of the last archive, from which the trail that is here must follow."""
    anchor = newest_anchor(session)
    return Chain(anchor.through_id, anchor.digest) if anchor else Chain(0, FIRST_DIGEST)


def last_before(session: Session, moment: datetime) -> int:
    """Return the number of the last entry before the first one that is not older than a moment; 0 for none."""
    entry = col(AuditEntry.id)
    younger = session.scalar(select(func.min(entry)).where(col(AuditEntry.at) >= moment))
    return younger - 1 if younger else session.scalar(select(func.max(entry))) or 0


def digest_at(session: Session, number: int) -> str | None:
    """Return the digest of an entry that is here."""
    return session.scalar(select(col(AuditEntry.digest)).where(col(AuditEntry.id) == number))


def is_anchored(session: Session, archived: Archived) -> bool:
    """Say whether the trail already begins behind an archive. Raises NotJoinedError where it is of another trail."""
    anchor = session.get(AuditAnchor, archived.last)
    if anchor and anchor.digest != archived.last_digest:
        raise NotJoinedError(f"entry {archived.last} has another digest there than in this trail")
    return anchor is not None


def let_begin_behind(session: Session, archived: Archived, *, by: str, moment: datetime) -> None:
    """Let the trail begin behind a proved archive, whose entries may be deleted from then on, and say so in it.

    Raises NotJoinedError: the archive does not begin where the trail does, or ends in another entry.
    """
    take_chain(session)
    if is_anchored(session, archived):
        return
    here = beginning(session)
    if (archived.first - 1, archived.previous_digest) != (here.last, here.digest):
        raise NotJoinedError(f"it begins at entry {archived.first}, and this trail behind entry {here.last}")
    if digest_at(session, archived.last) != archived.last_digest:
        raise NotJoinedError(f"entry {archived.last} has another digest there than in this trail")
    session.add(
        AuditAnchor(
            through_id=archived.last,
            digest=archived.last_digest,
            sha256=archived.sha256,
            before=archived.before,
            archived_at=moment,
            archived_by=by,
        )
    )
    record(
        session,
        at=moment,
        actor=by,
        action=ARCHIVED,
        subject=("audit", f"{archived.first}-{archived.last}"),
        details={"file": archived.file, "sha256": archived.sha256, "digest": archived.last_digest},
    )


def delete_archived(session: Session) -> int:
    """Delete the oldest entries that are in an archive, some at once, and return how many."""
    through = beginning(session).last
    first: int | None = session.scalar(select(func.min(col(AuditEntry.id))))
    if first is None or first > through:
        return 0
    last = min(through, first + AT_ONCE - 1)
    session.execute(delete(AuditEntry).where(col(AuditEntry.id) <= last))
    return last - first + 1
