"""The keys of API clients, such as a CRM: made, revoked, recognised. Only their SHA-256 is stored."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_urlsafe
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Session, col

from app.audit.actions import record
from app.database import rows
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people.access import digest
from app.people.models import ApiToken
from app.people.rules import name_problem
from app.web.i18n import gettext as _

PREFIX = "dw_"
"""Every token begins so, which lets secret scanners recognise a leaked one."""
LONGEST_OVERLAP = timedelta(days=30)
"""How long a token may go on beside the one that replaces it."""
_LONGEST_NAME = 120
_SECRET_BYTES = 32
_BY_DIGEST = select(col(ApiToken.id), col(ApiToken.name), col(ApiToken.scopes)).where(
    col(ApiToken.digest) == bindparam("digest"),
    col(ApiToken.revoked_at).is_(None),
    or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > bindparam("moment")),
)
_FORM = re.compile(r"dw_[A-Za-z0-9_-]{43}")


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
    secret, _token = _store(session, name, wanted, actor, moment, expires_at)
    record(
        session,
        at=moment,
        actor=actor,
        action="token.created",
        subject=("token", name),
        details={"scopes": wanted, "expires_at": _written(expires_at)},
    )
    return secret


def rotate_token(session: Session, token_id: int, overlap: timedelta, *, actor: str, moment: datetime) -> str:
    """Make a token in the place of another, with its name and scopes, and return the secret.

    The new one lasts as long as the old one was made for; the old one works until `overlap` is over, so that its
    clients can be given the new secret meanwhile. Raises NotFoundError, InvalidError for an overlap that is not 0 to
    `LONGEST_OVERLAP`, and ConflictError for a token that has ended or was replaced already.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidError(_("Choose an overlap of at most %(days)s days.") % {"days": LONGEST_OVERLAP.days})
    old = _locked(session, token_id)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= moment):
        raise ConflictError(_("This token has ended. Make a new one."))
    if old.replaced_by_id is not None:
        raise ConflictError(_("Another token was made in its place already."))
    ends = moment + (old.expires_at - old.created_at) if old.expires_at else None
    secret, new = _store(session, old.name, old.scopes, actor, moment, ends)
    old.replaced_by_id = new.id
    if overlap:
        old.expires_at = min(moment + overlap, old.expires_at or moment + overlap)
    else:
        old.revoked_at = moment
    session.flush()
    record(
        session,
        at=moment,
        actor=actor,
        action="token.rotated",
        subject=("token", old.name),
        details={"old_works_until": _written(old.revoked_at or old.expires_at), "expires_at": _written(ends)},
    )
    return secret


def _store(
    session: Session, name: str, scopes: list[str], actor: str, moment: datetime, ends: datetime | None
) -> tuple[str, ApiToken]:
    secret = PREFIX + token_urlsafe(_SECRET_BYTES)
    token = ApiToken(
        name=name,
        digest=digest(secret),
        hint=secret[: len(PREFIX) + 4],
        scopes=scopes,
        created_at=moment,
        created_by=actor,
        expires_at=ends,
    )
    session.add(token)
    session.flush()
    return secret, token


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _locked(session: Session, token_id: int) -> ApiToken:
    # two clicks at once must not both find it as it was
    token = session.get(ApiToken, token_id, with_for_update=True, populate_existing=True)
    if token is None:
        raise NotFoundError(_("There is no such token."))
    return token


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
    token = _locked(session, token_id)
    if token.revoked_at is None:
        token.revoked_at = moment
        session.flush()
        record(session, at=moment, actor=actor, action="token.revoked", subject=("token", token.name))
    return token.name


def token_by_secret(session: Session, secret: str, moment: datetime) -> KnownToken | None:
    """Find the token that a client sent, unless it is unknown, revoked or has ended."""
    if not _FORM.fullmatch(secret):
        return None
    found = rows(session, _BY_DIGEST, digest=digest(secret), moment=moment)
    return KnownToken(found[0][0], found[0][1], frozenset(found[0][2])) if found else None


def note_use(session: Session, token_id: int, moment: datetime) -> None:
    """Store that a client used its token."""
    session.execute(update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=moment))
