"""Who is asking the API: a client with a token, its scopes, and how often it may ask."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.clock import Now
from app.database import Database, SessionDep, may_write
from app.errors import ForbiddenError, NotSignedInError
from app.people import limits
from app.people.tokens import KnownToken, Scope, token_by_secret
from app.web.i18n import gettext as _

REQUESTS_A_WINDOW = 600_000
"""Requests of one token within `limits.WINDOW`, over all processes."""
LEASE = 1_000
"""Requests that a process takes from the allowance at once, so that reading does not write each time."""
_MOST_CLIENTS = 10_000

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token from `dealworthy token create NAME --scope SCOPE`, or from Admin, Tokens.",
)


@dataclass
class Allowances:
    """What is left of the requests that this process took for each token."""

    _left: OrderedDict[int, tuple[datetime, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def spend(self, token_id: int, moment: datetime) -> bool:
        """Use one of the requests taken before; says False when more have to be taken."""
        with self._lock:
            taken_at, left = self._left.get(token_id, (moment, 0))
            if left == 0 or moment - taken_at >= limits.WINDOW:
                return False
            self._left[token_id] = (taken_at, left - 1)
            return True

    def take(self, token_id: int, moment: datetime) -> None:
        """Note that a lease was taken, and that one request of it is used."""
        with self._lock:
            self._left[token_id] = (moment, LEASE - 1)
            self._left.move_to_end(token_id)
            if len(self._left) > _MOST_CLIENTS:
                self._left.popitem(last=False)


def _known(
    request: Request,
    session: SessionDep,
    moment: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> KnownToken:
    token = token_by_secret(session, credentials.credentials, moment) if credentials else None
    if token is None:
        raise NotSignedInError(_("Send a valid token in the header Authorization: Bearer TOKEN."))
    if not _allowances(request).spend(token.id, moment):
        _take(request, session, token.id, moment)
    return token


def _allowances(request: Request) -> Allowances:
    state = request.app.state
    if not hasattr(state, "allowances"):
        state.allowances = Allowances()
    allowances: Allowances = state.allowances
    return allowances


def _take(request: Request, session: SessionDep, token_id: int, moment: datetime) -> None:
    key, leases = f"api:{token_id}", REQUESTS_A_WINDOW // LEASE
    if may_write(request):
        limits.count(session, key, leases, moment)
    else:
        session.rollback()  # hands its connection back, so that no request ever holds two
        database: Database = request.app.state.database
        with database.write() as writing:
            limits.count(writing, key, leases, moment)
    _allowances(request).take(token_id, moment)


def needs(*scopes: Scope) -> Callable[..., Any]:
    """Make a dependency that admits tokens with one of `scopes`; others get 403, and no token 401."""

    async def _scoped(token: Annotated[KnownToken, Depends(_known)]) -> KnownToken:
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
