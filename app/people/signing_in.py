"""Proving who somebody is: one answer for every wrong try, and few tries in a while."""

import hashlib
from datetime import datetime

from fastapi import Request
from sqlmodel import col, select

from app.audit.actions import record
from app.database import Database, stored_id
from app.people import limits, sessions
from app.people.models import Person
from app.people.passwords import check_password

TRIES_PER_ACCOUNT = 10
"""Wrong passwords for one account within `limits.WINDOW`."""
TRIES_PER_ADDRESS = 50
"""Wrong passwords from one network address within `limits.WINDOW`."""


def account_key(email: str) -> str:
    """Name the count of one account; hashed, because people type other secrets into this field."""
    return "sign-in:account:" + hashlib.sha256(email.strip().lower().encode()).hexdigest()


def sign_in(request: Request, email: str, password: str, moment: datetime) -> tuple[Person, str] | None:
    """Open a session and return its person and token; None for any wrong pair, without saying why.

    Hashing takes a while, so it happens between two short transactions, where it keeps no other writer waiting.
    """
    database: Database = request.app.state.database
    address_key = f"sign-in:address:{request.client.host if request.client else ''}"
    with database.write() as session:
        limits.count(session, account_key(email), TRIES_PER_ACCOUNT, moment)
        limits.count(session, address_key, TRIES_PER_ADDRESS, moment)
        person = session.exec(select(Person).where(col(Person.email) == email.strip().lower())).first()
    stored = person.password_hash if person and person.deactivated_at is None else None
    right, replacement = check_password(password, stored)
    if not right or person is None:
        return None
    with database.write() as session:
        kept = session.get_one(Person, person.id)
        if kept.deactivated_at is not None or kept.password_hash != stored:
            return None
        if replacement:
            kept.password_hash = replacement
        limits.clear(session, account_key(email))
        limits.give_back(session, address_key)
        token = sessions.open_session(session, stored_id(kept), request, moment)
        record(session, at=moment, actor=kept.email, action="person.signed_in", subject=("person", kept.email))
    return kept, token
