"""Every read of credits: what they may stand for, a person's own, and what waits for a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.catalog.queries import in_force
from app.catalog.text import Text
from app.certification.credits.rules import ALL_LESSONS, CREDITABLE, CreditState, state
from app.certification.models import CreditKind, RequirementCredit
from app.certification.programs import Program
from app.certification.requirements import RequirementKind
from app.people.models import Person

Name = tuple[RequirementKind, str]
"""(kind, key) of a requirement."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit with the names of everybody who had a part in it."""

    id: int
    person_id: int
    person: str
    product_id: int
    slug: str
    product: Text
    kind: CreditKind
    requirement_kind: RequirementKind
    requirement_key: str
    title: str
    reason: str
    evidence_url: str
    done_on: date
    through: date | None
    asked_at: datetime
    asked_by: int
    asker: str
    approved: bool | None
    answer: str
    decided_at: datetime | None
    decider: str | None
    ended_at: datetime | None
    ender: str | None
    ended_because: str

    @property
    def requirement(self) -> Name:
        """The requirement that it stands for."""
        return self.requirement_kind, self.requirement_key

    def state(self, today: date) -> CreditState:
        """Say where it stands on a day."""
        return state(approved=self.approved, ended=self.ended_at is not None, through=self.through, today=today)


def creditable(program: Program) -> list[Name]:
    """List what a credit may stand for, in the order of the program; all lessons at once come before each of them."""
    found = [(each.kind, each.key) for each in program.parts if each.kind in CREDITABLE]
    lessons = any(kind is RequirementKind.LESSON for kind, _key in found)
    return [*([(RequirementKind.LESSON, ALL_LESSONS)] if lessons else []), *found]


def names(session: Session, products: Iterable[int], moment: datetime) -> Mapping[tuple[int, Name], Text]:
    """Return what the requirements of these products are called, as published by a moment."""
    found: dict[tuple[int, Name], Text] = {}
    kinds = [ContentKind.COURSE, ContentKind.QUIZ, ContentKind.PROGRAM]
    for version in in_force(session, kinds, moment, products=list(products)):
        document = version.document
        if version.kind is ContentKind.QUIZ:
            found[version.product_id, (RequirementKind.QUIZ, version.slug)] = document["title"]
        for kind, part, name in (
            (RequirementKind.LESSON, "lessons", "title"),
            (RequirementKind.SIGN_OFF, "rubrics", "name"),
            (RequirementKind.LIVE_SESSION, "live_sessions", "name"),
        ):
            for each in document.get(part, ()):
                found[version.product_id, (kind, each["id"])] = each[name]
    return found


def credit(session: Session, credit_id: int) -> Credit | None:
    """Find a credit."""
    return next(iter(_credits(session, col(RequirementCredit.id) == credit_id)), None)


def credits_of(session: Session, person_id: int, product_id: int) -> list[Credit]:
    """Return a person's credits for a product, the newest first."""
    of = (col(RequirementCredit.person_id) == person_id) & (col(RequirementCredit.product_id) == product_id)
    return _credits(session, of)[::-1]


def waiting(session: Session) -> list[Credit]:
    """Return what waits for a decision, the oldest first."""
    return _credits(session, col(RequirementCredit.approved).is_(None) & col(RequirementCredit.ended_at).is_(None))


def how_many_wait(session: Session) -> int:
    """Count what waits for a decision."""
    waits = (col(RequirementCredit.approved).is_(None), col(RequirementCredit.ended_at).is_(None))
    return session.scalar(select(func.count()).select_from(RequirementCredit).where(*waits)) or 0


def decided(session: Session, most: int) -> list[Credit]:
    """Return the credits about which was decided last, the latest first."""
    newest = (
        select(col(RequirementCredit.id))
        .where(col(RequirementCredit.approved).is_not(None))
        .order_by(col(RequirementCredit.decided_at).desc(), col(RequirementCredit.id).desc())
        .limit(most)
    )
    found = _credits(session, col(RequirementCredit.id).in_(newest))
    return sorted(found, key=lambda each: (each.decided_at, each.id), reverse=True)


_PERSON, _ASKER, _DECIDER, _ENDER = aliased(Person), aliased(Person), aliased(Person), aliased(Person)


def _credits(session: Session, wanted: ColumnElement[bool]) -> list[Credit]:
    columns: tuple[Any, ...] = (
        col(RequirementCredit.id),
        col(RequirementCredit.person_id),
        col(_PERSON.name),
        col(RequirementCredit.product_id),
        col(Product.slug),
        col(Product.name),
        col(RequirementCredit.kind),
        col(RequirementCredit.requirement_kind),
        col(RequirementCredit.requirement_key),
        col(RequirementCredit.title),
        col(RequirementCredit.reason),
        col(RequirementCredit.evidence_url),
        col(RequirementCredit.done_on),
        col(RequirementCredit.through),
        col(RequirementCredit.asked_at),
        col(RequirementCredit.asked_by),
        col(_ASKER.name),
        col(RequirementCredit.approved),
        col(RequirementCredit.answer),
        col(RequirementCredit.decided_at),
        col(_DECIDER.name),
        col(RequirementCredit.ended_at),
        col(_ENDER.name),
        col(RequirementCredit.ended_because),
    )
    rows = session.execute(
        select(*columns)
        .join(_PERSON, col(_PERSON.id) == col(RequirementCredit.person_id))
        .join(Product, col(Product.id) == col(RequirementCredit.product_id))
        .join(_ASKER, col(_ASKER.id) == col(RequirementCredit.asked_by))
        .outerjoin(_DECIDER, col(_DECIDER.id) == col(RequirementCredit.decided_by))
        .outerjoin(_ENDER, col(_ENDER.id) == col(RequirementCredit.ended_by))
        .where(wanted)
        .order_by(col(RequirementCredit.asked_at), col(RequirementCredit.id))
    )
    return [Credit(*row) for row in rows]
