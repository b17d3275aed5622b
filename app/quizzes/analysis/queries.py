"""Every read of the analysis: columns only, a fixed number of statements however many attempts there are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, String, and_, case, cast, func, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Product
from app.catalog.text import Text
from app.clock import end_of_day
from app.errors import NotFoundError
from app.people.models import Person
from app.quizzes.analysis.rules import UNIT, Answered, ItemWording, Sitting
from app.quizzes.models import Attempt, AttemptItem, ItemReport, ItemVersion
from app.web.i18n import gettext as _

_AT_ONCE = 500  # so many rows that live together are still young when they are forgotten


@dataclass(frozen=True, slots=True)
class Quiz:
    """The quiz or the bank that is looked at."""

    id: int
    slug: str
    title: Text
    bank: bool
    product: str
    product_name: Text


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which first attempts to look at; what is None or empty lets all through. Days are the site's, inclusive."""

    version: int | None = None
    teams: Collection[int] | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many attempts of any number there are, and how many of them still run or wait for an assessor."""

    attempts: int
    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody said is wrong with an item."""

    content_id: int
    item: str
    text: str
    reported_at: datetime


def quiz(session: Session, slug: str) -> Quiz:
    """Return the quiz to look at. Raises NotFoundError."""
    draft = col(Content.draft)
    row = session.execute(
        select(
            col(Content.id),
            col(Content.slug),
            draft["title"],
            draft["bank"].as_boolean(),
            col(Product.slug),
            col(Product.name),
        )
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(col(Content.kind) == ContentKind.QUIZ, col(Content.slug) == slug)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such quiz."))
    return Quiz(row[0], row[1], row[2], bool(row[3]), row[4], row[5])


def version_numbers(session: Session, content_id: int) -> list[int]:
    """Return the numbers of a quiz's versions, the newest first."""
    statement = select(col(ContentVersion.number)).where(col(ContentVersion.content_id) == content_id)
    return list(session.scalars(statement.order_by(col(ContentVersion.number).desc())))


def counts(session: Session, looked_at: Quiz) -> Counts:
    """Count the attempts of a quiz, or those that drew from a bank."""
    unfinished, unmarked = col(Attempt.finished_at).is_(None), col(Attempt.marked_at).is_(None)
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((unfinished, 1), else_=0)), 0),
            func.coalesce(func.sum(case((and_(~unfinished, unmarked), 1), else_=0)), 0),
        ).where(_of(looked_at))
    ).one()
    return Counts(*row)


def _of(looked_at: Quiz) -> ColumnElement[bool]:
    if not looked_at.bank:
        return and_(col(Attempt.content_id) == looked_at.id, col(Attempt.delta_of).is_(None))
    drew = select(col(AttemptItem.attempt_id)).where(col(AttemptItem.item_version_id).in_(_wordings_of(looked_at)))
    return and_(col(Attempt.id).in_(drew), col(Attempt.delta_of).is_(None))


def _wordings_of(looked_at: Quiz) -> Select[int | None]:
    return select(col(ItemVersion.id)).where(col(ItemVersion.content_id) == looked_at.id)


def _first(looked_at: Quiz, wanted: Wanted) -> ColumnElement[bool]:
    """Choose the first attempts that are finished and marked, and of which the answers are still there."""
    conditions = [
        _of(looked_at),
        col(Attempt.number) == 1,
        col(Attempt.marked_at).is_not(None),
        col(Attempt.answers_forgotten_at).is_(None),
    ]
    if wanted.version is not None:
        numbered = select(col(ContentVersion.id)).where(
            col(ContentVersion.content_id) == looked_at.id, col(ContentVersion.number) == wanted.version
        )
        conditions.append(col(Attempt.content_version_id).in_(numbered))
    if wanted.teams is not None:
        members = select(col(Person.id)).where(col(Person.team_id).in_(wanted.teams))
        conditions.append(col(Attempt.person_id).in_(members))
    if wanted.since is not None:
        conditions.append(col(Attempt.finished_at) > end_of_day(wanted.since - timedelta(days=1)))
    if wanted.until is not None:
        conditions.append(col(Attempt.finished_at) <= end_of_day(wanted.until))
    return and_(*conditions)


