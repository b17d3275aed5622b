"""Today's clearances as one signed file, for callers that go on deciding while they cannot reach us."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import Response

from app.api.problems import ProblemRoute
from app.api.refusals import refusals
from app.api.security import needs_apart
from app.certification.certificates.keys import SigningKeyDep
from app.certification.certificates.signing import signed
from app.clock import Now
from app.database import Database, SessionDep
from app.deals.bundle import Bundle, bundle
from app.people import limits
from app.people.tokens import KnownToken, Scope

TYPE: Final = "clearance-bundle+jws"
"""The `typ` of the file's header."""
JOSE: Final = "application/jose"
IN_A_WINDOW: Final = 3
"""Bundles of one token within `limits.WINDOW`: each asks about everybody."""

Client = Annotated[KnownToken, Depends(needs_apart(Scope.CLEARANCE_READ))]

router = APIRouter(
    prefix="/api/v1/clearance",
    tags=["clearance"],
    route_class=ProblemRoute,
    responses=refusals(
        Scope.CLEARANCE_READ,
        more={429: f"More than {IN_A_WINDOW} within 15 minutes; `Retry-After` says how many seconds to wait."},
    ),
)


def _allowance(request: Request, client: Client, moment: Now) -> None:
    database: Database = request.app.state.database
    with database.write() as session:
        limits.count(session, f"bundle:{client.id}", IN_A_WINDOW, moment)


@router.get(
    "/bundle",
    summary="Today's clearances as a signed file",
    operation_id="clearance_bundle",
    response_class=Response,
    dependencies=[Depends(_allowance)],
    responses={
        200: {
            "description": "A JWS in compact form (RS256); `/.well-known/jwks.json` has the key. See docs/offline.md.",
            "content": {JOSE: {"schema": {"type": "string"}, "example": "eyJhbGciOiJSUzI1NiIs….eyJmb3JtYXQiOi….Rk4…"}},
        },
        304: {"description": "Nothing is different from the file that `If-None-Match` names, and that is still young."},
    },
)
def clearance_bundle(
    request: Request,
    key: SigningKeyDep,
    session: SessionDep,
    moment: Now,
    if_none_match: Annotated[str | None, Header(description="The `ETag` of the file that the caller has.")] = None,
) -> Response:
    """Give what a caller needs to decide without us for a while, and how old it is."""
    found = bundle(session, moment)
    tag = _tag(found, moment)
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": "private, no-cache"}
    if tag in _named(if_none_match or ""):
        return Response(status_code=304, headers=headers)
    claims = found.claims(moment, request.app.state.settings.bundle_hours)
    return Response(signed(claims, TYPE, key), media_type=JOSE, headers=headers)


def _tag(found: Bundle, moment: datetime) -> str:
    """Name what is in a file, and the hour it was made in: an old file is to be replaced though it is the same."""
    content: dict[str, Any] = {"hour": moment.strftime("%Y%m%d%H"), **found.content}
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _named(header: str) -> set[str]:
    return {each.strip().removeprefix("W/").strip('"') for each in header.split(",")}
