"""Every read for regrading: the versions of a question, the attempts that showed them, and what a regrade did."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session, col

from app import database
from app.catalog.models import Content, ContentKind, ContentVersion
from app.errors import NotFoundError
from app.people.models import Person
from app.quizzes.items import Item, parse_item
from app.quizzes.models import Attempt, AttemptItem, AttemptRegrade, ItemVersion, Regrade, RegradePolicy
from app.quizzes.regrading.rules import Held, Place
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a question, and how many marked attempts showed it."""

    id: int
    number: int
    created_at: datetime
    document: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Target:
    """A question that may be marked again: its versions, the newest first."""

    content_id: int
    product_id: int
    title: str | dict[str, str]
    quiz: str
    item: str
    wordings: tuple[Wording, ...]

    def wording(self, number: int) -> Wording | None:
        """Return a version by its number."""
        return next((each for each in self.wordings if each.number == number), None)


@dataclass(frozen=True, slots=True)
class MarkedAttempt:
    """A marked attempt that showed the question, with everything that its mark rests on."""

    held: Held
    places: tuple[Place, ...]
    id: int
    person_id: int
    product_id: int
    email: str
    name: str
    quiz: str
    number: int
    finished_at: datetime
    pass_percent: float


@dataclass(frozen=True, slots=True)
class Done:
    """What a regrade did to one attempt."""

    attempt_id: int
    person_id: int
    product_id: int
    email: str
    name: str
    percent_before: Decimal
    percent_after: Decimal
    passed_before: bool
    passed_after: bool