def _units(points: Any) -> ColumnElement[int]:
    # whole numbers out of the database: a thousand attempts are twenty thousand decimals otherwise
    return cast(func.round(cast(points, Float) * UNIT), Integer)


def sittings(session: Session, looked_at: Quiz, wanted: Wanted) -> list[Sitting]:
    """Return the first attempts."""
    rows = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.person_id),
            _units(col(Attempt.points)),
            _units(col(Attempt.max_points)),
            func.coalesce(col(Attempt.passed), False),
            func.coalesce(cast(col(Attempt.percent), Float), 0.0),
            col(Attempt.started_at),
            col(Attempt.finished_at),
        )
        .where(_first(looked_at, wanted))
        .order_by(col(Attempt.id))
    )
    return [Sitting._make((*numbers, (finished - started).total_seconds())) for *numbers, started, finished in rows]


def answers(
    session: Session, looked_at: Quiz, wanted: Wanted, item: tuple[int, str] | None = None
) -> Iterator[Answered]:
    """Go through every question of the first attempts, or those of one item, without keeping them."""
    statement = (
        select(
            col(AttemptItem.attempt_id),
            col(AttemptItem.item_version_id),
            func.coalesce(_units(col(AttemptItem.points)), 0),
            col(AttemptItem.seconds),
            cast(col(AttemptItem.answer), String),
        )
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(_first(looked_at, wanted))
    )
    if item is not None:
        named = select(col(ItemVersion.id)).where(
            col(ItemVersion.content_id) == item[0], col(ItemVersion.item) == item[1]
        )
        statement = statement.where(col(AttemptItem.item_version_id).in_(named))
    elif looked_at.bank:
        statement = statement.where(col(AttemptItem.item_version_id).in_(_wordings_of(looked_at)))
    for rows in session.execute(statement).partitions(_AT_ONCE):
        yield from rows  # type: ignore[misc]  # the columns of Answered, which nobody need copy


def wordings(session: Session, version_ids: Collection[int]) -> list[ItemWording]:
    """Return versions of items, with the quiz that each belongs to."""
    rows = session.execute(
        select(
            col(ItemVersion.id),
            col(ItemVersion.content_id),
            col(Content.slug),
            col(ItemVersion.item),
            col(ItemVersion.number),
            col(ItemVersion.document),
        )
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .where(col(ItemVersion.id).in_(version_ids))
    )
    return [ItemWording(*row) for row in rows]


def item_key(session: Session, looked_at: Quiz, name: str) -> tuple[int, str]:
    """Find the item that an address names: an own one, or `quiz~item`. Raises NotFoundError."""
    slug, between, item = name.rpartition("~")
    found = session.scalar(
        select(col(ItemVersion.content_id))
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .where(
            col(Content.kind) == ContentKind.QUIZ,
            col(Content.slug) == (slug if between else looked_at.slug),
            col(ItemVersion.item) == item,
        )
        .limit(1)
    )
    if found is None:
        raise NotFoundError(_("This quiz has never asked such a question."))
    return found, item


def reports(session: Session, looked_at: Quiz, item: tuple[int, str] | None = None) -> list[Report]:
    """Return what reps reported of the items of a quiz's attempts and nobody has settled, the newest first."""
    statement = (
        select(col(ItemVersion.content_id), col(ItemVersion.item), col(ItemReport.text), col(ItemReport.reported_at))
        .join(AttemptItem, col(AttemptItem.id) == col(ItemReport.attempt_item_id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(col(ItemReport.settled_at).is_(None))
        .order_by(col(ItemReport.reported_at).desc())
    )
    if item is not None:
        statement = statement.where(col(ItemVersion.content_id) == item[0], col(ItemVersion.item) == item[1])
    elif looked_at.bank:
        statement = statement.where(col(ItemVersion.content_id) == looked_at.id)
    else:
        statement = statement.where(col(Attempt.content_id) == looked_at.id)
    return [Report(*row) for row in session.execute(statement)]


def names(session: Session, looked_at: Quiz, wanted: Wanted) -> dict[int, str]:
    """Return the names of those who made the first attempts, by id."""
    people = select(col(Attempt.person_id)).where(_first(looked_at, wanted))
    rows = session.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(people)))
    return {row[0]: row[1] for row in rows}
