"""Every read of reviews: how far each red line of a product has come, who wrote it, and what waits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from app.catalog.document import digest
from app.catalog.models import Content, ContentVersion, Product
from app.catalog.text import localized
from app.errors import NotFoundError
from app.people.models import Person
from app.redlines.models import RedLineApproval, RedLineEdit, RedLineReview, ReviewState, Verdict
from app.redlines.reviewing import rules
from app.redlines.reviewing.rules import Need, Stage
from app.web.i18n import current_locale
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody said of one part."""

    part: str
    verdict: Verdict
    note: str
    by: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A review with what was said in it."""

    id: int
    content_id: int
    red_line: str
    digest: str
    document: dict[str, Any]
    reason: str
    state: ReviewState
    asked_at: datetime
    asked_by: int
    asker: str
    closed_at: datetime | None
    approvals: tuple[Approval, ...]

    @property
    def facts(self) -> rules.Review:
        """The review as the rules see it."""
        return rules.Review(
            self.digest, self.state, tuple(rules.Said(each.part, each.verdict, each.by) for each in self.approvals)
        )

    def said(self, part: str) -> Approval | None:
        """Return what was said of one part."""
        return next((each for each in self.approvals if each.part == part), None)

    @property
    def returned(self) -> Approval | None:
        """The part with which it was returned."""
        return next((each for each in self.approvals if each.verdict is Verdict.RETURNED), None)


@dataclass(frozen=True, slots=True)
class Life:
    """One red line: as published, as written now, its reviews (the newest first), and who wrote it, by name."""

    red_line: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reviews: tuple[Asked, ...]
    authors: Mapping[int, str]

    @property
    def digest(self) -> str | None:
        """What names the words as they are written now."""
        return None if self.after is None else digest(self.after)

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        return rules.stage(self.before, self.after, [each.facts for each in self.reviews])

    @property
    def need(self) -> Need:
        """What it takes to publish it, whatever was approved already."""
        return rules.need(self.before, self.after)

    @property
    def hinders(self) -> Need:
        """What still keeps it from being published."""
        return rules.hinders(self.before, self.after, [each.facts for each in self.reviews])

    @property
    def parts(self) -> tuple[str, ...]:
        """What must be approved."""
        return () if self.after is None else rules.parts(self.before, self.after)

    @property
    def current(self) -> Asked | None:
        """The newest review of exactly these words."""
        return next((each for each in self.reviews if each.digest == self.digest), None)

    @property
    def last(self) -> Asked | None:
        """The newest review, of whatever words."""
        return next(iter(self.reviews), None)


def lives(session: Session, content: Content) -> dict[str, Life]:
    """Return how far each red line of a product has come, those too that it no longer has; four statements."""
    assert content.id is not None  # noqa: S101 (a stored content has one)
    frozen = published(session, content.id)
    before, after = rules.by_id(frozen.document if frozen else None), rules.by_id(content.draft)
    asked, edits = reviews(session, content.id), _edits(session, content.id)
    return {
        name: _life(name, before.get(name), after.get(name), asked.get(name, ()), edits.get(name, ()), frozen)
        for name in dict.fromkeys([*after, *before, *asked])
    }


def life(session: Session, content: Content, red_line: str) -> Life:
    """Return how far one red line has come, also when nothing is known of it; four statements."""
    return lives(session, content).get(red_line) or Life(red_line, None, None, (), {})


def _life(
    name: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    asked: Iterable[Asked],
    edits: "Iterable[_Written]",
    frozen: ContentVersion | None,
) -> Life:
    asked, edits = tuple(asked), tuple(edits)
    in_force = before is not None and before["status"] == rules.Place.ACTIVE
    words = digest(after) if after is not None else ""
    askers = {each.asked_by: each.asker for each in asked if each.digest == words}
    names = {each.edit.person: each.name for each in edits} | askers
    wrote = rules.authors(
        (each.edit for each in edits), askers, words, frozen.published_at if frozen and in_force else None
    )
    return Life(name, before, after, asked, {person: names[person] for person in names if person in wrote})


def published(session: Session, content_id: int) -> ContentVersion | None:
    """Return the newest version of a document."""
    return session.scalar(
        select(ContentVersion)
        .where(col(ContentVersion.content_id) == content_id)
        .order_by(col(ContentVersion.number).desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class _Written:
    edit: rules.Edit
    name: str


def _edits(session: Session, content_id: int) -> dict[str, list[_Written]]:
    found: dict[str, list[_Written]] = defaultdict(list)
    for row in session.execute(
        select(
            col(RedLineEdit.red_line),
            col(RedLineEdit.digest),
            col(RedLineEdit.person_id),
            col(RedLineEdit.at),
            col(Person.name),
        )
        .join(Person, col(Person.id) == col(RedLineEdit.person_id))
        .where(col(RedLineEdit.content_id) == content_id)
        .order_by(col(RedLineEdit.id))
    ):
        found[row.red_line].append(_Written(rules.Edit(row.digest, row.person_id, row.at), row.name))
    return found


def reviews(session: Session, content_id: int) -> dict[str, list[Asked]]:
    """Return the reviews of a product's red lines by red line, the newest first; two statements."""
    said: dict[int, list[Approval]] = defaultdict(list)
    for row in session.execute(
        select(
            col(RedLineApproval.review_id),
            col(RedLineApproval.part),
            col(RedLineApproval.verdict),
            col(RedLineApproval.note),
            col(RedLineApproval.by),
            col(Person.name),
            col(RedLineApproval.at),
        )
        .join(RedLineReview, col(RedLineReview.id) == col(RedLineApproval.review_id))
        .join(Person, col(Person.id) == col(RedLineApproval.by))
        .where(col(RedLineReview.content_id) == content_id)
        .order_by(col(RedLineApproval.id))
    ):
        said[row.review_id].append(Approval(*row[1:]))
    found: dict[str, list[Asked]] = defaultdict(list)
    rows = session.execute(
        select(
            col(RedLineReview.id),
            col(RedLineReview.content_id),
            col(RedLineReview.red_line),
            col(RedLineReview.digest),
            col(RedLineReview.document),
            col(RedLineReview.reason),
            col(RedLineReview.state),
            col(RedLineReview.asked_at),
            col(RedLineReview.asked_by),
            col(Person.name).label("asker"),
            col(RedLineReview.closed_at),
        )
        .join(Person, col(Person.id) == col(RedLineReview.asked_by))
        .where(col(RedLineReview.content_id) == content_id)
        .order_by(col(RedLineReview.id).desc())
    )
    for review in rows.mappings():
        found[review["red_line"]].append(Asked(**review, approvals=tuple(said[review["id"]])))
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A red line that waits for an approval; `product` and `title` are in the reader's language."""

    id: int
    product: str
    red_line: str
    title: str
    asked_by: str
    asked_at: datetime
    reason: str


