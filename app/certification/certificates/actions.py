"""Every write of certificates: issuing one, issuing it again, and putting its files on record."""

from collections.abc import Iterable
from datetime import datetime
from secrets import randbelow, token_hex, token_urlsafe

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.certification.certificates import queries
from app.certification.certificates.issuer import issuer
from app.certification.certificates.models import Certificate, CertificateFile
from app.certification.certificates.rules import DESIGN, LIST_SIZE, Snapshot, digest, hashed_identity
from app.certification.models import CertificationPeriod
from app.clock import local_day
from app.errors import ConflictError, InvalidError, NotFoundError
from app.web.i18n import gettext as _


def issue(
    session: Session, period_id: int, *, reason: str, by: str, moment: datetime, after: int | None = None
) -> Certificate:
    """Issue the certificate of a period; once there is one, issue it again, which supersedes it.

    Issuing again needs a reason: a new name, an extension, a correction. `after` is the issue that the asker has
    seen. The first issue has the period's own code, each later one a new code.

    Raises InvalidError without a reason, ConflictError where another issue came between, NotFoundError for a period
    that does not exist.
    """
    # one at a time: two who press at once must not both supersede the same issue
    session.execute(
        select(col(CertificationPeriod.id)).where(col(CertificationPeriod.id) == period_id).with_for_update()
    )
    earned = queries.earned(session, period_id)
    if earned is None:
        raise NotFoundError(_("There is no such certification."))
    before = queries.newest(session, period_id)
    if before is not None and not reason.strip():
        raise InvalidError(_("Give the reason; it is kept with the certificate."))
    if after is not None and (before is None or before.issue != after):
        raise ConflictError(_("This certificate has been issued again meanwhile. Look at the newest one first."))
    number = before.issue + 1 if before else 1
    code = token_urlsafe(16) if before else earned.code
    salt = token_hex(16)
    stored = Snapshot(
        code=code,
        issue=number,
        holder=earned.holder,
        product=earned.product,
        slug=earned.slug,
        level=earned.level,
        level_name=earned.level_name,
        period=earned.period,
        issued_on=local_day(moment),
        done_on=earned.done_on,
        valid_through=earned.valid_through,
        program_version=earned.program_version,
        redlines_version=earned.redlines_version,
        company=issuer().company,
        origin=issuer().origin,
        salt=salt,
        identity=hashed_identity(earned.email, salt),
    ).stored()
    certificate = Certificate(
        period_id=period_id,
        issue=number,
        code=code,
        supersedes_id=before.id if before else None,
        template=DESIGN,
        snapshot=stored,
        digest=digest(DESIGN, stored),
        status_index=_free_place(session),
        reason=reason.strip(),
        issued_at=moment,
        issued_by=by,
    )
    session.add(certificate)
    session.flush()
    if before is not None:  # the first issue belongs to the award, which is on record
        audit(
            session,
            at=moment,
            actor=by,
            action="certificate.reissued",
            subject=("certification", f"{earned.email} {earned.slug}"),
            details={"issue": number, "reason": reason.strip(), "digest": certificate.digest},
        )
    return certificate


def _free_place(session: Session) -> int:
    """Choose a place in the status lists at random, so that neighbours tell nothing of each other."""
    issued = session.scalar(select(func.count()).select_from(Certificate)) or 0
    places = LIST_SIZE * (1 + 2 * issued // LIST_SIZE)  # at least half of them are free
    while True:
        place = randbelow(places)
        if session.scalar(select(col(Certificate.id)).where(col(Certificate.status_index) == place)) is None:
            return place


def put_on_record(session: Session, files: Iterable[CertificateFile]) -> None:
    """Keep the digests of files that are handed out; those that are there already stay as they are."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [each.model_dump() for each in files]
    if rows:
        session.execute(dialect.insert(CertificateFile).values(rows).on_conflict_do_nothing())
