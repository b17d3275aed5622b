"""Every read of the pages on which people check a text and see what they sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import localized
from app.certification.models import CertificationPeriod
from app.conduct import marks
from app.conduct.checking.nearness import near_products, on_nearness
from app.conduct.models import Disposition, Finding, NameOpening, SentText
from app.errors import NotFoundError
from app.redlines.queries import Card, card_of
from app.web.i18n import current_locale
from app.web.i18n import gettext as _

MOST_SENT = 50
"""Texts that the list of what one sent shows."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A product to choose; `near` when the person sells it or may."""

    slug: str
    name: str
    near: bool


def choices(session: Session, person_id: int, today: date) -> list[Choice]:
    """Return the products that are sold: those near to the person first, then the others, each by name."""
    near = near_products(session, person_id, today)
    locale = current_locale()
    rows = session.execute(
        select(col(Product.id), col(Product.slug), col(Product.name)).where(col(Product.retired_at).is_(None))
    )
    found = [Choice(slug, localized(name, locale), product_id in near) for product_id, slug, name in rows]
    return sorted(found, key=lambda each: (not each.near, each.name.casefold(), each.slug))


@on_nearness
def _certified(session: Session, person_id: int, today: date) -> set[int]:
    """Products on which the person is, or was, certified."""
    del today
    periods = select(col(CertificationPeriod.product_id)).where(col(CertificationPeriod.person_id) == person_id)
    return set(session.scalars(periods.distinct()))


@dataclass(frozen=True, slots=True)
class Listed:
    """A text that somebody sent, in the list of theirs."""

    id: int
    title: str
    sent_at: datetime
    findings: int
    undecided: int


def sent_by(session: Session, person_id: int) -> list[Listed]:
    """Return what a person sent for review, the newest first."""
    open_ones = func.count(col(Finding.id)).filter(col(Finding.disposition) == Disposition.OPEN)
    rows = session.execute(
        select(
            col(SentText.id),
            col(SentText.title),
            col(SentText.sent_at),
            func.count(col(Finding.id)),
            open_ones,
        )
        .outerjoin(Finding, (col(Finding.sent_text_id) == col(SentText.id)) & _is_shown())
        .where(col(SentText.person_id) == person_id)
        .group_by(col(SentText.id), col(SentText.title), col(SentText.sent_at))
        .order_by(col(SentText.sent_at).desc(), col(SentText.id).desc())
        .limit(MOST_SENT)
    )
    return [Listed(*row) for row in rows]


def _is_shown() -> Any:
    # what a rule on trial finds is for its author, and what a new reading no longer finds is gone
    return (col(Finding.state) != "shadow") & col(Finding.gone_at).is_(None)


@dataclass(frozen=True, slots=True)
class Decided:
    """A stored finding with its red line, and what a person decided about it."""

    number: int
    start: int
    end: int
    matched: str
    severity: str
    state: str
    reason: str | None
    card: Card
    disposition: Disposition
    decided_at: datetime | None

    @property
    def kind(self) -> marks.Kind:
        """How it looks."""
        return marks.set_aside() if self.state == "downgraded" else marks.kind(self.severity)

    @property
    def excuse(self) -> str:
        """Why it was set aside, or nothing."""
        return marks.excuse(self.reason) if self.state == "downgraded" else ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A text as it was sent, with its findings in its order; `opened_at` are the moments its name was opened."""

    text: SentText
    products: Sequence[str]
    findings: Sequence[Decided]
    opened_at: Sequence[datetime]


def sent_text(session: Session, person_id: int, sent_id: int) -> Sent:
    """Return what a person sent. Raises NotFoundError, also for what somebody else sent."""
    stored = session.scalar(select(SentText).where(col(SentText.id) == sent_id, col(SentText.person_id) == person_id))
    if stored is None:
        raise NotFoundError(_("You have not sent such a text."))
    rows = session.execute(
        select(
            col(Finding.start),
            col(Finding.end),
            col(Finding.matched),
            col(Finding.severity),
            col(Finding.state),
            col(Finding.reason),
            col(Finding.rule),
            col(Finding.disposition),
            col(Finding.decided_at),
        )
        .where(col(Finding.sent_text_id) == sent_id, _is_shown())
        .order_by(col(Finding.start), col(Finding.end).desc(), col(Finding.id))
    )
    findings = [
        Decided(number, start, end, matched, severity, state, reason, card_of(rule), disposition, decided_at)
        for number, (start, end, matched, severity, state, reason, rule, disposition, decided_at) in enumerate(rows, 1)
    ]
    names = session.execute(
        select(col(Product.name)).where(col(Product.slug).in_(stored.products)).order_by(col(Product.slug))
    )
    openings = select(col(NameOpening.at)).where(col(NameOpening.sent_text_id) == sent_id).order_by(col(NameOpening.at))
    opened_at = list(session.scalars(openings))
    return Sent(stored, [localized(row[0], current_locale()) for row in names], findings, opened_at)
