"""What a company sells and who is certified: products with programs, reps who renewed a certification, or have none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from secrets import token_hex
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from app.catalog.actions import create_content, create_product, publish, save_draft
from app.catalog.models import ContentKind, ContentVersion, LessonProgress, Origin, Product, Verdict
from app.catalog.queries import content as find_content
from app.certification.models import CertificationPeriod
from app.clock import local_day
from app.database import stored_id
from app.deals.policies.models import GatePolicy
from app.people.models import Person
from app.people.tokens import Scope, create_token
from app.quizzes.models import Attempt
from app.redlines.models import Attestation
from bench import documents

ASKED = 5
"""Products in one question."""
_BY = "bench"
_CHUNK = 5_000
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_EVERY = 9
"""One in so many pairs of rep and product never got certified."""


@dataclass(frozen=True)
class Shape:
    """How much there is: products, reps, and on how many of the first products those sell who do not sell all."""

    products: int = 12
    reps: int = 500
    all_round: int = 500
    """The first so many reps sell every product."""
    few: int = 5

    def certified(self, rep: int, product: int) -> bool:
        """Say whether a rep is certified on a product, both by their number from 0."""
        sells = rep < self.all_round or product < self.few
        return sells and (rep * self.products + product) % _EVERY != 0


@dataclass(frozen=True)
class Certified:
    """What a client of the gate needs to know: its token, whom and what it may ask about, and who is allowed."""

    shape: Shape
    token: str
    people: list[Person]
    products: list[Product]

    def question(self, number: int) -> tuple[str, list[str], bool]:
        """Return a rep, the products of a question about them, and whether they may act for all of these."""
        rep = number % len(self.people)
        asked = [(number + place) % len(self.products) for place in range(ASKED)]
        allowed = all(self.shape.certified(rep, each) for each in asked)
        return self.people[rep].email, [self.products[each].slug for each in asked], allowed


@dataclass(frozen=True)
class _Sold:
    product: Product
    course: int
    redlines: int
    quiz: int
    program: int
    quiz_content: int


def fill(session: Session, moment: datetime, shape: Shape) -> Certified:
    """Store products, reps and two years of their work; `moment` is now."""
    begun = moment - 3 * _YEAR
    sold = [_product(session, f"product-{number}", begun, moment) for number in range(shape.products)]
    people = [
        Person(email=f"seller{number}@example.com", name=f"Seller {number}", created_at=begun)
        for number in range(shape.reps)
    ]
    session.add_all(people)
    session.flush()
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for rep, person in enumerate(people):
        for place, each in enumerate(sold):
            if shape.certified(rep, place):
                for table, row in _life(stored_id(person), each, moment, rep):
                    rows.setdefault(table, []).append(row)
    for table, found in rows.items():
        store(session, table, found)
    token = create_token(session, "bench", [Scope.CLEARANCE_READ], actor=_BY, moment=moment)
    return Certified(shape, token, people, [each.product for each in sold])


def store(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert many rows of one table, some thousands at a time."""
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(table), rows[start : start + _CHUNK])


def _product(session: Session, slug: str, begun: datetime, moment: datetime) -> _Sold:
    owner = create_product(session, slug, {"en": slug.capitalize(), "zh-Hans": slug}, begun)
    course = _published(session, owner, ContentKind.COURSE, slug, documents.course(slug), begun)
    quiz = _published(session, owner, ContentKind.QUIZ, f"{slug}-quiz", documents.quiz(slug), begun)
    _published(session, owner, ContentKind.REDLINES, slug, documents.redlines(slug, 5), begun)
    program = _published(session, owner, ContentKind.PROGRAM, slug, documents.program(slug), begun)
    red_lines = _published(session, owner, ContentKind.REDLINES, slug, documents.redlines(slug, 6), begun + 30 * _DAY)
    if stored_id(owner) % 2:
        requirement = {"regions": ["EU", "US"], "from_stage": "proposal", "enforcement": "block"}
        session.add(
            GatePolicy(
                product_id=stored_id(owner),
                starts_on=local_day(moment) - 60 * _DAY,
                document={"requirements": [requirement]},
                reason="Europe and the United States first",
                made_at=moment - 90 * _DAY,
                made_by=_BY,
            )
        )
        session.flush()
    return _Sold(owner, stored_id(course), stored_id(red_lines), stored_id(quiz), stored_id(program), quiz.content_id)


def _published(
    session: Session, owner: Product, kind: ContentKind, slug: str, document: dict[str, Any], moment: datetime
) -> ContentVersion:
    content = find_content(session, kind, slug)
    if content is None:
        content = create_content(session, owner, kind, slug, document, by=_BY, moment=moment)
        verdict = Verdict.NONE
    else:
        save_draft(session, content, document, step=content.step, by=_BY, moment=moment)
        verdict = Verdict.ATTEST_AGAIN
    version = publish(session, content, origin=Origin.FILES, by=_BY, moment=moment, verdict=verdict)
    assert version is not None
    return version


def _life(person_id: int, sold: _Sold, moment: datetime, rep: int) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    """Yield the rows of somebody who got certified, and renewed it a year later, less than a year ago."""
    whose = {"person_id": person_id, "product_id": stored_id(sold.product)}
    first = datetime.combine((moment - (500 + rep % 100) * _DAY).date(), time(12), UTC)
    for number in range(1, documents.LESSONS + 1):
        lesson = {"lesson": f"lesson-{number}", "watched": [], "content_version_id": sold.course}
        yield LessonProgress, {**whose, **lesson, "opened_at": first, "completed_at": first, "confirmed": True}
    valid_through: date | None = None
    for number, done in enumerate((first, first + _YEAR - 10 * _DAY), start=1):
        yield (
            Attestation,
            {
                **whose,
                "content_version_id": sold.redlines,
                "number": number,
                "signed_name": "Seller",
                "meaning": "I have understood the red lines.",
                "locale": "en",
                "signed_at": done,
            },
        )
        yield (
            Attempt,
            {
                **whose,
                "content_id": sold.quiz_content,
                "content_version_id": sold.quiz,
                "number": number,
                "step": 20,
                "started_at": done - timedelta(minutes=20),
                "finished_at": done,
                "marked_at": done,
                "points": Decimal(18),
                "max_points": Decimal(20),
                "percent": Decimal(90),
                "passed": True,
            },
        )
        valid_through = (valid_through or done.date() - _DAY) + _YEAR
        yield (
            CertificationPeriod,
            {
                **whose,
                "number": number,
                "level": "",
                "evidence": "",
                "origin": "earned",
                "done_on": done.date(),
                "window_opens_on": valid_through - 29 * _DAY,
                "valid_through": valid_through,
                "baseline_through": valid_through,
                "grace_through": valid_through + 14 * _DAY,
                "program_version_id": sold.program,
                "redlines_version_id": sold.redlines,
                "code": token_hex(8),
                "awarded_at": done,
            },
        )
