"""The data of the clearance call: products with programs, and reps who were certified, renewed it, or did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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

PRODUCTS = 12
ASKED = 5
"""Products in one question."""
REPS = 500
LESSONS = 6
_BY = "bench"
_CHUNK = 5_000
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_EVERY = 9
"""One in so many pairs of rep and product never got certified."""


@dataclass(frozen=True)
class Certified:
    """What a client of the gate needs to know: its token, whom and what it may ask about, and who is allowed."""

    token: str
    reps: list[str]
    products: list[str]

    def question(self, number: int) -> tuple[str, list[str], bool]:
        """Return a rep, the products of a question about them, and whether they may act for all of these."""
        rep = number % len(self.reps)
        asked = [(number + place) % len(self.products) for place in range(ASKED)]
        return self.reps[rep], [self.products[each] for each in asked], all(_certified(rep, each) for each in asked)


@dataclass(frozen=True)
class _Sold:
    product_id: int
    course: int
    redlines: int
    quiz: int
    program: int
    quiz_content: int


def fill(session: Session, moment: datetime) -> Certified:
    """Store products, reps and two years of their work; `moment` is now."""
    begun = moment - 3 * _YEAR
    sold = [_product(session, f"product-{number}", begun, moment) for number in range(PRODUCTS)]
    people = [
        Person(email=f"seller{number}@example.com", name=f"Seller {number}", created_at=begun) for number in range(REPS)
    ]
    session.add_all(people)
    session.flush()
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for rep, person in enumerate(people):
        for place, each in enumerate(sold):
            if _certified(rep, place):
                for table, row in _life(stored_id(person), each, moment, rep):
                    rows.setdefault(table, []).append(row)
    for table, found in rows.items():
        for start in range(0, len(found), _CHUNK):
            session.execute(insert(table), found[start : start + _CHUNK])
    token = create_token(session, "bench", [Scope.CLEARANCE_READ], actor=_BY, moment=moment)
    return Certified(token, [each.email for each in people], [f"product-{number}" for number in range(PRODUCTS)])


def _certified(rep: int, product: int) -> bool:
    return (rep * PRODUCTS + product) % _EVERY != 0


def _product(session: Session, slug: str, begun: datetime, moment: datetime) -> _Sold:
    owner = create_product(session, slug, {"en": slug.capitalize(), "zh-Hans": slug}, begun)
    course = _published(session, owner, ContentKind.COURSE, slug, _course(slug), begun)
    quiz = _published(session, owner, ContentKind.QUIZ, f"{slug}-quiz", _quiz(slug), begun)
    _published(session, owner, ContentKind.REDLINES, slug, _redlines(slug, 5), begun)
    program = _published(session, owner, ContentKind.PROGRAM, slug, _program(slug), begun)
    redlines = _published(session, owner, ContentKind.REDLINES, slug, _redlines(slug, 6), begun + 30 * _DAY)
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
    return _Sold(
        stored_id(owner), stored_id(course), stored_id(redlines), stored_id(quiz), stored_id(program), quiz.content_id
    )


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


def _course(slug: str) -> dict[str, Any]:
    lessons = [
        {
            "id": f"lesson-{number}",
            "number": number,
            "title": f"Lesson {number}",
            "kind": "page",
            "topic": "product",
            "minutes": 5,
            "audience": "internal",
            "body": f"What a rep says of {slug} in lesson {number}. " * 20,
        }
        for number in range(1, LESSONS + 1)
    ]
    return {
        "schema": 1,
        "id": slug,
        "name": slug.capitalize(),
        "positioning": {"scene": "At the till.", "audience": "Shops.", "difference": "Nothing to install."},
        "can": ["Keep a list."],
        "cannot": ["Find new guests."],
        "lessons": lessons,
    }


def _quiz(slug: str) -> dict[str, Any]:
    options = [{"text": "Right", "correct": True}, {"text": "Wrong"}, {"text": "Wrong too"}]
    items = [
        {"id": f"{slug}-{number}", "type": "single", "prompt": f"What about {number}?", "options": options}
        for number in range(20)
    ]
    return {"schema": 1, "id": f"{slug}-quiz", "product": slug, "title": slug, "pass_percent": 80, "items": items}


def _redlines(slug: str, count: int) -> dict[str, Any]:
    rules = [
        {
            "id": f"{slug}.{number}",
            "status": "active",
            "severity": "block",
            "category": "guarantee_promissory",
            "title": f"Red line {number}",
            "why": "Nobody can promise this.",
            "never_say": f"We guarantee {slug} {number}.",
            "match": {"en": [{"text": f"guarantee {slug} {number}"}]},
            "say_instead": {"en": ["Others saw this."]},
        }
        for number in range(count)
    ]
    return {"schema": 1, "rules": rules}


def _program(slug: str) -> dict[str, Any]:
    return {
        "requirements": [{"lesson": "all"}, {"attest": "redlines"}, {"quiz": f"{slug}-quiz"}],
        "valid_months": 12,
        "basis": "expiry",
        "renewal_window_days": 30,
        "grace_days": 14,
        "enforcement": "block",
    }


def _life(person_id: int, sold: _Sold, moment: datetime, rep: int) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    """Yield the rows of somebody who got certified, and renewed it a year later, less than a year ago."""
    whose = {"person_id": person_id, "product_id": sold.product_id}
    first = datetime.combine((moment - (500 + rep % 100) * _DAY).date(), time(12), UTC)
    for number in range(1, LESSONS + 1):
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
