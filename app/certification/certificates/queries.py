"""Every read of certificates and of the keys that badges are signed with."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentVersion, Product
from app.catalog.text import Text
from app.certification.certificates.models import Certificate, CertificateFile, SigningKey
from app.certification.certificates.rules import LIST_SIZE, Purpose, Snapshot, holds_no_longer
from app.certification.holdings import extended_through
from app.certification.models import SANCTIONS, CertificationEvent, CertificationPeriod
from app.certification.queries import Record, record, records
from app.certification.rules import StandingVerdict
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Earned:
    """What a period says of itself, as a new certificate prints it today."""

    email: str
    holder: str
    product: Text
    slug: str
    level: str
    level_name: Text
    period: int
    done_on: date
    valid_through: date
    program_version: int
    redlines_version: int | None
    code: str


_REDLINES = aliased(ContentVersion)


def earned(session: Session, period_id: int) -> Earned | None:
    """Return what there is to print about a period, with its newest extension."""
    row = session.execute(
        select(
            col(Person.email),
            col(Person.name),
            col(Product.name),
            col(Product.slug),
            col(CertificationPeriod.level),
            col(ContentVersion.document),
            col(CertificationPeriod.number),
            col(CertificationPeriod.done_on),
            col(CertificationPeriod.valid_through),
            col(ContentVersion.number),
            col(_REDLINES.number),
            col(CertificationPeriod.code),
            extended_through(None),
        )
        .join(Person, col(Person.id) == col(CertificationPeriod.person_id))
        .join(Product, col(Product.id) == col(CertificationPeriod.product_id))
        .join(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.program_version_id))
        .outerjoin(_REDLINES, col(_REDLINES.id) == col(CertificationPeriod.redlines_version_id))
        .where(col(CertificationPeriod.id) == period_id)
    ).first()
    if row is None:
        return None
    level: str = row[4]
    return Earned(
        email=row[0],
        holder=row[1],
        product=row[2],
        slug=row[3],
        level=level,
        level_name=level_title(row[5], level),
        period=row[6],
        done_on=row[7],
        valid_through=row.extended or row[8],
        program_version=row[9],
        redlines_version=row[10],
        code=row[11],
    )


def level_title(program: dict[str, Any], level: str) -> Text:
    """Return what a program's document calls a level; its id where the document does not know it any more."""
    title: Text = next((each["name"] for each in program.get("levels", ()) if each["id"] == level), level)
    return title


def newest(session: Session, period_id: int) -> Certificate | None:
    """Return the issue of a period that none supersedes."""
    return session.scalar(
        select(Certificate)
        .where(col(Certificate.period_id) == period_id)
        .order_by(col(Certificate.issue).desc())
        .limit(1)
    )


