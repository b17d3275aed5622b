"""Every read of people, teams, sessions and tokens."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.people.models import Person, PersonRole, Role, SignInSession


class SessionPerson(NamedTuple):
    """Whom a session cookie belongs to."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    session_id: int


def session_person(session: Session, digest: str, moment: datetime) -> SessionPerson | None:
    """Find the active person of an unexpired session, in one statement."""
    rows = session.execute(
        select(
            col(Person.id), col(Person.email), col(Person.name), col(PersonRole.role), col(SignInSession.id)
        )
        .join(SignInSession, col(SignInSession.person_id) == col(Person.id))
        .outerjoin(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(
            col(SignInSession.digest) == digest,
            col(SignInSession.expires_at) > moment,
            col(Person.deactivated_at).is_(None),
        )
    ).all()
    if not rows:
        return None
    person_id, email, name, _role, session_id = rows[0]
    return SessionPerson(
        person_id, email, name, frozenset(row[3] for row in rows if row[3] is not None), session_id
    )


def person_by_email(session: Session, email: str) -> Person | None:
    """Find a person by e-mail address, whatever its case."""
    return session.scalar(select(Person).where(col(Person.email) == email.strip().lower()))


def reporting_tree(session: Session, manager_id: int) -> list[int]:
    """Return the ids of everybody who reports to a manager, directly or through others, without the manager.

    UNION drops rows already seen, so that a circle of managers ends.
    """
    tree = select(col(Person.id)).where(col(Person.manager_id) == manager_id).cte("reports", recursive=True)
    tree = tree.union(select(col(Person.id)).join(tree, col(Person.manager_id) == tree.c.id))
    ids: Iterable[int] = session.scalars(select(tree.c.id))
    return sorted(person_id for person_id in ids if person_id != manager_id)
