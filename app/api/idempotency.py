"""The same request twice is done once: what a client was answered under an Idempotency-Key is kept for a day.

The key is claimed in the transaction of the request and its answer is stored in the same one, so there is an answer
exactly when there is an effect. Who sends the key again meanwhile waits for that transaction: on SQLite for the turn
to write, on PostgreSQL for the row of the claim. An error rolls the claim back with everything else, so it can be
tried again under the same key.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.api.models import IdempotentAnswer
from app.api.problems import ProblemRoute
from app.api.security import Client
from app.clock import Now
from app.database import SessionDep
from app.errors import InvalidError
from app.web.i18n import gettext as _
from app.web.serving import Handler

KEPT: Final = timedelta(hours=24)
"""How long an answer is given again; later, the same key is a new one."""
JOB: Final = "api.forget_answers"
REPLAYED: Final = "Idempotent-Replayed"
_CLAIMED: Final = 0

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="A word of your own for this request, such as a UUID. Sent again within 24 hours with the same "
        "request, it stores nothing more: the first answer comes back with the header `Idempotent-Replayed: true`.",
    ),
]


@dataclass(frozen=True, slots=True)
class _Claim:
    session: Session
    id: int


class _ReplayedError(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class OnceRoute(ProblemRoute):
    """A route whose answers are kept under the key of the request, where its dependencies have `once`.

    Kept is every answer that the endpoint returns, a 409 that stores something too; what it raises is not, because
    then nothing was stored. An answer that is streamed is not kept either.
    """

    def around(self, handler: Handler) -> Handler:
        """Answer as before where the answer is kept."""
        checked = super().around(handler)

        async def kept(request: Request) -> Response:
            try:
                return await checked(request)
            except _ReplayedError as replayed:
                return replayed.response

        return kept

    def before_commit(self, request: Request, response: Response) -> None:
        """Keep the answer."""
        claim: _Claim | None = getattr(request.state, "claim", None)
        if claim is not None:
            _keep(claim, response)


async def _fingerprint(request: Request) -> str:
    asked = [request.method.encode(), request.scope["path"].encode(), request.scope["query_string"]]
    digest = hashlib.sha256(b"\0".join(asked) + b"\0")
    digest.update(await request.body())
    return digest.hexdigest()


def once(
    request: Request,
    session: SessionDep,
    client: Client,
    moment: Now,
    fingerprint: Annotated[str, Depends(_fingerprint)],
    key: Key = None,
) -> None:
    """Claim the key of a request, or answer as before. To be named in `dependencies` of an OnceRoute that writes."""
    if not isinstance(request.scope.get("route"), OnceRoute):
        raise TypeError("only an OnceRoute keeps answers")
    if key is None:
        return
    claimed = _claim(session, client.id, key, fingerprint, moment)
    if claimed is None:
        raise _ReplayedError(_stored(session, client.id, key, fingerprint))
    request.state.claim = _Claim(session, claimed)


def _claim(session: Session, token_id: int, key: str, fingerprint: str, moment: datetime) -> int | None:
    """Insert the claim and return its id; None when there is an answer, perhaps after waiting for it."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {"request": fingerprint, "status": _CLAIMED, "body": "", "at": moment}
    statement = (
        dialect.insert(IdempotentAnswer)
        .values(token_id=token_id, key=key, **values)
        .on_conflict_do_update(
            index_elements=["token_id", "key"], set_=values, where=col(IdempotentAnswer.at) <= moment - KEPT
        )
        .returning(col(IdempotentAnswer.id))
    )
    claimed: int | None = session.execute(statement).scalar()
    return claimed


def _stored(session: Session, token_id: int, key: str, fingerprint: str) -> Response:
    request, status, body = session.execute(
        select(col(IdempotentAnswer.request), col(IdempotentAnswer.status), col(IdempotentAnswer.body)).where(
            col(IdempotentAnswer.token_id) == token_id, col(IdempotentAnswer.key) == key
        )
    ).one()
    if request != fingerprint:
        detail = _("This key was sent with another request within the last 24 hours. Take a new one.")
        raise InvalidError(
            _("The request is not of the form that this address takes."),
            [{"pointer": "/Idempotency-Key", "detail": detail}],
        )
    kind = "application/json" if status < HTTPStatus.BAD_REQUEST else "application/problem+json"
    return Response(body, status, {REPLAYED: "true", "Cache-Control": "no-store"}, kind)


def _keep(claim: _Claim, response: Response) -> None:
    mine = col(IdempotentAnswer.id) == claim.id
    body = getattr(response, "body", None)
    if body is None or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        claim.session.execute(delete(IdempotentAnswer).where(mine))
        return
    values = {"status": response.status_code, "body": bytes(body).decode()}
    claim.session.execute(update(IdempotentAnswer).where(mine).values(**values))


def forget_old(session: Session, moment: datetime) -> None:
    """Forget the answers that were kept long enough; a worker's work."""
    session.execute(delete(IdempotentAnswer).where(col(IdempotentAnswer.at) <= moment - KEPT))