@dataclass(frozen=True, slots=True)
class MarkedAgain:
    """When an attempt was marked again, and what its mark was before."""

    at: datetime
    percent_before: Decimal
    passed_before: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A regrade that somebody decided, as a list shows it."""

    regrade: Regrade
    quiz: str
    title: str | dict[str, str]
    key: int


def target(session: Session, quiz: str, item: str) -> Target:
    """Return a question with its published versions. Raises NotFoundError where there is none."""
    attempts = (
        select(col(AttemptItem.item_version_id), func.count().label("attempts"))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(col(Attempt.marked_at).is_not(None), col(Attempt.answers_forgotten_at).is_(None))
        .group_by(col(AttemptItem.item_version_id))
        .subquery()
    )
    rows = session.execute(
        select(
            col(Content.id),
            col(Content.product_id),
            col(Content.draft)["title"],
            col(ItemVersion.id),
            col(ItemVersion.number),
            col(ItemVersion.created_at),
            col(ItemVersion.document),
            func.coalesce(attempts.c.attempts, 0),
        )
        .join(ItemVersion, col(ItemVersion.content_id) == col(Content.id))
        .outerjoin(attempts, attempts.c.item_version_id == col(ItemVersion.id))
        .where(col(Content.kind) == ContentKind.QUIZ, col(Content.slug) == quiz, col(ItemVersion.item) == item)
        .order_by(col(ItemVersion.number).desc())
    ).all()
    if not rows:
        raise NotFoundError(_("There is no published question at this address."))
    content_id, product_id, title = rows[0][:3]
    return Target(content_id, product_id, title, quiz, item, tuple(Wording(*row[3:]) for row in rows))


def marked_attempts(
    session: Session,
    content_id: int,
    item: str,
    versions: Collection[int],
    *,
    only: int | None = None,
) -> list[MarkedAttempt]:
    """Return the marked attempts that showed one of these versions of a question, by id; three statements."""
    chosen = (
        _showing(content_id, item, versions)
        .order_by(col(Attempt.id))
        .add_columns(
            col(Attempt.person_id),
            col(Attempt.product_id),
            col(Person.email),
            col(Person.name),
            col(Content.slug),
            func.abs(col(Attempt.number)),
            col(Attempt.finished_at),
            col(ContentVersion.document)["pass_percent"].as_float(),
            col(Attempt.points),
            col(Attempt.max_points),
            col(Attempt.percent),
            col(Attempt.passed),
        )
        .join(Person, col(Person.id) == col(Attempt.person_id))
        .join(Content, col(Content.id) == col(Attempt.content_id))
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
    )
    if only is not None:
        chosen = chosen.where(col(Attempt.id) == only)
    rows: Sequence[Any] = session.execute(chosen).all()
    places = _places(session, [row[0] for row in rows], content_id, item)
    return [MarkedAttempt(Held(*row[9:]), tuple(places[row[0]]), *row[:9]) for row in rows]


def next_attempt(session: Session, decided: Regrade, after: int) -> int | None:
    """Return the marked attempt that a regrade looks at after one; None when there is no other."""
    statement = _showing(decided.content_id, decided.item, decided.versions).where(col(Attempt.id) > after)
    found: int | None = session.scalar(statement.order_by(col(Attempt.id)).limit(1))
    return found


def marked_again(session: Session, attempt_id: int) -> list[MarkedAgain]:
    """Return what regrades changed about an attempt, the first one first. Their reasons may tell the key."""
    rows = session.execute(
        select(
            col(AttemptRegrade.at),
            col(AttemptRegrade.percent_before),
            col(AttemptRegrade.passed_before),
        )
        .where(col(AttemptRegrade.attempt_id) == attempt_id)
        .order_by(col(AttemptRegrade.at), col(AttemptRegrade.id))
    )
    return [MarkedAgain(*row) for row in rows]


def _showing(content_id: int, item: str, versions: Collection[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(col(Attempt.id))
        .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(
            col(Attempt.marked_at).is_not(None),
            col(ItemVersion.content_id) == content_id,
            col(ItemVersion.item) == item,
            col(ItemVersion.number).in_(versions),
            # of which the answers are forgotten keeps its mark
            col(Attempt.answers_forgotten_at).is_(None),
        )
    )


def _places(session: Session, attempts: Sequence[int], content_id: int, item: str) -> dict[int, list[Place]]:
    # in one go by a range, so that the number of parameters does not grow with the attempts
    span = col(AttemptItem.attempt_id).between(min(attempts, default=0), max(attempts, default=0))
    rows = session.execute(
        select(
            col(AttemptItem.attempt_id),
            col(AttemptItem.position),
            col(AttemptItem.item_version_id),
            col(AttemptItem.answer),
            col(AttemptItem.points),
            col(AttemptItem.correct),
        )
        .where(span)
        .order_by(col(AttemptItem.attempt_id), col(AttemptItem.position))
    ).all()
    wanted = set(attempts)
    rows = [row for row in rows if row.attempt_id in wanted]
    shown = {row.item_version_id for row in rows}
    wordings: dict[int, tuple[dict[str, Any], Item, bool]] = {
        row.id: (row.document, parse_item(row.document), (row.content_id, row.item) == (content_id, item))
        for row in session.execute(
            select(
                col(ItemVersion.id), col(ItemVersion.content_id), col(ItemVersion.item), col(ItemVersion.document)
            ).where(col(ItemVersion.id).in_(shown))
        )
    }
    found: dict[int, list[Place]] = defaultdict(list)
    for row in rows:
        document, parsed, asked = wordings[row.item_version_id]
        found[row.attempt_id].append(
            Place(row.position, document, parsed, row.answer, row.points, bool(row.correct), asked)
        )
    return found


_SHOWN = (
    select(col(Regrade.id), col(Regrade.versions), col(ItemVersion.number))
    .join(
        ItemVersion,
        (col(ItemVersion.content_id) == col(Regrade.content_id)) & (col(ItemVersion.item) == col(Regrade.item)),
    )
    .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
    .where(col(AttemptItem.attempt_id) == bindparam("attempt_id"))
    .order_by(col(Regrade.id))
)


def regrades_shown(session: Session, attempt_id: int) -> list[int]:
    """Return the regrades of questions that an attempt shows in a version they are about, the first one first."""
    found = database.rows(session, _SHOWN, attempt_id=attempt_id)
    return [row.id for row in found if row.number in row.versions]


def decided(session: Session, regrade_id: int) -> Decided:
    """Return a regrade. Raises NotFoundError where there is none."""
    row = session.execute(
        select(Regrade, col(Content.slug), col(Content.draft)["title"], col(ItemVersion.number))
        .join(Content, col(Content.id) == col(Regrade.content_id))
        .join(ItemVersion, col(ItemVersion.id) == col(Regrade.item_version_id))
        .where(col(Regrade.id) == regrade_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such regrade."))
    return Decided(*row)


def running_regrade(
    session: Session, target: Target, key_id: int, policy: RegradePolicy, versions: Sequence[int]
) -> Regrade | None:
    """Return a regrade like this one whose work goes on."""
    found = session.scalars(
        select(Regrade).where(
            col(Regrade.content_id) == target.content_id,
            col(Regrade.item) == target.item,
            col(Regrade.item_version_id) == key_id,
            col(Regrade.policy) == policy,
            col(Regrade.finished_at).is_(None),
        )
    )
    return next((each for each in found if sorted(each.versions) == sorted(versions)), None)


def regrades_of(session: Session, content_id: int, item: str) -> list[Regrade]:
    """Return what was decided about a question, the newest first."""
    return list(
        session.scalars(
            select(Regrade)
            .where(col(Regrade.content_id) == content_id, col(Regrade.item) == item)
            .order_by(col(Regrade.id).desc())
        )
    )


def done(session: Session, regrade_id: int) -> list[Done]:
    """Return the attempts whose mark a regrade changed, those that flipped first."""
    rows = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.person_id),
            col(Attempt.product_id),
            col(Person.email),
            col(Person.name),
            col(AttemptRegrade.percent_before),
            col(AttemptRegrade.percent_after),
            col(AttemptRegrade.passed_before),
            col(AttemptRegrade.passed_after),
        )
        .join(Attempt, col(Attempt.id) == col(AttemptRegrade.attempt_id))
        .join(Person, col(Person.id) == col(Attempt.person_id))
        .where(col(AttemptRegrade.regrade_id) == regrade_id)
        .order_by(col(Person.name), col(Attempt.id))
    )
    found = [Done(*row) for row in rows]
    return sorted(found, key=lambda each: each.passed_before == each.passed_after)
