"""The keys of API clients, such as a CRM: made, revoked, recognised. Only their SHA-256 is stored."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from secrets import token_urlsafe
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.errors import InvalidError, NotFoundError
from app.people.access import digest
from app.people.models import ApiToken
from app.people.rules import name_problem
from app.web.i18n import gettext as _

PREFIX = "dw_"
"""Every token begins so, which lets secret scanners recognise a leaked one."""
_LONGEST_NAME = 120


class Scope(StrEnum):
    """What a client may do."""

    CLEARANCE_READ = "clearance:read"
    DEALS_WRITE = "deals:write"
    REDLINES_CHECK = "redlines:check"
    PEOPLE_WRITE = "people:write"
    REPORTS_READ = "reports:read"


class KnownToken(NamedTuple):
    """A client whose token is good now."""

    id: int
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """Who did it, in records of what was done through this token."""
        return f"api:{self.name}"


def create_token(
    session: Session,
    name: str,
    scopes: Iterable[str],
    *,
    actor: str,
    moment: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Store a token and return its secret, which nobody can read again.

    Raises InvalidError for a bad name, no scope or an unknown one, or an end that has passed.
    """
    wanted = sorted(set(scopes))
    errors = {
        "name": name_problem(name, _LONGEST_NAME),
        "scopes": _scopes_problem(wanted),
        "expires_on": _("Choose a day that is still to come.") if expires_at and expires_at <= moment else None,
    }
    found = [{"pointer": f"/{field}", "detail": detail} for field, detail in errors.items() if detail]
    if found:
        raise InvalidError(_("The token was not made."), found)
    secret = PREFIX + token_urlsafe(32)
    session.add(
        ApiToken(
            name=name,
            digest=digest(secret),
            hint=secret[: len(PREFIX) + 4],
            scopes=wanted,
            created_at=moment,
            created_by=actor,
            expires_at=expires_at,
        )
    )
    session.flush()
    record(
        session,
        at=moment,
        actor=actor,
        action="token.created",
        subject=("token", name),
        details={"scopes": wanted, "expires_at": expires_at.isoformat() if expires_at else None},
    )
    return secret


def _scopes_problem(scopes: list[str]) -> str | None:
    if not scopes:
        return _("Choose at least one scope.")
    unknown = [scope for scope in scopes if scope not in set(Scope)]
    if unknown:
        known = ", ".join(Scope)
        return _("There is no scope %(scope)s; the scopes are %(known)s.") % {"scope": unknown[0], "known": known}
    return None


def revoke_token(session: Session, token_id: int, *, actor: str, moment: datetime) -> str:
    """Make a token worthless from now on and return its name; again, it changes nothing."""
    token = session.get(ApiToken, token_id)
    if token is None:
        raise NotFoundError(_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = moment
        session.flush()
        record(session, at=moment, actor=actor, action="token.revoked", subject=("token", token.name))
    return token.name


def token_by_secret(session: Session, secret: str, moment: datetime) -> KnownToken | None:
    """Find the token that a client sent, unless it is unknown, revoked or has ended."""
    row = session.execute(
        select(col(ApiToken.id), col(ApiToken.name), col(ApiToken.scopes)).where(
            col(ApiToken.digest) == digest(secret),
            col(ApiToken.revoked_at).is_(None),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > moment),
        )
    ).first()
    return KnownToken(row[0], row[1], frozenset(row[2])) if row else None
