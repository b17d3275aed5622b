"""Plain functions that store one real thing each, with everything that it needs, and return it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import Session

from app.catalog.actions import create_content, create_product, publish, save_draft
from app.catalog.models import ContentKind, ContentVersion, Origin, Product
from app.catalog.queries import content as find_content
from app.database import Database
from app.people.access import cookie_name, digest
from app.people.models import Person, PersonRole, Role, SignInSession
from app.people.queries import person_by_email
from app.quizzes.actions import publish_items

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


def signed_in(application: FastAPI, email: str) -> TestClient:
    """A browser in which this person is signed in, without the cost of hashing a password."""
    token = token_urlsafe(32)
    with application.state.database.write() as session:
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
    cookies = {cookie_name(application.state.settings): token}
    return TestClient(application, follow_redirects=False, cookies=cookies)


@contextmanager
def count_statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent to a database; BEGIN and COMMIT are not among them."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


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
