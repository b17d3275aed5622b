"""Who is asking, and whether they may: every route names one of these, and a test refuses a route without.

`Anybody` for pages without sign-in, `SignedIn` for everybody with an account, `allow(Role.TRAINER)` for a part.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from app.clock import Now
from app.config import Settings
from app.database import SessionDep
from app.errors import ForbiddenError, NotSignedInError
from app.people import queries
from app.people.models import Role
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class CurrentPerson:
    """The person who is signed in."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    session_id: int
    notices: int = 0
    """How many notices the person has not seen."""

    def has(self, *roles: Role) -> bool:
        """Say whether the person holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


def cookie_name(settings: Settings) -> str:
    """Name the session cookie; the __Host- prefix, which ties it to one host, needs HTTPS (RFC 6265bis)."""
    return "__Host-session" if settings.https else "session"


def digest(token: str) -> str:
    """Return what is stored of a random token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signed_in(request: Request, session: SessionDep, moment: Now) -> CurrentPerson:
    token = request.cookies.get(cookie_name(request.app.state.settings))
    row = queries.session_person(session, digest(token), moment) if token else None
    if row is None:
        raise NotSignedInError(_("Sign in first."))
    person = CurrentPerson(*row)
    request.state.person = person
    return person


SignedIn = Annotated[CurrentPerson, Depends(_signed_in)]


def _perhaps_signed_in(request: Request, session: SessionDep, moment: Now) -> CurrentPerson | None:
    try:
        return _signed_in(request, session, moment)
    except NotSignedInError:
        return None


PerhapsSignedIn = Annotated[CurrentPerson | None, Depends(_perhaps_signed_in)]
"""For routes that are open to `anybody` and say more to people who are known."""


def allow(*roles: Role) -> Callable[..., Any]:
    """Make a dependency that admits people who hold at least one of `roles`; others get 403."""

    async def _allowed(person: SignedIn) -> CurrentPerson:
        if not person.has(*roles):
            raise ForbiddenError(_("Your account does not have the part that this page is for."))
        return person

    _allowed.roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the test of every route and role
    return _allowed


Trainer = Annotated[CurrentPerson, Depends(allow(Role.TRAINER))]
Manager = Annotated[CurrentPerson, Depends(allow(Role.MANAGER))]
Admin = Annotated[CurrentPerson, Depends(allow(Role.ADMIN))]


async def anybody() -> None:
    """Mark a route that needs no sign-in: `dependencies=[Depends(anybody)]`."""
