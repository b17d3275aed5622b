"""People who are signed in, stored many at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session

from app.database import stored_id
from app.people.access import digest
from app.people.models import Person, PersonRole, Role, SignInSession

_YEAR = timedelta(days=365)


def admit(session: Session, people: Sequence[Person], role: Role, moment: datetime) -> list[str]:
    """Give stored people a role and, at a moment, a session each; return what is in their cookies."""
    tokens = [f"token-of-{each.email}".ljust(43, "x") for each in people]
    ids = [stored_id(each) for each in people]
    session.execute(insert(PersonRole), [{"person_id": each, "role": role} for each in ids])
    session.execute(
        insert(SignInSession),
        [
            {
                "person_id": person_id,
                "digest": digest(token),
                "address": "bench",
                "user_agent": "bench",
                "created_at": moment,
                "expires_at": moment + _YEAR,
            }
            for person_id, token in zip(ids, tokens, strict=True)
        ],
    )
    return tokens
