"""Plain functions that store one real thing each, with everything that it needs, and return it."""

from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.access import cookie_name, digest
from app.people.models import Person, PersonRole, Role, SignInSession
from app.people.queries import person_by_email

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
