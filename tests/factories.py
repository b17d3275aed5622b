"""Plain functions that store one real thing each, with everything that it needs, and return it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.actions import create_content, create_product, publish, save_draft
from app.catalog.models import Content, ContentKind, ContentVersion, Origin, Product
from app.catalog.queries import content as find_content
from app.catalog.queries import in_force
from app.certification.actions import award_earned
from app.conduct.models import SentText
from app.conduct.sending import send
from app.deals.models import Deal, DealMember, DealProduct
from app.people.access import cookie_name, digest
from app.people.models import Person, PersonRole, Role, SignInSession
from app.people.queries import person_by_email
from app.quizzes.actions import publish_items
from app.quizzes.grading import grade, grade_attempt, rounded
from app.quizzes.items import parse_item
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.redlines.checking import Circumstances, rule_set
from app.redlines.models import Attestation

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def person(
    session: Session,
    email: str,
    *roles: Role,
    name: str = "",
    manager: Person | None = None,
    password_hash: str | None = None,
    at: datetime = NOW,
) -> Person:
    """A person with roles; a rep when none is named."""
    stored = Person(
        email=email,
        name=name or email.partition("@")[0].capitalize(),
        manager_id=manager.id if manager else None,
        password_hash=password_hash,
        created_at=at,
    )
    session.add(stored)
    session.flush()
    assert stored.id is not None
    session.add_all(PersonRole(person_id=stored.id, role=role) for role in roles or (Role.REP,))
    session.flush()
    return stored


def open_session(session: Session, email: str) -> str:
    """The token of a browser in which this person is signed in, without the cost of hashing a password."""
    token = token_urlsafe(32)
    somebody = person_by_email(session, email)
    assert somebody is not None
    assert somebody.id is not None
    moment = datetime.now(UTC)
    session.add(
        SignInSession(
            person_id=somebody.id,
            digest=digest(token),
            address="test",
            user_agent="test",
            created_at=moment,
            expires_at=moment + timedelta(days=1),
        )
    )
    return token


def signed_in(application: FastAPI, email: str) -> TestClient:
    """A browser in which this person is signed in."""
    with application.state.database.write() as session:
        token = open_session(session, email)
    cookies = {cookie_name(application.state.settings): token}
    return TestClient(application, follow_redirects=False, cookies=cookies)


def product(session: Session, slug: str = "keeper", *, name: str = "Keeper", at: datetime = NOW) -> Product:
    """A product without content."""
    return create_product(session, slug, name, at)


def published(
    session: Session, owner: Product, kind: ContentKind, slug: str, document: dict[str, Any], *, at: datetime = NOW
) -> ContentVersion:
    """A document's next version, made by its trainer."""
    by = "trainer@example.com"
    content = find_content(session, kind, slug)
    if content is None:
        content = create_content(session, owner, kind, slug, document, by=by, moment=at)
    else:
        save_draft(session, content, document, step=content.step, by=by, moment=at)
    version = publish(session, content, origin=Origin.WEB, by=by, moment=at)
    assert version is not None
    return version


def single(item: str, **more: Any) -> dict[str, Any]:
    """A question of which the first option is right."""
    options = [
        {"text": f"{item}: right", "correct": True},
        {"text": f"{item}: wrong", "feedback": f"{item}: what the wrong option forgets"},
        {"text": f"{item}: also wrong"},
    ]
    return {"id": item, "type": "single", "prompt": f"What about {item}?", "options": options, **more}