def newest_codes(session: Session, person_id: int) -> dict[str, str]:
    """Return the code of the newest issue of each of a person's periods, by the period's own code."""
    rows = session.execute(
        select(col(CertificationPeriod.code), col(Certificate.code))
        .join(CertificationPeriod, col(CertificationPeriod.id) == col(Certificate.period_id))
        .where(col(CertificationPeriod.person_id) == person_id)
        .order_by(col(Certificate.issue))
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Issued:
    """One issue of a certificate with what became of it; everything that anybody who holds its code may know."""

    id: int
    period_id: int
    person_id: int
    product_id: int
    snapshot: Snapshot
    design: str
    digest: str
    status_index: int
    issued_at: datetime
    awarded_at: datetime
    locale: str
    active: bool
    superseded_at: datetime | None
    superseded_by: str | None
    supersedes_at: datetime | None
    renewed: bool


def find(session: Session, code: str) -> Issued | None:
    """Find an issue by its code."""
    return _issued(session, col(Certificate.code) == code)


def find_file(session: Session, digest: str) -> Issued | None:
    """Find the issue that a file with this SHA-256 was handed out for."""
    owner = select(col(CertificateFile.certificate_id)).where(col(CertificateFile.digest) == digest)
    return _issued(session, col(Certificate.id).in_(owner))


_AFTER, _BEFORE = aliased(Certificate), aliased(Certificate)
_LATER = aliased(CertificationPeriod)


def _issued(session: Session, condition: Any) -> Issued | None:
    row = session.execute(
        select(
            col(Certificate.id),
            col(Certificate.period_id),
            col(CertificationPeriod.person_id),
            col(CertificationPeriod.product_id),
            col(Certificate.snapshot),
            col(Certificate.template),
            col(Certificate.digest),
            col(Certificate.status_index),
            col(Certificate.issued_at),
            col(CertificationPeriod.awarded_at),
            col(Person.locale),
            col(Person.deactivated_at).is_(None),
            col(_AFTER.issued_at),
            col(_AFTER.code),
            col(_BEFORE.issued_at),
            select(col(_LATER.id))
            .where(
                col(_LATER.person_id) == col(CertificationPeriod.person_id),
                col(_LATER.product_id) == col(CertificationPeriod.product_id),
                col(_LATER.level) == col(CertificationPeriod.level),
                col(_LATER.number) > col(CertificationPeriod.number),
            )
            .exists(),
        )
        .join(CertificationPeriod, col(CertificationPeriod.id) == col(Certificate.period_id))
        .join(Person, col(Person.id) == col(CertificationPeriod.person_id))
        .outerjoin(_AFTER, col(_AFTER.supersedes_id) == col(Certificate.id))
        .outerjoin(_BEFORE, col(_BEFORE.id) == col(Certificate.supersedes_id))
        .where(condition)
    ).first()
    if row is None:
        return None
    certificate_id, period_id, person_id, product_id, snapshot, *rest = row
    return Issued(certificate_id, period_id, person_id, product_id, Snapshot.read(snapshot), *rest)


def verdict_now(session: Session, issued: Issued, moment: datetime) -> StandingVerdict | None:
    """Return the holder's standing for what a certificate is about; None where nobody is certified on it any more."""
    return _verdict(record(session, issued.person_id, issued.product_id, moment), issued.snapshot.level)


def _verdict(found: Record | None, level: str) -> StandingVerdict | None:
    try:
        return found.at(level).verdict if found else None
    except LookupError:  # the program does not have the level any more
        return None


def set_places(session: Session, number: int, purpose: Purpose, moment: datetime) -> list[int]:
    """Return the places of status list `number` that are set for `purpose`, derived from standing as it is now."""
    sanctioned = (
        select(col(CertificationEvent.id))
        .where(
            col(CertificationEvent.person_id) == col(CertificationPeriod.person_id),
            col(CertificationEvent.product_id) == col(CertificationPeriod.product_id),
            col(CertificationEvent.kind).in_(SANCTIONS),
        )
        .exists()
    )
    rows = session.execute(
        select(
            col(Certificate.status_index),
            col(CertificationPeriod.person_id),
            col(CertificationPeriod.product_id),
            col(CertificationPeriod.level),
            col(_AFTER.id).is_not(None).label("superseded"),
            col(Person.deactivated_at).is_(None).label("active"),
        )
        .join(CertificationPeriod, col(CertificationPeriod.id) == col(Certificate.period_id))
        .join(Person, col(Person.id) == col(CertificationPeriod.person_id))
        .outerjoin(_AFTER, col(_AFTER.supersedes_id) == col(Certificate.id))
        .where(
            col(Certificate.status_index).between(number * LIST_SIZE, (number + 1) * LIST_SIZE - 1),
            # whoever is in neither of these states has no bit set: standing need not be asked about everybody
            or_(col(_AFTER.id).is_not(None), col(Person.deactivated_at).is_not(None), sanctioned),
        )
    ).all()
    found = records(session, {row.person_id for row in rows}, moment, {row.product_id for row in rows})
    places = []
    for row in rows:
        verdict = _verdict(found.get((row.person_id, row.product_id)), row.level)
        state = holds_no_longer(
            superseded=row.superseded, active=row.active, standing=verdict.standing if verdict else None
        )
        if state is purpose:
            places.append(row.status_index % LIST_SIZE)
    return places


def has_list(session: Session, number: int) -> bool:
    """Say whether a certificate has its place in status list `number`."""
    inside = col(Certificate.status_index).between(number * LIST_SIZE, (number + 1) * LIST_SIZE - 1)
    return session.scalar(select(col(Certificate.id)).where(inside).limit(1)) is not None


def unrecorded(session: Session, engine: str, limit: int) -> list[tuple[int, str, Snapshot]]:
    """Return (id, design, snapshot) of certificates of which no file made by `engine` is on record yet."""
    made = (
        select(col(CertificateFile.digest))
        .where(col(CertificateFile.certificate_id) == col(Certificate.id), col(CertificateFile.engine) == engine)
        .exists()
    )
    rows = session.execute(
        select(col(Certificate.id), col(Certificate.template), col(Certificate.snapshot))
        .where(~made)
        .order_by(col(Certificate.id))
        .limit(limit)
    )
    return [(row[0], row[1], Snapshot.read(row[2])) for row in rows]


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is stored; `retired_at` is None for the one that signs."""

    kid: str
    public: dict[str, Any]
    sealed: str
    retired_at: datetime | None


def keys(session: Session) -> list[Key]:
    """Return every key there ever was, the newest first: what was signed with an old one stays verifiable."""
    rows = session.execute(
        select(
            col(SigningKey.kid), col(SigningKey.public), col(SigningKey.sealed), col(SigningKey.retired_at)
        ).order_by(col(SigningKey.id).desc())
    )
    return [Key(*row) for row in rows]


def achievement(session: Session, slug: str) -> tuple[Text, dict[str, Any]] | None:
    """Return a product's name and the newest program that somebody was certified under; None where nobody was."""
    row = session.execute(
        select(col(Product.name), col(ContentVersion.document))
        .join(CertificationPeriod, col(CertificationPeriod.product_id) == col(Product.id))
        .join(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.program_version_id))
        .where(col(Product.slug) == slug)
        .order_by(col(CertificationPeriod.id).desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None
