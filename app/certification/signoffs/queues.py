"""What waits for an assessor, the oldest first: demonstrations, and those to be looked at a second time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.catalog.queries import in_force
from app.catalog.text import Text
from app.certification.models import SignOff, SignOffOutcome
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.certification.signoffs.rubrics import rubric_of
from app.certification.signoffs.rules import Shown
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Queued:
    """A demonstration in the queue; `since` is when it was asked for, or judged for the first time."""

    id: int
    person_id: int
    rep: str
    product_id: int
    slug: str
    product: Text
    rubric: str
    form: DemonstrationForm
    since: datetime
    taken_by: int | None = None
    assessor: str | None = None
    times_returned: int = 0


@dataclass(frozen=True, slots=True)
class Waits:
    """How many demonstrations wait, and since when the oldest does."""

    count: int
    oldest: datetime | None


def _returned_before() -> Any:
    return (
        select(func.count())
        .where(
            col(SignOff.person_id) == col(SignOffRequest.person_id),
            col(SignOff.product_id) == col(SignOffRequest.product_id),
            col(SignOff.rubric) == col(SignOffRequest.rubric),
            col(SignOff.outcome) == SignOffOutcome.RETURNED,
            col(SignOff.second_of).is_(None),
        )
        .correlate(SignOffRequest)
        .scalar_subquery()
    )


def _open_for(person_id: int, shown: Shown, product: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        col(SignOffRequest.closed_at).is_(None),
        col(SignOffRequest.person_id) != person_id,
        col(Person.deactivated_at).is_(None),
        col(Product.retired_at).is_(None),
    ]
    if shown is Shown.MINE:
        found.append(col(SignOffRequest.taken_by) == person_id)
    elif shown is Shown.UNTAKEN:
        found.append(col(SignOffRequest.taken_by).is_(None))
    elif shown is Shown.AGAIN:
        found.append(_returned_before() > 0)
    if product:
        found.append(col(Product.slug) == product)
    return found


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return statement.join(Person, col(Person.id) == col(SignOffRequest.person_id)).join(
        Product, col(Product.id) == col(SignOffRequest.product_id)
    )


def waits(session: Session, person_id: int, shown: Shown = Shown.ALL, product: str = "") -> Waits:
    """Count what waits for an assessor who is this person: their own demonstrations are not among it."""
    if shown is Shown.SECOND:
        statement = _second_looks(select(func.count(), func.min(col(SignOff.decided_at))), person_id, product)
    else:
        counted = _joined(select(func.count(), func.min(col(SignOffRequest.asked_at))).select_from(SignOffRequest))
        statement = counted.where(*_open_for(person_id, shown, product))
    return Waits(*session.execute(statement).one())


_TAKER = aliased(Person)


def queue(session: Session, person_id: int, most: int, shown: Shown = Shown.ALL, product: str = "") -> list[Queued]:
    """Return what waits for an assessor who is this person, the oldest first."""
    if shown is Shown.SECOND:
        return _seconds(session, person_id, most, product)
    statement = _joined(
        select(
            col(SignOffRequest.id),
            col(SignOffRequest.person_id),
            col(Person.name),
            col(SignOffRequest.product_id),
            col(Product.slug),
            col(Product.name),
            col(SignOffRequest.rubric),
            col(SignOffRequest.form),
            col(SignOffRequest.asked_at),
            col(SignOffRequest.taken_by),
            col(_TAKER.name),
            _returned_before(),
        ).select_from(SignOffRequest)
    ).outerjoin(_TAKER, col(_TAKER.id) == col(SignOffRequest.taken_by))
    rows = session.execute(
        statement.where(*_open_for(person_id, shown, product))
        .order_by(col(SignOffRequest.asked_at), col(SignOffRequest.id))
        .limit(most)
    )
    return [Queued(*row) for row in rows]


_SECOND = aliased(SignOff)


def _second_looks(statement: Select[*tuple[Any, ...]], person_id: int, product: str) -> Select[*tuple[Any, ...]]:
    found = _joined(
        statement.select_from(SignOff).join(SignOffRequest, col(SignOffRequest.id) == col(SignOff.request_id))
    ).where(
        col(SignOff.second_wanted).is_(True),
        col(SignOff.second_of).is_(None),
        col(SignOff.assessor_id) != person_id,
        col(SignOff.person_id) != person_id,
        ~select(col(_SECOND.id)).where(col(_SECOND.second_of) == col(SignOff.id)).exists(),
    )
    return found.where(col(Product.slug) == product) if product else found


def _seconds(session: Session, person_id: int, most: int, product: str) -> list[Queued]:
    statement = select(
        col(SignOffRequest.id),
        col(SignOffRequest.person_id),
        col(Person.name),
        col(SignOffRequest.product_id),
        col(Product.slug),
        col(Product.name),
        col(SignOff.rubric),
        col(SignOffRequest.form),
        col(SignOff.decided_at),
    )
    rows = session.execute(
        _second_looks(statement, person_id, product).order_by(col(SignOff.decided_at), col(SignOff.id)).limit(most)
    )
    return [Queued(*row) for row in rows]


def unseen(session: Session, viewer_id: int, person_id: int) -> set[int]:
    """Return the sign-offs of a person that the viewer may still be asked to look at again, by their ids.

    Until somebody has, what was said of them is kept from everybody who could.
    """
    found = _second_looks(select(col(SignOff.id)), viewer_id, "").where(col(SignOff.person_id) == person_id)
    return set(session.scalars(found))


def rubric_names(session: Session, as_of: datetime) -> Mapping[tuple[str, str], Text]:
    """Return the names of the rubrics that programs in force describe, by product's slug and the rubric's id."""
    return {
        (program.slug, each["id"]): rubric_of(program.document, each["id"]).name
        for program in in_force(session, [ContentKind.PROGRAM], as_of)
        for each in program.document.get("rubrics", ())
    }
