"""Every read of quizzes, attempts and items."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Product
from app.catalog.queries import Version, frozen_documents, in_force
from app.catalog.text import localized
from app.clock import local_moment
from app.database import rows
from app.errors import NotFoundError
from app.quizzes.content import ReviewPolicy
from app.quizzes.drawing import Rule
from app.quizzes.models import Attempt, AttemptItem, AttemptRegrade
from app.web.i18n import current_locale
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class QuizSettings:
    """What a quiz says about its attempts; a limit that is None does not hold.

    A bank asks for no percent: it cannot be taken. `closes` is the first moment at which the quiz is closed.
    """

    title: str | dict[str, str]
    pass_percent: float
    time_limit_minutes: int | None
    attempts: int | None
    cooldown_hours: float
    draw: int | tuple[Rule, ...] | None
    bank: bool
    opens: datetime | None
    closes: datetime | None
    review: ReviewPolicy
    practice: str


@dataclass(frozen=True, slots=True)
class ProductName:
    """A product as a quiz's pages name it."""

    slug: str
    name: str | dict[str, str]


@dataclass(frozen=True, slots=True)
class AttemptSummary:
    """One attempt of a person at a quiz, running or finished; those at one delta quiz are counted by themselves."""

    id: int
    content_id: int
    number: int
    started_at: datetime
    deadline_at: datetime | None
    finished_at: datetime | None
    marked_at: datetime | None
    percent: Decimal | None
    passed: bool | None

    @property
    def awaits_mark(self) -> bool:
        """Whether it is finished, and an assessor has yet to mark a part of it."""
        return self.finished_at is not None and self.marked_at is None