def quiz_document(slug: str = "keeper-quiz", items: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A quiz of three easy questions, or of the items given, that passes at 60 percent."""
    return {
        "schema": 1,
        "id": slug,
        "product": "keeper",
        "title": "Keeper quiz",
        "pass_percent": 60,
        "items": items or [single("one"), single("two"), single("three")],
        **more,
    }


def published_quiz(
    session: Session, document: dict[str, Any] | None = None, *, owner: Product | None = None, at: datetime = NOW
) -> ContentVersion:
    """A quiz that can be taken: its version in force and the versions of its items."""
    document = document or quiz_document()
    version = published(session, owner or product(session, at=at), ContentKind.QUIZ, document["id"], document, at=at)
    content = find_content(session, ContentKind.QUIZ, document["id"])
    assert content is not None
    publish_items(session, content, version, at)
    return version


def redline(rule: str, severity: str = "block") -> dict[str, Any]:
    """A red line that is found by its own id."""
    return {
        "id": rule,
        "status": "active",
        "severity": severity,
        "category": "guarantee_promissory",
        "title": f"About {rule}",
        "why": f"Nobody can promise {rule}.",
        "never_say": f"We guarantee {rule}.",
        "match": {"en": [{"text": rule}]},
        "say_instead": {"en": [f"Others saw {rule}."]},
    }


def sellable(
    session: Session,
    slug: str = "keeper",
    *,
    name: str = "",
    requirements: list[dict[str, Any]] | None = None,
    at: datetime = NOW,
    **program: Any,
) -> Product:
    """A product with two red lines and a program that asks to sign them, unless `requirements` says otherwise."""
    owner = product(session, slug, name=name or slug.capitalize(), at=at)
    rules = {"schema": 1, "rules": [redline(f"{slug}.return"), redline(f"{slug}.price", "warn")]}
    published(session, owner, ContentKind.REDLINES, slug, rules, at=at)
    document = {
        "requirements": requirements or [{"attest": "redlines"}],
        "valid_months": 12,
        "basis": "expiry",
        "renewal_window_days": 30,
        "grace_days": 14,
        "enforcement": "block",
        **program,
    }
    published(session, owner, ContentKind.PROGRAM, slug, document, at=at)
    return owner


def attest(session: Session, who: Person, what: Product, *, at: datetime = NOW, number: int = 1) -> None:
    """A signature under a product's red lines, with what it earns."""
    assert who.id is not None
    assert what.id is not None
    version = in_force(session, [ContentKind.REDLINES], at, products=[what.id])[0]
    session.add(
        Attestation(
            person_id=who.id,
            product_id=what.id,
            content_version_id=version.id,
            number=number,
            signed_name=who.name,
            meaning="I have understood the red lines.",
            locale="en",
            signed_at=at,
        )
    )
    session.flush()
    award_earned(session, who.id, what.id, at)


def deal(
    session: Session,
    reference: str = "D-1",
    *,
    products: Sequence[Product] = (),
    team: Mapping[str, Sequence[Person]] | None = None,
    at: datetime = NOW,
    **facts: Any,
) -> Deal:
    """A deal at the first stage with these products and, by role, these people; the gate is not asked."""
    stored = Deal(
        reference=reference,
        created_at=at,
        created_by="crm@example.com",
        **{
            "name": "Harbour Bakery Group",
            "account": "Harbour Bakery",
            "amount": Decimal(86000),
            "currency": "EUR",
            "stage": "discovery",
            "close_date": date(2026, 12, 11),
            **facts,
        },
    )
    session.add(stored)
    session.flush()
    assert stored.id is not None
    session.add_all(DealProduct(deal_id=stored.id, product_id=each.id or 0) for each in products)
    session.add_all(
        DealMember(deal_id=stored.id, person_id=each.id or 0, role=role, added_at=at, added_by="crm@example.com")
        for role, people in (team or {}).items()
        for each in people
    )
    session.flush()
    return stored


def lesson(number: int, **more: Any) -> dict[str, Any]:
    """A page of three minutes, or whatever `more` makes of it."""
    return {
        "id": f"lesson-{number}",
        "number": number,
        "title": {"en": f"Lesson {number}", "zh-Hans": f"第 {number} 课"},
        "kind": "page",
        "topic": "product",
        "minutes": 3,
        "audience": "internal",
        "body": {"en": f"What lesson {number} says.", "zh-Hans": f"第 {number} 课的内容。"},
        **more,
    }


def film(number: int, url: str = "/static/demo/intro.mp4", seconds: int = 20, **more: Any) -> dict[str, Any]:
    """A lesson with a video."""
    return lesson(number, kind="video", video={"url": url, "seconds": seconds, **more.pop("video", {})}, **more)


def course_document(lessons: Sequence[dict[str, Any]], slug: str = "keeper", **more: Any) -> dict[str, Any]:
    """A course of these lessons."""
    return {
        "schema": 1,
        "id": slug,
        "name": slug.capitalize(),
        "positioning": {"scene": "At the till.", "audience": "Local shops.", "difference": "Nothing to install."},
        "can": ["Keep a list."],
        "cannot": ["Find new guests."],
        "lessons": list(lessons),
        **more,
    }


def taught(
    session: Session, lessons: Sequence[dict[str, Any]], slug: str = "keeper", *, at: datetime = NOW, **program: Any
) -> Product:
    """A product with a course of these lessons, two red lines, and a program that asks for all of them."""
    asked = program.pop("requirements", [{"lesson": "all"}, {"attest": "redlines"}])
    owner = sellable(session, slug, requirements=asked, at=at, **program)
    published(session, owner, ContentKind.COURSE, slug, course_document(lessons, slug), at=at)
    return owner


def sitting(
    session: Session,
    version: ContentVersion,
    who: Person,
    answers: Mapping[str, Any],
    *,
    at: datetime = NOW,
    minutes: int = 10,
    number: int = 1,
    seconds: Mapping[str, int] | None = None,
) -> Attempt:
    """A finished attempt that drew the items which `answers` names, in that order, marked as answered."""
    newest = select(ItemVersion).where(col(ItemVersion.item).in_(answers)).order_by(col(ItemVersion.number))
    wordings = {each.item: each for each in session.scalars(newest)}
    content = session.get(Content, version.content_id)
    assert content is not None
    marks = {item: grade(parse_item(wordings[item].document), answer) for item, answer in answers.items()}
    result = grade_attempt(marks.values(), version.document["pass_percent"])
    attempt = Attempt(
        person_id=who.id or 0,
        product_id=content.product_id,
        content_id=version.content_id,
        content_version_id=version.id or 0,
        number=number,
        started_at=at - timedelta(minutes=minutes),
        finished_at=at,
        marked_at=at,
        points=rounded(result.points, 4),
        max_points=rounded(result.max_points, 4),
        percent=result.percent,
        passed=result.passed,
    )
    session.add(attempt)
    session.flush()
    session.add_all(
        AttemptItem(
            attempt_id=attempt.id or 0,
            position=position,
            item_version_id=wordings[item].id or 0,
            option_order=list(range(len(wordings[item].document.get("options", ())))),
            answer=answer,
            answered_at=None if answer is None else at,
            seconds=(seconds or {}).get(item),
            points=rounded(marks[item].points, 4),
            correct=marks[item].correct,
        )
        for position, (item, answer) in enumerate(answers.items(), start=1)
    )
    session.flush()
    return attempt


def sent_text(
    session: Session,
    who: Person,
    text: str,
    *,
    products: Sequence[str] = (),
    said: Circumstances | None = None,
    title: str = "A mail",
    note: str = "",
    key: str = "",
    at: datetime = NOW,
) -> SentText:
    """A text that somebody sent for review, with what it crosses at that moment."""
    return send(
        session,
        person_id=who.id or 0,
        email=who.email,
        title=title,
        text=text,
        note=note,
        said=said or Circumstances(locale="en"),
        products=products,
        places=[],
        key=key or token_urlsafe(16),
        rules=rule_set(session, products, at),
        keep_days=90,
        moment=at,
    )
