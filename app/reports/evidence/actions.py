"""Writing down that somebody took a pack."""

from sqlmodel import Session

from app.audit.actions import record
from app.reports.evidence.packing import Packed
from app.reports.evidence.subjects import Wanted


def record_pack(session: Session, wanted: Wanted, packed: Packed) -> None:
    """Record who took which pack, with the digest by which it can be told again."""
    details = {
        "as_of": wanted.as_of.isoformat(),
        "files": packed.files,
        "recordings": wanted.recordings,
        "sha256": packed.sha256,
        "whole": wanted.whole,
    }
    subject = (wanted.subject.kind.value, wanted.subject.name)
    record(session, at=wanted.made_at, actor=wanted.by, action="evidence.packed", subject=subject, details=details)