@dataclass(frozen=True, slots=True)
class OneAttempt:
    """An attempt with what its quiz said when it started.

    `delta_of` is the version of which the change is asked about, where it is no attempt at the whole quiz.
    """

    id: int
    person_id: int
    product_id: int
    content_id: int
    number: int
    step: int
    started_at: datetime
    deadline_at: datetime | None
    finished_at: datetime | None
    percent: Decimal | None
    passed: bool | None
    delta_of: int | None
    answers_forgotten_at: datetime | None
    quiz: str
    title: str | dict[str, str]
    pass_percent: float
    product: str
    product_name: str | dict[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """One question of an attempt in the overview: nothing of what it asks."""

    position: int
    answered: bool
    flagged: bool
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class LessonName:
    """A lesson as what is said of an answer names it."""

    url: str
    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Pass:
    """A passed attempt: who, which quiz, when, and the version that it rests on."""

    person_id: int
    product_id: int
    content_id: int
    quiz: str
    content_version_id: int
    attempt_id: int
    passed_at: datetime


def settings_of(document: Mapping[str, Any]) -> QuizSettings:
    """Read the settings of a stored quiz."""
    draw = document.get("draw")
    return QuizSettings(
        title=document["title"],
        pass_percent=document.get("pass_percent", 0),
        time_limit_minutes=document.get("time_limit_minutes"),
        attempts=document.get("attempts"),
        cooldown_hours=document.get("cooldown_hours", 0),
        draw=tuple(rule_of(each) for each in draw) if isinstance(draw, list) else draw,
        bank=document.get("bank", False),
        opens=local_moment(document["opens"]) if "opens" in document else None,
        closes=local_moment(document["closes"]) if "closes" in document else None,
        review=ReviewPolicy.model_validate(document.get("review", {})),
        practice=document.get("practice", "missed"),
    )


def rule_of(rule: Mapping[str, Any]) -> Rule:
    """Read one rule of a stored quiz."""
    items = rule.get("items")
    return Rule(
        count=rule.get("count"),
        items=tuple(items) if items else None,
        source=rule.get("from"),
        version=rule.get("version"),
        category=rule.get("category"),
        tag=rule.get("tag"),
        red_line=rule.get("red_line"),
        difficulty=rule.get("difficulty"),
        critical=rule.get("critical", False),
    )


def questions_of(document: Mapping[str, Any]) -> int:
    """Count the questions that an attempt at a stored quiz asks, if each rule finds what it asks for."""
    draw = document.get("draw")
    if isinstance(draw, list):
        return sum(rule.get("count") or len(rule["items"]) for rule in draw)
    return draw or len(document["items"])


def quiz_in_force(session: Session, slug: str, as_of: datetime) -> Version:
    """Return the published version of a quiz or bank. Raises NotFoundError when there is none."""
    versions = in_force(session, [ContentKind.QUIZ], as_of, slugs=[slug])
    if not versions:
        raise NotFoundError(_("There is no such quiz."))
    return versions[0]


def quiz_to_take(session: Session, slug: str, as_of: datetime) -> Version:
    """Return the published version of a quiz that can be taken. Raises NotFoundError; a bank is none."""
    version = quiz_in_force(session, slug, as_of)
    if version.document.get("bank"):
        raise NotFoundError(_("There is no such quiz."))
    return version


def lesson_names(session: Session, product_ids: Collection[int], as_of: datetime) -> dict[tuple[int, str], LessonName]:
    """Return the lessons of products' courses in force, in the language of the request, by product and their ids."""
    return {
        (version.product_id, lesson["id"]): LessonName(
            f"/products/{version.slug}/lessons/{lesson['id']}",
            localized(lesson["title"], current_locale()),
            lesson["minutes"],
        )
        for version in in_force(session, [ContentKind.COURSE], as_of, products=product_ids)
        for lesson in version.document.get("lessons", [])
    }


_PRODUCT = select(col(Product.slug), col(Product.name)).where(col(Product.id) == bindparam("product_id"))


def product_name(session: Session, product_id: int) -> ProductName:
    """Return how a product is called."""
    return ProductName(*rows(session, _PRODUCT, product_id=product_id)[0])


_ATTEMPTS = (
    select(
        col(Attempt.id),
        col(Attempt.content_id),
        func.abs(col(Attempt.number)),
        col(Attempt.started_at),
        col(Attempt.deadline_at),
        col(Attempt.finished_at),
        col(Attempt.marked_at),
        col(Attempt.percent),
        col(Attempt.passed),
    )
    .where(
        col(Attempt.person_id) == bindparam("person_id"),
        col(Attempt.content_id) == bindparam("content_id"),
        col(Attempt.delta_of).is_not_distinct_from(bindparam("delta_of")),
    )
    .order_by(func.abs(col(Attempt.number)))
)


def attempts(session: Session, person_id: int, content_id: int, *, delta_of: int | None = None) -> list[AttemptSummary]:
    """Return a person's attempts at one quiz, or at the delta quiz about one version, the first one first."""
    found = rows(session, _ATTEMPTS, person_id=person_id, content_id=content_id, delta_of=delta_of)
    return [AttemptSummary(*row) for row in found]


_ATTEMPT = (
    select(
        col(Attempt.id),
        col(Attempt.person_id),
        col(Attempt.product_id),
        col(Attempt.content_id),
        func.abs(col(Attempt.number)),
        col(Attempt.step),
        col(Attempt.started_at),
        col(Attempt.deadline_at),
        col(Attempt.finished_at),
        col(Attempt.percent),
        col(Attempt.passed),
        col(Attempt.delta_of),
        col(Attempt.answers_forgotten_at),
        col(Content.slug),
        col(Product.slug),
        col(Product.name),
        col(ContentVersion.id),
        col(ContentVersion.digest),
    )
    .join(Content, col(Content.id) == col(Attempt.content_id))
    .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
    .join(Product, col(Product.id) == col(Attempt.product_id))
    .where(col(Attempt.id) == bindparam("attempt_id"), col(Attempt.person_id) == bindparam("person_id"))
)


def attempt(session: Session, person_id: int, attempt_id: int) -> OneAttempt:
    """Return a person's own attempt. Raises NotFoundError for anybody else's."""
    found = rows(session, _ATTEMPT, attempt_id=attempt_id, person_id=person_id)
    if not found:
        raise NotFoundError(_("There is no such attempt of yours."))
    *own, quiz, product, product_name, version_id, digest = found[0]
    document = frozen_documents(session, {version_id: digest})[digest]
    return OneAttempt(*(*own, quiz, document["title"], document["pass_percent"], product, product_name))


def is_whole(answer: Any) -> bool:
    """Say whether an answer is there as a whole.

    A matching or a text with a gap, or an ordering in which a place is missing or taken twice, is kept but not whole.
    """
    if isinstance(answer, dict):
        return "gaps" in answer and None not in answer["gaps"].values()
    return not (answer is None or (isinstance(answer, list) and None in answer))


_PLACES = (
    select(
        col(AttemptItem.position),
        col(AttemptItem.answer),
        col(AttemptItem.flagged),
        col(AttemptItem.answered_at),
    )
    .where(col(AttemptItem.attempt_id) == bindparam("attempt_id"))
    .order_by(col(AttemptItem.position))
)


def places(session: Session, attempt_id: int) -> list[Place]:
    """Return the questions of an attempt in their order, without what they ask."""
    found = rows(session, _PLACES, attempt_id=attempt_id)
    return [Place(position, is_whole(answer), flagged, at) for position, answer, flagged, at in found]


def passed(as_of: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Tell of an attempt whether it was passed as its mark stood at a moment: later regrades are thought away."""
    return func.coalesce(_before_regrades(col(AttemptRegrade.passed_before), as_of), col(Attempt.passed)).is_(True)


def _before_regrades(column: Any, as_of: datetime | BindParameter[datetime]) -> Any:
    """Return what the first regrade of an attempt after a moment found; nothing where there was none."""
    return (
        select(column)
        .where(col(AttemptRegrade.attempt_id) == col(Attempt.id), col(AttemptRegrade.at) > as_of)
        .order_by(col(AttemptRegrade.at), col(AttemptRegrade.id))
        .limit(1)
        .correlate(Attempt)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class HeldMark:
    """An attempt with its mark as it stood at a moment; `percent` and `passed` are empty until it was known."""

    product_id: int
    started_at: datetime
    finished_at: datetime | None
    percent: Decimal | None
    passed: bool | None


def marks_of(session: Session, person_id: int, as_of: datetime) -> list[HeldMark]:
    """Return a person's attempts at every quiz as they stood at a moment, the latest first."""
    rows = session.execute(
        select(
            col(Attempt.product_id),
            col(Attempt.started_at),
            col(Attempt.finished_at),
            col(Attempt.marked_at),
            func.coalesce(_before_regrades(col(AttemptRegrade.percent_before), as_of), col(Attempt.percent)),
            func.coalesce(_before_regrades(col(AttemptRegrade.passed_before), as_of), col(Attempt.passed)),
        )
        .where(col(Attempt.person_id) == person_id, col(Attempt.started_at) <= as_of)
        .order_by(col(Attempt.started_at).desc(), col(Attempt.id).desc())
    )
    return [
        HeldMark(
            product_id,
            started_at,
            finished_at if finished_at and finished_at <= as_of else None,
            *((percent, passed) if marked_at and marked_at <= as_of else (None, None)),
        )
        for product_id, started_at, finished_at, marked_at, percent, passed in rows
    ]


def passes(
    session: Session,
    person_ids: Collection[int],
    as_of: datetime,
    *,
    content_ids: Collection[int] | None = None,
    product_ids: Collection[int] | None = None,
) -> list[Pass]:
    """Return every passed attempt of these people at a whole quiz that was marked by `as_of`, the first one first.

    Without `content_ids` and `product_ids`, of every quiz.
    """
    statement = (
        select(
            col(Attempt.person_id),
            col(Attempt.product_id),
            col(Attempt.content_id),
            col(Content.slug),
            col(Attempt.content_version_id),
            col(Attempt.id),
            col(Attempt.finished_at),
        )
        .join(Content, col(Content.id) == col(Attempt.content_id))
        .where(
            col(Attempt.person_id).in_(person_ids),
            col(Attempt.delta_of).is_(None),
            passed(as_of),
            col(Attempt.marked_at) <= as_of,
        )
        .order_by(col(Attempt.finished_at), col(Attempt.id))
    )
    if content_ids is not None:
        statement = statement.where(col(Attempt.content_id).in_(content_ids))
    if product_ids is not None:
        statement = statement.where(col(Attempt.product_id).in_(product_ids))
    return [Pass(*row) for row in session.execute(statement)]
