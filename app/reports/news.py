"""What changed about products on which somebody is certified, where its publication said to tell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import Content, ContentKind, ContentVersion, Product, Verdict
from app.certification.holdings import Key
from app.certification.queries import Record
from app.database import rows
from app.redlines.models import Attestation

TOLD_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class News:
    """What changed about a product, and why."""

    product: str
    name: str | dict[str, str]
    published_at: datetime
    note: str
    kind: ContentKind = ContentKind.REDLINES

    @property
    def of_red_lines(self) -> bool:
        """Whether the red lines changed, perhaps among other things."""
        return self.kind is ContentKind.REDLINES

    @property
    def url(self) -> str:
        """Where it is read."""
        return f"/products/{self.product}/red-lines" if self.of_red_lines else f"/products/{self.product}"


_SIGNED = (
    select(col(Attestation.id))
    .where(
        col(Attestation.person_id) == bindparam("person_id"),
        col(Attestation.product_id) == col(Content.product_id),
        col(Attestation.signed_at) >= col(ContentVersion.published_at),
    )
    .exists()
)
_NEWS = (
    select(
        col(Product.slug),
        col(Product.name),
        col(ContentVersion.published_at),
        col(ContentVersion.note),
        col(Content.kind),
    )
    .join(Content, col(Content.id) == col(ContentVersion.content_id))
    .join(Product, col(Product.id) == col(Content.product_id))
    .where(
        any_of(col(Content.product_id), "certified"),
        col(ContentVersion.verdict) == Verdict.NOTIFY,
        col(ContentVersion.published_at) > bindparam("since"),
        col(ContentVersion.published_at) <= bindparam("moment"),
        or_(col(Content.kind) != ContentKind.REDLINES, ~_SIGNED),
    )
    .order_by(col(ContentVersion.published_at).desc(), col(ContentVersion.id).desc())
)


def news(session: Session, person_id: int, standings: Mapping[Key, Record], moment: datetime) -> list[News]:
    """Return what a person is to be told for 30 days, of red lines until they sign them again; one statement."""
    certified = [
        product_id
        for (person, product_id), record in standings.items()
        if person == person_id and record.verdict.allowed and record.period_id is not None
    ]
    since = moment - TOLD_FOR
    found = rows(session, _NEWS, person_id=person_id, certified=certified, since=since, moment=moment)
    return [News(*row) for row in found]
