"""Every read of extensions."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import Text
from app.certification.dates import PeriodDates
from app.certification.models import CertificationPeriod, PeriodExtension


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: through which day, why, when and by whom."""

    through: date
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Extendable:
    """A period with its dates as its extensions have made them; `renewed` where a later one follows."""

    id: int
    person_id: int
    product_id: int
    slug: str
    name: Text
    level: str
    number: int
    dates: PeriodDates
    renewed: bool
    extensions: tuple[Extension, ...]


_LATER = aliased(CertificationPeriod)


def period(session: Session, person_id: int, period_id: int) -> Extendable | None:
    """Find a person's period."""
    renewed = (
        select(col(_LATER.id))
        .where(
            col(_LATER.person_id) == col(CertificationPeriod.person_id),
            col(_LATER.product_id) == col(CertificationPeriod.product_id),
            col(_LATER.level) == col(CertificationPeriod.level),
            col(_LATER.number) > col(CertificationPeriod.number),
        )
        .exists()
    )
    row = session.execute(
        select(
            col(CertificationPeriod.id),
            col(CertificationPeriod.person_id),
            col(CertificationPeriod.product_id),
            col(Product.slug),
            col(Product.name),
            col(CertificationPeriod.level),
            col(CertificationPeriod.number),
            col(CertificationPeriod.done_on),
            col(CertificationPeriod.window_opens_on),
            col(CertificationPeriod.valid_through),
            col(CertificationPeriod.grace_through),
            col(CertificationPeriod.baseline_through),
            renewed,
        )
        .join(Product, col(Product.id) == col(CertificationPeriod.product_id))
        .where(col(CertificationPeriod.id) == period_id, col(CertificationPeriod.person_id) == person_id)
    ).first()
    if row is None:
        return None
    extensions = _extensions(session, period_id)
    dates = PeriodDates(*row[7:12])
    if extensions:
        dates = dates.extended(extensions[0].through)
    return Extendable(
        id=row[0],
        person_id=row[1],
        product_id=row[2],
        slug=row[3],
        name=row[4],
        level=row[5],
        number=row[6],
        dates=dates,
        renewed=row[12],
        extensions=extensions,
    )


def _extensions(session: Session, period_id: int) -> tuple[Extension, ...]:
    rows = session.execute(
        select(
            col(PeriodExtension.through), col(PeriodExtension.reason), col(PeriodExtension.at), col(PeriodExtension.by)
        )
        .where(col(PeriodExtension.period_id) == period_id)
        .order_by(col(PeriodExtension.id).desc())
    )
    return tuple(Extension(*row) for row in rows)