def waiting(session: Session) -> list[Waiting]:
    """Return the red lines that wait for an approval, the longest waiting first; one statement."""
    locale = current_locale()
    rows = session.execute(
        select(
            col(RedLineReview.id),
            col(Product.name).label("product"),
            col(RedLineReview.red_line),
            col(RedLineReview.document),
            col(Person.name),
            col(RedLineReview.asked_at),
            col(RedLineReview.reason),
        )
        .join(Content, col(Content.id) == col(RedLineReview.content_id))
        .join(Product, col(Product.id) == col(Content.product_id))
        .join(Person, col(Person.id) == col(RedLineReview.asked_by))
        .where(col(RedLineReview.state) == ReviewState.OPEN)
        .order_by(col(RedLineReview.asked_at), col(RedLineReview.id))
    )
    return [
        Waiting(
            row.id,
            localized(row.product, locale),
            row.red_line,
            localized(row.document["title"], locale),
            row.name,
            row.asked_at,
            row.reason,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of asking for the approval of words that are not published yet; for a person to read."""

    product: str
    slug: str
    red_line: str
    title: str
    state: ReviewState


def answered(session: Session) -> list[Answered]:
    """Return the red lines of working copies that wait, came back or were approved, the latest first; one statement.

    A review of other words than those of the working copy, or of words that were published since, is left out.
    """
    locale = current_locale()
    published_at = (
        select(func.max(col(ContentVersion.published_at)))
        .where(col(ContentVersion.content_id) == col(Content.id))
        .scalar_subquery()
    )
    rows = session.execute(
        select(RedLineReview, col(Content.slug), col(Content.draft), col(Product.name).label("product"))
        .join(Content, col(Content.id) == col(RedLineReview.content_id))
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(
            col(RedLineReview.state) != ReviewState.WITHDRAWN,
            col(Content.published_digest).is_distinct_from(col(Content.draft_digest)),
            or_(
                col(RedLineReview.closed_at).is_(None),
                published_at.is_(None),
                published_at <= col(RedLineReview.closed_at),
            ),
        )
        .order_by(col(RedLineReview.id).desc())
    )
    found: dict[tuple[str, str], Answered] = {}
    for review, slug, draft, product in rows:
        rule = rules.by_id(draft).get(review.red_line)
        if rule is not None and digest(rule) == review.digest:
            title = localized(rule["title"], locale)
            one = Answered(localized(product, locale), slug, review.red_line, title, review.state)
            found.setdefault((slug, review.red_line), one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Opened:
    """A review with its red line, its working copy and its product."""

    asked: Asked
    life: Life
    content: Content
    product: Product


def opened(session: Session, review_id: int) -> Opened:
    """Return one review. Raises NotFoundError."""
    row = session.execute(
        select(Content, Product, col(RedLineReview.red_line))
        .join(RedLineReview, col(RedLineReview.content_id) == col(Content.id))
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(col(RedLineReview.id) == review_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such request. Its draft may have been discarded."))
    content, product, red_line = row
    found = life(session, content, red_line)
    return Opened(next(each for each in found.reviews if each.id == review_id), found, content, product)
