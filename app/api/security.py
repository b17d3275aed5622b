"""Who is asking the API: a client with a token, its scopes, and how often it may ask."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from app.api.allowances import Allowances
from app.clock import Now
from app.database import Database, SessionDep, may_write
from app.errors import ForbiddenError, NotSignedInError
from app.people import limits
from app.people.tokens import KnownToken, Scope, note_use, token_by_secret
from app.web.i18n import gettext as _

REQUESTS_A_WINDOW: Final = 600_000
"""Requests of one token within `limits.WINDOW`, over all processes."""
LEASE: Final = 1_000
"""Requests that a process takes from the allowance at once, so that reading does not write each time.

When it does, it notes that the token is used: `last_used_at` is late by `limits.WINDOW` at most.
"""
WRONG_A_WINDOW: Final = 600
"""Wrong tokens from one network address within `limits.WINDOW`; a good one is always heard."""
WRONG_LEASE: Final = 20

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token from `dealworthy token create NAME --scope SCOPE`, or from Admin, Tokens.",
)


def _known(
    request: Request,
    session: SessionDep,
    moment: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> KnownToken:
    asking = _Asking(request, session, moment)
    token = asking.token(credentials.credentials) if credentials else None
    if token is None:
        if credentials:
            asking.count_wrong()
        raise NotSignedInError(_("Send a valid token in the header Authorization: Bearer TOKEN."))
    asking.count(token)
    return token


@dataclass
class _Asking:
    """One request of a client. What is counted of it stays counted, whatever the request comes to."""

    request: Request
    session: Session
    moment: datetime

    def token(self, secret: str) -> KnownToken | None:
        if not may_write(self.request):
            return token_by_secret(self.session, secret, self.moment)
        with self._database.read() as reading:
            return token_by_secret(reading, secret, self.moment)

    def count(self, token: KnownToken) -> None:
        key = f"api:{token.id}"
        allowances = self._allowances("tokens")
        if allowances.spend(key, self.moment):
            return
        with allowances.taking(key, self.moment, LEASE), self._apart() as writing:
            note_use(writing, token.id, self.moment)
            limits.count(writing, key, REQUESTS_A_WINDOW // LEASE, self.moment)

    def count_wrong(self) -> None:
        key = f"api:address:{self.request.client.host if self.request.client else ''}"
        allowances = self._allowances("addresses")  # apart, so that many of them drive no token's lease out
        if allowances.spend(key, self.moment):
            return
        with allowances.taking(key, self.moment, WRONG_LEASE), self._apart() as writing:
            limits.count(writing, key, WRONG_A_WINDOW // WRONG_LEASE, self.moment)

    @contextmanager
    def _apart(self) -> Iterator[Session]:
        if may_write(self.request):
            with self._database.ahead() as session:
                yield session
        else:
            self.session.rollback()  # hands its connection back, so that no request ever holds two
            with self._database.write() as session:
                yield session

    @property
    def _database(self) -> Database:
        database: Database = self.request.app.state.database
        return database

    def _allowances(self, what: str) -> Allowances:
        state = self.request.app.state
        if not hasattr(state, "allowances"):
            state.allowances = defaultdict(Allowances)
        allowances: Allowances = state.allowances[what]
        return allowances


def _known_apart(
    request: Request,
    moment: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> KnownToken:
    database: Database = request.app.state.database
    with database.read() as session:
        return _known(request, session, moment, credentials)


def needs(*scopes: Scope) -> Callable[..., Any]:
    """Make a dependency that admits tokens with one of `scopes`; others get 403, and no token 401."""
    return _needs(_known, scopes)


def needs_apart(*scopes: Scope) -> Callable[..., Any]:
    """Make a dependency as `needs` does, for a route that takes its body as it comes and is marked by `reads`.

    Who is asking is known before anything of the body is read, and no connection is held while it comes.
    """
    return _needs(_known_apart, scopes)


def _needs(known: Callable[..., KnownToken], scopes: Sequence[Scope]) -> Callable[..., Any]:
    async def _scoped(token: Annotated[KnownToken, Depends(known)]) -> KnownToken:
        if token.scopes.isdisjoint(scopes):
            raise ForbiddenError(_("This token lacks the scope %(scope)s.") % {"scope": _either(scopes)})
        return token

    _scoped.scopes = frozenset(scopes)  # type: ignore[attr-defined]  # read by the test of every route and role
    return _scoped


def _either(scopes: Sequence[Scope]) -> str:
    return " / ".join(scopes)


Client = Annotated[KnownToken, Depends(_known)]
"""The client that asks, whatever its scopes: `client.actor` is who did it in records of what was done."""
ClearanceReader = Annotated[KnownToken, Depends(needs(Scope.CLEARANCE_READ))]
